# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared beside the dump: rules, mirrors, reference channels, private packages and collaborators, channels of one's own."""

from __future__ import annotations

from tests.e2e import mishaps
from tests.e2e.world import World

DECLARED = {
    "ae_exclude": [{"label": "dev"}, {"owner": "anaconda-*", "spec": "future <1"}],
    "ae_split_private": ["anaconda-organization"],
    "ae_collaborators": "channel",
    "ae_channels": [{"name": "shared/tools", "shares": [{"group": "Devs", "access": "rw"}, {"user": "carol"}]}],
    "ae_user_map": {"*-user-1": "{1}-user-1", "nobody*": "-"},
    "ae_channel_map": [{"match": "bio-lab/*", "to": "bio-{1}"}, {"match": "bio-lab", "to": "biology"}],
}


def test_declarations_make_the_cluster_what_they_say_and_a_second_run_changes_nothing(two_sites: World) -> None:
    east = two_sites.sites["east"]
    east.store.add_user("anaconda")
    east.add_package("anaconda", "python", ("3.5.1", "0", ["main"]))
    east.store.add_collaborator("anaconda-organization", "six", "carol", "write")
    run = two_sites.run("migrate", **DECLARED)
    assert run.returncode == 0, run.output
    found = {name: two_sites.files_of(name) for name in two_sites.channels()}
    six, xz = "six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"
    assert found == {
        "alice": ["plots-2.0-0.tar.bz2"],
        "anaconda-organization": [xz],
        "anaconda-organization/Devs": [six, xz],
        "anaconda-organization/Devs/Test": [xz],
        "anaconda-organization/private": [six],
        "anaconda-organization/six": [six],
        "anaconda-user-1": ["moto-0.4.31-2.tar.bz2"],
        "anaconda-user-1/test": ["pysocks-1.6.6-py35_0.tar.bz2"],
        "bio-Wetlab": ["reads-1.0-0.tar.bz2"],
        "biology": ["reads-1.0-0.tar.bz2"],
        "shared/tools": [],
    }
    privacy = {name: channel["privacy"] for name, channel in two_sites.channels().items()}
    assert privacy["anaconda-organization"] == "public"
    assert privacy["anaconda-organization/private"] == privacy["anaconda-organization/six"] == privacy["shared/tools"] == "private"
    assert two_sites.shares_of("anaconda-organization/private") == {("user", "anaconda-user-1", "rw")}
    assert two_sites.shares_of("anaconda-organization/six") == {("user", "carol", "rw")}
    assert two_sites.shares_of("shared/tools") == {("group", "Devs", "rw"), ("user", "carol", "r")}

    again = two_sites.run("migrate", **DECLARED)
    assert (again.returncode, again.total("changed"), two_sites.writes()) == (0, 0, []), again.output

    # What is in a channel of the cluster already need not come once more.
    rest = {**DECLARED, "ae_owners": ["anaconda-organization"], "ae_channel_map": [{"match": "*", "to": "new/{name}"}]}
    reference = two_sites.run("plan", **rest, ae_reference_channels=["anaconda-organization/private"])
    assert reference.returncode == 0, reference.output
    plan = (two_sites.reports / "plan.yml").read_text(encoding="utf-8")
    assert "in_reference:" in plan
    assert "The AE5 channel anaconda-organization/private already holds the same file (ae_reference_channels)." in plan


def test_declarations_that_cannot_be_used_are_told_before_any_write(two_sites: World) -> None:
    """A rule on what is migrated already before the export, which may take hours; what needs more than the declaration by the plan."""
    early = two_sites.run("migrate", ae_exclude=[{"larger_than": "huge"}])
    assert early.returncode != 0
    said = " ".join(early.output.split())
    assert "ae_exclude" in said
    assert "cannot be used: larger_than is" in said
    assert not any(mishaps.dump_of(site).exists() for site in two_sites.sites.values())
    run = two_sites.run("migrate", ae_split_private=3, ae_user_map={"a": "{group}"})
    assert run.returncode != 0
    assert two_sites.writes() == []
    for sentence in ("ae_split_private is 3", "The rule of ae_user_map for"):
        assert sentence in run.output
