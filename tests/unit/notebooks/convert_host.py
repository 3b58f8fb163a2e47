# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A notebook host for the tests of conversion, and readers of what was made of its projects."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import pack
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion, read_conversions
from tests.lab.aen.host import AenLab
from tests.unit.module_runner import run_module

Json = dict[str, t.Any]
BROKEN = {"carol/half-written"}
"""Not refused for what AE5 takes, but its own anaconda-project.yml cannot be understood."""


class Host:
    """A notebook host whose projects were collected."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lab = AenLab(root / "host", host_root=str(root / "host"))
        self.lab.make_all()
        self.collect()

    def collect(self) -> None:
        result = run_module(
            "notebook_project_info", {"root": str(self.lab.path("links").parent.parent), "dest": str(self.root / "collected")}
        )
        assert not result["failed"], result

    def convert(self, dest: Path, check: bool = False, **more: t.Any) -> Json:
        args = {"projects": str(self.root / "collected" / "projects.jsonl"), "dest": str(dest), "workers": 2, **more}
        result = run_module("notebook_project_convert", args, check=check, diff=True)
        assert not result["failed"], result
        return result


def conversions(dest: Path) -> dict[str, Conversion]:
    return {item.key: item for item in read_conversions(str(dest / "conversions.jsonl"))}


def tree(dest: Path, key: str) -> pack.Tree:
    with (dest / conversions(dest)[key].archive).open("rb") as stream:
        return read_tree(stream, key)


def project_file(dest: Path, key: str) -> Json:
    return t.cast(Json, YAML(typ="safe").load((dest / key / "anaconda-project.yml").read_text()))


def snapshot(folder: Path) -> dict[str, t.Any]:
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[os.fsencode(path).decode("utf-8", "backslashreplace")] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
    return found
