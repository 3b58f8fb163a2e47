# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels as a conda client sees them: ``/repository/conda/[t/TOKEN/]CHANNEL/SUBDIR/FILE`` with literal slashes in CHANNEL."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, request, send_file

from .archive import SUBDIRS
from .parts import Parts, bearer, problem
from .routes import contract, segments
from .state import Refused


def _user(parts: Parts, path: list[str]) -> tuple[t.Optional[str], list[str]]:
    """Who asks, and the path without the token.  Which of the two ways counts is switch ``conda_auth``."""
    accepts = parts.switches.conda_auth
    if len(path) > 1 and path[0] == "t":
        user = parts.identity.holder(path[1], "conda") if accepts != "bearer" else None
        if user is None and accepts != "bearer":
            raise Refused(401, "the token in the path is not valid")
        request.environ["lab.user"] = user
        return user, path[2:]
    return (bearer(parts) if accepts != "token" else None), path


def blueprint(parts: Parts) -> Blueprint:
    area = Blueprint("conda", __name__)

    def serve(rest: str) -> Response:
        raw = request.environ["lab.path"][len(contract.CONDA_BASE) + 1 :]
        user, path = _user(parts, segments(raw))
        if len(path) < 3 or path[-2] not in SUBDIRS:
            raise Refused(404, "there is nothing here")
        channel, subdir, file = "/".join(path[:-2]), path[-2], path[-1]
        parts.state.readable(channel, user)
        if file == "repodata.json":
            return _repodata(parts, channel, subdir)
        package = parts.state.package_file(channel, subdir, file)
        if package is None:
            raise Refused(404, f"channel {channel} does not hold {subdir}/{file}")
        return send_file(package, mimetype="application/octet-stream", etag=package.name, conditional=True)

    area.add_url_rule(f"{contract.CONDA_BASE}/<path:rest>", "serve", serve, methods=["GET"])
    area.register_error_handler(Refused, lambda exc: problem(parts, exc.status, str(exc)))
    return area


def _repodata(parts: Parts, channel: str, subdir: str) -> Response:
    body, etag = parts.state.repodata(channel, subdir)
    answer = Response(body, mimetype="application/json")
    answer.set_etag(etag)
    answer.cache_control.no_cache = True
    answer.make_conditional(request)
    return answer
