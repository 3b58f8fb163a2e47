# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab with a notebook server beside an AE4 site, and its inventory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.lab.ae5.client import LabClient
from tests.lab.aen.projects import ALL
from tests.lab.inventory import write_inventory
from tests.lab.up import Lab


@pytest.fixture
def lab(tmp_path: Path):
    made = Lab(tmp_path / "lab")
    yield made
    made.down()


def test_a_site_with_a_notebook_server(lab, tmp_path):
    found = lab.up(["east"], "none", aen=["east"])
    assert json.loads(lab.file.read_text()) == found
    host = found["aen"]["east-notebooks"]
    assert host["ae4_site"] == "east"
    projects = Path(host["projects_dir"])
    assert len(list(projects.glob("*/*"))) == len(ALL)
    record = json.loads((projects / "alice/plain-analysis/envs/default/conda-meta/numpy-1.11.3-py27_0.json").read_text())
    assert record["url"].startswith(found["sites"]["east"]["url"] + "/conda/anaconda/")

    users = LabClient(found["ae5"]["url"]).state()["users"]
    assert "ae-creator" in users["alice"]["roles"]
    assert "dave" not in users
    assert found["users"]["alice"]["password"]

    folder = write_inventory(tmp_path / "inventory", found)
    hosts = YAML(typ="safe").load((folder / "hosts.yml").read_text())["all"]["children"]
    assert hosts["aen"]["hosts"]["east-notebooks"]["ae4_site"] == "east"
    assert hosts["aen"]["hosts"]["east-notebooks"]["ansible_connection"] == "local"
    assert YAML(typ="safe").load((folder / "host_vars/east-notebooks.yml").read_text())["aen_projects_dir"] == host["projects_dir"]


def test_a_lab_without_one_has_no_such_group(lab, tmp_path):
    found = lab.up(["east"], "none")
    assert found["aen"] == {}
    folder = write_inventory(tmp_path / "inventory", found)
    assert "aen" not in YAML(typ="safe").load((folder / "hosts.yml").read_text())["all"]["children"]
