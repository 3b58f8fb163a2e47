# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``cluster_preflight_info`` does: the checks on the cluster's host.  Private to the collection.

It reads only: a login, a list of channels, users and roles.
"""

from __future__ import annotations

import os
import time
import typing as t
from urllib.parse import quote

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.command import measure as storage_size
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import http_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ADMIN_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import claims_of, master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import LIST_SHARES, PRIVACY_AT_CREATION, PRIVACY_LATER
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there
from ansible_collections.ae_ops.migration.plugins.module_utils._model import by_hand
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import measure, rules_ae5, rules_host
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.cluster.notebooks import NOTEBOOKS, notebook_rows, staged_bytes
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Json, Row
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.site.module import folder_row, reach_rows
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import PLAN, load_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

CLUSTER = ArgumentSpec(
    options={
        "host": {"type": "str", "required": True},
        "work_dir": {"type": "path"},
        "notebooks": NOTEBOOKS,
        "plan": {"type": "path"},
    }
)

LIBRARIES = ("requests", "ruamel.yaml")
ABILITIES = {
    PRIVACY_AT_CREATION: "create private channels",
    PRIVACY_LATER: "change the privacy of channels",
    LIST_SHARES: "list shares",
}


def cluster_work(module: MigrationModule) -> Outcome:
    """The module ``cluster_preflight_info``."""
    rows, facts = check_cluster(module.params)
    rows += notebook_rows(module.params, rows)
    return Outcome(summary=r.counts(rows), values={"rows": [row.to_json() for row in rows], "facts": facts})


def check_cluster(params: t.Mapping[str, t.Any]) -> t.Tuple[t.List[Row], Json]:
    """All checks on the cluster's host, each by itself, and what the checks of the sites need to know."""
    host = params["host"]
    facts: Json = dict.fromkeys(("token_seconds", "size_limit", "channel_names", "work_dir_free", "staged_bytes", "notebook_staged_bytes"))
    facts["work_dir"] = params["work_dir"]
    found = measure.importable(LIBRARIES)
    rows = measure.attempt(
        r.LIBRARIES, host, rules_host.PLAN, lambda: rules_host.libraries(host, found, _command.interpreter(), rules_host.PLAN)
    )
    reached = measure.attempt(r.ADDRESS, host, rules_ae5.LOGIN_TASK, lambda: reach_rows(host, params, rules_ae5.LOGIN_TASK))
    rows += reached
    if params["work_dir"]:
        rows += measure.attempt(
            r.WORK_DIR, host, rules_host.PLAN, lambda: folder_row(r.WORK_DIR, host, params["work_dir"], rules_host.PLAN)
        )
        rows += measure.attempt(r.STAGING, host, rules_host.UPLOAD, lambda: _free_space(params, facts))
    blocked = next((row for row in reached if row.verdict == r.BLOCKING), None)
    if found["requests"] is None:
        return rows + _not_made(host, "the library requests is missing"), facts
    if blocked is not None:
        return rows + _not_made(host, f"see {blocked.check}"), facts
    return rows + measure.attempt(r.LOGIN, host, rules_ae5.LOGIN_TASK, lambda: _connected(host, params, facts)), facts


def _free_space(params: t.Mapping[str, t.Any], facts: Json) -> t.List[Row]:
    """Measures for the rows ``staging`` and ``archives``, which the report makes when it knows what the other hosts hold."""
    folder = params["work_dir"]
    facts["work_dir_free"] = measure.free_space(folder)
    staged = os.path.join(os.path.expanduser(folder), "staged")
    sites = os.listdir(staged) if os.path.isdir(staged) else []
    # Only where each file lies once; the trees beside it are hard links.
    objects = [path for path in (os.path.join(staged, site, "objects") for site in sites) if os.path.isdir(path)]
    facts["staged_bytes"] = sum(storage_size(path)[0] for path in objects)
    facts["notebook_staged_bytes"] = staged_bytes(folder, [item["host"] for item in params["notebooks"]])
    return []


def _not_made(host: str, why: str) -> t.List[Row]:
    checks = (
        (r.LOGIN, rules_ae5.LOGIN_TASK),
        (r.TRANSPORT, rules_host.CHANNELS),
        (r.IDENTITY, rules_host.PLAN),
        (r.ROLES, rules_host.UPLOAD),
    )
    return [r.unknown(check, host, f"Not checked: {why}.", task) for check, task in checks]


def _connected(host: str, params: t.Mapping[str, t.Any], facts: Json) -> t.List[Row]:
    try:
        cluster = connect(params, read_only=True)
    except MigrationError as exc:
        return [rules_ae5.login(host, "", str(exc)), *_identity(host, params)]
    with cluster:
        facts.update(limits_of(cluster.capabilities))
        facts["transport"] = cluster.transport.name
        rows: t.List[Row] = []
        if cluster.transport.name == "cli":
            rows += measure.attempt(r.CLI, host, rules_host.CHANNELS, lambda: _cli(host, params, cluster))
            if rows[-1].verdict == r.BLOCKING:
                unmade = [row for row in _not_made(host, "see cli") if row.check != r.IDENTITY]
                return rows + unmade + _identity(host, params)
        return rows + _logged_in(host, params, cluster, facts)


def _cli(host: str, params: t.Mapping[str, t.Any], cluster: Cluster) -> Row:
    error = _command.why_not([params["cli"], "--help"], params["timeout"])
    if error:
        return rules_ae5.cli_answers(host, params["cli"], error)
    return rules_ae5.cli_abilities(host, params["cli"], {text: cluster.can(ability) for ability, text in ABILITIES.items()})


def _logged_in(host: str, params: t.Mapping[str, t.Any], cluster: Cluster, facts: Json) -> t.List[Row]:
    try:
        token = cluster.transport.tokens.token()
    except MigrationError as exc:
        unmade = [row for row in _not_made(host, "see login") if row.check in (r.TRANSPORT, r.ROLES)]
        return [rules_ae5.login(host, "", str(exc)), *unmade, *_identity(host, params)]
    claims = claims_of(token)
    username = params["username"] or str(claims.get("preferred_username") or "the account")
    life = _life(claims)
    probed = cluster.capabilities.value("token_seconds")
    facts["token_seconds"] = life if life is not None or not isinstance(probed, (int, float)) else float(probed)
    return [
        rules_ae5.login(host, username, ""),
        *measure.attempt(r.TRANSPORT, host, rules_host.CHANNELS, lambda: _channels(host, cluster)),
        *_identity(host, params),
        *measure.attempt(r.TO_CREATE, host, rules_host.CHANNELS, lambda: _to_create(host, cluster, params["plan"])),
        *measure.attempt(r.ROLES, host, rules_host.UPLOAD, lambda: _roles(host, params, username, claims)),
    ]


def _channels(host: str, cluster: Cluster) -> Row:
    try:
        return rules_ae5.transport(host, cluster.transport.name, len(cluster.channels()), "")
    except MigrationError as exc:
        return rules_ae5.transport(host, cluster.transport.name, None, str(exc))


def _to_create(host: str, cluster: Cluster, folder: t.Optional[str]) -> t.List[Row]:
    """What a person still has to do of what the last plan found; no row without a plan."""
    if not folder or not is_there(os.path.join(os.path.expanduser(folder), PLAN)):
        return []
    planned = load_plan(os.path.expanduser(folder)).by_hand
    listed = cluster.channels() if planned else {}
    privacy = cluster.privacy(listed[name] for name in planned if name in listed)
    due = {name: by_hand.chore(name in listed, privacy.get(name)) for name in planned}
    return [rules_ae5.channels(host, {name: what for name, what in due.items() if what is not None})]


def _life(claims: Json) -> t.Optional[float]:
    """Seconds that a fresh token lives: by its own account, else until its end by our clock."""
    ends, made = claims.get("exp"), claims.get("iat")
    if not isinstance(ends, (int, float)):
        return None
    return float(ends) - float(made if isinstance(made, (int, float)) else time.time())


def _identity(host: str, params: t.Mapping[str, t.Any]) -> t.List[Row]:
    return measure.attempt(r.IDENTITY, host, rules_host.PLAN, lambda: _identity_row(host, params))


def _identity_row(host: str, params: t.Mapping[str, t.Any]) -> Row:
    if not params["keycloak_username"] or not params["keycloak_password"]:
        return rules_ae5.identity(host, False, "")
    try:
        _asked(params, lambda http, tokens: http.json("GET", f"{ADMIN_BASE}/users", auth=tokens, params={"first": 0, "max": 1}))
        _asked(params, lambda http, tokens: http.json("GET", f"{ADMIN_BASE}/groups", auth=tokens, params={"first": 0, "max": 1}))
    except MigrationError as exc:
        return rules_ae5.identity(host, True, str(exc))
    return rules_ae5.identity(host, True, "")


def _roles(host: str, params: t.Mapping[str, t.Any], username: str, claims: Json) -> Row:
    told = claims.get("realm_access")
    if isinstance(told, dict) and isinstance(told.get("roles"), list):
        return rules_ae5.roles(host, username, {str(role) for role in told["roles"]}, "in its token")
    if not params["keycloak_username"] or not params["keycloak_password"]:
        return rules_ae5.roles(host, username, None, "its token does not contain them, and no account of realm master is given")
    try:
        held = _asked(params, lambda http, tokens: _roles_of(http, tokens, username))
    except MigrationError as exc:
        return rules_ae5.roles(host, username, None, str(exc).rstrip("."))
    if held is None:
        return rules_ae5.roles(host, username, None, "Keycloak's realm does not list it")
    return rules_ae5.roles(host, username, held, "by Keycloak")


def _roles_of(http: Http, tokens: TokenSource, username: str) -> t.Optional[t.Set[str]]:
    """The effective realm roles of a user (AE5 facts 3.1); ``None`` if there is no such user."""
    users = http.json("GET", f"{ADMIN_BASE}/users", auth=tokens, params={"username": username, "exact": "true"})
    ids = [str(user["id"]) for user in users if user_key(str(user["username"])) == user_key(username)]
    if not ids:
        return None
    listed = http.json("GET", f"{ADMIN_BASE}/users/{quote(ids[0], safe='')}/role-mappings/realm/composite", auth=tokens)
    return {str(role["name"]) for role in listed}


Answer = t.TypeVar("Answer")


def _asked(params: t.Mapping[str, t.Any], question: t.Callable[[Http, TokenSource], Answer]) -> Answer:
    """The answer to a question to Keycloak's admin API."""
    http = http_of(params)
    try:
        return question(http, master_grant(http, params["keycloak_username"], params["keycloak_password"]))
    finally:
        http.close()


def limits_of(capabilities: Capabilities) -> Json:
    """The smallest size that was refused (bytes) and what was found of names, as a probe of this cluster saw them; else ``None``."""
    size, found = capabilities.value("size_limit"), capabilities.value("channel_names")
    return {
        "size_limit": int(size) if isinstance(size, (int, float)) and not isinstance(size, bool) and size > 0 else None,
        "channel_names": {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else None,
    }
