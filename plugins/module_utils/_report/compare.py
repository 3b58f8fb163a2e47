# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as it is beside the cluster as planned: pure comparison.  Private to the collection.

Nothing here asks the cluster; an ``Observed`` holds what was read of it.  The verdicts are those of DESIGN section 6.
"""

from __future__ import annotations

import dataclasses
import shlex
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import readiness
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_key, principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Applied, Observed, PlacementKey, Principal
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement, SkippedShare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import REMOVED_ON_AE5, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._model.verdicts import (
    ACCEPTED,
    FOREIGN,
    NARROWER,
    SAME,
    STALE,
    UNKNOWN,
    WIDER,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any

PRESENT = "present"
MISSING = "missing"
OTHER_BYTES = "other_bytes"
UNPROVEN = "unproven"
UNREADABLE = "unreadable"
CORRUPT = "corrupt"
"""The listing shows the right digest and a download has other bytes."""
NOT_GIVEN = "not_given"
"""It is listed and cannot be downloaded."""


GRAVEST_FIRST = (
    WIDER,
    MISSING,
    OTHER_BYTES,
    NARROWER,
    UNPROVEN,
    STALE,
    FOREIGN,
    ACCEPTED,
    UNKNOWN,
)


def gravity(verdict: str) -> int:
    """Where a verdict stands among the others; an unknown one last."""
    return GRAVEST_FIRST.index(verdict) if verdict in GRAVEST_FIRST else len(GRAVEST_FIRST)


@dataclasses.dataclass(frozen=True)
class Finding(JsonRecord):
    """Something that differs.  ``fails`` says whether the run must not end well with it."""

    verdict: str
    """missing, other_bytes, unproven, narrower, wider, stale, foreign, accepted or unknown."""
    channel: str
    what: str
    detail: str
    fails: bool
    command: str = ""
    """What would put it right, where a person has to decide."""
    told: bool = False
    """The ledger has a sentence of it already."""


@dataclasses.dataclass(frozen=True)
class Right(JsonRecord):
    """One line of the access table: what a principal may do with a channel.

    ``planned`` and ``seen`` are r, rw or empty (no right); ``seen`` is None where the transport does not show it.
    """

    channel: str
    kind: str
    name: str
    planned: str
    seen: t.Optional[str]
    verdict: str


def placement_state(placement: Placement, observed: Observed) -> str:
    """present, missing, other_bytes, unreadable, or unproven where the target shows no digest to compare."""
    pair = (placement.channel, placement.subdir)
    package = observed.packages.get(pair, {}).get(placement.file)
    if package is None:
        return UNREADABLE if pair in observed.refused else MISSING
    return {readiness.SAME: PRESENT, readiness.DIFFERENT: OTHER_BYTES}.get(readiness.compare(placement, package), UNPROVEN)


def extra_packages(planned: t.Container[PlacementKey], observed: Observed, applied: Applied, strict: bool) -> t.Iterator[Finding]:
    """Packages in planned channels that the plan does not name."""
    for (channel, subdir), packages in sorted(observed.packages.items()):
        for file in sorted(packages):
            if (channel, subdir, file) in planned:
                continue
            what = f"{subdir}/{file}"
            if (channel, subdir, file) in applied.placements:
                yield Finding(STALE, channel, what, f"AE4 no longer gives {what} in channel {channel}; AE5 still has it.", strict)
            else:
                yield Finding(FOREIGN, channel, what, f"Channel {channel} holds {what}, which no migration put there.", strict)


def rights(channel: Channel, observed: Observed, applied: Applied) -> t.Iterator[Right]:
    """The access table of a channel: planned principals first, then those that only AE5 names."""
    seen = observed.shares.get(channel.name)
    owner = observed.owners.get(channel.name)
    owning = None if owner is None else principal_key(USER, owner)
    planned = {principal_of(share): share for share in channel.shares}
    held = {principal_of(share): share for share in seen or ()}
    for key, share in sorted(planned.items()):
        if seen is None:
            found, verdict = None, UNKNOWN
        elif key == owning:
            found, verdict = "rw", SAME
        else:
            found = held[key].access if key in held else ""
            verdict = SAME if found == share.access else WIDER if found == "rw" else NARROWER
        yield Right(channel.name, share.kind, share.name, share.access, found, verdict)
    kept = removed_on_ae5(channel) if seen is not None else {}
    for key, item in sorted(kept.items()):
        found = held[key].access if key in held else ""
        verdict = SAME if found == item.share.access else FOREIGN if found == "rw" else NARROWER
        yield Right(channel.name, item.share.kind, item.share.name, item.share.access, found, verdict)
    for key, share in sorted(held.items()):
        if key not in planned and key != owning and key not in kept:
            verdict = STALE if key in applied.shares.get(channel.name, ()) else FOREIGN
            yield Right(channel.name, share.kind, share.name, "", share.access, verdict)


def removed_on_ae5(channel: Channel) -> t.Dict[Principal, SkippedShare]:
    """The rights that are due and that somebody has taken away or changed on AE5, which is kept."""
    return {principal_of(item.share): item for item in channel.skipped_shares if item.reason == REMOVED_ON_AE5}


def share_findings(channel: Channel, observed: Observed, applied: Applied, strict: bool) -> t.Iterator[Finding]:
    """How the shares of a channel differ from the plan's."""
    if observed.shares.get(channel.name) is None:
        yield Finding(UNKNOWN, channel.name, "shares", f"The shares of channel {channel.name} cannot be seen over this transport.", False)
        return
    kept = removed_on_ae5(channel)
    for right in rights(channel, observed, applied):
        what = f"{right.kind} {right.name}"
        item = kept.get(principal_key(right.kind, right.name))
        if item is not None:
            if right.verdict != SAME:
                yield Finding(right.verdict, right.channel, what, item.detail, strict)
        elif right.verdict in (STALE, FOREIGN):
            yield Finding(right.verdict, right.channel, what, _extra(right), strict, revoking(right))
        elif right.verdict != SAME and right.seen:
            detail = f"The {what} has {right.seen} on channel {right.channel}, planned is {right.planned}."
            yield Finding(right.verdict, right.channel, what, detail, True)
        elif right.verdict != SAME:
            yield Finding(right.verdict, right.channel, what, f"Channel {right.channel} is not shared with {what}.", True)


def _extra(right: Right) -> str:
    what = f"{right.kind} {right.name}"
    if right.verdict == STALE:
        return f"AE4 no longer gives {what} channel {right.channel}; AE5 still does."
    return f"Channel {right.channel} is shared with {what}, which no migration did."


def revoking(right: Right) -> str:
    """The command line that takes a right away, safe to be pasted into a shell (vendor guide, "Granting access")."""
    return f"anaconda-enterprise-cli channels share --{right.kind} {shlex.quote(right.name)} --remove {shlex.quote(right.channel)}"


def privacy_finding(channel: Channel, observed: Observed, accept_public: t.Sequence[str] = (), strict: bool = False) -> t.Optional[Finding]:
    """Whether anybody can read what is not public, or not read what is.  ``accept_public`` are patterns of channels."""
    public = observed.public.get(channel.name)
    if public is None:
        return Finding(UNKNOWN, channel.name, "privacy", f"Whether channel {channel.name} is public could not be seen.", False)
    if channel.kept_private:
        return None if public else Finding(NARROWER, channel.name, "privacy", channel.kept_private, strict)
    if public and not channel.public:
        detail = f"Channel {channel.name} is public, and not everything in it was public in AE4"
        if matches_any(channel.name, accept_public):
            return Finding(ACCEPTED, channel.name, "privacy", f"{detail}; ae_accept_public accepts that.", False)
        return Finding(WIDER, channel.name, "privacy", f"{detail}.", True)
    if channel.public and not public:
        return Finding(
            NARROWER, channel.name, "privacy", f"Channel {channel.name} is not public yet, as everything in it was in AE4.", True
        )
    return None
