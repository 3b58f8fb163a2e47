# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that was carried out on a cluster of the lab, so that each test spoils one thing and verifies."""

from __future__ import annotations

import dataclasses
import json
import shutil
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import as_keycloak
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import (
    Decision,
    LeftOut,
    Placement,
    Share,
    SkippedPlacement,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    ORGANIZATION,
    PRIVATE,
    PUBLIC,
    USER,
    GroupRecord,
    OwnerRecord,
    SourceFile,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store import access as access_classes
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan, SiteInventory
from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module
from tests.unit.saved_plan import save_plan
from tests.unit.transfer.transfer_world import PASSWORD, World, options

KNOWN = {
    "schema_version": 1,
    "answers": {"private_means": {"value": "collaborators", "confidence": "known", "evidence": "seen"}},
}


class Done(World):
    """A plan with a public channel ``ann`` and a private channel ``org/Devs``, and a cluster that is as it says."""

    def __init__(self, root: Path, lab: Ae5Lab) -> None:
        super().__init__(root)
        self.lab = lab
        self.left: list[LeftOut] = []
        self.held: list[SkippedPlacement] = []
        self.missing_sites: tuple[str, ...] = ()
        self.decisions: tuple[Decision, ...] = ()
        self.dest = root / "report"
        self.records = root / "records"
        self.channel("ann", Share("user", "Ann", "rw"), public=True)
        self.channel("org/Devs", Share("group", "Devs", "r"), Share("user", "Ann", "rw"))
        self.add("ann", "alpha")
        self.add("ann", "beta", subdir="noarch")
        self.add("org/Devs", "alpha")
        self.save()
        lab.seed(
            channels=[
                {
                    "name": channel.name,
                    "owner": "migrator",
                    "privacy": "public" if channel.public else "private",
                    "shares": [
                        {"type": share.kind, "name": share.name, "access": share.access} for share in map(as_keycloak, channel.shares)
                    ],
                }
                for channel in self.channels
            ]
        )
        for item in self.placements:
            self.put(item)

    def save(self) -> str:
        sizes = {item.path: item.size for item in (*self.placements, *self.held)}
        files = len(sizes) + len(self.left)
        self.placements.sort(key=lambda item: item.key)
        site = SiteInventory("east", files, sum(sizes.values()) + sum(item.size for item in self.left), "0")
        plan = Plan("prod", "vendor", (site,), tuple(self.channels), self.decisions, {}, {"east:org/Devs": ["Ann"]}, self.missing_sites)
        save_plan(str(self.plan), plan, "", self.placements, self.left, self.held, self.rights())
        return str(self.plan)

    def rights(self) -> dict[str, list[str]]:
        """What AE4 gave: what is public is public, the rest is private; Ann owns everything."""
        classes = access_classes.AccessClasses()
        public = {channel.name for channel in self.channels if channel.public}
        for item in (*self.placements, *self.held):
            owner, _slash, group = item.channel.partition("/")
            kind = ORGANIZATION if group else USER
            access = PUBLIC if item.channel in public else PRIVATE
            file = SourceFile(owner, kind, item.package, "", item.file, item.subdir, item.path, (), access, (), 1, None, None, "conda")
            classes.add("east", dataclasses.replace(file, groups=(group,) if group else ()), [item.channel])

        def record(_site: str, name: str) -> OwnerRecord:
            groups = sorted({channel.name.split("/")[1] for channel in self.channels if channel.name.startswith(f"{name}/")})
            found = tuple(GroupRecord(group, "read", ("Ann",), ()) for group in groups)
            return OwnerRecord(name, ORGANIZATION if groups else USER, found, ("Ann",) if groups else ())

        head = access_classes.Head(people_checked=True)
        return {access_classes.ACCESS: list(access_classes.lines(classes, head, record, PrincipalMap()))}

    def put(self, item: Placement, content: t.Optional[Path] = None) -> None:
        """The file of a placement in the cluster's channel, without a request; ``content`` are other bytes."""
        received = self.lab.parts.state.incoming / "received"
        shutil.copy(self.dump / item.path, received)
        md5, sha256 = (item.md5, item.sha256) if content is None else ("0" * 32, "0" * 64)
        self.lab.parts.state.take(item.channel, item.file, received, item.size, str(md5), str(sha256))

    def drop(self, item: Placement) -> None:
        self.lab.parts.state.delete_package(*item.key)

    def placed(self, channel: str, package: str) -> Placement:
        return next(item for item in self.placements if (item.channel, item.package) == (channel, package))

    def verify(self, transport: str = "api", check: bool = False, **more: t.Any) -> dict[str, t.Any]:
        given = {"plan": str(self.plan), "dest": str(self.dest), "records": str(self.records), "capabilities": KNOWN, **more}
        return run_module("migration_verify", {**options(self.lab, transport), **given}, check=check)


def report_of(done: Done) -> t.Dict[str, t.Any]:
    return json.loads((done.dest / "report.json").read_text())


def verdicts(done: Done) -> list[tuple[str, str, str]]:
    return [(item["verdict"], item["channel"], item["what"]) for item in report_of(done)["findings"]]


@pytest.fixture
def lab(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        lab.seed(
            users=[{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}, "ann", "eve"],
            groups={"Devs": ["ann"], "Ops": ["eve"]},
        )
        yield lab


@pytest.fixture
def done(tmp_path: Path, lab: Ae5Lab) -> t.Iterator[Done]:
    """Whatever is verified, nothing is written to the cluster."""
    world = Done(tmp_path, lab)
    yield world
    assert lab.writes() == []
