# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a web session ends: the platform's logout, then Keycloak's where that one left it, each request once."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import (
    AUTH_PATH,
    END_PATH,
    LoginRefused,
    OwnLogin,
    WebSession,
)
from tests.unit.http_script import NoSleep, Script, Step

CLIENT = "anaconda-platform"
TOKEN = "header-of-it.body-of-it.seal-of-it"
AT_KEYCLOAK = "KEYCLOAK_IDENTITY_LEGACY=identity-1; Path=/auth/realms/AnacondaPlatform/"
GONE = "KEYCLOAK_IDENTITY_LEGACY=; Path=/auth/realms/AnacondaPlatform/; Max-Age=0"
QUESTION = (
    f'<form action="{END_PATH}/logout-confirm?tab_id=tab-1" method="POST"><input type="hidden" name="session_code" value="code-1"></form>'
).encode()


def login(identity: bool = True) -> list[Step]:
    """A browser that Keycloak knows, so there is no form; and a first request."""
    cookie = {"Set-Cookie": AT_KEYCLOAK} if identity else {}
    return [
        Step("GET", AUTH_PATH, status=302, reply_headers={"Location": "/login?code=c", **cookie}),
        Step("GET", "/login", status=302, reply_headers={"Location": "/", "Set-Cookie": "_xsrf=secret-value-1; Path=/"}),
        Step("GET", "/api/v2/projects", reply=b"[]"),
    ]


def logout(where: str | None = "/", status: int = 302, **more: t.Any) -> Step:
    headers = {"x-xsrftoken": "secret-value-1"}
    return Step("GET", "/logout", headers=headers, status=status, reply_headers={"Location": where} if where else {}, **more)


def keycloak(page: bytes = b"", **headers: str) -> Step:
    return Step("GET", END_PATH, query={"client_id": CLIENT}, reply=page, reply_headers=headers)


def confirm(**headers: str) -> Step:
    return Step("POST", f"{END_PATH}/logout-confirm", form={"session_code": "code-1", "confirmLogout": "yes"}, reply_headers=headers)


def ended(steps: list[Step]) -> tuple[list[str], int]:
    """What was left after these steps, and the number of cookies."""
    with Script(steps) as server:
        http = Http(server.url, timeout=5, sleep=NoSleep())
        session = WebSession(http, "ann", OwnLogin("ann", "ann-pw&1"), CLIENT)
        Projects(session, read_only=True).mine()
        session.end()
        found = session.left, len(http.session().cookies)
        http.close()
        return found


def test_the_platform_ends_its_own_and_there_is_no_other():
    assert ended([*login(identity=False), logout()]) == ([], 0)


def test_the_platform_leads_to_keycloak():
    end = Step("GET", END_PATH, query={"id_token_hint": TOKEN}, status=302, reply_headers={"Location": "/", "Set-Cookie": GONE})
    assert ended([*login(), logout(f"{END_PATH}?id_token_hint={TOKEN}"), end]) == ([], 0)


def test_what_the_platform_left_is_ended_at_keycloak():
    """Older ones do it at once, newer ones ask first."""
    cookie = {"Set-Cookie": GONE}
    assert ended([*login(), logout(), keycloak(**cookie)]) == ([], 0)
    assert ended([*login(), logout(status=204, where=None), keycloak(QUESTION), confirm(**cookie)]) == ([], 0)
    assert ended([*login(), logout(END_PATH), Step("GET", END_PATH, query={}, reply=QUESTION), confirm(**cookie)]) == ([], 0)


def test_a_logout_that_fails_is_told_and_sent_once():
    left, cookies = ended([*login(), logout(where=None, status=503), keycloak(**{"Set-Cookie": GONE})])
    assert left == ["GET /logout at 127.0.0.1 failed with status 503: Service Unavailable"]
    assert cookies == 0
    assert ended([*login(), logout(), keycloak(QUESTION), confirm()])[0] == ["Keycloak at 127.0.0.1 did not end the session of ann"]


def test_a_connection_that_breaks_at_the_end():
    left, cookies = ended([*login(), logout(reset_after=0), keycloak(**{"Set-Cookie": GONE})])
    assert len(left) == 1
    assert left[0].startswith("GET /logout at 127.0.0.1 failed: ")
    assert cookies == 0


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com/x", "//evil.example.com/x"])
def test_the_way_out_leads_nowhere_else(elsewhere):
    left, _cookies = ended([*login(identity=False), logout(elsewhere)])
    assert len(left) == 1
    assert "which is not followed" in left[0]


def test_the_token_of_the_way_out_is_masked():
    end = Step("GET", END_PATH, status=500)
    left, _cookies = ended([*login(identity=False), logout(f"{END_PATH}?id_token_hint={TOKEN}"), end])
    assert len(left) == 1
    assert END_PATH in left[0]
    assert TOKEN not in left[0]


def test_without_a_session_nothing_is_sent():
    with Script([]) as server:
        http = Http(server.url, timeout=5, sleep=NoSleep())
        session = WebSession(http, "ann", OwnLogin("ann", "ann-pw&1"), CLIENT)
        session.end()
        assert session.left == []
        http.close()


def test_an_attempt_that_broke_off_leaves_nothing_at_keycloak():
    first = Step("GET", AUTH_PATH, status=302, reply_headers={"Location": "/login?code=c", "Set-Cookie": AT_KEYCLOAK})
    busy = [Step("GET", "/login", status=503) for _attempt in range(5)]
    with Script([first, *busy, keycloak(**{"Set-Cookie": GONE}), *login(identity=False)]) as server:
        http = Http(server.url, timeout=5, sleep=NoSleep())
        session = WebSession(http, "ann", OwnLogin("ann", "ann-pw&1"), CLIENT)
        assert Projects(session, read_only=True).mine() == {}
        assert session.left == []
        http.close()


def test_a_cluster_that_cannot_be_reached_is_asked_once():
    with Script(login()) as server:
        http = Http(server.url, timeout=5, sleep=NoSleep())
        session = WebSession(http, "ann", OwnLogin("ann", "ann-pw&1"), CLIENT)
        Projects(session, read_only=True).mine()
    http.session().close()
    asked: list[str] = []
    real = http.call

    def call(method: str, path: str, **options: t.Any) -> t.Any:
        asked.append(path)
        return real(method, path, **options)

    http.call = call  # type: ignore[method-assign]
    session.end()
    http.close()
    assert asked == ["/logout"]
    assert len(session.left) == 1
    assert "cannot be reached" in session.left[0]


def test_a_refused_request_names_what_is_wrong():
    page = b'<div id="kc-error-message"><p class="instruction">Invalid parameter: redirect_uri</p></div>'
    with Script([Step("GET", AUTH_PATH, status=400, reply=page)]) as server:
        http = Http(server.url, timeout=5, sleep=NoSleep())
        with pytest.raises(LoginRefused) as raised:
            WebSession(http, "ann", OwnLogin("ann", "ann-pw&1"), CLIENT).log_in()
        http.close()
    assert str(raised.value) == (
        "Keycloak at 127.0.0.1 refuses the platform's request for a login (Invalid parameter: redirect_uri); set the address that "
        "people use for the platform as url, and check client_id."
    )
