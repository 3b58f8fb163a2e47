# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the plan of any sites: every file is accounted for, access never widens, equal input is equal bytes."""

from __future__ import annotations

import collections
import dataclasses
import tempfile
import typing as t
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import ChannelRule
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import OwnerRecord, SourceFile
from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import Selection, rule_of
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, checks, for_people
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import read_inventories
from tests.unit.conftest import examples
from tests.unit.plan.inventory_builder import Site, organization, user
from tests.unit.plan.inventory_builder import group as a_group
from tests.unit.saved_plan import save_plan

LOGINS = ("ann", "ben", "cat", "dan")
ANONYMOUS = "(anonymous)"
STRANGER = "stranger"
ALL = (*LOGINS, STRANGER, ANONYMOUS)
PACKAGES = ("p", "q", "r")
OWNERS_OF_SITE = {"east": ("org1", "org2", "ann", "ben"), "west": ("org3", "org4", "cat", "dan", "ann")}
"""ann is on both sites, so that the error for it is met too."""


@dataclasses.dataclass(frozen=True)
class People:
    users: frozenset[str]
    groups: dict[str, frozenset[str]]


@dataclasses.dataclass(frozen=True)
class World:
    sites: tuple[Site, ...]
    options: dict[str, t.Any]
    extra_people: frozenset[tuple[str, str]]
    """(AE5 group, AE5 user) that AE4 knows nothing of."""


def some(values: t.Sequence[t.Any], max_size: int = 3, min_size: int = 0) -> st.SearchStrategy[list[t.Any]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=min_size, max_size=max_size)


RULES = [
    rule_of(rule)
    for rule in ({"label": "dev"}, {"label": ["main", ""]}, {"package": "p"}, {"access": "private"}, {"owner": "org*"}, {"spec": "q 0.*"})
]


def mostly(value: str, *others: str) -> st.SearchStrategy[str]:
    return st.sampled_from([value] * 6 + list(others))


groups = st.builds(
    a_group,
    st.sampled_from(["Devs", "Ops", "dev", "everyone", "main"]),
    some(LOGINS, min_size=1),
    some(PACKAGES, min_size=1),
    st.sampled_from(["read", "write", "admin", "unknown"]),
)


@st.composite
def owner_records(draw: st.DrawFn, name: str) -> OwnerRecord:
    if not name.startswith("org"):
        return user(name)
    found = {group.name: group for group in draw(st.lists(groups, min_size=1, max_size=2))}
    return organization(name, *found.values(), owners=draw(some(LOGINS, 2)))


@st.composite
def sites(draw: st.DrawFn, name: str) -> Site:
    site = Site(name)
    for owner in draw(st.lists(st.sampled_from(OWNERS_OF_SITE[name]), unique=True, min_size=1, max_size=3)):
        site.owner(draw(owner_records(owner)))
    access = {
        (owner, package): draw(mostly("public", "authenticated", "private", "unknown")) for owner in site.owners for package in PACKAGES
    }
    for number in range(draw(st.sampled_from([10, 4, 1, 0]))):
        owner, package = draw(st.sampled_from(sorted(site.owners))), draw(st.sampled_from(PACKAGES))
        file = draw(st.sampled_from([f"{package}-{number}-0.conda", f"{package}-0-0.conda", "p-0-0.conda"]))
        site.file(
            f"{owner}/{package}/{file}",
            *draw(some(["main", "dev", "Test", "a/b"])),
            access=draw(mostly(access[owner, package], "private", "public")),
            kind=draw(mostly("conda", "pypi")),
            content=file + draw(mostly("", *["!"] * (number % 7 == 6))),
            path=f"{owner}/{number}--{package}/{file}",
            problems=draw(st.sampled_from([(), (), (), (), ("md5_mismatch",)])),
            collaborators=draw(st.sampled_from([(), (), ("dan",)])),
        )
    return site


@st.composite
def worlds(draw: st.DrawFn) -> World:
    found = tuple(draw(sites(name)) for name in ("east", "west"))
    keys = [(site.name, owner.name, group.name) for site in found for owner in site.owners.values() for group in owner.groups]
    mapped = {":".join([site, f"{owner}/{group}"]): f"{site}-{owner}-{group}" for site, owner, group in keys}
    options = {
        "layout": draw(st.sampled_from(["vendor", "by_label"])),
        "principals": PrincipalMap(
            draw(st.sampled_from([{}, {"ann": "a.smith", "ben": "ann"}])), draw(st.sampled_from([{}, mapped, mapped]))
        ),
        "channel_rules": draw(st.sampled_from([(), (ChannelRule("*", "{site}-{name}"),)])),
        "owners": draw(st.sampled_from([(), (), ("org*", "a*")])),
        "selection": Selection(tuple(draw(some(RULES, 1))), tuple(draw(some(RULES, 1)))) if draw(st.booleans()) else Selection(),
        "split_private": draw(st.sampled_from([(), ("*",), ("org*", "east-*")])),
        "collaborators": draw(st.sampled_from(["narrow", "channel"])),
    }
    extra = draw(
        st.frozensets(st.tuples(st.sampled_from(["Devs", "Ops", *mapped.values()]), st.sampled_from([STRANGER, "cat"])), max_size=1)
    )
    return World(found, options, extra)


def draft(folder: str, world: World) -> build.Draft:
    paths = [site.write(Path(folder)) for site in world.sites]
    return build.Draft(build.PlanOptions(**world.options), read_inventories(paths)).read()


PROPERTY = settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@PROPERTY
@given(worlds())
def test_every_file_has_placements_or_exactly_one_line(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = draft(folder, world)
        if found.clashes:
            event("two files with other bytes")
            assert checks.clash_errors(found)
            return
        plan, placements, left_out = build.finish(found)
        placed = {(placement.site, placement.path) for placement in placements}
        lines = [(item.site, item.path) for item in left_out]
        event(f"duplicates: {'duplicate' in plan.left_out}")
        assert sorted([*placed, *lines]) == sorted((site.name, file.path) for site in world.sites for file in site.files)
        assert sum(plan.left_out.values()) == len(lines)
        assert sum(channel.files for channel in plan.channels) == len(placements)
        assert sum(channel.bytes for channel in plan.channels) == sum(placement.size for placement in placements)
        assert len({placement.key for placement in placements}) == len(placements)


# AE4's rights, written down anew from the facts and not from the code: who may read and who may write one file.


def reads_in_ae4(file: SourceFile, owner: OwnerRecord, person: str) -> bool:
    if file.access == "public":
        return True
    if person == ANONYMOUS:
        return False
    if file.access == "authenticated" or person == owner.name or person in owner.owners:
        return True
    if any(item.user == person for item in file.collaborators):
        return True
    return any(person in group.members and file.package in group.packages for group in owner.groups)


def writes_in_ae4(file: SourceFile, owner: OwnerRecord, person: str) -> bool:
    if person == owner.name or person in owner.owners:
        return True
    writers = [group for group in owner.groups if group.permission in ("write", "admin")]
    return any(person in group.members and file.package in group.packages for group in writers)


@dataclasses.dataclass(frozen=True)
class Target:
    """The cluster as it is once the plan is applied."""

    people: People
    name_on_ae5: t.Mapping[str, str]

    def rights(self, channel: Channel, person: str) -> set[str]:
        found = {"r"} if channel.public else set()
        if person == ANONYMOUS:
            return found
        login = self.name_on_ae5.get(person, person)
        for share in channel.shares:
            if share.name == login if share.kind == "user" else login in self.people.groups.get(share.name, ()):
                found.update(share.access)
        return found


def target_of(world: World) -> Target:
    """AE5 with AE4's groups under their AE5 names, with AE4's members, and with the extra people."""
    principals: PrincipalMap = world.options["principals"]
    members: dict[str, set[str]] = collections.defaultdict(set)
    for site in world.sites:
        for owner in site.owners.values():
            for group in owner.groups:
                name = principals.groups.get(f"{site.name}:{owner.name}/{group.name}", group.name)
                members[name].update(principals.users.get(login, login) for login in group.members)
    for name, login in world.extra_people:
        members[name].add(login)
    users = {principals.users.get(login, login) for login in (*LOGINS, STRANGER)}
    members["everyone"].update(users)
    return Target(People(frozenset(users), {name: frozenset(found) for name, found in members.items()}), principals.users)


@PROPERTY
@given(worlds())
def test_access_never_widens(world: World) -> None:
    target = target_of(world)
    with tempfile.TemporaryDirectory() as folder:
        found = draft(folder, world)
        errors = [*checks.plan_errors(found), *checks.people_findings(found, target.people, {})[0]]
        event(f"errors: {bool(errors)}")
        if errors:
            return
        plan, placements, _left_out = build.finish(found)
    files = {(site.name, file.path): (file, site.owners[file.owner]) for site in world.sites for file in site.files}
    channels = {channel.name: channel for channel in plan.channels}
    event(f"channels: {min(len(channels), 3)}, public: {any(channel.public for channel in plan.channels)}")
    wider = []
    for placement in placements:
        file, owner = files[placement.site, placement.path]
        for person in ALL:
            rights = target.rights(channels[placement.channel], person)
            if "r" in rights and not reads_in_ae4(file, owner, person):
                wider.append(f"{person} may read {placement.path} in {placement.channel}")
            if "w" in rights and not writes_in_ae4(file, owner, person):
                wider.append(f"{person} may write {placement.path} in {placement.channel}")
    assert wider == []


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@settings(PROPERTY, max_examples=examples(60))
@given(worlds())
def test_equal_input_in_any_order_gives_equal_bytes(world: World) -> None:
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for number, order in enumerate([world.sites, world.sites[::-1]]):
            paths = [site.write(Path(folder)) for site in order]
            found = build.Draft(build.PlanOptions(**world.options), read_inventories(paths)).read()
            plan, placements, left_out = build.finish(found)
            dest = Path(folder) / str(number)
            save_plan(str(dest), plan, for_people.render(plan, left_out), placements, left_out)
            results.append((checks.plan_errors(found), files_of(dest)))
            assert list(store.iter_placements(str(dest))) == placements
            assert list(store.iter_left_out(str(dest))) == left_out
    assert results[0] == results[1]
    assert set(results[0][1]) == {
        "plan.json",
        "plan.yml",
        "placements.jsonl",
        "left_out.jsonl",
        "skipped.jsonl",
        "placements/east.jsonl",
        "placements/west.jsonl",
    }
