# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ae5-tools does at the platform, with real sessions of requests; and archives to upload."""

from __future__ import annotations

import io
import re
import tarfile
import typing as t
import zipfile

import requests

from tests.lab.ae5.server import Ae5Lab

REALM = "/auth/realms/AnacondaPlatform/protocol/openid-connect/auth"
FORM = re.compile(r'<form id="kc-form-login".*?action="([^"]*)"', re.MULTILINE)
TREE = {"anaconda-project.yml": b"commands:\n  nb: {notebook: a.ipynb}\n", "a.ipynb": b"{}", "sub/run.sh": b"#!/bin/sh\n"}


def tarball(tree: t.Mapping[str, bytes], root: str = "top", mode: str = "w:gz", extra: t.Sequence[tarfile.TarInfo] = ()) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, content in tree.items():
            member = tarfile.TarInfo(f"{root}/{name}")
            member.size, member.mode, member.mtime = len(content), 0o700 if name.endswith(".sh") else 0o600, 1
            tar.addfile(member, io.BytesIO(content))
        for member in extra:
            tar.addfile(member)
    return buffer.getvalue()


def zipped(tree: t.Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in tree.items():
            archive.writestr(f"top/{name}", content)
    return buffer.getvalue()


def files_of(content: bytes) -> dict[str, bytes]:
    """Regular files below the one folder of an archive."""
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {item.name.split("/", 1)[1]: tar.extractfile(item).read() for item in tar if item.isfile()}


def own_files_of(content: bytes) -> dict[str, bytes]:
    """As ``files_of``, without the two that AE5 puts there."""
    return {path: data for path, data in files_of(content).items() if path not in (".gitattributes", ".gitignore")}


class Platform:
    """One person at the platform, logged in through Keycloak's form or by an administrator."""

    def __init__(self, lab: Ae5Lab, user: str = "owner") -> None:
        self.lab, self.user, self.session = lab, user, requests.Session()

    def ask_for_code(self) -> requests.Response:
        query = {"client_id": "anaconda-platform", "scope": "openid", "response_type": "code", "redirect_uri": self.lab.url + "/login"}
        return self.session.get(self.lab.url + REALM, params=query, timeout=10)

    def log_in(self, password: str | None = None) -> requests.Response:
        action = FORM.search(self.ask_for_code().text)[1].replace("&amp;", "&")
        answer = self.session.post(action, data={"username": self.user, "password": password or f"{self.user}-pw"}, timeout=10)
        self.send_the_xsrf_cookie()
        return answer

    def send_the_xsrf_cookie(self) -> None:
        for cookie in self.session.cookies:
            if cookie.name == "_xsrf":
                self.session.headers["x-xsrftoken"] = cookie.value

    def call(self, method: str, path: str, **more: t.Any) -> requests.Response:
        return self.session.request(method, f"{self.lab.url}/api/v2/{path}", timeout=30, allow_redirects=False, **more)

    def upload(self, name: str = "demo", content: bytes | None = None, file: str = "demo.tar.gz", **fields: str) -> requests.Response:
        data = content if content is not None else tarball(TREE)
        return self.call("POST", "projects/upload", files={b"project_file": (file, data)}, data={"name": name, **fields})

    def make(self, name: str = "demo", content: bytes | None = None, **fields: str) -> str:
        """Uploads, waits for the action and returns the project's id."""
        record = self.upload(name, content, **fields).json()
        action = record["action"]
        while not action["done"] and not action["error"]:
            listed = self.call("GET", f"projects/{record['id']}/activity", params={"sort": "-updated", "page[size]": 1}).json()
            action = next(item for item in listed["data"] if item["id"] == action["id"])
        assert not action["error"], action
        return str(record["id"])

    def download(self, project: str, revision: str = "latest") -> bytes:
        answer = self.call("GET", f"projects/{project}/revisions/{revision}/archive")
        assert answer.status_code == 200, answer.text
        return answer.content

    def share(self, project: str, *people: tuple[str, str, str]) -> dict[str, t.Any]:
        wanted = [{"id": id_, "type": kind, "permission": permission} for id_, kind, permission in people]
        return self.call("PUT", f"projects/{project}/collaborators", json=wanted).json()
