# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks a notebook project without following a link: sizes, kinds, links, and which files hold code.  Private to the collection.

A project was written by its users and is read by an administrator, so it is hostile input: folders are opened relative to
the descriptor of the folder above, only regular files are read, and nothing waits for a pipe.

Left out, because no archive of a project holds them (anaconda-project's archiver): ``.git`` at any depth, and ``envs`` and
``services`` at the top.  Whether a file is text is told by its first block: a NUL byte makes it binary, as git decides it.
"""

from __future__ import annotations

import dataclasses
import heapq
import os
import re
import stat
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    DANGLING,
    DIR,
    FILE,
    INSIDE,
    LINK,
    OTHER,
    OUTSIDE,
    FileEntry,
    Files,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_files import secret_file
from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_lines import CODE, CONFIG, SHELL, style_of
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import decoded

GIT = ".git"
NEVER_AT_TOP = ("envs", "services")
CHECKPOINTS = ".ipynb_checkpoints"
MAX_DEPTH = 64
LARGE_BYTES = 100 * 1000 * 1000
"""The guide: keep committed files under 100 MB."""
SHOWN = 20
ODD_SHOWN = 200
MAX_SOURCE_BYTES = 5 * 1000 * 1000
"""A larger script is not read; it is named."""
MAX_NOTEBOOK_BYTES = 100 * 1000 * 1000
"""A notebook's size is mostly its outputs, which are not kept."""
_BLOCK = 8000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

LANGUAGES = {".py": "python", ".r": "r", ".sh": "shell", ".bash": "shell", ".sql": "sql", ".yml": "yaml", ".yaml": "yaml", ".rmd": "rmd"}
_SHEBANG = re.compile(rb"#!\s*\S*?(?:env\s+)?(?P<name>python|Rscript|bash|ksh|zsh|dash|sh)[\d.]*\b")
_STYLES = {"shell": SHELL, "yaml": CONFIG}
_SHEBANG_LANGUAGES = {b"python": "python", b"Rscript": "r"}


@dataclasses.dataclass
class Tree:
    """What was found.  ``notebooks`` are paths, ``scripts`` paths with their language."""

    files: Files = dataclasses.field(default_factory=Files)
    notebooks: t.List[str] = dataclasses.field(default_factory=list)
    scripts: t.List[t.Tuple[str, str]] = dataclasses.field(default_factory=list)
    secret_files: t.List[t.Tuple[str, str]] = dataclasses.field(default_factory=list)
    """Files that keep a secret, with what it is."""
    texts: t.List[t.Tuple[str, str]] = dataclasses.field(default_factory=list)
    """Other files in which secrets may be written down, with their style."""
    top: t.Set[str] = dataclasses.field(default_factory=set)
    """Names of the regular files at the project's top."""
    problems: t.List[Problem] = dataclasses.field(default_factory=list)


class _Sums:
    """Adds entries up.  Memory does not grow with the number of files."""

    def __init__(self) -> None:
        self.count = self.bytes = self.folders = self.links = self.others = 0
        self.binary_count = self.binary_bytes = 0
        self.largest: t.List[t.Tuple[int, str, FileEntry]] = []
        self.binary: t.List[t.Tuple[int, str, FileEntry]] = []
        self.large: t.List[FileEntry] = []
        self.odd: t.List[FileEntry] = []

    def add(self, entry: FileEntry) -> None:
        if entry.kind == DIR:
            self.folders += 1
        elif entry.kind == FILE:
            self._add_file(entry)
        else:
            self.links += entry.kind == LINK
            self.others += entry.kind == OTHER
            if (entry.kind == OTHER or entry.link_ends != INSIDE or entry.target.startswith("/")) and len(self.odd) < ODD_SHOWN:
                self.odd.append(entry)

    def _add_file(self, entry: FileEntry) -> None:
        self.count += 1
        self.bytes += entry.size
        _keep(self.largest, entry)
        if entry.size > LARGE_BYTES:
            self.large.append(entry)
        if entry.binary:
            self.binary_count += 1
            self.binary_bytes += entry.size
            _keep(self.binary, entry)

    def files(self) -> Files:
        return Files(
            count=self.count,
            bytes=self.bytes,
            folders=self.folders,
            links=self.links,
            others=self.others,
            largest=_largest_first(self.largest),
            large=tuple(self.large),
            binary_count=self.binary_count,
            binary_bytes=self.binary_bytes,
            binary=_largest_first(self.binary),
            odd=tuple(self.odd),
        )


def _keep(heap: t.List[t.Tuple[int, str, FileEntry]], entry: FileEntry) -> None:
    item = (entry.size, entry.path, entry)
    if len(heap) < SHOWN:
        heapq.heappush(heap, item)
    else:
        heapq.heappushpop(heap, item)


def _largest_first(heap: t.List[t.Tuple[int, str, FileEntry]]) -> t.Tuple[FileEntry, ...]:
    return tuple(entry for _size, _path, entry in sorted(heap, key=lambda item: (-item[0], item[1])))


def walk_project(fd: int, root: str, each: t.Callable[[FileEntry], None], not_code: t.Container[str] = ()) -> Tree:
    """Walks the open folder ``fd`` of a project that lies at ``root``; ``each`` is called with everything in it.

    ``not_code`` are files that are read as what they are, not as code.

    What cannot be read becomes a problem of the tree.  Raises ``OSError`` if the project's folder itself cannot be read.
    """
    tree, sums = Tree(), _Sums()
    real = os.path.realpath(root)
    for entry, head in _walk(fd, real, (), tree.problems):
        sums.add(entry)
        each(entry)
        if entry.kind != FILE:
            continue
        if "/" not in entry.path:
            tree.top.add(entry.path)
        if CHECKPOINTS in entry.path.split("/"):
            continue
        suffix = os.path.splitext(entry.path)[1].lower()
        secret = secret_file(entry.path, head)
        if secret:
            tree.secret_files.append((entry.path, secret))
        language = LANGUAGES.get(suffix) or _shebang_language(suffix, head)
        if suffix == ".ipynb":
            tree.notebooks.append(entry.path)
        elif language and not entry.binary and entry.path not in not_code:
            tree.scripts.append((entry.path, language))
        style = style_of(entry.path) or (_STYLES.get(language, CODE) if language else "")
        if style and not (secret or entry.binary or suffix == ".ipynb" or entry.path in not_code):
            tree.texts.append((entry.path, style))
    tree.files = sums.files()
    return tree


def _shebang_language(suffix: str, head: bytes) -> str:
    match = _SHEBANG.match(head) if not suffix else None
    return _SHEBANG_LANGUAGES.get(match.group("name"), "shell") if match else ""


def _walk(fd: int, root: str, parts: t.Tuple[str, ...], problems: t.List[Problem]) -> t.Iterator[t.Tuple[FileEntry, bytes]]:
    """Everything beneath an open folder, ordered by name; with a file comes its first block."""
    with os.scandir(fd) as items:
        names = sorted((os.fsencode(item.name).decode("utf-8", "surrogateescape"), item) for item in items)
    for name, item in names:
        if name == GIT or (not parts and name in NEVER_AT_TOP):
            continue
        here = (*parts, name)
        path = "/".join(here)
        status = item.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            yield FileEntry(path, DIR, 0, stat.S_IMODE(status.st_mode)), b""
            yield from _below(fd, root, here, problems)
        elif stat.S_ISREG(status.st_mode):
            head = _head(fd, name, path, problems)
            binary = b"\0" in head and not head.startswith(_UTF16)
            yield FileEntry(path, FILE, status.st_size, stat.S_IMODE(status.st_mode), binary=binary), head
        elif stat.S_ISLNK(status.st_mode):
            target = os.fsdecode(os.readlink(encode(name), dir_fd=fd))
            yield FileEntry(path, LINK, 0, 0o777, target, _where_it_ends(root, path)), b""
        else:
            yield FileEntry(path, OTHER, 0, stat.S_IMODE(status.st_mode)), b""


def _below(fd: int, root: str, parts: t.Tuple[str, ...], problems: t.List[Problem]) -> t.Iterator[t.Tuple[FileEntry, bytes]]:
    path = "/".join(parts)
    if len(parts) > MAX_DEPTH:
        problems.append(Problem("folder_too_deep", f"The folder {shown(path)} is more than {MAX_DEPTH} levels deep and was not read."))
        return
    try:
        with _safe_open.folder(fd, parts[-1]) as below:
            yield from _walk(below, root, parts, problems)
    except OSError as exc:
        problems.append(Problem("folder_unreadable", f"The folder {shown(path)} cannot be read: {exc.strerror}."))


def _head(fd: int, name: str, path: str, problems: t.List[Problem]) -> bytes:
    try:
        with os.fdopen(_safe_open.open_file(fd, name), "rb") as stream:
            return stream.read(_BLOCK)
    except OSError as exc:
        problems.append(Problem("file_unreadable", f"The file {shown(path)} cannot be read: {exc.strerror}."))
        return b""


def _where_it_ends(root: str, path: str) -> str:
    whole = os.path.join(root, path)
    end = os.path.realpath(whole)
    if not os.path.lexists(end) or os.path.islink(end):  # realpath leaves a link that leads round in a circle as it is
        return DANGLING
    inside = os.path.relpath(end, root).split(os.sep)
    return OUTSIDE if inside[0] == os.pardir or inside[0] in NEVER_AT_TOP or GIT in inside else INSIDE


def read_bytes(fd: int, path: str, limit: int = MAX_SOURCE_BYTES) -> bytes:
    """The content of a file beneath an open project.

    Raises ``MigrationError`` (one sentence that names the file) if it is larger than ``limit`` bytes or cannot be read.
    """
    with os.fdopen(_safe_open.open_beneath(fd, path), "rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise MigrationError(f"The file {shown(path)} is larger than {size_in_words(limit)} and was not read.")
    return data


def read_beginning(fd: int, path: str, limit: int) -> t.Tuple[bytes, bool]:
    """At most ``limit`` bytes of a file beneath an open project, and whether these are all.  Raises ``MigrationError``."""
    with os.fdopen(_safe_open.open_beneath(fd, path), "rb") as stream:
        data = stream.read(limit + 1)
    return data[:limit], len(data) <= limit


def read_text(fd: int, path: str, limit: int = MAX_SOURCE_BYTES) -> str:
    """As ``read_bytes``, as text in whatever encoding; it can be written as UTF-8.  Raises ``MigrationError``."""
    return decoded(read_bytes(fd, path, limit))


def reader(fd: int, limit: int) -> t.Callable[[str], t.Optional[str]]:
    """Reads the small files of an open project; ``None`` for one that is not there, too large, or no regular file."""

    def read(path: str) -> t.Optional[str]:
        try:
            return decoded(read_bytes(fd, path, limit))
        except (MigrationError, OSError):
            return None

    return read
