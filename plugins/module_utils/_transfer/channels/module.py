# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``channel``: creates and publishes planned channels, and sets declared ones.  Private to the collection.

A channel stays private until its content is verified, and the migration never widens access: a channel that must be private is
refused by name if no transport can make it private.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import PRIVACY_AT_CREATION, PRIVACY_LATER, ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN, privacy_moved
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import NotTried, Stop, run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import load_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.completeness import Readiness, read_readiness

CREATE = "create"
PUBLISH = "publish"

CREATED = "created"
CHANGED = "changed"
PRESENT = "present"
REFUSED = "refused"
WAITING = "waiting"
FAILED = "failed"

PRIVACY = {"type": "str", "choices": [PRIVATE, PUBLIC], "default": PRIVATE}

CHANNEL = ArgumentSpec(
    options={
        "name": {"type": "str"},
        "privacy": PRIVACY,
        "channels": {"type": "list", "elements": "dict", "options": {"name": {"type": "str", "required": True}, "privacy": PRIVACY}},
        "plan": {"type": "path"},
        "phase": {"type": "str", "choices": [CREATE, PUBLISH]},
        "accept_public": {"type": "list", "elements": "str", "default": []},
        "assume_transferred": {"type": "bool", "default": False},
    },
    mutually_exclusive=(("name", "channels", "plan"),),
    required_one_of=(("name", "channels", "plan"),),
    required_by={"phase": ("plan",), "plan": ("phase",)},
)


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

    def __init__(self, cluster: Cluster, accept_public: t.Sequence[str]) -> None:
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
        return self._refuse(name, "it does not exist and would be created public")

    def make_private(self, state: ChannelState, privacy: t.Optional[str]) -> Step:
        """A channel that exists and must be private."""
        if privacy == PRIVATE:
            return Step(state.name, PRESENT, privacy)
        if self._later:
            return Step(state.name, CHANGED, PRIVATE, set_privacy=PRIVATE, was=privacy)
        if self.accepted(state.name):
            return Step(state.name, PRESENT, privacy)
        return self._refuse(state.name, "it is public" if privacy == PUBLIC else "it is not known whether it is public")

    def make_public(self, state: ChannelState, privacy: t.Optional[str]) -> Step:
        """A channel that exists and must be public."""
        if privacy == PUBLIC:
            return Step(state.name, PRESENT, privacy)
        if self._later:
            return Step(state.name, CHANGED, PUBLIC, set_privacy=PUBLIC, was=privacy)
        return Step(state.name, FAILED, privacy, why=f"Channel {state.name} cannot be made public over this transport; use transport api.")

    def accepted(self, name: str) -> bool:
        """Whether a declaration accepts that the channel is public."""
        return matches_any(name, self._accept)

    def _refuse(self, name: str, what: str) -> Step:
        why = (
            f"Channel {name} is refused, because it must be private: {what}, and this transport cannot make it private;"
            " use transport api, or accept it in ae_accept_public."
        )
        return Step(name, REFUSED, None, why=why)


def work(module: MigrationModule) -> Outcome:
    """The module ``channel``."""
    params = module.params
    with connect(params, read_only=module.check_mode) as cluster:
        if params["plan"] is None:
            return apply(cluster, declared(cluster, params))
        if params["phase"] == CREATE:
            return apply(cluster, planned_creation(cluster, params))
        return apply(cluster, planned_publication(cluster, params, module.check_mode and params["assume_transferred"]))


def declared(cluster: Cluster, params: t.Mapping[str, t.Any]) -> t.List[Step]:
    """Channels by name, each public or private as declared."""
    wishes = params["channels"] or [{"name": params["name"], "privacy": params["privacy"]}]
    wanted = {wish["name"]: wish["privacy"] for wish in wishes}
    if len(wanted) != len(wishes):
        raise MigrationError("A channel is in channels twice; list each channel once.")
    steps = Steps(cluster, params["accept_public"])
    states, privacy = look(cluster, wanted)
    made = []
    for name, wish in wanted.items():
        if name not in states:
            made.append(steps.create(name, wish == PRIVATE, may_be_public=False))
        elif wish == PRIVATE:
            made.append(steps.make_private(states[name], privacy[name]))
        else:
            made.append(steps.make_public(states[name], privacy[name]))
    return made


def planned_creation(cluster: Cluster, params: t.Mapping[str, t.Any]) -> t.List[Step]:
    """Channels of the plan that do not exist are created private; those that are public and must not be are made private."""
    plan = load_plan(params["plan"])
    steps = Steps(cluster, params["accept_public"])
    states, privacy = look(cluster, [channel.name for channel in plan.channels])
    made = []
    for channel in plan.channels:
        state = states.get(channel.name)
        moved = moved_before_creation(cluster, channel, state, privacy.get(channel.name), steps) if plan.target_read else None
        if moved is not None:
            made.append(Step(channel.name, REFUSED, privacy.get(channel.name), why=f"Channel {channel.name} {moved}; {AGAIN}."))
        elif state is None:
            made.append(steps.create(channel.name, private=True, may_be_public=channel.public))
        elif channel.public or channel.kept_private:
            made.append(Step(channel.name, PRESENT, privacy[channel.name]))
        else:
            made.append(steps.make_private(state, privacy[channel.name]))
    return made


def moved_before_creation(
    cluster: Cluster, channel: Channel, state: t.Optional[ChannelState], privacy: t.Optional[str], steps: Steps
) -> t.Optional[str]:
    """The end of a sentence, if a channel is neither as it was when the plan was made nor as planned."""
    if state is None:
        return None if channel.before is None else "existed when the plan was made and was deleted since, so nothing is uploaded to it"
    if channel.public or channel.kept_private or steps.accepted(channel.name):
        return None  # public is as planned or accepted, and private is how it is created
    if channel.before is not None:
        moved = privacy_moved(PRIVATE, channel.before.privacy, privacy)
        return None if moved is None else f"{moved}, and must be private, so nothing is uploaded to it"
    if privacy != PUBLIC or not holds_something(cluster, channel.name):
        return None  # an empty one is left from a run that ended before it was made private
    return "did not exist when the plan was made, is public now and must not be, so nothing is uploaded to it"


def holds_something(cluster: Cluster, name: str) -> bool:
    """Whether a channel has a package in one of conda's subdirs."""
    return any(listing.packages for listing in cluster.repodata.read((name, subdir) for subdir in SUBDIRS).values())


def planned_publication(cluster: Cluster, params: t.Mapping[str, t.Any], assume: bool) -> t.List[Step]:
    """Channels of the plan that may be public are made public, if they are complete."""
    plan = load_plan(params["plan"])
    names = [channel.name for channel in plan.channels if channel.public]
    steps = Steps(cluster, params["accept_public"])
    states, privacy = look(cluster, names)
    basis = {channel.name: channel.before for channel in plan.channels} if plan.target_read else {}
    if assume:
        for name in names:
            if name not in states and basis.get(name) is None:
                states[name], privacy[name] = ChannelState(name), PRIVATE
    hidden = {name for name in names if name in states and privacy[name] != PUBLIC}
    now = Readiness()
    if hidden and not assume:
        now = read_readiness(cluster, params["plan"], plan, hidden)
    made = []
    for name in names:
        was = basis.get(name)
        moved = privacy_moved(PUBLIC, was.privacy, privacy.get(name)) if was is not None else None
        if name not in states:
            made.append(Step(name, WAITING, None, why=f"Channel {name} is not made public: it does not exist; run the phase create first."))
        elif name in now.missing:
            made.append(Step(name, WAITING, privacy[name], why=f"Channel {name} is not made public: {now.missing[name]}."))
        elif name in now.gained:
            made.append(Step(name, WAITING, privacy[name], why=f"Channel {name} is not made public: {now.gained[name]}."))
        elif moved is not None:
            made.append(Step(name, WAITING, privacy[name], why=f"Channel {name} is not made public: it {moved}; {AGAIN}."))
        else:
            made.append(steps.make_public(states[name], privacy[name]))
    return made


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
    summary = dict.fromkeys((CREATED, CHANGED, PRESENT, REFUSED, WAITING, FAILED), 0)
    for row in rows.values():
        summary[row["result"]] += 1
    return Outcome(
        changed=bool(lines),
        summary=summary,
        failures=list(failures.values()),
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
