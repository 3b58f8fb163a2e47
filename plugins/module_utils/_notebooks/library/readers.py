# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read a library on AE5: those who use it and could read all of it on AE4.  Private to the collection.

A line of code that names a folder gives no right on it, so each person's rights on what the package holds are looked at.  A channel that
holds several libraries is read by those who may read each of them: on AE5 a right is one on a whole channel.
"""

from __future__ import annotations

import collections
import dataclasses
import grp
import os
import pwd
import stat
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.tree import Rights
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.use import Users
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import BUILT, Library, Wanted
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed


class Readers:
    """Who reads what.  ``users`` says who the users of the notebook host, which belongs to ``site``, are on AE5."""

    def __init__(self, users: PrincipalMap, site: str, accounts: Accounts) -> None:
        self._users, self._site, self._accounts = users, site, accounts
        self._groups: t.Dict[str, t.FrozenSet[str]] = {}

    def of(self, library: Library, wanted: Wanted, rights: t.Mapping[str, Rights], used: t.Iterable[Users]) -> Library:
        """The library with its readers and with those who get no right, each with the reason."""
        if wanted.users is not None or wanted.groups is not None:
            return dataclasses.replace(library, users=tuple(sorted(wanted.users or ())), groups=tuple(sorted(wanted.groups or ())))
        users: t.Set[str] = set()
        withheld: t.Dict[str, str] = {}
        groups: t.Set[str] = set()
        once: t.Dict[Rights, str] = {}
        for path, value in rights.items():
            once.setdefault(value, path)
        for team in used:
            groups.update(team.groups)
            for person in team.people:
                name = self._users.user(person, self._site)
                if name is None:
                    continue
                barred = self._barred(person, once)
                if barred:
                    withheld[name] = f"on AE4 {shown(person)} could not read {shown(barred)}; to add readers, list all of them in users"
                else:
                    users.add(name)
        notes = library.notes
        if groups:
            names = listed([shown(name) for name in sorted(groups)])
            advice = "to give them access, list the AE5 groups in groups and all users in users"
            notes = (*notes, f"Groups of the notebook host use it ({names}); {advice}.")
        left = tuple(sorted((name, why) for name, why in withheld.items() if name not in users))
        return dataclasses.replace(library, users=tuple(sorted(users)), withheld=left, notes=notes)

    def _barred(self, person: str, rights: t.Mapping[Rights, str]) -> str:
        """The first file of the library that a user could not read; empty if they could read all of it."""
        return next((path for value, path in rights.items() if not self._may(person, value)), "")

    def _may(self, person: str, rights: Rights) -> bool:
        """As the kernel decides it: the owner, then named users, then groups, then everybody."""
        need = rights.need
        named = rights.acl.named() if rights.acl is not None else {}
        if self._accounts.user(rights.uid) == person:
            return rights.mode >> 6 & need == need
        if (USER, person) in named:
            return named[USER, person] & need == need
        mine = self._groups_of(person)
        asked = [bits for (kind, name), bits in named.items() if kind == GROUP and name in mine]
        if self._accounts.group(rights.gid) in mine:
            # with an ACL the mode's middle bits are the mask
            asked.append(rights.acl.owning_group if rights.acl is not None else rights.mode >> 3 & 7)
        if asked:
            return any(bits & need == need for bits in asked)
        return rights.mode & stat.S_IRWXO & need == need

    def _groups_of(self, person: str) -> t.FrozenSet[str]:
        if person not in self._groups:
            try:
                numbers = os.getgrouplist(person, pwd.getpwnam(person).pw_gid)
                found = {self._accounts.group(number) for number in numbers}
            except (KeyError, ValueError, OSError):
                found = {group.gr_name for group in grp.getgrall() if person in group.gr_mem}
            # AEN gives each user a group of their own name
            self._groups[person] = frozenset({*found, person})
        return self._groups[person]


def narrowed(libraries: t.Sequence[Library]) -> t.List[Library]:
    """The libraries with only those readers that may read every library of the same channel."""
    by_channel: t.Dict[str, t.List[Library]] = collections.defaultdict(list)
    for library in libraries:
        if library.state == BUILT:
            by_channel[library.channel].append(library)
    return [library if library.state != BUILT else _narrowed(library, by_channel[library.channel]) for library in libraries]


def _narrowed(library: Library, beside: t.Sequence[Library]) -> Library:
    withheld = list(library.withheld)
    users = []
    for name in library.users:
        other = next((item for item in beside if name not in item.users), None)
        if other is None:
            users.append(name)
        else:
            withheld.append((name, f"the channel also holds {other.name}, which they may not read; give it its own channel"))
    groups = [name for name in library.groups if all(name in item.groups for item in beside)]
    lost = [name for name in library.groups if name not in groups]
    notes = library.notes
    if lost:
        notes = (*notes, f"The channel also holds libraries that {listed(lost)} may not read; give each library its own channel.")
    return dataclasses.replace(library, users=tuple(users), groups=tuple(groups), withheld=tuple(sorted(withheld)), notes=notes)


def channels_of(libraries: t.Iterable[Library]) -> t.List[Json]:
    """The channels of built libraries, as the module ``channel`` takes them: private, always."""
    return [{"name": name, "privacy": "private"} for name in sorted({item.channel for item in libraries if item.state == BUILT})]


def shares_of(libraries: t.Iterable[Library]) -> t.List[Json]:
    """Their readers, as the module ``channel_share`` takes them."""
    found: t.Set[t.Tuple[str, str, str]] = set()
    for library in libraries:
        if library.state == BUILT:
            found.update((library.channel, USER, name) for name in library.users)
            found.update((library.channel, GROUP, name) for name in library.groups)
    return [{"channel": channel, kind: name, "access": "r"} for channel, kind, name in sorted(found)]
