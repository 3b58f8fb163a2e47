# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits collected notebook projects: what will not work, or not as before, on AE5.  Private to the collection.

Neither nbformat nor parso is needed, so it runs wherever the collection does: notebooks were read when they were collected, and
Python 2 is read with Python 3's parser (``audit_python2``).
"""

from __future__ import annotations

import itertools
import posixpath
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import SEVERITIES, Finding, Project, Source
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.code import audit_file
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.matchers_base import Context
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.project import audit_project

_WRITEFILE = re.compile(r"\s*%%(?:writefile|file)\s+(?:-a\s+)?(\S+)")


def audit(project: Project, sources: t.Sequence[Source], root: str, limit: int = MAX_BYTES) -> t.List[Finding]:
    """All findings of one project: those about the whole first, then by file, cell and line.

    ``sources`` are those of the project in the order they were collected, ``root`` is the folder of the projects on the host and
    ``limit`` the bytes that AE5 accepts.
    """
    context = Context(project, root, local_modules(sources))
    findings = audit_project(project, limit)
    findings.sort(key=lambda finding: (SEVERITIES.index(finding.severity), finding.rule, finding.path, finding.subject))
    by_path = sorted(sources, key=lambda source: source.path)
    for _path, group in itertools.groupby(by_path, key=lambda source: source.path):
        findings.extend(audit_file(context, list(group)))
    return findings


def local_modules(sources: t.Iterable[Source]) -> t.Set[str]:
    """Names that the project's own Python files can be imported by, wherever in the project they are."""
    names: t.Set[str] = set()
    for source in sources:
        written = _WRITEFILE.match(source.text) if source.cell is not None else None
        path = written.group(1) if written else source.path if source.cell is None and source.language == "python" else ""
        if path.endswith(".py"):
            folder, name = posixpath.split(path[: -len(".py")])
            names.update(part for part in (*folder.split("/"), name) if part)
    return names


def audit_all(projects: t.Iterable[Project], sources: t.Iterable[Source], root: str, limit: int = MAX_BYTES) -> t.Iterator[Finding]:
    """The findings of all projects.  ``sources`` come in the order of the projects, so only one project's code is in memory."""
    groups = itertools.groupby(sources, key=lambda source: source.key)
    waiting: t.Optional[t.Tuple[str, t.List[Source]]] = None
    for project in projects:
        if waiting is None:
            following = next(groups, None)
            waiting = (following[0], list(following[1])) if following else None
        mine: t.List[Source] = []
        if waiting is not None and waiting[0] == project.key:
            mine, waiting = waiting[1], None
        yield from audit(project, mine, root, limit)
