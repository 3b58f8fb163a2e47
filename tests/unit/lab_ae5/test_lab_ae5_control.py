# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log, faults, refused writes, and the lab as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.lab.ae5.client import LabClient
from tests.lab.ae5.server import Ae5Lab

ROOT = Path(__file__).parents[3]


def test_the_log_tells_writes_from_reads(ae5, owner, login, package):
    ae5.clear_log()
    file, content = package("six")
    owner.create("o/c")
    owner.upload("o/c", file, content)
    owner.upload("o/c", file, content)
    owner.repodata("o/c")
    login("reader").call("GET", "/channels")
    owner.call("PATCH", "/nowhere")

    log = ae5.log()
    assert [(r["route"], r["status"], r["user"], r["write"]) for r in log] == [
        ("channel_create", 201, "owner", True),
        ("artifact_upload", 201, "owner", True),
        ("artifact_upload", 409, "owner", True),
        ("repodata", 200, "owner", False),
        ("token", 200, "reader", False),
        ("channel_list", 200, "reader", False),
        ("unknown", 404, None, True),
    ]
    assert log[1]["path"] == "/repository/api/channels/o%2Fc/artifacts"
    assert log[1]["bytes"] > len(content)
    assert ae5.writes() == [r for r in log if r["write"]]
    assert [json.loads(line) for line in (ae5.root / "requests.jsonl").read_text().splitlines()] == log
    assert ae5.counters()["by_route"]["artifact_upload"] == 2


def test_no_secret_is_in_the_log(ae5, owner):
    token = ae5.conda_token("owner")
    requests.get(f"{ae5.url}/repository/conda/t/{token}/c/noarch/repodata.json", timeout=10)
    text = (ae5.root / "requests.jsonl").read_text()
    assert ae5.log()[-1]["path"] == "/repository/conda/t/****/c/noarch/repodata.json"
    for secret in (token, owner.token, "owner-pw"):
        assert secret not in text


def test_refused_writes(ae5, owner, package, bytes_on_disk):
    owner.create("c")
    ae5.set(writes="fail")
    assert owner.create("d").status_code == 500
    assert owner.upload("c", *package("six")).status_code == 500
    assert owner.repodata("c").status_code == 200
    assert list(ae5.state()["channels"]) == ["c"]
    assert bytes_on_disk() == []


def test_a_fault_comes_at_its_turn_and_has_no_effect(ae5, owner):
    ae5.faults(
        [{"method": "POST", "path": "/channels$", "nth": 2, "times": 2, "status": 503, "body": {"x": 1}, "headers": {"Retry-After": "7"}}]
    )
    answers = [owner.create(f"c{number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [201, 503, 503, 201, 201]
    assert (answers[1].json(), answers[1].headers["Retry-After"]) == ({"x": 1}, "7")
    assert sorted(ae5.state()["channels"]) == ["c0", "c3", "c4"]


def test_every_third_request_fails(ae5, owner):
    ae5.faults([{"path": "repodata", "every": 3, "status": 502}])
    owner.create("c")
    assert [owner.repodata("c").status_code for _attempt in range(6)] == [200, 200, 502, 200, 200, 502]


def test_a_lost_answer_after_the_effect(ae5, owner):
    ae5.faults([{"method": "POST", "status": 504, "effect": True, "times": 1}])
    assert owner.create("c").status_code == 504
    assert list(ae5.state()["channels"]) == ["c"]


@pytest.mark.parametrize(("action", "stored"), [("reset", 0), ("reset_after_bytes", 0), ("close_early", 1)])
def test_a_broken_connection(ae5, owner, package, bytes_on_disk, noise, action, stored):
    owner.create("c")
    file, content = package("six", payload=noise)
    ae5.faults([{"method": "POST", "path": "artifacts", "action": action, "bytes": 1000, "times": 1}])

    with pytest.raises(requests.exceptions.RequestException):
        owner.upload("c", file, content)

    assert ae5.wait_for(lambda records: records[-1]["route"] == "artifact_upload")
    assert len(bytes_on_disk()) == len(ae5.state()["channels"]["c"]["files"]) == stored
    assert owner.upload("c", file, content).status_code == (409 if stored else 201)


def test_a_download_that_breaks_off(ae5, owner, package, noise):
    owner.create("c")
    file, content = package("six", payload=noise)
    owner.upload("c", file, content)
    ae5.faults([{"path": "tar.bz2", "action": "reset_after_bytes", "bytes": 100, "times": 1}])
    url = f"{ae5.url}/repository/conda/c/noarch/{file}"
    with pytest.raises(requests.exceptions.RequestException):
        requests.get(url, timeout=10)
    assert requests.get(url, timeout=10).content == content


@pytest.mark.parametrize("order", [{"action": "explode"}, {"path": "x"}, {"status": 500, "nth": 1, "every": 2}, {"wrong": 1}])
def test_an_order_that_makes_no_sense(ae5, order):
    with pytest.raises((ValueError, TypeError)):
        ae5.faults([order])


@pytest.mark.parametrize("switch", [{"duplicate": "maybe"}, {"nothing": 1}, {"max_bytes": "many"}])
def test_a_switch_that_there_is_not(ae5, switch):
    with pytest.raises(ValueError, match=next(iter(switch))):
        ae5.set(**switch)


def test_the_data_outlive_the_process(tmp_path, package):
    first = Ae5Lab(tmp_path / "lab")
    first.seed(users=["ann"], channels=[{"name": "c", "owner": "ann", "shares": [{"type": "group", "name": "everyone", "access": "r"}]}])
    with first:
        requests.get(f"{first.url}/repository/conda/c/noarch/repodata.json", timeout=10)
    state, log = None, None
    second = Ae5Lab(tmp_path / "lab")
    with second:
        state, log = second.state(), second.log()
    assert state["channels"]["c"]["shares"] == [{"type": "group", "name": "everyone", "access": "r"}]
    assert [record["route"] for record in log] == ["repodata"]


def test_a_process_of_its_own(tmp_path):
    port_file = tmp_path / "port"
    command = [
        sys.executable,
        "-m",
        "tests.lab.ae5",
        "--root",
        str(tmp_path / "lab"),
        "--port-file",
        str(port_file),
        "--set",
        "max_bytes=5",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "listening\n"
        lab = LabClient(f"http://127.0.0.1:{int(port_file.read_text())}")
        lab.seed(users=[{"username": "Ann", "password": "x"}], groups={"G": ["bob"]}, channels=[{"name": "c", "owner": "ann"}])
        assert lab.switches()["max_bytes"] == 5
        lab.set(duplicate="keep")
        assert lab.switches()["duplicate"] == "keep"
        with pytest.raises(RuntimeError, match="there is no switch nonsense"):
            lab.set(nonsense=1)
        lab.faults([{"path": "repodata", "times": 1, "status": 418}])
        url = f"{lab.url}/repository/conda/t/{lab.conda_token('ann')}/c/noarch/repodata.json"
        assert [requests.get(url, timeout=10).status_code for _attempt in range(2)] == [418, 200]
        assert [record["user"] for record in lab.log()] == [None, "ann"]
        assert lab.counters()["requests"] == 2
        lab.clear_log()
        assert lab.log() == lab.writes() == []
        assert lab.state()["groups"]["G"] == {"members": ["bob"]}
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0
