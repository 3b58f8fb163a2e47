# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions of the probe, in the order of its table.  Private to the collection.

Source: AE5 facts section 5 (A1-A16) and 2.3.  Pure data.
"""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Question:
    """``name`` is the key in ``capabilities.yml``; ``leaves`` says whether answering it creates something on the cluster."""

    name: str
    assumption: str
    text: str
    leaves: bool = True


QUESTIONS: t.Tuple[Question, ...] = (
    Question("api", "A1", "Is the interface below /repository/api the assumed one?", leaves=False),
    Question("slash_in_paths", "A2", "How is the slash of a channel name written below /repository/api?"),
    Question("slash_in_conda_urls", "A2", "Is the slash of a channel name literal in conda URLs?"),
    Question("cli", "A3", "What can anaconda-enterprise-cli do beyond its documented commands?", leaves=False),
    Question("admin_import", "A4", "Does the client offer admin import?", leaves=False),
    Question("duplicate_same", "A5", "What happens to an upload of a file that the channel has, with the same bytes?"),
    Question("duplicate_other", "A5", "What happens to an upload of a file that the channel has, with other bytes?"),
    Question("unknown_user", "A6", "What happens to a share with a user that does not exist?"),
    Question("unknown_group", "A6", "What happens to a share with a group that does not exist?"),
    Question("list_shares", "A6", "Can the shares of a channel be listed?"),
    Question("unshare", "A6", "Can a share be removed?"),
    Question("token_seconds", "A7", "How many seconds is an access token valid?", leaves=False),
    Question("cli_token_seconds", "A7", "How many seconds is the token of the client's login valid?", leaves=False),
    Question("conda_auth", "A7", "What opens a private channel to conda: a bearer token, a token in the URL, both?"),
    Question("paging", "A8", "Do lists come in pages?", leaves=False),
    Question("conda_v2", "A9", "Are packages in the format .conda accepted?"),
    Question("other_kinds", "A9", "Are other kinds than conda packages accepted?", leaves=False),
    Question("size_limit", "A10", "What size of package is refused?"),
    Question("error_body", "A11", "Which format does an error have?", leaves=False),
    Question("foreign_names", "A12", "Can a channel be created below another user's name?"),
    Question("channel_names", "A13", "Which names can a channel have?"),
    Question("rate_limit", "A14", "Are many requests slowed down or refused?", leaves=False),
    Question("channel_list", "A15", "What does the list of channels show to a user without access?"),
    Question("private_means", "A16", "Who can read a private channel: collaborators, or every user who is logged in?"),
    Question("unprivileged", "A16", "What may an account without special roles do?"),
    Question("default_privacy", "2.3", "Is a channel created public or private when nothing is said?"),
    Question("privacy_at_creation", "2.3", "Can a channel be created private?"),
    Question("privacy_later", "2.3", "Can the privacy of a channel be changed?"),
    Question("repodata_latency", "2.1", "When does repodata show a package that was uploaded?"),
    Question("delete_channel", "2.2", "Can a channel be deleted?"),
    Question("delete_file", "2.2", "Can a file of a channel be deleted?"),
)
