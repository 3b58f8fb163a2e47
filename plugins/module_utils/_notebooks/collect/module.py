# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_project_info`` does with its parameters.  Private to the collection."""

from __future__ import annotations

import os
import platform
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.collect.run import collect
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import PROJECTS, SOURCES

COLLECT = ArgumentSpec(
    {
        "root": {"type": "path", "default": "/projects"},
        "projects": {"type": "list", "elements": "str", "default": []},
        "dest": {"type": "path", "required": True},
        "site": {"type": "str"},
        "host": {"type": "str"},
        "accounts": {"type": "path"},
    }
)


def collect_work(module: MigrationModule) -> Outcome:
    """Collects into ``dest``; in check mode into a new temporary folder."""
    params = module.params
    host = params["host"] or platform.node()
    dest = tempfile.mkdtemp(prefix="ae_ops.notebooks.") if module.check_mode else params["dest"]
    result = collect(params["root"], params["projects"], params["site"] or host, host, dest, params["accounts"] or "")
    summary: t.Dict[str, t.Any] = {
        "projects": result.head.projects,
        "notebooks": result.notebooks,
        "sources": result.head.sources,
        "bytes": result.bytes,
        "problems": result.problems,
    }
    paths = {"projects_path": os.path.join(dest, PROJECTS), "sources_path": os.path.join(dest, SOURCES)}
    return Outcome(summary=summary, failures=result.failures, report_path=paths["projects_path"], values={"dest": dest, **paths})
