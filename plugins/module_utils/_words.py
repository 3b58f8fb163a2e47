# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, sizes and lists of names in words.  Pure.  Private to the collection."""

from __future__ import annotations

import typing as t

NAMES_SHOWN = 10


def counted(number: int, one: str, many: str = "") -> str:
    """A number and its word: 1 file, 2,000 files."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size_in_words(size: int) -> str:
    """Bytes as people write them: 12.3 MB (powers of ten)."""
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def listed(names: t.Sequence[str], shown: int = NAMES_SHOWN) -> str:
    """Names one after the other, the first ones of many: a, b and 3 more."""
    first = ", ".join(names[:shown])
    return first if len(names) <= shown else f"{first} and {len(names) - shown} more"
