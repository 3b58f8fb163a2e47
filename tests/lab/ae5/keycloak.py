# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keycloak's endpoints that the collection and its kind use: tokens of two realms, users, groups, members, roles."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, jsonify, request

from . import projects_login
from .database import Row
from .identity import MASTER, REALM
from .parts import Parts, caller, json_object, number
from .routes import contract
from .state import Refused

DEFAULT_MAX = 100
"""Keycloak's own: a list of users or members without ``max`` ends here.  Groups have no such end."""

Answer = t.Union[Response, t.Tuple[Response, int]]


def user_json(row: Row, links: t.Mapping[str, str]) -> dict[str, t.Any]:
    """``links``: the directories of federated users."""
    link = links.get(row["name"])
    return {
        "id": row["id"],
        "username": row["name"],
        "email": row["email"],
        "firstName": row["first"],
        "lastName": row["last"],
        "enabled": bool(row["enabled"]),
        "emailVerified": True,
        **({"federationLink": link} if link else {}),
    }


def group_json(row: Row) -> dict[str, t.Any]:
    return {"id": row["id"], "name": row["name"], "path": f"/{row['name']}", "subGroups": []}


def role_json(row: Row) -> dict[str, t.Any]:
    return {"id": row["id"], "name": row["name"], "composite": False, "clientRole": False, "containerId": REALM}


def _page(items: t.Sequence[t.Any], default_max: t.Optional[int]) -> Answer:
    first, limit = number("first", 0) or 0, number("max", default_max)
    return jsonify(list(items[first:] if limit is None else items[first : first + limit]))


def _fits(text: str, wanted: str, exact: bool) -> bool:
    """``search``: a prefix, ``*infix*`` or ``"exact"``; a named attribute: infix, or exact on demand."""
    text, wanted = text.lower(), wanted.lower()
    if wanted.startswith('"') and wanted.endswith('"'):
        return text == wanted.strip('"')
    return text == wanted if exact else wanted.strip("*") in text


def _search(rows: t.Sequence[Row], columns: t.Mapping[str, str]) -> list[Row]:
    exact = request.args.get("exact", "").lower() == "true"
    search = request.args.get("search")
    found = [row for row in rows if search is None or any(_fits(row[column], search, exact) for column in columns.values())]
    for argument, column in columns.items():
        wanted = request.args.get(argument)
        if wanted is not None:
            found = [row for row in found if _fits(row[column], wanted, exact)]
    return found


USER_COLUMNS = {"username": "name", "email": "email", "firstName": "first", "lastName": "last"}


class Admin:
    """The admin endpoints of realm AnacondaPlatform, for accounts of realm master."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.identity = parts.identity

    def impersonate(self, id_: str) -> Answer:
        return projects_login.impersonate(self.parts, self._user(id_))

    def _user(self, id_: str) -> Row:
        row = self.identity.user_by_id(id_)
        if row is None:
            raise Refused(404, "User not found")
        return row

    def _group(self, id_: str) -> Row:
        row = self.identity.group_by_id(id_)
        if row is None:
            raise Refused(404, "Could not find group by id")
        return row

    def _people(self, rows: t.Iterable[Row]) -> list[dict[str, t.Any]]:
        links = self.identity.federation_links()
        return [user_json(row, links) for row in rows]

    def users(self) -> Answer:
        return _page(self._people(_search(self.identity.users(), USER_COLUMNS)), DEFAULT_MAX)

    def users_count(self) -> Answer:
        return jsonify(len(_search(self.identity.users(), USER_COLUMNS)))

    def users_post(self) -> Answer:
        body = json_object()
        name = str(body.get("username") or "")
        if not name:
            raise Refused(400, "User name is missing")
        groups = [str(group).rpartition("/")[2] for group in body.get("groups", ())]
        for group in groups:
            if self.identity.group(group) is None:
                raise Refused(404, f"Unable to find group specified by path: {group}")
        passwords = [str(item.get("value", "")) for item in body.get("credentials", ()) if item.get("type") == "password"]
        password, enabled = passwords[0] if passwords else "", bool(body.get("enabled"))
        try:
            id_ = self.identity.add_user(name, password, enabled=enabled, **_person(body))
        except KeyError:
            raise Refused(409, "User exists with same username") from None
        for group in groups:
            self.identity.join(group, name.lower())
        return _created(id_)

    def user(self, id_: str) -> Answer:
        (record,) = self._people([self._user(id_)])
        # What the asking account may do to this user, as a real 22 says it.
        may = {"view": True, "manage": True, "manageGroupMembership": True, "mapRoles": True}
        return jsonify({**record, "access": {**may, "impersonate": self.parts.switches.impersonation == "ok"}})

    def user_put(self, id_: str) -> Answer:
        row, body = self._user(id_), json_object()
        self.identity.change_user(row["name"], **_person(body), enabled=body.get("enabled"))
        return Response(status=204)

    def user_delete(self, id_: str) -> Answer:
        self.identity.delete_user(self._user(id_)["name"])
        return Response(status=204)

    def user_groups(self, id_: str) -> Answer:
        names = self.identity.groups_of(self._user(id_)["name"])
        return _page([group_json(row) for row in self.identity.groups() if row["name"] in names], DEFAULT_MAX)

    def member_put(self, id_: str, group: str) -> Answer:
        self.identity.join(self._group(group)["name"], self._user(id_)["name"])
        return Response(status=204)

    def member_delete(self, id_: str, group: str) -> Answer:
        self.identity.leave(self._group(group)["name"], self._user(id_)["name"])
        return Response(status=204)

    def groups(self) -> Answer:
        return _page([group_json(row) for row in _search(self.identity.groups(), {"name": "name"})], None)

    def groups_count(self) -> Answer:
        return jsonify({"count": len(_search(self.identity.groups(), {"name": "name"}))})

    def groups_post(self) -> Answer:
        name = str(json_object().get("name") or "")
        if not name:
            raise Refused(400, "Group name is missing")
        if self.identity.group(name) is not None:
            raise Refused(409, f"Top level group named '{name}' already exists.")
        return _created(self.identity.add_group(name))

    def group(self, id_: str) -> Answer:
        return jsonify(group_json(self._group(id_)))

    def group_delete(self, id_: str) -> Answer:
        self.identity.delete_group(self._group(id_)["name"])
        return Response(status=204)

    def group_members(self, id_: str) -> Answer:
        return _page(self._people(self.identity.member_rows(self._group(id_)["name"])), DEFAULT_MAX)

    def roles(self) -> Answer:
        return _page([role_json(row) for row in _search(self.identity.roles(), {"name": "name"})], None)

    def events(self) -> Answer:
        """As with Keycloak's own settings, which keep no events."""
        return _page([], DEFAULT_MAX)

    def _role(self, name: str) -> Row:
        for row in self.identity.roles():
            if row["name"] == name:
                return row
        raise Refused(404, "Could not find role")

    def role(self, name: str) -> Answer:
        return jsonify(role_json(self._role(name)))

    def role_users(self, name: str) -> Answer:
        names = set(self.identity.holders("user", self._role(name)["name"]))
        return _page(self._people(row for row in self.identity.users() if row["name"] in names), DEFAULT_MAX)

    def role_groups(self, name: str) -> Answer:
        names = set(self.identity.holders("group", self._role(name)["name"]))
        return _page([group_json(row) for row in self.identity.groups() if row["name"] in names], DEFAULT_MAX)

    def _principal(self, kind: str, id_: str) -> str:
        return str((self._user(id_) if kind == "users" else self._group(id_))["name"])

    def mappings(self, kind: str, id_: str) -> Answer:
        names = self.identity.granted(kind[:-1], self._principal(kind, id_))
        return jsonify([role_json(row) for row in self.identity.roles() if row["name"] in names])

    def mappings_composite(self, id_: str) -> Answer:
        names = self.identity.effective_roles(self._user(id_)["name"])
        return jsonify([role_json(row) for row in self.identity.roles() if row["name"] in names])

    def mappings_change(self, kind: str, id_: str) -> Answer:
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, list):
            raise Refused(400, "the body must be a list of roles")
        names = [self._role(str(item.get("name")))["name"] for item in body]
        change = self.identity.grant if request.method == "POST" else self.identity.revoke
        for name in names:
            change(kind[:-1], self._principal(kind, id_), name)
        return Response(status=204)


def _person(body: t.Mapping[str, t.Any]) -> t.Any:
    return {"email": body.get("email"), "first": body.get("firstName"), "last": body.get("lastName")}


def _created(id_: str) -> Answer:
    return Response(status=201, headers={"Location": f"{request.base_url}/{id_}"})


ADMIN_ROUTES = (
    ("GET", "/users", "users"),
    ("POST", "/users", "users_post"),
    ("GET", "/users/count", "users_count"),
    ("GET", "/users/<id_>", "user"),
    ("PUT", "/users/<id_>", "user_put"),
    ("DELETE", "/users/<id_>", "user_delete"),
    ("POST", "/users/<id_>/impersonation", "impersonate"),
    ("GET", "/users/<id_>/groups", "user_groups"),
    ("PUT", "/users/<id_>/groups/<group>", "member_put"),
    ("DELETE", "/users/<id_>/groups/<group>", "member_delete"),
    ("GET", "/users/<id_>/role-mappings/realm/composite", "mappings_composite"),
    ("GET", "/groups", "groups"),
    ("POST", "/groups", "groups_post"),
    ("GET", "/groups/count", "groups_count"),
    ("GET", "/groups/<id_>", "group"),
    ("DELETE", "/groups/<id_>", "group_delete"),
    ("GET", "/groups/<id_>/members", "group_members"),
    ("GET", "/events", "events"),
    ("GET", "/roles", "roles"),
    ("GET", "/roles/<name>", "role"),
    ("GET", "/roles/<name>/users", "role_users"),
    ("GET", "/roles/<name>/groups", "role_groups"),
    ("GET", "/<any(users,groups):kind>/<id_>/role-mappings/realm", "mappings"),
    ("POST", "/<any(users,groups):kind>/<id_>/role-mappings/realm", "mappings_change"),
    ("DELETE", "/<any(users,groups):kind>/<id_>/role-mappings/realm", "mappings_change"),
)


def _oauth(status: int, error: str, text: str) -> Answer:
    return jsonify({"error": error, "error_description": text}), status


class Tokens:
    """The token endpoint of both realms: grants ``password`` and ``refresh_token``."""

    def __init__(self, parts: Parts) -> None:
        self.switches = parts.switches
        self.identity = parts.identity

    def _client_is_good(self, realm: str) -> bool:
        if realm == MASTER:
            return request.form.get("client_id") == "admin-cli"
        form = request.form
        return (form.get("client_id"), form.get("client_secret")) == (self.switches.client_id, self.switches.client_secret)

    def token(self, realm: str) -> Answer:
        if realm not in (REALM, MASTER):
            return _oauth(404, "Realm does not exist", "")
        if not self._client_is_good(realm):
            return _oauth(401, "unauthorized_client", "Invalid client or Invalid client credentials")
        grant = request.form.get("grant_type")
        if grant == "password":
            user = self.identity.check_password(request.form.get("username", ""), request.form.get("password", ""), realm)
            if user is None:
                return _oauth(401, "invalid_grant", "Invalid user credentials")
        elif grant == "refresh_token":
            user = self.identity.holder(request.form.get("refresh_token", ""), "refresh", realm)
            if user is None:
                return _oauth(400, "invalid_grant", "Token is not active")
        else:
            return _oauth(400, "unsupported_grant_type", "Unsupported grant_type")
        request.environ["lab.user"] = user
        return jsonify(
            access_token=self.identity.issue(user, "access", realm),
            expires_in=int(self.switches.token_seconds),
            refresh_token=self.identity.issue(user, "refresh", realm),
            refresh_expires_in=int(self.switches.refresh_seconds),
            token_type="Bearer",  # noqa: S106 - a scheme, not a secret
            scope=request.form.get("scope", "profile email"),
        )

    def logout(self, realm: str) -> Answer:
        self.identity.end(request.form.get("refresh_token", ""))
        return Response(status=204)


def blueprint(parts: Parts) -> Blueprint:
    area, admin, tokens = Blueprint("keycloak", __name__), Admin(parts), Tokens(parts)

    def guarded(work: t.Callable[..., Answer]) -> t.Callable[..., Answer]:
        def view(**arguments: str) -> Answer:
            try:
                caller(parts, MASTER)
            except Refused:
                # A good token of the realm's own user is known, and has no right here.
                if parts.identity.holder(request.headers.get("Authorization", "").partition(" ")[2], "access") is not None:
                    raise Refused(403, "HTTP 403 Forbidden") from None
                raise
            return work(**arguments)

        return view

    for method, path, name in ADMIN_ROUTES:
        endpoint = f"{name}-{method}"
        area.add_url_rule(contract.ADMIN_BASE + path, endpoint, guarded(getattr(admin, name)), methods=[method])
    for name in ("token", "logout"):
        area.add_url_rule(f"/auth/realms/<realm>/protocol/openid-connect/{name}", name, getattr(tokens, name), methods=["POST"])

    def refused(exc: Refused) -> Answer:
        return jsonify({"error" if exc.status in (401, 403) else "errorMessage": str(exc)}), exc.status

    area.register_error_handler(Refused, refused)
    return area
