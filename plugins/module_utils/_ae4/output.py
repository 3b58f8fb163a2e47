# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an inventory: their names, and their differences.  Private to the collection."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import sound_lines


def inventory_line(record: t.Dict[str, t.Any]) -> str:
    """A line of either file; its keys stay in the order of the record."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def owners_path(inventory: str) -> str:
    """Name of the owners file that belongs to an inventory: ``inventory.jsonl`` -> ``inventory.owners.jsonl``."""
    stem = inventory[: -len(".jsonl")] if inventory.endswith(".jsonl") else inventory
    return stem + ".owners.jsonl"


class LinesDiff:
    """The differences in one of the files, by record.  Keeps the old file in memory, so only if ``wanted``."""

    def __init__(self, path: str, wanted: bool) -> None:
        self._wanted = wanted
        self._old = _old_records(path) if wanted else {}
        self._lines: t.List[str] = []

    def add(self, record: t.Dict[str, t.Any]) -> None:
        if not self._wanted:
            return
        key = _key(record)
        old = self._old.pop(key, None)
        if old is None:
            self._lines.append(f"+ {key}")
        elif old != record:
            names = ", ".join(name for name in record if record[name] != old.get(name))
            self._lines.append(f"~ {key} ({names})")

    def lines(self) -> t.List[str]:
        """Call it after all records were added: what is left of the old file was removed."""
        return [*self._lines, *(f"- {key}" for key in self._old)]


def _key(record: t.Dict[str, t.Any]) -> str:
    if record.get("record") == "owner":
        return f"owner {record.get('name')}"
    return str(record.get("path") or f"{record.get('owner')}/{record.get('package')}/{record.get('subdir')}/{record.get('file')} (missing)")


def _old_records(path: str) -> t.Dict[str, t.Dict[str, t.Any]]:
    # What cannot be read counts as not there: the diff shows it as added.
    records = (record for record in sound_lines(path) if isinstance(record, dict) and record.get("record") != "site")
    return {_key(record): record for record in records}
