# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``preflight_report`` does: one table of what was measured everywhere.  Private to the collection.

Runs on the controller, where the last inventories are, and needs the standard library only.
"""

from __future__ import annotations

import json
import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rules_aen, rules_host
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.report.contents import content_rows
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Json, Row

REPORT = ArgumentSpec(
    options={
        "cluster": {"type": "str", "required": True},
        "sites": {"type": "list", "elements": "str", "required": True},
        "notebooks": {"type": "list", "elements": "str", "default": []},
        "measured": {"type": "list", "elements": "dict", "required": True},
        "measured_notebooks": {"type": "list", "elements": "dict", "default": []},
        "records": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "core_version": {"type": "str", "required": True},
        "rate": {"type": "float", "default": 10_000_000.0},
        "accept": {"type": "list", "elements": "str", "default": []},
    }
)


def report_work(module: MigrationModule) -> Outcome:
    """The module ``preflight_report``."""
    params = module.params
    if params["rate"] <= 0:
        raise MigrationError(f"The rate {params['rate']} of the preflight must be more than 0 bytes a second; set preflight_rate.")
    rows = all_rows(params)
    lines = r.table(rows)
    path = os.path.join(params["dest"], "preflight.json")
    data = {"cluster": params["cluster"], "counts": r.counts(rows), "rows": [row.to_json() for row in rows]}
    write_text(path, json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    write_text(os.path.join(params["dest"], "preflight.txt"), "\n".join(lines) + "\n")
    return Outcome(
        summary=r.counts(rows),
        report_path=path,
        values={"rows": data["rows"], "table": lines, "blocking": r.sentences(rows)},
    )


def all_rows(params: t.Mapping[str, t.Any]) -> t.List[Row]:
    """The whole table, in order."""
    cluster, sites, notebooks = params["cluster"], params["sites"], params["notebooks"]
    measured = {str(item.get("host")): item for item in params["measured"]}
    measured_notebooks = {str(item.get("host")): item for item in params["measured_notebooks"]}
    core = tuple(int(part) for part in re.findall(r"\d+", params["core_version"])[:2])
    facts = measured.get(cluster, {}).get("facts") or {}
    rows: t.List[Row] = []
    for host in [*sites, cluster]:
        rows += host_rows(host, measured.get(host), core)
    for host in notebooks:
        rows += host_rows(host, measured_notebooks.get(host), core)
    staged: t.List[int] = []
    for site in sites:
        is_staged = bool(measured.get(site, {}).get("staged"))
        contents, more = content_rows(site, params["records"], params["rate"], facts, is_staged)
        rows += more
        if is_staged and contents is not None:
            staged.append(contents.bytes)
    rows += staging_rows(cluster, staged, {host: (item.get("facts") or {}) for host, item in measured_notebooks.items()}, facts)
    if facts.get("transport") == "api":
        # The sites cannot know how auto was decided; nobody will call the client there.
        rows = [row for row in rows if row.check != r.CLI]
    return r.ordered(r.accept(rows, set(params["accept"])), [*sites, *notebooks, cluster])


def staging_rows(cluster: str, staged: t.Sequence[int], notebooks: t.Mapping[str, Json], facts: Json) -> t.List[Row]:
    """Whether dumps and archives fit on the cluster's host; ``staged`` are the sizes of the staged sites in bytes."""
    free = facts.get("work_dir_free")
    if free is None:
        return []
    folder, left = str(facts["work_dir"]), max(0, sum(staged) - int(facts.get("staged_bytes") or 0))
    rows = [rules_host.staging(cluster, folder, left, int(free))] if staged else []
    counted = {host: found for host, found in notebooks.items() if found.get("archive_bytes") is not None}
    if counted:
        room = rules_aen.Room(folder, max(0, int(free) - left), int(facts.get("notebook_staged_bytes") or 0))
        rows.append(rules_aen.archives(cluster, counted, room))
    return rows


def host_rows(host: str, measured: t.Optional[t.Mapping[str, t.Any]], core: t.Tuple[int, ...]) -> t.List[Row]:
    """The rows of one host: the output of the plain commands, and what its own module measured."""
    if measured is None:
        return [rules_host.ssh(host, None)]
    probe = rules_host.parse_probe(
        str(measured.get("stdout") or ""),
        unreachable=bool(measured.get("unreachable")),
        failed=bool(measured.get("failed")),
        said=str(measured.get("said") or ""),
    )
    rows = [rules_host.ssh(host, probe)]
    if rows[0].verdict != r.OK:
        return rows
    if measured.get("raw"):
        rows += [
            rules_host.no_python(host, bool(measured.get("staged"))),
            rules_host.user(host, str(measured.get("user")), probe.user or ""),
        ]
        return rows + rules_host.shell(
            host, rules_host.parse_shell(str(measured.get("shell") or "")), float(measured.get("space_factor") or 0), probe.user or ""
        )
    rows.append(rules_host.python(host, probe, core, supplied=bool(measured.get("supplied"))))
    own = [Row.from_json(row) for row in measured.get("rows") or ()]
    if own:
        return rows + own
    if measured.get("user") and probe.user is not None:
        rows.append(rules_host.user(host, str(measured["user"]), probe.user))
    if rows[1].verdict != r.OK:
        advice = "Fix the Python of this host first."
        return [*rows, r.unknown(r.CHECKS, host, "The other checks need a Python on this host.", rules_host.EVERYTHING, advice)]
    why = r.one_line(f"The other checks on this host failed: {measured.get('error') or 'their module did not run'}")
    advice = "Run the playbook with -vvv to see what the module said."
    rows.append(Row(r.CHECKS, host, r.BLOCKING, why, rules_host.EVERYTHING, advice))
    return rows
