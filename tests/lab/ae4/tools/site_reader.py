# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a site's database as neutral records (see ``dump_format``).  Standard library only."""

from __future__ import annotations

import json
import sqlite3
import typing as t

Record = t.Dict[str, t.Any]


def connect(database: str) -> sqlite3.Connection:
    """The database, opened for reading only.  Raises sqlite3.Error if there is none."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)
    connection.row_factory = sqlite3.Row
    return connection


def owners(connection: sqlite3.Connection) -> t.List[Record]:
    """All users and organizations, by login."""
    return [owner(connection, row) for row in connection.execute("SELECT * FROM users ORDER BY login")]


def owner(connection: sqlite3.Connection, row: sqlite3.Row) -> Record:
    """One owner from its row of ``users``."""
    record = {"id": row["id"], "login": row["login"], "name": row["name"], "kind": row["kind"], "created": row["created"]}
    if row["kind"] == "org":
        record["groups"] = groups(connection, row["login"])
        record["organizations"] = []
        return record
    found = connection.execute(
        "SELECT g.org AS organization, g.name, g.permission FROM group_members m JOIN groups g ON g.id = m.group_id"
        " WHERE m.login = ? ORDER BY g.org, g.name",
        (row["login"],),
    ).fetchall()
    record["groups"] = [dict(item) for item in found]
    record["organizations"] = sorted({item["organization"] for item in found})
    return record


def groups(connection: sqlite3.Connection, organization: str) -> t.List[Record]:
    """The groups of an organization, the automatic owners group first."""
    found = []
    query = "SELECT * FROM groups WHERE org = ? ORDER BY automatic DESC, name"
    for row in connection.execute(query, (organization,)).fetchall():
        members = connection.execute("SELECT login FROM group_members WHERE group_id = ? ORDER BY login", (row["id"],))
        packages = connection.execute("SELECT package FROM group_packages WHERE group_id = ? ORDER BY package", (row["id"],))
        found.append(
            {
                "id": row["id"],
                "name": row["name"],
                "permission": row["permission"],
                "members": [item["login"] for item in members],
                "packages": [item["package"] for item in packages],
            }
        )
    return found


def packages(connection: sqlite3.Connection, login: str) -> t.List[Record]:
    """The packages of an owner with their files, by id."""
    rows = connection.execute("SELECT * FROM packages WHERE owner = ? ORDER BY id", (login,)).fetchall()
    return [package(connection, row) for row in rows]


def package(connection: sqlite3.Connection, row: sqlite3.Row) -> Record:
    """One package from its row of ``packages``."""
    record = {name: row[name] for name in ("id", "owner", "name", "access", "summary", "created", "modified")}
    record["kinds"] = json.loads(row["kinds"])
    query = "SELECT login, permission FROM collaborators WHERE package_id = ? ORDER BY login"
    record["collaborators"] = [dict(item) for item in connection.execute(query, (row["id"],))]
    query = "SELECT * FROM files WHERE package_id = ? AND committed = 1 ORDER BY id"
    record["files"] = [file(connection, item) for item in connection.execute(query, (row["id"],)).fetchall()]
    return record


def file(connection: sqlite3.Connection, row: sqlite3.Row) -> Record:
    """One file from its row of ``files``."""
    names = ("id", "fs_id", "basename", "kind", "version", "md5", "sha256", "size", "uploaded")
    record = {name: row[name] for name in names}
    record["attrs"] = json.loads(row["attrs"])
    record["dependencies"] = json.loads(row["dependencies"])
    query = "SELECT label FROM labels WHERE file_id = ? ORDER BY rowid"
    record["labels"] = [item["label"] for item in connection.execute(query, (row["id"],))]
    return record
