# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan changes on the cluster as it is now: counts per channel of what is to do.  Pure.  Private to the collection.

The plan is a desired state; these changes are for people to read, nothing is applied from them.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_key, principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import ABSENT, DIFFERENT, SAME, UNPROVEN
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC, UNKNOWN, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import state_at_planning
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words


@dataclasses.dataclass(frozen=True)
class ChannelChanges(JsonRecord):
    """What is to do with one channel."""

    TITLE = "channel's changes"
    BRIEF = ("create", "hide", "publish", "send", "send_bytes", "present", "conflicts", "unproven", "add", "change", "unseen")

    name: str
    create: bool = False
    hide: bool = False
    """It is public and must not be."""
    publish: bool = False
    send: int = 0
    send_bytes: int = 0
    present: int = 0
    conflicts: int = 0
    """Files of the same name with other bytes."""
    unproven: int = 0
    """Files of the same name that show no digest to compare, or a subdir that cannot be read."""
    add: t.Tuple[str, ...] = ()
    """Shares to add, in words."""
    change: t.Tuple[str, ...] = ()
    """Shares to change, in words."""
    unseen: bool = False
    """The shares cannot be seen over this transport."""

    @property
    def something(self) -> bool:
        """Whether there is anything to do, or to decide."""
        return self.create or self.hide or self.publish or bool(self.send or self.conflicts or self.unproven or self.add or self.change)

    def to_json(self) -> Json:
        """The fields that are not empty."""
        found = super().to_json()
        del found["name"]
        return found

    @property
    def line(self) -> str:
        """The channel and what is to do, as one line of a diff."""
        return f"{'+' if self.create else '~'} {self.name}: {self.words}"

    @property
    def words(self) -> str:
        """What is to do, in words."""
        return "; ".join(text for text in self._words() if text)

    def _words(self) -> t.Iterator[str]:
        yield "create" if self.create else ""
        yield "make private" if self.hide else ""
        yield f"send {counted(self.send, 'file')}, {size_in_words(self.send_bytes)}" if self.send else ""
        yield f"{counted(self.conflicts, 'file')} in conflict" if self.conflicts else ""
        yield f"{counted(self.unproven, 'file')} that cannot be compared" if self.unproven else ""
        yield from self.add
        yield from self.change
        yield "make public" if self.publish else ""


@dataclasses.dataclass(frozen=True)
class Changes:
    """What is to do, channel by channel; only channels with changes."""

    channels: t.Tuple[ChannelChanges, ...]
    present: int = 0
    unseen: int = 0
    """Channels whose shares cannot be seen."""

    @property
    def empty(self) -> bool:
        """Whether the cluster is as planned, as far as it can be seen."""
        return not self.channels

    @property
    def totals(self) -> t.Dict[str, int]:
        return {
            "channels_to_create": sum(item.create for item in self.channels),
            "channels_to_hide": sum(item.hide for item in self.channels),
            "channels_to_publish": sum(item.publish for item in self.channels),
            "files_to_send": sum(item.send for item in self.channels),
            "bytes_to_send": sum(item.send_bytes for item in self.channels),
            "files_present": self.present,
            "conflicts": sum(item.conflicts for item in self.channels),
            "files_unproven": sum(item.unproven for item in self.channels),
            "shares_to_add": sum(len(item.add) for item in self.channels),
            "shares_to_change": sum(len(item.change) for item in self.channels),
            "channels_with_unseen_shares": self.unseen,
        }

    def to_json(self) -> Json:
        return {"totals": self.totals, "channels": {item.name: item.to_json() for item in self.channels}}


def channels_from(data: Json) -> t.List[ChannelChanges]:
    """The channels of a stored ``Changes.to_json``."""
    return [ChannelChanges.from_json({"name": name, **item}) for name, item in data.get("channels", {}).items()]


def changes_of(channels: t.Sequence[Channel], placements: t.Iterable[Placement], owners: t.Mapping[str, t.Optional[str]]) -> Changes:
    """The changes from what the target held (``before``).  ``owners`` are the AE5 owners of channels, who need no share."""
    files: t.Dict[str, t.Counter[str]] = collections.defaultdict(collections.Counter)
    for placement in placements:
        state = state_at_planning(placement)
        mine = files[placement.channel]
        mine[state] += 1
        mine["bytes"] += placement.size if state == ABSENT else 0
    found = [_channel(channel, files[channel.name], owners.get(channel.name)) for channel in channels]
    present = sum(item.present for item in found)
    return Changes(tuple(item for item in found if item.something), present, sum(item.unseen for item in found))


def _channel(channel: Channel, files: t.Mapping[str, int], owner: t.Optional[str]) -> ChannelChanges:
    privacy = channel.before.privacy if channel.before is not None else None
    seen = channel.before.shares if channel.before is not None else ()
    held = {principal_of(share): share.access for share in seen or ()}
    add: t.List[str] = []
    change: t.List[str] = []
    for share in channel.shares if seen is not None else ():
        key = principal_of(share)
        if owner is not None and key == principal_key(USER, owner):
            continue
        if key not in held:
            add.append(share_in_words(share))
        elif held[key] != share.access:
            change.append(f"{share_in_words(share)} (now {held[key]})")
    return ChannelChanges(
        channel.name,
        create=channel.before is None,
        hide=privacy == PUBLIC and not channel.public,
        publish=channel.public and (channel.before is None or privacy == PRIVATE),
        send=files[ABSENT],
        send_bytes=files["bytes"],
        present=files[SAME],
        conflicts=files[DIFFERENT],
        unproven=files[UNPROVEN] + files[UNKNOWN],
        add=tuple(add),
        change=tuple(change),
        unseen=seen is None,
    )
