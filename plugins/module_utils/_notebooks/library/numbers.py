# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the package of a shared library the build number with which it wins in its channel.  Pure.  Private to the collection.

The channel is the truth: what it holds at its highest number is what clients get.  A library that is the same keeps that build;
any other one, also one that is again as it once was, gets the next number.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.write import Built
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_versions import NoVersion, parse_version
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import ChannelView
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.package import Content, build_of, build_package


@dataclasses.dataclass(frozen=True)
class Held:
    """The builds of one version of a package that a channel holds: build to its number, sha256 and md5."""

    builds: t.Mapping[str, t.Tuple[int, str, str]]

    @property
    def top(self) -> int:
        """The highest build number; -1 if there is no build."""
        return max((number for number, _sha256, _md5 in self.builds.values()), default=-1)

    def has(self, package: Built, number: int) -> bool:
        """Whether the channel holds these very bytes, with this number."""
        there = self.builds.get(package.build)
        return there is not None and there[0] == number and there[1] in ("", package.sha256) and there[2] in ("", package.md5)


def held(view: t.Optional[ChannelView], name: str, version: str) -> Held:
    """What a channel holds of a package; of another spelling of the version too (1.0 and 1.0.0), because conda takes them for one."""
    found = {}
    for key, digests in view.packages.items() if view is not None else ():
        if key[0] == name and _same_version(key[1], version):
            found[key[2]] = (t.cast(ChannelView, view).numbers.get(key, 0), *digests)
    return Held(found)


def _same_version(one: str, other: str) -> bool:
    try:
        return one == other or parse_version(one) == parse_version(other)
    except NoVersion:
        return False


def numbered(content: Content, there: Held, last_build: str = "") -> t.Tuple[Built, str]:
    """The package of a library for a channel that holds ``there``, and the build that clients prefer to it; mostly none.

    ``last_build`` is what the last run made of it.  If it is still that, a higher build is somebody else's, and is not outbid: two
    hosts would do so in turn, every night.
    """
    numbers = [there.top]
    if last_build in there.builds:
        numbers.append(there.builds[last_build][0])
    for number in numbers:
        build = build_of(content, number)
        if build in there.builds and (number == there.top or build == last_build):
            package = build_package(content, number)
            if there.has(package, number):
                above = [build for build, (other, _sha256, _md5) in there.builds.items() if other > number]
                return package, max(above, key=lambda build: there.builds[build][0], default="")
    return build_package(content, there.top + 1), ""
