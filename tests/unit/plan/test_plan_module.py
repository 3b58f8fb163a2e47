# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``migration_plan`` without a cluster: what it writes, what it says, and when it writes nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from tests.unit.module_runner import run_module
from tests.unit.plan.inventory_builder import Site, demo_east, group, organization

FILES = [
    "access.jsonl",
    "channels-to-create.csv",
    "left_out.jsonl",
    "owners/east.jsonl",
    "owners/west.jsonl",
    "placements.jsonl",
    "placements/east.jsonl",
    "placements/west.jsonl",
    "plan.json",
    "plan.yml",
    "principals.csv",
    "skipped.jsonl",
]


def west() -> Site:
    return Site("west").file("alice/q/q-1-0.conda", "main", "dev").file("alice/s/s-1.tar.gz", "main", kind="pypi")


def plan(folder: Path, *sites: Site, check: bool = False, diff: bool = False, **args: t.Any) -> dict[str, t.Any]:
    inventories = [site.write(folder) for site in sites or (west(), demo_east())]
    given = {"inventories": inventories, "dest": str(folder / "plan"), "offline": True, **args}
    return run_module("migration_plan", given, check=check, diff=diff)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_it_writes_the_files_of_a_plan(tmp_path: Path) -> None:
    result = plan(tmp_path, cluster="prod")
    folder = tmp_path / "plan"
    assert (result["failed"], result["changed"], result["failures"]) == (False, True, [])
    assert sorted(files_of(folder)) == FILES
    assert result["dest"] == str(folder)
    assert result["report_path"] == str(folder / "plan.yml")
    stored = store.load_plan(str(folder))
    assert stored.cluster == "prod"
    assert [channel.name for channel in stored.channels] == [
        "alice",
        "alice/dev",
        "anaconda-organization",
        "anaconda-organization/Devs",
        "anaconda-organization/Devs/Test",
        "anaconda-user-1",
        "anaconda-user-1/test",
    ]
    summary = dict(result["summary"])
    assert summary.pop("seconds") >= 0
    assert summary == {
        "sites": 2,
        "channels": 7,
        "placements": 12,
        "bytes": sum(placement.size for placement in store.iter_placements(str(folder))),
        "decisions": 3,
        "left_out": {"unsupported_kind": 1},
    }
    assert "diff" not in result


def test_a_second_run_changes_nothing_in_any_order(tmp_path: Path) -> None:
    plan(tmp_path)
    before = {name: (tmp_path / "plan" / name).stat().st_mtime_ns for name in FILES}
    result = plan(tmp_path, demo_east(), west(), diff=True)
    assert (result["failed"], result["changed"]) == (False, False)
    assert {name: (tmp_path / "plan" / name).stat().st_mtime_ns for name in FILES} == before
    assert "diff" not in result


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["removed", "changed"])
def test_a_damaged_plan_is_made_whole(tmp_path: Path, name: str, damage: str) -> None:
    plan(tmp_path)
    folder = tmp_path / "plan"
    whole = files_of(folder)
    if damage == "removed":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(whole[name][:-1] or b" ")
    assert plan(tmp_path)["changed"] is True
    assert files_of(folder) == whole
    assert plan(tmp_path)["changed"] is False


def test_check_mode_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    predicted = plan(tmp_path, check=True, diff=True)
    assert (predicted["failed"], predicted["changed"]) == (False, True)
    assert not (tmp_path / "plan").exists()
    done = plan(tmp_path, diff=True)
    for result in (predicted, done):
        result["summary"].pop("seconds")
        result.pop("invocation")
    about_dest = {"gid", "group", "mode", "owner", "size", "state", "uid"}  # Ansible adds what is known of a path that exists
    assert predicted == {name: value for name, value in done.items() if name not in about_dest}
    stored = files_of(tmp_path / "plan")
    again = plan(tmp_path, check=True)
    assert (again["changed"], files_of(tmp_path / "plan")) == (False, stored)


def test_the_diff_shows_every_channel_and_decision(tmp_path: Path) -> None:
    result = plan(tmp_path, demo_east(), diff=True, cluster="prod")
    assert result["diff"] == [
        {
            "prepared": "plan of prod\n"
            "  anaconda-organization: public, 6 files, 288 B; user anaconda-user-1 may read and write\n"
            "  anaconda-organization/Devs: public, 1 file, 43 B; group Devs may read\n"
            "  anaconda-organization/Devs/Test: public, 1 file, 43 B; group Devs may read\n"
            "  anaconda-user-1: public, 1 file, 42 B; user anaconda-user-1 may read and write\n"
            "  anaconda-user-1/test: public, 1 file, 52 B; user anaconda-user-1 may read and write\n"
            "  ! Channel anaconda-organization shows 1 file that was not on the label main in AE4.\n"
            "  ! Channel anaconda-organization/Devs shows 1 file that was not on the label main in AE4.\n"
            "  ! The users and groups of AE5 were not read, so it was not checked whether they exist and whether a group has too many"
            " members.\n"
        }
    ]


def test_errors_of_a_plan_fail_with_all_of_them_and_write_nothing(tmp_path: Path) -> None:
    site = Site("east").file("anaconda-enterprise/p/p-1-0.conda", "main").file("u/p/p-1-0.conda", "dev").file("u/q/q-1-0.conda", "DEV")
    result = plan(tmp_path, site)
    assert result["failed"] is True
    assert result["msg"].startswith("The plan has 2 errors, so nothing was written: ")
    assert [sentence.split(":")[0].split(" from ")[0] for sentence in result["errors"]] == [
        "Channel name 'anaconda-enterprise'",
        "Channel names collide",
    ]
    assert all(sentence in result["msg"] for sentence in result["errors"])
    assert not (tmp_path / "plan").exists()


def test_one_error_is_told_as_one(tmp_path: Path) -> None:
    result = plan(tmp_path, Site("east").file("anaconda-enterprise/p/p-1-0.conda", "main"))
    assert result["msg"] == f"The plan has an error, so nothing was written: {result['errors'][0]}"


def test_an_error_leaves_the_plan_before_as_it_was(tmp_path: Path) -> None:
    plan(tmp_path)
    before = files_of(tmp_path / "plan")
    assert plan(tmp_path, channel_map=[{"match": "*", "to": "{nothing}"}])["failed"] is True
    assert files_of(tmp_path / "plan") == before


def test_a_bad_template_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    result = plan(tmp_path, channel_map=[{"match": "u", "to": "{channel}"}], inventories=[str(tmp_path / "none.jsonl")])
    assert len(result["errors"]) == 1
    assert "unknown field 'channel'" in result["msg"]


def test_an_inventory_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = plan(tmp_path, inventories=[str(tmp_path / "none.jsonl")])
    assert result["failed"] is True
    assert result["msg"] == f"The list of owners {tmp_path}/none.owners.jsonl cannot be read: No such file or directory."


def test_declarations_reach_the_plan(tmp_path: Path) -> None:
    owner = organization("o", group("G", ["ann"], ["p"]), owners=["boss"])
    site = Site("east").owner(owner).file("o/p/p-1-0.conda", "dev").file("u/p/p-1-0.conda", "main")
    result = plan(
        tmp_path,
        site,
        layout="by_label",
        owners=["o"],
        channel_map=[{"match": "o/G/*", "to": "{site}-{group}-{label}", "site": "east"}],
        user_map={"boss": "chief"},
        group_map={"o/G": "o-g"},
        sites=["east", "north"],
    )
    stored = store.load_plan(str(tmp_path / "plan"))
    assert {channel.name: [(share.kind, share.name) for share in channel.shares] for channel in stored.channels} == {
        "east-G-dev": [("group", "o-g")],
        "o/dev": [("user", "chief")],
    }
    assert result["summary"]["left_out"] == {"excluded": 1}
    assert result["warnings"] == ["Site north has no inventory, so nothing is planned from it; run the export playbook for it."]


def test_two_ae4_groups_of_one_name_need_a_word(tmp_path: Path) -> None:
    sites = []
    for name, org in (("east", "o1"), ("west", "o2")):
        sites.append(Site(name).owner(organization(org, group("G", ["ann"], ["p"]), owners=["boss"])).file(f"{org}/p/p-1-0.conda", "main"))
    assert "be used for organization 'o1', group 'G' of site 'east'" in plan(tmp_path, *sites)["msg"]
    assert plan(tmp_path, *sites, accept_wider=["o?/G"])["failed"] is False
    assert plan(tmp_path, *sites, group_map={"o1/G": "x"})["failed"] is False


def test_protected_channels_can_be_declared(tmp_path: Path) -> None:
    site = Site("east").file("anaconda-enterprise/p/p-1-0.conda", "main")
    assert plan(tmp_path, site, protected_channels=["mine"])["failed"] is False
    assert plan(tmp_path, site, protected_channels=["Anaconda-Enterprise"])["failed"] is True


def test_current_points_to_the_last_plan_and_a_check_leaves_it(tmp_path: Path) -> None:
    current = tmp_path / "current"
    plan(tmp_path, current=str(current), dest=str(tmp_path / "first"))
    assert current.readlink() == tmp_path / "first"
    plan(tmp_path, current=str(current), dest=str(tmp_path / "second"), check=True)
    assert current.readlink() == tmp_path / "first"
    plan(tmp_path, current=str(current), dest=str(tmp_path / "second"))
    assert current.readlink() == tmp_path / "second"
    current.unlink()
    current.mkdir()
    failed = plan(tmp_path, current=str(current), dest=str(tmp_path / "second"))
    assert failed["failed"] is True
    assert failed["msg"].startswith(f"The link {current} to the plan cannot be made: ")
    assert sorted(path.name for path in tmp_path.iterdir() if "current" in path.name) == ["current"]
