# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab does not emulate: roles in roles, groups in groups, an account of realm master with few rights."""

from __future__ import annotations

import typing as t

import pytest

from tests.keycloak.conftest import Cluster
from tests.lab.ae5.server import Ae5Lab


@pytest.fixture(scope="module")
def cluster(keycloak: t.Any, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Cluster]:
    """Only the real one."""
    with Ae5Lab(tmp_path_factory.mktemp("real-only"), keycloak_url=keycloak.url) as lab:
        made = Cluster(lab, True)
        yield made
        made.close()


def roles(cluster: Cluster, *users: str) -> dict[str, set[str]]:
    result = cluster.run("principal_info", users=list(users), groups=[])
    return {user["name"]: set(user["roles"]) for user in result["users"]}


def test_a_role_inside_a_role_counts(cluster: Cluster) -> None:
    for name, inside in (("inner bundle", "ae-uploader"), ("outer bundle", "inner bundle")):
        cluster.admin("POST", "/roles", json={"name": name})
        part = cluster.admin("GET", f"/roles/{inside.replace(' ', '%20')}")
        cluster.admin("POST", f"/roles/{name.replace(' ', '%20')}/composites", json=[part])
    user = cluster.user("user-0100")
    assert user is not None
    cluster.admin("POST", f"/users/{user['id']}/role-mappings/realm", json=[cluster.admin("GET", "/roles/outer%20bundle")])
    assert roles(cluster, "user-0100", "user-0101") == {"user-0100": {"ae-uploader"}, "user-0101": set()}
    assert "ae-uploader" in cluster.effective_roles("user-0100")


def test_a_group_inside_a_group_has_its_roles_and_is_named_by_its_path(cluster: Cluster) -> None:
    parent = next(group for group in cluster.admin("GET", "/groups") if group["name"] == "developers")
    cluster.admin("POST", f"/groups/{parent['id']}/children", json={"name": "interns"})
    result = cluster.run("principal", groups=[{"name": "developers/interns", "members": ["user-0110"]}])
    assert (result["failed"], result["groups"]) == (False, [{"name": "developers/interns", "result": "present"}])
    assert roles(cluster, "user-0110") == {"user-0110": {"ae-uploader", "ae-creator"}}
    assert {"ae-uploader", "ae-creator"} <= cluster.effective_roles("user-0110")
    info = cluster.run("principal_info", users=[], groups=["developers/interns"])
    assert info["groups"] == [{"name": "developers/interns", "members": ["user-0110"]}]


def test_an_account_without_the_rights_is_told_which_it_needs(cluster: Cluster) -> None:
    login = [{"type": "password", "value": "weak", "temporary": False}]
    cluster.admin("POST", "/users", realm="master", json={"username": "weak", "enabled": True, "credentials": login})
    result = cluster.run("principal_info", keycloak_username="weak", keycloak_password="weak")
    assert result["msg"] == (
        "Keycloak at 127.0.0.1 refuses GET users to keycloak_username; give that account view-users, query-groups and view-realm of "
        "client AnacondaPlatform-realm, or role admin, in realm master."
    )


def test_an_account_that_may_only_read_changes_nothing_and_says_so(cluster: Cluster) -> None:
    login = [{"type": "password", "value": "reader", "temporary": False}]
    cluster.admin("POST", "/users", realm="master", json={"username": "reader", "enabled": True, "credentials": login})
    user = cluster.admin("GET", "/users?username=reader&exact=true", realm="master")[0]
    client = cluster.admin("GET", "/clients?clientId=AnacondaPlatform-realm", realm="master")[0]
    rights = [
        cluster.admin("GET", f"/clients/{client['id']}/roles/{name}", realm="master")
        for name in ("view-users", "query-groups", "view-realm")
    ]
    cluster.admin("POST", f"/users/{user['id']}/role-mappings/clients/{client['id']}", realm="master", json=rights)
    reader = {"keycloak_username": "reader", "keycloak_password": "reader"}
    assert cluster.run("principal_info", users=["migrator"], **reader)["users"][0]["lacks"] == []
    result = cluster.run("principal", groups=[{"name": "Forbidden", "members": ["user-0120"]}], **reader)
    assert (result["failed"], result["changed"], cluster.group("Forbidden")) == (True, False, None)
    assert result["failures"] == [
        "Group 'Forbidden' could not be created: Keycloak at 127.0.0.1 refuses POST groups to keycloak_username; give that account "
        "manage-users of client AnacondaPlatform-realm, or role admin, in realm master."
    ]
