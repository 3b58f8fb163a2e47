# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who an AE4 user or group is on AE5: which lines count, which are told, and what is proposed."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.people_map import Known, Line, propose, settle

ANN, ANN_WEST, BEN = Known("east", "user", "", "ann"), Known("west", "user", "", "ann"), Known("east", "user", "", "ben")
DEVS, OTHER_DEVS = Known("east", "group", "o", "Devs"), Known("east", "group", "p", "Devs")
ALL = (ANN, ANN_WEST, BEN, DEVS, OTHER_DEVS)


def line(number: int, name: str, ae5_name: str, site: str = "east", kind: str = "user", organization: str = "") -> Line:
    return Line(number, site, kind, organization, name, ae5_name)


LINES: dict[str, tuple[list[Line], dict[Known, str], list[str]]] = {
    # id: the lines, what they declare, what is told
    "a name": ([line(2, "ann", "a.smith")], {ANN: "a.smith"}, []),
    "nobody": ([line(2, "ann", "-")], {ANN: "-"}, []),
    "two are nobody": ([line(2, "ann", "-"), line(3, "ben", "-")], {ANN: "-", BEN: "-"}, []),
    "empty says nothing": ([line(2, "ann", "")], {}, []),
    "empty does not take a line's place": ([line(2, "ann", ""), line(3, "ann", "x")], {ANN: "x"}, []),
    "every site": ([line(2, "ann", "a.smith", site="")], {ANN: "a.smith", ANN_WEST: "a.smith"}, []),
    "one person on two sites": (
        [line(2, "ann", "a.smith"), line(3, "ann", "A.Smith", site="west")],
        {ANN: "a.smith", ANN_WEST: "A.Smith"},
        [],
    ),
    "one site after every site": (
        [line(2, "ann", "x", site="west"), line(3, "ann", "y", site="")],
        {ANN_WEST: "x", ANN: "y"},
        [],
    ),
    "groups of two organizations": (
        [line(2, "Devs", "o-devs", kind="group", organization="o"), line(3, "Devs", "p-devs", kind="group", organization="p")],
        {DEVS: "o-devs", OTHER_DEVS: "p-devs"},
        [],
    ),
    "a user and a group may have one name": (
        [line(2, "ann", "x"), line(3, "Devs", "x", kind="group", organization="o")],
        {ANN: "x", DEVS: "x"},
        [],
    ),
    "duplicate": (
        [line(2, "ann", "x"), line(3, "ann", "y")],
        {ANN: "x"},
        ["Line 3 of f.csv is not used: line 2 already maps the user 'ann' of site 'east'."],
    ),
    "unknown": (
        [line(2, "zoe", "x"), line(3, "Devs", "x", kind="group", organization="q"), line(4, "ann", "x", kind="usr")],
        {},
        [
            "Line 2 of f.csv is not used: no inventory has the user 'zoe' of site 'east'.",
            "Line 3 of f.csv is not used: no inventory has the group 'Devs' of organization 'q' of site 'east'.",
            "Line 4 of f.csv is not used: no inventory has the usr 'ann' of site 'east'.",
        ],
    ),
    "claimed": (
        [line(2, "ann", "x"), line(3, "ben", "X")],
        {ANN: "x"},
        [
            "Line 3 of f.csv is not used: line 2 already maps the user 'ann' of site 'east' to the AE5 user 'X'; if both are the same, "
            "map them in ae_user_map."
        ],
    ),
    "a group is claimed": (
        [line(2, "Devs", "x", kind="group", organization="o"), line(3, "Devs", "x", kind="group", organization="p")],
        {DEVS: "x"},
        [
            "Line 3 of f.csv is not used: line 2 already maps the group 'Devs' of organization 'o' of site 'east' to the AE5 group 'x'; "
            "if both are the same, map them in ae_group_map."
        ],
    ),
    "who is not known claims nothing": (
        [line(2, "zoe", "x"), line(3, "ben", "x")],
        {BEN: "x"},
        ["Line 2 of f.csv is not used: no inventory has the user 'zoe' of site 'east'."],
    ),
}


@pytest.mark.parametrize("case", LINES.values(), ids=LINES)
def test_lines_count_only_without_a_doubt(case: tuple[list[Line], dict[Known, str], list[str]]) -> None:
    lines, declared, told = case
    assert settle(lines, ALL, "f.csv") == ({known.key: name for known, name in declared.items()}, told)


def test_a_name_that_is_no_text_is_found_by_its_escape() -> None:
    known = Known("east", "user", "", "name-\udcff")
    assert settle([line(2, "name-\\udcff", "x")], [known], "f.csv") == ({known.key: "x"}, [])


@dataclasses.dataclass(frozen=True)
class People:
    users: frozenset[str]
    groups: dict[str, frozenset[str]]


AE5 = People(
    frozenset({"ann", "b.smith@corp.example.com", "cleo", "d1", "d2", "twin@a.example.com", "twin@b.example.com"}),
    {name: frozenset() for name in ("everyone", "Devs", "WETLAB", "Ops", "OPS")},
)
EMAILS = {"cleo": "c.jones@corp.example.com", "d1": "dan@a.example.com", "d2": "dan@b.example.com", "ann": "boss@corp.example.com"}

PROPOSED: dict[str, tuple[Known, str, str, str]] = {
    # id: who, the proposed name, whether it is found, the note
    "the same": (ANN, "ann", "yes", ""),
    "in another case": (Known("east", "user", "", "ANN"), "ann", "yes", ""),
    "a user name that is an address": (
        Known("east", "user", "", "b.smith"),
        "b.smith@corp.example.com",
        "yes",
        "b.smith@corp.example.com is the same name before the @ of the e-mail address; is it the same?",
    ),
    "an address": (
        Known("east", "user", "", "C.Jones"),
        "cleo",
        "yes",
        "cleo is the same name before the @ of the e-mail address; is it the same?",
    ),
    "a login that is an address": (
        Known("east", "user", "", "cleo@old.example.com"),
        "cleo",
        "yes",
        "cleo is the same name before the @ of the e-mail address; is it the same?",
    ),
    "two addresses": (Known("east", "user", "", "dan"), "", "no", "the same name before the @ of the e-mail address: d1, d2"),
    "two names": (
        Known("east", "user", "", "twin"),
        "",
        "no",
        "the same name before the @ of the e-mail address: twin@a.example.com, twin@b.example.com",
    ),
    "nobody like that": (Known("east", "user", "", "zoe"), "", "no", ""),
    "a group": (DEVS, "Devs", "yes", ""),
    "a group in another case": (
        Known("east", "group", "o", "Wetlab"),
        "WETLAB",
        "yes",
        "WETLAB is the same name in another case; is it the same?",
    ),
    "two groups in another case": (Known("east", "group", "o", "ops"), "", "no", "the same name in another case: OPS, Ops"),
    "the group of all users": (Known("east", "group", "o", "everyone"), "", "yes", "the AE5 group of this name has all users as members"),
}


@pytest.mark.parametrize("case", PROPOSED.values(), ids=PROPOSED)
def test_a_proposal_is_made_only_without_a_doubt(case: tuple[Known, str, str, str]) -> None:
    known, name, found, note = case
    (proposal,) = propose([known], PrincipalMap(), AE5, EMAILS)
    assert (proposal.known, proposal.ae5_name, proposal.found, proposal.note) == (known, name, found, note)


def test_two_who_would_be_one_are_left_to_a_person() -> None:
    found = propose([DEVS, OTHER_DEVS, ANN, ANN_WEST, Known("east", "user", "", "Ann")], PrincipalMap(), AE5, {})
    assert [(item.known.site, item.known.organization, item.known.name, item.ae5_name, item.note) for item in found] == [
        ("east", "o", "Devs", "", "Devs would also be proposed for group 'Devs' of organization 'p' of site 'east'"),
        ("east", "p", "Devs", "", "Devs would also be proposed for group 'Devs' of organization 'o' of site 'east'"),
        ("east", "", "Ann", "", "ann would also be proposed for user 'ann' of site 'east'"),
        ("east", "", "ann", "", "ann would also be proposed for user 'Ann' of site 'east'"),
        ("west", "", "ann", "", "ann would also be proposed for user 'Ann' of site 'east'"),
    ]


def test_what_is_declared_stays_and_says_where() -> None:
    names = PrincipalMap({"ben": "b.smith@corp.example.com"}, {"p/Devs": "gone"}, {ANN.key: "-", DEVS.key: "Devs"})
    found = {item.known: (item.ae5_name, item.found, item.note) for item in propose(ALL, names, AE5, {})}
    assert found == {
        ANN: ("-", "no", "declared here"),
        ANN_WEST: ("ann", "yes", ""),
        BEN: ("b.smith@corp.example.com", "yes", "declared in ae_user_map"),
        DEVS: ("Devs", "yes", "declared here"),
        OTHER_DEVS: ("gone", "no", "declared in ae_group_map"),
    }


def test_nothing_is_proposed_where_nobody_looked_at_ae5() -> None:
    found = propose([ANN, BEN], PrincipalMap({"ben": "b.smith"}), None, {})
    assert [(item.ae5_name, item.found) for item in found] == [("", "unknown"), ("b.smith", "unknown")]


def test_principals_csv_is_stronger_than_the_maps() -> None:
    names = PrincipalMap({"*": "{name}-x", "ann": "map"}, {"o/Devs": "map"}, {ANN.key: "csv", DEVS.key: "-"})
    assert [names.user("ann", "east"), names.user("ann", "west"), names.user("ben", "east")] == ["csv", "map", "ben-x"]
    assert [names.group("east", "o", "Devs"), names.group("west", "o", "Devs")] == [None, "map"]
    assert names.names_group("east", "o", "Devs")
