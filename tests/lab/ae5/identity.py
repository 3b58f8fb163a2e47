# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, groups, roles and tokens: what Keycloak knows."""

from __future__ import annotations

import base64
import json
import secrets
import time
import typing as t
import uuid

from .database import Database, Row
from .switches import Switches

REALM = "AnacondaPlatform"
MASTER = "master"
ADMIN, UPLOADER = "ae-admin", "ae-uploader"
EVERYONE = "everyone"
ROLES = (ADMIN, "ae-creator", "ae-deployer", UPLOADER)

# The product's default groups with their roles (documented).
GROUPS = {
    "admins": (ADMIN,),
    "developers": ("ae-creator", "ae-deployer", UPLOADER),
    EVERYONE: (),
    "managers": (),
    "product managers": ("ae-creator", "ae-deployer", UPLOADER),
}
MASTER_USER, MASTER_PASSWORD = "admin", "lab-admin-password"  # noqa: S105 - the lab's own, invented


def _part(value: t.Mapping[str, t.Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Identity:
    """Names of users are lower case, as Keycloak makes them; names of groups are kept."""

    def __init__(self, database: Database, switches: Switches) -> None:
        self._db = database
        self._switches = switches
        with database.change():
            for role in ROLES:
                self.add_role(role)
            for group, roles in GROUPS.items():
                self.add_group(group)
                for role in roles:
                    self.grant("group", group, role)
            if self.user(MASTER_USER, MASTER) is None:
                self.add_user(MASTER_USER, MASTER_PASSWORD, realm=MASTER)

    # -- users

    def user(self, name: str, realm: str = REALM) -> t.Optional[Row]:
        return self._db.row("SELECT * FROM users WHERE realm=? AND name=?", realm, name)

    def user_by_id(self, id_: str) -> t.Optional[Row]:
        return self._db.row("SELECT * FROM users WHERE realm=? AND id=?", REALM, id_)

    def users(self) -> list[Row]:
        return self._db.rows("SELECT * FROM users WHERE realm=? ORDER BY name", REALM)

    def add_user(self, name: str, password: str, realm: str = REALM, **more: t.Any) -> str:
        """The new user's id; raises ``KeyError`` if the name is taken.  Everybody is in group ``everyone``."""
        name = name.lower()
        if self.user(name, realm) is not None:
            raise KeyError(name)
        id_ = str(uuid.uuid4())
        email = more.get("email") or f"{name}@example.com"
        with self._db.change():
            self._db.execute(
                "INSERT INTO users VALUES (?,?,?,?,?,?,?,?)",
                *(realm, name, id_, password, email, more.get("first") or "", more.get("last") or "", more.get("enabled", True)),
            )
            if realm == REALM:
                self.join(EVERYONE, name)
        return id_

    def change_user(self, name: str, **values: t.Any) -> None:
        for column in ("password", "email", "first", "last", "enabled"):
            if values.get(column) is not None:
                self._db.execute(f"UPDATE users SET {column}=? WHERE realm=? AND name=?", values[column], REALM, name)  # noqa: S608

    def federate(self, name: str, link: str) -> None:
        """From now on the user comes from the directory with this id."""
        self._db.execute("INSERT OR REPLACE INTO federated VALUES (?,?)", name, link)

    def federation_links(self) -> dict[str, str]:
        """The directory of each user who comes from one."""
        return {row["user"]: row["link"] for row in self._db.rows("SELECT * FROM federated")}

    def delete_user(self, name: str) -> None:
        with self._db.change():
            self._db.execute("DELETE FROM federated WHERE user=?", name)
            self._db.execute("DELETE FROM users WHERE realm=? AND name=?", REALM, name)
            self._db.execute("DELETE FROM members WHERE user=?", name)
            self._db.execute("DELETE FROM grants WHERE kind='user' AND principal=?", name)
            self._db.execute("DELETE FROM tokens WHERE realm=? AND user=?", REALM, name)

    # -- groups

    def group(self, name: str) -> t.Optional[Row]:
        return self._db.row("SELECT * FROM groups WHERE name=?", name)

    def group_by_id(self, id_: str) -> t.Optional[Row]:
        return self._db.row("SELECT * FROM groups WHERE id=?", id_)

    def groups(self) -> list[Row]:
        return self._db.rows("SELECT * FROM groups ORDER BY name")

    def add_group(self, name: str) -> str:
        """The id of the group, which may have been there."""
        self._db.execute("INSERT OR IGNORE INTO groups VALUES (?,?)", name, str(uuid.uuid4()))
        row = self.group(name)
        assert row is not None
        return str(row["id"])

    def delete_group(self, name: str) -> None:
        with self._db.change():
            self._db.execute("DELETE FROM groups WHERE name=?", name)
            self._db.execute("DELETE FROM members WHERE grp=?", name)
            self._db.execute("DELETE FROM grants WHERE kind='group' AND principal=?", name)

    def members(self, group: str) -> list[str]:
        return self._db.names("SELECT user FROM members WHERE grp=? ORDER BY user", group)

    def member_rows(self, group: str) -> list[Row]:
        """As ``members``, all that is known of each."""
        return self._db.rows(
            "SELECT users.* FROM members JOIN users ON users.name=members.user AND users.realm=? WHERE grp=? ORDER BY name", REALM, group
        )

    def groups_of(self, user: str) -> list[str]:
        return self._db.names("SELECT grp FROM members WHERE user=? ORDER BY grp", user)

    def join(self, group: str, user: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO members VALUES (?,?)", group, user)

    def leave(self, group: str, user: str) -> None:
        self._db.execute("DELETE FROM members WHERE grp=? AND user=?", group, user)

    def known(self, kind: str, name: str) -> bool:
        """Whether there is such a user or group."""
        return (self.user(name) if kind == "user" else self.group(name)) is not None

    # -- roles

    def roles(self) -> list[Row]:
        return self._db.rows("SELECT * FROM roles ORDER BY name")

    def add_role(self, name: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO roles VALUES (?,?)", name, str(uuid.uuid4()))

    def grant(self, kind: str, principal: str, role: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO grants VALUES (?,?,?)", kind, principal, role)

    def revoke(self, kind: str, principal: str, role: str) -> None:
        self._db.execute("DELETE FROM grants WHERE kind=? AND principal=? AND role=?", kind, principal, role)

    def granted(self, kind: str, principal: str) -> list[str]:
        return self._db.names("SELECT role FROM grants WHERE kind=? AND principal=? ORDER BY role", kind, principal)

    def holders(self, kind: str, role: str) -> list[str]:
        return self._db.names("SELECT principal FROM grants WHERE kind=? AND role=? ORDER BY principal", kind, role)

    def effective_roles(self, user: str) -> set[str]:
        """The user's own roles and those of the user's groups."""
        roles = set(self.granted("user", user))
        for group in self.groups_of(user):
            roles.update(self.granted("group", group))
        return roles

    # -- tokens

    def check_password(self, name: str, password: str, realm: str = REALM) -> t.Optional[str]:
        """The user's name as Keycloak has it, or None."""
        row = self.user(name.lower(), realm)
        return str(row["name"]) if row is not None and row["enabled"] and row["password"] == password else None

    def issue(self, user: str, kind: str, realm: str = REALM) -> str:
        """A new token: ``access`` and ``refresh`` look like a JWT but are opaque to the lab, ``conda`` is ``[A-Za-z0-9-]`` and lasts."""
        if kind == "conda":
            token, expires = f"lab-{secrets.token_hex(16)}", None
        else:
            seconds = self._switches.token_seconds if kind == "access" else self._switches.refresh_seconds
            now = time.time()
            expires = now + seconds
            claims = {"iat": int(now), "exp": int(now) + int(seconds), "jti": secrets.token_hex(8), "preferred_username": user, "typ": kind}
            token = f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}.{secrets.token_urlsafe(24)}"
        self._db.execute("INSERT INTO tokens VALUES (?,?,?,?,?)", token, realm, user, kind, expires)
        return token

    def holder(self, token: str, kind: str, realm: str = REALM) -> t.Optional[str]:
        """Whose valid token this is, or None."""
        row = self._db.row("SELECT * FROM tokens WHERE token=? AND kind=? AND realm=?", token, kind, realm)
        if row is None or (row["expires"] is not None and row["expires"] <= time.time()):
            return None
        return str(row["user"])

    def expire(self, kind: str = "access") -> None:
        """Ends every token of that kind now, in all realms."""
        self._db.execute("DELETE FROM tokens WHERE kind=?", kind)

    def end(self, token: str) -> None:
        self._db.execute("DELETE FROM tokens WHERE token=?", token)
