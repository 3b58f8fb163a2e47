# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of a site's inventory and of what a channel shows, as frozen dataclasses.  Private to the collection.

Each class is one kind of line in one of the files of a run and converts to and from plain JSON:

=====================  =============================================================
file                   records
=====================  =============================================================
inventory.jsonl        ``SourceFile``, one line per file of the dump
inventory.owners.jsonl ``SiteRecord`` first, then ``OwnerRecord``, one per owner
=====================  =============================================================

What a plan is made of is in ``plan_records``.  Sizes are bytes, digests lower-case hex.  Nothing here does I/O; this file
imports nothing of the collection.
"""

from __future__ import annotations

import dataclasses
import typing as t

SCHEMA_VERSION = 1

USER = "user"
ORGANIZATION = "organization"
GROUP = "group"

REMOVED_ON_AE5 = "removed_on_ae5"
"""Why something is held back that somebody has taken away on AE5 since our last run."""
UNKNOWN_PRINCIPAL = "unknown_principal"
"""Why a share is withheld whose user or group AE5 does not have; nobody else gets the right for them."""
NOBODY = "nobody"
"""Why a share is withheld whose AE4 user or group is declared to be nobody on AE5; it names the AE4 one."""

PUBLIC = "public"
AUTHENTICATED = "authenticated"
PRIVATE = "private"
UNKNOWN = "unknown"

Json = t.Dict[str, t.Any]


class SchemaError(ValueError):
    """A line or file does not have the shape its record class asks for."""


def need(data: t.Any, record: str, *keys: str) -> None:
    """Raises ``SchemaError`` unless ``data`` is an object that has these keys."""
    if not isinstance(data, dict):
        raise SchemaError(f"a {record} must be a JSON object, not {type(data).__name__}")
    missing = [key for key in keys if key not in data]
    if missing:
        raise SchemaError(f"a {record} lacks {', '.join(missing)}")


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong with a file, a package folder or an owner of a dump.

    ``code`` is stable and for machines, ``detail`` is one sentence for people that names the thing.
    """

    code: str
    detail: str

    def to_json(self) -> Json:
        return {"code": self.code, "detail": self.detail}

    @classmethod
    def from_json(cls, data: t.Any) -> Problem:
        need(data, "problem", "code", "detail")
        return cls(str(data["code"]), str(data["detail"]))


@dataclasses.dataclass(frozen=True)
class Collaborator:
    """A user who was given a right on one package (AE4 has such a right, AE5 has not)."""

    user: str
    permission: str

    def to_json(self) -> Json:
        return {"user": self.user, "permission": self.permission}


@dataclasses.dataclass(frozen=True)
class SourceFile:
    """One file of a dump: where it lies, what it is, and what AE4 says of it."""

    owner: str
    owner_kind: str
    package: str
    package_id: str
    file: str
    subdir: t.Optional[str]
    path: str
    """Relative to the dump, made of names that a directory listing gave, parts joined by a slash."""
    labels: t.Tuple[str, ...]
    access: str
    groups: t.Tuple[str, ...]
    """Names of the organization's groups that can access the package, owners groups left out."""
    size: int
    md5: t.Optional[str]
    sha256: t.Optional[str]
    kind: str
    collaborators: t.Tuple[Collaborator, ...] = ()
    problems: t.Tuple[Problem, ...] = ()
    uploaded: t.Optional[str] = None
    """When it came to AE4 (``2017-08-14T21:08:34Z``); None where the dump does not say."""

    def to_json(self) -> Json:
        return {
            "owner": self.owner,
            "owner_kind": self.owner_kind,
            "package": self.package,
            "package_id": self.package_id,
            "file": self.file,
            "subdir": self.subdir,
            "path": self.path,
            "labels": list(self.labels),
            "access": self.access,
            "groups": list(self.groups),
            "collaborators": [item.to_json() for item in self.collaborators],
            "size": self.size,
            "md5": self.md5,
            "sha256": self.sha256,
            "kind": self.kind,
            "uploaded": self.uploaded,
            "problems": [problem.to_json() for problem in self.problems],
        }

    @classmethod
    def from_json(cls, data: t.Any) -> SourceFile:
        need(data, "file of an inventory", "owner", "owner_kind", "package", "file", "labels", "access", "size", "kind")
        return cls(
            owner=data["owner"],
            owner_kind=data["owner_kind"],
            package=data["package"],
            package_id=data.get("package_id", ""),
            file=data["file"],
            subdir=data.get("subdir"),
            path=data.get("path", ""),
            labels=tuple(data["labels"]),
            access=data["access"],
            groups=tuple(data.get("groups", ())),
            size=int(data["size"]),
            md5=data.get("md5"),
            sha256=data.get("sha256"),
            kind=data["kind"],
            collaborators=tuple(Collaborator(item["user"], item["permission"]) for item in data.get("collaborators", ())),
            problems=tuple(Problem.from_json(item) for item in data.get("problems", ())),
            uploaded=data.get("uploaded"),
        )


@dataclasses.dataclass(frozen=True)
class GroupRecord:
    """A group of an organization.  Known by (site, organization, name)."""

    name: str
    permission: str
    """read, write or admin; ``unknown`` where the dump does not say."""
    members: t.Tuple[str, ...]
    packages: t.Tuple[str, ...]

    def to_json(self) -> Json:
        return {"name": self.name, "permission": self.permission, "members": list(self.members), "packages": list(self.packages)}

    @classmethod
    def from_json(cls, data: t.Any) -> GroupRecord:
        need(data, "group", "name", "permission", "members", "packages")
        return cls(data["name"], data["permission"], tuple(data["members"]), tuple(data["packages"]))


@dataclasses.dataclass(frozen=True)
class OwnerRecord:
    """A user or an organization of a site, with or without files."""

    name: str
    kind: str
    """user, organization, or unknown where the owner's meta.json is missing or unreadable."""
    groups: t.Tuple[GroupRecord, ...] = ()
    """Of an organization, owners groups left out."""
    owners: t.Tuple[str, ...] = ()
    """Members of the organization's owners group."""
    problems: t.Tuple[Problem, ...] = ()

    def to_json(self) -> Json:
        return {
            "record": "owner",
            "name": self.name,
            "kind": self.kind,
            "groups": [group.to_json() for group in self.groups],
            "owners": list(self.owners),
            "problems": [problem.to_json() for problem in self.problems],
        }

    @classmethod
    def from_json(cls, data: t.Any) -> OwnerRecord:
        need(data, "owner", "name", "kind")
        return cls(
            name=data["name"],
            kind=data["kind"],
            groups=tuple(GroupRecord.from_json(item) for item in data.get("groups", ())),
            owners=tuple(data.get("owners", ())),
            problems=tuple(Problem.from_json(item) for item in data.get("problems", ())),
        )


@dataclasses.dataclass(frozen=True)
class SiteRecord:
    """First line of ``inventory.owners.jsonl``: it binds that file to its ``inventory.jsonl``."""

    site: str
    files: int
    bytes: int
    sha256: str
    """Of the whole ``inventory.jsonl``, so that a truncated or exchanged file is noticed."""
    owners: int = 0
    """Number of owner lines that follow."""
    problems: t.Tuple[Problem, ...] = ()

    def to_json(self) -> Json:
        return {
            "record": "site",
            "schema_version": SCHEMA_VERSION,
            "site": self.site,
            "files": self.files,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "owners": self.owners,
            "problems": [problem.to_json() for problem in self.problems],
        }

    @classmethod
    def from_json(cls, data: t.Any) -> SiteRecord:
        need(data, "site", "schema_version", "site", "files", "bytes", "sha256", "owners")
        if data["schema_version"] != SCHEMA_VERSION:
            raise SchemaError(f"schema_version {data['schema_version']} is not {SCHEMA_VERSION}")
        return cls(
            data["site"],
            data["files"],
            data["bytes"],
            data["sha256"],
            data["owners"],
            tuple(Problem.from_json(item) for item in data.get("problems", ())),
        )


@dataclasses.dataclass(frozen=True)
class Package:
    """A package as a channel's repodata shows it."""

    subdir: str
    file: str
    name: str
    version: str
    build: str
    size: t.Optional[int]
    md5: t.Optional[str]
    sha256: t.Optional[str]

    def to_json(self) -> Json:
        return dataclasses.asdict(self)
