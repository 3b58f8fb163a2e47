# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All projects of a notebook host move to AE5: checked, run, run again, edited on AE4, run again."""

from __future__ import annotations

import dataclasses
import io
import json
import tarfile
import typing as t
from pathlib import Path

import pytest

from tests.e2e.world import PEOPLE, Json, World, fill_guide_site
from tests.lab.aen.host import PEOPLE as OWNERS
from tests.lab.aen.host import UNKNOWN_TO_AE5
from tests.lab.aen.spec import ProjectSpec
from tests.lab.inventory import CLUSTER
from tests.lab.playbook import Run
from tests.unit.lab_ae5.ae5_tools_client import Platform, files_of

HOST = "east-notebooks"
NEVER = (".git/", ".indexer.pid", "envs/", "services/")
USERS_OF_RISKUTILS = ("alice/uses-riskutils-append", "bob/uses-riskutils-insert", "carol/uses-riskutils-site")
EDITED = "bob/clean-many-notebooks"
NOT_KEPT = {
    "bob/kept-in-git": {"run.log", "sub/run.log", "private/notes.txt"},
    "bob/ignored-by-ae5": {"tmp/results.csv", ".cache/x", "home"},
}
"""Files that AE5's git drops."""
CHANGED = {"bob/kept-in-git": {"data/windows.csv", "version.py"}}
AE5_FILES = {".gitattributes", ".gitignore"}


@dataclasses.dataclass
class Seen:
    """A run, what it sent, and what it says became of each project."""

    run: Run
    writes: list[Json]
    rows: dict[str, Json]
    downloads: int
    """Archives of projects that AE5 gave out."""

    @classmethod
    def of(cls, world: World, *arguments: str, **variables: t.Any) -> Seen:
        run = world.run("notebooks", *arguments, **variables)
        downloads = [request["route"] for request in world.cluster.log()].count("revision_archive")
        return cls(run, world.writes(), rows(world), downloads)

    @property
    def uploads(self) -> list[Json]:
        return [request for request in self.writes if request["route"] == "project_upload"]

    def states(self) -> dict[str, str]:
        return {project: row["state"] for project, row in self.rows.items()}


@dataclasses.dataclass
class Moved:
    """What was seen after each of the runs."""

    world: World
    checked: Seen
    first: Seen
    second: Seen
    third: Seen
    edited: Seen
    renamed: Seen
    renamed_again: Seen
    deep: Seen
    after_first: dict[str, bytes]
    """What AE5 gives out of each project after the first run, by ``OWNER/NAME``."""
    report: Json
    page: str


def there(world: World) -> Path:
    """The host's folder on the cluster's host."""
    return world.root / "work" / CLUSTER / "notebooks" / HOST


def rows(world: World) -> dict[str, Json]:
    path = there(world) / "uploads.jsonl"
    if not path.exists():
        return {}
    found = map(json.loads, path.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
    return {row["project"]: row for row in found}


def conversions(world: World) -> dict[str, Json]:
    lines = (there(world) / "staged" / "dump" / "conversions.jsonl").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return {f"{item['owner']}/{item['project']}": item for item in map(json.loads, lines)}


def specs(world: World) -> dict[str, ProjectSpec]:
    return {f"{spec.owner}/{spec.folder}": spec for spec in world.notebooks[HOST].lab.specs}


def given_out(world: World) -> dict[str, bytes]:
    """Every project of AE5 as its owner downloads it."""
    found = {}
    for key, project in world.cluster.state()["projects"].items():
        user = key.split("/")[0]
        platform = Platform(world.cluster, user)
        platform.log_in(user)
        found[key] = platform.download(project["id"])
    return found


def seed(world: World) -> None:
    owners = [name for name in OWNERS if name not in UNKNOWN_TO_AE5]
    world.seed_people([name for name in PEOPLE["users"] if name not in owners], PEOPLE["groups"])
    world.cluster.seed(users=[{"username": name, "password": name, "roles": ["ae-creator"]} for name in owners])


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Moved]:
    world = World(tmp_path_factory.mktemp("notebooks"), ["east"], notebooks=["east"])
    try:
        fill_guide_site(world.sites["east"])
        seed(world)
        world.notebooks[HOST].lab.make_all()
        packages = world.run()
        assert packages.returncode == 0, packages.output
        riskutils = f"{world.notebooks[HOST].lab.host_projects}/quant/riskutils"
        world.variables.update(ae_notebook_libraries=[{"path": riskutils, "channel": "quant-tools"}], ae_notebook_group_map={"wheel": "-"})
        checked = Seen.of(world, "--check", "--diff")
        first = Seen.of(world)
        after_first = given_out(world)
        report, page = world.report(), (world.reports / "report.html").read_text(encoding="utf-8")
        second = Seen.of(world)
        third = Seen.of(world)
        world.notebooks[HOST].lab.edit("clean-many-notebooks")
        edited = Seen.of(world)
        renamed = Seen.of(world, ae_notebook_conflict="new_name")
        renamed_again = Seen.of(world, ae_notebook_conflict="new_name")
        deep = Seen.of(world, ae_notebook_conflict="new_name", ae_deep="all")
        yield Moved(world, checked, first, second, third, edited, renamed, renamed_again, deep, after_first, report, page)
    finally:
        world.close()


def test_each_project_is_uploaded_or_has_its_reason(moved: Moved) -> None:
    wanted = specs(moved.world)
    assert len(wanted) >= 30
    assert moved.first.rows.keys() == wanted.keys()
    refused = {key for key, spec in wanted.items() if spec.refused or spec.key == "name-long"}
    states = moved.first.states()
    assert {key for key, state in states.items() if state != "uploaded"} == refused | {"dave/unknown-people", "carol/half-written"}
    assert {states[key] for key in refused} == {"refused"}
    assert all(row["why"] for row in moved.first.rows.values() if row["state"] != "uploaded")
    assert "AE5 has no user 'dave'" in moved.first.rows["dave/unknown-people"]["why"]
    assert moved.first.run.returncode != 0, "what needs a person fails the verification"


def test_nothing_of_a_refused_project_was_sent(moved: Moved) -> None:
    """1.2 GB, and names with blanks: refused before any byte, with the sentence that says what to do."""
    rows = moved.first.rows
    assert len(moved.first.uploads) == sum(row["state"] == "uploaded" for row in rows.values())
    assert "ae_notebook_project_names" in rows["alice/Quarterly Report 2016"]["why"]
    assert "blank" in rows["alice/Quarterly Report 2016"]["why"]
    assert "AE5 accepts at most 1.0 GB; put large data elsewhere" in rows["alice/big-1200mb"]["why"]
    staged = there(moved.world) / "staged" / "dump"
    assert not (staged / "alice" / "big-1200mb.tar.gz").exists()


def test_what_is_downloaded_equals_what_was_archived(moved: Moved) -> None:
    staged = there(moved.world) / "staged" / "dump"
    assert len(moved.after_first) == len(moved.first.uploads)
    for item in conversions(moved.world).values():
        key = f"{item['user']}/{item['name']}"
        if f"{item['owner']}/{item['project']}" == EDITED or item["state"] != "converted" or key not in moved.after_first:
            continue
        archived = files_of((staged / item["archive"]).read_bytes())
        downloaded, dropped, changed = files_of(moved.after_first[key]), NOT_KEPT.get(key, set()), CHANGED.get(key, set())
        assert archived.keys() - downloaded.keys() == dropped, key
        assert downloaded.keys() - archived.keys() <= AE5_FILES, key
        assert {path for path, data in downloaded.items() if path in archived and archived[path] != data} - AE5_FILES == changed, key


def test_what_ae5s_git_drops_and_changes_is_named_before_and_after(moved: Moved) -> None:
    assert "AE5 keeps projects in git and will drop or change something of" in moved.checked.run.output
    for key, names in NOT_KEPT.items():
        item = conversions(moved.world)[key]
        gone = {change["path"] for change in item["git"] if change["kind"] == "dropped" and not change.get("only_perhaps")}
        assert gone == names
        (note,) = [note for note in moved.first.rows[key]["notes"] if "keeps projects in git" in note]
        assert all(name in note for name in names)
        assert moved.third.rows[key]["notes"] == moved.first.rows[key]["notes"]
    table = (moved.world.reports / "notebook-findings.csv").read_text(encoding="utf-8")
    assert "AE5 will not keep the file tmp/results.csv." in table
    assert "AE5 will change the content of data/windows.csv." in table
    assert "AE5 will not keep the empty folder output." in table


def test_no_archive_holds_what_none_may(moved: Moved) -> None:
    for key, content in moved.after_first.items():
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            names = [member.name.split("/", 1)[1] for member in tar if "/" in member.name]
        assert "anaconda-project.yml" in names, key
        assert not [name for name in names if f"{name}/".startswith(NEVER) or name in NEVER], key


def test_the_next_nights_send_and_download_nothing(moved: Moved) -> None:
    there = {key for key, state in moved.first.states().items() if state == "uploaded"}
    assert moved.first.downloads == len(there)
    for night in (moved.second, moved.third):
        assert (night.writes, night.downloads, night.run.total("changed")) == ([], 0, 0)
        assert {key for key, state in night.states().items() if state == "present"} == there


def test_an_edited_project_is_the_only_one_reported(moved: Moved) -> None:
    assert moved.edited.writes == []
    assert [key for key, state in moved.edited.states().items() if state == "conflict"] == [EDITED]
    assert "changed_on_ae4.py" in moved.edited.rows[EDITED]["why"]
    assert {key: state for key, state in moved.edited.states().items() if key != EDITED} == {
        key: state for key, state in moved.second.states().items() if key != EDITED
    }


def test_or_sent_under_a_new_name(moved: Moved) -> None:
    assert [(request["route"], request["status"]) for request in moved.renamed.writes if request["route"] == "project_upload"] == [
        ("project_upload", 201)
    ]
    assert moved.renamed.rows[EDITED]["name"] == "clean-many-notebooks-2"
    state = moved.world.cluster.state()["projects"]
    assert {"bob/clean-many-notebooks", "bob/clean-many-notebooks-2"} <= state.keys(), "the first one stays"


def test_the_copy_is_made_once(moved: Moved) -> None:
    again = moved.renamed_again
    assert (again.writes, again.downloads, again.run.total("changed")) == ([], 0, 0)
    assert again.rows[EDITED]["state"] == "present"


def test_deep_downloads_every_project_again(moved: Moved) -> None:
    assert moved.deep.writes == []
    # The one that was edited is there under two names; and every module of these tests predicts before it acts.
    assert moved.deep.downloads == 2 * (moved.first.downloads + 1)
    assert moved.deep.states() == moved.renamed_again.states()


def test_a_check_writes_nothing_and_shows_the_project_files_to_come(moved: Moved) -> None:
    assert moved.checked.writes == []
    assert moved.checked.rows == {}, "the folder of the real runs is untouched"
    assert "+++ after: alice/plain-analysis/anaconda-project.yml" in moved.checked.run.output
    assert "shares of channel quant-tools" in moved.checked.run.output


def test_teams_may_work_on_it_as_on_ae4(moved: Moved) -> None:
    state = moved.world.cluster.state()["projects"]
    spec = specs(moved.world)["alice/public-team"]
    assert spec.team
    assert "had other permissions on AE4" in " ".join(moved.first.rows["alice/public-team"]["notes"])
    assert state["alice/public-team"]["collaborators"] == [], "some files were closed to some of them"


def test_the_shared_library_is_a_package_that_its_users_ask_for(moved: Moved) -> None:
    assert [file for file in moved.world.files_of("quant-tools") if file.startswith("riskutils-")]
    for key in USERS_OF_RISKUTILS:
        found = files_of(moved.after_first[key])["anaconda-project.yml"].decode()
        assert "riskutils=" in found, key
        assert "quant-tools" in found, key
    readers = {name for kind, name, access in moved.world.shares_of("quant-tools") if (kind, access) == ("user", "r")}
    assert {"alice", "bob", "carol"} <= readers
    assert "mallory" not in readers
    assert moved.world.channels()["quant-tools"]["privacy"] == "private"


def test_the_report_accounts_for_every_project(moved: Moved) -> None:
    projects = moved.report["projects"]
    assert sum(projects["counts"].values()) == len(specs(moved.world))
    assert projects["counts"]["uploaded"] == len(moved.first.uploads)
    lines = (moved.world.reports / "ledger.jsonl").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    kinds = [json.loads(line).get("kind") for line in lines]
    assert kinds.count("project") == len(specs(moved.world))
    assert "Notebook projects" in moved.page
    assert "<img src=x" not in moved.page, "a name is no markup"


def test_what_the_projects_need_came_to_the_controller(moved: Moved) -> None:
    needs = moved.world.reports / "notebooks" / "needs"
    names = {path.name for path in needs.iterdir()}
    assert {"owners.csv", "resolutions.jsonl", "pip.txt", "system.csv"} <= names
    assert [name for name in names if name.startswith("mirror-")]
    assert "will fail" in (needs / "owners.csv").read_text(encoding="utf-8")


def test_no_code_stays_where_it_was_only_looked_at(moved: Moved) -> None:
    assert not (there(moved.world) / "sources.jsonl").exists()
    assert not list(moved.world.root.joinpath("reports").rglob("sources.jsonl"))
