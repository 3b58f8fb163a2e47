# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which AE5 channels an environment gets instead of the ones it was made from.  Pure.  Private to the collection.

Exported environments name channels by AE4's short names or URLs (AE4 facts 4.1), often with a token in them.  On AE5 the
same packages lie in channels that the plan named, each with its own readers, so content decides: a pin takes the first
channel, in the order of its old channels, that this user may read and that holds what it pins, one with the same digest
before one without, and that before one with another.  A person can declare what an old channel is on AE5.
"""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import EnvironmentSpec
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT, NAME, Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import match_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import Dist
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import MAIN_LABEL
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import FOUND, MISSING, OTHER, SAME, STATES, PinState
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

"""AE4 notebooks ran on Linux only."""

_SUBDIR = re.compile(r"(?:linux|osx|win|freebsd|zos)-\w+$|noarch$")
_LABELS = ("label", "labels")
_AREAS = ("conda", "pkgs")

Digests = t.Tuple[str, str]
"""sha256 and md5, each empty where unknown."""
Identity = t.Tuple[str, str, str]
"""Name, version and build."""


@dataclasses.dataclass(frozen=True)
class ChannelView:
    """A channel of AE5 as far as environments are concerned."""

    name: str
    readable_by: t.Optional[t.FrozenSet[str]]
    """User names in lower case; ``None`` if all users may read it."""
    packages: t.Mapping[Identity, Digests]
    """Of linux-64 and noarch."""
    origins: t.FrozenSet[str] = frozenset()
    """The AE4 owners whose packages it holds; its own name counts as well."""
    numbers: t.Mapping[Identity, int] = dataclasses.field(default_factory=dict)
    """The build numbers that are not 0."""
    unread: bool = False
    """Whether AE5 did not show all that it holds."""

    def may_read(self, user: str) -> bool:
        return self.readable_by is None or user_key(user) in self.readable_by

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "readable_by": None if self.readable_by is None else sorted(self.readable_by),
            "origins": sorted(self.origins),
            "packages": [[*key, *self.packages[key], *self._number(key)] for key in sorted(self.packages)],
            **({"unread": True} if self.unread else {}),
        }

    def _number(self, key: Identity) -> t.List[int]:
        return [self.numbers[key]] if self.numbers.get(key) else []

    @classmethod
    def from_json(cls, data: t.Any) -> ChannelView:
        try:
            readers = data["readable_by"]
            packages = {(row[0], row[1], row[2]): (row[3], row[4]) for row in data["packages"]}
            numbers = {(row[0], row[1], row[2]): row[5] for row in data["packages"] if len(row) > 5}
            allowed = None if readers is None else frozenset(user_key(str(user)) for user in readers)
            return cls(data["name"], allowed, packages, frozenset(data.get("origins", ())), numbers, bool(data.get("unread")))
        except (KeyError, IndexError, TypeError, AttributeError) as exc:
            raise SchemaError("a view of a channel needs name, readable_by and packages") from exc


@dataclasses.dataclass(frozen=True)
class Rewriting:
    """The channels an environment gets, what each pin finds there, and what it lost on the way."""

    channels: t.Tuple[str, ...]
    pins: t.Tuple[PinState, ...]
    dropped: t.Tuple[str, ...]
    """Old channels without a replacement, from which something was or may have been pinned."""
    notes: t.Tuple[str, ...] = ()
    how: str = EXACT
    """As much of the pins as was looked for, and as the environment will ask for."""


def old_name(channel: str) -> str:
    """The short name of an AE4 channel: ``OWNER`` or ``OWNER/LABEL`` from whatever URL; ``""`` for a folder of the host.

    Tokens, the host, the area (``/conda/``, ``/pkgs/``) and the subdir say nothing of which channel it is, and ``main`` is no
    label (AE4 facts 4.1, vendor guide "How channels of imported packages are named").
    """
    channel = clean_url(channel).strip().rstrip("/")
    scheme, mark, rest = channel.partition("://")
    if (mark and scheme == "file") or channel.startswith(("/", ".", "~")):
        return ""
    parts = [part for part in (rest.partition("/")[2] if mark else channel).split("/") if part]
    if parts and _SUBDIR.match(parts[-1]):
        parts.pop()
    area = next((number for number, part in enumerate(parts[:-1]) if part in _AREAS), None)
    if area is not None:
        parts = parts[area + 1 :]
    if len(parts) >= 3 and parts[-2] in _LABELS:
        parts = parts[:-2] + ([] if parts[-1] == MAIN_LABEL else parts[-1:])
    return "/".join(parts)


class Catalog:
    """All channels, found by what they hold."""

    def __init__(self, views: t.Iterable[ChannelView]) -> None:
        self.views = {view.name: view for view in views}
        self._holders: t.Dict[Identity, t.List[str]] = collections.defaultdict(list)
        self._versions: t.Dict[str, t.Set[Identity]] = collections.defaultdict(set)
        self._by_origin: t.Dict[str, t.List[str]] = collections.defaultdict(list)
        for name in sorted(self.views):
            for origin in {name, *self.views[name].origins}:
                self._by_origin[origin].append(name)
            for key in self.views[name].packages:
                self._holders[key].append(name)
                self._versions[key[0]].add(key)

    def standing_for(self, old: str) -> t.List[str]:
        """The channels for an old short name: the one of that name first, then those of its owner."""
        owner, _slash, label = old.partition("/")
        exact = [name for name in (old,) if name in self.views]
        wanted = [] if label and exact else self._by_origin.get(owner, [])
        return [*exact, *(name for name in wanted if name not in exact)]

    def holders(self, pin: Pin, how: str) -> t.Dict[str, str]:
        """The channels that hold what is left of a pin, and whether it is the same there."""
        found: t.Dict[str, str] = {}
        for key in self._fitting(pin, how):
            for name in self._holders[key]:
                state = _compared(pin, key, self.views[name].packages[key])
                if name not in found or STATES.index(state) < STATES.index(found[name]):
                    found[name] = state
        return found

    def _fitting(self, pin: Pin, how: str) -> t.Iterable[Identity]:
        if pin.build and how == EXACT:
            key = (pin.name, pin.version, pin.build)
            return [key] if key in self._holders else []
        known = self._versions.get(pin.name, ())
        match = match_of(pin)
        if how != NAME and match is not None:
            return [key for key in known if match.matches(Dist(*key, ""))]
        if how == NAME or not pin.version:
            return known
        if pin.build:
            return [key for key in known if key[1] == pin.version]
        # A version without a build is conda's fuzzy one: 2.7 is also 2.7.18.
        return [key for key in known if key[1] == pin.version or key[1].startswith(pin.version + ".")]

    def offers(self, pin: Pin, user: str) -> t.Tuple[str, ...]:
        """Other versions and builds of a pin's name that the user could have."""
        seen = {
            f"{version}={build}"
            for key in self._versions.get(pin.name, ())
            for version, build in [key[1:]]
            if any(self.views[name].may_read(user) for name in self._holders[key])
        }
        return tuple(sorted(seen)[-3:])


def _compared(pin: Pin, key: Identity, digests: Digests) -> str:
    if (pin.name, pin.version, pin.build) != key:
        return FOUND
    for ours, theirs in ((pin.sha256, digests[0]), (pin.md5, digests[1])):
        if ours and theirs:
            return SAME if ours == theirs else OTHER
    return FOUND


def rewrite(
    spec: EnvironmentSpec, catalog: Catalog, user: str, how: str = EXACT, declared: t.Optional[t.Mapping[str, t.Sequence[str]]] = None
) -> Rewriting:
    """The channels for an environment of this AE5 user, and what each of its pins finds in them.

    ``declared``: an old channel (as the environment names it, or its short name) to the AE5 channels that replace it,
    none if it is to go.  ``how`` is as much of the pins as will be kept.
    """
    declared = declared or {}
    notes: t.List[str] = []
    old = list(dict.fromkeys(name for name in (*spec.channels, *(pin.channel for pin in spec.pins)) if name))
    ranked: t.Dict[str, None] = {}
    fixed: t.Dict[str, None] = {}
    for channel in old:
        said = _said(channel, declared)
        for name in catalog.standing_for(old_name(channel)) if said is None else said:
            if name in catalog.views and not catalog.views[name].may_read(user):
                if said is not None:
                    notes.append(f"The channel {name}, declared for {channel}, cannot be read by {user} and was left out.")
                continue
            ranked[name] = None
            if said is not None:
                fixed[name] = None
    choice = _Choice(catalog, user, how, list(ranked), list(fixed))
    if not catalog.views and not fixed:
        # Nothing is known of AE5: the short names are kept, and no pin is said to be missing.
        names = dict.fromkeys(name for name in (old_name(channel) for channel in spec.channels) if name)
        return Rewriting(tuple(names), (), (), how=how)
    states = tuple(choice.state(pin) for pin in spec.pins)
    return Rewriting(choice.channels(), states, tuple(_dropped(spec, old, declared, catalog, user, states)), tuple(notes), how)


def _said(channel: str, declared: t.Mapping[str, t.Sequence[str]]) -> t.Optional[t.Sequence[str]]:
    return next((declared[key] for key in (channel, old_name(channel)) if key in declared), None)


def _dropped(
    spec: EnvironmentSpec,
    old: t.Sequence[str],
    declared: t.Mapping[str, t.Sequence[str]],
    catalog: Catalog,
    user: str,
    states: t.Sequence[PinState],
) -> t.Iterator[str]:
    """Old channels without anything readable for them; not those whose every pin was found elsewhere."""
    lost = {state.pin.channel for state in states if state.state == MISSING}
    for channel in old:
        names = catalog.standing_for(old_name(channel))
        if _said(channel, declared) is not None or any(catalog.views[name].may_read(user) for name in names):
            continue
        if channel in lost or ("" in lost and channel in spec.channels):
            yield channel


class _Choice:
    """Takes channels for pins: of those with the best state the first by rank, then one that was taken before."""

    def __init__(self, catalog: Catalog, user: str, how: str, ranked: t.Sequence[str], fixed: t.Sequence[str]) -> None:
        self._catalog, self._user, self._how, self._ranked = catalog, user, how, ranked
        self._taken: t.Dict[str, int] = dict.fromkeys(fixed, 0)

    def state(self, pin: Pin) -> PinState:
        holders = self._catalog.holders(pin, self._how)
        mine = {name: state for name, state in holders.items() if self._catalog.views[name].may_read(self._user)}
        hidden = tuple(sorted(holders.keys() - mine.keys()))
        if not mine:
            return PinState(pin, MISSING, hidden=hidden, offers=self._catalog.offers(pin, self._user))
        name = min(mine, key=lambda item: (STATES.index(mine[item]), self._rank(item, pin), -self._taken.get(item, 0), item))
        self._taken[name] = self._taken.get(name, 0) + 1
        return PinState(pin, mine[name], name, () if mine[name] != OTHER else hidden)

    def _rank(self, name: str, pin: Pin) -> int:
        if pin.channel and name in self._catalog.standing_for(old_name(pin.channel)):
            return -1
        return self._ranked.index(name) if name in self._ranked else len(self._ranked)

    def channels(self) -> t.Tuple[str, ...]:
        """What was chosen, replacements of old channels first and in the old order."""
        rest = sorted((name for name in self._taken if name not in self._ranked), key=lambda name: (-self._taken[name], name))
        return (*(name for name in self._ranked if name in self._taken), *rest)
