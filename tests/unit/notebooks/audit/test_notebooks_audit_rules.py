# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule has a reason, a section of the guide, and an example that it finds; and the readers of code are exact about lines."""

from __future__ import annotations

import ast
import re
import textwrap

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    SEVERITIES,
    CondaPackage,
    Environment,
    Project,
    Source,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit import rule_kinds
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import COMMAND, COMPUTED, IMPORT, STRING
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.ipython import Piece, split_cell
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.matchers import KINDS, MATCHERS
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.python import PythonReader
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.python2 import mask, to_python3
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.r import r_facts
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.rules import CODE_RULES, RULES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.run import audit
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.shell import shell_facts

SECTIONS = {value for name, value in vars(rule_kinds).items() if name.isupper() and isinstance(value, str)}
ENVIRONMENT = Environment("default", python="3.5", conda=(CondaPackage("x"),), modules={"pyodbc": "", "jaydebeapi": "conda:x"})
PROJECT = Project("aen.example.com", "east", "me", "this", "/projects/me/this", environments=(ENVIRONMENT,))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_why_and_what_to_do(rule: rule_kinds.Rule) -> None:
    assert rule.severity in SEVERITIES
    assert rule.section in SECTIONS
    assert rule.section or rule.id.startswith("secret")
    assert re.fullmatch(r"[a-z][a-z-]+", rule.id)
    for text in (rule.why, rule.advice):
        assert text[0].isupper()
        assert text.endswith(".")
    assert set(re.findall(r"\{(\w+)\}", rule.what)) <= {"subject", "detail"}
    assert rule.example


@pytest.mark.parametrize("rule", CODE_RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_example(rule: rule_kinds.Rule) -> None:
    prelude = "import sys, os, ctypes\n"
    cell = rule.example if rule.example.startswith("%%") else prelude + rule.example
    found = audit(PROJECT, [Source("me", "this", "a.ipynb", "python", cell, 1)], "/projects")
    hits = [finding for finding in found if finding.rule == rule.id]
    assert [(finding.cell, finding.line) for finding in hits] == [(1, 1 if cell == rule.example else 2)]
    assert hits[0].severity == rule.severity


def test_rules_and_matchers_belong_together() -> None:
    assert {rule.matcher for rule in CODE_RULES if rule.matcher} == set(MATCHERS) == set(KINDS)
    for rule in CODE_RULES:
        assert rule.patterns or rule.matcher


PYTHON2 = {
    "print 'a %s' % x, y": "print('a %s' % x, y)",
    "print >>out, 'a'": "print(out, 'a')",
    "if x: print 'a'; y = 1": "if x: print('a'); y = 1",
    "print('a')": "print('a')",
    "try:\n    f()\nexcept (A, B), e:\n    pass": "try:\n    f()\nexcept (A, B) as e:\n    pass",
    "raise E, 'a' \\\n  'b'": "raise E from ( 'a' \\\n  'b')",
    "x = 0777 + 10L + 1e-05": "x = 0o777 + 10 + 1e-05",
    "x = `y` <> ur'z'": "x = (y) != r'z'",
    "exec 'x' in d": "exec('x' in d)",
    "def f(a, (b, c)): pass": "def f(a, _0): pass",
    "f(async=1)": "f(async_=1)",
    "s = 'print x, 0777 `'": "s = 'print x, 0777 `'",
    "# print x": "# print x",
    "'''\nprint x\n'''": "'''\nprint x\n'''",
    "p = 'C:\\Users'": "p = r'C:\\Users'",
}


@pytest.mark.parametrize("text", PYTHON2)
def test_python2_is_rewritten_line_by_line(text: str) -> None:
    rewritten = to_python3(text)
    assert rewritten == PYTHON2[text]
    ast.parse(rewritten)


def test_a_mask_keeps_every_place() -> None:
    text = "a = 'it\\'s' # no 'x'\nb = \"\"\"x\n'y'\n\"\"\" + '#'\nc = 'open\nd"
    masked = mask(text)
    assert len(masked) == len(text)
    assert [index for index, char in enumerate(masked) if char == "\n"] == [20, 43, 53]
    assert "no" not in masked
    assert "y" not in masked


def test_a_cell_is_taken_apart_and_keeps_its_lines() -> None:
    cell = textwrap.dedent(
        '''\
        import os
        !ls \\
          -l
        text = """
        !not shell
        """
        f(a,
          %b)
        out = !pwd
        os.path?
        if x:
            %pip install y
        '''
    )
    python, *others = split_cell(cell)
    assert python.text.count("\n") == cell.count("\n")
    ast.parse(python.text.replace("  %b)", "  b)"))
    assert "!not shell" in python.text
    assert others == [
        Piece("shell", "ls    -l", 2),
        Piece("shell", "pwd", 9),
        Piece("magic", "%pip install y", 12),
        Piece("shell", "pip install y", 12),
    ]
    assert split_cell("\n%%bash -e\nls\n") == [Piece("magic", "%%bash -e", 2), Piece("shell", "ls\n", 3)]
    assert split_cell("%%html\n<b>") == [Piece("magic", "%%html", 1)]
    assert [piece.line for piece in split_cell("%%time\nx = 1\n!ls\n")] == [1, 2, 3]


def names(facts: list, kind: str) -> list[tuple[str, int]]:
    return [(fact.name, fact.line) for fact in facts if fact.kind == kind]


def test_python_follows_names_across_cells() -> None:
    reader = PythonReader()
    reader.facts("from os import path as p\nimport subprocess as sp\nROOT = '/data'\n")
    facts = reader.facts("sp.call(['yum', 'install', ROOT])\nx = p.join(ROOT, 'a', f'{y}.csv')\n")
    assert [(fact.name, fact.args) for fact in facts if fact.kind == COMMAND] == [("yum", ("install", "/data"))]
    assert (f"/data/a/{COMPUTED}.csv", 2) in names(facts, STRING)


def test_one_bad_statement_hides_no_other() -> None:
    facts = PythonReader().facts("import a\nif 1\n    import b\nelse:\n    pass\nimport c\n\n@x\ndef f(:\n    g('/data/x')\nimport d\n")
    assert names(facts, IMPORT) == [("a", 1), ("b", 3), ("c", 6), ("d", 11)]
    assert ("/data/x", 10) in names(facts, STRING)


@pytest.mark.parametrize("text", ["(" * 3000, "x = '" + "a" * 10, '"""', "\0", "\ud800", "def", "a" + ".b" * 5000, "\\"])
def test_no_reader_fails_on_anything(text: str) -> None:
    PythonReader().facts(text)
    list(shell_facts(text))
    r_facts(text)
    split_cell(text)


def test_shell_knows_quotes_comments_and_documents() -> None:
    facts = list(
        shell_facts("a 'x; y' # b\nsudo -u me c | d && V=1 e\ncat <<X\nf\nX\necho \"$(g -h)\" `i`\nbash -c 'j; k'\n[[ x =~ (l) ]]\n")
    )
    assert names(facts, COMMAND) == [
        ("a", 1),
        ("c", 2),
        ("d", 2),
        ("e", 2),
        ("cat", 3),
        ("g", 6),
        ("i", 6),
        ("echo", 6),
        ("bash", 7),
        ("j", 7),
        ("k", 7),
        ("true", 8),
    ]


def test_r_knows_strings_comments_and_raw_strings() -> None:
    facts = r_facts(
        "library(a) # library(b)\nx <- \"library(c)\"\ny <- r\"(d 'e')\"\nf::g(`h`)\nlibrary('i')\nlibrary(j, character.only = TRUE)\n"
    )
    assert names(facts, IMPORT) == [("a", 1), ("f", 4), ("i", 5)]
    assert names(facts, STRING)[:2] == [("library(c)", 2), ("d 'e'", 3)]
