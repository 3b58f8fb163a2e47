# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The channels of AE5 for ``channel_map``, from a plan and from what the cluster shows.  Private to the collection."""

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line, read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import EVERYONE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import COMMON_SUBDIRS, TAR_BZ2, dist_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, PUBLIC, Package
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import (
    ChannelView,
    Digests,
    Identity,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

_NUMBER = re.compile(r"(?:\A|_)(\d{1,9})\Z")

Groups = t.Mapping[str, t.AbstractSet[str]]
"""AE5's groups by name, with the user names of their members."""


def identity_of(file: str) -> t.Optional[Identity]:
    """Name, version and build from a package's file name; ``None`` if it is not that of a conda package."""
    dist = dist_of(file, None)
    return dist and (dist.name, dist.version, dist.build)


def readers(public: bool, owner: t.Optional[str], shares: t.Iterable[Share], groups: Groups) -> t.Optional[t.FrozenSet[str]]:
    """The users who may read a channel, in lower case; ``None`` for all.  Access is never guessed: an unknown group is empty."""
    found: t.Set[str] = {user_key(owner)} if owner else set()
    for share in shares:
        if share.kind != GROUP:
            found.add(user_key(share.name))
        elif share.name == EVERYONE:
            return None
        else:
            found.update(user_key(user) for user in groups.get(share.name, ()))
    return None if public else frozenset(found)


def _number_in(build: str) -> int:
    """The build number that a build ends with, as conda-build writes it; what is only planned has no other."""
    match = _NUMBER.search(build)
    return int(match.group(1)) if match else 0


def planned_view(channel: Channel, placements: t.Iterable[Placement], groups: Groups) -> ChannelView:
    """A channel as the plan wants it, with the packages that it puts into it.

    The plan's owner of a channel is the AE4 name it is called by, who is not an AE5 user; those who may read are among the shares.
    """
    packages: t.Dict[Identity, Digests] = {}
    origins = set()
    for placement in placements:
        key = identity_of(placement.file)
        if key is not None and placement.subdir in COMMON_SUBDIRS:
            packages[key] = (placement.sha256 or "", placement.md5 or "")
            origins.add(placement.owner)
    numbers = {key: number for key in packages for number in [_number_in(key[2])] if number}
    return ChannelView(channel.name, readers(channel.public, None, channel.shares, groups), packages, frozenset(origins), numbers)


def by_channel(placements: t.Iterable[Placement]) -> t.Callable[[str], t.Iterator[Placement]]:
    """The placements of the channels that are asked for, in the order of their names; ``placements`` are ordered by channel."""
    grouped = itertools.groupby(placements, key=lambda placement: placement.channel)
    waiting: t.List[t.Tuple[str, t.Iterator[Placement]]] = []

    def of(name: str) -> t.Iterator[Placement]:
        if not waiting:
            waiting.extend(itertools.islice(grouped, 1))
        while waiting and waiting[0][0] < name:
            waiting[:] = itertools.islice(grouped, 1)
        return waiting.pop()[1] if waiting and waiting[0][0] == name else iter(())

    return of


def seen_view(
    name: str,
    owner: t.Optional[str],
    privacy: t.Optional[str],
    shares: t.Optional[t.Iterable[Share]],
    packages: t.Iterable[Package],
    groups: Groups,
    unread: bool = False,
) -> ChannelView:
    """A channel as the cluster shows it; ``unread`` if it does not show all of it.

    Where its shares cannot be listed, only its owner counts as a reader.  The vendor's import called it by the AE4 owner first
    (vendor guide, "How channels of imported packages are named"), so that is where its packages may have come from.
    """
    held: t.Dict[Identity, Digests] = {}
    numbers: t.Dict[Identity, int] = {}
    # AE4 had the older format only, so of two files of one build that one is compared with.
    for package in sorted(packages, key=lambda package: (package.file.endswith(TAR_BZ2), package.file)):
        key = (package.name, package.version, package.build)
        held[key] = (package.sha256 or "", package.md5 or "")
        if package.build_number:
            numbers[key] = max(package.build_number, numbers.get(key, 0))
    origin, slash, _rest = name.partition("/")
    origins = frozenset([origin]) if slash else frozenset()
    return ChannelView(name, readers(privacy == PUBLIC, owner, shares or (), groups), held, origins, numbers, unread)


def joined(planned: ChannelView, seen: ChannelView) -> ChannelView:
    """A channel that the plan has and that is there: what either puts or has in it, for whoever either lets read it.

    A package that is there already keeps its digest: nothing is overwritten.  A channel that all can read although the plan
    has it private is going to be closed, so that counts for nobody.
    """
    allowed = planned.readable_by
    if allowed is not None and seen.readable_by is not None:
        allowed = allowed | seen.readable_by
    numbers = {key: number for key, number in planned.numbers.items() if key not in seen.packages}
    origins = planned.origins | seen.origins
    return ChannelView(planned.name, allowed, {**planned.packages, **seen.packages}, origins, {**numbers, **seen.numbers}, seen.unread)


def write_views(path: str, views: t.Iterable[ChannelView], write: bool = True) -> bool:
    """Writes the channels for the hosts where projects are converted, a line each, one at a time; whether they differ from before."""
    with atomic_writer(path, write=write) as new:
        new.writelines(json_line(view.to_json()) for view in views)
    return new.changed


def iter_views(path: str) -> t.Iterator[ChannelView]:
    """What ``write_views`` wrote, one at a time.

    Raises:
        MigrationError: it cannot be read.
    """
    return read_records(path, "list of channels", ChannelView.from_json)


def read_views(path: str) -> t.List[ChannelView]:
    """All of what ``write_views`` wrote.

    Raises:
        MigrationError: it cannot be read.
    """
    return list(iter_views(path))
