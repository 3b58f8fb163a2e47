# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared libraries on disk, projects that use them, and the module between the two."""

from __future__ import annotations

import bz2
import dataclasses
import io
import json
import os
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    WARNING,
    Finding,
    Member,
    NotebookHost,
    Project,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import ChannelView
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import write_views
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library, read_libraries
from tests.unit.module_runner import run_module

WHEN = 1488362400
RISK = {"setup.py": "from setuptools import setup\nsetup(name='risk', version='1.0', packages=['risk'])\n", "risk/__init__.py": "x = 1\n"}
ENTRY = {"path": "/opt/risk"}

Result = t.Dict[str, t.Any]


class Libraries:
    """A host's disk below ``root``, what was collected on it, and the folder that packages go to."""

    def __init__(self, base: Path) -> None:
        self.root, self.dest, self.lists = base / "root", base / "dump" / ".libraries", base / "lists"
        for folder in (self.root, self.lists):
            folder.mkdir()
        self.views: list[ChannelView] = []
        """What AE5's channels hold."""
        self.projects: list[Project] = []
        self.findings: list[Finding] = []

    def library(self, path: str, files: t.Mapping[str, t.Union[str, bytes]], mode: int = 0o755) -> Path:
        """A library whose folders and files everybody may read, unless ``mode`` says otherwise."""
        folder = self.root / path.lstrip("/")
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        for base, _folders, names in os.walk(folder):
            os.chmod(base, mode)
            for name in names:
                os.chmod(os.path.join(base, name), 0o644)
                os.utime(os.path.join(base, name), (WHEN, WHEN))
        return folder

    def project(self, key: str, *paths: str, team: t.Sequence[tuple[str, str]] = (), imports: t.Sequence[str] = (), **more: t.Any) -> None:
        """A project; ``paths`` are those that its code takes libraries from, ``team`` are (kind, name)."""
        owner, _slash, name = key.partition("/")
        members = tuple(Member(kind, who, "rw") for kind, who in team)
        self.projects.append(Project("aen", "east", owner, name, f"{self.root}/projects/{key}", team=members, **more))
        for path in paths:
            self.finding(key, "shared-library", path)
        for module in imports:
            self.finding(key, "import-not-listed", module)

    def finding(self, key: str, rule: str, subject: str, path: str = "book.ipynb") -> None:
        owner, _slash, name = key.partition("/")
        self.findings.append(Finding(owner, name, rule, WARNING, f"It uses {subject}.", subject, path=path))

    def run(self, *libraries: t.Mapping[str, t.Any], check: bool = False, **options: t.Any) -> Result:
        """The module's result."""
        head = NotebookHost("aen", "east", f"{self.root}/projects", len(self.projects), 0, "0" * 64)
        lines = [json_line(item.to_json()) for item in (head, *self.projects)]
        found = [json_line(item.to_json()) for item in self.findings]
        (self.lists / "projects.jsonl").write_text("".join(lines), errors="surrogateescape")
        (self.lists / "findings.jsonl").write_text("".join(found), errors="surrogateescape")
        write_views(str(self.lists / "channels.jsonl"), self.views)
        given = {
            "channels": str(self.lists / "channels.jsonl"),
            "projects": str(self.lists / "projects.jsonl"),
            "findings": str(self.lists / "findings.jsonl"),
            "dest": str(self.dest),
            "libraries": list(libraries),
            "root": str(self.root),
            **options,
        }
        return run_module("notebook_library_package", given, check=check, diff=True)

    def one(self, entry: t.Mapping[str, t.Any], **options: t.Any) -> Library:
        """The one library of a run."""
        result = self.run(entry, **options)
        assert not result["failed"], result.get("msg")
        (library,) = self.read()
        return library

    def uploaded(self, library: Library, number: int) -> None:
        """The library's channel holds its package now, as repodata shows it."""
        key = (library.name, library.version, library.build)
        view = next((view for view in self.views if view.name == library.channel), ChannelView(library.channel, frozenset(), {}))
        rest = [other for other in self.views if other.name != library.channel]
        packages = {**view.packages, key: (library.sha256, library.md5)}
        self.views = [*rest, dataclasses.replace(view, packages=packages, numbers={**view.numbers, key: number})]

    def read(self) -> list[Library]:
        return read_libraries(str(self.dest / "libraries.jsonl"))

    def package(self, library: Library) -> Package:
        return Package((self.dest / library.package_path).read_bytes())

    def state(self) -> dict[str, tuple[bytes, int]]:
        """All files of ``dest``, with the time they were written."""
        files = [path for path in self.dest.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.dest)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


class Package:
    """A conda package, unpacked in memory."""

    def __init__(self, data: bytes) -> None:
        with tarfile.open(fileobj=io.BytesIO(bz2.decompress(data))) as archive:
            self.members = archive.getmembers()
            self.files = {member.name: t.cast("t.IO[bytes]", archive.extractfile(member)).read() for member in self.members}

    def json(self, name: str) -> t.Any:
        return json.loads(self.files[f"info/{name}.json"])

    @property
    def payload(self) -> dict[str, bytes]:
        """What it installs, without the metadata of Python's own packages."""
        return {name: data for name, data in self.files.items() if not name.startswith("info/") and ".dist-info/" not in name}
