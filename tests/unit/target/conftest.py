# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site and a cluster of the lab."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.lab.ae5.server import Ae5Lab
from tests.unit.target.target_world import PASSWORD, TargetWorld


@pytest.fixture
def world(tmp_path: Path) -> t.Iterator[TargetWorld]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        lab.seed(
            users=[{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}, "ann", "bob"],
            groups={"Devs": ["ann"], "everyone": []},
        )
        yield TargetWorld(tmp_path, lab)
