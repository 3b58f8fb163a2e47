# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster with channels in it, and the folder of the notebook projects on its host."""

from __future__ import annotations

import collections
import typing as t
from pathlib import Path

import requests

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import EnvironmentSpec
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import parse_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding, Member, NotebookHost, Project
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Catalog, rewrite
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import read_views
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.resolution import resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import CONVERTED, REFUSED, Conversion
from tests.lab.ae5.server import Ae5Lab
from tests.lab.packages import conda_package
from tests.unit.module_runner import run_module
from tests.unit.transfer.transfer_world import PASSWORD, options

PEOPLE = [{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}, "ann", "bob", "carol"]
TEXT: t.Any = {"encoding": "utf-8", "errors": "surrogateescape"}


class Needs:
    """The cluster, and ``work/notebooks`` beside it."""

    def __init__(self, root: Path, lab: Ae5Lab) -> None:
        self.root, self.lab = root, lab
        lab.seed(users=PEOPLE, groups={"Devs": ["bob", "carol"], "Unused": ["ann"]})
        self.notebooks = root / "notebooks"
        self.channels = self.notebooks / "channels.jsonl"
        self.needs = self.notebooks / "needs"
        self._session: t.Optional[requests.Session] = None
        self._lines: dict[str, list[Conversion]] = collections.defaultdict(list)

    # -- the cluster

    def api(self, method: str, path: str, **more: t.Any) -> None:
        if self._session is None:
            self._session = requests.Session()
            form = {"grant_type": "password", "client_id": "anaconda-platform", "client_secret": self.lab.switches.client_secret}
            url = f"{self.lab.url}/auth/realms/AnacondaPlatform/protocol/openid-connect/token"
            answer = requests.post(url, data={**form, "username": "migrator", "password": PASSWORD}, timeout=10)
            self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        answer = self._session.request(method, f"{self.lab.url}/repository/api{path}", timeout=30, **more)
        assert answer.status_code < 300, answer.text

    def fill(self, channel: str, *packages: str, privacy: str = "private", subdir: str = "linux-64", shares: t.Sequence[str] = ()) -> None:
        """Packages are ``name=version=build: need, need``, shares ``user:NAME`` and ``group:NAME``."""
        self.api("POST", "/channels", json={"name": channel, "privacy": privacy})
        encoded = channel.replace("/", "%2F")
        for text in packages:
            spec, _colon, needs = text.partition(": ")
            depends = [need for need in needs.split(", ") if need]
            file, content = conda_package(*spec.split("="), subdir=subdir, depends=depends)
            self.api("POST", f"/channels/{encoded}/artifacts", files={"content": (file, content)})
        for share in shares:
            kind, _colon, name = share.partition(":")
            self.api("PUT", f"/channels/{encoded}/shares/{kind}/{name}", json={"access": "r"})

    def reads(self) -> list[str]:
        """``CHANNEL/SUBDIR`` of each repodata that was read, ordered."""
        paths = [record["path"] for record in self.lab.log() if record["path"].endswith("/repodata.json")]
        return sorted(path.partition("/conda/")[2].rpartition("/")[0].replace("t/***/", "") for path in paths)

    # -- the projects

    def project(self, key: str, *pins: str, host: str = "aen1", site: str = "east", user: str = "", **more: t.Any) -> None:
        """A converted project; ``more`` is how, channels and pip.  Needs ``channels.jsonl``."""
        owner, _slash, name = key.partition("/")
        channels, pip = tuple(map(clean_url, more.get("channels", ("defaults",)))), tuple(more.get("pip", ()))
        spec = EnvironmentSpec("default", channels, tuple(map(parse_pin, pins)), pip)
        found = rewrite(spec, Catalog(read_views(str(self.channels))), user or owner, more.get("how", "exact"))
        item = resolution(owner, name, user or owner, [(spec, found)])
        self._lines[host].append(Conversion(host, site, owner, name, name, user or owner, CONVERTED, resolution=item))

    def refused(self, key: str, host: str = "aen1") -> None:
        owner, _slash, name = key.partition("/")
        self._lines[host].append(Conversion(host, "east", owner, name, name, owner, REFUSED, "It is too large."))

    def forget(self) -> None:
        self._lines.clear()

    def collected(self, host: str, site: str, *projects: tuple[str, t.Sequence[str]]) -> Path:
        """``projects.jsonl`` of a host: keys and the users of each team."""
        folder = self.notebooks / host
        folder.mkdir(parents=True, exist_ok=True)
        records = [
            Project(host, site, *key.split("/"), f"/projects/{key}", team=tuple(Member("user", name, "r") for name in team))
            for key, team in projects
        ]
        head = NotebookHost(host, site, "/projects", len(records), 0, "")
        (folder / "projects.jsonl").write_text("".join(json_line(item.to_json()) for item in (head, *records)))
        return folder

    def converted(self, findings: t.Sequence[Finding] = ()) -> None:
        for host, lines in self._lines.items():
            folder = self.collected(host, "east")
            (folder / "staged" / "dump").mkdir(parents=True, exist_ok=True)
            (folder / "staged" / "dump" / "conversions.jsonl").write_text("".join(json_line(item.to_json()) for item in lines), **TEXT)
            (folder / "findings.jsonl").write_text("".join(json_line(item.to_json()) for item in findings), **TEXT)

    # -- the modules

    def _connection(self, **more: t.Any) -> dict[str, t.Any]:
        given = {**options(self.lab, "api"), **more}
        return {key: value for key, value in given.items() if value is not None}

    def list_channels(self, check: bool = False, **more: t.Any) -> dict[str, t.Any]:
        admin = {"keycloak_username": "admin", "keycloak_password": self.lab.switches.keycloak_admin_password}
        self.lab.clear_log()
        args = self._connection(**{"dest": str(self.channels), **admin, **more})
        result = run_module("notebook_channels", args, check=check, diff=True)
        assert self.lab.writes() == []
        return result

    def resolve(self, check: bool = False, **more: t.Any) -> dict[str, t.Any]:
        self.lab.clear_log()
        paths = {"notebooks": str(self.notebooks), "channels": str(self.channels), "dest": str(self.needs)}
        result = run_module("notebook_resolve", self._connection(**{**paths, **more}), check=check, diff=True)
        assert self.lab.writes() == []
        return result

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.needs.iterdir())} if self.needs.exists() else {}
