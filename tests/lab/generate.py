# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dumps and stores of any size and shape, from a description: ``SiteSpec`` with owners, packages and files.

``write_dump`` writes a dump directly, without a host; ``fill_store`` puts the same content into an emulated host, whose
``export-site`` then writes it.  Both give the same tree (ids come from the description).  Ready-made: ``sites``.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import json
import typing as t
from pathlib import Path

from .ae4.store import Store, object_id
from .ae4.tools import dump_format
from .packages import EPOCH, conda_package

Record = dict[str, t.Any]
MACHINE = "446b57"
PROCESS = 1012


@dataclasses.dataclass
class FileSpec:
    """A file of a package.  ``content`` may be a function, called when the file is written.

    ``md5`` is what AE4 claims (default: the truth).  Only in a dump, not in a store: ``listed`` False leaves the file out
    of meta.json, ``present`` False leaves it out of the folder, ``link_to`` makes it a symbolic link, ``sparse`` extends
    it with a hole to so many bytes (then no digest is claimed unless given).
    """

    basename: str
    version: str
    content: bytes | t.Callable[[], bytes]
    labels: tuple[str, ...] = ("main",)
    kind: str = "conda"
    attrs: Record = dataclasses.field(default_factory=dict)
    depends: tuple[str, ...] = ()
    md5: str | None = None
    listed: bool = True
    present: bool = True
    link_to: str | None = None
    sparse: int | None = None

    def data(self) -> bytes:
        """The content."""
        return self.content() if callable(self.content) else self.content


@dataclasses.dataclass
class PackageSpec:
    """A package.  ``meta`` is ``ok``, or in a dump ``missing`` or ``truncated``."""

    name: str
    files: list[FileSpec]
    access: str = "public"
    id: str | None = None
    collaborators: tuple[tuple[str, str], ...] = ()
    meta: str = "ok"


@dataclasses.dataclass
class GroupSpec:
    """A group of an organization."""

    name: str
    permission: str = "read"
    members: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclasses.dataclass
class OwnerSpec:
    """A user, or an organization if it has ``owners``.  ``meta`` as of a package."""

    login: str
    packages: list[PackageSpec] = dataclasses.field(default_factory=list)
    owners: tuple[str, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    owners_group: str = "owners"
    meta: str = "ok"

    @property
    def kind(self) -> str:
        """``user`` or ``org``."""
        return "org" if self.owners else "user"

    def all_groups(self) -> tuple[GroupSpec, ...]:
        """The automatic owners group and the others."""
        return (GroupSpec(self.owners_group, "admin", self.owners), *self.groups) if self.owners else ()


@dataclasses.dataclass
class SiteSpec:
    """A site: its owners in any order."""

    owners: list[OwnerSpec]

    def files(self) -> t.Iterator[tuple[OwnerSpec, PackageSpec, FileSpec]]:
        """All files with their owner and package."""
        for owner in self.owners:
            for package in owner.packages:
                for file in package.files:
                    yield owner, package, file


def conda(
    name: str,
    version: str,
    build: str,
    labels: t.Sequence[str] = ("main",),
    subdir: str = "linux-64",
    size: int | None = None,
    **more: t.Any,
) -> FileSpec:
    """A conda file; ``more`` as of ``packages.conda_package``.  Its bytes are made when they are needed."""
    number = more.get("build_number", 0)
    depends = tuple(more.get("depends", ()))
    system, _separator, bits = subdir.partition("-")
    machine = {"64": "x86_64", "32": "x86"}.get(bits, bits) or None
    attrs: Record = {"build": build, "build_number": number, "depends": list(depends), "arch": machine, "machine": machine}
    attrs.update(platform=system if bits else None, operatingsystem=system if bits else None, license="BSD-3-Clause")
    if not more.get("old_index"):
        attrs["subdir"] = subdir

    def make() -> bytes:
        return conda_package(name, version, build, subdir=subdir, size=size, **more)[1]

    return FileSpec(f"{subdir}/{name}-{version}-{build}.tar.bz2", version, make, tuple(labels), attrs=attrs, depends=depends)


def other(named: tuple[str, bytes], version: str, kind: str, labels: t.Sequence[str] = ("main",), attrs: Record | None = None) -> FileSpec:
    """A file of another kind, from what a function of ``packages`` gave."""
    return FileSpec(named[0], version, named[1], tuple(labels), kind, attrs or {})


class _Numbers:
    """Gives records their ids and times, the same for the same description."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> tuple[str, float]:
        self.count += 1
        seconds = EPOCH + self.count
        return object_id(seconds, MACHINE, PROCESS, self.count), float(seconds)


def _dependencies(depends: t.Sequence[str]) -> Record:
    shown = []
    for item in depends:
        name, _separator, spec = item.partition(" ")
        shown.append({"name": name, "specs": [["==", spec.rstrip("*")]] if spec else []})
    return {"depends": shown}


def records(site: SiteSpec) -> list[tuple[Record, list[Record]]]:
    """The neutral records of a site without sizes and digests: owners with their packages, by login.

    A file's record carries its description under ``spec``, a package's and an owner's too.
    """
    numbers = _Numbers()
    found = []
    for owner in sorted(site.owners, key=lambda item: item.login):
        id, created = numbers.next()
        record: Record = {"id": id, "login": owner.login, "name": owner.login, "kind": owner.kind, "created": created, "spec": owner}
        packages = [_package_record(owner, package, numbers) for package in owner.packages]
        record["groups"] = [{"id": numbers.next()[0], **_group_record(group)} for group in owner.all_groups()]
        found.append((record, packages))
    for record, _packages in found:
        if record["kind"] == "user":
            _add_memberships(record, site)
    return found


def _group_record(group: GroupSpec) -> Record:
    return {"name": group.name, "permission": group.permission, "members": sorted(group.members), "packages": sorted(group.packages)}


def _add_memberships(record: Record, site: SiteSpec) -> None:
    found = [
        {"organization": org.login, "name": group.name, "permission": group.permission}
        for org in site.owners
        for group in org.all_groups()
        if record["login"] in group.members
    ]
    record["groups"] = sorted(found, key=lambda item: (item["organization"], item["name"]))
    record["organizations"] = sorted({item["organization"] for item in found})


def _package_record(owner: OwnerSpec, package: PackageSpec, numbers: _Numbers) -> Record:
    id, created = numbers.next()
    files = []
    for spec in package.files:
        file_id, uploaded = numbers.next()
        files.append(
            {
                "id": file_id,
                "fs_id": hashlib.sha256(file_id.encode()).hexdigest()[:32],
                "basename": spec.basename,
                "kind": spec.kind,
                "version": spec.version,
                "attrs": spec.attrs,
                "dependencies": _dependencies(spec.depends),
                "labels": list(spec.labels),
                "uploaded": uploaded,
                "spec": spec,
            }
        )
    return {
        "id": package.id or id,
        "owner": owner.login,
        "name": package.name,
        "access": package.access,
        "kinds": sorted({spec.kind for spec in package.files}),
        "summary": f"{package.name}, made for the lab",
        "created": created,
        "modified": files[-1]["uploaded"] if files else created,
        "collaborators": [{"login": login, "permission": permission} for login, permission in sorted(package.collaborators)],
        "files": files,
        "spec": package,
    }


def write_dump(dest: Path, site: SiteSpec, dialect: str = "api", layout: str = "flat", sha256: bool = False) -> Path:
    """Writes a dump into the folder ``dest`` (made; owner folders directly below it) and returns it."""
    dest.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for owner, packages in records(site):
            folder = dest / owner["login"]
            folder.mkdir()
            jobs: list[tuple[Path, Record]] = []
            for package in packages:
                below = folder / dump_format.package_folder(package)
                below.mkdir()
                jobs.extend(_place(below, package, layout))
            list(pool.map(lambda job: _write_file(*job), jobs))
            for package in packages:
                package["files"] = [item for item in package["files"] if item["spec"].listed]
                meta = dump_format.package_meta(package, dialect, sha256)
                _write_meta(folder / dump_format.package_folder(package), meta, package["spec"].meta)
            _write_meta(folder, dump_format.owner_meta(owner, dialect), owner["spec"].meta)
    return dest


def _place(folder: Path, package: Record, layout: str) -> t.Iterator[tuple[Path, Record]]:
    taken: set[str] = set()
    for file in package["files"]:
        relative = dump_format.file_path(file, layout, taken)
        taken.add(relative)
        yield folder / relative, file


def _write_file(target: Path, record: Record) -> None:
    """Writes one file and puts its size and digests into its record."""
    spec: FileSpec = record["spec"]
    data = spec.data()
    record["size"] = spec.sparse or len(data)
    truth = None if spec.sparse else hashlib.md5(data).hexdigest()  # noqa: S324 - AE4 speaks md5
    record["md5"] = spec.md5 or truth
    record["sha256"] = None if spec.sparse else hashlib.sha256(data).hexdigest()
    if not spec.present:
        return
    target.parent.mkdir(exist_ok=True)
    if spec.link_to is not None:
        target.symlink_to(spec.link_to)
        return
    with target.open("wb") as stream:
        stream.write(data)
        if spec.sparse:
            stream.truncate(spec.sparse)


def _write_meta(folder: Path, meta: Record, how: str) -> None:
    data = dump_format.to_bytes(meta)
    if how == "truncated":
        data = data[: len(data) // 2]
    if how != "missing":
        (folder / dump_format.META).write_bytes(data)


def fill_store(store: Store, site: SiteSpec) -> None:
    """Puts a site into the store of an emulated host.  What only a dump can have (see the specs) is left out."""
    found = records(site)
    for owner, _packages in found:
        if owner["kind"] == "user":
            store.add_user(owner["login"], password=owner["login"], id=owner["id"], created=owner["created"])
    for owner, packages in found:
        spec: OwnerSpec = owner["spec"]
        if owner["kind"] == "org":
            store.add_organization(owner["login"], spec.owners, spec.owners_group, id=owner["id"], created=owner["created"])
        for package in packages:
            _fill_package(store, package)
        for group in spec.groups:
            store.add_group(spec.login, group.name, group.permission)
            for login in group.members:
                store.add_member(spec.login, group.name, login)
            for name in group.packages:
                store.add_group_package(spec.login, group.name, name)


def _fill_package(store: Store, package: Record) -> None:
    owner, name = package["owner"], package["name"]
    attrs = {"summary": package["summary"]}
    store.add_package(owner, name, package["access"], package["kinds"], attrs, id=package["id"], created=package["created"])
    for item in package["collaborators"]:
        store.add_collaborator(owner, name, item["login"], item["permission"])
    for file in package["files"]:
        spec: FileSpec = file["spec"]
        data = spec.data()
        more = {key: file[key] for key in ("id", "uploaded", "attrs", "dependencies")}
        sha256 = hashlib.sha256(data).hexdigest()
        store.add_file(owner, name, spec.version, spec.basename, spec.kind, spec.labels, data, md5=spec.md5, sha256=sha256, **more)


def manifest(site: SiteSpec) -> str:
    """The description without contents, as JSON: what a test or a person may want to read beside a dump."""
    rows = [
        {"owner": owner.login, "package": package.name, "file": file.basename, "labels": list(file.labels), "access": package.access}
        for owner, package, file in site.files()
    ]
    return json.dumps(rows, indent=2)
