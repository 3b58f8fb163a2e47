# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AE5 refuses of the module project_upload, and what breaks on the way."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import TREE
from tests.unit.notebooks.upload_world import Notebooks, rows, second_run_is_silent


@pytest.fixture
def world(tmp_path):
    with Ae5Lab(tmp_path / "ae5") as lab:
        yield Notebooks(tmp_path / "converted", lab)


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
        "2 projects of zoe not brought: AE5 has no user 'zoe'; create that user, or map the owner to an AE5 user with ae_user_map."
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
