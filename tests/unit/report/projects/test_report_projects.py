# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notebook projects in the report: what is read of the hosts, and what the page, the report and the tables say of it."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import GitChange
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._report import files
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.page import asked_words
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.read import FINDINGS_TABLE, read_all
from tests.unit.report.page_elements import Elements
from tests.unit.report.project_samples import NotebookHost, as_json, ordinary, read, resolution, whole, with_projects
from tests.unit.report.report_samples import table, wrong
from tests.unit.report.report_world import page_of, verification

# -- reading


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty" / "needs").mkdir(parents=True)
    for path in (None, str(tmp_path / "absent"), str(tmp_path / "empty")):
        assert read_all(path, [], str(tmp_path / "dest")) is None
    assert not (tmp_path / "dest").exists()
    for path in (None, str(tmp_path / "absent")):
        found = read_all(path, ["aen2", "aen1"], None)
        assert found is not None
        assert found.failures() == [
            f"Notebook host {name} is in the inventory, but has no list of projects, so their state is not known; "
            "run the notebooks playbook "
            "for it."
            for name in ("aen1", "aen2")
        ]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MigrationError, match=r"The folder of notebook projects .*/file cannot be read: Not a directory"):
        read_all(str(tmp_path / "file"), [], None)


def test_what_is_missing_of_a_host_is_told_and_stops_nothing(host: NotebookHost) -> None:
    assert read(host).warnings == ()
    for path, state, environment in (
        (host.folder.findings, "conflict", "will fail"),
        (host.folder.conversions, "conflict", "not looked at"),
        (host.folder.uploads, "waiting", "not looked at"),
    ):
        os.unlink(path)
        row = next(row for row in read(host).rows if row.line.key == "alice/other")
        assert (row.line.disposition, row.environment) == (state, environment)
    assert read(host).warnings == (
        "The projects of notebook host aen1 were not audited nor converted nor sent to AE5, or their lists are missing;"
        " run the notebooks playbook for it.",
    )
    assert read(host).counts == {"waiting": 7}
    assert len(read(host).failures()) == 1


@pytest.mark.parametrize("name", ["findings", "conversions", "uploads"])
def test_a_damaged_list_is_a_sentence_and_stops_nothing(host: NotebookHost, name: str) -> None:
    path = Path(getattr(host.folder, name))
    path.write_text(path.read_text() + "{\n")
    found = read(host)
    assert len(found.rows) == 7
    (sentence,) = found.unreadable
    assert path.name in sentence
    assert sentence in found.failures()
    assert len(found.failures()) == len(dataclasses.replace(found, unreadable=()).failures()) + 1


def test_what_could_not_be_read_on_the_host_fails_and_a_link_does_not(host: NotebookHost) -> None:
    before = read(host)
    host.problems = [
        Problem("project_unreadable", "The project alice/closed cannot be read: Permission denied; it was left out."),
        Problem("link", "bob/there is a link to a folder."),
    ]
    found = read(host.save())
    assert set(found.failures()) - set(before.failures()) == {
        "Notebook host aen1: The project alice/closed cannot be read: Permission denied; it was left out."
    }
    assert set(found.warnings) - set(before.warnings) == {"Notebook host aen1: bob/there is a link to a folder."}


def test_a_list_of_projects_that_was_cut_off_fails_once(host: NotebookHost) -> None:
    path = Path(host.folder.projects)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    found = read(host)
    assert len(found.rows) == 6
    assert found.imbalances() == []
    assert found.unreadable == (f"The list of projects {path} holds 6 of 7 projects, so it was cut off; collect them again.",)
    path.write_text("nonsense\n")
    found = read(host, "aen1")
    assert (found.rows, found.missing, len(found.failures())) == ((), (), 1)


def test_the_last_look_counts_more_than_that_of_the_conversion(host: NotebookHost) -> None:
    host.resolutions = [
        resolution("alice/other"),
        resolution("alice/good", unsolved="python 3.5 needs openssl", lacking=("openssl 1.0",)),
        resolution("alice/there", unchecked="it was not solved within 60 seconds"),
    ]
    host.save()
    found = {row.line.key: (row.environment, row.breaks_by) for row in read(host).rows}
    assert found == {
        "alice/good": ("will fail", "openssl 1.0"),
        "alice/there": ("pins found", ""),
        "alice/other": ("resolves", ""),
        "bob/my project": ("not looked at", ""),
        "bob/broken": ("will fail", "vanished=0.9=0, localpkg=1.0=0"),
        "bob/late": ("not looked at", ""),
        "carol/left": ("not looked at", ""),
    }
    page = page_of(whole(read(host)))
    assert "Its pinned packages are there, but it is not known whether they work together: it was not solved within 60 seconds." in page
    assert read(NotebookHost(host.root, "aen2").add("alice/good", "present").save()).environments["will fail"] == 2


def test_a_project_on_two_hosts_is_two_lines(tmp_path: Path) -> None:
    ordinary(tmp_path)
    found = read(NotebookHost(tmp_path, "aen2", "west").add("alice/good", "failed", "HTTP 500.").save())
    assert [(line.host, line.site, line.disposition) for line in found.lines if line.key == "alice/good"] == [
        ("aen1", "east", "uploaded"),
        ("aen2", "west", "failed"),
    ]
    assert [(item.host, item.projects) for item in found.hosts] == [("aen1", 7), ("aen2", 1)]
    page = page_of(whole(found))
    assert "<th" in page[page.index('id="projects"') :]
    assert "Notebook host</th>" in page


def test_what_is_gone_from_ae4_is_told(host: NotebookHost) -> None:
    host.projects = host.projects[1:]
    assert read(host.save()).warnings == ("1 project (alice/good) of notebook host aen1 was migrated to AE5 and is no longer on AE4.",)


def test_what_ae5s_git_will_not_keep_is_a_finding(tmp_path: Path) -> None:
    changes = [
        ("tmp/x", "dropped", "AE5's .gitignore: /tmp/", False),
        ("out", "folder", "git keeps no empty folder", False),
        ("a.csv", "changed", ".gitattributes: text", False),
        (".gitignore", "completed", "AE5 adds its lines", False),
        ("m.pyc", "dropped", "AE5's .gitignore: *.pyc", True),
    ]
    host = NotebookHost(tmp_path / "notebooks").add("alice/good", "uploaded")
    git = tuple(GitChange(path, kind, why, only_perhaps=perhaps) for path, kind, why, perhaps in changes)
    host.conversions = [dataclasses.replace(item, git=git) for item in host.conversions]
    found = read_all(str(host.save().root), ["aen1"], str(tmp_path))
    assert found is not None
    assert [(item.severity, item.where, item.what) for item in found.audit.rows()] == [
        ("warning", "tmp/x", "AE5 will not keep the file tmp/x."),
        ("info", "out", "AE5 will not keep the empty folder out."),
        ("info", "a.csv", "AE5 will change the content of a.csv."),
    ]
    assert found.rows[0].warnings == 1
    table = (tmp_path / FINDINGS_TABLE).read_text(encoding="utf-8")
    assert "AE5 keeps projects in git (AE5's .gitignore: /tmp/)." in table


# -- what is said


def test_the_section_of_a_report(host: NotebookHost) -> None:
    report = as_json(whole(read(host, "aen1", "aen2")).report())
    assert wrong(report) == []
    assert (report["schema_version"], report["done"], report["summary"]["projects"]) == (2, False, report["projects"]["counts"])
    found = report["projects"]
    assert found["counts"] == {"conflict": 1, "excluded": 1, "failed": 1, "present": 1, "refused": 1, "uploaded": 1, "waiting": 1}
    assert (found["total"], found["on_cluster"], found["failing"], found["missing_hosts"]) == (7, 2, 4, ["aen2"])
    times = {"first": "2026-11-22T18:00:00Z", "last": "2026-11-22T18:00:00Z"}
    assert found["asked"] == times
    assert found["hosts"] == [{"host": "aen1", "site": "east", "projects": 7, **times}]
    assert [item["sentence"] for item in found["owners"]] == [
        "Of alice, 1 of 3 projects will fail on AE5: other because of numpy=1.11=0.",
        "Of bob, 1 of 1 project will fail on AE5: broken because of vanished=0.9=0, localpkg=1.0=0.",
    ]
    assert found["audit"] == {
        "total": 3,
        "severities": {"blocker": 1, "warning": 1, "info": 1},
        "rules": {"archive-too-large": 1, "host-path": 1, "pip-package": 1},
    }
    rows = {f"{item['owner']}/{item['project']}": item for item in found["table"]}
    assert list(rows)[:4] == ["alice/other", "bob/broken", "bob/late", "bob/my project"]
    assert (rows["alice/good"]["blockers"], rows["alice/good"]["warnings"], rows["alice/good"]["shared"]) == (1, 1, ["user bob may read"])
    assert (rows["alice/there"]["name"], rows["alice/there"]["team"]) == ("there-2", "user bob may read and write")
    assert report["failures"] == [
        "Notebook host aen2 is in the inventory, but has no list of projects, so their state is not known; "
        "run the notebooks playbook for it.",
        "Project alice/other of notebook host aen1: AE5 has a project that differs.",
        "Project bob/broken of notebook host aen1: AE5 answered 500.",
        "Project bob/late of notebook host aen1: It was converted, but not sent to AE5 yet; run the notebooks playbook for it.",
        "Project bob/my project of notebook host aen1: The name 'my project' has blanks.",
    ]


def test_the_schema_tells_a_report_with_projects_from_one_without(host: NotebookHost) -> None:
    plain_report, report = as_json(verification(clean=True).report()), as_json(whole(read(host)).report())
    assert (wrong(plain_report), wrong(report)) == ([], [])
    assert plain_report["schema_version"] == 1
    assert wrong({**report, "schema_version": 1})
    assert wrong({**plain_report, "schema_version": 2})
    assert wrong({key: value for key, value in report.items() if key != "projects"})
    for name in report["projects"]:
        assert wrong({**report, "projects": {key: value for key, value in report["projects"].items() if key != name}}), name
        assert wrong({**report, "projects": {**report["projects"], name: object}}), name
    for name in report["projects"]["table"][0]:
        rows = [{key: value for key, value in report["projects"]["table"][0].items() if key != name}]
        assert wrong({**report, "projects": {**report["projects"], "table": rows}}), name
    assert wrong({**report, "projects": {**report["projects"], "unheard_of": 1}})


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (("", ""), "The projects on AE5 were not read yet."),
        (("2026-11-22T18:00:00Z", "2026-11-22T18:00:59Z"), "The projects on AE5 were read at 2026-11-22 18:00 UTC by"),
        (
            ("2026-11-22T18:00:00Z", "2026-11-20T07:05:00Z"),
            "The projects on AE5 were read between 2026-11-20 07:05 and 2026-11-22 18:00 UTC by",
        ),
        (("yesterday", "<b>"), "The projects on AE5 were not read yet."),
    ],
)
def test_the_report_says_how_old_it_is(tmp_path: Path, times: tuple[str, str], words: str) -> None:
    host = NotebookHost(tmp_path)
    for number, time in enumerate(times):
        host.add(f"alice/p{number}", "uploaded", seen=time)
    found = read(host.save())
    assert asked_words(found.to_json(9)).startswith(words)
    assert words in page_of(whole(found))


def texts_of(page: str) -> str:
    return "|".join(Elements(page).texts)


def test_the_page_says_what_became_of_the_projects(host: NotebookHost) -> None:
    page = page_of(whole(read(host)))
    text = texts_of(page)
    for words in (
        "4 problems need a person.",
        "2 of 7 notebook projects are on AE5. 4 projects need a person. 1 project was left out by the inventory. 2 projects will fail on"
        " AE5.",
        "7|notebook projects|2|on AE5|4|projects need a person|2|will fail on AE5",
        "other because of numpy=1.11=0",
        "AE5 has a project that differs. Its environment will fail on AE5 because of numpy=1.11=0.",
        "Its team on AE5: user bob may read.",
        "alice/there-2",
        "1 blocker (AE5 refuses it), 1 warning (may not run as before), 1 hint. These findings do not fail the verification.",
        "a.ipynb, cell 3, line 2",
        "and 7 lines, one for each notebook project. ",
    ):
        assert words in text
    for name in ("projects", "breaking", "audit"):
        assert f'<section id="{name}">' in page or f'id="{name}"' in page
        assert f'<a href="#{name}">' in page
    assert 'href="#projects?disposition=conflict"' in page
    assert page.index("<h2>Files<") < page.index("<h2>Notebook projects<") < page.index("<h2>Will fail") < page.index("<h2>Audit")


def test_a_page_without_projects_says_nothing_of_them() -> None:
    page = page_of(verification())
    for words in ("otebook", "Monday", "Audit", "AE5 was read"):
        assert words not in page
    assert as_json(verification().report())["schema_version"] == 1


def test_where_all_is_well_the_verdict_is_good(tmp_path: Path) -> None:
    found = read(NotebookHost(tmp_path).add("alice/good", "uploaded").save())
    page = page_of(whole(found))
    assert "Everything that was planned is on the cluster." in page
    assert "1 of 1 notebook project is on AE5." in page
    for heading in ("What needs a person<", "Will fail on AE5<", "Audit of the notebook projects<"):
        assert heading not in page
    nothing = with_projects(verification(files=0, sites=(), clean=True), found)
    assert "Nothing was planned" not in page_of(nothing)


def test_a_host_without_a_list_is_said_where_there_is_nothing_else(tmp_path: Path) -> None:
    found = read_all(str(tmp_path), ["aen1"], None)
    assert found is not None
    page = page_of(whole(found))
    assert "1 notebook host has no list of projects." in page
    assert "1 problem needs a person." in page
    assert wrong(as_json(whole(found).report())) == []


# -- files


def test_the_table_of_projects_says_everything(host: NotebookHost, tmp_path: Path) -> None:
    dest = tmp_path / "dest"
    files.write(str(dest), whole(read(host, dest=dest)))
    head, *rows = table(dest / files.PROJECTS_TABLE)
    found = {row[3]: dict(zip(head, row, strict=True)) for row in rows}
    assert len(rows) == len(found) == 7
    assert found["there"] == {
        "host": "aen1",
        "site": "east",
        "owner": "alice",
        "project": "there",
        "disposition": "present",
        "detail": "",
        "ae5_owner": "alice",
        "ae5_name": "there-2",
        "shared": "",
        "notes": "",
        "team_in_ae4": "user bob may read and write",
        "environment": "resolves",
        "breaks_by": "",
        "blockers": "0",
        "warnings": "0",
    }
    head, *rows = table(dest / FINDINGS_TABLE)
    assert [dict(zip(head, row, strict=True))["severity"] for row in rows] == ["blocker", "warning", "info"]
    assert rows[1][:9] == ["warning", "aen1", "alice", "good", "host-path", "a.ipynb", "3", "2", "It will not run."]


def test_a_table_of_findings_that_cannot_be_written_is_a_warning(host: NotebookHost, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = read(host, dest=tmp_path / "file")
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith(f"The table {FINDINGS_TABLE} cannot be written to {tmp_path / 'file'}: ")
    assert (found.audit.total, len(found.rows)) == (3, 7)
