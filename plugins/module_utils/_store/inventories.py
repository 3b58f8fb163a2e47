# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the inventories that a plan is made from.  Private to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.output import owners_path
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import file_sha256, read_lines, read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import OwnerRecord, SiteRecord, SourceFile

SITE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""A site's name is an inventory host name and becomes a file name."""


@dataclasses.dataclass(frozen=True)
class SiteInput:
    """One site's inventory: who its owners are, and where its files are listed."""

    record: SiteRecord
    owners: t.Mapping[str, OwnerRecord]
    path: str

    @property
    def site(self) -> str:
        return self.record.site

    def files(self) -> t.Iterator[SourceFile]:
        """The files, one at a time; there may be very many."""
        return read_records(self.path, "inventory", SourceFile.from_json)


def read_inventory(path: str) -> SiteInput:
    """Reads the owners and checks that the list of files is the one they belong to.

    Raises:
        MigrationError: a file is missing, damaged, truncated, or the two are not of one inventory.
    """
    beside = owners_path(path)
    lines = read_lines(beside, "list of owners")
    try:
        record = SiteRecord.from_json(next(lines, None))
        owners = {owner.name: owner for owner in map(OwnerRecord.from_json, lines)}
    except SchemaError as exc:
        raise MigrationError(f"The list of owners {beside} cannot be used: {exc}; create the inventory again.") from exc
    if not SITE_NAME.fullmatch(record.site):
        raise MigrationError(
            f"The inventory {path} is of a site named {record.site!r}; a site's name is made of letters, digits, - _ and dots."
        )
    if len(owners) != record.owners:
        raise MigrationError(
            f"The list of owners {beside} has {len(owners)} of {record.owners} owners, so it is cut off; create the inventory again."
        )
    try:
        digest = file_sha256(path)
    except FileNotFoundError:
        raise MigrationError(f"The inventory {path} is missing beside {beside}; create the inventory again.") from None
    except OSError as exc:
        raise MigrationError(f"The inventory {path} cannot be read: {exc.strerror}.") from exc
    if digest != record.sha256:
        raise MigrationError(f"The inventory {path} is not the one that {beside} belongs to, or is cut off; create the inventory again.")
    return SiteInput(record, owners, path)


def read_inventories(paths: t.Sequence[str]) -> t.List[SiteInput]:
    """All inventories, ordered by site.

    Raises:
        MigrationError: one cannot be used, or two are of the same site.
    """
    sites: t.Dict[str, SiteInput] = {}
    for path in paths:
        found = read_inventory(path)
        if found.site in sites:
            raise MigrationError(
                f"The inventories {sites[found.site].path} and {path} are both of site {found.site!r}; give each site a name of its own."
            )
        sites[found.site] = found
    return [sites[name] for name in sorted(sites)]
