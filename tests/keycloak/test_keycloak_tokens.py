# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of a real Keycloak and of the lab: got, exchanged, refused, and accepted by the cluster."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ADMIN_BASE, TOKEN_PATH
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken, PasswordGrant, expiry_of, master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from tests.keycloak.conftest import Cluster
from tests.keycloak.realm import CLIENT, MIGRATOR, PASSWORD, SECRET
from tests.lab.ae5.identity import MASTER_PASSWORD, MASTER_USER

CHANNELS = "/repository/api/channels"


@pytest.fixture
def http(cluster: Cluster) -> t.Iterator[Http]:
    made = Http(cluster.url, timeout=60)
    yield made
    made.close()


def grant(http: Http, username: str = MIGRATOR, password: str = PASSWORD, secret: str | None = SECRET) -> PasswordGrant:
    return PasswordGrant(http, username, password, client_id=CLIENT, client_secret=secret)


def test_a_password_gives_a_token_that_the_cluster_takes(cluster: Cluster, http: Http) -> None:
    tokens = grant(http)
    assert http.call("GET", CHANNELS, auth=tokens).status == 200
    assert http.call("GET", CHANNELS, auth=tokens).status == 200
    assert expiry_of(tokens.token()) is not None
    assert {record["user"] for record in cluster.lab.log() if record["route"] == "channel_list"} == {MIGRATOR}


def test_a_token_is_asked_for_once(cluster: Cluster, http: Http) -> None:
    cluster.lab.clear_log()
    tokens = grant(http)
    for _number in range(3):
        http.call("GET", CHANNELS, auth=tokens)
    assert cluster.asked("token") == 1


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ({"password": "wrong"}, "Invalid user credentials"),
        ({"username": "nobody-of-that-name"}, "Invalid user credentials"),
        ({"secret": "wrong"}, "Invalid client or Invalid client credentials"),
        ({"secret": None}, "Invalid client or Invalid client credentials"),
    ],
)
def test_a_refused_login_is_one_sentence(http: Http, login: dict[str, t.Any], said: str) -> None:
    user = login.get("username", MIGRATOR)
    with pytest.raises(MigrationError) as caught:
        grant(http, **login).token()
    assert str(caught.value) == (
        f"Keycloak at 127.0.0.1 refused the login of {user!r} ({said}); check the user name, the password and client_id."
    )


def test_a_token_that_was_refused_is_exchanged(http: Http) -> None:
    tokens = grant(http)
    first = tokens.token()
    second = tokens.renew(first)
    assert second not in (None, first)
    assert tokens.renew(first) == second  # another thread had exchanged it
    assert http.call("GET", CHANNELS, auth=tokens).status == 200


def test_a_refresh_token_gives_a_new_token(http: Http) -> None:
    client = {"client_id": CLIENT, "client_secret": SECRET}
    first = http.json("POST", TOKEN_PATH, form={"grant_type": "password", "username": MIGRATOR, "password": PASSWORD, **client})
    second = http.json("POST", TOKEN_PATH, form={"grant_type": "refresh_token", "refresh_token": first["refresh_token"], **client})
    assert second["access_token"] != first["access_token"]
    assert http.call("GET", CHANNELS, auth=FixedToken(second["access_token"])).status == 200


def test_a_token_that_nobody_issued_is_refused(http: Http) -> None:
    real = grant(http).token()
    head, body, _signature = real.split(".")
    for token in ("nonsense", f"{head}.{body}.c2lnbmF0dXJl"):
        with pytest.raises(HttpError) as caught:
            http.call("GET", CHANNELS, auth=FixedToken(token))
        assert caught.value.status == 401


def test_the_admin_of_realm_master_reads_users_and_others_do_not(http: Http) -> None:
    found = http.json("GET", f"{ADMIN_BASE}/users", auth=master_grant(http, MASTER_USER, MASTER_PASSWORD), params={"max": 5})
    assert len(found) == 5
    with pytest.raises(HttpError) as caught:
        http.json("GET", f"{ADMIN_BASE}/users", auth=grant(http, "half"))
    assert caught.value.status == 403
    with pytest.raises(HttpError) as caught:
        http.json("GET", f"{ADMIN_BASE}/users")
    assert caught.value.status == 401


def test_the_module_hands_out_a_token(cluster: Cluster) -> None:
    arguments = {"username": MIGRATOR, "password": PASSWORD, "client_secret": SECRET, "transport": "api"}
    token = cluster.run("access_token", **arguments)["access_token"]
    answer = requests.get(cluster.url + CHANNELS, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert answer.status_code == 200
