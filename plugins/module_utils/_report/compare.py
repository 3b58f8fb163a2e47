# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the cluster as it is with the cluster as planned, pure.  Private to the collection.

Nothing here calls the cluster; an ``Observed`` holds what was read of it.  The verdicts are those of ``_model.verdicts``.
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
    """The rank of a verdict, the gravest first; an unknown one last."""
    return GRAVEST_FIRST.index(verdict) if verdict in GRAVEST_FIRST else len(GRAVEST_FIRST)


@dataclasses.dataclass(frozen=True)
class Finding(JsonRecord):
    """A difference.  ``fails`` says whether it fails the run."""

    verdict: str
    """missing, other_bytes, unproven, narrower, wider, stale, foreign, accepted or unknown."""
    channel: str
    what: str
    detail: str
    fails: bool
    command: str = ""
    """The command that would correct it, if a person has to decide."""
    told: bool = False
    """The ledger already reports it."""


@dataclasses.dataclass(frozen=True)
class Access(JsonRecord):
    """One line of the access table: what a principal may do with a channel.

    ``planned`` and ``seen`` are r, rw or empty (none); ``seen`` is None if the transport does not show it.
    """

    channel: str
    kind: str
    name: str
    planned: str
    seen: t.Optional[str]
    verdict: str


def placement_state(placement: Placement, observed: Observed) -> str:
    """present, missing, other_bytes, unreadable, or unproven if the target shows no digest to compare."""
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
                yield Finding(STALE, channel, what, f"{what} of channel {channel} is no longer in AE4; AE5 still has it.", strict)
            else:
                yield Finding(FOREIGN, channel, what, f"Channel {channel} has {what}, but not from this migration.", strict)


def accesses(channel: Channel, observed: Observed, applied: Applied) -> t.Iterator[Access]:
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
        yield Access(channel.name, share.kind, share.name, share.access, found, verdict)
    kept = removed_on_ae5(channel) if seen is not None else {}
    for key, item in sorted(kept.items()):
        found = held[key].access if key in held else ""
        verdict = SAME if found == item.share.access else FOREIGN if found == "rw" else NARROWER
        yield Access(channel.name, item.share.kind, item.share.name, item.share.access, found, verdict)
    for key, share in sorted(held.items()):
        if key not in planned and key != owning and key not in kept:
            verdict = STALE if key in applied.shares.get(channel.name, ()) else FOREIGN
            yield Access(channel.name, share.kind, share.name, "", share.access, verdict)


def removed_on_ae5(channel: Channel) -> t.Dict[Principal, SkippedShare]:
    """The planned shares that were removed or changed on AE5, which the migration keeps that way."""
    return {principal_of(item.share): item for item in channel.skipped_shares if item.reason == REMOVED_ON_AE5}


def share_findings(channel: Channel, observed: Observed, applied: Applied, strict: bool) -> t.Iterator[Finding]:
    """How the shares of a channel differ from the plan's."""
    if observed.shares.get(channel.name) is None:
        yield Finding(UNKNOWN, channel.name, "shares", f"This transport cannot list the shares of channel {channel.name}.", False)
        return
    kept = removed_on_ae5(channel)
    for row in accesses(channel, observed, applied):
        what = f"{row.kind} {row.name}"
        item = kept.get(principal_key(row.kind, row.name))
        if item is not None:
            if row.verdict != SAME:
                yield Finding(row.verdict, row.channel, what, item.detail, strict)
        elif row.verdict in (STALE, FOREIGN):
            yield Finding(row.verdict, row.channel, what, _extra(row), strict, revoking(row))
        elif row.verdict != SAME and row.seen:
            detail = f"The {what} has {row.seen} on channel {row.channel}; planned is {row.planned}."
            yield Finding(row.verdict, row.channel, what, detail, True)
        elif row.verdict != SAME:
            yield Finding(row.verdict, row.channel, what, f"Channel {row.channel} is not shared with {what}.", True)


def _extra(row: Access) -> str:
    what = f"{row.kind} {row.name}"
    if row.verdict == STALE:
        return f"AE4 no longer gives {what} access to channel {row.channel}; AE5 still does."
    return f"Channel {row.channel} is shared with {what}, but not by this migration."


def revoking(row: Access) -> str:
    """The command line that removes a share, safe to paste into a shell (vendor guide, "Granting access")."""
    return f"anaconda-enterprise-cli channels share --{row.kind} {shlex.quote(row.name)} --remove {shlex.quote(row.channel)}"


def privacy_finding(channel: Channel, observed: Observed, accept_public: t.Sequence[str] = (), strict: bool = False) -> t.Optional[Finding]:
    """The finding if a channel's privacy differs from the plan.  ``accept_public`` are patterns of channels."""
    public = observed.public.get(channel.name)
    if public is None:
        return Finding(UNKNOWN, channel.name, "privacy", f"It could not be seen whether channel {channel.name} is public.", False)
    if channel.kept_private:
        return None if public else Finding(NARROWER, channel.name, "privacy", channel.kept_private, strict)
    if public and not channel.public:
        detail = f"Channel {channel.name} is public, but not everything in it was public in AE4"
        if matches_any(channel.name, accept_public):
            return Finding(ACCEPTED, channel.name, "privacy", f"{detail}; accepted by ae_accept_public.", False)
        return Finding(WIDER, channel.name, "privacy", f"{detail}.", True)
    if channel.public and not public:
        return Finding(
            NARROWER, channel.name, "privacy", f"Channel {channel.name} is not public yet, but everything in it was public in AE4.", True
        )
    return None
