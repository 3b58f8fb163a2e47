# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the TOML that a ``pyproject.toml`` is made of, for hosts whose Python has no tomllib.  Pure.  Private to the collection.

Read are tables, arrays of tables, dotted keys, texts of every kind, numbers, truth values, arrays and inline tables.  Dates and
special numbers come as the texts they are written as.  Source: the TOML 1.0 specification.
"""

from __future__ import annotations

import re
import typing as t

try:
    import tomllib

    TOMLLIB: t.Any = tomllib
except ImportError:
    TOMLLIB = None

Table = t.Dict[str, t.Any]

MAX_DEPTH = 50
_BLANK = re.compile(r"(?:[ \t]|#[^\n]*)*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^\s,\]}#]+")
_NUMBER = re.compile(r"[+-]?\d[\d_]*(?P<rest>\.\d[\d_]*)?\Z")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\s*\n\s*)|(.))", re.DOTALL)
_LETTERS = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class NoToml(ValueError):
    """A text is not the TOML that is understood here; the message is the end of a sentence."""


def read_toml(text: str) -> Table:
    """The tables of a text.

    Raises:
        NoToml: it is none, or goes beyond what is read here.
    """
    text = text.replace("\r\n", "\n")
    if TOMLLIB is None:
        return small_reader(text)
    try:
        found: Table = TOMLLIB.loads(text)
    except (ValueError, RecursionError) as exc:
        raise NoToml(f"it is no TOML: {exc}") from exc
    return found


def small_reader(text: str) -> Table:
    """``read_toml`` without tomllib."""
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def document(self) -> Table:
        root: Table = {}
        current = root
        while True:
            self._skip(_BLANK_LINES)
            if self._at >= len(self._text):
                return root
            if self._take("[["):
                keys = self._keys("]]")
                rows = _below(root, keys[:-1]).setdefault(keys[-1], [])
                if not isinstance(rows, list):
                    raise NoToml(f"{keys[-1]} is a table and an array of tables")
                rows.append({})
                current = rows[-1]
            elif self._take("["):
                current = _below(root, self._keys("]"))
            else:
                self._pair(current)
            self._skip(_BLANK)
            if self._at < len(self._text) and not self._take("\n"):
                raise self._wrong()

    def _pair(self, table: Table) -> None:
        keys = self._keys("=")
        self._skip(_BLANK)
        target = _below(table, keys[:-1])
        if keys[-1] in target:
            raise NoToml(f"{keys[-1]} is there twice")
        target[keys[-1]] = self._value()

    def _keys(self, end: str) -> t.List[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            if self._text[self._at : self._at + 1] in ('"', "'"):
                keys.append(self._string())
            else:
                found = _BARE.match(self._text, self._at)
                if found is None:
                    raise self._wrong()
                keys.append(found.group())
                self._at = found.end()
            self._skip(_BLANK)
            if self._take(end):
                return keys
            if not self._take("."):
                raise self._wrong()

    def _value(self) -> t.Any:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NoToml("it is nested too deeply")
        first = self._text[self._at : self._at + 1]
        value: t.Any
        if first in ('"', "'"):
            value = self._string()
        elif self._take("["):
            value = self._items("]", self._value)
        elif self._take("{"):
            table: Table = {}
            self._items("}", lambda: self._pair(table))
            value = table
        else:
            value = self._scalar()
        self._depth -= 1
        return value

    def _items(self, end: str, read: t.Callable[[], t.Any]) -> t.List[t.Any]:
        found: t.List[t.Any] = []
        while True:
            self._skip(_BLANK_LINES)
            if self._take(end):
                return found
            found.append(read())
            self._skip(_BLANK_LINES)
            if not self._take(",") and self._text[self._at : self._at + 1] != end:
                raise self._wrong()

    def _scalar(self) -> t.Any:
        found = _SCALAR.match(self._text, self._at)
        if found is None:
            raise self._wrong()
        self._at = found.end()
        word = found.group()
        if word in ("true", "false"):
            return word == "true"
        number = _NUMBER.match(word)
        if number is None:
            return word
        plain = word.replace("_", "")
        return float(plain) if number.group("rest") else int(plain)

    def _string(self) -> str:
        quote = self._text[self._at]
        is_long = self._text.startswith(quote * 3, self._at)
        mark = quote * 3 if is_long else quote
        begin = at = self._at + len(mark)
        while not self._text.startswith(mark, at):
            if at >= len(self._text) or (self._text[at] == "\n" and not is_long):
                raise self._wrong()
            at += 2 if self._text[at] == "\\" and quote == '"' else 1
        if is_long and self._text.startswith(quote, at + 3):
            at += 1
        self._at = at + len(mark)
        body = self._text[begin:at]
        if is_long and body.startswith("\n"):
            body = body[1:]
        return body if quote == "'" else _ESCAPE.sub(_unescaped, body)

    def _take(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def _skip(self, blank: t.Pattern[str]) -> None:
        found = blank.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _wrong(self) -> NoToml:
        return NoToml(f"line {self._text.count(chr(10), 0, self._at) + 1} is not understood")


def _below(table: Table, keys: t.Iterable[str]) -> Table:
    """The table at ``keys``, made where it is not there; of an array of tables the last one."""
    for key in keys:
        found = table.setdefault(key, {})
        if isinstance(found, list) and found:
            found = found[-1]
        if not isinstance(found, dict):
            raise NoToml(f"{key} is a value and a table")
        table = found
    return table


def _unescaped(match: t.Match[str]) -> str:
    short, long, line_end, letter = match.groups()
    if line_end:
        return ""
    if letter:
        if letter not in _LETTERS:
            raise NoToml(f"\\{letter} is no escape")
        return _LETTERS[letter]
    code = int(short or long, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise NoToml("an escape stands for no character")
    return chr(code)
