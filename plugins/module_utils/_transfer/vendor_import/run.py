# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrates owners with the vendor import.  Private to the collection.

One owner after the other: repodata shows which files are missing; an owner without missing files is left alone; an owner whose
plan the import would not follow is refused; for the others the command runs, its output is not trusted, and repodata shows
what it imported.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.dump import open_dump
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import Listing, Pair
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import seconds_for
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import SAME, Key, compare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN
from ansible_collections.ae_ops.migration.plugins.module_utils._model.vendor_import import OwnerFacts, refusal
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.source import CorruptFile, SourceError
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.sync import (
    MOVED,
    NOT_DONE,
    POLLS,
    QUARANTINED,
    Sync,
    SyncResult,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.upload import (
    CONFLICT,
    SPENT,
    pair_of,
    token_seconds,
    total,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import import folder
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import.slice import Slice
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

IMPORTED = "imported"
LEFT_ALONE = "present"
REFUSED_OWNER = "refused"
FAILED_OWNER = "failed"

NOT_IMPORTED = "the vendor import ended without an error and did not import it; upload it with ae_upload_method: files"
ERRORS_SHOWN = 3

Damaged = t.Dict[Key, SourceError]

AFTER_FAILURE = POLLS[:4]
"""After a command that failed, the wait for imported files is short."""


@dataclasses.dataclass(frozen=True)
class Choice:
    """The facts of the plan about the owners, and the declarations of this run."""

    facts: t.Mapping[str, OwnerFacts]
    accept_public: t.Sequence[str] = ()
    refused: t.FrozenSet[str] = frozenset()
    timeout: t.Optional[float] = None
    """Seconds for one owner's command; the default depends on the size of the owner's files."""
    stale: str = ""
    """Why no owner may be imported, the end of a sentence."""


class VendorImport(Sync):
    """One run.  ``rows`` has one row for each owner."""

    SETTLING: t.ClassVar[str] = "keep"

    def __init__(self, cluster: Cluster, dump: str, results: t.Optional[str], choice: Choice, **options: t.Any) -> None:
        # This class handles refused channels itself: they are a reason to refuse their owner.
        super().__init__(cluster, dump, results, **options)
        self._choice = choice
        self._channels: t.Optional[t.Set[str]] = None
        self._imported: t.List[str] = []
        self.imports = 0
        """Commands run; in check mode, commands that would run."""
        self.rows: t.List[Json] = []
        self.warnings: t.List[str] = []

    def bring(self, placements: Slice, owners: t.Sequence[str]) -> SyncResult:
        """Imports the owners of the slice.

        Raises:
            MigrationError: the dump or the list cannot be read; what was done until then is in the journal.
        """
        try:
            if not self._cluster.read_only or os.path.isdir(self._dump):
                self._dump_fd = open_dump(self._dump)
            for owner in owners:
                self._owner(owner, placements.of(owner))
            self._new_channels(placements.channels)
            self._journal.finish()
        finally:
            self._journal.close()
            if self._dump_fd >= 0:
                os.close(self._dump_fd)
                self._dump_fd = -1
        if self._spent:
            # What the last command imported may not have been seen; the next token will see it.
            self._end_of_token(self.imports > 0)
        elif self._not_tried:
            self.result.failures.append(f"{counted(self._not_tried, 'more file')} not tried for that reason.")
        return self.result

    def _owner(self, owner: str, placements: t.Sequence[Placement]) -> None:
        listings = self._listings(placements)
        outcomes = self.result.outcomes
        before = dict(outcomes)
        absent = [placement for placement in placements if self._is_missing(placement, listings)]
        conflicts, moved, failed = (outcomes[name] - before[name] for name in (CONFLICT, MOVED, NOT_DONE))
        if not absent:
            self._owner_row(owner, FAILED_OWNER if failed else LEFT_ALONE, failed)
            return
        reason, damaged = self._reason(owner, placements, absent, (conflicts, moved, failed))
        if reason:
            self._refuse(owner, absent, reason, damaged)
        elif self._cluster.read_only:
            self.imports += 1
            for placement in absent:
                self._uploaded(placement)
            self._owner_row(owner, IMPORTED, len(absent))
        else:
            self._import(owner, placements, absent, listings)

    def _listings(self, placements: t.Iterable[Placement]) -> t.Dict[Pair, Listing]:
        if self._stopped is None and not self._spent:
            try:
                return self._cluster.repodata.read(pair_of(placement) for placement in placements)
            except MigrationError as exc:
                self._stop(str(exc))
        return {}

    def _reason(
        self, owner: str, placements: t.Sequence[Placement], absent: t.Sequence[Placement], counts: t.Tuple[int, int, int]
    ) -> t.Tuple[str, Damaged]:
        """Why the owner is not imported, the end of a sentence, empty if it is; and which files are to blame.

        ``counts`` are its files in conflict, those that have changed since the plan, and those that cannot be read.
        """
        conflicts, moved, unreadable = counts
        choice = self._choice
        channels = {placement.channel for placement in placements}
        reason = choice.stale or refusal(choice.facts.get(owner), choice.accept_public, choice.refused, channels)
        if not reason and unreadable:
            reason = f"{counted(unreadable, 'file')} of it cannot be checked with this token"
        if not reason and moved:
            reason = f"{counted(moved, 'file')} of its channels changed since the plan was made; {AGAIN}"
        if not reason and conflicts:
            # It is not known whether the import overwrites (A4).
            reason = f"its channels hold other bytes for {counted(conflicts, 'file')}, which the import may overwrite"
        if reason or self._dump_fd < 0:
            return reason, {}
        try:
            folder.folder_of(owner, placements)
            known = {placement.path for placement in placements} | set(choice.facts[owner].known)
            folder.check_folder(self._dump_fd, owner, known)
        except MigrationError as exc:
            return str(exc), {}
        damaged = {placement.key: error for placement, error in folder.check_files(self._dump_fd, absent, not self._cluster.read_only)}
        texts = list(dict.fromkeys(str(error).rstrip(".") for error in damaged.values()))
        return "; ".join(texts[:ERRORS_SHOWN]) + (f"; {len(texts) - ERRORS_SHOWN} more such files" if texts[ERRORS_SHOWN:] else ""), damaged

    def _refuse(self, owner: str, absent: t.Sequence[Placement], reason: str, damaged: Damaged) -> None:
        self.result.failures.append(
            f"Owner {owner}, with {counted(len(absent), 'missing file')}, cannot be migrated with the vendor import: {reason};"
            " use ae_upload_method: files for it."
        )
        for placement in absent:
            error = damaged.get(placement.key)
            if isinstance(error, CorruptFile):
                self._row(placement, QUARANTINED, str(error))
            else:
                self._row(placement, NOT_DONE, f"its owner cannot be migrated with the vendor import: {reason}")
        self._owner_row(owner, REFUSED_OWNER, len(absent), reason)

    def _import(
        self, owner: str, placements: t.Sequence[Placement], absent: t.Sequence[Placement], before: t.Mapping[Pair, Listing]
    ) -> None:
        """Runs the command and checks what it imported."""
        if token_seconds(self._cluster) < 0:
            for placement in absent:
                self._spend(placement)
            self._owner_row(owner, FAILED_OWNER, len(absent), SPENT)
            return
        timeout = self._choice.timeout or self._cluster.http.timeout + seconds_for(len(placements), total(placements))
        error: t.Optional[HttpError] = None
        try:
            if self._channels is None:
                self._channels = set(self._cluster.channels())
            self.imports += 1
            self._imported.append(owner)
            self._cluster.import_folder(folder.absolute(self._dump_fd, owner), timeout)
        except HttpError as exc:
            error = exc
        except MigrationError as exc:
            self._stop(str(exc))
            for placement in absent:
                self._skip(placement, str(exc))
            self._owner_row(owner, FAILED_OWNER, len(absent), str(exc))
            return
        left = self._wait(absent, POLLS if error is None else AFTER_FAILURE)
        self._report_missing(owner, left, error)
        if not self._spent:
            self._look_around(owner, placements, before)
        self._owner_row(owner, FAILED_OWNER if left else IMPORTED, len(left) or len(absent), str(error or ""))

    def _wait(self, absent: t.Sequence[Placement], polls: t.Sequence[float]) -> t.List[Placement]:
        """Records files as repodata shows them; returns those it did not show in time."""
        left = list(absent)
        for pause in polls:
            if not left:
                break
            if pause:
                self._sleep(pause)
            try:
                listings = self._cluster.repodata.read(pair_of(placement) for placement in left)
            except HttpError:
                # The next read may succeed; files that none has shown are reported as missing.
                continue
            unseen = []
            for placement in left:
                listing = listings[pair_of(placement)]
                package = listing.packages.get(placement.file)
                if listing.unauthorized:
                    self._spend(placement)
                elif package is None:
                    unseen.append(placement)
                elif compare(placement, package) == SAME:
                    self._uploaded(placement)
                else:
                    self._conflict(placement, compare(placement, package))
            left = unseen
        return left

    def _report_missing(self, owner: str, left: t.Sequence[Placement], error: t.Optional[HttpError]) -> None:
        if error is not None and not left:
            self.warnings.append(f"The vendor import of owner {owner} ended with an error, but all its files are on the cluster. {error}")
        elif error is not None and error.status == 401:
            for placement in left:
                self._spend(placement)
        elif error is not None:
            for placement in left:
                self._row(placement, NOT_DONE, f"the vendor import failed: {error}")
            names = listed([f"{placement.channel}/{placement.subdir}/{placement.file}" for placement in left], ERRORS_SHOWN)
            count = counted(len(left), "file is missing", "files are missing")
            self.result.failures.append(f"The vendor import of owner {owner} failed, and {count} ({names}); run it again. {error}")
        else:
            for placement in left:
                self._fail(placement, NOT_IMPORTED)

    def _look_around(self, owner: str, placements: t.Sequence[Placement], before: t.Mapping[Pair, Listing]) -> None:
        """Reports files that the import added to or replaced in the owner's channels and that are not planned."""
        planned = {placement.key for placement in placements}
        try:
            after = self._cluster.repodata.read(before)
        except HttpError as exc:
            self.warnings.append(f"Other changes by the vendor import of owner {owner} could not be checked. {exc}")
            return
        for (channel, subdir), listing in after.items():
            known = before[channel, subdir].packages
            for file, package in sorted(listing.packages.items()):
                what = None
                if file not in known and (channel, subdir, file) not in planned:
                    what = "added, which is not planned,"
                elif file in known and (known[file].sha256, known[file].md5) != (package.sha256, package.md5):
                    what = "replaced by a different file"
                if what:
                    self.result.failures.append(
                        f"{subdir}/{file} of channel {channel} was {what} during the vendor import of owner {owner}; check it."
                    )

    def _new_channels(self, planned: t.Container[str]) -> None:
        """Reports channels of the imported owners that appeared meanwhile and are not in the plan."""
        if self._channels is None or self._stopped is not None or self._spent:
            return
        try:
            now = self._cluster.channels()
        except HttpError as exc:
            self.warnings.append(f"It could not be checked whether the vendor import created other channels. {exc}")
            return
        for name in sorted(set(now) - self._channels):
            owner = name.split("/", 1)[0]
            if owner in self._imported and name not in planned:
                self.result.failures.append(
                    f"Channel {name} is not in the plan; it appeared during the vendor import of owner {owner}; check it."
                )

    def _owner_row(self, owner: str, result: str, files: int, reason: str = "") -> None:
        self.rows.append({"owner": owner, "result": result, "files": files, "reason": reason})
