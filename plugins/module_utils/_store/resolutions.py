# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the environments of the projects find on AE5: the lines of ``resolutions.jsonl``.  Private to the collection."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT, Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._files import read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

SAME = "same"
"""A channel has the pinned package with the digest that the environment recorded."""

FOUND = "found"
"""A channel has it; there is no digest to compare."""

OTHER = "other"
"""A channel has a package of this name, version and build, and it is another one."""

MISSING = "missing"
"""No channel that the user may read has it."""

STATES = (SAME, FOUND, OTHER, MISSING)


@dataclasses.dataclass(frozen=True)
class PinState(JsonRecord):
    """What became of one pin.  ``channel`` has it; ``hidden`` are channels that have it and that the user may not read."""

    pin: Pin
    state: str
    channel: str = ""
    hidden: t.Tuple[str, ...] = ()
    offers: t.Tuple[str, ...] = ()
    """Of a missing pin: versions and builds of the same name that the user could have, the last ones by name."""

    def to_json(self) -> Json:
        return {
            "pin": self.pin.text(EXACT),
            "name": self.pin.name,
            "version": self.pin.version,
            "build": self.pin.build,
            "from": self.pin.channel,
            "state": self.state,
            "channel": self.channel,
            "hidden": list(self.hidden),
            "offers": list(self.offers),
        }

    @classmethod
    def from_json(cls, data: t.Any) -> PinState:
        try:
            pin = Pin(data["name"], data["version"], data["build"], data["from"])
            if data["pin"] != pin.text(EXACT):
                pin = dataclasses.replace(pin, spec=data["pin"])
            return cls(pin, data["state"], data["channel"], tuple(data["hidden"]), tuple(data["offers"]))
        except (KeyError, TypeError) as exc:
            raise SchemaError("a pin's state needs pin, name, version, build, from, state, channel, hidden and offers") from exc


PINS_SHOWN = 3

PROJECTS_SHOWN = 10


@dataclasses.dataclass(frozen=True)
class Asked(JsonRecord):
    """What one environment of a project asks for on AE5, as its ``environment.yml`` or env spec does."""

    TITLE = "list of what a project asks for"

    name: str
    channels: t.Tuple[str, ...]
    specs: t.Tuple[str, ...]
    """Of conda packages, in the form in which they are kept (option ``pin``)."""


@dataclasses.dataclass(frozen=True)
class Resolution(JsonRecord):
    """What the environments of one project find on AE5."""

    TITLE = "resolution"

    owner: str
    project: str
    user: str
    """The AE5 user it was looked at for."""
    channels: t.Tuple[str, ...]
    pins: t.Tuple[PinState, ...]
    dropped: t.Tuple[str, ...] = ()
    """Old channels that nothing stands for, see ``Rewriting``."""
    pip: t.Tuple[str, ...] = ()
    environments: t.Tuple[Asked, ...] = ()
    unsolved: str = ""
    """Why a whole solve failed; ``""`` if it did not, or was not made."""
    lacking: t.Tuple[str, ...] = ()
    """Of a failed one: what its packages need and no channel of the environment has."""
    awaited: t.Tuple[str, ...] = ()
    """Of a failed one: pins that a channel was said to have, or to get, and that are not there now."""
    against: t.Tuple[str, ...] = ()
    """Of a failed one that lacks nothing: packages that do not go together with the others."""
    unchecked: str = ""
    """Why it is not known whether the whole can be solved, the end of a sentence; ``""`` if it is known, or nobody asked."""

    @property
    def key(self) -> str:
        return f"{self.owner}/{self.project}"

    @property
    def missing(self) -> t.Tuple[PinState, ...]:
        return tuple(state for state in self.pins if state.state == MISSING)

    @property
    def others(self) -> t.Tuple[PinState, ...]:
        return tuple(state for state in self.pins if state.state == OTHER)

    @property
    def breaks(self) -> bool:
        """Whether the environment cannot be made on AE5.  Another package of the same build can still be installed."""
        return bool(self.missing or self.unsolved)

    @property
    def counts(self) -> t.Dict[str, int]:
        """Number of pins by state."""
        found = collections.Counter(state.state for state in self.pins)
        return {state: found[state] for state in STATES}


@dataclasses.dataclass(frozen=True)
class OwnerVerdict:
    """How many of an owner's projects will fail on AE5, and which."""

    owner: str
    projects: int
    breaking: t.Tuple[Resolution, ...]
    unchecked: int = 0
    """Of the others, those of which only the pins were compared although more was asked for."""

    @property
    def sentence(self) -> str:
        """For the report: these N of M projects will fail on AE5, and because of which package."""
        owner = shown(self.owner)
        but = f", as far as is known: {counted(self.unchecked, 'of them was', 'of them were')} not looked through" if self.unchecked else ""
        if not self.breaking:
            words = "the environment of the one project" if self.projects == 1 else f"the environments of all {self.projects} projects"
            return f"Of {owner}, {words} can be made on AE5{but}."
        reasons = listed([f"{shown(item.project)} because of {_reason(item)}" for item in self.breaking], PROJECTS_SHOWN, between="; ")
        return f"Of {owner}, {len(self.breaking)} of {counted(self.projects, 'project')} will fail on AE5: {reasons}{but}."


def _reason(item: Resolution) -> str:
    if item.missing:
        return listed([shown(state.pin.text(EXACT)) for state in item.missing], PINS_SHOWN)
    if item.awaited:
        return f"{listed([shown(text) for text in item.awaited], PINS_SHOWN)}, to be brought and not there yet"
    if item.lacking:
        return f"missing dependencies ({listed([shown(text) for text in item.lacking], PINS_SHOWN)})"
    if item.against:
        return f"conflicting packages ({listed([shown(text) for text in item.against], PINS_SHOWN)})"
    return f"unsolvable dependencies ({shown(item.unsolved)})"


class Owners:
    """Adds up resolutions; of those that break only the reasons are kept."""

    def __init__(self) -> None:
        self._projects: t.Dict[str, int] = collections.Counter()
        self._unchecked: t.Dict[str, int] = collections.Counter()
        self._breaking: t.Dict[str, t.List[Resolution]] = collections.defaultdict(list)

    def add(self, item: Resolution) -> None:
        self._projects[item.owner] += 1
        if item.breaks:
            self._breaking[item.owner].append(dataclasses.replace(item, pins=item.missing, environments=(), pip=()))
        elif item.unchecked:
            self._unchecked[item.owner] += 1

    def verdicts(self) -> t.List[OwnerVerdict]:
        """A verdict for each owner, those with the most broken projects first."""
        found = [
            OwnerVerdict(owner, number, tuple(sorted(self._breaking[owner], key=lambda item: item.project)), self._unchecked[owner])
            for owner, number in sorted(self._projects.items())
        ]
        return sorted(found, key=lambda verdict: -len(verdict.breaking))


def by_owner(resolutions: t.Iterable[Resolution]) -> t.List[OwnerVerdict]:
    """A verdict for each owner, those with the most broken projects first."""
    owners = Owners()
    for item in resolutions:
        owners.add(item)
    return owners.verdicts()


Found = t.Tuple[str, str, Resolution]
"""Host, site and what one of its projects finds."""

RESOLUTIONS = "resolutions.jsonl"


def read_resolutions(path: str) -> t.Iterator[Found]:
    """The lines of a ``resolutions.jsonl``, one at a time.

    Raises:
        MigrationError: it cannot be read.
    """

    def found(data: Json) -> Found:
        return data["host"], data["site"], Resolution.from_json(data)

    return read_records(path, "list of resolutions", found, "run the check again")
