# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login to AE5's web platform, like a browser's, which ``/api/v2`` needs.  Private to the collection.

Source: AE5 facts 4.1 (login and logout) and 3.1 (impersonation).  The login uses Keycloak's form, or impersonation by an
administrator; it ends with a cookie ``_xsrf``, whose value every request repeats.  Redirects are followed only here, and only
to the cluster itself.  Logging out ends only this session: the platform's with its own ``/logout``, and Keycloak's, if it is
still there, with the end-session endpoint and the same cookies.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote, urlencode, urljoin, urlsplit

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ADMIN_BASE, REALM
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import BUSY, Answer, Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.login_page import (
    PAGE_BYTES,
    action_of,
    asks_for_code,
    complaint,
    is_login_page,
    login_form,
    logout_form,
    title,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

AUTH_PATH = f"/auth/realms/{REALM}/protocol/openid-connect/auth"
END_PATH = f"/auth/realms/{REALM}/protocol/openid-connect/logout"
HOME_PATH, LOGIN_PATH, LOGOUT_PATH = "/", "/login", "/logout"
IDENTITY_COOKIE = "KEYCLOAK_IDENTITY"
"""The prefix of Keycloak's cookie of a logged-in browser; Keycloak removes it with the session."""
XSRF_COOKIE, XSRF_HEADER = "_xsrf", "x-xsrftoken"
WRONG_LOGIN = "Invalid username or password"
REDIRECTS = (301, 302, 303)
REFUSALS = (400, 403)
"""Statuses of pages whose text has the error."""
LONGEST_WAY = 10
"""Redirects of one login at most."""
ATTEMPTS = 3
SHORTEST_SECRET = 8
"""Cookies and queries shorter than this are not masked in messages: that would mask ordinary words."""

Read = t.Callable[[t.Iterator[bytes]], t.Any]


@dataclasses.dataclass(frozen=True)
class OwnLogin:
    """The user's own password, for Keycloak's form."""

    username: str
    password: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Impersonation:
    """An administrator of realm master acts as the user with this id."""

    user_id: str
    tokens: TokenSource


class SignedOut(MigrationError):
    """A request was answered as if the user were not logged in."""


class LoginRefused(MigrationError):
    """The user cannot be logged in until a person does something."""


def whole(blocks: t.Iterator[bytes]) -> bytes:
    """A body in one piece."""
    return b"".join(blocks)


class WebSession:
    """One user at the platform.  ``http`` must be this session's own (it keeps the cookies), used by one thread."""

    def __init__(self, http: Http, user: str, way: t.Union[OwnLogin, Impersonation], client_id: str) -> None:
        self.http = http
        self.user = user
        self._way = way
        self._client_id = client_id
        self.left: t.List[str] = []
        """Why sessions of this user could not be ended."""
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
        """As ``Http.call``, logged in; after an ended session it logs in again, once.  ``read`` may raise ``SignedOut``.

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
            f"AE5 at {self.http.host} refuses the login of {self.user} for {method} {self.http.mask(path)}, although Keycloak accepted it;"
            " check whether the user may log in to the platform."
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
        """Logs in; a broken connection or a busy server is tried again.

        Raises:
            LoginRefused: Keycloak or the platform refuses the user.
            HttpError: they cannot be reached.
        """
        attempt = 0
        while True:
            attempt += 1
            # A session of an earlier attempt, or one that the platform no longer has, may still be at Keycloak.
            self._end_at_keycloak()
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

    def end(self) -> None:
        """Ends the session of ``log_in``; each request is sent once.  What could not be ended is in ``left``."""
        try:
            if self._xsrf() is None or self._ended(LOGOUT_PATH):
                self._end_at_keycloak()
        finally:
            self.http.session().cookies.clear()

    def _end_at_keycloak(self) -> None:
        """Ends Keycloak's session of these cookies, if there is one; the user's other sessions stay."""
        if self._at_keycloak() and self._ended(f"{END_PATH}?{urlencode({'client_id': self._client_id})}") and self._at_keycloak():
            self.left.append(f"Keycloak at {self.http.host} did not end the session of {self.user}")

    def _ended(self, path: str) -> bool:
        """Follows the logout that begins at ``path``; returns whether the cluster can be reached at all."""
        headers = {XSRF_HEADER: self._xsrf() or ""} if path == LOGOUT_PATH else None
        try:
            page = self._walk_out("GET", path, headers=headers)
            question = logout_form(page)
            if question is not None:
                self._walk_out("POST", self._local(question[0], path), form=question[1])
        except MigrationError as exc:
            self.left.append(str(exc).rstrip("."))
            return not isinstance(exc, HttpError) or exc.reached
        return True

    def _walk_out(self, method: str, path: str, **options: t.Any) -> bytes:
        """Follows redirects up to where a browser would log in again; the page, if it ends on one."""
        for _step in range(LONGEST_WAY):
            answer = self.http.call(method, path, ok=(200, 204, *REDIRECTS), replay=False, read=whole, **options)
            if answer.status not in REDIRECTS:
                return bytes(answer.data)[:PAGE_BYTES]
            method, path, options = "GET", self._local(answer.headers.get("Location", ""), path), {}
            if path.partition("?")[0] in (HOME_PATH, LOGIN_PATH, AUTH_PATH):
                break
        return b""

    def _begin(self) -> None:
        way = self._way
        if isinstance(way, Impersonation):
            self._impersonate(way)
        query = {"client_id": self._client_id, "scope": "openid", "response_type": "code", "redirect_uri": self.http.origin + LOGIN_PATH}
        page = self._walk("GET", f"{AUTH_PATH}?{urlencode(query)}")
        form = login_form(page)
        if form is not None and isinstance(way, OwnLogin):
            page = self._walk("POST", self._action(form), {"username": way.username, "password": way.password})
        if self._xsrf() is None:
            raise LoginRefused(self._why_not(page))

    def _why_not(self, page: bytes) -> str:
        """The sentence about the page on which a login ended."""
        way = self._way
        said = self.http.mask(complaint(page))
        if is_login_page(page):
            if isinstance(way, Impersonation):
                return (
                    f"Keycloak at {self.http.host} let an administrator act as {self.user}, but the platform still requests a login;"
                    " set the user's own login in logins."
                )
            advice = "correct it in logins" if not said or WRONG_LOGIN in said else "check the user in Keycloak, or correct it in logins"
            return f"Keycloak at {self.http.host} refused the login of {way.username!r} ({said or 'it shows its form again'}); {advice}."
        if asks_for_code(page):
            return (
                f"Keycloak at {self.http.host} requests a one-time code from {self.user!r} after the password, which only that person has;"
                " remove the login from logins, and let keycloak_username act as that user."
            )
        asked = ": ".join(dict.fromkeys(text for text in (self.http.mask(title(page)), said) if text))
        if asked:
            return (
                f"Keycloak at {self.http.host} requires an action of {self.user!r} before the login ({asked}); do it once with a browser,"
                " or remove it in Keycloak (the user's required actions)."
            )
        return (
            f"The login of {self.user!r} at {self.http.host} ended on a page without the cookie {XSRF_COOKIE}; log in once with a browser"
            " and check what Keycloak requests (a new password, terms to accept)."
        )

    def _impersonate(self, way: Impersonation) -> None:
        path = f"{ADMIN_BASE}/users/{quote(way.user_id, safe='')}/impersonation"
        try:
            self.http.call("POST", path, auth=way.tokens, replay=True, read=whole)
        except HttpError as exc:
            if exc.status is None or exc.status in BUSY:
                raise
            said, advice = f" ({exc.reason.rstrip('.')})" if exc.reason else "", "check the user in Keycloak"
            if exc.status == 403:  # its message is "unknown_error"
                said, advice = "", f"give that account role impersonation of client {REALM}-realm in realm master"
            raise LoginRefused(
                f"Keycloak at {self.http.host} does not let keycloak_username act as {self.user}{said}; {advice}, or set the user's own"
                " login in logins."
            ) from None

    def _walk(self, method: str, path: str, form: t.Optional[t.Mapping[str, str]] = None) -> bytes:
        """Follows redirects until there is the cookie or a page; returns the page."""
        for _step in range(LONGEST_WAY):
            answer = self.http.call(method, path, ok=(200, *REDIRECTS, *REFUSALS), form=form, read=whole)
            if answer.status in REFUSALS:
                raise LoginRefused(self._refusal(path, answer))
            if self._xsrf() is not None:
                return b""
            if answer.status == 200:
                return bytes(answer.data)[:PAGE_BYTES]
            method, path, form = "GET", self._local(answer.headers.get("Location", ""), path), None
        raise LoginRefused(
            f"The login of {self.user} at {self.http.host} was redirected {LONGEST_WAY} times without an end; log in once with a"
            " browser and check why."
        )

    def _refusal(self, path: str, answer: Answer) -> str:
        said = self.http.mask(complaint(bytes(answer.data))) or f"status {answer.status}"
        where = path.partition("?")[0]
        if where == AUTH_PATH:
            return (
                f"Keycloak at {self.http.host} refuses the platform's request for a login ({said}); set the address that people use for"
                " the platform as url, and check client_id."
            )
        return f"The login of {self.user} at {self.http.host} was refused at {where} ({said}); log in once with a browser and check why."

    def _action(self, form: bytes) -> str:
        found = action_of(form)
        if found is None:
            raise LoginRefused(f"The login form of Keycloak at {self.http.host} has no address to send it to.")
        return self._local(found, AUTH_PATH)

    def _local(self, where: str, from_path: str) -> str:
        """Path and query of an address that the login redirects to, which must be the cluster's own."""
        parts = urlsplit(urljoin(self.http.origin + from_path, where))
        if _origin(parts.geturl()) != _origin(self.http.origin):
            raise LoginRefused(
                f"The login of {self.user} redirects from {self.http.origin} to {parts.scheme}://{parts.hostname or ''}, which is not "
                "followed;"
                " set the cluster's own address as url."
            )
        if len(parts.query) >= SHORTEST_SECRET:
            self.http.protect(parts.query)  # codes and tokens
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _at_keycloak(self) -> bool:
        return any(cookie.name.startswith(IDENTITY_COOKIE) and cookie.value for cookie in self.http.session().cookies)

    def _xsrf(self) -> t.Optional[str]:
        return next((cookie.value for cookie in self.http.session().cookies if cookie.name == XSRF_COOKIE and cookie.value), None)


def _origin(url: str) -> t.Tuple[str, str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port if port is not None else {"https": 443, "http": 80}.get(parts.scheme, -1)
