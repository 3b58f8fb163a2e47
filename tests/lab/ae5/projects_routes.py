# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the requests to ``/api/v2`` and to the web login: from method and raw path alone, for the log and for dispatch.

Documented by the calls of ae5-tools; what it never asks for is ``unknown`` here.
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import unquote

BASE = "/api/v2"
ENDPOINTS = "/platform/deploy/api/v1/apps/static-endpoints"
OIDC = "/auth/realms/AnacondaPlatform/protocol/openid-connect/auth"
FORM = "/auth/realms/AnacondaPlatform/login-actions/authenticate"
ACTION = "/auth/realms/AnacondaPlatform/login-actions/required-action"
END = "/auth/realms/AnacondaPlatform/protocol/openid-connect/logout"
CONFIRM = f"{END}/logout-confirm"
LOGIN, LOGOUT, HOME = "/login", "/logout", "/"
IMPERSONATION = "users/{id}/impersonation"

Found = t.Tuple[str, bool, t.Dict[str, str]]

_PROJECT = r"/projects/(?P<project>[^/]+)"
_API = tuple(
    (method, re.compile(pattern), name, write)
    for method, pattern, name, write in (
        ("GET", r"/projects", "project_list", False),
        ("GET", r"/projects/actions", "project_choices", False),
        ("POST", r"/projects/upload", "project_upload", True),
        ("GET", _PROJECT, "project_get", False),
        ("PATCH", _PROJECT, "project_update", True),
        ("DELETE", _PROJECT, "project_delete", True),
        ("GET", _PROJECT + r"/activity", "project_activity", False),
        ("GET", _PROJECT + r"/collaborators", "collaborator_list", False),
        ("PUT", _PROJECT + r"/collaborators", "collaborator_put", True),
        ("GET", _PROJECT + r"/revisions", "revision_list", False),
        ("GET", _PROJECT + r"/revisions/(?P<revision>[^/]+)/archive", "revision_archive", False),
        ("GET", _PROJECT + r"/(?:sessions|deployments|jobs|runs)", "project_children", False),
        ("GET", r"/credentials/user", "secret_list", False),
        ("GET", r"/(?:sessions|deployments|jobs|runs|sample_projects|template_projects)", "nothing_of_it", False),
    )
)
# A login, an impersonation and a logout are no writes: they change neither a project nor an identity.
_FIXED = {
    ("GET", OIDC): "oidc_auth",
    ("POST", FORM): "oidc_form",
    ("GET", ACTION): "oidc_action",
    ("GET", END): "oidc_logout",
    ("POST", CONFIRM): "oidc_logout_confirm",
    ("GET", LOGIN): "web_login",
    ("GET", LOGOUT): "web_logout",
    ("GET", HOME): "web_home",
    ("GET", ENDPOINTS): "endpoint_list",
}


def classify(method: str, path: str) -> t.Optional[Found]:
    """Name, whether it is a write, and parameters; None for a path that belongs to another area."""
    verb = "GET" if method == "HEAD" else method
    if (verb, path) in _FIXED:
        return _FIXED[verb, path], False, {}
    if not path.startswith(BASE + "/"):
        return None
    for wanted, pattern, name, write in _API:
        match = pattern.fullmatch(path[len(BASE) :])
        if verb == wanted and match:
            return name, write, {key: unquote(value) for key, value in match.groupdict().items()}
    return "unknown", verb not in ("GET", "OPTIONS"), {}
