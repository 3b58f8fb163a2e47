# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule that says when a channel is complete, pure.  Private to the collection.

Source: DESIGN section 6, "private until proven": a channel is shared and made public only when every placement that
is not in quarantine is seen on the target with the digest it has in the dump.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package

SAME = "same"
DIFFERENT = "different"
UNPROVEN = "unproven"

ABSENT = "absent"

KEPT = "kept: "
"""The prefix of the reason of a conflict that is settled by a declaration (``conflict: keep``)."""

Key = t.Tuple[str, str, str]


def compare(placement: Placement, package: Package) -> str:
    """``same``, ``different``, or ``unproven`` if the two have no digest in common.  A size alone proves nothing."""
    if placement.sha256 and package.sha256:
        return SAME if placement.sha256.lower() == package.sha256.lower() else DIFFERENT
    if placement.md5 and package.md5:
        return SAME if placement.md5.lower() == package.md5.lower() else DIFFERENT
    return UNPROVEN


@dataclasses.dataclass(frozen=True)
class Missing:
    """A placement because of which its channel is not complete: ``why`` is absent, different or unproven."""

    placement: Placement
    why: str


def missing(
    placements: t.Iterable[Placement],
    packages_seen: t.Mapping[t.Tuple[str, str], Package],
    quarantined: t.Container[Key],
) -> t.List[Missing]:
    """The placements of one channel that are not proven to be there.

    ``packages_seen`` is what the channel's repodata shows, by (subdir, file); ``quarantined`` are the keys
    (channel, subdir, file) that are known to be impossible to transfer and do not delay the channel.
    """
    found = []
    for placement in placements:
        if placement.key in quarantined:
            continue
        package = packages_seen.get((placement.subdir, placement.file))
        verdict = ABSENT if package is None else compare(placement, package)
        if verdict != SAME:
            found.append(Missing(placement, verdict))
    return found


def excused(rows: t.Iterable[TransferRow]) -> t.Set[Key]:
    """The placements that do not delay their channel: quarantined ones, and conflicts that are declared to keep the target's file."""
    return {row.key for row in rows if row.outcome == "quarantined" or (row.outcome == "conflict" and row.reason.startswith(KEPT))}
