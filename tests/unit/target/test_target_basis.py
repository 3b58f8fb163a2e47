# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan carries of the cluster it was made for, and what it says is to be done."""

from __future__ import annotations

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import ChannelBefore, Share
from tests.unit.target.target_world import TargetWorld


def diff_of(result: dict[str, object]) -> list[str]:
    text = result["diff"][0]["prepared"]  # type: ignore[index]
    return str(text).split("changes to the cluster as it is now:")[1].splitlines()


def test_an_empty_cluster_held_nothing_and_everything_is_to_do(world: TargetWorld) -> None:
    file = world.package("ann", "p", "main", "dev")
    result = world.plan()
    assert not result["failed"], result.get("msg")
    plan = world.stored()
    assert plan.target_read
    assert [channel.before for channel in plan.channels] == [None, None]
    assert {key: one.before for key, one in world.placements().items()} == {("ann", file): None, ("ann/dev", file): None}
    size = world.placements()["ann", file].size
    assert plan.changes["totals"] == {
        "channels_to_create": 2,
        "channels_to_hide": 0,
        "channels_to_publish": 2,
        "files_to_send": 2,
        "bytes_to_send": 2 * size,
        "files_present": 0,
        "conflicts": 0,
        "files_unproven": 0,
        "shares_to_add": 2,
        "shares_to_change": 0,
        "channels_with_unseen_shares": 0,
    }
    assert result["summary"]["channels_to_create"] == 2
    words = "create; send 1 file, 1.1 kB; user ann may read and write; make public"
    text = (world.plan_dir / "plan.yml").read_text()
    assert text.count("create; send 1 file") == 2
    assert [line.split(": ")[0] for line in diff_of(result)[1:]] == ["  + ann", "  + ann/dev"]
    assert diff_of(result)[1].split("; ")[0] == "  + ann: create"
    assert words.split("; ")[2:] == diff_of(result)[1].split("; ")[2:]


def test_the_plan_of_a_migrated_site_has_nothing_to_do_and_is_the_same_bytes_each_time(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.package("ann", "q", access="private")
    world.package("bob", "r")
    world.migrate()
    result = world.plan()
    plan = world.stored()
    assert plan.changes["channels"] == {}
    assert plan.changes["totals"]["files_present"] == 3
    assert diff_of(result) == [" none"]
    assert "from_where_the_cluster_is_now: nothing to do" in (world.plan_dir / "plan.yml").read_text()
    assert plan.channels[0].before == ChannelBefore("private", (Share("user", "ann", "rw"),), ())
    assert plan.channels[1].before == ChannelBefore("public", (Share("user", "bob", "rw"),), ())
    assert {one.before for one in world.placements().values()} == {f"sha256:{one.sha256}" for one in world.placements().values()}
    assert world.plan()["changed"] is False


def test_what_was_there_is_compared_and_what_nobody_planned_is_named(world: TargetWorld) -> None:
    same, other = world.package("ann", "p"), world.package("ann", "q")
    world.package("ann", "new")
    world.lab.seed(
        channels=[{"name": "ann", "owner": "migrator", "privacy": "public", "shares": [{"type": "user", "name": "ann", "access": "r"}]}]
    )
    world.put("ann", "p")
    world.put("ann", "q", size=900)
    alien = world.put("ann", "alien")
    world.package("ann", "secret", access="private")
    result = world.plan()
    [channel] = world.stored().channels
    assert channel.before == ChannelBefore("public", (Share("user", "ann", "r"),), (f"linux-64/{alien}",))
    was = {file: one.before for (_channel, file), one in world.placements().items()}
    assert was[same] == f"sha256:{world.sha256(same)}"
    assert was[other] == f"sha256:{world.files('ann')[other]}"
    assert list(was.values()).count(None) == 2
    mine = world.stored().changes["channels"]["ann"]
    assert {name: mine[name] for name in ("hide", "send", "present", "conflicts", "change")} == {
        "hide": True,
        "send": 2,
        "present": 1,
        "conflicts": 1,
        "change": ["user ann may read and write (now r)"],
    }
    [decision] = [one for one in world.stored().decisions if one.code == "conflict"]
    assert decision.detail == f"Channel ann already has other bytes for 1 planned file (linux-64/{other})."
    assert decision.variable == "ae_conflict"
    assert not result["failed"]


def test_an_offline_plan_knows_nothing_of_the_cluster_and_refuses_nothing(world: TargetWorld) -> None:
    file = world.package("ann", "p")
    world.lab.clear_log()
    world.plan(offline=True)
    assert world.lab.log() == []
    assert (world.stored().target_read, world.stored().changes, world.stored().channels[0].before) == (False, {}, None)
    assert world.placements()["ann", file].before == "unknown"
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "public"}])
    world.put("ann", "alien")
    world.apply_well()
    assert file in world.files("ann")


def test_planning_writes_nothing_to_the_cluster(world: TargetWorld) -> None:
    world.package("ann", "p")
    world.lab.seed(channels=[{"name": "ann", "owner": "migrator", "privacy": "private"}])
    world.lab.clear_log()
    world.plan()
    assert world.lab.writes() == []
    assert [record["path"] for record in world.lab.log() if "/linux-64/" in record["path"]] == [
        "/repository/conda/ann/linux-64/repodata.json"
    ]
