# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dump as AE4 writes it, its inventory and its plan made by the modules, and the module ``admin_import`` on it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
from pathlib import Path

from tests.lab.ae5.server import Ae5Lab
from tests.lab.packages import conda_package
from tests.unit.module_runner import run_module
from tests.unit.transfer.transfer_world import options

Json = dict[str, t.Any]


@dataclasses.dataclass
class ImportWorld:
    """One site, ``east``, whose dump is made by hand: the meta.json of a user, of an organization, of a package."""

    root: Path
    lab: Ae5Lab
    number: int = 0
    declarations: Json = dataclasses.field(default_factory=dict)
    """Options of the plan."""

    @property
    def dump(self) -> Path:
        return self.root / "dump"

    @property
    def results(self) -> Path:
        return self.root / "transfer.jsonl"

    def user(self, name: str) -> None:
        self._write(f"{name}/meta.json", {"login": name, "user_type": "user"})

    def organization(self, name: str, owners: t.Sequence[str], **groups: t.Mapping[str, t.Any]) -> None:
        """``groups``: name={"permission": ..., "members": [...], "packages": [...]}."""
        listed = [{"name": "Owners", "permission": "admin", "members": list(owners), "packages": []}]
        listed += [{"name": group, **about} for group, about in groups.items()]
        self._write(f"{name}/meta.json", {"login": name, "user_type": "org", "groups": listed})

    def package(self, owner: str, name: str, *labels: str, access: str = "public", subdir: str = "linux-64") -> Path:
        """A package with one file; the path of that."""
        self.number += 1
        file, content = conda_package(name, "1.0", "0", subdir=subdir)
        folder = f"{owner}/{self.number:024x}--{name}"
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        about = {"basename": f"{subdir}/{file}", "labels": list(labels), "type": "conda", "md5": digest, "size": len(content)}
        self._write(f"{folder}/meta.json", {"name": name, "access": access, "files": [about]})
        path = self.dump / folder / subdir / file
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        return path

    def plan(self) -> None:
        """Inventory and plan, by their modules.  A dump with problems is listed all the same."""
        run_module("site_inventory", {"path": str(self.dump), "inventory": str(self.root / "east.jsonl"), "site": "east"})
        made = run_module(
            "migration_plan",
            {
                "url": self.lab.url,
                "inventories": [str(self.root / "east.jsonl")],
                "dest": str(self.root / "plan"),
                "offline": True,
                **self.declarations,
            },
        )
        assert not made["failed"], made["msg"]

    def bring(self, check: bool = False, **more: t.Any) -> Json:
        """The result of ``admin_import``."""
        login = options(self.lab, "cli")
        if "access_token" in more:
            login = {name: value for name, value in login.items() if name not in ("username", "password")}
        given = {
            **login,
            "placements": str(self.root / "plan/placements/east.jsonl"),
            "plan_owners": str(self.root / "plan/owners/east.jsonl"),
            "site": "east",
            "dump": str(self.dump),
            "inventory": str(self.root / "east.jsonl"),
            "results": str(self.results),
            **more,
        }
        return run_module("admin_import", given, check=check, diff=True)

    def rows(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(channel, file) -> (outcome, reason) of the last run."""
        lines = map(json.loads, self.results.read_text().splitlines())
        return {(row["channel"], row["file"]): (row["outcome"], row["reason"]) for row in lines}

    def files(self) -> dict[str, list[str]]:
        """What the channels of the cluster hold."""
        channels = self.lab.state()["channels"]
        return {name: sorted(file["file"] for file in channel["files"]) for name, channel in channels.items()}

    def owner(self, result: Json, name: str) -> tuple[str, str]:
        """An owner's (result, reason)."""
        row = next(row for row in result["owners"] if row["owner"] == name)
        return row["result"], row["reason"]

    def _write(self, path: str, data: Json) -> None:
        target = self.dump / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(data))
