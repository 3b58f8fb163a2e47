# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of everything that the probe makes, fixed, so that a later probe knows what an earlier one left.  Private to the collection."""

from __future__ import annotations

import typing as t

NAME = "ae-migration-probe"
"""In every name."""

NOBODY = f"{NAME}-nobody"
"""A name that no user, group or channel has."""

FOREIGN = f"{NAME}-somebody/channel"
"""A channel below a name that is not the account's own."""

LONG = 120


def scratch_of(username: str) -> str:
    """The channel that a user's probe works in."""
    return f"{username}/{NAME}"


def awkward(username: str) -> t.Dict[str, str]:
    """What is unusual about a channel name, and a name that has it, below the account's own."""
    stem = scratch_of(username)
    return {
        "upper_case": f"{stem}-UPPER",
        "dot": f"{stem}.dot",
        "colon": f"{stem}:colon",
        "blank": f"{stem} blank",
        "two_slashes": f"{stem}-two/slashes",
        "not_ascii": f"{stem}-\u00fc\u00f1\u4e2d",
        f"length_{LONG}": f"{stem}-".ljust(LONG, "x"),
    }


def extra_names(username: str) -> t.FrozenSet[str]:
    """The channels that the account's probe may make in addition to the scratch channel."""
    return frozenset([FOREIGN, *awkward(username).values()])
