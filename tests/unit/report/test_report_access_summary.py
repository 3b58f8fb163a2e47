# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report keeps of the access table: all counts, the gravest rows, and who lost what."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.equivalence import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._report import access_summary
from ansible_collections.ae_ops.migration.plugins.module_utils._report.access_summary import AccessSummary


def row(principal: str, channel: str, verdict: str, reason: str = "", kind: str = "user") -> Row:
    return Row("east", channel, kind, principal, "yes", "r", "r", "r", verdict, reason)


def summary_of(*rows: Row) -> AccessSummary:
    found = AccessSummary()
    for each in rows:
        found.add(each)
    return found


def test_the_gravest_rows_come_first_and_the_same_last() -> None:
    verdicts = ["same", "unknown", "accepted", "narrower", "foreign", "wider", "stale"]
    found = summary_of(*(row(f"u{number}", "a", verdict) for number, verdict in enumerate(verdicts)))
    ordered = [each.verdict for each in found.rows(10)]
    assert ordered == ["wider", "narrower", "stale", "foreign", "accepted", "unknown", "same"]
    assert [each.verdict for each in found.rows(2)] == ["wider", "narrower"]
    assert (found.total, dict(found.counts)) == (7, dict.fromkeys(verdicts, 1))


def test_what_is_beyond_the_rows_kept_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_summary, "ROWS_KEPT", 3)
    found = summary_of(*(row(f"u{number}", "a", "same" if number % 2 else "narrower") for number in range(20)))
    assert (found.total, found.counts["same"], len(found.rows(100))) == (20, 10, 6)
    assert len(found.losers()) == 10


def test_who_lost_access_is_told_once_with_every_reason() -> None:
    found = summary_of(
        row("ann", "a", "narrower", "does not exist in AE5"),
        row("bob", "a", "narrower", "collaborator of package x"),
        row("bob", "b", "narrower", "not in AE5 group Devs"),
        row("bob", "b", "narrower", "not in AE5 group Devs"),
        row("eve", "a", "same"),
        row("anyone", "a", "narrower", "package six made it private", "anyone"),
    )
    assert [loser.to_json() for loser in found.losers()] == [
        {
            "kind": "anyone",
            "name": "anyone",
            "in_ae5": "yes",
            "channels": 1,
            "examples": ["a"],
            "reasons": ["package six made it private"],
        },
        {
            "kind": "user",
            "name": "bob",
            "in_ae5": "yes",
            "channels": 2,
            "examples": ["a", "b"],
            "reasons": ["not in AE5 group Devs", "collaborator of package x"],
        },
        {"kind": "user", "name": "ann", "in_ae5": "yes", "channels": 1, "examples": ["a"], "reasons": ["does not exist in AE5"]},
    ]
