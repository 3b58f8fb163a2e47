# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``principal_info`` and ``principal`` against a real Keycloak and against the lab: the same tests with the same people."""

from __future__ import annotations

import requests

from tests.keycloak.conftest import Cluster
from tests.keycloak.realm import CLIENT, CROWD_GROUPS, CROWD_USERS, FEDERATED, MIGRATOR, SECRET, crowd
from tests.lab.ae5.identity import GROUPS

NEEDED = ["ae-uploader", "ae-creator"]
OUR_WRITES = {"identity:users", "identity:groups", "identity:users/{id}/groups/{id}"}
PAGE = 1000


def test_a_crowd_is_listed_in_pages(cluster: Cluster) -> None:
    result = cluster.run("principal_info")
    assert result["failed"] is False, result["msg"]
    names = [user["name"] for user in result["users"]]
    members = {group["name"]: group["members"] for group in result["groups"]}
    assert [name for name in names if name.startswith("user-")] == sorted(crowd())
    assert names == sorted(set(names))
    expected: dict[str, list[str]] = {}
    for user, groups in crowd().items():
        for group in groups:
            expected.setdefault(group, []).append(user)
    assert {name: mine for name, mine in members.items() if name.startswith("group-")} == expected
    assert (len(expected), sum(map(len, expected.values()))) == (CROWD_GROUPS, CROWD_USERS)
    assert members.keys() >= GROUPS.keys()
    # one listing of users, to its empty end, and one of groups
    assert cluster.asked("identity:users") == -(-len(names) // PAGE) + 1
    assert cluster.asked("identity:groups") == 1
    assert cluster.lab.writes() == []


def test_a_group_of_several_pages_is_read_whole(cluster: Cluster) -> None:
    everybody = {user["username"] for user in cluster.all("/users")}
    result = cluster.run("principal_info", users=[], groups=["everyone"], roles=[])
    assert len(result["groups"][0]["members"]) > 2 * PAGE
    assert set(result["groups"][0]["members"]) >= set(crowd()) | {MIGRATOR}
    assert set(result["groups"][0]["members"]) <= everybody
    assert cluster.asked("identity:groups/{id}/members") == len(result["groups"][0]["members"]) // PAGE + 1


def test_roles_are_those_that_keycloak_itself_works_out(cluster: Cluster) -> None:
    users = [MIGRATOR, "builder", "half", "user-0001", FEDERATED]
    result = cluster.run("principal_info", users=users, groups=[])
    assert [user["name"] for user in result["users"]] == users
    for user in result["users"]:
        effective = cluster.effective_roles(user["name"])
        assert user["roles"] == [role for role in NEEDED if role in effective], user
        assert user["lacks"] == [role for role in NEEDED if role not in effective], user
    assert {user["name"]: user["lacks"] for user in result["users"]} == {
        MIGRATOR: [],
        "builder": [],
        "half": ["ae-creator"],
        "user-0001": NEEDED,
        FEDERATED: NEEDED,
    }
    assert result["summary"]["lacking"] == 3


def test_federated_users_and_those_that_there_are_not_are_told(cluster: Cluster) -> None:
    result = cluster.run("principal_info", users=[FEDERATED.upper(), "user-0002", "Ghost"], groups=["group-007", "Ghosts"])
    assert {user["name"]: user["federated"] for user in result["users"]} == {FEDERATED: True, "user-0002": False}
    assert [group["name"] for group in result["groups"]] == ["group-007"]
    assert (result["absent_users"], result["absent_groups"]) == (["Ghost"], ["Ghosts"])


def test_a_role_that_the_realm_lacks_is_said(cluster: Cluster) -> None:
    result = cluster.run("principal_info", users=[MIGRATOR], groups=[], roles=["ae-wizard"])
    assert result["users"][0]["lacks"] == ["ae-wizard"]
    assert result["warnings"] == ["The realm has no role 'ae-wizard', so no user has it; check its name in Keycloak, and set roles."]


def test_a_group_and_its_members_are_created_and_the_second_run_changes_nothing(cluster: Cluster) -> None:
    wishes = [{"name": "Plant Biology", "members": ["User-0010", "user-0011"]}, {"name": "group-020", "members": ["user-0010"]}]
    before = cluster.snapshot()
    members = cluster.group("group-020") or set()
    predicted = cluster.run("principal", check=True, diff=True, groups=wishes)
    assert cluster.lab.writes() == []
    assert cluster.snapshot() == before

    first = cluster.run("principal", diff=True, groups=wishes)
    assert first["failed"] is False, first["msg"]
    assert {key: first[key] for key in ("changed", "users", "groups", "members", "diff")} == {
        key: predicted[key] for key in ("changed", "users", "groups", "members", "diff")
    }
    assert first["changed"] is True
    assert first["groups"] == [{"name": "Plant Biology", "result": "created"}, {"name": "group-020", "result": "present"}]
    assert [row["result"] for row in first["members"]] == ["added", "added", "added"]
    assert [entry["prepared"] for entry in first["diff"]] == [
        "group Plant Biology\n+ the group itself\n+ member user-0010\n+ member user-0011\n",
        "group group-020\n+ member user-0010\n",
    ]
    assert [row["route"] for row in cluster.lab.writes()].count("identity:groups") == 1
    assert len(cluster.lab.writes()) == 4
    assert cluster.group("Plant Biology") == {"user-0010", "user-0011"}
    assert cluster.group("group-020") == {*members, "user-0010"}

    second = cluster.run("principal", diff=True, groups=wishes)
    assert (second["changed"], second["failed"], cluster.lab.writes()) == (False, False, [])
    assert {row["result"] for row in second["groups"] + second["members"] + second["users"]} == {"present"}


def test_members_that_are_there_besides_stay(cluster: Cluster) -> None:
    members = cluster.group("group-030")
    result = cluster.run("principal", groups=[{"name": "group-030", "members": ["user-0030"]}])
    assert (result["changed"], result["failed"]) == (False, False)
    assert cluster.group("group-030") == members
    assert len(members or ()) > 1


def test_an_unknown_member_is_one_sentence_and_the_rest_is_done(cluster: Cluster) -> None:
    wishes = [{"name": "Half Known", "members": ["ghost", "user-0040"]}, {"name": "Also", "members": ["Ghost"]}]
    result = cluster.run("principal", groups=wishes)
    assert result["failed"] is True
    assert result["failures"] == [
        "User 'ghost' does not exist in Keycloak and was neither created nor added to groups Also, Half Known; create the user "
        "there, or set create_users."
    ]
    assert (cluster.group("Half Known"), cluster.group("Also"), cluster.user("ghost")) == ({"user-0040"}, set(), None)


def test_users_are_created_only_on_demand_and_without_credentials(cluster: Cluster) -> None:
    arguments = {"users": ["New.Comer"], "groups": [{"name": "Newcomers", "members": ["new.comer", "user-0050"]}], "create_users": True}
    predicted = cluster.run("principal", check=True, diff=True, **arguments)
    assert (cluster.lab.writes(), cluster.user("new.comer")) == ([], None)
    result = cluster.run("principal", diff=True, **arguments)
    assert result["failed"] is False, result["msg"]
    assert {key: result[key] for key in ("users", "groups", "members", "diff")} == {
        key: predicted[key] for key in ("users", "groups", "members", "diff")
    }
    assert cluster.group("Newcomers") == {"new.comer", "user-0050"}
    user = cluster.user("new.comer")
    assert user is not None
    assert user["enabled"] is True
    if cluster.real:
        assert (user["credentials"], user["requiredActions"]) == ([], [])
    form = {"grant_type": "password", "client_id": CLIENT, "client_secret": SECRET, "username": "new.comer", "password": "new.comer"}
    token = requests.post(f"{cluster.url}/auth/realms/AnacondaPlatform/protocol/openid-connect/token", data=form, timeout=60)
    assert token.status_code == 401
    again = cluster.run("principal", **arguments)
    assert (again["changed"], cluster.lab.writes()) == (False, [])
    assert {user["name"]: user["lacks"] for user in again["users"]} == {"new.comer": NEEDED, "user-0050": NEEDED}


def test_a_federated_users_account_is_not_touched(cluster: Cluster) -> None:
    before = cluster.user(FEDERATED)
    assert before is not None
    assert before["federationLink"]
    result = cluster.run("principal", users=[FEDERATED], groups=[{"name": "With Directory", "members": [FEDERATED, "user-0060"]}])
    writes = cluster.lab.writes()
    assert {request["route"] for request in writes} <= OUR_WRITES
    touching = [request["path"] for request in writes if before["id"] in request["path"]]
    assert [path for path in touching if "/groups/" not in path] == []
    assert cluster.user(FEDERATED) == before
    assert next(row for row in result["users"] if row["name"] == FEDERATED)["federated"] is True
    # the real directory is switched off, so that Keycloak refuses to change its user; the other member is added all the same
    assert cluster.group("With Directory") == ({"user-0060"} if cluster.real else {FEDERATED, "user-0060"})
    assert result["failed"] is cluster.real
    if cluster.real:
        assert len(result["failures"]) == 1
        assert result["failures"][0].startswith(f"User {FEDERATED!r} could not be added to group 'With Directory': ")


def test_a_membership_that_gives_the_roles_ends_the_lack(cluster: Cluster) -> None:
    arguments = {"groups": [{"name": "developers", "members": ["user-0070"]}]}
    predicted = cluster.run("principal", check=True, **arguments)
    assert cluster.effective_roles("user-0070").isdisjoint(NEEDED)
    done = cluster.run("principal", **arguments)
    assert predicted["users"] == done["users"]
    assert (done["users"][0]["roles"], done["users"][0]["lacks"]) == (NEEDED, [])
    assert cluster.effective_roles("user-0070") >= set(NEEDED)


def test_a_wrong_admin_password_is_one_sentence(cluster: Cluster) -> None:
    result = cluster.run("principal_info", keycloak_password="wrong")
    assert result["failed"] is True
    assert result["msg"] == (
        "Keycloak at 127.0.0.1 refused the login of 'admin' (Invalid user credentials); check the user name, the password and client_id."
    )
