# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in to the web platform, with a password and by impersonation, and what ends a session."""

from __future__ import annotations

import contextlib
import json
import typing as t
from urllib.parse import urlsplit

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import Keycloak
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import (
    AUTH_PATH,
    Impersonation,
    LoginRefused,
    OwnLogin,
    WebSession,
)
from tests.lab.ae5.server import Ae5Lab
from tests.unit.http_script import NoSleep, Script, Step

CLIENT = "anaconda-platform"
PAGE = '<html><form id="kc-form-login" onsubmit="x" action="{}" method="post"></form>{}</html>'


@pytest.fixture
def lab(tmp_path):
    made = Ae5Lab(tmp_path / "ae5")
    made.seed(users=[{"username": "ann", "password": "ann-pw&1", "roles": ["ae-creator"]}, {"username": "bob", "password": "bob-pw"}])
    with made:
        yield made


@contextlib.contextmanager
def session_at(url: str, way: t.Any, user: str = "ann") -> t.Iterator[WebSession]:
    http = Http(url, timeout=5, sleep=NoSleep())
    try:
        yield WebSession(http, user, way, CLIENT)
    finally:
        http.close()


@contextlib.contextmanager
def impersonated(lab: Ae5Lab, user: str = "ann") -> t.Iterator[WebSession]:
    admin = Http(lab.url, timeout=5, sleep=NoSleep())
    tokens = master_grant(admin, "admin", lab.switches.keycloak_admin_password)
    try:
        with session_at(lab.url, Impersonation(Keycloak(admin, tokens).people()[user].id, tokens), user) as session:
            yield session
    finally:
        admin.close()


def own(password: str = "ann-pw&1") -> OwnLogin:
    return OwnLogin("ann", password)


def names(session: WebSession) -> list[str]:
    return sorted(Projects(session, read_only=True).mine())


def routes(lab: Ae5Lab) -> list[str]:
    return [record["route"] for record in lab.log()]


def test_a_password_is_typed_into_the_form(lab):
    with session_at(lab.url, own()) as session:
        assert names(session) == []
        assert names(session) == []
    assert routes(lab) == ["oidc_auth", "oidc_form", "web_login", "project_list", "project_list"]
    assert lab.writes() == []
    assert {record["user"] for record in lab.log() if record["route"] == "project_list"} == {"ann"}
    assert "ann-pw" not in json.dumps(lab.log())


def test_a_wrong_password(lab):
    with session_at(lab.url, own("wrong-one")) as session:
        with pytest.raises(LoginRefused, match=r"refused the login of 'ann' \(Invalid username or password\)") as raised:
            names(session)
    assert "wrong-one" not in str(raised.value)
    assert routes(lab).count("oidc_form") == 1


def test_an_administrator_acts_as_the_user(lab):
    with impersonated(lab) as session:
        assert names(session) == []
    assert [record["user"] for record in lab.log() if record["route"] == "project_list"] == ["ann"]
    assert "oidc_form" not in routes(lab)


def test_an_impersonation_that_is_refused(lab):
    lab.set(impersonation="refused")
    with impersonated(lab) as session:
        with pytest.raises(LoginRefused, match=r"does not let keycloak_username act as ann; give that account role impersonation"):
            names(session)
    assert "oidc_auth" not in routes(lab)


@pytest.mark.parametrize("answer", ["401", "redirect", "page"])
@pytest.mark.parametrize("login", ["own", "impersonation"])
def test_a_session_that_ends_is_begun_anew(lab, answer, login):
    lab.set(session_answer=answer)
    with session_at(lab.url, own()) if login == "own" else impersonated(lab) as session:
        names(session)
        lab.expire_tokens("session")
        lab.expire_tokens("sso")
        lab.clear_log()
        assert names(session) == []
    assert routes(lab).count("project_list") == 2
    assert routes(lab).count("web_login") == 1


@pytest.mark.parametrize("answer", ["401", "redirect", "page"])
def test_a_session_that_never_holds(lab, answer):
    lab.set(session_answer=answer, session_seconds=0)
    with session_at(lab.url, own()) as session:
        with pytest.raises(LoginRefused, match="refuses the login of ann for GET /api/v2/projects"):
            names(session)
    assert routes(lab).count("project_list") == 2


def test_a_busy_server_on_the_way(lab):
    lab.faults([{"path": "login-actions", "nth": 1, "status": 503}, {"path": "^/login$", "nth": 1, "action": "reset"}])
    with session_at(lab.url, own()) as session:
        assert names(session) == []
    lab.faults([{"path": "openid-connect/auth", "status": 503}])
    with session_at(lab.url, own()) as session:
        with pytest.raises(HttpError, match="503"):
            names(session)


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com/x", "//evil.example.com/x", "http://127.0.0.1:1/x"])
def test_nothing_is_sent_elsewhere(elsewhere):
    page = Step("GET", AUTH_PATH, reply=PAGE.format(elsewhere, "").encode())
    with Script([page]) as server, session_at(server.url, own()) as session:
        with pytest.raises(LoginRefused, match="which is not followed"):
            names(session)
    with (
        Script([Step("GET", AUTH_PATH, status=302, reply_headers={"Location": elsewhere})]) as server,
        session_at(server.url, own()) as session,
    ):
        with pytest.raises(LoginRefused, match="which is not followed"):
            names(session)


def test_a_relative_form_and_a_login_without_the_cookie():
    form = Step("POST", "/auth/next", form={"username": "ann", "password": "ann-pw&1"}, reply=b"<html>Update password</html>")
    first = Step(
        "GET",
        AUTH_PATH,
        query={"client_id": CLIENT, "scope": "openid", "response_type": "code"},
        reply=PAGE.format("/auth/next?a=1&amp;b=2", "").encode(),
    )
    with Script([first, form]) as server:
        first.query["redirect_uri"] = server.url + "/login"
        with session_at(server.url, own()) as session:
            with pytest.raises(LoginRefused, match="without the cookie _xsrf"):
                names(session)
        assert server.seen[1].query == {"a": "1", "b": "2"}


def test_redirects_without_end():
    steps = [Step("GET", AUTH_PATH if not number else "/again", status=302, reply_headers={"Location": "/again"}) for number in range(10)]
    with Script(steps) as server, session_at(server.url, own()) as session:
        with pytest.raises(LoginRefused, match="redirected 10 times"):
            names(session)


def test_the_token_goes_with_every_request_and_is_masked():
    cookie = {"Set-Cookie": "_xsrf=secret-value-1; Path=/"}
    steps = [
        Step("GET", AUTH_PATH, status=302, reply_headers={"Location": "/login?code=c"}),
        Step("GET", "/login", query={"code": "c"}, status=302, reply_headers={"Location": "/", **cookie}),
        Step(
            "GET",
            "/api/v2/projects",
            headers={"x-xsrftoken": "secret-value-1", "authorization": None},
            status=500,
            reply=b"no secret-value-1",
        ),
    ]
    with Script(steps) as server, session_at(server.url, own()) as session:
        with pytest.raises(HttpError) as raised:
            names(session)
    assert "secret-value-1" not in str(raised.value)
    assert urlsplit(server.url).hostname == "127.0.0.1"
