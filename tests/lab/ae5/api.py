# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The assumed API below ``/repository/api``, exactly as the collection's contract has it, and the CLI's way to the same."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, jsonify, request

from .database import Row
from .identity import REALM
from .parts import Parts, bearer, caller, json_object, number, problem
from .routes import CLI_BASE, Request, contract
from .state import Refused
from .upload import ClientGone, receive

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
DEFAULT_PAGE = 50

Answer = t.Union[Response, t.Tuple[Response, int]]


def channel_json(row: Row) -> dict[str, str]:
    return {"name": row["name"], "owner": row["owner"], "privacy": row["privacy"]}


def share_json(row: Row) -> dict[str, str]:
    return {"type": row["kind"], "name": row["principal"], "access": row["access"]}


class Api:
    """One method for each route, named as in the contract (``cli_...`` are the lab's own).  Arguments are the path's parameters."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.state = parts.state

    def _page(self, items: t.Sequence[t.Any]) -> Answer:
        total = len(items)
        if self.parts.switches.paging == "offset":
            offset, limit = number("offset", 0) or 0, number("limit", DEFAULT_PAGE) or DEFAULT_PAGE
            items = items[offset : offset + min(limit, self.parts.switches.page_limit)]
        return jsonify({"items": list(items), "total": total})

    def channel_list(self) -> Answer:
        return self._page([channel_json(row) for row in self.state.channels(caller(self.parts))])

    def channel_get(self, channel: str) -> Answer:
        return jsonify(channel_json(self.state.readable(channel, caller(self.parts))))

    def channel_create(self) -> Answer:
        user, body = caller(self.parts), json_object()
        if not isinstance(body.get("name"), str):
            raise Refused(400, "a channel needs a name")
        return jsonify(channel_json(self.state.create(body["name"], user, body.get("privacy")))), 201

    def channel_update(self, channel: str) -> Answer:
        self.state.owned(channel, caller(self.parts))
        self.state.set_privacy(channel, json_object().get("privacy"))
        return self.channel_get(channel)

    def _deleting(self) -> None:
        """Switch ``delete``."""
        if self.parts.switches.delete != "ok":
            absent = self.parts.switches.delete == "absent"
            raise Refused(404 if absent else 403, "there is nothing here" if absent else "nothing is deleted on this cluster")

    def channel_delete(self, channel: str) -> Answer:
        self._deleting()
        self.state.owned(channel, caller(self.parts))
        self.state.delete(channel)
        return Response(status=204)

    def share_list(self, channel: str) -> Answer:
        self.state.readable(channel, caller(self.parts))
        return self._page([share_json(row) for row in self.state.shares(channel)])

    def share_put(self, channel: str, kind: str, principal: str) -> Answer:
        self.state.owned(channel, caller(self.parts))
        access = json_object().get("access")
        new = self.state.share(channel, kind, principal, access)
        return jsonify({"type": kind, "name": principal, "access": access}), 201 if new else 200

    def share_delete(self, channel: str, kind: str, principal: str) -> Answer:
        self.state.owned(channel, caller(self.parts))
        self.state.unshare(channel, kind, principal)
        return Response(status=204)

    def artifact_upload(self, channel: str) -> Answer:
        self.state.writable(channel, caller(self.parts))
        with receive(request.environ, self.state.incoming, contract.UPLOAD_PART, self.parts.switches.max_bytes) as got:
            index, stored = self.state.take(channel, got.file, got.path, got.size, got.md5, got.sha256)
        body = {"channel": channel, "subdir": index["subdir"], "file": got.file, "size": got.size, "md5": got.md5, "sha256": got.sha256}
        return jsonify(body), 201 if stored else 200

    def artifact_delete(self, channel: str, subdir: str, file: str) -> Answer:
        self._deleting()
        self.state.writable(channel, caller(self.parts))
        self.state.delete_package(channel, subdir, file)
        return Response(status=204)

    def cli_login(self) -> Answer:
        body = json_object()
        user = self.parts.identity.check_password(str(body.get("username", "")), str(body.get("password", "")), REALM)
        if user is None:
            raise Refused(401, "Invalid username or password.")
        request.environ["lab.user"] = user
        issue = self.parts.identity.issue
        return jsonify({"username": user, "bearer_token": issue(user, "access"), "conda_token": issue(user, "conda")})

    def cli_files(self, channel: str) -> Answer:
        self.state.readable(channel, bearer(self.parts))
        return jsonify({"items": [{"subdir": row["subdir"], "file": row["file"]} for row in self.state.packages(channel)]})


def blueprint(parts: Parts) -> Blueprint:
    """Both prefixes; the request was classified before, from its raw path (``routes.classify``)."""
    area, api = Blueprint("api", __name__), Api(parts)

    def dispatch(rest: str) -> Answer:
        asked: Request = request.environ["lab.request"]
        cli = request.path.startswith(CLI_BASE + "/")
        absent = not cli and (parts.switches.api == "absent" or _misspelt(parts.switches.slash_paths, asked))
        if absent or asked.route == "unknown":
            raise Refused(404, "there is nothing here")
        return t.cast(Answer, getattr(api, asked.route)(**asked.parameters))

    for base in (contract.API_BASE, CLI_BASE):
        area.add_url_rule(f"{base}/<path:rest>", f"dispatch{base.replace('/', '-')}", dispatch, methods=METHODS)
    area.register_error_handler(Refused, lambda exc: problem(parts, exc.status, str(exc)))
    area.register_error_handler(ClientGone, gone)
    return area


def _misspelt(spelling: str, asked: Request) -> bool:
    """Whether the channel's slashes are not spelt as switch ``slash_paths`` has it."""
    channel, raw = asked.parameters.get("channel", ""), request.environ["lab.path"].lower()
    return "/" in channel and spelling != "both" and ("%2f" in raw) != (spelling == "encoded")


def gone(exc: ClientGone) -> Response:
    """Nobody is there to read it; the gateway closes the connection."""
    request.environ["lab.gone"] = str(exc)
    return Response(status=499)
