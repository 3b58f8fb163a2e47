# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules ``package_sync``, ``channel_info`` and ``access_token`` do.  Private to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import read_placements
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.dump_now import DumpNow
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.sync import sync

SYNC = ArgumentSpec(
    options={
        "placements": {"type": "path", "required": True},
        "site": {"type": "str"},
        "dump": {"type": "path", "required": True},
        "results": {"type": "path", "required": True},
        "inventory": {"type": "path"},
        "conflict": {"type": "str", "choices": ["fail", "keep", "replace"], "default": "fail"},
        "refused": {"type": "list", "elements": "str", "default": []},
    }
)

INFO = ArgumentSpec(
    options={
        "names": {"type": "list", "elements": "str"},
        "packages": {"type": "bool", "default": False},
        "subdirs": {"type": "list", "elements": "str"},
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
            refused=frozenset(params["refused"]),
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


def info_work(module: MigrationModule) -> Outcome:
    """The module ``channel_info``."""
    params = module.params
    with connect(params, read_only=True) as cluster:
        listed = cluster.channels()
        names = sorted(listed) if params["names"] is None else list(dict.fromkeys(params["names"]))
        there = [name for name in names if name in listed]
        privacy = cluster.privacy(listed[name] for name in there)
        shares = in_parallel(cluster.shares, there, cluster.workers)
        packages = packages_of(cluster, there, params["subdirs"] or SUBDIRS) if params["packages"] else {}
    rows: t.List[Json] = []
    for name in there:
        mine = shares[name]
        row: Json = {
            "name": name,
            "owner": listed[name].owner,
            "privacy": privacy[name],
            "shares": None if mine is None else [share.to_json() for share in mine],
        }
        if params["packages"]:
            row["packages"] = packages[name]
        rows.append(row)
    return Outcome(
        summary={"channels": len(rows), "packages": sum(len(mine) for mine in packages.values())},
        values={"channels": rows, "absent": [name for name in names if name not in listed]},
    )


def packages_of(cluster: Cluster, names: t.Sequence[str], subdirs: t.Sequence[str]) -> t.Dict[str, t.List[Json]]:
    """What each channel's repodata shows, ordered by subdir and file."""
    found = cluster.repodata.packages((name, subdir) for name in names for subdir in subdirs)
    return {
        name: [package.to_json() for subdir in sorted(subdirs) for _file, package in sorted(found[name, subdir].items())] for name in names
    }


def token_work(module: MigrationModule) -> Outcome:
    """The module ``access_token``."""
    if not module.params["password"]:
        raise MigrationError("A token is requested with username and password; set both.")
    with connect(module.params, read_only=True) as cluster:
        return Outcome(values={"access_token": cluster.bearer()})
