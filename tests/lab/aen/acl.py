# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""POSIX ACLs as the kernel keeps them, in extended attributes: what ``setfacl`` would write, without it."""

from __future__ import annotations

import errno
import os
import struct
import typing as t

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
VERSION = 2
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
NO_ID = 0xFFFFFFFF
LETTERS = {"r": 4, "w": 2, "x": 1}
FIRST_UID = 60001


def bits(letters: str) -> int:
    """``r-x`` as a number."""
    return sum(LETTERS.get(letter, 0) for letter in letters)


def packed(mode: int, people: t.Mapping[int, int]) -> bytes:
    """The attribute for a file of this mode; ``people``: permission bits by uid."""
    mask = group = mode >> 3 & 7
    for value in people.values():
        mask |= value
    entries = [(USER_OBJ, mode >> 6 & 7, NO_ID), *((USER, value, uid) for uid, value in sorted(people.items()))]
    entries += [(GROUP_OBJ, group, NO_ID), (MASK, mask, NO_ID), (OTHER, mode & 7, NO_ID)]
    return struct.pack("<I", VERSION) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def give(path: str, people: t.Mapping[int, int]) -> bool:
    """Sets the ACL of a file, or of a folder and of what is made in it later.  False where the file system has no ACLs."""
    info = os.lstat(path)
    value = packed(info.st_mode, people)
    try:
        os.setxattr(path, ACCESS, value)
        if os.path.isdir(path):
            os.setxattr(path, DEFAULT, value)
    except OSError as exc:
        if exc.errno not in (errno.ENOTSUP, errno.EPERM, errno.EINVAL):
            raise
        return False
    return True
