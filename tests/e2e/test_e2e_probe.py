# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook probe: the file beside the inventory, what it prints, and a migration that obeys it."""

from __future__ import annotations

import typing as t

from ruamel.yaml import YAML

from tests.e2e.conftest import MakeWorld
from tests.e2e.world import PEOPLE, World, fill_guide_site

SCRATCH = "migrator/ae-migration-probe"


def world_of(make_world: MakeWorld, **switches: t.Any) -> World:
    world = make_world("east", transport="auto", **switches)
    fill_guide_site(world.sites["east"])
    world.seed_people(**PEOPLE)
    world.variables.update(ae5_probe_username="mallory", ae5_probe_password="mallory")
    return world


def answers(world: World) -> dict[str, t.Any]:
    """The values in the file beside the inventory, which is a folder."""
    text = (world.root / "capabilities-prod.yml").read_text(encoding="utf-8")
    return {name: answer["value"] for name, answer in YAML(typ="safe").load(text)["answers"].items()}


def test_a_migration_with_transport_auto_uses_the_api_that_the_probe_confirmed(make_world: MakeWorld) -> None:
    """Before it was confirmed the same variable means the client.  The second migration changes nothing."""
    world = world_of(make_world)
    checked = world.run("probe", "--check", probe_leave_behind=True)
    assert (checked.returncode, world.writes()) == (0, []), checked.output
    assert not (world.root / "capabilities-prod.yml").exists()

    probed = world.run("probe", probe_leave_behind=True)
    assert probed.returncode == 0, probed.output
    assert "A1   api                  confirmed" in probed.output
    assert "Left on" not in probed.output
    found = answers(world)
    assert (found["api"], found["private_means"], found["delete_channel"]) == ("confirmed", "collaborators", "works")
    assert world.channels() == {}

    migrated = world.run()
    assert migrated.returncode == 0, migrated.output
    assert world.uploads()
    assert {record["path"].split("/")[1] for record in world.writes()} == {"repository"}
    again = world.run()
    assert (again.returncode, again.total("changed"), world.writes()) == (0, 0, []), again.output


def test_what_is_left_behind_is_printed_and_the_next_probe_uses_it_again(make_world: MakeWorld) -> None:
    world = world_of(make_world, api="absent")
    asked = world.run("probe")
    assert (asked.returncode, world.writes()) == (0, []), asked.output
    assert answers(world)["duplicate_same"] == "unknown"

    first = world.run("probe", probe_leave_behind=True)
    assert first.returncode == 0, first.output
    left = f"Left on prod: channel {SCRATCH} with ae-migration-probe-1.0-0.tar.bz2, ae-migration-probe-1.0-1.conda"
    assert left in " ".join(first.output.split())
    assert list(world.channels()) == [SCRATCH]
    found = answers(world)
    assert (found["api"], found["duplicate_same"], found["privacy_later"]) == ("absent", "rejected", "not_offered")

    world.run("probe", probe_leave_behind=True)
    third = world.run("probe", probe_leave_behind=True)
    assert (third.returncode, third.total("changed")) == (0, 0), third.output
    assert answers(world) == found
    assert list(world.channels()) == [SCRATCH]
