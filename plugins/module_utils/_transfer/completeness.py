# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which channels of a plan are not complete on the cluster, and what they lack.  Private to the collection."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import Key, missing
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Placement

EXAMPLES = 3


@dataclasses.dataclass(frozen=True)
class Gap:
    """What keeps a channel from being complete: the number of placements, some of them, and if it could be read at all."""

    count: int
    examples: t.Tuple[str, ...]
    unreadable: bool

    def __str__(self) -> str:
        more = f" and {self.count - len(self.examples)} more" if self.count > len(self.examples) else ""
        unreadable = "; the channel cannot be read with this token" if self.unreadable else ""
        return f"{self.count} of its files are not proven to be there ({', '.join(self.examples)}{more}){unreadable}"


def gaps(
    cluster: Cluster,
    placements: t.Callable[[], t.Iterable[Placement]],
    channels: t.Container[str],
    excused: t.Container[Key],
) -> t.Dict[str, Gap]:
    """The channels that are not complete; the others are.

    ``placements`` gives the placements of the plan, ordered by channel, and is called twice so that they need not be
    held in memory.  One GET for each (channel, subdir).
    """
    pairs = {(placement.channel, placement.subdir): None for placement in placements() if placement.channel in channels}
    listings = cluster.repodata.read(pairs)
    subdirs: t.Dict[str, t.List[str]] = {}
    for channel, subdir in pairs:
        subdirs.setdefault(channel, []).append(subdir)
    found: t.Dict[str, Gap] = {}
    wanted = (placement for placement in placements() if placement.channel in channels)
    for channel, group in itertools.groupby(wanted, key=lambda placement: placement.channel):
        mine = [listings[channel, subdir] for subdir in subdirs[channel]]
        seen = {(package.subdir, file): package for listing in mine for file, package in listing.packages.items()}
        lacking = missing(group, seen, excused)
        if lacking:
            examples = tuple(f"{item.placement.subdir}/{item.placement.file} {item.why}" for item in lacking[:EXAMPLES])
            found[channel] = Gap(len(lacking), examples, any(listing.state == REFUSED for listing in mine))
    return found
