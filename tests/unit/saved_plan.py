# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as files, for the tests of what reads them."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import LeftOut, Placement, SkippedPlacement
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan, rendered, write_plan


def save_plan(
    folder: str,
    plan: Plan,
    for_people: str,
    placements: t.Iterable[Placement],
    left_out: t.Iterable[LeftOut],
    held: t.Iterable[SkippedPlacement] = (),
    people: t.Optional[t.Mapping[str, t.List[str]]] = None,
) -> None:
    """Writes the files of a plan into ``folder``, ``plan.json`` last."""
    write_plan(folder, rendered(plan, for_people, placements, left_out, held=held, people=people))
