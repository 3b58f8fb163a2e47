# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random sites, 10,000 with ``CI``: never wider by us, the ledger sums, nothing to do once migrated, the access table tells the truth."""

from __future__ import annotations

import collections
import dataclasses
import itertools

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model import access, equivalence
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.effective import Target
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_changes import changes_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, ChannelBefore, LeftOut, Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import OwnerRecord, SourceFile
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, checks, declared
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import PRESENT
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import build_ledger
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan
from tests.unit.conftest import examples
from tests.unit.plan.random_sites import LOGINS, RandomWorld, random_world

SITES = examples(10_000)
PARTS = 4
ANONYMOUS = "(anonymous)"
LEVEL = {"": 0, "r": 1, "rw": 2}


@dataclasses.dataclass(frozen=True)
class Planned:
    """A world with its plan; applied to the letter."""

    world: RandomWorld
    draft: build.Draft
    plan: Plan
    placements: list[Placement]
    left_out: list[LeftOut]

    @property
    def channels(self) -> dict[str, Channel]:
        return {channel.name: channel for channel in self.plan.channels}


def planned(world: RandomWorld) -> Planned | None:
    """The plan of a world as the module makes it; None if it has an error, which is before anything is written."""
    draft = world.draft()
    errors = [*checks.plan_errors(draft), *declared.errors_of(draft), *checks.private_errors(draft, world.private_means)]
    if errors or checks.people_findings(draft, world.people, {})[0]:
        return None
    plan, placements, left_out = build.finish(draft)
    plan = declared.extended(draft, plan)
    plan = dataclasses.replace(plan, channels=access.skip_unknown(plan.channels, world.people))
    return Planned(world, draft, plan, placements, left_out)


# The rights of AE4 and AE5, written down anew from the facts and not from the code.


def given_in_ae4(file: SourceFile, owner: OwnerRecord, login: str) -> int:
    """The level that AE4 gave a login by name, as owner, in a group or as a collaborator."""
    if login == owner.name or login in owner.owners:
        return 2
    levels = [
        2 if group.permission in ("write", "admin") else 1 for group in owner.groups if login in group.members and group.name in file.groups
    ]
    levels.extend(2 if item.permission in ("write", "admin") else 1 for item in file.collaborators if item.user == login)
    return max(levels, default=0)


def level_on_ae5(channel: Channel, world: RandomWorld, name: str) -> int:
    """The level of an AE5 user (or of somebody who is not logged in) on a channel that is as planned."""
    levels = [int(channel.public)]
    if name != ANONYMOUS:
        levels.append(int(world.private_means == "authenticated"))
        for share in channel.shares:
            if share.name == name if share.kind == "user" else name in world.people.groups.get(share.name, ()):
                levels.append(LEVEL[share.access])
    return max(levels)


def wider_by_us(found: Planned) -> list[str]:
    """Who may do more with a file than in AE4, unless that was declared."""
    world, names = found.world, found.world.options.principals
    if world.options.accept_wider:
        return []
    extra = {(channel.name, principal_of(share)) for channel in world.options.extra_channels for share in channel.shares}
    files = {(site.name, file.path): (file, site.owners[file.owner]) for site in world.sites for file in site.files}
    wider = []
    for placement in found.placements:
        file, owner = files[placement.site, placement.path]
        channel = found.channels[placement.channel]
        for name in [*world.people.users, ANONYMOUS]:
            had = int(file.access == "public" or (file.access == "authenticated" and name != ANONYMOUS))
            mine = [login for login in LOGINS if (names.user(login) or "") == name]
            had = max([had, *(given_in_ae4(file, owner, login) for login in mine)])
            if level_on_ae5(channel, world, name) > had and (channel.name, ("user", name)) not in extra:
                wider.append(f"{name} on {placement.path} in {channel.name}")
    return wider


def losers(found: Planned) -> set[tuple[str, str]]:
    """(channel, AE4 login) wherever somebody AE5 knows, or not, can do less with a file of the channel than in AE4."""
    world, names = found.world, found.world.options.principals
    files = {(site.name, file.path): (file, site.owners[file.owner]) for site in world.sites for file in site.files}
    places: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
    for placement in found.placements:
        places[placement.site, placement.path].add(placement.channel)
    lost = set()
    for key, channels in places.items():
        for login in LOGINS:
            had, name = given_in_ae4(*files[key], login), names.user(login)
            now = max(max(int(found.channels[each].public), level_by_shares(found.channels[each], world, name)) for each in channels)
            if now < had:
                lost.update((each, login) for each in channels)
    return lost


def level_by_shares(channel: Channel, world: RandomWorld, name: str | None) -> int:
    """The level that shares give; nobody gets any who cannot log in."""
    levels = [0]
    for share in channel.shares if name in world.people.users else ():
        if share.name == name if share.kind == "user" else name in world.people.groups.get(share.name, ()):
            levels.append(LEVEL[share.access])
    return max(levels)


def table(found: Planned) -> list[equivalence.Row]:
    """The access table of a cluster that is as planned."""
    world = found.world
    owner_of = {(site.name, owner.name): owner for site in world.sites for owner in site.owners.values()}
    classes, names = found.draft.classes, world.options.principals
    owners = [classes.of_owner(site, owner_of[site, name], names) for site, name in classes.owners()]
    target = Target(
        frozenset(world.people.users),
        dict(world.people.groups),
        {channel.name: channel.shares for channel in found.plan.channels},
        {channel.name: channel.public for channel in found.plan.channels},
        {},
        world.private_means,
    )
    extra = {channel.name: frozenset(map(principal_of, channel.shares)) for channel in world.options.extra_channels}
    context = equivalence.Context(True, world.options.accept_wider, (), extra)
    return list(equivalence.rows(owners, found.channels, target, context))


def to_do(found: Planned) -> bool:
    """Whether the plan of a site that was migrated has anything to do."""
    again = planned(found.world)
    assert again is not None
    assert again.placements == found.placements
    assert again.plan.channels == found.plan.channels
    channels = [
        dataclasses.replace(channel, before=ChannelBefore("public" if channel.public else "private", channel.shares))
        for channel in again.plan.channels
    ]
    placements = [dataclasses.replace(placement, before=f"sha256:{placement.sha256}") for placement in again.placements]
    return not changes_of(channels, placements, {}).empty


def ledger_imbalances(found: Planned) -> list[str]:
    ledger = build_ledger(((placement, PRESENT) for placement in found.placements), {}, found.left_out)
    sites = {site.name: (len(site.files), sum(file.size for file in site.files)) for site in found.world.sites}
    return ledger.imbalances(sites, len(found.placements))


def told_losers(found: Planned, rows: list[equivalence.Row]) -> set[tuple[str, str]]:
    """(channel, principal) of the rows that say that a person can do less, one who is nobody on purpose included."""
    names = found.world.options.principals
    nobody = {login for login in LOGINS if names.user(login) is None}
    return {
        (row.channel, row.principal)
        for row in rows
        if row.kind == "user" and (row.verdict == "narrower" or (row.verdict == "accepted" and row.principal in nobody))
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_what_holds_for_every_site(part: int) -> None:
    counts: collections.Counter[str] = collections.Counter()
    for seed in itertools.count(part, PARTS):
        if counts["sites"] >= SITES // PARTS:
            break
        world = random_world(seed)
        found = planned(world)
        counts["sites"] += len(world.sites)
        if found is None:
            counts["plans with an error"] += 1
            continue
        assert wider_by_us(found) == [], seed
        assert ledger_imbalances(found) == [], seed
        assert not to_do(found), seed
        rows = table(found)
        verdicts = {row.verdict for row in rows}
        assert not verdicts & {"wider", "foreign", "stale"}, (seed, [row for row in rows if row.verdict in ("wider", "foreign", "stale")])
        if not world.options.accept_wider and not world.options.extra_channels:
            display = {login: name if (name := world.options.principals.user(login)) in world.people.users else login for login in LOGINS}
            expected = {(channel, str(display[login])) for channel, login in losers(found)}
            assert told_losers(found, rows) == expected, seed
        counts["plans"] += 1
        counts.update({f"plans with {verdict}": 1 for verdict in verdicts})
    print(dict(counts))
    assert counts["plans"] > SITES // PARTS // 3
    assert min(counts[f"plans with {verdict}"] for verdict in ("same", "narrower", "accepted", "unknown")) > SITES // PARTS // 50
