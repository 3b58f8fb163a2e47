# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skips what was removed on AE5 since the last run, and reports it.  Private to the collection.

Three states are compared: what was last applied (the records), what AE4 gives now (the plan), what AE5 shows now.  Nothing is
skipped without a record, or if AE5 does not show its state.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_key, principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Applied
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import (
    Channel,
    Decision,
    Placement,
    Share,
    SkippedPlacement,
    SkippedShare,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, REMOVED_ON_AE5, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.basis import Basis
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

VARIABLE = "ae_restore"
NAMES_SHOWN = 5

Principal = t.Tuple[str, str]


@dataclasses.dataclass(frozen=True)
class LastApplied:
    """The records of earlier runs: what they found applied, and the shares with their access."""

    applied: Applied = dataclasses.field(default_factory=Applied)
    shares: t.Mapping[str, t.Mapping[Principal, Share]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class PlanWithoutRemoved:
    """A plan without what is skipped, and what is skipped."""

    channels: t.List[Channel]
    placements: t.List[Placement]
    held: t.List[SkippedPlacement]
    decisions: t.List[Decision]
    warnings: t.List[str]


def skip_removed(
    channels: t.Sequence[Channel], placements: t.Sequence[Placement], basis: Basis, last: LastApplied, restore: t.Sequence[str]
) -> PlanWithoutRemoved:
    """Takes out of a plan what was removed on AE5, unless the channel matches a pattern of ``restore``."""
    watched = {channel.name for channel in channels if not matches_any(channel.name, restore)}
    filled = {key[0] for key in last.applied.placements}
    gone = {name for name in watched if name in filled and name not in basis.states}
    found = PlanWithoutRemoved([], [], [], [], [])
    by_channel: t.Dict[str, t.List[SkippedPlacement]] = {}
    for placement in placements:
        reason = _why(placement, gone, last) if placement.channel in watched else None
        if reason is None:
            found.placements.append(placement)
        else:
            by_channel.setdefault(placement.channel, []).append(SkippedPlacement.of(placement, REMOVED_ON_AE5, reason))
    found.held = [item for name in sorted(by_channel) for item in by_channel[name]]
    for channel in channels:
        mine = by_channel.get(channel.name, [])
        if channel.name in gone:
            found.decisions.append(_decision(f"Channel {channel.name} was deleted on AE5 with {_files(mine)} and will not be recreated."))
            continue
        kept = _less(channel, mine)
        if mine:
            found.decisions.append(
                _decision(f"{_files(mine)} of channel {channel.name} {_were(mine)} deleted on AE5 and will not be sent again.")
            )
        if channel.name in watched:
            kept = _shares(kept, basis, last)
            kept = _privacy(kept, basis, last)
            found.decisions.extend(_decision(item.detail) for item in kept.skipped_shares if item.reason == REMOVED_ON_AE5)
            found.decisions.extend([_decision(kept.kept_private)] if kept.kept_private else [])
        found.channels.append(kept)
    # No warning if a part is restored: then the operator knows what happened.
    if gone and not any(channel.name in basis.states and channel.name in filled for channel in channels):
        found.warnings.append(
            f"None of the channels that earlier runs filled is on the cluster any more ({listed(sorted(gone), NAMES_SHOWN)}), so nothing is"
            " planned for them; if the cluster was rebuilt, set ae_restore: ['*'] to send everything again."
        )
    return found


def _why(placement: Placement, gone: t.Container[str], last: LastApplied) -> t.Optional[str]:
    """Why a placement is skipped, if it is."""
    what = f"{placement.subdir}/{placement.file}"
    if placement.channel in gone:
        return f"Channel {placement.channel} was deleted on AE5 since the last run, and {what} with it."
    if placement.before is None and placement.key in last.applied.placements:
        return f"An earlier run uploaded {what} to channel {placement.channel}, and it has been deleted there since."
    return None


def _less(channel: Channel, held: t.Sequence[SkippedPlacement]) -> Channel:
    """The channel without the skipped files in its sums."""
    return dataclasses.replace(channel, files=channel.files - len(held), bytes=channel.bytes - sum(item.size for item in held))


def _shares(channel: Channel, basis: Basis, last: LastApplied) -> Channel:
    """The channel without the planned shares that an earlier run set and that were removed or changed on AE5."""
    seen = basis.shares.get(channel.name)
    if seen is None:
        return channel
    state = basis.states[channel.name]
    now = {principal_of(share): share for share in seen}
    given = last.shares.get(channel.name, {})
    due: t.List[Share] = []
    skipped: t.List[SkippedShare] = []
    for share in channel.shares:
        key = principal_of(share)
        detail = ""
        if key in last.applied.shares.get(channel.name, ()) and (state.owner is None or key != principal_key(USER, state.owner)):
            detail = _removed(channel.name, share, given.get(key), now.get(key))
        if detail:
            skipped.append(SkippedShare(share, REMOVED_ON_AE5, detail))
        else:
            due.append(share)
    if not skipped:
        return channel
    return dataclasses.replace(channel, shares=tuple(due), skipped_shares=(*channel.skipped_shares, *skipped))


def _removed(channel: str, due: Share, given: t.Optional[Share], now: t.Optional[Share]) -> str:
    """A sentence, if a share that was applied is gone, or has another access than was applied and is planned."""
    who = f"{due.kind} {due.name}"
    if now is None:
        return f"The share of {who} on channel {channel} ({due.access}) was removed on AE5 and will not be set again."
    if now.access != due.access and given is not None and given.access == due.access:
        return f"The share of {who} on channel {channel} was changed on AE5 from {due.access} to {now.access} and stays as it is."
    return ""


def _privacy(channel: Channel, basis: Basis, last: LastApplied) -> Channel:
    """The channel, kept private if it was public and was made private on AE5."""
    if not channel.public or channel.name not in last.applied.public or basis.privacy.get(channel.name) != PRIVATE:
        return channel
    why = f"Channel {channel.name} was public after an earlier run and was made private on AE5 since; it stays private."
    return dataclasses.replace(channel, public=False, kept_private=why)


def _decision(detail: str) -> Decision:
    return Decision(REMOVED_ON_AE5, detail, VARIABLE)


def _files(held: t.Sequence[SkippedPlacement]) -> str:
    names = listed([f"{item.subdir}/{item.file}" for item in held], NAMES_SHOWN)
    return f"{counted(len(held), 'file')} ({names})"


def _were(held: t.Sequence[SkippedPlacement]) -> str:
    return "was" if len(held) == 1 else "were"
