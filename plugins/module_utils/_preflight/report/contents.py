# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last inventory of a site says about the upload to come.  Private to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.output import owners_path
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there, read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rules_ae5, rules_host
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Json, Row
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import read_inventory
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import read_placements
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

ARRIVED = ("uploaded", "present")
CONDA = "conda"


class Contents(t.NamedTuple):
    """What the last inventory of a site says; sizes in bytes."""

    files: int
    bytes: int
    """Of all files, which is what is staged."""
    left: int
    """Of the last plan, what has not arrived yet; without a plan, all that AE5 accepts."""
    largest: t.Optional[t.Tuple[str, int]]
    names: t.FrozenSet[str]


def read_contents(records: str, site: str) -> t.Optional[Contents]:
    """Reads a site's last inventory, and what has become of it; ``None`` where there is no inventory.

    Raises:
        MigrationError: one of the files is there and cannot be used.
    """
    path = os.path.join(records, "inventories", f"{site}.jsonl")
    if not is_there(path) and not is_there(owners_path(path)):
        return None
    inventory = read_inventory(path)
    whole, total, largest = 0, 0, None
    names: t.Set[str] = {group.name for owner in inventory.owners.values() for group in owner.groups}
    for file in inventory.files():
        whole += file.size
        if file.kind != CONDA or file.problems:
            continue
        total += file.size
        names.update((file.owner, *file.labels))
        if largest is None or file.size > largest[1]:
            largest = (file.file, file.size)
    left = _left(records, site)
    return Contents(inventory.record.files, whole, total if left is None else left, largest, frozenset(names))


def _left(records: str, site: str) -> t.Optional[int]:
    """Bytes of the last plan that have not arrived; ``None`` without a plan."""
    placements = os.path.join(records, "placements", f"{site}.jsonl")
    transfer = os.path.join(records, "transfer", f"{site}.jsonl")
    if not is_there(placements):
        return None
    arrived: t.Set[t.Tuple[str, str, str]] = set()
    if is_there(transfer):
        arrived = {row.key for row in read_records(transfer, "transfer record", TransferRow.from_json) if row.outcome in ARRIVED}
    return sum(placement.size for placement in read_placements(placements)[1] if placement.key not in arrived)


def content_rows(site: str, records: str, rate: float, facts: Json, staged: bool) -> t.Tuple[t.Optional[Contents], t.List[Row]]:
    """What a site's last inventory says, and the checks that need both it and what is known of the cluster.

    ``rate`` in bytes a second.
    """
    try:
        contents = read_contents(records, site)
    except MigrationError as exc:
        advice = "Run the export, then the plan: they write these files again."
        return None, [Row(r.INVENTORY, site, r.BLOCKING, r.one_line(str(exc)), rules_host.PLAN, advice)]
    if contents is None:
        advice = "Run the export, then the preflight again: it checks sizes, names and the duration of the upload."
        return None, [r.unknown(r.INVENTORY, site, "There is no inventory of this site yet.", rules_host.PLAN, advice)]
    largest, names, left = contents.largest, contents.names, contents.left
    evidence = f"{contents.files} files with {size_in_words(contents.bytes)}; {size_in_words(left)} are still to be uploaded."
    rows = [Row(r.INVENTORY, site, r.OK, evidence, rules_host.PLAN)]
    if largest is not None:
        rows.append(rules_ae5.file_size(site, largest, facts.get("size_limit")))
    rows.append(rules_ae5.names(site, names, facts.get("channel_names")))
    if not staged:
        rows.append(rules_ae5.token_life(site, left, rate, facts.get("token_seconds")))
    return contents, rows
