# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python code (2 and 3) as facts, through ``ast``.  Private to the collection.

What Python's parser does not take is rewritten from Python 2, then read statement by statement; a statement that even so cannot
be parsed is read loosely, by its words.  Docstrings are no code.  Aliases of imports and names that a literal was given to are
followed, across the cells of a notebook, in the order they are written.
"""

from __future__ import annotations

import ast
import re
import typing as t
import warnings

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import (
    CALL,
    COMPUTED,
    GETENV,
    IMPORT,
    MAYBE,
    SETENV,
    STRING,
    UNREAD,
    Fact,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.python2 import logical_lines, mask, to_python3
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.python_fold import Folder
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.shell import command_facts, shell_facts

_STARRED = {
    "subprocess": ("call", "run", "Popen", "check_call", "check_output", "getoutput", "getstatusoutput"),
    "os": ("system", "popen", "environ", "getenv", "putenv", "path"),
    "sys": ("path",),
}
"""Names from ``from MODULE import *``, of the modules that the rules know."""
_RUNS = re.compile(
    r"(?:subprocess|commands|sp)\.(?:call|run|Popen|check_call|check_output|getoutput|getstatusoutput)\Z"
    r"|os\.(?:system|popen[234]?)\Z|pexpect\.(?:run|spawn)\Z|get_ipython\(\)\.(?:system|getoutput|getoutput_list)\Z"
)
_SAYS = re.compile(
    r"print|(?:\w+\.)*(?:logging|logger|log|LOG)\.(?:debug|info|warn|warning|error|exception|critical)|warnings\.warn|\w*(?:Error|Exception)"
)
"""Calls whose texts are for people."""
_EXECS = re.compile(r"os\.(?:exec[lv]p?e?|spawn[lv]p?e?)\Z")
_HANDLED = frozenset({"ImportError", "ModuleNotFoundError", "Exception", ""})
_LOOSE_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(?P<source>[\w.]+)[ \t]+import|import[ \t]+(?P<modules>[\w., \t]+))", re.MULTILINE)
_LOOSE_CALL = re.compile(r"(?P<name>[A-Za-z_][\w.]*)[ \t]*\(")
_LOOSE_STRING = re.compile(r"(?P<quote>'''|\"\"\"|'|\")s*(?P=quote)")


class PythonReader:
    """Reads the code of one notebook or script, piece by piece."""

    def __init__(self) -> None:
        self._aliases: t.Dict[str, str] = {}
        self._values: t.Dict[str, str] = {}

    def facts(self, text: str) -> t.List[Fact]:
        """The facts of a cell or script.  Never fails."""
        text = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        tree = parsed(text)
        if tree is not None:
            return self._visited(tree, text)
        found: t.List[Fact] = []
        for line, part in _parts(text):
            tree = parsed(part)
            facts = self._visited(tree, part) if tree is not None else [*_loose(part), Fact(UNREAD, part.strip().split("\n", 1)[0][:100])]
            found.extend(fact.at(line) for fact in facts)
        return found

    def _visited(self, tree: ast.Module, text: str) -> t.List[Fact]:
        visitor = _Visitor(self._aliases, self._values)
        try:
            visitor.visit(tree)
        except RecursionError:  # an expression of thousands of levels, which a program wrote
            return [*visitor.facts, *_loose(text), Fact(UNREAD, text.strip().split("\n", 1)[0][:100])]
        return visitor.facts


def parses(text: str) -> bool:
    """Whether a text is whole Python, 3 or 2."""
    return parsed(text.encode("utf-8", "replace").decode("utf-8")) is not None


def parsed(text: str) -> t.Optional[ast.Module]:
    """The syntax tree of a text that is whole Python, 3 or 2 (then rewritten for Python 3's parser); else None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for version in (str, to_python3):
            try:
                return ast.parse(version(text))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def _parts(text: str) -> t.Iterator[t.Tuple[int, str]]:
    """The statements at the left edge, each with all that is indented below it, and the line it begins at."""
    masked = mask(text)
    starts = [begin for begin, end in logical_lines(masked) if _begins(masked[begin:end])]
    for begin, end in zip(starts, [*starts[1:], len(text)]):
        yield text.count("\n", 0, begin) + 1, text[begin:end]


def _begins(line: str) -> bool:
    return bool(line.strip()) and not line[0].isspace() and re.match(r"(?:else|elif|except|finally)\b|[)\]}]", line) is None


def _loose(text: str) -> t.Iterator[Fact]:
    """Facts of code that no parser takes: imports, calls with the literals in their parentheses, strings."""
    masked = mask(text)

    def line_of(position: int) -> int:
        return text.count("\n", 0, position) + 1

    for match in _LOOSE_IMPORT.finditer(masked):
        for module in (match.group("source") or match.group("modules")).split(","):
            name = module.split(" as ")[0].strip()
            if re.fullmatch(r"\w[\w.]*", name):
                yield Fact(IMPORT, name, (), line_of(match.start()))
    for match in _LOOSE_CALL.finditer(masked):
        end = masked.find(")", match.end())
        inside = masked[match.end() : end if end >= 0 else len(masked)]
        literals = [text[match.end() + item.start() : match.end() + item.end()] for item in _LOOSE_STRING.finditer(inside)]
        args = tuple(literal.strip("'\"") for literal in literals)
        line = line_of(match.start())
        yield Fact(CALL, match.group("name"), args, line)
        if _RUNS.match(match.group("name")) and args:
            yield from (fact.at(line) for fact in (command_facts(args) if len(args) > 1 else shell_facts(args[0])))
    for match in _LOOSE_STRING.finditer(masked):
        yield Fact(STRING, text[match.start() : match.end()].strip("'\""), (), line_of(match.start()))


class _Visitor(ast.NodeVisitor):
    """Walks a tree.  ``aliases`` and ``values`` are those of the cells before and are added to."""

    def __init__(self, aliases: t.Dict[str, str], values: t.Dict[str, str]) -> None:
        self.facts: t.List[Fact] = []
        self._aliases, self._values = aliases, values
        self._fold = Folder(self.dotted, values)
        self._folded: t.Set[int] = set()
        self._maybe = 0

    def _add(self, kind: str, name: str, node: ast.AST, args: t.Iterable[str] = ()) -> None:
        self.facts.append(Fact(kind, name, tuple(args), getattr(node, "lineno", 1)))

    def dotted(self, node: ast.AST) -> str:
        """The dotted name of an expression, aliases resolved; empty if it is none."""
        if isinstance(node, ast.Name):
            return self._aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        if isinstance(node, ast.Call):
            base = self.dotted(node.func)
            return f"{base}()" if base else ""
        return ""

    # imports

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(MAYBE if self._maybe else IMPORT, alias.name, node)
            first = alias.name.split(".")[0]
            self._aliases[alias.asname or first] = alias.name if alias.asname else first

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module:
            return
        self._add(MAYBE if self._maybe else IMPORT, node.module, node, (alias.name for alias in node.names))
        for alias in node.names:
            if alias.name == "*":
                self._aliases.update({name: f"{node.module}.{name}" for name in _STARRED.get(node.module, ())})
            else:
                self._aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_Try(self, node: ast.Try) -> None:
        names = {self._handled(item) for handler in node.handlers for item in _types(handler)}
        catches = bool(names & _HANDLED)
        self._maybe += catches
        for part in (node.body, node.handlers):
            for statement in part:
                self.visit(statement)
        self._maybe -= catches
        for statement in (*node.orelse, *node.finalbody):
            self.visit(statement)

    def _handled(self, item: t.Optional[ast.AST]) -> str:
        return "" if item is None else self.dotted(item).rsplit(".", 1)[-1] or "?"

    # values

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and id(node) not in self._folded:
            self._add(STRING, node.value, node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._joined(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._joined(node)

    def _joined(self, node: ast.AST) -> None:
        """An expression that may join literals: its text counts, not that of its parts."""
        text = self._fold.text(node)
        if text.strip(COMPUTED) and id(node) not in self._folded:
            self._add(STRING, text, node)
        if text.strip(COMPUTED):
            self._folded.update(id(item) for item in self._fold.parts(node))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        text = self._fold.text(node.value)
        for target in node.targets:
            self._assigned(target, node.value, text)
            if isinstance(target, ast.Name):
                self._values[target.id] = text
                self._aliases.pop(target.id, None)
                if isinstance(node.value, (ast.Attribute, ast.Name)) and self.dotted(node.value).startswith(("sys.path", "os.environ")):
                    self._aliases[target.id] = self.dotted(node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._assigned(node.target, node.value, self._fold.text(node.value))
        if isinstance(node.target, ast.Name):
            self._values[node.target.id] = COMPUTED
        self.generic_visit(node)

    def _assigned(self, target: ast.AST, value: ast.AST, text: str) -> None:
        name = self.dotted(target)
        if isinstance(target, ast.Subscript):
            base = self.dotted(target.value)
            if base == "os.environ":
                self._add(SETENV, self._fold.subscript(target), target, (text,))
            name = base if base == "sys.path" else ""
        if name == "sys.path":
            self._add(CALL, "sys.path.assign", target, self._elements(value))

    def _elements(self, value: ast.AST) -> t.Iterator[str]:
        """The texts of the elements of a list, also where lists are added."""
        if isinstance(value, (ast.List, ast.Tuple)):
            yield from (self._fold.text(item) for item in value.elts)
        elif isinstance(value, ast.BinOp):
            for side in (value.left, value.right):
                yield from self._elements(side)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self.dotted(node.value) == "os.environ" and isinstance(node.ctx, ast.Load):
            self._add(GETENV, self._fold.subscript(node), node)
        self.generic_visit(node)

    # calls

    def visit_Call(self, node: ast.Call) -> None:
        name = self.dotted(node.func) or (f"?.{node.func.attr}" if isinstance(node.func, ast.Attribute) else "")
        args = [self._argument(item) for item in node.args]
        named = [f"{item.arg}={self._argument(item.value)}" for item in node.keywords if item.arg]
        if name in ("sys.path.extend", "sys.path.insert", "sys.path.append"):
            added = node.args[-1:] if name.endswith("insert") else node.args
            args = [text for item in added for text in (list(self._elements(item)) or [self._fold.text(item)])]
        self._add(CALL, name, node, args + named)
        self._known_call(name, args, node)
        if _SAYS.match(name):
            for item in node.args:
                self._silence(item)
        self._joined(node)

    def _silence(self, node: ast.AST) -> None:
        """What is only said to people names no place that the code uses; calls in it do."""
        if isinstance(node, ast.Call):
            node = node.func.value if isinstance(node.func, ast.Attribute) else node
        if isinstance(node, (ast.Constant, ast.BinOp, ast.JoinedStr, ast.Tuple)):
            self._folded.add(id(node))
            for part in ast.iter_child_nodes(node):
                self._silence(part)

    def _argument(self, node: ast.AST) -> str:
        if isinstance(node, (ast.List, ast.Tuple)):
            return "\n".join(self._fold.text(item) for item in node.elts)
        return self._fold.text(node)

    def _known_call(self, name: str, args: t.List[str], node: ast.Call) -> None:
        first = args[0] if args else ""
        if name in ("importlib.import_module", "__import__", "imp.find_module") and COMPUTED not in first and first:
            self._add(MAYBE if self._maybe else IMPORT, first, node)
        elif name in ("os.environ.get", "os.getenv", "os.environ.setdefault", "os.putenv") and first:
            kind = GETENV if name in ("os.environ.get", "os.getenv") else SETENV
            self._add(kind, first, node, args[1:2])
        elif name == "os.environ.update" and node.args and isinstance(node.args[0], ast.Dict):
            for key, value in zip(node.args[0].keys, node.args[0].values):
                if key is not None:
                    self._add(SETENV, self._fold.text(key), node, (self._fold.text(value),))
        elif _RUNS.match(name) and node.args:
            is_list = isinstance(node.args[0], (ast.List, ast.Tuple))
            words = [word.replace(COMPUTED, "_") for word in first.split("\n")]
            facts = command_facts(words) if is_list else shell_facts(first.replace(COMPUTED, "_"))
            self.facts.extend(fact.at(node.lineno) for fact in facts)
        elif _EXECS.match(name) and first.strip(COMPUTED):
            self.facts.extend(fact.at(node.lineno) for fact in command_facts([first]))


def _types(handler: ast.ExceptHandler) -> t.Sequence[t.Optional[ast.AST]]:
    return handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
