# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site whose only Python is too old for ansible-core, over a real ssh: migrated with an interpreter that the operator
supplies, and without any.  And a staged transfer from a site that has Python.

The old Python of each test is in its name; one that this machine does not have is skipped by that name.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import typing as t
from pathlib import Path

import pytest

from tests.e2e import mishaps
from tests.e2e.conftest import MakeWorld
from tests.e2e.world import PEOPLE, Site, World, fill_guide_site
from tests.lab import ssh
from tests.lab.ae4.host import Ae4Lab
from tests.lab.inventory import CLUSTER

GUIDE_CHANNELS = {
    "anaconda-user-1": ["moto-0.4.31-2.tar.bz2"],
    "anaconda-user-1/test": ["pysocks-1.6.6-py35_0.tar.bz2"],
    "anaconda-organization": ["future-0.15.2-py27_0.tar.bz2", "six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"],
    "anaconda-organization/Devs": ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"],
    "anaconda-organization/Devs/Test": ["xz-5.2.2-1.tar.bz2"],
}


class Old(t.NamedTuple):
    """A world whose site east is an old host."""

    world: World
    host: ssh.SshHost

    @property
    def site(self) -> Site:
        return self.world.sites["east"]

    def log_in_as(self, login: str, **more: t.Any) -> None:
        become = {} if login == self.host.user else {"ansible_become_method": "su", "ae4_become": True}
        self.site.variables.clear()
        self.site.variables.update({**self.host.variables(login), "ae_work_dir": "~/ae_migration", **become, **more})


@pytest.fixture
def old(request: pytest.FixtureRequest) -> t.Iterator[Old]:
    """With the old Python that the test's parameter names.

    The host can be entered by its service user, so it does not lie in pytest's folder.
    """
    reason = ssh.why_not(request.param)
    if reason:
        pytest.skip(reason)
    root = Path(tempfile.mkdtemp(prefix="ae-old-"))
    root.chmod(0o755)
    user = f"ae4-{os.getpid()}"
    host = ssh.SshHost(root / "host", user, root / "site" / "home", request.param)
    world = World(root / "world", [])
    try:
        ssh.make_user(user, host.home)
        python = ssh.copy_python(ssh.this_prefix(), root / "lab-python")
        world.sites["east"] = Site(Ae4Lab(root / "site", "east", user=user, python=str(python)))
        fill_guide_site(world.sites["east"])
        world.seed_people(**PEOPLE)
        host.start()
        yield Old(world, host)
    finally:
        host.stop()
        world.close()
        ssh.remove_user(user)
        shutil.rmtree(root)


def assert_migrated(world: World) -> None:
    channels = {name: sorted(file["file"] for file in channel["files"]) for name, channel in world.channels().items()}
    assert channels == GUIDE_CHANNELS
    assert world.shares_of("anaconda-organization/Devs") == {("group", "Devs", "r")}
    assert world.failures() == []


def assert_second_run_changes_nothing(world: World) -> None:
    again = world.run()
    assert (again.returncode, again.total("changed"), world.writes()) == (0, 0, []), again.output
    assert world.cluster.log(), "the run did not even ask"


def assert_check_mode_changes_nothing(world: World) -> None:
    """Check mode exports nothing, so nothing is new to it; its own files are in a folder of their own."""
    dumps = {name: mishaps.digests(mishaps.dump_of(site)) for name, site in world.sites.items()}
    staged = mishaps.digests(stage_of(world) / "dump")
    check = world.run("migrate", "--check")
    assert (check.returncode, check.total("changed"), world.writes()) == (0, 0, []), check.output
    assert {name: mishaps.digests(mishaps.dump_of(site)) for name, site in world.sites.items()} == dumps
    assert mishaps.digests(stage_of(world) / "dump") == staged


def stage_of(world: World) -> Path:
    """The copy of the site's dump on the cluster's host."""
    return world.root / "work" / CLUSTER / "staged" / "east"


def objects(world: World) -> dict[str, tuple[int, int]]:
    """Digest -> inode and time of change of what was staged."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (stage_of(world) / "objects").iterdir()}


@pytest.mark.parametrize("old", ssh.OLD_VERSIONS, indirect=True)
def test_old_host_with_a_supplied_interpreter_uploads_by_itself(old: Old, tmp_path: Path) -> None:
    world, host = old
    version = host.run("/usr/bin/python3 -c 'import sys; print(\"%d.%d\" % sys.version_info[:2])'").strip()
    assert version == host.old

    old.log_in_as(host.user, ae4_host_python=True)
    refused = world.run("export")
    [sentence] = mishaps.said(refused, "east")
    assert sentence.startswith("The host east has no interpreter that ansible-core ")
    assert f"/usr/bin/python3 is {version}." in sentence
    assert "host_python_tarball" in sentence
    assert world.writes() == []

    bare = ssh.copy_python(ssh.this_prefix(), tmp_path / "bare").parent.parent
    old.log_in_as(host.user, host_python_tarball=str(ssh.python_tarball(bare, tmp_path / "bare.tar.gz")))
    without = world.run("export")
    [sentence] = mishaps.said(without, "east")
    assert f"{host.home}/ae_python/python/bin/python3 is " in sentence
    assert " without requests" in sentence, "what the mover needs is asked for before the export"
    assert world.writes() == []
    assert not mishaps.dump_of(old.site).exists()

    whole = ssh.copy_python(ssh.this_prefix(), tmp_path / "whole", ssh.REQUESTS).parent.parent
    old.log_in_as(host.user, host_python_tarball=str(ssh.python_tarball(whole, tmp_path / "whole.tar.gz")))
    run = world.run()
    assert run.returncode == 0, run.output
    assert_migrated(world)
    assert not stage_of(world).exists()
    assert_second_run_changes_nothing(world)


@pytest.mark.parametrize(("login", "old"), list(zip(("the service user", "root"), ssh.OLD_VERSIONS, strict=True)), indirect=["old"])
def test_old_host_without_any_interpreter_is_staged(old: Old, login: str) -> None:
    world, host = old
    old.log_in_as(host.user if login == "the service user" else "root", ae4_raw=True)
    direct = world.run("export")
    assert [text for text in mishaps.said(direct, "east") if "set ae_transfer to staged" in text], direct.output
    assert world.writes() == []

    old.log_in_as(host.user if login == "the service user" else "root", ae4_raw=True, ae_transfer="staged")
    run = world.run()
    assert run.returncode == 0, run.output
    assert_migrated(world)
    dump = mishaps.dump_of(old.site)
    assert mishaps.digests(stage_of(world) / "dump") == mishaps.digests(dump)
    assert {path.owner() for path in dump.rglob("*")} == {host.user}
    assert_second_run_changes_nothing(world)

    assert_check_mode_changes_nothing(world)

    before = objects(world)
    old.site.add_package("anaconda-user-1", "tools", ("1.0", "0", ["main"]))
    caught_up = world.run()
    assert caught_up.returncode == 0, caught_up.output
    assert [upload["path"] for upload in world.uploads()] == ["/repository/api/channels/anaconda-user-1/artifacts"]
    after = objects(world)
    assert {name: after[name] for name in before if name in after} == {name: value for name, value in before.items() if name in after}
    new = {"tools-1.0-0.tar.bz2", "meta.json"}
    links = {path.stat().st_ino: path.name for path in (stage_of(world) / "dump").rglob("*") if path.is_file()}
    assert {links[after[name][0]] for name in set(after) - set(before)} == new, "only what is new was brought"

    dump_before = mishaps.digests(dump)
    old.site.lab.set(export_fault="crash")
    failed = world.run("export")
    assert failed.returncode == 0 or mishaps.said(failed, "east")
    [sentence] = mishaps.said(failed, "east")
    assert sentence.startswith(
        "The export of east through the shell failed: the command anaconda-server-admin export-site ended with exit code"
    )
    assert mishaps.digests(dump) == dump_before
    assert world.writes() == []


def test_a_site_with_python_can_be_staged_too(make_world: MakeWorld) -> None:
    world = make_world("east")
    fill_guide_site(world.sites["east"])
    world.seed_people(**PEOPLE)
    world.variables.update({"ae_transfer": "staged", "export_batch_bytes": 6000})
    run = world.run()
    assert run.returncode == 0, run.output
    assert_migrated(world)
    assert mishaps.digests(stage_of(world) / "dump") == mishaps.digests(mishaps.dump_of(world.sites["east"]))
    assert not (world.reports / "staging" / "east").exists()
    assert_second_run_changes_nothing(world)
    assert_check_mode_changes_nothing(world)


def test_a_mover_without_requests_is_named_before_the_first_byte(make_world: MakeWorld, tmp_path: Path) -> None:
    world = make_world("east")
    fill_guide_site(world.sites["east"])
    world.seed_people(**PEOPLE)
    python = ssh.copy_python(ssh.this_prefix(), tmp_path / "bare")
    world.sites["east"].variables["ansible_python_interpreter"] = str(python)
    run = world.run()
    assert run.returncode != 0
    sentences = [text for text in mishaps.said(run, "east") if "requests" in text]
    assert sentences, run.output
    assert all(f"(requests) on {socket.gethostname()}'s Python {python.parent}" in text for text in sentences), sentences
    assert world.uploads() == []
