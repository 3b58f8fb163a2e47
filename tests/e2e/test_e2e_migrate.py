# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two sites to one cluster: what is there, who can use it, that a conda client can, and that the second run changes nothing."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import typing as t
from pathlib import Path

import pytest
import requests

from tests.e2e.world import PEOPLE, World, fill_guide_site, fill_lab_site
from tests.lab.conda_client import install
from tests.lab.playbook import Run


class Migrated(t.NamedTuple):
    world: World
    first: Run
    second: Run
    second_writes: list[dict[str, t.Any]]
    second_modules: list[str]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Migrated]:
    """Two sites, migrated twice, the second time verified byte for byte."""
    with contextlib.ExitStack() as stack:
        world = World(tmp_path_factory.mktemp("migrated"), ["east", "west"])
        stack.callback(world.close)
        fill_guide_site(world.sites["east"])
        fill_lab_site(world.sites["west"])
        world.seed_people(**PEOPLE)
        with contextlib.ExitStack() as open_to_all:
            open_to_all.callback(os.umask, os.umask(0))
            first = world.run()
            world.variables["ae_deep"] = "all"
            second = world.run()
        yield Migrated(world, first, second, world.writes(), world.modules())


def test_first_run_ends_well(migrated: Migrated) -> None:
    assert migrated.first.returncode == 0, migrated.first.output


def test_the_guides_channels_come_out_exactly(migrated: Migrated) -> None:
    world = migrated.world
    found = {name: world.files_of(name) for name in world.channels() if name.startswith("anaconda-")}
    assert found == {
        "anaconda-user-1": ["moto-0.4.31-2.tar.bz2"],
        "anaconda-user-1/test": ["pysocks-1.6.6-py35_0.tar.bz2"],
        "anaconda-organization": ["future-0.15.2-py27_0.tar.bz2", "six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"],
        "anaconda-organization/Devs": ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"],
        "anaconda-organization/Devs/Test": ["xz-5.2.2-1.tar.bz2"],
    }


def test_both_sites_are_there(migrated: Migrated) -> None:
    found = {name: migrated.world.files_of(name) for name in migrated.world.channels() if not name.startswith("anaconda-")}
    assert found == {
        "alice": ["plots-2.0-0.tar.bz2"],
        "alice/dev": ["plots-2.0-0.tar.bz2"],
        "bio-lab": ["reads-1.0-0.tar.bz2"],
        "bio-lab/Wetlab": ["reads-1.0-0.tar.bz2"],
    }


def test_shares_are_those_of_the_guide_and_write_groups_may_write(migrated: Migrated) -> None:
    found = {name: migrated.world.shares_of(name) for name in migrated.world.channels()}
    everyone = ("group", "everyone", "r")
    assert found == {
        "anaconda-user-1": {("user", "anaconda-user-1", "rw")},
        "anaconda-user-1/test": {("user", "anaconda-user-1", "rw")},
        "anaconda-organization": {("user", "anaconda-user-1", "rw")},
        "anaconda-organization/Devs": {("group", "Devs", "r")},
        "anaconda-organization/Devs/Test": {("group", "Devs", "r")},
        "alice": {("user", "alice", "rw")},
        "alice/dev": {("user", "alice", "rw")},
        "bio-lab": {("user", "bob", "rw"), everyone},
        "bio-lab/Wetlab": {("group", "Wetlab", "rw"), everyone},
    }


def test_only_what_was_all_public_is_public(migrated: Migrated) -> None:
    public = {name for name, channel in migrated.world.channels().items() if channel["privacy"] == "public"}
    assert public == {"alice", "alice/dev", "anaconda-user-1", "anaconda-user-1/test", "anaconda-organization/Devs/Test"}


def test_second_run_executes_a_module_only_for_what_a_module_does(migrated: Migrated) -> None:
    """Each execution costs a third of a second and more; files travel without one."""
    own = [name for name in migrated.second_modules if name.startswith("ae_ops.migration.")]
    assert migrated.second_modules == own
    assert 5 <= len(own) <= 20, own
    assert len(migrated.world.predictions) == len(own), "each of them predicted what it did"


def test_second_run_changes_nothing_and_sends_no_write(migrated: Migrated) -> None:
    assert migrated.second.returncode == 0, migrated.second.output
    assert migrated.second.recap.keys() == {"east", "west", "prod"}
    for host, counts in migrated.second.recap.items():
        assert (host, counts["changed"], counts["failed"], counts["rescued"]) == (host, 0, 0, 0)
    assert migrated.second_writes == []


@pytest.mark.parametrize(
    ("channel", "spec", "file"),
    [
        ("anaconda-user-1/test", "pysocks", "pysocks-1.6.6-py35_0.tar.bz2"),
        ("anaconda-organization/Devs/Test", "xz", "xz-5.2.2-1.tar.bz2"),
    ],
)
def test_a_conda_client_installs_what_ae4_had(migrated: Migrated, tmp_path: Path, channel: str, spec: str, file: str) -> None:
    installed = install(f"{migrated.world.cluster.url}/repository/conda/{channel}", spec, tmp_path)
    assert installed == {spec: migrated.world.sites["east"].sha256(file)}


def test_a_conda_client_installs_from_a_private_channel_with_a_members_token(migrated: Migrated, tmp_path: Path) -> None:
    token = migrated.world.cluster.conda_token("carol")
    installed = install(f"{migrated.world.cluster.url}/repository/conda/t/{token}/anaconda-organization/Devs", "six", tmp_path)
    assert installed == {"six": migrated.world.sites["east"].sha256("six-1.10.0-py27_0.tar.bz2")}


@pytest.mark.parametrize(
    ("user", "statuses"),
    [("carol", {200}), ("anaconda-user-2", {200}), ("mallory", {403, 404}), ("alice", {403, 404}), (None, {401, 403, 404})],
)
def test_only_the_group_reads_its_channel(migrated: Migrated, user: str | None, statuses: set[int]) -> None:
    token = f"t/{migrated.world.cluster.conda_token(user)}/" if user else ""
    url = f"{migrated.world.cluster.url}/repository/conda/{token}anaconda-organization/Devs/linux-64/repodata.json"
    assert requests.get(url, timeout=10).status_code in statuses


def test_every_file_is_in_the_ledger_and_the_report_says_so(migrated: Migrated) -> None:
    reports = migrated.world.reports
    ledger = [json.loads(line) for line in (reports / "ledger.jsonl").read_text().splitlines()]
    assert {(line["site"], line["file"], line["disposition"]) for line in ledger} == {
        (name, file, "present") for name, site in migrated.world.sites.items() for file in site.content
    }
    assert migrated.world.failures() == []
    assert "Everything that was planned is on the cluster" in (reports / "report.html").read_text()
    report = json.loads((reports / "report.json").read_text())
    assert sum(report["ledger"]["placements"].values()) == report["summary"]["downloaded"]["files"] > len(ledger)
    digest = hashlib.sha256((reports / "ledger.jsonl").read_bytes()).hexdigest()
    assert report["ledger"]["digest"] == digest
    assert f"ledger sha256 {digest}" in migrated.second.output
    for name, rows in (("ledger.csv", len(ledger)), ("findings.csv", len(report["findings"])), ("access.csv", report["access"]["rows"])):
        assert len(list(csv.reader((reports / name).read_text().splitlines()))) == rows + 1, name


def test_what_a_run_keeps_is_closed_to_others_whatever_the_umask(migrated: Migrated) -> None:
    world = migrated.world
    ours = [world.reports, world.root / "work" / "prod", *(world.root / "exports" / site / "dump" for site in world.sites)]
    found = [path for folder in ours for path in [folder, *folder.rglob("*")] if not path.is_symlink()]
    assert len(found) > 60
    assert [(oct(path.stat().st_mode), str(path)) for path in found if path.stat().st_mode & 0o077] == []


def test_the_password_does_not_reach_the_movers_files_or_the_output(migrated: Migrated) -> None:
    world = migrated.world
    secrets = ["correct horse battery staple", "lab-client-secret"]
    files = [path for folder in ("work", "reports", "sites") for path in (world.root / folder).rglob("*") if path.is_file()]
    assert len(files) > 20
    texts = {str(path): path.read_bytes() for path in files}
    texts["output"] = (migrated.first.output + migrated.second.output).encode()
    assert [(name, secret) for name, text in texts.items() for secret in secrets if secret.encode() in text] == []
