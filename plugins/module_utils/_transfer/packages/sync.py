# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads placements to the cluster: compare, upload what is missing, verify it.  Private to the collection.

The target is the truth: what is to do is computed from repodata, never from the records of an earlier run.  The placements are
handled in windows, so that a plan of any size needs little memory:

1. the repodata of each (channel, subdir) of the window is read once;
2. a placement is present, in conflict, missing, or neither as it was when the plan was made nor as planned;
3. missing files are uploaded by a bounded pool, different files are replaced if that is requested;
4. the repodata of the touched pairs is read again until it shows the uploaded digests.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.dump import open_dump
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, Listing, Pair
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import DIFFERENT, KEPT, SAME, UNPROVEN, Key, compare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN, file_moved, is_as_it_was, state_at_planning
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import NotTried, Stop
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.dump_now import DumpNow
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.replace import Replacer, why_not
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.source import CorruptFile, DumpSource, SourceError
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.upload import (
    CONFLICT,
    PRESENT,
    SPENT,
    UPLOADED,
    End,
    Uploader,
    pair_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted

WINDOW_PLACEMENTS = 20_000
WINDOW_PAIRS = 500
POLLS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds to wait before each read of repodata for uploaded files."""

REPLACED = "replaced"
MOVED = "moved"
QUARANTINED = "quarantined"
NOT_DONE = "failed"


@dataclasses.dataclass
class SyncResult:
    """The outcomes of the placements.  In check mode ``uploaded`` counts predicted uploads."""

    outcomes: t.Dict[str, int] = dataclasses.field(
        default_factory=lambda: dict.fromkeys((UPLOADED, REPLACED, PRESENT, CONFLICT, MOVED, QUARANTINED, NOT_DONE), 0)
    )
    bytes_uploaded: int = 0
    unfinished: int = 0
    """Placements that wait for a new token; the others are done."""
    failures: t.List[str] = dataclasses.field(default_factory=list)
    diff: t.Dict[str, t.List[str]] = dataclasses.field(default_factory=dict)
    """By channel, one line per uploaded file."""

    @property
    def sent(self) -> int:
        """Files that this transfer uploaded."""
        return self.outcomes[UPLOADED] + self.outcomes[REPLACED]


class Journal:
    """Writes each row at once, and the ordered file at the end.  Without a path nothing is written."""

    def __init__(self, path: t.Optional[str]) -> None:
        self._path = path
        self._lines: t.Dict[Key, str] = {}
        self._stream: t.Optional[t.TextIO] = None
        if path is not None:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            self._stream = open(path + ".journal", "w", encoding="utf-8", errors="surrogateescape", buffering=1)  # noqa: SIM115

    def add(self, row: TransferRow) -> None:
        """A later row for the same placement replaces the earlier one."""
        if self._stream is not None:
            line = json_line(row.to_json())
            self._stream.write(line)
            self._lines[row.key] = line

    def finish(self) -> None:
        """Writes the final file, ordered, and removes the journal."""
        if self._stream is None or self._path is None:
            return
        self._stream.close()
        with atomic_writer(self._path) as stream:
            stream.writelines(line for _key, line in sorted(self._lines.items()))
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path + ".journal")

    def close(self) -> None:
        """Leaves the journal as it is, for people to read."""
        if self._stream is not None:
            self._stream.close()


class Sync:
    """One transfer.  ``refused`` are channels that must not be filled; ``sleep`` is for tests."""

    SETTLING: t.ClassVar[str] = "keep or replace"
    """Values of ``ae_conflict`` with which a conflict is not a failure."""

    def __init__(
        self,
        cluster: Cluster,
        dump: str,
        results: t.Optional[str],
        *,
        conflict: str = "fail",
        refused: t.Container[str] = (),
        dump_now: t.Optional[DumpNow] = None,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._cluster = cluster
        self._dump = dump
        self._dump_fd = -1
        self._journal = Journal(None if cluster.read_only else results)
        self._keep = conflict == "keep"
        self._replace = conflict == "replace"
        self._to_replace: t.List[Placement] = []
        self._replaced: t.Set[Key] = set()
        """Placements that replaced another file."""
        self._dump_now = dump_now or DumpNow()
        self._refused = refused
        self._sleep = sleep
        self._stopped: t.Optional[str] = None
        self._spent = False
        self._not_tried = 0
        self._unread = ""
        """Why the last read of repodata failed."""
        self.result = SyncResult()

    def run(self, placements: t.Iterable[Placement]) -> SyncResult:
        """Uploads all placements.

        Raises:
            MigrationError: the dump or the list of placements cannot be read; what was done until then is in the journal.
        """
        try:
            if not self._cluster.read_only or os.path.isdir(self._dump):
                self._dump_fd = open_dump(self._dump)
            for window in windows(placements):
                self._window(window)
            self._journal.finish()
        finally:
            self._journal.close()
            if self._dump_fd >= 0:
                os.close(self._dump_fd)
        if self._spent:
            self._end_of_token(self.result.sent > 0)
        elif self._not_tried:
            self.result.failures.append(f"{counted(self._not_tried, 'more file')} not tried for that reason.")
        return self.result

    def _end_of_token(self, used: bool) -> None:
        """An expired token is not a failure if it made progress: the caller gets a new one."""
        if used:
            self.result.unfinished = self._not_tried
        else:
            self.result.failures.append(
                f"{counted(self._not_tried, 'file')} not sent, because the token was rejected or expires before one upload finishes;"
                " check the clocks of both hosts, and the token lifetime in Keycloak."
            )

    def _window(self, window: t.Sequence[Placement]) -> None:
        listings: t.Dict[Pair, Listing] = {}
        if self._stopped is None and not self._spent:
            try:
                listings = self._cluster.repodata.read(pair_of(placement) for placement in window if placement.channel not in self._refused)
            except MigrationError as exc:
                self._stop(str(exc))
        absent = [placement for placement in window if self._is_missing(placement, listings)]
        replacing, self._to_replace = self._to_replace, []
        if self._cluster.read_only:
            for placement in absent + replacing:
                self._predict(placement)
        elif absent or replacing:
            self._bring(absent, replacing)

    def _bring(self, absent: t.Sequence[Placement], replacing: t.Sequence[Placement]) -> None:
        uploader = Uploader(self._cluster, self._dump_fd, self._sleep)
        unseen = self._prove(self._settle_all(uploader.bring(absent)))
        # A client may accept several files and silently send only one: each of the others gets a command of its own.
        alone = [placement for placement in unseen if placement.key in uploader.batched]
        unseen = [placement for placement in unseen if placement.key not in uploader.batched]
        if alone:
            unseen += self._prove(self._settle_all(uploader.bring_singly(alone)))
        replacer = Replacer(self._cluster, self._dump_fd, uploader)
        unseen += self._prove(self._settle_all(replacer.bring(replacing)))
        for placement in unseen:
            self._fail(placement, f"it was uploaded, but repodata did not show it within {sum(POLLS):.0f} s{self._unread}")
        for placement in replacing:
            if placement.key in replacer.deleted and placement.key not in self._replaced:
                where = f"{placement.subdir}/{placement.file} is missing in channel {placement.channel}"
                why = "the old file was deleted to replace it, and the new one is not verified"
                self.result.failures.append(f"{where}: {why}; run it again.")

    def _settle_all(self, ends: t.Iterable[End]) -> t.List[Placement]:
        """Records how the uploads ended; returns those that have to be verified."""
        return [placement for placement, outcome in ends if self._settle(placement, outcome)]

    def _is_missing(self, placement: Placement, listings: t.Mapping[Pair, Listing]) -> bool:
        """Whether the placement is to be uploaded; otherwise records its outcome."""
        if placement.channel in self._refused:
            self._row(placement, NOT_DONE, "the channel was refused")
            return False
        if self._stopped is not None:
            self._skip(placement, self._stopped)
            return False
        listing = listings.get(pair_of(placement))
        if self._spent or listing is None or listing.unauthorized:
            self._spend(placement)
            return False
        if listing.state == REFUSED:
            self._fail(placement, f"the channel's {placement.subdir} cannot be read with this token; check the token, or set conda_token")
            return False
        package = listing.packages.get(placement.file)
        verdict = None if package is None else compare(placement, package)
        moved = file_moved(placement, package, self._replace)
        if moved is not None:
            self._moved(placement, moved)
        elif verdict == SAME:
            self._row(placement, PRESENT)
        elif package is None:
            return self._is_in_dump(placement)
        elif verdict == DIFFERENT and self._replace:
            why = why_not(self._cluster, placement, package)
            if why is not None:
                self._conflict(placement, DIFFERENT, why)
            elif self._is_in_dump(placement):
                self._to_replace.append(placement)
        else:
            self._conflict(placement, verdict or UNPROVEN)
        return False

    def _is_in_dump(self, placement: Placement) -> bool:
        """Whether the dump still has the planned file; otherwise records it."""
        moved = self._dump_now.moved(placement)
        if moved is not None:
            self._moved(placement, moved)
        return moved is None

    def _predict(self, placement: Placement) -> None:
        """Check mode: the predicted outcome of an upload, without reading the whole file."""
        try:
            if self._dump_fd >= 0:
                DumpSource(self._dump_fd, placement).check_size()
        except SourceError as exc:
            self._settle(placement, exc)
            return
        self._uploaded(placement)

    def _spend(self, placement: Placement) -> None:
        """The placement waits for a new token."""
        self._spent = True
        self._not_tried += 1
        self._row(placement, NOT_DONE, SPENT)

    def _settle(self, placement: Placement, outcome: t.Union[str, Exception]) -> bool:
        """Records how an upload ended; returns whether it has to be verified."""
        if isinstance(outcome, (Stop, NotTried)) and str(outcome) == SPENT:
            self._spend(placement)
        elif isinstance(outcome, Stop):
            if self._stopped is None:
                self._stop(str(outcome))
            self._row(placement, NOT_DONE, str(outcome))
        elif isinstance(outcome, NotTried):
            self._skip(placement, str(outcome))
        elif isinstance(outcome, CorruptFile):
            self._row(placement, QUARANTINED, str(outcome))
            self.result.failures.append(str(outcome))
        elif isinstance(outcome, Exception):
            self._fail(placement, str(outcome))
        elif outcome == UPLOADED:
            return True
        elif outcome == PRESENT:
            self._row(placement, PRESENT)
        else:
            self._conflict(placement, outcome.split(":", 1)[1])
        return False

    def _prove(self, sent: t.Sequence[Placement]) -> t.List[Placement]:
        """Waits until repodata shows the uploaded files; returns those it did not show in time."""
        left = list(sent)
        self._unread = ""
        for pause in POLLS:
            if not left:
                break
            if pause:
                self._sleep(pause)
            try:
                listings = self._cluster.repodata.read(pair_of(placement) for placement in left)
            except HttpError as exc:
                self._unread = f" ({str(exc).rstrip('.')})"
                continue
            self._unread = ""
            unseen = []
            for placement in left:
                if listings[pair_of(placement)].unauthorized:
                    self._spend(placement)
                    continue
                package = listings[pair_of(placement)].packages.get(placement.file)
                verdict = None if package is None else compare(placement, package)
                if verdict == SAME:
                    self._uploaded(placement)
                elif verdict == DIFFERENT and not (package and self._replace and is_as_it_was(placement, package)):
                    self._fail(placement, "it was uploaded, but the cluster shows another digest for it")
                else:
                    unseen.append(placement)
            left = unseen
        return left

    def _uploaded(self, placement: Placement) -> None:
        replaced = self._replace and state_at_planning(placement) == DIFFERENT
        self._row(placement, REPLACED if replaced else UPLOADED)
        if replaced:
            self._replaced.add(placement.key)
        self.result.bytes_uploaded += placement.size
        sign = "~" if replaced else "+"
        self.result.diff.setdefault(placement.channel, []).append(f"{sign} {placement.subdir}/{placement.file} -> {placement.channel}")

    def _moved(self, placement: Placement, why: str) -> None:
        self._row(placement, MOVED, why)
        self.result.failures.append(f"{placement.subdir}/{placement.file} was not uploaded to channel {placement.channel}: {why}; {AGAIN}.")

    def _conflict(self, placement: Placement, verdict: str, why: str = "") -> None:
        what = "has another digest" if verdict == DIFFERENT else "cannot be compared (no digest in common)"
        reason = f"the file of this name in the channel {what}" + (f", and {why}" if why else "")
        self._row(placement, CONFLICT, (KEPT if self._keep else "") + reason)
        if not self._keep:
            self.result.failures.append(
                f"{placement.subdir}/{placement.file} was not uploaded to channel {placement.channel}: {reason}"
                + ("." if why else f"; remove it there or set ae_conflict to {self.SETTLING}.")
            )

    def _fail(self, placement: Placement, why: str) -> None:
        self._row(placement, NOT_DONE, why)
        self.result.failures.append(f"{placement.subdir}/{placement.file} is not in channel {placement.channel}: {why.rstrip('.')}.")

    def _skip(self, placement: Placement, why: str) -> None:
        self._not_tried += 1
        self._row(placement, NOT_DONE, f"not tried: {why}")

    def _stop(self, why: str) -> None:
        self._stopped = why
        self.result.failures.append(why)

    def _row(self, placement: Placement, outcome: str, reason: str = "") -> None:
        self.result.outcomes[outcome] += 1
        self._journal.add(TransferRow(*placement.key, outcome, reason))


def windows(
    placements: t.Iterable[Placement], most_placements: int = WINDOW_PLACEMENTS, most_pairs: int = WINDOW_PAIRS
) -> t.Iterator[t.List[Placement]]:
    """The placements in lists that are bounded in length and in the number of (channel, subdir) they touch."""
    window: t.List[Placement] = []
    pairs: t.Set[Pair] = set()
    for placement in placements:
        pair = pair_of(placement)
        if len(window) >= most_placements or (pair not in pairs and len(pairs) >= most_pairs):
            yield window
            window, pairs = [], set()
        window.append(placement)
        pairs.add(pair)
    if window:
        yield window


def sync(cluster: Cluster, placements: t.Iterable[Placement], dump: str, results: t.Optional[str], **options: t.Any) -> SyncResult:
    """Uploads ``placements`` from ``dump`` to ``cluster`` and writes a ``TransferRow`` for each to ``results`` (not in check mode)."""
    return Sync(cluster, dump, results, **options).run(placements)
