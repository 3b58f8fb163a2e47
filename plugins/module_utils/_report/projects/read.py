# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the files of the playbook ``notebooks`` for each notebook host, for the ledger and the report.  Private to the collection.

A host may have hundreds of thousands of findings, so each is counted, written to the table and forgotten, except the gravest.
A missing or damaged file is reported and stops nothing.
"""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, is_there
from ansible_collections.ae_ops.migration.plugins.module_utils._model import git_changes
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.ledger import (
    ARRIVED,
    NAMES_SHOWN,
    PLAYBOOK,
    line_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.rows import (
    AuditSummary,
    Host,
    ProjectRow,
    Projects,
    team_in_words,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion, read_conversions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.notebook_layout import HostFolder, host_folders
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import read_findings, read_projects
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import MISSING, RESOLUTIONS, Resolution, read_resolutions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import Row, read_rows
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

FINDINGS_TABLE = "notebook-findings.csv"
NEEDS = "needs"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Resolutions = t.Mapping[t.Tuple[str, str], Resolution]
"""By host and key."""
Record = t.TypeVar("Record")


class _Reader:
    """Reads one host after the other, and collects the sentences about what cannot be read."""

    def __init__(self, audit: AuditSummary) -> None:
        self.audit = audit
        self.hosts: t.List[Host] = []
        self.rows: t.List[ProjectRow] = []
        self.failures: t.List[str] = []
        self.warnings: t.List[str] = []

    def records(self, records: t.Iterator[Record]) -> t.Iterator[Record]:
        """The records up to the first one that cannot be read, about which a sentence is kept."""
        try:
            yield from records
        except MigrationError as exc:
            self.failures.append(str(exc))

    def host(self, folder: HostFolder, resolutions: Resolutions) -> None:
        """Reads one host."""
        self._missing(folder)
        found = self.audit.begin(folder.host)
        conversions = {item.key: item for item in self._conversions(folder)}
        uploads = {row.project: row for row in self._from(folder.uploads, read_rows)}
        times = sorted(row.seen for row in uploads.values() if TIME.fullmatch(row.seen)) or [""]
        for finding in self._from(folder.findings, read_findings):
            self.audit.add(finding)
        try:
            head, projects = read_projects(folder.projects)
        except MigrationError as exc:
            self.failures.append(str(exc))
            return
        failed, first = len(self.failures), len(self.rows)
        for project in self.records(projects):
            key = project.key
            line = line_of(folder.host, project, conversions.get(key), uploads.get(key))
            resolution = resolutions.get((project.host, key)) or _of(conversions.get(key))
            self.rows.append(ProjectRow(line, team_in_words(project.team, project.public), resolution, *found.get(key, (0, 0))))
        mine = self.rows[first:]
        # A list that is cut off has been reported already.
        total = head.projects if len(self.failures) == failed else len(mine)
        self.hosts.append(Host(folder.host, head.site, total, times[0], times[-1]))
        for problem in head.problems:
            if problem.code.endswith("_unreadable"):
                self.failures.append(f"Notebook host {shown(folder.host)}: {problem.detail}")
        self._problems(folder.host, [problem.detail for problem in head.problems if not problem.code.endswith("_unreadable")])
        self._gone(folder.host, uploads, {row.line.key for row in mine})

    def _gone(self, host: str, uploads: t.Mapping[str, Row], known: t.AbstractSet[str]) -> None:
        gone = sorted(shown(key) for key, row in uploads.items() if key not in known and row.state in ARRIVED)
        if gone:
            what = f"{counted(len(gone), 'project')} ({listed(gone, NAMES_SHOWN)}) of notebook host {shown(host)}"
            self.warnings.append(
                f"{what} {'was' if len(gone) == 1 else 'were'} migrated to AE5 and {'is' if len(gone) == 1 else 'are'} no longer on AE4."
            )

    def _problems(self, host: str, problems: t.Sequence[str]) -> None:
        self.warnings.extend(f"Notebook host {shown(host)}: {detail}" for detail in problems[:NAMES_SHOWN])
        if len(problems) > NAMES_SHOWN:
            self.warnings.append(f"Notebook host {shown(host)}: {len(problems) - NAMES_SHOWN} more problems; see its list of projects.")

    def _from(self, path: str, read: t.Callable[[str], t.Iterator[Record]]) -> t.Iterator[Record]:
        return self.records(read(path)) if is_there(path) else iter(())

    def _conversions(self, folder: HostFolder) -> t.Iterator[Conversion]:
        """The conversions, without what AE5's git will not keep, which becomes findings."""
        for item in self._from(folder.conversions, read_conversions):
            for finding in git_changes.findings(item.owner, item.project, item.git):
                self.audit.add(finding)
            yield dataclasses.replace(item, git=(), resolution=None if item.resolution is None else light(item.resolution))

    def resolutions(self, path: str) -> Resolutions:
        """The resolutions of the environments of all hosts."""
        return {(host, item.key): light(item) for host, _site, item in self._from(path, read_resolutions)}

    def _missing(self, folder: HostFolder) -> None:
        steps = ((folder.findings, "audited"), (folder.conversions, "converted"), (folder.uploads, "sent to AE5"))
        missing = [step for path, step in steps if not is_there(path)]
        if missing:
            self.warnings.append(
                f"The projects of notebook host {shown(folder.host)} were not {' nor '.join(missing)}, or their lists are missing;"
                f" {PLAYBOOK}."
            )


def read_all(path: t.Optional[str], hosts: t.Sequence[str], dest: t.Optional[str]) -> t.Optional[Projects]:
    """The projects of all notebook hosts; None if there are no files and none were expected.

    ``path`` is the folder ``notebooks``, ``hosts`` are those that must have a folder there, ``dest`` is the folder for the table
    of all findings, None for no table.  A table that cannot be written is a warning.

    Raises:
        MigrationError: the folder cannot be read.
    """
    try:
        folders = host_folders(path) if path else []
    except OSError as exc:
        raise MigrationError(f"The folder of notebook projects {path} cannot be read: {exc.strerror}.") from exc
    missing = sorted(set(hosts) - {folder.host for folder in folders})
    if not folders and not missing:
        return None
    needs = os.path.join(path, NEEDS, RESOLUTIONS) if path else ""
    if dest is None:
        return _read(folders, missing, needs, None)
    try:
        with atomic_writer(os.path.join(dest, FINDINGS_TABLE)) as table:
            return _read(folders, missing, needs, table)
    except OSError as exc:
        found = _read(folders, missing, needs, None)
        return dataclasses.replace(
            found, warnings=(f"The table {FINDINGS_TABLE} cannot be written to {dest}: {exc.strerror}.", *found.warnings)
        )


def _read(folders: t.Sequence[HostFolder], missing: t.Sequence[str], needs: str, table: t.Optional[t.TextIO]) -> Projects:
    reader = _Reader(AuditSummary(table))
    resolutions = reader.resolutions(needs)
    for folder in folders:
        reader.host(folder, resolutions)
    return Projects(tuple(reader.hosts), tuple(missing), tuple(reader.rows), reader.audit, tuple(reader.failures), tuple(reader.warnings))


def light(resolution: Resolution) -> Resolution:
    """The resolution with only one of the pins that were found: the report needs only those that are missing."""
    others = [state for state in resolution.pins if state.state != MISSING]
    return dataclasses.replace(resolution, pins=(*resolution.missing, *others[:1]), channels=(), dropped=(), pip=(), environments=())


def _of(conversion: t.Optional[Conversion]) -> t.Optional[Resolution]:
    return None if conversion is None else conversion.resolution
