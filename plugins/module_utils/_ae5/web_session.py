# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login to AE5's web platform, as a browser has it, which ``/api/v2`` asks for.  Private to the collection.

Source: AE5 facts 4.1 (the login) and 3.1 (impersonation).  Keycloak's page is walked through with its form, or without it
where an administrator acts as the user; in the end there is a cookie ``_xsrf``, whose value every request repeats.
Redirects are followed here only, and only to the cluster itself.
"""

from __future__ import annotations

import dataclasses
import html
import re
import typing as t
from urllib.parse import quote, urlencode, urljoin, urlsplit

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ADMIN_BASE, REALM
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import BUSY, Answer, Http, HttpError, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

AUTH_PATH = f"/auth/realms/{REALM}/protocol/openid-connect/auth"
LOGIN_PATH = "/login"
XSRF_COOKIE, XSRF_HEADER = "_xsrf", "x-xsrftoken"
WRONG_LOGIN = "Invalid username or password"
REDIRECTS = (301, 302, 303)
LONGEST_WAY = 10
"""Redirects of one login at most."""
ATTEMPTS = 3
PAGE_BYTES = 1 << 20
"""A page is looked at so far."""
SHORTEST_SECRET = 8
"""Cookies shorter than this are not masked in messages: they would blot out words."""

_FORM = re.compile(rb'<form\b[^>]*\bid="kc-form-login"[^>]*>')
_ACTION = re.compile(rb'\baction="([^"]*)"')

Read = t.Callable[[t.Iterator[bytes]], t.Any]


@dataclasses.dataclass(frozen=True)
class OwnLogin:
    """The user's own password, typed into Keycloak's form."""

    username: str
    password: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Impersonation:
    """An administrator of realm master acts as the user with this id."""

    user_id: str
    tokens: TokenSource


class SignedOut(MigrationError):
    """A request was answered as if nobody were logged in."""


class LoginRefused(MigrationError):
    """There is no way to log this user in until a person does something."""


def whole(blocks: t.Iterator[bytes]) -> bytes:
    """A body in one piece."""
    return b"".join(blocks)


def is_login_page(body: bytes) -> bool:
    """Whether a body is Keycloak's page with the login form."""
    return _FORM.search(body[:PAGE_BYTES]) is not None


class WebSession:
    """One user at the platform.  ``http`` must be this session's own (it keeps the cookies), used by one thread."""

    def __init__(self, http: Http, user: str, way: t.Union[OwnLogin, Impersonation], client_id: str) -> None:
        self.http = http
        self.user = user
        self._way = way
        self._client_id = client_id
        if isinstance(way, OwnLogin):
            http.protect(way.password)

    def call(
        self,
        method: str,
        path: str,
        *,
        ok: t.Container[int],
        read: Read = whole,
        headers: t.Optional[t.Mapping[str, str]] = None,
        **options: t.Any,
    ) -> Answer:
        """As ``Http.call``, logged in; a session that has ended is begun anew, once.  ``read`` may raise ``SignedOut``.

        Raises:
            HttpError: the answer's status is not in ``ok``, or there was none.
            LoginRefused: the user cannot be logged in.
        """
        if self._xsrf() is None:
            self.log_in()
        for again in (True, False):
            try:
                return self._once(method, path, ok, read, {**(headers or {}), XSRF_HEADER: self._xsrf() or ""}, options)
            except SignedOut:
                if again:
                    self.log_in()
        raise LoginRefused(
            f"AE5 at {self.http.host} does not take the login of {self.user} for {method} {self.http.mask(path)}, though Keycloak gave it;"
            " look whether the user may log in to the platform."
        )

    def _once(
        self, method: str, path: str, ok: t.Container[int], read: Read, headers: t.Dict[str, str], options: t.Dict[str, t.Any]
    ) -> Answer:
        try:
            answer = self.http.call(method, path, ok=ok, read=read, headers=headers, **options)
        except HttpError as exc:
            if exc.status == 401 or (exc.status is not None and 300 <= exc.status < 400):
                raise SignedOut(str(exc)) from None
            raise
        if isinstance(answer.data, bytes) and is_login_page(answer.data):
            raise SignedOut(f"{method} {path} was answered with the login page.")
        return answer

    def log_in(self) -> None:
        """Begins a session; a broken connection or a busy server is tried again.

        Raises:
            LoginRefused: Keycloak or the platform does not let the user in.
            HttpError: they could not be asked.
        """
        attempt = 0
        while True:
            attempt += 1
            self.http.session().cookies.clear()
            try:
                self._begin()
                break
            except HttpError as exc:
                if attempt >= ATTEMPTS or not exc.reached or not (exc.status is None or exc.status in BUSY):
                    raise
                self.http.sleep(exc.retry_after if exc.retry_after is not None else self.http.backoff(attempt))
        for cookie in self.http.session().cookies:
            if len(cookie.value or "") >= SHORTEST_SECRET:
                self.http.protect(cookie.value)

    def _begin(self) -> None:
        way = self._way
        if isinstance(way, Impersonation):
            self._impersonate(way)
        query = {"client_id": self._client_id, "scope": "openid", "response_type": "code", "redirect_uri": self.http.origin + LOGIN_PATH}
        page = self._walk("GET", f"{AUTH_PATH}?{urlencode(query)}")
        form = _FORM.search(page)
        if form is not None and isinstance(way, OwnLogin):
            page = self._walk("POST", self._action(form.group(0)), {"username": way.username, "password": way.password})
        if self._xsrf() is not None:
            return
        if isinstance(way, Impersonation):
            raise LoginRefused(
                f"Keycloak at {self.http.host} let an administrator act as {self.user}, and the platform asks for a login all the same;"
                " give the user's own login in logins."
            )
        if WRONG_LOGIN.encode() in page:
            raise LoginRefused(f"Keycloak at {self.http.host} refused the login of {way.username!r} ({WRONG_LOGIN}); correct it in logins.")
        raise LoginRefused(
            f"The login of {way.username!r} at {self.http.host} ended on a page without the cookie {XSRF_COOKIE}; log in with a browser"
            " once and look what Keycloak asks of this user (a new password, terms to accept)."
        )

    def _impersonate(self, way: Impersonation) -> None:
        path = f"{ADMIN_BASE}/users/{quote(way.user_id, safe='')}/impersonation"
        try:
            self.http.call("POST", path, auth=way.tokens, replay=True, read=whole)
        except HttpError as exc:
            if exc.status is None or exc.status in BUSY:
                raise
            said = f" ({exc.reason})" if exc.reason else ""
            raise LoginRefused(
                f"Keycloak at {self.http.host} does not let keycloak_username act as {self.user}{said}; give that account role"
                f" impersonation of client {REALM}-realm in realm master, or give the user's own login in logins."
            ) from None

    def _walk(self, method: str, path: str, form: t.Optional[t.Mapping[str, str]] = None) -> bytes:
        """Follows redirects until there is the cookie or a page; the page."""
        for _step in range(LONGEST_WAY):
            answer = self.http.call(method, path, ok=(200, *REDIRECTS), form=form, read=whole)
            if self._xsrf() is not None:
                return b""
            if answer.status == 200:
                return bytes(answer.data)[:PAGE_BYTES]
            method, path, form = "GET", self._local(answer.headers.get("Location", ""), path), None
        raise LoginRefused(f"The login of {self.user} at {self.http.host} was redirected {LONGEST_WAY} times and did not end.")

    def _action(self, form: bytes) -> str:
        found = _ACTION.search(form)
        if found is None:
            raise LoginRefused(f"The login form of Keycloak at {self.http.host} has no address to send it to.")
        return self._local(html.unescape(found.group(1).decode("utf-8", "replace")), AUTH_PATH)

    def _local(self, where: str, from_path: str) -> str:
        """Path and query of an address that the login leads to, which must be the cluster's own."""
        parts = urlsplit(urljoin(self.http.origin + from_path, where))
        if _origin(parts.geturl()) != _origin(self.http.origin):
            raise LoginRefused(
                f"The login of {self.user} leads from {self.http.origin} to {parts.scheme}://{parts.hostname or ''}, which is not followed;"
                " give the cluster's own address as url."
            )
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _xsrf(self) -> t.Optional[str]:
        return next((cookie.value for cookie in self.http.session().cookies if cookie.name == XSRF_COOKIE and cookie.value), None)


def _origin(url: str) -> t.Tuple[str, str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port if port is not None else {"https": 443, "http": 80}.get(parts.scheme, -1)
