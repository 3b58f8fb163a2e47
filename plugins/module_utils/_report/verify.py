# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``migration_verify`` does: read the cluster anew, compare, account, report.  Private to the collection."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SEEN, SUBDIRS, in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PUBLIC, Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import store
from ansible_collections.ae_ops.migration.plugins.module_utils._report import compare, page, records
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Applied, Finding, Observed, PlacementKey
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import Ledger, LedgerLine, build_ledger

VERIFY_SPEC = ArgumentSpec(
    {
        "plan": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "records": {"type": "path"},
        "strict": {"type": "bool", "default": False},
    }
)

REPORT = "report.json"
PAGE = "report.html"
LEDGER = "ledger.jsonl"
NOT_MIGRATED_SHOWN = 5000


@dataclasses.dataclass(frozen=True)
class Verification:
    """Everything a verification found."""

    plan: store.Plan
    ledger: Ledger
    findings: t.Tuple[Finding, ...]
    placements: int

    def failures(self) -> t.List[str]:
        """One sentence for each thing that must be put right before the migration is done."""
        found = [line.sentence for line in self.ledger.failing()]
        found.extend(finding.detail for finding in self.findings if finding.fails)
        found.extend(f"Site {site} has no inventory, so nothing of it was migrated; run the export playbook for it." for site in self.plan.missing_sites)
        return found

    def summary(self) -> t.Dict[str, t.Any]:
        verdicts: t.Dict[str, int] = {}
        for finding in self.findings:
            verdicts[finding.verdict] = verdicts.get(finding.verdict, 0) + 1
        return {
            "sites": len(self.plan.sites),
            "channels": len(self.plan.channels),
            "placements": self.placements,
            "files": self.ledger.counts,
            "bytes": sum(channel.bytes for channel in self.plan.channels),
            "findings": dict(sorted(verdicts.items())),
        }

    def report(self) -> t.Dict[str, t.Any]:
        """The content of ``report.json``."""
        not_migrated: t.List[LedgerLine] = [line for line in self.ledger.lines if line.disposition != "migrated"]
        return {
            "schema_version": 1,
            "summary": self.summary(),
            "failures": self.failures(),
            "findings": [finding.to_json() for finding in self.findings],
            "ledger": {"digest": self.ledger.digest, "counts": self.ledger.counts},
            "not_migrated": [line.to_json() for line in not_migrated[:NOT_MIGRATED_SHOWN]],
            "plan": {**self.plan.to_json(), "channels": [page.channel_for_report(channel) for channel in self.plan.channels]},
        }


def observe(cluster: Cluster, plan: store.Plan) -> Observed:
    """Reads what the cluster shows of the planned channels: names, every subdir's repodata, shares, privacy."""
    states = cluster.channels()
    present = [channel.name for channel in plan.channels if channel.name in states]
    listings = cluster.repodata.read((name, subdir) for name in present for subdir in SUBDIRS)
    shares = in_parallel(cluster.shares, present, cluster.workers)
    public = {name: (None if privacy is None else privacy == PUBLIC) for name, privacy in cluster.repodata.privacy(present).items()}
    return Observed(
        frozenset(states),
        {pair: listing.packages for pair, listing in listings.items() if listing.state == SEEN},
        shares,
        public,
    )


def compare_all(plan: store.Plan, placements: t.Sequence[Placement], observed: Observed, applied: Applied, strict: bool) -> t.List[Finding]:
    """All findings but those that the ledger tells file by file."""
    findings: t.List[Finding] = []
    planned: t.Set[PlacementKey] = {placement.key for placement in placements}
    for channel in plan.channels:
        if channel.name not in observed.channels:
            findings.append(Finding("missing", channel.name, "channel", f"Channel {channel.name} does not exist.", True))
            continue
        privacy = compare.privacy_finding(channel, observed)
        findings.extend([privacy] if privacy else [])
        findings.extend(compare.share_findings(channel, observed, applied, strict))
    findings.extend(compare.extra_packages(planned, observed, applied, strict))
    gone = sorted({channel for channel, _subdir, _file in applied.placements} - {channel.name for channel in plan.channels})
    findings.extend(
        Finding("stale", name, "channel", f"AE4 no longer gives anything in channel {name}; AE5 still has it.", strict)
        for name in gone
        if name in observed.channels
    )
    findings.extend(
        Finding("stale", "", "member", decision.detail, strict) for decision in plan.decisions if decision.code == "stale_member"
    )
    return findings


def verify(module: MigrationModule) -> Outcome:
    """Verifies a plan against its cluster and writes ledger, report and records."""
    params = module.params
    plan = store.load_plan(params["plan"])
    placements = list(store.iter_placements(params["plan"]))
    transfers = {row.key: row for row in store.iter_transfer(params["plan"])}
    applied = records.read_applied(params["records"]) if params["records"] else Applied()
    with connect(params, read_only=True) as cluster:
        observed = observe(cluster, plan)
    ledger = build_ledger(
        ((placement, compare.placement_state(placement, observed)) for placement in placements), transfers, store.iter_left_out(params["plan"])
    )
    ledger.check_sum(sum(site.files for site in plan.sites))
    findings = compare_all(plan, placements, observed, applied, params["strict"])
    result = Verification(plan, ledger, tuple(findings), len(placements))
    if not module.check_mode:
        _write(params["dest"], result)
        if params["records"]:
            records.write_applied(params["records"], _planned(plan, placements), observed, plan.members)
    outcome = Outcome(summary=result.summary(), failures=result.failures(), report_path=os.path.join(params["dest"], PAGE))
    outcome.warnings = [finding.detail for finding in findings if not finding.fails and finding.verdict in ("stale", "foreign")][:50]
    outcome.values["ledger_digest"] = ledger.digest
    return outcome


def _planned(plan: store.Plan, placements: t.Sequence[Placement]) -> Applied:
    shares = {channel.name: frozenset((share.kind, share.name) for share in channel.shares) for channel in plan.channels}
    return Applied(frozenset(placement.key for placement in placements), shares)


def _write(dest: str, result: Verification) -> None:
    report = result.report()
    with atomic_writer(os.path.join(dest, LEDGER)) as stream:
        stream.writelines(json_line(line.to_json()) for line in result.ledger.lines)
    with atomic_writer(os.path.join(dest, REPORT)) as stream:
        stream.write(json_line(report))
    with atomic_writer(os.path.join(dest, PAGE)) as stream:
        stream.write(page.render(report))
