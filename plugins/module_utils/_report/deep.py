# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verification by download: packages are downloaded as a conda client would and compared with the inventory.  Private to the collection."""

from __future__ import annotations

import collections
import hashlib
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.download import Digests
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import PlacementKey
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import CORRUPT, NOT_GIVEN, PRESENT, UNPROVEN

NONE = "none"
SAMPLE = "sample"
ALL = "all"
CHOICES = (NONE, SAMPLE, ALL)


class Downloaded(t.NamedTuple):
    """What a download showed."""

    state: str
    """present, corrupt or not_given."""
    size: int
    """Bytes that were received."""
    why: str = ""
    """What was wrong, as a part of a sentence."""


def chosen(states: t.Iterable[t.Tuple[Placement, str]], deep: str, sample: int) -> t.List[Placement]:
    """The placements to download: of those that repodata shows without another digest, all, or ``sample`` of each channel.

    Always the same ones for a channel with the same files, spread by the digest of their names.
    """
    listed: t.Dict[str, t.List[Placement]] = collections.defaultdict(list)
    for placement, state in states:
        if state in (PRESENT, UNPROVEN):
            listed[placement.channel].append(placement)
    if deep == NONE:
        return []
    if deep == SAMPLE:
        listed = {channel: sorted(found, key=_spread)[:sample] for channel, found in listed.items()}
    return [placement for channel in sorted(listed) for placement in listed[channel]]


def _spread(placement: Placement) -> str:
    name = "/".join(placement.key).encode("utf-8", "surrogateescape")
    return hashlib.sha256(name).hexdigest()


def download(cluster: Cluster, placements: t.Sequence[Placement]) -> t.Dict[PlacementKey, Downloaded]:
    """Downloads each placement once, with the cluster's ``workers`` threads; nothing is kept on this host."""
    by_key = {placement.key: placement for placement in placements}

    def fetched(key: PlacementKey) -> Downloaded:
        try:
            came = cluster.repodata.digests(*key)
        except HttpError as exc:
            return Downloaded(NOT_GIVEN, 0, (exc.reason or f"status {exc.status}").rstrip("."))
        if proves(came, by_key[key]):
            return Downloaded(PRESENT, came.size)
        return Downloaded(CORRUPT, came.size, f"received {came.size} bytes with sha256 {came.sha256}")

    return in_parallel(fetched, sorted(by_key), cluster.workers)


def proves(came: Digests, placement: Placement) -> bool:
    """Whether the download has the size and every digest that the inventory has for the file."""
    if came.size != placement.size:
        return False
    wanted = [(placement.sha256, came.sha256), (placement.md5, came.md5)]
    known = [(digest.lower(), found) for digest, found in wanted if digest]
    return bool(known) and all(digest == found for digest, found in known)
