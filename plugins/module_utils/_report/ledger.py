# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: one terminal disposition for every file of the inventories.  Private to the collection.  Pure."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json, LeftOut, Placement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import MISSING, OTHER_BYTES, PRESENT, PlacementKey

FAILING = ("quarantined", "failed", "conflict")
"""Dispositions that a run must not end well with."""


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
    """migrated, quarantined, failed, conflict, or the reason it was left out for."""
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

    def check_sum(self, files: int) -> None:
        """Every file of the inventories has exactly one line.

        Raises:
            MigrationError: it has not.
        """
        if len(self.lines) != files:
            raise MigrationError(
                f"The ledger has {len(self.lines)} lines for {files} files of the inventories, so something was lost or counted twice; "
                "keep the plan folder and report this as a bug."
            )


def build_ledger(
    placements: t.Iterable[t.Tuple[Placement, str]], transfers: t.Mapping[PlacementKey, TransferRow], left_out: t.Iterable[LeftOut]
) -> Ledger:
    """The ledger from each placement with its state on the target, the last transfers, and the files left out."""
    by_file: t.Dict[t.Tuple[str, str], t.List[t.Tuple[Placement, str]]] = collections.defaultdict(list)
    for placement, state in placements:
        by_file[(placement.site, placement.path)].append((placement, state))
    lines = [_line_of_placed(found, transfers) for found in by_file.values()]
    lines.extend(
        LedgerLine(item.site, item.owner, item.package, item.file, item.path, item.size, item.reason, item.detail) for item in left_out
    )
    return Ledger(tuple(sorted(lines, key=lambda line: (line.site, line.owner, line.package, line.path, line.file))))


def _line_of_placed(found: t.Sequence[t.Tuple[Placement, str]], transfers: t.Mapping[PlacementKey, TransferRow]) -> LedgerLine:
    first = found[0][0]
    channels = tuple(sorted(placement.channel for placement, _state in found))
    disposition, detail = "migrated", ""
    for placement, state in found:
        if state != PRESENT:
            disposition, detail = _why(placement, state, transfers.get(placement.key))
            break
    return LedgerLine(first.site, first.owner, first.package, first.file, first.path, first.size, disposition, detail, channels)


def _why(placement: Placement, state: str, row: t.Optional[TransferRow]) -> t.Tuple[str, str]:
    if row is not None and row.outcome == "quarantined":
        return "quarantined", row.reason
    if state == OTHER_BYTES:
        return "conflict", f"Channel {placement.channel} holds {placement.subdir}/{placement.file} with other bytes."
    if row is not None and row.reason:
        return "failed", row.reason
    if state == MISSING:
        return "failed", f"It is not in channel {placement.channel}."
    return "failed", f"Channel {placement.channel} shows no digest of {placement.subdir}/{placement.file}, so its bytes are not proven."
