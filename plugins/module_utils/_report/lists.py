# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the report's long tables: files, access, channels, owners, findings, decisions.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_changes import channels_from
from ansible_collections.ae_ops.migration.plugins.module_utils._report import tables as c
from ansible_collections.ae_ops.migration.plugins.module_utils._report.content import Verification, channels_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import ARRIVED, FAILING
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.lists import project_lists
from ansible_collections.ae_ops.migration.plugins.module_utils._report.tables import Column, DataTable, in_words

FILES_SHOWN = 250_000
ACCESS_SHOWN = 100_000
FINDINGS_SHOWN = 50_000

DECISIONS = {
    "narrower": "Fewer people than in AE4 can read it",
    "visible_without_label": "Visible without its label",
    "group_permission": "Permission not covered by the guide",
    "collaborators": "Collaborators of a single package",
    "shared_with_nobody": "Shared with nobody",
    "stale_member": "Member who left in AE4",
    "group_missing": "Group that does not exist on AE5",
    "user_missing": "User who does not exist on AE5",
    "people_unchecked": "Users and groups not checked",
    "removed_on_ae5": "Removed on AE5",
    "mirror": "Mirror of a public channel",
    "conflict": "AE5 has the file with other bytes",
    "declared_shares": "Share declared in the inventory",
    "labels_left_out": "Labels left out by a rule",
    "name_unproven": "Name that AE5 may refuse",
    "old_inventory": "Site planned from an old inventory",
    "not_known": "Size or date not known",
    "rule_without_effect": "Rule that matches nothing",
}
"""What a decision's code means, in words; a code without words shows itself."""

MOODS = {
    **dict.fromkeys((*ARRIVED, "same", "public"), "good"),
    **{name.replace("_", " "): "bad" for name in (*FAILING, "narrower", "wider", "missing", "other_bytes")},
    **dict.fromkeys(("stale", "foreign", "accepted", "kept"), "odd"),
}


def all_lists(result: Verification) -> t.Dict[str, DataTable]:
    """All tables by name; those of the notebook projects only with notebook hosts."""
    projects = [] if result.projects is None else project_lists(result.projects)
    found = (_owners(result), _findings(result), _access(result), _channels(result), _files(result), *projects, _decisions(result))
    return {table.name: table for table in found}


def _owners(result: Verification) -> DataTable:
    columns = (
        Column("owner", "Owner", c.NAME),
        Column("site", "Site", c.SHORT, facet=True),
        Column("files", "Files", c.NUMBER, split=("arrived", "failing")),
        Column("bytes", "Size", c.SIZE, split=("arrived_bytes", "failing_bytes")),
        Column("arrived", "On the cluster", c.NUMBER, width=6),
        Column("failing", "Need a person", c.NUMBER, width=6),
        Column("arrived_bytes", "Size on the cluster", c.SIZE, hidden=True),
        Column("failing_bytes", "Size that needs a person", c.SIZE, hidden=True),
    )
    rows = [[item[column.key] for column in columns] for item in result.ledger.by_owner()]
    return DataTable("owners", columns, rows, len(rows), "report.json")


def _findings(result: Verification) -> DataTable:
    columns = (
        Column("verdict", "Verdict", c.TAGS, facet=True),
        Column("fails", "Needs a person", c.SHORT, facet=True, width=4),
        Column("channel", "Channel", c.NAME, facet=True),
        Column("what", "What", c.NAME, hidden=True),
        Column("detail", "What differs", c.TEXT, width=20),
        Column("command", "To revoke it", c.CODE),
    )
    found = result.ordered_findings()
    rows = [
        [in_words(item.verdict), "yes" if item.fails else "no", item.channel, item.what, item.detail, item.command]
        for item in found[:FINDINGS_SHOWN]
    ]
    return DataTable("findings", columns, rows, len(found), "findings.csv")


def _access(result: Verification) -> DataTable:
    columns = (
        Column("principal", "Who", c.NAME, facet=True),
        Column("kind", "Kind", c.SHORT, facet=True),
        Column("in_ae5", "In AE5", c.SHORT, facet=True),
        Column("channel", "Channel", c.NAME, facet=True, width=11),
        Column("site", "Site", c.SHORT, facet=True, hidden=True),
        Column("ae4", "In AE4", c.SHORT),
        Column("planned", "Planned", c.SHORT),
        Column("seen", "AE5 shows", c.SHORT),
        Column("verdict", "Verdict", c.TAGS, facet=True),
        Column("reason", "Why", c.TEXT),
    )
    rows = [
        [row.principal, row.kind, row.in_ae5, row.channel, row.site, row.ae4, row.planned, row.seen, in_words(row.verdict), row.reason]
        for row in result.access.rows(ACCESS_SHOWN)
    ]
    return DataTable("access", columns, rows, result.access.total, "access.csv")


def _channels(result: Verification) -> DataTable:
    columns = (
        Column("channel", "Channel", c.NAME),
        Column("owner", "Owner", c.NAME, facet=True, hidden=True),
        Column("privacy", "Privacy", c.SHORT, facet=True),
        Column("access", "Verdict", c.TAGS, facet=True),
        Column("shared", "Shared with", c.TEXT),
        Column("changes", "Planned changes", c.TEXT),
        Column("files", "Files", c.NUMBER),
        Column("bytes", "Size", c.SIZE),
    )
    changes = {item.name: item.words for item in channels_from(result.plan.changes)}
    verdicts = result.channel_verdicts()
    rows = [
        [
            channel.name,
            channel.owner,
            "public" if channel.public else "private",
            ", ".join(map(in_words, verdicts.get(channel.name, ["same"]))),
            result.shared_in_words(channel),
            changes.get(channel.name, ""),
            channel.files,
            channel.bytes,
        ]
        for channel in result.plan.channels
    ]
    return DataTable("channels", columns, rows, len(rows), "plan.yml")


def _files(result: Verification) -> DataTable:
    columns = (
        Column("file", "File", c.NAME, width=14),
        Column("package", "Package", c.SHORT, facet=True, hidden=True),
        Column("owner", "Owner", c.NAME, facet=True),
        Column("site", "Site", c.SHORT, facet=True),
        Column("disposition", "Disposition", c.TAGS, facet=True, width=8),
        Column("channels", "Channels", c.TEXT),
        Column("detail", "Why", c.TEXT),
        Column("size", "Size", c.SIZE),
    )
    lines = sorted(result.ledger.lines, key=lambda line: (line.disposition not in FAILING, line.disposition in ARRIVED))
    rows = [
        [
            line.file,
            line.package,
            line.owner,
            line.site,
            in_words(line.disposition),
            channels_in_words(line),
            line.detail,
            line.size,
        ]
        for line in lines[:FILES_SHOWN]
    ]
    return DataTable("files", columns, rows, len(lines), "ledger.csv")


def _decisions(result: Verification) -> DataTable:
    columns = (
        Column("about", "About", c.TEXT, facet=True),
        Column("detail", "What was decided, and why", c.TEXT, width=28),
        Column("variable", "To change it", c.CODE, facet=True),
    )
    rows = [
        [DECISIONS.get(item.code, in_words(item.code).capitalize()), item.detail, item.variable or ""] for item in result.plan.decisions
    ]
    return DataTable("decisions", columns, rows, len(rows), "plan.yml")
