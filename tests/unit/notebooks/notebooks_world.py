# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects on disk for the tests of collecting and auditing: environments as conda leaves them."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import NotebookHost, Project, Source
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.collect.run import collect
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import read_projects, read_sources

REPO = "http://repo.example.com:8080/conda"


def conda_package(prefix: Path, name: str, version: str = "1.0", modules: t.Iterable[str] = (), **record: t.Any) -> None:
    """Puts a conda package into an environment: its record, its modules, its metadata."""
    files = []
    site = "lib/python3.5/site-packages"
    for module in modules:
        folder = prefix / site / module
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text("")
        files.append(f"{site}/{module}/__init__.py")
    for library in record.pop("r", ()):
        (prefix / "lib/R/library" / library).mkdir(parents=True, exist_ok=True)
        files.append(f"lib/R/library/{library}/DESCRIPTION")
    data = {"name": name, "version": version, "build": "0", "channel": f"{REPO}/anaconda/linux-64", "files": files, **record}
    meta = prefix / "conda-meta" / f"{name}-{version}-0.json"
    meta.parent.mkdir(parents=True, exist_ok=True)
    meta.write_text(json.dumps(data))


def collected(dest: Path) -> tuple[NotebookHost, list[Project], list[Source]]:
    """What a collection wrote, read back."""
    head, projects = read_projects(str(dest / "projects.jsonl"))
    return head, list(projects), list(read_sources(str(dest / "sources.jsonl"), head))


def notebook(*cells: str, kernel: tuple[str, str, str] | None = ("python3", "Python 3", "python"), **more: t.Any) -> str:
    """A notebook of format 4."""
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text} for text in cells]
    metadata: dict[str, t.Any] = {}
    if kernel:
        metadata["kernelspec"] = {"name": kernel[0], "display_name": kernel[1], "language": kernel[2]}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 0, **more})


class Host:
    """A folder of projects to collect from."""

    def __init__(self, tmp_path: Path) -> None:
        self.root, self.out = tmp_path / "projects", tmp_path / "out"
        self.root.mkdir()
        self.sources: list[Source] = []

    def project(self, name: str = "alice/p") -> Path:
        path = self.root / name
        path.mkdir(parents=True)
        return path

    def collect(self, *patterns: str, accounts: str = "") -> dict[str, Project]:
        self.result = collect(str(self.root), list(patterns), "east", "aen", str(self.out), accounts)
        _head, projects, self.sources = collected(self.out)
        return {project.key: project for project in projects}

    def only(self) -> Project:
        (project,) = self.collect().values()
        return project
