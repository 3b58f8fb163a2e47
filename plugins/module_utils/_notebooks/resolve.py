# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a project's environment still resolves on AE5, told before anybody needs it.  Private to the collection.

The pins are compared with what the channels hold (``channel_map``), which any host can do.  Where py-rattler is installed a
whole solve over the channels' repodata finds what pins alone do not show: packages that the pins need and nobody listed.
"""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import traceback
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.words import counted, listed
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.channel_map import MISSING, OTHER, STATES, PinState, Rewriting
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environment import EnvironmentSpec

RATTLER_ERROR: t.Optional[str] = None
try:
    import rattler
    from rattler.exceptions import InvalidMatchSpecError, SolverError
except ImportError:
    RATTLER_ERROR = traceback.format_exc()

PINS_SHOWN = 3
_VIRTUAL = (("__glibc", "2.17"), ("__linux", "3.10"), ("__unix", "0"))
"""What a session of AE5 has at least: its images are of Red Hat's seventh generation or later."""
_BASE = "https://channels.invalid/"
"""In front of a channel's name, where rattler wants a URL; nothing is fetched."""

Repodata = t.Mapping[str, t.Mapping[str, str]]
"""Channel to subdir to the path of its ``repodata.json``."""


@dataclasses.dataclass(frozen=True)
class Resolution:
    """What the environments of one project find on AE5."""

    owner: str
    project: str
    user: str
    """The AE5 user it was looked at for."""
    channels: t.Tuple[str, ...]
    pins: t.Tuple[PinState, ...]
    dropped: t.Tuple[str, ...] = ()
    """Old channels that nothing stands for, see ``Rewriting``."""
    pip: t.Tuple[str, ...] = ()
    unsolved: str = ""
    """Why a whole solve failed; ``""`` if it did not, or was not made."""

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

    def to_json(self) -> Json:
        return {
            "owner": self.owner,
            "project": self.project,
            "user": self.user,
            "channels": list(self.channels),
            "pins": [state.to_json() for state in self.pins],
            "dropped": list(self.dropped),
            "pip": list(self.pip),
            "unsolved": self.unsolved,
        }

    @classmethod
    def from_json(cls, data: t.Any) -> Resolution:
        try:
            lists = {key: tuple(data[key]) for key in ("channels", "dropped", "pip")}
            pins = tuple(PinState.from_json(item) for item in data["pins"])
            return cls(data["owner"], data["project"], data["user"], pins=pins, unsolved=data["unsolved"], **lists)
        except (KeyError, TypeError) as exc:
            raise SchemaError("a resolution needs owner, project, user, channels, pins, dropped, pip and unsolved") from exc


def resolution(owner: str, project: str, user: str, found: t.Sequence[t.Tuple[EnvironmentSpec, Rewriting]]) -> Resolution:
    """The environments of one project together; a pin that several have counts once."""
    pins: t.Dict[t.Tuple[str, str, str, str], PinState] = {}
    for _spec, rewriting in found:
        pins.update({(item.pin.name, item.pin.version, item.pin.build, item.pin.spec): item for item in rewriting.pins})
    return Resolution(
        owner,
        project,
        user,
        tuple(dict.fromkeys(name for _spec, rewriting in found for name in rewriting.channels)),
        tuple(pins[key] for key in sorted(pins)),
        tuple(dict.fromkeys(name for _spec, rewriting in found for name in rewriting.dropped)),
        tuple(dict.fromkeys(line for spec, _rewriting in found for line in spec.pip)),
    )


@dataclasses.dataclass(frozen=True)
class OwnerVerdict:
    """How many of an owner's projects would break, and which."""

    owner: str
    projects: int
    breaking: t.Tuple[Resolution, ...]

    @property
    def sentence(self) -> str:
        """For the report: these N of M projects would break on Monday, and by which package."""
        if not self.breaking:
            words = "the environment of the one project" if self.projects == 1 else f"the environments of all {self.projects} projects"
            return f"Of {self.owner}, {words} can be made on AE5."
        reasons = "; ".join(f"{item.project} by {_reason(item)}" for item in self.breaking)
        return f"Of {self.owner}, {len(self.breaking)} of {counted(self.projects, 'project')} would break: {reasons}."


def _reason(item: Resolution) -> str:
    if not item.missing:
        return f"what its packages need ({item.unsolved})"
    return listed([state.pin.text("exact") for state in item.missing], PINS_SHOWN)


def by_owner(resolutions: t.Iterable[Resolution]) -> t.List[OwnerVerdict]:
    """A verdict for each owner, those with the most broken projects first."""
    mine: t.Dict[str, t.List[Resolution]] = collections.defaultdict(list)
    for item in resolutions:
        mine[item.owner].append(item)
    verdicts = [
        OwnerVerdict(owner, len(items), tuple(sorted((item for item in items if item.breaks), key=lambda item: item.project)))
        for owner, items in mine.items()
    ]
    return sorted(verdicts, key=lambda verdict: (-len(verdict.breaking), verdict.owner))


def can_solve() -> bool:
    """Whether py-rattler is installed on this host."""
    return RATTLER_ERROR is None


def solve(specs: t.Sequence[str], channels: t.Sequence[str], repodata: Repodata) -> str:
    """Why conda could not make an environment of these specs from these channels; ``""`` if it can.

    Only what ``repodata`` has is looked at, nothing is fetched.  All channels weigh the same, as the pins say which is meant.

    Raises:
        MissingLibrary: py-rattler is not on this host.
    """
    if RATTLER_ERROR is not None:
        raise MissingLibrary("py-rattler", RATTLER_ERROR)
    build: t.Any = getattr(rattler, "BuildString", str)  # older versions take a str
    virtual = [rattler.GenericVirtualPackage(rattler.PackageName(name), rattler.Version(version), build("0")) for name, version in _VIRTUAL]
    try:
        sources = [
            rattler.SparseRepoData(rattler.Channel(_BASE + name), subdir, path)
            for name in channels
            for subdir, path in sorted(repodata.get(name, {}).items())
        ]
        rattler_specs = [rattler.MatchSpec(spec) for spec in specs]
        work = rattler.solve_with_sparse_repodata(
            rattler_specs, sources, virtual_packages=virtual, channel_priority=rattler.ChannelPriority.Disabled
        )
        _finished(work)
    except (SolverError, InvalidMatchSpecError) as exc:
        return " ".join(str(exc).split())[:500] or type(exc).__name__
    return ""


def _finished(work: t.Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
    async def whole() -> t.Any:
        return await work

    return asyncio.run(whole())


def solved(item: Resolution, specs: t.Sequence[str], repodata: Repodata) -> Resolution:
    """The resolution after a whole solve of these specs, unless pins are missing already: then it would only say so again."""
    if item.missing:
        return item
    return dataclasses.replace(item, unsolved=solve(specs, item.channels, repodata))
