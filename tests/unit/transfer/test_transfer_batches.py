# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several files in one command of the client: how many commands that makes, and what becomes of the files when one goes wrong."""

from __future__ import annotations

import json
import shlex
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import cli_transport
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages import upload
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.sync import SyncResult, sync
from tests.lab.ae5.server import Ae5Lab
from tests.unit.ae5.ae5_params import params
from tests.unit.http_script import NoSleep
from tests.unit.module_runner import run_module
from tests.unit.transfer.transfer_world import World, options

WRAPPER = """#!/bin/sh
printf '%s\\n' "$*" >> {log}
if [ "$1" = upload ] && [ "$3" != --channel ] && [ "$2" != --help ]; then
  for last in "$@"; do :; done
  case $(cat {mode}) in
    hang) exec sleep 600 ;;
    first) exec {real} upload "$2" --channel "$last" ;;
  esac
fi
exec {real} "$@"
"""


class Counted:
    """The lab's client behind a script that counts, and that plays a trick on commands with several files."""

    def __init__(self, folder: Path, lab: Ae5Lab) -> None:
        self.lab = lab
        self.path = folder / "anaconda-enterprise-cli"
        self._log, self._mode = folder / "commands", folder / "mode"
        self.trick("none")
        words = {"log": self._log, "mode": self._mode, "real": lab.cli}
        self.path.write_text(WRAPPER.format(**{name: shlex.quote(str(value)) for name, value in words.items()}))
        self.path.chmod(0o755)

    def trick(self, mode: str) -> None:
        self._mode.write_text(mode)

    @property
    def uploads(self) -> list[int]:
        """For each upload command since the last look the number of files it was given."""
        commands = [line.split() for line in self._log.read_text().splitlines()] if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return [len(words) - 3 for words in commands if words[0] == "upload" and "--help" not in words]

    def sync(self, world: World, workers: int = 1, **given: t.Any) -> SyncResult:
        login = {key: value for key, value in options(self.lab, "cli").items() if key not in given}
        connection = params(**{**login, "access_token": None, "workers": workers, "cli": str(self.path), **given})
        with connect(connection, False) as cluster:
            cluster.http.sleep = NoSleep()
            return sync(cluster, iter(world.placements), str(world.dump), str(world.results), sleep=NoSleep())


@pytest.fixture
def client(tmp_path: Path, lab: Ae5Lab) -> Counted:
    lab.set(cli_abilities="rich")
    for name in ("a", "b"):
        lab.seed(channels=[{"name": name, "owner": "migrator", "privacy": "private"}])
    return Counted(tmp_path, lab)


def rows(world: World) -> dict[str, str]:
    lines = [json.loads(line) for line in world.results.read_text().splitlines()]
    return {line["file"]: line["outcome"] for line in lines}


def files_in(lab: Ae5Lab, channel: str) -> list[str]:
    return sorted(file["file"] for file in lab.state()["channels"][channel]["files"])


def test_several_files_go_into_one_command(world: World, lab: Ae5Lab, client: Counted) -> None:
    files = [world.add("a", f"p{number:02}").file for number in range(12)]
    result = client.sync(world, workers=4)
    assert (result.failures, set(rows(world).values())) == ([], {"uploaded"})
    assert client.uploads == [3, 3, 3, 3], "each worker has one"
    assert files_in(lab, "a") == files
    lab.clear_log()
    assert client.sync(world, workers=4).outcomes["present"] == 12
    assert (client.uploads, lab.writes()) == ([], [])


def test_a_documented_client_gets_one_file_a_command(world: World, lab: Ae5Lab, client: Counted) -> None:
    lab.set(cli_abilities="minimal")
    for number in range(5):
        world.add("a", f"p{number}")
    assert client.sync(world).outcomes["uploaded"] == 5
    assert client.uploads == [1] * 5


def test_a_corrupted_file_is_not_given_to_the_client_and_holds_up_no_other(world: World, lab: Ae5Lab, client: Counted) -> None:
    good, bad, other = (world.add("a", name) for name in ("x", "y", "z"))
    (world.dump / bad.path).write_bytes(b"\0" * bad.size)
    result = client.sync(world)
    assert rows(world) == {good.file: "uploaded", bad.file: "quarantined", other.file: "uploaded"}
    assert client.uploads == [2]
    assert len(result.failures) == 1
    assert "is corrupted" in result.failures[0]
    assert files_in(lab, "a") == [good.file, other.file]


def test_a_file_that_the_cluster_refuses_is_tried_by_itself_and_named(world: World, lab: Ae5Lab, client: Counted) -> None:
    """Its bytes are the planned ones, and no package: the cluster says 400."""
    placements = [world.add("a", name) for name in ("v", "w", "x", "y")]
    bad = replaced(world, placements[1], b"this is no archive")
    result = client.sync(world)
    assert client.uploads == [4, 1]
    assert [name for name, outcome in rows(world).items() if outcome != "uploaded"] == [bad.file]
    assert len(result.failures) == 1
    assert result.failures[0].startswith(f"linux-64/{bad.file} is not in channel a: The command 'anaconda-enterprise-cli upload ")


def test_a_file_that_the_cluster_failed_on_is_sent_again_alone(world: World, lab: Ae5Lab, client: Counted) -> None:
    for name in ("v", "w", "x", "y"):
        world.add("a", name)
    lab.faults([{"method": "POST", "path": "/artifacts$", "nth": 2, "status": 500}])
    assert client.sync(world).failures == []
    assert client.uploads == [4, 1]
    assert set(rows(world).values()) == {"uploaded"}


def test_a_command_that_hangs_is_ended_and_its_files_are_sent_one_by_one(
    world: World, client: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("x", "y", "z"):
        world.add("a", name)
    client.trick("hang")
    monkeypatch.setattr(cli_transport, "seconds_for", lambda files, _size: -29.5 if files > 1 else 0.0)
    assert client.sync(world, timeout=30).failures == []
    assert client.uploads == [3, 1, 1, 1]
    assert set(rows(world).values()) == {"uploaded"}


def test_a_client_that_sends_only_the_first_file_and_says_nothing_is_found_out(world: World, client: Counted) -> None:
    for name in ("x", "y", "z"):
        world.add("a", name)
    client.trick("first")
    assert client.sync(world).failures == []
    assert client.uploads == [3, 1, 1]
    assert set(rows(world).values()) == {"uploaded"}


def test_a_token_that_ends_within_a_command_leaves_its_files_for_a_new_one(world: World, lab: Ae5Lab, client: Counted) -> None:
    for channel in ("a", "b"):
        for name in ("x", "y"):
            world.add(channel, name)

    def mover() -> dict[str, t.Any]:
        token = run_module("access_token", options(lab, "api"))["access_token"]
        return {"username": None, "password": None, "access_token": token}

    refused = {"method": "POST", "path": "/artifacts$", "status": 401, "body": {"error": {"message": "token expired"}}}
    lab.faults([{**refused, "nth": number} for number in (3, 4)])
    first = client.sync(world, **mover())
    assert (first.unfinished, first.outcomes["uploaded"], first.failures) == (2, 2, [])
    again = client.sync(world, **mover())
    assert (again.unfinished, again.outcomes["uploaded"], again.outcomes["present"], again.failures) == (0, 2, 2, [])
    assert client.uploads == [2, 2, 2]


def test_no_command_is_given_more_than_the_tokens_life_suffices_for(world: World, lab: Ae5Lab, client: Counted) -> None:
    lab.set(token_seconds=60)
    for number in range(60):
        world.add("a", f"p{number}")
    batches = list(upload.batches(world.placements, 1, lambda: 20.0))
    assert [len(batch) for batch in batches] == [19, 19, 19, 3]
    assert [len(batch) for batch in upload.batches(world.placements, 1, lambda: 0.0)] == [1] * 60


def test_a_command_is_bounded_in_files_bytes_and_channels(world: World) -> None:
    mine = [Placement(channel, "east", "o", "p", f"{n}.conda", "noarch", 10, None, None, "o/p") for n in range(70) for channel in "ab"]
    sizes = [[placement.channel for placement in batch] for batch in upload.batches(mine, 1, lambda: 1e9)]
    assert sizes == [["a"] * 50, ["a"] * 20, ["b"] * 50, ["b"] * 20]
    big = [Placement("a", "east", "o", "p", f"{n}.conda", "noarch", size, None, None, "o/p") for n, size in enumerate((60, 60, 60, 300, 5))]
    bounded = [[placement.size >> 20 for placement in batch] for batch in upload.batches([megabytes(p) for p in big], 1, lambda: 1e9)]
    assert bounded == [[60, 60], [60], [300], [5]]


def megabytes(placement: Placement) -> Placement:
    return Placement.from_json({**placement.to_json(), "size": placement.size << 20})


def replaced(world: World, placement: Placement, content: bytes) -> Placement:
    """The placement of other bytes under the same name, which the plan knows."""
    path = world.dump / placement.path
    path.write_bytes(content)
    new = Placement.from_json({**placement.to_json(), "size": len(content), "md5": None, "sha256": None})
    world.placements[world.placements.index(placement)] = new
    return new
