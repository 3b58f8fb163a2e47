# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing placements to the cluster: compare, upload what is missing, prove that it is there.  Private to the collection.

The target is the truth: what is to do is computed from repodata, never from what an earlier run wrote down.  The work
goes on in windows of placements, so that a plan of any size needs little memory:

1. the repodata of each (channel, subdir) of the window is read once;
2. a placement is present, in conflict, or missing;
3. missing files are uploaded by a bounded pool;
4. the repodata of the touched pairs is read again until it shows the uploaded digests.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import math
import os
import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.dump import open_dump
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, Listing, Pair
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import DIFFERENT, KEPT, SAME, Key, compare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Placement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._model.words import counted
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.pool import NotTried, Stop, run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.retry import ASK, ATTEMPTS, FAILED, FATAL, decide
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.source import CorruptFile, DumpSource, SourceError

WINDOW_PLACEMENTS = 20_000
WINDOW_PAIRS = 500
POLLS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds to wait before each look for what was uploaded."""

UPLOADED = "uploaded"
PRESENT = "present"
CONFLICT = "conflict"
QUARANTINED = "quarantined"

TOKEN_RESERVE = 5.0
"""Seconds of a token's life in which no upload is begun any more, so that what was sent can still be proven."""

SPENT = "the token's life has ended"
NOT_DONE = "failed"


@dataclasses.dataclass
class SyncResult:
    """What became of the placements.  In check mode ``uploaded`` counts what would be."""

    outcomes: t.Dict[str, int] = dataclasses.field(
        default_factory=lambda: dict.fromkeys((UPLOADED, PRESENT, CONFLICT, QUARANTINED, NOT_DONE), 0)
    )
    bytes_uploaded: int = 0
    unfinished: int = 0
    """Placements that wait for a new token; the others are settled."""
    failures: t.List[str] = dataclasses.field(default_factory=list)
    diff: t.Dict[str, t.List[str]] = dataclasses.field(default_factory=dict)
    """By channel, one line per uploaded file."""


class Journal:
    """Rows as they come, one line each, then the whole file at once.  Without a path nothing is written."""

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
    """One transfer.  ``refused`` are channels that must not be filled; ``sleep`` is there for tests."""

    def __init__(
        self,
        cluster: Cluster,
        dump: str,
        results: t.Optional[str],
        *,
        conflict: str = "fail",
        refused: t.Container[str] = (),
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._cluster = cluster
        self._dump = dump
        self._dump_fd = -1
        self._journal = Journal(None if cluster.read_only else results)
        self._keep = conflict == "keep"
        self._refused = refused
        self._sleep = sleep
        self._stopped: t.Optional[str] = None
        self._spent = False
        self._not_tried = 0
        self._held: t.Counter[str] = collections.Counter()
        self.result = SyncResult()

    def run(self, placements: t.Iterable[Placement]) -> SyncResult:
        """Brings all placements to the cluster.

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
        for channel, count in sorted(self._held.items()):
            self.result.failures.append(f"Channel {channel} got none of its {counted(count, 'file')}, because the channel was refused.")
        if self._spent:
            self._end_of_token()
        elif self._not_tried:
            self.result.failures.append(f"{counted(self._not_tried, 'further file')} not tried for that reason.")
        return self.result

    def _end_of_token(self) -> None:
        """A token that ended on the way is no failure as long as something was done with it: the caller brings a new one."""
        if self.result.outcomes[UPLOADED]:
            self.result.unfinished = self._not_tried
        else:
            self.result.failures.append(
                f"{counted(self._not_tried, 'file')} not sent, because the token is not accepted or lives too short for one of them;"
                " look at the clocks of both sides, and at the token's lifetime in Keycloak."
            )

    def _window(self, window: t.Sequence[Placement]) -> None:
        listings: t.Dict[Pair, Listing] = {}
        if self._stopped is None and not self._spent:
            try:
                listings = self._cluster.repodata.read(pair_of(placement) for placement in window if placement.channel not in self._refused)
            except MigrationError as exc:
                self._stop(str(exc))
        absent = [placement for placement in window if self._is_missing(placement, listings)]
        if not absent:
            return
        if self._cluster.read_only:
            for placement in absent:
                self._predict(placement)
            return
        sent = []
        for placement, outcome in run_all(self._upload, absent, self._cluster.workers):
            if self._settle(placement, outcome):
                sent.append(placement)
        self._prove(sent)

    def _is_missing(self, placement: Placement, listings: t.Mapping[Pair, Listing]) -> bool:
        """Whether the placement is to be uploaded; writes down what is known of it otherwise."""
        if placement.channel in self._refused:
            self._held[placement.channel] += 1
            self._row(placement, NOT_DONE, "the channel was refused")
            return False
        if self._stopped is not None:
            self._skip(placement)
            return False
        listing = listings.get(pair_of(placement))
        if self._spent or listing is None or listing.unauthorized:
            self._spend(placement)
            return False
        if listing.state == REFUSED:
            self._fail(placement, f"the channel's {placement.subdir} cannot be read with this token; check the token, or give conda_token")
            return False
        package = listing.packages.get(placement.file)
        if package is None:
            return True
        verdict = compare(placement, package)
        if verdict == SAME:
            self._row(placement, PRESENT)
        else:
            self._conflict(placement, verdict)
        return False

    def _predict(self, placement: Placement) -> None:
        """Check mode: what an upload would come to, as far as that is seen without reading all of the file."""
        try:
            if self._dump_fd >= 0:
                DumpSource(self._dump_fd, placement).check_size()
        except SourceError as exc:
            self._settle(placement, exc)
            return
        self._uploaded(placement)

    def _upload(self, placement: Placement) -> str:
        """Uploads one file; the outcome.  Runs in a worker's thread.

        Raises:
            Stop: no other file can be uploaded either.
            MigrationError: this file could not be uploaded.
        """
        attempt = 0
        while True:
            attempt += 1
            if self._token_seconds() < TOKEN_RESERVE:
                raise Stop(SPENT)
            try:
                self._cluster.upload(placement.channel, DumpSource(self._dump_fd, placement))
                return UPLOADED
            except SourceError:
                raise
            except HttpError as exc:
                verdict = decide(exc.status, exc.reached)
                why = f"{str(exc).rstrip('.')}; {verdict.why}." if verdict.why else str(exc)
                if verdict.action == FATAL:
                    raise Stop(SPENT if exc.status == 401 else why) from exc
                if verdict.action == FAILED:
                    raise MigrationError(why) from exc
                if verdict.action == ASK:
                    there = self._look(placement)
                    if there == SAME:
                        return PRESENT if exc.status == 409 and attempt == 1 else UPLOADED
                    if there is not None:
                        return f"{CONFLICT}:{there}"
                if attempt >= ATTEMPTS:
                    if not exc.reached:
                        raise Stop(why) from exc
                    raise MigrationError(why) from exc
                self._sleep(exc.retry_after if exc.retry_after is not None else self._cluster.http.backoff(attempt))
            except MigrationError as exc:
                raise Stop(str(exc)) from exc

    def _token_seconds(self) -> float:
        tokens = self._cluster.transport.tokens
        left = tokens.seconds_left() if isinstance(tokens, FixedToken) else None
        return math.inf if left is None else left

    def _spend(self, placement: Placement) -> None:
        """The placement waits for a new token."""
        self._spent = True
        self._not_tried += 1
        self._row(placement, NOT_DONE, SPENT)

    def _look(self, placement: Placement) -> t.Optional[str]:
        """How the file on the target compares; ``None`` if there is none."""
        pair = pair_of(placement)
        try:
            package = self._cluster.repodata.read([pair])[pair].packages.get(placement.file)
        except HttpError as exc:
            if exc.status is None:
                raise Stop(str(exc)) from exc
            raise
        return None if package is None else compare(placement, package)

    def _settle(self, placement: Placement, outcome: t.Union[str, Exception]) -> bool:
        """Writes down how an upload ended; whether it is one that has to be proven."""
        if isinstance(outcome, (Stop, NotTried)) and str(outcome) == SPENT:
            self._spend(placement)
        elif isinstance(outcome, Stop):
            if self._stopped is None:
                self._stop(str(outcome))
            self._row(placement, NOT_DONE, str(outcome))
        elif isinstance(outcome, NotTried):
            self._skip(placement)
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

    def _prove(self, sent: t.Sequence[Placement]) -> None:
        """Waits until repodata shows what was uploaded; what it does not show is a failure."""
        left = list(sent)
        error = ""
        for pause in POLLS:
            if not left:
                return
            if pause:
                self._sleep(pause)
            try:
                listings = self._cluster.repodata.read(pair_of(placement) for placement in left)
            except HttpError as exc:
                error = f" ({str(exc).rstrip('.')})"
                continue
            error = ""
            unseen = []
            for placement in left:
                if listings[pair_of(placement)].unauthorized:
                    self._spend(placement)
                    continue
                package = listings[pair_of(placement)].packages.get(placement.file)
                verdict = None if package is None else compare(placement, package)
                if verdict == SAME:
                    self._uploaded(placement)
                elif verdict == DIFFERENT:
                    self._fail(placement, "it was uploaded and the cluster shows another digest for it")
                else:
                    unseen.append(placement)
            left = unseen
        for placement in left:
            self._fail(placement, f"it was uploaded and repodata did not show it within {sum(POLLS):.0f} s{error}")

    def _uploaded(self, placement: Placement) -> None:
        self._row(placement, UPLOADED)
        self.result.bytes_uploaded += placement.size
        self.result.diff.setdefault(placement.channel, []).append(f"+ {placement.subdir}/{placement.file} -> {placement.channel}")

    def _conflict(self, placement: Placement, verdict: str) -> None:
        what = "has another digest" if verdict == DIFFERENT else "cannot be compared (no digest in common)"
        reason = f"the file of this name in the channel {what}"
        self._row(placement, CONFLICT, (KEPT if self._keep else "") + reason)
        if not self._keep:
            self.result.failures.append(
                f"{placement.subdir}/{placement.file} is not put into channel {placement.channel}: {reason};"
                " remove it there or set ae_conflict to keep."
            )

    def _fail(self, placement: Placement, why: str) -> None:
        self._row(placement, NOT_DONE, why)
        self.result.failures.append(f"{placement.subdir}/{placement.file} is not in channel {placement.channel}: {why.rstrip('.')}.")

    def _skip(self, placement: Placement) -> None:
        self._not_tried += 1
        self._row(placement, NOT_DONE, f"not tried: {self._stopped}")

    def _stop(self, why: str) -> None:
        self._stopped = why
        self.result.failures.append(why)

    def _row(self, placement: Placement, outcome: str, reason: str = "") -> None:
        self.result.outcomes[outcome] += 1
        self._journal.add(TransferRow(*placement.key, outcome, reason))


def pair_of(placement: Placement) -> Pair:
    """The (channel, subdir) that shows a placement."""
    return (placement.channel, placement.subdir)


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
    """Brings ``placements`` from ``dump`` to ``cluster`` and writes a ``TransferRow`` each to ``results`` (not in check mode)."""
    return Sync(cluster, dump, results, **options).run(placements)
