# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strict JSON out of files that other people wrote, and the names in it.  Private to the collection.

Pure functions.  What they cannot read they refuse with a ``MetaError`` whose text is the end of a sentence: the caller
says which file it is about.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import is_unsafe, shown

MAX_DEPTH = 40

MAX_DIGITS = 30

UNREADABLE = "meta_unreadable"

SHAPE = "meta_shape_unknown"

UNSAFE = "name_unsafe"

MISSING: t.Any = object()

Json = t.Dict[str, t.Any]


class MetaError(MigrationError):
    """A ``meta.json`` or a part of it is not understood.  ``code`` is a problem code of the inventory."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def load(data: bytes) -> Json:
    """The object in the bytes of a ``meta.json``.

    Refused: anything but one UTF-8 JSON object, a duplicate key, numbers of absurd length, NaN,
    nesting deeper than ``MAX_DEPTH``.  Raises ``MetaError`` (code meta_unreadable).
    """
    try:
        value = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
        _check_depth(value)
    except RecursionError as exc:
        raise MetaError(UNREADABLE, f"it is nested deeper than {MAX_DEPTH} levels") from exc
    except ValueError as exc:
        raise MetaError(UNREADABLE, f"it is not valid JSON ({shown(str(exc))[:200]})") from exc
    if not isinstance(value, dict):
        raise MetaError(UNREADABLE, "it is not a JSON object")
    return value


def _object(pairs: t.List[t.Tuple[str, t.Any]]) -> Json:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: t.Set[str] = set()
        twice = next(key for key, _item in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"duplicate key {twice[:80]!r}")
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number has {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is out of range")
    return value


def _constant(text: str) -> t.NoReturn:
    raise ValueError(f"{text} is not a number")


def _check_depth(value: t.Any) -> None:
    level: t.List[t.Any] = [value]
    for _depth in range(MAX_DEPTH):
        level = [item for box in level if isinstance(box, (dict, list)) for item in (box.values() if isinstance(box, dict) else box)]
        if not level:
            return
    raise RecursionError


def plain(value: t.Any) -> t.Any:
    """Takes the wrapping off a value in MongoDB's extended JSON: ``{"$oid": X}`` and the like become X."""
    if isinstance(value, dict) and len(value) == 1:
        key = next(iter(value))
        if key in ("$oid", "$date", "$numberLong", "$numberInt", "$numberDouble"):
            return value[key]
    return value


def text(value: t.Any, what: str) -> str:
    """A name: a non-empty string that can be written into files and onto terminals.  Raises ``MetaError``."""
    value = plain(value)
    if not isinstance(value, str) or not value:
        raise MetaError(SHAPE, f"{what} must be a name, not {shown(repr(value))[:80]}")
    if is_unsafe(value):
        raise MetaError(UNSAFE, f"{what} {shown(value)[:120]!r} contains control characters or invalid characters")
    return value


def text_or_none(value: t.Any, what: str) -> t.Optional[str]:
    value = plain(value)
    return None if value is MISSING or value is None or value == "" else text(value, what)
