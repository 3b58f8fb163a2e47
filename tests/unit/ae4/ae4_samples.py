# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small dumps for the tests of the AE4 side, in both dialects of meta.json and three layouts of the files."""

from __future__ import annotations

import bz2
import dataclasses
import hashlib
import io
import json
import tarfile
import typing as t
from pathlib import Path

from tests.unit.module_runner import run_module

UPLOADED = "2017-08-14T21:08:34Z"
"""What both dialects say of every file."""

LAYOUTS = ("flat", "subdir", "id_prefix")
DIALECTS = ("api", "mongo")


def hex_id(number: int) -> str:
    return f"{number:024x}"


def index_json(name: str, version: str, build: str, subdir: str | None = "linux-64", **more: t.Any) -> bytes:
    index = {"name": name, "version": version, "build": build, "build_number": 0, "depends": [], **more}
    if subdir is not None:
        index["subdir"] = subdir
    return json.dumps(index).encode()


def tar_bytes(members: dict[str, bytes], fmt: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=fmt) as box:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            box.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def conda_bytes(name: str, version: str, build: str, subdir: str | None = "linux-64", extra: bytes = b"x", **more: t.Any) -> bytes:
    return bz2.compress(
        tar_bytes({"lib/first": extra, "info/index.json": index_json(name, version, build, subdir, **more), "lib/last": b"y"})
    )


@dataclasses.dataclass
class File:
    name: str
    data: bytes
    subdir: str = "linux-64"
    labels: tuple[str, ...] = ("main",)
    kind: str = "conda"
    number: int = 0
    md5: bool = True
    sha256: bool = False

    @property
    def id(self) -> str:
        return hex_id(0xF00000 + self.number)


def conda(name: str, version: str = "1.0", build: str = "0", **more: t.Any) -> File:
    subdir = more.get("subdir", "linux-64")
    data = conda_bytes(name, version, build, subdir, extra=more.pop("extra", b"x"))
    return File(f"{name}-{version}-{build}.tar.bz2", data, **more)


def same_size_pair() -> tuple[File, File]:
    """Two package files of one name and size whose bytes differ, whose md5 no meta.json tells."""
    by_size: dict[int, File] = {}
    for number in range(1000):
        file = conda("a", extra=str(number).encode(), md5=False)
        other = by_size.setdefault(len(file.data), file)
        if other is not file:
            return other, file
    raise AssertionError("no two packages have the same size")


@dataclasses.dataclass
class Package:
    name: str
    files: list[File]
    number: int
    access: str = "public"

    @property
    def id(self) -> str:
        return hex_id(self.number)

    @property
    def folder(self) -> str:
        return f"{self.id}--{self.name}"


@dataclasses.dataclass
class Group:
    name: str
    permission: str = "read"
    members: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclasses.dataclass
class Account:
    name: str
    packages: list[Package] = dataclasses.field(default_factory=list)
    groups: list[Group] | None = None
    """Of an organization; None makes it a user."""
    member_of: tuple[tuple[str, str], ...] = ()


def sample() -> list[Account]:
    """A user with two packages, a user without any, an organization with a group."""
    organization = Account(
        "acme",
        [
            Package(
                "six", [conda("six", number=3, labels=("main", "Test")), conda("six", number=4, subdir="osx-64")], 0x30, access="private"
            ),
            Package("x--y", [conda("x--y", number=5, labels=())], 0x31, access="authenticated"),
            Package("notes", [File("notes.ipynb", b"{}", kind="ipynb", number=6)], 0x32),
        ],
        [Group("Devs", "write", ("bob",), ("six",)), Group("Owners", "admin", ("alice",), ())],
    )
    alice = Account("alice", [Package("moto", [conda("moto", number=1)], 0x10), Package("pysocks", [conda("pysocks", number=2)], 0x11)])
    return [organization, alice, Account("bob", member_of=(("acme", "Devs"),)), Account("carol", member_of=(("acme", "Devs"),))]


def owner_meta(account: Account, dialect: str) -> dict[str, t.Any]:
    if dialect == "api":
        meta: dict[str, t.Any] = {"login": account.name, "name": "A Name", "user_type": "user" if account.groups is None else "org"}
        if account.groups is None:
            meta["groups"] = [{"organization": org, "name": name} for org, name in account.member_of]
        else:
            meta["groups"] = [
                {
                    "name": group.name,
                    "permission": group.permission,
                    "members": [{"login": login} for login in group.members],
                    "packages": [{"name": name, "full_name": f"{account.name}/{name}"} for name in group.packages],
                }
                for group in account.groups
            ]
        return meta
    meta = {"_id": {"$oid": hex_id(abs(hash(account.name)) % 10**9)}, "login": account.name, "created_at": {"$date": 1}}
    if account.groups is None:
        meta["user_type"] = "user"
        meta["orgs"] = [{"login": org, "groups": [name]} for org, name in account.member_of]
    else:
        meta["is_org"] = True
        meta["groups"] = {
            group.name: {
                "perms": [group.permission],
                "members": list(group.members),
                "packages": [f"{account.name}/{name}" for name in group.packages],
            }
            for group in account.groups
        }
    return meta


def package_meta(package: Package, dialect: str) -> dict[str, t.Any]:
    mongo = dialect == "mongo"
    files = []
    for file in package.files:
        entry: dict[str, t.Any] = {
            "_id": {"$oid": file.id} if mongo else file.id,
            "basename": f"{file.subdir}/{file.name}" if file.kind == "conda" else file.name,
            "type" if mongo else "distribution_type": file.kind,
            "channels" if mongo else "labels": list(file.labels),
            "size": {"$numberLong": str(len(file.data))} if mongo else len(file.data),
            "md5": hashlib.md5(file.data).hexdigest() if file.md5 else None,
            "sha256": hashlib.sha256(file.data).hexdigest() if file.sha256 else "None",
            "upload_time": {"$date": 1502744914659} if mongo else "2017-08-14 21:08:34.659000+00:00",
        }
        files.append(entry)
    meta: dict[str, t.Any] = {"_id": {"$oid": package.id}} if mongo else {"id": package.id}
    meta.update({"name": package.name, "package_types": sorted({file.kind for file in package.files}), "files": files})
    if mongo or package.access == "authenticated":
        meta["access"] = package.access
    else:
        meta["public"] = package.access == "public"
    return meta


def file_path(file: File, layout: str, taken: t.Container[str]) -> str:
    if layout == "id_prefix":
        return f"{file.id}-{file.name}"
    if file.kind == "conda" and (layout == "subdir" or file.name in taken):
        return f"{file.subdir}/{file.name}"
    return file.name


def write_dump(root: Path, accounts: list[Account], dialect: str = "api", layout: str = "flat") -> Path:
    for account in accounts:
        home = root / account.name
        home.mkdir(parents=True)
        (home / "meta.json").write_text(json.dumps(owner_meta(account, dialect)))
        for package in account.packages:
            folder = home / package.folder
            folder.mkdir()
            (folder / "meta.json").write_text(json.dumps(package_meta(package, dialect)))
            taken: set[str] = set()
            for file in package.files:
                path = folder / file_path(file, layout, taken)
                taken.add(file.name)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(file.data)
    return root


def read_lines(path: Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def codes(row: dict[str, t.Any]) -> list[str]:
    return [problem["code"] for problem in row["problems"]]


class Site:
    """A dump and where its inventory goes."""

    def __init__(self, root: Path) -> None:
        self.dump = root / "dump"
        self.inventory = root / "inventory.jsonl"
        self.owners = root / "inventory.owners.jsonl"

    def run(self, check: bool = False, diff: bool = False, **more: object) -> dict:
        args = {"path": str(self.dump), "inventory": str(self.inventory), "site": "east", "workers": 2, **more}
        return run_module("site_inventory", args, check=check, diff=diff)

    def rows(self) -> dict[str, dict]:
        return {row["path"] or f"missing {row['file']}": row for row in read_lines(self.inventory)}

    def row(self, ending: str) -> dict:
        found = [row for path, row in self.rows().items() if path.endswith(ending)]
        assert len(found) == 1, f"{ending}: {sorted(self.rows())}"
        return found[0]
