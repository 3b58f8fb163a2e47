# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can reach a project, by its owner, mode bits and POSIX ACL (AEN keeps a project's team there).  Private to the collection.

The ACL is read from the extended attribute ``system.posix_acl_access`` (``linux/posix_acl_xattr.h``: a version, then
entries of tag, permissions and id), so neither getfacl nor a library is needed.
"""

from __future__ import annotations

import dataclasses
import errno
import grp
import os
import pwd
import stat
import struct
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import DIR, FILE, FileEntry, Member
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER

EXCEPTIONS_SHOWN = 50

_ATTRIBUTE = "system.posix_acl_access"
_VERSION = 2
_ENTRY = struct.Struct("<HHI")
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_WORDS = {_USER_OBJ: "user::", _USER: "user:", _GROUP_OBJ: "group::", _GROUP: "group:", _MASK: "mask::", _OTHER: "other::"}
_NONE = (errno.ENODATA, errno.EOPNOTSUPP, errno.ENOENT)


@dataclasses.dataclass(frozen=True)
class Acl:
    """``entries`` are tag, permission bits and name (of a named user or group)."""

    entries: t.Tuple[t.Tuple[int, int, str], ...] = ()

    @property
    def mask(self) -> int:
        return next((bits for tag, bits, _name in self.entries if tag == _MASK), 7)

    @property
    def owning_group(self) -> int:
        """The bits of the group that owns it, the mask applied."""
        return next((bits for tag, bits, _name in self.entries if tag == _GROUP_OBJ), 0) & self.mask

    def text(self) -> str:
        """As getfacl writes it, one entry a line."""
        return "".join(f"{_WORDS[tag]}{name + ':' if tag in (_USER, _GROUP) else ''}{_letters(bits)}\n" for tag, bits, name in self.entries)

    def named(self) -> t.Dict[t.Tuple[str, str], int]:
        """(kind, name) of the named users and groups to the bits that count, the mask applied."""
        kinds = {_USER: USER, _GROUP: GROUP}
        return {(kinds[tag], name): bits & self.mask for tag, bits, name in self.entries if tag in kinds}


def _letters(bits: int) -> str:
    return "".join(letter if bits & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))


class Accounts:
    """Names of users and groups by their numbers, from a file in the form of ``/etc/passwd`` where one is given.

    An unknown number is its own name.
    """

    def __init__(self, passwd: str = "") -> None:
        self._users: t.Dict[int, str] = {}
        if passwd:
            self._read(passwd)

    def _read(self, passwd: str) -> None:
        try:
            with open(passwd, encoding="utf-8", errors="surrogateescape") as stream:
                rows = [line.split(":") for line in stream]
        except OSError as exc:
            raise MigrationError(f"The file of accounts {passwd} cannot be read: {exc.strerror}; correct the option accounts.") from exc
        self._users = {int(row[2]): row[0] for row in rows if len(row) > 2 and row[2].isdigit()}

    def user(self, uid: int) -> str:
        if uid in self._users:
            return self._users[uid]
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)

    @staticmethod
    def group(gid: int) -> str:
        try:
            return grp.getgrgid(gid).gr_name
        except KeyError:
            return str(gid)


def read_acl(path: t.Union[str, int], accounts: Accounts) -> t.Optional[Acl]:
    """The ACL of a path (not of a link's target) or descriptor; None if it has none or the file system keeps none.  Raises ``OSError``."""
    try:
        data = os.getxattr(path, _ATTRIBUTE) if isinstance(path, int) else os.getxattr(path, _ATTRIBUTE, follow_symlinks=False)
    except OSError as exc:
        if exc.errno in _NONE:
            return None
        raise
    return parse_acl(data, accounts)


def parse_acl(data: bytes, accounts: Accounts) -> t.Optional[Acl]:
    """The ACL in the attribute's bytes; None if they have another version."""
    if len(data) < 4 or struct.unpack_from("<I", data)[0] != _VERSION:
        return None
    entries = []
    for tag, bits, number in _ENTRY.iter_unpack(data[4 : 4 + (len(data) - 4) // _ENTRY.size * _ENTRY.size]):
        name = accounts.user(number) if tag == _USER else accounts.group(number) if tag == _GROUP else ""
        if tag in _WORDS:
            entries.append((tag, bits, name))
    return Acl(tuple(entries))


@dataclasses.dataclass(frozen=True)
class Access:
    """See the fields of ``Project`` with these names."""

    team: t.Tuple[Member, ...] = ()
    acl: t.Optional[str] = None
    public: bool = False


def read_access(fd: int, owner: str, accounts: Accounts) -> t.Tuple[Access, t.Optional[Acl]]:
    """Who can reach an open project folder.  ``owner`` (the name of the folder above) is not in the team.

    A member needs read and search (r-x) on the folder to count.  The Unix owner counts too where it is another user.
    Raises ``OSError``.
    """
    status = os.fstat(fd)
    acl = read_acl(fd, accounts)
    bits: t.Dict[t.Tuple[str, str], int] = {(USER, accounts.user(status.st_uid)): status.st_mode >> 6 & 7}
    if acl is not None:
        for key, value in acl.named().items():
            bits[key] = bits.get(key, 0) | value
    group_bits = acl.owning_group if acl is not None else status.st_mode >> 3 & 7
    group = accounts.group(status.st_gid)
    if group != owner:  # AEN gives each user a group of their own name
        bits[(GROUP, group)] = bits.get((GROUP, group), 0) | group_bits
    team = [
        Member(kind, name, "rw" if value & 2 else "r")
        for (kind, name), value in bits.items()
        if value & 5 == 5 and (kind, name) not in ((USER, owner), (USER, "root"), (GROUP, "root"))
    ]
    ordered = tuple(sorted(team, key=lambda member: (member.kind != USER, member.name)))
    return Access(ordered, acl.text() if acl else None, bool(status.st_mode & stat.S_IROTH and status.st_mode & stat.S_IXOTH)), acl


class Exceptions:
    """Gathers the paths of a project where the named users and groups have other rights to read and write than on the project."""

    def __init__(self, root: str, project: t.Optional[Acl], accounts: Accounts) -> None:
        self._root, self._accounts = root, accounts
        self._wanted = _read_and_write(project) if project else {}
        self.paths: t.List[str] = []

    def look(self, entry: FileEntry) -> None:
        """Looks at one entry of the project; a link has no rights of its own."""
        if entry.kind not in (FILE, DIR) or len(self.paths) >= EXCEPTIONS_SHOWN:
            return
        try:
            acl = read_acl(os.path.join(self._root, entry.path), self._accounts)
        except OSError:
            return  # it went away, or the walk names it as unreadable
        if acl is not None and _read_and_write(acl) != self._wanted:
            self.paths.append(entry.path)


def _read_and_write(acl: Acl) -> t.Dict[t.Tuple[str, str], int]:
    return {key: bits & 6 for key, bits in acl.named().items()}
