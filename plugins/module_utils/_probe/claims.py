# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a token says of itself.  Private to the collection.  Pure; nothing is verified."""

from __future__ import annotations

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Answer
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import claims_of
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import known, unknown


def lifetime(token: str, now: float) -> Answer:
    """How many seconds a fresh token lives: by its beginning and end, else by its end and ``now``, to five seconds."""
    claims = claims_of(token)
    end, begin = claims.get("exp"), claims.get("iat")
    if not isinstance(end, (int, float)):
        return unknown("the token does not say when it ends")
    if isinstance(begin, (int, float)):
        return known(int(end - begin), "exp and iat of the token")
    return known(int(round((end - now) / 5) * 5), "exp of a fresh token")
