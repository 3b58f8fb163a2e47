# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module notebook_project_convert on the emulated notebook host: every project is converted, or refused with a reason."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import tarfile
import typing as t
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils import _yaml
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import CondaPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import pack
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert import module
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import ChannelView
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import write_views
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion, read_conversions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Resolution
from tests.lab.aen.host import AenLab
from tests.lab.aen.spec import CANARY
from tests.unit.module_runner import run_module
from tests.unit.notebooks.convert_world import view

Json = dict[str, t.Any]
BROKEN = {"carol/half-written"}
"""Not refused for what AE5 takes, but its own anaconda-project.yml cannot be understood."""


class Host:
    """A notebook host whose projects were collected."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lab = AenLab(root / "host", host_root=str(root / "host"))
        self.lab.make_all()
        self.collect()

    def collect(self) -> None:
        result = run_module(
            "notebook_project_info", {"root": str(self.lab.path("links").parent.parent), "dest": str(self.root / "collected")}
        )
        assert not result["failed"], result

    def convert(self, dest: Path, check: bool = False, **more: t.Any) -> Json:
        args = {"projects": str(self.root / "collected" / "projects.jsonl"), "dest": str(dest), "workers": 2, **more}
        result = run_module("notebook_project_convert", args, check=check, diff=True)
        assert not result["failed"], result
        return result


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    return Host(tmp_path_factory.mktemp("aen"))


@pytest.fixture(scope="module")
def done(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dest = tmp_path_factory.mktemp("converted")
    host.convert(dest)
    return dest


def conversions(dest: Path) -> dict[str, Conversion]:
    return {item.key: item for item in read_conversions(str(dest / "conversions.jsonl"))}


def tree(dest: Path, key: str) -> pack.Tree:
    with (dest / conversions(dest)[key].archive).open("rb") as stream:
        return read_tree(stream, key)


def project_file(dest: Path, key: str) -> Json:
    return t.cast(Json, YAML(typ="safe").load((dest / key / "anaconda-project.yml").read_text()))


def snapshot(folder: Path) -> dict[str, t.Any]:
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[os.fsencode(path).decode("utf-8", "backslashreplace")] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
    return found


# -- all projects


def test_every_project_is_converted_or_has_its_reason(host: Host, done: Path) -> None:
    found = conversions(done)
    assert {spec.owner + "/" + spec.folder for spec in host.lab.specs} == {*found}
    refused = {key for key, item in found.items() if item.state == "refused"}
    assert refused == BROKEN | {spec.owner + "/" + spec.folder for spec in host.lab.specs if spec.refused or len(spec.folder) > 200}
    for key in refused:
        assert "is not converted: " in found[key].reason or "AE5 takes at most 1.0 GB" in found[key].reason
        assert not found[key].archive


def test_a_refused_project_left_no_byte(done: Path) -> None:
    for name in ("big-1200mb", "Quarterly Report 2016", "Quarterly-Report-2016"):
        assert not (done / "alice" / name).exists()
        assert not (done / "alice" / f"{name}.tar.gz").exists()
    assert conversions(done)["alice/Quarterly Report 2016"].reason == (
        "The project alice/Quarterly Report 2016 is not converted: The name 'Quarterly Report 2016' has blanks, which AE5 does not take;"
        " 'Quarterly-Report-2016' would do. Rename it, or give it another name for AE5 with ae_notebook_project_names."
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
    dest, foreseen = tmp_path / "dest", tmp_path / "check" / "conversions.jsonl"
    options = {"only": ["alice/*"], "predicted": str(foreseen)}
    host.convert(dest, check=True, **options)
    assert not dest.exists()
    predicted = foreseen.read_bytes()
    foreseen.unlink()
    host.convert(dest, **options)
    assert (dest / "conversions.jsonl").read_bytes() == predicted
    assert not foreseen.exists()


def test_a_run_over_some_keeps_the_others_lines(host: Host, done: Path, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path / "dest")
    host.convert(tmp_path / "dest", only=["alice/*"], pin="name")
    before, after = conversions(done), conversions(tmp_path / "dest")
    assert before.keys() == after.keys()
    assert {key for key in before if before[key] != after[key]} <= {key for key in before if key.startswith("alice/")}


@pytest.mark.parametrize(("pin", "shape"), [("exact", 2), ("version", 1), ("name", 0)])
def test_as_much_of_the_pins_as_was_asked_for(host: Host, tmp_path: Path, pin: str, shape: int) -> None:
    host.convert(tmp_path, only=["alice/plain-analysis"], pin=pin, drop_packages=["open*"])
    packages = [item for item in project_file(tmp_path, "alice/plain-analysis")["packages"] if isinstance(item, str)]
    assert packages
    assert {item.count("=") for item in packages} == {shape}
    assert not [item for item in packages if item.startswith("open")]


# -- channels


def pinned(host: Host, key: str) -> list[CondaPackage]:
    with (host.root / "collected" / "projects.jsonl").open(encoding="utf-8", errors="surrogateescape") as stream:
        projects = [json.loads(line) for line in stream]
    (project,) = [item for item in projects if item.get("record") == "project" and f"{item['owner']}/{item['name']}" == key]
    return [CondaPackage.from_json(item) for env in project["environments"] if env["name"] == "default" for item in env["conda"]]


def test_channels_become_those_that_hold_what_is_pinned_and_a_missing_pin_is_named(host: Host, tmp_path: Path) -> None:
    packages = pinned(host, "anaconda-user-2/pins-that-break")
    lacking = next(item for item in packages if item.name == "vanished")
    texts = [f"{item.name}={item.version}={item.build}" for item in packages if item is not lacking]
    views = [
        view("main", *texts, "notebook=5.0.0=py27_0"),
        view("hidden", f"vanished={lacking.version}={lacking.build}", readers="somebody"),
        view("unneeded", "nothing=1=0"),
    ]
    write_views(str(tmp_path / "channels.jsonl"), views)
    result = host.convert(tmp_path / "dest", only=["anaconda-user-2/pins-that-break"], channels=str(tmp_path / "channels.jsonl"))
    (item,) = conversions(tmp_path / "dest").values()
    document = project_file(tmp_path / "dest", item.key)
    assert document["channels"] == ["main"]
    assert item.resolution is not None
    assert [(state.pin.name, state.hidden) for state in item.resolution.missing] == [("vanished", ("hidden",))]
    assert result["summary"]["would_break"] == 1
    assert result["summary"]["pins"]["missing"] == 1
    shared = host.convert(
        tmp_path / "dest2",
        only=["anaconda-user-2/pins-that-break"],
        channels=str(tmp_path / "channels.jsonl"),
        users={"anaconda-user-2": "Somebody"},
    )
    assert shared["summary"]["would_break"] == 0, "channels are chosen for the user whom the owner is on AE5"


def test_what_commands_for_notebooks_need_is_looked_for_too(host: Host, tmp_path: Path) -> None:
    key = "anaconda-user-2/pins-that-break"
    texts = [f"{item.name}={item.version}={item.build}" for item in pinned(host, key)]
    write_views(str(tmp_path / "channels.jsonl"), [view("main", *texts)])
    host.convert(tmp_path / "dest", only=[key], channels=str(tmp_path / "channels.jsonl"))
    assert [state.pin.name for state in t.cast(Resolution, conversions(tmp_path / "dest")[key].resolution).missing] == ["notebook"]
    write_views(str(tmp_path / "channels.jsonl"), [view("main", *texts), view("tools", "notebook=5.0.0=py27_0")])
    host.convert(tmp_path / "dest", only=[key], channels=str(tmp_path / "channels.jsonl"))
    assert project_file(tmp_path / "dest", key)["channels"] == ["main", "tools"]
    assert project_file(tmp_path / "dest", key)["env_specs"]["default"]["packages"] == ["notebook"]


def test_a_channel_map_is_taken_as_a_word_or_a_list(host: Host, tmp_path: Path) -> None:
    channels = {channel for item in pinned(host, "alice/plain-analysis") for channel in [item.channel]}
    declared: Json = {channel: ["one", "two"] for channel in channels} | {"defaults": "three", "wakari": []}
    host.convert(tmp_path, only=["alice/plain-analysis"], channel_map=declared)
    assert project_file(tmp_path, "alice/plain-analysis")["channels"][:2] == ["one", "two"]


def with_library(host: Host, dest: Path, tmp_path: Path, only: list[str], **more: t.Any) -> Json:
    """A conversion with the library toolbox, which these projects used by path, in a channel that only its readers see."""
    library = Library(
        "/projects/quant/toolbox",
        "built",
        name="toolbox",
        version="0.3.1",
        build="pyh0123456_0",
        file="toolbox-0.3.1-pyh0123456_0.tar.bz2",
        channel="quant",
        used_by=tuple(only),
        users=("alice", "bob"),
    )
    reported = dataclasses.replace(library, path="/opt/lib", state="reported", name="slow", why="It is compiled.")
    (tmp_path / "libraries.jsonl").write_text("".join(json_line(item.to_json()) for item in (library, reported)))
    write_views(str(tmp_path / "channels.jsonl"), [ChannelView("main", None, {})])
    files = {"libraries": str(tmp_path / "libraries.jsonl"), "channels": str(tmp_path / "channels.jsonl")}
    return host.convert(dest, only=only, **files, **more)


@pytest.mark.parametrize(("pin", "asked"), [("exact", "toolbox=0.3.1"), ("version", "toolbox=0.3.1"), ("name", "toolbox")])
def test_a_library_used_by_path_becomes_a_package_of_the_environment(host: Host, tmp_path: Path, pin: str, asked: str) -> None:
    with_library(host, tmp_path / "dest", tmp_path, ["alice/plain-analysis"], pin=pin)
    document = project_file(tmp_path / "dest", "alice/plain-analysis")
    assert asked in document["packages"]
    assert "slow" not in str(document["packages"]), "what could not be built is asked for by nobody"
    assert "quant" in document["channels"]
    (state,) = [
        item
        for item in t.cast(Resolution, conversions(tmp_path / "dest")["alice/plain-analysis"].resolution).pins
        if item.pin.name == "toolbox"
    ]
    assert (state.state, state.channel) == ("found", "quant")
    assert any("toolbox, made of libraries" in note for note in conversions(tmp_path / "dest")["alice/plain-analysis"].notes)


def test_a_library_is_put_into_a_project_file_that_was_there(host: Host, tmp_path: Path) -> None:
    with_library(host, tmp_path / "dest", tmp_path, ["bob/ready-project"])
    document = project_file(tmp_path / "dest", "bob/ready-project")
    assert document["packages"][0] == "toolbox=0.3.1"
    assert "quant" in document["channels"]
    host.convert(tmp_path / "before", only=["bob/ready-project"])
    assert [item for item in document["packages"] if item != "toolbox=0.3.1"] == project_file(tmp_path / "before", "bob/ready-project")[
        "packages"
    ]


def test_libraries_need_the_channels(host: Host, tmp_path: Path) -> None:
    args = {"projects": str(host.root / "collected" / "projects.jsonl"), "dest": str(tmp_path), "libraries": str(tmp_path / "no")}
    assert "needs the option channels" in run_module("notebook_project_convert", args)["msg"]


# -- what goes wrong


def test_a_file_that_changes_once_is_read_again_and_one_that_goes_on_is_refused(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = pack.write_archive, [1]

    def moving(*args: t.Any, **more: t.Any) -> pack.Written:
        if left[0]:
            left[0] -= 1
            raise pack.Changed("The file a of the project p was changed while it was archived; end the session.")
        return real(*args, **more)

    monkeypatch.setattr(pack, "write_archive", moving)
    host.convert(tmp_path, only=["alice/plain-analysis"])
    assert conversions(tmp_path)["alice/plain-analysis"].state == "converted"
    left[0] = 2
    host.convert(tmp_path, only=["alice/plain-analysis"], fresh=True)
    assert "was changed while" in conversions(tmp_path)["alice/plain-analysis"].reason
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


def test_what_was_read_only_in_part_is_told(done: Path) -> None:
    notes = conversions(done)["bob/broken-environment"].notes
    assert any("Of the environment default: Its conda-meta/torn-1.0-py27_0.json is damaged" in note for note in notes)


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
        "Nothing is known of AE5's channels without the option channels: the environments keep the old ones' names, no pin is looked up."
    ]
    assert result["summary"]["would_break"] == 0


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
    assert found["alice/plain-analysis"].reason == "Its owner is nobody on AE5 (ae_user_map)."
    assert found["alice/plain-analysis"].state == "excluded"


def test_a_template_that_cannot_be_filled_in_is_an_error(host: Host, tmp_path: Path) -> None:
    args = {"projects": str(host.root / "collected" / "projects.jsonl"), "dest": str(tmp_path), "users": {"*": "{surname}"}}
    result = run_module("notebook_project_convert", args)
    assert result["failed"]
    assert "The rule of ae_user_map for '*' has the template '{surname}'" in result["msg"]
