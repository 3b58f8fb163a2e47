# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``channel_info`` does.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel

INFO = ArgumentSpec(
    options={
        "names": {"type": "list", "elements": "str"},
        "packages": {"type": "bool", "default": False},
        "subdirs": {"type": "list", "elements": "str"},
    }
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
