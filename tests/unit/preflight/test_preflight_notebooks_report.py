# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the preflight with notebook hosts: their rows, and the room for their archives."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.unit.module_runner import run_module

PROBE = "user=root\npython=3.11.2 /usr/bin/python3\n"


def report(tmp_path: Path, free: int | None, *hosts: dict[str, t.Any], **given: t.Any) -> dict[tuple[str, str], dict[str, str]]:
    facts = {"work_dir": "/w", "work_dir_free": free, "notebook_staged_bytes": 0}
    row = {"check": "login", "host": "prod", "verdict": "ok", "evidence": "In.", "task": "every task", "advice": ""}
    args = {
        "cluster": "prod",
        "sites": [],
        "notebooks": ["nb", "nb2"],
        "measured": [{"host": "prod", "stdout": PROBE, "rows": [row], "facts": facts}],
        "measured_notebooks": list(hosts),
        "records": str(tmp_path / "records"),
        "dest": str(tmp_path / "dest"),
        "core_version": "2.19.1",
        **given,
    }
    rows = run_module("preflight_report", args)["rows"]
    return {(item["host"], item["check"]): item for item in rows}


def entry(name: str, size: int | None, whole: bool = True) -> dict[str, t.Any]:
    row = {"check": "projects", "host": name, "verdict": "ok", "evidence": "There.", "task": "Collect", "advice": ""}
    return {"host": name, "stdout": PROBE, "rows": [row], "facts": {"archive_bytes": size, "whole": whole}}


def test_the_report_adds_up_what_is_to_be_staged(tmp_path: Path) -> None:
    rows = report(tmp_path, 1500, entry("nb", 1000), entry("nb2", 600))
    assert rows["prod", "archives"]["verdict"] == "warning"
    assert rows["prod", "archives"]["evidence"] == "The size of the archives of nb, nb2 before gzip is 1.6 kB; /w has 1.5 kB free."
    assert list(rows) == [
        *(("nb", check) for check in ("ssh", "python", "projects")),
        *(("nb2", check) for check in ("ssh", "python", "projects")),
        *(("prod", check) for check in ("ssh", "python", "login", "archives")),
    ]
    assert report(tmp_path, 1600, entry("nb", 1000), entry("nb2", 600))["prod", "archives"]["verdict"] == "ok"
    assert report(tmp_path, 100, entry("nb", 1000), entry("nb2", 600))["prod", "archives"]["verdict"] == "blocking"
    assert ("prod", "archives") not in report(tmp_path, None, entry("nb", 1000))
    assert ("prod", "archives") not in report(tmp_path, 100, entry("nb", None))


def test_a_notebook_host_of_which_nothing_was_measured(tmp_path: Path) -> None:
    rows = report(tmp_path, 100, {"host": "nb", "unreachable": True, "said": "No route to host"})
    assert (rows["nb", "ssh"]["verdict"], rows["nb2", "ssh"]["verdict"]) == ("blocking", "unknown")
    old = {"host": "nb", "stdout": "user=root\npython=2.7.5 /usr/bin/python\n"}
    rows = report(tmp_path, 100, old, {**old, "host": "nb2", "supplied": True})
    assert (rows["nb", "python"]["verdict"], rows["nb", "checks"]["verdict"]) == ("blocking", "unknown")
    assert rows["nb2", "python"]["verdict"] == "warning"


def test_what_is_in_the_way_of_the_projects_can_be_accepted(tmp_path: Path) -> None:
    rows = report(tmp_path, 1, entry("nb", 1000), accept=["archives@prod"])
    assert rows["prod", "archives"]["verdict"] == "warning"
