# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects the projects of a notebook host into lists.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.collect import Collector
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import NotebookHost
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import CollectionWriter
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown


@dataclasses.dataclass
class Result:
    """What was collected.  ``failures``: one sentence for each project that could not be read at all."""

    head: NotebookHost
    notebooks: int = 0
    bytes: int = 0
    problems: int = 0
    failures: t.List[str] = dataclasses.field(default_factory=list)


def collect(root: str, patterns: t.Sequence[str], site: str, host: str, dest: str, accounts: str = "") -> Result:
    """Writes ``projects.jsonl`` and ``sources.jsonl`` below ``dest`` for the projects whose ``OWNER/NAME`` fits a pattern (none: all).

    ``accounts`` is a file in the form of ``/etc/passwd``, where the host's own accounts are not those of the projects.
    Raises ``MigrationError`` if ``root`` is no folder that can be read.
    """
    collector = Collector(root, site, host, Accounts(accounts))
    with CollectionWriter(dest) as writer:
        totals = Result(NotebookHost(host, site, root, 0, 0, ""))
        for owner, name, proposal in collector.projects(patterns):
            try:
                project = collector.project(owner, name, proposal, writer.add_source)
            except OSError as exc:
                detail = f"The project {shown(f'{owner}/{name}')} cannot be read: {exc.strerror}; it was left out."
                collector.problems.append(Problem("project_unreadable", detail))
                continue
            writer.add_project(project)
            totals.notebooks += len(project.notebooks)
            totals.bytes += project.files.bytes
            totals.problems += len(project.problems) + sum(len(item.problems) for item in project.notebooks)
        totals.failures.extend(problem.detail for problem in collector.problems)
        totals.head = writer.finish(host, site, root, collector.problems)
    return totals
