# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the audit learns of code in any language: facts.  Pure.  Private to the collection.

The readers of the languages (``audit_python``, ``audit_r``, ``audit_shell``) turn code into facts, and the rules are about facts,
so one rule serves all languages.  A reader never fails: what it cannot make out becomes a fact of kind ``UNREAD``.
"""

from __future__ import annotations

import dataclasses
import typing as t

IMPORT = "import"
"""``name``: the module, dotted.  ``args``: the names that are taken from it."""
MAYBE = "maybe"
"""An import that the code can do without (Python: inside ``try`` with a handler)."""
CALL = "call"
"""``name``: the function, dotted, aliases resolved.  ``args``: its arguments as text, see ``COMPUTED``; ``KEY=VALUE`` for named ones."""
STRING = "string"
"""``name``: the text of a literal, joined where the code joins literals."""
COMMAND = "command"
"""``name``: a program that a shell would start, without folder.  ``args``: its arguments."""
SETENV = "setenv"
"""``name``: an environment variable that is set.  ``args``: one value."""
GETENV = "getenv"
"""``name``: an environment variable that is read."""
MAGIC = "magic"
"""``name``: an IPython magic with its ``%`` or ``%%``.  ``args``: one text, the rest of its line."""
UNREAD = "unread"
"""Code that could not be parsed; the rest was read."""

COMPUTED = "\0"
"""An argument, or a part of one, whose value is computed at run time."""


@dataclasses.dataclass(frozen=True)
class Fact:
    """One thing that code does.  ``line`` counts from 1 in the text that was read."""

    kind: str
    name: str
    args: t.Tuple[str, ...] = ()
    line: int = 1

    def at(self, line: int) -> Fact:
        """The same fact in a text that begins at ``line`` of another."""
        return dataclasses.replace(self, line=self.line + line - 1)
