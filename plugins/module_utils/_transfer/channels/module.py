# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``channel``: creates planned channels, and sets declared ones.  Private to the collection.

The migration never widens access: a channel that must be private is refused by name if no transport can make it private.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN, privacy_moved
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import load_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.channels.steps import PRESENT, REFUSED, Step, Steps, apply, look

PRIVACY = {"type": "str", "choices": [PRIVATE, PUBLIC], "default": PRIVATE}

CHANNEL = ArgumentSpec(
    options={
        "name": {"type": "str"},
        "privacy": PRIVACY,
        "channels": {"type": "list", "elements": "dict", "options": {"name": {"type": "str", "required": True}, "privacy": PRIVACY}},
        "plan": {"type": "path"},
        "accept_public": {"type": "list", "elements": "str", "default": []},
    },
    mutually_exclusive=(("name", "channels", "plan"),),
    required_one_of=(("name", "channels", "plan"),),
)


def work(module: MigrationModule) -> Outcome:
    """The module ``channel``."""
    params = module.params
    with connect(params, read_only=module.check_mode) as cluster:
        return apply(cluster, declared(cluster, params) if params["plan"] is None else planned_creation(cluster, params))


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
