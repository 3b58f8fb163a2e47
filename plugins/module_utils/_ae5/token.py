# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearer tokens: Keycloak's password grant, or a token that was given.  Private to the collection.

Source: AE5 facts 2.5 (user tokens) and 3.1 (admin tokens of realm master).
"""

from __future__ import annotations

import base64
import json
import threading
import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import MASTER_TOKEN_PATH, TOKEN_PATH
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

EARLY = 30.0
"""Seconds before it expires that a token is renewed; less for tokens with a lifetime of a minute."""
DEFAULT_LIFETIME = 60.0


def claims_of(token: str) -> t.Dict[str, t.Any]:
    """The claims of a JWT; empty for other tokens.  Nothing is verified: the cluster does that."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def expiry_of(token: str) -> t.Optional[float]:
    """When a token expires (seconds since 1970); ``None`` if it does not say."""
    end = claims_of(token).get("exp")
    return float(end) if isinstance(end, (int, float)) else None


class FixedToken:
    """A token from outside, which cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token

    def renew(self, stale: str) -> t.Optional[str]:
        return None

    def seconds_left(self) -> t.Optional[float]:
        """Seconds until the token expires, by this host's clock; ``None`` if it does not say."""
        until = expiry_of(self._token)
        return None if until is None else until - time.time()


class PasswordGrant:
    """A token for a user name and password, renewed before it expires and after it was refused."""

    def __init__(
        self,
        http: Http,
        username: str,
        password: str,
        *,
        path: str = TOKEN_PATH,
        client_id: str,
        client_secret: t.Optional[str] = None,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._username = username
        self._form = {"grant_type": "password", "client_id": client_id, "username": username, "password": password}
        if client_secret is not None:
            self._form["client_secret"] = client_secret
        http.protect(password)
        http.protect(client_secret)
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._token: t.Optional[str] = None
        self._until = 0.0

    def token(self) -> str:
        with self._lock:
            if self._token is None or self._clock() >= self._until:
                self._login()
            return t.cast(str, self._token)

    def renew(self, stale: str) -> t.Optional[str]:
        with self._lock:
            # Another thread may have renewed the same token already.
            if self._token == stale:
                self._login()
            return self._token

    def _login(self) -> None:
        started = self._clock()
        try:
            answer = self._http.json("POST", self._path, form=self._form, replay=True)
        except HttpError as exc:
            if exc.status in (400, 401):
                said = f" ({exc.reason})" if exc.reason else ""
                raise MigrationError(
                    f"Keycloak at {self._http.host} refused the login of {self._username!r}{said};"
                    " check the user name, the password and client_id."
                ) from None
            raise
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise MigrationError(f"Keycloak at {self._http.host} answered the login of {self._username!r} without an access token.")
        self._token = str(answer["access_token"])
        self._http.protect(self._token)
        lifetime = answer.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, (int, float)) else DEFAULT_LIFETIME
        self._until = started + seconds - min(EARLY, seconds / 5)


def master_grant(http: Http, username: str, password: str) -> PasswordGrant:
    """The token for reading users and groups: realm master, client admin-cli (AE5 facts 3.1)."""
    return PasswordGrant(http, username, password, path=MASTER_TOKEN_PATH, client_id="admin-cli")
