# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a Python expression, as far as it is known without running it.  Private to the collection."""

from __future__ import annotations

import ast
import posixpath
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import COMPUTED

HERE = "."
"""The folder of the script or notebook."""

_SAME = frozenset(
    {
        *("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "os.path.expandvars", "str", "unicode"),
        *("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "Path", "os.fspath", "path.Path"),
    }
)
"""Functions whose value leads to the same place as their argument."""
_HERE = frozenset({"os.getcwd", "os.getcwdu", "pathlib.Path.cwd", "Path.cwd"})
_SAME_METHODS = frozenset({"resolve", "absolute", "expanduser", "as_posix", "strip", "rstrip"})
_PERCENT = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_BRACES = re.compile(r"\{[^{}]*\}")
MAX_TEXT = 10000


class Folder:
    """``dotted`` gives the dotted name of an expression, ``values`` the texts of names."""

    def __init__(self, dotted: t.Callable[[ast.AST], str], values: t.Mapping[str, str]) -> None:
        self._dotted, self._values = dotted, values

    def text(self, node: ast.AST) -> str:
        """The text of an expression, with ``COMPUTED`` for what is not known."""
        try:
            return self._text(node)[:MAX_TEXT]
        except RecursionError:
            return COMPUTED

    def subscript(self, node: ast.Subscript) -> str:
        """The text in the brackets."""
        # until Python 3.8 the tree had one more level there
        return self.text(getattr(node.slice, "value", node.slice) if type(node.slice).__name__ == "Index" else node.slice)

    def parts(self, node: ast.AST) -> t.Iterator[ast.AST]:
        """The expressions whose text is part of that of ``node``."""
        for item in self._operands(node):
            yield item
            yield from self.parts(item)

    def _operands(self, node: ast.AST) -> t.Sequence[ast.AST]:
        if isinstance(node, ast.BinOp):
            return (node.left, node.right)
        if isinstance(node, ast.JoinedStr):
            return node.values
        if isinstance(node, ast.Call) and self._is_joining(node):
            base = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            return [*base, *node.args]
        return ()

    def _is_joining(self, node: ast.Call) -> bool:
        name = self._dotted(node.func)
        if name == "os.path.join" or name in _SAME:
            return True
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "joinpath") and self.text(node.func.value) != COMPUTED

    def _text(self, node: ast.AST) -> str:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else COMPUTED if node.value is None else str(node.value)
        if isinstance(node, ast.Name):
            return HERE + "/__file__" if node.id == "__file__" else self._values.get(node.id, COMPUTED)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._text(item) for item in node.values)
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript) and self._dotted(node.value) == "os.environ" and self.subscript(node) == "HOME":
            return "~"
        return COMPUTED

    def _operation(self, node: ast.BinOp) -> str:
        left = self._text(node.left)
        if isinstance(node.op, ast.Add):
            return left + self._text(node.right)
        if isinstance(node.op, ast.Mod) and left != COMPUTED:
            return _PERCENT.sub(COMPUTED, left)
        if isinstance(node.op, ast.Div) and left != COMPUTED:
            return posixpath.join(left, self._text(node.right))
        return COMPUTED

    def _attribute(self, node: ast.Attribute) -> str:
        name = self._dotted(node)
        if name in ("os.pardir", "os.curdir"):
            return ".." if name == "os.pardir" else HERE
        if name in ("os.sep", "os.path.sep"):
            return "/"
        if node.attr == "parent":
            base = self._text(node.value)
            return base if base == COMPUTED else posixpath.join(base, "..")
        return COMPUTED

    def _call(self, node: ast.Call) -> str:
        name = self._dotted(node.func)
        args = [self._text(item) for item in node.args]
        if name in _HERE:
            return HERE
        if name == "os.path.join" and args:
            return posixpath.join(*args)
        if name == "os.path.dirname" and len(args) == 1:
            return args[0] if COMPUTED in args[0] else posixpath.dirname(args[0]) or ".."
        if name in _SAME and args:
            return posixpath.join(*args)
        if name in ("pathlib.Path.home", "Path.home"):
            return "~"
        if isinstance(node.func, ast.Attribute):
            base = self._text(node.func.value)
            if node.func.attr in _SAME_METHODS:
                return base
            if node.func.attr == "joinpath" and base != COMPUTED:
                return posixpath.join(base, *args)
            if node.func.attr == "format" and base != COMPUTED:
                return _BRACES.sub(COMPUTED, base)
        return COMPUTED
