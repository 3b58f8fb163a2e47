# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No sentence of the collection holds the name of a Python class: it says nothing to the people who read it."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import fault_of, reason_of
from ansible_collections.ae_ops.migration.plugins.module_utils._words import kind_of

PLUGINS = Path(__file__).parents[3] / "plugins"


def class_names(tree: ast.AST) -> t.Iterator[int]:
    """The lines on which ``type(X).__name__`` is anything but compared with a text: put into a text, or returned."""
    compared = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Compare) for part in (node.left, *node.comparators)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr == "__name__" and id(node) not in compared):
            continue
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name) and node.value.func.id == "type":
            yield node.lineno


def test_no_class_name_gets_into_a_text() -> None:
    found = {str(path): list(class_names(ast.parse(path.read_text(encoding="utf-8")))) for path in PLUGINS.rglob("*.py")}
    assert {path: lines for path, lines in found.items() if lines} == {}, "use reason_of, fault_of or kind_of there"


def test_what_is_looked_for_is_found() -> None:
    text = (
        "a = f'{type(exc).__name__}'\nb = str(exc) or type(exc).__name__\nc = type(exc).__name__ != 'PanicException'\nd = kind.__name__\n"
    )
    assert sorted(class_names(ast.parse(text))) == [1, 2]


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        (PermissionError(13, "Permission denied", "/x"), "Permission denied"),
        (ValueError("month must be in 1..12"), "month must be in 1..12"),
        (ValueError("a\n  b"), "a b"),
        (TimeoutError(), "no reason was given"),
    ],
)
def test_what_an_exception_says(exc: BaseException, words: str) -> None:
    assert reason_of(exc) == words


def test_a_fault_names_all_that_helps_to_find_it() -> None:
    assert fault_of(KeyError("a")) == "because of a fault in this collection, please report it: KeyError('a')"


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "null"), (True, "true or false"), (1, "a number"), (0.5, "a number"), ("", "a text"), ({}, "an object"), ([], "a list")],
)
def test_what_a_value_is(value: object, words: str) -> None:
    assert kind_of(value) == words
