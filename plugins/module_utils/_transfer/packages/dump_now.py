# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the dump has changed since the plan was made.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import file_sha256, read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, SliceHead
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import SourceFile

Digests = t.Tuple[t.Optional[str], t.Optional[str]]


class DumpNow:
    """Compares the site's inventory with the one that its slice of the placements was planned from.

    Without one of the two the dump counts as unchanged: each file is still checked while it is sent.
    """

    def __init__(self, inventory: t.Optional[str] = None, head: t.Optional[SliceHead] = None) -> None:
        self._path = inventory
        self.changed = False
        """Whether the dump has changed since the plan was made."""
        self.warnings: t.List[str] = []
        self._files: t.Optional[t.Dict[str, Digests]] = None
        if inventory is None or head is None:
            return
        try:
            self.changed = file_sha256(inventory) != head.inventory
        except FileNotFoundError:
            self.warnings.append(
                f"The inventory {inventory} does not exist, so files that changed since the plan are only found when they are sent."
            )
        except OSError as exc:
            raise MigrationError(f"The inventory {inventory} cannot be read: {exc.strerror}; run the export playbook again.") from exc
        if self.changed:
            self.warnings.append(
                f"The dump of site {head.site} has changed since the plan was made, so new files in it are not uploaded; run the plan"
                " playbook again for them."
            )

    def moved(self, placement: Placement) -> t.Optional[str]:
        """The end of a sentence, if the dump no longer has the planned file.

        Raises:
            MigrationError: the inventory is damaged.
        """
        if not self.changed:
            return None
        files = self._read()
        if placement.path not in files:
            return "the dump has changed since the plan was made and no longer has the file"
        sha256, md5 = files[placement.path]
        for ours, now in ((placement.sha256, sha256), (placement.md5, md5)):
            if ours and now:
                return (
                    None
                    if ours.lower() == now.lower()
                    else ("the dump has changed since the plan was made and has other bytes for the file")
                )
        return None

    def _read(self) -> t.Dict[str, Digests]:
        if self._files is None:
            records = read_records(self._path or "", "inventory", SourceFile.from_json)
            self._files = {file.path: (file.sha256, file.md5) for file in records if file.path}
        return self._files
