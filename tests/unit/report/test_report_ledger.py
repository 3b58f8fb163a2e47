# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: one line for every file, and which of several ends is the file's."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Placement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import Ledger, build_ledger
from tests.unit.plan.inventory_builder import Site, draft_of
from tests.unit.report.report_samples import left_out, placement

STATES = ("present", "missing", "other_bytes", "unproven", "unreadable")
ONE, TWO, THREE = placement("a"), placement("b"), placement("c")


def row(placed: Placement, outcome: str, reason: str = "") -> TransferRow:
    return TransferRow(*placed.key, outcome, reason)


def ledger_of(ends: t.Iterable[tuple[Placement, str]], *rows: TransferRow, left: t.Iterable[t.Any] = ()) -> Ledger:
    return build_ledger(ends, {item.key: item for item in rows}, left)


@pytest.mark.parametrize(
    ("ends", "rows", "disposition", "detail"),
    [
        pytest.param([(ONE, "present"), (TWO, "present")], [], "migrated", "", id="present everywhere"),
        pytest.param([(ONE, "present")], [row(ONE, "failed", "HTTP 500")], "migrated", "", id="what is there counts, not what was told"),
        pytest.param([(ONE, "present"), (TWO, "missing")], [], "failed", "It is not in channel b.", id="missing in one"),
        pytest.param([(TWO, "missing"), (ONE, "missing")], [], "failed", "It is not in channel a.", id="missing in both, first told"),
        pytest.param([(ONE, "missing")], [row(ONE, "failed", "HTTP 413")], "failed", "HTTP 413", id="the transfer's reason"),
        pytest.param([(ONE, "missing")], [row(ONE, "uploaded")], "failed", "It is not in channel a.", id="uploaded and gone"),
        pytest.param([(ONE, "missing")], [row(TWO, "failed", "HTTP 413")], "failed", "It is not in channel a.", id="another's reason"),
        pytest.param([(ONE, "missing")], [row(ONE, "quarantined", "bad md5")], "quarantined", "bad md5", id="quarantined by transfer"),
        pytest.param(
            [(ONE, "missing"), (TWO, "other_bytes"), (THREE, "missing")],
            [row(THREE, "quarantined", "bad md5")],
            "quarantined",
            "bad md5",
            id="quarantine before conflict and failure",
        ),
        pytest.param(
            [(ONE, "missing"), (TWO, "other_bytes")],
            [],
            "conflict",
            "Channel b holds noarch/p-1-0.conda with other bytes.",
            id="conflict before failure",
        ),
        pytest.param(
            [(ONE, "unproven"), (TWO, "present")],
            [],
            "unproven",
            "Channel a shows no digest of noarch/p-1-0.conda, so its bytes are not proven.",
            id="no digest",
        ),
        pytest.param(
            [(ONE, "unreadable")],
            [],
            "unproven",
            "Channel a cannot be read with this token, so it is not proven that the file is there.",
            id="not readable",
        ),
        pytest.param([(ONE, "unproven"), (TWO, "missing")], [], "failed", "It is not in channel b.", id="failure before unproven"),
        pytest.param(
            [(ONE, "other_bytes"), (TWO, "present")],
            [row(ONE, "conflict", "kept: the file of this name in the channel has another digest")],
            "kept",
            "Channel a holds another noarch/p-1-0.conda, which ae_conflict keeps.",
            id="kept on purpose",
        ),
        pytest.param(
            [(ONE, "other_bytes")],
            [row(ONE, "conflict", "the file of this name in the channel has another digest")],
            "conflict",
            "Channel a holds noarch/p-1-0.conda with other bytes.",
            id="not kept on purpose",
        ),
    ],
)
def test_a_file_has_one_disposition(ends: list[tuple[Placement, str]], rows: list[TransferRow], disposition: str, detail: str) -> None:
    for order in itertools.permutations(ends):
        (line,) = ledger_of(order, *rows).lines
        assert (line.disposition, line.detail) == (disposition, detail)
        assert line.channels == tuple(sorted(placed.channel for placed, _state in ends))


def test_which_dispositions_need_a_person() -> None:
    files = {name: placement("a", f"{name}-1-0.conda") for name in ("ok", "kept", "gone", "odd", "bad", "dim")}
    rows = [row(files["kept"], "conflict", "kept: x"), row(files["bad"], "quarantined", "bad md5")]
    states = {"ok": "present", "kept": "other_bytes", "gone": "missing", "odd": "other_bytes", "bad": "missing", "dim": "unproven"}
    ledger = ledger_of(((files[name], state) for name, state in states.items()), *rows, left=[left_out("x"), left_out("y", "quarantined")])
    assert [line.file.split("-")[0] for line in ledger.failing()] == ["bad", "dim", "gone", "odd", "y"]
    assert ledger.counts == {"conflict": 1, "failed": 1, "kept": 1, "migrated": 1, "quarantined": 2, "unlabelled": 1, "unproven": 1}
    assert ledger.failing()[0].sentence == "u/p/bad-1-0.conda of site east: bad md5"
    assert ledger.by_owner() == [{"site": "east", "owner": "u", "files": 8, "migrated": 1, "failing": 5}]


def test_owners_are_counted_by_site_and_the_largest_comes_first() -> None:
    ends = [(placement("a", f"{n}.conda", site="west", owner="v"), "present") for n in range(2)] + [(placement("a"), "missing")]
    assert ledger_of(ends, left=[left_out("x", site="south")]).by_owner() == [
        {"site": "west", "owner": "v", "files": 2, "migrated": 2, "failing": 0},
        {"site": "east", "owner": "u", "files": 1, "migrated": 0, "failing": 1},
        {"site": "south", "owner": "u", "files": 1, "migrated": 0, "failing": 0},
    ]


def test_the_sum_names_both_numbers_when_it_is_wrong() -> None:
    ledger = ledger_of([(ONE, "present")])
    assert ledger.imbalance(1) is None
    assert ledger.imbalance(2) == (
        "The lines of the ledger (1) are not as many as the files of the inventories (2), so something was lost or counted twice; "
        "keep the plan folder and report this as a bug."
    )


def test_the_digest_changes_with_every_field_of_every_line() -> None:
    ledger = ledger_of([(ONE, "present")], left=[left_out("x")])
    assert ledger.digest == ledger_of([(ONE, "present")], left=[left_out("x")]).digest
    digests = {ledger.digest, Ledger(ledger.lines[:1]).digest, Ledger(ledger.lines[1:]).digest}
    changes: dict[str, t.Any] = {"size": 6, "channels": ("z",)}
    names = [field.name for field in dataclasses.fields(ledger.lines[0])]
    for at, name in itertools.product(range(2), names):
        lines = list(ledger.lines)
        lines[at] = dataclasses.replace(lines[at], **{name: changes.get(name, "other")})
        digests.add(Ledger(tuple(lines)).digest)
    assert len(digests) == 3 + 2 * len(names)


def test_the_ledger_takes_undecodable_names() -> None:
    assert len(ledger_of([(placement("a", "b\udcff.conda"), "missing")]).digest) == 64


LABELS = st.sets(st.sampled_from(["main", "test", "dev"]))
NAMES = st.sampled_from(["p-1-0.conda", "q-1-0.conda"])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["p1", "p2"]), LABELS, st.booleans()), max_size=6), st.data())
def test_the_lines_are_as_many_as_the_files(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, str, set[str], bool]], data: st.DataObject
) -> None:
    """Also when the inventory lists a path more than once, or a file at two paths."""
    site = Site("east")
    for name, path, labels, damaged in files:
        site.file(f"u/p/{name}", *labels, path=path, content=name, problems=["bad_archive"] if damaged else [])
    plan, placements, left = build.finish(draft_of(tmp_path_factory.mktemp("sum"), site))
    ends = [(placed, data.draw(st.sampled_from(STATES))) for placed in placements]
    ledger = ledger_of(ends, left=left)
    assert ledger.imbalance(len(files)) is None
    assert sum(ledger.counts.values()) == sum(item.files for item in plan.sites) == len(files)
    assert sum(item["files"] for item in ledger.by_owner()) == len(files)


def test_a_path_listed_twice_loses_no_placement(tmp_path: Path) -> None:
    site = Site("east")
    site.file("u/p/p-1-0.conda", "main", path="u/p").file("u/p/p-1-0.conda", "test", path="u/p")
    _plan, placements, left = build.finish(draft_of(tmp_path, site))
    ledger = ledger_of(((placed, "present") for placed in placements), left=left)
    assert [(line.disposition, line.channels) for line in ledger.lines] == [("migrated", ("u", "u/test")), ("duplicate", ())]
