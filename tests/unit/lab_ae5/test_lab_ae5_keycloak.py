# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keycloak's endpoints: tokens of both realms, users, groups, members, roles."""

from __future__ import annotations

import pytest
import requests

from tests.lab.ae5.identity import MASTER_PASSWORD, MASTER_USER

TOKEN = "/auth/realms/{}/protocol/openid-connect/token"
ADMIN = "/auth/admin/realms/AnacondaPlatform"


@pytest.fixture
def token(ae5):
    def get(realm="AnacondaPlatform", **form):
        return requests.post(ae5.url + TOKEN.format(realm), data=form, timeout=10)

    return get


@pytest.fixture
def admin(ae5, token):
    form = {"grant_type": "password", "client_id": "admin-cli", "username": MASTER_USER, "password": MASTER_PASSWORD}
    bearer = token("master", **form).json()["access_token"]

    def call(method, path, **more):
        return requests.request(method, f"{ae5.url}{ADMIN}{path}", headers={"Authorization": f"Bearer {bearer}"}, timeout=10, **more)

    return call


@pytest.fixture
def client(ae5):
    return {"client_id": "anaconda-platform", "client_secret": ae5.switches.client_secret}


def test_a_token_and_its_refreshing(ae5, token, client):
    answer = token(grant_type="password", username="owner", password="owner-pw", **client).json()
    assert (answer["expires_in"], answer["token_type"], answer["access_token"].count(".")) == (300, "Bearer", 2)
    ae5.expire_tokens()
    fresh = token(grant_type="refresh_token", refresh_token=answer["refresh_token"], **client).json()
    headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert requests.get(f"{ae5.url}/repository/api/channels", headers=headers, timeout=10).status_code == 200
    ae5.expire_tokens("refresh")
    again = token(grant_type="refresh_token", refresh_token=answer["refresh_token"], **client)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"password": "x"}, 401, "invalid_grant"),
        ({"client_secret": "x"}, 401, "unauthorized_client"),
        ({"grant_type": "magic"}, 400, "unsupported_grant_type"),
    ],
)
def test_tokens_that_are_refused(token, client, wrong, status, error):
    answer = token(**{"grant_type": "password", "username": "owner", "password": "owner-pw", **client, **wrong})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_the_admin_endpoints_want_the_master_realm(ae5, owner):
    assert requests.get(f"{ae5.url}{ADMIN}/users", timeout=10).status_code == 401
    # as a real Keycloak answers a good token of somebody else, see tests/keycloak
    assert owner.session.get(f"{ae5.url}{ADMIN}/users", timeout=10).status_code == 403


def test_lists_end_at_a_hundred_and_come_in_pages(ae5, admin):
    ae5.seed(groups={"Many": [f"u{number:03}" for number in range(120)]})
    group = admin("GET", "/groups", params={"search": "Many", "exact": "true"}).json()
    assert [(item["name"], item["path"]) for item in group] == [("Many", "/Many")]
    members = f"/groups/{group[0]['id']}/members"
    assert len(admin("GET", members).json()) == 100
    second = admin("GET", members, params={"first": 100, "max": 100}).json()
    assert [item["username"] for item in second] == [f"u{number}" for number in range(100, 120)]
    assert len(admin("GET", "/users", params={"max": 1000}).json()) == 124
    assert admin("GET", "/users/count").json() == 124


def test_searching_users(admin):
    def names(**params):
        return [item["username"] for item in admin("GET", "/users", params=params).json()]

    assert names(search="er") == ["owner", "reader", "writer"]
    assert names(username="read") == ["reader"]
    assert names(username="read", exact="true") == []
    assert names(username="READER", exact="true") == ["reader"]


def test_making_people_and_groups(ae5, admin, token, client):
    body = {"username": "New.One", "enabled": True, "credentials": [{"type": "password", "value": "pw"}], "groups": ["everyone"]}
    made = admin("POST", "/users", json=body)
    assert made.status_code == 201
    user = made.headers["Location"].rsplit("/", 1)[1]
    assert admin("GET", f"/users/{user}").json()["username"] == "new.one"
    assert admin("POST", "/users", json=body).status_code == 409
    assert token(grant_type="password", username="New.One", password="pw", **client).status_code == 200

    group = admin("POST", "/groups", json={"name": "Team"}).headers["Location"].rsplit("/", 1)[1]
    assert admin("POST", "/groups", json={"name": "Team"}).status_code == 409
    assert admin("PUT", f"/users/{user}/groups/{group}").status_code == 204
    assert [item["username"] for item in admin("GET", f"/groups/{group}/members").json()] == ["new.one"]
    assert [item["name"] for item in admin("GET", f"/users/{user}/groups").json()] == ["Team", "everyone"]
    assert admin("DELETE", f"/users/{user}/groups/{group}").status_code == 204
    assert ae5.state()["groups"]["Team"] == {"members": []}


def test_roles(ae5, admin):
    user = admin("GET", "/users", params={"username": "reader", "exact": "true"}).json()[0]["id"]
    role = admin("GET", "/roles/ae-uploader").json()
    mappings = f"/users/{user}/role-mappings/realm"
    assert admin("GET", mappings).json() == []
    assert admin("POST", mappings, json=[{"id": role["id"], "name": role["name"]}]).status_code == 204
    assert [item["name"] for item in admin("GET", mappings).json()] == ["ae-uploader"]
    assert [item["username"] for item in admin("GET", "/roles/ae-uploader/users").json()] == ["owner", "reader", "writer"]
    assert [item["name"] for item in admin("GET", "/roles/ae-uploader/groups").json()] == ["developers", "product managers"]
    assert admin("DELETE", mappings, json=[{"name": role["name"]}]).status_code == 204
    assert ae5.state()["users"]["reader"]["roles"] == []


def test_roles_come_with_a_group_too(ae5, admin):
    ae5.seed(groups={"developers": ["reader"]})
    assert "ae-uploader" in ae5.state()["users"]["reader"]["roles"]


def test_the_log_calls_changes_of_identity_writes(ae5, admin):
    admin("GET", "/groups")
    admin("POST", "/groups", json={"name": "Team"})
    assert [(record["route"], record["write"]) for record in ae5.log()[-3:]] == [
        ("token", False),
        ("identity:groups", False),
        ("identity:groups", True),
    ]
