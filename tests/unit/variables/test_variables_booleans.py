# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every boolean that a user may set, in every spelling, by extra variable and by INI inventory."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

import pytest

from plugins.plugin_utils._variables.catalogue import INVENTORY, ROLES
from tests.lab.playbook import environment

USERS = {variable.name: variable.roles for variable in INVENTORY if variable.type == "bool"}
OWN = [variable.name for variable in ROLES if variable.type == "bool"]
BECOMES = {
    **{name: roles for name, roles in USERS.items() if roles},
    "ae4_become": ("ae_migration_become", "preflight_become"),
    "ae5_validate_certs": ("ae_migration_address.validate_certs",),
}
"""Variable of the inventory -> what the roles make of it."""
SPELLINGS: dict[str, bool] = {"false": False, "no": False, "False": False, "true": True, "yes": True, "True": True}

# The roles are imported and skipped: their defaults are then what they are in any playbook.
PLAY = """
- hosts: ae5
  gather_facts: false
  tasks:
{imports}
    - ansible.builtin.copy:
        content: "{{{{ seen | to_json }}}}"
        dest: "{{{{ dest }}}}/{{{{ inventory_hostname }}}}.json"
        mode: "0600"
      delegate_to: localhost
      vars:
        seen: {seen}
"""
IMPORT = """
    - ansible.builtin.import_role: {{name: ae_ops.migration.{role}, tasks_from: {tasks}}}
      when: false
"""
ENTRIES = {
    "apply": "end",
    "export": "site",
    "notebooks": "end",
    "preflight": "stop",
    "verify": "main",
    "ae5_cli": "command",
    "plan": "main",
    "probe": "main",
}


def run(folder: Path, inventory: str, *arguments: str) -> dict[str, dict[str, t.Any]]:
    """What each host's roles make of the variables: host -> name -> value."""
    names = [*(name for found in BECOMES.values() for name in found)]
    seen = (
        "{"
        + ", ".join([*(f'"{name}": "{{{{ {name} }}}}"' for name in names), *(f'"{name}": "{{{{ {name} | bool }}}}"' for name in OWN)])
        + "}"
    )
    imports = "".join(IMPORT.format(role=role, tasks=tasks) for role, tasks in ENTRIES.items())
    (folder / "play.yml").write_text(PLAY.format(imports=imports, seen=seen), encoding="utf-8")
    (folder / "hosts.ini").write_text(inventory, encoding="utf-8")
    command = ["ansible-playbook", "-i", str(folder / "hosts.ini"), str(folder / "play.yml"), "-e", f"dest={folder}", *arguments]
    done = subprocess.run(command, env=environment(folder / "home"), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def assert_all(seen: dict[str, t.Any], expected: bool, names: t.Iterable[str]) -> None:
    assert {name: seen[name] for name in names} == dict.fromkeys(names, expected)


def test_each_boolean_of_the_inventory_is_in_the_table() -> None:
    assert set(BECOMES) == set(USERS)
    assert len(USERS) >= 7


def test_by_ini_inventory(tmp_path: Path) -> None:
    """One host for each spelling."""
    lines = [f"h{number} ansible_connection=local " + " ".join(f"{name}={text}" for name in USERS) for number, text in enumerate(SPELLINGS)]
    seen = run(tmp_path, "\n".join(["[ae5]", *lines, ""]))
    assert len(seen) == len(SPELLINGS)
    for number, expected in enumerate(SPELLINGS.values()):
        assert_all(seen[f"h{number}"], expected, [name for found in BECOMES.values() for name in found])


@pytest.mark.parametrize("value", ["false", "no", "true", "yes", False, True])
def test_by_extra_variable(tmp_path: Path, value: t.Union[str, bool]) -> None:
    inventory = "[ae5]\nprod ansible_connection=local\n"
    extra = dict.fromkeys([*USERS, *OWN], value)
    seen = run(tmp_path, inventory, "-e", json.dumps(extra))["prod"]
    assert_all(seen, value in ("true", "yes", True), [*(name for found in BECOMES.values() for name in found), *OWN])


def test_host_python_is_looked_for_where_the_inventory_gives_it_something_to_do(tmp_path: Path) -> None:
    given = {
        "none": "",
        "empty": "host_python_tarball='' host_python_candidates=[]",
        "listed": "host_python_candidates=['/opt/python3']",
        "packed": "host_python_tarball=/srv/python.tar",
        "refused": "host_python_tarball=/srv/python.tar ae4_host_python=no",
    }
    lines = [f"{host} ansible_connection=local {texts}" for host, texts in given.items()]
    seen = run(tmp_path, "\n".join(["[ae5]", *lines, ""]))
    for name in BECOMES["ae4_host_python"]:
        assert {host for host in seen if seen[host][name]} == {"listed", "packed"}
