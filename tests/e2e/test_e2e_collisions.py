# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would mix the packages or the people of two owners: refused with both sides named, done when it is declared."""

from __future__ import annotations

import typing as t

from tests.e2e.conftest import MakeWorld
from tests.e2e.world import Site


def organization(site: Site, name: str, package: str, owner: str, members: t.Sequence[str] = (), group: str = "Devs") -> None:
    """An organization with one private package, and a group for it if it has members."""
    known = {record["login"] for record in site.store.owner_records()}
    for user in {owner, *members} - known:
        site.store.add_user(user)
    site.store.add_organization(name, [owner])
    site.add_package(name, package, ("1.0", "0", ["main"]), access="private")
    if members:
        site.store.add_group(name, group, "read")
        for member in members:
            site.store.add_member(name, group, member)
        site.store.add_group_package(name, group, package)


def test_each_collision_is_refused_by_name_and_done_as_declared(make_world: MakeWorld) -> None:
    """One organization name on two sites, one group name in two organizations, and a group with one person more than AE4 had."""
    world = make_world("east", "west")
    organization(world.sites["east"], "bio", "reads", "ann", ["carol"])
    organization(world.sites["east"], "geo", "maps", "bob", ["dave"])
    organization(world.sites["east"], "zoo", "cages", "ann", ["erin"], "Keepers")
    organization(world.sites["west"], "bio", "plates", "bob")
    people = ["ann", "bob", "carol", "dave", "erin", "mallory"]
    world.seed_people(people, {"Devs": ["carol"], "geo-devs": ["dave"], "Keepers": ["erin", "mallory"]})

    refused = world.run()
    assert refused.returncode != 0, refused.output
    assert (world.writes(), world.channels()) == ([], {})
    text = " ".join(refused.output.split())
    for name in (
        *("'bio'", "site 'east'", "site 'west'", "ae_channel_map"),
        *("organization 'bio', group 'Devs'", "organization 'geo', group 'Devs'", "ae_group_map"),
        *("'Keepers' has members who are not in", "organization 'zoo', group 'Keepers' of site 'east': mallory", "ae_accept_wider"),
    ):
        assert name in text, f"{name}\n{refused.output}"

    done = world.run(
        ae_channel_map=[{"match": "bio*", "to": "west-{name}", "site": "west"}],
        ae_group_map={"geo/Devs": "geo-devs"},
        ae_accept_wider=["zoo/Keepers"],
    )
    assert done.returncode == 0, done.output
    reads, maps, cages = "reads-1.0-0.tar.bz2", "maps-1.0-0.tar.bz2", "cages-1.0-0.tar.bz2"
    assert {name: world.files_of(name) for name in world.channels()} == {
        "bio": [reads],
        "bio/Devs": [reads],
        "geo": [maps],
        "geo/Devs": [maps],
        "zoo": [cages],
        "zoo/Keepers": [cages],
        "west-bio": ["plates-1.0-0.tar.bz2"],
    }
    assert {name: world.shares_of(name) for name in world.channels()} == {
        "bio": {("user", "ann", "rw")},
        "bio/Devs": {("group", "Devs", "r")},
        "geo": {("user", "bob", "rw")},
        "geo/Devs": {("group", "geo-devs", "r")},
        "zoo": {("user", "ann", "rw")},
        "zoo/Keepers": {("group", "Keepers", "r")},
        "west-bio": {("user", "bob", "rw")},
    }
