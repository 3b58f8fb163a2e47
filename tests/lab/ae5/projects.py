# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``/api/v2`` for projects, as ae5-tools speaks it.

Documented by ae5-tools: the routes, the fields it reads and sends, 400 ``Project name is not unique``, polling of the activity,
204 for a deletion.  Assumed: 201 for an upload, every other status and text, values of fields that it does not look at; the rest
is in ``switches.py``.
"""

from __future__ import annotations

import json
import typing as t

from flask import Blueprint, Response, jsonify, request, send_file

from .api import gone
from .database import Row
from .parts import Parts, json_object, number, problem
from .projects_login import NotLoggedIn, not_logged_in, web_user
from .projects_routes import BASE, ENDPOINTS
from .projects_store import NotUnique, when
from .routes import Request
from .state import Refused
from .upload import ClientGone, receive

Answer = t.Union[Response, t.Tuple[Response, int]]
STORAGE = "http://anaconda-enterprise-ap-storage/projects"
NO_LIMIT = 2**62


def project_json(row: Row) -> dict[str, t.Any]:
    hex_ = row["id"][3:]
    return {
        "id": row["id"],
        "name": row["name"],
        "owner": row["owner"],
        "editor": row["editor"],
        "resource_profile": row["profile"],
        "created": when(row["created"]),
        "updated": when(row["updated"]),
        "project_create_status": row["status"],
        "s3_bucket": "anaconda-projects",
        "s3_path": f"projects/{hex_}",
        "git_server": "default",
        "repository": f"{row['owner']}-{hex_}",
        "repo_owned": True,
        "git_repos": {},
        "repo_url": f"http://anaconda-enterprise-ap-git-storage/anaconda/{row['owner']}-{hex_}.git",
        "url": f"{STORAGE}/{hex_}",
    }


def action_json(row: Row) -> dict[str, t.Any]:
    return {
        "id": row["id"],
        "type": row["type"],
        "owner": row["owner"],
        "created": when(row["created"]),
        "updated": when(row["updated"]),
        "status": row["status"],
        "message": row["message"],
        "description": "",
        "done": bool(row["done"]),
        "error": bool(row["error"]),
    }


class Api:
    """One method for each route of ``projects_routes``.  Arguments are the user and the path's parameters."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.projects = parts.projects

    def _list(self, items: t.Sequence[t.Any]) -> Answer:
        return jsonify({"data": list(items)} if self.parts.switches.project_list_shape == "data" else list(items))

    def project_list(self, user: str) -> Answer:
        return self._list([project_json(row) for row in self.projects.visible(user)])

    def project_get(self, user: str, project: str) -> Answer:
        return jsonify(project_json(self.projects.get(project, user)))

    def project_upload(self, user: str) -> Answer:
        self.projects.check_role(user)
        limit = self.parts.switches.project_max_bytes or NO_LIMIT
        with receive(request.environ, self.projects.incoming, "project_file", limit, ("name", "tag")) as got:
            name = got.fields["name"]
            if name is None:
                raise Refused(400, "the form has no field name")
            project, action = self.projects.upload(user, name, got.fields["tag"] or "", got)
        return jsonify({**project_json(project), "action": action_json(action)}), 201

    def project_update(self, user: str, project: str) -> Answer:
        self.projects.update(self.projects.get(project, user, "own", "rw"), json_object())
        return self.project_get(user, project)

    def project_delete(self, user: str, project: str) -> Answer:
        self.projects.delete(self.projects.get(project, user, "own")["id"])
        return Response(status=204)

    def project_activity(self, user: str, project: str) -> Answer:
        """``sort=-updated`` is the only order there is, ``page[size]`` the most that is given."""
        self.projects.get(project, user)
        rows = self.projects.activity(project)
        return jsonify({"data": [action_json(row) for row in rows[: number("page[size]", None)]]})

    def collaborator_list(self, user: str, project: str) -> Answer:
        self.projects.get(project, user)
        return self._list(self._people(project))

    def collaborator_put(self, user: str, project: str) -> Answer:
        row = self.projects.get(project, user, "own")
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
            raise Refused(400, "the body must be a list of collaborators")
        wrong = self.projects.share(row, body)
        action = {"type": "share_action", "owner": user, "done": not wrong, "error": bool(wrong), "message": wrong}
        is_bare = bool(wrong) or self.parts.switches.collaborator_answer == "bare"
        return jsonify({"action": action} if is_bare else {"action": action, "collaborators": self._people(project)})

    def _people(self, project: str) -> list[dict[str, t.Any]]:
        people = []
        for row in self.projects.shares(project):
            found = self.parts.identity.user(row["principal"]) if row["kind"] == "user" else None
            known = dict(found) if found is not None else {}
            names = {key: known.get(mine) or known.get(theirs) or "" for key, mine, theirs in PERSON}
            people.append({"id": row["principal"], "type": row["kind"], "permission": row["permission"], **names})
        return people

    def revision_list(self, user: str, project: str) -> Answer:
        row = self.projects.get(project, user)
        listed = []
        for item in self.projects.revisions(project):
            revision = {"id": item["name"], "name": item["name"], "owner": row["owner"], "commands": json.loads(item["commands"])}
            times = {"created": when(item["created"]), "updated": when(item["created"])}
            listed.append({**revision, **times, "url": f"{STORAGE}/{project[3:]}/revisions/{item['name']}"})
        return self._list(listed)

    def revision_archive(self, user: str, project: str, revision: str) -> Answer:
        self.projects.get(project, user)
        return send_file(self.projects.archive(project, revision), mimetype="application/gzip", etag=False)

    def project_children(self, user: str, project: str) -> Answer:
        self.projects.get(project, user)
        return self._list([])

    def nothing_of_it(self, user: str) -> Answer:
        return self._list([])

    def none_of_it(self, user: str) -> Answer:
        """Secrets and endpoints: there are none."""
        return jsonify({"data": []})

    secret_list = endpoint_list = none_of_it

    def project_choices(self, user: str) -> Answer:
        profile = {"id": "default", "name": "default", "description": "Default (CPU: 1, Memory: 4096MB)"}
        return jsonify([{"resource_profiles": [profile], "editors": [{"id": "notebook", "name": "Jupyter Notebook", "is_default": True}]}])


# Our field, and what the lab's people and a real Keycloak's call it.
PERSON = (("first_name", "first", "firstName"), ("last_name", "last", "lastName"), ("email", "email", "email"))


def blueprint(parts: Parts) -> Blueprint:
    """The request was classified before, from its raw path (``routes.classify``)."""
    area, api = Blueprint("projects", __name__), Api(parts)

    def dispatch(rest: str = "") -> Answer:
        asked: Request = request.environ["lab.request"]
        user = web_user(parts)
        if asked.route == "unknown":
            raise Refused(404, "there is nothing here")
        return t.cast(Answer, getattr(api, asked.route)(user, **asked.parameters))

    def not_unique(exc: NotUnique) -> Response:
        if parts.switches.unique_answer == "ok":
            return jsonify({"error": {"message": str(exc)}})
        answer = problem(parts, exc.status, str(exc))
        if parts.switches.unique_answer == "reason":
            answer.status = f"{exc.status} {exc}"
        return answer

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    area.add_url_rule(f"{BASE}/<path:rest>", "dispatch", dispatch, methods=methods)
    area.add_url_rule(ENDPOINTS, "dispatch", dispatch, methods=["GET"])
    area.register_error_handler(NotUnique, not_unique)
    area.register_error_handler(Refused, lambda exc: problem(parts, exc.status, str(exc)))
    area.register_error_handler(NotLoggedIn, lambda exc: not_logged_in(parts))
    area.register_error_handler(ClientGone, gone)
    return area
