# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins, channels and libraries of the environments that notebook_project_convert writes."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import CondaPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import ChannelView
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import write_views
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Resolution
from tests.unit.module_runner import run_module
from tests.unit.notebooks.convert_host import Host, Json, conversions, project_file
from tests.unit.notebooks.convert_world import view


@pytest.mark.parametrize(("pin", "shape"), [("exact", 2), ("version", 1), ("name", 0)])
def test_as_much_of_the_pins_as_was_asked_for(host: Host, tmp_path: Path, pin: str, shape: int) -> None:
    host.convert(tmp_path, only=["alice/plain-analysis"], pin=pin, drop_packages=["open*"])
    packages = [item for item in project_file(tmp_path, "alice/plain-analysis")["packages"] if isinstance(item, str)]
    assert packages
    assert {item.count("=") for item in packages} == {shape}
    assert not [item for item in packages if item.startswith("open")]


# -- channels


def pinned(host: Host, key: str) -> list[CondaPackage]:
    with (host.root / "collected" / "projects.jsonl").open(encoding="utf-8", errors="surrogateescape") as stream:
        projects = [json.loads(line) for line in stream]
    (project,) = [item for item in projects if item.get("record") == "project" and f"{item['owner']}/{item['name']}" == key]
    return [CondaPackage.from_json(item) for env in project["environments"] if env["name"] == "default" for item in env["conda"]]


def test_channels_become_those_that_hold_what_is_pinned_and_a_missing_pin_is_named(host: Host, tmp_path: Path) -> None:
    packages = pinned(host, "anaconda-user-2/pins-that-break")
    lacking = next(item for item in packages if item.name == "vanished")
    texts = [f"{item.name}={item.version}={item.build}" for item in packages if item is not lacking]
    views = [
        view("main", *texts, "notebook=5.0.0=py27_0"),
        view("hidden", f"vanished={lacking.version}={lacking.build}", readers="somebody"),
        view("unneeded", "nothing=1=0"),
    ]
    write_views(str(tmp_path / "channels.jsonl"), views)
    result = host.convert(tmp_path / "dest", only=["anaconda-user-2/pins-that-break"], channels=str(tmp_path / "channels.jsonl"))
    (item,) = conversions(tmp_path / "dest").values()
    document = project_file(tmp_path / "dest", item.key)
    assert document["channels"] == ["main"]
    assert item.resolution is not None
    assert [(state.pin.name, state.hidden) for state in item.resolution.missing] == [("vanished", ("hidden",))]
    assert result["summary"]["will_fail"] == 1
    assert result["summary"]["pins"]["missing"] == 1
    shared = host.convert(
        tmp_path / "dest2",
        only=["anaconda-user-2/pins-that-break"],
        channels=str(tmp_path / "channels.jsonl"),
        users={"anaconda-user-2": "Somebody"},
    )
    assert shared["summary"]["will_fail"] == 0, "channels are chosen for the user whom the owner is on AE5"


def test_what_commands_for_notebooks_need_is_looked_for_too(host: Host, tmp_path: Path) -> None:
    key = "anaconda-user-2/pins-that-break"
    texts = [f"{item.name}={item.version}={item.build}" for item in pinned(host, key)]
    write_views(str(tmp_path / "channels.jsonl"), [view("main", *texts)])
    host.convert(tmp_path / "dest", only=[key], channels=str(tmp_path / "channels.jsonl"))
    assert [state.pin.name for state in t.cast(Resolution, conversions(tmp_path / "dest")[key].resolution).missing] == ["notebook"]
    write_views(str(tmp_path / "channels.jsonl"), [view("main", *texts), view("tools", "notebook=5.0.0=py27_0")])
    host.convert(tmp_path / "dest", only=[key], channels=str(tmp_path / "channels.jsonl"))
    assert project_file(tmp_path / "dest", key)["channels"] == ["main", "tools"]
    assert project_file(tmp_path / "dest", key)["env_specs"]["default"]["packages"] == ["notebook"]


def test_a_channel_map_is_taken_as_a_word_or_a_list(host: Host, tmp_path: Path) -> None:
    channels = {channel for item in pinned(host, "alice/plain-analysis") for channel in [item.channel]}
    declared: Json = {channel: ["one", "two"] for channel in channels} | {"defaults": "three", "wakari": []}
    host.convert(tmp_path, only=["alice/plain-analysis"], channel_map=declared)
    assert project_file(tmp_path, "alice/plain-analysis")["channels"][:2] == ["one", "two"]


def with_library(host: Host, dest: Path, tmp_path: Path, only: list[str], **more: t.Any) -> Json:
    """A conversion with the library toolbox, which these projects used by path, in a channel that only its readers see."""
    library = Library(
        "/projects/quant/toolbox",
        "built",
        name="toolbox",
        version="0.3.1",
        build="pyh0123456_0",
        file="toolbox-0.3.1-pyh0123456_0.tar.bz2",
        channel="quant",
        used_by=tuple(only),
        users=("alice", "bob"),
    )
    reported = dataclasses.replace(library, path="/opt/lib", state="reported", name="slow", why="It is compiled.")
    (tmp_path / "libraries.jsonl").write_text("".join(json_line(item.to_json()) for item in (library, reported)))
    write_views(str(tmp_path / "channels.jsonl"), [ChannelView("main", None, {})])
    files = {"libraries": str(tmp_path / "libraries.jsonl"), "channels": str(tmp_path / "channels.jsonl")}
    return host.convert(dest, only=only, **files, **more)


@pytest.mark.parametrize(("pin", "asked"), [("exact", "toolbox=0.3.1"), ("version", "toolbox=0.3.1"), ("name", "toolbox")])
def test_a_library_used_by_path_becomes_a_package_of_the_environment(host: Host, tmp_path: Path, pin: str, asked: str) -> None:
    with_library(host, tmp_path / "dest", tmp_path, ["alice/plain-analysis"], pin=pin)
    document = project_file(tmp_path / "dest", "alice/plain-analysis")
    assert asked in document["packages"]
    assert "slow" not in str(document["packages"]), "what could not be built is asked for by nobody"
    assert "quant" in document["channels"]
    (state,) = [
        item
        for item in t.cast(Resolution, conversions(tmp_path / "dest")["alice/plain-analysis"].resolution).pins
        if item.pin.name == "toolbox"
    ]
    assert (state.state, state.channel) == ("found", "quant")
    assert any("toolbox, packages of libraries" in note for note in conversions(tmp_path / "dest")["alice/plain-analysis"].notes)


def test_a_library_is_put_into_a_project_file_that_was_there(host: Host, tmp_path: Path) -> None:
    with_library(host, tmp_path / "dest", tmp_path, ["bob/ready-project"])
    document = project_file(tmp_path / "dest", "bob/ready-project")
    assert "toolbox=0.3.1" in document["packages"]
    assert "quant" in document["channels"]
    host.convert(tmp_path / "before", only=["bob/ready-project"])
    assert [item for item in document["packages"] if item != "toolbox=0.3.1"] == project_file(tmp_path / "before", "bob/ready-project")[
        "packages"
    ]


def test_libraries_need_the_channels(host: Host, tmp_path: Path) -> None:
    args = {"projects": str(host.root / "collected" / "projects.jsonl"), "dest": str(tmp_path), "libraries": str(tmp_path / "no")}
    assert "needs the option channels" in run_module("notebook_project_convert", args)["msg"]
