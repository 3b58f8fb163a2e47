# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A saved plan is applied: what is neither as it was when it was made nor as planned is refused by name, everything else accepted."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from tests.unit.plan.inventory_builder import group, organization
from tests.unit.target.target_world import TargetWorld

P, Q = "p-1.0-0.tar.bz2", "q-1.0-0.tar.bz2"
BOTH = [False, True]


def outcomes(result: dict[str, t.Any]) -> dict[str, int]:
    names = ("uploaded", "replaced", "present", "conflict", "moved", "quarantined", "failed")
    return {name: result["summary"][name] for name in names if result["summary"][name]}


def lab_owner(world: TargetWorld) -> None:
    """An organization with a private channel for its group."""
    world.package("lab", "s", access="private", record=organization("lab", group("Devs", ["ann"], ["s"]), owners=["bob"]))


def test_the_same_plan_is_applied_twice_and_after_each_phase_again(world: TargetWorld) -> None:
    world.package("ann", "p")
    lab_owner(world)
    world.plan()
    phases = (world.create, world.sync, world.share)
    for count in range(1, len(phases) + 1):
        for phase in phases[:count]:
            result = phase()
            assert (phase.__name__, result["failed"], result.get("msg")) == (phase.__name__, False, None)
    world.lab.clear_log()
    world.apply_well()
    assert world.lab.writes() == []
    assert world.privacy() == {"ann": "public", "lab": "private", "lab/Devs": "private"}
    assert world.shares("lab/Devs") == {"Devs": "r"}


def test_a_half_of_the_files_and_then_the_same_plan_again(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.package("ann", "q")
    world.plan()
    world.create()
    world.put("ann", "p")  # as our own upload, before a kill
    assert outcomes(world.sync()) == {"uploaded": 1, "present": 1}


# files


@pytest.mark.parametrize("conflict", ["fail", "keep", "replace"])
def test_a_file_of_other_bytes_that_came_since_the_plan_is_refused(world: TargetWorld, conflict: str) -> None:
    world.package("ann", "p")
    world.package("ann", "q")
    world.plan()
    world.create()
    world.put("ann", "p", size=900)
    there = world.files("ann")[P]
    predicted = world.sync(check=True, conflict=conflict)
    result = world.sync(conflict=conflict)
    assert outcomes(result) == outcomes(predicted) == {"uploaded": 1, "moved": 1}
    assert result["failures"] == [
        f"linux-64/{P} was not uploaded to channel ann: a different file of this name was added to the channel since the plan was made;"
        " run the plan playbook again."
    ]
    assert world.rows()["ann", P][0] == "moved"
    assert world.files("ann")[P] == there
    shared = world.share()
    assert [row["result"] for row in shared["shares"]] == ["waiting"], "it is not excused"
    world.plan()
    assert outcomes(world.sync()) == {"present": 1, "conflict": 1}


def test_a_file_of_other_bytes_that_changed_or_went_since_the_plan_is_refused(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.package("ann", "q")
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "private"}])
    world.put("ann", "p", size=900)
    world.put("ann", "q")
    world.plan()
    with world.admin() as cluster:
        cluster.delete_file("ann", "linux-64", P)
        cluster.delete_file("ann", "linux-64", Q)
    world.put("ann", "p", size=901)
    result = world.sync()
    assert outcomes(result) == {"moved": 2}
    changed = "the file of this name in the channel has changed since the plan was made"
    gone = "the planned file was in the channel when the plan was made and has been deleted since"
    assert [sentence.split(": ")[1] for sentence in result["failures"]] == [
        f"{changed}; run the plan playbook again.",
        f"{gone}; run the plan playbook again.",
    ]
    assert list(world.files("ann")) == [P]


def test_what_became_as_planned_meanwhile_is_accepted(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "private"}])
    world.put("ann", "p", size=900)
    world.plan()
    with world.admin() as cluster:
        cluster.delete_file("ann", "linux-64", P)
    world.put("ann", "p")
    world.apply_well()


# the dump


@pytest.mark.parametrize("check", BOTH)
def test_a_dump_that_was_made_anew_with_other_bytes_or_without_a_file_is_refused_by_name(world: TargetWorld, check: bool) -> None:
    for name in ("p", "q", "same"):
        world.package("ann", name)
    world.plan()
    world.create()
    world.package("ann", "p", size=900)
    world.package("ann", "later")
    world.remove_from_ae4(Q)
    world.inventory()
    result = world.sync(check=check)
    assert outcomes(result) == {"uploaded": 1, "moved": 2}
    assert sorted(result["failures"]) == [
        f"linux-64/{P} was not uploaded to channel ann: the dump has changed since the plan was made and has other bytes for the file; "
        "run the plan playbook again.",
        f"linux-64/{Q} was not uploaded to channel ann: the dump has changed since the plan was made and no longer has the file; run the "
        "plan playbook again.",
    ]
    assert result["warnings"] == [
        "The dump of site east has changed since the plan was made, so new files in it are not uploaded; run the plan playbook again "
        "for them.",
        *result["failures"],
    ]
    if not check:
        assert list(world.files("ann")) == ["same-1.0-0.tar.bz2"]
        assert [row["result"] for row in world.share()["shares"]] == ["waiting"], "a moved file is not excused as a damaged one is"
        world.plan()
        world.apply_well()


def test_a_dump_made_anew_does_not_matter_to_what_is_there_as_planned(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.plan()
    world.apply_well()
    world.package("ann", "p", size=900)
    world.inventory()
    assert outcomes(world.sync()) == {"present": 1}


def test_without_an_inventory_files_are_checked_while_they_are_sent(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.plan()
    world.create()
    (world.root / "east.jsonl").unlink()
    result = world.sync()
    assert outcomes(result) == {"uploaded": 1}
    assert result["warnings"] == [
        f"The inventory {world.root}/east.jsonl does not exist, so files that changed since the plan are only found when they are sent."
    ]


# channels


@pytest.mark.parametrize("check", BOTH)
def test_a_channel_that_went_since_the_plan_is_refused_and_nothing_is_put_there(world: TargetWorld, check: bool) -> None:
    world.package("ann", "p")
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "private"}])
    world.plan()
    with world.admin() as cluster:
        cluster.delete_channel("ann")
    world.lab.clear_log()
    result = world.create(check=check)
    assert result["refused"] == ["ann"]
    assert result["msg"] == (
        "Channel ann existed when the plan was made and was deleted since, so nothing is uploaded to it; run the plan playbook again."
    )
    sync = world.sync(check=check, refused=["ann"])
    assert outcomes(sync) == {"failed": 1}
    assert world.lab.writes() == []


def test_a_private_channel_that_became_public_since_the_plan_is_refused(world: TargetWorld) -> None:
    lab_owner(world)
    world.lab.seed(channels=[{"name": "lab", "owner": "migrator", "privacy": "private"}])
    world.plan()
    world.lab.seed(channels=[{"name": "lab/Devs", "owner": "migrator", "privacy": "public"}])
    world.put("lab/Devs", "alien")
    with world.admin() as cluster:
        cluster.set_privacy("lab", "public")
    result = world.create()
    assert sorted(result["refused"]) == ["lab", "lab/Devs"]
    assert sorted(result["failures"]) == [
        "Channel lab was private when the plan was made and is public now, and must be private, so nothing is uploaded to it; run the "
        "plan playbook again.",
        "Channel lab/Devs did not exist when the plan was made, is public now and must not be, so nothing is uploaded to it; run the "
        "plan playbook again.",
    ]
    assert set(world.privacy().values()) == {"public"}
    world.plan()
    assert not world.create()["failed"]
    assert set(world.privacy().values()) == {"private"}


def test_an_empty_public_channel_is_what_a_kill_left_of_our_own_birth(world: TargetWorld) -> None:
    lab_owner(world)
    world.plan()
    world.lab.seed(channels=[{"name": "lab/Devs", "owner": "migrator", "privacy": "public"}])
    world.apply_well()
    assert world.privacy()["lab/Devs"] == "private"


def test_a_public_channel_that_was_made_private_since_the_plan_is_not_published(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "public"}])
    world.plan()
    with world.admin() as cluster:
        cluster.set_privacy("ann", "private")
    done = world.apply()
    assert [done[phase]["failed"] for phase in ("create", "sync")] == [False] * 2
    assert done["share"]["msg"] == (
        "Channel ann is not made public: it was public when the plan was made and is private now; run the plan playbook again."
    )
    assert world.privacy()["ann"] == "private"


# rights


def test_a_right_that_changed_since_the_plan_is_left_as_it_is(world: TargetWorld) -> None:
    lab_owner(world)
    mine = [{"type": "user", "name": "bob", "access": "r"}]
    world.lab.seed(channels=[{"name": "lab", "owner": "migrator", "privacy": "private", "shares": mine}])
    world.plan()
    with world.admin() as cluster:
        cluster.unshare("lab", Share("user", "bob", "r"))
    world.create()
    world.sync()
    predicted, result = world.share(check=True), world.share()
    for found in (predicted, result):
        assert [(row["channel"], row["result"]) for row in found["shares"]] == [("lab", "moved"), ("lab/Devs", "added")]
        assert found["failures"] == [
            "The user 'bob' had r when the plan was made and has no access now on channel lab, so the share stays as it is; run the "
            "plan playbook again."
        ]
    assert (world.shares("lab"), world.shares("lab/Devs")) == ({}, {"Devs": "r"})
    world.plan()
    world.apply_well()
    assert world.shares("lab") == {"bob": "rw"}


def test_a_channel_that_gained_packages_since_the_plan_is_neither_shared_further_nor_published(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "private"}])
    before = world.put("ann", "before")
    world.plan()
    [ann] = world.stored().channels
    assert ann.before is not None
    assert ann.before.extra == (f"linux-64/{before}",)
    alien = world.put("ann", "alien")
    done = world.apply()
    why = f"unplanned packages were added since the plan was made (linux-64/{alien}); run the plan playbook again"
    assert done["share"]["failures"] == [f"Channel ann gets no more shares: {why}.", f"Channel ann is not made public: {why}."]
    assert [(row["name"], row["result"]) for row in done["share"]["published"]] == [("ann", "waiting")]
    assert (done["share"]["summary"]["published"], done["share"]["summary"]["not_published"]) == (0, 1)
    assert outcomes(done["sync"]) == {"uploaded": 1}
    assert (world.shares("ann"), world.privacy()["ann"]) == ({}, "private")
    world.plan()
    world.apply_well()
    assert world.shares("ann") == {"ann": "rw"}
    world.put("ann", "alien2")
    world.lab.clear_log()
    world.apply_well()
    assert world.lab.writes() == [], "what is given already is no matter"


def test_what_a_plan_holds_back_and_comes_back_is_not_taken_for_something_new(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.package("ann", "q")
    world.migrate()
    with world.admin() as cluster:
        cluster.delete_file("ann", "linux-64", P)
        cluster.set_privacy("ann", "private")
        cluster.unshare("ann", Share("user", "ann", "rw"))
    world.plan()
    world.put("ann", "p")
    world.apply_well()
    world.verify()
    findings = json.loads((world.plan_dir / "report.json").read_text())["findings"]
    verdicts = {one["verdict"] for one in findings if P in one["detail"]}
    assert verdicts.isdisjoint({"stale", "foreign"}), findings
