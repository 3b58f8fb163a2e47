# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check at the start of every play, with the real ansible-playbook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.lab.playbook import ROOT, Run, run_playbook

SECRET = "correct horse"
HOSTS = f"""
all:
  vars:
    ansible_connection: local
    my_own: 1
  children:
    ae4:
      vars: {{ae5_cluster: prod}}
      hosts:
        east: {{ae4_raw: maybe, ae_include: [{{lable: x}}]}}
        west: {{ae5_cluster: prd, ae_report_dir: "{{{{ nowhere }}}}/x"}}
    aen:
      hosts:
        notes: {{ae4_site: east, aen_bcome: false}}
        others: {{ae5_cluster: test, aen_bcome: false}}
    ae5:
      hosts:
        prod:
          ae5_pasword: {SECRET}
          ae5_client_secret: [{SECRET}]
          ae5_password: "{{{{ vault_ae5_password }}}}"
          ae5_keycloak_password: "{{{{ lookup('pipe', 'touch ' ~ inventory_dir ~ '/resolved') }}}}"
          ae_workers: "{{{{ 2 * 3 }}}} or so"
          ae_channel_layout: "{{{{ 'by_' ~ 'label' }}}}"
        test: {{ae5_ulr: x}}
"""


def run(folder: Path, playbook: str, *arguments: str, hosts: str = HOSTS) -> Run:
    folder.joinpath("hosts.yml").write_text(hosts, encoding="utf-8")
    return run_playbook(playbook, folder / "hosts.yml", *arguments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("variables")


@pytest.fixture(scope="module")
def stopped(folder: Path) -> Run:
    """Of a playbook for the sites, with mistakes everywhere."""
    return run(folder, "migrate", "-e", json.dumps({"ae_onwers": ["x"], "ae_import": "files"}))


def test_all_that_is_wrong_is_told_at_once(stopped: Run) -> None:
    said = " ".join(stopped.output.split())
    for sentence in (
        "east, west, prod and 1 more hosts: ae_import was renamed to ae_upload_method.",
        "east, west, prod and 1 more hosts: ae_onwers is no variable of this collection; the nearest known name is ae_owners.",
        "east: ae4_raw is 'maybe'; it must be true or false.",
        "east: ae_include[0] has lable, which is none of owner, package,",
        "west: ae_report_dir refers to nowhere, which is not defined.",
        "west: the cluster is prd, which is not in the inventory group ae5; set ae5_cluster.",
        "prod: ae5_pasword is no variable of this collection; the nearest known name is ae5_password.",
        "prod: ae5_client_secret must be one text.",
        "prod: ae5_password refers to vault_ae5_password, which is not defined.",
        "prod: ae_workers is '6 or so'; it must be a whole number, 1 or more.",
        "notes: aen_bcome is no variable of this collection; the nearest known name is aen_become.",
    ):
        assert sentence in said, stopped.output


def test_it_stops_before_anything_else_and_shows_no_secret_and_no_spec(stopped: Run) -> None:
    assert stopped.returncode != 0
    assert re.findall(r"TASK \[.*\]", stopped.output) == ["TASK [ae_ops.migration.ae_migration : Check the variables of all hosts]"]
    assert len(re.findall(r"^PLAY \[", stopped.output, re.MULTILINE)) == 1
    assert SECRET not in stopped.output
    assert "Traceback" not in stopped.output
    assert "argument_spec_data" not in stopped.output


def test_hosts_of_other_clusters_and_what_is_right_are_not_told(stopped: Run) -> None:
    for text in ("others", "ae5_ulr", "ae_channel_layout", "my_own"):
        assert text not in stopped.output


def test_a_secret_is_not_resolved(folder: Path, stopped: Run) -> None:
    assert stopped.returncode != 0
    assert (folder / "hosts.yml").exists()
    assert not (folder / "resolved").exists()


def test_it_comes_before_the_validation_of_the_roles(tmp_path: Path) -> None:
    hosts = "ae5: {hosts: {prod: {ansible_connection: local}}}"
    done = run(tmp_path, "plan", "-e", "ae_channel_layout=vendr", "-e", "ae_deep=al", hosts=hosts)
    said = " ".join(done.output.split())
    assert "prod: ae_channel_layout is 'vendr'; it must be one of vendor, by_label." in said
    assert "prod: ae_deep is 'al'; it must be one of none, sample, all." in said
    assert "Validation of arguments failed" not in done.output
    assert "Validating arguments" not in done.output


def test_every_role_of_every_playbook_begins_with_it() -> None:
    plays = [
        (path, play) for path in sorted((ROOT / "playbooks").glob("*.yml")) for play in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    used: dict[Path, set[str]] = {path: set() for path, _play in plays}
    for path, play in plays:
        named = [role["role"] for role in play.get("roles", [])]
        named += [task["ansible.builtin.import_role"]["name"] for task in play.get("tasks", [])]
        used[path].update(named)
        assert named or "ansible.builtin.import_playbook" in play, path
    for path, names in used.items():
        for name in names:
            meta = yaml.safe_load((ROOT / "roles" / name.rpartition(".")[2] / "meta" / "main.yml").read_text(encoding="utf-8"))
            assert meta["dependencies"] == [{"role": "ae_ops.migration.ae_migration"}], (path, name)


def test_a_cluster_that_is_no_text_is_told(tmp_path: Path) -> None:
    hosts = "ae4: {hosts: {east: {ansible_connection: local, ae5_cluster: [prod]}}}\nae5: {hosts: {prod: {ansible_connection: local}}}\n"
    said = " ".join(run(tmp_path, "migrate", hosts=hosts).output.split())
    assert "east: ae5_cluster is ['prod']; it must be one text." in said
