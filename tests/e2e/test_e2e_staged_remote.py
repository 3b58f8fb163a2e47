# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ae_transfer: staged`` to a cluster's host that is reached over ssh: a user there who can read nothing of the controller's."""

from __future__ import annotations

import os
import shutil
import tempfile
import typing as t
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.e2e import mishaps
from tests.e2e.test_e2e_old_hosts import assert_migrated, assert_second_run_changes_nothing
from tests.e2e.world import PEOPLE, World, fill_guide_site
from tests.lab import ssh
from tests.lab.inventory import CLUSTER


@pytest.fixture
def remote() -> t.Iterator[tuple[World, ssh.SshHost]]:
    """A world whose cluster's host is another user's, over ssh; what the controller and the site keep is closed to that user."""
    reason = ssh.why_not()
    if reason:
        pytest.skip(reason)
    root = Path(tempfile.mkdtemp(prefix="ae-remote-"))
    root.chmod(0o755)
    user = f"ae5-{os.getpid()}"
    host = ssh.SshHost(root / "host", user, root / "home")
    world = World(root / "world", ["east"])
    try:
        ssh.make_user(user, host.home)
        for folder in (host.home, world.root / "work" / CLUSTER):
            folder.mkdir(parents=True)
            shutil.chown(folder, user, user)
        for closed in (world.reports.parent, world.root / "sites", world.inventory):
            closed.mkdir(exist_ok=True)
            closed.chmod(0o700)
        host.start()
        python = ssh.copy_python(ssh.this_prefix(), root / "python", ssh.REQUESTS + ssh.YAML)
        variables = {**host.variables(user), "ansible_python_interpreter": str(python), "ansible_remote_tmp": "~/.ansible/tmp"}
        variables["ae_work_dir"] = str(world.root / "work" / CLUSTER)
        with (world.inventory / "remote.yml").open("w", encoding="utf-8") as stream:
            YAML().dump({"all": {"children": {"ae5": {"hosts": {CLUSTER: variables}}}}}, stream)
        fill_guide_site(world.sites["east"])
        world.seed_people(**PEOPLE)
        world.variables.update({"ae_transfer": "staged", "export_batch_bytes": 12000})
        yield world, host
    finally:
        host.stop()
        world.close()
        ssh.remove_user(user)
        shutil.rmtree(root)


def test_a_dump_is_staged_to_a_cluster_host_over_ssh(remote: tuple[World, ssh.SshHost]) -> None:
    """Brought in batches over the controller, uploaded from there, and only what is new the next time."""
    world, host = remote
    run = world.run()
    assert run.returncode == 0, run.output
    assert_migrated(world)
    stage = world.root / "work" / CLUSTER / CLUSTER / "staged" / "east"
    assert mishaps.digests(stage / "dump") == mishaps.digests(mishaps.dump_of(world.sites["east"]))
    assert {path.owner() for path in stage.rglob("*")} == {host.user}, "it is that user's work"
    assert not list(stage.glob("incoming*.tar")), "no archive is left behind"
    assert not (world.reports / "staging" / "east").exists(), "nor on the controller"
    assert (world.reports / "report.html").is_file()
    assert world.cluster.log()

    assert_second_run_changes_nothing(world)

    world.sites["east"].add_package("anaconda-user-1", "tools", ("1.0", "0", ["main"]))
    caught_up = world.run()
    assert caught_up.returncode == 0, caught_up.output
    assert [upload["path"] for upload in world.uploads()] == ["/repository/api/channels/anaconda-user-1/artifacts"]
    assert world.failures() == []
