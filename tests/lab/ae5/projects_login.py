# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in to the web platform: Keycloak's page with its form, single sign-on, impersonation, the cookies of ``/api/v2``.

Documented by ae5-tools: the addresses and their parameters, ``<form id="kc-form-login"``, the words for a wrong password, the
cookie ``_xsrf`` and its header.  Assumed: the names of all other cookies, where ``/login`` and ``/logout`` lead, every other text.
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
from .projects_routes import FORM, HOME, LOGIN, LOGOUT, OIDC
from .state import Refused

REALM_PATH = "/auth/realms/AnacondaPlatform/"
AUTH_COOKIE, SSO_COOKIE, SESSION_COOKIE, XSRF_COOKIE = "AUTH_SESSION_ID", "KEYCLOAK_IDENTITY", "anaconda-session", "_xsrf"
PAGE = """<!DOCTYPE html>
<html><head><title>Sign in to Anaconda Platform</title></head><body>
{message}<form id="kc-form-login" onsubmit="login.disabled = true; return true;" action="{action}" method="post">
<input id="username" name="username" type="text"/><input id="password" name="password" type="password"/>
<input name="login" id="kc-login" type="submit" value="Sign In"/></form></body></html>
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
    user, xsrf = found
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
        return _found(OIDC + "?" + urlencode(_parameters(parts)))
    if shape == "page":
        return _form_page(parts, "")
    return Response('{"error": {"message": "log in first"}}', status=401, mimetype="application/json")


def _parameters(parts: Parts) -> dict[str, str]:
    login = request.host_url.rstrip("/") + LOGIN
    return {"client_id": parts.switches.client_id, "scope": "openid", "response_type": "code", "redirect_uri": login}


def _found(url: str) -> Response:
    answer = redirect(url, 302)
    answer.autocorrect_location_header = False
    return t.cast(Response, answer)


def _error_page(status: int, text: str) -> Response:
    return Response(f"<!DOCTYPE html><html><body><p>{html.escape(text)}</p></body></html>", status=status, mimetype="text/html")


def _form_page(parts: Parts, message: str) -> Response:
    browser = request.cookies.get(AUTH_COOKIE) or secrets.token_hex(8)
    query = {"session_code": parts.web.issue("form", "", browser), "client_id": parts.switches.client_id, "tab_id": secrets.token_hex(4)}
    action = html.escape(request.host_url.rstrip("/") + FORM + "?" + urlencode(query))
    answer = Response(PAGE.format(action=action, message=message), mimetype="text/html")
    answer.set_cookie(AUTH_COOKIE, browser, path=REALM_PATH, httponly=True)
    return answer


def give_sso(parts: Parts, answer: Response, user: str) -> Response:
    """Logs the browser in at Keycloak."""
    answer.set_cookie(SSO_COOKIE, parts.web.issue("sso", user), path=REALM_PATH, httponly=True)
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
        found = self.parts.web.holder("sso", request.cookies.get(SSO_COOKIE, ""))
        if found is None:
            return _form_page(self.parts, "")
        return self._with_code(found[0])

    def _with_code(self, user: str) -> Response:
        request.environ["lab.user"] = user
        query = {"session_state": secrets.token_hex(8), "code": self.parts.web.issue("code", user)}
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
        return give_sso(self.parts, self._with_code(user), user)

    def login(self) -> Response:
        """Takes the code and gives the cookies of the platform."""
        if self.parts.switches.keycloak_url:
            return _error_page(501, "With a real Keycloak the lab has no web login: use a bearer token and switch project_auth.")
        found = self.parts.web.take("code", request.args.get("code", ""))
        if found is None:
            return _found(OIDC + "?" + urlencode(_parameters(self.parts)))
        user, xsrf = found[0], secrets.token_hex(16)
        request.environ["lab.user"] = user
        answer = _found(HOME)
        answer.set_cookie(SESSION_COOKIE, self.parts.web.issue("session", user, xsrf), httponly=True)
        answer.set_cookie(XSRF_COOKIE, xsrf)
        return answer

    def logout(self) -> Response:
        """Ends the session here and, since a browser would follow to Keycloak, all single sign-on of this user's browser."""
        found = self.parts.web.take("session", request.cookies.get(SESSION_COOKIE, ""))
        if found is not None:
            request.environ["lab.user"] = found[0]
        self.parts.web.end(request.cookies.get(SSO_COOKIE, ""))
        answer = _found(HOME)
        for name, path in ((SESSION_COOKIE, "/"), (XSRF_COOKIE, "/"), (SSO_COOKIE, REALM_PATH)):
            answer.delete_cookie(name, path=path)
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
    return give_sso(parts, answer, str(row["name"]))


def blueprint(parts: Parts) -> Blueprint:
    """With a real Keycloak its own pages are behind ``/auth``, and only the platform's ends are served here."""
    area, pages = Blueprint("login", __name__), Login(parts)
    for path, view in ((LOGIN, pages.login), (LOGOUT, pages.logout), (HOME, pages.home)):
        area.add_url_rule(path, view.__name__, view, methods=["GET"])
    if not parts.switches.keycloak_url:
        area.add_url_rule(OIDC, "auth", pages.auth, methods=["GET"])
        area.add_url_rule(FORM, "form", pages.form, methods=["POST"])
    return area


__all__ = ["NotLoggedIn", "blueprint", "impersonate", "not_logged_in", "web_user"]
