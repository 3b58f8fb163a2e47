# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, groups and roles of the cluster, as Keycloak has them.  Private to the collection.

Source: AE5 facts 3.1 (the requests, tested with Keycloak 22).  Needs a user of realm master.  Only the three methods of
``Writer`` change something; nothing here deletes, removes a member from a group or reads a credential.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import WriteInCheckMode, http_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ADMIN_BASE, REALM
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Answer, Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.principals import Grant
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

PAGE = 1000
READ_ROLES = "view-users, query-groups and view-realm"
WRITE_ROLES = "manage-users"

Record = t.Dict[str, t.Any]
Result = t.TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class User:
    """A user of realm AnacondaPlatform.  Keycloak lower-cases the name."""

    id: str
    name: str
    enabled: bool
    federated: bool
    """Whether the user comes from a directory (``federationLink``)."""
    email: str = ""


@dataclasses.dataclass(frozen=True)
class Group:
    """A group; ``above`` are the ids of its parent groups, whose roles its members have too."""

    id: str
    name: str
    above: t.Tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Identity:
    """User names as in Keycloak (lower case; compare with ``user_key``), and groups with their members."""

    users: t.FrozenSet[str]
    groups: t.Dict[str, t.FrozenSet[str]]
    emails: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """E-mail addresses by user name, of those who have one."""


class Keycloak:
    """The identity reads.  Every list comes in pages, members and roles of several things in parallel."""

    def __init__(self, http: Http, tokens: TokenSource, workers: int = 8) -> None:
        self._http = http
        self._tokens = tokens
        self.workers = workers

    def people(self) -> t.Dict[str, User]:
        """All users, by ``user_key``."""
        found: t.Dict[str, User] = {}
        # To the end: Keycloak leaves users out of a page if they are no longer in their directory.
        for item in self._items("users", "id", "username", to_the_end=True):
            name = str(item["username"])
            email = str(item.get("email") or "")
            federated = bool(item.get("federationLink"))
            found[user_key(name)] = User(str(item["id"]), name, bool(item.get("enabled", True)), federated, email)
        return found

    def users(self, names: t.Optional[t.Iterable[str]] = None) -> t.FrozenSet[str]:
        """The user names; with ``names``, those of them that exist (in any case)."""
        found = self.people()
        wanted = found.keys() if names is None else {user_key(name) for name in names}
        return frozenset(user.name for key, user in found.items() if key in wanted)

    def all_groups(self) -> t.Dict[str, Group]:
        """All groups by name.  A subgroup's name is its path without the first slash."""
        found: t.Dict[str, Group] = {}
        self._collect(self._items("groups", "id", "name"), "", (), found)
        return found

    def groups(self) -> t.Dict[str, t.FrozenSet[str]]:
        """The groups by name, with the user names of their members."""
        return self.members(self.all_groups().values())

    def members(self, groups: t.Iterable[Group]) -> t.Dict[str, t.FrozenSet[str]]:
        """The user names of each group's members, by the group's name."""
        asked = list(groups)
        found = in_parallel(self._members, [group.id for group in asked], self.workers)
        return {group.name: found[group.id] for group in asked}

    def grants(self, roles: t.Iterable[str], groups: t.Iterable[Group]) -> t.Dict[str, t.Optional[Grant]]:
        """Who has each of the realm's roles: directly, through a composite role, through a group or its parents.

        ``None`` for a role that the realm does not have.
        """
        listed = {str(item["name"]): bool(item.get("composite")) for item in self._items("roles", "name")}
        composites = [role for role, composite in listed.items() if composite]
        parts = in_parallel(self._parts, composites, self.workers)
        giving = {role: _implying(role, parts) for role in roles if role in listed}
        asked = sorted(set().union(*giving.values())) if giving else []
        holders = in_parallel(self._holders, asked, self.workers)
        everything = list(groups)
        grants: t.Dict[str, t.Optional[Grant]] = {}
        for role in roles:
            users = frozenset(user for name in giving.get(role, ()) for user in holders[name][0])
            ids = {group for name in giving.get(role, ()) for group in holders[name][1]}
            names = frozenset(group.name for group in everything if not ids.isdisjoint((group.id, *group.above)))
            grants[role] = Grant(users, names) if role in listed else None
        return grants

    def _collect(self, groups: t.Iterable[Record], prefix: str, above: t.Tuple[str, ...], found: t.Dict[str, Group]) -> None:
        for item in groups:
            group = Group(str(item["id"]), prefix + str(item["name"]), above)
            found[group.name] = group
            below: t.Iterable[Record] = item.get("subGroups") or ()
            if not below and item.get("subGroupCount"):  # Keycloak 23 and later list them one level at a time
                below = self._items(f"groups/{quote(group.id, safe='')}/children", "id", "name")
            self._collect(below, f"{group.name}/", (*above, group.id), found)

    def _members(self, group_id: str) -> t.FrozenSet[str]:
        return frozenset(str(item["username"]) for item in self._items(f"groups/{quote(group_id, safe='')}/members", "username"))

    def _parts(self, role: str) -> t.FrozenSet[str]:
        page = self._page(f"roles/{quote(role, safe='')}/composites/realm", {}, "name")
        return frozenset(str(item["name"]) for item in page)

    def _holders(self, role: str) -> t.Tuple[t.FrozenSet[str], t.FrozenSet[str]]:
        """Case-folded names of the users, and ids of the groups, that have the role directly."""
        path = f"roles/{quote(role, safe='')}"
        users = frozenset(user_key(str(item["username"])) for item in self._items(f"{path}/users", "username"))
        return users, frozenset(str(item["id"]) for item in self._items(f"{path}/groups", "id"))

    def _items(self, what: str, *keys: str, to_the_end: bool = False) -> t.Iterator[Record]:
        """All items of one of Keycloak's lists; it stops at a page that is not full, ``to_the_end`` at one that is empty."""
        first = 0
        while True:
            page = self._page(what, {"first": first, "max": PAGE, "briefRepresentation": "true"}, *keys)
            yield from page
            first += PAGE
            if not page or (len(page) < PAGE and not to_the_end):
                return

    def _page(self, what: str, params: Record, *keys: str) -> t.List[Record]:
        page = self._ask("GET", what, READ_ROLES, params=params, want_json=True).data
        if not isinstance(page, list) or not all(isinstance(item, dict) and all(key in item for key in keys) for item in page):
            raise MigrationError(f"Keycloak at {self._http.host} did not answer the request for {what} with a list.")
        return page

    def _ask(self, method: str, what: str, roles: str, **options: t.Any) -> Answer:
        try:
            return self._http.call(method, f"{ADMIN_BASE}/{what}", auth=self._tokens, **options)
        except HttpError as exc:
            if exc.status != 403:
                raise
            raise MigrationError(
                f"Keycloak at {self._http.host} refuses {method} {what.partition('/')[0]} to keycloak_username; give that account "
                f"{roles} of client {REALM}-realm, or role admin, in realm master."
            ) from None


class Writer(Keycloak):
    """As ``Keycloak``, and creates users, groups and memberships.  With ``read_only`` these raise ``WriteInCheckMode``."""

    def __init__(self, http: Http, tokens: TokenSource, workers: int = 8, *, read_only: bool) -> None:
        super().__init__(http, tokens, workers)
        self._read_only = read_only

    def create_user(self, name: str) -> str:
        """A user who cannot log in yet: no credentials, no required actions.  Returns the id."""
        return self._create("users", f"user {name}", {"username": name, "enabled": True, "requiredActions": []})

    def create_group(self, name: str) -> str:
        """A top-level group without roles.  Returns the id."""
        return self._create("groups", f"group {name}", {"name": name})

    def add_member(self, group_id: str, user_id: str) -> None:
        """Adds a user to a group."""
        self._writing("add a member")
        path = f"users/{quote(user_id, safe='')}/groups/{quote(group_id, safe='')}"
        # Sending it twice is harmless.
        self._ask("PUT", path, WRITE_ROLES, ok=(204,), replay=True)

    def _create(self, what: str, title: str, body: Record) -> str:
        self._writing(f"create {title}")
        answer = self._ask("POST", what, WRITE_ROLES, ok=(201,), body=body)
        created = answer.headers.get("Location", "").rstrip("/").rpartition("/")[2]
        if not created:
            raise MigrationError(f"Keycloak at {self._http.host} created {title}, but did not return its id; run it again.")
        return created

    def _writing(self, what: str) -> None:
        if self._read_only:
            raise WriteInCheckMode(f"check mode must not {what}")


def _implying(role: str, parts: t.Mapping[str, t.FrozenSet[str]]) -> t.FrozenSet[str]:
    """The role and the composite roles that contain it, at any depth."""
    found = {role}
    while True:
        more = {composite for composite, inside in parts.items() if not inside.isdisjoint(found)} - found
        if not more:
            return frozenset(found)
        found |= more


def read_identity(params: t.Mapping[str, t.Any]) -> t.Optional[Identity]:
    """Users and groups of a module's cluster; ``None`` without ``keycloak_username``.

    Raises:
        MigrationError: Keycloak refused the login or cannot be read.
    """

    def everything(keycloak: Keycloak) -> Identity:
        people = keycloak.people().values()
        emails = {user.name: user.email for user in people if user.email}
        return Identity(frozenset(user.name for user in people), keycloak.groups(), emails)

    return _asked(params, everything)


def read_members(params: t.Mapping[str, t.Any], names: t.AbstractSet[str]) -> t.Optional[t.Dict[str, t.FrozenSet[str]]]:
    """The members of those of the groups ``names`` that exist; ``None`` without ``keycloak_username``.

    Raises:
        MigrationError: Keycloak refused the login or cannot be read.
    """
    return _asked(params, lambda keycloak: keycloak.members(group for name, group in keycloak.all_groups().items() if name in names))


def _asked(params: t.Mapping[str, t.Any], question: t.Callable[[Keycloak], Result]) -> t.Optional[Result]:
    if not params["keycloak_username"] or not params["keycloak_password"]:
        return None
    http = http_of(params)
    try:
        return question(Keycloak(http, master_grant(http, params["keycloak_username"], params["keycloak_password"]), params["workers"]))
    finally:
        http.close()
