# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a cell of an IPython notebook apart: Python, shell lines, magics, cells of other languages.  Pure.  Private to the collection.

The Python that is left has as many lines as the cell, so that the lines of findings are those of the cell.
"""

from __future__ import annotations

import re
import typing as t

PYTHON, SHELL, R, MAGIC = "python", "shell", "r", "magic"

_CELL = re.compile(r"\s*%%(?P<name>[\w!]+)[ \t]*(?P<rest>[^\n]*)(?:\n|\Z)")
_LINE = re.compile(r"(?P<indent>\s*)(?P<target>[\w.,\[\]'\" ]+=\s*)?(?P<mark>!!?|%(?!%)|\?)(?P<rest>.*)\Z", re.DOTALL)
_HELP = re.compile(r"\s*[\w.*]+\?{1,2}\s*\Z")
_AUTOMAGIC = re.compile(r"(?P<indent>\s*)(?P<rest>(?:pip|conda)\s+(?:install|uninstall|update|create)\b.*|cd\s+[\w~./-]+\s*)\Z", re.DOTALL)

_CELL_LANGUAGES = {
    **dict.fromkeys(("bash", "sh", "!", "sx", "system"), SHELL),
    **dict.fromkeys(("R", "r"), R),
    **dict.fromkeys(("python", "python2", "python3", "pypy", "cython"), PYTHON),
    **dict.fromkeys(("time", "timeit", "capture", "prun", "memit", "mprun", "debug", "px"), PYTHON),
}
_SHELL_MAGICS = ("sx", "system", "sc")
_TIMERS = ("time", "timeit", "prun", "memit", "debug")
_FILE_LANGUAGES = {".py": PYTHON, ".sh": SHELL, ".bash": SHELL, ".r": R}
_SHELL_PROGRAMS = ("bash", "sh", "ksh", "zsh", "dash")


class Piece(t.NamedTuple):
    """Code in one language.  A magic's text is its name with its marks, a blank and the rest of its line."""

    language: str
    text: str
    line: int = 1


def split_cell(text: str) -> t.List[Piece]:
    """The pieces of a cell of a Python kernel; the cell's own Python is the first, if it has any."""
    match = _CELL.match(text)
    if match:
        return _cell_magic(match, text)
    code, pieces = _lines(text)
    return [Piece(PYTHON, code), *pieces]


def _cell_magic(match: t.Match[str], text: str) -> t.List[Piece]:
    name, rest = match.group("name"), match.group("rest").strip()
    line = text.count("\n", 0, match.end()) + 1
    here = text.count("\n", 0, match.start("name")) + 1
    body = text[match.end() :]
    pieces = [Piece(MAGIC, f"%%{name} {rest}".strip(), here)]
    language = _CELL_LANGUAGES.get(name, "")
    if name == "script":
        program = rest.split("/")[-1].split()[0] if rest else ""
        language = SHELL if program in _SHELL_PROGRAMS else ""
    elif name in ("writefile", "file"):
        suffix = re.search(r"\.\w+\Z", rest)
        language = _FILE_LANGUAGES.get(suffix.group().lower(), "") if suffix else ""
    if language == PYTHON and name not in ("writefile", "file"):
        inner = split_cell(body)
        return pieces + [piece._replace(line=piece.line + line - 1) for piece in inner]
    return [*pieces, Piece(language, body, line)] if language else pieces


def _lines(text: str) -> t.Tuple[str, t.List[Piece]]:
    code: t.List[str] = []
    pieces: t.List[Piece] = []
    state = _State()
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line, first = lines[number], number + 1
        match = None
        if state.neutral:
            match = _LINE.match(line) or _AUTOMAGIC.match(line)
            if _HELP.match(line):
                line = ""
        if match is None:
            state.feed(line)
            code.append(line)
            number += 1
            continue
        while line.endswith("\\") and number + 1 < len(lines):
            number += 1
            line = line[:-1] + " " + lines[number]
        match = _LINE.match(line) or _AUTOMAGIC.match(line)
        if match is not None:
            pieces.extend(_line_magic(match, first))
            target = match.groupdict().get("target") or ""
            code.append(match.group("indent") + (target.strip() + " None" if target else "pass"))
        code.extend([""] * (number + 1 - first))
        number += 1
    return "\n".join(code), pieces


def _line_magic(match: t.Match[str], line: int) -> t.List[Piece]:
    mark, rest = match.groupdict().get("mark") or "%", match.group("rest")
    if mark.startswith("!"):
        return [Piece(SHELL, rest, line)]
    if mark == "?":
        return []
    name, _blank, args = rest.strip().partition(" ")
    magic = [Piece(MAGIC, f"%{name} {args.strip()}".strip(), line)]
    if name in _SHELL_MAGICS:
        return [*magic, Piece(SHELL, args, line)]
    if name in ("pip", "conda", "mamba"):
        return [*magic, Piece(SHELL, f"{name} {args}", line)]
    if name == "R":
        return [*magic, Piece(R, args, line)]
    if name in _TIMERS:
        return [*magic, Piece(PYTHON, re.sub(r"\A(?:-\w+\s*\d*\s+)*", "", args), line)]
    return magic


class _State:
    """Whether a line begins in the midst of a string or of brackets."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0
        self._continued = False

    @property
    def neutral(self) -> bool:
        return not self._quote and not self._depth and not self._continued

    def feed(self, line: str) -> None:
        position = 0
        while position < len(line):
            if self._quote:
                position = self._in_string(line, position)
                continue
            char = line[position]
            if char == "#":
                break
            if char in "'\"":
                self._quote = char * 3 if line.startswith(char * 3, position) else char
                position += len(self._quote)
                continue
            self._depth = max(0, self._depth + (char in "([{") - (char in ")]}"))
            position += 1
        self._continued = line.endswith("\\")
        if len(self._quote) == 1 and not self._continued:
            self._quote = ""  # a string of one quote ends with its line, whatever is meant

    def _in_string(self, line: str, position: int) -> int:
        if line[position] == "\\":
            return position + 2
        if line.startswith(self._quote, position):
            position += len(self._quote)
            self._quote = ""
            return position
        return position + 1
