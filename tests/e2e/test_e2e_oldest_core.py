# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook on the oldest ansible-core that ``meta/runtime.yml`` allows; its virtual environment is made by ``make test-e2e``."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import yaml

from tests.e2e.conftest import MakeWorld
from tests.e2e.world import PEOPLE, fill_guide_site
from tests.lab.inventory import write_inventory
from tests.lab.playbook import ROOT, run_playbook

OLDEST = ROOT / ".cache" / "oldest-core" / "bin"
ORDER = ("preflight", "ae5_cli", "probe", "export", "plan", "apply", "verify", "migrate", "notebooks")


@pytest.fixture(scope="module", autouse=True)
def _oldest_core() -> None:
    if not (OLDEST / "ansible-playbook").exists():
        pytest.skip("the oldest ansible-core is not installed; `make oldest-core` installs it")
    allowed = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    version = subprocess.run([str(OLDEST / "ansible-playbook"), "--version"], capture_output=True, text=True, check=True).stdout
    assert f"[core {allowed.removeprefix('>=').rpartition('.')[0]}." in version


def test_every_playbook_runs(make_world: MakeWorld) -> None:
    assert set(ORDER) == {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    world = make_world("east", notebooks=["east"])
    fill_guide_site(world.sites["east"])
    world.seed_people([name for name in PEOPLE["users"] if name != "bob"], PEOPLE["groups"])
    world.cluster.seed(users=[{"username": "bob", "password": "bob", "roles": ["ae-creator"]}])
    world.notebooks["east-notebooks"].lab.make("clean-many-notebooks")
    write_inventory(world.inventory, world.lab, **world.variables)
    for name in ORDER:
        # The modules run with the Python of the tests, which has the libraries.
        run = run_playbook(
            name,
            world.inventory,
            *("-e", f"ansible_python_interpreter={sys.executable}"),
            more_environment={"PATH": os.pathsep.join([str(OLDEST), os.environ["PATH"]])},
        )
        assert run.returncode == 0, f"{name}: {run.output}"
        assert "[DEPRECATION WARNING]" not in run.output
    assert world.channels()["anaconda-user-1"]["files"]
