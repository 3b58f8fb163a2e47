# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the scenario's two sides from the lab: the AE4 hosts in the service user's home, the people of the cluster.

``lab.py site USER PYTHON`` lays the repository host out below that user's home, its commands started with PYTHON, fills its
store, and makes a few projects of a notebook host there.  ``lab.py cluster ROOT URL`` makes the people the plan needs, and
prints the connection variables as JSON.  ROOT is where the cluster's data lie.

What the cluster must hold in the end is in vars/expected.yml.
"""

from __future__ import annotations

import json
import os
import pwd
import sys
from pathlib import Path

from tests.lab.ae4.host import Ae4Lab
from tests.lab.ae5.client import LabClient
from tests.lab.ae5.identity import MASTER_PASSWORD, MASTER_USER
from tests.lab.ae5.scripts import CLI_NAME
from tests.lab.aen.host import AenLab
from tests.lab.packages import conda_package

ORGANIZATION = "anaconda-organization"
# owner, name, version, build, labels, access
PACKAGES = [
    ("anaconda-user-1", "moto", "0.4.31", "2", ["main"], "public"),
    ("anaconda-user-1", "pysocks", "1.6.6", "py35_0", ["test"], "public"),
    (ORGANIZATION, "future", "0.16.0", "py35_0", ["main"], "public"),
    (ORGANIZATION, "iso8601", "0.1.11", "py35_0", ["main"], "public"),
    (ORGANIZATION, "simplejson", "3.10.0", "py35_0", ["main"], "public"),
    (ORGANIZATION, "six", "1.10.0", "py35_0", ["main"], "private"),
    (ORGANIZATION, "xz", "5.2.2", "1", ["Test"], "public"),
    (ORGANIZATION, "zlib", "1.2.8", "3", ["main"], "public"),
]
GROUP, GROUP_MEMBERS, GROUP_PACKAGES = "Devs", ["anaconda-user-2", "carol"], ["six", "xz", "zlib"]
PROJECTS = ("plain-analysis", "clean-env-yml", "kapsel-file", "uses-riskutils-append", "riskutils")
PROJECT_OWNERS = ("alice", "bob", "quant")
ACCOUNT, PASSWORD = "migrator", "molecule-migrator"


def fill_site(user: str, python: str) -> None:
    os.umask(0o022)
    home = Path(pwd.getpwnam(user).pw_dir)
    root = home / ".lab"
    root.mkdir()
    (root / "home").symlink_to("..")  # the lab's host lives in the service user's own home
    lab = Ae4Lab(root, "east", user=user)
    for script in lab.bin_dir.iterdir():
        lines = script.read_text(encoding="utf-8").splitlines(keepends=True)
        script.write_text("".join([f"#!{python}\n", *lines[1:]]), encoding="utf-8")
    store = lab.store
    for login in ("anaconda-user-1", *GROUP_MEMBERS):
        store.add_user(login)
    store.add_organization(ORGANIZATION, ["anaconda-user-1"])
    for owner, name, version, build, labels, access in PACKAGES:
        file, content = conda_package(name, version, build)
        store.add_package(owner, name, access)
        store.add_release(owner, name, version, {})
        store.add_file(owner, name, version, f"linux-64/{file}", "conda", labels, content, attrs={"subdir": "linux-64", "build": build})
    store.add_group(ORGANIZATION, GROUP, "read")
    for login in GROUP_MEMBERS:
        store.add_member(ORGANIZATION, GROUP, login)
    for name in GROUP_PACKAGES:
        store.add_group_package(ORGANIZATION, GROUP, name)
    store.close()
    fill_notebooks(home / ".aen")


def fill_notebooks(root: Path) -> None:
    """Projects that the service user may read."""
    lab = AenLab(root, host_root=str(root))
    for name in PROJECTS:
        lab.make(name)
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def fill_cluster(root: Path, url: str) -> dict[str, str]:
    lab = LabClient(url)
    people = [
        {"username": "anaconda-user-1", "roles": ["ae-creator"]},
        *GROUP_MEMBERS,
        *({"username": name, "roles": ["ae-creator"]} for name in PROJECT_OWNERS),
        {"username": ACCOUNT, "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]},
    ]
    lab.seed(users=people, groups={GROUP: GROUP_MEMBERS})
    return {
        "ae5_url": url,
        "ae5_transport": "api",
        "ae5_cli": str(root / "bin" / CLI_NAME),
        "ae5_username": ACCOUNT,
        "ae5_password": PASSWORD,
        "ae5_client_secret": lab.switches()["client_secret"],
        "ae5_keycloak_username": MASTER_USER,
        "ae5_keycloak_password": MASTER_PASSWORD,
    }


if __name__ == "__main__":
    if sys.argv[1] == "site":
        fill_site(sys.argv[2], sys.argv[3])
    else:
        print(json.dumps(fill_cluster(Path(sys.argv[2]), sys.argv[3])))
