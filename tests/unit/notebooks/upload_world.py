# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converted projects on disk, an AE5 cluster beside them, and the module between the two."""

from __future__ import annotations

import contextlib
import hashlib
import io
import typing as t
from pathlib import Path
from unittest import mock

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Member, NotebookHost, Project
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_storage import Storage, is_control
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import CONVERTED, REFUSED, Conversion
from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import TREE, tarball
from tests.unit.module_runner import run_module

ROUTE, STATUS = "route", "status"
PEOPLE = [
    *({"username": name, "password": f"{name}-pw", "roles": ["ae-creator"]} for name in ("ann", "bob")),
    *({"username": name, "password": f"{name}-pw"} for name in ("carol", "dave")),
]

Result = t.Dict[str, t.Any]


class Notebooks:
    """What was converted on one notebook host, and the cluster it goes to."""

    def __init__(self, root: Path, lab: Ae5Lab) -> None:
        self.root, self.lab = root, lab
        self.slept: list[float] = []
        self.conversions: dict[str, Conversion] = {}
        self.projects: dict[str, Project] = {}
        lab.seed(users=PEOPLE, groups={"Devs": ["carol"]})

    def add(
        self,
        key: str = "ann/demo",
        tree: t.Optional[t.Mapping[str, bytes]] = None,
        team: t.Sequence[tuple[str, str, str]] = (),
        **more: t.Any,
    ) -> Conversion:
        """A converted project; ``team`` are (kind, name, access), ``more`` fields of the project."""
        owner, _slash, name = key.partition("/")
        tree = TREE if tree is None else tree
        content = tarball(tree, name)
        path = self.root / owner / f"{name}.tar.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        read = read_tree(io.BytesIO(content), "archive")
        storage = Storage(read.files, {}, [], {path: data for path, data in tree.items() if is_control(path)})
        git = storage.changes(lambda path: lambda: [tree[path]])
        digests = {"sha256": hashlib.sha256(content).hexdigest(), "tree": read.digest, "git": git}
        names = {"host": "aen1", "site": "east", "owner": owner, "project": name, "name": name, "user": owner}
        archive = {"archive": f"{owner}/{name}.tar.gz", "bytes": len(content), "files": len(read.files)}
        self.conversions[key] = Conversion(**names, state=CONVERTED, **archive, **digests)
        members = tuple(Member(*item) for item in team)
        self.projects[key] = Project("aen1", "east", owner, name, f"/projects/{key}", team=members, **more)
        return self.conversions[key]

    def refuse(self, key: str, reason: str) -> None:
        owner, _slash, name = key.partition("/")
        self.conversions[key] = Conversion("aen1", "east", owner, name, name, owner, REFUSED, reason)

    def write(self) -> None:
        lines = "".join(json_line(self.conversions[key].to_json()) for key in sorted(self.conversions))
        (self.root / "conversions.jsonl").write_text(lines)
        head = NotebookHost("aen1", "east", "/projects", len(self.projects), 0, "")
        records = [head, *(self.projects[key] for key in sorted(self.projects))]
        (self.root / "projects.jsonl").write_text("".join(json_line(item.to_json()) for item in records))

    def run(self, check: bool = False, **options: t.Any) -> Result:
        """The module, as an administrator, with the teams; it never sleeps.  An option that is None is left out."""
        self.write()
        admin = {"keycloak_username": "admin", "keycloak_password": self.lab.switches.keycloak_admin_password}
        paths = {"conversions": str(self.root / "conversions.jsonl"), "projects": str(self.root / "projects.jsonl")}
        given = {"url": self.lab.url, "timeout": 10, "workers": 2, **admin, **paths, **options}
        with self.no_sleep():
            return run_module("project_upload", {key: value for key, value in given.items() if value is not None}, check=check, diff=True)

    @contextlib.contextmanager
    def no_sleep(self) -> t.Iterator[None]:
        """``Http`` remembers how long it was asked to sleep."""
        real = Http.__init__

        def patched(http: Http, *args: t.Any, **options: t.Any) -> None:
            real(http, *args, **{**options, "sleep": self.slept.append})

        with mock.patch.object(Http, "__init__", patched):
            yield

    def state(self) -> dict[str, t.Any]:
        return self.lab.state()["projects"]

    def people(self, key: str = "ann/demo") -> list[tuple[str, str, str]]:
        return [(item["type"], item["id"], item["permission"]) for item in self.state()[key]["collaborators"]]

    def writes(self) -> list[tuple[str, int]]:
        return [(record[ROUTE], record[STATUS]) for record in self.lab.writes()]


def rows(result: Result) -> list[tuple[str, str]]:
    """``OWNER/NAME`` on AE5 and the state."""
    return [(f"{row['owner']}/{row['name']}", row["state"]) for row in result["projects"]]


def second_run_is_silent(world: Notebooks, **options: t.Any) -> Result:
    """Runs again: nothing is written, every project is there."""
    world.lab.clear_log()
    result = world.run(**options)
    assert world.writes() == []
    assert not result["changed"]
    assert result["summary"]["uploaded"] == 0
    assert "diff" not in result
    return result
