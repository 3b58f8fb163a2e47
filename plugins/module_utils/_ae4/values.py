# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values from a ``meta.json``: strict JSON, names, digests, sizes, aliases.  Private to the collection.

Pure functions.  A value that cannot be read raises a ``MetaError`` whose text is the end of a sentence: the caller names the
file.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._json import MAX_DIGITS, MISSING, SHAPE, Json, MetaError, plain, text
from ansible_collections.ae_ops.migration.plugins.module_utils._model import records
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

_ACCESS = {word: word for word in (records.PUBLIC, records.AUTHENTICATED, records.PRIVATE)}
_PERMISSIONS = {
    **dict.fromkeys(("read", "r", "read-only"), "read"),
    **dict.fromkeys(("write", "w", "rw", "read-write"), "write"),
    **dict.fromkeys(("admin", "a", "administration"), "admin"),
}

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?")


def first(data: Json, *names: str) -> t.Any:
    """The value of the first name that exists; ``MISSING`` if none does."""
    for name in names:
        if name in data:
            return data[name]
    return MISSING


def keys_of(data: Json) -> str:
    return "its keys are " + (shown(", ".join(sorted(data))[:300]) or "none")


def named(value: t.Any, what: str, *names: str) -> str:
    """A name given as a string or as an object that has it under one of the names."""
    value = plain(value)
    if isinstance(value, dict):
        found = first(value, *names)
        if found is MISSING:
            raise MetaError(SHAPE, f"{what} has none of {', '.join(names)}, {keys_of(value)}")
        value = found
    return text(value, what)


def name_list(value: t.Any, what: str, *names: str) -> t.Tuple[str, ...]:
    """Names given as a list of strings or objects, or as an object keyed by name.  Sorted, each once."""
    value = plain(value)
    if value is None:
        return ()
    if not isinstance(value, (list, dict)):
        raise MetaError(SHAPE, f"the list of {what}s is {shown(repr(value))[:80]}")
    return tuple(sorted({named(item, f"a {what}", *names) for item in value}))


def digest_or_none(value: t.Any, length: int) -> t.Optional[str]:
    """A lower-case hex digest; None where it is absent, null or the word ``None`` (old servers write that)."""
    value = plain(value)
    if value is MISSING or value is None or value in ("", "None"):
        return None
    lowered = value.lower() if isinstance(value, str) else ""
    if len(lowered) != length or set(lowered) - set("0123456789abcdef"):
        raise MetaError(SHAPE, f"a digest is {shown(repr(value))[:80]} instead of {length} hex digits")
    return lowered


def size_or_none(value: t.Any) -> t.Optional[int]:
    value = plain(value)
    if value is MISSING or value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < MAX_DIGITS:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MetaError(SHAPE, f"a size is {shown(repr(value))[:80]}")
    return value


def time_or_none(value: t.Any) -> t.Optional[str]:
    """A point in time as ``2017-08-14T21:08:34Z``; None if it is absent or in an unknown form.

    Known are the API's text (without a zone it is UTC) and MongoDB's milliseconds since 1970.  An unknown form is not an error:
    the time matters only for rules with a date.
    """
    value = plain(plain(value))
    try:
        if isinstance(value, str) and value.lstrip("-").isdigit() and len(value) < MAX_DIGITS:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(milliseconds=value)
        else:
            found = _TIME.fullmatch(value) if isinstance(value, str) else None
            if found is None:
                return None
            zone = (found[3] or "Z").replace("Z", "+0000").replace(":", "")
            moment = datetime.datetime.strptime(f"{found[1]} {found[2]} {zone}", "%Y-%m-%d %H:%M:%S %z").astimezone(datetime.timezone.utc)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def permission(value: t.Any) -> str:
    """read, write or admin; of several the widest; ``unknown`` if it is absent or an unknown word."""
    value = plain(value)
    words = value if isinstance(value, list) else [value]
    found = {_PERMISSIONS.get(word.lower(), records.UNKNOWN) for word in words if isinstance(word, str)}
    return next((word for word in ("admin", "write", "read") if word in found), records.UNKNOWN)


def access(data: Json) -> str:
    """public, authenticated, private or unknown.  If two keys disagree, the narrower one counts."""
    found = []
    word = plain(first(data, "access", "access_level"))
    if isinstance(word, str):
        found.append(_ACCESS.get(word.lower(), records.UNKNOWN))
    if isinstance(first(data, "public", "is_public"), bool):
        found.append(records.PUBLIC if first(data, "public", "is_public") else records.PRIVATE)
    if isinstance(data.get("private"), bool):
        found.append(records.PRIVATE if data["private"] else records.PUBLIC)
    order = (records.PRIVATE, records.UNKNOWN, records.AUTHENTICATED, records.PUBLIC)
    if "access" in data and records.AUTHENTICATED in found and word is not None:
        # "public: false" together with "access: authenticated" only means that it is not public
        found = [item for item in found if item != records.PRIVATE]
    return next((item for item in order if item in found), records.UNKNOWN)
