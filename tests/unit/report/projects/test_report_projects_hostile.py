# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notebook projects with hostile names, and very many of them: harmless in every file and in a browser."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._csv import FORMULA, plain
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._report import content, files
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects import rows as projects
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.read import FINDINGS_TABLE
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.rows import AuditSummary
from tests.unit.report.browser import CHROMIUM, WHY_NOT, Browser
from tests.unit.report.page_elements import ATTRIBUTES, TAGS, Elements
from tests.unit.report.project_samples import NotebookHost, read, resolution, whole
from tests.unit.report.report_samples import table, wrong
from tests.unit.report.report_world import HOSTILE, page_of, shown_as, verification


def hostile(root: Path, names: t.Iterable[str]) -> NotebookHost:
    """A host on which every text is one of these names."""
    host = NotebookHost(root)
    for name in names:
        key = f"{name.replace('/', '_')}/{name.replace('/', '-')}"
        broken = dataclasses.replace(resolution(key, f"{name}=1"), unsolved=name)
        host.add(key, "conflict", name, shared=(name,), notes=(name,), resolution=broken, name=f"{name}-2", user=name)
        for severity in ("blocker", "warning", "info"):
            host.finds(key, severity, name, rule=name, advice=name, path=name, evidence=name, why=name)
    return host.save()


def test_a_hostile_name_is_text_everywhere(tmp_path: Path) -> None:
    tame = Elements(page_of(whole(read(hostile(tmp_path / "tame", ["tame name"])))))
    for number, name in enumerate(HOSTILE):
        page = page_of(whole(read(hostile(tmp_path / str(number), [name]))))
        page.encode("utf-8")
        found = Elements(page)
        assert found.open == []
        assert found.shape == tame.shape
        assert {tag for tag, _given in found.elements} <= TAGS
        assert {key for _tag, given in found.elements for key in given} <= ATTRIBUTES
        data = json.loads(found.scripts[0])
        assert "<" not in found.scripts[0]
        words = {word for one in data["tables"].values() for column in one["columns"] for word in column.get("words", ())}
        assert shown_as(name.replace("/", "-")) in words


def test_hostile_names_are_harmless_in_every_file(tmp_path: Path) -> None:
    names = (*HOSTILE, *(f"{char}1+1" for char in FORMULA))
    dest = tmp_path / "dest"
    files.write(str(dest), whole(read(hostile(tmp_path / "notebooks", names), dest=dest)))
    for name in (files.PROJECTS_TABLE, FINDINGS_TABLE):
        rows = table(dest / name)
        assert len(rows) > len(names)
        assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
        cells = {plain(cell) for row in rows for cell in row}
        for text in names:
            assert text.replace("/", "-").encode("utf-8", "backslashreplace").decode() in cells
    report = json.loads((dest / files.REPORT).read_text(encoding="ascii"))
    assert wrong(report) == []
    assert {item["detail"] for item in report["projects"]["table"]} == set(names)
    assert len((dest / files.LEDGER).read_bytes().splitlines()) == len(verification(clean=True).ledger.lines) + len(names)


def test_very_many_findings_are_a_page_that_can_be_mailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 projects with 50 findings each: the page has the gravest, the table has all."""
    monkeypatch.setattr(content, "SHOWN", 100)
    host = NotebookHost(tmp_path / "notebooks")
    for number in range(5000):
        host.add(f"user{number % 300}/p{number}", "conflict" if number % 50 == 0 else "uploaded", f"It differs in file {number}.")
    host.save()
    dest = tmp_path / "dest"
    dest.mkdir()
    with (dest / FINDINGS_TABLE).open("w", encoding="utf-8", newline="") as stream:
        audit = AuditSummary(stream)
        numbers = audit.begin("aen1")
        for number in range(250_000):
            severity = "info" if number % 50 else "blocker" if number % 100 else "warning"
            place: dict[str, t.Any] = {"path": f"book{number % 7}.ipynb", "cell": number % 90}
            key = (f"user{number // 50 % 300}", f"p{number // 50}")
            audit.add(Finding(*key, "r", severity, f"Package thing{number} is not there.", advice="Ask for it.", **place))
    result = whole(dataclasses.replace(read(host), audit=audit))
    files.write(str(dest), result)
    assert numbers["user7/p7"] == (1, 0)
    assert len((dest / FINDINGS_TABLE).read_text().splitlines()) == 250_001
    assert (dest / files.PAGE).stat().st_size < 3_000_000
    assert [row.severity for row in audit.rows()[::2500]] == ["blocker", "warning", "info", "info"]
    assert len(audit.rows()) == projects.FINDINGS_KEPT
    page = (dest / files.PAGE).read_text()
    assert "The 10,000 most important rows are shown here; all 250,000 are in <code>notebook-findings.csv</code>." in page
    report = json.loads((dest / files.REPORT).read_text())
    assert len(report["projects"]["table"]) == 100
    assert report["projects"]["audit"]["severities"] == {"blocker": 2500, "warning": 2500, "info": 245_000}
    assert wrong(report) == []


@pytest.mark.skipif(CHROMIUM is None, reason=WHY_NOT)
def test_the_tables_are_filtered_by_their_addresses(host: NotebookHost, tmp_path: Path) -> None:
    ordinary_page, hostile_page = tmp_path / "ordinary.html", tmp_path / "hostile.html"
    ordinary_page.write_text(page_of(whole(read(host))), encoding="utf-8")
    hostile_page.write_text(page_of(whole(read(hostile(tmp_path / "hostile", HOSTILE)))), encoding="utf-8")

    def count(table_name: str) -> str:
        return str(browser.js(f"document.querySelector('#{table_name} .count').textContent"))

    with Browser() as browser:
        browser.open(ordinary_page, "projects?environment=will+fail;audit?severity=blocker")
        assert (count("projects"), count("audit"), count("breaking")) == ("2 of 7 rows", "1 of 3 rows", "2 rows")
        tags = "Array.from(document.querySelectorAll('#projects .scroll tbody .tag'), tag => tag.className + ':' + tag.textContent)"
        assert browser.js(tags) == ["tag bad:conflict", "tag bad:will fail", "tag bad:failed", "tag bad:will fail"]
        for width in (360, 768, 1920):
            browser.open(hostile_page, size=(width, 800))
            assert browser.js("document.documentElement.scrollWidth") <= width
        assert browser.js("document.documentElement.className") == "ready"
        assert (browser.said, browser.asked) == ([], [])
