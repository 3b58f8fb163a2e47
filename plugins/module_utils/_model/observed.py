# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of a cluster, and what earlier runs found applied there.  Private to the collection.  Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package

PlacementKey = t.Tuple[str, str, str]
"""Channel, subdir, file name."""

Principal = t.Tuple[str, str]
"""As ``principal_of`` gives it."""


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
    refused: t.FrozenSet[t.Tuple[str, str]] = frozenset()
    """The (channel, subdir) that exist and that our token may not read."""
    owners: t.Mapping[str, t.Optional[str]] = dataclasses.field(default_factory=dict)
    """Channel -> the user who owns it on AE5 and needs no share; None where that is not shown."""


@dataclasses.dataclass(frozen=True)
class Applied:
    """The records of what earlier runs found applied; they tell what AE4 took away from what an admin added on AE5."""

    placements: t.FrozenSet[PlacementKey] = frozenset()
    shares: t.Mapping[str, t.FrozenSet[Principal]] = dataclasses.field(default_factory=dict)
    public: t.FrozenSet[str] = frozenset()
    """Channels that were made public."""
