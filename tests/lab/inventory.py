# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab as an Ansible inventory, a folder of the same shape as ``inventory.example``."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ruamel.yaml import YAML

CLUSTER = "prod"


def write_inventory(folder: Path, lab: t.Mapping[str, t.Any], **all_vars: t.Any) -> Path:
    """Writes the inventory of a lab (the content of ``lab.json``) and returns its folder.

    ``all_vars`` go into ``group_vars/all.yml``, the ``variables`` of a site or a notebook server into its file.  Every host is
    this machine: the AE4 and AEN hosts are told apart by their folders.
    """
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    sites = {name: {**local, "ae5_cluster": CLUSTER} for name in lab["sites"]}
    groups = {"ae4": {"hosts": sites}, "ae5": {"hosts": {CLUSTER: local}}}
    notebooks = lab.get("aen") or {}
    if notebooks:
        groups["aen"] = {"hosts": {name: {**local, "ae4_site": host["ae4_site"]} for name, host in notebooks.items()}}
    hosts = {"all": {"children": groups}}
    ae5 = lab["ae5"]
    files: dict[str, t.Any] = {
        "hosts.yml": hosts,
        "group_vars/all.yml": {
            "ae_report_dir": str(folder.parent / "reports"),
            # One machine, one user: all hosts have one folder.
            "ae_work_dir": str(folder.parent / "work"),
            **all_vars,
        },
        "group_vars/ae4.yml": {"ae4_become": False},
        "group_vars/aen.yml": {"aen_become": False},
        f"host_vars/{CLUSTER}.yml": {
            "ae5_url": ae5["url"],
            "ae5_cli": ae5["cli"],
            "ae5_username": ae5["username"],
            "ae5_password": ae5["password"],
            "ae5_client_id": ae5["client_id"],
            "ae5_client_secret": ae5["client_secret"],
            "ae5_keycloak_username": ae5["keycloak_username"],
            "ae5_keycloak_password": ae5["keycloak_password"],
        },
    }
    for name, site in lab["sites"].items():
        files[f"host_vars/{name}.yml"] = {
            "ae4_user": site["user"],
            "ae4_bin_dir": site["bin_dir"],
            "ae4_export_dir": str(Path(site["export_dir"]).parent),
            **site.get("variables", {}),
        }
    for name, host in notebooks.items():
        files[f"host_vars/{name}.yml"] = {
            "aen_projects_dir": host["projects_dir"],
            "aen_accounts": f"{host['root']}/etc/passwd",
            **host.get("variables", {}),
        }
    yaml = YAML()
    yaml.explicit_start = True
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as stream:
            yaml.dump(data, stream)
    return folder
