# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the channels whose files need not be migrated (``ae_reference_channels``).  Private to the collection."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, SEEN, SUBDIRS, Repodata
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import NO_REFERENCE, Reference


def read_reference(params: t.Mapping[str, t.Any], channels: t.Sequence[str]) -> Reference:
    """What the channels hold; sends no request if there are none.

    Raises:
        MigrationError: one of them does not exist or cannot be read, or the plan is made without the cluster.
    """
    if not channels:
        return NO_REFERENCE
    if params["offline"]:
        raise MigrationError(
            f"ae_reference_channels names {', '.join(channels)}, and an offline plan cannot read these channels; plan with the cluster, "
            "or remove the variable."
        )
    with connect(params, read_only=True) as cluster:
        return reference_of(cluster.repodata, channels)


def reference_of(repodata: Repodata, channels: t.Sequence[str]) -> Reference:
    """The digests of all packages of the channels; if two hold the same file, the first one counts.

    Raises:
        MigrationError: one of the channels does not exist or cannot be read.
    """
    listings = repodata.read(itertools.product(channels, SUBDIRS))
    found = Reference({}, {}, {})
    for channel in channels:
        mine = [listings[channel, subdir] for subdir in SUBDIRS]
        states = {listing.state for listing in mine}
        if REFUSED in states or SEEN not in states:
            why = "which the login cannot read" if REFUSED in states else "for which AE5 shows no repodata"
            raise MigrationError(
                f"ae_reference_channels names {channel}, {why}; correct the name, use a login that may read it, or remove it."
            )
        for package in itertools.chain.from_iterable(listing.packages.values() for listing in mine):
            found.add(channel, package)
    return found
