# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All projects of the lab, finding one by name, and the table of them for the README."""

from __future__ import annotations

from . import projects_code, projects_environments, projects_files, projects_names, projects_plain
from .spec import ASSUMED, DOCUMENTED, ProjectSpec

ALL: tuple[ProjectSpec, ...] = (
    *projects_plain.PROJECTS,
    *projects_environments.PROJECTS,
    *projects_code.PROJECTS,
    *projects_files.PROJECTS,
    *projects_names.PROJECTS,
)


def by_name(name: str) -> ProjectSpec:
    """The project with this key, ``OWNER/FOLDER``, or folder if only one has it.  Raises ``KeyError``."""
    for spec in ALL:
        if name in (spec.key, f"{spec.owner}/{spec.folder}"):
            return spec
    found = [spec for spec in ALL if spec.folder == name]
    if len(found) != 1:
        raise KeyError(f"the AEN lab has {'several projects' if found else 'no project'} {name}")
    return found[0]


def _cell(text: str) -> str:
    return text.encode("unicode_escape").decode().replace("|", "\\|").replace("<", "&lt;")


def _traps(spec: ProjectSpec, source: str) -> str:
    shown = [
        f"{trap.code}: {_cell(trap.where)}" + (f" [{trap.fact}]" if trap.fact != "-" else "")
        for trap in spec.traps
        if trap.source == source
    ]
    return "; ".join(shown)


def table() -> str:
    """One line for each project."""
    lines = ["| project | owner | what it is for | documented traps | assumed traps |", "|---|---|---|---|---|"]
    for spec in ALL:
        name = f"`{spec.key}`" + (f" (`` {_cell(spec.folder[:40])} ``)" if spec.folder != spec.key else "")
        purpose = spec.purpose + (f" (refused: {spec.refused})" if spec.refused else "")
        lines.append(f"| {name} | {spec.owner} | {purpose} | {_traps(spec, DOCUMENTED)} | {_traps(spec, ASSUMED)} |")
    return "\n".join(lines) + "\n"
