# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small dump with its plan, and a cluster of the lab to bring it to."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.lab.ae5.server import Ae5Lab
from tests.unit.transfer.transfer_world import PASSWORD, World, options


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def lab(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        lab.seed(
            users=[{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}, "alice"],
            groups={"Devs": ["alice"]},
        )
        yield lab


@pytest.fixture(params=["api", "cli"])
def connection(request: pytest.FixtureRequest, lab: Ae5Lab) -> dict[str, t.Any]:
    """The connection options of the lab, once for each transport; the client is the one that can do everything."""
    if request.param == "cli":
        lab.set(cli_abilities="rich")
    return options(lab, request.param)
