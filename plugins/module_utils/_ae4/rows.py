# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes inventory lines from the folders of one owner.  Private to the collection.

``drafts`` gives the data of listing and meta.json; ``finish`` adds what was read from the file.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _json, _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump, meta
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.matching import Match, match
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.owners import Owner
from ansible_collections.ae_ops.migration.plugins.module_utils._conda import read
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model import records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import is_package, stem_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._text import is_unsafe, shown

CONDA = "conda"
OTHER = "other"
"""Kind of files in an owner's folder outside any package: projects, environments and others."""

_NEAR = 4
"""Parts of ``owner/folder/subdir/file``."""


@dataclasses.dataclass(frozen=True)
class Draft:
    """A line before its file was read.  ``found`` is None if there is nothing to read."""

    row: records.SourceFile
    found: t.Optional[_safe_open.Found]
    meta: t.Optional[meta.FileMeta]


@dataclasses.dataclass(frozen=True)
class _Package:
    """The common data of the files of one package folder."""

    owner: Owner
    name: str
    id: str
    meta: t.Optional[meta.PackageMeta]
    problem: t.Optional[Problem]

    @property
    def title(self) -> str:
        return f"package {shown(self.name)} of {self.owner.title}"


def drafts(root_fd: int, owner: Owner) -> t.Iterator[Draft]:
    """All files of an owner, in the order of their paths (what is missing follows the files of its package)."""
    with _safe_open.folder(root_fd, owner.name) as fd:
        for entry in _safe_open.listing(fd):
            if entry.kind != _safe_open.FOLDER:
                if entry.name != dump.META or entry.kind != _safe_open.FILE:
                    yield _outside(owner, "", _safe_open.Found((owner.name, entry.name), entry))
                continue
            split = dump.split_package_folder(entry.name)
            try:
                with _safe_open.folder(fd, entry.name) as below:
                    parts = (owner.name, entry.name)
                    yield from _package_drafts(root_fd, owner, below, parts, split) if split else _other_drafts(owner, below, parts)
            except OSError as exc:
                detail = f"The folder {shown(entry.name)} of {owner.title} cannot be read: {exc.strerror}."
                owner.problems.append(Problem(_json.UNREADABLE, detail))


def _other_drafts(owner: Owner, fd: int, parts: t.Tuple[str, ...]) -> t.Iterator[Draft]:
    for found in _safe_open.walk(fd, parts, _safe_open.OTHER_DEPTH):
        yield _outside(owner, shown(parts[-1]), found)


def _outside(owner: Owner, package: str, found: _safe_open.Found) -> Draft:
    """A file outside any package, of a project for example; its links and odd names do not matter here.

    A package file near the top is a sign of an unknown layout, and a problem.
    """
    problems = [] if owner.problem is None else [owner.problem]
    if _by_ending(found.parts[-1]) == CONDA and len(found.parts) <= _NEAR:
        problems.append(Problem("not_in_meta", f"The file {_title(found)} of {owner.title} is outside any package."))
    row = _row(owner, package, "", found, shown(found.parts[-1]), OTHER, problems)
    return Draft(row, None, None)


def _by_ending(name: str) -> str:
    return CONDA if is_package(name) else "file"


def _title(found: _safe_open.Found) -> str:
    return shown("/".join(found.parts[1:]))


def _package_drafts(root_fd: int, owner: Owner, fd: int, parts: t.Tuple[str, ...], split: t.Tuple[str, str]) -> t.Iterator[Draft]:
    package = _read_package(owner, fd, split)
    found = [item for item in _safe_open.walk(fd, parts) if item.parts[len(parts) :] != (dump.META,)]
    metas = package.meta.files if package.meta is not None else ()
    if package.meta is not None:
        names = {name for name in package.meta.groups if owner.kind == records.ORGANIZATION}
        if names:
            owner.groups_of.setdefault(package.name, set()).update(names)
    count = 0
    for item in match(found, metas, len(parts), lambda item: _md5_of(root_fd, item)):
        count += 1
        yield _draft(package, item)
    if package.problem is not None and not count:
        owner.problems.append(package.problem)


def _md5_of(root_fd: int, found: _safe_open.Found) -> t.Optional[str]:
    if found.entry.kind != _safe_open.FILE:
        return None
    fd = _safe_open.open_beneath(root_fd, found.path)
    try:
        return read.read_package(fd, "").md5
    finally:
        os.close(fd)


def _read_package(owner: Owner, fd: int, split: t.Tuple[str, str]) -> _Package:
    package_id, name = split
    title = f"package {shown(name)} of {owner.title}"
    parsed = None
    problem = None
    try:
        data = dump.read_meta(fd)
        if data is None:
            problem = Problem("package_meta_missing", f"The {title} has no meta.json in the dump, so the access to its files is not known.")
        else:
            parsed = meta.parse_package(meta.load(data))
            if parsed.name is not None and parsed.name.lower() != name.lower():
                detail = f"The folder of the {title} has the meta.json of another package, {parsed.name}."
                problem = Problem("identity_mismatch", detail)
    except MigrationError as exc:
        code = exc.code if isinstance(exc, _json.MetaError) else _json.UNREADABLE
        problem = Problem(code, f"The meta.json of the {title} cannot be read: {exc}; its files are not migrated.")
    return _Package(owner, name, package_id, parsed, problem)


def _draft(package: _Package, item: Match) -> Draft:
    owner, entry = package.owner, item.meta
    name = shown(item.name) or "(unnamed)"
    problems = [problem for problem in (owner.problem, package.problem) if problem is not None]
    if entry is not None and entry.error is not None:
        problems.append(Problem(entry.error.code, f"The entry {name} in the meta.json of {package.title} cannot be read: {entry.error}."))
    if item.found is None:
        if entry is None or entry.error is None or entry.name:
            problems.append(Problem("file_missing", f"The file {name} of {package.title} is in its meta.json but not in the dump."))
    else:
        problems += _entry_problems(owner, item.found)
        if entry is None and package.meta is not None:
            problems.append(Problem("not_in_meta", f"The file {name} of {package.title} is in the dump but not in its meta.json."))
        elif (
            entry is not None
            and entry.size is not None
            and item.found.entry.kind == _safe_open.FILE
            and entry.size != item.found.entry.size
        ):
            detail = f"The file {name} of {package.title} has {item.found.entry.size} bytes, but AE4 says {entry.size}."
            problems.append(Problem("size_mismatch", detail))
    kinds = package.meta.kinds if package.meta is not None else ()
    kind = (entry.kind if entry else None) or (kinds[0] if len(kinds) == 1 else _by_ending(item.name))
    row = _row(owner, package.name, package.id, item.found, name, kind, problems)
    row = dataclasses.replace(
        row,
        subdir=(entry.subdir if entry else None) or item.folder_subdir,
        labels=entry.labels if entry else (),
        access=package.meta.access if package.meta is not None else records.UNKNOWN,
        groups=tuple(sorted(owner.groups_of.get(package.name, ()))),
        collaborators=package.meta.collaborators if package.meta is not None else (),
        md5=entry.md5 if entry else None,
        sha256=entry.sha256 if entry else None,
        uploaded=entry.uploaded if entry else None,
        size=row.size if item.found is not None else (entry.size or 0) if entry else 0,
    )
    readable = item.found is not None and item.found.entry.kind == _safe_open.FILE and not any(is_unsafe(part) for part in item.found.parts)
    return Draft(row, item.found if readable else None, entry)


def _entry_problems(owner: Owner, found: _safe_open.Found) -> t.List[Problem]:
    problems = []
    title = f"{_title(found)} of {owner.title}"
    if any(is_unsafe(part) for part in found.parts[1:]):
        problems.append(Problem(_json.UNSAFE, f"The name of {title} has control or undecodable characters."))
    if found.too_deep:
        problems.append(Problem("not_regular", f"The folder {title} is deeper than {_safe_open.MAX_DEPTH} folders and was not read."))
    elif found.entry.kind != _safe_open.FILE:
        problems.append(Problem("not_regular", f"The entry {title} is a link or a special file, which is not read."))
    return problems


def _row(
    owner: Owner, package: str, package_id: str, found: t.Optional[_safe_open.Found], name: str, kind: str, problems: t.List[Problem]
) -> records.SourceFile:
    return records.SourceFile(
        owner=owner.title,
        owner_kind=owner.kind,
        package=shown(package),
        package_id=package_id,
        file=name,
        subdir=None,
        path="" if found is None else "/".join(shown(part) for part in found.parts),
        labels=(),
        access=records.UNKNOWN,
        groups=(),
        size=found.entry.size if found is not None else 0,
        md5=None,
        sha256=None,
        kind=kind,
        problems=tuple(problems),
    )


def finish(draft: Draft, reading: t.Union[read.Reading, str, None]) -> records.SourceFile:
    """The line, with the digests and the identity from the file compared to AE4's.

    ``reading`` is None if the file was not to be read, and a string (why) if it could not be.
    """
    row = draft.row
    if reading is None:
        return row
    title = f"The file {row.file} of the package {row.package} of {row.owner}"
    problems = list(row.problems)
    if isinstance(reading, str):
        return dataclasses.replace(row, problems=(*problems, Problem("bad_archive", f"{title} cannot be read: {reading}.")))
    same = True
    for code, expected, real in (("md5_mismatch", row.md5, reading.md5), ("sha256_mismatch", row.sha256, reading.sha256)):
        if expected is not None and expected != real:
            same = False
            detail = (
                f"{title} has the {code[:-9]} {real}, but AE4 says {expected}, so it is damaged or was replaced and is not migrated;"
                " upload it to AE4 again, or remove it there."
            )
            problems.append(Problem(code, detail))
    subdir = row.subdir
    if row.kind == CONDA:
        is_ae4s = same and (row.md5 or row.sha256) is not None
        subdir = _check_identity(row, reading, title, problems, is_ae4s)
    return dataclasses.replace(
        row,
        subdir=subdir,
        md5=row.md5 or (reading.md5 if same else None),
        sha256=row.sha256 or (reading.sha256 if same else None),
        problems=tuple(problems),
    )


def _check_identity(
    row: records.SourceFile, reading: read.Reading, title: str, problems: t.List[Problem], is_ae4s: bool
) -> t.Optional[str]:
    """The file's subdir; adds to ``problems``."""
    identity = reading.identity
    if reading.error is not None:
        hint = "; its digest is AE4's, so it was uploaded like this: build it again, or remove it from AE4" if is_ae4s else ""
        problems.append(Problem("bad_archive", f"{title} is not a valid package: {reading.error}{hint}."))
    elif identity is None and not is_package(row.file):
        problems.append(Problem("bad_archive", f"{title} is of kind conda but its name does not end in .tar.bz2 or .conda."))
    if identity is None:
        return row.subdir
    inside = f"{identity.name}-{identity.version}-{identity.build}"
    if stem_of(row.file) != inside:
        problems.append(Problem("identity_mismatch", f"{title} has the metadata of {inside} inside."))
    if row.subdir is not None and identity.subdir_told and identity.subdir not in (None, row.subdir):
        problems.append(
            Problem("identity_mismatch", (f"{title} is for {identity.subdir} by its own metadata, but AE4 has it in {row.subdir}."))
        )
    subdir = row.subdir or identity.subdir
    if subdir is None:
        problems.append(Problem("bad_archive", f"{title} has no subdir, neither inside nor in meta.json."))
    return subdir
