# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds inventories of sites that exist nowhere: ``inventory.jsonl`` with its ``inventory.owners.jsonl``."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    GROUP,
    ORGANIZATION,
    USER,
    Collaborator,
    GroupRecord,
    OwnerRecord,
    Problem,
    SiteRecord,
    SourceFile,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import Draft, PlanOptions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import read_inventories


def md5_of(content: str) -> str:
    return hashlib.md5(content.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def sha256_of(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def user(name: str) -> OwnerRecord:
    return OwnerRecord(name, USER)


def group(name: str, members: t.Sequence[str] = (), packages: t.Sequence[str] = (), permission: str = "read") -> GroupRecord:
    return GroupRecord(name, permission, tuple(members), tuple(packages))


def organization(name: str, *groups: GroupRecord, owners: t.Sequence[str] = ()) -> OwnerRecord:
    return OwnerRecord(name, ORGANIZATION, tuple(groups), tuple(owners))


def user_share(name: str, access: str = "rw") -> Share:
    return Share(USER, name, access)


def group_share(name: str, access: str = "r") -> Share:
    return Share(GROUP, name, access)


@dataclasses.dataclass
class Site:
    """A site while it is described; ``write`` puts its inventory into a folder."""

    name: str
    owners: dict[str, OwnerRecord] = dataclasses.field(default_factory=dict)
    files: list[SourceFile] = dataclasses.field(default_factory=list)

    def owner(self, *records: OwnerRecord) -> Site:
        self.owners.update({record.name: record for record in records})
        return self

    def file(
        self,
        place: str,
        *labels: str,
        access: str = "public",
        kind: str = "conda",
        content: str | None = None,
        subdir: str | None = "linux-64",
        path: str | None = None,
        problems: t.Sequence[str] = (),
        collaborators: t.Sequence[str] = (),
        **changes: t.Any,
    ) -> Site:
        """Adds the file ``OWNER/PACKAGE/FILE``; the groups are those of its owner that have the package."""
        owner_name, package, name = place.split("/", 2)
        owner = self.owners.get(owner_name) or user(owner_name)
        self.owners[owner_name] = owner
        content = place if content is None else content
        found = SourceFile(
            owner=owner_name,
            owner_kind=owner.kind,
            package=package,
            package_id=md5_of(package)[:24],
            file=name,
            subdir=subdir,
            path=f"{owner_name}/{package}/{subdir}/{name}" if path is None else path,
            labels=tuple(labels),
            access=access,
            groups=tuple(sorted(item.name for item in owner.groups if package in item.packages)),
            size=len(content),
            md5=md5_of(content),
            sha256=sha256_of(content),
            kind=kind,
            collaborators=tuple(Collaborator(login, "read") for login in collaborators),
            problems=tuple(Problem(code, f"The file {place} has the problem {code}.") for code in problems),
        )
        self.files.append(dataclasses.replace(found, **changes))
        return self

    def record(self, text: str) -> SiteRecord:
        return SiteRecord(self.name, len(self.files), sum(file.size for file in self.files), sha256_of(text), len(self.owners))

    def write(self, folder: Path) -> str:
        """The path of the inventory."""
        path = folder / f"{self.name}.jsonl"
        text = "".join(json_line(file.to_json()) for file in sorted(self.files, key=lambda file: (file.path, file.file)))
        owners = [self.owners[name].to_json() for name in sorted(self.owners)]
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        beside = folder / f"{self.name}.owners.jsonl"
        beside.write_bytes("".join(map(json_line, [self.record(text).to_json(), *owners])).encode("utf-8", "surrogateescape"))
        return str(path)


def draft_of(folder: Path, *sites: Site, **options: t.Any) -> Draft:
    """The draft of a plan of these sites, by way of their inventories on disk."""
    return Draft(PlanOptions(**options), read_inventories([site.write(folder) for site in sites])).read()


def demo_east() -> Site:
    """The vendor guide's two examples, word for word (the organization's owner is not in the guide)."""
    devs = group("Devs", members=["anaconda-user-2"], packages=["xz"])
    site = Site("east").owner(user("anaconda-user-1"), user("anaconda-user-2"))
    site.owner(organization("anaconda-organization", devs, owners=["anaconda-user-1"]))
    site.file("anaconda-user-1/moto/moto-0.4.31-2.tar.bz2", "main")
    site.file("anaconda-user-1/pysocks/pysocks-1.6.6-py35_0.tar.bz2", "test")
    for name in ("future", "iso8601", "simplejson", "six", "zlib"):
        site.file(f"anaconda-organization/{name}/{name}-1.0-0.tar.bz2", "main")
    return site.file("anaconda-organization/xz/xz-5.2.2-1.tar.bz2", "Test")
