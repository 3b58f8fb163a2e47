# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares action group ``ae5`` of meta/runtime.yml with the modules that extend the doc fragment ``ae5``.

A module that takes the connection options but is not in the group does not get them from ``module_defaults``; a module
in the group that does not take them fails on them.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FRAGMENT = "ae_ops.migration.ae5"


def documentation(path: Path) -> dict:
    """The DOCUMENTATION of a module, without running it; empty if it has none."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(isinstance(name, ast.Name) and name.id == "DOCUMENTATION" for name in node.targets):
            return yaml.safe_load(ast.literal_eval(node.value)) or {}
    return {}


def extends_fragment(docs: dict) -> bool:
    fragments = docs.get("extends_documentation_fragment", [])
    names = [fragments] if isinstance(fragments, str) else fragments
    return any(name == FRAGMENT or name.startswith(FRAGMENT + ".") for name in names)


def main() -> int:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    listed = runtime["action_groups"]["ae5"]
    modules = sorted(path for path in (ROOT / "plugins" / "modules").glob("*.py") if path.name != "__init__.py")
    extending = {path.stem for path in modules if extends_fragment(documentation(path))}
    complaints = [f"{name} extends the doc fragment ae5 and is not in action group ae5" for name in sorted(extending - set(listed))]
    complaints += [f"{name} is in action group ae5 and does not extend the doc fragment ae5" for name in sorted(set(listed) - extending)]
    if listed != sorted(listed):
        complaints.append("action group ae5 is not sorted")
    for complaint in complaints:
        print(f"meta/runtime.yml: {complaint}")
    if not complaints:
        print(f"action group ae5: {len(listed)} modules, as their documentation has it")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
