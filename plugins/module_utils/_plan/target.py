# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan compared with its cluster: what the cluster holds, what is skipped, what is to do.  Private to the collection."""

from __future__ import annotations

import dataclasses
import io
import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._csv import write_table
from ansible_collections.ae_ops.migration.plugins.module_utils._model import by_hand
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_changes import changes_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Decision, Placement, SkippedPlacement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import DIFFERENT
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import state_at_planning
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.basis import read_basis
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.removed import LastApplied, skip_removed
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan
from ansible_collections.ae_ops.migration.plugins.module_utils._store.records import Records
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

NAMES_SHOWN = 3


@dataclasses.dataclass
class PlanOnTarget:
    """A plan after the comparison with the cluster."""

    plan: Plan
    placements: t.List[Placement]
    held: t.List[SkippedPlacement] = dataclasses.field(default_factory=list)
    warnings: t.List[str] = dataclasses.field(default_factory=list)


def last_applied(folder: t.Optional[str]) -> LastApplied:
    """The records in ``folder``.  Raises ``MigrationError`` if one cannot be read: what was removed on AE5 would be sent again."""
    known = Records(folder, strict=True)
    return LastApplied(known.applied, known.shares.given)


def compare_with_cluster(
    cluster: Cluster,
    plan: Plan,
    placements: t.Sequence[Placement],
    last: LastApplied,
    restore: t.Sequence[str],
    accept_public: t.Sequence[str] = (),
) -> PlanOnTarget:
    """Reads what the cluster holds of the plan, skips what was removed there, and computes what is to do.

    Raises:
        HttpError: the cluster cannot be read.
    """
    basis, channels, found = read_basis(cluster, plan.channels, placements)
    rest = skip_removed(channels, found, basis, last, restore)
    owners = {name: state.owner for name, state in basis.states.items()}
    changes = changes_of(rest.channels, rest.placements, owners)
    made = dataclasses.replace(plan, channels=tuple(rest.channels), target_read=True, changes=changes.to_json())
    made = dataclasses.replace(made, by_hand=by_hand.chores(made.channels, basis.privacy, cluster.can_make_private, accept_public))
    chores = by_hand.in_words(made.by_hand)
    made = made.with_decisions(
        [*rest.decisions, *conflicts(rest.placements), *(Decision("by_hand", text, "ae_accept_public") for text in chores)]
    )
    return PlanOnTarget(made, rest.placements, rest.held, [*rest.warnings, *chores])


def to_create(plan: Plan) -> str:
    """``channels-to-create.csv``: what a person has to do, channel by channel, with the exact names."""
    stream = io.StringIO()
    rows = [
        (channel.name, plan.by_hand[channel.name], channel.owner, channel.files, channel.bytes)
        for channel in plan.channels
        if channel.name in plan.by_hand
    ]
    write_table(stream, ("channel", "to do in AE5's web interface", "owner in AE4", "files", "bytes"), rows)
    return stream.getvalue()


def conflicts(placements: t.Iterable[Placement]) -> t.Iterator[Decision]:
    """One decision for each channel that holds other bytes under planned names.  The placements are ordered by channel."""
    other = (placement for placement in placements if state_at_planning(placement) == DIFFERENT)
    for channel, group in itertools.groupby(other, key=lambda placement: placement.channel):
        names = [f"{placement.subdir}/{placement.file}" for placement in group]
        detail = f"Channel {channel} already has other bytes for {counted(len(names), 'planned file')} ({listed(names, NAMES_SHOWN)})."
        yield Decision("conflict", detail, "ae_conflict")
