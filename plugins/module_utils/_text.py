# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that may hold anything: as bytes, as they can be shown, and by patterns.  Private to the collection.

A name is text decoded as UTF-8 with ``surrogateescape``, whatever the locale is.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t
import unicodedata

HALF = re.compile("[\ud800-\udfff]")
"""What UTF-8 cannot hold: half a surrogate pair, which is also how an undecodable byte of a name is kept."""


def encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def as_text(text: str) -> str:
    """A text, not a name, that UTF-8 can hold: half a surrogate pair, which JSON can escape, becomes the replacement character."""
    return text if text.isascii() else HALF.sub("\ufffd", text)


def user_key(name: str) -> str:
    """What a user of AE5 is compared by.  Keycloak lower-cases user names and does no more: ``weiß`` and ``weiss`` are two users."""
    return name.lower()


def is_unsafe(name: str) -> bool:
    """Whether a name cannot be written into a file of a run or onto a terminal: control characters, undecodable bytes."""
    if name.isprintable():
        return False  # the usual case, and fast
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI for char in name)


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def shown(name: str) -> str:
    """The name as it can be shown: what ``is_unsafe`` objects to is escaped (an undecodable byte 0xff becomes ``\\xff``)."""
    if not is_unsafe(name):
        return name
    parts = []
    for char in name:
        if not is_unsafe(char):
            parts.append(char)
        elif "\udc80" <= char <= "\udcff":
            parts.append(f"\\x{ord(char) - 0xDC00:02x}")
        else:
            parts.append(char.encode("ascii", "backslashreplace").decode("ascii") if ord(char) > 127 else f"\\x{ord(char):02x}")
    return "".join(parts)


def matches_any(name: str, patterns: t.Iterable[str]) -> bool:
    """Whether a name matches one of the patterns (fnmatch, case matters)."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
