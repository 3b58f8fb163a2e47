# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of the lab, and the module's options for it."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ruamel.yaml import YAML

from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module

PASSWORD = "secret of the migrator"
OTHER_PASSWORD = "secret of the reader"
SCRATCH = "migrator/ae-migration-probe"

Json = dict[str, t.Any]


class Probed:
    """A lab with two accounts, and the file that a probe of it writes."""

    def __init__(self, root: Path, **switches: t.Any) -> None:
        self.lab = Ae5Lab(root / "ae5", **switches)
        self.lab.seed(
            users=[
                {"username": "migrator", "password": PASSWORD, "roles": ["ae-uploader", "ae-creator"]},
                {"username": "reader", "password": OTHER_PASSWORD},
            ]
        )
        self.lab.start()
        self.dest = root / "capabilities.yml"

    def options(self, **given: t.Any) -> Json:
        """The module's options: both accounts, and what is given."""
        return {
            "url": self.lab.url,
            "username": "migrator",
            "password": PASSWORD,
            "client_secret": self.lab.switches.client_secret,
            "cli": str(self.lab.cli),
            "dest": str(self.dest),
            "probe_username": "reader",
            "probe_password": OTHER_PASSWORD,
            **given,
        }

    def probe(self, check: bool = False, **given: t.Any) -> Json:
        """Runs the module; the lab's log starts anew."""
        self.lab.clear_log()
        return run_module("capability_probe", self.options(**given), check=check, diff=True)

    def written(self) -> Json:
        """The content of the file."""
        return t.cast(Json, YAML(typ="safe").load(self.dest.read_text(encoding="utf-8")))

    def values(self) -> Json:
        """The answers of the file by name, only their values."""
        return {name: answer["value"] for name, answer in self.written()["answers"].items()}

    def channels(self) -> list[str]:
        return sorted(self.lab.state()["channels"])

    def writes(self) -> int:
        return len(self.lab.writes())
