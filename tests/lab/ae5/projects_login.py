# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in to the web platform: Keycloak's page with its form, single sign-on, impersonation, the cookies of ``/api/v2``.

Documented by ae5-tools: the addresses and their parameters, ``<form id="kc-form-login"``, the words for a wrong password, the
cookie ``_xsrf`` and its header, and that ``/logout`` ends the session.  Assumed: the names of the platform's other cookies, where
``/login`` and ``/logout`` lead, every other text.  The platform is a client of a real Keycloak as it is of the lab's own: it
sends browsers there with a ``state``, and has the code exchanged with the client's secret.
"""

from __future__ import annotations

import hmac
import html
import json
import secrets
import typing as t
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request

from .database import Row
from .parts import Parts, caller
from .projects_routes import CONFIRM, END, FORM, HOME, LOGIN, LOGOUT, OIDC
from .real_keycloak import CodeRefused, RealIdentity
from .state import Refused

REALM_PATH = "/auth/realms/AnacondaPlatform/"
AUTH_COOKIE, SSO_COOKIE, SESSION_COOKIE, XSRF_COOKIE = "AUTH_SESSION_ID", "KEYCLOAK_IDENTITY", "anaconda-session", "_xsrf"
STATE_COOKIE = "anaconda-login-state"
PAGE = """<!DOCTYPE html>
<html><head><title>Sign in to Anaconda Platform</title></head><body>
{message}<form id="kc-form-login" onsubmit="login.disabled = true; return true;" action="{action}" method="post">
<input id="username" name="username" type="text"/><input id="password" name="password" type="password"/>
<input name="login" id="kc-login" type="submit" value="Sign In"/></form></body></html>
"""

CONFIRM_PAGE = """<!DOCTYPE html>
<html><head><title>Sign in to Anaconda Platform</title></head><body><h1 id="kc-page-title">Logging out</h1>
<div id="kc-logout-confirm"><p class="instruction">Do you want to log out?</p>
<form class="form-actions" action="{action}" method="POST"><input type="hidden" name="session_code" value="{code}">
<input tabindex="4" name="confirmLogout" id="kc-logout" type="submit" value="Logout"/></form></div></body></html>
"""


class NotLoggedIn(Exception):
    """A request to ``/api/v2`` without a valid session; how that is said is switch ``session_answer``."""


def web_user(parts: Parts) -> str:
    """Who asks ``/api/v2``.  Raises ``NotLoggedIn``, or ``Refused`` (403) for a change without the right ``x-xsrftoken``."""
    if parts.switches.project_auth == "both" and request.headers.get("Authorization"):
        return caller(parts)
    found = parts.web.holder("session", request.cookies.get(SESSION_COOKIE, ""))
    if found is None:
        raise NotLoggedIn
    user, xsrf = found[0], found[1].split()[0]
    request.environ["lab.user"] = user
    if parts.switches.xsrf == "required" and request.method not in ("GET", "HEAD", "OPTIONS"):
        sent = request.headers.get("X-Xsrftoken", "")
        if not (hmac.compare_digest(sent, xsrf) and request.cookies.get(XSRF_COOKIE) == xsrf):
            raise Refused(403, "XSRF cookie does not match the token that was sent")
    return user


def not_logged_in(parts: Parts) -> Response:
    """The answer in the shape of switch ``session_answer``; ae5-tools logs in again on any of them."""
    shape = parts.switches.session_answer
    if shape == "redirect":
        return _to_keycloak(parts)
    if shape == "page":
        return _form_page(parts, "")
    return Response('{"error": {"message": "log in first"}}', status=401, mimetype="application/json")


def _parameters(parts: Parts) -> dict[str, str]:
    login = request.host_url.rstrip("/") + LOGIN
    return {"client_id": parts.switches.client_id, "scope": "openid", "response_type": "code", "redirect_uri": login}


def _to_keycloak(parts: Parts) -> Response:
    """Sends the browser to log in; the answer must come back to this browser."""
    state = secrets.token_urlsafe(16)
    answer = _found(OIDC + "?" + urlencode({**_parameters(parts), "state": state}))
    answer.set_cookie(STATE_COOKIE, state, path=LOGIN, httponly=True)
    return answer


def _found(url: str) -> Response:
    answer = redirect(url, 302)
    answer.autocorrect_location_header = False
    return t.cast(Response, answer)


def _error_page(status: int, text: str) -> Response:
    return Response(f"<!DOCTYPE html><html><body><p>{html.escape(text)}</p></body></html>", status=status, mimetype="text/html")


def _form_page(parts: Parts, message: str) -> Response:
    browser = request.cookies.get(AUTH_COOKIE) or secrets.token_hex(8)
    query = {"session_code": parts.web.issue("form", "", browser), "client_id": parts.switches.client_id, "tab_id": secrets.token_hex(4)}
    if "state" in request.args:
        query["state"] = request.args["state"]
    action = html.escape(request.host_url.rstrip("/") + FORM + "?" + urlencode(query))
    answer = Response(PAGE.format(action=action, message=message), mimetype="text/html")
    answer.set_cookie(AUTH_COOKIE, browser, path=REALM_PATH, httponly=True)
    return answer


def _give_sso(answer: Response, sso: str) -> Response:
    """Logs the browser in at Keycloak."""
    answer.set_cookie(SSO_COOKIE, sso, path=REALM_PATH, httponly=True)
    return answer


class Login:
    """The pages of Keycloak that a browser sees, and the platform's own ends of the login."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def auth(self) -> Response:
        """The OIDC entry: a form, or at once a code for a browser that is logged in."""
        if request.args.get("client_id") != self.parts.switches.client_id:
            return _error_page(400, "Client not found.")
        wanted = _parameters(self.parts)["redirect_uri"]
        if request.args.get("redirect_uri") != wanted:
            return _error_page(400, "Invalid parameter: redirect_uri")
        if request.args.get("response_type") != "code":
            return _found(f"{wanted}?error=unsupported_response_type")
        sso = request.cookies.get(SSO_COOKIE, "")
        found = self.parts.web.holder("sso", sso)
        if found is None:
            return _form_page(self.parts, "")
        return self._with_code(found[0], sso)

    def _with_code(self, user: str, sso: str) -> Response:
        request.environ["lab.user"] = user
        query = {"session_state": secrets.token_hex(8), "code": self.parts.web.issue("code", user, sso)}
        if "state" in request.args:
            query["state"] = request.args["state"]
        return _found(request.host_url.rstrip("/") + LOGIN + "?" + urlencode(query))

    def form(self) -> Response:
        """What the form sends.  A form is good once, and only for the browser that it was shown to."""
        found = self.parts.web.take("form", request.args.get("session_code", ""))
        if found is None or found[1] != request.cookies.get(AUTH_COOKIE):
            return _error_page(400, "Cookie not found. Please make sure cookies are enabled in your browser.")
        user = self.parts.identity.check_password(request.form.get("username", ""), request.form.get("password", ""))
        if user is None:
            return _form_page(self.parts, '<span class="kc-feedback-text">Invalid username or password.</span>\n')
        sso = self.parts.web.issue("sso", user)
        return _give_sso(self._with_code(user, sso), sso)

    def login(self) -> Response:
        """Takes the code and gives the cookies of the platform.  ae5-tools comes with none of our states, so one may be missing."""
        if "error" in request.args:
            return _error_page(400, request.args.get("error_description") or request.args["error"])
        if "state" in request.args and request.args["state"] != request.cookies.get(STATE_COOKIE):
            return _error_page(400, "The login was begun by another browser.")
        if "code" not in request.args:
            return _to_keycloak(self.parts)
        try:
            user, hint = self._exchange(request.args["code"])
        except CodeRefused as exc:
            # One that is used up or too old: a browser begins anew.
            return _to_keycloak(self.parts) if exc.error == "invalid_grant" else _error_page(500, f"Keycloak says: {exc}")
        xsrf = secrets.token_hex(16)
        request.environ["lab.user"] = user
        answer = _found(HOME)
        answer.set_cookie(SESSION_COOKIE, self.parts.web.issue("session", user, f"{xsrf} {hint}"), httponly=True)
        answer.set_cookie(XSRF_COOKIE, xsrf)
        answer.delete_cookie(STATE_COOKIE, path=LOGIN)
        return answer

    def _exchange(self, code: str) -> tuple[str, str]:
        """The user, and what Keycloak's session is ended with.  Raises ``CodeRefused``."""
        if isinstance(self.parts.identity, RealIdentity):
            return self.parts.identity.exchange(code, _parameters(self.parts)["redirect_uri"])
        found = self.parts.web.take("code", code)
        if found is None:
            raise CodeRefused("invalid_grant", "Code not valid")
        return found[0], self.parts.web.issue("hint", *found)

    def logout(self) -> Response:
        """Ends the session here and, unless switch ``platform_logout`` says otherwise, leads to the end of Keycloak's."""
        if self.parts.switches.platform_logout == "absent":
            return _error_page(404, "There is nothing here.")
        where = HOME
        found = self.parts.web.take("session", request.cookies.get(SESSION_COOKIE, ""))
        if found is not None:
            request.environ["lab.user"] = found[0]
            if self.parts.switches.platform_logout == "keycloak":
                after = request.host_url.rstrip("/") + HOME
                client = self.parts.switches.client_id
                where = f"{END}?{urlencode({'id_token_hint': found[1].split()[1], 'post_logout_redirect_uri': after, 'client_id': client})}"
        answer = _found(where)
        for name in (SESSION_COOKIE, XSRF_COOKIE):
            answer.delete_cookie(name)
        return answer

    def end(self) -> Response:
        """Keycloak's end of a session: at once with an ID token, after a question without."""
        found = self.parts.web.take("hint", request.args.get("id_token_hint", ""))
        if found is not None:
            return self._ended(found[1], _found(request.args.get("post_logout_redirect_uri", HOME)))
        sso = request.cookies.get(SSO_COOKIE, "")
        if self.parts.web.holder("sso", sso) is None:
            return self._ended(sso, Response("<html><body>You are logged out</body></html>", mimetype="text/html"))
        action = html.escape(request.host_url.rstrip("/") + CONFIRM + "?" + urlencode({"tab_id": secrets.token_hex(4)}))
        return Response(CONFIRM_PAGE.format(action=action, code=self.parts.web.issue("form", "", sso)), mimetype="text/html")

    def confirm(self) -> Response:
        """What the question's form sends."""
        sso = request.cookies.get(SSO_COOKIE, "")
        found = self.parts.web.take("form", request.form.get("session_code", ""))
        if found is None or found[1] != sso:
            return _error_page(400, "Logout failed")
        return self._ended(sso, Response("<html><body>You are logged out</body></html>", mimetype="text/html"))

    def _ended(self, sso: str, answer: Response) -> Response:
        self.parts.web.end(sso)
        answer.delete_cookie(SSO_COOKIE, path=REALM_PATH)
        return answer

    def home(self) -> Response:
        return Response("<!DOCTYPE html><html><body><h1>Anaconda Platform</h1></body></html>", mimetype="text/html")


def impersonate(parts: Parts, row: Row) -> Response:
    """``POST users/ID/impersonation``, after the check for an administrator: cookies as if that user had logged in."""
    if not row["enabled"]:
        raise Refused(400, "User is disabled")
    if parts.switches.impersonation == "refused":
        raise Refused(403, "HTTP 403 Forbidden")
    url = request.host_url.rstrip("/") + REALM_PATH + "account"
    answer = Response(json.dumps({"sameRealm": False, "redirect": url}), mimetype="application/json")
    return _give_sso(answer, parts.web.issue("sso", str(row["name"])))


def blueprint(parts: Parts) -> Blueprint:
    """With a real Keycloak its own pages are behind ``/auth``, and only the platform's ends are served here."""
    area, pages = Blueprint("login", __name__), Login(parts)
    for path, view in ((LOGIN, pages.login), (LOGOUT, pages.logout), (HOME, pages.home)):
        area.add_url_rule(path, view.__name__, view, methods=["GET"])
    if not parts.switches.keycloak_url:
        area.add_url_rule(OIDC, "auth", pages.auth, methods=["GET"])
        area.add_url_rule(FORM, "form", pages.form, methods=["POST"])
        area.add_url_rule(END, "end", pages.end, methods=["GET"])
        area.add_url_rule(CONFIRM, "confirm", pages.confirm, methods=["POST"])
    return area


__all__ = ["NotLoggedIn", "blueprint", "impersonate", "not_logged_in", "web_user"]
