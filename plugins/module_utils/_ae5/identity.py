# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and groups of the cluster, read from Keycloak.  Private to the collection.

Source: AE5 facts 3.1.  Needs a user of realm master; nothing is written.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import http_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ADMIN_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

PAGE = 1000


@dataclasses.dataclass(frozen=True)
class Identity:
    """User names as Keycloak has them (it lower-cases them; compare with ``casefold``), and groups with their members."""

    users: t.FrozenSet[str]
    groups: t.Dict[str, t.FrozenSet[str]]

    def has_user(self, name: str) -> bool:
        """Whether there is such a user, in any case."""
        return name.casefold() in {user.casefold() for user in self.users}


class Keycloak:
    """The identity reads."""

    def __init__(self, http: Http, tokens: TokenSource, workers: int = 8) -> None:
        self._http = http
        self._tokens = tokens
        self._workers = workers

    def users(self, names: t.Optional[t.Iterable[str]] = None) -> t.FrozenSet[str]:
        """The user names; with ``names``, those of them that exist (in any case)."""
        found = frozenset(str(item["username"]) for item in self._items("users", "username"))
        if names is None:
            return found
        wanted = {name.casefold() for name in names}
        return frozenset(user for user in found if user.casefold() in wanted)

    def groups(self) -> t.Dict[str, t.FrozenSet[str]]:
        """The groups by name, with the user names of their members.  A subgroup's name is its path without the first slash."""
        ids: t.Dict[str, str] = {}
        self._collect(list(self._items("groups", "id", "name")), "", ids)
        members = in_parallel(self._members, list(ids.values()), self._workers)
        return {name: members[group_id] for name, group_id in ids.items()}

    def _collect(self, groups: t.Iterable[t.Dict[str, t.Any]], prefix: str, ids: t.Dict[str, str]) -> None:
        for group in groups:
            ids[prefix + str(group["name"])] = str(group["id"])
            self._collect(group.get("subGroups") or (), f"{prefix}{group['name']}/", ids)

    def _members(self, group_id: str) -> t.FrozenSet[str]:
        return frozenset(str(item["username"]) for item in self._items(f"groups/{quote(group_id, safe='')}/members", "username"))

    def _items(self, what: str, *keys: str) -> t.Iterator[t.Dict[str, t.Any]]:
        """All items of one of Keycloak's lists; it stops at a page that is not full."""
        first = 0
        while True:
            page = self._http.json("GET", f"{ADMIN_BASE}/{what}", auth=self._tokens, params={"first": first, "max": PAGE})
            if not isinstance(page, list) or not all(isinstance(item, dict) and all(key in item for key in keys) for item in page):
                raise MigrationError(f"Keycloak at {self._http.host} answered the question for {what} with something that is not its list.")
            yield from page
            first += len(page)
            if len(page) < PAGE:
                return


def read_identity(params: t.Mapping[str, t.Any]) -> t.Optional[Identity]:
    """Users and groups of a module's cluster; ``None`` without ``keycloak_username``.

    Raises:
        MigrationError: Keycloak refused the login or could not be asked.
    """
    if not params["keycloak_username"] or not params["keycloak_password"]:
        return None
    http = http_of(params)
    try:
        keycloak = Keycloak(http, master_grant(http, params["keycloak_username"], params["keycloak_password"]), params["workers"])
        return Identity(keycloak.users(), keycloak.groups())
    finally:
        http.close()
