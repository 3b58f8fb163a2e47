# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that trusts a real Keycloak (switch ``keycloak_url``): its people and tokens, behind the cluster's own address.

``RealIdentity`` asks Keycloak what ``Identity`` knows by itself; requests below ``/auth`` are handed on as they are, with the
cluster's own name as host, so that Keycloak's pages, cookies and tokens speak of that.  Conda tokens stay the lab's own.
"""

from __future__ import annotations

import base64
import http.cookiejar
import json
import threading
import time
import typing as t
from urllib.parse import quote

import requests
from flask import Blueprint, Response, has_request_context, request

from .database import Database
from .identity import MASTER, REALM, Identity
from .switches import Switches

TIMEOUT = 60
PAGE = 500
PASSED_ON = ("Content-Type", "Cache-Control", "Location", "Retry-After", "WWW-Authenticate")
KEPT_BACK = ("content-length", "connection", "accept-encoding", "transfer-encoding")

Record = t.Dict[str, t.Any]


class CodeRefused(Exception):
    """Keycloak does not take the code of a login.  ``error`` is the name of it in OAuth: ``invalid_grant`` for one that is used up."""

    def __init__(self, error: str, text: str) -> None:
        super().__init__(text)
        self.error = error


class RealIdentity(Identity):
    """The methods of ``Identity`` over Keycloak's admin API, with the account of the switches ``keycloak_admin...``."""

    def __init__(self, database: Database, switches: Switches) -> None:
        # Not the parent's: that fills the database with people.
        self._db = database
        self._switches = switches
        self._session = _session()
        self._lock = threading.Lock()
        self._admin_token = ("", 0.0)
        self._known_tokens: dict[str, tuple[str, float]] = {}
        self._logins: dict[str, str] = {}

    # -- requests

    def _url(self, path: str) -> str:
        return f"{self._switches.keycloak_url}/auth{path}"

    def _token(self) -> str:
        with self._lock:
            token, until = self._admin_token
            if time.monotonic() >= until:
                form = {"username": self._switches.keycloak_admin, "password": self._switches.keycloak_admin_password}
                answer = self._grant(MASTER, client_id="admin-cli", **form)
                answer.raise_for_status()
                token = answer.json()["access_token"]
                self._admin_token = (token, time.monotonic() + answer.json()["expires_in"] / 2)
            return token

    def _grant(self, realm: str, **form: str) -> requests.Response:
        url = self._url(f"/realms/{realm}/protocol/openid-connect/token")
        headers = {} if realm == MASTER else self._as_cluster()
        return self._session.post(url, data={"grant_type": "password", **form}, headers=headers, timeout=TIMEOUT)

    @staticmethod
    def _as_cluster() -> dict[str, str]:
        """Keycloak knows a token again only under the name of the host that it was issued for."""
        return {"Host": request.host} if has_request_context() else {}

    def _call(self, method: str, path: str, *, realm: str = REALM, taken: bool = False, **more: t.Any) -> t.Any:
        """The JSON of the answer.  With ``taken`` a 409 is as good as success."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        url = self._url(f"/admin/realms/{realm}{path}")
        answer = self._session.request(method, url, headers=headers, timeout=TIMEOUT, **more)
        if not (taken and answer.status_code == 409):
            answer.raise_for_status()
        return answer.json() if answer.content else None

    def _all(self, path: str) -> list[Record]:
        found: list[Record] = []
        while True:
            page = self._call("GET", path, params={"first": len(found), "max": PAGE, "briefRepresentation": "true"})
            found += page
            if len(page) < PAGE:
                return found

    def _id(self, kind: str, name: str) -> str:
        found = self.user(name) if kind == "user" else self.group(name)
        if found is None:
            raise KeyError(f"Keycloak has no {kind} {name}")
        return str(found["id"])

    # -- users

    def user(self, name: str, realm: str = REALM) -> t.Any:
        found = self._call("GET", "/users", realm=realm, params={"username": name, "exact": "true"})
        return _row(found[0]) if found else None

    def users(self) -> list[t.Any]:
        return [_row(item) for item in self._all("/users")]

    def add_user(self, name: str, password: str, realm: str = REALM, **more: t.Any) -> str:
        """As the parent's.  A user of realm master is its administrator."""
        credentials = [{"type": "password", "value": password, "temporary": False}]
        self._call("POST", "/users", realm=realm, json={"username": name, "enabled": True, "credentials": credentials})
        id_ = str(self.user(name, realm)["id"])
        if realm == MASTER:
            role = self._call("GET", "/roles/admin", realm=realm)
            self._call("POST", f"/users/{id_}/role-mappings/realm", realm=realm, json=[role])
        return id_

    def change_user(self, name: str, **values: t.Any) -> None:
        if values.get("password"):
            body = {"type": "password", "value": values["password"], "temporary": False}
            self._call("PUT", f"/users/{self._id('user', name)}/reset-password", json=body)

    # -- groups

    def group(self, name: str) -> t.Any:
        found = self._call("GET", "/groups", params={"search": name, "exact": "true"})
        return next((item for item in found if item["name"] == name), None)

    def groups(self) -> list[t.Any]:
        return self._all("/groups")

    def add_group(self, name: str) -> str:
        self._call("POST", "/groups", taken=True, json={"name": name})
        return self._id("group", name)

    def members(self, group: str) -> list[str]:
        return sorted(item["username"] for item in self._all(f"/groups/{self._id('group', group)}/members"))

    def groups_of(self, user: str) -> list[str]:
        return sorted(item["name"] for item in self._all(f"/users/{self._id('user', user)}/groups"))

    def join(self, group: str, user: str) -> None:
        self._call("PUT", f"/users/{self._id('user', user)}/groups/{self._id('group', group)}")

    # -- roles

    def add_role(self, name: str) -> None:
        self._call("POST", "/roles", taken=True, json={"name": name})

    def grant(self, kind: str, principal: str, role: str) -> None:
        found = self._call("GET", f"/roles/{quote(role, safe='')}")
        self._call("POST", f"/{kind}s/{self._id(kind, principal)}/role-mappings/realm", json=[found])

    def effective_roles(self, user: str) -> set[str]:
        return {item["name"] for item in self._call("GET", f"/users/{self._id('user', user)}/role-mappings/realm/composite")}

    # -- tokens

    def check_password(self, name: str, password: str, realm: str = REALM) -> t.Optional[str]:
        client = {"client_id": self._switches.client_id, "client_secret": self._switches.client_secret}
        answer = self._grant(realm, username=name, password=password, **client)
        if not answer.ok:
            return None
        self._logins[name.lower()] = answer.json()["access_token"]
        return name.lower()

    def exchange(self, code: str, redirect_uri: str) -> tuple[str, str]:
        """The user and the ID token that Keycloak gives the platform's client for a code.  Raises ``CodeRefused``."""
        client = {"client_id": self._switches.client_id, "client_secret": self._switches.client_secret}
        answer = self._grant(REALM, **client, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)
        said = answer.json()
        if not answer.ok:
            raise CodeRefused(said.get("error", ""), said.get("error_description", ""))
        # From the token endpoint itself, so nobody else can have made it.
        body = said["id_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims["preferred_username"], said["id_token"]

    def issue(self, user: str, kind: str, realm: str = REALM) -> str:
        """A conda token is the lab's own; an access token is the one that ``check_password`` got for this user."""
        return super().issue(user, kind, realm) if kind == "conda" else self._logins[user]

    def holder(self, token: str, kind: str, realm: str = REALM) -> t.Optional[str]:
        """Whose token this is: Keycloak introspects access tokens, and until they expire its word is kept."""
        if kind != "access":
            return super().holder(token, kind, realm)
        user, until = self._known_tokens.get(token, ("", 0.0))
        if until <= time.time():
            url = self._url(f"/realms/{realm}/protocol/openid-connect/token/introspect")
            login = (self._switches.client_id, self._switches.client_secret)
            answer = self._session.post(url, data={"token": token}, auth=login, headers=self._as_cluster(), timeout=TIMEOUT)
            answer.raise_for_status()
            said = answer.json()
            if not said["active"]:
                return None
            user = said["username"]
            self._known_tokens[token] = (user, float(said["exp"]))
        return user


def _session() -> requests.Session:
    """Without cookies of its own: they are those of the browsers that ask."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return session


def _row(item: Record) -> Record:
    return {**item, "name": item["username"]}


def blueprint(keycloak_url: str) -> Blueprint:
    """Hands requests below ``/auth`` to Keycloak and its answers back, redirects and cookies too."""
    area = Blueprint("real_keycloak", __name__)
    session = _session()

    def forward(rest: str) -> Response:
        query = request.query_string.decode()
        answer = session.request(
            request.method,
            keycloak_url + request.environ["lab.path"] + (f"?{query}" if query else ""),
            headers={name: value for name, value in request.headers.items() if name.lower() not in KEPT_BACK},
            data=request.get_data(),
            allow_redirects=False,
            timeout=TIMEOUT,
        )
        made = Response(answer.content, status=answer.status_code)
        made.autocorrect_location_header = False
        for name in PASSED_ON:
            if name in answer.headers:
                made.headers[name] = answer.headers[name]
        for cookie in answer.raw.headers.getlist("Set-Cookie"):
            made.headers.add("Set-Cookie", cookie)
        return made

    area.add_url_rule("/auth/<path:rest>", "forward", forward, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
    return area
