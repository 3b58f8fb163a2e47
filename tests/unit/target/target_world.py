# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site, a cluster of the lab, and every module between an inventory and a verified cluster, all in this process."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import OwnerRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from tests.lab.ae5.server import Ae5Lab
from tests.lab.ae5_admin import admin, put
from tests.lab.packages import conda_package
from tests.unit.module_runner import run_module
from tests.unit.plan.inventory_builder import Site, user

PASSWORD = "migrator-secret-7c1f"
Result = dict[str, t.Any]


class TargetWorld:
    """What is in AE4 (``site``, its dump), what is declared, and the cluster."""

    def __init__(self, root: Path, lab: Ae5Lab) -> None:
        self.root, self.lab = root, lab
        self.site = Site("east")
        self.dump = root / "dump"
        self.dump.mkdir()
        self.capabilities: dict[str, t.Any] = {}

    # AE4

    def package(
        self, owner: str, name: str, *labels: str, access: str = "public", size: int = 600, record: OwnerRecord | None = None
    ) -> str:
        """One package file in AE4; another ``size`` makes other bytes.  Its file name."""
        file, content = conda_package(name, "1.0", "0", size=size)
        path = f"{owner}/{name}/{file}"
        target = self.dump / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.site.files = [one for one in self.site.files if one.path != path]
        self.site.owner(self.site.owners.get(owner) or record or user(owner))
        digests = {"md5": hashlib.md5(content).hexdigest(), "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        self.site.file(path, *(labels or ("main",)), access=access, path=path, **digests)
        return file

    def remove_from_ae4(self, file: str) -> None:
        """The next dump does not have the file any more."""
        [gone] = [one for one in self.site.files if one.file == file]
        (self.dump / gone.path).unlink()
        self.site.files.remove(gone)

    # the modules

    @property
    def options(self) -> dict[str, t.Any]:
        given = {
            "url": self.lab.url,
            "username": "migrator",
            "password": PASSWORD,
            "client_secret": self.lab.switches.client_secret,
            "transport": "api",
            "timeout": 30,
            "workers": 4,
        }
        return {**given, "capabilities": self.capabilities} if self.capabilities else given

    @property
    def plan_dir(self) -> Path:
        return self.root / "plan"

    def inventory(self) -> str:
        """The inventory of the dump as it is now."""
        return self.site.write(self.root)

    def plan(self, check: bool = False, **more: t.Any) -> Result:
        given = {"inventories": [self.inventory()], "dest": str(self.plan_dir), "records": str(self.root / "records"), **more}
        return run_module("migration_plan", {**self.options, **given}, check=check, diff=True)

    def stored(self) -> store.Plan:
        return store.load_plan(str(self.plan_dir))

    def placements(self) -> dict[tuple[str, str], Placement]:
        """By channel and file name."""
        return {(one.channel, one.file): one for one in store.iter_placements(str(self.plan_dir))}

    def create(self, check: bool = False) -> Result:
        return run_module("channel", {**self.options, "plan": str(self.plan_dir)}, check=check, diff=True)

    def sync(self, check: bool = False, **more: t.Any) -> Result:
        results = self.plan_dir / "transfer" / "east.jsonl"
        given = {
            "placements": str(self.plan_dir / "placements" / "east.jsonl"),
            "dump": str(self.dump),
            "results": str(results),
            "inventory": str(self.root / "east.jsonl"),
        }
        return run_module("package_sync", {**self.options, **given, **more}, check=check, diff=True)

    def rows(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Channel and file name -> outcome and reason of the last transfer."""
        lines = [json.loads(line) for line in (self.plan_dir / "transfer" / "east.jsonl").read_text().splitlines()]
        return {(line["channel"], line["file"]): (line["outcome"], line["reason"]) for line in lines}

    def share(self, check: bool = False) -> Result:
        given = {"plan": str(self.plan_dir), "records": str(self.root / "records"), "publish": True}
        return run_module("channel_share", {**self.options, **given}, check=check, diff=True)

    def verify(self, **more: t.Any) -> Result:
        given = {"plan": str(self.plan_dir), "dest": str(self.plan_dir), "records": str(self.root / "records")}
        return run_module("migration_verify", {**self.options, **given, **more})

    def apply(self, **sync: t.Any) -> dict[str, Result]:
        """The phases of the apply playbook, in its order."""
        create = self.create()
        return {
            "create": create,
            "sync": self.sync(refused=create["refused"], **sync),
            "share": self.share(),
        }

    def apply_well(self, **sync: t.Any) -> None:
        """As ``apply``; all of it must succeed."""
        for phase, result in self.apply(**sync).items():
            assert (phase, result["failed"], result.get("msg")) == (phase, False, None)

    def migrate(self, **plan: t.Any) -> None:
        """Plan, apply, verify; all of it must succeed."""
        result = self.plan(**plan)
        assert (result["failed"], result.get("msg")) == (False, None)
        self.apply_well()
        result = self.verify()
        assert (result["failed"], result.get("msg")) == (False, None)

    # AE5

    def admin(self) -> Cluster:
        """Somebody on AE5 who may do anything."""
        return admin(self.lab, "migrator", PASSWORD)

    def put(self, channel: str, name: str, size: int = 600) -> str:
        """Somebody uploads a package on AE5."""
        file, content = conda_package(name, "1.0", "0", size=size)
        with self.admin() as cluster:
            put(cluster, channel, file, content)
        return file

    def files(self, channel: str) -> dict[str, str]:
        """File name -> sha256."""
        return {one["file"]: one["sha256"] for one in self.lab.state()["channels"][channel]["files"]}

    def privacy(self) -> dict[str, str]:
        return {name: channel["privacy"] for name, channel in self.lab.state()["channels"].items()}

    def shares(self, channel: str) -> dict[str, str]:
        return {one["name"]: one["access"] for one in self.lab.state()["channels"][channel]["shares"]}

    def sha256(self, file: str) -> str:
        """Of the bytes in AE4."""
        [path] = [one.path for one in self.site.files if one.file == file]
        return hashlib.sha256((self.dump / path).read_bytes()).hexdigest()


def declared(**answers: str) -> dict[str, t.Any]:
    """Capabilities that somebody declared."""
    made = {name: {"value": value, "confidence": "declared", "evidence": "a test"} for name, value in answers.items()}
    return {"schema_version": 1, "answers": made}
