# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migration with ``ae_upload_method: vendor_import``: the vendor's own import brings the owners that it may, others are refused by name."""

from __future__ import annotations

import contextlib
import os
import re
import typing as t
from pathlib import Path

import pytest

from tests.e2e import mishaps
from tests.e2e.watched_cli import WatchedCli
from tests.e2e.world import PASSWORD, World
from tests.lab.playbook import Run

USER_FILES = {"anaconda-user-1": ["moto-0.4.31-2.tar.bz2"], "anaconda-user-1/test": ["pysocks-1.6.6-py35_0.tar.bz2"]}
ORGANIZATION_FILES = {
    "anaconda-organization": [
        "future-0.15.2-py27_0.tar.bz2",
        "xz-5.2.2-1.tar.bz2",
    ],
    "anaconda-organization/Devs": ["xz-5.2.2-1.tar.bz2"],
    "anaconda-organization/Devs/Test": ["xz-5.2.2-1.tar.bz2"],
}
CLOSED = {"closed-organization": ["six-1.10.0-py27_0.tar.bz2"]}
SHARES = {
    "anaconda-user-1": {("user", "anaconda-user-1", "rw")},
    "anaconda-user-1/test": {("user", "anaconda-user-1", "rw")},
    "anaconda-organization": {("user", "anaconda-user-1", "rw")},
    "anaconda-organization/Devs": {("group", "Devs", "r")},
    "anaconda-organization/Devs/Test": {("group", "Devs", "r")},
}


def fill(world: World) -> None:
    """The vendor guide's examples, all public, and an organization with a private package."""
    site = world.sites["east"]
    for user in ("anaconda-user-1", "anaconda-user-2", "carol"):
        site.store.add_user(user)
    for organization in ("anaconda-organization", "closed-organization"):
        site.store.add_organization(organization, ["anaconda-user-1"])
    site.add_package("anaconda-user-1", "moto", ("0.4.31", "2", ["main"]))
    site.add_package("anaconda-user-1", "pysocks", ("1.6.6", "py35_0", ["test"]))
    site.add_package("anaconda-organization", "xz", ("5.2.2", "1", ["Test"]))
    site.add_package("anaconda-organization", "future", ("0.15.2", "py27_0", ["main"]))
    site.store.add_group("anaconda-organization", "Devs", "read")
    site.store.add_member("anaconda-organization", "Devs", "anaconda-user-2")
    site.store.add_group_package("anaconda-organization", "Devs", "xz")
    site.add_package("closed-organization", "six", ("1.10.0", "py27_0", ["main"]), access="private")
    world.seed_people(["anaconda-user-1", "anaconda-user-2", "carol", "mallory"], {"Devs": ["anaconda-user-2"]})


STEPS: dict[str, list[tuple[str, list[str], dict[str, t.Any]]]] = {
    "rich": [("export", [], {}), ("check", ["--check", "--diff"], {}), ("first", [], {}), ("second", [], {})],
    "minimal": [("first", [], {}), ("second", [], {}), ("synced", [], {"ae_upload_method": "files", "ae_accept_public": ["closed-*"]})],
}
"""For each kind of client the runs by name, with their arguments and variables."""


class Done(t.NamedTuple):
    """The runs, and after each what there was and which writing commands were called."""

    runs: dict[str, Run]
    channels: dict[str, dict[str, t.Any]]
    writes: dict[str, list[dict[str, t.Any]]]
    commands: dict[str, list[list[str]]]
    said: dict[str, list[str]]
    words: set[str]
    """Every argument and every value of the environment of every call."""


def perform(folder: Path, abilities: str) -> Done:
    """All steps of one kind of client, in a world of their own."""
    with contextlib.closing(World(folder, ["east"], "cli", api="absent", cli_abilities=abilities)) as world:
        fill(world)
        watched = WatchedCli(world.root / "watched", world.cluster.cli, os.getpid())
        done = Done({}, {}, {}, {}, {}, set())
        begun = 0
        for name, arguments, more in STEPS[abilities]:
            variables = {"ae_upload_method": "vendor_import", "ae5_cli": str(watched.path), **more}
            run = world.run("export" if name == "export" else "migrate", *arguments, **variables)
            calls = watched.calls()[begun:] if watched.log.exists() else []
            begun += len(calls)
            done.runs[name] = run
            done.channels[name] = world.channels()
            done.writes[name] = world.writes()
            done.commands[name] = [call.argv for call in calls if not is_read(call.argv)]
            done.said[name] = mishaps.warnings(run)
            done.words.update(word for call in calls for line in call.lines for word in line)
            done.words.update(value for call in calls for value in call.environment.values())
    return done


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return perform(tmp_path_factory.mktemp("rich"), "rich")


@pytest.fixture(scope="module")
def minimal(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return perform(tmp_path_factory.mktemp("minimal"), "minimal")


@pytest.fixture(params=["minimal", "rich"])
def done(request: pytest.FixtureRequest) -> Done:
    """Of either client."""
    return t.cast(Done, request.getfixturevalue(request.param))


def is_read(argv: list[str]) -> bool:
    """Logins, settings and looks are no writes."""
    return argv[0] in ("login", "config") or argv[:2] == ["channels", "list"] or "--help" in argv or "--list" in argv


def files(channels: dict[str, t.Any]) -> dict[str, list[str]]:
    return {name: sorted(file["file"] for file in channel["files"]) for name, channel in channels.items() if channel["files"]}


def imports(commands: list[list[str]]) -> list[str]:
    return [os.path.basename(argv[-1]) for argv in commands if argv[:2] == ["admin", "import"]]


def test_check_mode_says_who_would_be_imported_and_runs_nothing(rich: Done) -> None:
    """The diff shows what would come of the owners that are not refused."""
    assert (rich.writes["check"], rich.commands["check"]) == ([], [])
    shown = re.findall(r"^\+ \S+/(\S+) -> (\S+)$", rich.runs["check"].output, re.MULTILINE)
    expected = [(file, channel) for channel, names in {**USER_FILES, **ORGANIZATION_FILES}.items() for file in names]
    assert sorted(shown) == sorted(expected)
    assert [text for text in rich.said["check"] if text.startswith("Owner ")] == [
        text for text in rich.said["first"] if text.startswith("Owner ")
    ]


def test_public_owners_are_imported_named_and_shared_as_the_guide_says(done: Done) -> None:
    """Each with one command; nothing is uploaded beside it."""
    channels = done.channels["first"]
    assert files(channels) == {**USER_FILES, **ORGANIZATION_FILES}
    assert {name: {(share["type"], share["name"], share["access"]) for share in channels[name]["shares"]} for name in SHARES} == SHARES
    assert {channels[name]["privacy"] for name in SHARES} == {"public"}
    assert imports(done.commands["first"]) == ["anaconda-organization", "anaconda-user-1"]
    assert not [argv for argv in done.commands["first"] if argv[0] == "upload"]


def test_owner_of_a_private_package_is_refused_by_name(done: Done) -> None:
    """With the reason and a way out; nothing of it is anywhere, and the run fails."""
    for name in ("first", "second"):
        assert done.runs[name].returncode != 0
        refusal = [text for text in done.said[name] if text.startswith("Owner closed-organization, with 1 missing file, ")]
        assert len(refusal) == 1
        assert "cannot be migrated with the vendor import: its channel closed-organization must be private" in refusal[0]
        assert refusal[0].endswith("use ae_upload_method: files for it.")
        assert "closed-organization" not in files(done.channels[name])


def test_second_run_runs_no_writing_command(done: Done) -> None:
    assert (done.writes["second"], done.commands["second"]) == ([], [])
    assert done.runs["second"].total("changed") == 0


def test_package_sync_brings_the_rest(minimal: Done) -> None:
    assert minimal.runs["synced"].returncode == 0, minimal.runs["synced"].output
    assert files(minimal.channels["synced"]) == {**USER_FILES, **ORGANIZATION_FILES, **CLOSED}
    assert imports(minimal.commands["synced"]) == []


def test_password_is_in_no_command(done: Done) -> None:
    assert any("import" in word for word in done.words)
    assert [word for word in done.words if PASSWORD in word] == []
