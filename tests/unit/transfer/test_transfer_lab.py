# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The phases of apply against the lab's cluster, over both transports."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._masked import WHOLE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._module import FAILURES_SHOWN, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.shares.module import add_published
from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module
from tests.unit.transfer.transfer_world import PASSWORD, World, options

Options = t.Dict[str, t.Any]


def prepared(result: dict[str, t.Any]) -> list[str]:
    return [line for entry in result.get("diff", []) for line in entry["prepared"].splitlines()[1:]]


def fill(world: World) -> str:
    world.channel("owner", Share("user", "Alice", "rw"), public=True)
    world.channel("owner/Devs", Share("group", "Devs", "r"))
    world.add("owner", "alpha")
    world.add("owner", "beta", subdir="noarch")
    world.add("owner/Devs", "alpha")
    return world.save()


def phases(world: World, connection: Options, plan: str, **how: bool) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    sync = {"placements": str(world.plan / "placements.jsonl"), "dump": str(world.dump), "results": str(world.results)}
    assume = {"assume_transferred": how.get("check", False)}
    yield "birth", run_module("channel", {**connection, "plan": plan}, **how)
    yield "sync", run_module("package_sync", {**connection, **sync}, **how)
    share = {"records": str(world.root / "records"), "publish": True, **assume}
    yield "share", run_module("channel_share", {**connection, "plan": plan, **share}, **how)


def test_the_phases_bring_a_plan_to_the_cluster_and_find_nothing_to_do_the_second_time(
    world: World, lab: Ae5Lab, connection: Options
) -> None:
    plan = fill(world)
    predicted = dict(phases(world, connection, plan, check=True, diff=True))
    assert lab.writes() == []
    assert not world.results.exists()
    assert not list(world.root.glob("records*"))

    done = dict(phases(world, connection, plan, check=False, diff=True))
    for phase, result in done.items():
        assert (phase, result["failed"], result.get("msg")) == (phase, False, None)
        assert result["changed"], phase
        assert prepared(result) == prepared(predicted[phase]), phase
        assert predicted[phase]["changed"], phase

    state = lab.state()["channels"]
    assert {name: channel["privacy"] for name, channel in state.items()} == {"owner": "public", "owner/Devs": "private"}
    assert [file["file"] for file in state["owner"]["files"]] == ["alpha-1.0-0.tar.bz2", "beta-1.0-0.tar.bz2"]
    assert [file["sha256"] for file in state["owner/Devs"]["files"]] == [
        placement.sha256 for placement in world.placements if placement.channel == "owner/Devs"
    ]
    assert state["owner"]["shares"] == [{"type": "user", "name": "alice", "access": "rw"}]
    assert state["owner/Devs"]["shares"] == [{"type": "group", "name": "Devs", "access": "r"}]
    rows = [json.loads(line) for line in world.results.read_text().splitlines()]
    assert [(row["channel"], row["outcome"]) for row in rows] == [("owner", "uploaded"), ("owner", "uploaded"), ("owner/Devs", "uploaded")]
    assert not world.results.with_name("transfer.jsonl.journal").exists()

    lab.clear_log()
    for phase, result in phases(world, connection, plan, check=False, diff=True):
        assert (phase, result["failed"], result["changed"]) == (phase, False, False)
    assert lab.writes() == []


def test_no_password_and_no_token_is_in_any_result(world: World, lab: Ae5Lab, connection: Options) -> None:
    plan = fill(world)
    text = json.dumps(dict(phases(world, connection, plan, check=False, diff=True)))
    assert PASSWORD not in text
    assert "eyJ" not in text


def test_a_minimal_client_refuses_what_must_be_private_and_does_the_rest(world: World, lab: Ae5Lab) -> None:
    plan = fill(world)
    connection = options(lab, "cli")
    result = run_module("channel", {**connection, "plan": plan}, diff=True)
    assert result["failed"]
    assert result["msg"] == (
        "1 channel must be private, and this transport cannot create a private channel: owner/Devs; create it in AE5's web interface with"
        " exactly this name, switch it to Private, and run again, or accept it in ae_accept_public."
    )
    assert result["refused"] == ["owner/Devs"]
    assert prepared(result) == ["+ channel owner (public)"]
    assert list(lab.state()["channels"]) == ["owner"]

    sync = {"placements": str(world.plan / "placements.jsonl"), "dump": str(world.dump), "results": str(world.results)}
    refused = result["refused"]
    result = run_module("package_sync", {**connection, **sync, "refused": refused})
    assert (result["failed"], result["summary"]["uploaded"]) == (False, 2)
    assert list(lab.state()["channels"]) == ["owner"]

    records = str(world.root / "records")
    for expected, verified in (("added", False), ("recorded", False)):
        result = run_module("channel_share", {**connection, "plan": plan, "records": records, "publish": True, "refused": refused})
        assert result["failures"] == [], "the cause is told where the channel was refused"
        assert [row["result"] for row in result["shares"]] == [expected, "refused"]
        assert result["shares"][0]["verified"] is verified
        assert result["changed"] is (expected == "added")
    (world.root / "records" / "last_shares.json").unlink()
    assert run_module("channel_share", {**connection, "plan": plan, "records": records})["changed"]


@pytest.mark.parametrize(
    ("module", "name"), [("package_sync", "owner/********"), ("channel_share", "owner/********"), ("channel_share", WHOLE)]
)
def test_a_masked_name_of_a_refused_channel_stops_what_comes_after(world: World, lab: Ae5Lab, module: str, name: str) -> None:
    """Ansible masks each secret wherever it occurs, so a channel named like a password is no longer named."""
    plan = fill(world)
    run_module("channel", {**options(lab, "api"), "plan": plan})
    sync = {"placements": str(world.plan / "placements.jsonl"), "dump": str(world.dump), "results": str(world.results)}
    more = sync if module == "package_sync" else {"plan": plan, "publish": True}
    lab.clear_log()
    result = run_module(module, {**options(lab, "api"), **more, "refused": [name]})
    assert result["failed"]
    assert f"Ansible has masked the name of a refused channel ({name})" in result["msg"]
    assert lab.writes() == []


def test_a_minimal_client_may_create_a_channel_public_that_was_accepted_to_be(world: World, lab: Ae5Lab) -> None:
    plan = fill(world)
    arguments = {**options(lab, "cli"), "plan": plan, "accept_public": ["owner/*"]}
    result = run_module("channel", arguments, diff=True)
    assert not result["failed"]
    assert prepared(result) == ["+ channel owner (public)", "+ channel owner/Devs (public)"]
    assert not run_module("channel", arguments)["changed"]


def test_what_hinders_publishing_hinders_no_share(world: World, lab: Ae5Lab, connection: Options) -> None:
    """A public channel nobody has a share of cannot be read: the shares are set all the same, and it is told."""
    plan = fill(world)
    world.channel("public", public=True)
    world.add("public", "gamma")
    plan = world.save()
    run_module("channel", {**connection, "plan": plan})
    sync = {"placements": str(world.plan / "placements.jsonl"), "dump": str(world.dump), "results": str(world.results)}
    run_module("package_sync", {**connection, **sync})
    lab.faults([{"method": "GET", "path": ".*/public/.*repodata.*", "every": 1, "status": 500}])
    shared = run_module("channel_share", {**connection, "plan": plan, "publish": True})
    assert [row["result"] for row in shared["shares"]] == ["added", "added"]
    [sentence] = shared["failures"]
    assert sentence.startswith("The channels that may be public were not made public: "), shared
    assert (shared["summary"]["published"], shared["summary"]["not_published"]) == (0, 2)
    assert lab.state()["channels"]["public"]["privacy"] == "private"


def test_publishing_needs_a_plan(lab: Ae5Lab, connection: Options) -> None:
    refused = run_module("channel_share", {**connection, "channel": "owner", "user": "alice", "publish": True})
    assert refused["failed"]
    assert "publish is True but" in refused["msg"]
    assert lab.writes() == []


def test_the_first_failures_of_both_are_shown() -> None:
    shares = Outcome(failures=[f"share {number}" for number in range(40)])
    add_published(shares, Outcome(failures=[f"publish {number}" for number in range(40)], values={"channels": []}))
    shown = shares.failures[:FAILURES_SHOWN]
    assert ("share 0" in shown, "publish 0" in shown, len(shares.failures)) == (True, True, 80)


def test_a_public_channel_that_must_be_private_is_hidden_at_birth(world: World, lab: Ae5Lab, connection: Options) -> None:
    plan = fill(world)
    lab.seed(channels=[{"name": "owner/Devs", "owner": "migrator", "privacy": "public"}])
    result = run_module("channel", {**connection, "plan": plan}, diff=True)
    assert not result["failed"]
    assert prepared(result) == ["+ channel owner (private)", "~ channel owner/Devs public -> private"]
    assert lab.state()["channels"]["owner/Devs"]["privacy"] == "private"


def test_an_incomplete_channel_is_neither_shared_nor_published(world: World, lab: Ae5Lab, connection: Options) -> None:
    plan = fill(world)
    run_module("channel", {**connection, "plan": plan})
    lab.clear_log()
    shared = run_module("channel_share", {**connection, "plan": plan, "publish": True})
    assert [row["result"] for row in shared["shares"]] == ["waiting", "waiting"]
    assert (
        "2 of its files are not verified on the cluster (linux-64/alpha-1.0-0.tar.bz2 absent, noarch/beta-1.0-0.tar.bz2 absent)"
        in shared["msg"]
    )
    assert shared["failures"][-1].startswith("Channel owner is not made public: 2 of its files")
    assert lab.writes() == []


@pytest.mark.parametrize("transport", ["api", "cli"])
def test_an_unknown_principal_is_one_sentence_and_the_rest_is_done(world: World, lab: Ae5Lab, transport: str) -> None:
    lab.seed(channels=[{"name": "c", "owner": "migrator", "privacy": "private"}])
    shares = [{"channel": "c", "user": "nobody"}, {"channel": "c", "group": "Devs", "access": "rw"}]
    result = run_module("channel_share", {**options(lab, transport), "shares": shares})
    assert [row["result"] for row in result["shares"]] == ["failed", "added"]
    assert "The user 'nobody' does not exist on AE5, so channel c is not shared with it" in result["msg"]
    assert lab.state()["channels"]["c"]["shares"] == [{"type": "group", "name": "Devs", "access": "rw"}]


def test_shares_that_the_plan_does_not_name_are_returned_and_left(world: World, lab: Ae5Lab) -> None:
    world.channel("c", Share("group", "Devs", "rw"))
    plan = world.save()
    mine = [{"type": "user", "name": "alice", "access": "r"}, {"type": "group", "name": "Devs", "access": "r"}]
    lab.seed(channels=[{"name": "c", "owner": "migrator", "privacy": "private", "shares": mine}])
    result = run_module("channel_share", {**options(lab, "api"), "plan": plan}, diff=True)
    assert result["extra"] == [{"channel": "c", "user": "alice", "access": "r"}]
    assert prepared(result) == ["~ group Devs r -> rw on c"]
    assert len(lab.state()["channels"]["c"]["shares"]) == 2


def test_a_share_can_be_taken_away(lab: Ae5Lab, connection: Options) -> None:
    lab.seed(
        channels=[{"name": "c", "owner": "migrator", "privacy": "private", "shares": [{"type": "user", "name": "alice", "access": "r"}]}]
    )
    arguments = {**connection, "channel": "c", "user": "alice", "state": "absent"}
    assert prepared(run_module("channel_share", arguments, diff=True)) == ["- user alice r on c"]
    assert lab.state()["channels"]["c"]["shares"] == []
    assert not run_module("channel_share", arguments)["changed"]


def test_channel_info_shows_what_there_is(world: World, lab: Ae5Lab, connection: Options) -> None:
    plan = fill(world)
    for _phase, result in phases(world, connection, plan):
        assert not result["failed"]
    lab.clear_log()
    arguments = {**connection, "names": ["owner/Devs", "nothing"], "packages": True, "subdirs": ["noarch", "linux-64"]}
    result = run_module("channel_info", arguments)
    [channel] = result["channels"]
    assert (channel["name"], channel["privacy"]) == ("owner/Devs", "private")
    assert channel["shares"] == [{"group": "Devs", "access": "r"}]
    assert [package["file"] for package in channel["packages"]] == ["alpha-1.0-0.tar.bz2"]
    assert result["absent"] == ["nothing"]
    assert not result["changed"]
    assert lab.writes() == []


def test_a_token_of_one_host_moves_packages_from_another(world: World, lab: Ae5Lab, connection: Options) -> None:
    plan = fill(world)
    run_module("channel", {**connection, "plan": plan})
    token = run_module("access_token", connection)["access_token"]
    mover = {key: value for key, value in connection.items() if key not in ("username", "password", "client_secret")}
    sync = {"placements": str(world.plan / "placements" / "east.jsonl"), "dump": str(world.dump), "results": str(world.results)}
    result = run_module("package_sync", {**mover, "access_token": token, **sync, "site": "east"})
    assert (result["failed"], result["summary"]["uploaded"]) == (False, 3)


def test_a_wrong_password_is_one_sentence(lab: Ae5Lab, connection: Options) -> None:
    result = run_module("channel_info", {**connection, "password": "not-the-password"})
    assert result["failed"]
    assert "refused the login of 'migrator'" in result["msg"]
    assert "not-the-password" not in result["msg"]
    assert "\n" not in result["msg"]


def test_a_quarantined_file_holds_nothing_up_and_a_failed_one_does(world: World, lab: Ae5Lab) -> None:
    plan = fill(world)
    connection = options(lab, "api")
    bad, good = (placement for placement in world.placements if placement.channel == "owner")
    (world.dump / bad.path).write_bytes(b"broken")
    steps = dict(phases(world, connection, plan))
    assert steps["sync"]["summary"]["quarantined"] == 2, "the same file is in two channels"
    assert "is corrupted" in steps["sync"]["msg"]
    assert [row["result"] for row in steps["share"]["shares"]] == ["waiting", "waiting"]
    assert lab.state()["channels"]["owner"]["privacy"] == "private"

    world.transferred(TransferRow(*bad.key, "quarantined", "x"), TransferRow(*good.key, "failed", "x"))
    shared = run_module("channel_share", {**connection, "plan": plan, "publish": True})
    assert [row["result"] for row in shared["shares"]] == ["added", "waiting"]
    assert shared["published"] == [{"name": "owner", "result": "changed", "privacy": "public"}]
    assert lab.state()["channels"]["owner"]["privacy"] == "public"


def test_rights_on_a_channel_that_would_have_been_created_can_be_predicted(lab: Ae5Lab, connection: Options) -> None:
    given = {**connection, "shares": [{"channel": "tools", "user": "Alice", "access": "r"}]}
    assert "does not exist, so it is not shared" in run_module("channel_share", given, check=True)["msg"]
    predicted = run_module("channel_share", {**given, "assume_transferred": True}, check=True, diff=True)
    assert (predicted["failed"], predicted["changed"], lab.writes()) == (False, True, [])
    run_module("channel", {**connection, "channels": [{"name": "tools", "privacy": "private"}]})
    done = run_module("channel_share", {**given, "assume_transferred": True}, diff=True)
    assert prepared(done) == prepared(predicted) != []
    assert (
        "does not exist, so it is not shared"
        in run_module("channel_share", {**given, "shares": [{**given["shares"][0], "channel": "none"}]})["msg"]
    )
