# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module project_upload night after night, on a cluster that keeps projects in git."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest

from tests.lab.ae5 import projects_git
from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import TREE, Platform, tarball
from tests.unit.notebooks.upload_world import ROUTE, Notebooks, Result, rows

NOT_KEPT = {
    **TREE,
    "tmp/x": b"1",
    "m.pyc": b"",
    "run.log": b"",
    "windows.csv": b"a\r\n",
    "private/x": b"",
    "version.py": b"$Format:%H$",
    ".gitattributes": b"*.csv text=auto\nprivate export-ignore\nversion.py export-subst\n",
}
"""A project of which git keeps little."""
OWN_IGNORE = {".gitignore": b"*.log"}
CONFLICTS = ["report", "new_name"]


@pytest.fixture
def world(tmp_path):
    with Ae5Lab(tmp_path / "ae5") as lab:
        yield Notebooks(tmp_path / "converted", lab)


def night(world: Notebooks, **options: t.Any) -> tuple[Result, dict[str, int]]:
    """A run that knows the earlier ones, with the number of requests of each kind."""
    world.lab.clear_log()
    result = world.run(results=str(world.root / "uploads.jsonl"), **options)
    routes = [record[ROUTE] for record in world.lab.log()]
    return result, {route: routes.count(route) for route in set(routes)}


def is_silent(result: Result, requests: t.Mapping[str, int]) -> bool:
    return not result["changed"] and not {"project_upload", "collaborator_put", "revision_archive"} & requests.keys()


def edit_on_ae5(world: Notebooks, tree: t.Mapping[str, bytes]) -> None:
    tool = Platform(world.lab, "ann")
    tool.log_in("ann-pw")
    world.lab.set(project_again="revision")
    tool.make("demo", tarball(tree))
    world.lab.set(project_again="refused")


@pytest.mark.parametrize("conflict", CONFLICTS)
@pytest.mark.parametrize("own", [{}, OWN_IGNORE], ids=["no-gitignore", "gitignore"])
@pytest.mark.parametrize("era", ["none", "2018", "2019", "2024"])
def test_what_git_does_is_no_difference(world, era, own, conflict):
    world.lab.set(project_extras=era)
    world.add("ann/demo", {**NOT_KEPT, **own})
    predicted, _requests = night(world, check=True, project_conflict=conflict)
    first, _requests = night(world, project_conflict=conflict)
    assert (first["failures"], rows(first)) == ([], [("ann/demo", "uploaded")])
    if era == "2024":
        assert predicted["projects"] == first["projects"]
    for _night in (2, 3):
        result, requests = night(world, project_conflict=conflict)
        assert is_silent(result, requests)
        assert rows(result) == [("ann/demo", "present")]
        assert result["projects"][0]["notes"] == first["projects"][0]["notes"]
    assert list(world.state()) == ["ann/demo"]


def test_what_was_dropped_and_changed_is_told(world):
    world.add("ann/demo", {**NOT_KEPT, **OWN_IGNORE})
    result, _requests = night(world)
    assert result["projects"][0]["notes"] == [
        "AE5 keeps projects in git, which drops 2 files (private/x: .gitattributes: export-ignore, run.log: .gitignore: *.log)"
        " and changes 2 files (version.py: .gitattributes: export-subst, windows.csv: .gitattributes: text)."
    ]


def test_what_ae5_itself_ignores_is_told(world):
    world.add("ann/demo", {**TREE, "tmp/x": b"1", "m.pyc": b"", "data/x": b"", "home": b""})
    (note,) = night(world)[0]["projects"][0]["notes"]
    assert note.startswith(
        "AE5 keeps projects in git, which drops 3 files (home: AE5's .gitignore: /home, m.pyc: AE5's .gitignore: *.pyc, tmp/x"
    )


@pytest.mark.parametrize("conflict", CONFLICTS)
@pytest.mark.parametrize("era", ["none", "2024"])
def test_what_changed_for_another_reason_is_told_and_no_copy_made(world, era, conflict):
    """A change that nobody foresaw; every night says so, and none sends it again."""
    world.lab.set(project_extras=era)
    world.add("ann/demo", NOT_KEPT)
    item = world.conversions["ann/demo"]
    known = tuple(change for change in item.git if change.path != "windows.csv")
    world.conversions["ann/demo"] = dataclasses.replace(item, git=known)
    told = "was uploaded, but what AE5 returns differs in 1 file with another content (windows.csv); check it on AE5."
    first, _requests = night(world, project_conflict=conflict)
    for result, requests in [night(world, project_conflict=conflict) for _night in (2, 3)]:
        assert is_silent(result, requests)
        assert result["failures"] == first["failures"] == [f"The project ann/demo {told}"]
        assert rows(result) == rows(first) == [("ann/demo", "failed")]
    assert list(world.state()) == ["ann/demo"]


@pytest.mark.parametrize("own", [{}, {".gitignore": b"*.log\n"}], ids=["no-gitignore", "gitignore"])
@pytest.mark.parametrize("head", [False, True])
def test_an_ae5_of_another_version_explains_itself(world, monkeypatch, own, head):
    """Its ``.gitignore`` names what nobody here knows."""
    real = projects_git._Git._put

    def put(self, era):
        real(self, era)
        text = (self.tree / ".gitignore").read_bytes()
        (self.tree / ".gitignore").write_bytes(b"*.parquet\n" + text if head else text + b"*.parquet\n")

    monkeypatch.setattr(projects_git._Git, "_put", put)
    world.add("ann/demo", {**TREE, **own, "big.parquet": b"1", "tmp/x": b"2"})
    first, _requests = night(world, project_conflict="new_name")
    assert (first["failures"], rows(first)) == ([], [("ann/demo", "uploaded")])
    assert "big.parquet: AE5's .gitignore: *.parquet" in first["projects"][0]["notes"][0]
    assert is_silent(*night(world, project_conflict="new_name"))


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_a_project_that_was_edited_on_ae4_is_sent_once_more_at_most(world, conflict):
    world.add("ann/demo", NOT_KEPT)
    night(world, project_conflict=conflict)
    world.add("ann/demo", {**NOT_KEPT, "new.py": b""})
    results = [night(world, project_conflict=conflict) for _night in range(3)]
    for result, requests in results[1:]:
        assert is_silent(result, requests)
        assert [row["why"] for row in result["projects"]] == ([results[0][0]["projects"][0]["why"]] if conflict == "report" else [""])
    assert list(world.state()) == (["ann/demo"] if conflict == "report" else ["ann/demo", "ann/demo-2"])


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_a_project_that_was_edited_on_ae5_is_left_so(world, conflict):
    """Also where it was altered before, so that no revision is what was sent."""
    world.add("ann/demo", NOT_KEPT)
    night(world, project_conflict=conflict)
    edit_on_ae5(world, {"mine.py": b""})
    result, requests = night(world, project_conflict=conflict)
    assert rows(result) == [("ann/demo", "present")]
    assert result["projects"][0]["notes"] == ["It was edited on AE5 after the upload; this was not changed."]
    assert requests["revision_archive"] == 1, "the newest revision; the older one was found to be ours on the night it was made"
    assert is_silent(*night(world, project_conflict=conflict))


def test_a_file_that_was_removed_on_ae5_is_an_edit(world):
    world.add("ann/demo", NOT_KEPT)
    night(world)
    edit_on_ae5(world, {path: data for path, data in NOT_KEPT.items() if path != "a.ipynb"})
    assert night(world)[0]["projects"][0]["notes"] == ["It was edited on AE5 after the upload; this was not changed."]


# -- what was proven of a revision


def test_deep_downloads_again(world):
    for name in ("one", "two"):
        world.add(f"ann/{name}")
    night(world)
    assert "revision_archive" not in night(world)[1]
    result, requests = night(world, deep=True)
    assert requests["revision_archive"] == 2
    assert not result["changed"]
    assert "revision_archive" not in night(world)[1]


def test_what_deep_finds_is_told_though_the_revision_is_the_same(world):
    world.add("ann/demo")
    night(world)
    (project,) = (world.lab.root / "projects").iterdir()
    (archive,) = project.glob("*.tar.gz")
    archive.write_bytes(tarball({**TREE, "a.ipynb": b"rotten"}))
    assert rows(night(world)[0]) == [("ann/demo", "present")]
    result, _requests = night(world, deep=True)
    assert "differs in 1 file with another content (a.ipynb)" in result["failures"][0]
    assert rows(night(world)[0]) == [("ann/demo", "failed")]


@pytest.mark.parametrize("lacks", ["time", "id"], ids=["no time", "another time of the same id"])
def test_a_revision_that_is_not_surely_the_same_is_downloaded(world, lacks):
    world.add("ann/demo")
    night(world)
    revision = {"id": "0.0.1", "name": "0.0.1", **({"created": "later", "updated": "later"} if lacks == "id" else {})}
    world.lab.faults([{"method": "GET", "path": "/revisions$", "status": 200, "body": [revision]}])
    assert night(world)[1]["revision_archive"] == 1


def test_a_project_that_was_made_anew_on_ae5_is_compared(world):
    world.add("ann/demo")
    night(world)
    tool = Platform(world.lab, "ann")
    tool.log_in("ann-pw")
    tool.call("DELETE", f"projects/{world.state()['ann/demo']['id']}")
    tool.make("demo", tarball({"other.py": b""}))
    assert rows(night(world)[0]) == [("ann/demo", "conflict")]


def test_an_owner_who_is_shut_out_loses_nothing_that_was_proven(world):
    world.add("ann/demo")
    night(world)
    before = json.loads((world.root / "uploads.jsonl").read_text())["proofs"]
    world.lab.set(impersonation="refused")
    assert rows(night(world)[0]) == [("ann/demo", "refused")]
    assert json.loads((world.root / "uploads.jsonl").read_text())["proofs"] == before


def test_a_damaged_record_is_told_and_costs_downloads_only(world):
    world.add("ann/demo")
    night(world)
    (world.root / "uploads.jsonl").write_text("{broken\n")
    result, requests = night(world)
    assert rows(result) == [("ann/demo", "present")]
    assert requests["revision_archive"] == 1
    assert "What earlier runs found is not known, so every project is compared anew" in result["warnings"][0]
    assert is_silent(*night(world))
