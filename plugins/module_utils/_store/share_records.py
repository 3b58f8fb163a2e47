# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of the rights that were last applied.  Private to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line, read_object
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import SCHEMA_VERSION


class ShareRecords:
    """``shares.json``: the rights that were last applied, by channel.  Losing it costs only sending them again."""

    def __init__(self, folder: t.Optional[str]) -> None:
        self._path = os.path.join(folder, "shares.json") if folder is not None else None
        self.shares: t.Dict[str, t.Dict[t.Tuple[str, str], Share]] = {}
        self.damaged = False
        if self._path is not None and os.path.exists(self._path):
            try:
                data = read_object(self._path, "record of shares")
                for channel, shares in data["shares"].items():
                    self.shares[channel] = {principal_of(share): share for share in map(Share.from_json, shares)}
            except (MigrationError, SchemaError, KeyError, TypeError, AttributeError):
                self.shares, self.damaged = {}, True

    def note(self, channel: str, share: Share, present: bool) -> None:
        """Writes down that a right was given or taken away."""
        mine = self.shares.setdefault(channel, {})
        if present:
            mine[principal_of(share)] = share
        else:
            mine.pop(principal_of(share), None)

    def save(self) -> None:
        """Writes the file, if there is a folder for it."""
        if self._path is None:
            return
        shares = {channel: [share.to_json() for _key, share in sorted(mine.items())] for channel, mine in self.shares.items() if mine}
        with atomic_writer(self._path) as stream:
            stream.write(json_line({"schema_version": SCHEMA_VERSION, "shares": shares}))
