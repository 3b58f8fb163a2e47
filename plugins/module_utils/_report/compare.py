# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as it is beside the cluster as planned: pure comparison.  Private to the collection.

Nothing here asks the cluster; an ``Observed`` holds what was read of it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import readiness
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Channel, Package, Placement, Share

PlacementKey = t.Tuple[str, str, str]
"""Channel, subdir, file name."""

PRESENT = "present"
MISSING = "missing"
OTHER_BYTES = "other_bytes"
UNPROVEN = "unproven"


@dataclasses.dataclass(frozen=True)
class Observed:
    """What a verification read of the cluster."""

    channels: t.FrozenSet[str]
    packages: t.Mapping[t.Tuple[str, str], t.Mapping[str, Package]]
    """(channel, subdir) -> file name -> package; a pair that could not be read is absent."""
    shares: t.Mapping[str, t.Optional[t.Tuple[Share, ...]]]
    """None where the transport cannot show the shares of a channel."""
    public: t.Mapping[str, t.Optional[bool]]
    """Whether anybody can read the channel, seen by an anonymous GET; None if that could not be asked."""


@dataclasses.dataclass(frozen=True)
class Applied:
    """The records of what earlier runs found applied; they tell what AE4 took away from what an admin added on AE5."""

    placements: t.FrozenSet[PlacementKey] = frozenset()
    shares: t.Mapping[str, t.FrozenSet[t.Tuple[str, str]]] = dataclasses.field(default_factory=dict)
    """Channel -> (kind, name) of principals."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that differs.  ``fails`` says whether the run may end well with it."""

    verdict: str
    """missing, other_bytes, narrower, wider, stale, foreign or unknown."""
    channel: str
    what: str
    detail: str
    fails: bool
    command: str = ""
    """What would put it right, where a person has to decide."""

    def to_json(self) -> t.Dict[str, t.Any]:
        return dataclasses.asdict(self)


def placement_state(placement: Placement, observed: Observed) -> str:
    """present, missing, other_bytes, or unproven where the target shows no digest to compare."""
    package = observed.packages.get((placement.channel, placement.subdir), {}).get(placement.file)
    if package is None:
        return MISSING
    return {readiness.SAME: PRESENT, readiness.DIFFERENT: OTHER_BYTES}.get(readiness.compare(placement, package), UNPROVEN)


def extra_packages(planned: t.Container[PlacementKey], observed: Observed, applied: Applied, strict: bool) -> t.Iterator[Finding]:
    """Packages in planned channels that the plan does not name."""
    for (channel, subdir), packages in sorted(observed.packages.items()):
        for file in sorted(packages):
            if (channel, subdir, file) in planned:
                continue
            if (channel, subdir, file) in applied.placements:
                yield Finding("stale", channel, f"{subdir}/{file}", f"AE4 no longer gives {subdir}/{file} in channel {channel}.", strict)
            else:
                yield Finding(
                    "foreign", channel, f"{subdir}/{file}", f"Channel {channel} holds {subdir}/{file}, which no migration put there.", strict
                )


def share_findings(channel: Channel, observed: Observed, applied: Applied, strict: bool) -> t.Iterator[Finding]:
    """How the shares of a channel differ from the plan's."""
    seen = observed.shares.get(channel.name)
    if seen is None:
        yield Finding("unknown", channel.name, "shares", f"The shares of channel {channel.name} cannot be seen over this transport.", False)
        return
    planned = {(share.kind, share.name.casefold()): share for share in channel.shares}
    held = {(share.kind, share.name.casefold()): share for share in seen}
    for key, share in sorted(planned.items()):
        found = held.get(key)
        what = f"{share.kind} {share.name}"
        if found is None:
            yield Finding("narrower", channel.name, what, f"Channel {channel.name} is not shared with {what}.", True)
        elif found.access != share.access:
            wider = found.access == "rw"
            yield Finding(
                "wider" if wider else "narrower",
                channel.name,
                what,
                f"The {what} has {found.access} on channel {channel.name}, planned is {share.access}.",
                True,
            )
    for key, share in sorted(held.items()):
        if key not in planned:
            yield _extra_share(channel.name, share, applied, strict)


def _extra_share(channel: str, share: Share, applied: Applied, strict: bool) -> Finding:
    what = f"{share.kind} {share.name}"
    command = f"anaconda-enterprise-cli channels share --{share.kind} {share.name} --remove {channel}"
    known = {(kind, name.casefold()) for kind, name in applied.shares.get(channel, frozenset())}
    if (share.kind, share.name.casefold()) in known:
        return Finding("stale", channel, what, f"AE4 no longer gives {what} channel {channel}; AE5 still does.", strict, command)
    return Finding("foreign", channel, what, f"Channel {channel} is shared with {what}, which no migration did.", strict, command)


def privacy_finding(channel: Channel, observed: Observed) -> t.Optional[Finding]:
    """Whether anybody can read what is not public, or not read what is."""
    public = observed.public.get(channel.name)
    if public is None:
        return Finding("unknown", channel.name, "privacy", f"Whether channel {channel.name} is public could not be seen.", False)
    if public and not channel.public:
        return Finding("wider", channel.name, "privacy", f"Channel {channel.name} is public, and not everything in it was public in AE4.", True)
    if channel.public and not public:
        return Finding("narrower", channel.name, "privacy", f"Channel {channel.name} is not public yet, as everything in it was in AE4.", True)
    return None
