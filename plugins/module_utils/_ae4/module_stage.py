# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``site_stage``.  Private to the collection."""

from __future__ import annotations

import os

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.staging import stage
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome

STAGE = ArgumentSpec(
    {
        "path": {"type": "path", "required": True},
        "listing": {"type": "path", "required": True},
        "archive": {"type": "path"},
        "batch_bytes": {"type": "int", "default": 1 << 30},
        "complete": {"type": "bool", "default": False},
    }
)


def site_stage(module: MigrationModule) -> Outcome:
    """Module ``site_stage``."""
    params = module.params
    if params["batch_bytes"] < 1:
        raise MigrationError(f"The option batch_bytes must be at least 1, not {params['batch_bytes']}.")
    result = stage(
        params["path"], params["listing"], params["archive"], params["batch_bytes"], params["complete"], write=not module.check_mode
    )
    return Outcome(
        changed=result.changed,
        summary=result.summary,
        warnings=result.warnings,
        values={"path": os.path.join(params["path"], "dump"), "batches": result.batches},
    )
