# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions and MatchSpecs: tables, the laws of an order, and a real conda client's opinion (py-rattler)."""

from __future__ import annotations

import itertools
import re
import typing as t

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_match_spec import NoSpec, parse_spec
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import Dist, dist_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_versions import NoVersion, parse_condition, parse_version
from tests.unit.conftest import examples

rattler = pytest.importorskip("rattler", reason="py-rattler is the oracle of these tests")
BuildString = pytest.importorskip("rattler.package.build_string").BuildString
InvalidMatchSpecError = pytest.importorskip("rattler.exceptions").InvalidMatchSpecError

ASCENDING = [
    "0.4",
    "0.4.1rc1",
    "0.4.1",
    "0.5a1",
    "0.5b3",
    "0.5c1",
    "0.5",
    "0.9.6",
    "0.960923",
    "1.0",
    "1.1dev1",
    "1.1a1",
    "1.1",
    "1.1post1",
    "1996.07.12",
    "1!0.4.1",
    "1!3.1.1.6",
    "2!0.4.1",
]
"""The example of conda's own documentation, without the versions that equal another."""


def test_order_of_condas_documentation() -> None:
    found = [parse_version(text) for text in ASCENDING]
    assert [(one < other, one == other) for one, other in itertools.pairwise(found)] == [(True, False)] * (len(found) - 1)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("one", "other"), [("1.0", "1"), ("1.1.0", "1.1"), ("1-2", "1_2"), ("1.0RC1", "1.0rc1"), ("0!1", "1"), ("1+0", "1")]
)
def test_equal_versions(one: str, other: str) -> None:
    assert parse_version(one) == parse_version(other)
    assert hash(parse_version(one)) == hash(parse_version(other))


@pytest.mark.parametrize("text", ["", " ", "1..2", ".1", "1.", "a b", "1!!2", "x!1", "1+", "1/2", "1.\u0661"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(NoVersion):
        parse_version(text)


CONDITIONS: dict[str, tuple[list[str], list[str]]] = {
    # condition: versions that fulfil it, versions that do not
    "1.2": (["1.2", "1.2.0"], ["1.2.1", "1.20", "1.2rc1"]),
    "==1.2": (["1.2", "1.2.0"], ["1.2.1"]),
    "=1.2": (["1.2", "1.2.0", "1.2.9", "1.2rc1"], ["1.20", "1.3", "2.1.2"]),
    "1.2.*": (["1.2", "1.2.9"], ["1.20"]),
    "1.2*": (["1.2", "1.2.9"], ["1.20"]),
    "!=1.2.*": (["1.20", "1.3"], ["1.2", "1.2.9"]),
    "!=1.2": (["1.2.1"], ["1.2", "1.2.0"]),
    ">=1,<2": (["1", "1.9.9"], ["0.9", "2", "2.0", "1dev"]),
    " >= 1 , < 2 ": (["1", "1.9.9"], ["0.9", "2"]),
    "<1|>=2": (["0.9", "2", "3"], ["1", "1.9"]),
    ">1,<2|3": (["1.5", "3", "3.0"], ["1", "2", "4"]),
    "~=1.4.2": (["1.4.2", "1.4.9"], ["1.4.1", "1.5", "1.40"]),
    "*": (["1", "no version/at all"], []),
    "1.*.3": (["1.2.3", "1.2.9.3"], ["1.3", "1.2.4"]),
    "1.0.1_*": (["1.0.1_"], ["1.0.1", "1.0.1_a", "1.0.2"]),
    "=1.0.1+2": (["1.0.1+2", "1.0.1+2.5"], ["1.0.1", "1.0.1+3"]),
    "1!1.*": (["1!1", "1!1.2"], ["1.1", "1!2"]),
    ">=1.0": (["1.0post1"], ["no version/at all"]),
    "!=1.0": (["1.1"], ["no version/at all"]),
}


@pytest.mark.parametrize("text", CONDITIONS, ids=CONDITIONS)
def test_conditions(text: str) -> None:
    yes, no = CONDITIONS[text]
    condition = parse_condition(text)
    assert [version for version in yes if not condition(version)] == []
    assert [version for version in no if condition(version)] == []


@pytest.mark.parametrize("text", ["", "1,", "|1", ">=", "=>1", "^1.*$", "(>=1,<2)|3", "~=1", ">=1.*.2", "1 2", "=", "!1"])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(NoVersion):
        parse_condition(text)


SPECS: dict[str, tuple[list[Dist], list[Dist]]] = {
    "six": ([Dist("six", "1.10.0", "py27_0", "linux-64"), Dist("SIX", "1", "0", "noarch")], [Dist("sixer", "1.10.0", "py27_0", "noarch")]),
    "six 1.10.0": ([Dist("six", "1.10.0", "py27_0", "")], [Dist("six", "1.10.1", "py27_0", "")]),
    "six 1.10.* py27_*": ([Dist("six", "1.10.0", "py27_0", "")], [Dist("six", "1.10.0", "py35_0", "")]),
    "six=1.10": ([Dist("six", "1.10.0", "py27_0", "")], [Dist("six", "1.1", "0", ""), Dist("six", "1.100", "0", "")]),
    "six==1.10": ([Dist("six", "1.10.0", "py27_0", "")], [Dist("six", "1.10.1", "0", "")]),
    "six=1.10.0=py27_0": (
        [Dist("six", "1.10.0", "py27_0", "")],
        [Dist("six", "1.10.0", "py27_1", ""), Dist("six", "1.10.0.1", "py27_0", "")],
    ),
    "six>=1,<2": ([Dist("six", "1.10", "0", "")], [Dist("six", "2.0", "0", "")]),
    "six >=1, <2": ([Dist("six", "1.10", "0", "")], [Dist("six", "2.0", "0", "")]),
    "six >= 1": ([Dist("six", "1.10", "0", "")], [Dist("six", "0.9", "0", "")]),
    "Six": ([Dist("six", "1", "0", "")], []),
    "*": ([Dist("six", "1", "0", "")], []),
    "lib*": ([Dist("libpng", "1", "0", "")], [Dist("zlib", "1", "0", "")]),
    "linux-64/six": ([Dist("six", "1", "0", "linux-64")], [Dist("six", "1", "0", "osx-64")]),
    "linux-*/* >=2": ([Dist("six", "2", "0", "linux-32")], [Dist("six", "2", "0", "noarch"), Dist("six", "1", "0", "linux-32")]),
    "six[version='>=1,<2']": ([Dist("six", "1.5", "0", "")], [Dist("six", "2", "0", "")]),
    'six[build="py27*", subdir=osx-64]': ([Dist("six", "1", "py27_3", "osx-64")], [Dist("six", "1", "py35_3", "osx-64")]),
    "*[build='*py26*']": ([Dist("scipy", "0.9", "np16py26_2", "")], [Dist("scipy", "0.9", "np16py27_2", "")]),
}


@pytest.mark.parametrize("text", SPECS, ids=SPECS)
def test_specs(text: str) -> None:
    yes, no = SPECS[text]
    spec = parse_spec(text)
    assert [dist for dist in yes if not spec.matches(dist)] == []
    assert [dist for dist in no if spec.matches(dist)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "=1.0",
        ">=1",
        "conda-forge::six",
        "conda-forge/linux-64::six",
        "six[md5=abc]",
        "six[version=]x",
        "six[version='>=1'",
        "six >=1 <2 =3 4",
        "six ^1.*$",
        "six (>=1|2)",
    ],
)
def test_what_is_no_spec(text: str) -> None:
    with pytest.raises(NoSpec) as caught:
        parse_spec(text)
    assert repr(text) in str(caught.value)


DISTS: dict[str, Dist | None] = {
    "six-1.10.0-py27_0.tar.bz2": Dist("six", "1.10.0", "py27_0", "linux-64"),
    "scikit-learn-0.18-np111py27_0.conda": Dist("scikit-learn", "0.18", "np111py27_0", "linux-64"),
    "a--b-1-0.tar.bz2": Dist("a--b", "1", "0", "linux-64"),
    "six-1.10.0.tar.bz2": None,
    "six-1.10.0.zip": None,
    "-1-0.conda": None,
    ".conda": None,
}


@pytest.mark.parametrize("name", DISTS, ids=DISTS)
def test_names_of_files(name: str) -> None:
    assert dist_of(name, "linux-64") == DISTS[name]


# What py-rattler says of the same.

numbers = st.sampled_from(["0", "1", "2", "10", "11", "1a", "1b2", "2rc1", "1dev", "0post1", "3alpha", "007"])
version_texts = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "", "1!"]),
    st.lists(numbers, min_size=1, max_size=4).map(".".join),
    st.sampled_from(["", "", "", "_", "-1", "_2"]),
    st.sampled_from(["", "", "", "", "+1", "+2.1"]),
)
condition_forms = st.sampled_from(
    ["{}", "=={}", "={}", ">={}", ">{}", "<{}", "<={}", "!={}", "{}.*", "!={}.*", "{}*", "~=0.{}", "~=1.{}", ">={},<3", "<1|>={}"]
)
ORACLE = settings(max_examples=examples(400), deadline=None)


@ORACLE
@given(version_texts, version_texts)
def test_the_order_is_condas(one: str, other: str) -> None:
    ours, theirs = (parse_version(one), parse_version(other)), (rattler.Version(one), rattler.Version(other))
    assert (ours[0] < ours[1], ours[0] == ours[1]) == (theirs[0] < theirs[1], theirs[0] == theirs[1])
    if ours[0] == ours[1]:
        assert hash(ours[0]) == hash(ours[1])


@given(version_texts, version_texts, version_texts)
def test_the_order_is_one(one: str, two: str, three: str) -> None:
    first, second, third = sorted(map(parse_version, (one, two, three)))
    assert first <= second <= third
    assert first <= third
    assert (first == third) is (first == second and second == third)


def oracle(spec: str, dist: Dist) -> bool | None:
    """What the real client says; ``None`` if it does not take the spec."""
    try:
        wanted = rattler.MatchSpec(spec, strict=False)
    except InvalidMatchSpecError:
        return None
    build = BuildString(dist.build)
    return bool(wanted.matches(rattler.PackageRecord(dist.name, dist.version, build, 0, dist.subdir, None, None)))


def ours(spec: str, dist: Dist) -> bool | None:
    try:
        return parse_spec(spec).matches(dist)
    except NoSpec:
        return None


@ORACLE
@given(st.data(), condition_forms, version_texts, st.sampled_from(["six{}", "six {}", "six {} py27_*", "six[version='{}']"]))
def test_specs_mean_what_they_mean_to_conda(data: st.DataObject, form: str, wanted: str, spec_form: str) -> None:
    # Most versions are near the wanted one, so that the relations are tried where they change.
    near = st.sampled_from([wanted, f"{wanted.partition('+')[0].rstrip('_')}.1", re.sub(r"\d", "1", wanted), re.sub(r"\d", "2", wanted)])
    version = data.draw(near | version_texts)
    # ~= is for plain versions (PEP 440); with an epoch in the middle or a local part conda and py-rattler differ as well.
    assume(not form.startswith("~=") or not re.search(r"[!+]", wanted))
    # Of what starts with a local part py-rattler thinks otherwise than conda itself, which is followed here.
    assume("+" not in wanted or not re.fullmatch(r"=\{\}|.*\*", form))
    condition = form.format(wanted)
    assume(spec_form != "six{}" or condition[0] in "=<>!~")
    dist = Dist("six", version, data.draw(st.sampled_from(["py27_0", "py35_0"])), "linux-64")
    spec = spec_form.format(condition)
    theirs = oracle(spec, dist)
    assume(theirs is not None)
    event(f"matches: {theirs}")
    assert ours(spec, dist) is theirs


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_spec_or_refused(text: str, version: str) -> None:
    for function, error in ((parse_spec, NoSpec), (parse_condition, NoVersion), (parse_version, NoVersion)):
        try:
            t.cast("t.Any", function)(text)
        except error:
            event(f"refused by {function.__name__}")
    found = ours(f"*[version='>={text}']", Dist("six", version, "0", ""))
    assert found in (True, False, None)
