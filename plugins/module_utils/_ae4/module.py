# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of the AE4 side.  Private to the collection."""

from __future__ import annotations

import platform
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.export import export_site, predict
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.inventory import make_inventory
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.output import owners_path
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule, Outcome, prepared_diff


def site_export(module: MigrationModule) -> Outcome:
    """Module ``site_export``."""
    params = module.params
    result = (predict if module.check_mode else export_site)(params["export_dir"], params["user"], params["bin_dir"])
    diff: t.List[t.Dict[str, t.Any]] = []
    if result.changed:
        before, after = ("".join(line + "\n" for line in lines) for lines in (result.before, result.after))
        diff = [{"before_header": result.path, "after_header": result.path, "before": before, "after": after}]
    return Outcome(
        changed=result.changed,
        summary=result.summary,
        warnings=result.warnings,
        diff=diff,
        values={"path": result.path, "present": result.present},
    )


def site_inventory(module: MigrationModule) -> Outcome:
    """Module ``site_inventory``."""
    params = module.params
    inventory, site = params["inventory"], params["site"] or platform.node()
    if params["workers"] < 1:
        raise MigrationError(f"The option workers must be at least 1, not {params['workers']}.")
    result = make_inventory(
        path=params["path"],
        inventory=inventory,
        site=site,
        cache=params["cache"] or owners_path(inventory).replace(".owners.jsonl", ".cache.jsonl"),
        workers=params["workers"],
        deep=params["deep"],
        write=not module.check_mode,
        diff=module.ansible._diff,
    )
    return Outcome(
        changed=result.changed,
        summary=result.summary,
        failures=result.problems,
        warnings=result.warnings,
        report_path=inventory,
        diff=[prepared_diff(inventory, result.diff)] if result.diff else [],
        values={"owners_path": owners_path(inventory), "site": site},
    )
