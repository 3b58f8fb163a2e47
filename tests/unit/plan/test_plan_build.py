# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From inventories on disk to channels, placements, left-out files and decisions."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import ChannelRule
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, checks
from tests.unit.plan.inventory_builder import Site, demo_east, draft_of, group, group_share, organization, user, user_share


def planned(folder: Path, *sites: Site, **options: t.Any) -> tuple[t.Any, dict[str, list[str]], dict[str, Channel]]:
    """The plan, the files of each channel, and the channels by name."""
    draft = draft_of(folder, *sites, **options)
    assert checks.plan_errors(draft) == []
    plan, placements, _left_out = build.finish(draft)
    files: dict[str, list[str]] = {}
    for placement in placements:
        files.setdefault(placement.channel, []).append(placement.file)
    return plan, files, {channel.name: channel for channel in plan.channels}


def test_the_vendor_guide_by_username(tmp_path: Path) -> None:
    _plan, files, channels = planned(tmp_path, demo_east(), owners=("anaconda-user-*",))
    assert files == {
        "anaconda-user-1": ["moto-0.4.31-2.tar.bz2"],
        "anaconda-user-1/test": ["pysocks-1.6.6-py35_0.tar.bz2"],
    }
    assert {name: channel.shares for name, channel in channels.items()} == {
        "anaconda-user-1": (user_share("anaconda-user-1", "rw"),),
        "anaconda-user-1/test": (user_share("anaconda-user-1", "rw"),),
    }


def test_the_vendor_guide_by_organization(tmp_path: Path) -> None:
    plan, files, channels = planned(tmp_path, demo_east(), owners=("anaconda-organization",))
    xz = "xz-5.2.2-1.tar.bz2"
    all_of_it = [f"{name}-1.0-0.tar.bz2" for name in ("future", "iso8601", "simplejson", "six")] + [xz, "zlib-1.0-0.tar.bz2"]
    assert files == {"anaconda-organization": all_of_it, "anaconda-organization/Devs": [xz], "anaconda-organization/Devs/Test": [xz]}
    assert {name: channel.shares for name, channel in channels.items()} == {
        "anaconda-organization": (user_share("anaconda-user-1", "rw"),),
        "anaconda-organization/Devs": (group_share("Devs", "r"),),
        "anaconda-organization/Devs/Test": (group_share("Devs", "r"),),
    }
    visible = [decision.detail for decision in plan.decisions if decision.code == "visible_without_label"]
    assert [(sentence.split()[1], sentence.split()[3]) for sentence in visible] == [
        ("anaconda-organization", "1"),
        ("anaconda-organization/Devs", "1"),
    ]


def test_the_same_site_by_label(tmp_path: Path) -> None:
    plan, files, channels = planned(tmp_path, demo_east(), layout="by_label", owners=("anaconda-organization",))
    assert sorted(files) == ["anaconda-organization", "anaconda-organization/Devs/Test", "anaconda-organization/Test"]
    assert "xz-5.2.2-1.tar.bz2" not in files["anaconda-organization"]
    assert channels["anaconda-organization/Test"].shares == (user_share("anaconda-user-1", "rw"),)
    assert not [decision for decision in plan.decisions if decision.code == "visible_without_label"]


def test_owners_and_groups_without_files_get_no_channel(tmp_path: Path) -> None:
    site = Site("east").owner(user("empty"), organization("o", group("Idle", ["u"]), owners=["u"]))
    _plan, files, _channels = planned(tmp_path, site.file("o/p/p-1-0.conda", "main"))
    assert sorted(files) == ["o"]


@pytest.mark.parametrize("spelling", ["Owner", "owners", "OWNERS"])
def test_the_owners_group_adds_no_channel_even_if_the_inventory_names_it(tmp_path: Path, spelling: str) -> None:
    site = Site("east").owner(organization("o", owners=["u"])).file("o/p/p-1-0.conda", "main", groups=(spelling,))
    _plan, files, _channels = planned(tmp_path, site)
    assert files == {"o": ["p-1-0.conda"]}


def test_counts_and_bytes_of_channels_are_those_of_their_placements(tmp_path: Path) -> None:
    site = Site("east").file("u/a/a-1-0.conda", "main", "dev", content="12345").file("u/b/b-1-0.conda", "dev", content="123")
    _plan, _files, channels = planned(tmp_path, site)
    assert [(name, channel.files, channel.bytes) for name, channel in channels.items()] == [("u", 1, 5), ("u/dev", 2, 8)]


LEFT_OUT: dict[str, tuple[dict[str, t.Any], str, str]] = {
    "unlabelled": ({"labels": ()}, "unlabelled", "It has no label, and the channels of this owner are named after labels."),
    "pypi": ({"kind": "pypi"}, "unsupported_kind", "AE5 channels do not accept files of kind 'pypi'."),
    "ipynb": ({"kind": "ipynb"}, "unsupported_kind", "AE5 channels do not accept files of kind 'ipynb'."),
    "quarantined": ({"problems": ["md5_mismatch"]}, "quarantined", "The file u/p/p-1-0.conda has the problem md5_mismatch."),
    "quarantined before its kind": ({"problems": ["bad_archive"], "kind": "pypi"}, "quarantined", "bad_archive."),
    "no subdir": ({"subdir": None}, "quarantined", "Its subdir or its digest is missing."),
    "no digest": ({"md5": None, "sha256": None}, "quarantined", "Its subdir or its digest is missing."),
    "owner of an unknown kind": ({"owner_kind": "unknown"}, "quarantined", "whether its owner 'u' is a user or an organization."),
    "owner said to be of two kinds": ({"owner_kind": "organization"}, "quarantined", "whether its owner 'u' is a user or an organization."),
}


@pytest.mark.parametrize("case", LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_file_without_a_placement_has_one_line_with_its_reason(tmp_path: Path, case: tuple[dict[str, t.Any], str, str]) -> None:
    changes, reason, sentence = case
    site = Site("east").file("u/p/p-1-0.conda", *changes.pop("labels", ["main"]), **changes)
    plan, placements, left_out = build.finish(draft_of(tmp_path, site))
    assert placements == []
    assert plan.channels == ()
    assert [(item.site, item.owner, item.package, item.file, item.reason) for item in left_out] == [
        ("east", "u", "p", "p-1-0.conda", reason)
    ]
    assert left_out[0].detail.endswith(sentence)
    assert plan.left_out == {reason: 1}


def test_owners_that_are_not_asked_for_are_left_out_by_name(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main").file("v/p/p-1-0.conda", "main")
    plan, placements, left_out = build.finish(draft_of(tmp_path, site, owners=("u",)))
    assert [placement.owner for placement in placements] == ["u"]
    assert [(item.owner, item.reason, item.detail) for item in left_out] == [("v", "excluded", "The owner 'v' is not among ae_owners.")]
    assert plan.left_out == {"excluded": 1}


def test_the_same_bytes_again_are_a_duplicate_that_names_the_first(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main", content="x", path="u/1--p/p-1-0.conda")
    site.file("u/p/p-1-0.conda", "main", content="x", path="u/2--p/p-1-0.conda")
    draft = draft_of(tmp_path, site)
    plan, placements, left_out = build.finish(draft)
    assert checks.plan_errors(draft) == []
    assert [placement.path for placement in placements] == ["u/1--p/p-1-0.conda"]
    assert [(item.path, item.reason, item.detail) for item in left_out] == [
        ("u/2--p/p-1-0.conda", "duplicate", "It is the same file as u/1--p/p-1-0.conda, which is migrated instead.")
    ]
    assert (plan.channels[0].files, plan.channels[0].bytes) == (1, 1)


def test_a_duplicate_with_a_label_more_has_a_placement_and_no_line(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main", content="x", path="1").file("u/p/p-1-0.conda", "main", "dev", content="x", path="2")
    _plan, placements, left_out = build.finish(draft_of(tmp_path, site))
    assert [(placement.channel, placement.path) for placement in placements] == [("u", "1"), ("u/dev", "2")]
    assert left_out == []


def test_a_duplicate_in_a_private_package_keeps_the_channel_private(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main", content="x", path="1")
    site.file("u/p2/p-1-0.conda", "main", content="x", path="2", access="private")
    plan, _placements, _left_out = build.finish(draft_of(tmp_path, site))
    assert plan.channels[0].public is False


SAME: dict[str, tuple[dict[str, t.Any], bool]] = {
    "both digests": ({}, True),
    "only md5 known of one": ({"sha256": None}, True),
    "only sha256 known of one": ({"md5": None}, True),
    "same sha256, other md5": ({"md5": "1" * 32}, True),
    "other sha256, same md5": ({"sha256": "1" * 64}, False),
    "only md5 known, other md5": ({"sha256": None, "md5": "1" * 32}, False),
    "only md5 known, other size": ({"sha256": None, "size": 99}, False),
}


@pytest.mark.parametrize("case", SAME.values(), ids=SAME)
def test_what_counts_as_the_same_bytes(tmp_path: Path, case: tuple[dict[str, t.Any], bool]) -> None:
    changes, same = case
    site = Site("east").file("u/p/p-1-0.conda", "main", content="x", path="1")
    site.file("u/p/p-1-0.conda", "main", content="x", path="2", **changes)
    draft = draft_of(tmp_path, site)
    assert len(draft.clashes) == (not same)


def test_a_package_with_two_kinds_of_access_is_private(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main", access="public").file("u/p/p-2-0.conda", "main", access="authenticated")
    plan, _files, channels = planned(tmp_path, site.file("u/p/p-3-0.conda", "main", access="public"))
    assert channels["u"].public is False
    assert channels["u"].shares == (user_share("u"),)
    assert not [decision for decision in plan.decisions if decision.code == "narrower"]


def test_who_loses_by_a_private_package_is_a_decision_that_names_both(tmp_path: Path) -> None:
    site = Site("east").file("u/open/o-1-0.conda", "main").file("u/closed/c-1-0.conda", "main", access="private")
    plan, _files, _channels = planned(tmp_path, site)
    assert [(decision.code, decision.detail) for decision in plan.decisions] == [
        ("narrower", "Channel u is not public because of u/closed, so fewer people than in AE4 can read u/open.")
    ]


def test_authenticated_packages_are_read_by_everyone(tmp_path: Path) -> None:
    site = Site("east").owner(organization("o", group("G", ["x"], ["p"]), owners=["boss"]))
    _plan, _files, channels = planned(tmp_path, site.file("o/p/p-1-0.conda", "main", access="authenticated"))
    assert channels["o"].shares == (user_share("boss"), group_share("everyone"))
    assert channels["o/G"].shares == (group_share("G"), group_share("everyone"))


@pytest.mark.parametrize("permission", ["write", "admin", "unknown"])
def test_a_permission_the_guide_does_not_name_is_a_decision(tmp_path: Path, permission: str) -> None:
    site = Site("east").owner(organization("o", group("G", ["x"], ["p"], permission), owners=["boss"]))
    plan, _files, channels = planned(tmp_path, site.file("o/p/p-1-0.conda", "main"))
    access = "r" if permission == "unknown" else "rw"
    assert channels["o/G"].shares == (group_share("G", access),)
    assert [decision.detail for decision in plan.decisions] == [
        f"The organization 'o', group 'G' of site 'east' has permission {permission}, which becomes {access}; the vendor guide covers "
        "only read."
    ]


def test_collaborators_and_channels_without_owners_are_decisions(tmp_path: Path) -> None:
    site = Site("east").owner(organization("o")).file("o/p/p-1-0.conda", "main", collaborators=["zoe", "ann"])
    plan, _files, _channels = planned(tmp_path, site)
    assert [decision.code for decision in plan.decisions] == ["shared_with_nobody", "collaborators"]
    assert "Package o/p had collaborators of its own (ann, zoe)" in plan.decisions[1].detail


def test_maps_and_rules_reach_the_channels(tmp_path: Path) -> None:
    site = Site("east").owner(organization("o", group("G", ["x"], ["p"]), owners=["boss"])).file("o/p/p-1-0.conda", "main")
    names = PrincipalMap({"boss": "chief", "x": "y"}, {"o/G": "o-g"})
    plan, files, channels = planned(tmp_path, site, principals=names, channel_rules=(ChannelRule("o*", "{site}.{name}", "east"),))
    assert sorted(files) == ["east.o", "east.o/G"]
    assert channels["east.o"].shares == (user_share("chief"),)
    assert channels["east.o/G"].shares == (group_share("o-g"),)
    assert plan.members == {"east:o/G": ["chief", "y"]}


def test_a_site_without_an_inventory_is_named(tmp_path: Path) -> None:
    plan, _files, _channels = planned(tmp_path, Site("east").file("u/p/p-1-0.conda", "main"), sites=("west", "east", "north"))
    assert plan.missing_sites == ("north", "west")
    assert [(site.site, site.files, site.bytes) for site in plan.sites] == [("east", 1, len("u/p/p-1-0.conda"))]


def test_files_of_an_owner_nobody_listed_end_the_plan(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "main").owner(user("v"))
    del site.owners["u"]
    with pytest.raises(MigrationError, match="has files of owner 'u', who is not in the owner list; run the export again"):
        draft_of(tmp_path, site)
