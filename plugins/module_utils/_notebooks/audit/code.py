# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits the code of one notebook or script: facts in, findings out.  Private to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding, Source
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit import ipython
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import (
    COMPUTED,
    IMPORT,
    MAGIC,
    MAYBE,
    SETENV,
    STRING,
    Fact,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.matchers import KINDS, MATCHERS
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.matchers_base import Context, Hit, Where
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.python import PythonReader, parses
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.r import r_facts
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.rule_kinds import Rule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.rules import CODE_RULES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.shell import shell_facts
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.tables import DRIVERS, HOST_COMMANDS, REPLACEMENTS
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import masked

EVIDENCE_SHOWN = 160
PATH_RULES = frozenset({"own-path", "other-project-path", "host-path"})
"""They give way to any other rule that fires in the same line: that one says more of what the path is for."""
_WITHOUT_LITERALS = frozenset({"odbc", "jdbc", "native-driver", "local-service", "host-command", "old-host"})
"""Lines that these rules find often hold a user and a password in a literal; the literals are not shown."""
_SEVERAL = frozenset({"system-package", "session-install", "channel", "import-not-listed", "shared-library", *PATH_RULES})
"""Rules that may say several things of one line."""

_LITERAL = re.compile(r"('''|\"\"\"|'|\")(?:\\.|(?!\1).)*(?:\1|\Z)", re.DOTALL)
_MAGIC_LINE = re.compile(r"^[ \t]*[%!]\w", re.MULTILINE)
_SQL_TEXT = re.compile(r"'((?:[^']|'')*)'")


def _kinds(rule: Rule) -> t.Set[str]:
    return {kind for pattern in rule.patterns for kind in pattern.kinds} | set(KINDS.get(rule.matcher, ()))


_KINDS_OF = {rule: _kinds(rule) for rule in CODE_RULES}
_RULES_OF = {kind: tuple(rule for rule in CODE_RULES if kind in _KINDS_OF[rule]) for kind in set().union(*_KINDS_OF.values())}


@dataclasses.dataclass(frozen=True)
class _Located:
    """A fact with the source it is in and whether that is code of another kernel."""

    fact: Fact
    source: Source
    foreign: bool = False

    @property
    def where(self) -> Where:
        return Where(self.source.path, self.source.language, self.foreign)


def audit_file(context: Context, sources: t.Sequence[Source]) -> t.List[Finding]:
    """The findings of the sources of one path, in the order of their cells."""
    located = list(_facts(sources))
    hits: t.List[t.Tuple[Rule, _Located, Hit]] = []
    for item in located:
        for rule in _RULES_OF.get(item.fact.kind, ()):
            if item.source.language in rule.languages or item.source.cell is not None:
                hits.extend((rule, item, hit) for hit in _hits(rule, context, item))
    hits = _sifted(hits)
    advice = _advice(hits)
    findings = [_finding(rule, item, hit, advice) for rule, item, hit in hits]
    return sorted(findings, key=lambda finding: (finding.cell or 0, finding.line or 0, finding.rule, finding.subject))


def _hits(rule: Rule, context: Context, item: _Located) -> t.Iterator[Hit]:
    fact = item.fact
    for pattern in rule.patterns:
        match = pattern.match(fact.kind, fact.name, fact.args)
        if match is not None:
            groups = match.groupdict()
            line = fact.line + (fact.name.count("\n", 0, match.start()) if fact.kind == STRING else 0)
            subject = groups.get("subject") or match.group()
            yield Hit(rule.id, subject, _detail(rule.id, subject), line=line)
            break
    if rule.matcher:
        for hit in MATCHERS[rule.matcher](context, fact, item.where):
            if hit.rule == rule.id:
                yield hit


def _detail(rule: str, subject: str) -> str:
    if rule == "host-command":
        return HOST_COMMANDS[subject]
    return DRIVERS[subject][0] if subject in DRIVERS else ""


def _sifted(hits: t.List[t.Tuple[Rule, _Located, Hit]]) -> t.List[t.Tuple[Rule, _Located, Hit]]:
    """Each thing once; a path rule only where no other rule says more of the line."""
    taken = {(item.source.cell, hit.line) for rule, item, hit in hits if rule.id not in PATH_RULES and rule.id != "import-not-listed"}
    installs = {(item.source.cell, hit.line) for rule, item, hit in hits if rule.id in ("channel", "session-install")}
    seen: t.Set[t.Tuple[t.Any, ...]] = set()
    kept = []
    for rule, item, hit in hits:
        place = (item.source.cell, hit.line)
        key = (rule.id, *_whole_cell(rule, place), hit.subject if rule.id in _SEVERAL else "")
        if key in seen or (rule.id in PATH_RULES and place in taken) or (rule.id == "old-host" and place in installs):
            continue
        seen.add(key)
        kept.append((rule, item, hit))
    return kept


def _whole_cell(rule: Rule, place: t.Tuple[t.Optional[int], int]) -> t.Tuple[t.Optional[int], int]:
    """Where code is not understood it is said once for a cell, not for each of its lines."""
    return (place[0], 0) if rule.id == "code-not-understood" else place


def _advice(hits: t.Iterable[t.Tuple[Rule, _Located, Hit]]) -> t.Dict[str, str]:
    """What to use instead of a driver, by rule: chosen by what the file says about its databases."""
    texts: t.Dict[str, t.List[str]] = {}
    for rule, item, hit in hits:
        if rule.id in ("odbc", "jdbc", "native-driver"):
            texts.setdefault(rule.id, []).extend((hit.subject, item.fact.name, *item.fact.args))
    result = {}
    for rule_id, parts in texts.items():
        text = "\n".join(parts)
        found = [advice for pattern, advice in REPLACEMENTS if pattern.search(text)]
        result[rule_id] = "".join(f" {advice}." for advice in found[:2])
    return result


def _finding(rule: Rule, item: _Located, hit: Hit, advice: t.Mapping[str, str]) -> Finding:
    source = item.source
    subject = masked(hit.subject.replace(COMPUTED, "..."))
    return Finding(
        owner=source.owner,
        project=source.project,
        rule=rule.id,
        severity=rule.severity,
        what=rule.what.format(subject=subject, detail=hit.detail),
        subject=subject,
        why=why(rule),
        advice=rule.advice + (hit.more or advice.get(rule.id, "")),
        path=source.path,
        cell=source.cell,
        line=hit.line + source.first_line - 1,
        evidence=_evidence(rule.id, source.text, hit.line),
    )


def why(rule: Rule) -> str:
    """The reason of a rule with the section of the guide that it comes from, if it comes from there."""
    return f"{rule.why} (Vendor guide: {rule.section}.)" if rule.section else rule.why


def _evidence(rule: str, text: str, line: int) -> str:
    lines = text.split("\n")
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    if rule in _WITHOUT_LITERALS:
        shown = _LITERAL.sub(lambda match: f"{match.group(1)[0]}...{match.group(1)[0]}", shown)
    return masked(shown)[:EVIDENCE_SHOWN]


def _facts(sources: t.Sequence[Source]) -> t.Iterator[_Located]:
    reader = PythonReader()
    for source in sources:
        if source.language == "python":
            cell = source.cell is not None
            pieces = [ipython.Piece(ipython.PYTHON, source.text)]
            if cell or (_MAGIC_LINE.search(source.text) and not parses(source.text)):
                pieces = ipython.split_cell(source.text)
            foreign = cell and re.match(r"\s*%%(?:python\d?|pypy|script)\b", source.text) is not None
            for piece in pieces:
                for fact in _piece_facts(piece, PythonReader() if foreign else reader):
                    yield _Located(fact.at(piece.line), source, foreign or piece.language == ipython.R)
        elif source.language in _READERS:
            for fact in _READERS[source.language](source.text):
                yield _Located(fact, source)


def _piece_facts(piece: ipython.Piece, reader: PythonReader) -> t.Iterable[Fact]:
    if piece.language == ipython.PYTHON:
        return reader.facts(piece.text)
    if piece.language == ipython.MAGIC:
        return _magic_facts(piece.text)
    return _READERS[piece.language](piece.text)


def _magic_facts(text: str) -> t.Iterator[Fact]:
    name, _blank, rest = text.partition(" ")
    rest = rest.strip()
    yield Fact(MAGIC, name, (rest,))
    if name in ("%env", "%set_env"):
        variable, mark, value = rest.replace(" ", "=", 1).partition("=") if "=" not in rest else rest.partition("=")
        if mark:
            yield Fact(SETENV, variable.strip(), (value.strip(),))
            yield Fact(STRING, value.strip())
    elif name in ("%load_ext", "%reload_ext") and re.fullmatch(r"[\w.]+", rest):
        yield Fact(MAYBE if rest.startswith(("rpy2", "autoreload")) else IMPORT, rest)
    elif name in ("%cd", "%run", "%load", "%%writefile", "%%file", "%loadpy", "%store", "%logstart"):
        yield Fact(STRING, rest)


def _yaml_facts(text: str) -> t.Iterator[Fact]:
    for number, line in enumerate(text.split("\n"), start=1):
        code = re.sub(r"(?:^|\s)#.*", "", line)
        if code.strip():
            yield Fact(STRING, code.strip(), (), number)


def _sql_facts(text: str) -> t.Iterator[Fact]:
    code = re.sub(r"--[^\n]*", lambda match: " " * len(match.group()), text)
    for match in _SQL_TEXT.finditer(code):
        yield Fact(STRING, match.group(1), (), text.count("\n", 0, match.start()) + 1)


_READERS: t.Mapping[str, t.Callable[[str], t.Iterable[Fact]]] = {
    "r": r_facts,
    "shell": shell_facts,
    "yaml": _yaml_facts,
    "sql": _sql_facts,
}
