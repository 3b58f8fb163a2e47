# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a verification: sentences, counts, ``report.json``.  Private to the collection.  Pure."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import verdicts
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import PlacementKey
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._report import compare
from ansible_collections.ae_ops.migration.plugins.module_utils._report.access_summary import AccessSummary
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._report.deep import Downloaded
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import ARRIVED, Ledger, LedgerLine
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.rows import Projects
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted

SCHEMA_VERSION = 1
WITH_PROJECTS = 2
"""The version of a report with a section of notebook projects; a report without one stays at version 1."""
SHOWN = 5000
"""The most sentences, findings, access rows and files in ``report.json``; the other files have all."""

WARNINGS_SHOWN = 50

OF_A_CHANNEL = ("channel", "privacy", "shares")
"""``what`` of the findings about a channel itself; those about people are in the access table."""


@dataclasses.dataclass(frozen=True)
class Verification:
    """Everything a verification found."""

    plan: store.Plan
    ledger: Ledger
    findings: t.Tuple[Finding, ...]
    access: AccessSummary
    placements: int
    """Of the plan, skipped ones included."""
    downloads: t.Mapping[PlacementKey, Downloaded] = dataclasses.field(default_factory=dict)
    run: t.Optional[str] = None
    """The name of the run's folder, which is the time of its plan; ``None`` if the folder has another name."""
    projects: t.Optional[Projects] = None
    """The notebook projects; None without notebook hosts."""
    chores: t.Tuple[str, ...] = ()
    """What a person has to do on AE5 before the rest can be done, see ``_model.by_hand``: one sentence for all channels of a kind."""
    absent: t.FrozenSet[str] = frozenset()
    """The planned channels that do not exist."""

    def failures(self) -> t.List[str]:
        """One sentence for each problem that must be solved before the migration is done, the gravest first."""
        found = self.ledger.imbalances({site.site: (site.files, site.bytes) for site in self.plan.sites}, self.placements)
        if self.projects is not None:
            found.extend(self.projects.imbalances())
        found.extend(
            f"Site {site} has no inventory, so nothing was migrated from it; run the export playbook for it."
            for site in self.plan.missing_sites
        )
        found.extend(self.chores)
        found.extend(finding.detail for finding in self.ordered_findings() if finding.fails and not finding.told)
        waiting = [line for line in self.ledger.failing() if self._waits(line)]
        if waiting:
            found.append(f"{counted(len(waiting), 'file is', 'files are')} not on the cluster, because a channel of it does not exist.")
        rest = set(waiting)
        found.extend(line.sentence for line in self.ledger.failing() if line not in rest)
        return found if self.projects is None else found + self.projects.failures()

    def _waits(self, line: LedgerLine) -> bool:
        """Whether all that a file lacks are channels."""
        lacking = {end.channel for end in line.placements if end.disposition not in ARRIVED}
        return bool(lacking) and lacking <= self.absent

    def warnings(self) -> t.List[str]:
        """Findings that do not fail the run and are worth a look."""
        open_ = [finding for finding in self.findings if not finding.fails and not finding.told]
        found = [finding.detail for finding in open_ if finding.verdict != verdicts.UNKNOWN]
        unknown = [finding.detail for finding in open_ if finding.verdict == verdicts.UNKNOWN]
        return found[:WARNINGS_SHOWN] + unknown[:1] + ([f"{len(unknown) - 1} more could not be seen."] if len(unknown) > 1 else [])

    def ordered_findings(self) -> t.List[Finding]:
        """Failing findings first, then by gravity."""
        return sorted(self.findings, key=lambda finding: (not finding.fails, compare.gravity(finding.verdict)))

    def channel_verdicts(self) -> t.Dict[str, t.List[str]]:
        """The verdicts on each channel and on the access to it; without channels that are as planned."""
        found: t.Dict[str, t.Set[str]] = {}
        for row in self.access.rows(self.access.total):
            if row.verdict != verdicts.SAME:
                found.setdefault(row.channel, set()).add(row.verdict)
        for finding in self.findings:
            if finding.what in OF_A_CHANNEL:
                found.setdefault(finding.channel, set()).add(finding.verdict)
        return {channel: sorted(mine, key=compare.gravity) for channel, mine in found.items()}

    @staticmethod
    def shared_in_words(channel: Channel) -> str:
        """The shares of a channel, and the skipped ones."""
        shared = [share_in_words(share) for share in channel.shares]
        return ", ".join(shared + [f"skipped: {share_in_words(item.share)}" for item in channel.skipped_shares]) or "nobody"

    def summary(self) -> t.Dict[str, t.Any]:
        counts = collections.Counter(finding.verdict for finding in self.findings)
        summary = {
            "sites": len(self.plan.sites),
            "channels": len(self.plan.channels),
            "channels_absent": len(self.absent),
            "placements": self.placements,
            "files": self.ledger.counts,
            "on_cluster": self.ledger.arrived,
            "bytes": sum(channel.bytes for channel in self.plan.channels),
            "findings": dict(sorted(counts.items())),
            "downloaded": {"files": len(self.downloads), "bytes": sum(found.size for found in self.downloads.values())},
            "verified": verdicts.UNKNOWN not in counts,
        }
        return summary if self.projects is None else {**summary, "projects": self.projects.counts}

    def report(self) -> Json:
        """The content of ``report.json``; its schema is docs/report.schema.json."""
        failures = self.failures()
        elsewhere = [line for line in self.ledger.lines if line.disposition not in ARRIVED]
        report = {
            "schema_version": SCHEMA_VERSION,
            "cluster": self.plan.cluster,
            "run": self.run,
            "done": not failures,
            "summary": self.summary(),
            "failures": failures[:SHOWN],
            "failures_total": len(failures),
            "findings": [finding.to_json() for finding in self.ordered_findings()[:SHOWN]],
            "access": {
                "rows": self.access.total,
                "counts": dict(sorted(self.access.counts.items())),
                "lost": [loser.to_json() for loser in self.access.losers()[:SHOWN]],
                "table": [row.to_json() for row in self.access.rows(SHOWN)],
            },
            "ledger": {
                "digest": self.ledger.digest,
                "lines": len(self.ledger.lines) + len(self.ledger.projects),
                "counts": self.ledger.counts,
                "placements": self.ledger.placement_counts,
            },
            "owners": self.ledger.by_owner(),
            "not_on_cluster": [line.to_json() for line in elsewhere[:SHOWN]],
            "plan": self._plan(),
        }
        if self.projects is None:
            return report
        return {**report, "schema_version": WITH_PROJECTS, "projects": self.projects.to_json(SHOWN)}

    def _plan(self) -> Json:
        return {
            "layout": self.plan.layout,
            "sites": [site.to_json() for site in self.plan.sites],
            "missing_sites": list(self.plan.missing_sites),
            "channels": [channel_for_report(channel) for channel in self.plan.channels],
            "decisions": [decision.to_json() for decision in self.plan.decisions],
            "left_out": self.plan.left_out,
            "changes": self.plan.changes,
        }


def channel_for_report(channel: Channel) -> Json:
    """A planned channel with its shares in words."""
    return {
        "name": channel.name,
        "owner": channel.owner,
        "public": channel.public,
        "files": channel.files,
        "bytes": channel.bytes,
        "shared": [share_in_words(share) for share in channel.shares],
        "skipped_shares": [
            {"share": share_in_words(item.share), "reason": item.reason, "detail": item.detail} for item in channel.skipped_shares
        ],
    }


def channels_in_words(line: LedgerLine) -> str:
    """The channels of a file; where not all of its placements ended as the file did, with the end of each other one."""
    return "; ".join(
        end.channel if end.disposition == line.disposition else f"{end.channel} ({end.disposition.replace('_', ' ')})"
        for end in line.placements
    )
