# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives by the real anaconda-project: the steps, what is believed of it, and that both ways agree.

The real one is not on the ordinary index.  Where it is installed (on the path, or named by ANACONDA_PROJECT) the last test
compares it with our own way; what 0.6.0 did once is kept in ``convert_world.MEASURED`` and ``test_notebooks_ignore.py``.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import typing as t
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    CondaPackage,
    Environment,
    Notebook,
    NotebookHost,
    Project,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion, read_conversions
from tests.unit.module_runner import run_module
from tests.unit.notebooks.convert_world import NOTEBOOK

FAKE = """\
#!/bin/sh
echo "$@" >> {log}
case "$1" in
  init) test -f "$4/environment.yml" || exit 3
        test ! -e "$4/anaconda-project.yml" || exit 4
        echo "platforms: [win-64]" > "$4/anaconda-project.yml" ;;
  archive) {archive} ;;
esac
"""
PACK = 'cd "$4/.." && tar czf "$2" "$(basename "$4")"'
REAL = os.environ.get("ANACONDA_PROJECT") or shutil.which("anaconda-project")


class World:
    """One project of one host, and a program in place of anaconda-project."""

    def __init__(self, root: Path) -> None:
        self.root, self.dest, self.log = root, root / "dest", root / "log"
        self.project = root / "projects" / "alice" / "sales"
        self.project.mkdir(parents=True)
        (self.project / "sub").mkdir()
        for name in ("book.ipynb", "sub/other.ipynb"):
            (self.project / name).write_text(NOTEBOOK)
        (self.project / "run.sh").write_text("#!/bin/sh\n")
        (self.project / "run.sh").chmod(0o755)
        (self.project / "link").symlink_to("sub/other.ipynb")
        (self.project / "envs" / "default").mkdir(parents=True)
        (self.project / ".indexer.pid").write_text("1")
        (self.project / "secret.log").write_text("s")
        (self.project / "logs").mkdir()
        (self.project / "logs" / "only.log").write_text("s")
        (self.project / ".projectignore").write_text("*.log\n")
        packages = (CondaPackage("python", "2.7.13", "0", "defaults"), CondaPackage("numpy", "1.11.3", "py27_0", "defaults"))
        env = Environment("default", active=True, source="conda-meta", channels=("defaults",), conda=packages)
        books = (Notebook("book.ipynb"), Notebook("sub/other.ipynb"))
        record = Project("aen", "east", "alice", "sales", str(self.project), "sales", (env,), "default", books)
        head = NotebookHost("aen", "east", str(root / "projects"), 1, 0, "0" * 64)
        (root / "projects.jsonl").write_text(json_line(head.to_json()) + json_line(record.to_json()))

    def program(self, archive: str = PACK) -> str:
        path = self.root / "anaconda-project"
        path.write_text(FAKE.format(log=self.log, archive=archive))
        path.chmod(0o755)
        return str(path)

    def convert(self, **more: t.Any) -> Conversion:
        result = run_module("notebook_project_convert", {"projects": str(self.root / "projects.jsonl"), "dest": str(self.dest), **more})
        assert not result["failed"], result
        self.result = result
        (item,) = read_conversions(str(self.dest / "conversions.jsonl"))
        return item

    def with_tool(self, program: str, **more: t.Any) -> Conversion:
        return self.convert(tool="anaconda-project", executable=program, **more)

    @property
    def calls(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_steps_of_the_guide_on_a_copy(world: World) -> None:
    before = sorted(path.lstat().st_mtime_ns for path in world.project.rglob("*"))
    item = world.with_tool(world.program())
    assert [call[0] for call in world.calls] == ["init", "archive"]
    folder = world.calls[0][3]
    assert world.calls[0] == ["init", "-y", "--directory", folder]
    assert world.calls[1][2:] == ["--directory", folder]
    assert Path(folder).name == "sales"
    assert not Path(folder).exists(), "the copy is gone"
    assert sorted(path.lstat().st_mtime_ns for path in world.project.rglob("*")) == before
    with (world.dest / item.archive).open("rb") as stream:
        tree = read_tree(stream, "it")
    assert tree.digest == item.tree
    assert (tree.top, tree.links) == ("sales", {"link": "sub/other.ipynb"})
    ours = {"book.ipynb", "sub/other.ipynb", "run.sh", ".projectignore", "environment.yml", "anaconda-project.yml"}
    assert tree.files.keys() == ours, "what patterns leave out is not even in the copy"
    with tarfile.open(world.dest / item.archive) as tar:
        assert tar.getmember("sales/run.sh").mode & 0o100
        content = tar.extractfile("sales/anaconda-project.yml")
        assert content is not None
        assert YAML(typ="safe").load(content.read())["platforms"] == ["linux-64"], "our file, not the one that init wrote"


def test_both_ways_are_the_same_tree_and_a_second_run_calls_nothing(world: World) -> None:
    by_tool = world.with_tool(world.program())
    world.log.unlink()
    assert world.with_tool(world.program()).sha256 == by_tool.sha256
    assert not world.result["changed"]
    assert not world.log.exists()
    own = world.convert()
    assert own.tree == by_tool.tree
    assert own.resolution == by_tool.resolution


def test_a_project_with_a_file_of_its_own_is_not_initialised(world: World) -> None:
    (world.project / "anaconda-project.yml").write_text("name: sales\npackages: [python=2.7]\n")
    world.with_tool(world.program())
    assert [call[0] for call in world.calls] == ["archive"]


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        ("echo 'commands: something is wrong' >&2; exit 1", r"archive refused the project alice/sales: commands: something is wrong"),
        ('rm "$4/book.ipynb"; ' + PACK, "left 'book.ipynb' out of the archive of alice/sales"),
        ("exit 0", "did not make an archive of the project alice/sales"),
        ('echo no archive > "$2"', "is not an archive of a project"),
    ],
)
def test_what_the_tool_says_is_not_believed_blindly(world: World, archive: str, reason: str) -> None:
    item = world.with_tool(world.program(archive))
    assert item.state == "refused"
    assert reason in item.reason
    assert not list(world.dest.rglob("*.tar.gz*"))


def test_an_archive_of_the_tool_over_the_limit_is_refused(world: World) -> None:
    item = world.with_tool(world.program(PACK + '; head -c 20000 /dev/urandom >> "$2"'), max_bytes=20_000)
    assert "over the 20.0 kB" in item.reason


def test_without_the_program_the_reason_says_so(world: World) -> None:
    item = world.with_tool(str(world.root / "nowhere"))
    assert item.reason.endswith("does not run: No such file or directory; give the path of anaconda-project, or convert with tool own.")


@pytest.mark.skipif(REAL is None, reason="anaconda-project is not installed; set ANACONDA_PROJECT to its path")
def test_the_real_one_agrees(world: World) -> None:
    by_tool = world.with_tool(str(REAL))
    assert by_tool.state == "converted", by_tool.reason
    with (world.dest / by_tool.archive).open("rb") as stream:
        theirs = read_tree(stream, "it")
    own = world.convert()
    with (world.dest / own.archive).open("rb") as stream:
        ours = read_tree(stream, "it")
    assert dict(ours.files) == dict(theirs.files)
    assert (ours.links, ours.folders, ours.top) == (theirs.links, theirs.folders, theirs.top)
