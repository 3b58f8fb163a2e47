# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own controls at ``/_lab/``: neither logged nor counted nor faulted."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, jsonify, request

from .identity import MASTER, REALM
from .parts import Parts, json_object
from .state import Refused

Json = t.Dict[str, t.Any]


def seed(parts: Parts, data: Json) -> None:
    """Adds what is not there yet (users, groups, members, roles, master accounts, channels with shares).

    ``{"users": [NAME | {"username", "password", "email", "roles": [], "groups": [], "federation_link"}],
    "groups": {NAME: [MEMBER]} | [{"name", "members": [], "roles": []}],
    "admins": [{"username", "password"}], "channels": [{"name", "owner", "privacy", "shares": [{"type", "name", "access"}]}]}``.
    A user given by name alone has the name as the password.  Members that are not users yet are made so.
    """
    groups = data.get("groups", ())
    if isinstance(groups, dict):
        groups = [{"name": name, "members": members} for name, members in groups.items()]
    with parts.database.change():
        for item in data.get("users", ()):
            _seed_user(parts, {"username": item} if isinstance(item, str) else item)
        for group in groups:
            _seed_group(parts, group)
        for item in data.get("admins", ()):
            if parts.identity.user(item["username"].lower(), MASTER) is None:
                parts.identity.add_user(item["username"], item["password"], realm=MASTER)
        for item in data.get("channels", ()):
            _seed_channel(parts, item)


def _seed_group(parts: Parts, item: Json) -> None:
    parts.identity.add_group(item["name"])
    for member in item.get("members", ()):
        _seed_user(parts, {"username": member, "groups": [item["name"]]})
    for role in item.get("roles", ()):
        _grant(parts, "group", item["name"], role)


def _seed_channel(parts: Parts, item: Json) -> None:
    if parts.state.channel(item["name"]) is None:
        parts.state.create(item["name"], item["owner"], item.get("privacy"))
    for share in item.get("shares", ()):
        parts.state.share(item["name"], share["type"], share["name"], share["access"])


def _seed_user(parts: Parts, item: Json) -> None:
    name = item["username"].lower()
    if parts.identity.user(name) is None:
        parts.identity.add_user(name, item.get("password") or name, email=item.get("email"))
    elif item.get("password"):
        parts.identity.change_user(name, password=item["password"])
    if item.get("federation_link"):
        parts.identity.federate(name, item["federation_link"])
    for group in item.get("groups", ()):
        parts.identity.add_group(group)
        parts.identity.join(group, name)
    for role in item.get("roles", ()):
        _grant(parts, "user", name, role)


def _grant(parts: Parts, kind: str, principal: str, role: str) -> None:
    parts.identity.add_role(role)
    parts.identity.grant(kind, principal, role)


def state_json(parts: Parts) -> Json:
    """All there is: channels by name with owner, privacy, shares and files; projects by ``OWNER/NAME`` (see ``Projects.to_json``);
    users and groups by name (not with a real Keycloak)."""
    channels: dict[str, Json] = {}
    for row in parts.database.rows("SELECT * FROM channels ORDER BY name"):
        channels[row["name"]] = {
            "owner": row["owner"],
            "privacy": row["privacy"],
            "shares": [{"type": s["kind"], "name": s["principal"], "access": s["access"]} for s in parts.state.shares(row["name"])],
            "files": [{key: p[key] for key in ("subdir", "file", "size", "md5", "sha256")} for p in parts.state.packages(row["name"])],
        }
    if parts.switches.keycloak_url:
        return {"channels": channels, "projects": parts.projects.to_json()}  # who there is says Keycloak
    identity = parts.identity
    users = {
        row["name"]: {"groups": identity.groups_of(row["name"]), "roles": sorted(identity.effective_roles(row["name"]))}
        for row in identity.users()
    }
    groups = {row["name"]: {"members": identity.members(row["name"])} for row in identity.groups()}
    return {"channels": channels, "projects": parts.projects.to_json(), "users": users, "groups": groups}


def conda_token(parts: Parts, user: str) -> str:
    """A new conda token; raises ``KeyError`` if there is no such user."""
    if parts.identity.user(user, REALM) is None:
        raise KeyError(f"there is no user {user}")
    return parts.identity.issue(user, "conda")


def blueprint(parts: Parts, set_switches: t.Callable[[Json], None]) -> Blueprint:
    area = Blueprint("control", __name__, url_prefix="/_lab")

    def log() -> Response:
        return jsonify(parts.log.records())

    def clear() -> Response:
        parts.log.clear()
        return Response(status=204)

    def counters() -> Response:
        return jsonify(parts.log.counters())

    def switches() -> Response:
        if request.method == "PUT":
            set_switches(json_object())
        return jsonify(parts.switches.to_json())

    def faults() -> Response:
        if request.method == "PUT":
            parts.faults.replace(request.get_json(force=True))
        return jsonify(parts.faults.to_json())

    def put_seed() -> Response:
        seed(parts, json_object())
        return Response(status=204)

    def token() -> Response:
        return jsonify({"token": conda_token(parts, str(json_object().get("user")))})

    def expire() -> Response:
        parts.expire(request.args.get("kind", "access"))
        return Response(status=204)

    def state() -> Response:
        return jsonify(state_json(parts))

    for path, view, methods in (
        ("/log", log, ["GET"]),
        ("/log/clear", clear, ["POST"]),
        ("/counters", counters, ["GET"]),
        ("/switches", switches, ["GET", "PUT"]),
        ("/faults", faults, ["GET", "PUT"]),
        ("/seed", put_seed, ["POST"]),
        ("/conda-token", token, ["POST"]),
        ("/expire-tokens", expire, ["POST"]),
        ("/state", state, ["GET"]),
    ):
        area.add_url_rule(path, view.__name__, view, methods=methods)

    def wrong(exc: Exception) -> tuple[Response, int]:
        return jsonify({"error": {"message": f"{type(exc).__name__}: {exc}"}}), 400

    for kind in (Refused, KeyError, TypeError, ValueError):
        area.register_error_handler(kind, wrong)
    return area
