# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records keep what the target may still have, and a run survives their loss."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Applied
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._store.records import (
    APPLIED_MEMBERS,
    APPLIED_PLACEMENTS,
    APPLIED_PUBLIC,
    FOUND_BEFORE,
    GIVEN_BEFORE,
    LAST_SHARES,
    LastShares,
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


def test_what_was_not_looked_at_stays_recorded(tmp_path: Path) -> None:
    folder = str(tmp_path)
    ann, devs = Share(USER, "ann", "r"), Share(GROUP, "Devs", "r")
    Records(folder).add(applied(ONE, a=[ANN]), seen(ONE, shares={"a": (ann,)}), {"g": ["ann"]})
    Records(folder).add(applied(TWO, a=[DEVS]), seen(TWO, shares={"a": (ann, devs)}), {"g": ["bob"], "h": []})
    Records(folder).add(applied(TWO, a=[DEVS]), seen(TWO, shares={"a": None}), {})
    Records(folder).add(applied(), seen(), {})
    again = Records(folder)
    assert again.applied == Applied(frozenset({ONE.key, TWO.key}), {"a": frozenset({ANN, DEVS})})
    assert again.members == {"g": ["ann", "bob"], "h": []}


def test_what_neither_ae4_nor_ae5_has_any_more_is_forgotten(tmp_path: Path) -> None:
    folder = str(tmp_path)
    both, other = applied(ONE, a=[ANN, DEVS]), placement("a", "other.conda")
    Records(folder).add(both, seen(ONE, other, shares={"a": (Share(USER, "ann", "r"), Share(GROUP, "Devs", "r"))}), {})
    nothing = seen(other, shares={"a": ()})
    Records(folder).add(both, nothing, {})
    assert Records(folder).applied == Applied(frozenset({ONE.key}), {"a": frozenset({ANN, DEVS})}), "it is still due"
    Records(folder).add(applied(other), nothing, {})
    assert Records(folder).applied.placements == frozenset({other.key})
    Records(folder).add(applied(other, a=[DEVS]), nothing, {})
    assert Records(folder).applied.shares == {"a": frozenset({DEVS})}


def test_a_place_that_holds_something_else_is_not_recorded(tmp_path: Path) -> None:
    folder = str(tmp_path)
    Records(folder).add(applied(ONE, TWO), seen(ONE, TWO), {})
    Records(folder).add(applied(ONE, TWO), seen(ONE, TWO), {}, frozenset({TWO.key}))
    assert Records(folder).applied.placements == frozenset({ONE.key})


def test_a_channel_counts_as_published_until_ae4_and_ae5_agree_that_it_is_not(tmp_path: Path) -> None:
    folder = str(tmp_path)
    planned, not_planned = Applied(public=frozenset({"a"})), Applied()
    found = []
    for plan, public in ((planned, False), (planned, True), (planned, False), (planned, None), (not_planned, True), (not_planned, False)):
        Records(folder).add(plan, dataclasses.replace(seen(), public={"a": public}), {})
        found.append(Records(folder).applied.public)
    assert found == [frozenset(), *[frozenset({"a"})] * 4, frozenset()]


def test_writing_the_same_again_leaves_the_files_alone(tmp_path: Path) -> None:
    def write() -> dict[str, int]:
        Records(str(tmp_path)).add(applied(ONE, a=[ANN]), seen(ONE), {"g": ["ann"]})
        return {path.name: path.stat().st_ino for path in tmp_path.iterdir()}

    first = write()
    assert sorted(first) == sorted([APPLIED_MEMBERS, APPLIED_PLACEMENTS, APPLIED_PUBLIC, LAST_SHARES])
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
    assert read_members(None) == {}


@pytest.mark.parametrize("name", [APPLIED_PLACEMENTS, LAST_SHARES, APPLIED_MEMBERS])
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
        pytest.param(b'{"a": {"noarch": ["\\ud800"]}, "g": ["\\uD800"]}', id="half of a character"),
    ],
)
def test_a_damaged_record_is_a_warning_and_stays_as_it_is_until_a_person_decides(tmp_path: Path, name: str, content: bytes) -> None:
    observed = seen(ONE, shares={"a": (Share(USER, "ann", "r"),)})
    Records(str(tmp_path)).add(applied(ONE, a=[ANN]), observed, {"g": ["ann"]})
    (tmp_path / name).write_bytes(content)
    records = Records(str(tmp_path))
    assert records.warnings == [
        f"The record {tmp_path / name} is damaged; this step goes on without it and leaves the file as it is, and the next plan will "
        "stop: restore it from a backup, or remove the file to declare that there is none and that what was removed on AE5 may be sent "
        "again."
    ]
    found = {
        APPLIED_PLACEMENTS: records.applied.placements,
        LAST_SHARES: records.applied.shares,
        APPLIED_MEMBERS: records.members,
    }
    assert [key for key, value in found.items() if not value] == [name]
    records.add(applied(ONE, a=[ANN]), observed, {"g": ["ann"]})
    assert (tmp_path / name).read_bytes() == content
    with pytest.raises(MigrationError, match=f"^The record {tmp_path / name} is damaged, so it is not known what was removed on AE5; "):
        Records(str(tmp_path), strict=True)
    (tmp_path / name).unlink()
    Records(str(tmp_path), strict=True).add(applied(ONE, a=[ANN]), observed, {"g": ["ann"]})
    mended = Records(str(tmp_path))
    assert (mended.warnings, mended.applied, mended.members) == ([], applied(ONE, a=[ANN]), {"g": ["ann"]})


def test_records_that_cannot_be_written_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    records = Records(str(tmp_path / "file" / "records"))
    records.add(applied(ONE), seen(ONE), {})
    assert records.warnings == [
        f"The records in {tmp_path}/file/records cannot be written: Not a directory; the next run knows less of this one."
    ]


GIVEN_TEXT = """\
{"schema_version":1,"shares":{"ann":[{"access":"rw","user":"Ann"}],
"o/Devs":[{"access":"r","group":"Devs"},{"access":"r","user":"bob"}]}}
"""
FOUND_TEXT = '{"ann":[["user","ann"]],"o":[["group","Owners"],["user","eve"]]}\n'
GIVEN = {
    "ann": {("user", "ann"): Share(USER, "Ann", "rw")},
    "o/Devs": {("group", "Devs"): Share(GROUP, "Devs", "r"), ("user", "bob"): Share(USER, "bob", "r")},
}
FOUND = {"ann": frozenset({ANN}), "o": frozenset({("group", "Owners"), ("user", "eve")})}


def test_the_two_files_of_before_become_one(tmp_path: Path) -> None:
    (tmp_path / GIVEN_BEFORE).write_text(GIVEN_TEXT)
    (tmp_path / FOUND_BEFORE).write_text(FOUND_TEXT)
    warnings: list[str] = []
    first = LastShares(str(tmp_path), warnings)
    assert (first.given, first.found) == (GIVEN, FOUND)
    first.save()
    assert os.listdir(tmp_path) == [LAST_SHARES]
    again = LastShares(str(tmp_path), warnings)
    assert (again.given, again.found, warnings) == (GIVEN, FOUND, [])
    again.note("ann", Share(USER, "ann", "rw"), present=False)
    again.save()
    assert LastShares(str(tmp_path), warnings).given == {"o/Devs": GIVEN["o/Devs"]}
    assert Records(str(tmp_path)).applied.shares == FOUND


@pytest.mark.parametrize(("name", "text"), [(GIVEN_BEFORE, GIVEN_TEXT), (FOUND_BEFORE, FOUND_TEXT)])
def test_a_file_of_before_is_read_without_the_other_and_not_where_the_new_one_is(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    warnings: list[str] = []
    only = LastShares(str(tmp_path), warnings)
    assert (only.given, only.found) == ((GIVEN, {}) if name == GIVEN_BEFORE else ({}, FOUND))
    (tmp_path / LAST_SHARES).write_text('{"schema_version": 1, "channels": {}}')
    new = LastShares(str(tmp_path), warnings)
    assert (new.given, new.found, warnings) == ({}, {}, [])


DAMAGED = {
    "cut off": b'{"schema_version": 1, "sha',
    "without shares": b'{"schema_version": 1}',
    "another version": b'{"schema_version": 2, "channels": {}}',
    "a share that is none": b'{"schema_version": 1, "shares": {"a": [{"user": 5, "access": "r"}]}, "channels": {"a": {"given": [5]}}}',
}


@pytest.mark.parametrize("name", [GIVEN_BEFORE, LAST_SHARES])
@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_of_shares_is_named_wherever_it_is_read(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    warnings: list[str] = []
    assert LastShares(str(tmp_path), warnings).given == {}
    assert Records(str(tmp_path)).warnings == warnings
    assert [warning.split(" is damaged")[0] for warning in warnings] == [f"The record {tmp_path / name}"]
    assert "what was removed on AE5 may be sent again" in warnings[0]
    LastShares(str(tmp_path), []).save()
    Records(str(tmp_path)).add(applied(ONE), seen(ONE), {})
    assert (tmp_path / name).read_bytes() == content


def test_a_record_that_may_not_be_read_is_not_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str) -> os.stat_result:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "lstat", denied)
    assert len(Records(str(tmp_path)).warnings) == 4
    with pytest.raises(MigrationError, match="cannot be read"):
        Records(str(tmp_path), strict=True)
