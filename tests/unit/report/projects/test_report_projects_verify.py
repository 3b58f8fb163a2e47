# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``migration_verify`` against the lab's cluster, with what playbook ``notebooks`` left beside the plan."""

from __future__ import annotations

import csv
import hashlib
import json
import typing as t
from pathlib import Path

from tests.unit.report.conftest import Done, report_of
from tests.unit.report.project_samples import NotebookHost, ordinary
from tests.unit.report.report_samples import wrong

Result = t.Dict[str, t.Any]


def verify(done: Done, root: Path, *hosts: str, check: bool = False) -> Result:
    return done.verify(check=check, notebooks=str(root), notebook_hosts=list(hosts))


def test_a_missing_folder_counts_only_where_it_is_expected(done: Done, tmp_path: Path) -> None:
    missing = {"notebooks": str(tmp_path / "none"), "notebook_hosts": ["aen1"]}
    assert done.verify(**missing)["failed"] is True
    assert done.verify(**missing, notebooks_expected=False)["failed"] is False
    (tmp_path / "none").mkdir()
    assert done.verify(**missing, notebooks_expected=False)["failed"] is True


def written(done: Done) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in done.dest.iterdir()}


def test_projects_that_are_there_are_accounted_for(done: Done, tmp_path: Path) -> None:
    host = NotebookHost(tmp_path / "notebooks").add("alice/good", "uploaded").add("alice/there", "present")
    host.add("bob/left", "excluded", "Out.", converted="excluded", reason="Out.").save()
    result = verify(done, host.root, "aen1")
    assert (result["failed"], result["changed"], result["failures"], result["warnings"]) == (
        False,
        False,
        [],
        ["The projects of notebook host aen1 were not audited, or their lists are missing; run the notebooks playbook for it."],
    )
    assert result["summary"]["projects"] == {"excluded": 1, "present": 1, "uploaded": 1}
    assert result["summary"]["files"] == {"present": 2}
    report = report_of(done)
    assert wrong(report) == []
    ledger = (done.dest / "ledger.jsonl").read_bytes()
    assert hashlib.sha256(ledger).hexdigest() == report["ledger"]["digest"] == result["ledger_digest"]
    assert [json.loads(line).get("kind") for line in ledger.splitlines()] == [None, None, "project", "project", "project"]
    with (done.dest / "projects.csv").open(newline="") as stream:
        assert [row[4] for row in csv.reader(stream)] == ["disposition", "uploaded", "present", "excluded"]
    assert "The projects on AE5 were read at 2026-11-22 18:00 UTC" in (done.dest / "report.html").read_text()


def test_what_needs_a_person_fails_the_verification(done: Done, tmp_path: Path) -> None:
    host = ordinary(tmp_path / "notebooks")
    result = verify(done, host.root, "aen1", "aen2")
    assert result["failed"]
    assert result["failures"] == [
        "Notebook host aen2 is in the inventory, but has no list of projects, so their state is not known; "
        "run the notebooks playbook for it.",
        "Project alice/other of notebook host aen1: AE5 has a project that differs.",
        "Project bob/broken of notebook host aen1: AE5 answered 500.",
        "Project bob/late of notebook host aen1: It was converted, but not sent to AE5 yet; run the notebooks playbook for it.",
        "Project bob/my project of notebook host aen1: The name 'my project' has blanks.",
    ]
    assert len((done.dest / "notebook-findings.csv").read_text().splitlines()) == 4


def test_what_is_wrong_with_the_packages_stands_before_the_projects(done: Done, tmp_path: Path) -> None:
    done.drop(done.placed("ann", "beta"))
    result = verify(done, ordinary(tmp_path / "notebooks").root)
    assert result["failures"][0] == "owner/beta/beta-1.0-0.tar.bz2 of site east: It is not in channel ann."
    assert len(result["failures"]) == 5


def test_without_notebooks_every_file_is_as_it_was(done: Done, tmp_path: Path) -> None:
    done.verify()
    before = written(done)
    assert "projects.csv" not in before
    (tmp_path / "notebooks" / "needs").mkdir(parents=True)
    for root in (tmp_path / "absent", tmp_path / "notebooks"):
        assert not verify(done, root)["failed"]
        assert written(done) == before


def test_the_same_projects_again_write_the_same_bytes(done: Done, tmp_path: Path) -> None:
    host = ordinary(tmp_path / "notebooks")
    found = []
    for _run in range(2):
        verify(done, host.root)
        found.append(written(done))
    assert found[0] == found[1]


def test_check_mode_finds_the_same_projects_and_writes_nothing(done: Done, tmp_path: Path) -> None:
    host = ordinary(tmp_path / "notebooks")
    before = sorted(path.relative_to(host.root) for path in host.root.rglob("*"))
    checked = verify(done, host.root, "aen1", check=True)
    assert not done.dest.exists()
    assert sorted(path.relative_to(host.root) for path in host.root.rglob("*")) == before
    assert checked["failures"] == verify(done, host.root, "aen1")["failures"] != []


def test_ae5_is_not_asked_about_projects(done: Done, tmp_path: Path) -> None:
    done.verify()
    asked = [(record["method"], record["path"]) for record in done.lab.log()]
    done.lab.clear_log()
    verify(done, ordinary(tmp_path / "notebooks").root)
    assert sorted((record["method"], record["path"]) for record in done.lab.log()) == sorted(asked)
