# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One real Keycloak for all tests, and two clusters with the same people: the lab's own endpoints, and the real ones."""

from __future__ import annotations

import shutil
import time
import typing as t
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT
from tests.keycloak.realm import lab_seed
from tests.keycloak.server import RealKeycloak
from tests.lab.ae5.identity import MASTER_PASSWORD, MASTER_USER
from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module

Json = dict[str, t.Any]
ADMIN = "/auth/admin/realms/{}"


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[RealKeycloak]:
    """The process; skipped where there is nothing to get one or to run it with."""
    homes = sorted((ROOT / ".cache" / "keycloak").glob("*"))
    lacking = [tool for tool in ("java", *(() if homes else ("mvn",))) if shutil.which(tool) is None]
    if lacking:
        pytest.skip(f"there is no {' and no '.join(lacking)} for a real Keycloak")
    if not homes:
        pytest.fail("there is no Keycloak in .cache/keycloak; run this with make test-keycloak")
    with RealKeycloak(homes[-1], tmp_path_factory.mktemp("keycloak")) as server:
        yield server


class Cluster:
    """A cluster to test against, and what a person with the admin console would see and do."""

    def __init__(self, lab: Ae5Lab, real: bool) -> None:
        self.lab, self.real = lab, real
        self.url = lab.url
        self._session = requests.Session()
        self._token = ("", 0.0)

    def close(self) -> None:
        self._session.close()

    @property
    def account(self) -> Json:
        """Connection options of the identity modules."""
        return {"url": self.url, "keycloak_username": MASTER_USER, "keycloak_password": MASTER_PASSWORD}

    def run(self, module: str, check: bool = False, diff: bool = False, **arguments: t.Any) -> Json:
        """A module's result; the log starts anew."""
        self.lab.clear_log()
        return run_module(module, {**self.account, **arguments}, check=check, diff=diff)

    def admin(self, method: str, path: str, realm: str = "AnacondaPlatform", **more: t.Any) -> t.Any:
        """One request of the admin API: the JSON of its answer."""
        answer = self._session.request(method, self.url + ADMIN.format(realm) + path, headers=self._bearer(), timeout=60, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _bearer(self) -> dict[str, str]:
        token, until = self._token
        if time.monotonic() >= until:
            form = {"grant_type": "password", "client_id": "admin-cli", "username": MASTER_USER, "password": MASTER_PASSWORD}
            url = f"{self.url}/auth/realms/master/protocol/openid-connect/token"
            answer = self._session.post(url, data=form, timeout=60).json()
            token = answer["access_token"]
            self._token = (token, time.monotonic() + answer["expires_in"] / 2)
        return {"Authorization": f"Bearer {token}"}

    def user(self, name: str) -> Json | None:
        """The user, with all that Keycloak shows of one."""
        found = self.admin("GET", "/users", params={"username": name, "exact": "true"})
        if not found:
            return None
        shown = t.cast(Json, self.admin("GET", f"/users/{found[0]['id']}"))
        if self.real:
            shown["credentials"] = self.admin("GET", f"/users/{shown['id']}/credentials")
        return shown

    def group(self, name: str) -> set[str] | None:
        """The members of a group, None if there is no such group."""
        found = [group for group in self.admin("GET", "/groups", params={"search": name}) if group["name"] == name]
        return {user["username"] for user in self.all(f"/groups/{found[0]['id']}/members")} if found else None

    def effective_roles(self, name: str) -> set[str]:
        """As Keycloak itself works them out."""
        user = self.user(name)
        assert user is not None
        return {role["name"] for role in self.admin("GET", f"/users/{user['id']}/role-mappings/realm/composite")}

    def snapshot(self) -> Json:
        """Everybody and everything that the modules could have changed."""
        groups = self.admin("GET", "/groups")
        members = {group["name"]: self.all(f"/groups/{group['id']}/members") for group in groups}
        return {"users": self.all("/users"), "groups": groups, "members": members}

    def all(self, path: str) -> list[Json]:
        """A whole list, in pages and brief: anything else takes Keycloak minutes for a crowd."""
        found: list[Json] = []
        while True:
            page = self.admin("GET", path, params={"first": len(found), "max": 500, "briefRepresentation": "true"})
            found += page
            if len(page) < 500:
                return found

    def asked(self, route: str) -> int:
        """How many requests of this route there were since the last run began."""
        return sum(request["route"] == route for request in self.lab.log())


@pytest.fixture(scope="session", params=["lab", "real"])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Cluster]:
    """The same tests for both."""
    root: Path = tmp_path_factory.mktemp(request.param)
    real = request.param == "real"
    switches = {"keycloak_url": request.getfixturevalue("keycloak").url} if real else {}
    with Ae5Lab(root, **switches) as lab:
        if not real:
            lab.seed(**lab_seed())
        made = Cluster(lab, real)
        yield made
        made.close()
