# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names to other names: exact before pattern, what a star stands for, templates, and fnmatch's own opinion."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model import patterns
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import MapRule, NameMap

RENAMED: dict[str, tuple[list[tuple[str, str]], str, str | None]] = {
    # id: rules (key, template), name, what it becomes on site east
    "no rule": ([], "jsmith", None),
    "exact": ([("jsmith", "john")], "jsmith", "john"),
    "case matters": ([("JSmith", "john")], "jsmith", None),
    "exact before a pattern that stands first": ([("*", "x"), ("jsmith", "john")], "jsmith", "john"),
    "first pattern": ([("j*", "x"), ("*", "y")], "jsmith", "x"),
    "site before any": ([("jsmith", "x"), ("east:jsmith", "y")], "jsmith", "y"),
    "another site": ([("west:jsmith", "x")], "jsmith", None),
    "pattern of the site": ([("east:*", "{name}.east")], "jsmith", "jsmith.east"),
    "pattern of another site": ([("west:*", "x"), ("*", "y")], "jsmith", "y"),
    "star": ([("*@example.com", "{1}")], "ann@example.com", "ann"),
    "two stars": ([("*.*", "{2}.{1}")], "ann.smith", "smith.ann"),
    "the first star takes little": ([("*-*", "{1}/{2}")], "a-b-c", "a/b-c"),
    "a star that is nothing": ([("jsmith*", "x{1}")], "jsmith", "x"),
    "question mark and class stand for nothing": ([("?[a-z]*", "{1}")], "jsmith", "mith"),
    "lower": ([("*", "{name_lower}")], "JSmith", "jsmith"),
    "site": ([("*", "{site}-{name}")], "jsmith", "east-jsmith"),
    "a slash is no border": ([("*/Devs", "{1}-devs")], "a/b/Devs", "a/b-devs"),
    "a key with a colon and a slash before it": ([("org/a:b", "x")], "org/a:b", "x"),
    "quoted star": ([("[*]", "x"), ("*", "y")], "*", "x"),
    "quoted star is exact": ([("*", "y"), ("a[*]", "x")], "a*", "x"),
    "open bracket": ([("a[", "x")], "a[", "x"),
    "braces": ([("*", "{{{name}}}")], "a", "{a}"),
    "line break": ([("*", "{1}")], "a\nb", "a\nb"),
}


@pytest.mark.parametrize("case", RENAMED.values(), ids=RENAMED)
def test_renaming(case: tuple[list[tuple[str, str]], str, str | None]) -> None:
    rules, name, expected = case
    assert NameMap(MapRule.of_key(*rule) for rule in rules).rename(name, "east", {}) == expected


FLAWS: dict[str, tuple[str, str, str | None]] = {
    "good": ("*", "{1}-{name}-{site}", None),
    "no star": ("a", "{1}", "unknown field '1'"),
    "one star": ("*", "{1}{2}", "unknown field '2'"),
    "number 0": ("*", "{0}", "unknown field '0'"),
    "a field of another map": ("*", "{label}", "unknown field 'label'"),
    "attribute": ("*", "{name.__class__}", "unknown field 'name.__class__'"),
    "nothing": ("*", "{}", "unknown field ''"),
    "star in a class is none": ("[*]", "{1}", "unknown field '1'"),
}


@pytest.mark.parametrize("case", FLAWS.values(), ids=FLAWS)
def test_flaws(case: tuple[str, str, str | None]) -> None:
    match, to, expected = case
    assert MapRule(match, to).flaw(patterns.USER_FIELDS) == expected


glob_texts = st.text(st.sampled_from("ab*?[]!-/{^\\.Z\n"), max_size=8)


@given(glob_texts, glob_texts)
def test_a_pattern_matches_what_fnmatch_matches(pattern: str, name: str) -> None:
    found = patterns.compiled(pattern).fullmatch(name)
    event(f"matches: {bool(found)}")
    assert bool(found) is fnmatch.fnmatchcase(name, pattern)
    if found:
        assert len(found.groups()) == MapRule(pattern, "").stars


@given(st.text(max_size=8), st.text(max_size=8))
def test_literal_and_template_are_the_name_itself(name: str, other: str) -> None:
    rule = MapRule(patterns.literal(name), patterns.template(other))
    assert rule.exact == name
    assert rule.flaw(()) is None
    assert NameMap([MapRule("*", "x"), rule]).rename(name, "east", {}) == other
    assert bool(patterns.compiled(rule.match).fullmatch(other)) is (other == name)


@given(st.dictionaries(glob_texts, st.text(st.sampled_from("ab{}12name"), max_size=6), max_size=4), glob_texts)
def test_a_template_without_flaw_can_be_filled_in(rules: dict[str, str], name: str) -> None:
    good = [rule for rule in (MapRule.of_key(*item) for item in rules.items()) if rule.flaw(patterns.USER_FIELDS) is None]
    found = NameMap(good).rename(name, "east", {})
    assert found is None or isinstance(found, str)


USERS = {"jsmith": "john", "west:ann": "ann.w", "*-bot": "-", "ext.*": "{1}@partner", "nil": "{name}", "odd*": "{1}"}
PEOPLE: dict[str, tuple[str, str, str | None]] = {
    "exact": ("jsmith", "east", "john"),
    "its site": ("ann", "west", "ann.w"),
    "not its site": ("ann", "east", "ann"),
    "nobody": ("build-bot", "east", None),
    "template": ("ext.joe", "east", "joe@partner"),
    "unnamed keeps its name": ("zoe", "east", "zoe"),
    "an empty result is none": ("odd", "east", "odd"),
}


@pytest.mark.parametrize("case", PEOPLE.values(), ids=PEOPLE)
def test_users(case: tuple[str, str, str | None]) -> None:
    login, site, expected = case
    assert PrincipalMap(users=USERS).user(login, site) == expected


GROUPS = {"o/Devs": "o-devs", "west:o/Devs": "w-devs", "*/Ops": "{organization}-{group}", "*/Tmp*": "-", "p/*": "{site}.{name_lower}.{1}"}
GROUP_CASES: dict[str, tuple[tuple[str, str, str], str | None, bool]] = {
    # id: site, organization, group; AE5 group; whether a person named this very group
    "exact": (("east", "o", "Devs"), "o-devs", True),
    "its site": (("west", "o", "Devs"), "w-devs", True),
    "pattern": (("east", "lab", "Ops"), "lab-Ops", False),
    "nobody": (("east", "lab", "Tmp1"), None, False),
    "all fields": (("east", "p", "QA"), "east.qa.QA", False),
    "none": (("east", "lab", "Devs"), "Devs", False),
}


@pytest.mark.parametrize("case", GROUP_CASES.values(), ids=GROUP_CASES)
def test_groups(case: tuple[tuple[str, str, str], str | None, bool]) -> None:
    group, expected, is_named = case
    people = PrincipalMap(groups=GROUPS)
    assert (people.group(*group), people.names_group(*group)) == (expected, is_named)
