# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of the same name and other bytes: fail, keep, replace; and that a file is never deleted for nothing."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.target.target_world import TargetWorld, declared

P = "p-1.0-0.tar.bz2"


@pytest.fixture
def conflict(world: TargetWorld) -> TargetWorld:
    """AE5 has another p than AE4 and nothing of q; deleting was seen to work."""
    world.package("ann", "p")
    world.package("ann", "q")
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "private"}])
    world.put("ann", "p", size=900)
    world.capabilities = declared(delete_file="works")
    world.plan()
    return world


def deletions(world: TargetWorld) -> list[str]:
    return [record["path"] for record in world.lab.writes() if record["method"] == "DELETE"]


@pytest.mark.parametrize("how", ["fail", "keep"])
def test_by_default_and_with_keep_the_file_stays(conflict: TargetWorld, how: str) -> None:
    there = conflict.files("ann")[P]
    result = conflict.sync(conflict=how)
    assert (result["failed"], result["summary"]["conflict"]) == (how == "fail", 1)
    assert conflict.files("ann")[P] == there
    assert deletions(conflict) == []
    if how == "fail":
        assert result["msg"] == (
            f"linux-64/{P} was not uploaded to channel ann: the file of this name in the channel has another digest; remove it there or "
            "set ae_conflict to keep or replace."
        )


def test_replace_puts_ours_there_and_check_mode_says_so(conflict: TargetWorld) -> None:
    conflict.lab.clear_log()
    predicted = conflict.sync(check=True, conflict="replace")
    assert conflict.lab.writes() == []
    result = conflict.sync(conflict="replace")
    for found in (predicted, result):
        assert (found["failed"], found["changed"]) == (False, True)
        assert (found["summary"]["replaced"], found["summary"]["uploaded"], found["summary"]["conflict"]) == (1, 1, 0)
        assert found["diff"][0]["prepared"].splitlines()[1:] == ["+ linux-64/q-1.0-0.tar.bz2 -> ann", f"~ linux-64/{P} -> ann"]
    assert len(deletions(conflict)) == 1
    assert conflict.files("ann")[P] == conflict.sha256(P)
    assert conflict.rows()["ann", P] == ("replaced", "")
    again = conflict.sync(conflict="replace")
    assert (again["changed"], again["summary"]["present"]) == (False, 2)
    conflict.apply_well(conflict="replace")
    assert not conflict.verify()["failed"]


def test_replace_is_refused_where_deleting_was_not_seen_to_work(conflict: TargetWorld) -> None:
    conflict.capabilities = {}
    there = conflict.files("ann")[P]
    for check in (True, False):
        result = conflict.sync(check=check, conflict="replace")
        assert result["msg"] == (
            f"linux-64/{P} was not uploaded to channel ann: the file of this name in the channel has another digest, and replacing needs "
            "delete support, which is not verified on this cluster; run the probe playbook."
        )
    assert conflict.files("ann")[P] == there


def test_replace_is_refused_for_a_file_that_the_plan_has_not_seen(conflict: TargetWorld) -> None:
    conflict.plan(offline=True)
    result = conflict.sync(conflict="replace")
    assert "the plan does not record that file, so it is not replaced; run the plan playbook again." in result["msg"]
    conflict.plan()
    with conflict.admin() as cluster:
        cluster.delete_file("ann", "linux-64", P)
    conflict.put("ann", "p", size=901)
    conflict.lab.clear_log()
    result = conflict.sync(conflict="replace")
    assert "has changed since the plan was made; run the plan playbook again." in result["msg"]
    assert deletions(conflict) == []


@pytest.mark.parametrize("trouble", ["damaged", "anew", "too large"])
def test_nothing_is_deleted_where_ours_would_not_come(conflict: TargetWorld, trouble: str) -> None:
    there = conflict.files("ann")[P]
    if trouble == "damaged":
        path = conflict.dump / f"ann/p/{P}"
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    elif trouble == "anew":
        conflict.package("ann", "p", size=1500)
        conflict.inventory()
    else:
        answers: dict[str, t.Any] = declared(delete_file="works")
        answers["answers"]["size_limit"] = {"value": 10, "confidence": "known", "evidence": "a test"}
        conflict.capabilities = answers
    conflict.lab.clear_log()
    result = conflict.sync(conflict="replace")
    assert result["failed"]
    assert P in result["msg"]
    assert (deletions(conflict), conflict.files("ann")[P]) == ([], there)


def test_a_file_that_is_gone_because_the_upload_failed_is_named_and_comes_with_the_next_run(conflict: TargetWorld) -> None:
    conflict.lab.faults([{"method": "POST", "path": "/repository/api/.*", "status": 413}])
    result = conflict.sync(conflict="replace")
    conflict.lab.faults([])
    gone = f"linux-64/{P} is missing in channel ann: the old file was deleted to replace it, and the new one is not verified; run it again."
    assert gone in result["failures"]
    assert conflict.files("ann") == {}
    # With the same plan, which still says replace; and with a new one, which must not take it for something an admin took away.
    predicted = conflict.sync(check=True, conflict="replace")
    assert predicted["summary"]["moved"] == 0
    conflict.verify()
    conflict.plan()
    assert not (conflict.plan_dir / "skipped.jsonl").read_text()
    conflict.apply_well(conflict="replace")
    assert conflict.files("ann")[P] == conflict.sha256(P)


def test_the_same_plan_goes_on_where_a_kill_came_between_deleting_and_uploading(conflict: TargetWorld) -> None:
    with conflict.admin() as cluster:
        cluster.delete_file("ann", "linux-64", P)
    result = conflict.sync(conflict="replace")
    assert (result["failed"], result["summary"]["replaced"]) == (False, 1)
    assert conflict.files("ann")[P] == conflict.sha256(P)


def test_a_file_that_an_earlier_run_brought_and_ae4_has_changed_can_be_replaced_although_the_upload_failed_once(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.migrate()
    world.capabilities = declared(delete_file="works")
    world.package("ann", "p", size=900)
    world.plan()
    world.lab.faults([{"method": "POST", "path": "/repository/api/.*", "status": 413}])
    assert world.apply(conflict="replace")["sync"]["failed"]
    world.lab.faults([])
    world.verify()
    world.plan()
    assert not (world.plan_dir / "skipped.jsonl").read_text()
    world.apply_well(conflict="replace")
    assert world.files("ann")[P] == world.sha256(P)
    assert not world.verify()["failed"]
