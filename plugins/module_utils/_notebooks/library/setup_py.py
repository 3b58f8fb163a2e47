# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a ``setup.py`` says, from its syntax tree: nothing of it is ever run.  Private to the collection.

Understood are plain values, names that are given one once, texts put together of those, ``find_packages`` and what is read from
a file of the library.  Anything else is unknown, and says so.
"""

from __future__ import annotations

import ast
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.python import parsed

Read = t.Callable[[str], t.Optional[str]]
"""Gives the text of a file of the library by its path in it; None if there is none."""

MAX_DEPTH = 40
MAX_STEPS = 100_000
MAX_TEXT = 1 << 20
_SETUP = ("setup", "setuptools.setup", "distutils.core.setup", "core.setup")
_OPEN = ("open", "io.open", "codecs.open", "file")
_FOLDERS = ("os.path.dirname", "path.dirname", "dirname", "os.getcwd")
_SAME = ("os.path.abspath", "path.abspath", "abspath", "os.path.realpath", "os.path.normpath", "str", "list", "tuple", "sorted", "dict")
_JOIN = ("os.path.join", "path.join", "join")
_TEXT_METHODS: t.Mapping[str, t.Callable[[str], t.Any]] = {
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "lower": str.lower,
    "splitlines": str.splitlines,
}
_CHANGES = ("append", "extend", "insert", "update", "remove", "pop", "setdefault", "clear", "add", "sort")


class Unknown(Exception):
    """Computed at run time."""


class NoSetup(Exception):
    """There is no ``setup(...)`` to read; the message is the end of a sentence."""


@dataclasses.dataclass(frozen=True)
class FindPackages:
    """A call of ``find_packages``."""

    where: str = "."
    exclude: t.Tuple[str, ...] = ()
    include: t.Tuple[str, ...] = ("*",)
    namespaces: bool = False


@dataclasses.dataclass(frozen=True)
class Setup:
    """The arguments of ``setup``: those that are known, and the names of those that are computed at run time."""

    values: t.Dict[str, t.Any]
    unknown: t.FrozenSet[str]


def read_setup(text: str, read: Read) -> Setup:
    """The arguments of the one call of ``setup`` in the text of a ``setup.py``.

    Raises:
        NoSetup: the text is not Python, or there is not one such call.
    """
    tree = parsed(text)
    if tree is None:
        raise NoSetup("it cannot be parsed as Python")
    try:
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _dotted(node.func) in _SETUP]
        if len(calls) != 1:
            raise NoSetup(f"it calls setup {len(calls)} times")
        return _arguments(calls[0], _Evaluator(tree, read))
    except RecursionError:
        raise NoSetup("it is nested too deeply") from None


def literal_of(text: str, name: str) -> t.Optional[str]:
    """The text that a module gives the top-level ``name``, where it is a plain one; else None."""
    tree = parsed(text)
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                return value.value
    return None


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _arguments(call: ast.Call, evaluator: _Evaluator) -> Setup:
    values: t.Dict[str, t.Any] = {}
    unknown: t.Set[str] = set()
    for keyword in call.keywords:
        try:
            value = evaluator.value(keyword.value)
        except Unknown:
            unknown.add(keyword.arg or "**")
            continue
        if keyword.arg is not None:
            values[keyword.arg] = value
        elif isinstance(value, dict):
            values.update((str(key), item) for key, item in value.items())
    return Setup(values, frozenset(unknown))


class _Evaluator:
    """The value of an expression of a module, as far as it is known without running it."""

    def __init__(self, tree: ast.Module, read: Read) -> None:
        self._read = read
        self._names: t.Dict[str, t.Optional[ast.expr]] = {}
        self._depth = self._steps = 0
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                # given twice, or in a loop: only a run would tell
                self._names[node.id] = None
        seen: t.Set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                self._names[name] = None if name in seen else node.value
                seen.add(name)
        for node in ast.walk(tree):
            changed = _changed(node)
            if changed in self._names:
                self._names[changed] = None

    def value(self, node: ast.expr) -> t.Any:
        """Raises ``Unknown``."""
        self._depth += 1
        self._steps += 1
        try:
            if self._depth > MAX_DEPTH or self._steps > MAX_STEPS:
                raise Unknown
            value = self._value(node)
            if isinstance(value, str) and len(value) > MAX_TEXT:
                raise Unknown
            return value
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr) -> t.Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [self.value(item) for item in node.elts]
        if isinstance(node, ast.Dict):
            if any(key is None for key in node.keys):
                raise Unknown
            return {str(self.value(key)): self.value(item) for key, item in zip(node.keys, node.values) if key is not None}
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.BinOp):
            return self._joined(node)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Subscript):
            key = getattr(node.slice, "value", None)  # Python 3.8 has an Index around the constant
            return self._item(self.value(node.value), key.value if isinstance(key, ast.Constant) else key)
        raise Unknown

    def _named(self, name: str) -> t.Any:
        if name == "__file__":
            return "setup.py"
        expression = self._names.get(name)
        if expression is None:
            raise Unknown
        return self.value(expression)

    @staticmethod
    def _item(value: t.Any, key: t.Any) -> t.Any:
        try:
            return value[key]
        except (LookupError, TypeError):
            raise Unknown from None

    def _joined(self, node: ast.BinOp) -> t.Any:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Add):
            if isinstance(left, str) and isinstance(right, str):
                return left + right
            if isinstance(left, list) and isinstance(right, list):
                return left + right
        if isinstance(node.op, ast.Mod) and isinstance(left, str) and isinstance(right, (str, int, list)):
            if left.replace("%s", "").replace("%d", "").count("%"):
                raise Unknown  # a width could ask for gigabytes
            try:
                return left % (tuple(right) if isinstance(right, list) else right)
            except (TypeError, ValueError):
                raise Unknown from None
        raise Unknown

    def _called(self, node: ast.Call) -> t.Any:
        name = _dotted(node.func)
        last = name.rsplit(".", 1)[-1]
        if last in ("find_packages", "find_namespace_packages"):
            return self._found(node, last == "find_namespace_packages")
        if name in _FOLDERS:
            return ""
        if name in _JOIN:
            return "/".join(part for part in (str(self.value(item)) for item in node.args) if part not in ("", "."))
        if name in _SAME and len(node.args) == 1 and not node.keywords:
            return self.value(node.args[0])
        if name == "dict" and not node.args:
            return {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func, node.args)
        raise Unknown

    def _method(self, function: ast.Attribute, args: t.Sequence[ast.expr]) -> t.Any:
        opened = function.value
        if function.attr == "read" and isinstance(opened, ast.Call) and _dotted(opened.func) in _OPEN and opened.args:
            text = self._read(str(self.value(opened.args[0])))
            if text is None:
                raise Unknown
            return text
        target = self.value(opened)
        if isinstance(target, str) and function.attr in _TEXT_METHODS and not args:
            return _TEXT_METHODS[function.attr](target)
        if isinstance(target, str) and function.attr == "split" and len(args) < 2:
            separator = self.value(args[0]) if args else None
            return target.split(separator if isinstance(separator, str) and separator else None)
        raise Unknown

    def _found(self, node: ast.Call, namespaces: bool) -> FindPackages:
        given = dict(zip(("where", "exclude", "include"), node.args))
        given.update((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg)
        values = {key: self.value(expression) for key, expression in given.items()}

        def patterns(key: str, default: t.Tuple[str, ...]) -> t.Tuple[str, ...]:
            found = values.get(key, default)
            return tuple(str(item) for item in ([found] if isinstance(found, str) else found))

        return FindPackages(str(values.get("where", ".")) or ".", patterns("exclude", ()), patterns("include", ("*",)), namespaces)


def _changed(node: ast.AST) -> str:
    """The name whose value a statement changes in place."""
    target: t.Optional[ast.AST] = None
    if isinstance(node, ast.AugAssign):
        target = node.target
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
        target = node.func.value
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        target = node.value
    return target.id if isinstance(target, ast.Name) else ""
