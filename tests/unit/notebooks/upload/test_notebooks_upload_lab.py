# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module project_upload on an emulated cluster."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import TREE, Platform, tarball
from tests.unit.notebooks.upload_world import Notebooks, rows, second_run_is_silent

EDITED = {**TREE, "a.ipynb": b'{"edited": 1}'}


@pytest.fixture
def world(tmp_path):
    with Ae5Lab(tmp_path / "ae5") as lab:
        yield Notebooks(tmp_path / "converted", lab)


def test_what_was_converted_is_on_ae5(world):
    world.add("ann/demo")
    world.add("ann/other", {**TREE, "x": b"x"})
    world.add("bob/demo")
    world.refuse("bob/Quarterly Report", "The name has blanks.")
    result = world.run()
    assert not result["failed"]
    assert rows(result) == [
        ("ann/demo", "uploaded"),
        ("ann/other", "uploaded"),
        ("bob/Quarterly Report", "refused"),
        ("bob/demo", "uploaded"),
    ]
    assert result["projects"][2]["why"] == "The name has blanks."
    assert sorted(world.state()) == ["ann/demo", "ann/other", "bob/demo"]
    assert sorted(world.state()["ann/other"]["revisions"][0]["files"]) == sorted([*TREE, "x", ".gitattributes", ".gitignore"])
    assert world.writes() == [("project_upload", 201)] * 3
    users = {(record["route"], record["user"]) for record in world.lab.log() if record["write"]}
    assert users == {("project_upload", "ann"), ("project_upload", "bob")}
    size = world.conversions["ann/demo"].bytes
    assert f"+ project ann/demo (3 files, {size} B)\n" in result["diff"][0]["prepared"]
    summary = result["summary"]
    assert summary["bytes_uploaded"] == sum(item.bytes for item in world.conversions.values())
    assert {key: summary[key] for key in ("projects", "uploaded", "refused")} == {"projects": 4, "uploaded": 3, "refused": 1}
    again = second_run_is_silent(world)
    assert [state for _name, state in rows(again)] == ["present", "present", "refused", "present"]
    assert [record["route"] for record in world.lab.log()].count("project_list") == 2


def test_check_mode_tells_the_same_and_writes_nothing(world):
    world.add("ann/demo", team=[("user", "bob", "rw"), ("user", "ghost", "r"), ("group", "devs", "r")])
    world.add("ann/there")
    world.run(only=["ann/there"], projects=None)
    world.add("ann/there", team=[("user", "carol", "r")])
    world.lab.clear_log()
    predicted = world.run(check=True)
    assert world.writes() == []
    assert sorted(world.state()) == ["ann/there"]
    real = world.run()
    for key in ("changed", "failed", "failures", "projects", "diff", "warnings"):
        assert predicted[key] == real[key], key
    assert predicted["changed"]
    assert rows(real) == [("ann/demo", "uploaded"), ("ann/there", "present")]


@pytest.mark.parametrize("switches", [{"project_storage": "verbatim"}, {"project_links": "kept"}, {"project_list_shape": "data"}])
def test_how_ae5_keeps_a_project_is_no_difference(world, switches):
    world.lab.set(**switches)
    world.add("ann/demo")
    assert rows(world.run()) == [("ann/demo", "uploaded")]
    result = second_run_is_silent(world)
    assert rows(result) == [("ann/demo", "present")]
    assert result["projects"][0]["notes"] == []


def test_a_project_that_was_edited_is_reported_and_nothing_sent(world):
    world.add("ann/demo")
    world.add("ann/same")
    world.run()
    world.add("ann/demo", {**EDITED, "new.py": b""})
    result = second_run_is_silent(world)
    assert rows(result) == [("ann/demo", "conflict"), ("ann/same", "present")]
    assert not result["failed"]
    assert "1 file with another content (a.ipynb), 1 file not there (new.py)" in result["projects"][0]["why"]
    assert result["warnings"] == [
        "1 project (ann/demo) differs from what AE5 has under its name, and nothing was sent; the rows list the files."
    ]


def test_under_a_new_name(world):
    world.add("ann/demo")
    world.add("ann/demo-2", {"taken.py": b""})
    world.run()
    world.add("ann/demo", EDITED)
    assert rows(world.run(check=True, project_conflict="new_name")) == [("ann/demo-3", "uploaded"), ("ann/demo-2", "present")]
    result = world.run(project_conflict="new_name")
    assert rows(result) == [("ann/demo-3", "uploaded"), ("ann/demo-2", "present")]
    assert result["projects"][0]["project"] == "ann/demo"
    assert "a copy beside it" in result["projects"][0]["why"]
    assert rows(second_run_is_silent(world, project_conflict="new_name"))[0] == ("ann/demo-3", "present")
    assert len(world.state()["ann/demo"]["revisions"]) == 1
    world.add("ann/demo", {"third.py": b""})
    assert rows(world.run(project_conflict="new_name"))[0] == ("ann/demo-4", "uploaded")


def test_a_copy_takes_no_name_that_is_meant_for_another_project(world):
    world.add("ann/demo")
    world.run()
    world.add("ann/demo", EDITED)
    world.add("ann/demo-2", {"not yet there.py": b""})
    result = world.run(project_conflict="new_name", only=["ann/demo"])
    assert rows(result) == [("ann/demo-3", "uploaded")]


@pytest.mark.parametrize("conflict", ["report", "new_name"])
def test_a_project_that_was_edited_on_ae5_is_left_so(world, conflict):
    world.add("ann/demo", team=[("user", "bob", "r")])
    world.run(projects=None)
    tool = Platform(world.lab, "ann")
    tool.log_in("ann-pw")
    world.lab.set(project_again="revision")
    for number in (1, 2):
        tool.make("demo", tarball({**EDITED, "number": str(number).encode()}))
    world.lab.set(project_again="refused")
    world.lab.clear_log()
    result = world.run(project_conflict=conflict)
    assert rows(result) == [("ann/demo", "present")]
    assert result["projects"][0]["notes"] == ["It was edited on AE5 after the upload; this was not changed."]
    assert world.writes() == [("collaborator_put", 200)]
    world.add("ann/demo", {"edited_on_ae4.py": b""})
    expected = [("ann/demo", "conflict")] if conflict == "report" else [("ann/demo-2", "uploaded")]
    assert rows(world.run(project_conflict=conflict)) == expected


@pytest.mark.parametrize("answer", ["reason", "body", "ok"])
@pytest.mark.parametrize(("tree", "state"), [(TREE, "present"), (EDITED, "conflict")])
def test_somebody_else_was_faster(world, answer, tree, state):
    world.lab.set(unique_answer=answer)
    world.add("ann/demo")
    tool = Platform(world.lab, "ann")
    tool.log_in("ann-pw")
    tool.make("demo", tarball(tree))
    world.lab.faults([{"method": "GET", "path": "/api/v2/projects$", "nth": 1, "status": 200, "body": []}])
    world.lab.clear_log()
    result = world.run()
    assert rows(result) == [("ann/demo", state)]
    assert world.writes() == [("project_upload", 200 if answer == "ok" else 400)]
    assert not result["changed"]


def test_a_refusal_in_ae5s_words_that_is_answered_with_200(world):
    world.add("ann/demo")
    world.add("ann/other")
    body = {"error": {"message": "The storage is read-only."}}
    world.lab.faults([{"method": "POST", "path": "upload", "nth": 1, "status": 200, "body": body}])
    result = world.run()
    assert rows(result) == [("ann/demo", "refused"), ("ann/other", "uploaded")]
    assert result["failures"] == ["AE5 refused the project ann/demo (The storage is read-only); correct what it says, and run again."]


def test_a_name_that_is_taken_and_not_listed(world):
    world.add("ann/demo")
    world.run()
    world.lab.faults([{"method": "GET", "path": "/api/v2/projects$", "status": 200, "body": []}])
    result = world.run()
    assert rows(result) == [("ann/demo", "refused")]
    assert "does not list it" in result["failures"][0]


# -- refused before a byte is sent


def test_a_large_project_is_refused_before_a_byte_is_sent(world):
    conversion = world.add("ann/demo")
    path = world.root / conversion.archive
    with open(path, "wb") as stream:
        stream.truncate(1_200_000_000)
    result = world.run()
    assert rows(result) == [("ann/demo", "refused")]
    assert "its archive has 1.2 GB, over the 1.0 GB that AE5 accepts; put large data elsewhere" in result["failures"][0]
    assert world.writes() == []


@pytest.mark.parametrize("name", ["Quarterly Report", "a+b"])
def test_a_name_that_ae5_does_not_take_is_refused_before_a_byte_is_sent(world, name):
    world.add(f"ann/{name}")
    result = world.run()
    assert [state for _name, state in rows(result)] == ["refused"]
    assert "ae_notebook_project_names" in result["failures"][0]
    assert world.writes() == []


def test_an_archive_that_is_not_the_one_that_was_converted(world):
    path = world.root / world.add("ann/demo").archive
    path.write_bytes(path.read_bytes() + b"more")
    assert "convert the project again" in world.run()["msg"]
    assert world.writes() == []
    content = bytearray(path.read_bytes()[:-4])
    content[20] ^= 1
    path.write_bytes(bytes(content))
    result = world.run()
    assert rows(result) == [("ann/demo", "refused")]
    assert "has a digest other than in conversions.jsonl" in result["msg"]
    assert world.state() == {}
    path.unlink()
    assert "cannot be read (No such file or directory)" in world.run()["msg"]


def test_results_are_written_except_in_check_mode(world, tmp_path):
    world.add("ann/demo")
    target = tmp_path / "out" / "uploads.jsonl"
    assert "report_path" not in world.run(check=True, results=str(target))
    assert not target.exists()
    result = world.run(results=str(target))
    assert result["report_path"] == str(target)
    found = [json.loads(line) for line in target.read_text().splitlines()]
    assert [{key: value for key, value in row.items() if key not in ("seen", "tree", "proofs")} for row in found] == result["projects"]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["seen"]) for row in found)


def test_a_run_over_some_keeps_the_rows_of_the_others(world, tmp_path):
    world.add("ann/demo")
    world.add("bob/other")
    target = tmp_path / "uploads.jsonl"
    world.run(results=str(target))
    before = [json.loads(line) for line in target.read_text().splitlines()]
    world.run(results=str(target), only=["bob/*"])
    after = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["state"] for row in after] == ["uploaded", "present"]
    assert after[0] == before[0]


def test_check_mode_needs_no_archives(world):
    for key in ("ann/demo", "bob/new", "bob/other"):
        world.add(key)
    world.run(only=["ann/demo", "bob/other"])
    world.add("bob/other", {"other.txt": b"edited"})
    for path in world.root.glob("*/*.tar.gz"):
        path.unlink()
    result = world.run(check=True)
    assert rows(result) == [("ann/demo", "present"), ("bob/new", "uploaded"), ("bob/other", "conflict")]
    assert "differs from the one of AE4 in some file" in result["projects"][2]["why"]
    assert {row["state"] for row in world.run()["projects"]} == {"refused"}, "what is really sent must be there"


def test_what_the_inventory_excludes_is_neither_sent_nor_a_failure(world):
    world.add("ann/demo")
    world.conversions["ann/demo"] = dataclasses.replace(world.conversions["ann/demo"], state="excluded", reason="It is excluded.")
    result = world.run()
    assert rows(result) == [("ann/demo", "excluded")]
    assert (result["failures"], result["summary"]["excluded"], world.writes()) == ([], 1, [])


def test_options_that_make_no_sense(world):
    world.add("ann/demo")
    assert "max_bytes must be at least 1" in world.run(max_bytes=0)["msg"]
    assert "wait must not be negative" in world.run(wait=-1)["msg"]
