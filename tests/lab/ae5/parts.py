# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the areas of the lab share: its parts, and who sends a request."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from flask import Response, jsonify, request

from .database import Database
from .faults import Faults
from .identity import REALM, Identity
from .projects_sessions import WebSessions
from .projects_store import Projects
from .real_keycloak import RealIdentity
from .requestlog import RequestLog
from .state import Refused, State
from .switches import Switches


@dataclasses.dataclass(frozen=True)
class Parts:
    root: Path
    switches: Switches
    database: Database
    identity: Identity
    state: State
    projects: Projects
    web: WebSessions
    log: RequestLog
    faults: Faults

    @classmethod
    def make(cls, root: Path, switches: Switches) -> Parts:
        root.mkdir(parents=True, exist_ok=True)
        database = Database(root / "state.sqlite")
        identity = RealIdentity(database, switches) if switches.keycloak_url else Identity(database, switches)
        state = State(root, database, identity, switches)
        projects = Projects(root, database, identity, switches)
        web = WebSessions(database, switches)
        return cls(root, switches, database, identity, state, projects, web, RequestLog(root / "requests.jsonl"), Faults())

    def expire(self, kind: str) -> None:
        """Ends all tokens of that kind now: ``access``, ``refresh``, ``conda``, or of the web login ``session``, ``sso``."""
        self.identity.expire(kind)
        self.web.expire(kind)

    def close(self) -> None:
        self.log.close()
        self.database.close()


def bearer(parts: Parts, realm: str = REALM) -> t.Optional[str]:
    """The user of the request's bearer token, None without one; raises ``Refused`` (401) if it is not valid."""
    scheme, _separator, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        return None
    user = parts.identity.holder(token.strip(), "access", realm) if scheme.lower() == "bearer" else None
    if user is None:
        raise Refused(401, "the token is not valid or has expired")
    request.environ["lab.user"] = user
    return user


def caller(parts: Parts, realm: str = REALM) -> str:
    """As ``bearer``, for what nobody may do without logging in."""
    user = bearer(parts, realm)
    if user is None:
        raise Refused(401, "log in first")
    return user


def json_object() -> dict[str, t.Any]:
    """The request's body; raises ``Refused`` (400) if it is not a JSON object."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


def number(name: str, default: t.Optional[int]) -> t.Optional[int]:
    """A whole number of the query; raises ``Refused`` (400) if it is none."""
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise Refused(400, f"{name} must be a whole number, not {text!r}")
    return int(text)


def problem(parts: Parts, status: int, message: str) -> Response:
    """An error in the shape of switch ``error_body`` (A11)."""
    shape = parts.switches.error_body
    if shape == "html":
        answer = Response(f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n", mimetype="text/html")
    else:
        answer = jsonify({"error": {"message": message}} if shape == "nested" else {"message": message})
    answer.status_code = status
    return answer
