# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module against labs with different answers: the file has them, and nothing stays that is not named."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.probe.conftest import MakeLab
from tests.unit.probe.probe_world import OTHER_PASSWORD, PASSWORD, SCRATCH, Json

UNKNOWN = "unknown"
NAMES = ("upper_case", "dot", "colon", "blank", "two_slashes", "not_ascii", "length_120")
ALL_NAMES = dict.fromkeys(NAMES, "accepted")
RICH = ["delete_channel", "list_shares", "privacy_at_creation", "privacy_later", "several_files"]
LEFT = f"channel {SCRATCH} with ae-migration-probe-1.0-0.tar.bz2, ae-migration-probe-1.0-1.conda"

API: Json = {
    "api": "confirmed",
    "slash_in_paths": "both",
    "slash_in_conda_urls": "literal",
    "cli": [],
    "admin_import": "offered",
    "duplicate_same": "rejected",
    "duplicate_other": "rejected",
    "unknown_user": "rejected",
    "unknown_group": "rejected",
    "list_shares": "works",
    "unshare": "works",
    "token_seconds": 300,
    "cli_token_seconds": UNKNOWN,
    "conda_auth": "bearer",
    "paging": "offset",
    "conda_v2": "accepted",
    "other_kinds": UNKNOWN,
    "size_limit": UNKNOWN,
    "error_body": "nested",
    "foreign_names": "accepted",
    "channel_names": ALL_NAMES,
    "rate_limit": UNKNOWN,
    "channel_list": "accessible",
    "private_means": "collaborators",
    "unprivileged": {"share_to_itself": "rejected", "upload": "rejected", "create_channel": "accepted"},
    "default_privacy": "public",
    "privacy_at_creation": "works",
    "privacy_later": "works",
    "repodata_latency": "immediate",
    "delete_channel": "works",
    "delete_file": "works",
}
"""What the lab is by default, asked over the api."""

CLI: Json = {
    **API,
    "api": "absent",
    "slash_in_paths": UNKNOWN,
    "cli_token_seconds": 300,
    "conda_auth": "both",
    "paging": UNKNOWN,
    "error_body": UNKNOWN,
    "cli": RICH,
    # A table has blanks between its columns.
    "channel_names": {**ALL_NAMES, "blank": "renamed"},
    "delete_file": "not_offered",
}
"""The same over a client with all abilities, where there is no api."""


class Case(t.NamedTuple):
    """A lab, what the probe is told, and what comes out."""

    switches: Json
    options: Json
    answers: Json
    transport: t.Optional[str]
    left: list[str]


CASES = {
    "api": Case({"size_refusal": "early", "max_bytes": 50_000_000}, {"leave_behind": True}, {**API, "size_limit": 100_000_000}, "api", []),
    "api with other answers": Case(
        {
            "duplicate": "overwrite",
            "unknown_principal": "accept",
            "private_means": "authenticated",
            "error_body": "plain",
            "paging": "none",
            "token_seconds": 60,
            "default_privacy": "private",
            "conda_v2": "refused",
            "readonly_repodata_delay": 1,
            "channel_names": "strict",
            "private_status": 404,
        },
        {"leave_behind": True},
        {
            **API,
            "duplicate_same": "accepted",
            "duplicate_other": "overwritten",
            "unknown_user": "accepted",
            "unknown_group": "accepted",
            "private_means": "authenticated",
            "channel_list": "all",
            "error_body": "plain",
            "paging": "none",
            "token_seconds": 60,
            "default_privacy": "private",
            "conda_v2": "rejected",
            "repodata_latency": "delayed",
            "channel_names": {name: "accepted" if name == "length_120" else "rejected" for name in NAMES},
        },
        "api",
        [],
    ),
    "client with all abilities": Case({"api": "absent", "cli_abilities": "rich"}, {}, CLI, "cli", []),
    "client with the documented abilities": Case(
        {"api": "absent"},
        {"leave_behind": True},
        {
            **CLI,
            "cli": [],
            "list_shares": "not_offered",
            "unshare": UNKNOWN,
            "conda_auth": UNKNOWN,
            "foreign_names": UNKNOWN,
            "channel_names": UNKNOWN,
            "channel_list": UNKNOWN,
            "private_means": UNKNOWN,
            "unprivileged": {"share_to_itself": "rejected", "upload": "rejected"},
            "privacy_at_creation": "not_offered",
            "privacy_later": "not_offered",
            "delete_channel": "not_offered",
        },
        "cli",
        [LEFT],
    ),
    "nothing is deleted, privacy at creation does not count": Case(
        {"delete": "refused", "privacy_at_creation": "ignored", "duplicate": "keep", "cli_abilities": "rich"},
        {"leave_behind": True},
        {
            **API,
            "cli": RICH,
            "duplicate_same": "accepted",
            "duplicate_other": "kept",
            "foreign_names": UNKNOWN,
            "channel_names": UNKNOWN,
            # There is but one channel.
            "paging": UNKNOWN,
            "default_privacy": UNKNOWN,
            "privacy_at_creation": "ignored",
            "unprivileged": {"share_to_itself": "rejected", "upload": "rejected"},
            "delete_channel": "refused",
            "delete_file": "refused",
        },
        "api",
        [LEFT],
    ),
    "api with another spelling": Case(
        {"slash_paths": "literal", "cli_abilities": "rich"},
        {"leave_behind": True},
        {**CLI, "api": "differs", "slash_in_paths": "literal", "paging": "offset", "error_body": "nested"},
        "cli",
        [],
    ),
    "nobody said that something may stay": Case(
        {"delete": "absent", "cli_abilities": "rich"},
        {},
        {
            **dict.fromkeys(API, UNKNOWN),
            "cli": [ability for ability in RICH if ability != "delete_channel"],
            "admin_import": "offered",
            "token_seconds": 300,
            "error_body": "nested",
        },
        None,
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_file_has_the_labs_answers_and_names_what_stays(name: str, make_lab: MakeLab) -> None:
    case = CASES[name]
    world = make_lab(**case.switches)
    result = world.probe(**case.options)
    assert not result["failed"], result["msg"]
    assert world.values() == case.answers
    written = world.written()
    assert (written["schema_version"], written["url"], written["transport"]) == (1, world.lab.url, case.transport)
    assert written["left_behind"] == result["left_behind"] == case.left
    assert world.channels() == ([SCRATCH] if case.left else [])
    assert result["changed"]
    assert result["capabilities"] == written
    for answer in written["answers"].values():
        assert answer["confidence"] == ("unknown" if answer["value"] == UNKNOWN else "known")
        assert answer["evidence"]
    assert len(world.lab.log()) <= 75
    assert sum(record["bytes"] for record in world.lab.log()) < 100_000


@pytest.mark.parametrize(
    "name",
    [
        "api",
        "client with the documented abilities",
        "nothing is deleted, privacy at creation does not count",
        "nobody said that something may stay",
    ],
)
def test_a_second_probe_writes_the_same_file(name: str, make_lab: MakeLab) -> None:
    """Also where the scratch channel is used again: what only its creation can tell is kept from before."""
    case = CASES[name]
    world = make_lab(**case.switches)
    world.probe(**case.options)
    first = world.values()
    world.probe(**case.options, capabilities=world.written())
    assert world.values() == first
    result = world.probe(**case.options, capabilities=world.written())
    assert (result["changed"], result["left_behind"]) == (False, case.left)
    assert world.channels() == ([SCRATCH] if case.left else [])


def test_no_write_is_sent_before_somebody_says_that_it_may_stay(make_lab: MakeLab) -> None:
    world = make_lab()
    result = world.probe()
    assert (result["failed"], world.writes()) == (False, 0)
    assert world.written()["answers"]["private_means"]["evidence"] == (
        "not tried: what is made for it may stay behind, because deleting is not proven; leave_behind (probe_leave_behind) says yes"
    )


def test_what_an_earlier_probe_has_proven_needs_no_yes(make_lab: MakeLab) -> None:
    world = make_lab()
    world.probe(leave_behind=True)
    result = world.probe(capabilities=world.written())
    assert not result["failed"], result["msg"]
    assert world.writes() > 20
    assert world.channels() == []


def test_a_proof_that_no_longer_holds_is_named_and_fails(make_lab: MakeLab) -> None:
    """An administrator has forbidden deleting since: one empty channel stays, nothing is uploaded, the module says so and fails."""
    world = make_lab()
    world.probe(leave_behind=True)
    world.lab.set(delete="refused")
    result = world.probe(capabilities=world.written())
    assert result["failed"]
    assert result["msg"] == f"The probe could not remove what it made, delete by hand: channel {SCRATCH}."
    assert world.channels() == [SCRATCH]
    assert world.lab.state()["channels"][SCRATCH]["files"] == []
    assert world.values()["delete_channel"] == "refused"


def test_check_mode_reads_only_and_writes_no_file(make_lab: MakeLab) -> None:
    world = make_lab()
    result = world.probe(check=True, leave_behind=True)
    assert (result["failed"], world.writes(), world.dest.exists()) == (False, 0, False)
    assert result["capabilities"]["answers"]["token_seconds"]["value"] == 300
    assert result["capabilities"]["answers"]["api"]["value"] == UNKNOWN


def test_without_a_second_account_what_others_see_stays_unknown(make_lab: MakeLab) -> None:
    world = make_lab()
    world.probe(leave_behind=True, probe_username=None, probe_password=None)
    answers = world.written()["answers"]
    for name in ("private_means", "channel_list", "unprivileged"):
        assert (answers[name]["confidence"], answers[name]["evidence"]) == (
            "unknown",
            "there is no second account (probe_username, probe_password)",
        )
    assert answers["api"]["value"] == "confirmed"


def test_an_administrator_as_second_account_proves_nothing(make_lab: MakeLab) -> None:
    world = make_lab()
    world.lab.seed(users=[{"username": "boss", "password": "boss-pw", "roles": ["ae-admin"]}])
    world.probe(leave_behind=True, probe_username="boss", probe_password="boss-pw")
    answers = world.written()["answers"]
    assert answers["private_means"]["value"] == answers["channel_list"]["value"] == UNKNOWN
    assert "administrator" in answers["private_means"]["evidence"]
    assert world.channels() == []


def test_what_is_declared_is_not_changed(make_lab: MakeLab) -> None:
    world = make_lab()
    world.probe(leave_behind=True)
    edited = world.written()
    edited["answers"]["api"].update(value="absent", confidence="declared", evidence="our vendor says so")
    world.probe(leave_behind=True, capabilities=edited)
    assert world.written()["answers"]["api"] == edited["answers"]["api"]
    assert world.values()["duplicate_same"] == "rejected"


def test_one_probe_that_fails_does_not_stop_the_rest(make_lab: MakeLab) -> None:
    """The shares are out of order; all else is answered and cleaned up."""
    world = make_lab()
    world.lab.faults([{"method": "PUT", "path": ".*/shares/.*", "every": 1, "status": 500}])
    result = world.probe(leave_behind=True)
    assert not result["failed"], result["msg"]
    failing = {"unknown_user", "unknown_group", "list_shares", "unshare", "private_means", "channel_list"}
    values = world.values()
    assert {name for name in API if values[name] == UNKNOWN and API[name] != UNKNOWN} == failing
    assert values["api"] == "differs"
    assert values["unprivileged"]["share_to_itself"] == UNKNOWN
    assert world.channels() == []


def test_a_channel_of_that_name_with_other_packages_is_not_touched(make_lab: MakeLab) -> None:
    world = make_lab()
    world.lab.parts.state.create(SCRATCH, "migrator", "public")
    received = world.lab.root / "received"
    received.write_bytes(b"x")
    index = {"name": "six", "version": "1", "build": "0", "subdir": "noarch"}
    world.lab.parts.state.add_package(SCRATCH, "six-1-0.tar.bz2", index, received, 1, "0" * 32, "0" * 64)
    result = world.probe(leave_behind=True, transport="api")
    assert (result["failed"], world.writes()) == (False, 0)
    assert world.written()["answers"]["delete_channel"]["evidence"] == (
        f"channel {SCRATCH} holds six-1-0.tar.bz2, which is not from a probe, so the channel is not changed"
    )


def test_no_secret_is_in_the_file_or_the_result(make_lab: MakeLab) -> None:
    world = make_lab(cli_abilities="rich")
    for transport in ("api", "cli"):
        result = world.probe(leave_behind=True, transport=transport)
        tokens = [row["token"] for row in world.lab.parts.database.rows("SELECT token FROM tokens")]
        assert tokens
        for secret in [PASSWORD, OTHER_PASSWORD, world.lab.switches.client_secret, *tokens]:
            assert secret not in world.dest.read_text(encoding="utf-8")
            assert secret not in repr({**result, "invocation": None})


def test_a_cluster_that_cannot_be_asked_at_all_is_an_error(make_lab: MakeLab) -> None:
    world = make_lab(api="absent")
    result = world.probe(leave_behind=True, cli="/nowhere/cli")
    assert result["failed"]
    assert result["msg"].startswith("AE5 can be asked neither over the api nor over the client (")
    assert not world.dest.exists()
