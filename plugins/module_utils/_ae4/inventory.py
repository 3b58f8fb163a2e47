# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the inventory of a dump: one line per file, with digests and AE4's data.  Private to the collection.

Two passes over the dump: first every owner's meta.json (members of groups are in the users' files too), then
owner after owner, package after package.  Only owners and groups are kept in memory, lines are written as they come.

Every package file of kind conda is read once and not again while it is in the cache: sha256, AE4's md5 is verified, the
identity inside the archive.  A file of another kind is not read unless ``deep``: AE5 does not accept it.
"""

from __future__ import annotations

import collections
import concurrent.futures
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump, rows
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.cache import ReadingCache, cache_key
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.output import LinesDiff, inventory_line, owners_path
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.owners import Owner, connect, owner_record, read_owner
from ansible_collections.ae_ops.migration.plugins.module_utils._conda import read as archive
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import NewFile, atomic_writer
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import OwnerRecord, Problem, SiteRecord, SourceFile
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

_Read = t.Union[archive.Reading, str, None]

AHEAD = 16
"""Files per worker that are given to the pool before the first of them is written."""


class InventoryResult(t.NamedTuple):
    """The result of an inventory.  ``problems`` are sentences, each once."""

    changed: bool
    summary: t.Dict[str, t.Any]
    problems: t.List[str]
    warnings: t.List[str]
    diff: t.List[str]


class _Scan:
    """One walk over an open dump."""

    def __init__(self, root_fd: int, cache: ReadingCache, workers: int, deep: bool) -> None:
        self.root_fd, self.cache, self.workers, self.deep = root_fd, cache, workers, deep
        self.owners: t.List[Owner] = []
        self.problems: t.List[Problem] = []
        self.warnings: t.List[str] = []

    def read_owners(self) -> None:
        for entry in _safe_open.listing(self.root_fd):
            name = shown(entry.name)
            if entry.kind == _safe_open.OTHER:
                detail = f"The entry {name} of the dump is a link or a special file, which is not read."
                self.problems.append(Problem("not_regular", detail))
            elif entry.kind == _safe_open.FILE or name.startswith("."):
                self.warnings.append(f"The entry {name} of the dump is not an owner's folder and was not read.")
            else:
                self._read_owner(entry.name, name)
        connect(self.owners)

    def _read_owner(self, name: str, title: str) -> None:
        try:
            self.owners.append(read_owner(self.root_fd, name))
        except OSError as exc:
            self.problems.append(Problem("meta_unreadable", f"The owner folder {title} of the dump cannot be read: {exc.strerror}."))

    def files(self) -> t.Iterator[SourceFile]:
        """All lines in their order; files are read ahead."""
        pending: t.Deque[t.Tuple[rows.Draft, t.Union[_Read, concurrent.futures.Future[_Read]]]] = collections.deque()
        with concurrent.futures.ThreadPoolExecutor(max_workers=self.workers) as pool:
            for owner in self.owners:
                for draft in rows.drafts(self.root_fd, owner):
                    known = self.known(draft)
                    wanted = known is None and draft.found is not None and (self.deep or draft.row.kind == rows.CONDA)
                    pending.append((draft, pool.submit(self.read, draft) if wanted else known))
                    while len(pending) > AHEAD * self.workers:
                        yield _finished(*pending.popleft())
            while pending:
                yield _finished(*pending.popleft())

    def known(self, draft: rows.Draft) -> t.Optional[archive.Reading]:
        """The cached reading of the file.

        A reading that differs from AE4's digests is not used: the file may have been exported again since.
        """
        row = draft.row
        found = None if self.deep or draft.found is None else self.cache.get(_key(draft, draft.found))
        if found is None or row.md5 not in (None, found.md5) or row.sha256 not in (None, found.sha256):
            return None
        return None if row.kind == rows.CONDA and archive.could_tell_more(found, row.file) else found

    def read(self, draft: rows.Draft) -> _Read:
        """Digests and identity from the file; a string if it cannot be read.  Runs in a thread of the pool."""
        found, row = draft.found, draft.row
        if found is None:
            return None
        try:
            fd = _safe_open.open_beneath(self.root_fd, found.path)
            try:
                name = row.file if row.kind == rows.CONDA else ""
                reading = archive.read_package(fd, name, whole=row.md5 is None and row.sha256 is None)
            finally:
                os.close(fd)
        except OSError as exc:
            return str(exc.strerror or exc)
        except MigrationError as exc:
            return str(exc)
        if reading.size != row.size:
            return "it has changed while it was read"
        self.cache.put(_key(draft, found), reading)
        return reading


def _key(draft: rows.Draft, found: _safe_open.Found) -> str:
    row = draft.row
    return cache_key(row.package_id, "/".join(found.parts[2:]), row.size, row.md5, found.entry.mtime_ns, row.kind == rows.CONDA)


def _finished(draft: rows.Draft, reading: t.Union[_Read, concurrent.futures.Future[_Read]]) -> SourceFile:
    return rows.finish(draft, reading.result() if isinstance(reading, concurrent.futures.Future) else reading)


class _Tally:
    """Counts over all lines, and each problem's sentence once: an owner without meta.json affects many files."""

    def __init__(self) -> None:
        self.files = self.bytes = self.quarantined = 0
        self.kinds: t.Dict[str, int] = {}
        self.sentences: t.Dict[str, None] = {}
        self.packages: t.Set[t.Tuple[str, str]] = set()

    def add(self, row: SourceFile) -> None:
        self.files += 1
        self.bytes += row.size
        self.quarantined += bool(row.problems)
        self.kinds[row.kind] = self.kinds.get(row.kind, 0) + 1
        if row.package_id:
            self.packages.add((row.owner, row.package_id))
        self.note(row.problems)

    def note(self, problems: t.Iterable[Problem]) -> None:
        for problem in problems:
            self.sentences[problem.detail] = None

    def summary(self, owners: int) -> t.Dict[str, t.Any]:
        return {
            "owners": owners,
            "packages": len(self.packages),
            "files": self.files,
            "bytes": self.bytes,
            "problems": len(self.sentences),
            "quarantined": self.quarantined,
            "kinds": dict(sorted(self.kinds.items())),
        }


def make_inventory(
    path: str, inventory: str, site: str, cache: t.Optional[str], workers: int, deep: bool, write: bool, diff: bool
) -> InventoryResult:
    """Makes ``inventory`` and its owners file from the dump at ``path``.

    Files are replaced as a whole and only if their content differs, the owners file last: it binds itself to the other by
    digest.  ``write`` false computes the same and writes nothing.  Raises ``MigrationError`` or ``OSError``.
    """
    root_fd = dump.open_dump(path)
    try:
        readings = ReadingCache(cache, write, ignore_old=deep)
        try:
            result = _make(_Scan(root_fd, readings, workers, deep), inventory, site, write, diff)
            readings.finish()
            return result
        finally:
            readings.close()
    finally:
        os.close(root_fd)


def _add(new: NewFile, diff: LinesDiff, record: t.Union[SourceFile, OwnerRecord]) -> None:
    data = record.to_json()
    new.write(inventory_line(data))
    diff.add(data)


def _make(scan: _Scan, inventory: str, site: str, write: bool, diff: bool) -> InventoryResult:
    tally = _Tally()
    scan.read_owners()
    files_diff, owners_diff = LinesDiff(inventory, diff), LinesDiff(owners_path(inventory), diff)
    with atomic_writer(inventory, 0o600, write) as files, atomic_writer(owners_path(inventory), 0o600, write) as owners:
        for row in scan.files():
            tally.add(row)
            _add(files, files_diff, row)
        owner_records = sorted((owner_record(owner) for owner in scan.owners), key=lambda record: record.name)
        head = SiteRecord(site, tally.files, tally.bytes, files.sha256, len(owner_records), tuple(scan.problems))
        owners.write(inventory_line(head.to_json()))
        tally.note(scan.problems)
        for record in owner_records:
            tally.note(record.problems)
            _add(owners, owners_diff, record)
    lines = [*owners_diff.lines(), *files_diff.lines()]
    return InventoryResult(files.changed or owners.changed, tally.summary(len(owner_records)), list(tally.sentences), scan.warnings, lines)
