# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``migration_verify``: read the cluster again, compare, account, report.  Private to the collection."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, SEEN, SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there
from ansible_collections.ae_ops.migration.plugins.module_utils._model import by_hand
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Applied, Observed, PlacementKey
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, SkippedPlacement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._report import compare, deep, files
from ansible_collections.ae_ops.migration.plugins.module_utils._report.access_table import verify_access
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._report.content import Verification
from ansible_collections.ae_ops.migration.plugins.module_utils._report.deep import Downloaded
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import FAILED, Ledger, build_ledger
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.read import read_all
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from ansible_collections.ae_ops.migration.plugins.module_utils._store.records import Records

VERIFY_SPEC = ArgumentSpec(
    {
        "plan": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "records": {"type": "path"},
        "accept_public": {"type": "list", "elements": "str", "default": []},
        "strict": {"type": "bool", "default": False},
        "deep": {"type": "str", "choices": list(deep.CHOICES), "default": deep.NONE},
        "deep_sample": {"type": "int", "default": 5},
        "notebooks": {"type": "path"},
        "notebook_hosts": {"type": "list", "elements": "str", "default": []},
        "notebooks_expected": {"type": "bool", "default": True},
    }
)


def observe(cluster: Cluster, plan: store.Plan, placements: t.Iterable[Placement]) -> Observed:
    """Reads what the cluster shows of the planned channels: names, every subdir's repodata, shares, privacy.

    All of conda's subdirs are read, to find unplanned packages, and the other subdirs of placements.
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
    plan: store.Plan, planned: t.AbstractSet[PlacementKey], observed: Observed, applied: Applied, params: t.Mapping[str, t.Any]
) -> t.List[Finding]:
    """All findings except those that the ledger reports file by file.

    ``planned`` are all placements, skipped ones included, ``params`` are those of the module.
    """
    strict = params["strict"]
    findings: t.List[Finding] = []
    for channel in plan.channels:
        if channel.name not in observed.channels:
            findings.append(Finding("missing", channel.name, "channel", f"Channel {channel.name} does not exist.", True))
            continue
        privacy = compare.privacy_finding(channel, observed, params["accept_public"], strict)
        findings.extend([privacy] if privacy else [])
        findings.extend(compare.share_findings(channel, observed, applied, strict))
    findings.extend(compare.extra_packages(planned, observed, applied, strict))
    gone = sorted({channel for channel, _subdir, _file in applied.placements} - {channel.name for channel in plan.channels})
    findings.extend(
        Finding("stale", name, "channel", f"Channel {name} is no longer in AE4; AE5 still has it.", strict)
        for name in gone
        if name in observed.channels
    )
    findings.extend(
        Finding("stale", "", "member", decision.detail, strict) for decision in plan.decisions if decision.code == "stale_member"
    )
    return findings


def verify(module: MigrationModule) -> Outcome:
    """Verifies a plan against its cluster and writes ledger, report and records.

    Raises:
        MigrationError: the plan is not complete, or the cluster cannot be read.
    """
    params = module.params
    if params["deep_sample"] < 1:
        raise MigrationError("deep_sample must be at least 1; to download nothing, set deep to none.")
    plan = store.load_plan(params["plan"])
    placements = list(store.iter_placements(params["plan"]))
    known = Records(params["records"])
    with connect(params, read_only=True, keep_cache=not module.check_mode) as cluster:
        observed = observe(cluster, plan, placements)
        states = [compare.placement_state(placement, observed) for placement in placements]
        can_make_private = cluster.can_make_private
        downloads = deep.download(cluster, deep.chosen(zip(placements, states), params["deep"], params["deep_sample"]))
    dest = None if module.check_mode else params["dest"]
    expected = params["notebooks_expected"] or is_there(params["notebooks"] or "")
    projects = read_all(params["notebooks"], params["notebook_hosts"] if expected else [], dest)
    ledger = _ledger(params["plan"], placements, states, downloads)
    if projects is not None:
        ledger = dataclasses.replace(ledger, projects=projects.lines)
    access = verify_access(params, plan, observed, known, dest)
    applied = _planned(plan, placements, store.iter_skipped(params["plan"]))
    findings = [*compare_all(plan, applied.placements, observed, known.applied, params), *access.findings, *ledger.findings()]
    absent = [channel for channel in plan.channels if channel.name not in observed.channels]
    due = by_hand.chores(absent, {}, can_make_private, params["accept_public"])
    findings = [told_as_chore(finding, due) for finding in findings]
    result = Verification(
        plan,
        ledger,
        tuple(findings),
        access.summary,
        len(applied.placements),
        downloads,
        files.run_name(params["plan"]),
        projects,
        tuple(by_hand.in_words(due)),
        frozenset(channel.name for channel in absent),
    )
    outcome = Outcome(summary=result.summary(), failures=result.failures(), values={"ledger_digest": ledger.digest}, final=True)
    if not module.check_mode:
        outcome.report_path = os.path.join(params["dest"], files.PAGE)
        try:
            files.write(params["dest"], result)
        except OSError as exc:
            outcome.failures.insert(0, f"The report cannot be written to {params['dest']}: {exc.strerror}.")
        known.add(applied, observed, plan.members, _unsettled(params["plan"], placements, states))
    outcome.warnings = [*known.warnings, *access.warnings, *result.warnings(), *(projects.warnings if projects is not None else ())]
    return outcome


def told_as_chore(finding: Finding, due: t.Mapping[str, str]) -> Finding:
    """The finding, without a sentence of its own in the failures if it is one of the channels that a person has to create."""
    if finding.what != "channel" or finding.verdict != "missing" or finding.channel not in due:
        return finding
    detail = f"Channel {finding.channel} does not exist; in AE5's web interface {due[finding.channel]}."
    return dataclasses.replace(finding, detail=detail, told=True)


def _ledger(
    folder: str, placements: t.Sequence[Placement], states: t.Sequence[str], downloads: t.Mapping[PlacementKey, Downloaded]
) -> Ledger:
    """The ledger of the plan in ``folder``; a download takes precedence over a listing."""
    proven = [downloads[placement.key].state if placement.key in downloads else state for placement, state in zip(placements, states)]
    return build_ledger(
        zip(placements, proven),
        {row.key: row for row in store.iter_transfer(folder)},
        store.iter_left_out(folder),
        store.iter_skipped(folder),
        {key: found.why for key, found in downloads.items() if found.why},
    )


def _planned(plan: store.Plan, placements: t.Iterable[Placement], held: t.Iterable[SkippedPlacement]) -> Applied:
    """What the plan asks for, skipped placements and shares included."""
    shares = {
        channel.name: frozenset(map(principal_of, [*channel.shares, *(item.share for item in channel.skipped_shares)]))
        for channel in plan.channels
    }
    keys = frozenset([*(placement.key for placement in placements), *(item.key for item in held)])
    return Applied(keys, shares, frozenset(channel.name for channel in plan.channels if channel.public or channel.kept_private))


def _unsettled(folder: str, placements: t.Sequence[Placement], states: t.Sequence[str]) -> t.FrozenSet[PlacementKey]:
    """The placements for which the target holds another file, or whose upload failed."""
    tried = {row.key for row in store.iter_transfer(folder) if row.outcome == FAILED}
    return frozenset(
        placement.key
        for placement, state in zip(placements, states)
        if state == compare.OTHER_BYTES or (state == compare.MISSING and placement.key in tried)
    )
