# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run obeys what a probe found out."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import (
    DELETE_CHANNEL,
    DELETE_FILE,
    LIST_PRIVACY,
    LIST_SHARES,
    PRIVACY_AT_CREATION,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from tests.unit.ae5.ae5_params import params
from tests.unit.http_script import Script, Step

URL = "https://ae5.example.com"


def found(transport: str = "api", **values: t.Any) -> dict[str, t.Any]:
    """The content of a file with these answers."""
    answers = {name: {"value": value, "confidence": "known", "evidence": "seen"} for name, value in values.items()}
    return {"schema_version": 1, "url": URL, "transport": transport, "answers": answers}


def with_confidence(data: dict[str, t.Any], name: str, confidence: str) -> dict[str, t.Any]:
    data = copy.deepcopy(data)
    data["answers"][name]["confidence"] = confidence
    return data


CONFIRMED = found(api="confirmed")


@pytest.mark.parametrize(
    ("transport", "capabilities", "used"),
    [
        ("auto", None, "cli"),
        ("auto", {}, "cli"),
        ("auto", CONFIRMED, "api"),
        ("auto", with_confidence(CONFIRMED, "api", "declared"), "api"),
        ("auto", with_confidence(CONFIRMED, "api", "unknown"), "cli"),
        ("auto", found(api="differs"), "cli"),
        ("auto", found(api="absent"), "cli"),
        ("cli", CONFIRMED, "cli"),
        ("api", found(api="absent"), "api"),
    ],
)
def test_auto_is_the_api_only_where_it_was_confirmed(transport: str, capabilities: t.Any, used: str) -> None:
    with connect(params(URL, transport=transport, capabilities=capabilities), False) as cluster:
        assert cluster.transport.name == used


@pytest.mark.parametrize(
    ("capabilities", "ability", "can"),
    [
        (None, PRIVACY_AT_CREATION, True),
        (found(privacy_at_creation="works"), PRIVACY_AT_CREATION, True),
        (found(privacy_at_creation="ignored"), PRIVACY_AT_CREATION, False),
        (with_confidence(found(privacy_at_creation="ignored"), PRIVACY_AT_CREATION, "unknown"), PRIVACY_AT_CREATION, True),
        (found("cli", privacy_at_creation="not_offered"), PRIVACY_AT_CREATION, True),
        (found(list_shares="ignored"), LIST_SHARES, False),
        (found(), LIST_PRIVACY, True),
        (None, DELETE_CHANNEL, False),
        (found(delete_channel="works"), DELETE_CHANNEL, True),
        (found("cli", delete_channel="works"), DELETE_CHANNEL, False),
        (with_confidence(found("cli", delete_channel="works"), DELETE_CHANNEL, "declared"), DELETE_CHANNEL, True),
        (found(delete_channel="refused"), DELETE_CHANNEL, False),
        (found(delete_file="works"), DELETE_FILE, True),
    ],
)
def test_what_was_seen_to_fail_is_not_relied_on_and_deleting_needs_a_proof(capabilities: t.Any, ability: str, can: bool) -> None:
    with connect(params(URL, capabilities=capabilities), False) as cluster:
        assert cluster.can(ability) is can


def test_what_private_means_is_known_to_a_run() -> None:
    with connect(params(URL, capabilities=found(private_means="authenticated")), True) as cluster:
        assert cluster.capabilities.private_means == "authenticated"
    with connect(params(URL), True) as cluster:
        assert cluster.capabilities.private_means is None


def test_capabilities_of_another_cluster_are_refused() -> None:
    with pytest.raises(MigrationError, match=r"are for https://ae5.example.com, but the cluster is https://other.example.com"):
        connect(params("https://other.example.com", capabilities=CONFIRMED), False)
    with connect(params(URL.upper().replace("HTTPS", "https") + "/", capabilities=CONFIRMED, transport="auto"), False) as cluster:
        assert cluster.transport.name == "api"


@pytest.mark.parametrize(
    "data",
    [
        {"schema_version": 2, "answers": {}},
        {"schema_version": 1},
        {"answers": {}},
        {"schema_version": 1, "answers": {"api": "confirmed"}},
        {"schema_version": 1, "answers": {"api": {"value": "confirmed", "confidence": "sure"}}},
        {"schema_version": 1, "answers": {"api": {"confidence": "known"}}},
    ],
)
def test_a_file_of_another_shape_is_one_sentence(data: t.Any) -> None:
    with pytest.raises(MigrationError, match="run the probe playbook again"):
        Capabilities.from_json(data)


def test_a_channel_and_a_file_are_deleted_with_their_routes() -> None:
    steps = [
        Step("DELETE", "/repository/api/channels/a%2Fb", status=204),
        Step("DELETE", "/repository/api/channels/a%2Fb/artifacts/noarch/x-1-0.tar.bz2", status=204),
    ]
    with Script(steps) as server, connect(params(server.url), False) as cluster:
        cluster.delete_channel("a/b")
        cluster.delete_file("a/b", "noarch", "x-1-0.tar.bz2")


def test_deleting_what_is_not_there_is_no_error_and_a_missing_route_is_one() -> None:
    steps = [
        Step("DELETE", "/repository/api/channels/a", status=404),
        Step("GET", "/repository/api/channels/a", status=404),
        Step("DELETE", "/repository/api/channels/a", status=404, reply={"error": {"message": "no such route"}}),
        Step("GET", "/repository/api/channels/a", reply={"name": "a"}),
    ]
    with Script(steps) as server, connect(params(server.url), False) as cluster:
        cluster.delete_channel("a")
        with pytest.raises(MigrationError, match="no such route"):
            cluster.delete_channel("a")


def test_nothing_is_deleted_in_check_mode() -> None:
    with Script([]) as server, connect(params(server.url), True) as cluster:
        with pytest.raises(AssertionError, match="check mode must not delete channel a"):
            cluster.delete_channel("a")
        with pytest.raises(AssertionError, match="check mode must not delete noarch/x from channel a"):
            cluster.delete_file("a", "noarch", "x")
