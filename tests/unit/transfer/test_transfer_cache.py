# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of repodata between runs, also of processes of their own; the lab's log tells what was sent again."""

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


class Runs:
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

    def __call__(self, check: bool = False, process: bool = False, **given: t.Any) -> tuple[dict[str, t.Any], list[int]]:
        """The result and the status of each look at repodata; ``process``: in one of its own, which takes two seconds."""
        self._lab.clear_log()
        args = {**self._args, **given}
        result = self._in_process(args, check) if process else run_module("package_sync", args, check=check)
        return result, [record["status"] for record in self._lab.log() if record["path"].endswith("/repodata.json")]

    @staticmethod
    def _in_process(args: dict[str, t.Any], check: bool) -> t.Any:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "collections")])}
        command = [sys.executable, "-c", CODE, json.dumps(["package_sync", args, check])]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def runs(world: World, lab: Ae5Lab, connection: dict[str, t.Any]) -> Runs:
    world.channel("owner")
    world.add("owner", "alpha")
    world.add("owner", "beta", subdir="noarch")
    plan = world.save()
    assert not run_module("channel", {**connection, "plan": plan})["failed"]
    return Runs(world, lab, connection)


def test_the_next_process_gets_304_until_somebody_changes_the_channel(
    world: World, lab: Ae5Lab, runs: Runs, connection: dict[str, t.Any]
) -> None:
    result, _statuses = runs(process=True)
    assert (result["failed"], result["summary"]["uploaded"]) == (False, 2)
    result, statuses = runs(process=True)
    assert (result["changed"], result["summary"]["present"], statuses) == (False, 2, [304, 304])

    world.add("owner", "gamma")
    world.save()
    other = {**connection, "dump": str(world.dump), "results": str(world.results), "placements": str(world.plan / "placements.jsonl")}
    assert run_module("package_sync", other)["summary"]["uploaded"] == 1
    result, statuses = runs(process=True)
    assert (result["changed"], result["summary"]["present"]) == (False, 3), "what another run brought is seen"
    assert sorted(statuses) == [200, 304]


def test_a_run_without_its_cache_does_the_same(runs: Runs) -> None:
    runs()
    for path in runs.cache.iterdir():
        path.write_bytes(b"\0")
    result, statuses = runs()
    assert (result["changed"], result["summary"]["present"], statuses) == (False, 2, [200, 200])


def test_another_account_is_shown_what_the_cluster_shows_it(lab: Ae5Lab, runs: Runs) -> None:
    """The channel is private: the migrating account's view of it is not given to somebody else."""
    runs()
    lab.seed(users=[{"username": "stranger", "password": "strange-1"}])
    result, statuses = runs(username="stranger", password="strange-1")
    assert 304 not in statuses
    assert (result["failed"], result["summary"]["present"]) == (True, 0)


def test_check_mode_leaves_the_cache_alone(world: World, runs: Runs) -> None:
    runs(check=True)
    assert not runs.cache.exists()
    runs()
    before = {path: path.stat().st_mtime_ns for path in runs.cache.iterdir()}
    assert before
    _result, statuses = runs(check=True)
    assert statuses == [304, 304]
    assert {path: path.stat().st_mtime_ns for path in runs.cache.iterdir()} == before
