# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notebook projects in the ledger: one line for each, one disposition, and sums that must be right."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Project
from ansible_collections.ae_ops.migration.plugins.module_utils._report import files
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import Ledger
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.ledger import (
    ProjectLine,
    imbalances,
    line_of,
    sentences,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import Row
from tests.unit.report.project_samples import NotebookHost, ordinary, read, with_projects
from tests.unit.report.report_world import verification

PROJECT = Project("aen1", "east", "alice", "old name", "/projects/alice/old name")


def converted(state: str = "converted", reason: str = "") -> Conversion:
    return Conversion("aen1", "east", "alice", "old name", "new-name", "al", state, reason)


def row(state: str, why: str = "") -> Row:
    return Row("al", "new-name-2", "alice/old name", "aen1", state, why, ("user bob may read",), ("A note.",))


@pytest.mark.parametrize(
    ("conversion", "upload", "disposition", "detail", "name", "fails"),
    [
        pytest.param(converted(), row("uploaded"), "uploaded", "", "new-name-2", False, id="uploaded"),
        pytest.param(converted(), row("present"), "present", "", "new-name-2", False, id="there before"),
        pytest.param(converted(), row("conflict", "Differs."), "conflict", "Differs.", "new-name-2", True, id="conflict"),
        pytest.param(converted(), row("refused", "No login."), "refused", "No login.", "new-name-2", True, id="nobody can log in"),
        pytest.param(converted(), row("failed", "HTTP 500."), "failed", "HTTP 500.", "new-name-2", True, id="failed"),
        pytest.param(converted(), row("lost", "It is gone."), "lost", "It is gone.", "new-name-2", True, id="a state nobody knows"),
        pytest.param(None, row("uploaded"), "uploaded", "", "new-name-2", False, id="the list of conversions is gone"),
        pytest.param(converted("refused", "Blanks."), None, "refused", "Blanks.", "new-name", True, id="refused"),
        pytest.param(converted("refused", "Blanks."), row("uploaded"), "refused", "Blanks.", "new-name", True, id="refused since"),
        pytest.param(converted("excluded", "Out."), None, "excluded", "Out.", "new-name", False, id="excluded"),
        pytest.param(converted("excluded", "Out."), row("failed", "x"), "excluded", "Out.", "new-name", False, id="excluded since"),
        pytest.param(
            converted(),
            None,
            "waiting",
            "It was converted, but not sent to AE5 yet; run the notebooks playbook for it.",
            "new-name",
            True,
            id="sent",
        ),
        pytest.param(
            dataclasses.replace(converted(), tree="b"),
            dataclasses.replace(row("uploaded"), tree="a"),
            "waiting",
            "It has changed and was converted since it was last compared with AE5; run the notebooks playbook for it.",
            "new-name",
            True,
            id="changed since",
        ),
        pytest.param(
            None,
            None,
            "waiting",
            "It was collected, but not converted yet; run the notebooks playbook for it.",
            "",
            True,
            id="not converted",
        ),
    ],
)
def test_a_project_has_one_disposition(
    conversion: Conversion | None, upload: Row | None, disposition: str, detail: str, name: str, fails: bool
) -> None:
    line = line_of("aen1", PROJECT, conversion, upload)
    assert (line.disposition, line.detail, line.name, line.fails) == (disposition, detail, name, fails)
    assert (line.host, line.site, line.key) == ("aen1", "east", "alice/old name")
    assert line.to_json()["kind"] == "project"


def line(host: str, project: str, disposition: str = "uploaded", detail: str = "") -> ProjectLine:
    return ProjectLine(host, "east", "alice", project, "alice", project, disposition, detail)


BUG = "so something was lost or counted twice; keep the plan folder and report this as a bug."


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        pytest.param({"aen1": 2, "aen2": 1}, [], id="right"),
        pytest.param(
            {"aen1": 3, "aen2": 1}, ["The ledger accounts for 2 projects of notebook host aen1, and its list has 3"], id="too few"
        ),
        pytest.param(
            {"aen1": 2, "aen2": 0}, ["The ledger accounts for 1 project of notebook host aen2, and its list has 0"], id="too many"
        ),
        pytest.param({"aen1": 2}, ["The ledger accounts for 1 project of notebook host aen2, and its list has 0"], id="of no host"),
        pytest.param(
            {"aen1": 1, "aen2": 2},
            [
                "The ledger accounts for 2 projects of notebook host aen1, and its list has 1",
                "The ledger accounts for 1 project of notebook host aen2, and its list has 2",
            ],
            id="right in sum, wrong by host",
        ),
    ],
)
def test_the_sums_name_both_numbers_when_they_are_wrong(hosts: dict[str, int], found: list[str]) -> None:
    lines = [line("aen1", "a"), line("aen1", "b"), line("aen2", "a")]
    assert imbalances(lines, hosts) == [f"{text}, {BUG}" for text in found]


def test_each_project_that_needs_a_person_is_named_and_equal_reasons_are_told_once() -> None:
    lines = [line("aen1", f"p{n}", "refused", "Nobody can log in.") for n in range(7)]
    lines += [line("aen1", "x\ny", "failed", "HTTP 500."), line("aen2", "x", "failed", "HTTP 500."), line("aen1", "c", "conflict")]
    lines += [line("aen1", "n", "refused", "The project alice/n has blanks."), line("aen1", "ok"), line("aen1", "out", "excluded", "Out.")]
    assert sentences(lines) == [
        "7 projects (alice/p0, alice/p1, alice/p2, alice/p3, alice/p4 and 2 more) of notebook host aen1: Nobody can log in.",
        "Project alice/x\\x0ay of notebook host aen1: HTTP 500.",
        "Project alice/x of notebook host aen2: HTTP 500.",
        "Project alice/c of notebook host aen1: AE5 has another project of this name.",
        "Notebook host aen1: The project alice/n has blanks.",
    ]


def test_the_lines_of_files_stay_and_the_digest_is_of_all(tmp_path: Path) -> None:
    result = verification(files=30)
    plain, more = tmp_path / "plain", tmp_path / "more"
    files.write(str(plain), result)
    whole = with_projects(result, read(ordinary(tmp_path / "notebooks")))
    files.write(str(more), whole)
    before, after = (plain / files.LEDGER).read_bytes(), (more / files.LEDGER).read_bytes()
    assert after.startswith(before)
    lines = [json.loads(text) for text in after[len(before) :].splitlines()]
    assert [(item["kind"], item["owner"], item["project"], item["disposition"]) for item in lines] == [
        ("project", "alice", "good", "uploaded"),
        ("project", "alice", "other", "conflict"),
        ("project", "alice", "there", "present"),
        ("project", "bob", "broken", "failed"),
        ("project", "bob", "late", "waiting"),
        ("project", "bob", "my project", "refused"),
        ("project", "carol", "left", "excluded"),
    ]
    assert hashlib.sha256(after).hexdigest() == whole.ledger.digest != result.ledger.digest
    assert (plain / files.LEDGER_TABLE).read_bytes() == (more / files.LEDGER_TABLE).read_bytes()
    assert not (plain / files.PROJECTS_TABLE).exists()
    assert Ledger(whole.ledger.lines).counts == whole.ledger.counts


NAMES = st.sampled_from(["alice/a", "alice/b", "bob/a", "bob/x\ny", "carol/\udcff"])
STATES = st.sampled_from(["", "uploaded", "present", "conflict", "refused", "failed", "excluded", "lost"])
CONVERTED = st.sampled_from(["", "converted", "refused", "excluded"])
HOST = st.dictionaries(NAMES, st.tuples(STATES, CONVERTED), max_size=5)


@given(st.dictionaries(st.sampled_from(["aen1", "aen2", "aen3"]), HOST, min_size=1), st.sets(st.sampled_from(["aen1", "aen4"])))
def test_the_lines_are_as_many_as_the_projects(
    tmp_path_factory: pytest.TempPathFactory, hosts: dict[str, dict[str, tuple[str, str]]], wanted: set[str]
) -> None:
    """Whatever became of them, wherever the run broke off, and with the same names on several hosts."""
    root = tmp_path_factory.mktemp("balance")
    for name, projects in hosts.items():
        made = NotebookHost(root, name)
        for key, (state, is_converted) in projects.items():
            made.add(key, state, converted=is_converted)
        made.save()
    found = read(made, *wanted)
    total = sum(map(len, hosts.values()))
    assert found.imbalances() == []
    assert len(found.lines) == sum(found.counts.values()) == sum(found.environments.values()) == total
    assert len({(item.host, item.key) for item in found.lines}) == total
    assert found.arrived + found.failing + found.counts.get("excluded", 0) == total
    assert found.missing == tuple(sorted(wanted - hosts.keys()))
    told = "\n".join(found.failures())
    assert bool(told) == bool(found.failing or found.missing)
    assert [name for name in found.missing if f"Notebook host {name} is in the inventory" not in told] == []


def test_two_readings_are_equal(tmp_path: Path) -> None:
    host = ordinary(tmp_path / "notebooks")

    def written(name: str) -> dict[str, bytes]:
        dest = tmp_path / name
        files.write(str(dest), with_projects(verification(files=9), read(host, dest=dest)))
        return {path.name: path.read_bytes() for path in sorted(dest.iterdir())}

    first: dict[str, t.Any] = written("one")
    assert first == written("two")
    assert {"projects.csv", "notebook-findings.csv"} <= first.keys()
