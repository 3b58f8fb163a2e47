# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which channels of a plan may be shared or published: complete, and without new unplanned packages.  Private to the collection."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, Listing, Pair
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import COMMON_SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import excused, missing
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan, iter_placements, iter_skipped, iter_transfer
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

EXAMPLES = 3

Place = t.Tuple[str, str]
"""Subdir and file name."""


@dataclasses.dataclass(frozen=True)
class Gap:
    """What is missing in a channel: the number of placements, some of them, and whether the channel can be read at all."""

    count: int
    examples: t.Tuple[str, ...]
    unreadable: bool

    def __str__(self) -> str:
        unreadable = "; the channel cannot be read with this token" if self.unreadable else ""
        return f"{self.count} of its files are not verified on the cluster ({listed(self.examples, total=self.count)}){unreadable}"


@dataclasses.dataclass(frozen=True)
class Readiness:
    """The channels that must not be shared or published yet, and why; the others are complete and as they were planned."""

    missing: t.Dict[str, Gap] = dataclasses.field(default_factory=dict)
    gained: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    """Channels with packages that are not planned and were not there when the plan was made; the end of a sentence."""


def read_readiness(cluster: Cluster, folder: str, plan: Plan, names: t.Container[str]) -> Readiness:
    """The readiness of the named channels of the plan in ``folder``.

    The placements are read twice so that they need not be held in memory.  One GET for each (channel, subdir).
    """
    channels = {channel.name: channel for channel in plan.channels if channel.name in names}
    subdirs: t.Dict[str, t.Set[str]] = {name: set(COMMON_SUBDIRS) if plan.target_read else set() for name in channels}
    for placement in _placements(folder, channels):
        subdirs[placement.channel].add(placement.subdir)
    listings = cluster.repodata.read((name, subdir) for name, mine in subdirs.items() for subdir in sorted(mine))
    skipped: t.Dict[str, t.Set[Place]] = {}
    for item in iter_skipped(folder) if plan.target_read else ():
        skipped.setdefault(item.channel, set()).add((item.subdir, item.file))
    quarantined = excused(iter_transfer(folder))
    found = Readiness()
    rest = set(channels)
    groups = itertools.groupby(_placements(folder, channels), key=lambda placement: placement.channel)
    for name, group in itertools.chain(groups, ((name, iter(())) for name in sorted(channels))):
        if name not in rest:
            continue  # it has placements and was handled with them
        rest.discard(name)
        mine = list(group)
        seen = _listings_of(name, subdirs[name], listings)
        absent = missing(mine, {place: package for listing in seen for place, package in _by_place(listing)}, quarantined)
        if absent:
            examples = tuple(f"{item.placement.subdir}/{item.placement.file} {item.why}" for item in absent[:EXAMPLES])
            found.missing[name] = Gap(len(absent), examples, any(listing.state == REFUSED for listing in seen))
        planned = {(placement.subdir, placement.file) for placement in mine} | skipped.get(name, set())
        new = _new(channels[name], seen, planned) if plan.target_read else []
        if new:
            found.gained[name] = f"unplanned packages were added since the plan was made ({listed(new, EXAMPLES)}); {AGAIN}"
    return found


def _placements(folder: str, channels: t.Container[str]) -> t.Iterator[Placement]:
    return (placement for placement in iter_placements(folder) if placement.channel in channels)


def _listings_of(name: str, subdirs: t.Iterable[str], listings: t.Mapping[Pair, Listing]) -> t.List[Listing]:
    return [listings[name, subdir] for subdir in sorted(subdirs)]


def _by_place(listing: Listing) -> t.Iterator[t.Tuple[Place, t.Any]]:
    return (((package.subdir, file), package) for file, package in listing.packages.items())


def _new(channel: Channel, seen: t.Iterable[Listing], planned: t.Container[Place]) -> t.List[str]:
    """``SUBDIR/FILE`` of the packages that are not planned and were not there; none if that is not known."""
    before: t.Optional[t.Tuple[str, ...]] = () if channel.before is None else channel.before.extra
    if before is None:
        return []
    known = set(before)
    places = (place for listing in seen for place, _package in _by_place(listing) if place not in planned)
    return sorted(f"{subdir}/{file}" for subdir, file in places if f"{subdir}/{file}" not in known)
