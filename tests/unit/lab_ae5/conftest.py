# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A started cluster, a logged-in client of its API, and packages made with the standard library alone."""

from __future__ import annotations

import hashlib
import io
import json
import random
import tarfile
import typing as t
from pathlib import Path

import pytest
import requests

from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import Platform

PEOPLE = [
    {"username": "owner", "password": "owner-pw", "roles": ["ae-uploader", "ae-creator"]},
    {"username": "writer", "password": "writer-pw", "roles": ["ae-uploader"]},
    {"username": "reader", "password": "reader-pw"},
    {"username": "boss", "password": "boss-pw", "roles": ["ae-admin"]},
]
Body = t.Union[bytes, t.Iterable[bytes]]


def build_package(
    name: str, version: str = "1.0", build: str = "0", subdir: str = "noarch", payload: bytes = b"hello\n", depends: t.Sequence[str] = ()
) -> tuple[str, bytes]:
    """The file name and the bytes of a conda package with one file ``share/NAME.txt``."""
    path = f"share/{name}.txt"
    index = {"name": name, "version": version, "build": build, "build_number": 0, "depends": list(depends), "subdir": subdir}
    if subdir == "noarch":
        index["noarch"] = "generic"
    digest = hashlib.sha256(payload).hexdigest()
    entry = {"_path": path, "path_type": "hardlink", "sha256": digest, "size_in_bytes": len(payload)}
    members = {
        "info/index.json": json.dumps(index).encode(),
        "info/files": f"{path}\n".encode(),
        "info/paths.json": json.dumps({"paths": [entry], "paths_version": 1}).encode(),
        "info/about.json": b"{}",
        path: payload,
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:bz2") as tar:
        for member, content in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return f"{name}-{version}-{build}.tar.bz2", buffer.getvalue()


class ApiUser:
    """One person at the API; the answers are those of ``requests``."""

    def __init__(self, lab: Ae5Lab, name: str) -> None:
        self.lab = lab
        form = {"grant_type": "password", "client_id": "anaconda-platform", "client_secret": lab.switches.client_secret}
        url = f"{lab.url}/auth/realms/AnacondaPlatform/protocol/openid-connect/token"
        answer = requests.post(url, data={**form, "username": name, "password": f"{name}-pw"}, timeout=10)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.token}"

    def call(self, method: str, path: str, **more: t.Any) -> requests.Response:
        return self.session.request(method, f"{self.lab.url}/repository/api{path}", timeout=30, **more)

    def create(self, name: str, **body: str) -> requests.Response:
        return self.call("POST", "/channels", json={"name": name, **body})

    def upload(self, channel: str, file: str, content: bytes) -> requests.Response:
        return self.call("POST", f"/channels/{channel.replace('/', '%2F')}/artifacts", files={"content": (file, content)})

    def share(self, channel: str, kind: str, name: str, access: str) -> requests.Response:
        return self.call("PUT", f"/channels/{channel.replace('/', '%2F')}/shares/{kind}/{name}", json={"access": access})

    def repodata(self, channel: str, subdir: str = "noarch") -> requests.Response:
        return self.session.get(f"{self.lab.url}/repository/conda/{channel}/{subdir}/repodata.json", timeout=10)


@pytest.fixture
def ae5(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    lab = Ae5Lab(tmp_path / "ae5")
    lab.seed(users=PEOPLE, groups={"Devs": ["reader"]})
    with lab:
        yield lab


@pytest.fixture
def login(ae5: Ae5Lab) -> t.Callable[[str], ApiUser]:
    return lambda name: ApiUser(ae5, name)


@pytest.fixture
def owner(ae5: Ae5Lab) -> ApiUser:
    return ApiUser(ae5, "owner")


@pytest.fixture
def package() -> t.Callable[..., tuple[str, bytes]]:
    return build_package


@pytest.fixture
def noise() -> bytes:
    """More than one block of an upload, which no compressor makes smaller."""
    return random.Random(1).randbytes(700_000)  # noqa: S311 - filler, not a secret


@pytest.fixture
def bytes_on_disk(ae5: Ae5Lab) -> t.Callable[[], list[str]]:
    """Every file of packages that the cluster keeps, finished or not."""
    return lambda: sorted(path.name for folder in ("files", "incoming") for path in (ae5.root / folder).iterdir())


@pytest.fixture
def platform(ae5: Ae5Lab) -> t.Callable[[str], Platform]:
    def logged_in(user: str) -> Platform:
        made = Platform(ae5, user)
        made.log_in()
        return made

    return logged_in


@pytest.fixture
def ann(platform: t.Callable[[str], Platform]) -> Platform:
    """The lab's user ``owner``, who may create projects."""
    return platform("owner")
