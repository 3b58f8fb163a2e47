# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the plan of each owner compares to the vendor's own import: reading ``owners/<site>.jsonl``.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import read_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.vendor_import import OwnerFacts, OwnersHead

WHAT = "list of the plan's owners"


@dataclasses.dataclass(frozen=True)
class SiteOwners:
    """One site's file."""

    site: str
    inventory_sha256: str
    owners: t.Mapping[str, OwnerFacts]


def read_owners(path: str) -> SiteOwners:
    """Reads one site's file.

    Raises:
        MigrationError: it is missing or damaged.
    """
    lines = read_lines(path, WHAT)
    try:
        head = OwnersHead.from_json(next(lines, None))
        return SiteOwners(head.site, head.inventory_sha256, {facts.owner: facts for facts in map(OwnerFacts.from_json, lines)})
    except SchemaError as exc:
        raise MigrationError(f"The {WHAT} {path} cannot be used: {exc}; run the plan playbook again.") from exc
