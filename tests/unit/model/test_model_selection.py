# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that include and exclude: every field, what they say of themselves, and the laws they obey."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package, SourceFile
from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import BadRule, Reference, Rule, Selection, rule_of

TODAY = datetime.date(2026, 11, 22)


def a_file(**changes: t.Any) -> SourceFile:
    fields: dict[str, t.Any] = {
        "owner": "ann",
        "owner_kind": "user",
        "package": "numpy",
        "package_id": "1",
        "file": "numpy-1.10.4-py27_0.tar.bz2",
        "subdir": "linux-64",
        "path": "ann/1--numpy/numpy-1.10.4-py27_0.tar.bz2",
        "labels": ("main", "dev"),
        "access": "private",
        "groups": (),
        "size": 5_000_000,
        "md5": "0" * 32,
        "sha256": "0" * 64,
        "kind": "conda",
        "uploaded": "2017-08-14T21:08:34Z",
    }
    return SourceFile(**{**fields, **changes})


def matched(rule: dict[str, t.Any], file: SourceFile) -> list[str]:
    """The labels under which the rule matches the file on site east."""
    found = rule_of(rule, TODAY)
    return [label for label in file.labels or ("",) if found.matches("east", file, label)]


BOTH = ["main", "dev"]
MATCHED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "owner": ({"owner": "ann"}, BOTH),
    "owner, pattern": ({"owner": "a*"}, BOTH),
    "owner, case matters": ({"owner": "Ann"}, []),
    "owner, one of a list": ({"owner": ["bob", "a?n"]}, BOTH),
    "owner, none of a list": ({"owner": ["bob", "cat"]}, []),
    "package": ({"package": "num*"}, BOTH),
    "package, whatever its case": ({"package": "NumPy"}, BOTH),
    "label": ({"label": "dev"}, ["dev"]),
    "label, pattern": ({"label": "*"}, BOTH),
    "kind": ({"kind": "conda"}, BOTH),
    "another kind": ({"kind": "pypi"}, []),
    "site": ({"site": "e*"}, BOTH),
    "another site": ({"site": "west"}, []),
    "access": ({"access": ["public", "private"]}, BOTH),
    "spec": ({"spec": "numpy >=1.10,<2"}, BOTH),
    "spec, other version": ({"spec": "numpy <1.10"}, []),
    "spec, one of a list": ({"spec": ["six", "numpy=1.10.*=py27_*"]}, BOTH),
    "spec with a subdir": ({"spec": "linux-*/*"}, BOTH),
    "larger": ({"larger_than": 4_999_999}, BOTH),
    "not larger than itself": ({"larger_than": 5_000_000}, []),
    "smaller": ({"smaller_than": "5.1MB"}, BOTH),
    "not smaller than itself": ({"smaller_than": "5MB"}, []),
    "binary units": ({"larger_than": "4.7 MiB"}, BOTH),
    "number as text": ({"larger_than": "4999999"}, BOTH),
    "before": ({"uploaded_before": "2017-08-15"}, BOTH),
    "not before its own day": ({"uploaded_before": "2017-08-14"}, []),
    "before a time": ({"uploaded_before": "2017-08-14T21:08:35Z"}, BOTH),
    "not before its own time": ({"uploaded_before": "2017-08-14 21:08:34"}, []),
    "after": ({"uploaded_after": "2017-08-14"}, BOTH),
    "at that time": ({"uploaded_after": "2017-08-14T21:08:34+00:00"}, BOTH),
    "not after": ({"uploaded_after": "2017-08-15"}, []),
    "older": ({"older_than_days": 3000}, BOTH),
    "not older": ({"older_than_days": "3400"}, []),
    "newer": ({"newer_than_days": 3400}, BOTH),
    "all of it": ({"owner": "ann", "label": "dev", "larger_than": "1MB", "spec": "numpy"}, ["dev"]),
    "all but one": ({"owner": "ann", "label": "dev", "larger_than": "1GB"}, []),
    "what was not asked for": ({"owner": "ann", "label": None}, BOTH),
}


@pytest.mark.parametrize("case", MATCHED.values(), ids=MATCHED)
def test_what_a_rule_matches(case: tuple[dict[str, t.Any], list[str]]) -> None:
    assert matched(case[0], a_file()) == case[1]


def test_an_unlabelled_file_has_an_empty_label() -> None:
    file = a_file(labels=())
    assert (matched({"label": "*"}, file), matched({"label": "?*"}, file), matched({"label": ""}, file)) == ([""], [], [""])


def test_only_names_of_conda_packages_have_a_version() -> None:
    assert matched({"spec": "*"}, a_file(file="numpy-1.10.4.zip", kind="pypi")) == []


UNKNOWN: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], str | None]] = {
    # id: rule, file, what the file does not tell
    "no date": ({"older_than_days": 1}, {"uploaded": None}, "date"),
    "no date, and the rule is not for it": ({"older_than_days": 1, "owner": "bob"}, {"uploaded": None}, None),
    "no size": ({"smaller_than": 1}, {"path": "", "size": 0}, "size"),
    "an empty file has one": ({"smaller_than": 1}, {"size": 0}, None),
    "a missing file of which AE4 tells the size": ({"smaller_than": 1}, {"path": "", "size": 5}, None),
    "nothing asked for": ({"owner": "ann"}, {"uploaded": None, "path": "", "size": 0}, None),
}


@pytest.mark.parametrize("case", UNKNOWN.values(), ids=UNKNOWN)
def test_what_a_file_does_not_tell_is_not_matched(case: tuple[dict[str, t.Any], dict[str, t.Any], str | None]) -> None:
    rule, changes, lacking = case
    assert rule_of(rule, TODAY).passes_by("east", a_file(**changes)) == lacking
    if lacking:
        assert matched(rule, a_file(**changes)) == []


BAD: dict[str, tuple[dict[str, t.Any], str]] = {
    "nothing": ({}, "it is empty, so it would match everything"),
    "only what was not given": ({"owner": None}, "it is empty"),
    "a field nobody knows": ({"name": "x", "owner": "a"}, "unknown field name; use owner, package"),
    "no text": ({"owner": {"a": 1}}, "owner is {'a': 1} and must be a string or a list of strings"),
    "true": ({"label": True}, "label is True"),
    "an empty list": ({"label": []}, "label is [] and must be"),
    "no size": ({"larger_than": "big"}, "larger_than is 'big' and must be a number of bytes, or a size like 500MB"),
    "a negative size": ({"larger_than": -1}, "larger_than is -1"),
    "no unit": ({"larger_than": "5I"}, "larger_than is '5I'"),
    "no date": ({"uploaded_before": "yesterday"}, "uploaded_before is 'yesterday' and must be a date like 2017-08-14"),
    "the 30th of February": ({"uploaded_after": "2017-02-30"}, "uploaded_after is '2017-02-30'"),
    "days that are none": ({"older_than_days": "x"}, "older_than_days is 'x' and must be a number of days"),
    "days before all calendars": ({"older_than_days": 999999}, "which is before the first date"),
    "twice a date": ({"older_than_days": 1, "uploaded_before": "2017-01-01"}, "it has both older_than_days and uploaded_before"),
    "no spec": ({"spec": ">=1"}, "'>=1' is not a MatchSpec"),
    "no version": ({"spec": "numpy >=1..2"}, "'1..2' is not a version"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_rules_that_cannot_be_used(case: tuple[dict[str, t.Any], str]) -> None:
    with pytest.raises(BadRule) as caught:
        rule_of(case[0], TODAY)
    assert case[1] in str(caught.value)


def test_a_rule_says_how_it_was_written() -> None:
    rule = rule_of({"label": "dev", "package": ["a*", "b"], "older_than_days": 30}, TODAY)
    assert rule.words == "package a* or b, label dev, older_than_days 30"


def selection(include: t.Sequence[dict[str, t.Any]] = (), exclude: t.Sequence[dict[str, t.Any]] = ()) -> Selection:
    return Selection(tuple(rule_of(rule, TODAY) for rule in include), tuple(rule_of(rule, TODAY) for rule in exclude))


VERDICTS: dict[str, tuple[list[dict[str, t.Any]], list[dict[str, t.Any]], list[str] | None, str]] = {
    # id: include, exclude, labels kept (None if left out), reason
    "no rules": ([], [], BOTH, ""),
    "included": ([{"owner": "ann"}], [], BOTH, ""),
    "included under one label": ([{"label": "dev"}], [], ["dev"], ""),
    "not included": ([{"owner": "bob"}], [], None, "No rule of ae_include matches it."),
    "excluded": ([], [{"owner": "bob"}, {"package": "num*"}], None, "Rule 2 of ae_exclude (package num*) leaves it out."),
    "excluded under one label": ([], [{"label": "main"}], ["dev"], ""),
    "excluded label by label": ([], [{"label": "dev"}, {"label": "m*"}], None, "Rule 2 of ae_exclude (label m*) leaves it out."),
    "exclude is stronger": ([{"owner": "ann"}], [{"kind": "conda"}], None, "Rule 1 of ae_exclude (kind conda) leaves it out."),
    "one excluded, one not included": ([{"label": "dev"}], [{"label": "dev"}], None, "Rule 1 of ae_exclude (label dev) leaves it out."),
}


@pytest.mark.parametrize("case", VERDICTS.values(), ids=VERDICTS)
def test_verdicts(case: tuple[list[dict[str, t.Any]], list[dict[str, t.Any]], list[str] | None, str]) -> None:
    include, exclude, kept, reason = case
    rules = selection(include, exclude)
    verdict = rules.of("east", a_file())
    assert (verdict.is_kept, list(verdict.kept)) == (kept is not None, kept or [])
    if kept is None:
        assert rules.reason(verdict) == reason


def test_an_unlabelled_file_is_kept_without_a_label() -> None:
    verdict = selection([], [{"label": "dev"}]).of("east", a_file(labels=()))
    assert (verdict.is_kept, verdict.kept, verdict.lost) == (True, (), ())


# What holds for all rules.

rules = st.builds(
    rule_of,
    st.fixed_dictionaries(
        {},
        optional={
            "owner": st.sampled_from(["ann", "b*", ["ann", "bob"]]),
            "label": st.sampled_from(["main", "dev", "*", "?*", ""]),
            "package": st.sampled_from(["numpy", "s*"]),
            "spec": st.sampled_from(["numpy >=1.10", "six 1.*", "*[build='py27*']"]),
            "larger_than": st.sampled_from([0, 10, "1KB"]),
            "uploaded_before": st.sampled_from(["2015-01-01", "2018-01-01"]),
            "access": st.sampled_from(["public", "p*"]),
            "site": st.sampled_from(["east", "w*"]),
        },
    ).filter(bool),
    st.just(TODAY),
)
rule_lists = st.lists(rules, max_size=3)
files = st.builds(
    a_file,
    owner=st.sampled_from(["ann", "bob"]),
    labels=st.lists(st.sampled_from(["main", "dev", "test"]), unique=True, max_size=3).map(tuple),
    package=st.sampled_from(["numpy", "six"]),
    file=st.sampled_from(["numpy-1.10.4-py27_0.tar.bz2", "numpy-1.9-py35_0.conda", "six-1.0-0.conda", "odd"]),
    size=st.sampled_from([0, 5, 100, 10**6]),
    path=st.sampled_from(["", "x"]),
    uploaded=st.sampled_from([None, "2014-01-01T00:00:00Z", "2017-01-01T00:00:00Z", "2020-01-01T00:00:00Z"]),
    access=st.sampled_from(["public", "private", "authenticated"]),
)
site_names = st.sampled_from(["east", "west"])


def pairs(include: t.Sequence[Rule], exclude: t.Sequence[Rule], site: str, file: SourceFile) -> set[str]:
    """The labels that are kept; the empty one for an unlabelled file."""
    verdict = Selection(tuple(include), tuple(exclude)).of(site, file)
    assert verdict.is_kept is bool(verdict.kept or (not file.labels and not verdict.lost))
    assert {label for label, _rule in verdict.lost} | set(verdict.kept or ([""] if verdict.is_kept else [])) == set(file.labels or ("",))
    return set(verdict.kept) if file.labels else ({""} if verdict.is_kept else set())


@given(rule_lists, rule_lists, rules, files, site_names)
def test_rules_are_monotone(include: list[Rule], exclude: list[Rule], more: Rule, file: SourceFile, site: str) -> None:
    kept = pairs(include, exclude, site, file)
    event(f"kept {len(kept)} of {len(file.labels or ('',))}")
    assert pairs(include, [*exclude, more], site, file) <= kept
    if include:
        assert kept <= pairs([*include, more], exclude, site, file)


@given(files, site_names)
def test_no_rules_keep_everything(file: SourceFile, site: str) -> None:
    assert pairs([], [], site, file) == set(file.labels or ("",))
    assert not Selection()


@given(rule_lists.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), rule_lists, files, site_names)
def test_the_order_of_the_rules_changes_nothing_kept(
    includes: tuple[list[Rule], list[Rule]], exclude: list[Rule], file: SourceFile, site: str
) -> None:
    assert pairs(includes[0], exclude, site, file) == pairs(includes[1], exclude[::-1], site, file)


@given(rules, files, site_names)
def test_a_rule_that_includes_and_one_that_excludes_are_each_others_rest(rule: Rule, file: SourceFile, site: str) -> None:
    taken, left = pairs([rule], [], site, file), pairs([], [rule], site, file)
    assert taken | left == set(file.labels or ("",))
    assert not taken & left


HELD: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], str | None]] = {
    # id: the file, the package of the reference channel, who holds it
    "same sha256": ({"sha256": "a" * 64}, {"sha256": "a" * 64, "md5": "1" * 32}, "mirror"),
    "other sha256, same md5": ({"sha256": "a" * 64, "md5": "1" * 32}, {"sha256": "b" * 64, "md5": "1" * 32}, None),
    "no sha256 there": ({"sha256": "a" * 64, "md5": "1" * 32}, {"sha256": None, "md5": "1" * 32}, "mirror"),
    "no sha256 here": ({"sha256": None, "md5": "1" * 32}, {"sha256": "b" * 64, "md5": "1" * 32}, "mirror"),
    "nothing in common": ({"sha256": None, "md5": "1" * 32}, {"sha256": "b" * 64, "md5": None}, None),
    "no digest": ({"sha256": None, "md5": None}, {"sha256": None, "md5": None}, None),
}


@pytest.mark.parametrize("case", HELD.values(), ids=HELD)
def test_what_a_reference_channel_holds(case: tuple[dict[str, t.Any], dict[str, t.Any], str | None]) -> None:
    file, package, holder = case
    reference = Reference({}, {}, {})
    reference.add("mirror", Package("noarch", "f", "n", "1", "0", 1, **package))
    reference.add("later", Package("noarch", "f", "n", "1", "0", 1, **package))
    assert reference.holder(a_file(**file)) == holder
