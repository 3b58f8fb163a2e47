# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the cluster holds of a plan when the plan is made.  Private to the collection.

Only the planned channels that exist are read: their privacy and shares, and the repodata of their planned subdirs, noarch and
linux-64.  The repodata is read in bounded pieces and not kept.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, Listing, Pair
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import COMMON_SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, ChannelBefore, Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import UNKNOWN
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import before_of
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel

PAIRS_AT_ONCE = 400

Group = t.Tuple[str, t.List[Placement]]
"""A channel and its placements."""


@dataclasses.dataclass
class Basis:
    """What was read, of planned channels that exist."""

    states: t.Dict[str, ChannelState]
    privacy: t.Dict[str, t.Optional[str]]
    shares: t.Dict[str, t.Optional[t.Tuple[Share, ...]]]
    extra: t.Dict[str, t.Optional[t.Tuple[str, ...]]] = dataclasses.field(default_factory=dict)
    """``SUBDIR/FILE`` of the packages that are not planned, ``None`` for a channel that could not be read."""

    def channel_before(self, name: str) -> t.Optional[ChannelBefore]:
        """What the plan stores of it."""
        if name not in self.states:
            return None
        return ChannelBefore(self.privacy.get(name), self.shares.get(name), self.extra[name])


def read_basis(
    cluster: Cluster, channels: t.Sequence[Channel], placements: t.Sequence[Placement]
) -> t.Tuple[Basis, t.List[Channel], t.List[Placement]]:
    """What the cluster holds, and the channels and placements with it.  The placements are ordered by channel.

    Raises:
        HttpError: the cluster cannot be read.
    """
    listed = cluster.channels()
    states = {channel.name: listed[channel.name] for channel in channels if channel.name in listed}
    basis = Basis(states, cluster.privacy(states.values()), in_parallel(cluster.shares, list(states), cluster.workers))
    found: t.List[Placement] = []
    for piece in _pieces(_by_channel(channels, placements), states):
        found.extend(_piece(cluster, piece, basis))
    return basis, [dataclasses.replace(channel, before=basis.channel_before(channel.name)) for channel in channels], found


def _by_channel(channels: t.Iterable[Channel], placements: t.Iterable[Placement]) -> t.List[Group]:
    """The placements of each channel, also of channels without placements; ordered by channel."""
    groups = {name: list(group) for name, group in itertools.groupby(placements, key=lambda placement: placement.channel)}
    return sorted({**{channel.name: [] for channel in channels}, **groups}.items())


def _pieces(groups: t.Iterable[Group], states: t.Container[str]) -> t.Iterator[t.List[Group]]:
    """The groups in lists that touch a bounded number of subdirs."""
    piece: t.List[Group] = []
    pairs = 0
    for channel, group in groups:
        mine = len(pairs_of(channel, group)) if channel in states else 0
        if piece and pairs + mine > PAIRS_AT_ONCE:
            yield piece
            piece, pairs = [], 0
        piece.append((channel, group))
        pairs += mine
    if piece:
        yield piece


def pairs_of(channel: str, placements: t.Iterable[Placement]) -> t.List[Pair]:
    """The (channel, subdir) that are read for a channel with these placements."""
    return [(channel, subdir) for subdir in sorted({*COMMON_SUBDIRS, *(placement.subdir for placement in placements)})]


def _piece(cluster: Cluster, groups: t.Sequence[Group], basis: Basis) -> t.Iterator[Placement]:
    pairs = {name: pairs_of(name, group) for name, group in groups if name in basis.states}
    listings = cluster.repodata.read(itertools.chain.from_iterable(pairs.values()))
    cluster.repodata.release()
    for name, group in groups:
        if name not in basis.states:
            yield from (dataclasses.replace(placement, before=None) for placement in group)
            continue
        mine = {subdir: listings[name, subdir] for _name, subdir in pairs[name]}
        basis.extra[name] = _extra(mine, {(placement.subdir, placement.file) for placement in group})
        for placement in group:
            listing = mine[placement.subdir]
            was = UNKNOWN if listing.state == REFUSED else before_of(placement, listing.packages.get(placement.file))
            yield dataclasses.replace(placement, before=was)


def _extra(listings: t.Mapping[str, Listing], planned: t.Container[t.Tuple[str, str]]) -> t.Optional[t.Tuple[str, ...]]:
    if any(listing.state == REFUSED for listing in listings.values()):
        return None
    return tuple(
        f"{subdir}/{file}" for subdir, listing in listings.items() for file in sorted(listing.packages) if (subdir, file) not in planned
    )
