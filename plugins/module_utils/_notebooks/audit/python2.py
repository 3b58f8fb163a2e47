# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads Python 2 with Python 3's parser: what only Python 2 writes is rewritten, line by line.  Pure.  Private to the collection.

No library is needed for it (parso gave Python 2's grammar up with 0.8), so it works wherever the audit does.  The result is
for reading only: it has the same statements in the same lines, not the same meaning.
"""

from __future__ import annotations

import re
import typing as t

_STRING = re.compile(r"(?P<prefix>[a-zA-Z]{0,2})(?P<quote>'''|\"\"\"|'|\")")
_PRINT = re.compile(r"(?:^|(?<=[;:]))[ \t]*(?P<word>print|exec)\b(?![ \t]*(?:=(?!=)|\.|,|$))(?P<rest>[ \t]*)")
_EXCEPT = re.compile(r"\bexcept\b[^:]*?(?P<comma>,[ \t]*(?:\([\w, \t]*\)[ \t]*(?=:)|(?=[A-Za-z_]\w*[ \t]*:)))")
_RAISE = re.compile(r"(?:^|(?<=[;:]))[ \t]*raise\b")
_OCTAL = re.compile(r"(?<![\w.])(?<![eE][-+])0(?=[0-7]+\b)")
_NUMBER = re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+)[lL]\b")
_TUPLE_PARAMETER = re.compile(r"(?P<before>[(,][ \t\n]*)(?P<tuple>\([\w\s,]*\))(?=\s*[,)=])")
_TUPLE_LAMBDA = re.compile(r"\blambda\b\s*(?P<tuple>\([\w\s,]*\))\s*:")
_NOW_KEYWORD = re.compile(r"(?<![\w.])(?:async(?!\s+(?:def|for|with)\b)|nonlocal(?=\s*[=.])|await(?=\s*[=.,)]))")
_NOT_AN_ESCAPE = re.compile(r"\\(?:[uUN]|x(?![0-9a-fA-F]{2}))")

Edit = t.Tuple[int, int, str]


def mask(text: str) -> str:
    """The text with what is in strings replaced by ``s`` and comments by blanks, so that each character keeps its place.

    A line break in a string is replaced too: in the result a line break outside of brackets ends a statement.
    """
    out: t.List[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char == "#":
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            out.append(" " * (end - position))
        elif char in "'\"":
            quote = char * 3 if text.startswith(char * 3, position) else char
            end = _string_end(text, position + len(quote), quote)
            body = max(0, end - position - 2 * len(quote))
            out.append((quote + "s" * body + quote)[: end - position])
        else:
            end = position + 1
            out.append(char)
        position = end
    return "".join(out)


def _string_end(text: str, position: int, quote: str) -> int:
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text.startswith(quote, position):
            return position + len(quote)
        elif text[position] == "\n" and len(quote) == 1:
            return position
        else:
            position += 1
    return len(text)


def logical_lines(masked: str) -> t.Iterator[t.Tuple[int, int]]:
    """Begin and end of the statements' lines in a masked text."""
    begin = depth = 0
    for position, char in enumerate(masked):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth = max(0, depth - 1)
        elif char == "\n" and not depth and masked[position - 1 : position] != "\\":
            yield begin, position
            begin = position + 1
    if begin < len(masked):
        yield begin, len(masked)


def to_python3(text: str) -> str:
    """Python 2 code so that Python 3's parser takes it; it may still not."""
    text = "\n".join(_expanded(line) for line in text.split("\n"))
    masked = mask(text)
    edits: t.List[Edit] = []
    for begin, end in logical_lines(masked):
        edits.extend((begin + at, length, new) for at, length, new in _statement(masked[begin:end]))
    for match in _openings(masked):
        prefix = match.group("prefix").lower()
        if prefix == "ur":
            edits.append((match.start(), 2, "r"))
        elif prefix in ("", "b") and _NOT_AN_ESCAPE.search(text, match.end(), _string_end(text, match.end(), match.group("quote"))):
            edits.append((match.start(), len(prefix), "r"))
    edits.extend((match.start(), 1, "0o") for match in _OCTAL.finditer(masked))
    edits.extend((match.end() - 1, 1, "") for match in _NUMBER.finditer(masked))
    edits.extend((match.end(), 0, "_") for match in _NOW_KEYWORD.finditer(masked))
    edits.extend((match.start("tuple"), len(match.group("tuple")), "*_") for match in _TUPLE_LAMBDA.finditer(masked))
    edits.extend((match.start(), 2, "!=") for match in re.finditer("<>", masked))
    ticks = [match.start() for match in re.finditer("`", masked)]
    edits.extend((at, 1, "()"[number % 2]) for number, at in enumerate(ticks))
    return _applied(text, edits)


def _openings(masked: str) -> t.Iterator[t.Match[str]]:
    """Where strings begin."""
    position = 0
    while True:
        match = _STRING.search(masked, position)
        if match is None:
            return
        yield match
        position = _string_end(masked, match.end(), match.group("quote"))


def _expanded(line: str) -> str:
    """Python 2 took a tab for blanks up to the next multiple of 8."""
    code = line.lstrip(" \t")
    return line[: len(line) - len(code)].expandtabs(8) + code


def _statement(masked: str) -> t.Iterator[Edit]:
    depths = _depths(masked)
    for match in _PRINT.finditer(masked):
        at = match.start("word")
        if depths[at]:
            continue
        begin = match.end()
        end = _end_of_statement(masked, begin, depths)
        if masked[begin : begin + 1] == "(" and _closes(masked, begin) == end - 1:
            continue
        to_file = masked.startswith(">>", begin)
        yield match.start("rest"), begin + (2 if to_file else 0) - match.start("rest"), "("
        yield end, 0, ")"
    for match in _EXCEPT.finditer(masked):
        yield match.start("comma"), len(match.group("comma")), " as _ " if "(" in match.group("comma") else " as "
    for match in _RAISE.finditer(masked):
        end = _end_of_statement(masked, match.end(), depths)
        comma = next((index for index in range(match.end(), end) if masked[index] == "," and not depths[index]), -1)
        if comma >= 0 and not depths[match.start()]:
            yield comma, 1, " from ("
            yield end, 0, ")"
    if re.match(r"[ \t]*def\b", masked):
        for number, match in enumerate(_TUPLE_PARAMETER.finditer(masked)):
            yield match.start("tuple"), len(match.group("tuple")), f"_{number}"


def _end_of_statement(masked: str, begin: int, depths: t.Sequence[int]) -> int:
    end = next((index for index in range(begin, len(masked)) if masked[index] == ";" and not depths[index]), len(masked))
    return begin + len(masked[begin:end].rstrip().rstrip("\\"))


def _depths(masked: str) -> t.List[int]:
    depths: t.List[int] = []
    depth = 0
    for char in masked:
        depth -= char in ")]}"
        depths.append(depth)
        depth += char in "([{"
    return depths


def _closes(masked: str, begin: int) -> int:
    depth = 0
    for index in range(begin, len(masked)):
        depth += (masked[index] in "([{") - (masked[index] in ")]}")
        if not depth:
            return index
    return -1


def _applied(text: str, edits: t.List[Edit]) -> str:
    out: t.List[str] = []
    position = 0
    for at, length, new in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        if at < position:
            continue  # two rules for one place: the first stands
        out.extend((text[position:at], new))
        position = at + length
    out.append(text[position:])
    return "".join(out)
