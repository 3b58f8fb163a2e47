# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action bring over a real ssh: as the user who logs in, and as another user by ``su``."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
import typing as t
from pathlib import Path

import pytest

from tests.lab import ssh
from tests.lab.playbook import environment

NAMES = ["a b/c 'd'", '"quoted" $HOME `id`', "-rf", "naïve/数据 ☃.csv", "large file'\"", "empty"]
THERE = '~/it\'s "there" {{ inventory_hostname }}'


@pytest.fixture
def host() -> t.Iterator[ssh.SshHost]:
    reason = ssh.why_not()
    if reason:
        pytest.skip(reason)
    root = Path(tempfile.mkdtemp(prefix="ae-over-ssh-"))
    root.chmod(0o755)
    made = ssh.SshHost(root / "host", f"ae-{os.getpid()}", root / "home")
    try:
        ssh.make_user(made.user, made.home)
        made.home.mkdir()
        shutil.chown(made.home, made.user, made.user)
        made.start()
        yield made
    finally:
        made.stop()
        ssh.remove_user(made.user)
        shutil.rmtree(root)


def test_files_go_to_a_host_over_ssh_and_come_back(host: ssh.SshHost, tmp_path: Path) -> None:
    src, back = tmp_path / "the 'source'", tmp_path / "back {{ inventory_hostname }}"
    for name in NAMES:
        (src / name).parent.mkdir(parents=True, exist_ok=True)
        (src / name).write_bytes(os.urandom(0 if name == "empty" else 20_000_000 if "large" in name else 20_000))
    other_user = {**host.variables("root"), "ansible_become": True, "ansible_become_method": "su", "ansible_become_user": host.user}
    hosts = {"login": host.variables(host.user), "become": other_user}
    send = {"direction": "send", "src": str(src), "dest": THERE, "names": NAMES}
    fetch = {"direction": "fetch", "src": THERE, "dest": str(back), "names": NAMES}
    tasks = [
        {"ae_ops.migration.bring": {**send}},
        {"ae_ops.migration.bring": {**send}, "register": "again", "failed_when": "again is changed"},
        {"ae_ops.migration.bring": {**fetch, "remove": True}},
        {"ae_ops.migration.bring": {"absent": [THERE]}},
    ]
    (tmp_path / "inventory.json").write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    (tmp_path / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    command = ["ansible-playbook", "-i", str(tmp_path / "inventory.json"), str(tmp_path / "play.json")]
    run = subprocess.run(command, env=environment(tmp_path / "ansible"), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    for name in hosts:
        folder = tmp_path / f"back {name}"
        assert {file: (folder / file).read_bytes() for file in NAMES} == {file: (src / file).read_bytes() for file in NAMES}
        assert {stat.S_IMODE((folder / file).stat().st_mode) for file in NAMES} == {0o600}
    assert list(host.home.iterdir()) == []
