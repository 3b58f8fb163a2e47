# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files no archive holds: patterns as anaconda-project reads them, and what git ignores."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_ignore import DEFAULTS, Ignore, merged, patterns_of
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.git_ignore import git_ignored
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.survey import Survey
from tests.unit.notebooks.convert_world import IGNORE, MEASURED, MEASURED_LEAKS, OURS_OUT, looked_at, make_tree


def members(found: Survey) -> set[str]:
    return {member.path for member in found.members}


def test_a_tree_of_every_form_of_pattern_is_the_one_that_anaconda_project_archives(tmp_path: Path) -> None:
    found = looked_at(make_tree(tmp_path), *patterns_of(IGNORE))
    # The measured one was archived after init, which writes the project's file.
    assert members(found) | {"anaconda-project.yml"} == MEASURED - MEASURED_LEAKS - OURS_OUT


def test_what_was_left_out_is_named_with_its_pattern(tmp_path: Path) -> None:
    found = looked_at(make_tree(tmp_path), *patterns_of(IGNORE))
    reasons = dict(found.ignored)
    assert reasons["private"] == "/private"
    assert reasons["cache"] == "cache/"
    assert reasons["#odd"] == "#odd"
    assert reasons["envs"] == "/envs/"
    assert not any(path.startswith("envs/") for path in reasons), "nothing below a folder that is left out is looked at"


@pytest.mark.parametrize(
    ("pattern", "path", "is_folder", "out"),
    [
        ("/a", "a", False, True),
        ("/a", "b/a", False, False),
        ("a", "b/a", False, True),
        ("a/", "a", False, False),
        ("a/", "b/a", True, True),
        ("*.csv", "data/deep/x.csv", False, True),
        ("/data/*.csv", "data/deep/x.csv", False, True),  # a path-unaware match: * takes the slash
        ("/*.csv", "data/x.csv", False, True),
        ("x?z", "xyz", False, True),
        ("[!a]b", "cb", False, True),
        ("A", "a", False, False),
        (".git", ".gitignore", False, False),
        (".git", "sub/module/.git", False, True),
    ],
)
def test_one_pattern(pattern: str, path: str, is_folder: bool, out: bool) -> None:
    assert (Ignore([pattern]).reason(path, is_folder) != "") is out


@pytest.mark.parametrize("path", [".git", "envs", "services", ".indexer.pid", "deep/.git"])
def test_what_is_never_archived_whatever_the_file_says(path: str) -> None:
    assert Ignore([]).reason(path, path != ".indexer.pid")


def test_a_name_that_only_begins_like_one_of_them_is_archived() -> None:
    assert Ignore([]).reason("deep/envs", True) == ""
    assert Ignore([]).reason("environments", True) == ""
    assert Ignore([]).reason("deep/.indexer.pid", False) == ""


def test_comments_and_escapes() -> None:
    assert patterns_of("# no\n\n  \\#yes  \n*.a \n #indented\n") == ["#yes", "*.a"]


@pytest.mark.parametrize("text", ["x\n" * 2001, "*a*a*a*a*a*a*a*a*a*b\n"])
def test_patterns_that_would_take_for_ever_are_refused(text: str) -> None:
    with pytest.raises(MigrationError, match=r"^Its .projectignore has more than 2000 patterns, or one with more than 8 stars"):
        patterns_of(text)


def test_many_stars_in_a_row_are_one() -> None:
    assert patterns_of("**/**" + "*" * 50 + "x\n") == ["*/*x"]


def test_a_new_file_has_the_defaults_and_the_two_of_the_guide() -> None:
    assert patterns_of(merged(None)) == [*DEFAULTS, "/.indexer.pid", ".git"]


def test_an_existing_file_stays_and_gets_what_it_lacks() -> None:
    text = "# mine\n*.pyc\n__pycache__\n.indexer.pid"
    result = merged(text)
    assert result.startswith(text + "\n")
    added = patterns_of(result)[3:]
    assert "*.pyc" not in added
    assert "__pycache__/" not in added
    assert "/.indexer.pid" not in added
    assert ".git" in added
    assert merged(result) == result, "a second time adds nothing"


def test_a_complete_file_is_not_touched() -> None:
    text = merged("*.x")
    assert merged(text) is text


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "proj"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("*.secret\nbuild/\n!kept.secret\n")
    (folder / "sub").mkdir()
    (folder / "sub" / ".gitignore").write_text("local.txt\n")
    for name in ("a.secret", "kept.secret", "tracked.secret", "code.py", "sub/local.txt", "local.txt"):
        (folder / name).write_text("x")
    (folder / "build").mkdir()
    (folder / "build" / "out").write_text("x")
    git(folder, "add", "-f", "tracked.secret", "code.py")
    return folder


def git(folder: Path, *arguments: str) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, env=env, check=True)


def ignored_in(folder: Path) -> frozenset[str]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return git_ignored(fd, str(folder))
    finally:
        os.close(fd)


def test_git_says_what_it_ignores_and_a_tracked_file_is_not(repository: Path) -> None:
    assert ignored_in(repository) == {"a.secret", "build/", "sub/local.txt"}


def test_what_git_ignores_is_not_archived(repository: Path) -> None:
    found = {
        path
        for path in ("a.secret", "kept.secret", "tracked.secret", "build", "code.py")
        if Ignore([], ignored_in(repository)).reason(path, path == "build")
    }
    assert found == {"a.secret", "build"}


def test_the_exclude_file_of_the_repository_counts(repository: Path) -> None:
    (repository / ".git" / "info" / "exclude").write_text("code2.py\n")
    (repository / "code2.py").write_text("x")
    assert "code2.py" in ignored_in(repository)


def test_no_program_that_the_repository_names_is_run(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    with (repository / ".git" / "config").open("a") as stream:
        stream.write(f"[core]\n\tfsmonitor = {trap}\n\texcludesFile = {tmp_path}/all\n[include]\n\tpath = {tmp_path}/more\n")
    (tmp_path / "all").write_text("*\n")
    assert ignored_in(repository) == {"a.secret", "build/", "sub/local.txt"}
    assert not (tmp_path / "sprung").exists()


def test_the_repository_is_not_written_to(repository: Path) -> None:
    before = sorted((str(path), path.lstat().st_mtime_ns) for path in repository.rglob("*"))
    ignored_in(repository)
    assert sorted((str(path), path.lstat().st_mtime_ns) for path in repository.rglob("*")) == before


def test_without_a_repository_git_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / ".gitignore").write_text("*\n")
    assert ignored_in(tmp_path) == frozenset()


@pytest.mark.parametrize("breakage", ["no git", "index", "a file"])
def test_where_git_cannot_tell_the_project_is_not_archived_by_guess(
    repository: Path, breakage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if breakage == "no git":
        monkeypatch.setenv("PATH", str(repository))
    if breakage == "index":
        (repository / ".git" / "index").write_bytes(b"DIRCgarbage" * 10)
    if breakage == "a file":
        for path in sorted((repository / ".git").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (repository / ".git").rmdir()
        (repository / ".git").write_text("gitdir: /somewhere/else\n")
    with pytest.raises(MigrationError, match=r"is not known .* set git_ignored to include"):
        ignored_in(repository)
