# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Summary of the access table, which may have millions of rows.  Private to the collection.  Pure."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.equivalence import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.verdicts import NARROWER, SAME, UNKNOWN
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import gravity

ROWS_KEPT = 50_000
"""Of the rows that differ, and of those that do not."""

EXAMPLES = 5


@dataclasses.dataclass
class Loser:
    """Somebody with less access than in AE4."""

    kind: str
    name: str
    in_ae5: str
    channels: t.Dict[str, None] = dataclasses.field(default_factory=dict)
    reasons: t.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    def to_json(self) -> Json:
        return {
            "kind": self.kind,
            "name": self.name,
            "in_ae5": self.in_ae5,
            "channels": len(self.channels),
            "examples": list(self.channels)[:EXAMPLES],
            "reasons": [reason for reason, _number in self.reasons.most_common(EXAMPLES) if reason],
        }


class AccessSummary:
    """Gets every row once: counts the verdicts, keeps the first rows, and adds up who lost what."""

    def __init__(self) -> None:
        self.total = 0
        self.counts: t.Counter[str] = collections.Counter()
        self._kept: t.Dict[str, t.List[Row]] = {}
        self._losers: t.Dict[t.Tuple[str, str], Loser] = {}

    def add(self, row: Row) -> None:
        """Takes one row."""
        self.total += 1
        self.counts[row.verdict] += 1
        kept = self._kept.setdefault(row.verdict, [])
        if len(kept) < ROWS_KEPT:
            kept.append(row)
        if row.verdict == NARROWER:
            loser = self._losers.setdefault((row.kind, row.principal), Loser(row.kind, row.principal, row.in_ae5))
            loser.channels[row.channel] = None
            loser.reasons[row.reason] += 1

    def rows(self, number: int) -> t.List[Row]:
        """The first ``number`` kept rows, the gravest first and the same last."""
        ordered = sorted(self._kept, key=lambda verdict: (verdict == SAME, verdict == UNKNOWN, gravity(verdict)))
        return [row for verdict in ordered for row in self._kept[verdict]][:number]

    def losers(self) -> t.List[Loser]:
        """Who lost access: anyone and everyone first, then by the number of channels."""
        return sorted(self._losers.values(), key=lambda item: (item.kind == "user", -len(item.channels), item.name))
