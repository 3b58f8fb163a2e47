# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dataclasses that are read from JSON and written to it by their annotations.  Private to the collection.

A field may be text, a number, true or false, another record, or an ``Optional``, ``Tuple``, ``List`` or ``Mapping`` of such.
A key that the class does not know is ignored, so that a file of a newer version can be read; a missing one gets its default.
Where the written form differs from the fields, a class overrides ``to_json`` and ``from_json`` and calls ``super()``.

Some files have a million lines, so each class gets a reader and a writer of its own, generated at the first call as
``dataclasses`` generates ``__init__``; see ``_generated``.
This file imports nothing of the collection.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._words import kind_of

Json = t.Dict[str, t.Any]
Choices = t.Mapping[str, t.Tuple[str, ...]]
Convert = t.Callable[[t.Any], t.Any]
Source = t.Callable[[str], str]
"""Source of an expression, of the source of a value."""
Mine = t.TypeVar("Mine", bound="JsonRecord")


class SchemaError(ValueError):
    """A line or file does not have the shape its record class asks for."""


def need(data: t.Any, record: str, *keys: str) -> None:
    """Raises ``SchemaError`` unless ``data`` is an object that has these keys."""
    if not isinstance(data, dict):
        raise SchemaError(f"a {record} must be a JSON object, not {kind_of(data)}")
    missing = [key for key in keys if key not in data]
    if missing:
        raise SchemaError(f"a {record} lacks {', '.join(missing)}")


@dataclasses.dataclass(frozen=True)
class JsonRecord:
    """Base of such a dataclass.  A record is not the base of another one, as each has methods of its own."""

    TITLE: t.ClassVar[str] = "record"
    """What messages call it, without article; not beginning with a vowel."""
    HEAD: t.ClassVar[Json] = {}
    """What is written before the fields, and must be there when it is read: kind of the line, version of the file."""
    NEEDED: t.ClassVar[t.Tuple[str, ...]] = ()
    """Fields that must be there although they have a default."""
    CHOICES: t.ClassVar[Choices] = {}
    """The values that a text field may have, where others are refused."""
    BRIEF: t.ClassVar[t.Tuple[str, ...]] = ()
    """Fields that are not written where they are empty or false."""
    ORDER: t.ClassVar[t.Tuple[str, ...]] = ()
    """The order in which the fields are written, where it is not theirs."""

    def to_json(self) -> Json:
        """The object of its line."""
        return t.cast(Json, _writer(type(self))(self))  # type: ignore[arg-type]  # mypy does not know that classes are hashable

    @classmethod
    def from_json(cls: t.Type[Mine], data: t.Any) -> Mine:
        """The record of a line's object.

        Raises:
            SchemaError: a key is missing, or its value of another kind; the sentence has no full stop.
        """
        return t.cast(Mine, _reader(cls)(cls, data))  # type: ignore[arg-type]  # as above


class _WrongKind(Exception):
    """A value is of another kind than its field; the text says of which it must be."""


class _Kind(t.NamedTuple):
    """What an annotation means for JSON: how a value is read with care, and the source of what is generated for it."""

    accepted: t.Tuple[type, ...] = ()
    """Types of the JSON value; none where another record decides, or anything is accepted."""
    words: str = ""
    parse: t.Optional[Convert] = None
    """Reads a JSON value of an accepted type; ``None`` where it stays what it is."""
    fits: Source = "True".format
    """Of a variable: whether its value can be read as ``read`` does."""
    read: Source = "{}".format
    write: Source = "{}".format

    def checked(self, value: t.Any) -> t.Any:
        """What is read from any JSON value."""
        # A bool is an int, and JSON tells them apart.
        if self.accepted and (not isinstance(value, self.accepted) or (isinstance(value, bool) and bool not in self.accepted)):
            raise _WrongKind(f"{self.words}, not {kind_of(value)}")
        return value if self.parse is None else self.parse(value)


_PLAIN = {
    kind: _Kind((kind,), words, fits=f"type({{}}) is {kind.__name__}".format)
    for kind, words in ((str, "a text"), (int, "a whole number"), (bool, "true or false"))
}


class _Kinds:
    """The kinds of one class.  What their sources call stands in ``names``."""

    def __init__(self) -> None:
        self.names: t.Dict[str, t.Any] = {"WrongKind": _WrongKind}

    def named(self, thing: t.Any) -> str:
        """A name for it in the sources."""
        name = f"_{len(self.names)}"
        self.names[name] = thing
        return name

    def of(self, annotation: t.Any) -> _Kind:
        """The kind that an annotation stands for."""
        if isinstance(annotation, type) and issubclass(annotation, JsonRecord):
            return _Kind(parse=annotation.from_json, read=f"{self.named(annotation)}.from_json({{}})".format, write="{}.to_json()".format)
        if annotation in _PLAIN:
            return _PLAIN[annotation]
        if annotation is t.Any:
            return _Kind()
        origin, inner = t.get_origin(annotation), t.get_args(annotation)
        if origin is t.Union:
            (one,) = (item for item in inner if item is not type(None))
            return self._optional(self.of(one))
        if origin is tuple and inner[-1] is not Ellipsis:
            parse = functools.partial(_row, [self.of(item) for item in inner])
            return _Kind((list,), "a list", parse, "type({}) is list".format, f"{self.named(parse)}({{}})".format, "list({})".format)
        if origin in (tuple, list):
            return self._many(self.of(inner[0]), origin)
        if isinstance(origin, type) and issubclass(origin, t.Mapping):
            return self._mapping(self.of(inner[1]))
        raise TypeError(f"{annotation} is no annotation of a field that JSON can hold")

    def _optional(self, one: _Kind) -> _Kind:
        def parse(value: t.Any) -> t.Any:
            return value if value is None or one.parse is None else one.parse(value)

        def unless_none(source: Source) -> Source:
            return lambda name: source(name) if source(name) == name else f"(None if {name} is None else {source(name)})"

        accepted = (*one.accepted, type(None)) if one.accepted else ()
        fits: Source = lambda name: f"({name} is None or {one.fits(name)})"  # noqa: E731 - as its neighbours
        return _Kind(accepted, one.words, parse, fits, unless_none(one.read), unless_none(one.write))

    def _many(self, one: _Kind, make: type) -> _Kind:
        def parse(items: t.List[t.Any]) -> t.Any:
            return make([one.checked(item) for item in items])

        if one in _PLAIN.values():
            exact = self.named(frozenset(one.accepted))
            fits = f"(type({{0}}) is list and {exact}.issuperset(map(type, {{0}})))".format
            return _Kind((list,), "a list", parse, fits, f"{make.__name__}({{}})".format, "list({})".format)
        write = f"[{one.write('item')} for item in {{}}]".format
        return _Kind(
            (list,), "a list", parse, "type({}) is list".format, f"({self.named(parse)}({{0}}) if {{0}} else {make()})".format, write
        )

    def _mapping(self, one: _Kind) -> _Kind:
        def parse(items: Json) -> Json:
            return {key: one.checked(item) for key, item in items.items()}

        plain = one.write("item") == "item"
        write = "dict({})".format if plain else f"{{{{key: {one.write('item')} for key, item in {{}}.items()}}}}".format
        return _Kind((dict,), "an object", parse, "type({}) is dict".format, f"{self.named(parse)}({{}})".format, write)


def _row(kinds: t.Sequence[_Kind], items: t.List[t.Any]) -> t.Tuple[t.Any, ...]:
    if len(items) != len(kinds):
        raise _WrongKind(f"lists of {len(kinds)}, not of {len(items)}")
    return tuple(kind.checked(item) for kind, item in zip(kinds, items))


def _kinds_of(cls: t.Type[JsonRecord]) -> t.Tuple[_Kinds, t.Dict[str, _Kind]]:
    """The kind of each field."""
    kinds, hints = _Kinds(), t.get_type_hints(cls)
    return kinds, {field.name: kinds.of(hints[field.name]) for field in dataclasses.fields(cls)}


@functools.lru_cache(maxsize=None)
def _reader(cls: t.Type[JsonRecord]) -> t.Callable[..., t.Any]:
    """The reader of a class.  It reads a line in which all is as it should be; any other one is read with care, which explains it."""
    kinds, fields = _kinds_of(cls)
    kinds.names["careful"] = functools.partial(_read_with_care, cls, fields)
    keys = [*cls.HEAD, *fields]
    values = [f"v{number}" for number in range(len(keys))]
    of_key = dict(zip(keys, values))
    conditions = [f"{of_key[key]} == {value!r}" for key, value in cls.HEAD.items()]
    conditions += [kind.fits(of_key[name]) for name, kind in fields.items()]
    conditions += [f"{of_key[name]} in {choices!r}" for name, choices in cls.CHOICES.items()]
    lines = [
        "def from_json(cls, data):",
        "    try:",
        *(f"        {value} = data[{key!r}]" for key, value in of_key.items()),
        f"        if {' and '.join(conditions)}:",
        f"            return cls({', '.join(kind.read(of_key[name]) for name, kind in fields.items())})",
        "    except (KeyError, TypeError, WrongKind):",
        "        pass",
        "    return careful(data)",
    ]
    read = _function("from_json", lines, kinds)
    if _is_inherited(cls, "from_json"):
        setattr(cls, "from_json", classmethod(read))  # noqa: B010 - mypy does not let a method be replaced
    return t.cast(t.Callable[..., t.Any], read)


def _read_with_care(cls: t.Type[JsonRecord], fields: t.Mapping[str, _Kind], data: t.Any) -> JsonRecord:
    """The record of an object of which nothing is known."""
    found = dataclasses.fields(cls)
    bare = [field.name for field in found if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING]
    need(data, cls.TITLE, *cls.HEAD)
    for name, value in cls.HEAD.items():
        if data[name] != value:
            raise SchemaError(f"{name} {data[name]} is not {value}")
    need(data, cls.TITLE, *bare, *cls.NEEDED)
    given = {}
    for name in (name for name in fields if name in data):
        try:
            given[name] = fields[name].checked(data[name])
        except _WrongKind as exc:
            raise SchemaError(f"{name} of a {cls.TITLE} must be {exc}") from None
        if name in cls.CHOICES and given[name] not in cls.CHOICES[name]:
            raise SchemaError(f"{name} of a {cls.TITLE} must be one of {', '.join(cls.CHOICES[name])}, not {given[name]!r}")
    return cls(**given)


@functools.lru_cache(maxsize=None)
def _writer(cls: t.Type[JsonRecord]) -> Convert:
    """The writer of a class."""
    kinds, fields = _kinds_of(cls)
    items = [f"{key!r}: {value!r}" for key, value in cls.HEAD.items()]
    items += [f"{name!r}: {fields[name].write(f'self.{name}')}" for name in cls.ORDER or fields]
    lines = [
        f"    found = {{{', '.join(items)}}}",
        *(f"    if not self.{name}: del found[{name!r}]" for name in cls.BRIEF),
        "    return found",
    ]
    if not cls.BRIEF:
        lines = [f"    return {{{', '.join(items)}}}"]
    write = _function("to_json", ["def to_json(self):", *lines], kinds)
    if _is_inherited(cls, "to_json"):
        setattr(cls, "to_json", write)  # noqa: B010 - mypy does not let a method be replaced
    return t.cast(Convert, write)


def _function(name: str, lines: t.Sequence[str], kinds: _Kinds) -> t.Any:
    """The function that lines of source are."""
    exec("\n".join(lines), kinds.names)  # noqa: S102 - they hold nothing but what a class of ours declares
    return kinds.names[name]


def _is_inherited(cls: t.Type[JsonRecord], name: str) -> bool:
    """Whether a class has no method of its own, nor one of a class between, in place of that of ``JsonRecord``."""
    return next(base for base in cls.__mro__ if name in vars(base)) is JsonRecord
