# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many random examples the unit tests try: all of them where ``CI`` is set, a part on a laptop."""

from __future__ import annotations

import os

from hypothesis import settings

FULL = bool(os.environ.get("CI"))


def examples(number: int) -> int:
    """How many of so many examples are tried here."""
    return number if FULL else max(number // 4, 10)


if not FULL:  # with CI, Hypothesis has a profile of its own: the same examples each time, and no deadline
    settings.register_profile("laptop", max_examples=examples(100), deadline=None)
    settings.load_profile("laptop")
