# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notebook projects in the ledger: one disposition for every project of AE4.  Private to the collection.  Pure.

The rows of an upload say what AE5 has; the conversion says why a project was not sent.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Project
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import CONVERTED, EXCLUDED, Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import CONFLICT, PRESENT, UPLOADED, Row
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

WAITING = "waiting"
"""Collected, but not converted or sent yet: a run stopped early, or did not happen."""
ARRIVED = (UPLOADED, PRESENT)
SETTLED = (*ARRIVED, EXCLUDED)
"""Dispositions that are done; every other one needs a person."""

PLAYBOOK = "run the notebooks playbook for it"
NAMES_SHOWN = 5


@dataclasses.dataclass(frozen=True)
class ProjectLine(JsonRecord):
    """What became of one project of a notebook host; in ``ledger.jsonl`` its kind tells it from the line of a file."""

    HEAD: t.ClassVar[Json] = {"kind": "project"}

    host: str
    site: str
    owner: str
    project: str
    """Owner and name on AE4."""
    user: str
    name: str
    """Owner and name on AE5; empty if it was not converted."""
    disposition: str
    """uploaded, present, excluded, conflict, refused, failed or waiting."""
    detail: str = ""
    shared: t.Tuple[str, ...] = ()
    notes: t.Tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.owner}/{self.project}"

    @property
    def fails(self) -> bool:
        return self.disposition not in SETTLED


def line_of(host: str, project: Project, conversion: t.Optional[Conversion], row: t.Optional[Row]) -> ProjectLine:
    """The line of a project: its newest conversion if there is no archive, otherwise what AE5 has.

    An unknown state is kept, and needs a person.
    """
    user, name = ("", "") if conversion is None else (conversion.user, conversion.name)
    base = ProjectLine(host, project.site, project.owner, project.name, user, name, WAITING)
    if conversion is not None and conversion.state != CONVERTED:
        return dataclasses.replace(base, disposition=conversion.state, detail=conversion.reason)
    is_newer = conversion is not None and row is not None and conversion.tree != row.tree
    if row is not None and not is_newer:
        return dataclasses.replace(
            base, user=row.owner, name=row.name, disposition=row.state, detail=row.why, shared=row.shared, notes=row.notes
        )
    done = "collected, but not converted" if conversion is None else "converted, but not sent to AE5"
    detail = (
        f"It has changed and was converted since it was last compared with AE5; {PLAYBOOK}."
        if is_newer
        else f"It was {done} yet; {PLAYBOOK}."
    )
    return dataclasses.replace(base, detail=detail)


def counts(lines: t.Iterable[ProjectLine]) -> t.Dict[str, int]:
    """Number of projects by disposition."""
    return dict(sorted(collections.Counter(line.disposition for line in lines).items()))


def imbalances(lines: t.Iterable[ProjectLine], hosts: t.Mapping[str, int]) -> t.List[str]:
    """Sentences, unless every project of every host has exactly one line; ``hosts`` are the numbers that were collected."""
    found = collections.Counter(line.host for line in lines)
    return [
        f"The ledger accounts for {counted(found[host], 'project')} of notebook host {shown(host)}, and its list has"
        f" {hosts.get(host, 0):,}, so something was lost or counted twice; keep the plan folder and report this as a bug."
        for host in sorted({*found, *hosts})
        if found[host] != hosts.get(host, 0)
    ]


def sentences(lines: t.Iterable[ProjectLine]) -> t.List[str]:
    """One sentence for each project that needs a person; those of a host with the same reason share one."""
    together: t.Dict[t.Tuple[str, str, str], t.List[str]] = {}
    for line in lines:
        if line.fails:
            together.setdefault((line.host, line.disposition, line.detail), []).append(shown(line.key))
    found = []
    for (host, disposition, detail), names in together.items():
        where = f"notebook host {shown(host)}"
        what = f"Project {names[0]}" if len(names) == 1 else f"{counted(len(names), 'project')} ({listed(names, NAMES_SHOWN)})"
        is_named = len(names) == 1 and names[0] in detail
        found.append(f"N{where[1:]}: {detail}" if is_named else f"{what} of {where}: {detail or _bare(disposition)}")
    return found


def _bare(disposition: str) -> str:
    """The text if there is no reason."""
    if disposition == CONFLICT:
        return "AE5 has another project of this name."
    return f"It is {disposition.replace('_', ' ')}."
