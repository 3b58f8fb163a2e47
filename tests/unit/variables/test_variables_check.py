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
        "east, west, prod and 1 more: ae_import was renamed to ae_upload_method.",
        "east, west, prod and 1 more: ae_onwers is no variable of this collection; the nearest known name is ae_owners.",
        "east: ae4_raw is 'maybe'; it must be true or false.",
        "east: ae_include[0] has lable, which is none of owner, package,",
        "west: ae_report_dir refers to nowhere, which is not defined.",
        "west: the cluster is prd, which is not in the inventory group ae5; set ae5_cluster.",
        "prod: ae5_pasword is no variable of this collection; the nearest known name is ae5_password.",
        "prod: ae5_client_secret must be one text.",
        "prod: ae5_password refers to vault_ae5_password, which is not defined.",
        "prod: ae_workers is '{{ 2 * 3 }} or so'; its value must be a whole number, 1 or more.",
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


HIDDEN = f"""
all:
  vars:
    ansible_connection: local
    my_secret: {{user: {SECRET}}}
    ae5_password: {SECRET}
  children:
    ae4:
      hosts:
        east: {{ae5_cluster: "{{{{ ae5_password }}}}"}}
        west: {{ae5_cluster: "{{{{ nowhere }}}}"}}
        south: {{ae5_cluster: prod}}
    ae5:
      hosts:
        prod:
          ae5_url: https://prod
          ae5_username: "{{{{ my_secret }}}}"
          ae_conflict: "{{{{ ae5_password }}}}"
          ae_deep: "{{{{ lookup('ansible.builtin.file', '/nowhere/' ~ ae5_password) }}}}"
          ae_channel_layout: "{{{{ lookup('ansible.builtin.vars', ae5_password) }}}}"
          ae_owners: "{{{{ none }}}}"
          ae_workers: "{{{{ omit }}}}"
          ae_work_dir: ""
          ae_notebook_logins: "{{{{ my_secret }}}}"
          plan_sites: east
"""


def test_a_secret_that_another_variable_refers_to_is_not_shown(tmp_path: Path) -> None:
    done = run(tmp_path, "migrate", hosts=HIDDEN)
    said = " ".join(done.output.split())
    for sentence in (
        "prod: ae5_username is '{{ my_secret }}'; its value must be one text.",
        "prod: ae_conflict is '{{ ae5_password }}'; its value must be one of fail, keep, replace.",
        "prod: ae_owners has no value; give it one or remove it.",
        "prod: ae_workers has no value; give it one or remove it.",
        "prod: ae_work_dir is empty; give it a value or remove it.",
        "prod: ae_notebook_logins must be a list of mappings.",
        "prod: plan_sites is 'east'; it must be a list of texts, also if there is only one.",
        "east: the cluster is '{{ ae5_password }}', which is not in the inventory group ae5; set ae5_cluster.",
        "west: ae5_cluster refers to nowhere, which is not defined.",
    ):
        assert sentence in said, done.output
    assert "west: the cluster" not in said
    for name in ("ae_deep", "ae_channel_layout"):
        assert re.search(rf"prod: {name} is .{{{{ lookup\(.*?; it cannot be resolved as a template\.", said), done.output
    assert SECRET not in done.output
    assert "Traceback" not in done.output
    assert "argument_spec_data" not in done.output


def test_other_hosts_have_the_variables_of_the_play_too(tmp_path: Path) -> None:
    hosts = """
all:
  vars: {ansible_connection: local, ae_workers: many}
  children:
    ae4: {hosts: {east: {ae5_cluster: prod, ae4_raw: true}, west: {ae5_cluster: prod}}}
    ae5: {hosts: {prod: {ae5_url: "https://prod"}}}
"""
    (tmp_path / "hosts.yml").write_text(hosts, encoding="utf-8")
    for name, own in (("right", "{ae_workers: 4}"), ("wrong", "{ae_workers: some}")):
        play = [{"hosts": "ae5", "gather_facts": False, "vars": yaml.safe_load(own), "roles": ["ae_ops.migration.ae_migration"]}]
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump(play), encoding="utf-8")
    assert run_playbook(str(tmp_path / "right"), tmp_path / "hosts.yml").returncode == 0
    done = run_playbook(str(tmp_path / "wrong"), tmp_path / "hosts.yml")
    assert "prod, east, west: ae_workers is 'some'; it must be a whole number, 1 or more." in " ".join(done.output.split())


@pytest.mark.parametrize("role", ["plan", "probe"])
def test_named_answers_must_be_there_except_for_the_playbook_that_writes_them(tmp_path: Path, role: str) -> None:
    hosts = "ae5: {hosts: {prod: {ansible_connection: local, ae5_url: 'https://prod', ae5_capabilities: /nowhere/answers.yml}}}"
    said = " ".join(run(tmp_path, role, "-e", "ae_workers=many", hosts=hosts).output.split())
    sentence = (
        "prod: ae5_capabilities is '/nowhere/answers.yml', and the controller has no such file that can be read;"
        " run playbook probe, correct the path, or remove ae5_capabilities."
    )
    assert "ae_workers is 'many'" in said
    assert (sentence in said) == (role != "probe")


def test_answers_that_cannot_be_read_are_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "capabilities-prod.yml").symlink_to("nowhere")
    hosts = "ae5: {hosts: {prod: {ansible_connection: local, ae5_url: 'https://prod'}}}"
    said = " ".join(run(tmp_path, "plan", hosts=hosts).output.split())
    assert f"prod: the file {tmp_path}/capabilities-prod.yml cannot be read on the controller; correct or remove it" in said


def test_a_named_principals_file_must_be_there(tmp_path: Path) -> None:
    hosts = "ae5: {hosts: {prod: {ansible_connection: local, ae5_url: 'https://prod', ae_principals: '{{ inventory_dir }}/people.csv'}}}"
    said = " ".join(run(tmp_path, "export", hosts=hosts).output.split())
    (tmp_path / "people.csv").symlink_to("nowhere")
    linked = " ".join(run(tmp_path, "plan", hosts=hosts).output.split())
    sentence = (
        "prod: ae_principals is '{{ inventory_dir }}/people.csv', and the controller has no such file that can be read;"
        " correct the path, or remove ae_principals."
    )
    assert sentence in linked
    assert sentence not in said  # no host of the export is of that cluster
