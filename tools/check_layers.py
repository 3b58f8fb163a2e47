# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the direction of imports below ``plugins/``: an import only goes down, and features do not import each other.

The layers are DESIGN's.  Within ``_notebooks`` the rooms have an order of their own.  Exit code 1 and one sentence for each
import against it.
"""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE_UTILS = "ansible_collections.ae_ops.migration.plugins.module_utils"

FEATURES = ("_plan", "_transfer", "_report", "_preflight", "_probe", "_notebooks")
LAYERS: tuple[tuple[str, ...], ...] = (
    ("modules", "action", "plugin_utils"),
    FEATURES,
    ("_store",),
    ("_ae4", "_ae5", "_aen"),
    ("_conda",),
    ("_model",),
    ("_module", "_command", "_csv", "_pool", "_yaml", "_json"),
    ("_files", "_safe_open"),
    ("_text", "_words", "_errors", "_secrets"),
)
"""From top to bottom.  What stands in one row does not import each other, but the tools, which are single files, may."""
TOOLS = LAYERS[6:]
ROOMS = ("upload", "convert", "library", "needs", "audit", "collect", "channels", "environments", "archive")
"""Of ``_notebooks``: each imports only from those to its right."""


def level_of(name: str, layers: t.Sequence[t.Sequence[str]] = LAYERS) -> int | None:
    """The row of a package or tool; ``None`` if it has none."""
    return next((number for number, row in enumerate(layers) if name in row), None)


def complaint(importer: str, imported: str) -> str:
    """Why ``importer`` may not import ``imported`` (dotted, below ``module_utils`` or ``modules``); empty if it may."""
    here, there = importer.split("."), imported.split(".")
    if here[0] == there[0]:
        if here[0] == "_notebooks" and len(here) > 2 and len(there) > 1 and here[1] != there[1]:
            mine, other = (ROOMS.index(parts[1]) if parts[1] in ROOMS else None for parts in (here, there))
            if mine is None or other is None:
                return f"{importer} and {imported}: the room of one of them is not in ROOMS of tools/check_layers.py"
            if mine > other:
                return f"{importer} imports {imported}, which is a room above it"
        return ""
    mine, other = level_of(here[0]), level_of(there[0])
    if mine is None or other is None:
        return f"{importer} and {imported}: one of them is not in LAYERS of tools/check_layers.py"
    if mine > other:
        return f"{importer} imports {imported}, which is a layer above it"
    if mine == other and LAYERS[mine] not in TOOLS:
        return f"{importer} imports {imported}: packages of one layer do not import each other"
    return ""


def imports_of(source: str) -> t.Iterator[str]:
    """What a file imports of ``module_utils``, dotted, as far down as its statement says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and f"{node.module}.".startswith(f"{MODULE_UTILS}."):
            below = node.module[len(MODULE_UTILS) + 1 :]
            for alias in node.names:
                # A name may be a module of that package or something in the module: the first parts decide either way.
                yield f"{below}.{alias.name}" if below else alias.name
        elif isinstance(node, ast.Import):
            yield from (alias.name[len(MODULE_UTILS) + 1 :] for alias in node.names if alias.name.startswith(f"{MODULE_UTILS}."))


def complaints(files: t.Mapping[str, str]) -> list[str]:
    """The complaints about files (dotted name below ``plugins`` -> source), each once."""
    found = {
        sentence
        for name, source in files.items()
        for imported in imports_of(source)
        if (sentence := complaint(name.removeprefix("module_utils."), imported))
    }
    return sorted(found)


def main() -> int:
    plugins = ROOT / "plugins"
    files = {
        ".".join(path.relative_to(plugins).with_suffix("").parts): path.read_text(encoding="utf-8")
        for folder in ("modules", "module_utils", "action", "plugin_utils")
        for path in sorted((plugins / folder).rglob("*.py"))
    }
    found = complaints(files)
    for sentence in found:
        print(f"layers: {sentence}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
