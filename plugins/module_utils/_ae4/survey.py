# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the content of a dump and compares two dumps.  Private to the collection.

A survey reads names, sizes and every meta.json, not the package files.  If two surveys agree, a file's bytes can still differ;
they are compared one by one, except if the package's meta.json, which is the same in both dumps, has the file's md5: then AE4
itself says that it has not changed.  Files that were written after the dump was renamed are compared anyway, so that an export
repairs what was damaged in the last good dump.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump, meta
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.matching import match
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown

_CHUNK = 1 << 20


@dataclasses.dataclass
class OwnerSurvey:
    """One owner folder.  ``digest`` changes with names, sizes and the content of any meta.json in it."""

    digest: str = ""
    packages: int = 0
    files: int = 0
    bytes: int = 0
    has_meta: bool = False

    def line(self, name: str) -> str:
        return f"{name}: {self.packages} packages, {self.files} files, {self.bytes} bytes, {self.digest[:12]}"


@dataclasses.dataclass
class Survey:
    """A dump.  ``incomplete`` are package folders (``owner/folder``) whose meta.json is missing or cut off."""

    owners: t.Dict[str, OwnerSurvey] = dataclasses.field(default_factory=dict)
    incomplete: t.Set[str] = dataclasses.field(default_factory=set)
    loose: t.List[t.Tuple[str, str, int]] = dataclasses.field(default_factory=list)
    """Entries that are not owner folders: name, kind, size."""
    touched: t.Set[str] = dataclasses.field(default_factory=set)
    """Paths of files that were written after the dump was renamed; without meaning for a dump being created."""

    @property
    def is_empty(self) -> bool:
        """Whether it holds not even a package folder or an owner's meta.json."""
        return not any(owner.packages or owner.has_meta for owner in self.owners.values())

    def summary(self) -> t.Dict[str, int]:
        owners = self.owners.values()
        return {
            "owners": len(owners),
            "packages": sum(owner.packages for owner in owners),
            "files": sum(owner.files for owner in owners),
            "bytes": sum(owner.bytes for owner in owners),
        }

    def lines(self) -> t.List[str]:
        return [owner.line(shown(name)) for name, owner in self.owners.items()]


def survey(root_fd: int) -> Survey:
    """Surveys an open dump.  Raises ``OSError`` or ``MigrationError`` where it cannot be read."""
    result = Survey()
    named_ns = os.fstat(root_fd).st_ctime_ns
    """Renaming a folder sets its ctime and none of those below it."""
    for entry in _safe_open.listing(root_fd):
        if entry.kind == _safe_open.FOLDER:
            result.owners[entry.name] = _survey_owner(root_fd, entry.name, result, named_ns)
        else:
            result.loose.append((entry.name, entry.kind, entry.size))
    return result


def _survey_owner(root_fd: int, name: str, whole: Survey, named_ns: int) -> OwnerSurvey:
    """Adds incomplete packages, and files written after ``named_ns``, to ``whole``."""
    result, digest = OwnerSurvey(), hashlib.sha256()
    with _safe_open.folder(root_fd, name) as fd:
        for entry in _safe_open.listing(fd):
            if entry.kind != _safe_open.FOLDER:
                found = [_safe_open.Found((name, entry.name), entry)]
                result.has_meta = result.has_meta or (entry.name == dump.META and entry.kind == _safe_open.FILE)
            else:
                digest.update(encode(entry.name) + b"/\0")
                with _safe_open.folder(fd, entry.name) as below:
                    found = list(_safe_open.walk(below, (name, entry.name), _safe_open.OTHER_DEPTH))
                if dump.split_package_folder(entry.name):
                    result.packages += 1
                    if not _has_whole_meta(root_fd, (name, entry.name, dump.META), found):
                        whole.incomplete.add(f"{name}/{entry.name}")
            whole.touched.update(item.path for item in found if item.entry.ctime_ns > named_ns)
            for item in found:
                _add(root_fd, item, result, digest)
    result.digest = digest.hexdigest()
    return result


def _is_meta(item: _safe_open.Found) -> bool:
    return item.parts[-1] == dump.META and item.entry.kind == _safe_open.FILE and len(item.parts) <= 3


def _add(root_fd: int, item: _safe_open.Found, result: OwnerSurvey, digest: t.Any) -> None:
    digest.update(encode(item.path) + f"\0{item.entry.kind}\0{item.entry.size}\0".encode())
    if _is_meta(item):
        for chunk in _chunks(root_fd, item.path):
            digest.update(chunk)
    else:
        result.files += 1
        result.bytes += item.entry.size


def _chunks(root_fd: int, path: str) -> t.Iterator[bytes]:
    with os.fdopen(_safe_open.open_beneath(root_fd, path), "rb") as stream:
        yield from iter(lambda: stream.read(_CHUNK), b"")


def _has_whole_meta(root_fd: int, parts: t.Tuple[str, ...], found: t.Iterable[_safe_open.Found]) -> bool:
    """Whether the package's meta.json is there and ends as an object does: a disk that fills up cuts it off."""
    item = next((item for item in found if item.parts == parts and item.entry.kind == _safe_open.FILE), None)
    if item is None:
        return False
    with os.fdopen(_safe_open.open_beneath(root_fd, item.path), "rb") as stream:
        stream.seek(max(0, item.entry.size - 64))
        return stream.read().rstrip().endswith(b"}")


def same_surveys(old: Survey, new: Survey) -> bool:
    return old.loose == new.loose and {name: owner.digest for name, owner in old.owners.items()} == {
        name: owner.digest for name, owner in new.owners.items()
    }


def owners_with_other_bytes(old_fd: int, new_fd: int, touched: t.Container[str]) -> t.List[str]:
    """Owners with a file whose bytes differ between two dumps that have the same survey.

    ``touched`` are the paths of the old dump whose md5 is not trusted.  Raises ``OSError``, ``MigrationError``.
    """
    return [
        entry.name
        for entry in _safe_open.listing(new_fd)
        if entry.kind == _safe_open.FOLDER
        and any(_differs(old_fd, new_fd, item, has_md5 and item.path not in touched) for item, has_md5 in _pairs(new_fd, entry.name))
    ]


def _pairs(root_fd: int, owner: str) -> t.Iterator[t.Tuple[_safe_open.Found, bool]]:
    """The owner's files, each with whether a meta.json has its md5."""
    with _safe_open.folder(root_fd, owner) as fd:
        for entry in _safe_open.listing(fd):
            if entry.kind != _safe_open.FOLDER:
                yield _safe_open.Found((owner, entry.name), entry), False
                continue
            with _safe_open.folder(fd, entry.name) as below:
                found = [item for item in _safe_open.walk(below, (owner, entry.name), _safe_open.OTHER_DEPTH) if not _is_meta(item)]
                for pair in match(found, _file_metas(below), 2, lambda _found: None):
                    if pair.found is not None:
                        yield pair.found, pair.meta is not None and pair.meta.md5 is not None


def _file_metas(fd: int) -> t.Sequence[meta.FileMeta]:
    try:
        data = dump.read_meta(fd)
        return () if data is None else meta.parse_package(meta.load(data)).files
    except MigrationError:
        return ()  # without an md5 all bytes are compared


def _differs(old_fd: int, new_fd: int, item: _safe_open.Found, has_md5: bool) -> bool:
    if has_md5 or item.entry.kind != _safe_open.FILE or _is_meta(item):
        return False
    with os.fdopen(_safe_open.open_beneath(old_fd, item.path), "rb") as old, os.fdopen(
        _safe_open.open_beneath(new_fd, item.path), "rb"
    ) as new:
        if os.path.sameopenfile(old.fileno(), new.fileno()):
            return False  # an export that makes hard links
        while True:
            left, right = old.read(_CHUNK), new.read(_CHUNK)
            if left != right:
                return True
            if not left:
                return False
