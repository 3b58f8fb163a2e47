# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbook ``notebooks`` leaves of a notebook host, in a few words."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding, Member, Project
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs.lists import resolution_line
from ansible_collections.ae_ops.migration.plugins.module_utils._report.content import Verification
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.read import read_all
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.rows import Projects
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._store.notebook_layout import HostFolder
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import CollectionWriter, findings_text
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import PinState, Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import Row
from tests.unit.report.report_world import verification

ASKED = "2026-11-22T18:00:00Z"


def resolution(key: str, *missing: str, **more: t.Any) -> Resolution:
    """What the environment of a project finds: one pin that is there, and those that are missing, as ``NAME=VERSION``."""
    owner, _slash, project = key.partition("/")
    pins = [PinState(Pin("python", "3.5.2", "0", "main"), "same", "main")]
    pins += [PinState(Pin(*text.split("=", 1), "0", "main"), "missing") for text in missing]
    return Resolution(owner, project, owner, ("main",), tuple(pins), **more)


class NotebookHost:
    """The files of one host below ``root``; ``save`` writes those that something was added to."""

    def __init__(self, root: Path, host: str = "aen1", site: str = "east") -> None:
        self.root, self.host, self.site = root, host, site
        self.folder = HostFolder(host, str(root / host))
        self.projects: list[Project] = []
        self.conversions: list[Conversion] = []
        self.rows: list[Row] = []
        self.findings: list[Finding] = []
        self.resolutions: list[Resolution] = []
        self.problems: list[Problem] = []

    def add(self, key: str, state: str = "", why: str = "", **more: t.Any) -> NotebookHost:
        """A project.

        ``state`` is what AE5 was seen to hold, "" if nobody asked; ``converted`` is the state of the conversion, "" if there was none.
        """
        owner, _slash, name = key.partition("/")
        team = more.pop("team", ())
        self.projects.append(Project(self.host, self.site, owner, name, f"/projects/{key}", team=team))
        converted, reason = more.pop("converted", "converted"), more.pop("reason", "")
        new, user = more.pop("name", name), more.pop("user", owner)
        if converted:
            found = more.pop("resolution", None)
            self.conversions.append(Conversion(self.host, self.site, owner, name, new, user, converted, reason, resolution=found))
        if state:
            self.rows.append(Row(user, new, key, self.host, state, why, seen=more.pop("seen", ASKED), **more))
        return self

    def finds(self, key: str, severity: str = "warning", what: str = "It will not run.", **more: t.Any) -> NotebookHost:
        owner, _slash, name = key.partition("/")
        self.findings.append(Finding(owner, name, more.pop("rule", "host-path"), severity, what, **more))
        return self

    def save(self) -> NotebookHost:
        with CollectionWriter(self.folder.path) as writer:
            for project in self.projects:
                writer.add_project(project)
            writer.finish(self.host, self.site, "/projects", self.problems)
        self._write(self.folder.conversions, (json_line(item.to_json()) for item in self.conversions))
        self._write(self.folder.uploads, (json_line(row.to_json()) for row in self.rows))
        self._write(self.folder.findings, findings_text(self.findings))
        needs = (resolution_line(self.host, self.site, item) for item in self.resolutions)
        self._write(str(self.root / "needs" / "resolutions.jsonl"), needs)
        return self

    def _write(self, path: str, lines: t.Iterable[str]) -> None:
        text = "".join(lines)
        if text:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(text, encoding="utf-8", errors="surrogateescape")


def read(host: NotebookHost, *hosts: str, dest: Path | None = None) -> Projects:
    """What is read of everything below the host's root."""
    found = read_all(str(host.root), hosts, None if dest is None else str(dest))
    assert found is not None
    return found


def with_projects(result: Verification, projects: Projects) -> Verification:
    """A verification that has looked at notebook projects, too."""
    return dataclasses.replace(result, ledger=dataclasses.replace(result.ledger, projects=projects.lines), projects=projects)


def whole(found: Projects) -> Verification:
    return with_projects(verification(clean=True), found)


def as_json(value: t.Any) -> t.Any:
    return json.loads(json.dumps(value))


def ordinary(root: Path) -> NotebookHost:
    """A host with a project of every kind."""
    host = NotebookHost(root)
    host.add("alice/good", "uploaded", shared=("user bob may read",), resolution=resolution("alice/good"))
    host.add("alice/there", "present", name="there-2", resolution=resolution("alice/there"), team=(Member("user", "bob", "rw"),))
    host.add("alice/other", "conflict", "AE5 has a project that differs.", resolution=resolution("alice/other", "numpy=1.11"))
    host.add(
        "bob/my project", "refused", "The name 'my project' has blanks.", converted="refused", reason="The name 'my project' has blanks."
    )
    host.add("bob/broken", "failed", "AE5 answered 500.", resolution=resolution("bob/broken", "vanished=0.9", "localpkg=1.0"))
    host.add("bob/late")
    host.add("carol/left", "excluded", "The inventory excludes it.", converted="excluded", reason="The inventory excludes it.")
    host.finds("alice/good", "blocker", "It cannot be archived.", rule="archive-too-large")
    host.finds("alice/good", "warning", path="a.ipynb", cell=3, line=2, advice="Write another path.")
    host.finds("bob/broken", "info", rule="pip-package")
    return host.save()
