# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of repodata between runs, each a process of its own; the lab's log tells what was sent again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module
from tests.unit.transfer.transfer_world import World

ROOT = Path(__file__).resolve().parents[3]
CODE = """
import json, sys
from tests.unit.module_runner import run_module
name, args, check = json.loads(sys.argv[1])
print(json.dumps(run_module(name, args, check=check)))
"""


class Process:
    """Runs of ``package_sync`` with a cache."""

    def __init__(self, world: World, lab: Ae5Lab, connection: dict[str, t.Any]) -> None:
        self.cache = world.root / "cache"
        self._lab = lab
        self._args = {
            **connection,
            "cache": str(self.cache),
            "placements": str(world.plan / "placements.jsonl"),
            "dump": str(world.dump),
            "results": str(world.results),
        }

    def __call__(self, check: bool = False, **given: t.Any) -> tuple[dict[str, t.Any], list[int]]:
        """The result and the status of each look at repodata."""
        self._lab.clear_log()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "collections")])}
        command = [sys.executable, "-c", CODE, json.dumps(["package_sync", {**self._args, **given}, check])]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        statuses = [record["status"] for record in self._lab.log() if record["path"].endswith("/repodata.json")]
        return json.loads(done.stdout.splitlines()[-1]), statuses


@pytest.fixture
def process(world: World, lab: Ae5Lab, connection: dict[str, t.Any]) -> Process:
    world.channel("owner")
    world.add("owner", "alpha")
    world.add("owner", "beta", subdir="noarch")
    plan = world.save()
    assert not run_module("channel", {**connection, "plan": plan, "phase": "create"})["failed"]
    return Process(world, lab, connection)


def test_the_next_process_gets_304_until_somebody_changes_the_channel(
    world: World, lab: Ae5Lab, process: Process, connection: dict[str, t.Any]
) -> None:
    result, _statuses = process()
    assert (result["failed"], result["summary"]["uploaded"]) == (False, 2)
    result, statuses = process()
    assert (result["changed"], result["summary"]["present"], statuses) == (False, 2, [304, 304])

    world.add("owner", "gamma")
    world.save()
    other = {**connection, "dump": str(world.dump), "results": str(world.results), "placements": str(world.plan / "placements.jsonl")}
    assert run_module("package_sync", other)["summary"]["uploaded"] == 1
    result, statuses = process()
    assert (result["changed"], result["summary"]["present"]) == (False, 3), "what another run brought is seen"
    assert sorted(statuses) == [200, 304]


def test_a_run_without_its_cache_does_the_same(process: Process) -> None:
    process()
    for path in process.cache.iterdir():
        path.write_bytes(b"\0")
    result, statuses = process()
    assert (result["changed"], result["summary"]["present"], statuses) == (False, 2, [200, 200])


def test_another_account_is_shown_what_the_cluster_shows_it(lab: Ae5Lab, process: Process) -> None:
    """The channel is private: the migrating account's view of it is not given to somebody else."""
    process()
    lab.seed(users=[{"username": "stranger", "password": "strange-1"}])
    result, statuses = process(username="stranger", password="strange-1")
    assert 304 not in statuses
    assert (result["failed"], result["summary"]["present"]) == (True, 0)


def test_check_mode_leaves_the_cache_alone(world: World, process: Process) -> None:
    process(check=True)
    assert not process.cache.exists()
    process()
    before = {path: path.stat().st_mtime_ns for path in process.cache.iterdir()}
    assert before
    _result, statuses = process(check=True)
    assert statuses == [304, 304]
    assert {path: path.stat().st_mtime_ns for path in process.cache.iterdir()} == before
