# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens and walks folders that other people filled, without following a link or trusting a name.  Private to the collection.

Folders are opened one by one relative to the descriptor of the folder above (``O_NOFOLLOW``), only names that a directory
listing gave are opened.  Names are decoded as UTF-8 with ``surrogateescape`` whatever the locale is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import stat
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown

MAX_DEPTH = 6
"""Folders below a package's folder that are looked into."""

OTHER_DEPTH = 32
"""The same below folders that are no package's: projects and environments are deep trees."""

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
        raise MigrationError(f"The file {shown(relative)} of the dump cannot be read: {reason(exc)}.") from exc
    finally:
        os.close(fd)


def reason(exc: Exception) -> str:
    """Why a name could not be opened, the end of a sentence."""
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
