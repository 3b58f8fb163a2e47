# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which planned channels are made public, and when.  Private to the collection.

A channel stays private until its content is verified.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN, privacy_moved
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.channels.steps import WAITING, Step, Steps
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.completeness import Readiness


class Publication:
    """The channels of a plan that may be public.  ``listed`` are the channels that exist.

    With ``assume``, a channel that was not there when the plan was made counts as created.  Nothing is done with ``refused`` ones.
    """

    def __init__(
        self, cluster: Cluster, plan: Plan, listed: t.Mapping[str, ChannelState], assume: bool, refused: t.Container[str] = ()
    ) -> None:
        self._steps = Steps(cluster)
        self._names = [channel.name for channel in plan.channels if channel.public and channel.name not in refused]
        self._states = {name: listed[name] for name in self._names if name in listed}
        self._privacy = cluster.privacy(self._states.values())
        self._basis = {channel.name: channel.before for channel in plan.channels} if plan.target_read else {}
        for name in self._names if assume else ():
            if name not in self._states and self._basis.get(name) is None:
                created = self._steps.create(name, private=True, may_be_public=True)
                self._states[name], self._privacy[name] = ChannelState(name), created.shown
        self.hidden = {name for name in self._states if self._privacy[name] != PUBLIC}
        """The channels that exist and are not public."""

    def steps(self, now: Readiness) -> t.List[Step]:
        """What is to do; ``now`` says which of the hidden channels are not complete, or got unplanned packages."""
        return [self._step(name, self._obstacle(name, now)) for name in self._names]

    def _step(self, name: str, obstacle: t.Optional[str]) -> Step:
        if obstacle is not None:
            return Step(name, WAITING, self._privacy.get(name), why=f"Channel {name} is not made public: {obstacle}.")
        return self._steps.make_public(self._states[name], self._privacy[name])

    def _obstacle(self, name: str, now: Readiness) -> t.Optional[str]:
        if name not in self._states:
            return "it does not exist; create the channels of the plan first"
        if name in self.hidden:
            if name in now.missing:
                return str(now.missing[name])
            if name in now.gained:
                return now.gained[name]
        was = self._basis.get(name)
        moved = privacy_moved(PUBLIC, was.privacy, self._privacy[name]) if was is not None else None
        return None if moved is None else f"it {moved}; {AGAIN}"
