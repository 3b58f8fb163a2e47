# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module notebook_channels on an emulated cluster."""

from __future__ import annotations

import tracemalloc
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SEEN, Listing
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access_records import OwnerAccess
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PUBLIC, Package
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.channels import module
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import iter_views, read_views
from ansible_collections.ae_ops.migration.plugins.module_utils._store.access import ACCESS, Head
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan, SiteInventory
from tests.lab.ae5.server import Ae5Lab
from tests.lab.packages import conda_package
from tests.unit.notebooks.needs_world import Needs
from tests.unit.saved_plan import save_plan


@pytest.fixture
def world(tmp_path: Path) -> t.Iterator[Needs]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        yield Needs(tmp_path, lab)


def plan(folder: Path, people: t.Optional[t.Mapping[str, t.Mapping[str, t.Optional[str]]]] = None) -> str:
    """A plan of channel ``alice`` with one package more than is there, one that is not there, and people by site."""
    channels = (
        Channel("alice", "alice", False, (Share("user", "ann", "rw"),)),
        Channel("later", "lab", False, (Share("group", "Devs", "r"),)),
    )
    digest = {"md5": "m" * 32, "sha256": "s" * 64}
    placements = [
        Placement(channel, "east", owner, "x", file, "linux-64", 1, digest["md5"], digest["sha256"], f"{owner}/{file}")
        for channel, owner, file in (
            ("alice", "a.l", "x-1-0.tar.bz2"),
            ("alice", "a.l", "new-1-0.tar.bz2"),
            ("later", "lab", "y-1-0.tar.bz2"),
        )
    ]
    owners = [OwnerAccess(site, f"owner-{site}", "user", (), (), dict(names), ()) for site, names in (people or {}).items()]
    lines = [json_line(Head(True).to_json()), *(json_line(owner.to_json()) for owner in owners)]
    made = Plan("prod", "vendor", (SiteInventory("east", 2, 2, "0" * 64),), channels, (), {}, {})
    save_plan(str(folder), made, "", sorted(placements, key=lambda item: item.key), (), people={ACCESS: lines})
    return str(folder)


def test_what_the_cluster_has_and_what_the_plan_adds(world, tmp_path):
    world.fill("alice", "x=1=0", shares=["user:bob"])
    world.fill("main", "python=2.7=0", privacy="public")
    world.fill("org/Devs", "z=1=0", subdir="noarch", shares=["group:Devs", "user:ann"])
    world.fill("org/all", "q=1=0", shares=["group:everyone"])
    result = world.list_channels(plan=plan(tmp_path / "plan"))
    assert not result["failed"]
    assert result["changed"]
    assert result["warnings"] == []
    views = {view.name: view for view in read_views(str(world.channels))}
    assert list(views) == ["alice", "later", "main", "org/Devs", "org/all"]
    assert {name: view.readable_by for name, view in views.items()} == {
        "alice": {"ann", "bob", "migrator"},
        "later": {"bob", "carol"},
        "main": None,
        "org/Devs": {"ann", "bob", "carol", "migrator"},
        "org/all": None,
    }
    assert {name: sorted(view.packages) for name, view in views.items()} == {
        "alice": [("new", "1", "0"), ("x", "1", "0")],
        "later": [("y", "1", "0")],
        "main": [("python", "2.7", "0")],
        "org/Devs": [("z", "1", "0")],
        "org/all": [("q", "1", "0")],
    }
    assert views["alice"].packages["x", "1", "0"][0] != "s" * 64, "what lies there keeps its digest"
    assert {name: view.origins for name, view in views.items()} == {
        "alice": {"a.l"},
        "later": {"lab"},
        "main": frozenset(),
        "org/Devs": {"org"},
        "org/all": {"org"},
    }
    assert [result["summary"][key] for key in ("channels", "not_there_yet", "packages")] == [5, 1, 6]
    assert result["diff"][0]["prepared"].splitlines()[1:] == [f"+ channel {name}" for name in views]


def test_each_listing_is_read_once_and_only_the_members_of_groups_that_matter(world):
    for number in range(20):
        world.fill(f"c{number:02}", "x=1=0", shares=["group:Devs"] if number == 3 else [])
    world.list_channels()
    wanted = sorted(f"c{number:02}/{subdir}" for number in range(20) for subdir in ("linux-64", "noarch"))
    assert world.reads() == wanted
    routes = [record["route"] for record in world.lab.log()]
    assert routes.count("share_list") == 20
    assert routes.count("channel_list") == 1
    assert len([record for record in world.lab.log() if "/members" in record["path"]]) == 1, "Unused is nobody's concern"
    assert not [record for record in world.lab.log() if record["path"].endswith("/users")]


def test_a_second_run_changes_nothing_and_a_check_writes_nothing(world, tmp_path):
    world.fill("main", "x=1=0")
    predicted = world.list_channels(check=True)
    assert predicted["changed"]
    assert not world.channels.exists()
    real = world.list_channels(cache=str(tmp_path / "cache"))
    for key in ("changed", "diff", "users", "warnings", "dest"):
        assert predicted[key] == real[key], key
    before = world.channels.read_bytes()
    again = world.list_channels(cache=str(tmp_path / "cache"))
    assert not again["changed"]
    assert "diff" not in again
    assert world.channels.read_bytes() == before
    assert {record["status"] for record in world.lab.log() if record["path"].endswith("repodata.json")} == {304}
    world.fill("more", "y=1=0")
    world.api("POST", "/channels/main/artifacts", files={"content": conda_package("y", "1", "0")})
    assert world.list_channels()["diff"][0]["prepared"].splitlines()[1:] == ["~ channel main", "+ channel more"]


def test_without_keycloak_it_says_what_that_means(world):
    world.fill("org/Devs", "z=1=0", shares=["group:Devs"])
    result = world.list_channels(keycloak_username=None, keycloak_password=None)
    assert not result["failed"]
    (warning,) = result["warnings"]
    assert warning.startswith("Who is in 1 group of AE5 (Devs) is not known without keycloak_username and keycloak_password")
    (view,) = read_views(str(world.channels))
    assert view.readable_by == {"migrator"}


def test_a_client_that_cannot_show_shares(world):
    world.fill("main", "x=1=0", privacy="public")
    world.fill("closed", "y=1=0", shares=["user:bob"])
    result = world.list_channels(transport="cli")
    assert result["warnings"] == [
        "The shares of 1 private channel (closed) cannot be listed, so it counts as readable for the owner only; see who may read it"
        " in AE5's web interface."
    ]
    assert {view.name: view.readable_by for view in iter_views(str(world.channels))} == {"closed": {"migrator"}, "main": None}


def test_who_is_who_comes_from_the_plan(world, tmp_path):
    people = {"west": {"ann.a": "ann.a", "zoe": "z"}, "east": {"robot": None, "ann.a": "ann", "bob": "bob"}}
    result = world.list_channels(plan=plan(tmp_path / "plan", people))
    assert result["users"] == {"east": {"ann.a": "ann", "robot": "-"}, "west": {"zoe": "z"}}
    assert result["summary"]["users"] == 3
    assert world.list_channels()["users"] == {}


def test_a_plan_that_is_not_there_is_named(world, tmp_path):
    result = world.list_channels(plan=str(tmp_path / "none"))
    assert result["failed"]
    assert "There is no plan in" in result["msg"]


def test_what_ae5_does_not_show_is_named(world):
    world.fill("main", "x=1=0")
    world.lab.faults([{"method": "GET", "path": "/conda/main/noarch/", "times": 9, "every": 1, "status": 403}])
    result = world.list_channels()
    assert not result["failed"]
    assert any("does not show what is in 1 channel (main)" in warning for warning in result["warnings"])


def test_many_channels_need_little_memory():
    names = [f"c{number:04}" for number in range(200)]
    read: list[int] = []
    kept: list[dict[tuple[str, str], Listing]] = []

    def listing(channel, subdir):
        files = [f"{channel}-{subdir}{number}-1-0.tar.bz2" for number in range(100)]
        return Listing(SEEN, {file: Package(subdir, file, file[:-12], "1", "0", 1, "m" * 32, file * 3) for file in files})

    class Reader:
        def read(self, pairs):
            found = {pair: listing(*pair) for pair in pairs}
            read.append(len(found))
            kept.append(found)
            return found

        def release(self):
            kept.clear()

    states = {name: ChannelState(name, "o", PUBLIC) for name in names}
    known = module._Known({}, states, dict.fromkeys(names, PUBLIC), dict.fromkeys(names, ()), {})
    tracemalloc.start()
    views = module._Views(types.SimpleNamespace(repodata=Reader()), known, ())
    total = sum(len(view.packages) for view in views)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == views.packages == 40_000
    assert max(read) == 2 * module.BATCH
    assert peak < 6_000_000
