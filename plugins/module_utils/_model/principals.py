# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users, groups and memberships are to be created, and which roles are missing.  Private to the collection.

Pure rules.  Users are compared by ``user_key``, groups as they are written.  Nothing is
ever removed, so there is no step for that.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

UPLOADER = "ae-uploader"
CREATOR = "ae-creator"
NEEDED_ROLES = (UPLOADER, CREATOR)
"""Without them a user can neither upload packages nor create projects (AE5 facts 3.2)."""

PRESENT = "present"
CREATED = "created"
ADDED = "added"
FAILED = "failed"


@dataclasses.dataclass(frozen=True)
class Grant:
    """Who has a role: keys (``user_key``) of users who have it themselves, and names of the groups that give it."""

    users: t.FrozenSet[str]
    groups: t.FrozenSet[str]


@dataclasses.dataclass(frozen=True)
class Wish:
    """A group that must exist and have at least these members."""

    name: str
    members: t.Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Step:
    """One user (no ``group``), one group (no ``user``) or one membership, and what is to do with it.

    ``result`` is present, created (a user or group), added (a membership) or failed; ``why`` is a sentence then.
    """

    result: str
    user: str = ""
    group: str = ""
    why: str = ""


def merged(wishes: t.Iterable[t.Tuple[str, t.Iterable[str]]]) -> t.List[Wish]:
    """One wish for each group name, in the order of first mention; a member that is listed twice counts once."""
    members: t.Dict[str, t.Dict[str, str]] = {}
    for name, users in wishes:
        mine = members.setdefault(name, {})
        for user in users:
            mine.setdefault(user_key(user), user)
    return [Wish(name, tuple(mine.values())) for name, mine in members.items()]


def decide(
    users: t.Mapping[str, str],
    groups: t.Mapping[str, t.Container[str]],
    named: t.Iterable[str],
    wishes: t.Sequence[Wish],
    create_users: bool,
) -> t.List[Step]:
    """The steps for users, then groups, then memberships.

    ``users`` are the existing names by by ``user_key`` name; ``groups`` the by ``user_key`` members of the existing groups, by
    the group's name; ``named`` the users that must exist in any case.
    """
    wanted: t.Dict[str, str] = {}
    needed_by: t.Dict[str, t.List[str]] = {}
    for user in named:
        wanted.setdefault(user_key(user), user)
    for wish in wishes:
        for user in wish.members:
            wanted.setdefault(user_key(user), user)
            needed_by.setdefault(user_key(user), []).append(wish.name)
    people = {key: _user(users.get(key), user, sorted(set(needed_by.get(key, ()))), create_users) for key, user in wanted.items()}
    steps = list(people.values())
    for wish in wishes:
        group = _group(wish.name, wish.name in groups)
        steps.append(group)
        for user in wish.members:
            person = people[user_key(user)]
            result = ADDED
            if FAILED in (person.result, group.result):
                result = FAILED
            elif user_key(user) in groups.get(wish.name, ()):
                result = PRESENT
            steps.append(Step(result, person.user, wish.name))
    return steps


def _user(known: t.Optional[str], name: str, needed_by: t.Sequence[str], create: bool) -> Step:
    if known is not None:
        return Step(PRESENT, known)
    if not name.strip():
        return Step(FAILED, name, why="A user name is empty; name the user.")
    if create:
        return Step(CREATED, user_key(name))
    done = f"neither created nor added to {_listed(needed_by)}" if needed_by else "not created"
    return Step(FAILED, name, why=f"User {name!r} does not exist in Keycloak and was {done}; create the user there, or set create_users.")


def _listed(groups: t.Sequence[str]) -> str:
    return f"group{'s' if len(groups) > 1 else ''} {', '.join(groups)}"


def _group(name: str, known: bool) -> Step:
    if known:
        return Step(PRESENT, group=name)
    if not name.strip():
        return Step(FAILED, group=name, why="A group name is empty; name the group.")
    if "/" in name:
        why = f"Group {name!r} does not exist and was not created, because its name is a subgroup path; create it in Keycloak."
        return Step(FAILED, group=name, why=why)
    return Step(CREATED, group=name)


def roles_of(user: str, grants: t.Mapping[str, t.Optional[Grant]], members: t.Mapping[str, t.Container[str]]) -> t.List[str]:
    """Those of the roles that the user has, by itself or through one of the groups in ``members`` (keys (``user_key``))."""
    key = user_key(user)
    return [
        role
        for role, grant in grants.items()
        if grant is not None and (key in grant.users or any(key in members.get(group, ()) for group in grant.groups))
    ]
