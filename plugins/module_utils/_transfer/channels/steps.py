# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to do with channels, decided from what the cluster shows, and its carrying out.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import PRIVACY_AT_CREATION, PRIVACY_LATER, ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._model import by_hand
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._module import Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import NotTried, Stop, run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any

CREATED = "created"
CHANGED = "changed"
PRESENT = "present"
REFUSED = "refused"
WAITING = "waiting"
FAILED = "failed"


@dataclasses.dataclass(frozen=True)
class Step:
    """What is to do with one channel.

    ``result`` is the result in its row when it is done; ``create_private`` and ``set_privacy`` are the operations, both optional.
    """

    name: str
    result: str
    shown: t.Optional[str]
    """The privacy that the channel then has; ``None`` if it is not known."""
    create_private: t.Optional[bool] = None
    set_privacy: t.Optional[str] = None
    was: t.Optional[str] = None
    why: str = ""
    chore: str = ""
    """What a person has to do with it first, see ``_model.by_hand``."""

    @property
    def line(self) -> t.Optional[str]:
        """Its line in the diff."""
        if self.result == CREATED:
            return f"+ channel {self.name} ({self.shown})"
        if self.result == CHANGED:
            return f"~ channel {self.name} {self.was or 'unknown'} -> {self.shown}"
        return None


class Steps:
    """Decides what to do, from what the cluster shows and what its transport can do.  Changes nothing."""

    def __init__(self, cluster: Cluster, accept_public: t.Sequence[str] = ()) -> None:
        self._at_creation = cluster.can(PRIVACY_AT_CREATION)
        self._later = cluster.can(PRIVACY_LATER)
        self._accept = accept_public

    def create(self, name: str, private: bool, may_be_public: bool) -> Step:
        """A channel that does not exist: ``private`` if it must be created private, ``may_be_public`` if it may be created public."""
        if not private or self._at_creation:
            return Step(name, CREATED, PRIVATE if private else PUBLIC, create_private=private)
        if self._later:
            # It is empty while it is public, so nothing is exposed.
            return Step(name, CREATED, PRIVATE, create_private=False, set_privacy=PRIVATE)
        if may_be_public or self.accepted(name):
            return Step(name, CREATED, PUBLIC, create_private=False)
        return Step(name, REFUSED, None, chore=by_hand.CREATE)

    def make_private(self, state: ChannelState, privacy: t.Optional[str]) -> Step:
        """A channel that exists and must be private."""
        if privacy == PRIVATE:
            return Step(state.name, PRESENT, privacy)
        if self._later:
            return Step(state.name, CHANGED, PRIVATE, set_privacy=PRIVATE, was=privacy)
        if self.accepted(state.name):
            return Step(state.name, PRESENT, privacy)
        return Step(state.name, REFUSED, None, chore=by_hand.chore(True, privacy) or "")

    def make_public(self, state: ChannelState, privacy: t.Optional[str]) -> Step:
        """A channel that exists and must be public."""
        if privacy == PUBLIC:
            return Step(state.name, PRESENT, privacy)
        if self._later:
            return Step(state.name, CHANGED, PUBLIC, set_privacy=PUBLIC, was=privacy)
        return Step(state.name, FAILED, privacy, chore=by_hand.MAKE_PUBLIC)

    def accepted(self, name: str) -> bool:
        """Whether a declaration accepts that the channel is public."""
        return matches_any(name, self._accept)


def look(cluster: Cluster, names: t.Iterable[str]) -> t.Tuple[t.Dict[str, ChannelState], t.Dict[str, t.Optional[str]]]:
    """The channels that exist, and the privacy of each."""
    listed = cluster.channels()
    states = {name: listed[name] for name in names if name in listed}
    return states, cluster.privacy(states.values())


def apply(cluster: Cluster, steps: t.Sequence[Step]) -> Outcome:
    """Carries out the steps, unless in check mode, and reports one row for each channel."""
    rows: t.Dict[str, t.Dict[str, t.Any]] = {}
    failures: t.Dict[str, str] = {}
    due = [step for step in steps if step.line is not None]
    results: t.Iterable[t.Tuple[Step, t.Any]] = ((step, None) for step in due)
    if not cluster.read_only:
        results = run_all(lambda step: perform(cluster, step), due, cluster.workers)
    ends = {step.name: result for step, result in results}
    for step in steps:
        end = ends.get(step.name)
        result = step.result if not isinstance(end, Exception) else FAILED
        rows[step.name] = {"name": step.name, "result": result, "privacy": step.shown if result != FAILED else step.was}
        if isinstance(end, NotTried):
            failures[step.name] = f"Channel {step.name} was not tried, because of another failure: {end}"
        elif isinstance(end, Exception):
            failures[step.name] = (
                f"Channel {step.name} could not be {'created' if step.result == CREATED else 'made ' + str(step.shown)}: {end}"
            )
        elif step.why:
            failures[step.name] = step.why
    lines = [step.line for step in steps if step.line is not None and rows[step.name]["result"] != FAILED]
    summary = dict.fromkeys((CREATED, CHANGED, PRESENT, REFUSED, FAILED), 0)
    for row in rows.values():
        summary[row["result"]] = summary.get(row["result"], 0) + 1
    return Outcome(
        changed=bool(lines),
        summary=summary,
        failures=[*by_hand.in_words({step.name: step.chore for step in steps if step.chore}), *failures.values()],
        diff=[prepared_diff("channels", lines)] if lines else [],
        values={
            "channels": list(rows.values()),
            "refused": [name for name, row in rows.items() if row["result"] in (REFUSED, FAILED)],
        },
    )


def perform(cluster: Cluster, step: Step) -> None:
    """The operations of one step.

    Raises:
        Stop: the login is no longer valid, so nothing else can succeed.
        MigrationError: this channel could not be changed.
    """
    try:
        if step.create_private is not None:
            cluster.create_channel(step.name, step.create_private)
        if step.set_privacy is not None:
            cluster.set_privacy(step.name, step.set_privacy)
    except HttpError as exc:
        if exc.status == 401:
            raise Stop(str(exc)) from exc
        raise
