# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: its order, what is accepted, and how people see it."""

from __future__ import annotations

from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Row

ROWS = [
    Row(r.LOGIN, "prod", r.OK, "in", "all"),
    Row(r.SPACE, "west", r.BLOCKING, "Too small.", "Export the site", "Free space."),
    Row(r.SSH, "east", r.UNKNOWN, "why", "all", "Look."),
    Row(r.SSH, "west", r.WARNING, "slow", "all"),
]


def test_rows_come_by_host_and_then_as_a_run_meets_them() -> None:
    assert [(row.host, row.check) for row in r.ordered(ROWS, ["east", "west", "prod"])] == [
        ("east", "ssh"),
        ("west", "ssh"),
        ("west", "space"),
        ("prod", "login"),
    ]


def test_accepting_turns_only_what_blocks_into_a_warning() -> None:
    for accepted in ({"space"}, {"space@west"}):
        found = r.accept(ROWS, accepted)
        assert [row.verdict for row in found] == [r.OK, r.WARNING, r.UNKNOWN, r.WARNING]
        assert "accepted" in found[1].evidence
    assert r.accept(ROWS, {"space@east", "ssh", "login"}) == ROWS


def test_the_table_counts_and_says_what_to_do_where_something_is_to_be_done() -> None:
    assert r.table(r.ordered(ROWS, ["east", "west", "prod"])) == [
        "1 blocking, 1 warning, 1 unknown, 1 ok",
        "",
        "VERDICT   HOST  CHECK  EVIDENCE",
        "--------  ----  -----  --------",
        "unknown   east  ssh    why",
        "                       needed by: all",
        "                       to do: Look.",
        "warning   west  ssh    slow",
        "                       needed by: all",
        "blocking  west  space  Too small.",
        "                       needed by: Export the site",
        "                       to do: Free space.",
        "ok        prod  login  in",
    ]


def test_blocking_rows_as_sentences() -> None:
    assert r.sentences(ROWS) == ["west: space: Too small. Would fail: Export the site. Free space."]


def test_rows_travel_as_json() -> None:
    assert [Row.from_json(row.to_json()) for row in ROWS] == ROWS


def test_a_verdict_that_cannot_be_read_lets_nothing_pass() -> None:
    assert Row.from_json({**ROWS[0].to_json(), "verdict": "***ing"}).verdict == r.BLOCKING
    assert Row.from_json({"check": "login", "host": "prod"}).verdict == r.BLOCKING
    assert Row.from_json(["ok"]) == Row("", "", r.BLOCKING, "cannot be read: ['ok']", "")


def test_evidence_is_one_line_and_not_endless() -> None:
    assert r.one_line("a\n b\t c") == "a b c"
    assert len(r.one_line("x" * 1000)) == 400
