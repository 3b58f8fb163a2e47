# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a plan: each is found, names both sources, and goes away when it is mapped or accepted."""

from __future__ import annotations

import dataclasses
import typing as t
import unicodedata
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import PROTECTED_CHANNELS, ChannelRule
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, checks, declared
from tests.unit.plan.inventory_builder import Site, draft_of, group, organization

NFC, NFD = unicodedata.normalize("NFC", "café"), unicodedata.normalize("NFD", "café")


@dataclasses.dataclass(frozen=True)
class People:
    users: frozenset[str]
    groups: dict[str, frozenset[str]]


def people(*users: str, **groups: t.Iterable[str]) -> People:
    return People(frozenset(users), {name: frozenset(members) for name, members in groups.items()})


def errors(folder: Path, *sites: Site, **options: t.Any) -> list[str]:
    return checks.plan_errors(draft_of(folder, *sites, **options))


def with_group(site: str, org: str, name: str = "Devs", members: t.Sequence[str] = ("ann",), label: str = "main") -> Site:
    owner = organization(org, group(name, members, ["p"]), owners=["boss"])
    return Site(site).owner(owner).file(f"{org}/p/p-{site}-0.conda", label)


BAD_RULES: dict[str, tuple[str, str]] = {
    # id: template, what is said of it (nothing where the words are Python's own)
    "unknown field": ("{channel}", "unknown field 'channel'"),
    "no field name": ("{}", "unknown field ''"),
    "number": ("{0}", "unknown field '0'"),
    "more than there are stars": ("{1}-{2}", "unknown field '2'"),
    "attribute": ("{name.__class__}", "unknown field 'name.__class__'"),
    "item": ("{name[0]}", "unknown field 'name[0]'"),
    "open brace": ("{name", ""),
    "closing brace": ("name}", ""),
    "bad format": ("{name:d}", ""),
    "bad conversion": ("{name!x}", ""),
}


@pytest.mark.parametrize("case", BAD_RULES.values(), ids=BAD_RULES)
def test_a_template_that_is_none_is_told_with_its_rule(case: tuple[str, str]) -> None:
    template, why = case
    found = declared.flaws(build.PlanOptions(channel_rules=(ChannelRule("ok", "{site}/{name}"), ChannelRule("u/*", template))))
    assert len(found) == 1
    assert found[0].startswith(f"The rule of ae_channel_map for 'u/*' has the template {template!r}, which cannot be filled in ({why}")
    assert found[0].endswith("{organization}, {group}, {label} and {site}, and {1}, {2} for what each * matched.")


@pytest.mark.parametrize(
    ("people", "variable"),
    [
        (PrincipalMap(users={"ok": "{name_lower}", "a*": "{group}"}), "ae_user_map"),
        (PrincipalMap(groups={"ok/*": "{organization}-{group}-{1}", "a/*": "{2}"}), "ae_group_map"),
    ],
)
def test_templates_of_people_are_checked_as_well(people: PrincipalMap, variable: str) -> None:
    found = declared.flaws(build.PlanOptions(principals=people))
    assert [sentence.split(" has the template")[0] for sentence in found] == [
        f"The rule of {variable} for {'a*' if variable == 'ae_user_map' else 'a/*'!r}"
    ]


NAME_ERRORS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    # id: files (place, label) of users; what the only error must contain
    "case of labels": ([("u/p/a", "Dev"), ("u/p/b", "dev")], ["'u/Dev'", "'u/dev'", "label 'Dev'", "label 'dev'", "ae_channel_map"]),
    "case of owners": ([("U/p/a", "main"), ("u/p/b", "main")], ["user 'U' of site 'east'", "user 'u' of site 'east'"]),
    "NFC and NFD": ([(f"u/p/{NFC}", NFC), (f"u/p/{NFD}", NFD)], [f"'u/{NFC}'", f"'u/{NFD}'"]),
    "a slash in a label": ([("u/p/a", "x/y"), ("u/p/b", "X/Y")], ["'u/x/y'", "'u/X/Y'"]),
    "protected": (
        [("anaconda-enterprise/p/a", "main")],
        ["Channel name 'anaconda-enterprise' from user 'anaconda-enterprise' of site 'east'"],
    ),
    "protected in capitals": ([("Main/p/a", "main")], ["Channel name 'Main'", "is reserved by AE5", "ae_owners"]),
    "label ..": ([("u/p/a", "..")], ["'u/..'", "has an empty part"]),
    "label with a slash at its end": ([("u/p/a", "x/")], ["'u/x/'", "has an empty part"]),
    "blank label": ([("u/p/a", " ")], ["'u/ '", "has an empty part"]),
}


@pytest.mark.parametrize("case", NAME_ERRORS.values(), ids=NAME_ERRORS)
def test_names_that_cannot_be(tmp_path: Path, case: tuple[list[tuple[str, str]], list[str]]) -> None:
    files, parts = case
    site = Site("east")
    for place, label in files:
        site.file(place, label)
    found = errors(tmp_path, site)
    assert len(found) == 1
    assert [part for part in parts if part not in found[0]] == []


@pytest.mark.parametrize("name", PROTECTED_CHANNELS)
def test_every_protected_name_is_refused_and_free_when_the_list_says_so(tmp_path: Path, name: str) -> None:
    site = Site("east").file(f"{name}/p/p-1-0.conda", "main")
    assert len(errors(tmp_path, site, mirror_owners=())) == 1
    assert errors(tmp_path, site, mirror_owners=(), protected=()) == []
    assert errors(tmp_path, site, mirror_owners=(), channel_rules=(ChannelRule(name, "moved-{name}"),)) == []


def test_a_channel_below_a_protected_name_is_free(tmp_path: Path) -> None:
    assert errors(tmp_path, Site("east").file("main/p/p-1-0.conda", "dev"), mirror_owners=()) == []


def test_a_group_and_a_label_of_one_name_collide_by_label_only(tmp_path: Path) -> None:
    site = Site("east").owner(organization("o", group("dev", ["x"], ["p"]), owners=["boss"]))
    site.file("o/p/p-1-0.conda", "main").file("o/q/q-1-0.conda", "dev")
    assert errors(tmp_path, site) == []
    found = errors(tmp_path, site, layout="by_label")
    assert len(found) == 1
    assert "'o/dev' from organization 'o', label 'dev' of site 'east'" in found[0]
    assert "'o/dev' from organization 'o', group 'dev' of site 'east'" in found[0]
    assert errors(tmp_path, site, layout="by_label", channel_rules=(ChannelRule("o/dev", "o/{group}-{label}"),)) == []


def test_a_rule_that_merges_two_channels_is_an_error_that_names_both(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main").file("v/p/p-1-0.conda", "main")
    found = errors(tmp_path, site, channel_rules=(ChannelRule("*", "all"),))
    assert found[0].startswith("Channel names collide: 'all' from user 'u' of site 'east' and 'all' from user 'v' of site 'east'")


def test_a_rule_that_leaves_a_part_empty_is_an_error(tmp_path: Path) -> None:
    found = errors(tmp_path, Site("east").file("u/p/p-1-0.conda", "main"), channel_rules=(ChannelRule("*", "{owner}/{label}"),))
    assert found == ["Channel name 'u/' from user 'u' of site 'east' has an empty part; rename it in ae_channel_map."]


TWO_SITES: dict[str, tuple[str, str, list[ChannelRule], bool]] = {
    # id: labels on east and west, rules, whether it is an error
    "same label": ("main", "main", [], True),
    "other labels": ("main", "dev", [], True),
    "two labels, none main": ("a", "b", [], True),
    "one site renamed": ("main", "main", [ChannelRule("*", "west-{name}", "west")], False),
    "both below their sites": ("main", "main", [ChannelRule("*", "{site}/{name}")], False),
    "both below one folder, then their sites": ("main", "dev", [ChannelRule("*", "old/{site}/{name}")], False),
    "both below one folder": ("main", "dev", [ChannelRule("*", "old/{name}")], True),
    "only one of the channels renamed": ("main", "dev", [ChannelRule("u", "west-{name}", "west")], True),
}


@pytest.mark.parametrize("case", TWO_SITES.values(), ids=TWO_SITES)
def test_one_owner_name_on_two_sites(tmp_path: Path, case: tuple[str, str, list[ChannelRule], bool]) -> None:
    east, west, rules, wrong = case
    sites = [Site("east").file("u/p/p-1-0.conda", east), Site("west").file("u/q/q-1-0.conda", west)]
    found = [error for error in errors(tmp_path, *sites, channel_rules=tuple(rules)) if "owner name" in error]
    assert bool(found) is wrong
    if wrong:
        assert found[0].startswith("The owner name 'u' is used on site 'east' and site 'west'")


def test_one_owner_name_on_two_sites_in_other_case(tmp_path: Path) -> None:
    found = errors(tmp_path, Site("east").file("Ann/p/p-1-0.conda", "a"), Site("west").file("ann/q/q-1-0.conda", "b"))
    assert len(found) == 1
    assert "is used on site 'east' and site 'west'" in found[0]


def test_two_files_with_other_bytes_for_one_place_are_named_both(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main", content="one", path="u/1--p/p-1-0.conda")
    site.file("u/p/p-1-0.conda", "main", content="two", path="u/2--p/p-1-0.conda")
    assert errors(tmp_path, site) == [
        "Two different files would be linux-64/p-1-0.conda in channel u: u/1--p/p-1-0.conda of site 'east' and u/2--p/p-1-0.conda of "
        "site 'east'; rename the channel of one in ae_channel_map."
    ]


SHARED: dict[str, tuple[dict[str, str], list[str], bool]] = {
    "neither mapped": ({}, [], True),
    "one mapped to the name": ({"o1/Devs": "Devs"}, [], True),
    "both mapped to the name": ({"o1/Devs": "Devs", "o2/Devs": "Devs"}, [], False),
    "one mapped away": ({"o1/Devs": "o1-Devs"}, [], False),
    "one mapped away, for its site": ({"east:o1/Devs": "o1-Devs"}, [], False),
    "one mapped away, for another site": ({"north:o1/Devs": "o1-Devs"}, [], True),
    "both accepted": ({}, ["o?/Devs"], False),
    "one accepted": ({}, ["o1/Devs"], True),
    "other channels accepted": ({}, ["o1", "o2"], True),
}


@pytest.mark.parametrize("case", SHARED.values(), ids=SHARED)
def test_one_ae5_group_for_two_ae4_groups(tmp_path: Path, case: tuple[dict[str, str], list[str], bool]) -> None:
    groups, accepted, wrong = case
    sites = [with_group("east", "o1"), with_group("west", "o2")]
    found = errors(tmp_path, *sites, principals=PrincipalMap(groups=groups), accept_wider=tuple(accepted))
    assert bool(found) is wrong
    if wrong:
        assert "organization 'o1', group 'Devs' of site 'east' and organization 'o2', group 'Devs' of site 'west'" in found[0]


EVERYONE: dict[str, tuple[dict[str, str], list[str], bool]] = {
    "not mapped": ({}, [], True),
    "mapped to it": ({"o/everyone": "everyone"}, [], False),
    "mapped away": ({"o/everyone": "o-everyone"}, [], False),
    "accepted": ({}, ["o/everyone"], False),
}


@pytest.mark.parametrize("case", EVERYONE.values(), ids=EVERYONE)
def test_an_ae4_group_named_as_ae5s_group_of_all_users(tmp_path: Path, case: tuple[dict[str, str], list[str], bool]) -> None:
    groups, accepted, wrong = case
    site = with_group("east", "o", "everyone")
    found = errors(tmp_path, site, principals=PrincipalMap(groups=groups), accept_wider=tuple(accepted))
    assert bool(found) is wrong
    if wrong:
        assert found[0].startswith(
            "The AE5 group 'everyone' has all users as members and would be used for organization 'o', group 'everyone'"
        )


def test_acceptance_must_cover_every_channel_of_a_group(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, with_group("east", "o", label="dev"), accept_wider=("o/Devs",))
    assert checks.people_findings(draft, people(Devs=["ann", "eve"]), {})[0] != []
    draft = draft_of(tmp_path, with_group("east", "o", label="dev"), accept_wider=("o/Devs", "o/Devs/*"))
    assert checks.people_findings(draft, people(Devs=["ann", "eve"]), {}) == ([], [])


PEOPLE: dict[str, tuple[list[str], dict[str, list[str]], list[str], list[str]]] = {
    # id: AE5 members, last record, who is foreign, who is stale
    "the same": (["ann"], {}, [], []),
    "fewer": ([], {}, [], []),
    "owners may": (["ann", "boss"], {}, [], []),
    "case does not matter": (["ANN"], {}, [], []),
    "two more": (["ann", "zoe", "eve"], {}, ["eve", "zoe"], []),
    "one left since": (["ann", "zoe"], {"east:o/Devs": ["zoe"]}, [], ["zoe"]),
    "one left, in other case": (["ann", "zoe"], {"east:o/Devs": ["Zoe"]}, [], ["zoe"]),
    "one left and one added": (["eve", "zoe"], {"east:o/Devs": ["ann", "zoe"]}, ["eve"], ["zoe"]),
    "the record of another group": (["ann", "zoe"], {"west:o/Devs": ["zoe"]}, ["zoe"], []),
}


@pytest.mark.parametrize("case", PEOPLE.values(), ids=PEOPLE)
def test_people_of_a_group(tmp_path: Path, case: tuple[list[str], dict[str, list[str]], list[str], list[str]]) -> None:
    held, last, foreign, stale = case
    found, decisions = checks.people_findings(draft_of(tmp_path, with_group("east", "o")), people(Devs=held), last)
    words = "organization 'o', group 'Devs' of site 'east'"
    assert found == [
        f"The AE5 group 'Devs' has members who are not in the {words}: {', '.join(foreign)}; remove them, say in principals.csv who they "
        "are in AE4, name another group in ae_group_map, or accept it with ae_accept_wider."
    ] * bool(foreign)
    assert [(decision.code, decision.detail) for decision in decisions] == [
        ("stale_member", f"In AE4, {', '.join(stale)} left the {words}; the AE5 group 'Devs' still has them.")
    ] * bool(stale)


def test_members_are_compared_under_their_ae5_names(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, with_group("east", "o"), principals=PrincipalMap({"ann": "a.smith"}, {"o/Devs": "o-devs"}))
    assert checks.people_findings(draft, people(**{"o-devs": ["a.smith"], "Devs": ["eve"]}), {}) == ([], [])
    assert "site 'east': ann; " in checks.people_findings(draft, people(**{"o-devs": ["ann"]}), {})[0][0]


def test_mapping_two_groups_to_one_still_names_the_people_each_lacks(tmp_path: Path) -> None:
    names = PrincipalMap(groups={"o1/Devs": "Devs", "o2/Devs": "Devs"})
    sites = [with_group("east", "o1", members=["ann"]), with_group("west", "o2", members=["ben"])]
    found, _decisions = checks.people_findings(draft_of(tmp_path, *sites, principals=names), people(Devs=["ann", "ben"]), {})
    assert [sentence.split("; ")[0] for sentence in found] == [
        "The AE5 group 'Devs' has members who are not in the organization 'o1', group 'Devs' of site 'east': ben",
        "The AE5 group 'Devs' has members who are not in the organization 'o2', group 'Devs' of site 'west': ann",
    ]
