# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a project goes into its archive.  Private to the collection.

The project belongs to a user who may still be working in it, and this may run as root: folders are opened one by one
relative to the one above, links are never followed, and nothing in the project is written.

As in anaconda-project's archives a folder is a member only if nothing in it is one; unlike there (0.6.0, measured) such a
folder does not bring the files along that the patterns leave out of it.  A link is a member if it ends inside
the project at something that is one, too; an absolute one becomes relative, since the project will lie elsewhere.
"""

from __future__ import annotations

import dataclasses
import os
import posixpath
import stat
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import DIR, FILE, LINK
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_ignore import FILE as PROJECTIGNORE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_ignore import Ignore
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import DEPTH, MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_files import HEAD
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import folder, open_file
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words

_LINKS = 40
_LARGEST = 3

WhyNot = t.Callable[[str, t.Callable[[], bytes]], str]
"""Why a file, of which the beginning can be read, is not to be in the archive; empty if it is."""


class Stamp(t.NamedTuple):
    """What shows that a file has not changed since it was read."""

    size: int
    inode: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        return cls(status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


class Member(t.NamedTuple):
    """A file, link or empty folder of an archive.  ``data`` is set where the archive gets other bytes than the project has."""

    path: str
    kind: str
    size: int = 0
    executable: bool = False
    target: str = ""
    stamp: t.Optional[Stamp] = None
    data: t.Optional[bytes] = None


class LeftOut(t.NamedTuple):
    """Something of a project that its archive lacks although no pattern leaves it out; ``why`` is the end of a sentence."""

    path: str
    why: str


@dataclasses.dataclass(frozen=True)
class Survey:
    """What an archive is to hold, ordered by path, and what it lacks."""

    members: t.Tuple[Member, ...]
    left_out: t.Tuple[LeftOut, ...]
    ignored: t.Tuple[t.Tuple[str, str], ...]
    """Path and pattern of what was left out by a pattern; of a folder only the folder."""
    bytes: int
    """Of all files together, unpacked."""


class TooLarge(MigrationError):
    """A project is over the limit that AE5 has for an upload."""


class _Walk:
    def __init__(self, ignore: Ignore, replaced: t.AbstractSet[str], why_not: WhyNot) -> None:
        self.ignore, self.replaced, self.why_not = ignore, replaced, why_not
        self.found: t.List[Member] = []
        self.left_out: t.List[LeftOut] = []
        self.ignored: t.List[t.Tuple[str, str]] = []
        self.links: t.Dict[str, str] = {}
        self.folders: t.Set[str] = set()

    def enter(self, fd: int, above: str, depth: int) -> None:
        names = [os.fsencode(name).decode("utf-8", "surrogateescape") for name in os.listdir(fd)]
        for name in sorted(names):
            path = f"{above}/{name}" if above else name
            if path in self.replaced:
                continue
            try:
                status = os.stat(encode(name), dir_fd=fd, follow_symlinks=False)
            except FileNotFoundError:
                continue  # taken away since the folder was listed
            self.take(fd, name, path, status, depth)

    def take(self, fd: int, name: str, path: str, status: os.stat_result, depth: int) -> None:
        is_link = stat.S_ISLNK(status.st_mode)
        is_folder = stat.S_ISDIR(status.st_mode) or (is_link and _leads_to_folder(fd, name))
        pattern = self.ignore.reason(path, is_folder)
        if pattern:
            self.ignored.append((path, pattern))
        elif is_link:
            self.links[path] = os.readlink(encode(name), dir_fd=fd).decode("utf-8", "surrogateescape")
        elif stat.S_ISDIR(status.st_mode):
            self.descend(fd, name, path, depth)
        elif stat.S_ISREG(status.st_mode):
            why = self.why_not(path, lambda: _head(fd, name))
            if why:
                self.left_out.append(LeftOut(path, why))
            else:
                self.found.append(Member(path, FILE, status.st_size, bool(status.st_mode & 0o100), stamp=Stamp.of(status)))
        else:
            self.left_out.append(LeftOut(path, "it is not a file, folder or link"))

    def descend(self, fd: int, name: str, path: str, depth: int) -> None:
        if depth >= DEPTH:
            self.left_out.append(LeftOut(path, f"it is more than {DEPTH} levels deep"))
            return
        self.folders.add(path)
        with folder(fd, name) as below:
            self.enter(below, path, depth + 1)


def _head(fd: int, name: str) -> bytes:
    with os.fdopen(open_file(fd, name), "rb") as stream:
        return stream.read(HEAD)


def _leads_to_folder(fd: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(encode(name), dir_fd=fd).st_mode)
    except OSError:
        return False  # a dangling link, or a loop


def survey(
    root_fd: int,
    root: str,
    ignore: Ignore,
    replaced: t.AbstractSet[str] = frozenset(),
    also_known_as: t.Sequence[str] = (),
    why_not: WhyNot = lambda _path, _head: "",
) -> Survey:
    """What the archive of the project behind ``root_fd``, the folder ``root``, is to hold.

    ``replaced`` are paths that the archive gets from elsewhere (``overlaid``) or not at all; ``also_known_as`` are other paths
    by which absolute links may name the project's folder; ``why_not`` is asked of each file.  Raises ``MigrationError`` if a folder
    cannot be read.
    """
    walk = _Walk(ignore, replaced, why_not)
    try:
        walk.enter(root_fd, "", 0)
    except OSError as exc:
        raise MigrationError(
            f"The project {shown(root)} cannot be read completely: {exc.strerror}; check the permissions of its files."
        ) from exc
    members = {member.path: member for member in walk.found}
    _add_links(walk, (root, *also_known_as), members)
    occupied = {above for path in (*members, *walk.folders) for above in _above(path)}
    members.update((path, Member(path, DIR)) for path in walk.folders - occupied)
    return _ordered(members, tuple(sorted(walk.left_out)), tuple(walk.ignored))


def overlaid(found: Survey, files: t.Mapping[str, bytes]) -> Survey:
    """The survey with these files of its top folder, by name, in place of the project's own or in addition."""
    members = {member.path: member for member in found.members}
    members.update((path, Member(path, FILE, len(data), data=data)) for path, data in files.items())
    return _ordered(members, found.left_out, found.ignored)


def _ordered(members: t.Mapping[str, Member], left_out: t.Tuple[LeftOut, ...], ignored: t.Tuple[t.Tuple[str, str], ...]) -> Survey:
    ordered = tuple(members[path] for path in sorted(members, key=encode))
    return Survey(ordered, left_out, ignored, sum(member.size for member in ordered))


def _above(path: str) -> t.Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _add_links(walk: _Walk, roots: t.Sequence[str], members: t.Dict[str, Member]) -> None:
    """The links that lead to a member or a folder, also through other links."""
    for path, target in sorted(walk.links.items()):
        ends = resolve(path, target, roots, walk.links)
        if ends is None:
            walk.left_out.append(LeftOut(path, f"it links to {shown(target)}, which is outside the project"))
        elif ends and ends not in members and ends not in walk.folders and ends not in walk.replaced:
            walk.left_out.append(LeftOut(path, f"it links to {shown(ends)}, which is not in the archive"))
        else:
            members[path] = Member(path, LINK, target=_relative(path, target, roots))


def _relative(path: str, target: str, roots: t.Sequence[str]) -> str:
    if not target.startswith("/"):
        return target
    return posixpath.relpath("/" + "/".join(_beneath(target, roots) or []), "/" + posixpath.dirname(path))


def _beneath(target: str, roots: t.Sequence[str]) -> t.Optional[t.List[str]]:
    """The parts of an absolute path below one of the ``roots``; ``None`` if it begins with none of them."""
    whole = _parts(target)
    bases = [base for base in map(_parts, roots) if whole[: len(base)] == base]
    return whole[len(bases[0]) :] if bases else None


def _parts(path: str) -> t.List[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def resolve(path: str, target: str, roots: t.Sequence[str], links: t.Mapping[str, str]) -> t.Optional[str]:
    """The path in the project at which a link ends, whether or not something is there; ``None`` if it leads out of it.

    By names alone, so that nothing outside is touched: ``links`` are all links of the project, path to target.
    """
    here: t.List[str] = path.split("/")
    rest: t.List[str] = []
    for _step in range(_LINKS):
        if target.startswith("/"):
            below = _beneath(target, roots)
            if below is None:
                return None
            here, rest = [], below + rest
        else:
            here, rest = here[:-1], target.split("/") + rest
        while rest and "/".join(here) not in links:
            part = rest.pop(0)
            if part == ".." and not here:
                return None
            if part == "..":
                here.pop()
            elif part not in ("", "."):
                here.append(part)
        if "/".join(here) not in links:
            return "/".join(here)
        target = links["/".join(here)]
    return path  # a loop ends nowhere, least of all at a member


def check_size(found: Survey, name: str, limit: int = MAX_BYTES) -> None:
    """Raises ``TooLarge`` if the files are over the limit together, before anything is read or written."""
    if found.bytes <= limit:
        return
    largest = sorted(found.members, key=lambda member: (-member.size, member.path))[:_LARGEST]
    names = ", ".join(f"{shown(member.path)} ({size_in_words(member.size)})" for member in largest)
    raise TooLarge(
        f"The project {name} has {size_in_words(found.bytes)} in {counted(len(found.members), 'file')}, and AE5 accepts at most"
        f" {size_in_words(limit)}; put large data elsewhere, or name it in {PROJECTIGNORE} (the largest: {names})."
    )
