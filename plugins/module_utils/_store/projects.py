# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the notebook projects: written whole or not at all, read line by line.  Private to the collection."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, file_sha256, json_line, read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding, NotebookHost, Project, Source
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import scrubbed

PROJECTS, SOURCES, FINDINGS = "projects.jsonl", "sources.jsonl", "findings.jsonl"
AGAIN = "collect the projects again"


def _line(record: Json) -> str:
    return json_line(scrubbed(record))


class CollectionWriter:
    """Takes projects and sources as they come; ``projects.jsonl`` appears last, with the digest of ``sources.jsonl`` in it.

    Use it in a with block and call ``finish`` at its end; left without it, nothing of it remains.
    """

    def __init__(self, dest: str) -> None:
        self.projects_path, self.sources_path = os.path.join(dest, PROJECTS), os.path.join(dest, SOURCES)
        self.projects = self.sources = 0
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> CollectionWriter:
        folder = os.path.dirname(self.projects_path)
        os.makedirs(folder, exist_ok=True)
        self._lines = self._stack.enter_context(
            tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogateescape", newline="\n", dir=folder)
        )
        self._sources = self._stack.enter_context(atomic_writer(self.sources_path))
        return self

    def __exit__(self, *exc: t.Any) -> None:
        self._stack.__exit__(*exc)

    def add_source(self, source: Source) -> None:
        self._sources.write(json_line(source.to_json()))
        self.sources += 1

    def add_project(self, project: Project) -> None:
        self._lines.write(_line(project.to_json()))
        self.projects += 1

    def finish(self, host: str, site: str, root: str, problems: t.Iterable[Problem]) -> NotebookHost:
        """Writes ``projects.jsonl``.  Gives its first line."""
        head = NotebookHost(host, site, root, self.projects, self.sources, self._sources.sha256, tuple(problems))
        self._lines.seek(0)
        with atomic_writer(self.projects_path) as stream:
            stream.write(_line(head.to_json()))
            for line in self._lines:
                stream.write(line)
        return head


def read_projects(path: str) -> t.Tuple[NotebookHost, t.Iterator[Project]]:
    """The first line of a ``projects.jsonl`` and, one by one, its projects.

    Raises ``MigrationError`` (the iterator too) if it cannot be read, is damaged or holds fewer projects than its first line says.
    """
    kinds: t.Iterator[t.Type[t.Union[NotebookHost, Project]]] = itertools.chain([NotebookHost], itertools.repeat(Project))

    def record(data: Json) -> t.Union[NotebookHost, Project]:
        return next(kinds).from_json(data)

    records = read_records(path, "list of projects", record, AGAIN)
    head = t.cast(t.Optional[NotebookHost], next(records, None))
    if head is None:
        raise MigrationError(f"The list of projects {path} is empty; {AGAIN}.")
    return head, _projects(path, t.cast(t.Iterator[Project], records), head.projects)


def _projects(path: str, projects: t.Iterator[Project], wanted: int) -> t.Iterator[Project]:
    count = 0
    for project in projects:
        count += 1
        yield project
    if count != wanted:
        raise MigrationError(f"The list of projects {path} holds {count} of {wanted} projects, so it was cut off; collect them again.")


def read_sources(path: str, head: NotebookHost) -> t.Iterator[Source]:
    """The sources that belong to ``head``; raises ``MigrationError`` where they are not the ones it was written with."""
    try:
        digest = file_sha256(path)
    except OSError as exc:
        raise MigrationError(f"The list of sources {path} cannot be read: {exc.strerror}; {AGAIN}.") from exc
    if digest != head.sources_sha256:
        raise MigrationError(f"The list of sources {path} does not belong to its list of projects; {AGAIN}.")
    yield from read_records(path, "list of sources", Source.from_json, AGAIN)


def read_findings(path: str) -> t.Iterator[Finding]:
    """The findings of an audit.  Raises ``MigrationError``."""
    return read_records(path, "list of findings", Finding.from_json, "run the audit again")


def findings_text(findings: t.Iterable[Finding]) -> t.Iterator[str]:
    """The lines of a ``findings.jsonl``."""
    for finding in findings:
        yield _line(finding.to_json())
