# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a verification: ledger, report, tables for spreadsheets.  Private to the collection."""

from __future__ import annotations

import json
import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._csv import write_table
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer
from ansible_collections.ae_ops.migration.plugins.module_utils._report import page
from ansible_collections.ae_ops.migration.plugins.module_utils._report.content import Verification, channels_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._report.lists import all_lists
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.rows import ProjectRow

LEDGER = "ledger.jsonl"
LEDGER_TABLE = "ledger.csv"
FINDINGS_TABLE = "findings.csv"
PROJECTS_TABLE = "projects.csv"
REPORT = "report.json"
PAGE = "report.html"

RUN_NAME = re.compile(r"\d{8}T\d{6}Z")

LEDGER_HEAD = ("site", "owner", "package", "file", "size", "disposition", "detail", "channels", "path")
PROJECTS_HEAD = (
    *("host", "site", "owner", "project", "disposition", "detail", "ae5_owner", "ae5_name", "shared", "notes", "team_in_ae4"),
    *("environment", "breaks_by", "blockers", "warnings"),
)
FINDINGS_HEAD = ("verdict", "fails", "channel", "what", "detail", "command")


def run_name(folder: str) -> t.Optional[str]:
    """The name of a plan's folder if it is a run's: the time of the plan."""
    name = os.path.basename(os.path.realpath(folder))
    return name if RUN_NAME.fullmatch(name) else None


def write(dest: str, result: Verification) -> None:
    """Writes everything into ``dest``, the page last.

    Raises:
        OSError: the folder cannot be written to.
    """
    lines = result.ledger.lines
    with atomic_writer(os.path.join(dest, LEDGER)) as stream:
        stream.writelines(result.ledger.texts())
    with atomic_writer(os.path.join(dest, LEDGER_TABLE)) as stream:
        write_table(
            stream,
            LEDGER_HEAD,
            (
                [
                    line.site,
                    line.owner,
                    line.package,
                    line.file,
                    line.size,
                    line.disposition,
                    line.detail,
                    channels_in_words(line),
                    line.path,
                ]
                for line in lines
            ),
        )
    with atomic_writer(os.path.join(dest, FINDINGS_TABLE)) as stream:
        found = (
            [item.verdict, str(item.fails).lower(), item.channel, item.what, item.detail, item.command]
            for item in result.ordered_findings()
        )
        write_table(stream, FINDINGS_HEAD, found)
    if result.projects is not None:
        with atomic_writer(os.path.join(dest, PROJECTS_TABLE)) as stream:
            write_table(stream, PROJECTS_HEAD, map(_project_cells, result.projects.rows))
    report = result.report()
    with atomic_writer(os.path.join(dest, REPORT)) as stream:
        # In ASCII: a name that is not text stays valid JSON for every reader.
        stream.write(json.dumps(report, sort_keys=True) + "\n")
    with atomic_writer(os.path.join(dest, PAGE)) as stream:
        stream.write(page.render(report, all_lists(result)))


def _project_cells(row: ProjectRow) -> t.List[t.Any]:
    line = row.line
    first = [line.host, line.site, line.owner, line.project, line.disposition, line.detail, line.user, line.name]
    people = ["; ".join(line.shared), " ".join(line.notes), row.team]
    return [*first, *people, row.environment, row.breaks_by, row.blockers, row.warnings]
