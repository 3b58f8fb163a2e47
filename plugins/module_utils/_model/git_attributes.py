# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that ``.gitattributes`` files give to paths, as git reads them.  Private to the collection.  Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_patterns import GitPattern

ATTRIBUTES = ".gitattributes"
Value = t.Union[bool, str, None]
"""Set, unset, a text, or (``None``) expressly unspecified."""
Settings = t.List[t.Tuple[str, Value]]

_NAME = re.compile(r"[A-Za-z0-9_.][-A-Za-z0-9_.]*")
_LONGEST_LINE = 2048
_MACRO = "[attr]"
_BINARY: Settings = [("diff", False), ("merge", False), ("text", False)]
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}
_BLANK = " \t\r\n"


class Attributes:
    """The attributes of the paths of a tree, by the ``.gitattributes`` files in it: path of each to its text."""

    def __init__(self, texts: t.Mapping[str, bytes]) -> None:
        self._macros: t.Dict[str, Settings] = {"binary": _BINARY}
        self._files: t.Dict[str, t.List[t.Tuple[GitPattern, Settings]]] = {}
        for path, text in texts.items():
            base = path[: -len(ATTRIBUTES)]
            lines: t.List[t.Tuple[GitPattern, Settings]] = []
            decoded = text.decode("utf-8", "surrogateescape")
            for line in (decoded[1:] if decoded.startswith("\ufeff") else decoded).split("\n"):
                self._take(line, base, lines)
            self._files[base] = lines[::-1]

    def _take(self, line: str, base: str, lines: t.List[t.Tuple[GitPattern, Settings]]) -> None:
        if len(line.encode("utf-8", "surrogateescape")) >= _LONGEST_LINE:
            return
        pattern, rest = _pattern_of(line.strip(_BLANK))
        settings = _settings(rest.split())
        if settings is None or not pattern or pattern.startswith("#"):
            return
        if pattern.startswith(_MACRO):
            if not base and len(pattern) > len(_MACRO):
                self._macros[pattern[len(_MACRO) :]] = settings
            return
        if pattern.startswith("!"):
            return
        lines.append((GitPattern(pattern.encode("utf-8", "surrogateescape"), base), settings))

    def of(self, path: str, is_folder: bool = False) -> t.Dict[str, Value]:
        """What is said of a path; the nearest file and its last line count most."""
        found: t.Dict[str, Value] = {}
        above = path
        while above:
            above = above.rpartition("/")[0]
            for pattern, settings in self._files.get(above + "/" if above else "", ()):
                if pattern.matches(path, is_folder):
                    self._fill(found, settings)
        return found

    def _fill(self, found: t.Dict[str, Value], settings: Settings) -> None:
        for name, value in reversed(settings):
            if name not in found:
                found[name] = value
                if value is True and name in self._macros:
                    self._fill(found, self._macros[name])


def _pattern_of(line: str) -> t.Tuple[str, str]:
    """The pattern at the beginning of a line, and the rest."""
    if line.startswith(_MACRO):
        name, _blank, rest = line[len(_MACRO) :].lstrip(_BLANK).partition(" ")
        return _MACRO + name, rest
    if line.startswith('"'):
        unquoted = _unquoted(line)
        if unquoted is not None:
            return unquoted
    cut = re.search(r"[ \t\r]", line)
    return (line, "") if cut is None else (line[: cut.start()], line[cut.start() :])


def _unquoted(line: str) -> t.Optional[t.Tuple[str, str]]:
    """A pattern in double quotes, as in C, and the rest; ``None`` if it is not one."""
    found: t.List[bytes] = []
    at = 1
    while at < len(line):
        char = line[at]
        if char == '"':
            return b"".join(found).decode("utf-8", "surrogateescape"), line[at + 1 :]
        if char != "\\":
            found.append(char.encode("utf-8", "surrogateescape"))
            at += 1
            continue
        octal = re.match(r"[0-3][0-7]{2}", line[at + 1 :])
        if octal:
            found.append(bytes([int(octal.group(), 8)]))
            at += 4
        elif line[at + 1 : at + 2] in _ESCAPES:
            found.append(_ESCAPES[line[at + 1]].encode("ascii"))
            at += 2
        else:
            return None
    return None


def _settings(words: t.Iterable[str]) -> t.Optional[Settings]:
    """What the words of a line set; ``None`` if git refuses the line."""
    settings: Settings = []
    for word in words:
        name, equals, text = word.partition("=")
        value: Value = text if equals else True
        if name[:1] in ("-", "!"):
            name, value = name[1:], (False if name[0] == "-" else None)
        if not _NAME.fullmatch(name):
            return None
        settings.append((name, value))
    return settings
