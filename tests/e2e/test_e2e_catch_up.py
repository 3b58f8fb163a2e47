# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catch-up: what changed on AE4 since, and what AE4 took away."""

from __future__ import annotations

from tests.e2e.world import World


def test_only_new_placements_are_uploaded_and_what_is_gone_is_reported(guide_site: World) -> None:
    assert guide_site.run().returncode == 0
    east = guide_site.sites["east"]
    east.add_package("anaconda-user-1", "tools", ("1.0", "0", ["main"]))
    east.store.set_labels(east.ids["pysocks-1.6.6-py35_0.tar.bz2"], ["dev"])
    east.store.remove_member("anaconda-organization", "Devs", "carol")

    run = guide_site.run()
    assert run.returncode == 0, run.output
    assert sorted((upload["status"], upload["path"]) for upload in guide_site.uploads()) == [
        (201, "/repository/api/channels/anaconda-user-1%2Fdev/artifacts"),
        (201, "/repository/api/channels/anaconda-user-1/artifacts"),
    ]
    other = sorted({(write["route"], write["path"]) for write in guide_site.writes() if write["route"] != "artifact_upload"})
    assert other == [
        ("channel_create", "/repository/api/channels"),
        ("channel_update", "/repository/api/channels/anaconda-user-1%2Fdev"),
        ("share_put", "/repository/api/channels/anaconda-user-1%2Fdev/shares/user/anaconda-user-1"),
    ]
    assert guide_site.files_of("anaconda-user-1") == ["moto-0.4.31-2.tar.bz2", "tools-1.0-0.tar.bz2"]
    assert guide_site.files_of("anaconda-user-1/dev") == ["pysocks-1.6.6-py35_0.tar.bz2"]
    assert guide_site.files_of("anaconda-user-1/test") == ["pysocks-1.6.6-py35_0.tar.bz2"], "nothing is ever deleted"
    report = guide_site.report()
    stale = sorted(finding["detail"] for finding in report["findings"] if finding["verdict"] == "stale")
    assert stale == [
        "Channel anaconda-user-1/test is no longer in AE4; AE5 still has it.",
        "In AE4, carol left the organization 'anaconda-organization', group 'Devs' of site 'east'; the AE5 group 'Devs' still has them.",
    ]
    assert report["failures"] == []

    again = guide_site.run()
    assert (again.returncode, again.total("changed"), guide_site.writes()) == (0, 0, []), again.output


def test_a_group_with_people_ae4_does_not_know_stops_the_plan_by_name(guide_site: World) -> None:
    guide_site.seed_people([], {"Devs": ["mallory"]})
    run = guide_site.run()
    assert run.returncode != 0
    said = " ".join(run.output.split()).replace("''", "'")
    who = "the organization 'anaconda-organization', group 'Devs' of site 'east'"
    assert f"The AE5 group 'Devs' has members who are not in {who}: mallory;" in said
    assert guide_site.writes() == []

    accepted = guide_site.run(ae_accept_wider=["anaconda-organization/Devs*"])
    assert accepted.returncode == 0, accepted.output


def test_what_an_admin_did_on_ae5_is_kept_and_reported(guide_site: World) -> None:
    assert guide_site.run().returncode == 0
    guide_site.cluster.seed(
        channels=[{"name": "anaconda-user-1", "owner": "migrator", "shares": [{"type": "user", "name": "mallory", "access": "r"}]}]
    )
    run = guide_site.run()
    assert run.returncode == 0, run.output
    assert ("user", "mallory", "r") in guide_site.shares_of("anaconda-user-1")
    foreign = [finding for finding in guide_site.report()["findings"] if finding["verdict"] == "foreign"]
    assert [finding["command"] for finding in foreign] == ["anaconda-enterprise-cli channels share --user mallory --remove anaconda-user-1"]

    strict = guide_site.run("verify", verify_strict=True)
    assert strict.returncode != 0
    assert "Channel anaconda-user-1 is shared with user mallory, but not by this migration." in strict.output
