# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names by patterns."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any, user_key

PATTERNS = {
    "exact": ("o/Devs", ["o/Devs"], True),
    "star crosses slashes": ("o/Devs/Test", ["o/*"], True),
    "one of several": ("o/Devs", ["x", "o/?evs"], True),
    "case matters": ("o/Devs", ["o/devs"], False),
    "not a part of the name": ("o/Devs", ["Devs"], False),
    "no pattern": ("o/Devs", [], False),
}


@pytest.mark.parametrize("case", PATTERNS.values(), ids=PATTERNS)
def test_patterns(case: tuple[str, list[str], bool]) -> None:
    name, patterns, expected = case
    assert matches_any(name, patterns) is expected


def test_users_are_compared_as_keycloak_does() -> None:
    assert user_key("Ann") == user_key("ann")
    assert user_key("Weiß") == "weiß"
