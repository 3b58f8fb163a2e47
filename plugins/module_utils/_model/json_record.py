# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dataclasses that are lines of a JSON-lines file, read and written by their annotations.  Private to the collection.

A field may be text, a number, true or false, another record, or an ``Optional``, ``Tuple`` or ``Mapping`` of such.  A key that the
class does not know is passed over, so that a file of a newer version can be read; one that is missing gets its default.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json, SchemaError, need

Read = t.Callable[[t.Any], t.Any]
Mine = t.TypeVar("Mine", bound="JsonRecord")

_WORDS: t.Mapping[type, str] = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}


@dataclasses.dataclass(frozen=True)
class JsonRecord:
    """Base of such a dataclass.  The fields without a default are those that a line must have, and those in ``NEEDED``."""

    TITLE: t.ClassVar[str] = "record"
    """What messages call it, without article; not beginning with a vowel."""
    NEEDED: t.ClassVar[t.Tuple[str, ...]] = ()

    def to_json(self) -> Json:
        """The object of its line."""
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def from_json(cls: t.Type[Mine], data: t.Any) -> Mine:
        """The record of a line's object.

        Raises:
            SchemaError: a key is missing, or its value of another kind; the sentence has no full stop.
        """
        needed, readers = _shape(cls)  # type: ignore[arg-type]  # mypy does not know that classes are hashable
        need(data, cls.TITLE, *needed)
        values = {}
        for name, read in readers.items():
            if name in data:
                try:
                    values[name] = read(data[name])
                except _WrongKind as exc:
                    raise SchemaError(f"{name} of a {cls.TITLE} must be {exc}") from None
        return cls(**values)


class _WrongKind(Exception):
    """A value is of another kind than its field; the text says of which it must be."""


def _plain(value: t.Any) -> t.Any:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, t.Mapping) else value.to_json()


@functools.lru_cache(maxsize=None)
def _shape(cls: t.Type[JsonRecord]) -> t.Tuple[t.Tuple[str, ...], t.Mapping[str, Read]]:
    """The keys that a class needs, and what reads each."""
    kinds = t.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    bare = [field.name for field in fields if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING]
    return (*bare, *cls.NEEDED), {field.name: _reader(kinds[field.name]) for field in fields}


def _reader(kind: t.Any) -> Read:
    """What reads a value of the kind that an annotation names."""
    if hasattr(kind, "from_json"):
        return t.cast(Read, kind.from_json)
    if kind in _WORDS:
        return functools.partial(_checked, kind)
    origin, inner = t.get_origin(kind), t.get_args(kind)
    if origin is t.Union:
        (one,) = (item for item in inner if item is not type(None))
        return functools.partial(_optional, _reader(one))
    if origin is tuple and inner[-1] is Ellipsis:
        return functools.partial(_many, _reader(inner[0]))
    if origin is tuple:
        return functools.partial(_row, [_reader(item) for item in inner])
    if isinstance(origin, type) and issubclass(origin, t.Mapping):
        return functools.partial(_mapping, _reader(inner[1]))
    if kind is t.Any:
        return _as_it_is
    raise TypeError(f"{kind} is no annotation of a field that JSON can hold")


def _as_it_is(value: t.Any) -> t.Any:
    return value


def _checked(kind: type, value: t.Any) -> t.Any:
    # A bool is an int, and JSON tells them apart.
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise _WrongKind(f"{_WORDS[kind]}, not {type(value).__name__}")
    return value


def _optional(read: Read, value: t.Any) -> t.Any:
    return None if value is None else read(value)


def _many(read: Read, value: t.Any) -> t.Tuple[t.Any, ...]:
    return tuple(read(item) for item in _checked(list, value))


def _row(reads: t.Sequence[Read], value: t.Any) -> t.Tuple[t.Any, ...]:
    items = _checked(list, value)
    if len(items) != len(reads):
        raise _WrongKind(f"lists of {len(reads)}, not of {len(items)}")
    return tuple(read(item) for read, item in zip(reads, items))


def _mapping(read: Read, value: t.Any) -> t.Dict[str, t.Any]:
    return {key: read(item) for key, item in _checked(dict, value).items()}
