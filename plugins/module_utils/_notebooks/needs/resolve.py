# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a project's environment still resolves on AE5, checked before it is needed.  Private to the collection.

The pins are compared with what the channels hold (``channel_map``), which any host can do.  Where py-rattler is installed a
whole solve over the channels' repodata finds what pins alone do not show: packages that the pins need and nobody listed.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import re
import time
import traceback
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary, reason_of
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

RATTLER_ERROR: t.Optional[str] = None
try:
    import rattler
    from rattler.exceptions import SolverError
except ImportError:
    RATTLER_ERROR = traceback.format_exc()

WHY_LENGTH = 500
SOLVE_TIMEOUT = 60
"""Seconds."""
_VIRTUAL = (("__glibc", "2.17"), ("__linux", "3.10"), ("__unix", "0"))
"""What a session of AE5 has at least: its images are of Red Hat's seventh generation or later."""
_BASE = "https://channels.invalid/"
"""In front of a channel's name, where rattler wants a URL; nothing is fetched."""

_LACKING = re.compile(r"^(.+?), for which no candidates were found")
_NO_CANDIDATES = re.compile(r"^No candidates were found for (.+?)\.?$")
_CONFLICT = re.compile(r"^(\S+(?: [^,]+?)?) cannot be installed because")
_BEFORE = re.compile(r"^(?:Cannot solve the request because of: )?[\s\u2500-\u257f]*")
"""What a line of rattler's words begins with: its own beginning, or the branches of a tree."""

Repodata = t.Mapping[str, t.Mapping[str, str]]
"""Channel to subdir to the path of its ``repodata.json``."""


class Undecided(MigrationError):
    """Whether an environment can be made could not be found out; the text is the end of a sentence."""


def can_solve() -> bool:
    """Whether py-rattler is installed on this host."""
    return RATTLER_ERROR is None


class Solver:
    """Tells why conda could not make environments.  Only what ``repodata`` has is looked at, nothing is fetched.

    All channels weigh the same, as the pins say which is meant.  Equal questions are solved once.

    Raises:
        MissingLibrary: py-rattler is not on this host.
    """

    def __init__(self, repodata: Repodata, timeout: float = SOLVE_TIMEOUT) -> None:
        if RATTLER_ERROR is not None:
            raise MissingLibrary("py-rattler", RATTLER_ERROR)
        self._repodata, self._timeout = repodata, timeout
        self._sources: t.Dict[t.Tuple[str, str], t.Any] = {}
        self.answers: t.Dict[Question, t.Union[str, Undecided]] = {}
        """What was solved, each question once."""

    def why_not(self, specs: t.Iterable[str], channels: t.Iterable[str]) -> str:
        """Why no environment of these specs can be made from these channels, in rattler's words; ``""`` if one can.

        Raises:
            Undecided: it took too long, or what was asked or what a channel says cannot be understood.
        """
        question = (tuple(sorted(specs)), tuple(channels))
        if question not in self.answers:
            try:
                self.answers[question] = self._solve(*question)
            except Undecided as exc:
                self.answers[question] = exc
        answer = self.answers[question]
        if isinstance(answer, Undecided):
            raise answer
        return answer

    def _solve(self, specs: t.Sequence[str], channels: t.Sequence[str]) -> str:
        build: t.Any = getattr(rattler, "BuildString", str)  # older versions take a str
        started = time.monotonic()
        try:
            virtual = [
                rattler.GenericVirtualPackage(rattler.PackageName(name), rattler.Version(version), build("0")) for name, version in _VIRTUAL
            ]
            sources = [self._source(name, subdir) for name in channels for subdir in sorted(self._repodata.get(name, {}))]
            work = rattler.solve_with_sparse_repodata(
                [rattler.MatchSpec(spec) for spec in specs],
                sources,
                virtual_packages=virtual,
                channel_priority=rattler.ChannelPriority.Disabled,
                timeout=datetime.timedelta(seconds=self._timeout),
            )
            _finished(work)
        except SolverError as exc:
            if time.monotonic() - started >= self._timeout or "cancelled" in str(exc)[:60]:
                raise Undecided(f"it was not solved within {self._timeout:g} seconds") from None
            return str(exc)
        except BaseException as exc:
            # A channel is other people's data; what rattler cannot read of it must not end the whole run, not even its panic.
            if not isinstance(exc, Exception) and type(exc).__name__ != "PanicException":
                raise
            raise Undecided(f"it could not be solved ({_one_line(reason_of(exc))})") from exc
        return ""

    def _source(self, channel: str, subdir: str) -> t.Any:
        key = (channel, subdir)
        if key not in self._sources:
            self._sources[key] = rattler.SparseRepoData(rattler.Channel(_BASE + channel), subdir, self._repodata[channel][subdir])
        return self._sources[key]


Question = t.Tuple[t.Tuple[str, ...], t.Tuple[str, ...]]
"""Specs and channels."""


def _finished(work: t.Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
    async def whole() -> t.Any:
        return await work

    return asyncio.run(whole())


def _one_line(text: str) -> str:
    return " ".join(text.split())[:WHY_LENGTH]


def unanswered(why: str) -> t.Tuple[str, ...]:
    """Out of rattler's words: what was asked for and no channel has, as ``NAME SPEC``; empty if that is not the reason."""
    return _said(why, _NO_CANDIDATES)


def lacking(why: str) -> t.Tuple[str, ...]:
    """Out of rattler's words: what packages need and no channel has."""
    return _said(why, _LACKING)


def against(why: str) -> t.Tuple[str, ...]:
    """Out of rattler's words: what was asked for and contradicts the rest."""
    return _said(why, _CONFLICT)


def _said(why: str, pattern: t.Pattern[str]) -> t.Tuple[str, ...]:
    found = (pattern.search(_BEFORE.sub("", line).strip()) for line in why.splitlines())
    return tuple(dict.fromkeys(_plain_spec(match.group(1)) for match in found if match))


def _plain_spec(text: str) -> str:
    text = text.strip()
    return text[: -len(" *")] if text.endswith(" *") else text


@dataclasses.dataclass(frozen=True)
class Unusable:
    """Channels that cannot be looked into."""

    absent: t.FrozenSet[str] = frozenset()
    """Those that AE5 does not have, so that conda cannot use them either."""
    unread: t.FrozenSet[str] = frozenset()
    """Those that it does not show to us."""


def solved(item: Resolution, solver: Solver, unusable: Unusable = Unusable()) -> Resolution:
    """The resolution after a whole solve of each of its environments.

    Not where pins are missing already: then it would only say so again.
    """
    if item.missing:
        return item
    whys: t.List[str] = []
    doubts: t.List[str] = []
    for asked in item.environments:
        absent, unread = ([name for name in asked.channels if name in names] for names in (unusable.absent, unusable.unread))
        try:
            if absent:
                whys.append(f"AE5 has no channel {listed(absent)}.")
            elif unread:
                raise Undecided(f"AE5 does not show what is in channel {listed(unread)}")
            elif asked.specs:
                whys.append(solver.why_not(asked.specs, asked.channels))
        except Undecided as exc:
            doubts.append(str(exc))
    whys = [why for why in whys if why]
    # Of a pin that is asked for and was not called missing, a channel was said to have it.
    asked_for = _each(unanswered, whys)
    needed = _each(lacking, whys)
    return dataclasses.replace(
        item,
        unsolved=_one_line(" ".join(whys)),
        lacking=needed if item.pins else (*asked_for, *needed),
        awaited=asked_for if item.pins else (),
        against=() if asked_for or needed else _each(against, whys),
        unchecked=_one_line("; ".join(doubts)),
    )


def _each(part: t.Callable[[str], t.Iterable[str]], whys: t.Iterable[str]) -> t.Tuple[str, ...]:
    return tuple(dict.fromkeys(text for why in whys for text in part(why)))
