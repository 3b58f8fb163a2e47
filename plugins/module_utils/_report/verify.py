# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``migration_verify`` does: read the cluster anew, compare, account, report.  Private to the collection."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, SEEN, SUBDIRS, in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PUBLIC, Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import store
from ansible_collections.ae_ops.migration.plugins.module_utils._report import compare, page
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Applied, Finding, Observed, PlacementKey, Right
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import MIGRATED, Ledger, LedgerLine, build_ledger
from ansible_collections.ae_ops.migration.plugins.module_utils._report.records import Records

VERIFY_SPEC = ArgumentSpec(
    {
        "plan": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "records": {"type": "path"},
        "accept_public": {"type": "list", "elements": "str", "default": []},
        "strict": {"type": "bool", "default": False},
    }
)

REPORT = "report.json"
PAGE = "report.html"
LEDGER = "ledger.jsonl"
NOT_MIGRATED_SHOWN = 5000
WARNINGS_SHOWN = 50

GRAVEST_FIRST = (compare.WIDER, compare.MISSING, compare.NARROWER)


@dataclasses.dataclass(frozen=True)
class Verification:
    """Everything a verification found."""

    plan: store.Plan
    ledger: Ledger
    findings: t.Tuple[Finding, ...]
    access: t.Tuple[Right, ...]
    placements: int

    def failures(self) -> t.List[str]:
        """One sentence for each thing that must be put right before the migration is done, the gravest first."""
        imbalance = self.ledger.imbalance(sum(site.files for site in self.plan.sites))
        found = [imbalance] if imbalance is not None else []
        found.extend(
            f"Site {site} has no inventory, so nothing of it was migrated; run the export playbook for it."
            for site in self.plan.missing_sites
        )
        found.extend(finding.detail for finding in sorted(self.findings, key=_gravity) if finding.fails)
        found.extend(line.sentence for line in self.ledger.failing())
        return found

    def warnings(self) -> t.List[str]:
        """What does not fail the run and should not be overlooked either."""
        found = [finding.detail for finding in self.findings if not finding.fails and finding.verdict != compare.UNKNOWN]
        unknown = [finding.detail for finding in self.findings if finding.verdict == compare.UNKNOWN]
        return found[:WARNINGS_SHOWN] + unknown[:1] + ([f"And {len(unknown) - 1} more that could not be seen."] if len(unknown) > 1 else [])

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
            "verified": compare.UNKNOWN not in verdicts,
        }

    def report(self) -> t.Dict[str, t.Any]:
        """The content of ``report.json``."""
        not_migrated: t.List[LedgerLine] = [line for line in self.ledger.lines if line.disposition != MIGRATED]
        return {
            "schema_version": 1,
            "summary": self.summary(),
            "failures": self.failures(),
            "findings": [finding.to_json() for finding in self.findings],
            "access": [right.to_json() for right in self.access],
            "ledger": {"digest": self.ledger.digest, "counts": self.ledger.counts},
            "owners": self.ledger.by_owner(),
            "not_migrated": [line.to_json() for line in not_migrated[:NOT_MIGRATED_SHOWN]],
            "plan": {**self.plan.to_json(), "channels": [page.channel_for_report(channel) for channel in self.plan.channels]},
        }


def _gravity(finding: Finding) -> int:
    return GRAVEST_FIRST.index(finding.verdict) if finding.verdict in GRAVEST_FIRST else len(GRAVEST_FIRST)


def observe(cluster: Cluster, plan: store.Plan, placements: t.Iterable[Placement]) -> Observed:
    """Reads what the cluster shows of the planned channels: names, every subdir's repodata, shares, privacy.

    All subdirs that conda knows are read, so that what nobody planned is found, and those that only a placement names.
    """
    states = cluster.channels()
    present = [channel.name for channel in plan.channels if channel.name in states]
    pairs = dict.fromkeys((name, subdir) for name in present for subdir in SUBDIRS)
    pairs.update(dict.fromkeys((placement.channel, placement.subdir) for placement in placements if placement.channel in states))
    listings = cluster.repodata.read(pairs)
    shares = in_parallel(cluster.shares, present, cluster.workers)
    public = {name: (None if privacy is None else privacy == PUBLIC) for name, privacy in cluster.repodata.privacy(present).items()}
    return Observed(
        frozenset(states),
        {pair: listing.packages for pair, listing in listings.items() if listing.state == SEEN},
        shares,
        public,
        frozenset(pair for pair, listing in listings.items() if listing.state == REFUSED),
        {name: states[name].owner for name in present},
    )


def compare_all(
    plan: store.Plan, placements: t.Sequence[Placement], observed: Observed, applied: Applied, params: t.Mapping[str, t.Any]
) -> t.List[Finding]:
    """All findings but those that the ledger tells file by file.  ``params`` are those of the module."""
    strict = params["strict"]
    findings: t.List[Finding] = []
    planned: t.Set[PlacementKey] = {placement.key for placement in placements}
    for channel in plan.channels:
        if channel.name not in observed.channels:
            findings.append(Finding("missing", channel.name, "channel", f"Channel {channel.name} does not exist.", True))
            continue
        privacy = compare.privacy_finding(channel, observed, params["accept_public"])
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
    known = Records(params["records"])
    with connect(params, read_only=True) as cluster:
        observed = observe(cluster, plan, placements)
    ledger = build_ledger(
        ((placement, compare.placement_state(placement, observed)) for placement in placements),
        transfers,
        store.iter_left_out(params["plan"]),
    )
    access = [
        right
        for channel in plan.channels
        if channel.name in observed.channels
        for right in compare.rights(channel, observed, known.applied)
    ]
    result = Verification(
        plan, ledger, tuple(compare_all(plan, placements, observed, known.applied, params)), tuple(access), len(placements)
    )
    outcome = Outcome(summary=result.summary(), failures=result.failures(), values={"ledger_digest": ledger.digest})
    if not module.check_mode:
        outcome.report_path = os.path.join(params["dest"], PAGE)
        try:
            _write(params["dest"], result)
        except OSError as exc:
            outcome.failures.insert(0, f"The report cannot be written to {params['dest']}: {exc.strerror}.")
        known.add(_planned(plan, placements), observed, plan.members)
    outcome.warnings = known.warnings + result.warnings()
    return outcome


def _planned(plan: store.Plan, placements: t.Sequence[Placement]) -> Applied:
    shares = {channel.name: frozenset(map(principal_of, channel.shares)) for channel in plan.channels}
    return Applied(frozenset(placement.key for placement in placements), shares)


def _write(dest: str, result: Verification) -> None:
    report = result.report()
    with atomic_writer(os.path.join(dest, LEDGER)) as stream:
        stream.writelines(json_line(line.to_json()) for line in result.ledger.lines)
    with atomic_writer(os.path.join(dest, REPORT)) as stream:
        stream.write(json_line(report))
    with atomic_writer(os.path.join(dest, PAGE)) as stream:
        stream.write(page.render(report))
