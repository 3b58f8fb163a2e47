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

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Choices, Json, JsonRecord, need
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, UNKNOWN, USER

PLAN_VERSION = 2
"""Of the files of a plan.  Another one than that of inventories: a plan is made again at any time, a last good inventory is not."""


@dataclasses.dataclass(frozen=True)
class Share(JsonRecord):
    """A right on a channel: ``kind`` is user or group, ``access`` is r or rw."""

    TITLE = "share"
    CHOICES: t.ClassVar[Choices] = {"kind": (USER, GROUP), "access": ("r", "rw")}

    kind: str
    name: str
    access: str

    def to_json(self) -> Json:
        return {self.kind: self.name, "access": self.access}

    @classmethod
    def from_json(cls, data: t.Any) -> Share:
        need(data, cls.TITLE, "access")
        kind = USER if USER in data else GROUP
        need(data, cls.TITLE, kind)
        return super().from_json({"kind": kind, "name": data[kind], "access": data["access"]})


@dataclasses.dataclass(frozen=True)
class SkippedShare(JsonRecord):
    """A share that is due and is not given: nobody sends it, everybody tells of it.

    ``reason`` is stable and for machines (``removed_on_ae5``, ...), ``detail`` is one sentence for people.
    """

    TITLE = "skipped share"

    share: Share
    reason: str
    detail: str = ""


@dataclasses.dataclass(frozen=True)
class ChannelBefore(JsonRecord):
    """What the target held of a planned channel when the plan was made."""

    TITLE = "channel as it was"

    privacy: t.Optional[str]
    """public, private, or ``None`` where that could not be told."""
    shares: t.Optional[t.Tuple[Share, ...]]
    """``None`` where the transport cannot show them."""
    extra: t.Optional[t.Tuple[str, ...]] = ()
    """``SUBDIR/FILE`` of the packages that the plan does not name, of the subdirs that were looked at; ``None`` if unreadable."""


@dataclasses.dataclass(frozen=True)
class Channel(JsonRecord):
    """A channel the cluster must have: desired state, not an action."""

    TITLE = "channel"

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


@dataclasses.dataclass(frozen=True)
class Decision(JsonRecord):
    """A choice the plan made that could have gone otherwise: what, why, and the variable that changes it."""

    TITLE = "decision"

    code: str
    detail: str
    variable: t.Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Placement(JsonRecord):
    """One file in one channel."""

    TITLE = "placement"

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


@dataclasses.dataclass(frozen=True)
class SliceHead(JsonRecord):
    """First line of one site's slice of the placements: the inventory that they were planned from."""

    TITLE = "head of a slice"
    HEAD: t.ClassVar[Json] = {"record": "slice", "schema_version": PLAN_VERSION}

    site: str
    inventory: str
    """sha256 of the site's ``inventory.jsonl``."""


@dataclasses.dataclass(frozen=True)
class SkippedPlacement(JsonRecord):
    """A placement that is due and is held back until somebody decides."""

    TITLE = "skipped placement"

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

    @classmethod
    def of(cls, placement: Placement, reason: str, detail: str) -> SkippedPlacement:
        """The placement, held back."""
        where = (placement.channel, placement.site, placement.owner, placement.package, placement.file, placement.subdir)
        return cls(*where, placement.size, placement.path, reason, detail)


@dataclasses.dataclass(frozen=True)
class LeftOut(JsonRecord):
    """A file of an inventory that gets no placement, and why."""

    TITLE = "left-out file"

    site: str
    owner: str
    package: str
    file: str
    path: str
    size: int
    reason: str
    """unlabelled, unsupported_kind, quarantined, duplicate, excluded, mirror or in_reference."""
    detail: str


@dataclasses.dataclass(frozen=True)
class TransferRow(JsonRecord):
    """What became of one placement in one transfer."""

    TITLE = "transfer row"

    channel: str
    subdir: str
    file: str
    outcome: str
    """uploaded, replaced, present, conflict, moved, quarantined or failed."""
    reason: str = ""

    @property
    def key(self) -> t.Tuple[str, str, str]:
        return (self.channel, self.subdir, self.file)
