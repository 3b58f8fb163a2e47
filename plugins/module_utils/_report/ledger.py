# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: one terminal disposition for every file of the inventories and every placement.  Private to the collection.  Pure."""

from __future__ import annotations

import collections
import dataclasses
import functools
import hashlib
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model import verdicts
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import PlacementKey
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import LeftOut, Placement, SkippedPlacement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import KEPT as KEPT_REASON
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import REMOVED_ON_AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._report import compare
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import OTHER_BYTES, UNPROVEN, UNREADABLE, Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.ledger import ProjectLine
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted

UPLOADED = "uploaded"
REPLACED = "replaced"
PRESENT = "present"
KEPT = "kept"
QUARANTINED = "quarantined"
MOVED = "moved"
CONFLICT = "conflict"
FAILED = "failed"
REMOVED = REMOVED_ON_AE5

ARRIVED = (UPLOADED, REPLACED, PRESENT)
"""Dispositions of files on the cluster with the same bytes as in the dump: sent by this plan's transfer, or there before."""

FAILING = (QUARANTINED, MOVED, CONFLICT, FAILED, REMOVED, UNPROVEN)
"""Dispositions that fail a run."""

PRECEDENCE = (*FAILING, KEPT, *ARRIVED)
"""The disposition of a file with several placements: the first of these; a file arrived only if all its placements did."""

OWNER_SUMS = ("files", "bytes", "arrived", "arrived_bytes", "failing", "failing_bytes")

VERDICTS = {CONFLICT: compare.OTHER_BYTES, UNPROVEN: compare.UNPROVEN, KEPT: verdicts.ACCEPTED}
"""The verdict of the finding for a placement's disposition; for every other one it is missing."""


@dataclasses.dataclass(frozen=True)
class PlacementEnd(JsonRecord):
    """The result of one placement."""

    channel: str
    subdir: str
    disposition: str
    """One of ``PRECEDENCE``."""
    detail: str = ""


@dataclasses.dataclass(frozen=True)
class LedgerLine(JsonRecord):
    """The result of one file of a site."""

    site: str
    owner: str
    package: str
    file: str
    path: str
    size: int
    disposition: str
    """One of ``PRECEDENCE``, or the reason why it was left out."""
    detail: str
    placements: t.Tuple[PlacementEnd, ...] = ()

    @property
    def channels(self) -> t.Tuple[str, ...]:
        return tuple(end.channel for end in self.placements)

    @property
    def sentence(self) -> str:
        where = f"{self.owner}/{self.package}/{self.file} of site {self.site}"
        return f"{where}: {self.detail}"


@dataclasses.dataclass(frozen=True)
class Ledger:
    """All lines, ordered, with their sums."""

    lines: t.Tuple[LedgerLine, ...]
    projects: t.Tuple[ProjectLine, ...] = ()
    """The notebook projects; they come after the files, and every sum except the digest counts files only."""

    @property
    def counts(self) -> t.Dict[str, int]:
        """Number of files by disposition."""
        return dict(sorted(collections.Counter(line.disposition for line in self.lines).items()))

    @property
    def placement_counts(self) -> t.Dict[str, int]:
        """Number of placements by disposition."""
        return dict(sorted(collections.Counter(end.disposition for line in self.lines for end in line.placements).items()))

    @functools.cached_property
    def digest(self) -> str:
        """sha256 over the lines as they are written."""
        digest = hashlib.sha256()
        for text in self.texts():
            digest.update(text.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def texts(self) -> t.Iterator[str]:
        """The lines as they are written, the files first."""
        for line in self.lines:
            yield json_line(line.to_json())
        for project in self.projects:
            yield json_line(project.to_json())

    @property
    def arrived(self) -> int:
        """Number of files that are on the cluster in every channel they belong to."""
        return sum(line.disposition in ARRIVED for line in self.lines)

    def failing(self) -> t.List[LedgerLine]:
        return [line for line in self.lines if line.disposition in FAILING]

    def by_owner(self) -> t.List[Json]:
        """Files and bytes of each owner of a site: all, arrived, and those that need a person.  Most files first."""
        sums: t.Dict[t.Tuple[str, str], t.Dict[str, int]] = {}
        for line in self.lines:
            mine = sums.setdefault((line.site, line.owner), dict.fromkeys(OWNER_SUMS, 0))
            mine["files"] += 1
            mine["bytes"] += line.size
            for name, dispositions in (("arrived", ARRIVED), ("failing", FAILING)):
                if line.disposition in dispositions:
                    mine[name] += 1
                    mine[name + "_bytes"] += line.size
        ordered = sorted(sums, key=lambda key: (-sums[key]["files"], key))
        return [{"site": site, "owner": owner, **sums[site, owner]} for site, owner in ordered]

    def by_site(self) -> t.Dict[str, t.Tuple[int, int]]:
        """Files and bytes of each site."""
        sums: t.Dict[str, t.Tuple[int, int]] = {}
        for line in self.lines:
            files, size = sums.get(line.site, (0, 0))
            sums[line.site] = (files + 1, size + line.size)
        return sums

    def imbalances(self, sites: t.Mapping[str, t.Tuple[int, int]], placements: int) -> t.List[str]:
        """Sentences, unless every file of the inventories has exactly one line and every placement one end.

        ``sites`` are files and bytes of each inventory, ``placements`` is how many the plan has, skipped ones included.
        """
        found = self.by_site()
        wrong = [
            f"The ledger accounts for {counted(found.get(site, (0, 0))[0], 'file')} of {found.get(site, (0, 0))[1]} bytes of site {site}, "
            f"and its inventory has {counted(sites.get(site, (0, 0))[0], 'file')} of {sites.get(site, (0, 0))[1]} bytes"
            for site in sorted({*found, *sites})
            if found.get(site, (0, 0)) != sites.get(site, (0, 0))
        ]
        ends = sum(len(line.placements) for line in self.lines)
        if ends != placements:
            wrong.append(f"The ledger accounts for {counted(ends, 'placement')}, and the plan has {placements}")
        return [f"{text}, so something was lost or counted twice; keep the plan folder and report this as a bug." for text in wrong]

    def findings(self) -> t.Iterator[Finding]:
        """A finding for each placement that is not on the cluster as planned; the lines' sentences report the same by file."""
        for line in self.lines:
            for end in line.placements:
                if end.disposition not in ARRIVED:
                    fails = end.disposition != KEPT
                    verdict = VERDICTS.get(end.disposition, compare.MISSING)
                    yield Finding(verdict, end.channel, f"{end.subdir}/{line.file}", end.detail, fails, told=True)


FileKey = t.Tuple[str, str, str, str, str, int]


def build_ledger(
    placements: t.Iterable[t.Tuple[Placement, str]],
    transfers: t.Mapping[PlacementKey, TransferRow],
    left_out: t.Iterable[LeftOut],
    held: t.Iterable[SkippedPlacement] = (),
    downloads: t.Optional[t.Mapping[PlacementKey, str]] = None,
) -> Ledger:
    """The ledger from each placement with its state on the target, the last transfers, the files left out, the skipped placements.

    ``downloads`` has what was wrong with a download, as a part of a sentence.
    """
    by_file: t.Dict[FileKey, t.List[PlacementEnd]] = collections.defaultdict(list)
    for placement, state in placements:
        disposition, detail = _end(placement, state, transfers.get(placement.key), (downloads or {}).get(placement.key, ""))
        by_file[_file_of(placement)].append(PlacementEnd(placement.channel, placement.subdir, disposition, detail))
    for item in held:
        by_file[_file_of(item)].append(PlacementEnd(item.channel, item.subdir, item.reason, item.detail))
    lines = [_line_of_placed(key, ends) for key, ends in by_file.items()]
    lines.extend(
        LedgerLine(item.site, item.owner, item.package, item.file, item.path, item.size, item.reason, item.detail) for item in left_out
    )
    return Ledger(tuple(sorted(lines, key=lambda line: (line.site, line.owner, line.package, line.path, line.file))))


def _file_of(item: t.Union[Placement, SkippedPlacement]) -> FileKey:
    """The file that a placement is of, as the plan tells files apart."""
    return (item.site, item.owner, item.package, item.file, item.path, item.size)


def _line_of_placed(key: FileKey, found: t.Sequence[PlacementEnd]) -> LedgerLine:
    """The line of a file: the disposition that comes first in ``PRECEDENCE``, with the reason of its first channel."""
    ends = tuple(sorted(found, key=lambda end: (end.channel, end.subdir)))
    first = min(ends, key=lambda end: _rank(end.disposition))
    return LedgerLine(*key, first.disposition, first.detail, ends)


def _rank(disposition: str) -> int:
    """An unknown reason is one for skipping, which comes before all successes."""
    return PRECEDENCE.index(disposition) if disposition in PRECEDENCE else PRECEDENCE.index(REMOVED)


def _end(placement: Placement, state: str, row: t.Optional[TransferRow], download: str) -> t.Tuple[str, str]:
    """Disposition and reason of one placement.  The target takes precedence over the transfer's row."""
    where = f"{placement.subdir}/{placement.file}"
    if state == compare.PRESENT:
        return (row.outcome if row is not None and row.outcome in ARRIVED else PRESENT), ""
    if state == compare.CORRUPT:
        return CONFLICT, f"Channel {placement.channel} serves other bytes for {where} than its repodata says: {download}."
    if state == compare.NOT_GIVEN:
        return UNPROVEN, f"Channel {placement.channel} lists {where}, but it cannot be downloaded: {download}."
    if row is not None and row.outcome in (QUARANTINED, MOVED):
        return row.outcome, row.reason
    if state in (OTHER_BYTES, UNPROVEN) and row is not None and row.outcome == "conflict" and row.reason.startswith(KEPT_REASON):
        return KEPT, f"Channel {placement.channel} has another {where}, which ae_conflict keeps."
    if state == OTHER_BYTES:
        return CONFLICT, f"Channel {placement.channel} has {where} with other bytes."
    if state == UNPROVEN:
        return UNPROVEN, f"Channel {placement.channel} shows no digest of {where}, so its bytes cannot be verified."
    if row is not None and row.reason:
        return FAILED, row.reason
    if state == UNREADABLE:
        return UNPROVEN, f"Channel {placement.channel} cannot be read with this token, so the file cannot be verified."
    return FAILED, f"It is not in channel {placement.channel}."
