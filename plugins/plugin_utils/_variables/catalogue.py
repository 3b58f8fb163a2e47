# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All declared variables together, and the names that variables once had.  Private to the collection."""

from __future__ import annotations

import typing as t

from . import cluster, notebooks, packages, roles, site
from .declaration import Variable

INVENTORY: t.Tuple[Variable, ...] = (
    *site.PLACES,
    *packages.PLAN,
    *packages.TRANSFER,
    *packages.VERIFICATION,
    *site.SITE,
    *site.INTERPRETERS,
    *cluster.CLUSTER,
    *cluster.CLIENT,
    *cluster.PROBE,
    *notebooks.HOST,
    *notebooks.PROJECTS,
)
"""What the inventory may set, in the order of inventory.example."""

ROLES = roles.ROLES
COMPUTED = roles.COMPUTED
ALL: t.Tuple[Variable, ...] = (*INVENTORY, *ROLES, *COMPUTED)

ROLE_NAMES: t.Dict[str, Variable] = {name: variable for variable in INVENTORY for name in variable.roles}
"""Variable of a role -> the variable of the inventory whose value it takes."""

SETTABLE: t.Dict[str, Variable] = {**{variable.name: variable for variable in (*INVENTORY, *ROLES)}, **ROLE_NAMES}
"""All that a user may set, with what is declared of it."""

NAMES: t.FrozenSet[str] = frozenset([*(variable.name for variable in ALL), *ROLE_NAMES])

RENAMED: t.Dict[str, str] = {
    "ae_accept_proposed_names": "ae_notebook_accept_proposed_names",
    "ae_drop_packages": "ae_notebook_drop_packages",
    "ae_git_ignored": "ae_notebook_git_ignored",
    "ae_import": "ae_upload_method",
    "ae_import_timeout": "ae_vendor_import_timeout",
    "ae_libraries": "ae_notebook_libraries",
    "ae_libraries_accept": "ae_notebook_libraries_accept",
    "ae_library_channel": "ae_notebook_library_channel",
    "ae_mirror_site": "ae_notebook_mirror_site",
    "ae_mirror_sources": "ae_notebook_mirror_sources",
    "ae_pin": "ae_notebook_pin",
    "ae_project_accept_wider": "ae_notebook_accept_wider",
    "ae_project_conflict": "ae_notebook_conflict",
    "ae_project_logins": "ae_notebook_logins",
    "ae_project_max_bytes": "ae_notebook_max_bytes",
    "ae_project_names": "ae_notebook_project_names",
    "ae_project_tool": "ae_notebook_tool",
    "ae_project_tool_executable": "ae_notebook_tool_executable",
    "ae_project_wait": "ae_notebook_wait",
    "ae_projects": "ae_notebook_projects",
    "ae_projects_exclude": "ae_notebook_projects_exclude",
}
"""Old name -> the name it has now."""


def role_of(name: str, role_names: t.Iterable[str]) -> t.Optional[str]:
    """The role that a variable is named for, by its prefix; None for a variable of the inventory."""
    return max((role for role in role_names if name.startswith(f"{role}_")), key=len, default=None)
