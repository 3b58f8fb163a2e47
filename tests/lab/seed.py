# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the lab with the demo world, the way its people would: packages with the real anaconda-client, the rest over the API.

Sites are described in ``sites``; a site without a description there stays empty.
"""

from __future__ import annotations

import concurrent.futures
import itertools
import os
import secrets
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path
from urllib.parse import quote

import requests

from .generate import FileSpec, OwnerSpec, PackageSpec, SiteSpec
from .sites import east_site, west_site

Record = dict[str, t.Any]
SITES: dict[str, t.Callable[[], SiteSpec]] = {"east": east_site, "west": west_site}
MIGRATOR = "migrator"
OUTSIDER = "mallory"
CREATOR = "ae-creator"
ROLES = ("ae-admin", "ae-uploader", CREATOR)
TIMEOUT = 60


class SeedError(Exception):
    """The lab refused a part of the demo world; the text says which."""


class Binstar:
    """The few calls of the binstar API that the seed makes, with one user's token."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url, self.token = url, token

    def call(self, method: str, *parts: str, auth: tuple[str, str] | None = None, **body: t.Any) -> Record:
        """One request; the parts of the path are encoded.  Raises SeedError."""
        path = "/".join(quote(part, safe="") for part in parts)
        headers = {"Authorization": f"token {self.token}"} if self.token else {}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{self.url}/{path}", json=body, headers=headers, auth=auth, timeout=TIMEOUT)
        if not answer.ok:
            raise SeedError(f"{method} {path} was answered {answer.status_code}: {answer.text.strip()}")
        return t.cast(Record, answer.json()) if answer.content else {}

    def login(self, user: str, password: str) -> Binstar:
        """The same site with a token of this user."""
        return Binstar(self.url, self.call("POST", "authentications", auth=(user, password), note="lab")["token"])


class Client:
    """The real anaconda-client, with a configuration of its own in ``folder``; the caller's is left alone."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        (folder / "data").mkdir(parents=True, exist_ok=True)
        (folder / "data" / "config.yaml").write_text(f'sites: {{lab: {{url: "{url}"}}}}\n', encoding="utf-8")
        self.environment = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "BINSTAR_CONFIG_DIR": str(folder),
            "ANACONDA_CONFIG_TOML": str(folder / "config.toml"),
            "ANACONDA_TELEMETRY_ENABLED": "false",
            "OTEL_SDK_DISABLED": "true",
        }

    def upload(self, token: str, owner: str, files: t.Sequence[Path], labels: t.Sequence[str] = (), private: bool = False) -> str:
        """``anaconda upload``; what it printed.  Raises SeedError."""
        command = [str(Path(sys.executable).parent / "anaconda"), "-s", "lab", "-t", token, "upload", "--no-progress", "-u", owner]
        command += [word for label in labels for word in ("-l", label)]
        command += ["--private"] if private else []
        done = subprocess.run(  # noqa: S603 - a fixed program
            [*command, *map(str, files)], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SeedError(f"anaconda upload to {owner} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr


def seed_site(site: SiteSpec, url: str, client_folder: Path, passwords: t.Mapping[str, str]) -> None:
    """Fills one AE4 site over its API, with the real client for all uploads."""
    anonymous = Binstar(url)
    client = Client(client_folder, url)
    for owner in site.owners:
        if owner.kind == "user":
            anonymous.call("POST", "_lab", "users", login=owner.login, password=passwords[owner.login], email=_email(owner.login))
    for owner in site.owners:
        if owner.kind == "org":
            anonymous.call("POST", "_lab", "organizations", login=owner.login, owners=list(owner.owners), owners_group=owner.owners_group)
    for owner in site.owners:
        if owner.packages or owner.groups:
            name = (owner.owners or (owner.login,))[0]
            _seed_owner(owner, anonymous.login(name, passwords[name]), client)


def _seed_owner(owner: OwnerSpec, api: Binstar, client: Client) -> None:
    def batch(item: tuple[PackageSpec, FileSpec]) -> tuple[tuple[str, ...], bool]:
        return item[1].labels, item[0].access == "private"

    files = sorted(((package, file) for package in owner.packages for file in package.files), key=batch)
    with tempfile.TemporaryDirectory() as scratch:
        for (labels, private), items in itertools.groupby(files, key=batch):
            paths = []
            for _package, file in items:
                folder, _separator, name = file.basename.rpartition("/")
                path = Path(scratch, folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(file.data())
                paths.append(path)
            client.upload(api.token or "", owner.login, paths, labels, private)
    for package, file in files:
        if not file.labels:
            # the client always gives a label, so it is taken away as a person would do it
            api.call("DELETE", "channels", owner.login, "main", package=package.name, version=file.version, basename=file.basename)
    for package in owner.packages:
        if package.access == "authenticated":
            api.call("PATCH", "package", owner.login, package.name, access="authenticated")
        for login, permission in package.collaborators:
            api.call("PUT", "packages", owner.login, package.name, "collaborators", login, permission=permission)
    for group in owner.groups:
        api.call("POST", "group", owner.login, group.name, perms=group.permission)
        for login in group.members:
            api.call("PUT", "group", owner.login, group.name, "members", login)
        for name in group.packages:
            api.call("PUT", "group", owner.login, group.name, "packages", name)


def _email(login: str) -> str:
    return f"{login}@lab.example"


def people(sites: t.Iterable[SiteSpec]) -> tuple[list[str], dict[str, list[str]]]:
    """All users of the sites, and the members of all groups by name (owners groups left out)."""
    users: list[str] = []
    groups: dict[str, list[str]] = {}
    for owner in (owner for site in sites for owner in site.owners):
        if owner.kind == "user" and owner.login not in users:
            users.append(owner.login)
        for group in owner.groups:
            groups.setdefault(group.name, []).extend(login for login in group.members if login not in groups.get(group.name, ()))
    return sorted(users), groups


def seed_ae5(url: str, users: t.Mapping[str, str], groups: t.Mapping[str, t.Sequence[str]], master: tuple[str, str]) -> dict[str, str]:
    """Gives the cluster the same people, the migrating account and a master admin.  Returns a conda token for every user."""
    joined = {name: [group for group, members in groups.items() if name in members] for name in users}
    body: Record = {
        "users": [
            {
                "username": name,
                "password": password,
                "email": _email(name),
                "roles": list(ROLES) if name == MIGRATOR else [],
                "groups": joined[name],
            }
            for name, password in users.items()
        ],
        "groups": {name: list(members) for name, members in groups.items()},
        "admins": [{"username": master[0], "password": master[1]}],
    }
    return _seed_and_tokens(url, body, users)


def _seed_and_tokens(url: str, body: Record, names: t.Iterable[str]) -> dict[str, str]:
    """Hands ``body`` to the cluster's ``/_lab/seed`` and returns a conda token for each name.  Raises SeedError."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{url}/_lab/seed", json=body, timeout=TIMEOUT)
        if not answer.ok:
            raise SeedError(f"the AE5 lab refused its users: {answer.status_code} {answer.text.strip()}")
        tokens = {}
        for name in names:
            answer = session.post(f"{url}/_lab/conda-token", json={"user": name}, timeout=TIMEOUT)
            if not answer.ok:
                raise SeedError(f"the AE5 lab gave no conda token for {name}: {answer.status_code} {answer.text.strip()}")
            tokens[name] = answer.json()["token"]
    return tokens


def seed_project_owners(url: str, names: t.Sequence[str], known: t.Container[str]) -> dict[str, Record]:
    """Lets these people create projects on the cluster.  Returns ``{user: {"password", "conda_token"}}`` of those not ``known``."""
    passwords = {name: secrets.token_hex(10) for name in names if name not in known}
    people = [{"username": name, "password": passwords.get(name), "email": _email(name), "roles": [CREATOR]} for name in names]
    tokens = _seed_and_tokens(url, {"users": people}, passwords)
    return {name: {"password": passwords[name], "conda_token": tokens[name]} for name in passwords}


def seed_world(kind: str, sites: t.Mapping[str, str], ae5_url: str, client_folder: Path, master: tuple[str, str]) -> dict[str, Record]:
    """Seeds the AE4 ``sites`` (name: url) and the cluster.  ``kind`` is ``demo`` or ``none`` (only the migrating account).

    Returns ``{user: {"password", "conda_token"}}``.
    """
    specs = {name: SITES[name]() for name in sites if kind == "demo" and name in SITES}
    names, groups = people(specs.values())
    extra = [OUTSIDER, MIGRATOR] if kind == "demo" else [MIGRATOR]
    passwords = {name: secrets.token_hex(10) for name in [*names, *extra]}
    with concurrent.futures.ThreadPoolExecutor(max(1, len(specs))) as pool:
        jobs = [pool.submit(seed_site, spec, sites[name], client_folder / name, passwords) for name, spec in specs.items()]
        for job in jobs:
            job.result()
    tokens = seed_ae5(ae5_url, passwords, groups, master)
    return {name: {"password": passwords[name], "conda_token": tokens[name]} for name in passwords}
