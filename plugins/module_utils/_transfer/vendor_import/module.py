# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``admin_import`` does.  Private to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ADMIN_IMPORT
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import file_sha256
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._store.vendor_owners import SiteOwners, read_owners
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.refused import OPTION, refused_channels
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import.run import (
    FAILED_OWNER,
    IMPORTED,
    LEFT_ALONE,
    REFUSED_OWNER,
    Choice,
    VendorImport,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import.slice import Slice

IMPORT = ArgumentSpec(
    options={
        "placements": {"type": "path", "required": True},
        "site": {"type": "str"},
        "plan_owners": {"type": "path", "required": True},
        "dump": {"type": "path", "required": True},
        "inventory": {"type": "path"},
        "results": {"type": "path", "required": True},
        "owners": {"type": "list", "elements": "str"},
        "conflict": {"type": "str", "choices": ["fail", "keep"], "default": "fail"},
        "accept_public": {"type": "list", "elements": "str", "default": []},
        "refused": OPTION,
        "command_timeout": {"type": "int"},
    }
)


def import_work(module: MigrationModule) -> Outcome:
    """The module ``admin_import``.

    Raises:
        MigrationError: a list cannot be read, or the client has no import command.
    """
    params = module.params
    if params["transport"] == "api":
        raise MigrationError("The vendor import is a command of anaconda-enterprise-cli; use transport cli, or package_sync.")
    if params["command_timeout"] is not None and params["command_timeout"] < 1:
        raise MigrationError("command_timeout must be at least 1.")
    planned = read_owners(params["plan_owners"])
    placements = Slice(params["placements"], params["site"])
    owners, failures = named(params["owners"], placements)
    choice = Choice(
        planned.owners,
        tuple(params["accept_public"]),
        refused_channels(params["refused"]),
        params["command_timeout"],
        stale(planned, params["site"], params["inventory"]),
    )
    with connect({**params, "transport": "cli"}, read_only=module.check_mode) as cluster:
        if not cluster.can(ADMIN_IMPORT):
            raise MigrationError(
                f"{params['cli']} has no command 'admin import' in its --help; upload the packages with ae_upload_method: files."
            )
        run = VendorImport(cluster, params["dump"], params["results"], choice, conflict=params["conflict"])
        result = run.bring(placements, owners)
    by_result = {name: sum(row["result"] == name for row in run.rows) for name in (IMPORTED, LEFT_ALONE, REFUSED_OWNER, FAILED_OWNER)}
    return Outcome(
        changed=run.imports > 0,
        summary={
            **result.outcomes,
            "placements": sum(result.outcomes.values()),
            "bytes_uploaded": result.bytes_uploaded,
            "owners": by_result,
        },
        failures=[*failures, *result.failures],
        warnings=run.warnings,
        report_path=None if module.check_mode else os.path.abspath(params["results"]),
        values={"unfinished": result.unfinished, "owners": run.rows},
        diff=[prepared_diff(f"packages of channel {channel}", sorted(lines)) for channel, lines in sorted(result.diff.items())],
    )


def named(wanted: t.Optional[t.Sequence[str]], placements: Slice) -> t.Tuple[t.List[str], t.List[str]]:
    """The owners to import, and a sentence for each one without a placement."""
    if wanted is None:
        return placements.owners, []
    there = set(placements.owners)
    failures = [
        f"Owner {owner} has no placement in this list; check the spelling, and the plan's list of files that are left out."
        for owner in dict.fromkeys(wanted)
        if owner not in there
    ]
    return [owner for owner in dict.fromkeys(wanted) if owner in there], failures


def stale(planned: SiteOwners, site: t.Optional[str], inventory: t.Optional[str]) -> str:
    """Why the plan does not match the dump; empty if no difference is known."""
    if site is not None and planned.site != site:
        return f"the plan's owner list is for site {planned.site}, not {site}"
    if inventory is None:
        return ""
    try:
        digest = file_sha256(inventory)
    except OSError as exc:
        return f"the inventory {inventory} cannot be read to compare it with the plan ({exc.strerror})"
    return (
        ""
        if digest == planned.inventory_sha256
        else ("the site's inventory has changed since the plan was made; run the plan playbook again")
    )
