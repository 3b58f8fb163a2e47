# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Web sessions of the module project_upload: one login for each owner, each ended once, however the run goes."""

from __future__ import annotations

import collections

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import Platform
from tests.unit.notebooks.upload_world import Notebooks, rows

LOGINS = [{"username": name, "password": f"{name}-pw"} for name in ("ann", "bob")]


@pytest.fixture
def world(tmp_path):
    with Ae5Lab(tmp_path / "ae5") as lab:
        made = Notebooks(tmp_path / "converted", lab)
        for key in ("ann/one", "ann/two", "bob/one"):
            made.add(key, team=[("user", "carol", "r")])
        yield made


def alive(world):
    """Sessions that are open, by kind and user: of the platform and of Keycloak."""
    found = world.lab.parts.database.rows("SELECT kind, user FROM web_tokens WHERE kind IN ('session', 'sso')")
    return sorted((row["kind"], row["user"]) for row in found)


def count(world, route):
    """How often each user asked for it."""
    return dict(collections.Counter(record["user"] for record in world.lab.log() if record["route"] == route))


@pytest.mark.parametrize("options", [{}, {"logins": LOGINS}], ids=["impersonation", "own"])
@pytest.mark.parametrize("check", [False, True])
def test_each_owner_logs_in_once_and_out_once(world, options, check):
    result = world.run(check=check, **options)
    assert [state for _name, state in rows(result)] == ["uploaded"] * 3
    assert count(world, "web_login") == count(world, "web_logout") == {"ann": 1, "bob": 1}
    assert alive(world) == []
    assert result["warnings"] == []
    last = {}
    for number, record in enumerate(world.lab.log()):
        if record["user"] in ("ann", "bob"):
            last[record["user"]] = (number, record["route"])
    assert {route for _number, route in last.values()} == {"web_logout"}


@pytest.mark.parametrize(("logout", "questions"), [("keycloak", 0), ("own", 2)])
def test_a_platform_that_ends_its_own_session_only(world, logout, questions):
    world.lab.set(platform_logout=logout)
    result = world.run()
    assert not result["failed"]
    assert sum(count(world, "oidc_logout_confirm").values()) == questions
    assert alive(world) == []
    assert result["warnings"] == []


def test_a_session_that_cannot_be_ended_is_told_once_and_no_failure(world):
    world.lab.set(platform_logout="absent")
    result = world.run()
    assert not result["failed"]
    assert result["failures"] == []
    assert result["warnings"] == [
        "The web session of 2 owners (ann, bob) could not be ended (GET /logout at 127.0.0.1 failed with status 404: NOT FOUND); it will"
        " expire when it is idle."
    ]
    assert alive(world) == [("session", "ann"), ("session", "bob")]
    assert len([record for record in world.lab.log() if record["route"] == "web_logout"]) == 2


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 500}, {"action": "reset"}, {"action": "close_early"}])
def test_whatever_becomes_of_the_logout_the_run_stands(world, fault):
    world.lab.faults([{"path": "^/logout$|openid-connect/logout", **fault}])
    result = world.run()
    assert not result["failed"]
    assert [state for _name, state in rows(result)] == ["uploaded"] * 3
    assert len([record for record in world.lab.log() if record["route"] == "web_logout"]) == 2


def test_sessions_of_runs_that_fail_are_ended(world):
    world.lab.set(writes="fail")
    assert world.run()["failed"]
    assert count(world, "web_login") == count(world, "web_logout") == {"ann": 1, "bob": 1}
    assert alive(world) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_sessions_of_runs_that_are_broken_off_are_ended(world, monkeypatch, error):
    def broken(*_args, **_options):
        raise error

    monkeypatch.setattr(Projects, "upload", broken)
    with pytest.raises(error):
        world.run()
    assert count(world, "web_login") == count(world, "web_logout")
    assert alive(world) == []


def test_logins_that_are_refused_leave_nothing(world):
    world.lab.set(impersonation="refused")
    assert world.run()["failed"]
    assert world.run(logins=[{"username": "ann", "password": "wrong"}])["failed"]
    assert count(world, "web_logout") == {}
    assert alive(world) == []


def test_an_impersonation_that_comes_to_nothing_is_ended_at_keycloak(world):
    """Keycloak has a session of the owner before the platform has one."""
    world.lab.faults([{"path": "^/login$", "status": 403, "body": "<html>no</html>"}])
    result = world.run()
    assert "was refused at /login (status 403)" in result["msg"]
    assert count(world, "web_logout") == {}
    assert alive(world) == []


def test_sessions_that_the_platform_forgets_are_not_left_at_keycloak(world, monkeypatch):
    real = Projects.upload

    def upload(*args, **options):
        world.lab.expire_tokens("session")
        return real(*args, **options)

    monkeypatch.setattr(Projects, "upload", upload)
    assert [state for _name, state in rows(world.run(workers=1))] == ["uploaded"] * 3
    assert count(world, "web_login") == {"ann": 3, "bob": 2}
    assert alive(world) == []


def test_other_sessions_of_the_owner_stay(world):
    person = Platform(world.lab, "ann")
    person.log_in("ann-pw")
    before = alive(world)
    world.run()
    assert alive(world) == before == [("session", "ann"), ("sso", "ann")]
    assert {record["name"] for record in person.call("GET", "projects").json()} == {"one", "two"}


@pytest.mark.parametrize("check", [False, True])
def test_many_projects_of_one_owner_go_in_several_sessions_each_of_them_once(world, check):
    keys = [f"ann/many-{number:02}" for number in range(33)]
    for key in keys:
        world.add(key)
    result = world.run(check=check, only=["ann/many-*"], workers=8)
    assert rows(result) == [(key, "uploaded") for key in keys]
    assert count(world, "web_login") == count(world, "web_logout") == {"ann": 3}
    assert len([record for record in world.lab.writes() if record["route"] == "project_upload"]) == (0 if check else 33)


def test_who_is_not_let_in_is_told_once_for_all_projects(world):
    for number in range(30):
        world.add(f"zoe/many-{number:02}")
    result = world.run(only=["zoe/*"])
    assert {state for _name, state in rows(result)} == {"refused"}
    (sentence,) = result["failures"]
    assert sentence.startswith("30 projects of zoe not brought: AE5 has no user 'zoe'")
