# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``package_sync`` does.  Private to the collection."""

from __future__ import annotations

import os

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import read_placements
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.dump_now import DumpNow
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.sync import sync
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.refused import OPTION, refused_channels

SYNC = ArgumentSpec(
    options={
        "placements": {"type": "path", "required": True},
        "site": {"type": "str"},
        "dump": {"type": "path", "required": True},
        "results": {"type": "path", "required": True},
        "inventory": {"type": "path"},
        "conflict": {"type": "str", "choices": ["fail", "keep", "replace"], "default": "fail"},
        "refused": OPTION,
    }
)


def sync_work(module: MigrationModule) -> Outcome:
    """The module ``package_sync``."""
    params = module.params
    site = params["site"]
    head, placements = read_placements(params["placements"])
    dump_now = DumpNow(params["inventory"], head)
    if site is not None:
        placements = (placement for placement in placements if placement.site == site)
    with connect(params, read_only=module.check_mode) as cluster:
        result = sync(
            cluster,
            placements,
            params["dump"],
            params["results"],
            conflict=params["conflict"],
            refused=refused_channels(params["refused"]),
            dump_now=dump_now,
        )
    return Outcome(
        changed=result.sent > 0,
        summary={**result.outcomes, "placements": sum(result.outcomes.values()), "bytes_uploaded": result.bytes_uploaded},
        failures=result.failures,
        report_path=None if module.check_mode else os.path.abspath(params["results"]),
        warnings=dump_now.warnings,
        values={"unfinished": result.unfinished},
        diff=[prepared_diff(f"packages of channel {channel}", sorted(lines)) for channel, lines in sorted(result.diff.items())],
    )
