# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records only grow, and a run survives their loss."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Applied
from ansible_collections.ae_ops.migration.plugins.module_utils._report.records import (
    APPLIED_MEMBERS,
    APPLIED_PLACEMENTS,
    APPLIED_SHARES,
    Records,
    read_members,
)
from tests.unit.report.report_samples import applied, placement, seen

ONE, TWO = placement("a", "one.conda"), placement("a", "two.conda", subdir="win-64")
ANN, DEVS = ("user", "ann"), ("group", "Devs")


def test_only_what_is_planned_and_seen_is_recorded(tmp_path: Path) -> None:
    observed = seen(ONE, placement("a", "alien.conda"), shares={"a": (Share(USER, "ann", "rw"), Share(USER, "eve", "r")), "b": None})
    Records(str(tmp_path / "records")).add(applied(ONE, TWO, a=[ANN, DEVS], b=[ANN]), observed, {"east:o/Devs": ["bob", "ann"]})
    again = Records(str(tmp_path / "records"))
    assert again.applied == Applied(frozenset({ONE.key}), {"a": frozenset({ANN})})
    assert again.members == {"east:o/Devs": ["ann", "bob"]}
    assert again.warnings == []


def test_records_only_grow(tmp_path: Path) -> None:
    folder = str(tmp_path)
    Records(folder).add(applied(ONE, a=[ANN]), seen(ONE, shares={"a": (Share(USER, "ann", "r"),)}), {"g": ["ann"]})
    Records(folder).add(applied(TWO, a=[DEVS]), seen(TWO, shares={"a": (Share(GROUP, "Devs", "r"),)}), {"g": ["bob"], "h": []})
    Records(folder).add(applied(), seen(), {})
    again = Records(folder)
    assert again.applied == Applied(frozenset({ONE.key, TWO.key}), {"a": frozenset({ANN, DEVS})})
    assert again.members == {"g": ["ann", "bob"], "h": []}


def test_writing_the_same_again_leaves_the_files_alone(tmp_path: Path) -> None:
    def write() -> dict[str, int]:
        Records(str(tmp_path)).add(applied(ONE, a=[ANN]), seen(ONE), {"g": ["ann"]})
        return {path.name: path.stat().st_ino for path in tmp_path.iterdir()}

    first = write()
    assert sorted(first) == sorted([APPLIED_MEMBERS, APPLIED_PLACEMENTS, APPLIED_SHARES])
    assert write() == first


def test_a_user_that_keycloak_writes_in_lower_case_is_recorded(tmp_path: Path) -> None:
    from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of

    planned = Applied(frozenset(), {"a": frozenset({principal_of(Share(USER, "Ann", "rw"))})})
    Records(str(tmp_path)).add(planned, seen(shares={"a": (Share(USER, "ann", "rw"),)}), {})
    assert Records(str(tmp_path)).applied.shares == {"a": frozenset({ANN})}


def test_undecodable_names_come_back(tmp_path: Path) -> None:
    odd = placement("a", "x\udcff.conda")
    Records(str(tmp_path)).add(applied(odd), seen(odd), {})
    assert Records(str(tmp_path)).applied.placements == frozenset({odd.key})


def test_without_a_folder_there_is_nothing_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / APPLIED_MEMBERS).write_text('{"g": ["ann"]}')
    records = Records(None)
    records.add(applied(ONE), seen(ONE), {"h": []})
    assert os.listdir(tmp_path) == [APPLIED_MEMBERS]
    assert read_members(None, []) == {}


@pytest.mark.parametrize("name", [APPLIED_PLACEMENTS, APPLIED_SHARES, APPLIED_MEMBERS])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"a": {"noar', id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"a": 5}', id="a number inside"),
        pytest.param(b'{"a": "text"}', id="a text inside"),
        pytest.param(b'{"a": [5]}', id="a list of numbers"),
        pytest.param(b'{"a": {"noarch": "text"}, "b": [["user"]]}', id="lists that are too short"),
        pytest.param(b"\x00\xff\xfe", id="binary"),
    ],
)
def test_a_damaged_record_is_a_warning_and_counts_as_empty(tmp_path: Path, name: str, content: bytes) -> None:
    observed = seen(ONE, shares={"a": (Share(USER, "ann", "r"),)})
    Records(str(tmp_path)).add(applied(ONE, a=[ANN]), observed, {"g": ["ann"]})
    (tmp_path / name).write_bytes(content)
    records = Records(str(tmp_path))
    assert records.warnings == [
        f"The record {tmp_path / name} is damaged or cannot be read and counts as empty, so what AE4 has taken away since is told as if "
        "somebody had added it on AE5."
    ]
    found = {
        APPLIED_PLACEMENTS: records.applied.placements,
        APPLIED_SHARES: records.applied.shares,
        APPLIED_MEMBERS: records.members,
    }
    assert [key for key, value in found.items() if not value] == [name]
    records.add(applied(ONE, a=[ANN]), observed, {"g": ["ann"]})
    mended = Records(str(tmp_path))
    assert (mended.warnings, mended.applied, mended.members) == ([], applied(ONE, a=[ANN]), {"g": ["ann"]})


def test_records_that_cannot_be_written_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    records = Records(str(tmp_path / "file" / "records"))
    records.add(applied(ONE), seen(ONE), {})
    assert records.warnings == [
        f"The records in {tmp_path}/file/records cannot be written: Not a directory; the next run knows less of this one."
    ]
