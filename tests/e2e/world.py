# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world for a test: AE4 sites and one AE5 cluster in this process, and the real ansible-playbook beside it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
from pathlib import Path

from tests.e2e import prediction
from tests.lab.ae4.host import Ae4Lab
from tests.lab.ae5.server import Ae5Lab
from tests.lab.aen.host import AenLab
from tests.lab.inventory import CLUSTER, write_inventory
from tests.lab.packages import conda_package
from tests.lab.playbook import Run, run_playbook

PASSWORD = "correct horse battery staple"  # noqa: S105 - the lab's own

Json = dict[str, t.Any]


@dataclasses.dataclass
class Site:
    """An AE4 site and what was put into it."""

    lab: Ae4Lab
    content: dict[str, bytes] = dataclasses.field(default_factory=dict)
    """File name -> bytes."""
    ids: dict[str, str] = dataclasses.field(default_factory=dict)
    """File name -> id in the store."""
    variables: Json = dataclasses.field(default_factory=dict)
    """Host variables beside, or instead of, those of the lab."""

    @property
    def store(self) -> t.Any:
        return self.lab.store

    def add_package(
        self, owner: str, name: str, *files: tuple[str, str, list[str]], access: str = "public", subdir: str = "linux-64"
    ) -> None:
        """A package with files given as (version, build, labels)."""
        self.store.add_package(owner, name, access=access, kinds=["conda"])
        for version, build, labels in files:
            self.add_file(owner, name, version, build, labels, subdir)

    def add_file(self, owner: str, name: str, version: str, build: str, labels: list[str], subdir: str = "linux-64", **more: t.Any) -> str:
        """One more file of a package; its file name."""
        file, content = conda_package(name, version, build, subdir=subdir, size=4000)
        self.ids[file] = self.store.add_file(owner, name, version, f"{subdir}/{file}", "conda", labels, content, **more)
        self.content[file] = content
        return file

    def sha256(self, file: str) -> str:
        """Of the bytes in AE4."""
        return hashlib.sha256(self.content[file]).hexdigest()


@dataclasses.dataclass
class NotebookHost:
    """A notebook host, which is nothing but its folders."""

    lab: AenLab
    site: str
    variables: Json = dataclasses.field(default_factory=dict)


class World:
    """Sites, cluster and inventory below one folder."""

    def __init__(
        self, root: Path, sites: t.Sequence[str], transport: str = "api", notebooks: t.Sequence[str] = (), **switches: t.Any
    ) -> None:
        self.root = root
        self.cluster = Ae5Lab(root / "ae5", **switches)
        self.cluster.start()
        self.sites = {name: Site(Ae4Lab(root / "sites" / name, name, exports=root / "exports")) for name in sites}
        self.notebooks = {
            f"{name}-notebooks": NotebookHost(AenLab(root / "aen" / name, host_root=str(root / "aen" / name)), name) for name in notebooks
        }
        self.variables: Json = {"ae5_transport": transport}
        self.predict = True
        """Whether every module predicts before it acts, and a run whose predictions were wrong fails the test."""
        self.predictions: list[Json] = []
        self.people: dict[str, list[str]] = {}
        self.cluster.seed(
            users=[{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}],
            groups={"everyone": []},
            admins=[{"username": "kcadmin", "password": PASSWORD}],
        )

    def close(self) -> None:
        self.cluster.stop()
        for site in self.sites.values():
            site.store.close()

    def seed_people(self, users: t.Sequence[str], groups: dict[str, list[str]] | None = None) -> None:
        """Users and groups of the cluster; every user's password is his name."""
        self.cluster.seed(users=list(users), groups=groups or {})

    @property
    def lab(self) -> Json:
        """As ``lab.json``."""
        return {
            "ae5": {
                "url": self.cluster.url,
                "cli": str(self.cluster.bin_dir / "anaconda-enterprise-cli"),
                "username": "migrator",
                "password": PASSWORD,
                "client_id": "anaconda-platform",
                "client_secret": "lab-client-secret",
                "keycloak_username": "kcadmin",
                "keycloak_password": PASSWORD,
            },
            "aen": {
                name: {"ae4_site": host.site, **host.lab.describe(), "variables": host.variables} for name, host in self.notebooks.items()
            },
            "sites": {
                name: {
                    "user": site.lab.user,
                    "bin_dir": str(site.lab.bin_dir),
                    "export_dir": str(site.lab.export_dir),
                    "variables": site.variables,
                }
                for name, site in self.sites.items()
            },
        }

    @property
    def inventory(self) -> Path:
        return self.root / "inventory"

    @property
    def reports(self) -> Path:
        """What came together on the controller."""
        return self.root / "reports" / CLUSTER

    def run(self, playbook: str = "migrate", *arguments: str, **variables: t.Any) -> Run:
        """Runs a playbook with the world's variables and further ones; the lab's log starts anew."""
        write_inventory(self.inventory, self.lab, **self.variables)
        self.cluster.clear_log()
        if variables:
            arguments = (*arguments, "--extra-vars", json.dumps(variables))
        if not self.predict:
            return run_playbook(playbook, self.inventory, *arguments)
        log = self.root / "predictions.jsonl"
        for old in (log, self.root / "predictions.jsonl.modules"):
            old.unlink(missing_ok=True)
        run = run_playbook(playbook, self.inventory, *arguments, more_environment=prediction.environment(log))
        self.predictions = prediction.read(log)
        wrong = prediction.differences(self.predictions)
        assert not wrong, "\n".join([*wrong, run.output])
        return run

    def modules(self) -> list[str]:
        """The modules that the last run executed, on whatever host."""
        return (self.root / "predictions.jsonl.modules").read_text(encoding="utf-8").splitlines()

    def writes(self) -> list[Json]:
        """Requests since the last run began that changed the cluster, or tried to."""
        return self.cluster.writes()

    def uploads(self) -> list[Json]:
        return [request for request in self.writes() if request["route"] == "artifact_upload"]

    def channels(self) -> dict[str, Json]:
        """Channels of the cluster by name."""
        return t.cast("dict[str, Json]", self.cluster.state()["channels"])

    def files_of(self, channel: str) -> list[str]:
        return sorted(file["file"] for file in self.channels()[channel]["files"])

    def shares_of(self, channel: str) -> set[tuple[str, str, str]]:
        return {(share["type"], share["name"], share["access"]) for share in self.channels()[channel]["shares"]}

    def report(self) -> Json:
        """The last report."""
        return t.cast(Json, json.loads((self.reports / "report.json").read_text(encoding="utf-8")))

    def ledger(self) -> dict[str, Json]:
        """The lines of the last ledger by file name."""
        lines = (self.reports / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        return {line["file"]: line for line in map(json.loads, lines)}

    def failures(self) -> list[str]:
        return t.cast("list[str]", self.report()["failures"])


def fill_guide_site(site: Site) -> None:
    """The vendor guide's own examples: ``anaconda-user-1`` and ``anaconda-organization`` with its group Devs."""
    store = site.store
    for user in ("anaconda-user-1", "anaconda-user-2", "carol"):
        store.add_user(user)
    store.add_organization("anaconda-organization", ["anaconda-user-1"])
    site.add_package("anaconda-user-1", "moto", ("0.4.31", "2", ["main"]))
    site.add_package("anaconda-user-1", "pysocks", ("1.6.6", "py35_0", ["test"]))
    site.add_package("anaconda-organization", "xz", ("5.2.2", "1", ["Test"]))
    site.add_package("anaconda-organization", "six", ("1.10.0", "py27_0", ["main"]), access="private")
    site.add_package("anaconda-organization", "future", ("0.15.2", "py27_0", ["main"]))
    store.add_group("anaconda-organization", "Devs", "read")
    for member in ("anaconda-user-2", "carol"):
        store.add_member("anaconda-organization", "Devs", member)
    for package in ("xz", "six"):
        store.add_group_package("anaconda-organization", "Devs", package)


def fill_lab_site(site: Site) -> None:
    """A second site: a user with two labels, an organization whose group may write, a noarch package."""
    store = site.store
    for user in ("alice", "bob"):
        store.add_user(user)
    store.add_organization("bio-lab", ["bob"])
    site.add_package("alice", "plots", ("2.0", "0", ["main", "dev"]), subdir="noarch")
    site.add_package("bio-lab", "reads", ("1.0", "0", ["main"]), access="authenticated")
    store.add_group("bio-lab", "Wetlab", "write")
    store.add_member("bio-lab", "Wetlab", "alice")
    store.add_group_package("bio-lab", "Wetlab", "reads")


PEOPLE = {
    "users": ["anaconda-user-1", "anaconda-user-2", "carol", "alice", "bob", "mallory"],
    "groups": {"Devs": ["anaconda-user-2", "carol"], "Wetlab": ["alice"]},
}
