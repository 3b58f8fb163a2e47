# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module notebook_project_convert on the emulated notebook host: every project is converted, or refused with a reason."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import expected
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import storage
from tests.lab.aen.spec import CANARY
from tests.unit.notebooks.convert_host import BROKEN, Host, conversions, project_file, snapshot, tree

# -- all projects


def test_every_project_is_converted_or_has_its_reason(host: Host, done: Path) -> None:
    found = conversions(done)
    assert {spec.owner + "/" + spec.folder for spec in host.lab.specs} == {*found}
    refused = {key for key, item in found.items() if item.state == "refused"}
    assert refused == BROKEN | {spec.owner + "/" + spec.folder for spec in host.lab.specs if spec.refused or len(spec.folder) > 200}
    for key in refused:
        assert "is not converted: " in found[key].reason or "AE5 accepts at most 1.0 GB" in found[key].reason
        assert not found[key].archive


def test_a_refused_project_left_no_byte(done: Path) -> None:
    for name in ("big-1200mb", "Quarterly Report 2016", "Quarterly-Report-2016"):
        assert not (done / "alice" / name).exists()
        assert not (done / "alice" / f"{name}.tar.gz").exists()
    assert conversions(done)["alice/Quarterly Report 2016"].reason == (
        "The project alice/Quarterly Report 2016 is not converted: The name 'Quarterly Report 2016' has blanks, which AE5 does not accept;"
        " 'Quarterly-Report-2016' would work. Rename it, or give it another name for AE5 with ae_notebook_project_names."
    )
    assert "data/measurements.bin" in conversions(done)["alice/big-1200mb"].reason


def test_no_archive_holds_what_none_may(done: Path) -> None:
    count = 0
    for path in sorted(done.rglob("*.tar.gz")):
        with tarfile.open(path, encoding="utf-8", errors="surrogateescape") as tar:
            for info in tar:
                parts = info.name.split("/")
                assert parts[0] == path.name[: -len(".tar.gz")]
                assert ".git" not in parts, info.name
                assert parts[1] not in ("envs", "services", ".indexer.pid"), info.name
                assert not ({"__pycache__", ".ipynb_checkpoints"} & set(parts)), info.name
                assert info.isreg() or info.issym() or info.isdir()
                count += 1
    assert count > 200


def test_every_file_in_an_archive_has_the_bytes_of_the_project_or_of_ours(host: Host, done: Path) -> None:
    for key, item in conversions(done).items():
        if item.state == "refused":
            continue
        ours = {path.name: path for path in (done / item.owner / item.name).iterdir()}
        found = tree(done, key)
        assert found.top == item.name
        assert found.digest == item.tree
        assert len(found.files) == item.files
        for path, digest in found.files.items():
            source = ours.get(path.lstrip(".") if path == ".projectignore" else path)
            if source is None:
                source = host.lab.path(key) / path
            with open(os.fsencode(source), "rb") as stream:
                assert hashlib.file_digest(stream, "sha256").hexdigest() == digest, (key, path)


def test_no_secret_gets_into_what_we_write(done: Path) -> None:
    for path in done.rglob("*"):
        if path.is_file() and not path.name.endswith(".tar.gz"):
            assert CANARY not in path.read_text(errors="surrogateescape"), path


def test_linux_only_and_one_command_a_notebook(done: Path) -> None:
    for key, item in conversions(done).items():
        if item.state == "refused":
            continue
        document = project_file(done, f"{item.owner}/{item.name}")
        assert document["platforms"] == ["linux-64"]
        run = [command["notebook"] for command in document.get("commands", {}).values() if "notebook" in command]
        assert len(run) == len(set(run))
        files = tree(done, key).files
        assert set(run) <= files.keys(), key
        unreadable = sum("got no command" in note for note in item.notes)
        assert len(run) + unreadable == sum(path.endswith(".ipynb") for path in files), key


def test_the_projects_are_not_touched(host: Host, tmp_path: Path) -> None:
    before = snapshot(host.lab.path("links").parent.parent)
    host.convert(tmp_path, git_ignored="leave_out")
    assert snapshot(host.lab.path("links").parent.parent) == before


def test_a_second_run_writes_nothing(host: Host, tmp_path: Path) -> None:
    first = host.convert(tmp_path)
    before = snapshot(tmp_path)
    second = host.convert(tmp_path)
    assert first["changed"]
    assert not second["changed"]
    assert second["summary"]["changed"] == 0
    assert "diff" not in second
    assert snapshot(tmp_path) == before


def test_check_mode_writes_nothing_and_predicts_exactly(host: Host, tmp_path: Path) -> None:
    predicted = host.convert(tmp_path / "dest", check=True)
    assert not (tmp_path / "dest").exists()
    real = host.convert(tmp_path / "dest")
    for result in (predicted, real):
        result["summary"].pop("seconds")
    assert predicted == real
    files = {entry["after_header"]: entry["after"] for entry in predicted["diff"] if "after" in entry}
    for name, text in files.items():
        assert (tmp_path / "dest" / name).read_bytes() == text.encode("utf-8", "surrogateescape")
    assert "notebook: " in files["alice/plain-analysis/anaconda-project.yml"]
    assert not host.convert(tmp_path / "dest", check=True)["changed"]


def test_an_edited_project_is_the_only_one_that_is_archived_again(host: Host, done: Path, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path / "dest")
    before = snapshot(tmp_path / "dest")
    shutil.copytree(host.lab.path("plain-analysis"), tmp_path / "kept", symlinks=True)
    book = host.lab.path("plain-analysis") / "README.md"
    old = book.read_text() if book.exists() else None
    book.write_text("edited\n")
    try:
        result = host.convert(tmp_path / "dest")
    finally:
        book.unlink() if old is None else book.write_text(old)
    changed = {path for path, stamp in snapshot(tmp_path / "dest").items() if before.get(path) != stamp and not (tmp_path / path).is_dir()}
    assert {Path(path).name for path in changed} == {"plain-analysis.tar.gz", "conversions.jsonl"}
    assert result["summary"]["changed"] == 1


def test_an_archive_that_was_lost_is_made_again_with_the_same_bytes(host: Host, done: Path, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path / "dest")
    path = tmp_path / "dest" / "bob" / "clean-many-notebooks.tar.gz"
    before = path.read_bytes()
    path.unlink()
    assert host.convert(tmp_path / "dest")["summary"]["changed"] == 1
    assert path.read_bytes() == before
    assert not host.convert(tmp_path / "dest", fresh=True)["changed"], "made again, and the same"


# -- single projects


def test_the_guides_project(host: Host, done: Path) -> None:
    text = (host.lab.path("MigrationExample") / "_env.yml").read_text()
    assert "prefix:" in text
    environment = YAML(typ="safe").load((done / "anaconda/MigrationExample/environment.yml").read_text())
    assert environment.keys() == {"name", "channels", "dependencies"}
    assert {"_license=1.1=py27_1", "accelerate=2.3.1=np111py27_0"} <= set(environment["dependencies"])
    document = project_file(done, "anaconda/MigrationExample")
    assert document["packages"] == environment["dependencies"]
    assert document["channels"] == environment["channels"]


def test_an_export_serves_where_the_environment_is_gone(host: Host, tmp_path: Path) -> None:
    folder = host.lab.path("MigrationExample") / "envs"
    folder.rename(tmp_path / "envs")
    try:
        host.collect()
        host.convert(tmp_path / "dest", only=["anaconda/MigrationExample"])
    finally:
        (tmp_path / "envs").rename(folder)
        host.collect()
    (item,) = conversions(tmp_path / "dest").values()
    assert item.environment == "default"
    document = project_file(tmp_path / "dest", item.key)
    assert document["packages"][:2] == ["_license=1.1=py27_1", "accelerate=2.3.1=np111py27_0"]


def test_a_project_file_of_its_owners_is_completed(done: Path) -> None:
    text = (done / "bob/ready-project/anaconda-project.yml").read_text()
    assert "# a comment that its owner wants to keep" in text
    assert "supports_http_options: true" in text
    assert conversions(done)["bob/ready-project"].environment == ""
    assert not (done / "bob/ready-project/environment.yml").exists()


def test_the_older_name_of_the_file_becomes_the_newer(done: Path) -> None:
    files = tree(done, "bob/kapsel-file").files
    assert "kapsel.yml" not in files
    assert "anaconda-project.yml" in files


def test_several_environments(done: Path) -> None:
    document = project_file(done, "bob/two-environments")
    assert list(document["env_specs"]) == ["default", "py35"]
    assert "py35" in {command["env_spec"] for command in document["commands"].values()}


def test_what_git_ignores_is_asked_for(host: Host, tmp_path: Path) -> None:
    folder = host.lab.path("ignore-files")
    ignored = {"leave_out", "include"}
    found = {}
    (folder / ".git").mkdir(exist_ok=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/master\n")
    lines = [line for line in (folder / ".gitignore").read_text().splitlines() if line and not line.startswith(("#", "!"))]
    assert lines
    for word in sorted(ignored):
        host.convert(tmp_path / word, only=["bob2/ignore-files"], git_ignored=word)
        found[word] = set(tree(tmp_path / word, "bob2/ignore-files").files)
    assert found["leave_out"] < found["include"]


def test_what_ae5s_git_will_not_keep_is_in_the_list(host: Host, done: Path, tmp_path: Path) -> None:
    own = {change.path: (change.kind, change.why) for change in expected(conversions(done)["bob/kept-in-git"].git)}
    assert own == {
        ".gitattributes": ("completed", "AE5 adds its lines"),
        ".gitignore": ("completed", "AE5 adds its lines"),
        "data/windows.csv": ("changed", ".gitattributes: text"),
        "output": ("folder", "git keeps no empty folder"),
        "private/notes.txt": ("dropped", ".gitattributes: export-ignore"),
        "run.log": ("dropped", ".gitignore: *.log"),
        "sub/run.log": ("dropped", ".gitignore: *.log"),
        "version.py": ("changed", ".gitattributes: export-subst"),
    }
    ae5s = {change.path: change.why for change in expected(conversions(done)["bob/ignored-by-ae5"].git)}
    assert ae5s == {
        ".cache/x": "AE5's .gitignore: .cache/",
        "home": "AE5's .gitignore: /home",
        "tmp/results.csv": "AE5's .gitignore: /tmp/",
    }
    links = [change for change in conversions(done)["carol/links"].git if change.kind == "link"]
    assert "inside.csv" in {change.path for change in links}
    only = ["bob/kept-in-git", "bob/ignored-by-ae5", "alice/plain-analysis"]
    predicted = host.convert(tmp_path / "new", check=True, only=only, predicted=str(tmp_path / "conversions.jsonl"))
    real = host.convert(tmp_path / "new", only=only)
    assert predicted["summary"]["not_kept"] == real["summary"]["not_kept"] == 2
    told = "AE5 keeps projects in git and will drop or change something of 2 projects (bob/ignored-by-ae5, bob/kept-in-git);"
    assert [warning for warning in real["warnings"] if warning.startswith(told)]
    assert predicted["warnings"] == real["warnings"]
    assert {key: item.git for key, item in conversions(tmp_path).items()} == {
        key: item.git for key, item in conversions(tmp_path / "new").items()
    }
    again = host.convert(tmp_path / "new", only=only)
    assert not [warning for warning in again["warnings"] if "in git" in warning], "said where it is new"
    assert conversions(tmp_path / "new")["bob/kept-in-git"].git == conversions(done)["bob/kept-in-git"].git


def test_absurdly_many_patterns_are_the_projects_own_problem(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MAX_COMPARISONS", 10)
    host.convert(tmp_path, only=["bob/kept-in-git", "bob/ignored-by-ae5"])
    found = conversions(tmp_path)
    assert found["bob/ignored-by-ae5"].state == "converted"
    assert found["bob/kept-in-git"].reason.startswith(
        "The project bob/kept-in-git is not converted: its .gitignore and .gitattributes have too many"
    )


def test_what_was_read_only_in_part_is_told(done: Path) -> None:
    notes = conversions(done)["bob/broken-environment"].notes
    assert any("Of the environment default: Its conda-meta/torn-1.0-py27_0.json is damaged" in note for note in notes)
