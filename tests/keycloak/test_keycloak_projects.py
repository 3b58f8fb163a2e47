# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notebook projects of owners whom a real Keycloak logs in to the platform, and the lab's own: form, impersonation, refusals, logout."""

from __future__ import annotations

import collections
import typing as t
from pathlib import Path

import pytest
import requests

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import Keycloak
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from tests.keycloak.conftest import Cluster
from tests.keycloak.realm import CLIENT
from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import FORM, REALM, Platform
from tests.unit.notebooks.upload_world import PEOPLE, Notebooks, rows

Json = dict[str, t.Any]
OWNERS = ("ann", "bob")
LOGINS = [{"username": name, "password": f"{name}-pw"} for name in OWNERS]
NOBODY: Json = {"keycloak_username": None, "keycloak_password": None}
WRONG = "Keycloak at 127.0.0.1 refused the login of 'ann' (Invalid username or password); correct it in logins."
ASKED = (
    "Keycloak at 127.0.0.1 requires an action of {0!r} before the login ({1}); do it once with a browser, or remove it in Keycloak (the "
    "user's required actions)."
)


class Site(Notebooks):
    """Converted projects, and the cluster as an administrator of Keycloak sees it."""

    def __init__(self, root: Path, cluster: Cluster) -> None:
        super().__init__(root, cluster.lab)
        self.cluster = cluster
        self.made = [str(person["username"]) for person in PEOPLE]

    def close(self) -> None:
        """Takes the people away again: a real Keycloak is everybody's."""
        for name in self.made:
            user = self.cluster.user(name)
            if user is not None:
                self.cluster.admin("DELETE", f"/users/{user['id']}")
        self.cluster.close()

    def user(self, name: str, *credentials: Json, **more: t.Any) -> str:
        """The id of a new user with a password and these further ``credentials``."""
        login = {"type": "password", "value": f"{name}-pw", "temporary": False}
        self.cluster.admin("POST", "/users", json={"username": name, "enabled": True, "credentials": [login, *credentials], **more})
        self.made.append(name)
        return self.id(name)

    def id(self, name: str) -> str:
        user = self.cluster.user(name)
        assert user is not None
        return str(user["id"])

    def sessions(self, *names: str) -> list[str]:
        """Whose sessions Keycloak knows, one item for each."""
        if self.cluster.real:
            found = [item["username"] for name in names for item in self.cluster.admin("GET", f"/users/{self.id(name)}/sessions")]
        else:
            known = self.lab.parts.database.rows("SELECT user FROM web_tokens WHERE kind='sso'")
            found = [row["user"] for row in known if row["user"] in names]
        return sorted(found)

    def asked(self, route: str) -> dict[str | None, int]:
        """How often each user asked for it."""
        return dict(collections.Counter(record["user"] for record in self.lab.log() if record["route"] == route))

    def own(self, name: str, password: str = "") -> Json:
        """The module's options for an owner who logs in with a password, and for nobody else."""
        return {**NOBODY, "logins": [{"username": name, "password": password or f"{name}-pw"}], "projects": None}


def site_at(tmp_path: Path, url: str) -> t.Iterator[Site]:
    with Ae5Lab(tmp_path / "ae5", **({"keycloak_url": url} if url else {})) as lab:
        site = Site(tmp_path / "converted", Cluster(lab, bool(url)))
        try:
            yield site
        finally:
            site.close()


@pytest.fixture(params=["lab", "real"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> t.Iterator[Site]:
    """The same tests for both."""
    yield from site_at(tmp_path, request.getfixturevalue("keycloak").url if request.param == "real" else "")


@pytest.fixture
def real(keycloak: t.Any, tmp_path: Path) -> t.Iterator[Site]:
    """For what the lab does not emulate."""
    yield from site_at(tmp_path, keycloak.url)


def states(result: Json) -> list[str]:
    return [state for _name, state in rows(result)]


@pytest.mark.parametrize("way", ["own", "impersonation"])
def test_projects_arrive_as_their_owners_and_every_session_ends(site: Site, way: str) -> None:
    for key in ("ann/one", "ann/two", "bob/one"):
        site.add(key, team=[("user", "carol", "r"), ("group", "devs", "r")])
    options: Json = {"groups": {"devs": "Devs"}, **({**NOBODY, "logins": LOGINS} if way == "own" else {})}
    result = site.run(**options)
    assert (result["failed"], result["warnings"], states(result)) == (False, [], ["uploaded"] * 3)
    assert sorted(site.state()) == ["ann/one", "ann/two", "bob/one"]
    assert site.people("bob/one") == [("group", "Devs", "r"), ("user", "carol", "r")]
    assert {record["user"] for record in site.lab.writes()} == set(OWNERS)
    assert site.asked("web_login") == site.asked("web_logout") == {"ann": 1, "bob": 1}
    assert len([record for record in site.lab.log() if record["route"] == "oidc_form"]) == (2 if way == "own" else 0)
    assert site.sessions(*OWNERS) == []

    site.lab.clear_log()
    again = site.run(**options)
    assert (again["changed"], states(again), site.writes()) == (False, ["present"] * 3, [])
    assert site.sessions(*OWNERS) == []


@pytest.mark.parametrize("logout", ["keycloak", "own", "absent"])
def test_keycloaks_session_ends_whatever_the_platforms_logout_does(site: Site, logout: str) -> None:
    site.lab.set(platform_logout=logout)
    site.add("ann/demo")
    result = site.run()
    assert (result["failed"], states(result)) == (False, ["uploaded"])
    assert len(result["warnings"]) == (1 if logout == "absent" else 0)
    assert len([record for record in site.lab.log() if record["route"] == "oidc_logout_confirm"]) == (0 if logout == "keycloak" else 1)
    assert site.sessions("ann") == []


@pytest.mark.parametrize("way", ["own", "impersonation"])
def test_the_owners_other_sessions_stay(site: Site, way: str) -> None:
    person = Platform(site.lab, "ann")
    person.log_in("ann-pw")
    assert site.sessions("ann") == ["ann"]
    site.add("ann/demo")
    assert states(site.run(**(site.own("ann") if way == "own" else {}))) == ["uploaded"]
    assert site.sessions("ann") == ["ann"]
    assert [record["name"] for record in person.call("GET", "projects").json()] == ["demo"]
    assert FORM.search(person.ask_for_code().text) is None


def test_the_administrators_sessions_stay(real: Site) -> None:
    def sessions() -> set[str]:
        admin = real.cluster.admin("GET", "/users?username=admin&exact=true", realm="master")[0]
        return {item["id"] for item in real.cluster.admin("GET", f"/users/{admin['id']}/sessions", realm="master")}

    before = sessions()
    assert before
    real.add("ann/demo")
    assert states(real.run()) == ["uploaded"]
    assert before <= sessions()


@pytest.mark.parametrize("answer", ["401", "redirect", "page"])
def test_a_session_that_the_platform_forgets_is_begun_anew(site: Site, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    site.lab.set(session_answer=answer)
    site.add("ann/demo")
    send = Projects.upload

    def upload(*args: t.Any, **options: t.Any) -> t.Any:
        site.lab.expire_tokens("session")
        return send(*args, **options)

    monkeypatch.setattr(Projects, "upload", upload)
    assert states(site.run()) == ["uploaded"]
    assert site.asked("web_login") == {"ann": 2}
    assert site.sessions("ann") == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_run_that_is_broken_off_leaves_no_session(site: Site, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    site.add("ann/demo")

    def broken(*_args: t.Any, **_options: t.Any) -> None:
        raise error

    monkeypatch.setattr(Projects, "upload", broken)
    with pytest.raises(error):
        site.run()
    assert site.asked("web_login") == site.asked("web_logout") == {"ann": 1}
    assert site.sessions("ann") == []


def test_a_wrong_password_and_nobody_of_that_name(site: Site) -> None:
    site.add("ann/demo")
    for login in (site.own("ann", "not-hers"), {**site.own("ann"), "logins": [{"username": "ann", "password": "ann-pw-2"}]}):
        result = site.run(**login)
        assert (states(result), result["failures"]) == (["refused"], [f"1 project of ann not brought: {WRONG}"])
    site.add("nobody-of-that-name/demo")
    result = site.run(**site.own("nobody-of-that-name"), only=["nobody-of-that-name/*"])
    assert "refused the login of 'nobody-of-that-name' (Invalid username or password)" in result["msg"]
    assert site.writes() == []
    assert site.asked("web_logout") == {}


def test_a_user_who_is_disabled(site: Site) -> None:
    site.user("off")
    site.cluster.admin("PUT", f"/users/{site.id('off')}", json={"enabled": False})
    site.add("off/demo")
    assert "The AE5 user 'off' is disabled; enable that user" in site.run()["msg"]
    said = "Account is disabled, contact your administrator" if site.cluster.real else "Invalid username or password"
    assert f"refused the login of 'off' ({said}); " in site.run(**site.own("off"))["msg"]
    assert site.state() == {}


def test_a_user_who_is_disabled_in_the_meantime(real: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real.add("ann/demo")
    groups = Keycloak.all_groups

    def later(keycloak: Keycloak) -> t.Any:
        """The users have been read before."""
        real.cluster.admin("PUT", f"/users/{real.id('ann')}", json={"enabled": False})
        return groups(keycloak)

    monkeypatch.setattr(Keycloak, "all_groups", later)
    assert "does not let keycloak_username act as ann (User is disabled); check the user in Keycloak" in real.run()["msg"]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("UPDATE_PASSWORD", "Update password: You need to change your password to activate your account"),
        ("CONFIGURE_TOTP", "Mobile Authenticator Setup: You need to set up Mobile Authenticator to activate your account"),
    ],
)
def test_a_user_of_whom_keycloak_wants_something_first(real: Site, action: str, said: str) -> None:
    real.user("asked", requiredActions=[action])
    real.add("asked/demo")
    for options in (real.own("asked"), {}):
        result = real.run(**options)
        assert (states(result), result["failures"]) == (["refused"], [f"1 project of asked not brought: {ASKED.format('asked', said)}"])
        assert real.sessions("asked") == []
    assert real.state() == {}


def test_a_user_with_a_second_factor(real: Site) -> None:
    shape = '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}'
    real.user("careful", {"type": "otp", "secretData": '{"value":"not-a-secret-of-anybody"}', "credentialData": shape})
    real.lab.seed(users=[{"username": "careful", "roles": ["ae-creator"]}])
    real.add("careful/demo")
    assert "requests a one-time code from 'careful' after the password" in real.run(**real.own("careful"))["msg"]
    assert states(real.run()) == ["uploaded"]
    assert real.sessions("careful") == []


def test_an_account_that_may_read_people_and_not_act_as_them(real: Site) -> None:
    login = [{"type": "password", "value": "looker", "temporary": False}]
    real.cluster.admin("POST", "/users", realm="master", json={"username": "looker", "enabled": True, "credentials": login})
    user = real.cluster.admin("GET", "/users?username=looker&exact=true", realm="master")[0]
    client = real.cluster.admin("GET", "/clients?clientId=AnacondaPlatform-realm", realm="master")[0]

    def give(*names: str) -> None:
        rights = [real.cluster.admin("GET", f"/clients/{client['id']}/roles/{name}", realm="master") for name in names]
        real.cluster.admin("POST", f"/users/{user['id']}/role-mappings/clients/{client['id']}", realm="master", json=rights)

    real.add("ann/demo")
    looker = {"keycloak_username": "looker", "keycloak_password": "looker"}
    give("view-users", "query-groups", "view-realm")
    real.lab.clear_log()
    result = real.run(**looker)
    assert result["failures"] == [
        "1 project of ann not brought: Keycloak at 127.0.0.1 does not let keycloak_username act as ann; give that account role"
        " impersonation of client AnacondaPlatform-realm in realm master, or set the user's own login in logins."
    ]
    assert (real.writes(), real.sessions("ann")) == ([], [])
    give("impersonation")
    assert states(real.run(**looker)) == ["uploaded"]
    real.cluster.admin("DELETE", f"/users/{user['id']}", realm="master")


@pytest.mark.parametrize(
    ("wrong", "said"), [({"client_id": "another"}, "Client not found"), ({"path": "/elsewhere"}, "Invalid parameter: redirect_uri")]
)
def test_a_platform_that_keycloak_does_not_know(real: Site, monkeypatch: pytest.MonkeyPatch, wrong: Json, said: str) -> None:
    real.add("ann/demo")
    if "path" in wrong:
        name = "ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session.LOGIN_PATH"
        monkeypatch.setattr(name, wrong.pop("path"))
    result = real.run(**wrong)
    assert f"Keycloak at 127.0.0.1 refuses the platform's request for a login ({said}); set the address" in result["msg"]
    assert real.sessions("ann") == []


def test_a_browser_logs_in_with_a_state_and_its_code_is_exchanged_for_the_clients_secret(site: Site) -> None:
    person = Platform(site.lab, "ann")
    begun = person.session.get(site.lab.url + "/login", timeout=60, allow_redirects=False)
    assert begun.headers["Location"].startswith(f"{REALM}?client_id={CLIENT}&")
    page = person.session.get(site.lab.url + begun.headers["Location"], timeout=60)
    form = {"username": "ann", "password": "ann-pw"}
    action = t.cast("t.Any", FORM.search(page.text))[1].replace("&amp;", "&")
    assert action.startswith(site.lab.url + "/auth/")
    sent = person.session.post(action, data=form, timeout=60, allow_redirects=False)
    where = sent.headers["Location"]
    assert where.startswith(site.lab.url + "/login?")
    assert requests.get(where, timeout=60).status_code == 400  # another browser
    assert person.session.get(where, timeout=60).url == site.lab.url + "/"
    person.send_the_xsrf_cookie()
    assert person.call("GET", "projects").json() == []


def test_a_platform_with_the_wrong_secret(real: Site) -> None:
    real.lab.set(client_secret="wrong")
    real.add("ann/demo")
    result = real.run()
    assert states(result) == ["failed"]
    assert "GET /login?*** at 127.0.0.1 failed with status 500" in result["msg"]
    assert real.sessions("ann") == []
