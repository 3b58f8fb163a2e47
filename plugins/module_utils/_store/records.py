# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of what was found applied, kept between runs.  Private to the collection.

Losing them costs certainty, never correctness: what AE4 took away is then reported as foreign instead of stale.  So
a record that cannot be read or written is a warning and counts as empty.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line, read_object, write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Applied, Observed, PlacementKey, Principal
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share

APPLIED_MEMBERS = "applied_members.json"
APPLIED_SHARES = "applied_shares.json"
APPLIED_PLACEMENTS = "applied_placements.json"
APPLIED_PUBLIC = "applied_public.json"

Read = t.TypeVar("Read")
Members = t.Dict[str, t.List[str]]
"""AE5 names of the people of each AE4 group (``SITE:ORGANIZATION/GROUP``)."""


class Records:
    """The records in ``folder``; without a folder there are none, and none are written.

    ``warnings`` has a sentence for each record that is damaged or cannot be written.
    """

    def __init__(self, folder: t.Optional[str]) -> None:
        self._folder = folder
        self.warnings: t.List[str] = []
        self.applied = Applied(
            _read(folder, APPLIED_PLACEMENTS, _placements, frozenset(), self.warnings),
            _read(folder, APPLIED_SHARES, _shares, {}, self.warnings),
            _read(folder, APPLIED_PUBLIC, _public, frozenset(), self.warnings),
        )
        self.members = read_members(folder, self.warnings)

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
        shares = {channel: [list(item) for item in sorted(principals)] for channel, principals in self.applied.shares.items() if principals}
        files: t.Dict[str, t.Dict[str, t.Any]] = {
            APPLIED_PLACEMENTS: placements,
            APPLIED_SHARES: shares,
            APPLIED_PUBLIC: {"channels": sorted(self.applied.public)},
            APPLIED_MEMBERS: self.members,
        }
        try:
            for name, data in files.items():
                write_text(os.path.join(self._folder, name), json_line(data))
        except OSError as exc:
            self.warnings.append(f"The records in {self._folder} cannot be written: {exc.strerror}; the next run knows less of this one.")


def _is_gone(key: PlacementKey, observed: Observed) -> bool:
    """Whether the place of a package was read and the package is not there."""
    return key[:2] in observed.packages and key[2] not in observed.packages[key[:2]]


def read_members(folder: t.Optional[str], warnings: t.List[str]) -> Members:
    """The members of each group in the plans applied so far; a damaged record adds to ``warnings``."""
    return _read(folder, APPLIED_MEMBERS, _members, {}, warnings)


def _read(folder: t.Optional[str], name: str, parse: t.Callable[[t.Dict[str, t.Any]], Read], empty: Read, warnings: t.List[str]) -> Read:
    path = os.path.join(folder or "", name)
    if folder is None or not os.path.exists(path):
        return empty
    try:
        return parse(read_object(path, "record"))
    except (MigrationError, AttributeError, KeyError, TypeError, ValueError):
        warnings.append(
            f"The record {path} is damaged or cannot be read and counts as empty, so what AE4 has taken away since is told as if "
            "somebody had added it on AE5."
        )
        return empty


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _list(value: t.Any) -> t.List[t.Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return value


def _placements(data: t.Dict[str, t.Any]) -> t.FrozenSet[PlacementKey]:
    return frozenset(
        (channel, subdir, _text(file)) for channel, subdirs in data.items() for subdir, files in subdirs.items() for file in _list(files)
    )


def _shares(data: t.Dict[str, t.Any]) -> t.Dict[str, t.FrozenSet[Principal]]:
    return {
        channel: frozenset(principal_of(Share(_text(kind), _text(name), "r")) for kind, name in _list(items))
        for channel, items in data.items()
    }


def _public(data: t.Dict[str, t.Any]) -> t.FrozenSet[str]:
    return frozenset(_text(name) for name in _list(data["channels"]))


def _members(data: t.Dict[str, t.Any]) -> Members:
    return {group: [_text(name) for name in _list(people)] for group, people in data.items()}
