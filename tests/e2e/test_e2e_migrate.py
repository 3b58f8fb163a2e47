# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two sites to one cluster, again, and with changes in between."""

from __future__ import annotations

from tests.e2e.world import World


def test_two_sites_migrate_and_the_second_run_changes_nothing(two_sites: World) -> None:
    first = two_sites.run()
    assert first.returncode == 0, first.output
    assert sorted(two_sites.channels()) == [
        "alice",
        "alice/dev",
        "anaconda-organization",
        "anaconda-organization/Devs",
        "anaconda-organization/Devs/Test",
        "anaconda-user-1",
        "anaconda-user-1/test",
        "bio-lab",
        "bio-lab/Wetlab",
    ]
    assert two_sites.files_of("anaconda-user-1") == ["moto-0.4.31-2.tar.bz2"]
    assert two_sites.files_of("anaconda-user-1/test") == ["pysocks-1.6.6-py35_0.tar.bz2"]
    assert two_sites.files_of("anaconda-organization/Devs/Test") == ["xz-5.2.2-1.tar.bz2"]
    assert two_sites.files_of("anaconda-organization/Devs") == ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"]
    assert two_sites.shares_of("anaconda-organization/Devs") == {("group", "Devs", "r")}
    assert two_sites.shares_of("anaconda-organization") == {("user", "anaconda-user-1", "rw")}
    assert two_sites.shares_of("bio-lab/Wetlab") == {("group", "Wetlab", "rw"), ("group", "everyone", "r")}
    privacy = {name: channel["privacy"] for name, channel in two_sites.channels().items()}
    assert {name for name, value in privacy.items() if value == "public"} == {
        "alice",
        "alice/dev",
        "anaconda-user-1",
        "anaconda-user-1/test",
        "anaconda-organization/Devs/Test",
    }
    second = two_sites.run()
    assert second.returncode == 0, second.output
    assert second.total("changed") == 0
    assert second.total("failed") == 0
    assert two_sites.writes() == []
