# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access as levels: what a channel's shares give to a person, and what AE4 gave on its packages.  Private to the collection.

Pure.  A level is 0 (none), 1 (read) or 2 (read and write).  There are two pseudo-principals: ``everyone`` is
every logged-in user, ``anyone`` needs no login.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import EVERYONE, principal_key, principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access_records import PackageClass, Variant
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import AUTHENTICATED, PUBLIC, USER

LEVEL = {"": 0, "r": 1, "rw": 2}
WORD = ("none", "r", "rw")

Person = t.Tuple[str, str]
"""(user, ``user_key`` of the AE5 name), or (nobody, AE4 login) for a user who is declared as nobody on AE5."""

ANYONE = "anyone"
ANYONE_KEY: Person = (ANYONE, ANYONE)
EVERYONE_KEY: Person = (EVERYONE, EVERYONE)
EVERYBODY = (ANYONE_KEY, EVERYONE_KEY)

Members = t.AbstractSet[str]
"""Case-folded AE5 names of users."""


@dataclasses.dataclass(frozen=True)
class Target:
    """What AE5 shows; each part may be unknown (None)."""

    users: t.Optional[Members] = None
    """All users."""
    members: t.Optional[t.Mapping[str, Members]] = None
    """Group -> its members."""
    shares: t.Mapping[str, t.Optional[t.Sequence[Share]]] = dataclasses.field(default_factory=dict)
    public: t.Mapping[str, t.Optional[bool]] = dataclasses.field(default_factory=dict)
    owners: t.Mapping[str, t.Optional[str]] = dataclasses.field(default_factory=dict)
    """Channel -> the user who owns it on AE5 and needs no share."""
    private_means: t.Optional[str] = None
    """collaborators, or authenticated: every logged-in user can read a private channel."""

    def owner(self, channel: str) -> t.Optional[Person]:
        """Who owns a channel on AE5."""
        name = self.owners.get(channel)
        return None if name is None else principal_key(USER, name)


class Levels:
    """Who has which level on one channel, by its shares and its privacy.

    ``members`` gives the people of an AE5 group, or None if they are not known.
    """

    def __init__(self, shares: t.Iterable[Share], public: bool, members: t.Callable[[str], t.Optional[Members]]) -> None:
        self.shares = tuple(shares)
        self.public = int(public)
        self.users = {principal_of(share): LEVEL[share.access] for share in self.shares if share.kind == USER}
        groups = [share for share in self.shares if share.kind != USER]
        self.everyone = max((LEVEL[share.access] for share in groups if share.name == EVERYONE), default=0)
        self.groups = [(share, members(share.name) or frozenset()) for share in groups if share.name != EVERYONE]

    @property
    def open(self) -> int:
        """The level of every logged-in user."""
        return max(self.public, self.everyone)

    def of(self, person: Person) -> int:
        """The level of a person, by name, by a group, or as everybody."""
        if person == ANYONE_KEY:
            return self.public
        level = max(self.open, self.users.get(person, 0))
        if person[0] == USER:
            for share, members in self.groups:
                if level < LEVEL[share.access] and person[1] in members:
                    level = LEVEL[share.access]
        return level

    def covers(self, share: Share, person: Person) -> bool:
        """Whether this share gives the person access."""
        if share.kind == USER:
            return principal_of(share) == person
        if share.name == EVERYONE:
            return person != ANYONE_KEY
        return person[0] == USER and any(share == other and person[1] in members for other, members in self.groups)

    def people(self) -> t.Iterator[Person]:
        """Everybody with a share, by name or by a group; some of them twice."""
        yield from self.users
        for _share, members in self.groups:
            for name in members:
                yield (USER, name)


class Tally:
    """The packages of one channel, counted by who could use them in AE4.

    ``classes`` are those with a variant in the channel, each with these variants; ``explicit`` gives the people with explicit
    access to a variant in AE4, with their level.
    """

    def __init__(
        self,
        classes: t.Iterable[t.Tuple[PackageClass, t.Sequence[Variant]]],
        explicit: t.Callable[[Variant], t.Mapping[Person, int]],
    ) -> None:
        self.packages = 0
        self.example: t.Dict[Variant, str] = {}
        self.closed = ""
        """A package because of which the channel is not public."""
        self.public = 0
        self.opened = 0
        """Packages that every logged-in user could read, public ones included."""
        self._partly: t.Set[Person] = set()
        """People who could use only some files of a package in AE4."""
        self._counts: t.Dict[Person, t.List[int]] = collections.defaultdict(lambda: [0, 0, 0])
        for each, variants in classes:
            self._add(each, variants, [explicit(variant) for variant in variants])

    def _add(self, each: PackageClass, variants: t.Sequence[Variant], levels: t.Sequence[t.Mapping[Person, int]]) -> None:
        self.packages += each.packages
        self.example.update(dict.fromkeys(variants, each.examples[0]))
        kinds = {variant.access for variant in variants}
        is_open = kinds <= {PUBLIC, AUTHENTICATED}
        self.public += each.packages if kinds == {PUBLIC} else 0
        self.opened += each.packages if is_open else 0
        self._partly.update([ANYONE_KEY] if PUBLIC in kinds and len(kinds) > 1 else [])
        self._partly.update([EVERYONE_KEY] if not is_open and kinds & {PUBLIC, AUTHENTICATED} else [])
        if kinds != {PUBLIC}:
            self.closed = self.closed or each.examples[0]
        for person in levels[0] if len(levels) == 1 else {person for found in levels for person in found}:
            level = min(found.get(person, 0) for found in levels)
            count = self._counts[person]
            if not level:
                self._partly.add(person)
            else:
                count[level - 1] += each.packages
                count[2] += each.packages if is_open else 0

    @property
    def authenticated(self) -> bool:
        """Whether there is a package that needed a login."""
        return self.opened > self.public

    def people(self) -> t.Iterable[Person]:
        """Everybody with explicit access to a package in AE4."""
        return self._counts

    def _of(self, person: Person) -> t.Tuple[int, int, int]:
        """Packages that a person could read (and not write), write, and those among them that everybody could read."""
        if person == ANYONE_KEY:
            return self.public, 0, self.opened
        if person == EVERYONE_KEY:
            return self.opened, 0, self.opened
        read, write, opened = self._counts.get(person, (0, 0, 0))
        return read, write, opened

    def gave(self, person: Person) -> bool:
        """Whether AE4 gave the person (or everybody) access to any package."""
        read, write, _opened = self._of(person)
        return bool(read or write) or person in self._partly

    def floor(self, person: Person) -> int:
        """The level that AE4 gave on every package of the channel."""
        read, write, opened = self._of(person)
        if write and write == self.packages:
            return 2
        return int(read + write + self.opened - opened == self.packages)

    def in_words(self, person: Person) -> str:
        """The access in AE4: r, rw, none, or which on how many packages."""
        read, write, _opened = self._of(person)
        if not read and not write:
            if person in self._partly:
                return "on some files of a package"
            if not self.opened or person in EVERYBODY:
                return WORD[0]
            return f"r as everyone{self._part(self.opened)}"
        parts = [f"{word}{self._part(number)}" for word, number in (("rw", write), ("r", read)) if number]
        return ", ".join(parts)

    def _part(self, number: int) -> str:
        return "" if number == self.packages else f" on {number} of {self.packages} packages"
