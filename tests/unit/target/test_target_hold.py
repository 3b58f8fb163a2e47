# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three ways: what was last applied, what AE4 gives now, what AE5 shows now.  What was taken away on AE5 is kept so."""

from __future__ import annotations

import shutil

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan
from tests.unit.plan.inventory_builder import group, organization
from tests.unit.target.target_world import TargetWorld


@pytest.fixture
def migrated(world: TargetWorld) -> TargetWorld:
    """Two users with a public channel each, an organization with a private one for its group; migrated and verified."""
    world.package("ann", "p")
    world.package("ann", "q")
    world.package("bob", "r")
    world.package("lab", "s", access="private", record=organization("lab", group("Devs", ["ann"], ["s"]), owners=["bob"]))
    world.migrate()
    assert world.privacy() == {"ann": "public", "bob": "public", "lab": "private", "lab/Devs": "private"}
    return world


def held(world: TargetWorld) -> dict[tuple[str, str], str]:
    return {(one.channel, one.file): one.detail for one in plan.iter_skipped(str(world.plan_dir))}


def decisions(world: TargetWorld) -> list[str]:
    return [one.detail for one in world.stored().decisions if one.code == "removed_on_ae5"]


def delete(world: TargetWorld, channel: str, file: str) -> None:
    with world.admin() as cluster:
        cluster.delete_file(channel, "linux-64", file)


def test_a_file_that_was_taken_away_stays_away_and_verify_fails_until_somebody_decides(migrated: TargetWorld) -> None:
    file = "p-1.0-0.tar.bz2"
    delete(migrated, "ann", file)
    result = migrated.plan()
    assert (result["failed"], result["summary"]["skipped"]) == (False, 1)
    detail = f"An earlier run uploaded linux-64/{file} to channel ann, and it has been deleted there since."
    assert held(migrated) == {("ann", file): detail}
    assert ("ann", file) not in migrated.placements()
    assert decisions(migrated) == [f"1 file (linux-64/{file}) of channel ann was deleted on AE5 and will not be sent again."]
    assert migrated.stored().changes["channels"] == {}
    [ann] = [channel for channel in migrated.stored().channels if channel.name == "ann"]
    assert (ann.files, ann.bytes) == (1, migrated.placements()["ann", "q-1.0-0.tar.bz2"].size)
    migrated.lab.clear_log()
    migrated.apply_well()
    assert migrated.lab.writes() == []
    verified = migrated.verify()
    assert verified["failed"]
    assert file in verified["msg"]
    # A verification in between forgets nothing.
    migrated.plan()
    assert list(held(migrated)) == [("ann", file)]

    result = migrated.plan(restore=["ann"])
    assert (held(migrated), decisions(migrated)) == ({}, [])
    migrated.apply_well()
    assert migrated.files("ann")[file] == migrated.sha256(file)
    assert not migrated.verify()["failed"]


def test_a_file_that_ae4_no_longer_gives_and_ae5_no_longer_has_is_new_when_it_comes_back(migrated: TargetWorld) -> None:
    file = "p-1.0-0.tar.bz2"
    migrated.remove_from_ae4(file)
    delete(migrated, "ann", file)
    migrated.plan()
    assert held(migrated) == {}
    migrated.apply_well()
    migrated.verify()
    migrated.package("ann", "p")
    migrated.plan()
    assert held(migrated) == {}
    assert migrated.stored().changes["totals"]["files_to_send"] == 1


def test_a_channel_that_was_taken_away_is_not_made_again_with_what_is_new_for_it(migrated: TargetWorld) -> None:
    with migrated.admin() as cluster:
        cluster.delete_channel("ann")
    migrated.package("ann", "new")
    result = migrated.plan()
    assert result["warnings"] == []
    assert [channel.name for channel in migrated.stored().channels] == ["bob", "lab", "lab/Devs"]
    assert {file for _channel, file in held(migrated)} == {"p-1.0-0.tar.bz2", "q-1.0-0.tar.bz2", "new-1.0-0.tar.bz2"}
    names = "linux-64/new-1.0-0.tar.bz2, linux-64/p-1.0-0.tar.bz2, linux-64/q-1.0-0.tar.bz2"
    assert decisions(migrated) == [f"Channel ann was deleted on AE5 with 3 files ({names}) and will not be recreated."]
    migrated.apply_well()
    assert "ann" not in migrated.privacy()
    assert migrated.verify()["failed"]
    migrated.plan(restore=["a*"])
    migrated.apply_well()
    assert len(migrated.files("ann")) == 3
    assert not migrated.verify()["failed"]


def test_a_cluster_that_was_rebuilt_is_told_as_one(migrated: TargetWorld) -> None:
    with migrated.admin() as cluster:
        for name in list(migrated.privacy()):
            cluster.delete_channel(name)
    [warning] = migrated.plan()["warnings"]
    assert warning.startswith("None of the channels that earlier runs filled is on the cluster any more (ann, bob, lab, lab/Devs)")
    assert "set ae_restore: ['*']" in warning
    assert migrated.stored().channels == ()
    assert migrated.plan(restore=["*"])["warnings"] == []
    migrated.apply_well()
    assert not migrated.verify()["failed"]


def test_without_records_nothing_is_held_back(migrated: TargetWorld) -> None:
    delete(migrated, "ann", "p-1.0-0.tar.bz2")
    shutil.rmtree(migrated.root / "records")
    migrated.plan()
    assert (held(migrated), migrated.stored().changes["totals"]["files_to_send"]) == ({}, 1)


def test_a_damaged_record_stops_the_plan(migrated: TargetWorld) -> None:
    delete(migrated, "ann", "p-1.0-0.tar.bz2")
    record = migrated.root / "records" / "applied_placements.json"
    record.write_text("{")
    result = migrated.plan()
    assert result["failed"]
    assert result["msg"] == (
        f"The record {record} is damaged, so it is not known what was removed on AE5; restore it from a backup, or remove the file to "
        "declare that there is none and that what was removed on AE5 may be sent again."
    )


def test_a_right_that_was_taken_away_is_withheld_and_is_no_failure_unless_strict(migrated: TargetWorld) -> None:
    with migrated.admin() as cluster:
        cluster.unshare("lab/Devs", Share("group", "Devs", "r"))
    assert not migrated.plan()["failed"]
    sentence = "The share of group Devs on channel lab/Devs (r) was removed on AE5 and will not be set again."
    assert decisions(migrated) == [sentence]
    [channel] = [one for one in migrated.stored().channels if one.name == "lab/Devs"]
    assert channel.shares == ()
    assert [(one.share, one.reason, one.detail) for one in channel.skipped_shares] == [
        (Share("group", "Devs", "r"), "removed_on_ae5", sentence)
    ]
    assert sentence in (migrated.plan_dir / "plan.yml").read_text().replace("\n      ", " ").replace("  ", " ")
    migrated.lab.clear_log()
    migrated.apply_well()
    assert migrated.lab.writes() == []
    assert migrated.shares("lab/Devs") == {}
    # It stays known, however often that is verified.
    verified = migrated.verify()
    assert (verified["failed"], sentence in " ".join(verified["warnings"])) == (False, True)
    strict = migrated.verify(strict=True)
    assert sentence in strict["failures"]
    migrated.plan()
    assert decisions(migrated) == [sentence]
    migrated.plan(restore=["lab/*"])
    migrated.apply_well()
    assert migrated.shares("lab/Devs") == {"Devs": "r"}


@pytest.mark.parametrize(("given", "now"), [("rw", "r"), ("r", "rw")])
def test_a_right_that_was_changed_stays_as_somebody_made_it(migrated: TargetWorld, given: str, now: str) -> None:
    share = Share("user", "bob", now) if given == "rw" else Share("group", "Devs", now)
    channel = "lab" if given == "rw" else "lab/Devs"
    with migrated.admin() as cluster:
        cluster.share(channel, share)
    migrated.plan()
    assert decisions(migrated) == [
        f"The share of {share.kind} {share.name} on channel {channel} was changed on AE5 from {given} to {now} and stays as it is."
    ]
    migrated.apply_well()
    assert migrated.shares(channel)[share.name] == now
    assert not migrated.verify()["failed"]
    assert migrated.verify(strict=True)["failed"]


def test_a_right_that_ae4_changed_is_due(migrated: TargetWorld) -> None:
    owner = migrated.site.owners["lab"]
    migrated.site.owner(organization("lab", group("Devs", ["ann"], ["s"], permission="write"), owners=list(owner.owners)))
    migrated.plan()
    assert decisions(migrated) == []
    migrated.apply_well()
    assert migrated.shares("lab/Devs") == {"Devs": "rw"}


def test_a_channel_that_was_made_private_stays_private(migrated: TargetWorld) -> None:
    with migrated.admin() as cluster:
        cluster.set_privacy("ann", "private")
    migrated.plan()
    sentence = "Channel ann was public after an earlier run and was made private on AE5 since; it stays private."
    assert decisions(migrated) == [sentence]
    [ann] = [channel for channel in migrated.stored().channels if channel.name == "ann"]
    assert (ann.public, ann.kept_private) == (False, sentence)
    migrated.apply_well()
    assert migrated.privacy()["ann"] == "private"
    verified = migrated.verify()
    assert (verified["failed"], sentence in " ".join(verified["warnings"])) == (False, True)
    assert sentence in migrated.verify(strict=True)["failures"]
    # Somebody makes it public again while this plan is the current one.
    with migrated.admin() as cluster:
        cluster.set_privacy("ann", "public")
    migrated.apply_well()
    assert not migrated.verify(strict=True)["failed"]
    with migrated.admin() as cluster:
        cluster.set_privacy("ann", "private")
    migrated.plan()
    assert decisions(migrated) == [sentence]
    migrated.plan(restore=["ann"])
    migrated.apply_well()
    assert migrated.privacy()["ann"] == "public"


def test_a_file_that_a_transfer_failed_to_bring_is_not_one_that_was_taken_away(
    migrated: TargetWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Http, "backoff", lambda _http, _attempt: 0.0)
    file = "p-1.0-0.tar.bz2"
    delete(migrated, "ann", file)
    migrated.plan(restore=["ann"])
    migrated.lab.faults([{"method": "POST", "path": "/repository/api/.*", "status": 500, "times": 99}])
    assert migrated.apply()["sync"]["failed"]
    migrated.lab.faults([])
    assert migrated.rows()["ann", file][0] == "failed"
    assert migrated.verify()["failed"]
    migrated.plan()
    assert held(migrated) == {}
    assert ("ann", file) in migrated.placements()
