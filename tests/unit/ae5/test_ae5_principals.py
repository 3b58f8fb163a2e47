# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``principal_info`` and ``principal`` over exact requests and against the lab.  A real Keycloak is in tests/keycloak."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import identity
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import WriteInCheckMode
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from tests.lab.ae5.identity import MASTER_PASSWORD, MASTER_USER
from tests.lab.ae5.server import Ae5Lab
from tests.unit.http_script import Script, Step
from tests.unit.module_runner import run_module

ADMIN = "/auth/admin/realms/AnacondaPlatform"
Json = dict[str, t.Any]


def page(first: int = 0, size: int = 2) -> dict[str, str]:
    return {"first": str(first), "max": str(size), "briefRepresentation": "true"}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "PAGE", 2)


def keycloak(server: Script, read_only: bool = False) -> identity.Writer:
    http = Http(server.url, timeout=5, sleep=lambda _seconds: None)
    return identity.Writer(http, FixedToken("tok"), 1, read_only=read_only)


# -- the requests


def test_users_are_read_until_a_page_is_empty(small_pages: None) -> None:
    users = [{"id": str(number), "username": name} for number, name in enumerate(("ann", "bob", "cid"))]
    steps = [
        Step("GET", f"{ADMIN}/users", query=page(0), headers={"Authorization": "Bearer tok"}, reply=users[:2]),
        # one of this page is gone from the directory, and Keycloak leaves it out: the end is not here
        Step("GET", f"{ADMIN}/users", query=page(2), reply=[{**users[2], "federationLink": "d", "enabled": False}]),
        Step("GET", f"{ADMIN}/users", query=page(4), reply=[]),
    ]
    with Script(steps) as server:
        found = keycloak(server).people()
    assert sorted(found) == ["ann", "bob", "cid"]
    assert found["cid"] == identity.User("2", "cid", enabled=False, federated=True)
    assert found["ann"] == identity.User("0", "ann", enabled=True, federated=False)


def test_subgroups_are_taken_from_either_shape(small_pages: None) -> None:
    inline = {"id": "1", "name": "a", "subGroups": [{"id": "2", "name": "b", "subGroups": []}]}
    counted = {"id": "3", "name": "c", "subGroups": [], "subGroupCount": 1}
    steps = [
        Step("GET", f"{ADMIN}/groups", query=page(0), reply=[inline, counted]),
        Step("GET", f"{ADMIN}/groups/3/children", query=page(0), reply=[{"id": "4", "name": "d", "subGroupCount": 0}]),
        Step("GET", f"{ADMIN}/groups", query=page(2), reply=[]),
    ]
    with Script(steps) as server:
        found = keycloak(server).all_groups()
    assert found == {
        "a": identity.Group("1", "a"),
        "a/b": identity.Group("2", "a/b", ("1",)),
        "c": identity.Group("3", "c"),
        "c/d": identity.Group("4", "c/d", ("3",)),
    }


def test_members_are_read_page_by_page(small_pages: None) -> None:
    path = f"{ADMIN}/groups/g%2F1/members"
    steps = [
        Step("GET", path, query=page(0), reply=[{"username": "ann"}, {"username": "bob"}]),
        Step("GET", path, query=page(2), reply=[{"username": "cid"}]),
    ]
    with Script(steps) as server:
        assert keycloak(server).members([identity.Group("g/1", "Devs")]) == {"Devs": frozenset({"ann", "bob", "cid"})}


def test_composite_roles_and_parent_groups_count_as_grants() -> None:
    roles = [{"name": "ae-uploader"}, {"name": "bundle", "composite": True}, {"name": "other", "composite": True}]
    steps = [
        Step("GET", f"{ADMIN}/roles", reply=roles),
        Step("GET", f"{ADMIN}/roles/bundle/composites/realm", reply=[{"name": "ae-uploader"}]),
        Step("GET", f"{ADMIN}/roles/other/composites/realm", reply=[{"name": "offline_access"}]),
        Step("GET", f"{ADMIN}/roles/ae-uploader/users", reply=[{"username": "Ann"}]),
        Step("GET", f"{ADMIN}/roles/ae-uploader/groups", reply=[{"id": "1", "name": "a"}]),
        Step("GET", f"{ADMIN}/roles/bundle/users", reply=[{"username": "bob"}]),
        Step("GET", f"{ADMIN}/roles/bundle/groups", reply=[]),
    ]
    groups = [identity.Group("1", "a"), identity.Group("2", "a/b", ("1",)), identity.Group("3", "c")]
    with Script(steps) as server:
        grants = keycloak(server).grants(["ae-uploader", "ae-wizard"], groups)
    assert grants["ae-wizard"] is None
    assert grants["ae-uploader"] == identity.Grant(frozenset({"ann", "bob"}), frozenset({"a", "a/b"}))


def test_what_is_created_is_named_and_nothing_else_is_sent() -> None:
    steps = [
        Step(
            "POST",
            f"{ADMIN}/users",
            json={"username": "ann", "enabled": True, "requiredActions": []},
            status=201,
            reply_headers={"Location": "http://somewhere/users/u1"},
        ),
        Step("POST", f"{ADMIN}/groups", json={"name": "Devs"}, status=201, reply_headers={"Location": "http://somewhere/groups/g1"}),
        Step("PUT", f"{ADMIN}/users/u1/groups/g1", status=204),
    ]
    with Script(steps) as server:
        writer = keycloak(server)
        user, group = writer.create_user("ann"), writer.create_group("Devs")
        writer.add_member(group, user)


def test_a_membership_is_sent_again_and_a_creation_is_not() -> None:
    busy = {"status": 503, "reply": {"error": "busy"}}
    steps = [
        Step("PUT", f"{ADMIN}/users/u1/groups/g1", **busy),
        Step("PUT", f"{ADMIN}/users/u1/groups/g1", status=204),
        Step("POST", f"{ADMIN}/groups", **busy),
    ]
    with Script(steps) as server:
        writer = keycloak(server)
        writer.add_member("g1", "u1")
        with pytest.raises(MigrationError, match="failed with status 503: busy"):
            writer.create_group("Devs")


def test_check_mode_cannot_write() -> None:
    with Script([]) as server:
        writer = keycloak(server, read_only=True)
        for write in (lambda: writer.create_user("a"), lambda: writer.create_group("a"), lambda: writer.add_member("a", "b")):
            with pytest.raises(WriteInCheckMode):
                write()


@pytest.mark.parametrize("reply", [{"users": []}, [{"name": "no id"}], "text"])
def test_something_that_is_not_the_list_is_said(reply: t.Any) -> None:
    with Script([Step("GET", f"{ADMIN}/users", reply=reply)]) as server:
        with pytest.raises(MigrationError, match="did not answer the request for users with a list"):
            keycloak(server).people()


def test_missing_rights_are_named() -> None:
    with Script([Step("GET", f"{ADMIN}/users", status=403, reply={"error": "HTTP 403 Forbidden"})]) as server:
        with pytest.raises(MigrationError, match="refuses GET users to keycloak_username; give that account view-users"):
            keycloak(server).people()


# -- the modules


@pytest.fixture
def lab(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as made:
        made.seed(
            users=["ann", "bob", {"username": "cid", "federation_link": "directory-1"}, {"username": "dora", "groups": ["developers"]}],
            groups={"Devs": ["ann"]},
        )
        yield made


def run(lab: Ae5Lab, module: str, check: bool = False, **arguments: t.Any) -> Json:
    lab.clear_log()
    account = {"url": lab.url, "keycloak_username": MASTER_USER, "keycloak_password": MASTER_PASSWORD}
    return run_module(module, {**account, **arguments}, check=check, diff=True)


def test_info_shows_people_and_what_they_lack(lab: Ae5Lab) -> None:
    result = run(lab, "principal_info", groups=["Devs", "Nobody"])
    assert {user["name"]: (user["federated"], user["lacks"]) for user in result["users"]} == {
        "ann": (False, ["ae-uploader", "ae-creator"]),
        "bob": (False, ["ae-uploader", "ae-creator"]),
        "cid": (True, ["ae-uploader", "ae-creator"]),
        "dora": (False, []),
    }
    assert (result["groups"], result["absent_groups"]) == ([{"name": "Devs", "members": ["ann"]}], ["Nobody"])
    assert {key: result["summary"][key] for key in ("users", "groups", "federated", "lacking")} == {
        "users": 4,
        "groups": 1,
        "federated": 1,
        "lacking": 3,
    }
    assert (result["changed"], lab.writes()) == (False, [])


def test_the_rest_is_done_when_one_group_cannot_be_created(lab: Ae5Lab) -> None:
    lab.faults([{"method": "POST", "path": "/groups$", "times": 1, "status": 500, "body": {"errorMessage": "out of order"}}])
    wishes = [{"name": "First", "members": ["ann"]}, {"name": "Devs", "members": ["bob"]}]
    result = run(lab, "principal", groups=wishes)
    assert result["failures"] == [
        f"Group 'First' could not be created: POST {ADMIN}/groups at 127.0.0.1 failed with status 500: out of order."
    ]
    assert (result["failed"], result["changed"]) == (True, True)
    assert [(row["group"], row["user"], row["result"]) for row in result["members"]] == [
        ("First", "ann", "failed"),
        ("Devs", "bob", "added"),
    ]
    assert result["diff"] == [{"prepared": "group Devs\n+ member bob\n"}]
    assert lab.state()["groups"]["Devs"]["members"] == ["ann", "bob"]
    again = run(lab, "principal", groups=wishes)
    assert (again["failed"], again["diff"]) == (False, [{"prepared": "group First\n+ the group itself\n+ member ann\n"}])


def test_a_member_that_cannot_be_added_is_a_sentence(lab: Ae5Lab) -> None:
    lab.faults([{"method": "PUT", "path": "/users/", "nth": 1, "status": 400, "body": {"errorMessage": "read only"}}])
    result = run(lab, "principal", groups=[{"name": "Devs", "members": ["bob", "dora"]}], workers=1)
    assert len(result["failures"]) == 1
    assert result["failures"][0].startswith("User 'bob' could not be added to group 'Devs': ")
    assert result["failures"][0].endswith("failed with status 400: read only.")
    assert lab.state()["groups"]["Devs"]["members"] == ["ann", "dora"]


def test_the_same_group_and_member_named_twice_count_once(lab: Ae5Lab) -> None:
    wishes = [{"name": "New", "members": ["ann", "ANN"]}, {"name": "New", "members": ["Ann", "bob"]}]
    result = run(lab, "principal", groups=wishes)
    assert [(row["group"], row["user"]) for row in result["members"]] == [("New", "ann"), ("New", "bob")]
    assert [request["route"] for request in lab.writes()] == ["identity:groups", *["identity:users/{id}/groups/{id}"] * 2]


def test_without_an_account_of_realm_master_it_says_so(lab: Ae5Lab) -> None:
    for module in ("principal", "principal_info"):
        result = run_module(module, {"url": lab.url})
        assert result["msg"] == (
            "Users and groups are in Keycloak; set keycloak_username and keycloak_password, an account of realm master."
        )
    assert lab.log() == []


def test_nothing_named_is_nothing_done(lab: Ae5Lab) -> None:
    result = run(lab, "principal")
    assert (result["changed"], result["failed"], result["users"], result["groups"], result["members"]) == (False, False, [], [], [])
    assert lab.writes() == []
