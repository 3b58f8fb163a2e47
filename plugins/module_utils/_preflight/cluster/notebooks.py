# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AE5 must have for the notebook projects, seen from the cluster's host.  Private to the collection.

It reads only: users, groups and roles, one user's record, the list of projects without a login, the page
of the login.  Nobody is logged in to the platform, and nobody is acted as.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t
from urllib.parse import quote, urlencode

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.command import measure as folder_size
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import http_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ADMIN_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import Keycloak
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.login_page import is_login_page
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.principals import View, read
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import AUTH_PATH, LOGIN_PATH, whole
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there
from ansible_collections.ae_ops.migration.plugins.module_utils._model.principals import CREATOR
from ansible_collections.ae_ops.migration.plugins.module_utils._model.user_map import user_map
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import measure, rules_aen
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._store.access import users_of
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

NOTEBOOKS: t.Dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "host": {"type": "str", "required": True},
        "site": {"type": "str"},
        "owners": {"type": "list", "elements": "str"},
        "users": {"type": "dict", "default": {}},
        "logins": {"type": "list", "elements": "str", "default": []},
    },
}
SOLVER = "rattler"
WAY = (r.LIBRARIES, r.ADDRESS, r.CERTIFICATE, r.CLOCK)
"""Checks without which nothing can be asked of the cluster."""


@dataclasses.dataclass(frozen=True)
class People:
    """The owners of projects on AE5: owner, as a person would say it, to AE5 user; ``None`` for none."""

    users: t.Mapping[str, t.Optional[str]]
    unseen: t.Tuple[str, ...]
    """Notebook hosts whose owners are not known."""
    own: t.FrozenSet[str]
    """Case-folded AE5 users who have a login of their own in the inventory."""

    @property
    def acted_as(self) -> t.List[str]:
        """AE5 users whom an administrator has to impersonate."""
        found = {user_key(user): user for user in self.users.values() if user is not None}
        return [found[key] for key in sorted(found.keys() - self.own)]


def staged_bytes(work_dir: str, hosts: t.Iterable[str]) -> int:
    """Bytes of the archives that are staged on this host already; each is there once, see ``site_stage``."""
    folders = [os.path.join(os.path.expanduser(work_dir), "notebooks", host, "staged", "objects") for host in hosts]
    return sum(folder_size(folder)[0] for folder in folders if os.path.isdir(folder))


def notebook_rows(params: t.Mapping[str, t.Any], rows: t.Sequence[Row]) -> t.List[Row]:
    """The checks for the notebook hosts of the cluster; ``rows`` are the others of this host.  None without such hosts."""
    if not params["notebooks"]:
        return []
    host = params["host"]
    solver = rules_aen.solver(host, measure.importable([SOLVER])[SOLVER])
    blocked = next((row.check for row in rows if row.verdict == r.BLOCKING and row.check in WAY), None)
    if blocked is not None:
        unmade = (r.IMPERSONATION, r.OWNERS, r.PROJECTS_API)
        return [*(r.unknown(check, host, f"Not checked: see {blocked}.", rules_aen.UPLOAD) for check in unmade), solver]
    return [
        *measure.attempt(r.IMPERSONATION, host, rules_aen.UPLOAD, lambda: _identity(host, params)),
        *measure.attempt(r.PROJECTS_API, host, rules_aen.UPLOAD, lambda: rules_aen.projects_api(host, _platform(params))),
        solver,
    ]


def people_of(params: t.Mapping[str, t.Any]) -> People:
    """Who the owners are on AE5, by ``ae_user_map`` and the saved plan of the packages, which is stronger.

    Raises:
        MigrationError: the map or the plan cannot be used.
    """
    plan = params["plan"]
    declared = users_of(plan) if plan and is_there(os.path.join(plan, "plan.json")) else {}
    users: t.Dict[str, t.Optional[str]] = {}
    own = {user_key(params["username"])} if params["username"] and params["password"] else set()
    for item in params["notebooks"]:
        site = item["site"] or item["host"]
        own.update(user_key(login) for login in item["logins"])
        names = user_map({**item["users"], **declared.get(site, {})})
        for owner in item["owners"] or ():
            user = names.user(owner, site)
            # Two hosts may have an owner of one name who is another on AE5.
            said = owner if users.get(owner, user) == user else f"{owner} of {item['host']}"
            users[said] = user
    unseen = tuple(item["host"] for item in params["notebooks"] if item["owners"] is None)
    return People(users, unseen, frozenset(own))


def _identity(host: str, params: t.Mapping[str, t.Any]) -> t.List[Row]:
    """The rows ``impersonation`` and ``owners``."""
    try:
        people = people_of(params)
    except MigrationError as exc:
        advice = "Correct ae_user_map."
        return [Row(check, host, r.BLOCKING, r.one_line(str(exc)), rules_aen.UPLOAD, advice) for check in (r.IMPERSONATION, r.OWNERS)]
    # Owners whom nobody has listed may need it too.
    acted_as = None if people.unseen and not people.acted_as else people.acted_as
    administrator = params["keycloak_username"] or ""
    if not administrator or not params["keycloak_password"]:
        return [rules_aen.impersonation(host, rules_aen.Login(acted_as)), rules_aen.owners(host, None)]
    http = http_of(params)
    try:
        tokens = master_grant(http, administrator, params["keycloak_password"])
        try:
            view = read(Keycloak(http, tokens, params["workers"]), [CREATOR], ())
            may, source = _may_act(http, tokens, view, acted_as)
        except MigrationError as exc:
            told = r.one_line(str(exc))
            return [
                rules_aen.impersonation(host, rules_aen.Login(acted_as, administrator, error=told)),
                rules_aen.owners(host, None, f"The users of AE5 cannot be read: {told}"),
            ]
    finally:
        http.close()
    login = rules_aen.Login(acted_as, administrator, may=may, source=source)
    return [rules_aen.impersonation(host, login), rules_aen.owners(host, _judged(people, view))]


def _judged(people: People, view: View) -> rules_aen.Owners:
    flawed = [(owner, _flaw(user, view)) for owner, user in sorted(people.users.items()) if user is not None]
    nobody = sum(user is None for user in people.users.values())
    return rules_aen.Owners(len(people.users) - nobody, nobody, tuple((owner, why) for owner, why in flawed if why), people.unseen)


def _flaw(user: str, view: View) -> str:
    found = view.people.get(user_key(user))
    if found is None:
        return f"AE5 has no user {user!r}"
    if not found.enabled:
        return f"the AE5 user {found.name!r} is disabled"
    lacks: t.List[str] = view.user_row(found, view.members)["lacks"]
    return f"the AE5 user {found.name!r} lacks role {CREATOR}" if lacks else ""


def _may_act(http: Http, tokens: TokenSource, view: View, users: t.Optional[t.Sequence[str]]) -> t.Tuple[t.Optional[bool], str]:
    """Whether the account may act as such users, and where that was read; ``None`` where Keycloak does not say.

    Keycloak shows it in the record of a user (``access``, what the asking account may do to that user; tried with 22.0.5).
    The account's token names no roles there.
    """
    known = [view.people[user_key(user)] for user in users or () if user_key(user) in view.people] or list(view.people.values())
    example = next((user for user in known if user.enabled), None)
    if example is None:
        return None, ""
    record = http.json("GET", f"{ADMIN_BASE}/users/{quote(example.id, safe='')}", auth=tokens)
    access = record.get("access") if isinstance(record, dict) else None
    may = access.get("impersonate") if isinstance(access, dict) else None
    return (may if isinstance(may, bool) else None), f"by Keycloak's record of {example.name}"


def _platform(params: t.Mapping[str, t.Any]) -> rules_aen.Platform:
    """What is answered to a request without a login: the projects, and the page of the login (AE5 facts 4.1)."""
    client_id = params["client_id"]
    http = http_of(params)
    try:
        status, _page, error = _asked(http, f"{BASE}/projects")
        if error:
            return rules_aen.Platform(status, client_id=client_id, error=error)
        query = {"client_id": client_id, "scope": "openid", "response_type": "code", "redirect_uri": http.origin + LOGIN_PATH}
        login_status, page, error = _asked(http, f"{AUTH_PATH}?{urlencode(query)}")
        return rules_aen.Platform(status, login_status, is_login_page(page), client_id, error)
    finally:
        http.close()


def _asked(http: Http, path: str) -> t.Tuple[t.Optional[int], bytes, str]:
    """Status and body of an answer, or why there is none; 5xx counts as none, after it was asked for again."""
    try:
        answer = http.call("GET", path, ok=range(200, 500), read=whole)
    except HttpError as exc:
        return exc.status, b"", str(exc)
    return answer.status, bytes(answer.data), ""
