# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upload alone: it begins only where the channels were created in this run."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.e2e.world import World
from tests.lab.inventory import write_inventory
from tests.lab.playbook import environment

PLAY = """
- hosts: ae5
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact: {facts}
- hosts: ae4
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {{name: ae_ops.migration.apply, tasks_from: packages}}
"""


@pytest.mark.parametrize(
    "facts", ["{other: 1}", "{__apply_channels: {failed: true, msg: Bad gateway}}"], ids=["none created", "the module failed as a whole"]
)
def test_nothing_is_uploaded_without_the_answer_about_the_channels(guide_site: World, facts: str) -> None:
    """Without it nobody knows which channels must stay empty."""
    write_inventory(guide_site.inventory, guide_site.lab, **guide_site.variables)
    play = guide_site.root / "play.yml"
    play.write_text(PLAY.format(facts=facts), encoding="utf-8")
    command = ["ansible-playbook", "-i", str(guide_site.inventory), str(play)]
    run = subprocess.run(command, env=environment(guide_site.root / "ansible"), capture_output=True, text=True, check=False)
    said = " ".join(run.stdout.split())
    assert "Channels of prod were not created in this run; nothing is uploaded from east." in said, run.stdout + run.stderr
    assert run.returncode != 0


def test_a_controller_without_the_lists_gets_them_from_the_plan(guide_site: World) -> None:
    """The reports were removed, or it is another controller: nothing may look as if the site were not planned."""
    assert guide_site.run("export").returncode == 0
    assert guide_site.run("plan").returncode == 0
    shutil.rmtree(guide_site.reports / "placements")
    run = guide_site.run("apply")
    assert run.returncode == 0, run.output
    assert guide_site.files_of("anaconda-user-1") == ["moto-0.4.31-2.tar.bz2"]
