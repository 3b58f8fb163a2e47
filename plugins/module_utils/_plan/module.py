# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``migration_plan`` does: read, build, check, compare with the cluster, store.  Private to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import read_identity
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model import access
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_changes import channels_from
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Decision, Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, checks, declared, for_people, target, vendor
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.options import options_from
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.people import People
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.reference import read_reference
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import read_inventories
from ansible_collections.ae_ops.migration.plugins.module_utils._store.records import read_members
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words

PEOPLE_UNCHECKED = Decision(
    "people_unchecked",
    "The users and groups of AE5 were not read, so it was not checked whether they exist and whether a group has too many members.",
    "ae5_keycloak_username",
)


def make_plan(module: MigrationModule) -> Outcome:
    """Builds the plan and stores it in ``dest`` unless it is there already.

    Raises:
        MigrationError: an inventory cannot be used, or the plan has errors; then nothing is written, except the proposed
            ``principals.csv`` if the errors are about people.
    """
    params = module.params
    options = options_from(params)
    _raise_errors(declared.flaws(options))
    reference = read_reference(params, options.reference_channels)
    draft = build.Draft(options, read_inventories(params["inventories"]), reference=reference).read()
    people = People.of(draft, params["principals"])
    private_means = Capabilities.of(params).private_means
    errors = [*checks.plan_errors(draft), *declared.errors_of(draft), *checks.private_errors(draft, private_means)]
    identity = None if params["offline"] else read_identity(params)
    found = [] if identity is not None else [PEOPLE_UNCHECKED]
    warnings = list(people.warnings)
    proposed: t.Dict[str, str] = {}
    if identity is not None:
        more, found = checks.people_findings(draft, identity, read_members(params["records"]))
        found.extend(checks.missing_members(draft, identity))
        if more:
            proposed = {"principals": people.propose(params["dest"], identity, module.check_mode)}
        errors.extend(more)
    _raise_errors(errors, **proposed)
    plan, placements, left_out = build.finish(draft)
    plan = declared.extended(draft, plan)
    if identity is not None:
        plan = dataclasses.replace(plan, channels=access.skip_unknown(plan.channels, identity))
    plan = plan.with_decisions([*found, *checks.skipped_share_decisions(plan.channels)])
    made = target.PlanOnTarget(plan, placements) if params["offline"] else _beside_the_cluster(module, plan, placements)
    plan, placements = made.plan, made.placements
    text = for_people.render(plan, left_out)
    lists = {**people.lists(identity), store.TO_CREATE: [target.to_create(plan)]}
    files = store.rendered(plan, text, placements, left_out, vendor.owner_lines(draft, plan, made.held), made.held, lists)
    changed = not store.is_stored(params["dest"], files)
    if changed and not module.check_mode:
        store.write_plan(params["dest"], files)
    if params["current"] and not module.check_mode:
        _link(params["dest"], params["current"])
    outcome = Outcome(changed=changed, summary=_summary(made), report_path=os.path.join(params["dest"], store.PLAN_FOR_PEOPLE))
    outcome.values["dest"] = params["dest"]
    outcome.warnings = [*warnings, *made.warnings] + [
        f"Site {site} has no inventory, so nothing is planned from it; run the export playbook for it." for site in plan.missing_sites
    ]
    if changed:
        outcome.diff = [prepared_diff(f"plan of {plan.cluster}", _diff_lines(plan))]
    return outcome


def _link(dest: str, current: str) -> None:
    """Makes ``current`` a link to the plan; whoever reads it meanwhile finds the old plan or the new one."""
    fresh = f"{current}.{os.getpid()}"
    try:
        os.symlink(dest, fresh)
        os.replace(fresh, current)
    except OSError as exc:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise MigrationError(f"The link {current} to the plan cannot be made: {exc.strerror}; move away what is there.") from exc


def _raise_errors(errors: t.Sequence[str], **values: t.Any) -> None:
    if errors:
        head = "The plan has an error" if len(errors) == 1 else f"The plan has {len(errors)} errors"
        raise MigrationError(f"{head}, so nothing was written: {' | '.join(errors[:10])}", errors=list(errors[:200]), **values)


def _beside_the_cluster(module: MigrationModule, plan: store.Plan, placements: t.Sequence[Placement]) -> target.PlanOnTarget:
    """The plan compared with the cluster, without what was removed there."""
    last = target.last_applied(module.params["records"])
    with connect(module.params, read_only=True) as cluster:
        return target.compare_with_cluster(cluster, plan, placements, last, module.params["restore"], module.params["accept_public"])


def _summary(made: target.PlanOnTarget) -> t.Dict[str, t.Any]:
    plan, placements = made.plan, made.placements
    totals = plan.changes.get("totals", {})
    return {
        **({"channels_to_create": totals["channels_to_create"], "changes": totals} if plan.target_read else {}),
        "sites": len(plan.sites),
        "channels": len(plan.channels),
        "placements": len(placements),
        "bytes": sum(channel.bytes for channel in plan.channels),
        "decisions": len(plan.decisions),
        "left_out": plan.left_out,
        **({"skipped": len(made.held)} if made.held else {}),
    }


def _diff_lines(plan: store.Plan) -> t.Iterator[str]:
    for channel in plan.channels:
        shared = ", ".join(share_in_words(share) for share in channel.shares) or "shared with nobody"
        yield (
            f"  {channel.name}: {'public' if channel.public else 'private'}, {counted(channel.files, 'file')}, "
            f"{size_in_words(channel.bytes)}; {shared}"
        )
    for decision in plan.decisions:
        yield f"  ! {decision.detail}"
    if plan.target_read:
        due = [item.line for item in channels_from(plan.changes)]
        yield "changes to the cluster as it is now:" if due else "changes to the cluster as it is now: none"
        yield from (f"  {line}" for line in due)
