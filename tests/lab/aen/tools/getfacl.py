# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``getfacl [-R] [-p] [-n] [--absolute-names] PATH...`` of the emulated host: names from the host's own ``etc/passwd``."""

from __future__ import annotations

import os
import stat
import struct
import sys
import typing as t

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
TAGS = {0x01: "user:", 0x02: "user:{}", 0x04: "group:", 0x08: "group:{}", 0x10: "mask:", 0x20: "other:"}
Names = t.Dict[int, str]


def _names(root: str) -> Names:
    with open(os.path.join(root, "etc/passwd"), encoding="utf-8") as stream:
        fields = [line.split(":") for line in stream]
    return {int(field[2]): field[0] for field in fields}


def _letters(bits: int) -> str:
    return "".join(letter if bits & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))


def _entries(path: str, attribute: str) -> t.List[t.Tuple[int, int, int]]:
    try:
        value = os.getxattr(path, attribute)
    except OSError:  # the file system has no ACLs, or the file has none
        return []
    return [struct.unpack_from("<HHI", value, offset) for offset in range(4, len(value), 8)]


def _show(path: str, names: Names) -> None:
    info = os.stat(path)
    mode = info.st_mode
    shown = path.replace("\\", "\\\\").replace("\n", "\\012")
    sys.stdout.buffer.write(f"# file: {shown}\n".encode("utf-8", "surrogateescape"))
    lines = [f"# owner: {names.get(info.st_uid, info.st_uid)}", f"# group: {names.get(info.st_gid, info.st_gid)}"]
    basic = [(0x01, mode >> 6 & 7, 0), (0x04, mode >> 3 & 7, 0), (0x20, mode & 7, 0)]
    for prefix, entries in (("", _entries(path, ACCESS) or basic), ("default:", _entries(path, DEFAULT))):
        lines += [prefix + TAGS[tag].format(names.get(number, number)) + ":" + _letters(bits) for tag, bits, number in entries]
    sys.stdout.buffer.write(("\n".join(lines) + "\n\n").encode())


def main(root: str, host_root: str, arguments: t.Sequence[str]) -> int:
    options = [item for item in arguments if item.startswith("-")]
    flags = set("".join(item[1:] for item in options if not item.startswith("--")))
    names = {} if "n" in flags or "--numeric" in options else _names(root)
    status = 0
    for start in (item for item in arguments if not item.startswith("-")):
        if not os.path.exists(start):
            sys.stderr.write(f"getfacl: {start}: No such file or directory\n")
            status = 1
            continue
        _show(start, names)
        if "R" in flags or "--recursive" in options:
            for base, folders, files in os.walk(start):
                for path in (os.path.join(base, name) for name in sorted(folders + files)):
                    if not stat.S_ISLNK(os.lstat(path).st_mode):
                        _show(path, names)
    return status
