# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a verification: what they hold, their schema, and that no spreadsheet calculates them."""

from __future__ import annotations

import copy
import hashlib
import json
import typing as t
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._csv import FORMULA, plain, safe
from ansible_collections.ae_ops.migration.plugins.module_utils._report import content, files
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._report.content import Verification
from tests.unit.report.report_samples import SCHEMA, table, wrong
from tests.unit.report.report_world import HOSTILE, hostile, verification


def as_written(result: Verification) -> t.Any:
    return json.loads(json.dumps(result.report()))


def shortened(value: t.Any) -> t.Any:
    """The same with one item in each list."""
    if isinstance(value, list):
        return [shortened(item) for item in value[-1:]]
    return {key: shortened(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("given", [{}, {"clean": True}, {"files": 0, "sites": (), "clean": True}], ids=["ordinary", "clean", "empty"])
def test_a_report_has_the_shape_of_its_schema(given: dict[str, t.Any]) -> None:
    assert wrong(as_written(verification(**given))) == []


def test_the_schema_notices_what_is_not_a_report() -> None:
    report = shortened(as_written(verification()))

    def places(value: t.Any, way: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
        """Every key of every object, the first of each list."""
        if isinstance(value, dict):
            for key, item in value.items():
                yield (*way, key)
                yield from places(item, (*way, key))
        elif isinstance(value, list) and value:
            yield from places(value[0], (*way, 0))

    free = {"counts", "files", "findings", "placements", "left_out", "changes", "variable"}
    for way in places(report):
        if any(part in free for part in way[1:-1]) or way[-1] == "old":
            continue
        spoilt = copy.deepcopy(report)
        holder = spoilt
        for part in way[:-1]:
            holder = holder[part]
        holder[way[-1]] = object
        assert wrong(spoilt), way
        del holder[way[-1]]
        assert wrong(spoilt), way
        holder["unheard_of"] = 1
        assert wrong(spoilt), way


def test_long_lists_are_cut_and_the_tables_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "SHOWN", 3)
    result = verification(files=1200)
    files.write(str(tmp_path), result)
    report = json.loads((tmp_path / files.REPORT).read_text())
    for cut in (report["failures"], report["findings"], report["access"]["table"], report["not_on_cluster"]):
        assert len(cut) == 3
    assert report["failures_total"] == len(result.failures()) > 3
    assert len((tmp_path / files.LEDGER).read_text().splitlines()) == 1200
    assert len(table(tmp_path / files.LEDGER_TABLE)) == 1201
    assert len(table(tmp_path / files.FINDINGS_TABLE)) == len(result.findings) + 1


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    result = hostile(HOSTILE)
    files.write(str(tmp_path), result)
    digest = hashlib.sha256((tmp_path / files.LEDGER).read_bytes()).hexdigest()
    assert digest == result.ledger.digest == json.loads((tmp_path / files.REPORT).read_text())["ledger"]["digest"]
    assert digest in (tmp_path / files.PAGE).read_text()


def test_the_ledgers_table_says_where_each_file_went(tmp_path: Path) -> None:
    result = verification()
    files.write(str(tmp_path), result)
    head, *rows = table(tmp_path / files.LEDGER_TABLE)
    assert head == ["site", "owner", "package", "file", "size", "disposition", "detail", "channels", "path"]
    for row, line in zip(rows, result.ledger.lines, strict=True):
        assert row[:6] == [line.site, line.owner, line.package, line.file, str(line.size), line.disposition]
    odd = next(line for line in result.ledger.lines if len({end.disposition for end in line.placements}) > 1)
    first, second = odd.placements
    assert rows[result.ledger.lines.index(odd)][7] == f"{first.channel}; {second.channel} ({second.disposition})"


@pytest.mark.parametrize("name", [files.LEDGER_TABLE, files.FINDINGS_TABLE])
def test_no_cell_of_a_hostile_dump_is_a_formula(tmp_path: Path, name: str) -> None:
    hostile_names = (*HOSTILE, *(f"{char}1+1" for char in FORMULA))
    files.write(str(tmp_path), hostile(hostile_names))
    rows = table(tmp_path / name)
    assert len(rows) > 3 * len(HOSTILE)
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    found = {plain(cell) for row in rows for cell in row}
    for text in hostile_names:
        assert text.encode("utf-8", "backslashreplace").decode() in found


@given(st.text())
def test_a_safe_cell_is_never_a_formula_and_is_undone(text: str) -> None:
    assert not safe(text).startswith(FORMULA)
    assert plain(safe(text)) == text.encode("utf-8", "backslashreplace").decode()


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert [safe(text) for text in ("xz-5.2.2-1", "", "ä", "a=b", 5)] == ["xz-5.2.2-1", "", "ä", "a=b", "5"]


def test_findings_are_told_the_gravest_first() -> None:
    verdicts = ["foreign", "narrower", "wider", "stale", "missing"]
    findings = tuple(Finding(verdict, "a", "b", verdict, verdict != "foreign") for verdict in verdicts)
    result = verification(clean=True)
    found = Verification(result.plan, result.ledger, findings, result.access, result.placements).ordered_findings()
    assert [finding.verdict for finding in found] == ["wider", "missing", "narrower", "stale", "foreign"]


@pytest.mark.parametrize(
    ("name", "run"),
    [("20261122T144000Z", "20261122T144000Z"), ("current", None), ("20261122T144000Z.old", None), ("check", None)],
)
def test_the_runs_name_is_that_of_its_folder(tmp_path: Path, name: str, run: t.Optional[str]) -> None:
    (tmp_path / name).mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / name)
    assert files.run_name(str(link)) == files.run_name(str(tmp_path / name)) == run
