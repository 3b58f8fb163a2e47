# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""40 people move: six are not in AE5, two have another name there; a person fills in principals.csv, and the next run hands over."""

from __future__ import annotations

import csv
import dataclasses
import json
import typing as t
from pathlib import Path

import pytest

from tests.e2e.world import Json, World
from tests.lab.inventory import CLUSTER
from tests.lab.playbook import Run

PEOPLE = [f"person{number:02}" for number in range(40)]
BOSS, OTHER_BOSS = PEOPLE[0], PEOPLE[1]
MISSING = PEOPLE[10:16]
"""Not in AE5 when the first run starts; person10 owns packages of his own, person15 is an owner of an organization."""
RENAMED = {"person20": "twenty.smith", "person21": "person21-old@corp.example.com"}
"""person20 cannot be guessed; the e-mail address of the other gives it away, were it not for the suffix."""
DEVS, OPS = [*PEOPLE[8:22], "person39"], PEOPLE[20:30]

Table = dict[tuple[str, str], dict[str, str]]


@dataclasses.dataclass
class Moved:
    """What was seen after each of the runs."""

    world: World
    refused: Run
    proposed_then: list[dict[str, str]]
    first: Run
    first_table: Table
    first_shares: dict[str, set[tuple[str, str, str]]]
    first_failures: list[str]
    proposed: list[dict[str, str]]
    second: Run
    second_writes: list[Json]
    second_table: Table
    third: Run
    third_writes: list[Json]


def ae5_name(login: str) -> str:
    return RENAMED.get(login, login)


def fill(world: World) -> None:
    """An organization with two groups and three owners, one whose package is for all users, and people with packages of their own."""
    site = world.sites["east"]
    for login in PEOPLE:
        site.store.add_user(login)
    site.store.add_organization("lab", [BOSS, OTHER_BOSS, "person15"])
    site.add_package("lab", "alpha", ("1.0", "0", ["main"]), access="private")
    site.add_package("lab", "beta", ("1.0", "0", ["main"]), access="private")
    for group, permission, members, package in (("Devs", "read", DEVS, "alpha"), ("Ops", "write", OPS, "beta")):
        site.store.add_group("lab", group, permission)
        for login in members:
            site.store.add_member("lab", group, login)
        site.store.add_group_package("lab", group, package)
    site.store.add_organization("commons", [BOSS])
    site.add_package("commons", "gamma", ("1.0", "0", ["main"]), access="authenticated")
    for login in [*PEOPLE[2:8], "person10", "person20"]:
        site.add_package(login, f"own-{login}", ("1.0", "0", ["main"]), access="public" if login == PEOPLE[2] else "private")


def table(world: World) -> Table:
    """``access.csv`` by channel and principal."""
    with (world.reports / "access.csv").open(encoding="utf-8", newline="") as stream:
        return {(row["channel"], row["principal"]): row for row in csv.DictReader(stream)}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def declare(world: World) -> None:
    """What probe would have found out, and what a person knows: beside the inventory."""
    answer = {"value": "collaborators", "confidence": "declared", "evidence": "the vendor said so"}
    found = {"schema_version": 1, "url": world.cluster.url, "answers": {"private_means": answer}}
    (world.root / f"capabilities-{CLUSTER}.yml").write_text(json.dumps(found))


def complete(world: World, proposed: list[dict[str, str]]) -> None:
    """A person fills the file in with a spreadsheet: it has a byte-order mark and semicolons afterwards."""
    lines = [
        {**row, "ae5_name": RENAMED.get(row["ae4_name"], row["ae4_name"] if row["kind"] == "user" else row["ae5_name"])} for row in proposed
    ]
    with (world.root / f"principals-{CLUSTER}.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(proposed[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(lines)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Moved]:
    world = World(tmp_path_factory.mktemp("people"), ["east"])
    fill(world)
    there = [login for login in PEOPLE if login not in MISSING and login not in RENAMED]
    world.seed_people([*there, *RENAMED.values()], {"Devs": [ae5_name(login) for login in DEVS if login not in MISSING]})
    world.cluster.seed(groups={"Ops": [ae5_name(login) for login in OPS], "everyone": [*there, *RENAMED.values()]})
    declare(world)
    # Nobody has said yet who the renamed are: the groups of AE5 hold people whom nobody knows in AE4, which is refused.
    refused = world.run()
    proposed_then = rows(world.reports / "principals.csv")
    first = world.run(ae_accept_wider=["lab/*"])
    first_table, failures = table(world), world.failures()
    shares = {name: world.shares_of(name) for name in world.channels()}
    proposed = rows(world.reports / "principals.csv")
    # A person looks after the rest: the six get accounts, the file says who the two are.
    world.seed_people(MISSING, {"Devs": [login for login in DEVS if login in MISSING], "everyone": MISSING})
    complete(world, proposed)
    second = world.run()
    writes, second_table = world.writes(), table(world)
    third = world.run()
    yield Moved(
        world, refused, proposed_then, first, first_table, shares, failures, proposed, second, writes, second_table, third, world.writes()
    )
    world.close()


def test_strangers_in_a_group_are_refused_and_the_proposal_is_there(moved: Moved) -> None:
    assert moved.refused.returncode != 0
    for group, names in (("Devs", "person21-old@corp.example.com, twenty.smith"), ("Ops", "person21-old@corp.example.com, twenty.smith")):
        sentence = (
            f"The AE5 group '{group}' has members who are not in the organization 'lab', group '{group}' of site 'east': {names}; remove"
        )
        assert sentence in moved.refused.output
    assert moved.proposed_then == moved.proposed


def test_first_run_moves_everything_and_says_who_got_nothing(moved: Moved) -> None:
    assert moved.first.returncode != 0
    advice = "; say in principals.csv who that is on AE5 (- for nobody), or create it in Keycloak."
    assert moved.first_failures == [
        f"The AE5 user {login!r} does not exist, so channel {channel} is not shared with them{advice}"
        for login, channel in (("person10", "person10"), ("person15", "lab"), ("person20", "person20"))
    ]


def test_nobody_gets_it_for_those_who_are_missing(moved: Moved) -> None:
    shares = moved.first_shares
    assert shares["person10"] == shares["person20"] == set()
    assert shares["lab"] == {("user", BOSS, "rw"), ("user", OTHER_BOSS, "rw")}
    privacy = {name: channel["privacy"] for name, channel in moved.world.channels().items()}
    assert {name for name, found in privacy.items() if found == "public"} == {PEOPLE[2]}


def test_access_table_of_the_first_run_names_everybody_who_lost(moved: Moved) -> None:
    found = moved.first_table
    lost = {(channel, who): (row["in_ae5"], row["reason"]) for (channel, who), row in found.items() if row["verdict"] == "narrower"}
    unknown = ("no", "does not exist in AE5")
    devs = {login for login in [*MISSING, *RENAMED] if login in DEVS}
    expected = {("lab/Devs", login): unknown for login in devs} | {("lab", login): unknown for login in devs}
    expected |= {("lab/Ops", login): unknown for login in RENAMED} | {("lab", login): unknown for login in RENAMED}
    expected |= {("person10", "person10"): unknown, ("person20", "person20"): unknown, ("lab/Ops", "person15"): unknown}
    assert lost == expected
    assert {row["verdict"] for row in found.values()} == {"same", "narrower", "accepted"}
    assert {key[1] for key, row in found.items() if row["verdict"] == "accepted"} == set(RENAMED.values())


def test_proposal_has_everybody_once(moved: Moved) -> None:
    users = {row["ae4_name"]: row for row in moved.proposed if row["kind"] == "user"}
    in_use = {BOSS, OTHER_BOSS, "person15", *DEVS, *OPS, *PEOPLE[2:8], "person10", "person20"}
    assert set(users) == in_use
    assert {login: row["ae5_name"] for login, row in users.items() if row["found_in_ae5"] == "yes"} == {
        login: login for login in in_use if login not in MISSING and login not in RENAMED
    }
    assert {row["ae5_name"] for login, row in users.items() if login in MISSING or login in RENAMED} == {""}
    assert users["person20"]["used_in"] == "3"
    groups = [(row["organization"], row["ae4_name"], row["ae5_name"]) for row in moved.proposed if row["kind"] == "group"]
    assert groups == [("lab", "Devs", "Devs"), ("lab", "Ops", "Ops")]


def test_second_run_hands_over_and_sends_nothing_else(moved: Moved) -> None:
    assert moved.second.returncode == 0, moved.second.output
    assert {request["route"] for request in moved.second_writes} == {"share_put"}
    assert len(moved.second_writes) == 3
    assert moved.world.shares_of("person10") == {("user", "person10", "rw")}
    assert moved.world.shares_of("person20") == {("user", "twenty.smith", "rw")}
    assert moved.world.shares_of("lab") == {("user", login, "rw") for login in (BOSS, OTHER_BOSS, "person15")}
    assert moved.world.shares_of("lab/Devs") == {("group", "Devs", "r")}
    assert moved.world.shares_of("lab/Ops") == {("group", "Ops", "rw")}


def test_access_table_is_all_the_same(moved: Moved) -> None:
    found = moved.second_table
    assert {row["verdict"] for row in found.values()} == {"same"}
    people = {row["principal"] for row in found.values() if row["kind"] == "user"}
    assert people == {ae5_name(login) for login in [BOSS, OTHER_BOSS, *DEVS, *OPS, *PEOPLE[2:8]]}
    assert found["lab", "twenty.smith"]["ae4"] == "rw on 1 of 2 packages, r on 1 of 2 packages"
    assert (found["commons", "everyone"]["ae4"], found["person02", "anyone"]["ae5"]) == ("r", "r")


def test_third_run_changes_nothing(moved: Moved) -> None:
    assert moved.third.returncode == 0, moved.third.output
    assert moved.third_writes == []
