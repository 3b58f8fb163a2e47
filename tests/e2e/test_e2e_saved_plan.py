# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan, review, apply: the same plan twice and after a kill, and what has changed since on either side."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from tests.e2e.world import PASSWORD, World
from tests.lab.ae5_admin import admin, put
from tests.lab.packages import conda_package
from tests.lab.playbook import Run


def planned(world: World) -> None:
    """Exported and planned, and nothing else."""
    assert world.run("export").returncode == 0
    run = world.run("plan")
    assert (run.returncode, world.writes()) == (0, []), run.output


def descendants(pid: int) -> list[int]:
    """A process with all that it started, the youngest last."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def playbook_of(world: World) -> int:
    """The ansible-playbook that this test started for the world."""
    for pid in descendants(os.getpid())[1:]:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if str(world.inventory).encode() in command:
            return pid
    raise AssertionError("the playbook does not run")


def run_and_kill(world: World, playbook: str) -> Run:
    """The playbook and all that it started are killed after the first upload, while the second one is under way."""
    world.cluster.faults(
        [{"method": "POST", "path": "/repository/api/channels/.*/artifacts", "nth": 2, "times": 99, "delay": 2, "action": "reset"}]
    )
    done: list[Run] = []
    thread = threading.Thread(target=lambda: done.append(world.run(playbook, ae_workers=1)))
    thread.start()
    assert world.cluster.wait_for(lambda log: any(one["route"] == "artifact_upload" for one in log), timeout=120)
    for pid in descendants(playbook_of(world)):
        os.kill(pid, signal.SIGKILL)
    thread.join(60)
    assert not thread.is_alive()
    assert world.cluster.wait_for(lambda _log: True), "what was under way still reaches the cluster"
    world.cluster.faults([])
    return done[0]


def test_the_same_plan_is_applied_after_a_kill_and_then_again(guide_site: World) -> None:
    world = guide_site
    planned(world)
    plan = (world.reports / "plan.json").read_bytes()
    assert run_and_kill(world, "apply").returncode == -signal.SIGKILL
    there = sum(len(world.files_of(name)) for name in world.channels())
    assert 1 <= there < 8

    run = world.run("apply")
    assert run.returncode == 0, run.output
    verified = world.run("verify")
    assert verified.returncode == 0, verified.output
    assert len(world.files_of("anaconda-organization")) == 3

    again = world.run("apply")
    assert (again.returncode, again.total("changed"), world.writes()) == (0, 0, []), again.output
    assert (world.reports / "plan.json").read_bytes() == plan


def test_what_changed_between_plan_and_apply_is_refused_by_name_and_the_rest_is_done(guide_site: World) -> None:
    world = guide_site
    east = world.sites["east"]
    planned(world)
    # AE4: one file has got other bytes, one is gone, one is new.
    east.store.remove_file(east.ids["future-0.15.2-py27_0.tar.bz2"])
    file, content = conda_package("future", "0.15.2", "py27_0", size=9000)
    east.store.add_file("anaconda-organization", "future", "0.15.2", f"linux-64/{file}", "conda", ["main"], content)
    east.store.remove_file(east.ids["pysocks-1.6.6-py35_0.tar.bz2"])
    east.add_package("anaconda-user-1", "later", ("1.0", "0", ["main"]))
    assert world.run("export").returncode == 0
    # AE5: somebody makes one of the channels, with a file of the same name and other bytes, and another package.
    world.cluster.seed(channels=[{"name": "anaconda-user-1", "owner": "migrator", "privacy": "private"}])
    for name, version, build in (("moto", "0.4.31", "2"), ("alien", "1.0", "0")):
        theirs, content = conda_package(name, version, build, size=9000)
        upload(world, "anaconda-user-1", theirs, content)

    run = world.run("apply")
    sentences = [
        "linux-64/future-0.15.2-py27_0.tar.bz2 was not uploaded to channel anaconda-organization: the dump has changed since the plan "
        "was made and has other bytes for the file; run the plan playbook again.",
        "linux-64/pysocks-1.6.6-py35_0.tar.bz2 was not uploaded to channel anaconda-user-1/test: the dump has changed since the plan "
        "was made and no longer has the file; run the plan playbook again.",
        "linux-64/moto-0.4.31-2.tar.bz2 was not uploaded to channel anaconda-user-1: a different file of this name was added to the "
        "channel since the plan was made; run the plan playbook again.",
    ]
    assert run.returncode != 0
    said = " ".join(run.output.split())
    assert [sentence for sentence in sentences if sentence not in said] == [], run.output
    assert world.files_of("anaconda-user-1") == ["alien-1.0-0.tar.bz2", "moto-0.4.31-2.tar.bz2"]
    assert world.files_of("anaconda-organization/Devs") == ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"]
    shares = {name: world.shares_of(name) for name in world.channels()}
    assert shares["anaconda-organization/Devs"] == {("group", "Devs", "r")}
    assert [shares[name] for name in ("anaconda-user-1", "anaconda-user-1/test", "anaconda-organization")] == [set(), set(), set()]
    verified = world.run("verify")
    assert verified.returncode != 0
    moved = {name for name, line in world.ledger().items() if line["disposition"] == "moved"}
    assert moved == {"future-0.15.2-py27_0.tar.bz2", "pysocks-1.6.6-py35_0.tar.bz2", "moto-0.4.31-2.tar.bz2"}

    again = world.run(ae_conflict="keep")
    assert again.returncode == 0, again.output
    assert world.files_of("anaconda-user-1") == ["alien-1.0-0.tar.bz2", "later-1.0-0.tar.bz2", "moto-0.4.31-2.tar.bz2"]
    assert world.shares_of("anaconda-organization") == {("user", "anaconda-user-1", "rw")}


def test_a_channel_that_gains_a_package_between_plan_and_apply_is_not_shared_further(guide_site: World) -> None:
    world = guide_site
    world.cluster.seed(channels=[{"name": "anaconda-user-1", "owner": "migrator", "privacy": "private"}])
    planned(world)
    check = world.run("apply", "--check", "--diff")
    assert (check.returncode, world.writes()) == (0, []), check.output
    assert "+ channel anaconda-user-1/test (private)" in check.output, "a check without a plan of its own is of the saved one"
    assert "+ user anaconda-user-1 rw on anaconda-user-1" in check.output
    theirs, content = conda_package("alien", "1.0", "0", size=900)
    upload(world, "anaconda-user-1", theirs, content)
    run = world.run("apply")
    assert (run.returncode != 0, run.total("failed")) == (True, 1), run.output
    why = f"unplanned packages were added since the plan was made (linux-64/{theirs}); run the plan playbook again."
    said = " ".join(run.output.split())
    assert f"Channel anaconda-user-1 gets no more shares: {why}" in said, run.output
    assert f"Channel anaconda-user-1 is not made public: {why}" in said, run.output
    assert (world.shares_of("anaconda-user-1"), world.channels()["anaconda-user-1"]["privacy"]) == (set(), "private")
    assert world.shares_of("anaconda-user-1/test") == {("user", "anaconda-user-1", "rw")}
    again = world.run()
    assert again.returncode == 0, again.output
    assert world.shares_of("anaconda-user-1") == {("user", "anaconda-user-1", "rw")}


def upload(world: World, channel: str, file: str, content: bytes) -> None:
    """Somebody uploads a package on AE5."""
    with admin(world.cluster, "migrator", PASSWORD) as cluster:
        put(cluster, channel, file, content)
