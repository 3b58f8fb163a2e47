# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of what was last applied, kept between runs.  Private to the collection.

Without them nobody knows what was removed on AE5, and it would be sent and shared again.  So a plan refuses a record that
cannot be read.  Other steps go on without it, with a warning, and leave the file as it is: the next plan has to find it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there, json_line, read_object, write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_key, principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Applied, Observed, PlacementKey, Principal
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import SCHEMA_VERSION

APPLIED_MEMBERS = "applied_members.json"
LAST_SHARES = "last_shares.json"
APPLIED_PLACEMENTS = "applied_placements.json"
APPLIED_PUBLIC = "applied_public.json"

GIVEN_BEFORE, FOUND_BEFORE = "shares.json", "applied_shares.json"
"""The two files that ``last_shares.json`` was once; they are read where it is not there yet."""

_REMEDY = "restore it from a backup, or remove the file to declare that there is none and that what was removed on AE5 may be sent again"

Read = t.TypeVar("Read")
Members = t.Dict[str, t.List[str]]
"""AE5 names of the people of each AE4 group (``SITE:ORGANIZATION/GROUP``)."""


@dataclasses.dataclass(frozen=True)
class ChannelShares(JsonRecord):
    """The shares of one channel in ``last_shares.json``."""

    TITLE = "channel's shares"

    given: t.Tuple[Share, ...] = ()
    found: t.Tuple[t.Tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class _LastShares(JsonRecord):
    """``last_shares.json``."""

    TITLE = "record of shares"
    HEAD: t.ClassVar[Json] = {"schema_version": SCHEMA_VERSION}

    channels: t.Mapping[str, ChannelShares]


class _Reader:
    """Reads the records of a folder and keeps the names of those that cannot be read.  Without ``warnings`` it raises."""

    def __init__(self, folder: t.Optional[str], warnings: t.Optional[t.List[str]]) -> None:
        self._folder, self._warnings = folder, warnings
        self.unread: t.Set[str] = set()

    def read(self, name: str, parse: t.Callable[[Json], Read], empty: Read) -> Read:
        """What a record has; ``empty`` if there is no such file, or it cannot be read."""
        path = os.path.join(self._folder or "", name)
        if self._folder is None or not is_there(path):
            return empty
        try:
            return parse(read_object(path, "record"))
        except (MigrationError, AttributeError, KeyError, TypeError, ValueError) as exc:
            cause = exc.__cause__
            fault = f"cannot be read ({cause.strerror})" if isinstance(cause, OSError) else "is damaged"
        if self._warnings is None:
            raise MigrationError(f"The record {path} {fault}, so it is not known what was removed on AE5; {_REMEDY}.")
        self.unread.add(name)
        self._warnings.append(
            f"The record {path} {fault}; this step goes on without it and leaves the file as it is, and the next plan will stop: {_REMEDY}."
        )
        return empty


class LastShares:
    """The shares that were last applied, by channel: ``given`` by the module channel_share, ``found`` by a verification.

    ``warnings`` gets a sentence if the record cannot be read or written; with ``strict`` one that cannot be read is an error.
    """

    def __init__(self, folder: t.Optional[str], warnings: t.List[str], strict: bool = False) -> None:
        self._folder, self._warnings = folder, warnings
        self._reader = reader = _Reader(folder, None if strict else warnings)
        if folder is None or is_there(os.path.join(folder, LAST_SHARES)):
            channels: t.Mapping[str, ChannelShares] = reader.read(LAST_SHARES, _channels, {})
            given = {channel: item.given for channel, item in channels.items()}
            self.found: t.Dict[str, t.FrozenSet[Principal]] = _found({channel: item.found for channel, item in channels.items()})
        else:
            given = reader.read(GIVEN_BEFORE, _given_before, {})
            self.found = reader.read(FOUND_BEFORE, _found_before, {})
        self.given = {channel: {principal_of(share): share for share in shares} for channel, shares in given.items() if shares}

    def note(self, channel: str, share: Share, present: bool) -> None:
        """Writes down that a share was given or taken away."""
        mine = self.given.setdefault(channel, {})
        if present:
            mine[principal_of(share)] = share
        else:
            mine.pop(principal_of(share), None)

    def save(self) -> None:
        """Writes the record, if there is a folder for it and what was there could be read."""
        if self._folder is None or self._reader.unread:
            return
        channels = {
            name: ChannelShares(
                tuple(share for _key, share in sorted(self.given.get(name, {}).items())), tuple(sorted(self.found.get(name, ())))
            )
            for name in {*self.given, *self.found}
        }
        empty = ChannelShares()
        record = _LastShares({name: item for name, item in channels.items() if item != empty})
        path = os.path.join(self._folder, LAST_SHARES)
        try:
            write_text(path, json_line(record.to_json()))
        except OSError as exc:
            self._warnings.append(f"The record {path} cannot be written: {exc.strerror}; the next run knows less of this one.")
            return
        for name in (GIVEN_BEFORE, FOUND_BEFORE):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self._folder, name))


class Records:
    """The records in ``folder``; without a folder there are none, and none are written.

    ``warnings`` has a sentence for each record that cannot be read or written.  With ``strict`` one that cannot be read is a
    ``MigrationError``.
    """

    def __init__(self, folder: t.Optional[str], strict: bool = False) -> None:
        self._folder = folder
        self.warnings: t.List[str] = []
        self.shares = LastShares(folder, self.warnings, strict)
        self._reader = reader = _Reader(folder, None if strict else self.warnings)
        self.applied = Applied(
            reader.read(APPLIED_PLACEMENTS, _placements, frozenset()),
            self.shares.found,
            reader.read(APPLIED_PUBLIC, _public, frozenset()),
        )
        self.members: Members = reader.read(APPLIED_MEMBERS, _members, {})

    def add(
        self,
        planned: Applied,
        observed: Observed,
        members: t.Mapping[str, t.Sequence[str]],
        unsettled: t.AbstractSet[PlacementKey] = frozenset(),
    ) -> None:
        """Adds what is both planned and seen on the target, and writes the records.

        ``planned`` has what is held back, too.  What is no longer planned is kept as long as the target may have it: if it
        comes back to AE4 later, it is new.  ``unsettled`` are placements whose place holds something else than was planned.
        """
        seen = {key for key in planned.placements if key[2] in observed.packages.get(key[:2], {})}
        gone = {key for key in self.applied.placements - planned.placements if _is_gone(key, observed)}
        shares = dict(self.applied.shares)
        for channel, principals in planned.shares.items():
            found = observed.shares.get(channel)
            held = {principal_of(share) for share in found or ()}
            kept = shares.get(channel, frozenset())
            shares[channel] = (kept if found is None else kept & (principals | held)) | (principals & held)
        public = {channel for channel, seen_public in observed.public.items() if seen_public and channel in planned.public}
        hidden = {channel for channel, seen_public in observed.public.items() if seen_public is False and channel not in planned.public}
        self.applied = Applied((self.applied.placements | seen) - gone - unsettled, shares, (self.applied.public | public) - hidden)
        for group, people in members.items():
            self.members[group] = sorted({*self.members.get(group, ()), *people})
        self._write()

    def _write(self) -> None:
        if self._folder is None:
            return
        placements: t.Dict[str, t.Dict[str, t.List[str]]] = {}
        for channel, subdir, file in sorted(self.applied.placements):
            placements.setdefault(channel, {}).setdefault(subdir, []).append(file)
        self.shares.found = dict(self.applied.shares)
        files: t.Dict[str, Json] = {
            APPLIED_PLACEMENTS: placements,
            APPLIED_PUBLIC: {"channels": sorted(self.applied.public)},
            APPLIED_MEMBERS: self.members,
        }
        try:
            for name in sorted(files.keys() - self._reader.unread):
                write_text(os.path.join(self._folder, name), json_line(files[name]))
        except OSError as exc:
            self.warnings.append(f"The records in {self._folder} cannot be written: {exc.strerror}; the next run knows less of this one.")
            return
        self.shares.save()


def _is_gone(key: PlacementKey, observed: Observed) -> bool:
    """Whether the place of a package was read and the package is not there."""
    return key[:2] in observed.packages and key[2] not in observed.packages[key[:2]]


def read_members(folder: t.Optional[str]) -> Members:
    """The members of each group in the plans applied so far.  Raises ``MigrationError`` if that record cannot be read."""
    return _Reader(folder, None).read(APPLIED_MEMBERS, _members, {})


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _list(value: t.Any) -> t.List[t.Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return value


def _placements(data: Json) -> t.FrozenSet[PlacementKey]:
    return frozenset(
        (channel, subdir, _text(file)) for channel, subdirs in data.items() for subdir, files in subdirs.items() for file in _list(files)
    )


def _channels(data: Json) -> t.Mapping[str, ChannelShares]:
    return _LastShares.from_json(data).channels


def _given_before(data: Json) -> t.Dict[str, t.Tuple[Share, ...]]:
    return {channel: tuple(map(Share.from_json, _list(shares))) for channel, shares in data["shares"].items()}


def _found_before(data: Json) -> t.Dict[str, t.FrozenSet[Principal]]:
    return _found({channel: [(_text(kind), _text(name)) for kind, name in _list(items)] for channel, items in data.items()})


def _found(channels: t.Mapping[str, t.Iterable[Principal]]) -> t.Dict[str, t.FrozenSet[Principal]]:
    found = {channel: frozenset(principal_key(kind, name) for kind, name in principals) for channel, principals in channels.items()}
    return {channel: principals for channel, principals in found.items() if principals}


def _public(data: Json) -> t.FrozenSet[str]:
    return frozenset(_text(name) for name in _list(data["channels"]))


def _members(data: Json) -> Members:
    return {group: [_text(name) for name in _list(people)] for group, people in data.items()}
