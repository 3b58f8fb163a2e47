# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is unusual about the name of a channel, and a name instead of it."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model import grammar
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import folded

ALL = [trait for trait, _pattern, _words in grammar.TRAITS]
STRICT = dict.fromkeys(ALL, "rejected")
LENIENT = dict.fromkeys(ALL, "accepted")

TRAITS: dict[str, list[str]] = {
    "plain/name-1_x": [],
    "Upper": ["upper_case"],
    "a.b": ["dot"],
    "u/release:1.0": ["dot", "colon"],
    "u/with space": ["blank"],
    "o/g/l": ["two_slashes"],
    "o/l": [],
    "caf\u00e9": ["not_ascii"],
    "x" * 119: [],
    "x" * 120: ["length_120"],
    "a+b": ["other"],
    "a\nb": ["blank"],
}


@pytest.mark.parametrize("name", TRAITS, ids=repr)
def test_traits(name: str) -> None:
    assert grammar.traits_of(name) == TRAITS[name]
    assert grammar.refused(name, STRICT) == TRAITS[name]
    assert grammar.refused(name, {}) == grammar.refused(name, LENIENT) == grammar.unsure(name, LENIENT) == []
    assert set(grammar.unsure(name, {})) == set(TRAITS[name]) - {"upper_case", "two_slashes"}
    assert grammar.unsure(name, STRICT) == []
    assert grammar.unsure(name, dict.fromkeys(ALL, "unknown")) == TRAITS[name]


PROPOSED: dict[str, tuple[dict[str, str], str]] = {
    "u/release:1.0": (STRICT, "u/release-1-0"),
    "o/Devs/Test": (STRICT, "o/devs-test"),
    "Org/Devs": ({"upper_case": "rejected"}, "org/devs"),
    "o/a/b": ({"two_slashes": "renamed"}, "o/a-b"),
    "u/caf\u00e9 \u4e2d": (STRICT, "u/cafe"),
    "u/a.b:c": ({**LENIENT, "colon": "rejected"}, "u/a.b-c"),
    "\u4e2d\u6587": (STRICT, "channel"),
    "u/A.b": ({"dot": "rejected"}, "u/A-b"),
}


@pytest.mark.parametrize("name", PROPOSED)
def test_proposed_names(name: str) -> None:
    probed, expected = PROPOSED[name]
    assert grammar.proposed(name, probed) == expected


def test_a_proposed_name_is_nobody_elses() -> None:
    other = grammar.proposed("u/a.b", STRICT, {"u/a-b"})
    assert other.startswith("u/a-b-")
    assert len(other) == len("u/a-b-") + 8
    assert grammar.proposed("u/a:b", STRICT, {"u/a-b"}) != other


names = st.lists(st.text(st.sampled_from("aB0.: /\u00e9\u4e2d+_-"), min_size=1, max_size=60), min_size=1, max_size=4).map("/".join)


@given(
    names, st.fixed_dictionaries({trait: st.sampled_from(["accepted", "rejected", "renamed", "unknown"]) for trait in ALL}), st.booleans()
)
def test_a_proposed_name_is_taken_and_a_name(name: str, probed: dict[str, str], collide: bool) -> None:
    first = grammar.proposed(name, probed)
    found = grammar.proposed(name, probed, {folded(first)} if collide else ())
    event(f"refused: {bool(grammar.refused(name, probed))}")
    if grammar.refused(name, probed):
        assert grammar.refused(found, probed) == []
        assert all(part.strip() and part not in (".", "..") for part in found.split("/"))
    if collide:
        assert folded(found) != folded(first)
