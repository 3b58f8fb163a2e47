# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell code as facts: commands with their arguments, variables.  Comments and here-documents are not code.  Private to the collection."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import COMMAND, SETENV, STRING, Fact

MAX_DEPTH = 4
"""Shells in shells: ``bash -c "ssh host 'sudo ...'"``."""

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=(.*)\Z", re.DOTALL)
_HEREDOC = re.compile(r"<<(-?)\s*(['\"]?)([A-Za-z_]\w*)\2")
_TEST = re.compile(r"\[\[\s.*?\s\]\]")
_WRAPPERS = {
    **dict.fromkeys(("sudo", "env", "nohup", "time", "nice", "command", "exec", "xargs", "stdbuf", "ionice", "setsid", "doas"), ""),
    "timeout": r"[\d.]+[smhd]?",
}
"""Programs that start the program that follows, to what may come between."""
_TAKES_VALUE = {
    "sudo": ("-u", "-g", "-h", "-p"),
    "nice": ("-n",),
    "xargs": ("-n", "-I", "-P", "-L"),
    "env": ("-u",),
    "timeout": ("-s", "-k"),
}
_KEYWORDS = frozenset(
    ("if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "esac", "in", "function", "select")
)
_PRINTS = ("echo", "printf")
_SEPARATORS = (";", "\n", "|", "&", "(", ")")
_SHELLS = ("sh", "bash", "ksh", "zsh", "dash")
_DECLARES = ("export", "declare", "local", "readonly", "typeset", "setenv")


class Word(t.NamedTuple):
    """A word, quotes taken off; or a separator."""

    text: str
    line: int
    separates: bool = False
    inner: t.Tuple[str, ...] = ()
    """The commands in ``$( )`` and backticks."""


def shell_facts(text: str, depth: int = 0) -> t.Iterator[Fact]:
    """The facts of a shell script, or of one command line."""
    command: t.List[Word] = []
    for word in _words(_without_heredocs(text)):
        if depth < MAX_DEPTH:
            for inner in word.inner:
                yield from (fact.at(word.line) for fact in shell_facts(inner, depth + 1))
        if word.separates:
            yield from _command(command, depth)
            command = []
        else:
            command.append(word)
    yield from _command(command, depth)


def command_facts(words: t.Sequence[str], line: int = 1) -> t.Iterator[Fact]:
    """The facts of one command that is given as a list of words."""
    yield from _command([Word(text, line) for text in words], 0)


def _without_heredocs(text: str) -> str:
    """The text with the lines of here-documents blanked; they are input of a program."""
    kept: t.List[str] = []
    end = ""
    for line in text.split("\n"):
        if end:
            end = "" if line.strip() == end else end
            kept.append("")
            continue
        code = line.split("#", 1)[0] if line.lstrip().startswith("#") else line
        code = _TEST.sub("true", code)
        match = _HEREDOC.search(code)
        end = match.group(3) if match else ""
        kept.append(_HEREDOC.sub("", code) if match else code)
    return "\n".join(kept)


def _words(text: str) -> t.Iterator[Word]:
    scanner = _Scanner(text)
    while scanner.position < len(text):
        yield from scanner.step()
    yield from scanner.flush()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self.position = 0
        self._line = self._start = 1
        self._word: t.Optional[str] = None
        self._inner: t.List[str] = []

    def flush(self) -> t.Iterator[Word]:
        if self._word is not None:
            yield Word(self._word, self._start, inner=tuple(self._inner))
        self._word, self._inner = None, []

    def step(self) -> t.Iterator[Word]:
        """Takes the next character, or what belongs together."""
        char = self._text[self.position]
        if char == "\\":
            if self._text[self.position + 1 : self.position + 2] != "\n":
                self._add(self._text[self.position + 1 : self.position + 2])
            self._skip(2)
        elif char in "'\"`" or self._text.startswith("$(", self.position):
            self._quoted(char)
        elif char == "#" and self._word is None:
            end = self._text.find("\n", self.position)
            self._skip((len(self._text) if end < 0 else end) - self.position)
        elif char in " \t\r":
            yield from self.flush()
            self._skip(1)
        elif char in _SEPARATORS and not (char == "&" and self._text[self.position - 1 : self.position] in (">", "<")):
            yield from self.flush()
            yield Word(char, self._line, separates=True)
            self._skip(1)
        else:
            self._add(char)
            self._skip(1)

    def _add(self, text: str) -> None:
        if self._word is None:
            self._word, self._start = "", self._line
        self._word += text

    def _skip(self, count: int) -> None:
        self._line += self._text.count("\n", self.position, self.position + count)
        self.position += count

    def _quoted(self, char: str) -> None:
        """A quoted part or a command in ``$( )``, to its end or, if it has none, to the end of the text."""
        begin = self.position + (2 if char == "$" else 1)
        end = _closing(self._text, begin) if char == "$" else self._end_of_quote(begin, char)
        inside = self._text[begin:end]
        if char in "$`":
            self._inner.append(inside)
            self._add("$()")
        else:
            if char == '"':
                self._inner.extend(match.group(1) for match in re.finditer(r"\$\(([^()]*)\)", inside))
                inside = re.sub(r"\\([\"\\$`])", r"\1", inside)
            self._add(inside)
        self._skip(end + 1 - self.position)

    def _end_of_quote(self, begin: int, char: str) -> int:
        position = begin
        while position < len(self._text) and self._text[position] != char:
            position += 2 if self._text[position] == "\\" and char != "'" else 1
        return min(position, len(self._text))


def _closing(text: str, begin: int) -> int:
    depth = 1
    for position in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if not depth:
            return position
    return len(text)


def _command(words: t.List[Word], depth: int) -> t.Iterator[Fact]:
    words = list(words)
    while words and (words[0].text in _KEYWORDS or _is_assignment(words[0].text) or not words[0].text):
        yield from _assigned(words.pop(0))
    if not words:
        return
    first, rest = words[0], words[1:]
    name = os.path.basename(first.text)
    if name in _DECLARES:
        for word in rest:
            yield from _assigned(word)
        return
    if name == "command" and rest and rest[0].text in ("-v", "-V"):
        return  # it asks whether there is such a program
    if name in _WRAPPERS:
        yield from _command(_wrapped(name, rest), depth)
        return
    if name in ("for", "case"):
        return
    args = tuple(word.text for word in rest)
    yield Fact(COMMAND, name, args, first.line)
    if "/" in first.text:
        yield Fact(STRING, first.text, (), first.line)
    for word in () if name in _PRINTS else rest:
        yield Fact(STRING, word.text, (), word.line)
    if name in _SHELLS and "-c" in args[:-1] and depth < MAX_DEPTH:
        inner = rest[args.index("-c") + 1]
        yield from (fact.at(inner.line) for fact in shell_facts(inner.text, depth + 1))


def _wrapped(name: str, rest: t.List[Word]) -> t.List[Word]:
    """The command that a program such as sudo starts."""
    position = 0
    while position < len(rest):
        text = rest[position].text
        if text.startswith("-"):
            position += 2 if text in _TAKES_VALUE.get(name, ()) else 1
        elif _WRAPPERS[name] and re.fullmatch(_WRAPPERS[name], text):
            position += 1
        else:
            break
    return rest[position:]


def _is_assignment(text: str) -> bool:
    return _ASSIGNMENT.match(text) is not None


def _assigned(word: Word) -> t.Iterator[Fact]:
    match = _ASSIGNMENT.match(word.text)
    if match:
        yield Fact(SETENV, match.group(1), (match.group(2),), word.line)
        yield Fact(STRING, match.group(2), (), word.line)
