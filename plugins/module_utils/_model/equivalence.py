# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access table: what a person could do in AE4 and can do on AE5, channel by channel.  Pure.

Private to the collection.  Groups are expanded into people, and collaborators of single packages are counted.  The verdicts
are those of ``verdicts``; ``narrower`` only if none of a file's channels gives the access that AE4 gave.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import (
    ACCESS_OF_PERMISSION,
    EVERYONE,
    principal_key,
    principal_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access_records import OwnerAccess, Variant
from ansible_collections.ae_ops.migration.plugins.module_utils._model.effective import (
    ANYONE,
    ANYONE_KEY,
    EVERYBODY,
    EVERYONE_KEY,
    LEVEL,
    WORD,
    Levels,
    Members,
    Person,
    Tally,
    Target,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    AUTHENTICATED,
    GROUP,
    NOBODY,
    PUBLIC,
    REMOVED_ON_AE5,
    USER,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.verdicts import (
    ACCEPTED,
    FOREIGN,
    NARROWER,
    SAME,
    STALE,
    UNKNOWN,
    WIDER,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any, user_key

PRIVATE_FOR_ALL = "every logged-in user can read a private channel on this cluster"
PRIVATE_UNKNOWN = "it is not known who can read a private channel on this cluster"
NOT_SHOWN = "not shown by this transport"
NOT_IN_AE5 = "does not exist in AE5"
MEMBER = "in the AE5 "
"""The prefix of the reason for somebody who is in an AE5 group and not in its AE4 group."""
NO_GROUP = "AE5 has no group "
PLANNED = "planned for "
"""The prefix of the reason for access that the plan itself gives beyond AE4's."""


@dataclasses.dataclass(frozen=True)
class Row(JsonRecord):
    """One line of the table.  ``ae4``, ``planned`` and ``seen`` are words for people."""

    site: str
    channel: str
    kind: str
    """user, everyone or anyone; group only for what ae_channels shares."""
    principal: str
    """The AE5 name; the AE4 login of a user who does not exist on AE5."""
    in_ae5: str
    """yes, no or unknown."""
    ae4: str
    planned: str
    seen: str
    """``unknown`` if AE5 does not show it."""
    verdict: str
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Context:
    """What was declared and what earlier runs applied: the reasons for access that is more than AE4 gave."""

    people_checked: bool = False
    """Whether the plan read the groups of AE5, so that an additional member was added since."""
    accept_wider: t.Sequence[str] = ()
    accept_public: t.Sequence[str] = ()
    declared: t.Mapping[str, t.AbstractSet[t.Tuple[str, str]]] = dataclasses.field(default_factory=dict)
    """Channel -> the principals that it is shared with because of ``ae_channels``."""
    applied: t.Mapping[str, t.AbstractSet[t.Tuple[str, str]]] = dataclasses.field(default_factory=dict)
    """Channel -> the principals that earlier runs found it shared with as planned."""
    members: t.Mapping[str, t.Sequence[str]] = dataclasses.field(default_factory=dict)
    """``SITE:ORGANIZATION/GROUP`` -> the AE5 names of all its members in the plans applied so far."""

    def of_public(self, channel: str) -> str:
        return ACCEPTED if matches_any(channel, self.accept_public) else WIDER


class OwnerTable:
    """The rows of one owner's channels."""

    def __init__(self, owner: OwnerAccess, channels: t.Mapping[str, Channel], target: Target, context: Context) -> None:
        self._owner = owner
        self._target = target
        self._context = context
        self._channels = {name: channels[name] for name in owner.channels() if name in channels}
        self._logins: t.Dict[Person, str] = {}
        self._people = {login: self._person(login) for login in owner.people}
        self._in_group = {group.name: frozenset(self._people[login] for login in group.members) for group in owner.groups}
        self._explicit: t.Dict[t.Any, t.Dict[Person, int]] = {}
        self._planned = {name: Levels(channel.shares, channel.public, self._members) for name, channel in self._channels.items()}
        self._seen = {name: self._seen_rights(name) for name in self._channels}
        self._losers = {variant: self._losing(variant) for each in owner.classes for variant in each.variants}

    def _person(self, login: str) -> Person:
        name = self._owner.people[login]
        person = (NOBODY, login) if name is None else principal_key(USER, name)
        self._logins.setdefault(person, login)
        return person

    def _members(self, group: str) -> t.Optional[Members]:
        """The people of an AE5 group: as AE5 has them, else as AE4 has them; None if neither is known."""
        if self._target.members is not None:
            return self._target.members.get(group, frozenset())
        mine = [self._in_group[item.name] for item in self._owner.groups if item.ae5 == group]
        return frozenset(name for people in mine for kind, name in people if kind == USER) if mine else None

    def _known(self, person: Person) -> str:
        """Whether AE5 has the person: yes, no or unknown."""
        if person in EVERYBODY:
            return "yes"
        if person[0] == NOBODY:
            return "no"
        return UNKNOWN if self._target.users is None else "yes" if person[1] in self._target.users else "no"

    def _name(self, person: Person) -> str:
        login = self._logins.get(person)
        if login is None:
            return person[1]
        return login if self._known(person) == "no" else self._owner.people[login] or login

    # -- levels

    def _level(self, levels: Levels, person: Person) -> int:
        """The level of a person; a user who does not exist on AE5 cannot log in."""
        return levels.public if self._known(person) == "no" else levels.of(person)

    def _seen_rights(self, name: str) -> t.Optional[Levels]:
        shares = self._target.shares.get(name)
        return None if shares is None else Levels(shares, bool(self._target.public.get(name)), self._members)

    def _explicit_of(self, variant: Variant) -> t.Dict[Person, int]:
        """The people with explicit access to a package in AE4, with their level; public and authenticated do not count here."""
        key = (variant.groups, variant.collaborators)
        found = self._explicit.get(key)
        if found is None:
            found = self._explicit[key] = {}
            for person, level, _why in self._sources(variant):
                found[person] = max(level, found.get(person, 0))
        return found

    def _sources(self, variant: Variant) -> t.Iterator[t.Tuple[Person, int, str]]:
        """(person, level, source), see ``_explicit_of``; the source is empty (an owner), ``collaborator`` or ``group NAME``."""
        owner = self._owner
        for login in (owner.owner,) if owner.kind == USER else owner.owners:
            yield self._people[login], 2, ""
        for group in owner.groups:
            if group.name in variant.groups:
                level = LEVEL[ACCESS_OF_PERMISSION.get(group.permission, "r")]
                for person in self._in_group[group.name]:
                    yield person, level, f"group {group.name}"
        for login, permission in variant.collaborators:
            yield self._people[login], LEVEL[ACCESS_OF_PERMISSION.get(permission, "r")], "collaborator"

    def _seen_level(self, name: str, person: Person) -> t.Optional[int]:
        """The level on a channel as AE5 shows it; None if it does not."""
        public, levels = self._target.public.get(name), self._seen[name]
        if person == ANYONE_KEY:
            return None if public is None else int(public)
        if person == EVERYONE_KEY:
            if public or (levels is not None and levels.everyone):
                return max(int(bool(public)), levels.everyone if levels is not None else 0)
            means = self._target.private_means
            return None if public is None or levels is None or means is None else int(means == AUTHENTICATED)
        if levels is None:
            return None
        level, planned = self._level(levels, person), self._level(self._planned[name], person)
        if person == self._target.owner(name):
            return max(level, planned)
        if self._target.members is None and levels.groups and max(levels.users.get(person, 0), levels.open) < planned:
            return None  # the members of the group were not read
        return level

    def _now(self, name: str, person: Person) -> int:
        """The level on a channel: as AE5 shows it, else as planned."""
        seen = self._seen_level(name, person)
        return self._level(self._planned[name], person) if seen is None else seen

    def _losing(self, variant: Variant) -> t.Dict[Person, int]:
        """Who can do less with these files than in AE4, in every channel that has them: the level that they had."""
        places = [name for name in variant.channels if name in self._channels]
        if not places:
            return {}
        had = dict(self._explicit_of(variant))
        had.update({ANYONE_KEY: 1} if variant.access == PUBLIC else {})
        had.update({EVERYONE_KEY: 1} if variant.access in (PUBLIC, AUTHENTICATED) else {})
        return {person: level for person, level in had.items() if max(self._now(name, person) for name in places) < level}

    # -- rows

    def rows(self) -> t.Iterator[Row]:
        """All rows, ordered by channel; everybody first, then people by name."""
        for name in sorted(self._channels):
            yield from self._rows_of(name)

    def _rows_of(self, name: str) -> t.Iterator[Row]:
        classes = [(each, [item for item in each.variants if name in item.channels]) for each in self._owner.classes]
        tally = Tally([item for item in classes if item[1]], self._explicit_of)
        losers = {person for variant in tally.example for person in self._losers[variant]}
        planned, seen = self._planned[name], self._seen[name]
        people = {*tally.people(), *planned.people()}
        more = set(seen.people() if seen is not None else ()) - people
        # The owner of the channel on AE5, usually the account that migrates, has no share from anybody.
        people.update(person for person in more if person != self._target.owner(name))
        everybody = [person for person in EVERYBODY if self._matters(name, tally, person)]
        for person in [*everybody, *sorted(people, key=lambda item: (self._name(item), item))]:
            yield self._row(name, tally, person, person in losers)

    def _matters(self, name: str, tally: Tally, person: Person) -> bool:
        """Whether everybody gets a row: they have access, or it is not known."""
        planned, seen = self._planned[name], self._seen_level(name, person)
        if person == EVERYONE_KEY and planned.public and not tally.authenticated:
            return False  # the row of anyone says it
        return bool(tally.gave(person) or self._level(planned, person) or seen or (seen is None and person == EVERYONE_KEY))

    def _row(self, name: str, tally: Tally, person: Person, loses: bool) -> Row:
        planned, seen = self._level(self._planned[name], person), self._seen_level(name, person)
        if (planned if seen is None else seen) > tally.floor(person):
            verdict, reason = self._more(self._channels[name], tally, person)
        elif loses:
            verdict, reason = ACCEPTED if person[0] == NOBODY else NARROWER, self._why_less(tally, person)
        elif seen is None:
            means_unknown = person == EVERYONE_KEY and self._seen[name] is not None
            verdict, reason = UNKNOWN, PRIVATE_UNKNOWN if means_unknown else NOT_SHOWN
        else:
            verdict, reason = SAME, ""
        kind = person[0] if person in EVERYBODY else USER
        shown = UNKNOWN if seen is None else WORD[seen]
        words = tally.in_words(person)
        return Row(self._owner.site, name, kind, self._name(person), self._known(person), words, WORD[planned], shown, verdict, reason)

    # -- more than AE4 gave

    def _more(self, channel: Channel, tally: Tally, person: Person) -> t.Tuple[str, str]:
        """The verdict on a level that AE4 did not give on every package, and where it comes from."""
        levels = self._seen[channel.name] or self._planned[channel.name]
        # The result of an anonymous request is seen over any transport, also if shares are not shown.
        public = self._target.public.get(channel.name)
        if person == ANYONE_KEY or ((levels.public if public is None else public) and not tally.floor(person)):
            return self._context.of_public(channel.name), f"public, and package {tally.closed} was not in AE4"
        accepted = matches_any(channel.name, self._context.accept_wider)
        found = [
            self._blame(channel, share, person, accepted)
            for share in levels.shares
            if LEVEL[share.access] > tally.floor(person) and levels.covers(share, person)
        ]
        if not found:
            return (ACCEPTED if accepted else WIDER), PRIVATE_FOR_ALL
        gravest = (WIDER, FOREIGN, STALE, ACCEPTED)
        return min(found, key=lambda item: gravest.index(item[0]))

    def _blame(self, channel: Channel, share: Share, person: Person, accepted: bool) -> t.Tuple[str, str]:
        """The reason for a share that gives a person more than AE4 did."""
        key, what = principal_of(share), f"{share.kind} {share.name}"
        planned = {principal_of(item): item for item in channel.shares}.get(key)
        if planned is None:
            stale = key in self._context.applied.get(channel.name, ())
            return (STALE, f"AE4 no longer gives it to {what}") if stale else (FOREIGN, f"shared with {what} on AE5")
        if LEVEL[share.access] > LEVEL[planned.access]:
            return WIDER, f"{what} has {share.access} on AE5, planned is {planned.access}"
        if key in self._context.declared.get(channel.name, ()):
            return ACCEPTED, f"ae_channels shares it with {what}"
        groups = [group.name for group in self._owner.groups if (GROUP, group.ae5) == (share.kind, share.name)]
        if share.name == EVERYONE and groups:
            return ACCEPTED, f"ae_group_map says that group {groups[0]} is everyone"
        outside = [group for group in groups if person not in self._in_group[group]]
        if not outside:
            return (ACCEPTED if accepted else WIDER), f"{PLANNED}{what}"
        return self._outsider(person, outside, accepted), f"{MEMBER}{what}, and not in the AE4 group {outside[0]}"

    def _outsider(self, person: Person, groups: t.Sequence[str], accepted: bool) -> str:
        """The verdict on somebody who is in an AE5 group and not in its AE4 groups."""
        if accepted:
            return ACCEPTED
        before = (self._context.members.get(f"{self._owner.site}:{self._owner.owner}/{group}", ()) for group in groups)
        if any(person[1] == user_key(name) for names in before for name in names):
            return STALE
        return FOREIGN if self._context.people_checked else WIDER

    # -- less than AE4 gave

    def _why_less(self, tally: Tally, person: Person) -> str:
        """Why a person can do less than in AE4, in words."""
        if person in EVERYBODY:
            return f"package {tally.closed} made the channel private" if tally.closed else "not public on AE5"
        if person[0] == NOBODY:
            return "declared as nobody on AE5"
        if self._known(person) == "no":
            return NOT_IN_AE5
        reasons: t.Dict[str, None] = {}
        for variant, example in tally.example.items():
            had = self._losers[variant].get(person)
            for who, level, source in self._sources(variant) if had is not None else ():
                if who == person and level == had:
                    reasons[self._why_source(variant, source, person, example)] = None
        return "; ".join(reasons)

    def _why_source(self, variant: Variant, source: str, person: Person, example: str) -> str:
        """Why a person lost the access that they had as an owner, as a collaborator or in a group."""
        if source == "collaborator":
            return f"collaborator of package {example}, and AE5 has no shares on single packages"
        channels = [self._channels[name] for name in variant.channels if name in self._channels]
        skipped = {principal_of(item.share): item.reason for channel in channels for item in channel.skipped_shares}
        if not source:
            return "removed on AE5" if skipped.get(person) == REMOVED_ON_AE5 else "not shared on AE5"
        name = next(group.ae5 for group in self._owner.groups if f"group {group.name}" == source)
        if name is None:
            return f"{source} is declared as nobody on AE5"
        if (GROUP, name) in skipped:
            return f"group {name} was removed on AE5" if skipped[GROUP, name] == REMOVED_ON_AE5 else f"{NO_GROUP}{name}"
        members = self._members(name)
        return f"not in AE5 group {name}" if members is not None and person[1] not in members else f"not shared with group {name} on AE5"


def rows(owners: t.Iterable[OwnerAccess], channels: t.Mapping[str, Channel], target: Target, context: Context) -> t.Iterator[Row]:
    """The whole table: owner by owner, then the channels without anything from AE4."""
    left = dict.fromkeys(channels)
    for owner in owners:
        yield from OwnerTable(owner, channels, target, context).rows()
        for name in owner.channels():
            left.pop(name, None)
    for name in left:
        yield from _extra_rows(channels[name], target, context)


def _extra_rows(channel: Channel, target: Target, context: Context) -> t.Iterator[Row]:
    """The rows of a channel that exists because it is declared: if it is public, and one for each share, groups as they are."""
    seen, public = target.shares.get(channel.name), target.public.get(channel.name)
    if channel.public or public:
        verdict = context.of_public(channel.name) if not channel.public else NARROWER if public is False else ACCEPTED
        shown_public = UNKNOWN if public is None else WORD[int(public)]
        reason = "declared in ae_channels" if channel.public else "public on AE5"
        yield Row("", channel.name, ANYONE, ANYONE, "yes", WORD[0], WORD[int(channel.public)], shown_public, verdict, reason)
    planned = {principal_of(share): share for share in channel.shares}
    shown = {principal_of(share): share for share in seen or ()}
    for key, share in sorted({**shown, **planned}.items()):
        if key == target.owner(channel.name):
            continue
        wished, found = planned.get(key), shown.get(key)
        if wished is None:
            verdict = STALE if key in context.applied.get(channel.name, ()) else FOREIGN
        elif seen is not None and found is None:
            verdict = NARROWER
        elif found is not None and LEVEL[found.access] > LEVEL[wished.access]:
            verdict = WIDER
        else:
            verdict = UNKNOWN if seen is None else ACCEPTED
        what = WORD[LEVEL[wished.access]] if wished else WORD[0]
        now = UNKNOWN if seen is None else WORD[LEVEL[found.access]] if found else WORD[0]
        reason = "declared in ae_channels" if wished else f"shared with {share.kind} {share.name} on AE5"
        yield Row("", channel.name, share.kind, share.name, "yes" if found else UNKNOWN, WORD[0], what, now, verdict, reason)
