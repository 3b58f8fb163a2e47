# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site needs from the plan to migrate its packages with the vendor import.  Private to the collection.

The file ``owners/<site>.jsonl`` has one line that binds it to the site's inventory, then one for each owner who has a
placement (``vendor_import.OwnerFacts``).  It is needed because a site gets only its slice of the placements, which does not
say what must be private and which declarations had an effect.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import LeftOut, SkippedPlacement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.vendor_import import OwnersHead, facts_of
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import Draft
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan

WHAT = "list of the plan's owners"


def owner_lines(draft: Draft, plan: Plan, held: t.Iterable[SkippedPlacement] = ()) -> t.Dict[str, t.List[str]]:
    """The lines of each site's file, by site.  For the vendor import a skipped file is one that is left out."""
    public = {channel.name for channel in plan.channels if channel.public}
    names: t.Dict[t.Tuple[str, str], t.Dict[Slot, str]] = {}
    for slot, name in draft.names.items():
        names.setdefault((slot.site, slot.owner), {})[slot] = name
    left_out: t.Dict[t.Tuple[str, str], t.List[LeftOut]] = {}
    skipped = [LeftOut(one.site, one.owner, one.package, one.file, one.path, one.size, one.reason, one.detail) for one in held]
    for item in [*draft.left_out, *skipped]:
        left_out.setdefault((item.site, item.owner), []).append(item)
    lines: t.Dict[str, t.List[str]] = {}
    for site in draft.sites:
        head = OwnersHead(site.site, site.record.sha256)
        lines[site.site] = [json_line(head.to_json())]
        for owner in sorted(site.owners):
            mine = names.get((site.site, owner))
            if mine:
                rest = left_out.get((site.site, owner), ())
                shortened = draft.choices.shortened[site.site, owner]
                facts = facts_of(site.owners[owner], mine, public, rest, draft.options.layout, draft.options.principals, shortened)
                lines[site.site].append(json_line(facts.to_json()))
    return lines
