# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The channels of AE5 for ``channel_map``, from a plan and from what the cluster shows.  Private to the collection."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line, read_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import EVERYONE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, PUBLIC, Json, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.channel_map import SUBDIRS, ChannelView, Digests, Identity
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.store import iter_placements, load_plan

_ENDINGS = (".tar.bz2", ".conda")

Groups = t.Mapping[str, t.AbstractSet[str]]
"""AE5's groups by name, with the user names of their members."""


def identity_of(file: str) -> t.Optional[Identity]:
    """Name, version and build from a package's file name; ``None`` if it is no conda package's."""
    for ending in _ENDINGS:
        if file.endswith(ending):
            parts = file[: -len(ending)].rsplit("-", 2)
            return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None
    return None


def readers(public: bool, owner: t.Optional[str], shares: t.Iterable[Share], groups: Groups) -> t.Optional[t.FrozenSet[str]]:
    """The users who may read a channel, in lower case; ``None`` for all.  Access is never guessed: an unknown group is empty."""
    found: t.Set[str] = {owner.casefold()} if owner else set()
    for share in shares:
        if share.kind != GROUP:
            found.add(share.name.casefold())
        elif share.name == EVERYONE:
            return None
        else:
            found.update(user.casefold() for user in groups.get(share.name, ()))
    return None if public else frozenset(found)


def views_of_plan(folder: str, groups: Groups) -> t.List[ChannelView]:
    """The channels as the plan in ``folder`` wants them, with the packages that it puts into them.

    Raises:
        MigrationError: there is no plan, or it is damaged.
    """
    packages: t.Dict[str, t.Dict[Identity, Digests]] = collections.defaultdict(dict)
    origins: t.Dict[str, t.Set[str]] = collections.defaultdict(set)
    for placement in iter_placements(folder):
        key = identity_of(placement.file)
        if key is not None and placement.subdir in SUBDIRS:
            packages[placement.channel][key] = (placement.sha256 or "", placement.md5 or "")
            origins[placement.channel].add(placement.owner)
    return [
        ChannelView(
            channel.name,
            readers(channel.public, channel.owner, channel.shares, groups),
            packages[channel.name],
            frozenset(origins[channel.name]),
        )
        for channel in load_plan(folder).channels
    ]


def views_of_info(rows: t.Iterable[Json], groups: Groups) -> t.List[ChannelView]:
    """The channels as the module ``channel_info`` (with ``packages``) found them on the cluster.

    A channel whose shares the transport cannot show is its owner's alone.
    """
    found = []
    for row in rows:
        shares = [Share.from_json(item) for item in row["shares"] or ()]
        packages = {
            (item["name"], item["version"], item["build"]): (item["sha256"] or "", item["md5"] or "")
            for item in row.get("packages", ())
            if item["subdir"] in SUBDIRS
        }
        found.append(ChannelView(row["name"], readers(row["privacy"] == PUBLIC, row["owner"], shares, groups), packages))
    return found


def joined(planned: t.Iterable[ChannelView], seen: t.Iterable[ChannelView]) -> t.List[ChannelView]:
    """Both together, by name: of a channel in both, the readers of the plan, and what either puts or has in it.

    A package that is there already keeps its digest: nothing is overwritten.
    """
    found = {view.name: view for view in planned}
    for view in seen:
        mine = found.get(view.name)
        if mine is None:
            found[view.name] = view
        else:
            found[view.name] = ChannelView(view.name, mine.readable_by, {**mine.packages, **view.packages}, mine.origins)
    return [found[name] for name in sorted(found)]


def write_views(path: str, views: t.Iterable[ChannelView]) -> None:
    """Writes the channels for the hosts where projects are converted, a line each."""
    with atomic_writer(path) as stream:
        stream.writelines(json_line(view.to_json()) for view in views)


def read_views(path: str) -> t.List[ChannelView]:
    """What ``write_views`` wrote.

    Raises:
        MigrationError: it cannot be read.
    """
    found = []
    for number, data in enumerate(read_lines(path, "list of channels"), start=1):
        try:
            found.append(ChannelView.from_json(data))
        except SchemaError as exc:
            raise MigrationError(f"Line {number} of the list of channels {path} cannot be used: {exc}; make it anew.") from exc
    return found
