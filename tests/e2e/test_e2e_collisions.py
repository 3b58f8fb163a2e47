# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would mix the packages or the people of two owners: refused with both sides named, done when it is declared."""

from __future__ import annotations

import typing as t

from tests.e2e.world import Site, World
from tests.lab.playbook import Run

MakeWorld = t.Callable[..., World]


def organization(site: Site, name: str, package: str, owner: str, members: t.Sequence[str] = ()) -> None:
    """An organization with one private package, and a group ``Devs`` for it if it has members."""
    known = {record["login"] for record in site.store.owner_records()}
    for user in {owner, *members} - known:
        site.store.add_user(user)
    site.store.add_organization(name, [owner])
    site.add_package(name, package, ("1.0", "0", ["main"]), access="private")
    if members:
        site.store.add_group(name, "Devs", "read")
        for member in members:
            site.store.add_member(name, "Devs", member)
        site.store.add_group_package(name, "Devs", package)


def refused(world: World, run: Run, *named: str) -> None:
    """The run failed before any write, and its output names all of these."""
    assert run.returncode != 0, run.output
    assert world.writes() == []
    text = " ".join(run.output.split())
    for name in named:
        assert name in text, f"{name}\n{run.output}"


def test_one_organization_name_on_two_sites(make_world: MakeWorld) -> None:
    world = make_world("east", "west")
    organization(world.sites["east"], "bio", "reads", "ann")
    organization(world.sites["west"], "bio", "plates", "bob")
    world.seed_people(["ann", "bob"])
    refused(world, world.run(), "'bio'", "site 'east'", "site 'west'", "ae_channel_map")
    assert world.channels() == {}

    done = world.run(ae_channel_map=[{"match": "bio*", "to": "west-{name}", "site": "west"}])
    assert done.returncode == 0, done.output
    assert {name: world.files_of(name) for name in world.channels()} == {
        "bio": ["reads-1.0-0.tar.bz2"],
        "west-bio": ["plates-1.0-0.tar.bz2"],
    }
    assert world.shares_of("bio") == {("user", "ann", "rw")}
    assert world.shares_of("west-bio") == {("user", "bob", "rw")}


def test_one_group_name_in_two_organizations(make_world: MakeWorld) -> None:
    world = make_world("east")
    organization(world.sites["east"], "bio", "reads", "ann", ["carol"])
    organization(world.sites["east"], "geo", "maps", "bob", ["dave"])
    world.seed_people(["ann", "bob", "carol", "dave"], {"Devs": ["carol"], "geo-devs": ["dave"]})
    refused(world, world.run(), "organization 'bio', group 'Devs'", "organization 'geo', group 'Devs'", "ae_group_map")

    done = world.run(ae_group_map={"geo/Devs": "geo-devs"})
    assert done.returncode == 0, done.output
    assert world.shares_of("bio/Devs") == {("group", "Devs", "r")}
    assert world.shares_of("geo/Devs") == {("group", "geo-devs", "r")}


def test_a_group_with_one_person_more_than_ae4_had(make_world: MakeWorld) -> None:
    world = make_world("east")
    organization(world.sites["east"], "bio", "reads", "ann", ["carol"])
    world.seed_people(["ann", "carol", "mallory"], {"Devs": ["carol", "mallory"]})
    refused(
        world,
        world.run(),
        "'Devs' has members who are not in",
        "organization 'bio', group 'Devs' of site 'east': mallory",
        "ae_accept_wider",
    )

    done = world.run(ae_accept_wider=["bio/Devs"])
    assert done.returncode == 0, done.output
    assert world.shares_of("bio/Devs") == {("group", "Devs", "r")}
