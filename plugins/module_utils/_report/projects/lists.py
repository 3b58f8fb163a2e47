# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The long tables of the notebook projects: projects, what will fail on AE5, the audit's findings.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import BLOCKER, WARNING
from ansible_collections.ae_ops.migration.plugins.module_utils._report import tables as c
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.ledger import ARRIVED, WAITING, ProjectLine
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.read import FINDINGS_TABLE
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.rows import (
    BREAKS,
    PINS_FOUND,
    RESOLVES,
    ProjectRow,
    Projects,
    cut,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._report.tables import Column, DataTable, in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import REFUSED
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import CONFLICT, FAILED
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

PROJECTS_SHOWN = 20_000
BREAKING_SHOWN = 10
"""The most projects of an owner in the table of owners; the table of projects has all."""

PROJECTS, BREAKING, AUDIT = "projects", "breaking", "audit"
TITLES = {PROJECTS: "Notebook projects", BREAKING: "Will fail on AE5", AUDIT: "Audit of the notebook projects"}
SHORT_TITLES = {PROJECTS: "Projects", BREAKING: "Failing", AUDIT: "Audit"}

MOODS = {
    **dict.fromkeys((*ARRIVED, RESOLVES), "good"),
    **dict.fromkeys((CONFLICT, REFUSED, FAILED, WAITING, BREAKS, BLOCKER), "bad"),
    **dict.fromkeys((WARNING, PINS_FOUND), "odd"),
}


def project_lists(projects: Projects) -> t.List[DataTable]:
    """The tables, each with no rows if there is nothing in it."""
    return [_projects(projects), _breaking(projects), _audit(projects)]


def _projects(projects: Projects) -> DataTable:
    columns = (
        Column("owner", "Owner", c.NAME, facet=True, width=7),
        Column("project", "Project", c.NAME, width=9),
        Column("host", "Host", c.SHORT, facet=True, hidden=len(projects.hosts) < 2, width=7),
        Column("disposition", "State", c.TAGS, facet=True),
        Column("ae5", "Other name in AE5", c.NAME),
        Column("detail", "Details", c.TEXT, width=22),
        Column("environment", "Environment", c.TAGS, facet=True, width=8),
        Column("blockers", "Blockers", c.NUMBER, width=6),
        Column("warnings", "Warnings", c.NUMBER, width=6),
        Column("team", "Who could reach it in AE4", c.TEXT, hidden=True),
    )
    rows = [_cells(row) for row in projects.ordered()[:PROJECTS_SHOWN]]
    return DataTable(PROJECTS, columns, rows, len(projects.rows), "projects.csv")


def _cells(row: ProjectRow) -> t.List[t.Any]:
    line = row.line
    first = [line.owner, line.project, line.host, in_words(line.disposition), _other_name(line), _detail(row)]
    return [*first, row.environment, row.blockers, row.warnings, row.team]


def _other_name(line: ProjectLine) -> str:
    """The name of a project on AE5, if it differs from the name on AE4."""
    name = f"{line.user}/{line.name}"
    return name if line.disposition in (*ARRIVED, CONFLICT) and name != line.key else ""


def _detail(row: ProjectRow) -> str:
    """Why it is not on AE5, what its environment is missing, whom it was shared with."""
    line = row.line
    breaks = f"Its environment will fail on AE5 because of {cut(row.breaks_by)}." if row.breaks_by else ""
    doubt = row.resolution.unchecked if row.resolution is not None and row.environment == PINS_FOUND else ""
    unknown = f"Its pinned packages are there, but it is not known whether they work together: {cut(doubt)}." if doubt else ""
    shared = f"Its team on AE5: {', '.join(line.shared)}." if line.shared else ""
    return " ".join(text for text in (line.detail, breaks, unknown, shared, *line.notes) if text)


def _breaking(projects: Projects) -> DataTable:
    columns = (
        Column("owner", "Owner", c.NAME, facet=True),
        Column("breaking", "Will fail", c.NUMBER, width=4),
        Column("projects", "Looked at", c.NUMBER, width=4),
        Column("by", "Which projects, and because of which package", c.TEXT, width=28),
    )
    named = [item for item in projects.owners if item.breaking]
    by_owner: t.Dict[str, t.List[str]] = {}
    for row in projects.ordered():
        if row.environment == BREAKS and row.resolution is not None:
            by_owner.setdefault(row.resolution.owner, []).append(f"{row.line.project} because of {cut(row.breaks_by)}")
    rows = [
        [item.owner, len(item.breaking), item.projects, listed(by_owner.get(item.owner, []), BREAKING_SHOWN, between="; ")]
        for item in named
    ]
    return DataTable(BREAKING, columns, rows, len(rows), "report.json")


def _audit(projects: Projects) -> DataTable:
    columns = (
        Column("severity", "Severity", c.TAGS, facet=True, width=5),
        Column("owner", "Owner", c.NAME, facet=True, width=6),
        Column("project", "Project", c.NAME, facet=True, width=7),
        Column("host", "Host", c.SHORT, facet=True, hidden=len(projects.hosts) < 2, width=6),
        Column("rule", "Rule", c.SHORT, facet=True, hidden=True),
        Column("where", "Where", c.NAME, width=7),
        Column("what", "What", c.TEXT, width=17),
        Column("advice", "What to do", c.TEXT, width=14),
    )
    found = projects.audit.rows()
    rows = [[item.severity, item.owner, item.project, item.host, item.rule, item.where, item.what, item.advice] for item in found]
    return DataTable(AUDIT, columns, rows, projects.audit.total, FINDINGS_TABLE)
