# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQLite in WAL mode behind one lock: the base of ``identity`` and ``state``."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import typing as t
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    realm TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL UNIQUE, password TEXT NOT NULL, email TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (realm, name));
CREATE TABLE IF NOT EXISTS federated (user TEXT PRIMARY KEY, link TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS members (grp TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (grp, user));
CREATE TABLE IF NOT EXISTS roles (name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS grants (
    kind TEXT NOT NULL, principal TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (kind, principal, role));
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, realm TEXT NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL, expires REAL);
CREATE TABLE IF NOT EXISTS channels (
    name TEXT PRIMARY KEY, owner TEXT NOT NULL, privacy TEXT NOT NULL, updated REAL NOT NULL);
CREATE TABLE IF NOT EXISTS shares (
    channel TEXT NOT NULL, kind TEXT NOT NULL, principal TEXT NOT NULL, access TEXT NOT NULL,
    PRIMARY KEY (channel, kind, principal));
CREATE TABLE IF NOT EXISTS packages (
    channel TEXT NOT NULL, subdir TEXT NOT NULL, file TEXT NOT NULL, record TEXT NOT NULL, size INTEGER NOT NULL,
    md5 TEXT NOT NULL, sha256 TEXT NOT NULL, hidden INTEGER NOT NULL, PRIMARY KEY (channel, subdir, file));
CREATE INDEX IF NOT EXISTS packages_sha256 ON packages (sha256);
"""

Row = sqlite3.Row


class Database:
    """One connection for all threads.  ``with database.change():`` makes several statements one transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.executescript(SCHEMA)
        self._depth = 0

    @contextlib.contextmanager
    def change(self) -> t.Iterator[None]:
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def script(self, text: str) -> None:
        """Several statements without values: an area's tables."""
        with self._lock:
            self._connection.executescript(text)

    def execute(self, statement: str, *values: t.Any) -> int:
        """The number of rows that the statement changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def rows(self, statement: str, *values: t.Any) -> list[Row]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: t.Any) -> t.Optional[Row]:
        with self._lock:
            return self._connection.execute(statement, values).fetchone()

    def names(self, statement: str, *values: t.Any) -> list[str]:
        """The first column of each row."""
        return [row[0] for row in self.rows(statement, *values)]

    def close(self) -> None:
        with self._lock:
            self._connection.close()
