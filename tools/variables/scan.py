# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables the files of roles and playbooks use.  The files are parsed, never run."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t
from pathlib import Path

import yaml
from jinja2 import Environment, TemplateSyntaxError, nodes

from plugins.plugin_utils._variables.catalogue import NAMES, role_of

SHARED = "ae_migration"
"""The role on which all others depend, and whose defaults they read."""
CONDITIONS = frozenset({"when", "that", "changed_when", "failed_when", "until"})
"""Keys whose texts are expressions without braces."""
BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
USERS = re.compile(r"\b(?:ae|ae4|ae5|aen|host_python)_[a-z0-9_]+\b")
NO_VARIABLES = frozenset({"ae_ops", "ae_migration", "ae_python", "ae_export", "ae5_cli"}) - NAMES
"""Words that look like variables: the collection, its roles, default folders."""
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")

ENVIRONMENT = Environment(autoescape=True)


@dataclasses.dataclass(frozen=True)
class Use:
    """What a file, or a part of it, uses."""

    names: frozenset[str] = frozenset()
    """Variables in expressions, and attributes and words in them that could be variables of other hosts."""
    mentioned: frozenset[str] = frozenset()
    """Names in texts for people."""
    given: frozenset[str] = frozenset()
    """Names that are set for what is included."""
    included: frozenset[tuple[str, str]] = frozenset()
    """(role, task file) of what is included; the role is empty for the own one."""
    bare: frozenset[str] = frozenset()
    """Names whose truth is asked for without the filter bool."""

    def __or__(self, other: Use) -> Use:
        return Use(*(getattr(self, field.name) | getattr(other, field.name) for field in dataclasses.fields(self)))


@dataclasses.dataclass(frozen=True)
class Role:
    """A role as its files have it."""

    name: str
    tasks: t.Mapping[str, Use]
    """Name of the task file without its ending, or path of a template -> what it uses."""
    definitions: t.Mapping[str, Use]
    """Variable in defaults or vars -> what its value uses."""
    defaults: t.Mapping[str, t.Any]
    """defaults/main.yml as it is."""

    def used(self) -> Use:
        """What all files together use."""
        whole = Use()
        for use in (*self.tasks.values(), *self.definitions.values()):
            whole |= use
        return whole


def parsed(text: str) -> t.Any:
    """YAML, read by the fast loader where there is one."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def load(path: Path) -> t.Any:
    """What a YAML file holds; None if there is no such file."""
    return parsed(path.read_text(encoding="utf-8")) if path.exists() else None


@functools.cache
def expression(text: str) -> Use:
    """What one Jinja expression (without braces) or template (with them) uses."""
    template = text if "{{" in text or "{%" in text else f"{{{{ {text} }}}}"
    try:
        tree = ENVIRONMENT.parse(template)
    except TemplateSyntaxError:
        return Use(mentioned=frozenset(USERS.findall(text)))
    found = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    words = {node.attr for node in tree.find_all(nodes.Getattr)}
    words |= {node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str) and IDENTIFIER.fullmatch(node.value)}
    # A role's variable is read by its name only; a word in an expression can be any other thing.
    names = found | {word for word in words if USERS.fullmatch(word)}
    return Use(names=frozenset(names), bare=frozenset(_bare(tree)))


def _bare(tree: nodes.Node) -> t.Iterator[str]:
    """Names of which an expression asks whether they are true, as they are."""
    for node in tree.find_all((nodes.Not, nodes.And, nodes.Or, nodes.CondExpr)):
        asked = {nodes.Not: ("node",), nodes.CondExpr: ("test",)}.get(type(node), ("left", "right"))
        for field in asked:
            part = getattr(node, field)
            if isinstance(part, nodes.Name):
                yield part.name


def walk(data: t.Any, key: str = "") -> Use:
    """What a piece of a task file uses; ``key`` is the key it stands under."""
    if isinstance(data, dict):
        return _mapping(data)
    if isinstance(data, list):
        use = Use()
        for item in data:
            use |= walk(item, key)
        return use
    if not isinstance(data, str):
        return Use()
    if key in CONDITIONS:
        alone = frozenset({data.strip()}) if IDENTIFIER.fullmatch(data.strip()) else frozenset()
        return expression(data) | Use(bare=alone)
    use = Use(mentioned=frozenset(USERS.findall(BRACES.sub(" ", data))))
    return use | (expression(data) if "{{" in data or "{%" in data else Use())


def _mapping(data: t.Mapping[str, t.Any]) -> Use:
    use = Use()
    for key, value in data.items():
        if key == "vars" and isinstance(value, dict):
            use |= Use(given=frozenset(value))
        if key.endswith("set_fact"):
            use |= Use(given=frozenset(value))
        if key.endswith(("include_role", "import_role")):
            use |= Use(included=frozenset({(value["name"].rpartition(".")[2], value.get("tasks_from", "main"))}))
        elif key.endswith(("include_tasks", "import_tasks")):
            use |= Use(included=frozenset(("", name) for name in _task_files(value["file"] if isinstance(value, dict) else value)))
            use |= walk(value, key)
        else:
            use |= walk(value, key.rpartition(".")[2])
    return use


def _task_files(text: str) -> t.Iterator[str]:
    """The names of the task files that a text can stand for: one, or those in its expressions."""
    if "{{" in text:
        yield from re.findall(r"'([a-z_]+)'", text)
    else:
        yield text.removesuffix(".yml")


def read_role(folder: Path) -> Role:
    """A role from its folder."""
    defaults = load(folder / "defaults" / "main.yml") or {}
    own = {**defaults, **(load(folder / "vars" / "main.yml") or {})}
    tasks = {path.stem: walk(load(path)) for path in sorted((folder / "tasks").glob("*.yml"))}
    templates = {str(path.relative_to(folder)): walk(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("templates/**/*.j2"))}
    return Role(
        folder.name,
        {**tasks, **templates},
        {name: walk(value) for name, value in own.items()},
        defaults,
    )


def read_roles(root: Path) -> dict[str, Role]:
    """All roles by name."""
    return {folder.name: read_role(folder) for folder in sorted((root / "roles").iterdir()) if folder.is_dir()}


def read_playbooks(root: Path) -> Use:
    """What the playbooks use."""
    use = Use()
    for path in sorted((root / "playbooks").glob("*.yml")):
        use |= walk(load(path))
    return use


def reads(roles: t.Mapping[str, Role], role: str, entry: str) -> frozenset[str]:
    """The declared variables that an entry point of a role reads, through whatever it includes and computes."""
    found: set[str] = set()
    _follow(roles, role, entry, frozenset(), found, set())
    return frozenset(found & NAMES)


def _follow(roles: t.Mapping[str, Role], role: str, entry: str, given: frozenset[str], found: set[str], seen: set[tuple[str, str]]) -> None:
    if (role, entry) in seen:
        return
    seen.add((role, entry))
    use = roles[role].tasks[entry]
    _expand(roles, role, (use.names | use.mentioned) - given, given, found)
    for name in use.given:
        if name in roles[role].defaults:
            found.add(name)
    for other, file in sorted(use.included):
        if file in roles[other or role].tasks:
            _follow(roles, other or role, file, given | use.given if other else given, found, seen)


def _expand(roles: t.Mapping[str, Role], role: str, names: t.Iterable[str], given: frozenset[str], found: set[str]) -> None:
    """The names, and all that the definitions they lead to use."""
    for name in names:
        if name in found:
            continue
        found.add(name)
        for place in (roles[role], roles[SHARED]):
            if name in place.definitions:
                use = place.definitions[name]
                _expand(roles, role, (use.names | use.mentioned) - given, given, found)
                break


def expanded(roles: t.Mapping[str, Role], role: str, name: str) -> frozenset[str]:
    """All names that the value of a variable comes from."""
    found: set[str] = set()
    _expand(roles, role, [name], frozenset(), found)
    return frozenset(found)


def undeclared(roles: t.Mapping[str, Role], playbooks: Use) -> list[str]:
    """A sentence for each variable that a role or playbook uses or defines, and that is not declared."""
    complaints = []
    for role in roles.values():
        used = role.used()
        names = used.names | used.mentioned | used.given | set(role.definitions)
        complaints += [f"roles/{role.name}: {name} is not declared in plugins/plugin_utils/_variables" for name in _ours(names, roles)]
    complaints += [
        f"playbooks: {name} is not declared in plugins/plugin_utils/_variables" for name in _ours(playbooks.names | playbooks.given, roles)
    ]
    return complaints


def _ours(names: t.Iterable[str], roles: t.Mapping[str, Role]) -> list[str]:
    """Those that belong to the collection and are not declared."""
    wrong = set(names) - NAMES - NO_VARIABLES - set(roles)
    return sorted(name for name in wrong if not name.startswith("_") and (USERS.fullmatch(name) or role_of(name, roles)))


def unused(roles: t.Mapping[str, Role], playbooks: Use, declared: t.Iterable[str]) -> list[str]:
    """A sentence for each declared variable that nothing uses."""
    used = set(playbooks.names | playbooks.given)
    for role in roles.values():
        whole = role.used()
        used |= whole.names | whole.given | set(role.defaults)
    return [
        f"plugins/plugin_utils/_variables: {name} is declared, and no role or playbook uses it" for name in sorted(set(declared) - used)
    ]


def bare_booleans(roles: t.Mapping[str, Role], playbooks: Use, booleans: t.Iterable[str]) -> list[str]:
    """A sentence for each boolean that is asked without the filter: a text ``false`` of an extra variable would be true."""
    places = {**{f"roles/{role.name}": role.used() for role in roles.values()}, "playbooks": playbooks}
    return [
        f"{place}: {name} is asked without the filter bool, so the text 'false' would be true"
        for place, use in places.items()
        for name in sorted(use.bare & set(booleans))
    ]
