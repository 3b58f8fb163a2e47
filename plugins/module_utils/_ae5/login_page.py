# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses Keycloak's pages and forms.  Private to the collection.

Source: AE5 facts 4.1 for the login form; for the rest the pages of Keycloak 22, whose other themes keep these ids and classes.
Messages are taken as shown to the user, in the language of the realm.
"""

from __future__ import annotations

import html
import re
import typing as t

PAGE_BYTES = 1 << 20
"""The part of a page that is read."""
CONFIRM_PATH = "/logout-confirm"
CONFIRM_FIELD, CONFIRM_BUTTON = "session_code", "confirmLogout"

CODE_FORM = b'id="kc-otp-login-form"'

_FORM = re.compile(rb'<form\b[^>]*\bid="kc-form-login"[^>]*>')
_ANY_FORM = re.compile(rb"<form\b[^>]*>")
_ACTION = re.compile(rb'\baction="([^"]*)"')
_INPUT = re.compile(rb"<input\b[^>]*>")
_VALUE = re.compile(rb'\bvalue="([^"]*)"')
_TITLE = re.compile(rb'<(h1)\b[^>]*\bid="kc-page-title"[^>]*>(.*?)</\1>', re.DOTALL)
_WORDS = re.compile(
    rb'<(span|div|p)\b[^>]*(?:\bclass="[^"]*\b(?:kc-feedback-text|pf-c-alert__title|instruction)\b|\bid="input-error)[^>]*>(.*?)</\1>',
    re.DOTALL,
)
_TAG = re.compile(rb"<[^>]*>")


def login_form(body: bytes) -> t.Optional[bytes]:
    """The tag of the password form; None if this is not that page."""
    found = _FORM.search(body[:PAGE_BYTES])
    return None if found is None else found.group(0)


def is_login_page(body: bytes) -> bool:
    """Whether a body is Keycloak's login page."""
    return login_form(body) is not None


def asks_for_code(body: bytes) -> bool:
    """Whether a body is the page that requests a one-time code, after the password."""
    return CODE_FORM in body[:PAGE_BYTES]


def action_of(form: bytes) -> t.Optional[str]:
    """The address of a form; None if its tag has none."""
    found = _ACTION.search(form)
    return None if found is None else _text(found.group(1))


def logout_form(body: bytes) -> t.Optional[t.Tuple[str, t.Dict[str, str]]]:
    """Address and fields of the form that asks whether to log out, which Keycloak 18 and later do; None if this is not that page."""
    body = body[:PAGE_BYTES]
    for form in _ANY_FORM.finditer(body):
        action = action_of(form.group(0))
        if action is None or not action.partition("?")[0].endswith(CONFIRM_PATH):
            continue
        for field in _INPUT.findall(body[form.end() :]):
            value = _VALUE.search(field)
            if value is not None and f'name="{CONFIRM_FIELD}"'.encode() in field:
                return action, {CONFIRM_FIELD: _text(value.group(1)), CONFIRM_BUTTON: "yes"}
    return None


def complaint(body: bytes) -> str:
    """The page's error or instruction; empty if it shows none."""
    found = _WORDS.search(body[:PAGE_BYTES])
    return "" if found is None else _text(_TAG.sub(b"", found.group(2))).rstrip(".")


def title(body: bytes) -> str:
    """The page's heading; empty if it has none."""
    found = _TITLE.search(body[:PAGE_BYTES])
    return "" if found is None else _text(_TAG.sub(b"", found.group(2)))


def _text(data: bytes) -> str:
    return " ".join(html.unescape(data.decode("utf-8", "replace")).split())
