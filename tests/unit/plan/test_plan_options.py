# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declarations of the module ``migration_plan``: what reaches the plan, what is refused, and what the cluster is asked for."""

from __future__ import annotations

import datetime
import hashlib
import io
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import UploadSource
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import MIRROR_OWNERS
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from tests.lab.ae5.server import Ae5Lab
from tests.lab.packages import conda_package
from tests.unit.ae5.ae5_params import params
from tests.unit.module_runner import run_module
from tests.unit.plan.inventory_builder import Site
from tests.unit.transfer.transfer_world import PASSWORD, options

ROLE = Path(__file__).parents[3] / "roles" / "plan"


def a_site() -> Site:
    site = Site("east").file("u/a/a-1-0.conda", "main", "dev", uploaded="2014-05-01T00:00:00Z")
    return site.file("u/b/b-2-0.conda", "main", access="private", uploaded="2020-05-01T00:00:00Z", collaborators=["zoe"])


def plan(folder: Path, *sites: Site, **args: t.Any) -> dict[str, t.Any]:
    inventories = [site.write(folder) for site in sites or [a_site()]]
    given = {"inventories": inventories, "dest": str(folder / "plan"), "offline": True, **args}
    return run_module("migration_plan", given)


def channels(folder: Path) -> dict[str, list[str]]:
    """The files of each channel of the stored plan."""
    found: dict[str, list[str]] = {channel.name: [] for channel in store.load_plan(str(folder / "plan")).channels}
    for placement in store.iter_placements(str(folder / "plan")):
        found[placement.channel].append(placement.file)
    return found


def days_since(day: str) -> int:
    return (datetime.datetime.now(datetime.UTC).date() - datetime.date.fromisoformat(day)).days


REACHED: dict[str, tuple[dict[str, t.Any], dict[str, list[str]]]] = {
    "nothing declared": ({}, {"u": ["a-1-0.conda", "b-2-0.conda"], "u/dev": ["a-1-0.conda"]}),
    "include": ({"include": [{"label": ["dev"]}]}, {"u/dev": ["a-1-0.conda"]}),
    "exclude by spec": ({"exclude": [{"spec": "a >=1,<2"}]}, {"u": ["b-2-0.conda"]}),
    "exclude by age": ({"exclude": [{"older_than_days": days_since("2016-01-01")}]}, {"u": ["b-2-0.conda"]}),
    "exclude by date": ({"exclude": [{"uploaded_after": "2016-01-01"}]}, {"u": ["a-1-0.conda"], "u/dev": ["a-1-0.conda"]}),
    "mirrors": ({"mirror_owners": ["u"]}, {}),
    "split": ({"split_private": True}, {"u": ["a-1-0.conda"], "u/dev": ["a-1-0.conda"], "u/private": ["b-2-0.conda"]}),
    "split by pattern": ({"split_private": "u"}, {"u": ["a-1-0.conda"], "u/dev": ["a-1-0.conda"], "u/private": ["b-2-0.conda"]}),
    "split elsewhere": ({"split_private": ["x*"]}, {"u": ["a-1-0.conda", "b-2-0.conda"], "u/dev": ["a-1-0.conda"]}),
    "split as a text": ({"split_private": "False"}, {"u": ["a-1-0.conda", "b-2-0.conda"], "u/dev": ["a-1-0.conda"]}),
    "collaborators": (
        {"collaborators": "channel"},
        {"u": ["a-1-0.conda", "b-2-0.conda"], "u/b": ["b-2-0.conda"], "u/dev": ["a-1-0.conda"]},
    ),
    "channels": (
        {"channels": [{"name": "x/y", "shares": [{"group": "g", "access": "rw"}]}], "exclude": [{"owner": "*"}]},
        {"x/y": []},
    ),
}


@pytest.mark.parametrize("case", REACHED.values(), ids=REACHED)
def test_declarations_reach_the_plan(tmp_path: Path, case: tuple[dict[str, t.Any], dict[str, list[str]]]) -> None:
    result = plan(tmp_path, **case[0])
    assert result["failed"] is False, result
    assert channels(tmp_path) == case[1]


def test_people_by_pattern_and_nobody(tmp_path: Path) -> None:
    sites = [Site("east").file("Ann/a/a-1-0.conda", "main"), Site("west").file("bot/b/b-1-0.conda", "main")]
    result = plan(tmp_path, *sites, user_map={"*": "{name_lower}@{site}", "west:bot": "-"})
    assert result["failed"] is False, result
    found = {channel.name: channel for channel in store.load_plan(str(tmp_path / "plan")).channels}
    assert [share.name for share in found["Ann"].shares] == ["ann@east"]
    assert (found["bot"].shares, [item.share.name for item in found["bot"].skipped_shares]) == ((), ["bot"])


def test_all_flaws_of_declarations_are_told_at_once_and_before_anything_is_read(tmp_path: Path) -> None:
    result = plan(
        tmp_path,
        inventories=[str(tmp_path / "none.jsonl")],
        include=[{"owner": "u"}, {"larger_than": "big"}],
        exclude=[{"label": None}],
        user_map={"a": "{1}"},
        channels=[{"name": "x"}, {"name": "x"}],
        split_private=7,
    )
    assert result["failed"] is True
    assert [
        sentence.split(" cannot be used")[0].split(" has the template")[0].split(" is in ae_channels twice")[0]
        for sentence in result["errors"]
    ] == [
        "Rule 2 of ae_include",
        "Rule 1 of ae_exclude",
        "ae_split_private is 7 and must be true, false, or a list of channel patterns.",
        "The rule of ae_user_map for 'a'",
        "Channel 'x'",
    ]
    assert not (tmp_path / "plan").exists()


def test_what_no_rule_knows_is_refused(tmp_path: Path) -> None:
    assert "name" in plan(tmp_path, exclude=[{"name": "x"}])["msg"]


def test_a_share_is_of_a_user_or_a_group(tmp_path: Path) -> None:
    assert plan(tmp_path, channels=[{"name": "x", "shares": [{"user": "a", "group": "b"}]}])["failed"] is True
    assert plan(tmp_path, channels=[{"name": "x", "shares": [{"access": "r"}]}])["failed"] is True


def test_what_the_probe_found_out_of_names_is_an_error_offline_as_well(tmp_path: Path) -> None:
    answers = {"channel_names": {"value": {"upper_case": "rejected", "dot": "unknown"}, "confidence": "known", "evidence": ""}}
    capabilities = {"schema_version": 1, "url": "https://ae5.example.com", "answers": answers}
    site = Site("east").file("U/a/a-1-0.conda", "a.b")
    result = plan(tmp_path, site, capabilities=capabilities)
    assert result["errors"] == [
        "AE5 refuses the channel name 'U/a.b' from user 'U', label 'a.b' of site 'east', because it has upper case; add "
        '\'- {"match": "U/a.b", "to": "u/a-b"}\' to ae_channel_map, or choose another name there.'
    ]
    result = plan(tmp_path, site, capabilities=capabilities, channel_map=[{"match": "U/a.b", "to": "u/a.b"}])
    assert (result["failed"], result["summary"]["decisions"]) == (False, 2)


def test_the_roles_default_of_mirrors_is_the_modules() -> None:
    assert tuple(yaml.safe_load((ROLE / "vars" / "main.yml").read_text())["__plan_mirror_owners"]) == MIRROR_OWNERS


# With a cluster: what reference channels hold.


@pytest.fixture
def lab(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        users = [{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}, "u"]
        lab.seed(users=users, groups={"everyone": []})
        yield lab


class InMemory(UploadSource):
    """A package file that lies nowhere."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file, self.size, self.content = file, len(content), content

    def open(self) -> t.Any:
        return io.BytesIO(self.content)

    def checked_path(self) -> str:
        raise NotImplementedError


def fill(lab: Ae5Lab, channel: str, *names: str) -> None:
    """Makes a private channel on the cluster that holds these packages."""
    with connect(params(**options(lab, "api"), access_token=None), read_only=False) as cluster:
        cluster.create_channel(channel, private=True)
        for name in names:
            cluster.upload(channel, InMemory(*conda_package(name, "1.0", "0", subdir="osx-64")))


def site_with(*names: str) -> Site:
    """A site whose user has these packages, byte for byte as ``fill`` makes them."""
    site = Site("east")
    for name in names:
        file, content = conda_package(name, "1.0", "0", subdir="osx-64")
        digests = {"md5": hashlib.md5(content).hexdigest(), "sha256": hashlib.sha256(content).hexdigest()}
        site.file(f"u/{name}/{file}", "main", subdir="osx-64", size=len(content), **digests)
    return site


def test_what_a_reference_channel_of_the_cluster_holds_is_not_planned(tmp_path: Path, lab: Ae5Lab) -> None:
    fill(lab, "mirrors/main", "six", "zlib")
    lab.clear_log()
    args = {"offline": False, "reference_channels": ["mirrors/main"], **options(lab, "api")}
    result = plan(tmp_path, site_with("six", "mine"), **args)
    assert result["failed"] is False, result
    assert [[name.split("-")[0] for name in files] for files in channels(tmp_path).values()] == [["mine"]]
    assert result["summary"]["left_out"] == {"in_reference": 1}
    assert lab.writes() == []
    assert len([1 for record in lab.log() if "/mirrors/main/" in record["path"]]) == len(SUBDIRS)


def test_a_reference_channel_that_is_not_there_is_an_error(tmp_path: Path, lab: Ae5Lab) -> None:
    result = plan(tmp_path, site_with("six"), offline=False, reference_channels=["mirrors/none"], **options(lab, "api"))
    assert result["msg"] == (
        "ae_reference_channels names mirrors/none, for which AE5 shows no repodata; correct the name, use a login that may read it, or "
        "remove it."
    )
    assert not (tmp_path / "plan").exists()


def test_offline_reference_channels_are_an_error(tmp_path: Path) -> None:
    assert "an offline plan cannot read these channels" in plan(tmp_path, reference_channels=["mirrors/main"])["msg"]


def test_only_an_offline_plan_needs_no_address(tmp_path: Path) -> None:
    result = plan(tmp_path, site_with("six"), offline=False)
    assert result["failed"]
    assert "url" in result["msg"]
    assert not plan(tmp_path, site_with("six"))["failed"]
