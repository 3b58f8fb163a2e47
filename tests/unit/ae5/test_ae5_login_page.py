# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read out of Keycloak's pages; shaped as those of Keycloak 22."""

from __future__ import annotations

import pytest

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

FORM = b'<form id="kc-form-login" onsubmit="x" action="https://h/a?b=1&amp;c=2" method="post">'
QUESTION = (
    b'<div id="kc-logout-confirm"><p class="instruction">Do you want to log out?</p>'
    b'<form class="other" action="/elsewhere"><input name="session_code" value="wrong"></form>'
    b'<form class="form-actions" action="/auth/realms/R/protocol/openid-connect/logout/logout-confirm?client_id=c&amp;tab_id=t" '
    b'method="POST">\n <input type="hidden" name="session_code" value="a&amp;b"><input name="confirmLogout" value="Logout"/></form></div>'
)


def test_the_form_of_the_login():
    assert is_login_page(b"<html>" + FORM)
    assert action_of(login_form(b"x" + FORM) or b"") == "https://h/a?b=1&c=2"
    assert login_form(b'<form id="kc-passwd-update-form" action="x">') is None
    assert not is_login_page(b" " * PAGE_BYTES + FORM)
    assert action_of(b"<form>") is None


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (
            b'<span id="input-error" class="x" aria-live="polite">\n  Invalid username or password.\n </span>',
            "Invalid username or password",
        ),
        (b'<span class="pf-c-alert__title kc-feedback-text">Account is disabled &amp; gone.</span>', "Account is disabled & gone"),
        (b'<div id="kc-error-message"><p class="instruction">Client <b>not</b> found.</p>', "Client not found"),
        (b'<span class="kc-feedback-text">Ung\xc3\xbcltig</span>', "Ung\u00fcltig"),
        (b'<span class="kc-feedback-text">\xff</span>', "\ufffd"),
        (b'<span class="not-kc">words</span><p>others</p>', ""),
        (b"", ""),
    ],
)
def test_what_a_page_complains_of(page, said):
    assert complaint(b"<html>" + page) == said


def test_the_heading():
    assert title(b'<h1 class="x" id="kc-page-title">        Update <i>password</i>\n\n</h1>') == "Update password"
    assert title(b"<h1>Something else</h1>") == ""


def test_the_question_whether_to_log_out():
    action = "/auth/realms/R/protocol/openid-connect/logout/logout-confirm?client_id=c&tab_id=t"
    assert logout_form(QUESTION) == (action, {"session_code": "a&b", "confirmLogout": "yes"})
    assert logout_form(FORM) is None
    assert logout_form(QUESTION.replace(b"session_code", b"other")) is None


def test_a_code_is_asked_for():
    assert asks_for_code(b'<form id="kc-otp-login-form" class="x">')
    assert not asks_for_code(FORM)
