# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recipe needs of a library that is not built here: R's, and compiled ones.  Private to the collection."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.tables import R_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.tree import R_METADATA, Tree
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

SOURCES_SHOWN = 50
_COMPILERS = (
    ("c", (".c",)),
    ("cxx", (".cc", ".cpp", ".cxx")),
    ("cuda", (".cu",)),
    ("fortran", (".f", ".f77", ".f90", ".f95")),
    ("cython", (".pyx", ".pxd")),
)
_R_DEPENDENCY = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9.]*)\s*(?:\(\s*(?P<relation>>=|<=|==|>|<)\s*(?P<version>[\w.-]+)\s*\))?\Z")
_R_FIELDS = ("Depends", "Imports", "LinkingTo")


def r_recipe(tree: Tree) -> t.Optional[Json]:
    """What a recipe for an R library needs (its DESCRIPTION says it); None if the folder holds none."""
    fields = _fields(tree.text(R_METADATA) or "")
    if not fields.get("Package"):
        return None
    specs = [spec for key in _R_FIELDS for spec in _r_specs(fields.get(key, ""))]
    if not any(spec.split(" ")[0] == "r-base" for spec in specs):
        specs.append("r-base")
    sources = [path for path in sorted(tree.items) if path.startswith("src/")]
    return {
        "name": f"r-{fields['Package'].lower()}",
        "version": fields.get("Version", "").replace("-", "_"),
        "source": tree.path,
        "depends": sorted(set(specs)),
        "sources": sources[:SOURCES_SHOWN],
        "compilers": _compilers(sources),
        "license": fields.get("License", ""),
        "installed": bool(fields.get("Built")),
    }


def _fields(text: str) -> t.Dict[str, str]:
    """The fields of a text in the form of Debian's control files."""
    fields: t.Dict[str, str] = {}
    key = ""
    for line in text.split("\n"):
        if line[:1] in (" ", "\t"):
            fields[key] = f"{fields.get(key, '')} {line.strip()}"
        elif ":" in line:
            key, _colon, value = line.partition(":")
            fields[key] = value.strip()
    return fields


def _r_specs(text: str) -> t.Iterator[str]:
    for item in text.split(","):
        match = _R_DEPENDENCY.match(item.strip())
        if match is None or match["name"] in R_BASE:
            continue
        name = "r-base" if match["name"] == "R" else f"r-{match['name'].lower()}"
        yield f"{name} {match['relation']}{match['version'].replace('-', '_')}" if match["relation"] else name


def r_why(recipe: Json) -> str:
    """Why an R library is not built, and what to do."""
    what = f"It is an R library ({recipe['name']} {recipe['version']}), which cannot be built here"
    if recipe["installed"]:
        return f"{what}, and the folder holds an installed copy; build a conda package from its sources that needs {_needs(recipe)}."
    return f"{what}; build a conda package of {shown(recipe['source'])} that needs {_needs(recipe)}, and put it into a channel."


def compiled_recipe(tree: Tree, name: str, version: str, depends: t.Sequence[str]) -> Json:
    """What a recipe for a compiled library needs."""
    files = tree.compiled
    sources = [path for path in files if not path.endswith((".so", ".pyd", ".dylib", ".dll", ".a", ".o")) and ".so." not in path]
    return {
        "name": name,
        "version": version,
        "source": tree.path,
        "depends": list(depends),
        "sources": sources[:SOURCES_SHOWN],
        "compilers": _compilers(sources),
        "built": [path for path in files if path not in sources][:SOURCES_SHOWN],
    }


def compiled_why(recipe: Json) -> str:
    """Why a compiled library is not built, and what to do."""
    known = " ".join(part for part in (recipe["name"], recipe["version"]) if part)
    what = f"It is compiled{f' ({known})' if known else ''}, so it needs a compiler for AE5's platform and cannot be built here"
    if not recipe["sources"]:
        files = listed([shown(path) for path in recipe["built"]], 3)
        return f"{what}; the folder holds only compiled files ({files}), so find its sources and build a conda package from them."
    files = listed([shown(path) for path in recipe["sources"]], 3)
    return f"{what}; build a conda package of {shown(recipe['source'])} ({files}) that needs {_needs(recipe)}, and put it into a channel."


def _needs(recipe: Json) -> str:
    return listed([*recipe["depends"], *(f"a compiler for {name}" for name in recipe["compilers"])]) or "nothing else"


def _compilers(sources: t.Iterable[str]) -> t.List[str]:
    paths = list(sources)
    return [name for name, endings in _COMPILERS if any(path.endswith(endings) for path in paths)]
