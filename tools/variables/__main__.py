# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what is generated from the declared variables, or with ``--check`` says what differs from them.

usage: python -m tools.variables [--check]     (in the root of the collection)

Written are the options in roles/*/meta/argument_specs.yml (the descriptions of the entry points there are kept), the
tables between two marks in roles/*/README.md, and inventory.example/group_vars/*.yml.  What a role reads is found in its
files, not declared.
"""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

from plugins.plugin_utils._variables.catalogue import ALL, INVENTORY, NAMES, RENAMED, ROLE_NAMES, ROLES
from plugins.plugin_utils._variables.declaration import Variable

from . import render, scan

ROOT = Path(__file__).resolve().parents[2]


def generated(root: Path, roles: t.Mapping[str, scan.Role]) -> tuple[dict[str, str], list[str]]:
    """Path below the root -> its text as it has to be; and sentences on files that cannot be written."""
    files, complaints = {f"inventory.example/group_vars/{name}.yml": render.example(name) for name in render.EXAMPLES}, []
    for name in roles:
        read: frozenset[str] = frozenset()
        specs = root / "roles" / name / "meta" / "argument_specs.yml"
        if specs.exists():
            entries = scan.load(specs)["argument_specs"]
            by_entry = {entry: scan.reads(roles, name, entry) for entry in entries}
            files[str(specs.relative_to(root))] = render.argument_spec(entries, by_entry)
            read = frozenset().union(*by_entry.values())
        readme = root / "roles" / name / "README.md"
        table = render.shared_table() if name == scan.SHARED else render.table(name, list(roles), read)
        try:
            files[str(readme.relative_to(root))] = render.with_table(readme.read_text(encoding="utf-8"), table)
        except ValueError as exc:
            complaints.append(f"{readme.relative_to(root)} {exc}")
    return files, complaints


def differences(root: Path, files: t.Mapping[str, str]) -> list[str]:
    """A sentence for each file that is not as it has to be."""
    return [
        f"{path} is not what the declared variables say; run make variables"
        for path, text in sorted(files.items())
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]


def wrong_defaults(roles: t.Mapping[str, scan.Role], declared: t.Iterable[Variable], named: t.Mapping[str, Variable]) -> list[str]:
    """A sentence for each role whose default is not the declared one, or does not come from the variable it is declared to follow."""
    complaints = []
    for variable in declared:
        role = scan.role_of(variable.name, roles)
        value = roles[role].defaults.get(variable.name) if role else None
        if variable.default and value != scan.parsed(variable.default) and str(value) != variable.default:
            complaints.append(f"roles/{role}/defaults/main.yml: {variable.name} is {value!r}, and declared as {variable.default}")
    for name, variable in named.items():
        role = scan.role_of(name, roles)
        if role is None or name not in roles[role].defaults:
            complaints.append(f"plugins/plugin_utils/_variables: {name} is declared, and no role has a default of it")
        elif variable.name not in scan.expanded(roles, role, name):
            complaints.append(f"roles/{role}/defaults/main.yml: {name} does not come from {variable.name}, as it is declared")
        elif variable.type == "bool" and "| bool" not in (text := str(roles[role].defaults[name])) and scan.SHARED not in text:
            complaints.append(f"roles/{role}/defaults/main.yml: {name} does not pass the filter bool")
    return complaints


def old_names(root: Path) -> list[str]:
    """A sentence for each old name of a variable that a text of the plugins still gives."""
    complaints = []
    for path in sorted((root / "plugins").rglob("*.py")):
        if "_variables" not in path.parts:
            names = set(scan.USERS.findall(path.read_text(encoding="utf-8")))
            complaints += [f"{path.relative_to(root)}: {name} was renamed to {RENAMED[name]}" for name in sorted(names & set(RENAMED))]
    return complaints


def complaints(root: Path) -> list[str]:
    """All that differs, in sentences."""
    roles, playbooks = scan.read_roles(root), scan.read_playbooks(root)
    files, found = generated(root, roles)
    return [
        *found,
        *differences(root, files),
        *scan.undeclared(roles, playbooks),
        *scan.unused(roles, playbooks, NAMES),
        *scan.bare_booleans(roles, playbooks, _booleans()),
        *wrong_defaults(roles, ROLES, ROLE_NAMES),
        *old_names(root),
    ]


def _booleans() -> set[str]:
    own = {variable.name for variable in ALL if variable.type == "bool"}
    return own | {name for variable in INVENTORY if variable.type == "bool" for name in variable.roles}


def main(arguments: t.Sequence[str]) -> int:
    if "--check" not in arguments:
        files, found = generated(ROOT, scan.read_roles(ROOT))
        for path, text in files.items():
            (ROOT / path).write_text(text, encoding="utf-8")
        print("\n".join([*found, f"variables: {len(files)} files written"]))
        return 1 if found else 0
    found = complaints(ROOT)
    print("\n".join(found or [f"variables: {len(NAMES)} declared, as the roles use them and the generated files have them"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
