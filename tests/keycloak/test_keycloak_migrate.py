# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two sites migrate to a cluster that trusts a real Keycloak: its tokens, its users, its groups."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.e2e.world import PEOPLE, World, fill_guide_site, fill_lab_site
from tests.keycloak.server import RealKeycloak


@pytest.fixture
def world(keycloak: RealKeycloak, tmp_path: Path) -> t.Iterator[World]:
    made = World(tmp_path, ["east", "west"], keycloak_url=keycloak.url)
    fill_guide_site(made.sites["east"])
    fill_lab_site(made.sites["west"])
    made.seed_people(**PEOPLE)
    yield made
    made.close()


def test_two_sites_migrate_and_the_second_run_sends_no_write(world: World) -> None:
    first = world.run()
    assert first.returncode == 0, first.output
    assert {name: world.files_of(name) for name in world.channels()} == {
        "alice": ["plots-2.0-0.tar.bz2"],
        "alice/dev": ["plots-2.0-0.tar.bz2"],
        "anaconda-organization": ["future-0.15.2-py27_0.tar.bz2", "six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"],
        "anaconda-organization/Devs": ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"],
        "anaconda-organization/Devs/Test": ["xz-5.2.2-1.tar.bz2"],
        "anaconda-user-1": ["moto-0.4.31-2.tar.bz2"],
        "anaconda-user-1/test": ["pysocks-1.6.6-py35_0.tar.bz2"],
        "bio-lab": ["reads-1.0-0.tar.bz2"],
        "bio-lab/Wetlab": ["reads-1.0-0.tar.bz2"],
    }
    assert world.shares_of("anaconda-organization/Devs") == {("group", "Devs", "r")}
    assert world.shares_of("bio-lab/Wetlab") == {("group", "Wetlab", "rw"), ("group", "everyone", "r")}
    assert world.failures() == []
    log = world.cluster.log()
    assert {request["user"] for request in log if request["write"]} == {"migrator"}
    assert any(request["route"] == "identity:groups/{id}/members" and request["status"] == 200 for request in log)

    second = world.run()
    assert second.returncode == 0, second.output
    assert second.total("changed") == 0
    assert world.writes() == []
