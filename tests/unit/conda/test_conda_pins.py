# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""conda's specs, as conda's MatchSpec reads them and in a form that anaconda-project reads too."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import NoPin, condition_of, is_before, parse_pin, read_pin
from tests.unit.conftest import examples

ANACONDA_PROJECT = re.compile(r"[^=<>!\s]+\s*(?:=[^=<>!]+(?:=[^=<>!]+)?|[=<>!]{1,2}.+)?\Z")
"""The specs that anaconda-project takes; it calls a project broken that has another one."""

SPECS = [
    ("conda-forge::numpy=1.15", "numpy=1.15", "conda-forge"),
    ("conda-forge/label/dev::numpy", "numpy", "conda-forge/label/dev"),
    ("defaults/linux-64::zlib=1.2.11=0", "zlib=1.2.11=0", "defaults"),
    ("https://repo.example.com/t/tk-1/x::numpy=1", "numpy=1", "https://repo.example.com/x"),
    ("conda-forge:numpy", "numpy", "conda-forge"),
    ("defaults:python=3.6", "python=3.6", "defaults"),
    ("acme:tool >=0.30", "tool>=0.30", "acme"),
    ("python>=3.6,<3.8", "python>=3.6,<3.8", ""),
    ("python >=3.6, <3.8", "python>=3.6,<3.8", ""),
    ("numpy = 1.16", "numpy=1.16", ""),
    ("numpy 1.16", "numpy==1.16", ""),
    ("numpy 1.16.*", "numpy=1.16.*", ""),
    ("numpy 1.16 py27_0", "numpy=1.16=py27_0", ""),
    ("numpy 1.16|1.17.*", "numpy==1.16|1.17.*", ""),
    ("numpy=1.16|1.17", "numpy=1.16|1.17", ""),
    ("numpy[version='>=1.10']", "numpy>=1.10", ""),
    ("numpy[version=1.10, build=py27_0, channel=x]", "numpy=1.10=py27_0", "x"),
    ("numpy[build='py27*']", "numpy=*=py27*", ""),
    ("pytorch=1.2=py3.6_cuda*", "pytorch=1.2=py3.6_cuda*", ""),
    ("tool=1!2.0=0", "tool=1!2.0=0", ""),
    ("tool==1!2.0", "tool==1!2.0", ""),
    ("Tool=1.0", "tool=1.0", ""),
    ("python=3.6=0 # why", "python=3.6=0", ""),
    ("tool=1.0=", "tool=1.0", ""),
    ("tool=1.0=py27_0[channel=x]", "tool=1.0=py27_0", "x"),
    ("tool~=1.4", "tool~=1.4", ""),
    ("https://repo.example.com/conda/x/linux-64/tool-1.0-0.tar.bz2", "tool=1.0=0", "https://repo.example.com/conda/x"),
    ("file:///opt/pkgs/tool-a-1.0-0.conda", "tool-a=1.0=0", "file:///opt/pkgs"),
]


@pytest.mark.parametrize(("text", "exact", "channel"), SPECS)
def test_a_spec_in_whatever_form(text: str, exact: str, channel: str) -> None:
    pin, left_out = read_pin(text)
    assert (pin.text("exact"), pin.channel, left_out) == (exact, channel, "")
    assert ANACONDA_PROJECT.match(exact)
    assert parse_pin(exact).text("exact") == exact, "what we write is read alike"


@pytest.mark.parametrize("rest", [" (1.0)", "=>1.0", "=={{ v }}", "=1.0==", "[version=", "=1..0"])
def test_what_conda_does_not_take_is_left_out_and_said(rest: str) -> None:
    pin, left_out = read_pin(f"tool{rest}")
    assert pin == Pin("tool")
    assert left_out == rest.strip()


@pytest.mark.parametrize("text", ["*", "", "=1", "WARNING: old", "some words", "C:\\x", "https://repo.example.com/x", "-e x"])
def test_what_names_no_package(text: str) -> None:
    with pytest.raises(NoPin, match="names no conda package"):
        parse_pin(text)


def test_a_package_file_keeps_its_digest_and_loses_its_token() -> None:
    address = "https://repo.example.com/t/hunter-2/x/noarch/tool-1.0-0.tar.bz2"
    assert parse_pin(f"{address}#{'a' * 32}") == Pin("tool", "1.0", "0", "https://repo.example.com/x", md5="a" * 32)
    assert parse_pin(f"{address}#sha256:{'b' * 64}").sha256 == "b" * 64


@pytest.mark.parametrize(
    ("text", "condition"),
    [("x", ("", "")), ("x=1", ("1", "")), ("x==1", ("1", "")), ("x=1=0", ("1", "0")), ("x>=2,<3", (">=2,<3", "")), ("x=1.*", ("1.*", ""))],
)
def test_version_and_build_of_a_pin(text: str, condition: tuple[str, str]) -> None:
    assert condition_of(parse_pin(text)) == condition


@pytest.mark.parametrize(
    ("text", "before"),
    [
        *(("x", False), ("x=3", False), ("x=2", True), ("x=3.6", True), ("x==3.7.3", True), ("x=3.8", False), ("x=3.10", False)),
        *(("x>=3.6", False), ("x>=3.6,<3.8", True), ("x<3.8", True), ("x<=3.8", False), ("x<3.8.5", False), ("x<3", True), ("x<4", False)),
        *(
            ("x=3.6.*", True),
            ("x=2.7*", True),
            ("x=3.6|3.9", False),
            ("x=2.7|3.6", True),
            ("x~=3.6", False),
            ("x!=3.6", False),
            ("x=3*", False),
        ),
        *(("x=3.7.3=h1", True), ("x[build='py36*']", False)),
    ],
)
def test_whether_every_version_is_older(text: str, before: bool) -> None:
    assert is_before(parse_pin(text), (3, 8)) == before


@settings(deadline=None, max_examples=examples(100))
@given(st.text(alphabet="abc1.=<>!~|,* [](){}'\"#:/@-\\", max_size=20))
def test_any_text_is_a_pin_that_conda_takes_or_names_none(text: str) -> None:
    try:
        pin = parse_pin(text)
    except NoPin:
        return
    again, left_out = read_pin(pin.text("exact"))
    assert (again.name, left_out) == (pin.name, "")
