# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The naming rules, line by line of DESIGN section 6 and of the vendor guide."""

from __future__ import annotations

import typing as t
import unicodedata

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model import naming
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import BY_LABEL, VENDOR, ChannelRule, Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import ORGANIZATION, UNKNOWN, USER, SourceFile

U, O, D = USER, ORGANIZATION, "Devs"  # noqa: E741 - as in the table of the design


def a_file(owner: str, kind: str, labels: t.Iterable[str], groups: t.Iterable[str] = ()) -> SourceFile:
    return SourceFile(
        owner, kind, "p", "1", "p-1-0.conda", "noarch", "x", tuple(labels), "public", tuple(groups), 1, "0" * 32, "0" * 64, "conda"
    )


def names(owner: str, kind: str, labels: t.Iterable[str], groups: t.Iterable[str], layout: str) -> list[str]:
    return [slot.name for slot in naming.slots_of("east", a_file(owner, kind, labels, groups), layout)]


CASES: dict[str, tuple[str, str, list[str], list[str], list[str], list[str]]] = {
    # id: owner, kind, labels, groups, channels in layout vendor, channels in layout by_label
    "user, main": ("u", U, ["main"], [], ["u"], ["u"]),
    "user, label": ("u", U, ["test"], [], ["u/test"], ["u/test"]),
    "user, two labels": ("u", U, ["main", "test"], [], ["u", "u/test"], ["u", "u/test"]),
    "user, labels in any order": ("u", U, ["z", "main", "a"], [], ["u", "u/a", "u/z"], ["u", "u/a", "u/z"]),
    "user, label twice": ("u", U, ["test", "test"], [], ["u/test"], ["u/test"]),
    "user, unlabelled": ("u", U, [], [], [], []),
    "user, empty label is none": ("u", U, [""], [], [], []),
    "user, Main is not main": ("u", U, ["Main"], [], ["u/Main"], ["u/Main"]),
    "user, label with colon": ("u", U, ["release:1.0"], [], ["u/release:1.0"], ["u/release:1.0"]),
    "user, label with slash": ("u", U, ["a/b"], [], ["u/a/b"], ["u/a/b"]),
    "user, label with blank": ("u", U, ["with space"], [], ["u/with space"], ["u/with space"]),
    "organization, main, no group": ("o", O, ["main"], [], ["o"], ["o"]),
    "organization, label, no group": ("o", O, ["Test"], [], ["o"], ["o/Test"]),
    "organization, unlabelled": ("o", O, [], [], ["o"], []),
    "organization, two labels": ("o", O, ["main", "dev"], [], ["o"], ["o", "o/dev"]),
    "group, main": ("o", O, ["main"], [D], ["o", "o/Devs"], ["o", "o/Devs"]),
    "group, label": ("o", O, ["Test"], [D], ["o", "o/Devs", "o/Devs/Test"], ["o/Test", "o/Devs/Test"]),
    "group, unlabelled": ("o", O, [], [D], ["o", "o/Devs"], []),
    "group, main and label": ("o", O, ["main", "Test"], [D], ["o", "o/Devs", "o/Devs/Test"], ["o", "o/Test", "o/Devs", "o/Devs/Test"]),
    "two groups": ("o", O, ["main"], ["B", "A"], ["o", "o/A", "o/B"], ["o", "o/A", "o/B"]),
    "group named as the label": ("o", O, ["dev"], ["dev"], ["o", "o/dev", "o/dev/dev"], ["o/dev", "o/dev/dev"]),
    "group named main": ("o", O, ["main"], ["main"], ["o", "o/main"], ["o", "o/main"]),
    "owners group: Owner": ("o", O, ["main"], ["Owner"], ["o"], ["o"]),
    "owners group: owners": ("o", O, ["main"], ["owners"], ["o"], ["o"]),
    "owners group: OWNERS": ("o", O, ["main"], ["OWNERS", D], ["o", "o/Devs"], ["o", "o/Devs"]),
    "not the owners group: ownership": ("o", O, ["main"], ["ownership"], ["o", "o/ownership"], ["o", "o/ownership"]),
    "owner of an unknown kind": ("x", UNKNOWN, ["main"], [D], [], []),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_names_in_both_layouts(case: tuple[t.Any, ...]) -> None:
    owner, kind, labels, groups, vendor, by_label = case
    assert sorted(names(owner, kind, labels, groups, VENDOR)) == sorted(vendor)
    assert sorted(names(owner, kind, labels, groups, BY_LABEL)) == sorted(by_label)


def test_a_group_and_a_label_of_one_name_are_two_slots_of_one_name() -> None:
    slots = naming.slots_of("east", a_file("o", O, ["dev"], ["dev"]), BY_LABEL)
    assert [(slot.group, slot.label, slot.name) for slot in slots] == [("", "dev", "o/dev"), ("dev", "dev", "o/dev/dev")]
    unlabelled = naming.slots_of("east", a_file("o", O, ["main"], ["dev"]), BY_LABEL)
    assert [(slot.group, slot.label, slot.name) for slot in unlabelled] == [("", "", "o"), ("dev", "", "o/dev")]


def test_the_order_of_labels_and_groups_in_the_inventory_changes_nothing() -> None:
    one = naming.slots_of("east", a_file("o", O, ["a", "b", "main"], ["X", "Y"]), VENDOR)
    other = naming.slots_of("east", a_file("o", O, ["main", "b", "a"], ["Y", "X"]), VENDOR)
    assert one == other


VISIBLE = {
    "organization, not on main": (O, ["Test"], "", True),
    "organization, unlabelled": (O, [], "", True),
    "organization, on main too": (O, ["Test", "main"], "", False),
    "organization, in its label's channel": (O, ["Test"], "Test", False),
    "user": (U, ["test"], "", False),
}


@pytest.mark.parametrize("case", VISIBLE.values(), ids=VISIBLE)
def test_what_becomes_visible_without_a_label(case: tuple[t.Any, ...]) -> None:
    kind, labels, label, expected = case
    assert naming.becomes_visible(a_file("o", kind, labels), Slot("east", "o", kind, "", label)) is expected


SLOT = Slot("east", "org", O, "Devs", "Test")
RULES: dict[str, tuple[list[ChannelRule], str]] = {
    "none": ([], "org/Devs/Test"),
    "exact name": ([ChannelRule("org/Devs/Test", "x")], "x"),
    "pattern crosses slashes": ([ChannelRule("org/*", "x")], "x"),
    "case matters": ([ChannelRule("Org/*", "x")], "org/Devs/Test"),
    "first that applies decides": ([ChannelRule("other", "w"), ChannelRule("org/*", "x"), ChannelRule("*", "y")], "x"),
    "of this site": ([ChannelRule("*", "x", "east")], "x"),
    "of another site": ([ChannelRule("*", "x", "west")], "org/Devs/Test"),
    "another site's rule does not hide the next": ([ChannelRule("*", "x", "west"), ChannelRule("*", "y")], "y"),
    "all fields": ([ChannelRule("*", "{site}-{owner}-{group}-{label}")], "east-org-Devs-Test"),
    "name": ([ChannelRule("*", "{site}/{name}")], "east/org/Devs/Test"),
    "a brace": ([ChannelRule("*", "{{{owner}}}")], "{org}"),
}


@pytest.mark.parametrize("case", RULES.values(), ids=RULES)
def test_channel_rules(case: tuple[list[ChannelRule], str]) -> None:
    rules, expected = case
    assert naming.channel_name(SLOT, rules) == expected


FOLDED = {
    "case": ("Devs", "devs", True),
    "sharp s": ("straße", "STRASSE", True),
    "composed and decomposed": (unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é"), True),
    "decomposed capital": (unicodedata.normalize("NFD", "É"), "é", True),
    "accents count": ("e", "é", False),
    "blanks count": ("a b", "ab", False),
}


@pytest.mark.parametrize("case", FOLDED.values(), ids=FOLDED)
def test_what_falls_together(case: tuple[str, str, bool]) -> None:
    one, other, same = case
    assert (naming.folded(one) == naming.folded(other)) is same


def test_a_slot_in_words_names_all_its_parts() -> None:
    assert SLOT.describe() == "organization 'org', group 'Devs', label 'Test' of site 'east'"
    assert Slot("west", "alice", U).describe() == "user 'alice' of site 'west'"
