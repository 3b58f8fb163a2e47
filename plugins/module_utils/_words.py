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


def kind_of(value: t.Any) -> str:
    """What a value of JSON is, as people call it."""
    if value is None:
        return "null"
    kinds = ((bool, "true or false"), (str, "a text"), (int, "a number"), (float, "a number"), (dict, "an object"), (list, "a list"))
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")


def size_in_words(size: float) -> str:
    """Bytes as people write them: 12.3 MB (powers of ten)."""
    units = iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while size >= 1000 and unit != "TB":
        size, unit = size / 1000, next(units)
    return f"{size:.0f} {unit}" if unit == "B" or size >= 99.95 else f"{size:.1f} {unit}"


def listed(names: t.Sequence[str], shown: int = NAMES_SHOWN, *, total: t.Optional[int] = None, between: str = ", ") -> str:
    """Names one after the other, the first ones of many: a, b and 3 more.

    ``total`` is how many there are where ``names`` are only the first of them; ``between`` separates sentences or clauses.
    """
    first = names[:shown]
    more = (len(names) if total is None else total) - len(first)
    return between.join(first) + (f"{' ' if between == ', ' else between}and {more:,} more" if more > 0 else "")
