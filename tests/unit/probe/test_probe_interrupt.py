# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signal in the middle of a probe: it cleans up, or names what it could not remove, and writes no file."""

from __future__ import annotations

import os
import signal
import threading
import types
import typing as t
from unittest import mock

import pytest

from tests.lab.ae5 import gateway
from tests.unit.probe.conftest import MakeLab
from tests.unit.probe.probe_world import SCRATCH, Json, Probed


def probe_interrupted(world: Probed, route: str, count: int, number: int, **given: t.Any) -> Json:
    """Sends this process the signal when the lab has seen so many requests of a route, while the module runs."""
    seen, sent = world.lab.parts.log, threading.Event()

    def due() -> bool:
        return sum(record["route"] == route for record in list(seen._records)) >= count

    def watch() -> None:
        with seen._changed:
            came = seen._changed.wait_for(due, 60)
        if came:  # a probe that ends before fails its test, and the signal would end the test's process
            os.kill(os.getpid(), number)
        sent.set()

    def wait(_seconds: float) -> None:
        """From then on no answer comes before the signal, so that the probe is not through."""
        if due():
            sent.wait(60)

    watcher = threading.Thread(target=watch)
    world.lab.faults([{"method": "GET", "path": ".*repodata.json", "every": 1, "delay": 1}])
    with mock.patch.object(gateway, "time", types.SimpleNamespace(sleep=wait)):
        watcher.start()
        try:
            return world.probe(**given)
        finally:
            watcher.join()


@pytest.mark.parametrize(
    ("route", "count", "number"),
    [
        ("channel_create", 1, signal.SIGTERM),
        ("channel_create", 2, signal.SIGTERM),
        ("share_put", 2, signal.SIGTERM),
        ("artifact_upload", 2, signal.SIGTERM),
        ("artifact_upload", 2, signal.SIGINT),
        ("artifact_upload", 2, signal.SIGHUP),
        ("channel_create", 7, signal.SIGTERM),
    ],
)
def test_nothing_stays(route: str, count: int, number: int, make_lab: MakeLab) -> None:
    world = make_lab()
    result = probe_interrupted(world, route, count, number, leave_behind=True)
    assert result["failed"]
    assert result["msg"].startswith(f"The probe was interrupted by {signal.Signals(number).name} at ")
    assert result["msg"].endswith(", no answers were written; nothing is left behind.")
    assert (result["left_behind"], world.channels(), world.dest.exists()) == ([], [], False)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_cannot_be_removed_is_named(make_lab: MakeLab) -> None:
    world = make_lab(delete="refused")
    result = probe_interrupted(world, "artifact_upload", 3, signal.SIGTERM, leave_behind=True)
    assert result["failed"]
    [left] = result["left_behind"]
    assert left.startswith(f"channel {SCRATCH} with ae-migration-probe-1.0-0.tar.bz2")
    assert left in result["msg"]
    channel = world.lab.state()["channels"][SCRATCH]
    assert set(world.channels()) == {SCRATCH}
    assert {file["file"] for file in channel["files"]} <= set(left.replace(",", "").split())
    assert (channel["privacy"], channel["shares"]) == ("private", [])


def test_a_right_that_was_given_is_taken_back(make_lab: MakeLab) -> None:
    """The signal comes while the scratch channel, which cannot be deleted, is shared with the second account."""
    world = make_lab(delete="refused")
    result = probe_interrupted(world, "share_put", 2, signal.SIGTERM, leave_behind=True)
    assert (result["failed"], world.channels()) == (True, [SCRATCH])
    assert world.lab.state()["channels"][SCRATCH]["shares"] == []


def test_what_a_killed_probe_left_is_removed_by_the_next(make_lab: MakeLab) -> None:
    world = make_lab()
    left = [SCRATCH, f"{SCRATCH}-UPPER", "ae-migration-probe-somebody/channel"]
    for name in left:
        world.lab.parts.state.create(name, "migrator", "public")
    result = world.probe(leave_behind=True)
    assert not result["failed"], result["msg"]
    assert (world.channels(), result["left_behind"]) == ([], [])
    assert world.values()["channel_names"]["upper_case"] == world.values()["foreign_names"] == "accepted"


def test_what_a_killed_probe_left_is_named_where_nothing_is_deleted(make_lab: MakeLab) -> None:
    world = make_lab(delete="refused")
    for name in (SCRATCH, f"{SCRATCH}-UPPER"):
        world.lab.parts.state.create(name, "migrator", "public")
    result = world.probe(leave_behind=True)
    assert not result["failed"], result["msg"]
    assert sorted(item.split(" with ")[0] for item in result["left_behind"]) == [f"channel {name}" for name in world.channels()]
