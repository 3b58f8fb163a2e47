# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_channels`` does: AE5's channels for the conversion of projects.  Private to the collection."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import read_members
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import REFUSED, Listing
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import EVERYONE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import COMMON_SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import ChannelView
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import (
    Groups,
    by_channel,
    iter_views,
    joined,
    planned_view,
    seen_view,
    write_views,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._store.access import users_of
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import iter_placements, load_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

CHANNELS = ArgumentSpec(
    {
        "plan": {"type": "path"},
        "dest": {"type": "path", "required": True},
    }
)

BATCH = 16
"""Channels whose packages are in memory at the same time."""

Shares = t.Mapping[str, t.Optional[t.Tuple[Share, ...]]]


@dataclasses.dataclass(frozen=True)
class _Known:
    """What is known of all channels before their packages are read."""

    planned: t.Mapping[str, Channel]
    states: t.Mapping[str, ChannelState]
    privacy: t.Mapping[str, t.Optional[str]]
    shares: Shares
    groups: t.Optional[Groups]

    @property
    def names(self) -> t.List[str]:
        return sorted({*self.planned, *self.states})


def needed_groups(planned: t.Iterable[Channel], shares: Shares) -> t.FrozenSet[str]:
    """The groups of AE5 that channels are shared with, without the one of all users."""
    everything = [share for channel in planned for share in channel.shares] + [share for mine in shares.values() for share in mine or ()]
    return frozenset(share.name for share in everything if share.kind == GROUP and share.name != EVERYONE)


def _look(cluster: Cluster, params: t.Mapping[str, t.Any]) -> _Known:
    planned = {channel.name: channel for channel in load_plan(params["plan"]).channels} if params["plan"] else {}
    states = cluster.channels()
    shares = in_parallel(cluster.shares, sorted(states), cluster.workers)
    privacy = cluster.privacy(states[name] for name in sorted(states))
    groups = needed_groups(planned.values(), shares)
    return _Known(planned, states, privacy, shares, read_members(params, groups) if groups else {})


class _Views:
    """The views of all channels, in the order of their names, few at a time; adds up what was seen."""

    def __init__(self, cluster: Cluster, known: _Known, placements: t.Iterable[Placement]) -> None:
        self._cluster, self._known = cluster, known
        self._placements = by_channel(placements)
        self.packages = 0
        self.refused: t.List[str] = []
        self.digests: t.Dict[str, str] = {}

    def __iter__(self) -> t.Iterator[ChannelView]:
        names = self._known.names
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            there = [name for name in batch if name in self._known.states]
            listings = self._cluster.repodata.read(itertools.product(there, COMMON_SUBDIRS))
            for name in batch:
                view = self._view(name, [listings[name, subdir] for subdir in COMMON_SUBDIRS if (name, subdir) in listings])
                self.packages += len(view.packages)
                self.digests[name] = digest_of(view)
                yield view
            self._cluster.repodata.release()

    def _view(self, name: str, listings: t.Sequence[Listing]) -> ChannelView:
        known = self._known
        groups = known.groups or {}
        channel, state = known.planned.get(name), known.states.get(name)
        mine = self._placements(name)
        planned = planned_view(channel, mine, groups) if channel is not None else None
        unread = any(listing.state == REFUSED for listing in listings)
        if unread:
            self.refused.append(name)
        if state is None and planned is not None:
            return planned
        packages = [package for listing in listings for package in listing.packages.values() if _is_text(package.file, package.name)]
        owner = state.owner if state else None
        seen = seen_view(name, owner, known.privacy.get(name), known.shares.get(name), packages, groups, unread)
        return seen if planned is None else joined(planned, seen)


def _is_text(*values: str) -> bool:
    """Whether a file can hold the names; JSON can escape what is no character."""
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return False
    return True


def digest_of(view: ChannelView) -> str:
    """What two views of a channel are compared by."""
    return hashlib.sha256(json_line(view.to_json()).encode("utf-8", "surrogateescape")).hexdigest()


def _warnings(known: _Known, views: _Views) -> t.List[str]:
    found = []
    if known.groups is None:
        groups = sorted(needed_groups(known.planned.values(), known.shares))
        found.append(
            f"Who is in {counted(len(groups), 'group')} of AE5 ({_names(groups)}) is not known without"
            " keycloak_username and keycloak_password, so channels shared with them count as not readable for their members, and their"
            " packages as missing."
        )
    else:
        gone = sorted(needed_groups(known.planned.values(), known.shares) - known.groups.keys())
        if gone:
            found.append(f"AE5 has no group {_names(gone)}, with which channels are or will be shared.")
    hidden = [
        name
        for name in sorted(known.states)
        if known.shares.get(name) is None and known.privacy.get(name) != PUBLIC and name not in known.planned
    ]
    if hidden:
        is_one = len(hidden) == 1
        found.append(
            f"The shares of {counted(len(hidden), 'private channel')} ({_names(hidden)}) cannot be listed, so"
            f" {'it counts' if is_one else 'they count'} as readable for the owner only; see who may read"
            f" {'it' if is_one else 'them'} in AE5's web interface."
        )
    if views.refused:
        found.append(
            f"AE5 does not show what is in {counted(len(views.refused), 'channel')} ({_names(views.refused)}), so"
            " their packages are not used; give username read access."
        )
    return found


def _names(names: t.Iterable[str]) -> str:
    return listed([shown(name) for name in names])


def _before(path: str) -> t.Dict[str, str]:
    try:
        return {view.name: digest_of(view) for view in iter_views(path)}
    except MigrationError:
        # There is none yet, or it is damaged and will be rewritten: every channel is new.
        return {}


def _diff_lines(before: t.Mapping[str, str], after: t.Mapping[str, str]) -> t.Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield f"- channel {shown(name)}"
        elif name not in before:
            yield f"+ channel {shown(name)}"
        elif before[name] != after[name]:
            yield f"~ channel {shown(name)}"


def channels_work(module: MigrationModule) -> Outcome:
    """The module ``notebook_channels``."""
    params = module.params
    dest = params["dest"]
    users = users_of(params["plan"]) if params["plan"] else {}
    before = _before(dest)
    with connect(params, read_only=True, keep_cache=not module.check_mode) as cluster:
        known = _look(cluster, params)
        views = _Views(cluster, known, iter_placements(params["plan"]) if params["plan"] else ())
        changed = write_views(dest, views, not module.check_mode)
    return Outcome(
        changed=changed,
        summary={
            "channels": len(known.names),
            "not_there_yet": len(known.planned.keys() - known.states.keys()),
            "packages": views.packages,
            "users": sum(len(mine) for mine in users.values()),
        },
        warnings=_warnings(known, views),
        report_path=dest,
        diff=[prepared_diff(dest, _diff_lines(before, views.digests))] if changed else [],
        values={"dest": dest, "users": users},
    )
