# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of conda packages: their order, and conditions on them.  Pure.  Private to the collection.

Conda's order: case does not matter; ``EPOCH!``, then the parts between dots, dashes and underscores, then ``+LOCAL``; in a
part numbers and words alternate, a word comes before a number, ``dev`` before every word and ``post`` after every number;
what lacks counts as 0, so 1.0 equals 1.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import typing as t

Atom = t.Tuple[int, t.Union[int, str]]
"""A number or a word of a version, so that any two can be compared: the kind of it first."""
Parts = t.Tuple[t.Tuple[Atom, ...], ...]

_DEV, _WORD, _NUMBER, _POST = range(4)
_ZERO: Atom = (_NUMBER, 0)
_VERSION = re.compile(r"(?:([0-9]+)!)?([0-9a-z._-]+)(?:\+([0-9a-z._-]+))?")
_RELATION = re.compile(r"(~=|===?|!=|<=|>=|<|>|=)?\s*(.+)", re.DOTALL)
_ATOMS = re.compile(r"[0-9]+|[a-z]+")


class NoVersion(ValueError):
    """A text is neither a version nor a condition on versions; the message is the end of a sentence."""


@functools.total_ordering
@dataclasses.dataclass(frozen=True)
class Version:
    """A version as it is compared."""

    epoch: int
    release: Parts
    local: Parts

    def __lt__(self, other: Version) -> bool:
        return self._key(other) < other._key(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key(other) == other._key(self)

    def __hash__(self) -> int:
        return hash((self.epoch, _trimmed(self.release), _trimmed(self.local)))

    def _key(self, other: Version) -> t.Tuple[t.Any, ...]:
        return (self.epoch, _padded(self.release, other.release), _padded(self.local, other.local))

    def starts_with(self, other: Version) -> bool:
        """Whether it is the other version or a later part of it: 1.2.3 and 1.2rc1 start with 1.2, 1.20 does not."""
        if other.local:
            whole = self.epoch == other.epoch and _padded(self.release, other.release) == _padded(other.release, self.release)
            return whole and _starts(self.local, other.local)
        return self.epoch == other.epoch and _starts(self.release, other.release)


def _padded(parts: Parts, other: Parts) -> t.Tuple[t.Tuple[Atom, ...], ...]:
    """The parts, filled up with zeros to the shape of both."""
    pairs = itertools.zip_longest(parts, other, fillvalue=())
    return tuple(mine + (_ZERO,) * (len(theirs) - len(mine)) for mine, theirs in pairs)


def _trimmed(parts: Parts) -> Parts:
    found = [tuple(reversed(tuple(itertools.dropwhile(lambda atom: atom == _ZERO, reversed(part))))) for part in parts]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _starts(parts: Parts, other: Parts) -> bool:
    last = len(other) - 1
    if _padded(parts[:last], other[:last]) != _padded(other[:last], parts[:last]):
        return False
    mine, theirs = parts[last] if last < len(parts) else (), other[last]
    end = len(theirs) - 1
    head = _padded((mine[:end],), (theirs[:end],)) == _padded((theirs[:end],), (mine[:end],))
    (kind, wanted), (found_kind, found) = theirs[end], mine[end] if end < len(mine) else _ZERO
    if kind == _WORD and found_kind == _WORD:
        return head and str(found).startswith(str(wanted))
    return head and (kind, wanted) == (found_kind, found)


@functools.lru_cache(maxsize=65536)
def parse_version(text: str) -> Version:
    """The version in a text.

    Raises:
        NoVersion: there is none.
    """
    found = _VERSION.fullmatch(text.strip().lower())
    if found is None:
        raise NoVersion(f"{text!r} is not a version")
    return Version(int(found[1] or 0), _parts(found[2], text), _parts(found[3], text) if found[3] else ())


def _parts(text: str, whole: str) -> Parts:
    # An underscore at the end is part of the version (openssl 1.0.1_).
    tail = "_" if text.endswith("_") else ""
    words = re.split(r"[._-]", text[: len(text) - len(tail)])
    if not all(words):
        raise NoVersion(f"{whole!r} is not a version, it has an empty part")
    parts = [_atoms(word) for word in words]
    if tail:
        parts[-1] += ((_WORD, "_"),)
    return tuple(parts)


def _atoms(word: str) -> t.Tuple[Atom, ...]:
    atoms = tuple(_atom(item) for item in _ATOMS.findall(word))
    return atoms if word[0].isdigit() else (_ZERO, *atoms)


def _atom(item: str) -> Atom:
    if item.isdigit():
        return (_NUMBER, int(item))
    return {"dev": (_DEV, ""), "post": (_POST, "")}.get(item, (_WORD, item))


Condition = t.Callable[[str], bool]


@functools.lru_cache(maxsize=1024)
def parse_condition(text: str) -> Condition:
    """A condition on a version's text, as people write it: ``1.2`` (or ``==1.2``), ``=1.2`` (or ``1.2.*``), ``>=1,<2``,
    ``!=1.3``, ``~=1.4.2``, ``1.*.3``, ``*``; a comma is and, ``|`` is or, and binds less.

    Raises:
        NoVersion: it is none of that; round brackets and regular expressions are not among it.
    """
    options = [[_single(part.strip()) for part in option.split(",")] for option in text.split("|")]
    return lambda version: any(all(single(version) for single in option) for option in options)


def _single(text: str) -> Condition:
    found = _RELATION.fullmatch(text)
    if found is None or found[2][0] in "^<>=!~":
        raise NoVersion(f"{text!r} is not a version condition")
    relation, wanted = found[1] or "", found[2].strip()
    if wanted == "*" and relation in ("", "=", "=="):
        return lambda _version: True
    stem = wanted[:-1].rstrip(".") if wanted.endswith("*") else wanted
    if "*" in stem:
        return _glob(text, relation, wanted)
    other = parse_version(stem)
    if wanted != stem and relation in ("", "=", "==", "!="):
        relation = "!=*" if relation == "!=" else "="
    if relation == "~=" and len(other.release) < 2:
        raise NoVersion(f"{text!r} is not a version condition, ~= needs a version of two parts or more")
    return functools.partial(_holds, _RELATIONS[relation], other)


def _glob(text: str, relation: str, wanted: str) -> Condition:
    if relation not in ("", "=="):
        raise NoVersion(f"{text!r} is not a version condition, a * is allowed only at the end")
    pattern = re.compile("".join(".*" if item == "*" else re.escape(item.lower()) for item in wanted), re.DOTALL)
    return lambda version: pattern.fullmatch(version.lower()) is not None


def _compatible(version: Version, other: Version) -> bool:
    return version >= other and version.starts_with(dataclasses.replace(other, release=other.release[:-1], local=()))


_RELATIONS: t.Dict[str, t.Callable[[Version, Version], bool]] = {
    "": lambda version, other: version == other,
    "==": lambda version, other: version == other,
    "===": lambda version, other: version == other,
    "!=": lambda version, other: version != other,
    "<": lambda version, other: version < other,
    "<=": lambda version, other: version <= other,
    ">": lambda version, other: version > other,
    ">=": lambda version, other: version >= other,
    "=": lambda version, other: version.starts_with(other),
    "!=*": lambda version, other: not version.starts_with(other),
    "~=": _compatible,
}


def _holds(relation: t.Callable[[Version, Version], bool], other: Version, text: str) -> bool:
    try:
        return relation(parse_version(text), other)
    except NoVersion:
        # A version that nobody can compare fulfils no condition.
        return False
