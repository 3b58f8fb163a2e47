# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible writes in a result of a module in place of the secrets of its options.  Pure.  Private to the collection."""

from __future__ import annotations

PART, WHOLE = "********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""In place of a secret within a text, and of a text that is one."""


def is_masked(text: str) -> bool:
    """Whether a text that has come through a result is not what the module returned."""
    return PART in text or text == WHOLE
