# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AE5's channels as they are once they hold the packages of shared libraries.  Pure.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import ChannelView
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key


def with_libraries(views: t.Iterable[ChannelView], libraries: t.Iterable[Library]) -> t.List[ChannelView]:
    """The channels with those packages and with their readers; a channel that is not there yet is theirs alone."""
    found = {view.name: view for view in views}
    for library in libraries:
        view = found.get(library.channel) or ChannelView(library.channel, frozenset(), {})
        readers = None if view.readable_by is None else view.readable_by | {user_key(user) for user in library.users}
        packages = {(library.name, library.version, library.build): (library.sha256, library.md5), **view.packages}
        found[library.channel] = dataclasses.replace(view, readable_by=readers, packages=packages)
    return [found[name] for name in sorted(found)]
