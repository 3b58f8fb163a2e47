# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module does not need it does not import: most of the time of a run without work is the start of its modules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COLLECTIONS = Path(__file__).parents[3] / "collections"
PLUGINS = "ansible_collections.ae_ops.migration.plugins"
TRANSPORTS = ("_ae5.api_transport", "_ae5.cli_transport", "_ae5.cli_process", "_ae5.cli_text")
"""The one that is used is imported when it is known which."""
SOLVER = ("rattler", "_conda.pins", "_model.conda_versions")
GIT = ("_model.git_patterns", "_model.git_content", "_model.project_tree")


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("access_token", ("_ae5.repodata", "_files", *TRANSPORTS)),
        ("channel", ("_store.records", *TRANSPORTS)),
        ("package_sync", ("_store.records", *TRANSPORTS)),
        ("channel_share", TRANSPORTS),
        ("migration_plan", TRANSPORTS),
        ("migration_verify", (*SOLVER, *GIT, *TRANSPORTS)),
        ("site_export", ("requests", "_ae5", "_store")),
        ("site_inventory", ("requests", "_ae5", "_store")),
    ],
)
def test_a_module_imports_nothing_that_it_may_not_need(module: str, unneeded: tuple[str, ...]) -> None:
    program = f"import sys, {PLUGINS}.modules.{module}; print(*sys.modules)"
    paths = os.pathsep.join([str(COLLECTIONS), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    imported = {name.removeprefix(f"{PLUGINS}.module_utils.") for name in done.stdout.split()}
    assert "_module" in imported
    assert imported.intersection(unneeded) == set()
