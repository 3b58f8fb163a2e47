# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migration over ``ae5_transport: cli``: with a client that can do more than is documented, and with one that cannot."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import shutil
import typing as t

import pytest

from tests.e2e import mishaps
from tests.e2e.conftest import MakeWorld
from tests.e2e.watched_cli import Call, WatchedCli
from tests.e2e.world import PASSWORD, PEOPLE, World, fill_guide_site, fill_lab_site
from tests.lab.inventory import CLUSTER
from tests.lab.playbook import Run

SITES = ["east", "west"]
PUBLIC = {"alice", "alice/dev", "anaconda-user-1", "anaconda-user-1/test", "anaconda-organization/Devs/Test"}
PRIVATE = {"anaconda-organization", "anaconda-organization/Devs", "bio-lab", "bio-lab/Wetlab"}
SECRETS = [PASSWORD, "lab-client-secret"]


class Snapshot(t.NamedTuple):
    """A run over the cli and what there was after it."""

    run: Run
    channels: dict[str, t.Any]
    failures: list[str]
    findings: list[dict[str, t.Any]]
    writes: list[dict[str, t.Any]]


def make(folder: t.Any, transport: str, **switches: t.Any) -> World:
    world = World(folder, SITES, transport, **switches)
    fill_guide_site(world.sites["east"])
    fill_lab_site(world.sites["west"])
    world.seed_people(**PEOPLE)
    return world


def run(world: World, *arguments: str, **variables: t.Any) -> Snapshot:
    done = world.run("migrate", *arguments, **variables)
    report = world.report()
    return Snapshot(done, world.channels(), report["failures"], report["findings"], world.writes())


def essence(channels: dict[str, t.Any]) -> dict[str, t.Any]:
    """Of each channel: privacy, owner, files with their digests, shares."""
    return {
        name: (
            channel["privacy"],
            channel["owner"],
            sorted((file["subdir"], file["file"], file["sha256"]) for file in channel["files"]),
            sorted((share["type"], share["name"], share["access"]) for share in channel["shares"]),
        )
        for name, channel in channels.items()
    }


class Rich(t.NamedTuple):
    api: dict[str, t.Any]
    """What the same migration over the api ends with."""
    first: Snapshot
    second: Snapshot
    calls: list[Call]


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Rich]:
    with contextlib.closing(make(tmp_path_factory.mktemp("api"), "api")) as world:
        assert world.run().returncode == 0
        api = world.channels()
    with contextlib.closing(make(tmp_path_factory.mktemp("rich"), "cli", api="absent", cli_abilities="rich")) as world:
        watched = WatchedCli(world.root / "watched", world.cluster.cli, os.getpid())
        first = run(world, ae5_cli=str(watched.path))
        yield Rich(api, first, run(world, ae5_cli=str(watched.path)), watched.calls())


def test_rich_client_ends_like_the_api(rich: Rich) -> None:
    """The same channels, owners, files, shares and privacy, on a cluster whose api is not even there."""
    assert rich.first.run.returncode == 0, rich.first.run.output
    assert rich.first.failures == []
    assert essence(rich.first.channels) == essence(rich.api)
    assert {name for name, channel in rich.first.channels.items() if channel["privacy"] == "public"} == PUBLIC


def test_rich_clients_second_run_sends_no_write(rich: Rich) -> None:
    """Nothing is sent, nothing counts as changed."""
    assert rich.second.run.returncode == 0, rich.second.run.output
    assert (rich.second.run.total("changed"), rich.second.writes) == (0, [])


def test_no_secret_is_in_a_command_line_or_the_clients_environment(rich: Rich) -> None:
    """Seen by a client that looks around at each call: its own arguments, those of all processes above it, its environment."""
    assert {"login", "config", "channels", "upload"} <= {call.argv[0] for call in rich.calls}
    assert all(any("ansible-playbook" in word for line in call.lines for word in line) for call in rich.calls)
    assert all(call.lines[0][-len(call.argv) :] == call.argv for call in rich.calls)
    seen = {word for call in rich.calls for line in call.lines for word in line}
    seen.update(value for call in rich.calls for value in call.environment.values())
    assert [(word, secret) for word in seen for secret in SECRETS if secret in word] == []


class Minimal(t.NamedTuple):
    """Without a declaration, then with ``ae_accept_public: ["*"]`` twice, then once more without the records.

    The first, and the one on the half-filled cluster, were checked before.
    """

    world: World
    listed: str
    """``channels-to-create.csv`` of the first run."""
    check: Run
    refused: Snapshot
    check_half: Run
    accepted: Snapshot
    again: Snapshot
    check_full: Run
    forgotten: Snapshot


@pytest.fixture(scope="module")
def minimal(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Minimal]:
    with contextlib.closing(make(tmp_path_factory.mktemp("minimal"), "cli", api="absent")) as world:
        assert world.run("export").returncode == 0
        check = world.run("migrate", "--check", "--diff")
        assert world.writes() == []
        refused = run(world, "--diff")
        listed = (world.reports / "channels-to-create.csv").read_text(encoding="utf-8")
        accept = {"ae_accept_public": ["*"]}
        half = world.run("migrate", "--check", "--diff", **accept)
        accepted, again = run(world, "--diff", **accept), run(world, **accept)
        full = world.run("migrate", "--check", "--diff", **accept)
        shutil.rmtree(world.root / "work" / CLUSTER / "records")
        yield Minimal(world, listed, check, refused, half, accepted, again, full, run(world, **accept))


def test_documented_client_does_what_may_be_public(minimal: Minimal) -> None:
    """The channels of which everything was public in AE4 are complete and shared."""
    done = essence(minimal.refused.channels)
    assert {name: (files, shares) for name, (_privacy, _owner, files, shares) in done.items()} == {
        name: (files, shares) for name, (_privacy, _owner, files, shares) in essence(minimal.accepted.channels).items() if name in PUBLIC
    }


CHORE = (
    f"{len(PRIVATE)} channels must be private, and this transport cannot create a private channel: {', '.join(sorted(PRIVATE))};"
    " create them in AE5's web interface with exactly these names, switch each to Private, and run again, or accept them in"
    " ae_accept_public."
)


def test_documented_client_refuses_what_must_be_private_by_name(minimal: Minimal) -> None:
    """One cause, told once on the screen, by the plan and so before any write, and first of all in the report."""
    assert minimal.refused.run.returncode != 0
    said = mishaps.warnings(minimal.refused.run)
    assert said.count(CHORE) == 1
    output = " ".join(minimal.refused.run.output.split())
    assert output.index("4 channels must be private") < output.index("Create the channels of the plan")
    assert [line.split(",")[:2] for line in minimal.listed.splitlines()[1:]] == [[name, '"create it'] for name in sorted(PRIVATE)]
    table = (minimal.world.reports / "channels-to-create.csv").read_text(encoding="utf-8").splitlines()
    assert table == ["channel,to do in AE5's web interface,owner in AE4,files,bytes"], "all are accepted in the last runs"
    assert minimal.refused.failures == [CHORE, "4 files are not on the cluster, because a channel of it does not exist."]
    assert [text for text in said if "refused" in text or "not exist" in text] == []


def test_a_check_of_the_whole_run_tells_what_the_run_will_do(minimal: Minimal) -> None:
    """On an empty, a half-filled and a filled cluster: the same end, the same sentences, the same changes."""
    for check, run in (
        (minimal.check, minimal.refused.run),
        (minimal.check_half, minimal.accepted.run),
        (minimal.check_full, minimal.again.run),
    ):
        assert check.returncode == run.returncode, check.output
        assert changes(check) == changes(run)
        ours = [text for text in mishaps.warnings(check) if not text.startswith(("Check mode runs no export", "There is no last"))]
        assert [text for text in ours if text not in mishaps.warnings(run)] == []
    assert changes(minimal.check)
    assert changes(minimal.check_full) == []


def changes(run: Run) -> list[str]:
    """The lines of the diffs of channels, packages and shares."""
    return sorted(re.findall(r"^[+~-] (?:channel|user|group|\S+/\S+ ->) .*$", run.output, re.MULTILINE))


def test_documented_client_never_shows_what_must_be_private(minimal: Minimal) -> None:
    """No request so much as names a channel that must be private, and no file of a private package is anywhere."""
    assert minimal.refused.channels.keys() == PUBLIC
    asked = {request["path"].replace("%2F", "/").partition("/_cli/channels/")[2] for request in minimal.refused.writes}
    assert {path.rpartition("/artifacts")[0] for path in asked if path.endswith("/artifacts")} == PUBLIC
    assert {channel for channel in PRIVATE for path in asked if path.partition("/shares/")[0] == channel} == set()
    files = {file["file"] for channel in minimal.refused.channels.values() for file in channel["files"]}
    assert files.isdisjoint({"six-1.10.0-py27_0.tar.bz2", "reads-1.0-0.tar.bz2"})


def test_what_is_accepted_as_public_is_done(minimal: Minimal) -> None:
    """Everything is there and shared as over the api, all of it public, and the report says which channels are wider by consent."""
    assert minimal.accepted.run.returncode == 0, minimal.accepted.run.output
    assert minimal.accepted.failures == []
    assert {name: channel["privacy"] for name, channel in minimal.accepted.channels.items()} == dict.fromkeys(PUBLIC | PRIVATE, "public")
    assert essence(minimal.accepted.channels)["bio-lab/Wetlab"][3] == [("group", "Wetlab", "rw"), ("group", "everyone", "r")]
    for channel in PRIVATE:
        sentence = f"Channel {channel} is public, but not everything in it was public in AE4; accepted by ae_accept_public."
        assert sentence in [finding["detail"] for finding in minimal.accepted.findings]


def test_documented_clients_second_run_sends_no_write(minimal: Minimal) -> None:
    """Shares cannot be listed: the record of what was applied keeps them from being sent again, and they count as not seen."""
    assert minimal.again.run.returncode == 0, minimal.again.run.output
    assert (minimal.again.run.total("changed"), minimal.again.writes) == (0, [])
    unknown = {finding["channel"] for finding in minimal.again.findings if finding["verdict"] == "unknown"}
    assert unknown == PUBLIC | PRIVATE


def test_without_the_records_shares_are_sent_again_and_nothing_else(minimal: Minimal) -> None:
    """Records are not the truth: losing them costs sending what cannot be seen; packages are seen, and the end is the same."""
    assert minimal.forgotten.run.returncode == 0, minimal.forgotten.run.output
    assert essence(minimal.forgotten.channels) == essence(minimal.again.channels)
    sent = sorted(request["path"].partition("/_cli/channels/")[2].replace("%2F", "/") for request in minimal.forgotten.writes)
    shares = sum(len(channel["shares"]) for channel in minimal.again.channels.values())
    assert len(sent) == shares
    assert all("/shares/" in path for path in sent)


def test_what_a_person_creates_in_the_web_interface_is_filled_by_the_next_run(make_world: MakeWorld) -> None:
    """The advice can be followed: with the names of the table, private, the rest is done; the preflight says what is left of it."""
    world = make_world("east", transport="cli", api="absent")
    fill_guide_site(world.sites["east"])
    world.seed_people(**PEOPLE)
    assert world.run().returncode == 2

    def channels_row() -> dict[str, str]:
        assert world.run("preflight").returncode == 0
        rows = json.loads((world.reports / "preflight.json").read_text(encoding="utf-8"))["rows"]
        return next(row for row in rows if row["check"] == "channels")

    with (world.reports / "channels-to-create.csv").open(encoding="utf-8", newline="") as table:
        names = [row["channel"] for row in csv.DictReader(table)]
    row = channels_row()
    assert row["verdict"] == "warning"
    assert all(name in row["evidence"] for name in names)
    world.cluster.seed(channels=[{"name": name, "owner": "migrator", "privacy": "private", "shares": []} for name in names])
    assert channels_row()["verdict"] == "ok"
    done = world.run()
    assert done.returncode == 0, done.output
    assert world.failures() == []
    assert world.files_of("anaconda-organization/Devs") == ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"]
    assert {name for name, channel in world.channels().items() if channel["privacy"] == "private"} == set(names)
