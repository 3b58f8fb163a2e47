# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of placements, owner by owner.  Private to the collection.

The list is ordered by channel, so the lines of one owner may be anywhere in it.  Only the offset of each line is kept in
memory; the placements themselves are read again for each owner.
"""

from __future__ import annotations

import array
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_object
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, SliceHead
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import slice_line


class Slice:
    """The placements of one list, of one site if ``site`` is given.

    Raises:
        MigrationError: the list cannot be read or is damaged.
    """

    def __init__(self, path: str, site: t.Optional[str]) -> None:
        self._path = path
        self._begins: t.Dict[str, array.array[int]] = {}
        self.channels: t.Set[str] = set()
        """All channels of the list, of all owners."""
        position = 0
        try:
            with open(path, "rb") as stream:
                for number, line in enumerate(stream, start=1):
                    placement = self._line(line, f"Line {number}")
                    if isinstance(placement, SliceHead):
                        position += len(line)
                        continue
                    self.channels.add(placement.channel)
                    if site is None or placement.site == site:
                        self._begins.setdefault(placement.owner, array.array("Q")).append(position)
                    position += len(line)
        except OSError as exc:
            raise MigrationError(f"The list of placements {path} cannot be read: {exc.strerror}.") from exc

    @property
    def owners(self) -> t.List[str]:
        """The owners with a placement, ordered."""
        return sorted(self._begins)

    def of(self, owner: str) -> t.List[Placement]:
        """The placements of one owner.

        Raises:
            MigrationError: the list has changed since it was opened.
        """
        found = []
        with open(self._path, "rb") as stream:
            for begin in self._begins[owner]:
                stream.seek(begin)
                found.append(self._line(stream.readline(), f"The line at byte {begin}"))
        mine = [placement for placement in found if isinstance(placement, Placement) and placement.owner == owner]
        if len(mine) < len(found):
            raise MigrationError(f"The list of placements {self._path} has changed while it was read; run it again.")
        return mine

    def _line(self, line: bytes, where: str) -> t.Union[SliceHead, Placement]:
        try:
            return slice_line(json_object(line.decode("utf-8", "surrogateescape")))
        except SchemaError as exc:
            raise MigrationError(
                f"{where} of the list of placements {self._path} cannot be used: {exc}; run the plan playbook again."
            ) from exc
        except ValueError as exc:
            raise MigrationError(
                f"{where} of the list of placements {self._path} {exc}, so the file is damaged; run the plan playbook again."
            ) from exc
