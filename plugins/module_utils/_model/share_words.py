# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares, and users or groups that do not exist on AE5, in words.  Pure.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import EVERYONE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed


def share_in_words(share: Share) -> str:
    """A share in words: group Devs may read."""
    return f"{share.kind} {share.name} {'may read' if share.access == 'r' else 'may read and write'}"


def unknown_in_words(share: Share, channels: t.Sequence[str]) -> str:
    """The sentence about a user or group that does not exist on AE5, and the channels it should get."""
    many = len(channels) > 1
    advice = "say in principals.csv who that is on AE5 (- for nobody), or create it in Keycloak"
    if (share.kind, share.name) == (GROUP, EVERYONE):
        advice = "create it in Keycloak, with all users in it"
    what = f"{counted(len(channels), 'channel')} ({listed(channels)})" if many else f"channel {channels[0]}"
    return (
        f"The AE5 {share.kind} {share.name!r} does not exist, so {what} {'are' if many else 'is'} not shared with"
        f" {'them' if share.kind == USER else 'it'}; {advice}."
    )
