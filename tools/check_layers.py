# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the direction of imports below ``plugins/``: an import only goes down, and features do not import each other.

The layers are DESIGN's.  Within ``_notebooks`` the rooms have an order of their own.  Seen are absolute and relative imports,
wherever they are in a file, and module names in texts (``importlib.import_module``).  Exit code 1 and one sentence for each
import against it.
"""

from __future__ import annotations

import ast
import re
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = "ansible_collections.ae_ops.migration.plugins"

AREAS: dict[str, tuple[str, ...]] = {
    "action": ("plugin_utils", "module_utils"),
    "modules": ("module_utils",),
    "plugin_utils": ("plugin_utils", "module_utils"),
    "module_utils": ("module_utils",),
    "doc_fragments": (),
}
"""Folder of ``plugins/`` -> the folders that its files may import from.  Ansible sends nothing but ``module_utils`` to a host."""
FEATURES = ("_plan", "_transfer", "_report", "_preflight", "_probe", "_notebooks")
LAYERS: tuple[tuple[str, ...], ...] = (
    FEATURES,
    ("_store",),
    ("_ae4", "_ae5", "_aen"),
    ("_conda",),
    ("_model",),
    ("_module", "_command", "_csv", "_pool", "_yaml", "_json"),
    ("_files", "_safe_open"),
    ("_text", "_masked", "_words", "_errors", "_secrets"),
)
"""Of ``module_utils``, from top to bottom.  What is in one row does not import each other, but the tools, which are single files, may."""
TOOLS = LAYERS[5:]
ROOMS = ("upload", "convert", "library", "needs", "audit", "collect", "channels", "environments", "archive")
"""Of ``_notebooks``: each imports only from those to its right.  A file beside them is for all of them, and imports none."""
DOTTED = re.compile(r"\.*[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
LOADERS = ("import_module", "__import__")


def level_of(name: str, layers: t.Sequence[t.Sequence[str]] = LAYERS) -> int | None:
    """The row of a package or tool; ``None`` if it has none."""
    return next((number for number, row in enumerate(layers) if name in row), None)


def complaint(importer: str, imported: str) -> str:
    """Why ``importer`` may not import ``imported`` (dotted, below ``plugins``); empty if it may."""
    here, there = importer.split("."), imported.split(".")
    if here[0] not in AREAS or there[0] not in AREAS:
        return f"{importer} and {imported}: one of them is not in AREAS of tools/check_layers.py"
    if there[0] not in AREAS[here[0]]:
        return f"{importer} imports {imported}: {here[0]} may import from {' and '.join(AREAS[here[0]]) or 'nothing'} only"
    if there[0] != "module_utils":
        return ""
    if len(there) == 1:
        return f"{importer} imports {imported} as a whole; name the package that it needs"
    if here[0] != "module_utils":
        return _placed(importer, imported, there[1])
    if here[1] == there[1]:
        return _between_rooms(importer, imported, here[2:], there[2:]) if here[1] == "_notebooks" else ""
    mine, other = level_of(here[1]), level_of(there[1])
    if mine is None or other is None:
        return _placed(importer, imported, here[1], there[1])
    if mine > other:
        return f"{importer} imports {imported}, which is a layer above it"
    if mine == other and LAYERS[mine] not in TOOLS:
        return f"{importer} imports {imported}: packages of one layer do not import each other"
    return ""


def _placed(importer: str, imported: str, *packages: str) -> str:
    if all(level_of(package) is not None for package in packages):
        return ""
    return f"{importer} and {imported}: one of them is not in LAYERS of tools/check_layers.py"


def _between_rooms(importer: str, imported: str, here: t.Sequence[str], there: t.Sequence[str]) -> str:
    """The complaint about an import within ``_notebooks``; ``here`` and ``there`` are the paths below it."""
    if len(here) < 2:
        return f"{importer} imports {imported}, which is a room above it" if there and there[0] in ROOMS else ""
    if not there:
        return f"{importer} imports {imported} as a whole; name the room that it needs"
    if here[0] == there[0]:
        return ""
    if here[0] not in ROOMS or there[0] not in ROOMS:
        return f"{importer} and {imported}: the room of one of them is not in ROOMS of tools/check_layers.py"
    return f"{importer} imports {imported}, which is a room above it" if ROOMS.index(here[0]) > ROOMS.index(there[0]) else ""


def resolved(importer: str, level: int, module: str) -> str:
    """The full name of what a relative import names; ``importer`` is dotted, below ``plugins``."""
    folder = f"{PLUGINS}.{importer}".split(".")[:-level]
    return ".".join([*folder, module] if module else folder)


def imports_of(importer: str, source: str) -> t.Iterator[str]:
    """What a file imports, by full name, as far down as its statement says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            module = resolved(importer, node.level, node.module or "") if node.level else node.module or ""
            # A name may be a module of that package or something in the module: the first parts decide either way.
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(f"{PLUGINS}."):
            if DOTTED.fullmatch(node.value):
                yield node.value
        elif isinstance(node, ast.Call) and node.args and getattr(node.func, "attr", getattr(node.func, "id", "")) in LOADERS:
            named = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if isinstance(named, str) and named.startswith("."):
                module = named.lstrip(".")
                yield resolved(importer, len(named) - len(module), module)


def ours(importer: str, source: str) -> t.Iterator[str]:
    """What a file imports of the collection, dotted, below ``plugins``; what holds all of it is ``module_utils`` as a whole."""
    for full in imports_of(importer, source):
        if full.startswith(f"{PLUGINS}."):
            yield full[len(PLUGINS) + 1 :]
        elif f"{PLUGINS}.".startswith(f"{full}."):
            yield "module_utils"


def complaints(files: t.Mapping[str, str]) -> list[str]:
    """The complaints about files (dotted name below ``plugins`` -> source), each once."""
    found = {sentence for name, source in files.items() for imported in ours(name, source) if (sentence := complaint(name, imported))}
    return sorted(found)


def main() -> int:
    plugins = ROOT / "plugins"
    files = {
        ".".join(path.relative_to(plugins).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in sorted(plugins.rglob("*.py"))
    }
    found = complaints(files)
    for sentence in found:
        print(f"layers: {sentence}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
