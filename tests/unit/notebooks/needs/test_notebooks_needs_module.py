# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module notebook_resolve: converted projects, a cluster, and py-rattler."""

from __future__ import annotations

import csv
import io
import json
import typing as t
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs import resolve
from ansible_collections.ae_ops.migration.plugins.module_utils._store import resolutions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import by_owner, read_resolutions
from tests.lab.ae5.server import Ae5Lab
from tests.unit.notebooks.needs_world import Needs

needs_rattler = pytest.mark.skipif(not resolve.can_solve(), reason="py-rattler is not installed")


@pytest.fixture
def world(tmp_path: Path) -> t.Iterator[Needs]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        yield Needs(tmp_path, lab)


@pytest.fixture
def filled(world: Needs) -> Needs:
    """Two channels that everybody may read, one that only bob may, and one that nobody asks for."""
    world.fill("main", "python=2.7.13=0: openssl >=1", "openssl=1.0=0", "openssl=0.9=0", "needy=1=0: libgone >=1,<2", privacy="public")
    world.fill("extra", "old=1=0: openssl <1", "fine=1=0: python 2.7.*, noarchy", privacy="public")
    world.fill("more", "noarchy=1=0", subdir="noarch", privacy="public")
    world.fill("bobs", "secret=1=0", shares=["user:bob"])
    world.fill("unused", "python=2.7.13=0")
    assert not world.list_channels()["failed"]
    return world


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def found(world: Needs) -> dict[str, resolutions.Resolution]:
    return {item.key: item for _host, _site, item in read_resolutions(str(world.needs / "resolutions.jsonl"))}


@needs_rattler
def test_who_will_fail_and_by_which_package(filled):
    filled.project("ann/fine", "python=2.7.13=0")
    filled.project("ann/two", "fine=1=0", "noarchy=1=0", "python=2.7.13=0")
    filled.project("ann/needy", "needy=1=0", "python=2.7.13=0")
    filled.project("ann/clash", "old=1=0", "python=2.7.13=0")
    filled.project("bob/own", "secret=1=0", host="aen2", site="west")
    filled.project("carol/closed", "secret=1=0", "gone=1=0")
    filled.refused("carol/huge")
    filled.converted()
    result = filled.resolve()
    assert not result["failed"]
    assert result["failures"] == []
    assert result["warnings"] == []
    assert filled.reads() == sorted(f"{name}/{subdir}" for name in ("bobs", "extra", "main", "more") for subdir in ("linux-64", "noarch"))
    assert result["owners"] == [
        "Of ann, 2 of 4 projects will fail on AE5: clash because of conflicting packages (old ==1 0); needy because of missing dependencies"
        " (libgone >=1,<2).",
        "Of carol, 1 of 1 project will fail on AE5: closed because of gone=1=0, secret=1=0.",
    ]
    numbers = {key: result["summary"][key] for key in ("projects", "will_fail", "unsolved", "unchecked", "pins_missing", "not_converted")}
    assert numbers == {"projects": 6, "will_fail": 3, "unsolved": 2, "unchecked": 0, "pins_missing": 2, "not_converted": 1}
    assert (result["summary"]["owners"], result["summary"]["owners_breaking"]) == (3, 2)
    lines = list(read_resolutions(str(filled.needs / "resolutions.jsonl")))
    assert [(host, site, item.key, item.breaks) for host, site, item in lines] == [
        ("aen1", "east", "ann/fine", False),
        ("aen1", "east", "ann/two", False),
        ("aen1", "east", "ann/needy", True),
        ("aen1", "east", "ann/clash", True),
        ("aen1", "east", "carol/closed", True),
        ("aen2", "west", "bob/own", False),
    ]
    assert (found(filled)["ann/needy"].lacking, found(filled)["ann/clash"].against) == (("libgone >=1,<2",), ("old ==1 0",))
    verdicts = by_owner(item for _host, _site, item in lines)
    sentences = [row[3] for row in table(filled.files()["owners.csv"])[1:]]
    assert sentences == [verdict.sentence for verdict in verdicts]
    assert [row[:3] for row in table(filled.files()["owners.csv"])] == [
        ["owner", "projects", "will fail"],
        ["ann", "4", "2"],
        ["carol", "1", "1"],
        ["bob", "1", "0"],
    ]


def test_what_ae5_must_still_get(filled):
    url = "https://cloud.example.com/t/tok-12/wakari"
    filled.project("ann/p", "bokeh=0.12=py27_0", channels=[url], pip=["flask==1.0"])
    filled.project("bob/q", "bokeh=0.12=py27_0", channels=["wakari"], pip=["flask==1.0", "=evil()"])
    filled.project("carol/r", "secret=1=0")
    filled.converted(findings=[Finding("ann", "p", "system-package", "warning", "The code installs libxml2-dev with yum.", "libxml2-dev")])
    filled.resolve(mirror_site="prod")
    files = filled.files()
    assert sorted(files) == ["mirror-wakari.yaml", "missing.csv", "owners.csv", "pip.txt", "resolutions.jsonl", "system.csv"]
    assert YAML(typ="safe").load(files["mirror-wakari.yaml"]) == {
        "dest_channel": "wakari",
        "dest_site": "prod",
        "channels": ["https://cloud.example.com/wakari"],
        "platforms": ["linux-64", "noarch"],
        "pkg_list": ["bokeh"],
    }
    assert files["pip.txt"].decode().splitlines()[1:] == ["=evil()  # bob/q", "flask==1.0  # ann/p, bob/q"]
    assert table(files["system.csv"])[1:] == [["libxml2-dev", "libxml2", "ann/p"]]
    assert [row[0] for row in table(files["missing.csv"])[1:]] == ["bokeh=0.12=py27_0", "secret=1=0 in bobs"]
    assert b"tok-12" not in b"".join(files.values())
    filled.resolve(mirror_sources={"wakari": "https://mirror/wakari"})
    assert YAML(typ="safe").load(filled.files()["mirror-wakari.yaml"])["channels"] == ["https://mirror/wakari"]


@needs_rattler
def test_a_second_run_changes_nothing_and_what_is_done_with_is_removed(filled):
    filled.project("ann/p", "bokeh=0.12=py27_0", channels=["wakari"])
    filled.project("ann/q", "needy=1=0")
    filled.converted()
    predicted = filled.resolve(check=True)
    assert predicted["changed"]
    assert filled.files() == {}
    real = filled.resolve()
    for key in ("changed", "diff", "owners", "warnings", "report_path"):
        assert predicted[key] == real[key], key
    headers = [entry.get("after_header") for entry in real["diff"]]
    assert headers == [None, "mirror-wakari.yaml", "missing.csv", "owners.csv", "pip.txt", "system.csv"]
    before = filled.files()
    again = filled.resolve()
    assert not again["changed"]
    assert "diff" not in again
    assert filled.files() == before
    (filled.needs / "mine.yaml").write_text("a person's own\n")
    filled.forget()
    filled.project("ann/q", "python=2.7.13=0")
    filled.converted()
    predicted = filled.resolve(check=True)
    assert filled.files().keys() == {*before, "mine.yaml"}
    result = filled.resolve()
    assert predicted["diff"] == result["diff"]
    assert result["diff"][0]["prepared"].splitlines()[1:] == [
        "- mirror-wakari.yaml",
        "~ missing.csv",
        "~ owners.csv",
        "~ resolutions.jsonl",
    ]
    assert filled.files().keys() == {*before, "mine.yaml"} - {"mirror-wakari.yaml"}


@needs_rattler
def test_equal_environments_are_solved_once(filled, monkeypatch):
    solvers: list[resolve.Solver] = []
    real = resolve.Solver.__init__

    def remember(self, *args, **more):
        solvers.append(self)
        real(self, *args, **more)

    monkeypatch.setattr(resolve.Solver, "__init__", remember)
    for number in range(10):
        filled.project(f"ann/p{number}", "needy=1=0")
    filled.project("ann/other", "python=2.7.13=0")
    filled.converted()
    assert filled.resolve()["summary"]["will_fail"] == 10
    assert [len(solver.answers) for solver in solvers] == [2]
    assert filled.reads() == ["main/linux-64", "main/noarch"]


@needs_rattler
def test_pins_are_solved_as_they_are_kept(filled):
    filled.fill("later", "python=2.7.13=1", "late=1=0: python 2.7.13 1", privacy="public")
    filled.list_channels()
    for how in ("exact", "version", "name"):
        filled.project(f"ann/{how}", "late=1=0", "python=2.7.13=0", how=how)
    filled.converted()
    filled.resolve()
    assert {key: item.breaks for key, item in found(filled).items()} == {"ann/exact": True, "ann/version": False, "ann/name": False}


def test_without_rattler_the_pins_are_told_and_nothing_is_asked_of_the_cluster(filled, monkeypatch):
    monkeypatch.setattr(resolve, "RATTLER_ERROR", "no such module")
    filled.project("ann/needy", "needy=1=0")
    filled.project("ann/gone", "gone=1=0")
    filled.converted()
    result = filled.resolve()
    (warning,) = result["warnings"]
    assert warning.startswith("py-rattler is not installed on this host, so only the pins of the projects were compared")
    assert result["owners"] == ["Of ann, 1 of 2 projects will fail on AE5: gone because of gone=1=0."]
    assert filled.lab.log() == []
    assert filled.resolve(solve=False)["warnings"] == []


@needs_rattler
def test_a_channel_that_cannot_be_had(filled):
    filled.project("ann/p", "python=2.7.13=0")
    filled.project("bob/q", "secret=1=0")
    filled.converted()
    filled.api("DELETE", "/channels/bobs")
    filled.lab.faults([{"method": "GET", "path": "/conda/main/linux-64/", "every": 1, "times": 99, "status": 403}])
    result = filled.resolve()
    assert result["owners"] == ["Of bob, 1 of 1 project will fail on AE5: q because of unsolvable dependencies (AE5 has no channel bobs.)."]
    assert result["warnings"] == [
        "Of 1 project (ann/p) only the pins were checked, their environments were not solved: AE5 does not show what is in channel main."
    ]
    assert result["summary"]["unchecked"] == 1


@needs_rattler
def test_a_listing_that_is_damaged_holds_nothing_else_up(filled):
    filled.project("ann/p", "python=2.7.13=0")
    filled.project("bob/q", "secret=1=0")
    filled.converted()
    filled.lab.faults([{"method": "GET", "path": "/conda/main/linux-64/", "every": 1, "times": 99, "status": 200, "body": "<html>"}])
    result = filled.resolve()
    assert not result["failed"]
    (warning,) = result["warnings"]
    assert "1 project (ann/p) only the pins were checked, their environments were not solved: it could not be solved (" in warning
    assert result["summary"]["will_fail"] == 0


def test_what_a_host_lacks_is_told(filled):
    filled.project("ann/p", "python=2.7.13=0")
    filled.converted()
    filled.collected("aen0", "east", ("dora/x", []))
    (filled.notebooks / "aen1" / "findings.jsonl").unlink()
    result = filled.resolve()
    assert not result["failed"]
    assert result["warnings"] == [
        "Of 1 notebook host (aen0) the projects have not been converted, so they are not in it.",
        "Of 2 notebook hosts (aen0, aen1) there are no findings, so what their code installs is not in it.",
    ]
    assert found(filled).keys() == {"ann/p"}
    empty = filled.resolve(notebooks=str(filled.root / "nowhere"))
    assert any("There are no projects of a notebook host in" in warning for warning in empty["warnings"])
    assert filled.resolve(channels=str(filled.root / "nowhere"))["failed"]
    assert filled.resolve(solve_timeout=0)["failed"]


def test_hostile_names_stay_names(filled):
    filled.project("ann/=cmd()\n\udcff", "gone=1=0", channels=["x\n/../etc"])
    filled.converted()
    result = filled.resolve()
    assert not result["failed"]
    assert result["owners"] == ["Of ann, 1 of 1 project will fail on AE5: =cmd()\\x0a\\xff because of gone=1=0."]
    assert sorted(filled.files()) == ["mirror-x-..-etc.yaml", "missing.csv", "owners.csv", "pip.txt", "resolutions.jsonl", "system.csv"]
    assert sorted(path.name for path in filled.notebooks.iterdir()) == ["aen1", "channels.jsonl", "needs"]
    assert YAML(typ="safe").load(filled.files()["mirror-x-..-etc.yaml"])["channels"] == ["x\n/../etc"]
    assert [row[2] for row in table(filled.files()["missing.csv"])[1:]] == ["ann/=cmd()\n\\udcff"]
    assert [item.project for item in found(filled).values()] == ["=cmd()\n\udcff"]


def test_a_damaged_list_of_resolutions_is_named(tmp_path):
    path = tmp_path / "resolutions.jsonl"
    for line, why in (({"host": "h"}, "site is missing"), ({"host": "h", "site": "s"}, "lacks owner")):
        path.write_text(json.dumps(line) + "\n")
        with pytest.raises(MigrationError, match=f"Line 1 of the list of resolutions .*{why}"):
            list(read_resolutions(str(path)))
