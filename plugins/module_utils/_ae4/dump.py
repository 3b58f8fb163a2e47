# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks a site dump without ever following a link or trusting a name.  Private to the collection.

A dump was written by another product from data that its users could name freely, so it is read as hostile input:
folders are opened one by one relative to the descriptor of the folder above (``O_NOFOLLOW``), only names that a
directory listing gave are opened, and no string out of a ``meta.json`` is ever joined to a path.

Shape of a dump (vendor migration guide, "Exporting packages")::

    <owner>/meta.json
    <owner>/<24 hex digits>--<package>/meta.json and the package's files

The guide does not say whether files lie flat in the package's folder, below ``<subdir>/`` or with a mangled name, so
every file of a package's folder is listed, whatever its depth (up to ``MAX_DEPTH``).

Names are decoded as UTF-8 with ``surrogateescape`` whatever the locale is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import re
import stat
import typing as t
import unicodedata

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

META = "meta.json"
MAX_META_BYTES = 64 << 20
"""A package with ten thousand files has a meta.json of about 20 MB."""
MAX_DEPTH = 6
"""Folders below a package's folder that are looked into."""
OTHER_DEPTH = 32
"""The same below folders that are no package's: projects and environments are deep trees."""
PACKAGE_FOLDER = re.compile(r"([0-9a-f]{24})--(.+)\Z", re.DOTALL)

FILE = "file"
FOLDER = "folder"
OTHER = "other"

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO somebody put in place of a file must not wait for its writer
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


@dataclasses.dataclass(frozen=True)
class Entry:
    """One name of a directory listing.  ``kind`` is file, folder or other (link, FIFO, socket, device)."""

    name: str
    kind: str
    size: int
    mtime_ns: int
    ctime_ns: int = 0


@dataclasses.dataclass(frozen=True)
class Found:
    """Something below a folder that is not a folder: its path as parts relative to the dump, and its entry."""

    parts: t.Tuple[str, ...]
    entry: Entry
    too_deep: bool = False

    @property
    def path(self) -> str:
        return "/".join(self.parts)


def encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def is_unsafe(name: str) -> bool:
    """Whether a name cannot be written into a file of a run or onto a terminal: control characters, undecodable bytes."""
    if name.isprintable():
        return False  # the usual case, and fast
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI for char in name)


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def shown(name: str) -> str:
    """The name as it can be shown: what ``is_unsafe`` objects to is escaped (an undecodable byte 0xff becomes ``\\xff``)."""
    if not is_unsafe(name):
        return name
    parts = []
    for char in name:
        if not is_unsafe(char):
            parts.append(char)
        elif "\udc80" <= char <= "\udcff":
            parts.append(f"\\x{ord(char) - 0xDC00:02x}")
        else:
            parts.append(char.encode("ascii", "backslashreplace").decode("ascii") if ord(char) > 127 else f"\\x{ord(char):02x}")
    return "".join(parts)


def split_package_folder(name: str) -> t.Optional[t.Tuple[str, str]]:
    """(id, package) of a package's folder name, split at the first ``--``; None if it is not one."""
    match = PACKAGE_FOLDER.match(name)
    return (match.group(1), match.group(2)) if match else None


def open_dump(path: str) -> int:
    """Descriptor of the dump's folder.  The path itself is the administrator's and may hold links.

    Raises ``MigrationError`` if there is no such folder.
    """
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as exc:
        raise MigrationError(f"The dump {path} cannot be read: {exc.strerror}; export the site first or correct the path.") from exc


def open_folder(parent_fd: int, name: str) -> int:
    """Descriptor of a folder in an open folder, links not followed.  Raises ``OSError``."""
    return os.open(encode(name), _FOLDER_FLAGS, dir_fd=parent_fd)


@contextlib.contextmanager
def folder(parent_fd: int, name: str) -> t.Iterator[int]:
    """``open_folder`` for a with statement."""
    fd = open_folder(parent_fd, name)
    try:
        yield fd
    finally:
        os.close(fd)


def open_file(parent_fd: int, name: str) -> int:
    """Read-only descriptor of a regular file in an open folder.  Raises ``OSError`` for anything else, links included."""
    fd = os.open(encode(name), _FILE_FLAGS, dir_fd=parent_fd)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError(errno.EINVAL, "it is not a regular file")


def open_beneath(root_fd: int, relative: str) -> int:
    """Read-only descriptor of the regular file at ``relative`` (parts joined by slashes) beneath an open folder.

    It is opened part by part; empty parts, ``.``, ``..`` and links are refused, so that nothing outside the folder can be
    reached whatever the string holds.  The caller closes the descriptor.  Raises ``MigrationError``.
    """
    parts = relative.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise MigrationError(f"The path {shown(relative)!r} is refused: it is not a plain path beneath the dump.")
    fd = os.dup(root_fd)
    try:
        for part in parts[:-1]:
            below = open_folder(fd, part)
            os.close(fd)
            fd = below
        return open_file(fd, parts[-1])
    except (OSError, ValueError) as exc:
        raise MigrationError(f"The file {shown(relative)} of the dump cannot be read: {_reason(exc)}.") from exc
    finally:
        os.close(fd)


def _reason(exc: Exception) -> str:
    if isinstance(exc, OSError) and exc.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a part of its path is a link or not a folder, and links are not followed"
    return (exc.strerror or str(exc)) if isinstance(exc, OSError) else str(exc)


def listing(fd: int) -> t.List[Entry]:
    """What an open folder holds, ordered so that walking it gives paths in the order of their strings."""
    entries = []
    with os.scandir(fd) as items:
        for item in items:
            name = os.fsencode(item.name).decode("utf-8", "surrogateescape")
            status = item.stat(follow_symlinks=False)
            kind = FOLDER if stat.S_ISDIR(status.st_mode) else FILE if stat.S_ISREG(status.st_mode) else OTHER
            size = status.st_size if kind == FILE else 0
            entries.append(Entry(name, kind, size, status.st_mtime_ns, status.st_ctime_ns))
    return sorted(entries, key=lambda entry: entry.name + "/" if entry.kind == FOLDER else entry.name)


def walk(fd: int, parts: t.Tuple[str, ...] = (), depth: int = MAX_DEPTH) -> t.Iterator[Found]:
    """All that lies beneath an open folder and is not a folder.  A folder deeper than ``depth`` comes as one ``too_deep``."""
    for entry in listing(fd):
        here = (*parts, entry.name)
        if entry.kind != FOLDER:
            yield Found(here, entry)
        elif depth <= 0:
            yield Found(here, entry, too_deep=True)
        else:
            with folder(fd, entry.name) as below:
                yield from walk(below, here, depth - 1)


def read_meta(fd: int) -> t.Optional[bytes]:
    """The bytes of the ``meta.json`` in an open folder; None if there is none.

    Raises ``MigrationError`` (its text is the end of a sentence) if it is no regular file, too large or unreadable.
    """
    try:
        meta_fd = open_file(fd, META)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise MigrationError(f"it cannot be read: {_reason(exc)}") from exc
    with os.fdopen(meta_fd, "rb") as stream:
        try:
            data = stream.read(MAX_META_BYTES + 1)
        except OSError as exc:
            raise MigrationError(f"it cannot be read: {exc.strerror}") from exc
    if len(data) > MAX_META_BYTES:
        raise MigrationError(f"it is larger than {MAX_META_BYTES >> 20} MiB")
    return data
