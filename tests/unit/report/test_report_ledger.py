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

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, SkippedPlacement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import Ledger, PlacementEnd, build_ledger
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
        pytest.param([(ONE, "present"), (TWO, "present")], [], "present", "", id="present everywhere"),
        pytest.param([(ONE, "present")], [row(ONE, "failed", "HTTP 500")], "present", "", id="what is there counts, not what was told"),
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
            "Channel b has noarch/p-1-0.conda with other bytes.",
            id="conflict before failure",
        ),
        pytest.param(
            [(ONE, "unproven"), (TWO, "present")],
            [],
            "unproven",
            "Channel a shows no digest of noarch/p-1-0.conda, so its bytes cannot be verified.",
            id="no digest",
        ),
        pytest.param(
            [(ONE, "unreadable")],
            [],
            "unproven",
            "Channel a cannot be read with this token, so the file cannot be verified.",
            id="not readable",
        ),
        pytest.param([(ONE, "unproven"), (TWO, "missing")], [], "failed", "It is not in channel b.", id="failure before unproven"),
        pytest.param(
            [(ONE, "other_bytes"), (TWO, "present")],
            [row(ONE, "conflict", "kept: the file of this name in the channel has another digest")],
            "kept",
            "Channel a has another noarch/p-1-0.conda, which ae_conflict keeps.",
            id="kept on purpose",
        ),
        pytest.param(
            [(ONE, "missing")],
            [row(ONE, "moved", "The dump was made anew and holds other bytes.")],
            "moved",
            "The dump was made anew and holds other bytes.",
            id="the dump moved",
        ),
        pytest.param(
            [(ONE, "other_bytes")],
            [row(ONE, "conflict", "the file of this name in the channel has another digest")],
            "conflict",
            "Channel a has noarch/p-1-0.conda with other bytes.",
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
    assert ledger.counts == {"conflict": 1, "failed": 1, "kept": 1, "present": 1, "quarantined": 2, "unlabelled": 1, "unproven": 1}
    assert ledger.failing()[0].sentence == "u/p/bad-1-0.conda of site east: bad md5"
    numbers = {"files": 8, "bytes": 40, "arrived": 1, "arrived_bytes": 5, "failing": 5, "failing_bytes": 25}
    assert ledger.by_owner() == [{"site": "east", "owner": "u", **numbers}]


def test_owners_are_counted_by_site_and_the_largest_comes_first() -> None:
    ends = [(placement("a", f"{n}.conda", site="west", owner="v"), "present") for n in range(2)] + [(placement("a"), "missing")]
    names = ("files", "bytes", "arrived", "arrived_bytes", "failing", "failing_bytes")
    found = ledger_of(ends, left=[left_out("x", site="south")]).by_owner()
    assert [(row["site"], row["owner"], *(row[name] for name in names)) for row in found] == [
        ("west", "v", 2, 10, 2, 10, 0, 0),
        ("east", "u", 1, 5, 0, 0, 1, 5),
        ("south", "u", 1, 5, 0, 0, 0, 0),
    ]


BUG = "so something was lost or counted twice; keep the plan folder and report this as a bug."


@pytest.mark.parametrize(
    ("sites", "placements", "sentences"),
    [
        pytest.param({"east": (2, 10)}, 3, [], id="right"),
        pytest.param(
            {"east": (3, 10)},
            3,
            ["The ledger accounts for 2 files of 10 bytes of site east, and its inventory has 3 files of 10 bytes"],
            id="a file too few",
        ),
        pytest.param(
            {"east": (2, 11)},
            3,
            ["The ledger accounts for 2 files of 10 bytes of site east, and its inventory has 2 files of 11 bytes"],
            id="right in number, wrong in bytes",
        ),
        pytest.param(
            {"east": (1, 5), "west": (1, 5)},
            3,
            [
                "The ledger accounts for 2 files of 10 bytes of site east, and its inventory has 1 file of 5 bytes",
                "The ledger accounts for 0 files of 0 bytes of site west, and its inventory has 1 file of 5 bytes",
            ],
            id="right in sum, wrong by site",
        ),
        pytest.param({"east": (2, 10)}, 4, ["The ledger accounts for 3 placements, and the plan has 4"], id="a placement too few"),
    ],
)
def test_the_sums_name_both_numbers_when_they_are_wrong(sites: dict[str, tuple[int, int]], placements: int, sentences: list[str]) -> None:
    """One file with two placements, and one that is held back."""
    held = SkippedPlacement.of(placement("c", "q-1-0.conda"), "removed_on_ae5", "Somebody has removed it.")
    ledger = build_ledger([(ONE, "present"), (TWO, "present")], {}, [], [held])
    assert ledger.imbalances(sites, placements) == [f"{text}, {BUG}" for text in sentences]


def test_what_is_held_back_has_its_own_end_and_needs_a_person() -> None:
    held = SkippedPlacement.of(TWO, "removed_on_ae5", "Somebody has removed it from channel b.")
    ledger = build_ledger([(ONE, "present")], {}, [], [held])
    (line,) = ledger.lines
    assert (line.disposition, line.detail) == ("removed_on_ae5", "Somebody has removed it from channel b.")
    assert [(end.channel, end.disposition) for end in line.placements] == [("a", "present"), ("b", "removed_on_ae5")]
    assert ledger.failing() == [line]
    assert ledger.placement_counts == {"present": 1, "removed_on_ae5": 1}


@pytest.mark.parametrize("outcome", ["uploaded", "replaced", "present"])
def test_what_is_there_says_how_it_came(outcome: str) -> None:
    ledger = ledger_of([(ONE, "present"), (TWO, "present")], row(ONE, outcome))
    assert [end.disposition for end in ledger.lines[0].placements] == [outcome, "present"]
    assert ledger.lines[0].disposition == outcome
    assert ledger.arrived == 1


def test_findings_name_each_placement_once() -> None:
    ends = [(ONE, "missing"), (TWO, "other_bytes"), (THREE, "unproven"), (placement("d"), "present"), (placement("e"), "other_bytes")]
    found = ledger_of(ends, row(placement("e"), "conflict", "kept: x")).findings()
    assert [(item.verdict, item.channel, item.what, item.fails, item.told) for item in found] == [
        ("missing", "a", "noarch/p-1-0.conda", True, True),
        ("other_bytes", "b", "noarch/p-1-0.conda", True, True),
        ("unproven", "c", "noarch/p-1-0.conda", True, True),
        ("accepted", "e", "noarch/p-1-0.conda", False, True),
    ]


def test_the_digest_changes_with_every_field_of_every_line() -> None:
    ledger = ledger_of([(ONE, "present")], left=[left_out("x")])
    assert ledger.digest == ledger_of([(ONE, "present")], left=[left_out("x")]).digest
    digests = {ledger.digest, Ledger(ledger.lines[:1]).digest, Ledger(ledger.lines[1:]).digest}
    changes: dict[str, t.Any] = {"size": 6, "placements": (PlacementEnd("z", "noarch", "present"),)}
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
    assert ledger.imbalances({item.site: (item.files, item.bytes) for item in plan.sites if item.files}, len(placements)) == []
    assert sum(ledger.counts.values()) == sum(item.files for item in plan.sites) == len(files)
    assert sum(ledger.placement_counts.values()) == len(placements)
    assert sum(item["files"] for item in ledger.by_owner()) == len(files)


def test_a_path_listed_twice_loses_no_placement(tmp_path: Path) -> None:
    site = Site("east")
    site.file("u/p/p-1-0.conda", "main", path="u/p").file("u/p/p-1-0.conda", "test", path="u/p")
    _plan, placements, left = build.finish(draft_of(tmp_path, site))
    ledger = ledger_of(((placed, "present") for placed in placements), left=left)
    assert [(line.disposition, line.channels) for line in ledger.lines] == [("present", ("u", "u/test")), ("duplicate", ())]
