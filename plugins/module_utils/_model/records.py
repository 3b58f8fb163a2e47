# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records that travel between the phases, as frozen dataclasses.  Private to the collection.

Each class is one kind of line (or object) in one of the files of a run and converts to and from plain JSON:

=====================  =============================================================
file                   records
=====================  =============================================================
inventory.jsonl        ``SourceFile``, one line per file of the dump
inventory.owners.jsonl ``SiteRecord`` first, then ``OwnerRecord``, one per owner
placements.jsonl       ``Placement``, one line per file and channel
plan.json              ``Channel`` with ``Share`` and ``Withheld``, ``Decision``
left_out.jsonl         ``LeftOut``, one line per file that gets no placement
held.jsonl             ``Held``, one line per placement that is due and held back
transfer.jsonl         ``TransferRow``, one line per placement, what became of it
=====================  =============================================================

Sizes are bytes, digests lower-case hex.  Nothing here does I/O; this file imports nothing of the collection.
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


def _need(data: t.Any, record: str, *keys: str) -> None:
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
        _need(data, "problem", "code", "detail")
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
        _need(data, "file of an inventory", "owner", "owner_kind", "package", "file", "labels", "access", "size", "kind")
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
        _need(data, "group", "name", "permission", "members", "packages")
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
        _need(data, "owner", "name", "kind")
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
        _need(data, "site", "schema_version", "site", "files", "bytes", "sha256", "owners")
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
class Share:
    """A right on a channel: ``kind`` is user or group, ``access`` is r or rw."""

    kind: str
    name: str
    access: str

    def to_json(self) -> Json:
        return {self.kind: self.name, "access": self.access}

    @classmethod
    def from_json(cls, data: t.Any) -> Share:
        _need(data, "share", "access")
        kind = USER if USER in data else GROUP
        _need(data, "share", kind)
        if data["access"] not in ("r", "rw"):
            raise SchemaError(f"a share's access must be r or rw, not {data['access']!r}")
        return cls(kind, data[kind], data["access"])


@dataclasses.dataclass(frozen=True)
class Withheld:
    """A share that is due and is not given: nobody sends it, everybody tells of it.

    ``reason`` is stable and for machines (``removed_on_ae5``, ...), ``detail`` is one sentence for people.
    """

    share: Share
    reason: str
    detail: str = ""

    def to_json(self) -> Json:
        return {"share": self.share.to_json(), "reason": self.reason, "detail": self.detail}

    @classmethod
    def from_json(cls, data: t.Any) -> Withheld:
        _need(data, "withheld share", "share", "reason")
        return cls(Share.from_json(data["share"]), str(data["reason"]), str(data.get("detail", "")))


@dataclasses.dataclass(frozen=True)
class ChannelWas:
    """What the target held of a planned channel when the plan was made."""

    privacy: t.Optional[str]
    """public, private, or ``None`` where that could not be told."""
    shares: t.Optional[t.Tuple[Share, ...]]
    """``None`` where the transport cannot show them."""
    extra: t.Optional[t.Tuple[str, ...]] = ()
    """``SUBDIR/FILE`` of the packages that the plan does not name, of the subdirs that were looked at; ``None`` if unreadable."""

    def to_json(self) -> Json:
        shares = None if self.shares is None else [share.to_json() for share in self.shares]
        return {"privacy": self.privacy, "shares": shares, "extra": None if self.extra is None else list(self.extra)}

    @classmethod
    def from_json(cls, data: t.Any) -> ChannelWas:
        _need(data, "channel as it was", "privacy", "shares")
        shares, extra = data["shares"], data.get("extra")
        return cls(
            data["privacy"],
            None if shares is None else tuple(Share.from_json(item) for item in shares),
            None if extra is None else tuple(extra),
        )


@dataclasses.dataclass(frozen=True)
class Channel:
    """A channel the cluster must have: desired state, not an action."""

    name: str
    owner: str
    public: bool
    shares: t.Tuple[Share, ...] = ()
    files: int = 0
    bytes: int = 0
    withheld: t.Tuple[Withheld, ...] = ()
    """Shares that are due and not given."""
    was: t.Optional[ChannelWas] = None
    """``None`` if the channel was not there when the plan was made, or nobody looked (see ``Plan.looked``)."""
    kept_private: str = ""
    """Why the channel is not public although it may be: one sentence; empty where nothing is held back."""

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "owner": self.owner,
            "public": self.public,
            "shares": [share.to_json() for share in self.shares],
            "files": self.files,
            "bytes": self.bytes,
            "withheld": [item.to_json() for item in self.withheld],
            "was": None if self.was is None else self.was.to_json(),
            "kept_private": self.kept_private,
        }

    @classmethod
    def from_json(cls, data: t.Any) -> Channel:
        _need(data, "channel", "name", "owner", "public")
        return cls(
            data["name"],
            data["owner"],
            bool(data["public"]),
            tuple(Share.from_json(item) for item in data.get("shares", ())),
            data.get("files", 0),
            data.get("bytes", 0),
            tuple(Withheld.from_json(item) for item in data.get("withheld", ())),
            None if data.get("was") is None else ChannelWas.from_json(data["was"]),
            str(data.get("kept_private", "")),
        )


@dataclasses.dataclass(frozen=True)
class Decision:
    """A choice the plan made that could have gone otherwise: what, why, and the variable that changes it."""

    code: str
    detail: str
    variable: t.Optional[str] = None

    def to_json(self) -> Json:
        return {"code": self.code, "detail": self.detail, "variable": self.variable}

    @classmethod
    def from_json(cls, data: t.Any) -> Decision:
        _need(data, "decision", "code", "detail")
        return cls(data["code"], data["detail"], data.get("variable"))


@dataclasses.dataclass(frozen=True)
class Placement:
    """One file in one channel."""

    channel: str
    site: str
    owner: str
    package: str
    file: str
    subdir: str
    size: int
    md5: t.Optional[str]
    sha256: t.Optional[str]
    path: str
    """Of the file in its site's dump, see ``SourceFile.path``."""
    was: t.Optional[str] = UNKNOWN
    """The file of that name that the channel held when the plan was made: ``sha256:...``, ``md5:...`` or, where neither was
    shown, ``size:...``; ``None`` if there was none, ``unknown`` if nobody looked or the channel could not be read."""

    @property
    def key(self) -> t.Tuple[str, str, str]:
        """What a package is known by on the target: channel, subdir, file name."""
        return (self.channel, self.subdir, self.file)

    def to_json(self) -> Json:
        return {
            "channel": self.channel,
            "site": self.site,
            "owner": self.owner,
            "package": self.package,
            "file": self.file,
            "subdir": self.subdir,
            "size": self.size,
            "md5": self.md5,
            "sha256": self.sha256,
            "path": self.path,
            "was": self.was,
        }

    @classmethod
    def from_json(cls, data: t.Any) -> Placement:
        _need(data, "placement", "channel", "site", "owner", "package", "file", "subdir", "size", "path")
        return cls(
            data["channel"],
            data["site"],
            data["owner"],
            data["package"],
            data["file"],
            data["subdir"],
            int(data["size"]),
            data.get("md5"),
            data.get("sha256"),
            data["path"],
            data.get("was", UNKNOWN),
        )


@dataclasses.dataclass(frozen=True)
class SliceHead:
    """First line of one site's slice of the placements: the inventory that they were planned from."""

    site: str
    inventory: str
    """sha256 of the site's ``inventory.jsonl``."""

    def to_json(self) -> Json:
        return {"record": "slice", "schema_version": SCHEMA_VERSION, "site": self.site, "inventory": self.inventory}

    @classmethod
    def from_json(cls, data: t.Any) -> SliceHead:
        _need(data, "head of a slice", "schema_version", "site", "inventory")
        if data["schema_version"] != SCHEMA_VERSION:
            raise SchemaError(f"schema_version {data['schema_version']} is not {SCHEMA_VERSION}")
        return cls(data["site"], data["inventory"])


@dataclasses.dataclass(frozen=True)
class Held:
    """A placement that is due and is held back until somebody decides."""

    channel: str
    site: str
    owner: str
    package: str
    file: str
    subdir: str
    size: int
    path: str
    reason: str
    """``removed_on_ae5``."""
    detail: str

    @property
    def key(self) -> t.Tuple[str, str, str]:
        return (self.channel, self.subdir, self.file)

    def to_json(self) -> Json:
        return dataclasses.asdict(self)

    @classmethod
    def of(cls, placement: Placement, reason: str, detail: str) -> Held:
        """The placement, held back."""
        where = (placement.channel, placement.site, placement.owner, placement.package, placement.file, placement.subdir)
        return cls(*where, placement.size, placement.path, reason, detail)

    @classmethod
    def from_json(cls, data: t.Any) -> Held:
        names = [field.name for field in dataclasses.fields(cls)]
        _need(data, "held placement", *names)
        return cls(**{name: data[name] for name in names})


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A file of an inventory that gets no placement, and why."""

    site: str
    owner: str
    package: str
    file: str
    path: str
    size: int
    reason: str
    """unlabelled, unsupported_kind, quarantined, duplicate, excluded, mirror or in_reference."""
    detail: str

    def to_json(self) -> Json:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: t.Any) -> LeftOut:
        names = [field.name for field in dataclasses.fields(cls)]
        _need(data, "left-out file", *names)
        return cls(**{name: data[name] for name in names})


@dataclasses.dataclass(frozen=True)
class TransferRow:
    """What became of one placement in one transfer."""

    channel: str
    subdir: str
    file: str
    outcome: str
    """uploaded, replaced, present, conflict, moved, quarantined or failed."""
    reason: str = ""

    @property
    def key(self) -> t.Tuple[str, str, str]:
        return (self.channel, self.subdir, self.file)

    def to_json(self) -> Json:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: t.Any) -> TransferRow:
        _need(data, "transfer row", "channel", "subdir", "file", "outcome")
        return cls(data["channel"], data["subdir"], data["file"], data["outcome"], data.get("reason", ""))


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
