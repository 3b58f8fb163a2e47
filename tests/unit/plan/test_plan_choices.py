# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan leaves out because somebody declared it, and what it says of that."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import MIRROR_OWNERS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Decision, LeftOut
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package
from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import Reference, Rule, Selection, rule_of
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, declared
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.reference import read_reference
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.vendor import owner_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import read_inventories
from tests.unit.conftest import examples
from tests.unit.plan.inventory_builder import Site, draft_of, group, md5_of, organization, sha256_of


def rules(*written: dict[str, t.Any]) -> tuple[Rule, ...]:
    return tuple(map(rule_of, written))


def planned(
    folder: Path, *sites: Site, include: t.Sequence[Rule] = (), exclude: t.Sequence[Rule] = (), **options: t.Any
) -> tuple[dict[str, list[str]], list[LeftOut], list[Decision]]:
    """The files of each channel, what was left out, and the decisions on it."""
    draft = draft_of(folder, *sites, selection=Selection(tuple(include), tuple(exclude)), **options)
    plan, placements, left_out = build.finish(draft)
    files: dict[str, list[str]] = {}
    for placement in placements:
        files.setdefault(placement.channel, []).append(placement.file)
    codes = ("mirror", "excluded", "labels_left_out", "rule_without_effect", "not_known", "in_reference")
    return files, left_out, [decision for decision in plan.decisions if decision.code in codes]


def two_files() -> Site:
    return Site("east").file("u/a/a-1-0.conda", "main", "dev", content="12345").file("u/b/b-2-0.conda", "main", content="123")


def test_a_rule_leaves_out_by_name(tmp_path: Path) -> None:
    files, left_out, decisions = planned(tmp_path, two_files(), exclude=rules({"package": "x"}, {"package": "a*", "owner": "u"}))
    assert files == {"u": ["b-2-0.conda"]}
    assert [(item.file, item.reason, item.detail) for item in left_out] == [
        ("a-1-0.conda", "excluded", "Rule 2 of ae_exclude (owner u, package a*) leaves it out.")
    ]
    assert [(decision.code, decision.detail, decision.variable) for decision in decisions] == [
        ("excluded", "The rules of ae_include and ae_exclude leave out 1 file (5 B).", "ae_exclude"),
        ("rule_without_effect", "Rule 1 of ae_exclude (package x) matches no file.", "ae_exclude"),
    ]


def test_a_label_that_is_left_out_makes_no_channel(tmp_path: Path) -> None:
    files, left_out, decisions = planned(tmp_path, two_files(), exclude=rules({"label": "dev"}))
    assert files == {"u": ["a-1-0.conda", "b-2-0.conda"]}
    assert left_out == []
    assert [decision.detail for decision in decisions] == [
        "ae_include and ae_exclude leave out some labels of 1 file; the other labels are migrated."
    ]


def test_only_what_is_included(tmp_path: Path) -> None:
    files, left_out, _decisions = planned(tmp_path, two_files(), include=rules({"label": "dev"}))
    assert files == {"u/dev": ["a-1-0.conda"]}
    assert [(item.file, item.detail) for item in left_out] == [("b-2-0.conda", "No rule of ae_include matches it.")]


def test_what_was_on_main_does_not_become_visible_by_leaving_main_out(tmp_path: Path) -> None:
    site = Site("east").owner(organization("o", owners=["u"])).file("o/p/p-1-0.conda", "main", "dev")
    draft = draft_of(tmp_path, site, selection=Selection((), rules({"label": "main"})))
    plan, placements, _left_out = build.finish(draft)
    assert [placement.channel for placement in placements] == ["o"]
    assert [decision.code for decision in plan.decisions] == ["labels_left_out"]


def test_what_the_dump_does_not_tell_is_counted_and_stays(tmp_path: Path) -> None:
    site = two_files().file("u/c/c-1-0.conda", "main", uploaded="2014-01-01T00:00:00Z")
    files, left_out, decisions = planned(tmp_path, site, exclude=rules({"uploaded_before": "2015-01-01"}))
    assert files == {"u": ["a-1-0.conda", "b-2-0.conda"], "u/dev": ["a-1-0.conda"]}
    assert [item.file for item in left_out] == ["c-1-0.conda"]
    assert [decision.detail for decision in decisions if decision.code == "not_known"] == [
        "Rule 1 of ae_exclude (uploaded_before 2015-01-01) does not match 2 files, because the dump does not give the date."
    ]


def test_a_quarantined_file_that_is_excluded_is_just_excluded(tmp_path: Path) -> None:
    site = Site("east").file("u/a/a-1-0.conda", "main", problems=["md5_mismatch"])
    _files, left_out, _decisions = planned(tmp_path, site, exclude=rules({"owner": "u"}))
    assert [item.reason for item in left_out] == ["excluded"]


MIRRORS: dict[str, tuple[str, dict[str, t.Any], bool]] = {
    # id: owner, options, whether it is left out
    "by convention": ("anaconda", {}, True),
    "not by convention": ("anaconda2", {}, False),
    "no mirrors": ("anaconda", {"mirror_owners": ()}, False),
    "declared": ("conda-forge", {"mirror_owners": ("conda-*",)}, True),
    "named among the owners": ("anaconda", {"owners": ("anaconda", "u")}, False),
    "matched by a pattern of the owners": ("anaconda", {"owners": ("*",)}, True),
}


@pytest.mark.parametrize("case", MIRRORS.values(), ids=MIRRORS)
def test_owners_that_hold_a_copy(tmp_path: Path, case: tuple[str, dict[str, t.Any], bool]) -> None:
    owner, options, left = case
    site = Site("east").file(f"{owner}/p/p-1-0.conda", "main", content="12345").file(f"{owner}/p/p-2-0.conda", "x", content="1")
    files, left_out, decisions = planned(tmp_path, site.file("u/q/q-1-0.conda", "main"), **options)
    assert sorted(files) == (["u"] if left else sorted([owner, f"{owner}/x", "u"]))
    assert [item.reason for item in left_out] == ["mirror", "mirror"] * left
    assert [(decision.code, decision.detail, decision.variable) for decision in decisions] == [
        (
            "mirror",
            f"Owner {owner} of site east is treated as a mirror of a public channel, so its 2 files (6 B) are left out; mirror that "
            "channel in AE5, or name the owner in ae_owners.",
            "ae_mirror_owners",
        )
    ] * left


@pytest.mark.parametrize("owner", MIRROR_OWNERS)
def test_every_name_of_a_mirror_is_known(tmp_path: Path, owner: str) -> None:
    files, left_out, _decisions = planned(tmp_path, Site("east").file(f"{owner}/p/p-1-0.conda", "main"))
    assert (files, [item.reason for item in left_out]) == ({}, ["mirror"])


def reference(*contents: str) -> Reference:
    found = Reference({}, {}, {})
    for content in contents:
        found.add("mirrors/main", Package("noarch", "f", "n", "1", "0", 1, md5_of(content), sha256_of(content)))
    return found


def with_reference(folder: Path, site: Site, held: Reference, **options: t.Any) -> build.Draft:
    options = {"reference_channels": ("mirrors/main",), **options}
    return build.Draft(build.PlanOptions(**options), read_inventories([site.write(folder)]), reference=held).read()


def test_what_a_reference_channel_holds_is_left_out(tmp_path: Path) -> None:
    draft = with_reference(tmp_path, two_files(), reference("12345"))
    plan, placements, left_out = build.finish(draft)
    assert [placement.file for placement in placements] == ["b-2-0.conda"]
    assert [(item.file, item.reason, item.detail) for item in left_out] == [
        ("a-1-0.conda", "in_reference", "The AE5 channel mirrors/main already holds the same file (ae_reference_channels).")
    ]
    assert [(decision.detail, decision.variable) for decision in plan.decisions if decision.code == "in_reference"] == [
        ("The AE5 channel mirrors/main already holds 1 file (5 B) of the dumps; these are not sent.", "ae_reference_channels")
    ]
    assert declared.errors_of(draft) == []


def test_a_reference_channel_that_the_plan_fills_is_an_error_even_when_it_is_full(tmp_path: Path) -> None:
    draft = with_reference(tmp_path, two_files(), reference("12345", "123"), reference_channels=("u",))
    assert declared.errors_of(draft) == [
        "Channel 'u' of ae_reference_channels is filled by this plan from user 'u' of site 'east'; remove it from "
        "ae_reference_channels, or rename the migrated channel in ae_channel_map."
    ]


def test_offline_there_is_no_reference() -> None:
    with pytest.raises(MigrationError, match="ae_reference_channels names main, r, and an offline plan cannot read these channels"):
        read_reference({"offline": True}, ["main", "r"])
    assert read_reference({"offline": True}, []).sha256 == {}


def test_the_vendors_import_is_told_of_labels_that_are_left_out(tmp_path: Path) -> None:
    owner = organization("o", group("G", ["ann"], ["p"]), owners=["boss"])
    site = Site("east").owner(owner).file("o/p/p-1-0.conda", "main", "dev", path="o/1--p/p-1-0.conda")
    for selection, told in ((Selection(), False), (Selection((), rules({"label": "dev"})), True)):
        draft = draft_of(tmp_path, site, selection=selection)
        line = owner_lines(draft, build.finish(draft)[0])["east"][1]
        assert ("leave out labels of 1 file, which the import does not support" in line) is told


RULES = st.sampled_from(
    [
        *rules({"owner": "u"}, {"owner": "o"}, {"label": "dev"}, {"label": ""}, {"package": "p"}, {"spec": "*[build='1']"}),
        *rules({"access": "private"}, {"smaller_than": 20}, {"uploaded_before": "2015-01-01"}, {"site": "west"}),
    ]
)
LABELS = st.lists(st.sampled_from(["main", "dev"]), unique=True, max_size=2)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["u", "o", "anaconda"]), st.sampled_from("pq"), LABELS, st.sampled_from(["01", "1"])), max_size=6),
    st.lists(RULES, max_size=2),
    st.lists(RULES, max_size=2),
)
def test_every_file_is_placed_or_left_out_and_a_rule_more_never_places_more(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[t.Any], include: list[Rule], exclude: list[Rule]
) -> None:
    site = Site("east").owner(organization("o", group("G", ["ann"], ["p"]), owners=["boss"]))
    for number, (owner, package, labels, build_string) in enumerate(wanted):
        site.file(
            f"{owner}/{package}/{package}-{number}-{build_string}.conda", *labels, uploaded=[None, "2014-01-01T00:00:00Z"][number % 2]
        )
    folder = tmp_path_factory.mktemp("plan")
    keys = []
    for rules_out in ([], exclude):
        draft = draft_of(folder, site, selection=Selection(tuple(include), tuple(rules_out)))
        _plan, placements, left_out = build.finish(draft)
        placed = {placement.path for placement in placements}
        assert sorted([*placed, *(item.path for item in left_out)]) == sorted(file.path for file in site.files)
        keys.append({placement.key for placement in placements})
    assert keys[1] <= keys[0]
