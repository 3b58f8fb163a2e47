# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels that must be private where the transport can make none private, so that a person has to.  Private to the collection.

The documented command line client creates public channels only (AE5 facts 2.2).  What works is AE5's web interface: a channel
that was created there and switched to Private is filled and shared by the next run.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

CREATE = "create it, then switch it to Private"
MAKE_PRIVATE = "switch it to Private"
LOOK = "look whether it is Private, and switch it if it is not"
MAKE_PUBLIC = "switch it to Public"
NAMES_SHOWN = 10


def chore(exists: bool, privacy: t.Optional[str]) -> t.Optional[str]:
    """What a person has to do with a channel that must be private; ``None`` if it is private already."""
    if not exists:
        return CREATE
    return None if privacy == PRIVATE else MAKE_PRIVATE if privacy == PUBLIC else LOOK


def chores(
    channels: t.Iterable[Channel], privacy: t.Mapping[str, t.Optional[str]], can_make_private: bool, accept_public: t.Sequence[str]
) -> t.Dict[str, str]:
    """What a person has to do before a run can fill the channels, by name; ``privacy`` is that of each channel that exists."""
    if can_make_private:
        return {}
    due = {
        channel.name: chore(channel.name in privacy, privacy.get(channel.name))
        for channel in channels
        if not channel.public and not (channel.kept_private and channel.name in privacy) and not matches_any(channel.name, accept_public)
    }
    return {name: what for name, what in due.items() if what is not None}


def in_words(due: t.Mapping[str, str]) -> t.List[str]:
    """One sentence for each kind of chore, the gravest first, with the names of its channels."""
    found = []
    for what, why, remedy in _KINDS:
        names = [name for name, mine in due.items() if mine == what]
        if names:
            one = len(names) == 1
            it, its = ("it", "this name") if one else ("them", "these names")
            each = "it" if one else "each"
            end = f", or accept {it} in ae_accept_public" if what != MAKE_PUBLIC else ""
            found.append(
                f"{counted(len(names), 'channel')} {why}: {listed(names, NAMES_SHOWN)}; "
                f"{remedy.format(it=it, its=its, each=each)}, and run again{end}."
            )
    return found


_KINDS = (
    (
        CREATE,
        "must be private, and this transport cannot create a private channel",
        "create {it} in AE5's web interface with exactly {its}, switch {each} to Private",
    ),
    (
        MAKE_PRIVATE,
        "must be private, can be read by everybody now, and this transport cannot change that",
        "switch {it} to Private in AE5's web interface",
    ),
    (
        LOOK,
        "must be private, and this transport can neither see nor change that",
        "switch {it} to Private in AE5's web interface",
    ),
    (
        MAKE_PUBLIC,
        "may be public, and this transport cannot make a channel public",
        "switch {it} to Public in AE5's web interface",
    ),
)
