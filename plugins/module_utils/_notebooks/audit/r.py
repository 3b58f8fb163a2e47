# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""R code as facts, by careful lexing: comments and strings are not code.  Private to the collection."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import (
    CALL,
    COMPUTED,
    GETENV,
    IMPORT,
    MAYBE,
    SETENV,
    STRING,
    Fact,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.shell import command_facts, shell_facts

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<raw>[rR](?P<quote>["'])(?P<dashes>-*)\((?P<text>.*?)\)(?P=dashes)(?P=quote))
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<name>(?:[A-Za-z]|\.(?!\d))[\w.]*)
    |(?P<tick>`[^`]*`)
    |(?P<newline>\n)
    |(?P<blank>[ \t\r\f]+)
    |(?P<assign><<?-|->>?|==|<=|>=|!=)
    |(?P<colons>:::?)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ATTACH = ("library", "require", "requireNamespace", "loadNamespace")
_JOINS = {"file.path": "/", "paste0": "", "paste": " ", "normalizePath": "/", "path.expand": "/", "c": "\0"}
_SAYS = ("print", "cat", "message", "stop", "warning", "packageStartupMessage")
"""Functions whose texts are for people."""
_ESCAPES = {"n": "\n", "t": "\t"}


class Token(t.NamedTuple):
    kind: str
    text: str
    line: int


def r_facts(text: str) -> t.List[Fact]:
    """The facts of R code.  ``library(x)`` and ``x::f`` are imports, ``system("...")`` holds shell code."""
    reader = _Reader([token for token in _tokens(text) if token.kind not in ("blank", "comment", "newline")])
    reader.read()
    return reader.facts


def _tokens(text: str) -> t.Iterator[Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        shown = match.group()
        if match.group("raw") is not None:
            kind, shown = "string", match.group("text")
        elif kind == "string":
            shown = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found.group(1), found.group(1)), shown[1:-1], flags=re.DOTALL)
        elif kind == "tick":
            kind, shown = "name", shown[1:-1]
        yield Token(kind, shown, line)
        line += match.group().count("\n")


class _Reader:
    def __init__(self, tokens: t.List[Token]) -> None:
        self._tokens = tokens
        self.facts: t.List[Fact] = []
        self._values: t.Dict[str, str] = {}
        """Names that a literal was given to."""
        self._silent: t.Set[int] = set()

    def _is(self, index: int, text: str) -> bool:
        return 0 <= index < len(self._tokens) and self._tokens[index].text == text and self._tokens[index].kind != "string"

    def read(self) -> None:
        for index, token in enumerate(self._tokens):
            if token.kind == "string" and index not in self._silent:
                self.facts.append(Fact(STRING, token.text, (), token.line))
            elif token.kind == "name":
                self._name(index, token)

    def _name(self, index: int, token: Token) -> None:
        if self._is(index + 1, "::") or self._is(index + 1, ":::"):
            self.facts.append(Fact(IMPORT, token.text, (), token.line))
        elif self._is(index + 1, "("):
            self._call(index, token)
        elif index + 2 < len(self._tokens) and self._tokens[index + 1].text in ("<-", "="):
            value, _end = self._value(index + 2)
            if COMPUTED not in value:
                self._values[token.text] = value

    def _call(self, index: int, token: Token) -> None:
        args, _end = self._arguments(index + 1)
        name = token.text
        plain = [arg for arg in args if not re.match(r"[\w.]+=", arg)]
        if name in _ATTACH and plain:
            # library(x) takes the name itself, unless character.only is set
            module = self._tokens[index + 2].text if index + 2 < len(self._tokens) else ""
            literal = self._tokens[index + 2].kind in ("string", "name") and not any("character.only=TRUE" in arg for arg in args)
            if literal and re.match(r"[A-Za-z][\w.]*\Z", module):
                self.facts.append(Fact(IMPORT if name == "library" else MAYBE, module, (), token.line))
        elif name in _SAYS:
            self._silence(index + 2)
        elif name in ("system", "shell", "pipe") and plain:
            self.facts.extend(fact.at(token.line) for fact in shell_facts(plain[0]) if plain[0] != COMPUTED)
        elif name in ("system2", "processx::run") and plain:
            words = [word for arg in plain[:2] for word in arg.split(_JOINS["c"] if _JOINS["c"] in arg else None) if word]
            self.facts.extend(command_facts(words, token.line))
        elif name == "Sys.setenv":
            for arg in args:
                variable, mark, value = arg.partition("=")
                if mark:
                    self.facts.append(Fact(SETENV, variable.strip("`'\""), (value,), token.line))
        elif name == "Sys.getenv" and plain:
            self.facts.append(Fact(GETENV, plain[0], (), token.line))
        self.facts.append(Fact(CALL, name, tuple(args), token.line))

    def _silence(self, index: int) -> None:
        """Passes over the texts among the arguments that begin at ``index``; a named one, such as a file, is not a text."""
        depth = 0
        while index < len(self._tokens) and depth >= 0:
            token = self._tokens[index]
            if token.kind != "string":
                depth += (token.text == "(") - (token.text == ")")
            elif not depth and not self._is(index - 1, "="):
                self._silent.add(index)
            index += 1

    def _arguments(self, opening: int) -> t.Tuple[t.List[str], int]:
        """The arguments of a call as text, and where its closing parenthesis is."""
        args: t.List[str] = []
        index = opening + 1
        while index < len(self._tokens) and not self._is(index, ")"):
            if self._is(index, ","):
                index += 1
                continue
            key = ""
            if self._is(index + 1, "=") and self._tokens[index].kind in ("name", "string"):
                key = self._tokens[index].text + "="
                index += 2
            value, index = self._value(index)
            args.append(key + value)
        return args, index

    def _value(self, index: int) -> t.Tuple[str, int]:
        """The text of the expression at ``index``, ``COMPUTED`` unless it is made of literals, and what comes after it."""
        start, depth = index, 0
        while index < len(self._tokens):
            text, literal = self._tokens[index].text, self._tokens[index].kind == "string"
            if not literal and text in "([{":
                depth += 1
            elif not literal and text in ")]}":
                if not depth:
                    break
                depth -= 1
            elif not depth and ((not literal and text in (",", ";")) or (index > start and self._begins_anew(index))):
                break
            index += 1
        return self._text(start, index), max(index, start + 1)

    def _begins_anew(self, index: int) -> bool:
        """Whether a token is the first of its line and does not belong to the line above."""
        token, before = self._tokens[index], self._tokens[index - 1]
        if token.line == before.line:
            return False
        return before.kind not in ("assign", "other", "colons") or before.text in ")]}"

    def _text(self, start: int, end: int) -> str:
        tokens = self._tokens[start:end]
        if len(tokens) == 1:
            token = tokens[0]
            if token.kind == "string" or token.text in ("TRUE", "FALSE"):
                return token.text
            return self._values.get(token.text, COMPUTED) if token.kind == "name" else COMPUTED
        if len(tokens) > 2 and tokens[0].text in _JOINS and self._is(start + 1, "(") and self._is(end - 1, ")"):
            inside, closing = self._arguments(start + 1)
            if closing == end - 1:
                return _JOINS[tokens[0].text].join(arg for arg in inside if not re.match(r"(?:sep|collapse|winslash|mustWork)=", arg))
        return COMPUTED
