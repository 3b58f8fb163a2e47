# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens behind the cookies and one-time codes of a web login."""

from __future__ import annotations

import secrets
import time
import typing as t

from .database import Database
from .switches import Switches

SCHEMA = """
CREATE TABLE IF NOT EXISTS web_tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, user TEXT NOT NULL, secret TEXT NOT NULL, expires REAL NOT NULL);
"""
SHORT_SECONDS = 60


class WebSessions:
    """Tokens behind cookies and one-time codes, of kinds ``form``, ``code``, ``sso`` and ``session``; they outlive the process."""

    def __init__(self, database: Database, switches: Switches) -> None:
        self._db = database
        self._switches = switches
        database.script(SCHEMA)

    def issue(self, kind: str, user: str, secret: str = "") -> str:
        """``secret`` is what must come with it: the browser's cookie for a form, the ``_xsrf`` value for a session."""
        seconds = SHORT_SECONDS if kind in ("form", "code") else self._switches.session_seconds
        token = secrets.token_urlsafe(24)
        self._db.execute("INSERT INTO web_tokens VALUES (?,?,?,?,?)", token, kind, user, secret, time.time() + seconds)
        return token

    def holder(self, kind: str, token: str) -> t.Optional[tuple[str, str]]:
        """User and secret of a valid token, or None."""
        row = self._db.row("SELECT * FROM web_tokens WHERE token=? AND kind=?", token, kind)
        return None if row is None or row["expires"] <= time.time() else (str(row["user"]), str(row["secret"]))

    def take(self, kind: str, token: str) -> t.Optional[tuple[str, str]]:
        """As ``holder``, and ends it: a code is good once."""
        found = self.holder(kind, token)
        self.end(token)
        return found

    def end(self, token: str) -> None:
        self._db.execute("DELETE FROM web_tokens WHERE token=?", token)

    def expire(self, kind: str) -> None:
        self._db.execute("DELETE FROM web_tokens WHERE kind=?", kind)
