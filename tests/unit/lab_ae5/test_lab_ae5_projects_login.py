# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web login before ``/api/v2``: form, single sign-on, impersonation, cookies."""

from __future__ import annotations

import re

import pytest
import requests

from tests.lab.ae5.projects_routes import END
from tests.unit.lab_ae5.ae5_tools_client import FORM, REALM, Platform


def test_the_login_as_ae5_tools_does_it(ae5):
    person = Platform(ae5)
    answer = person.log_in()
    assert answer.url == ae5.url + "/"
    assert [step.status_code for step in answer.history] == [302, 302]
    assert person.session.headers["x-xsrftoken"]
    assert person.call("GET", "projects").json() == []
    records = ae5.log()
    assert [record["route"] for record in records] == ["oidc_auth", "oidc_form", "web_login", "web_home", "project_list"]
    assert records[-1]["user"] == "owner"
    assert ae5.writes() == []


def test_a_wrong_password(ae5):
    person = Platform(ae5)
    assert "Invalid username or password." in person.log_in("wrong").text
    assert "_xsrf" not in {cookie.name for cookie in person.session.cookies}
    assert person.call("GET", "projects").status_code == 401


def test_who_is_logged_in_at_keycloak_sees_no_form(ann):
    answer = ann.ask_for_code()
    assert FORM.search(answer.text) is None
    assert answer.url == ann.lab.url + "/"


def test_a_form_is_good_once_and_for_its_browser(ae5):
    person = Platform(ae5)
    action = FORM.search(person.ask_for_code().text)[1].replace("&amp;", "&")
    form = {"username": "owner", "password": "owner-pw"}
    assert requests.post(action, data=form, timeout=10).status_code == 400
    assert person.session.post(action, data=form, timeout=10).status_code == 400


@pytest.mark.parametrize("wrong", [{"redirect_uri": "http://evil.example/login"}, {"client_id": "other"}])
def test_a_login_that_leads_elsewhere(ae5, wrong):
    query = {"client_id": "anaconda-platform", "response_type": "code", "redirect_uri": ae5.url + "/login", **wrong}
    assert requests.get(ae5.url + REALM, params=query, timeout=10, allow_redirects=False).status_code == 400


def test_a_session_ends(ann):
    assert ann.session.get(ann.lab.url + "/logout", timeout=10).status_code == 200
    assert ann.call("GET", "projects").status_code == 401
    ann.log_in()
    ann.lab.expire_tokens("session")
    assert ann.call("GET", "projects").status_code == 401
    ann.lab.set(session_answer="page")
    assert 'id="kc-form-login"' in ann.call("GET", "projects").text
    ann.lab.set(session_answer="redirect")
    answer = ann.call("GET", "projects")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, REALM)


def test_a_browser_is_sent_to_log_in_with_a_state_of_its_own(ae5):
    person = Platform(ae5)
    begun = person.session.get(ae5.url + "/login", timeout=10, allow_redirects=False)
    page = person.session.get(ae5.url + begun.headers["Location"], timeout=10)
    form = {"username": "owner", "password": "owner-pw"}
    sent = person.session.post(FORM.search(page.text)[1].replace("&amp;", "&"), data=form, timeout=10, allow_redirects=False)
    assert "state=" in sent.headers["Location"]
    assert requests.get(sent.headers["Location"], timeout=10).status_code == 400
    assert person.session.get(sent.headers["Location"], timeout=10).url == ae5.url + "/"
    person.send_the_xsrf_cookie()
    assert person.call("GET", "projects").json() == []


def test_a_code_is_good_once_and_an_error_is_shown(ae5):
    person = Platform(ae5)
    code = person.log_in().history[-1].url
    again = person.session.get(code, timeout=10, allow_redirects=False)
    assert (again.status_code, again.headers["Location"].split("?")[0]) == (302, REALM)
    said = person.session.get(ae5.url + "/login", params={"error": "x", "error_description": "<no>"}, timeout=10)
    assert (said.status_code, "&lt;no&gt;" in said.text) == (400, True)


@pytest.mark.parametrize(("logout", "asked"), [("keycloak", False), ("own", True), ("absent", True)])
def test_keycloak_asks_before_it_ends_a_session_without_a_token(ann, logout, asked):
    ann.lab.set(platform_logout=logout)
    assert ann.session.get(ann.lab.url + "/logout", timeout=10).status_code == (404 if logout == "absent" else 200)
    assert ann.call("GET", "projects").status_code == (200 if logout == "absent" else 401)
    page = ann.session.get(ann.lab.url + END, timeout=10).text
    assert ("kc-logout-confirm" in page) == asked
    if asked:
        action = re.search(r'action="([^"]*)"', page)[1].replace("&amp;", "&")
        code = re.search(r'name="session_code" value="([^"]*)"', page)[1]
        assert requests.post(action, data={"session_code": code}, timeout=10).status_code == 400
        code = re.search(r'name="session_code" value="([^"]*)"', ann.session.get(ann.lab.url + END, timeout=10).text)[1]
        assert ann.session.post(action, data={"session_code": code}, timeout=10).status_code == 200
    assert FORM.search(ann.ask_for_code().text) is not None


def test_a_change_needs_the_xsrf_header(ann):
    token = ann.session.headers.pop("x-xsrftoken")
    assert ann.upload().status_code == 403
    assert ann.call("GET", "projects").status_code == 200
    ann.lab.set(xsrf="ignored")
    assert ann.upload().status_code == 201
    ann.lab.set(xsrf="required")
    ann.session.headers["x-xsrftoken"] = token
    assert ann.upload("second").status_code == 201


def test_an_administrator_acts_for_somebody(ae5, platform):
    tokens = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "lab-admin-password"}
    url = f"{ae5.url}/auth/realms/master/protocol/openid-connect/token"
    bearer = {"Authorization": f"Bearer {requests.post(url, data=tokens, timeout=10).json()['access_token']}"}
    users = f"{ae5.url}/auth/admin/realms/AnacondaPlatform/users"
    id_ = requests.get(users, params={"username": "owner", "exact": "true"}, headers=bearer, timeout=10).json()[0]["id"]
    ae5.clear_log()

    person = Platform(ae5)
    assert person.session.post(f"{users}/{id_}/impersonation", timeout=10).status_code == 401
    assert person.session.post(f"{users}/{id_}/impersonation", headers=bearer, timeout=10).status_code == 200
    person.ask_for_code()
    person.send_the_xsrf_cookie()
    assert person.upload().json()["owner"] == "owner"
    assert [record["route"] for record in ae5.writes()] == ["project_upload"]

    ae5.set(impersonation="refused")
    assert requests.post(f"{users}/{id_}/impersonation", headers=bearer, timeout=10).status_code == 403


def test_a_bearer_token_only_where_the_switch_says_so(ae5, owner):
    assert owner.session.get(f"{ae5.url}/api/v2/projects", timeout=10).status_code == 401
    ae5.set(project_auth="both")
    assert owner.session.get(f"{ae5.url}/api/v2/projects", timeout=10).json() == []
