# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of a plan and of what became of it, as frozen dataclasses.  Private to the collection.

=====================  =============================================================
file                   records
=====================  =============================================================
placements.jsonl       ``Placement``, one line per file and channel
placements/SITE.jsonl  ``SliceHead``, then the placements of one site
plan.json              ``Channel`` with ``Share`` and ``SkippedShare``, ``Decision``
skipped.jsonl             ``SkippedPlacement``, one line per placement that is due and held back
left_out.jsonl         ``LeftOut``, one line per file that gets no placement
transfer/SITE.jsonl    ``TransferRow``, one line per placement, what became of it
=====================  =============================================================

Sizes are bytes, digests lower-case hex.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    GROUP,
    SCHEMA_VERSION,
    UNKNOWN,
    USER,
    Json,
    SchemaError,
    need,
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
        need(data, "share", "access")
        kind = USER if USER in data else GROUP
        need(data, "share", kind)
        if data["access"] not in ("r", "rw"):
            raise SchemaError(f"a share's access must be r or rw, not {data['access']!r}")
        return cls(kind, data[kind], data["access"])


@dataclasses.dataclass(frozen=True)
class SkippedShare:
    """A share that is due and is not given: nobody sends it, everybody tells of it.

    ``reason`` is stable and for machines (``removed_on_ae5``, ...), ``detail`` is one sentence for people.
    """

    share: Share
    reason: str
    detail: str = ""

    def to_json(self) -> Json:
        return {"share": self.share.to_json(), "reason": self.reason, "detail": self.detail}

    @classmethod
    def from_json(cls, data: t.Any) -> SkippedShare:
        need(data, "withheld share", "share", "reason")
        return cls(Share.from_json(data["share"]), str(data["reason"]), str(data.get("detail", "")))


@dataclasses.dataclass(frozen=True)
class ChannelBefore:
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
    def from_json(cls, data: t.Any) -> ChannelBefore:
        need(data, "channel as it was", "privacy", "shares")
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
    skipped_shares: t.Tuple[SkippedShare, ...] = ()
    """Shares that are due and not given."""
    before: t.Optional[ChannelBefore] = None
    """``None`` if the channel was not there when the plan was made, or nobody looked (see ``Plan.target_read``)."""
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
            "skipped_shares": [item.to_json() for item in self.skipped_shares],
            "before": None if self.before is None else self.before.to_json(),
            "kept_private": self.kept_private,
        }

    @classmethod
    def from_json(cls, data: t.Any) -> Channel:
        need(data, "channel", "name", "owner", "public")
        return cls(
            data["name"],
            data["owner"],
            bool(data["public"]),
            tuple(Share.from_json(item) for item in data.get("shares", ())),
            data.get("files", 0),
            data.get("bytes", 0),
            tuple(SkippedShare.from_json(item) for item in data.get("skipped_shares", ())),
            None if data.get("before") is None else ChannelBefore.from_json(data["before"]),
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
        need(data, "decision", "code", "detail")
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
    before: t.Optional[str] = UNKNOWN
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
            "before": self.before,
        }

    @classmethod
    def from_json(cls, data: t.Any) -> Placement:
        need(data, "placement", "channel", "site", "owner", "package", "file", "subdir", "size", "path")
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
            data.get("before", UNKNOWN),
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
        need(data, "head of a slice", "schema_version", "site", "inventory")
        if data["schema_version"] != SCHEMA_VERSION:
            raise SchemaError(f"schema_version {data['schema_version']} is not {SCHEMA_VERSION}")
        return cls(data["site"], data["inventory"])


@dataclasses.dataclass(frozen=True)
class SkippedPlacement:
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
    def of(cls, placement: Placement, reason: str, detail: str) -> SkippedPlacement:
        """The placement, held back."""
        where = (placement.channel, placement.site, placement.owner, placement.package, placement.file, placement.subdir)
        return cls(*where, placement.size, placement.path, reason, detail)

    @classmethod
    def from_json(cls, data: t.Any) -> SkippedPlacement:
        names = [field.name for field in dataclasses.fields(cls)]
        need(data, "held placement", *names)
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
        need(data, "left-out file", *names)
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
        need(data, "transfer row", "channel", "subdir", "file", "outcome")
        return cls(data["channel"], data["subdir"], data["file"], data["outcome"], data.get("reason", ""))
