# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of a shared library, read as hostile input: no link is followed, nothing is run.  Private to the collection.

The folder itself is opened part by part from the host's root, because any part below a user's folder is the user's to exchange.
What no package holds is passed over: hidden names, compiled Python, what tools left there, and the tests at its top.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import posixpath
import stat
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts, Acl, read_acl
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_files import is_secret_name_of_file
from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_lines import CONFIG, TEXT, secret_lines, style_of
from ansible_collections.ae_ops.migration.plugins.module_utils._text import is_unsafe, matches_any, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import decoded

MAX_ENTRIES = 50_000
MAX_TEXT = 1 << 20
"""Bytes of a file that is read as text: metadata, DESCRIPTION, a look for secrets."""
COMPILED = (".so", ".pyd", ".dylib", ".dll", ".a", ".o", ".pyx", ".pxd", ".c", ".cc", ".cpp", ".cxx", ".cu", ".f", ".f77", ".f90", ".f95")
METADATA_FILES = ("setup.py", "pyproject.toml", "setup.cfg")
R_METADATA = "DESCRIPTION"

_SKIPPED = ("__pycache__", "*.pyc", "*.pyo", "*.egg-info", "*.dist-info", "*.egg-link", "*.egg", "*~", "*.swp", "*.orig", "*.bak")
_SKIPPED_AT_TOP = ("tests", "test", "build", "dist", "docs", "doc", "envs", "env", "venv", "htmlcov")
CODE = (".py", ".pyi", ".R", ".r")


@dataclasses.dataclass(frozen=True)
class Rights:
    """What the file system says of one folder or file, and the bits that a reader of it needs."""

    uid: int
    gid: int
    mode: int
    acl: t.Optional[Acl]
    need: int


@dataclasses.dataclass(frozen=True)
class Item:
    """A file of a library."""

    path: str
    size: int
    executable: bool
    rights: Rights


@dataclasses.dataclass
class Tree:
    """An open library.  ``ways`` are the rights on the folders that lead to it and on its own, by path on the host."""

    path: str
    fd: int
    items: t.Dict[str, Item] = dataclasses.field(default_factory=dict)
    folders: t.Dict[str, Rights] = dataclasses.field(default_factory=dict)
    ways: t.Dict[str, Rights] = dataclasses.field(default_factory=dict)
    left_out: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    beside: t.Tuple[str, ...] = ()
    """Names of folders and files at its top that hold the metadata of an installed package."""

    def read(self, path: str, limit: int = MAX_TEXT) -> bytes:
        """The bytes of one of its files.  Raises ``MigrationError``: it cannot be read, or has more than ``limit`` bytes."""
        fd = _safe_open.open_beneath(self.fd, path)
        with os.fdopen(fd, "rb") as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise MigrationError(f"The file {shown(path)} of the library {shown(self.path)} has more than {limit:,} bytes.")
        return data

    def text(self, path: str) -> t.Optional[str]:
        """The text of a file; None if there is none that can be read.  Fit for ``library_setup_py.Read``."""
        try:
            return decoded(self.read(posixpath.normpath(path))).replace("\r\n", "\n")
        except (MigrationError, OSError):
            return None

    def has(self, path: str) -> bool:
        return path in self.items

    def names(self) -> t.List[str]:
        """Names at its top."""
        return sorted({path.split("/", 1)[0] for path in self.items})

    @property
    def compiled(self) -> t.List[str]:
        """Files that need a compiler, or came out of one."""
        return sorted(path for path in self.items if path.endswith(COMPILED) or ".so." in path.rsplit("/", 1)[-1])


def listing_of(root: str, path: str) -> t.Dict[str, str]:
    """The entries of a folder of the host, links not followed: name to kind (see ``_safe_open.Entry``); empty if it cannot be read."""
    try:
        fd = dump.open_dump(root or "/")
    except MigrationError:
        return {}
    try:
        for part in plain_parts(path):
            below = _safe_open.open_folder(fd, part)
            os.close(fd)
            fd = below
        return {entry.name: entry.kind for entry in _safe_open.listing(fd)}
    except OSError:
        return {}
    finally:
        os.close(fd)


def text_at(root: str, path: str) -> str:
    """The text of a file of the host, links not followed; empty if it cannot be read or is too large."""
    try:
        fd = dump.open_dump(root or "/")
        try:
            opened = _safe_open.open_beneath(fd, "/".join(plain_parts(path)))
        finally:
            os.close(fd)
        with os.fdopen(opened, "rb") as stream:
            return decoded(stream.read(MAX_TEXT))
    except (MigrationError, OSError):
        return ""


def plain_parts(path: str) -> t.List[str]:
    """The parts of an absolute path.  Raises ``MigrationError`` unless it is a plain one and not the root."""
    parts = [part for part in path.split("/") if part]
    if not path.startswith("/") or not parts or ".." in parts or "." in parts or "\0" in path:
        raise MigrationError(f"The library {shown(path)} must be an absolute path without . and ..; correct it.")
    return parts


@contextlib.contextmanager
def open_library(path: str, root: str, accounts: Accounts, include: t.Sequence[str] = ()) -> t.Iterator[Tree]:
    """The library at ``path``, as the host calls it; ``root`` is the folder used as the host's ``/``.

    Raises:
        MigrationError: there is no such folder, or a part of its path is a link.
    """
    parts = plain_parts(path)
    tree = Tree("/" + "/".join(parts), dump.open_dump(root or "/"))
    try:
        for number, part in enumerate(parts, start=1):
            _descend(tree, part, "/" + "/".join(parts[:number]), is_last=number == len(parts), accounts=accounts)
        _Walk(tree, accounts, include).walk(tree.fd, "")
        yield tree
    finally:
        os.close(tree.fd)


def _descend(tree: Tree, part: str, here: str, is_last: bool, accounts: Accounts) -> None:
    try:
        below = _safe_open.open_folder(tree.fd, part)
    except OSError as exc:
        raise MigrationError(f"The library {shown(tree.path)} cannot be read: {_reason(exc, here)}.") from exc
    os.close(tree.fd)
    tree.fd = below
    tree.ways[here] = rights_of(below, accounts, 5 if is_last else 1)


def _reason(exc: OSError, here: str) -> str:
    if exc.errno == errno.ENOENT:
        return f"there is no {shown(here)} on the host; correct the path"
    if exc.errno in (errno.ELOOP, errno.ENOTDIR):
        return f"{shown(here)} is a link or not a folder, and links are not followed; name the folder itself, and this path in also"
    return f"{shown(here)}: {exc.strerror}"


def rights_of(fd: int, accounts: Accounts, need: int) -> Rights:
    """The rights on an open file or folder.  Raises ``OSError``."""
    status = os.fstat(fd)
    return Rights(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode), read_acl(fd, accounts), need)


class _Walk:
    """Fills a tree."""

    def __init__(self, tree: Tree, accounts: Accounts, include: t.Sequence[str]) -> None:
        self._tree, self._accounts, self._include = tree, accounts, include

    def walk(self, fd: int, before: str) -> None:
        for entry in _safe_open.listing(fd):
            path = before + entry.name
            if len(self._tree.items) >= MAX_ENTRIES:
                raise MigrationError(
                    f"The library {shown(self._tree.path)} has more than {MAX_ENTRIES:,} files; name a folder that holds only the library."
                )
            if self._is_passed_over(entry.name, path, at_top=not before):
                continue
            why = self._why_not(entry, path)
            if why:
                self._tree.left_out[path] = why
            elif entry.kind == _safe_open.FOLDER:
                self._folder(fd, entry.name, path)
            else:
                self._file(fd, entry, path)

    def _folder(self, fd: int, name: str, path: str) -> None:
        try:
            with _safe_open.folder(fd, name) as below:
                if path.count("/") >= _safe_open.OTHER_DEPTH:
                    self._tree.left_out[path] = "it is nested too deeply"
                    return
                if _is_environment(below):
                    self._tree.left_out[path] = "it is an environment"
                    return
                self._tree.folders[path] = rights_of(below, self._accounts, 5)
                self.walk(below, path + "/")
        except OSError as exc:
            self._tree.left_out[path] = f"it cannot be read: {exc.strerror}"

    def _file(self, fd: int, entry: _safe_open.Entry, path: str) -> None:
        try:
            opened = _safe_open.open_file(fd, entry.name)
        except OSError as exc:
            self._tree.left_out[path] = f"it cannot be read: {exc.strerror}"
            return
        try:
            rights = rights_of(opened, self._accounts, 4)
        finally:
            os.close(opened)
        self._tree.items[path] = Item(path, entry.size, bool(rights.mode & stat.S_IXUSR), rights)

    def _is_passed_over(self, name: str, path: str, at_top: bool) -> bool:
        if at_top and name.endswith((".egg-info", ".dist-info")):
            self._tree.beside += (name,)
        if matches_any(name, _SKIPPED):
            return True
        if name.startswith("."):
            if is_secret_name_of_file(name):
                self._tree.left_out[path] = "its name is typical of files with passwords or keys"
            return True
        return at_top and name in _SKIPPED_AT_TOP

    def _why_not(self, entry: _safe_open.Entry, path: str) -> str:
        if is_unsafe(entry.name) or "\\" in entry.name:
            return "a package cannot contain a file of that name"
        if entry.kind == _safe_open.OTHER:
            return "it is a link or a special file"
        if entry.kind == _safe_open.FILE and not path.endswith(CODE) and not self._is_included(path) and is_secret_name_of_file(entry.name):
            return "its name is typical of files with passwords or keys; name it in include if it does not"
        return ""

    def _is_included(self, path: str) -> bool:
        return matches_any(path, self._include)


def _is_environment(fd: int) -> bool:
    names = {entry.name for entry in _safe_open.listing(fd)}
    return "pyvenv.cfg" in names or "conda-meta" in names


def is_searched_in_part(path: str, content: bytes) -> bool:
    """Whether a file is longer than what ``secret_line`` looks at."""
    return bool(style_of(path)) and len(content) > MAX_TEXT


def secret_line(path: str, content: bytes) -> int:
    """The number of the first line that looks as if it held a password or a token; 0 if none does, in the first ``MAX_TEXT`` bytes.

    A text counts as settings here: a package is published to others.
    """
    style = style_of(path)
    if not style or b"\0" in content[:4096]:
        return 0
    hits = secret_lines(decoded(content[:MAX_TEXT]), CONFIG if style == TEXT else style)
    return next((hit.line for hit in hits), 0)
