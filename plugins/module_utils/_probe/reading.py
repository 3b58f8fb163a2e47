# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probes that only read.  Private to the collection."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.cli_transport import CliTransport
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import PAGE_SIZE, TOKEN_PATH
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import (
    ABILITIES,
    ADMIN_IMPORT,
    LIST_PRIVACY,
    UNSHARE,
    UPLOAD_MANY,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._probe import verdict
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.scratch_names import NOBODY
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.session import Bench
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import Seen, known, lifetime, unknown

DOCUMENTED = frozenset([LIST_PRIVACY, UNSHARE, ADMIN_IMPORT])
"""Abilities that every client has: what is documented, and privacy, which none is asked for."""


def token(bench: Bench) -> None:
    """How long a token lives, by what the login says."""
    params = bench.params
    with bench.trying("token_seconds"):
        if not params["password"]:
            raise MigrationError("a token was given instead of a login")
        form = {"grant_type": "password", "client_id": params["client_id"], "username": params["username"], "password": params["password"]}
        if params["client_secret"]:
            form["client_secret"] = params["client_secret"]
        http = bench.over("api").http
        answer = http.json("POST", TOKEN_PATH, form=form, replay=True)
        for key in ("access_token", "refresh_token"):
            http.protect(answer.get(key))
        if isinstance(answer.get("expires_in"), (int, float)):
            bench.answers["token_seconds"] = known(int(answer["expires_in"]), "expires_in of a login with a password")
        else:
            bench.answers["token_seconds"] = lifetime(str(answer.get("access_token")), time.time())


def api_list(bench: Bench) -> Seen:
    """Whether the list of channels is the assumed one, and the shape of an error."""
    seen, data = bench.api("channel_list", "list of channels", params={"offset": 0, "limit": PAGE_SIZE})
    if seen.ok and names_of(data) is None:
        seen = Seen(seen.asked, False, 200, "not an object with items that have names")
    bench.has_api = seen.ok
    bench.answers["api"] = verdict.api(seen, {})
    with bench.trying("error_body"):
        if not seen.ok:
            raise MigrationError(f"there is no assumed interface to ask: {seen}")
        asked = f"channel {NOBODY}, which does not exist"
        missing, body = bench.api("channel_get", asked, segments={"channel": NOBODY}, ok=(404,))
        said = Seen(asked, False, 404, "", missing.broke)
        bench.answers["error_body"] = verdict.error_body(body, said) if missing.ok or missing.status is None else unknown(missing)
    return seen


def names_of(data: t.Any) -> t.Optional[t.List[str]]:
    """The names on a page of the list of channels; ``None`` if it is not one."""
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) and "name" in item for item in items):
        return None
    return [str(item["name"]) for item in items]


def paging(bench: Bench) -> None:
    """Whether the list of channels comes in pages.  That shows only if there are at least two channels."""
    with bench.trying("paging"):
        seen, data = bench.api("channel_list", "list of channels, one from the second on", params={"offset": 1, "limit": 1})
        names = names_of(data)
        if names is None:
            raise MigrationError(f"the list is not the assumed one: {seen}")
        bench.answers["paging"] = verdict.paging(len(names), data.get("total"))


def client(bench: Bench) -> bool:
    """What the command line client shows in its help texts; whether it can be run at all."""
    runs = False
    with bench.trying("cli", "admin_import"):
        transport = t.cast(CliTransport, bench.over("cli").transport)
        try:
            several = [ability for ability in (UPLOAD_MANY,) if transport.can(ability)]
        except HttpError:
            raise
        except MigrationError as exc:
            bench.answers["cli"] = known("absent", exc)
            raise
        runs = True
        abilities = sorted(ability for ability in ABILITIES - DOCUMENTED if transport.can(ability)) + several
        bench.answers["cli"] = known(abilities, f"its help texts show {', '.join(abilities) or 'only what is documented'}")
        offered = transport.can(ADMIN_IMPORT)
        bench.answers["admin_import"] = known("offered" if offered else verdict.NOT_OFFERED, "help text of admin import")
    return runs


def bearer_of_client(bench: Bench) -> None:
    """How long the token lives that the client's login has left."""
    with bench.trying("cli_token_seconds"):
        if bench.cluster.transport.name != "cli" or not bench.params["password"]:
            raise MigrationError("the client was not logged in")
        bench.answers["cli_token_seconds"] = lifetime(bench.cluster.transport.tokens.token(), time.time())
