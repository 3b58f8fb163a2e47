# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a cluster: what is repeated, what is not, and what a message says."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.address import origin_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError, retry_after_seconds
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken, PasswordGrant, expiry_of
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from tests.unit.http_script import NoSleep, Script, Step

TOKEN_PATH = "/auth/realms/AnacondaPlatform/protocol/openid-connect/token"
ERROR = {"error": {"message": "the channel is on fire."}}


def make(server: Script) -> tuple[Http, NoSleep]:
    sleep = NoSleep()
    return Http(server.url, timeout=5, sleep=sleep, jitter=lambda: 1.0), sleep


def test_a_get_is_repeated_after_503_as_retry_after_says_and_after_a_reset_with_growing_pauses() -> None:
    steps = [
        Step("GET", "/x", status=503, reply_headers={"Retry-After": "7"}),
        Step("GET", "/x", reset_after=0),
        Step("GET", "/x", status=502),
        Step("GET", "/x", reply={"ok": True}),
    ]
    with Script(steps) as server:
        http, sleep = make(server)
        assert http.json("GET", "/x") == {"ok": True}
        http.close()
    assert sleep.slept == [7.0, 1.0, 2.0]


def test_a_get_is_given_up_after_five_attempts() -> None:
    with Script([Step("GET", "/x", status=504)] * 5) as server:
        http, sleep = make(server)
        with pytest.raises(HttpError) as caught:
            http.call("GET", "/x")
        http.close()
    assert caught.value.status == 504
    assert len(sleep.slept) == 4


def test_a_post_that_broke_is_not_repeated_and_says_so() -> None:
    with Script([Step("POST", "/x", reset_after=0)]) as server:
        http, _sleep = make(server)
        with pytest.raises(HttpError) as caught:
            http.call("POST", "/x", body={"a": 1})
        http.close()
    assert (caught.value.status, caught.value.reached) == (None, True)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 409, 400])
def test_a_post_that_was_refused_is_not_repeated(status: int) -> None:
    with Script([Step("POST", "/x", status=status, reply=ERROR)]) as server:
        http, _sleep = make(server)
        with pytest.raises(HttpError, match=f"^POST /x at 127.0.0.1 failed with status {status}: the channel is on fire.$") as caught:
            http.call("POST", "/x", body={"a": 1})
        http.close()
    assert caught.value.status == status


def test_a_post_that_came_too_fast_is_repeated() -> None:
    with Script([Step("POST", "/x", status=429, reply_headers={"Retry-After": "2"}), Step("POST", "/x", status=201)]) as server:
        http, sleep = make(server)
        assert http.call("POST", "/x", ok=(201,), body={"a": 1}).status == 201
        http.close()
    assert sleep.slept == [2.0]


def test_a_server_that_is_not_there_was_not_reached() -> None:
    with Script([]) as server:
        url = server.url
    http = Http(url, timeout=5, sleep=NoSleep())
    with pytest.raises(HttpError) as caught:
        http.call("POST", "/x")
    assert (caught.value.status, caught.value.reached) == (None, False)
    hint = "check its address (url, ae5_url in the inventory), and that it is running"
    assert str(caught.value) == f"AE5 at {url} cannot be reached: Connection refused; {hint}."


def test_an_answer_that_was_cut_off_is_asked_for_again() -> None:
    steps = [Step("GET", "/x", reply={"packages": {"a": {}}}, cut_reply=True), Step("GET", "/x", reply={"packages": {}})]
    with Script(steps) as server:
        http, sleep = make(server)
        assert http.json("GET", "/x") == {"packages": {}}
        http.close()
    assert len(sleep.slept) == 1


def test_a_redirect_is_an_error_and_the_token_goes_nowhere() -> None:
    with Script([]) as elsewhere:
        location = elsewhere.url.replace("127.0.0.1", "localhost") + "/login?secret=1"
        with Script([Step("GET", "/x", status=302, reply_headers={"Location": location})]) as server:
            http, _sleep = make(server)
            with pytest.raises(HttpError, match=r"answered with a redirect to localhost .302., which is not followed") as caught:
                http.call("GET", "/x", auth=FixedToken("tok-abc"))
            http.close()
    assert "secret" not in str(caught.value)


def test_a_refused_token_is_exchanged_once() -> None:
    grant = {"access_token": "first", "expires_in": 300}
    steps = [
        Step("POST", TOKEN_PATH, reply=grant),
        Step("GET", "/x", headers={"Authorization": "Bearer first"}, status=401),
        Step("POST", TOKEN_PATH, reply={**grant, "access_token": "second"}),
        Step("GET", "/x", headers={"Authorization": "Bearer second"}, status=401, reply=ERROR),
    ]
    with Script(steps) as server:
        http, _sleep = make(server)
        with pytest.raises(HttpError) as caught:
            http.call("GET", "/x", auth=PasswordGrant(http, "me", "pw-secret", client_id="c"))
        http.close()
    assert caught.value.status == 401


def test_a_given_token_that_is_refused_is_not_tried_again() -> None:
    with Script([Step("GET", "/x", headers={"Authorization": "Bearer only"}, status=401)]) as server:
        http, _sleep = make(server)
        with pytest.raises(HttpError):
            http.call("GET", "/x", auth=FixedToken("only"))
        http.close()


def test_the_login_is_a_form_and_is_repeated_before_the_token_ends() -> None:
    form = {"grant_type": "password", "client_id": "anaconda-platform", "client_secret": "cs", "username": "me", "password": "p&w"}
    now = [1000.0]
    with Script([Step("POST", TOKEN_PATH, form=form, reply={"access_token": f"t{n}", "expires_in": 60}) for n in (1, 2)]) as server:
        http, _sleep = make(server)
        grant = PasswordGrant(http, "me", "p&w", client_id="anaconda-platform", client_secret="cs", clock=lambda: now[0])
        assert [grant.token(), grant.token()] == ["t1", "t1"]
        now[0] += 47
        assert grant.token() == "t1"
        now[0] += 1
        assert grant.token() == "t2"
        assert grant.renew("t1") == "t2", "somebody else has exchanged it already"
        http.close()


def test_a_wrong_password_is_one_sentence_without_it() -> None:
    answer = {"error": "invalid_grant", "error_description": "Invalid user credentials"}
    with Script([Step("POST", TOKEN_PATH, status=401, reply=answer)]) as server:
        http, _sleep = make(server)
        with pytest.raises(MigrationError) as caught:
            PasswordGrant(http, "me", "pw-secret", client_id="c").token()
        http.close()
    assert str(caught.value).startswith("Keycloak at 127.0.0.1 refused the login of 'me' (Invalid user credentials); check")
    assert "pw-secret" not in str(caught.value)


def test_no_secret_is_in_a_message() -> None:
    path = "/repository/conda/t/tok-12345/a/b/noarch/repodata.json"
    with Script([Step("GET", path, status=400, reply={"message": f"bad {path} for bearer-99 of\n hunter2"})]) as server:
        http, _sleep = make(server)
        http.protect("hunter2")
        with pytest.raises(HttpError) as caught:
            http.call("GET", path, auth=FixedToken("bearer-99"))
        http.close()
    shown = "/repository/conda/t/***/a/b/noarch/repodata.json"
    assert str(caught.value) == f"GET {shown} at 127.0.0.1 failed with status 400: bad {shown} for *** of ***."


def test_netrc_does_not_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with Script([Step("GET", "/x", headers={"Authorization": "Bearer mine"})]) as server:
        http, _sleep = make(server)
        http.call("GET", "/x", auth=FixedToken("mine"))
        http.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://ae5.example.com", "is plain http"),
        ("http://127.0.0.1.example.com", "is plain http"),
        ("ftp://ae5.example.com", "cannot be used"),
        ("ae5.example.com", "'ae5.example.com' of the AE5 cluster cannot be used"),
        ("me:secret@ae5.example.com", "cannot be used"),
        ("https://[::1", "is not an address"),
        ("https://ae5.example.com:port", "is not an address"),
        ("https://me:secret@ae5.example.com", "contains a login"),
        ("https://ae5.example.com/repository", "must end with the host"),
    ],
)
def test_an_address_that_a_token_must_not_go_to_is_refused(url: str, reason: str) -> None:
    with pytest.raises(MigrationError, match=reason) as caught:
        origin_of(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://ae5.example.com/", "http://127.8.0.1:80", "http://[::1]:8080", "http://localhost"])
def test_an_address_that_is_fine(url: str) -> None:
    assert origin_of(url) == url.rstrip("/")


def test_retry_after_in_both_forms_and_bounded() -> None:
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    assert retry_after_seconds("5") == 5
    assert retry_after_seconds("86400") == 60
    assert retry_after_seconds("Thu, 01 Jan 2026 00:00:09 GMT", now) == 9
    assert retry_after_seconds("Wed, 31 Dec 2025 00:00:00 GMT", now) == 0
    assert retry_after_seconds("soon") is None
    assert retry_after_seconds(None) is None


def test_the_end_of_a_token_is_read_without_trusting_it() -> None:
    assert expiry_of("x.eyJleHAiOiAxMjM0fQ.y") == 1234
    for odd in ("opaque", "a.b.c", "x.eyJleHAiOiAi4oKsIn0.y", "x.W10.y"):
        assert expiry_of(odd) is None


def test_a_certificate_file_that_is_not_there_is_named() -> None:
    with pytest.raises(MigrationError, match=r"/nowhere/ca.pem"):
        Http("https://ae5.example.com", ca_path="/nowhere/ca.pem")
