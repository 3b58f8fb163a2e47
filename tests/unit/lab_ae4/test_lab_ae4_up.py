# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.lab``: the whole lab as background processes, with the demo world in it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import requests

from tests.lab.ae4.store import Store
from tests.lab.up import REPOSITORY, Lab, LabError


def _lab(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "tests.lab", *command, "--dir", str(folder)]
    return subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Path]:
    """The folder of a lab that is up with the demo world."""
    folder = tmp_path_factory.mktemp("lab")
    done = _lab(folder, "up")
    assert done.returncode == 0, done.stderr
    yield folder
    Lab(folder).down()


def _packages(site: dict[str, str]) -> dict[str, tuple[str, list[str], str]]:
    store = Store(Path(site["root"]))
    found = {}
    for owner in store.owner_records():
        for package in store.package_records(owner["login"]):
            (file,) = package["files"]
            found[f"{owner['login']}/{package['name']}"] = (file["basename"], sorted(file["labels"]), package["access"])
    store.close()
    return found


def test_the_demo_world_is_that_of_the_guide_and_more(demo: Path) -> None:
    sites = json.loads((demo / "lab.json").read_text())["sites"]
    assert _packages(sites["east"]) == {
        "anaconda-user-1/moto": ("linux-64/moto-0.4.31-2.tar.bz2", ["main"], "public"),
        "anaconda-user-1/pysocks": ("linux-64/pysocks-1.6.6-py35_0.tar.bz2", ["test"], "public"),
        "anaconda-organization/future": ("linux-64/future-0.16.0-py35_1.tar.bz2", ["main"], "public"),
        "anaconda-organization/iso8601": ("linux-64/iso8601-0.1.11-py35_0.tar.bz2", ["main"], "public"),
        "anaconda-organization/simplejson": ("linux-64/simplejson-3.10.0-py35_0.tar.bz2", ["main"], "public"),
        "anaconda-organization/six": ("linux-64/six-1.10.0-py35_0.tar.bz2", ["main"], "private"),
        "anaconda-organization/xz": ("linux-64/xz-5.2.2-1.tar.bz2", ["Test"], "public"),
        "anaconda-organization/zlib": ("linux-64/zlib-1.2.8-3.tar.bz2", ["main"], "public"),
    }
    assert _packages(sites["west"]) == {
        "alice/fieldkit": ("noarch/fieldkit-2.0.0-0.tar.bz2", ["dev", "main"], "public"),
        "bio-lab/assay": ("linux-64/assay-0.1.0-0.tar.bz2", [], "public"),
        "bio-lab/genome-tools": ("linux-64/genome-tools-1.2.0-0.tar.bz2", ["main"], "public"),
        "bio-lab/lab-notes": ("lab_notes-1.0-py3-none-any.whl", ["main"], "public"),
        "bio-lab/reagents": ("linux-64/reagents-0.3.0-0.tar.bz2", ["main"], "authenticated"),
    }
    store = Store(Path(sites["west"]["root"]))
    (wetlab,) = [group for group in store.group_records("bio-lab") if group["name"] == "Wetlab"]
    store.close()
    assert (wetlab["permission"], wetlab["members"]) == ("write", ["alice", "bob2"])


def test_the_cluster_has_the_same_people(demo: Path) -> None:
    lab = json.loads((demo / "lab.json").read_text())
    state = requests.get(f"{lab['ae5']['url']}/_lab/state", timeout=30).json()
    assert state["groups"]["Devs"]["members"] == ["anaconda-user-2", "carol"]
    assert state["groups"]["Wetlab"]["members"] == ["alice", "bob2"]
    assert set(state["users"]["mallory"]["groups"]) <= {"everyone"}
    assert {"ae-admin", "ae-uploader", "ae-creator"} <= set(state["users"]["migrator"]["roles"])
    assert set(state["users"]) == set(lab["users"])
    assert Path(lab["ae5"]["cli"]).is_file()
    answer = requests.post(
        f"{lab['ae5']['url']}/auth/realms/AnacondaPlatform/protocol/openid-connect/token",
        data={
            "grant_type": "password",
            "client_id": lab["ae5"]["client_id"],
            "client_secret": lab["ae5"]["client_secret"],
            "username": lab["ae5"]["username"],
            "password": lab["ae5"]["password"],
        },
        timeout=30,
    )
    assert "access_token" in answer.json()
    assert oct((demo / "lab.json").stat().st_mode & 0o777) == "0o600"


def test_up_again_and_status_and_log(demo: Path) -> None:
    before = (demo / "lab.json").read_bytes()
    again = _lab(demo, "up")
    assert (again.returncode, "is already running" in again.stdout) == (0, True)
    assert _lab(demo, "up", "--sites", "north").returncode == 1
    assert (demo / "lab.json").read_bytes() == before
    assert _lab(demo, "status").returncode == 0
    log = _lab(demo, "log", "--writes")
    assert log.returncode == 0
    assert json.loads(log.stdout[log.stdout.index("{") :])["writes"] == 0


def test_down_ends_exactly_its_processes_and_survives_a_crash(tmp_path: Path) -> None:
    assert _lab(tmp_path, "up", "--sites", "north", "--seed", "none").returncode == 0
    first = Lab(tmp_path)
    pids = {name: item["pid"] for name, item in first.processes().items()}
    handle = os.pidfd_open(pids["ae5"])
    os.kill(pids["ae5"], signal.SIGKILL)
    select.select([handle], [], [], 10)
    os.close(handle)
    assert first.alive() == ["north"]
    assert _lab(tmp_path, "status").returncode == 3
    fresh = _lab(tmp_path, "up", "--sites", "north", "--seed", "none")
    assert (fresh.returncode, "1 of 2 servers were still running" in fresh.stdout) == (0, True)
    assert set(json.loads((tmp_path / "lab.json").read_text())["users"]) == {"migrator"}
    lab = Lab(tmp_path)
    assert len(lab.alive()) == 2
    assert not {item["pid"] for item in lab.processes().values()} & set(pids.values())
    done = _lab(tmp_path, "down")
    assert (done.returncode, done.stdout) == (0, "ended: ae5, north\n")
    assert (lab.alive(), lab.file.exists()) == ([], False)
    assert _lab(tmp_path, "down").stdout.startswith("nothing is running")


def test_a_process_of_another_is_never_taken_for_ours(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.processes_file.parent.mkdir(parents=True)
    lab.processes_file.write_text(json.dumps({"ae5": {"pid": os.getpid(), "started": "1"}}))
    assert lab.alive() == []
    assert lab.end() == []


def test_a_folder_that_is_not_the_labs_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "log" / "precious.txt"
    precious.parent.mkdir()
    precious.write_text("keep")
    with pytest.raises(LabError, match="is no folder of the lab"):
        Lab(tmp_path).up(["east"], "none")
    assert precious.read_text() == "keep"
