# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small dump with its plan, and how to reach a cluster of the lab."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan, SiteInventory
from tests.lab.ae5.server import Ae5Lab
from tests.lab.packages import conda_package
from tests.unit.saved_plan import save_plan

PASSWORD = "migrator-secret-7c1f"


class World:
    """A dump in ``dump``, a plan in ``plan``, and where the results go."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dump = root / "dump"
        self.plan = root / "plan"
        self.results = root / "transfer.jsonl"
        self.placements: list[Placement] = []
        self.channels: list[Channel] = []

    def add(self, channel: str, name: str, subdir: str = "linux-64", version: str = "1.0", site: str = "east") -> Placement:
        """A package in the dump and its placement."""
        file, content = conda_package(name, version, "0", subdir=subdir)
        path = f"owner/0123456789abcdef01234567--{name}/{file}"
        target = self.dump / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        md5, sha256 = hashlib.md5(content).hexdigest(), hashlib.sha256(content).hexdigest()
        placement = Placement(channel, site, "owner", name, file, subdir, len(content), md5, sha256, path)
        self.placements.append(placement)
        return placement

    def channel(self, name: str, *shares: Share, public: bool = False) -> None:
        self.channels.append(Channel(name, "owner", public, shares))

    def save(self) -> str:
        """Writes the plan; its folder."""
        self.placements.sort(key=lambda placement: placement.key)
        plan = Plan("prod", "vendor", (SiteInventory("east", 1, 1, "0"),), tuple(self.channels), (), {}, {})
        save_plan(str(self.plan), plan, "", self.placements, ())
        return str(self.plan)

    def transferred(self, *rows: t.Any) -> None:
        """Rows of a transfer of this plan, as they lie beside it."""
        target = self.plan / "transfer" / "east.jsonl"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(json_line(row.to_json()) for row in rows))


def options(lab: Ae5Lab, transport: str) -> dict[str, t.Any]:
    return {
        "url": lab.url,
        "username": "migrator",
        "password": PASSWORD,
        "client_secret": lab.switches.client_secret,
        "transport": transport,
        "cli": str(lab.cli),
        "timeout": 30,
        "workers": 4,
    }
