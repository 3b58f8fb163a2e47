# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of an inventory with a notebook host: in order, and with each of some things in the way."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest

from tests.e2e.world import PASSWORD, PEOPLE, World, fill_guide_site
from tests.lab.aen.host import PEOPLE as OWNERS
from tests.lab.aen.host import UNKNOWN_TO_AE5
from tests.lab.playbook import Run

HOST = "east-notebooks"
HERE = ("ssh", "python", "projects", "work_dir", "space", "tools", "git", "libraries")
ON_CLUSTER = ("archives", "impersonation", "owners", "projects_api", "solver")
NAMED = "anaconda-user-1"
"""An owner whose record Keycloak is asked for."""

Rows = dict[tuple[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[World]:
    world = World(tmp_path_factory.mktemp("preflight"), ["east"], notebooks=["east"])
    try:
        fill_guide_site(world.sites["east"])
        owners = [name for name in OWNERS if name not in UNKNOWN_TO_AE5]
        world.seed_people([name for name in PEOPLE["users"] if name not in owners], PEOPLE["groups"])
        world.cluster.seed(users=[{"username": name, "password": name, "roles": ["ae-creator"]} for name in owners])
        world.notebooks[HOST].lab.make_all()
        yield world
    finally:
        world.close()


def preflight(world: World, may: bool = True, **variables: t.Any) -> tuple[Run, Rows]:
    """A run, and its rows by host and check.  Nothing is changed, and nobody is acted as."""
    world.cluster.set(impersonation="ok" if may else "refused")
    run = world.run("preflight", **variables)
    assert world.writes() == []
    assert not [request for request in world.cluster.log() if request["path"].endswith("/impersonation")]
    assert run.total("changed") == 0
    assert PASSWORD not in run.output
    data = json.loads((world.reports / "preflight.json").read_text(encoding="utf-8"))
    return run, {(row["host"], row["check"]): row for row in data["rows"]}


def test_in_order(world: World) -> None:
    run, rows = preflight(world)
    assert run.returncode == 0, run.output
    assert [check for host, check in rows if host == HOST] == list(HERE)
    assert {check: rows[HOST, check]["verdict"] for check in HERE} == dict.fromkeys(HERE, "ok")
    lab = world.notebooks[HOST].lab
    assert f"{len(lab.specs)} projects of " in rows[HOST, "projects"]["evidence"]
    work_dir = world.root / "work" / "prod" / "hosts" / HOST / "notebooks"
    assert f"{work_dir} has " in rows[HOST, "space"]["evidence"]
    assert {check: rows["prod", check]["verdict"] for check in ON_CLUSTER} == {**dict.fromkeys(ON_CLUSTER, "ok"), "owners": "warning"}
    assert "(dave: AE5 has no user 'dave')" in rows["prod", "owners"]["evidence"]
    assert rows["prod", "impersonation"]["evidence"].startswith("kcadmin may act as 10 owners (")
    assert {rows["east", check]["verdict"] for check in ("user", "space", "login") if ("east", check) in rows} == {"ok"}

    mapped, rows = preflight(world, ae_user_map={"dave": "-"})
    assert mapped.returncode == 0, mapped.output
    assert rows["prod", "owners"]["verdict"] == "ok"
    assert "1 is without an AE5 user" in rows["prod", "owners"]["evidence"]


def bare_interpreter(world: World) -> str:
    """A Python without ruamel.yaml that finds no command."""
    hidden = world.root / "hidden" / "ruamel"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError('not here')\n")
    program = Path(world.root) / "python-without"
    program.write_text(f'#!/bin/sh\nPATH=/nonexistent PYTHONPATH={hidden.parent} exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("folder", {(HOST, "projects")}),
        ("interpreter", {(HOST, "libraries"), (HOST, "tools")}),
        ("administrator", {("prod", "impersonation")}),
        ("account", {("prod", "impersonation")}),
    ],
)
def test_what_is_in_the_way(world: World, what: str, where: set[tuple[str, str]]) -> None:
    given: dict[str, t.Any] = {}
    of_host = world.notebooks[HOST].variables
    if what == "folder":
        of_host["aen_projects_dir"] = "/nonexistent/projects"
    elif what == "interpreter":
        of_host["ansible_python_interpreter"] = bare_interpreter(world)
    elif what == "account":
        given = {"ae5_keycloak_username": "", "ae5_keycloak_password": ""}
    try:
        run, rows = preflight(world, may=what != "administrator", **given)
    finally:
        of_host.clear()
    assert run.returncode != 0
    assert {key for key, row in rows.items() if row["verdict"] == "blocking"} == where
    assert {host: recap["failed"] for host, recap in run.recap.items() if host != "localhost"} == {"east": 1, HOST: 1, "prod": 1}
    for key in where:
        assert rows[key]["advice"]
    if what == "folder":
        assert "/nonexistent/projects cannot be read: No such file or directory (as " in rows[HOST, "projects"]["evidence"]
        assert rows[HOST, "space"]["verdict"] == rows["prod", "owners"]["verdict"] == "unknown"
    if what == "interpreter":
        assert rows[HOST, "git"]["verdict"] == "warning"
        assert "4 projects with a .git will not be converted" in rows[HOST, "git"]["evidence"]
    if what == "account":
        assert rows["prod", "owners"]["verdict"] == "unknown"
