# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of what was found applied, kept between runs.  Private to the collection.

Losing them costs certainty, never correctness: what AE4 took away is then reported as foreign instead of stale.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line, read_object, write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Applied, Observed

APPLIED_MEMBERS = "applied_members.json"
APPLIED_SHARES = "applied_shares.json"
APPLIED_PLACEMENTS = "applied_placements.json"


def _read(folder: str, name: str) -> t.Dict[str, t.Any]:
    path = os.path.join(folder, name)
    return read_object(path, "record") if os.path.exists(path) else {}


def read_applied(folder: str) -> Applied:
    """What earlier runs found applied; empty where there are no records."""
    placements = _read(folder, APPLIED_PLACEMENTS)
    shares = _read(folder, APPLIED_SHARES)
    return Applied(
        frozenset((channel, subdir, file) for channel, subdirs in placements.items() for subdir, files in subdirs.items() for file in files),
        {channel: frozenset((kind, name) for kind, name in principals) for channel, principals in shares.items()},
    )


def _united(before: t.Iterable[t.Any], now: t.Iterable[t.Any]) -> t.List[t.Any]:
    return sorted({*before, *now})


def write_applied(folder: str, planned: Applied, observed: Observed, members: t.Mapping[str, t.Sequence[str]]) -> None:
    """Adds to the records what is both planned and seen on the target; nothing is ever taken out of them."""
    os.makedirs(folder, exist_ok=True)
    before = read_applied(folder)
    placements: t.Dict[str, t.Dict[str, t.List[str]]] = {}
    seen = {key for key in planned.placements if key[2] in observed.packages.get(key[:2], {})}
    for channel, subdir, file in _united(before.placements, seen):
        placements.setdefault(channel, {}).setdefault(subdir, []).append(file)
    shares: t.Dict[str, t.List[t.Any]] = {}
    for channel in sorted({*before.shares, *planned.shares}):
        held = {(share.kind, share.name) for share in observed.shares.get(channel) or ()}
        applied = planned.shares.get(channel, frozenset()) & held
        shares[channel] = [list(item) for item in _united(before.shares.get(channel, frozenset()), applied)]
    known = _read(folder, APPLIED_MEMBERS)
    people = {group: _united(known.get(group, ()), members.get(group, ())) for group in sorted({*known, *members})}
    for name, data in ((APPLIED_PLACEMENTS, placements), (APPLIED_SHARES, shares), (APPLIED_MEMBERS, people)):
        write_text(os.path.join(folder, name), json_line(data))
