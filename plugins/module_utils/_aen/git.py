# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a project's git repository from its files, without running git.  Private to the collection.

The index (``gitformat-index``, versions 2 to 4) names every tracked file and the size it had when it was last added.
"""

from __future__ import annotations

import os
import stat
import struct
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.files import GIT, LARGE_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import FILE, FileEntry, Git
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem

MAX_INDEX_BYTES = 256 << 20
_HEADER = struct.Struct(">4sII")
_ENTRY = struct.Struct(">10I20sH")
_EXTENDED = 0x4000
_GITLINK = 0o160000


class _BadIndex(ValueError):
    """The index is not one of the three versions, or ends early."""


def read_git(fd: int, problems: t.List[Problem]) -> Git:
    """The facts from the ``.git`` of an open project; what cannot be read is added to ``problems``."""
    try:
        status = os.stat(GIT, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return Git()
    if not stat.S_ISDIR(status.st_mode):
        problems.append(Problem("git_elsewhere", "The project's .git is not a folder but points to a repository elsewhere."))
        return Git(present=True)
    with _safe_open.folder(fd, GIT) as below:
        size = sum(found.entry.size for found in _safe_open.walk(below, (), _safe_open.OTHER_DEPTH))
    try:
        with os.fdopen(_safe_open.open_beneath(fd, f"{GIT}/index"), "rb") as stream:
            tracked = _entries(stream.read(MAX_INDEX_BYTES))
    except (MigrationError, _BadIndex, struct.error) as exc:
        if os.access(f"{GIT}/index", os.F_OK, dir_fd=fd):
            problems.append(Problem("git_unreadable", f"The index of the project's git repository cannot be read: {exc}."))
        return Git(present=True, bytes=size)
    large = tuple(item for item in tracked if item.size > LARGE_BYTES)
    return Git(present=True, bytes=size, tracked=len(tracked), tracked_large=large, lfs=_uses_lfs(fd))


def _uses_lfs(fd: int) -> bool:
    try:
        with os.fdopen(_safe_open.open_beneath(fd, ".gitattributes"), "rb") as stream:
            return b"filter=lfs" in stream.read(1 << 20)
    except MigrationError:
        return False  # there is none


def _entries(data: bytes) -> t.List[FileEntry]:
    magic, version, count = _HEADER.unpack_from(data, 0)
    if magic != b"DIRC" or version not in (2, 3, 4):
        raise _BadIndex("it has another format")
    found: t.List[FileEntry] = []
    offset, name = _HEADER.size, b""
    for _number in range(count):
        values = _ENTRY.unpack_from(data, offset)
        start = offset + _ENTRY.size + (2 if version > 2 and values[11] & _EXTENDED else 0)
        keep = 0
        if version == 4:
            strip, start = _offset_number(data, start)
            keep = len(name) - strip
        end = data.find(b"\0", start)
        if end < 0 or keep < 0:
            raise _BadIndex("it ends early")
        name = name[:keep] + data[start:end]
        # up to version 3 an entry is filled up with 1 to 8 NUL bytes to a multiple of 8
        offset = end + 1 if version == 4 else offset + ((end - offset) // 8 + 1) * 8
        if values[6] & 0o170000 != _GITLINK:
            found.append(FileEntry(name.decode("utf-8", "surrogateescape"), FILE, values[9], values[6] & 0o777))
    return found


def _offset_number(data: bytes, start: int) -> t.Tuple[int, int]:
    """A number in the variable width encoding of pack files, and where it ends."""
    byte = data[start]
    value = byte & 0x7F
    while byte & 0x80:
        start += 1
        byte = data[start]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, start + 1
