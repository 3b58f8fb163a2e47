# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What role plan finds on the controller, with the real ansible-playbook: what cannot be read is not taken for absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lab.playbook import Run, run_playbook

HOSTS = """
all:
  vars: {{ansible_connection: local, ae_work_dir: {folder}/work, ae_report_dir: "{folder}/{reports}"}}
  children:
    ae5: {{hosts: {{prod: {{ae5_url: "https://prod"}}}}}}
    ae4: {{hosts: {{east: {{ae5_cluster: prod}}, west: {{ae5_cluster: prod}}}}}}
"""
OFFLINE = ("-e", "plan_offline=true")


def plan(folder: Path, reports: str = "reports") -> Run:
    (folder / "hosts.yml").write_text(HOSTS.format(folder=folder, reports=reports), encoding="utf-8")
    return run_playbook("plan", folder / "hosts.yml", *OFFLINE)


def inventories(folder: Path, reports: str = "reports") -> Path:
    """The folder of the inventories, with two files for site east."""
    place = folder / reports / "prod" / "inventories"
    place.mkdir(parents=True)
    for name in ("east.jsonl", "east.owners.jsonl"):
        (place / name).write_text("", encoding="utf-8")
    return place


def brought(folder: Path) -> set[str]:
    return set(os.listdir(folder / "work" / "prod" / "inventories"))


@pytest.mark.parametrize("reports", ["reports[2]", "what?", "a * b"])
def test_the_folder_of_the_inventories_may_have_any_name(tmp_path: Path, reports: str) -> None:
    inventories(tmp_path, reports)
    plan(tmp_path, reports)
    assert brought(tmp_path) == {"east.jsonl", "east.owners.jsonl"}


def test_a_list_behind_a_dangling_link_is_not_a_site_that_was_never_exported(tmp_path: Path) -> None:
    place = inventories(tmp_path)
    (place / "west.owners.jsonl").symlink_to("nowhere")
    said = " ".join(plan(tmp_path).output.split())
    assert f"The file {place}/west.owners.jsonl is not on the controller, or cannot be read there;" in said


def test_principals_behind_a_dangling_link_are_not_none(tmp_path: Path) -> None:
    inventories(tmp_path)
    (tmp_path / "principals-prod.csv").symlink_to("nowhere")
    said = " ".join(plan(tmp_path).output.split())
    assert f"The file {tmp_path}/principals-prod.csv is not on the controller, or cannot be read there;" in said


def test_without_principals_the_plan_goes_on(tmp_path: Path) -> None:
    inventories(tmp_path)
    done = plan(tmp_path)
    assert "is not on the controller" not in done.output
    assert "TASK [ae_ops.migration.plan : Plan the cluster]" in done.output
