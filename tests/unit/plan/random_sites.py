# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites, declarations and people of AE5 by a seed, in memory, small and varied: thousands of them in a minute."""

from __future__ import annotations

import collections
import dataclasses
import random
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import ChannelRule
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Collaborator, GroupRecord, SourceFile
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import Draft, ExtraChannel, PlanOptions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import SiteInput
from tests.unit.plan.inventory_builder import Site, organization, user
from tests.unit.plan.inventory_builder import group as a_group

LOGINS = ("ann", "ben", "cat", "dan", "eve", "fay")
STRANGER = "stranger"
PACKAGES = ("p", "q", "r", "s")
OWNERS = {"east": ("org1", "org2", "ann", "ben"), "west": ("org3", "org4", "cat", "dan")}
PERMISSIONS = ("read", "read", "write", "admin", "unknown")
ACCESS = ("public", "public", "private", "private", "authenticated", "unknown")


@dataclasses.dataclass(frozen=True)
class InMemory(SiteInput):
    """An inventory that lies in no file."""

    listed: tuple[SourceFile, ...] = ()

    def files(self) -> t.Iterator[SourceFile]:
        return iter(self.listed)


@dataclasses.dataclass(frozen=True)
class People:
    """The users and groups of AE5."""

    users: frozenset[str]
    groups: dict[str, frozenset[str]]
    emails: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class RandomWorld:
    """What one seed makes."""

    sites: tuple[Site, ...]
    options: PlanOptions
    people: People
    private_means: str | None

    def draft(self) -> Draft:
        found = [InMemory(site.record(""), site.owners, site.name, tuple(site.files)) for site in self.sites]
        return Draft(self.options, found).read()


def some(rng: random.Random, values: t.Sequence[str], most: int, least: int = 0) -> list[str]:
    return rng.sample(values, rng.randint(least, min(most, len(values))))


def random_site(rng: random.Random, name: str) -> Site:
    site = Site(name)
    for owner in some(rng, OWNERS[name], 2, 1):
        if not owner.startswith("org"):
            site.owner(user(owner))
            continue
        groups: dict[str, GroupRecord] = {}
        for title in some(rng, ("Devs", "Ops", "dev"), 2):
            groups[title] = a_group(title, some(rng, LOGINS, 4, 1), some(rng, PACKAGES, 3, 1), rng.choice(PERMISSIONS))
        site.owner(organization(owner, *groups.values(), owners=some(rng, LOGINS, 2, int(rng.random() < 0.9))))
    one_access = rng.choice([*ACCESS, None])
    for owner in sorted(site.owners):
        for package in some(rng, PACKAGES, 3, 1):
            access = one_access or rng.choice(ACCESS)
            collaborators = tuple(
                Collaborator(login, rng.choice(PERMISSIONS[1:])) for login in (some(rng, LOGINS, 2, 1) if rng.random() < 0.15 else ())
            )
            for number in range(rng.randint(1, 2)):
                site.file(
                    f"{owner}/{package}/{package}-{number}-0.conda",
                    *some(rng, ("main", "dev", "Test"), 2, int(rng.random() < 0.95)),
                    access=access if rng.random() < 0.95 else rng.choice(ACCESS),
                    kind="pypi" if rng.random() < 0.05 else "conda",
                    problems=("md5_mismatch",) if rng.random() < 0.05 else (),
                )
                if collaborators:
                    site.files[-1] = dataclasses.replace(site.files[-1], collaborators=collaborators)
    return site


def random_world(seed: int) -> RandomWorld:
    """The world of a seed; the same one each time."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret comes of it
    sites = tuple(random_site(rng, name) for name in rng.choice([("east",), ("west",), ("east", "west")]))
    users = rng.choice([{}, {}, {"ann": "a.smith"}, {"ben": "-"}, {"cat": "c.jones", "dan": "-"}])
    keys = [(site.name, owner.name, group.name) for site in sites for owner in site.owners.values() for group in owner.groups]
    groups = {f"{site}:{owner}/{group}": f"{owner}-{group}" for site, owner, group in keys} if rng.random() < 0.7 else {}
    if groups and rng.random() < 0.1:
        groups[rng.choice(sorted(groups))] = "-"
    extra = (
        ExtraChannel("team", rng.random() < 0.5, (Share("user", "eve", "r"),)),
        ExtraChannel("org1", False, (Share("user", "fay", "r"),)),
    )
    options = PlanOptions(
        layout=rng.choice(["vendor", "by_label"]),
        principals=PrincipalMap(users, groups),
        channel_rules=(ChannelRule("*", "{site}-{name}"),) if rng.random() < 0.2 else (),
        owners=("org*", "a*") if rng.random() < 0.1 else (),
        split_private=("*",) if rng.random() < 0.2 else (),
        collaborators=rng.choice(["narrow", "channel"]),
        accept_wider=("*",) if rng.random() < 0.1 else (),
        extra_channels=extra if rng.random() < 0.15 else (),
    )
    people = random_people(rng, sites, options.principals)
    return RandomWorld(sites, options, people, rng.choice([None, "collaborators", "collaborators", "authenticated"]))


def random_people(rng: random.Random, sites: t.Iterable[Site], names: PrincipalMap) -> People:
    """AE5 with AE4's people and groups under their AE5 names; sometimes somebody lacks, rarely a group holds one more."""
    known = {names.user(login) for login in LOGINS} - {None}
    users = {name for name in known if name is not None and rng.random() < 0.95} | {STRANGER}
    members: dict[str, set[str]] = collections.defaultdict(set)
    for site in sites:
        for owner in site.owners.values():
            for group in owner.groups:
                name = names.group(site.name, owner.name, group.name)
                if name is not None and rng.random() < 0.95:
                    members[name].update(mapped for login in group.members if (mapped := names.user(login)) in users and mapped is not None)
    if members and rng.random() < 0.05:
        members[rng.choice(sorted(members))].add(STRANGER)
    if members and rng.random() < 0.1:
        members[rng.choice(sorted(members))].clear()
    if rng.random() < 0.97:
        members["everyone"].update(users)
    return People(frozenset(users), {name: frozenset(found) for name, found in members.items()})
