# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module project_upload on an emulated cluster."""

from __future__ import annotations

import dataclasses
import json
import re
import tracemalloc

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import TREE, Platform, tarball
from tests.unit.notebooks.upload_world import Notebooks, rows

EDITED = {**TREE, "a.ipynb": b'{"edited": 1}'}


@pytest.fixture
def world(tmp_path):
    with Ae5Lab(tmp_path / "ae5") as lab:
        yield Notebooks(tmp_path / "converted", lab)


def second_run_is_silent(world, **options):
    """Runs again: nothing is written, every project is there."""
    world.lab.clear_log()
    result = world.run(**options)
    assert world.writes() == []
    assert not result["changed"]
    assert result["summary"]["uploaded"] == 0
    assert "diff" not in result
    return result


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
    assert sorted(world.state()["ann/other"]["revisions"][0]["files"]) == sorted([*TREE, "x"])
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


@pytest.mark.parametrize(
    "switches", [{"project_extras": "added"}, {"project_storage": "verbatim"}, {"project_links": "kept"}, {"project_list_shape": "data"}]
)
def test_how_ae5_keeps_a_project_is_no_difference(world, switches):
    world.lab.set(**switches)
    world.add("ann/demo")
    assert rows(world.run()) == [("ann/demo", "uploaded")]
    result = second_run_is_silent(world)
    assert rows(result) == [("ann/demo", "present")]
    assert ("AE5 added .gitattributes and .gitignore." in result["projects"][0]["notes"]) == ("project_extras" in switches)


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
        "1 project (ann/demo) differs from what AE5 has under its name, and nothing was sent; the rows say in which files."
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
    assert result["projects"][0]["notes"] == ["On AE5 it was edited since it was brought; that was left so."]
    assert world.writes() == [("collaborator_put", 200)]
    world.add("ann/demo", {"edited_on_ae4.py": b""})
    expected = [("ann/demo", "conflict")] if conflict == "report" else [("ann/demo-2", "uploaded")]
    assert rows(world.run(project_conflict=conflict)) == expected


@pytest.mark.parametrize("answer", ["reason", "body"])
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
    assert world.writes() == [("project_upload", 400)]
    assert not result["changed"]


def test_a_name_that_is_taken_and_not_listed(world):
    world.add("ann/demo")
    world.run()
    world.lab.faults([{"method": "GET", "path": "/api/v2/projects$", "status": 200, "body": []}])
    result = world.run()
    assert rows(result) == [("ann/demo", "refused")]
    assert "lists none of that name" in result["failures"][0]


# -- refused before a byte is sent


def test_a_large_project_is_refused_before_a_byte_is_sent(world):
    conversion = world.add("ann/demo")
    path = world.root / conversion.archive
    with open(path, "wb") as stream:
        stream.truncate(1_200_000_000)
    result = world.run()
    assert rows(result) == [("ann/demo", "refused")]
    assert "its archive has 1.2 GB, over the 1.0 GB that AE5 takes; put large data elsewhere" in result["failures"][0]
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
    assert "has other bytes than conversions.jsonl says" in result["msg"]
    assert world.state() == {}
    path.unlink()
    assert "cannot be read (No such file or directory)" in world.run()["msg"]


# -- what AE5 refuses


def test_an_owner_without_the_role(world):
    world.add("carol/demo")
    result = world.run()
    assert rows(result) == [("carol/demo", "refused")]
    assert "carol lacks the role ae-creator); give carol the role ae-creator" in result["msg"]
    assert world.writes() == [("project_upload", 403)]


def test_a_limit_of_ae5_that_is_lower_than_ours(world):
    world.lab.set(project_max_bytes=10)
    world.add("ann/demo")
    result = world.run()
    assert rows(result) == [("ann/demo", "refused")]
    assert "is too large; put large data elsewhere" in result["msg"]


def test_owners_whom_ae5_does_not_know(world):
    world.add("zoe/one")
    world.add("zoe/two")
    world.add("ann/demo")
    result = world.run()
    assert rows(result) == [("ann/demo", "uploaded"), ("zoe/one", "refused"), ("zoe/two", "refused")]
    assert result["failures"] == [
        "2 projects of zoe not brought: AE5 has no user 'zoe'; create that user, or say who the owner is on AE5 with ae_user_map."
    ]
    world.lab.seed(users=[{"username": "zoe", "password": "zoe-pw"}])
    world.lab.parts.identity.change_user("zoe", enabled=False)
    assert "is disabled" in world.run()["msg"]


def test_an_impersonation_that_is_refused_and_an_own_login(world):
    world.lab.set(impersonation="refused")
    for name in ("one", "two"):
        world.add(f"ann/{name}")
        world.add(f"bob/{name}")
    result = world.run(logins=[{"username": "Ann", "password": "ann-pw"}])
    assert rows(result) == [("ann/one", "uploaded"), ("ann/two", "uploaded"), ("bob/one", "refused"), ("bob/two", "refused")]
    assert len(result["failures"]) == 1
    assert "2 projects of bob not brought: Keycloak at 127.0.0.1 does not let keycloak_username act as bob" in result["msg"]
    nobody = world.run(keycloak_username=None, keycloak_password=None, only=["bob/*"])
    assert "There is no way to log in as bob" in nobody["msg"]
    mine = {"keycloak_username": None, "keycloak_password": None, "username": "bob", "password": "bob-pw"}
    assert rows(world.run(**mine, only=["bob/*"])) == [("bob/one", "uploaded"), ("bob/two", "uploaded")]


def test_an_own_password_that_is_wrong(world):
    world.add("ann/demo")
    result = world.run(logins=[{"username": "ann", "password": "not-hers"}])
    assert rows(result) == [("ann/demo", "refused")]
    assert "Invalid username or password" in result["msg"]


def test_no_secret_comes_out(world):
    world.add("ann/demo")
    world.add("bob/demo")
    admin = world.lab.switches.keycloak_admin_password
    for options in ({}, {"url": world.lab.url}):
        result = world.run(logins=[{"username": "ann", "password": "ann-pw"}], **options)
        assert not result["failed"]
        for secret in ("ann-pw", admin):
            assert secret not in json.dumps(result)
    assert result["invocation"]["module_args"]["logins"][0]["username"] == "ann"


# -- what goes wrong on the way


def test_an_action_that_fails_leaves_a_project_that_is_named(world):
    world.lab.set(action_result="error")
    world.add("ann/demo")
    result = world.run()
    assert rows(result) == [("ann/demo", "failed")]
    assert result["changed"]
    assert "AE5 could not make the project ann/demo from the archive: the project could not be made" in result["msg"]
    assert "a project ann/demo without content is left on AE5, delete it there before the next run." in result["msg"]
    world.lab.set(action_result="ok")
    world.lab.clear_log()
    again = world.run()
    assert "delete it there before the next run" in again["msg"]
    assert world.writes() == []


def test_an_action_that_fails_and_leaves_nothing(world):
    world.lab.set(action_result="error", failed_project="gone")
    world.add("ann/demo")
    result = world.run()
    assert rows(result) == [("ann/demo", "failed")]
    assert "is left on AE5" not in result["msg"]
    world.lab.set(action_result="ok")
    assert rows(world.run()) == [("ann/demo", "uploaded")]


def test_an_action_that_never_ends(world):
    world.lab.set(action_result="never")
    world.add("ann/demo")
    result = world.run(wait=7)
    assert rows(result) == [("ann/demo", "failed")]
    assert "after 7 seconds; run again later" in result["msg"]
    assert sum(world.slept) == 7
    assert rows(second_run_is_silent(world)) == [("ann/demo", "present")]


def test_a_revision_that_shows_late(world):
    world.lab.set(revision_delay=5)
    world.add("ann/demo")
    assert rows(world.run()) == [("ann/demo", "uploaded")]
    world.lab.set(revision_delay=500)
    world.add("ann/later")
    assert "has no revision" in world.run()["msg"]


@pytest.mark.parametrize("answer", ["401", "redirect", "page"])
def test_sessions_that_end_in_the_middle(world, answer, monkeypatch):
    world.lab.set(session_answer=answer)
    for name in ("one", "two", "three"):
        world.add(f"ann/{name}")
    real = Projects.upload

    def upload(*args, **options):
        world.lab.expire_tokens("session")
        world.lab.expire_tokens("sso")
        return real(*args, **options)

    monkeypatch.setattr(Projects, "upload", upload)
    result = world.run()
    assert [state for _name, state in rows(result)] == ["uploaded"] * 3
    assert [record["route"] for record in world.lab.log()].count("web_login") == 4


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ({"status": 503, "nth": 1}, [503, 201]),
        ({"status": 504, "nth": 1, "effect": True}, [504]),
        ({"status": 429, "nth": 1, "headers": {"Retry-After": "3"}}, [429, 201]),
        ({"action": "reset", "nth": 1}, [0, 201]),
        ({"action": "close_early", "nth": 1}, [201]),
    ],
)
def test_an_upload_whose_end_nobody_knows(world, fault, sent):
    world.lab.faults([{"method": "POST", "path": "/api/v2/projects/upload", **fault}])
    world.add("ann/demo")
    result = world.run()
    assert rows(result) == [("ann/demo", "uploaded")]
    assert result["changed"]
    assert [status for _route, status in world.writes()] == sent
    assert list(world.state()) == ["ann/demo"]


def test_a_cluster_that_refuses_every_write(world):
    world.lab.set(writes="fail")
    world.add("ann/demo")
    world.add("bob/demo")
    result = world.run()
    assert rows(result) == [("ann/demo", "failed"), ("bob/demo", "failed")]
    assert len(result["failures"]) == 2
    assert "500" in result["failures"][0]


def test_a_cluster_that_is_gone(world):
    world.add("ann/demo")
    result = world.run(url="http://127.0.0.1:1")
    assert "cannot be reached" in result["msg"]


def test_what_ae5_gives_out_is_not_what_was_sent(world):
    world.add("ann/demo", {**TREE, ".git/HEAD": b"ref"})  # git storage drops it
    result = world.run()
    assert rows(result) == [("ann/demo", "failed")]
    assert "differs in 1 file not there (.git/HEAD)" in result["msg"]
    assert rows(world.run())[0] == ("ann/demo", "conflict")


def test_a_large_upload_in_little_memory(world, monkeypatch):
    import random

    world.add("ann/demo", {"data.bin": random.Random(1).randbytes(24_000_000)})  # noqa: S311 - filler
    real, peaks = Projects.upload, []

    def upload(*args, **options):
        tracemalloc.start()
        try:
            return real(*args, **options)
        finally:
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()

    monkeypatch.setattr(Projects, "upload", upload)
    assert rows(world.run()) == [("ann/demo", "uploaded")]
    assert peaks[0] < 16_000_000  # the emulated cluster, in the same process, is in it too


def test_results_are_written_except_in_check_mode(world, tmp_path):
    world.add("ann/demo")
    target = tmp_path / "out" / "uploads.jsonl"
    assert "report_path" not in world.run(check=True, results=str(target))
    assert not target.exists()
    result = world.run(results=str(target))
    assert result["report_path"] == str(target)
    found = [json.loads(line) for line in target.read_text().splitlines()]
    assert [{key: value for key, value in row.items() if key not in ("seen", "tree")} for row in found] == result["projects"]
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
