# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, users and choices of projects, later runs, and what goes wrong in notebook_project_convert."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils import _yaml
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import pack
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert import module
from tests.unit.module_runner import run_module
from tests.unit.notebooks.convert_host import Host, conversions, project_file, tree


def test_names_can_be_given_or_proposed_ones_accepted(host: Host, tmp_path: Path) -> None:
    only = ["alice/Quarterly*", "carol/my*project"]
    host.convert(tmp_path / "given", only=only, names={"alice/Quarterly Report 2016": "report", "carol/my project": "MY-project"})
    given = conversions(tmp_path / "given")
    assert given["alice/Quarterly Report 2016"].archive == "alice/report.tar.gz"
    assert tree(tmp_path / "given", "alice/Quarterly Report 2016").top == "report"
    assert project_file(tmp_path / "given", "alice/report")["name"] == "report"
    assert given["carol/my-project"].state == "converted", "who keeps the name has the right to it"
    assert given["carol/my project"].reason == (
        "The project carol/my project is not converted: its name on AE5 would be MY-project, which another project of carol has;"
        " give it another with ae_notebook_project_names."
    )
    host.convert(tmp_path / "accepted", only=only, accept_proposed_names=True)
    assert {item.name for item in conversions(tmp_path / "accepted").values()} == {"Quarterly-Report-2016", "my-project", "my-project-2"}


def test_a_name_for_a_project_that_is_not_there_is_a_warning_as_it_may_be_on_another_host(host: Host, tmp_path: Path) -> None:
    result = host.convert(tmp_path, only=["alice/plain-analysis"], names={"alice/nothing": "x"})
    assert [warning for warning in result["warnings"] if "the project alice/nothing," in warning and "ae_notebook_project_names" in warning]


def test_what_the_inventory_leaves_out_is_said_and_its_archive_goes(host: Host, tmp_path: Path) -> None:
    host.convert(tmp_path, only=["alice/*", "bob/*"])
    assert (tmp_path / "alice" / "plain-analysis.tar.gz").exists()
    result = host.convert(tmp_path, only=["alice/*"], include=["*/plain*", "bob/*"], exclude=["alice/plain-analysis"])
    found = conversions(tmp_path)
    assert {item.state for key, item in found.items() if key.startswith("alice/")} == {"excluded"}
    assert found["alice/plain-analysis"].reason == "The inventory excludes it (ae_notebook_projects_exclude)."
    assert found["alice/odbc-oracle"].reason == "The inventory does not include it (ae_notebook_projects)."
    assert result["summary"]["excluded"] == len([key for key in found if key.startswith("alice/")])
    assert result["refused"] == []
    assert not list((tmp_path / "alice").iterdir()), "nothing stands for what was there"
    assert (tmp_path / "bob" / "ready-project.tar.gz").exists(), "a run over some leaves the others"


def test_what_was_made_of_a_project_that_is_gone_is_removed(host: Host, tmp_path: Path) -> None:
    host.convert(tmp_path, only=["carol/my*project"], accept_proposed_names=True)
    renamed = {"carol/my project": "another"}
    result = host.convert(tmp_path, only=["carol/my*project"], names=renamed, check=True)
    assert (tmp_path / "carol" / "my-project-2.tar.gz").exists(), "check mode removes nothing"
    assert result["changed"]
    host.convert(tmp_path, only=["carol/my*project"], names=renamed)
    assert sorted(path.name for path in (tmp_path / "carol").iterdir()) == [
        "another",
        "another.tar.gz",
        "my-project",
        "my-project.tar.gz",
    ]


def test_in_check_mode_the_list_to_come_can_be_had(host: Host, tmp_path: Path) -> None:
    dest, path = tmp_path / "dest", tmp_path / "check" / "conversions.jsonl"
    options = {"only": ["alice/*"], "predicted": str(path)}
    host.convert(dest, check=True, **options)
    assert not dest.exists()
    predicted = path.read_bytes()
    path.unlink()
    host.convert(dest, **options)
    assert (dest / "conversions.jsonl").read_bytes() == predicted
    assert not path.exists()


def test_a_run_over_some_keeps_the_others_lines(host: Host, done: Path, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path / "dest")
    host.convert(tmp_path / "dest", only=["alice/*"], pin="name")
    before, after = conversions(done), conversions(tmp_path / "dest")
    assert before.keys() == after.keys()
    assert {key for key in before if before[key] != after[key]} <= {key for key in before if key.startswith("alice/")}


# -- what goes wrong


def test_a_file_that_changes_once_is_read_again_and_one_that_goes_on_is_refused(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = pack.write_archive, [1]

    def moving(*args: t.Any, **more: t.Any) -> pack.Written:
        if left[0]:
            left[0] -= 1
            raise pack.Changed("The file a of the project p changed while it was archived; end the session.")
        return real(*args, **more)

    monkeypatch.setattr(pack, "write_archive", moving)
    host.convert(tmp_path, only=["alice/plain-analysis"])
    assert conversions(tmp_path)["alice/plain-analysis"].state == "converted"
    left[0] = 2
    host.convert(tmp_path, only=["alice/plain-analysis"], fresh=True)
    assert "changed while" in conversions(tmp_path)["alice/plain-analysis"].reason
    assert not list((tmp_path / "alice").glob("*.new")), "nothing half is left"


def test_a_result_can_be_read_whatever_the_projects_are_called(host: Host, tmp_path: Path) -> None:
    result = host.convert(tmp_path, only=["mallory/*"])
    json.dumps(result, ensure_ascii=False).encode("utf-8")
    assert r"caf\xe9" in {item["project"] for item in result["refused"]}


def test_a_project_that_was_taken_away_is_refused(host: Host, tmp_path: Path) -> None:
    folder = host.lab.path("empty-project")
    folder.rename(tmp_path / "away")
    try:
        host.convert(tmp_path / "dest", only=["anaconda-user-1/empty-project"])
        folder.symlink_to("/etc")
        host.convert(tmp_path / "dest2", only=["anaconda-user-1/empty-project"])
        folder.unlink()
    finally:
        (tmp_path / "away").rename(folder)
    for name in ("dest", "dest2"):
        (item,) = conversions(tmp_path / name).values()
        assert item.reason.startswith("The project anaconda-user-1/empty-project cannot be read (")


def test_without_the_library_it_is_named(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_yaml, "RUAMEL_ERROR", "no such module")
    result = run_module("notebook_project_convert", {"projects": str(host.root / "collected" / "projects.jsonl"), "dest": str(tmp_path)})
    assert result["failed"]
    assert "ruamel.yaml" in result["msg"]
    assert list(tmp_path.rglob("*")) == [], "nothing half is left"


def test_a_damaged_list_of_the_last_run_only_costs_time(host: Host, tmp_path: Path) -> None:
    host.convert(tmp_path, only=["alice/plain-analysis"])
    (tmp_path / "conversions.jsonl").write_text("{damaged\n")
    result = host.convert(tmp_path)
    assert result["changed"]
    assert conversions(tmp_path)["alice/plain-analysis"].state == "converted"


def test_a_long_diff_is_cut(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DIFF_TEXT", 3000)
    diff = host.convert(tmp_path, check=True, only=["alice/*"])["diff"]
    assert sum(len(entry.get("after", "")) for entry in diff) <= 3000
    assert diff[-1]["prepared"].startswith("... and ")


def test_options_that_make_no_sense(host: Host, tmp_path: Path) -> None:
    for name in ("workers", "max_bytes"):
        args = {"projects": str(host.root / "collected" / "projects.jsonl"), "dest": str(tmp_path), name: 0}
        assert run_module("notebook_project_convert", args)["msg"] == f"The option {name} must be at least 1, not 0."


def test_without_channels_it_warns(host: Host, tmp_path: Path) -> None:
    result = host.convert(tmp_path, only=["alice/plain-analysis"])
    assert result["warnings"] == [
        "Without the option channels the AE5 channels are not known: environments keep the old channel names, and pins are not checked."
    ]
    assert result["summary"]["will_fail"] == 0


def test_no_project_takes_the_name_of_one_that_an_earlier_run_converted(host: Host, tmp_path: Path) -> None:
    both = ["carol/my project", "carol/links"]
    host.convert(tmp_path, only=both[:1], names={"carol/my project": "report"})
    pack = (tmp_path / "carol/report.tar.gz").read_bytes()
    host.convert(tmp_path, only=both[1:], names={"carol/links": "report"})
    assert {key: (item.state, item.name) for key, item in conversions(tmp_path).items()} == {
        "carol/my project": ("converted", "report"),
        "carol/links": ("refused", "report"),
    }
    assert (tmp_path / "carol/report.tar.gz").read_bytes() == pack
    host.convert(tmp_path, only=both, names={"carol/links": "report"})
    assert {key: item.state for key, item in conversions(tmp_path).items()} == {"carol/my project": "refused", "carol/links": "converted"}
    host.convert(tmp_path, only=both[1:], names={"carol/links": "report"})
    assert conversions(tmp_path)["carol/links"].state == "converted", "a refused project has no right to a name"


def test_owners_are_on_ae5_who_the_inventory_says(host: Host, tmp_path: Path) -> None:
    users = {"bob*": "r.{1}", "alice": "-", "east:carol": "caroline", "elsewhere:quant": "nobody-here"}
    host.convert(tmp_path, only=["*/riskutils", "bob/ready*", "alice/plain*", "carol/links"], users=users)
    found = conversions(tmp_path)
    assert {item.owner: item.user for item in found.values()} == {"alice": "", "bob": "r.", "carol": "carol", "quant": "quant"}
    assert found["alice/plain-analysis"].reason == "Its owner has no AE5 user (ae_user_map)."
    assert found["alice/plain-analysis"].state == "excluded"


def test_a_template_that_cannot_be_filled_in_is_an_error(host: Host, tmp_path: Path) -> None:
    args = {"projects": str(host.root / "collected" / "projects.jsonl"), "dest": str(tmp_path), "users": {"*": "{surname}"}}
    result = run_module("notebook_project_convert", args)
    assert result["failed"]
    assert "The rule of ae_user_map for '*' has the template '{surname}'" in result["msg"]
