# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: one terminal disposition for every file of the inventories.  Private to the collection.  Pure."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import KEPT as KEPT_REASON
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json, LeftOut, Placement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import (
    OTHER_BYTES,
    PRESENT,
    UNPROVEN,
    UNREADABLE,
    PlacementKey,
)

MIGRATED = "migrated"
KEPT = "kept"
QUARANTINED = "quarantined"
CONFLICT = "conflict"
FAILED = "failed"

FAILING = (QUARANTINED, CONFLICT, FAILED, UNPROVEN)
"""Dispositions that a run must not end well with."""

PRECEDENCE = (QUARANTINED, CONFLICT, FAILED, UNPROVEN, KEPT, MIGRATED)
"""What a file is that has several placements: a damaged file is damaged wherever it goes; migrated is what is everywhere."""


@dataclasses.dataclass(frozen=True)
class LedgerLine:
    """What became of one file of a site."""

    site: str
    owner: str
    package: str
    file: str
    path: str
    size: int
    disposition: str
    """One of ``PRECEDENCE``, or the reason it was left out for."""
    detail: str
    channels: t.Tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        where = f"{self.owner}/{self.package}/{self.file} of site {self.site}"
        return f"{where}: {self.detail}"

    def to_json(self) -> Json:
        return {**dataclasses.asdict(self), "channels": list(self.channels)}


@dataclasses.dataclass(frozen=True)
class Ledger:
    """All lines, ordered, with what they add up to."""

    lines: t.Tuple[LedgerLine, ...]

    @property
    def counts(self) -> t.Dict[str, int]:
        return dict(sorted(collections.Counter(line.disposition for line in self.lines).items()))

    @property
    def digest(self) -> str:
        """sha256 over the lines as they are written."""
        digest = hashlib.sha256()
        for line in self.lines:
            digest.update(json_line(line.to_json()).encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def failing(self) -> t.List[LedgerLine]:
        return [line for line in self.lines if line.disposition in FAILING]

    def by_owner(self) -> t.List[Json]:
        """Files of each owner of a site: all, migrated, and those that need a person.  Most files first."""
        counted: t.Dict[t.Tuple[str, str], t.Counter[str]] = {}
        for line in self.lines:
            mine = counted.setdefault((line.site, line.owner), collections.Counter())
            mine["files"] += 1
            mine["migrated"] += line.disposition == MIGRATED
            mine["failing"] += line.disposition in FAILING
        rows = [{"site": site, "owner": owner, **mine} for (site, owner), mine in counted.items()]
        return sorted(rows, key=lambda row: (-row["files"], row["site"], row["owner"]))

    def imbalance(self, files: int) -> t.Optional[str]:
        """A sentence, unless every one of the ``files`` files of the inventories has exactly one line."""
        if len(self.lines) == files:
            return None
        return (
            f"The lines of the ledger ({len(self.lines)}) are not as many as the files of the inventories ({files}), so something was lost "
            "or counted twice; keep the plan folder and report this as a bug."
        )


def build_ledger(
    placements: t.Iterable[t.Tuple[Placement, str]], transfers: t.Mapping[PlacementKey, TransferRow], left_out: t.Iterable[LeftOut]
) -> Ledger:
    """The ledger from each placement with its state on the target, the last transfers, and the files left out."""
    by_file: t.Dict[t.Tuple[str, ...], t.List[t.Tuple[Placement, str]]] = collections.defaultdict(list)
    for placement, state in placements:
        by_file[_file_of(placement)].append((placement, state))
    lines = [_line_of_placed(found, transfers) for found in by_file.values()]
    lines.extend(
        LedgerLine(item.site, item.owner, item.package, item.file, item.path, item.size, item.reason, item.detail) for item in left_out
    )
    return Ledger(tuple(sorted(lines, key=lambda line: (line.site, line.owner, line.package, line.path, line.file))))


def _file_of(placement: Placement) -> t.Tuple[str, ...]:
    """The file that a placement is of, as the plan tells files apart."""
    return (placement.site, placement.owner, placement.package, placement.file, placement.path)


def _line_of_placed(found: t.Sequence[t.Tuple[Placement, str]], transfers: t.Mapping[PlacementKey, TransferRow]) -> LedgerLine:
    """The line of a file: the disposition that comes first in ``PRECEDENCE``, told for the first of its channels."""
    ordered = sorted(found, key=lambda item: item[0].key)
    ends = [_end(placement, state, transfers.get(placement.key)) for placement, state in ordered]
    disposition, detail = min(ends, key=lambda end: PRECEDENCE.index(end[0]))
    first = ordered[0][0]
    channels = tuple(placement.channel for placement, _state in ordered)
    return LedgerLine(first.site, first.owner, first.package, first.file, first.path, first.size, disposition, detail, channels)


def _end(placement: Placement, state: str, row: t.Optional[TransferRow]) -> t.Tuple[str, str]:
    """Disposition and reason of one placement.  What the target shows counts more than what a transfer said."""
    where = f"{placement.subdir}/{placement.file}"
    if state == PRESENT:
        return MIGRATED, ""
    if row is not None and row.outcome == "quarantined":
        return QUARANTINED, row.reason
    if state in (OTHER_BYTES, UNPROVEN) and row is not None and row.outcome == "conflict" and row.reason.startswith(KEPT_REASON):
        return KEPT, f"Channel {placement.channel} holds another {where}, which ae_conflict keeps."
    if state == OTHER_BYTES:
        return CONFLICT, f"Channel {placement.channel} holds {where} with other bytes."
    if state == UNPROVEN:
        return UNPROVEN, f"Channel {placement.channel} shows no digest of {where}, so its bytes are not proven."
    if row is not None and row.reason:
        return FAILED, row.reason
    if state == UNREADABLE:
        return UNPROVEN, f"Channel {placement.channel} cannot be read with this token, so it is not proven that the file is there."
    return FAILED, f"It is not in channel {placement.channel}."
