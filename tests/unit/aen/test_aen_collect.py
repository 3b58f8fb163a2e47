# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collecting notebook projects from a host's disk: hostile trees, environments, kernels; and nothing changes there."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._aen import files as collect_files
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.notebook import kernel_environment, read_notebook
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import parse_environment
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_names import is_safe, proposed_names

sys.path.insert(0, str(Path(__file__).parent))
from tests.unit.notebooks.notebooks_world import Host, conda_package, notebook  # noqa: E402


def fingerprint(root: Path) -> str:
    """Names, modes, times and bytes of everything below a folder."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        digest.update(f"{path} {status.st_mode} {status.st_mtime_ns} {status.st_size}".encode("utf-8", "surrogateescape"))
        if path.is_file() and not path.is_symlink():
            digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_collecting_changes_nothing_and_twice_gives_the_same_bytes(host: Host) -> None:
    path = host.project()
    (path / "a.ipynb").write_text(notebook("import numpy"))
    conda_package(path / "envs/default", "numpy", modules=["numpy"])
    before = fingerprint(host.root)
    host.collect()
    first = [(host.out / name).read_bytes() for name in ("projects.jsonl", "sources.jsonl")]
    host.collect()
    assert [(host.out / name).read_bytes() for name in ("projects.jsonl", "sources.jsonl")] == first
    assert fingerprint(host.root) == before


def test_patterns_choose_projects_and_links_and_hidden_folders_are_none(host: Host, tmp_path: Path) -> None:
    for name in ("alice/one", "alice/two", "bob/one", "bob/.hidden", ".cache/x", "lost+found/y"):
        host.project(name)
    (tmp_path / "elsewhere").mkdir()
    (host.root / "bob/linked").symlink_to(tmp_path / "elsewhere")
    (host.root / "README").write_text("x")
    assert sorted(host.collect()) == ["alice/one", "alice/two", "bob/one"]
    assert host.result.failures == ["bob/linked is a link to a folder, not a folder; what it leads to was not collected."]
    assert sorted(host.collect("alice/*", "*/one")) == ["alice/one", "alice/two", "bob/one"]
    assert sorted(host.collect("bob/o?e")) == ["bob/one"]


def test_a_root_that_is_not_there_ends_it(host: Host) -> None:
    host.root.rmdir()
    with pytest.raises(
        MigrationError, match=r"The folder of the projects .* cannot be read: No such file or directory; correct the option root"
    ):
        host.collect()
    assert not list(host.out.glob("*.jsonl"))


def test_a_folder_that_can_be_listed_and_not_entered_is_named(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.project("alice/open")
    host.project("bob/there")
    real = _safe_open.listing

    def refusing(fd: int) -> list[_safe_open.Found]:
        if os.readlink(f"/proc/self/fd/{fd}").endswith("/bob"):
            raise PermissionError(13, "Permission denied")
        return real(fd)

    monkeypatch.setattr(_safe_open, "listing", refusing)
    assert list(host.collect()) == ["alice/open"]
    assert host.result.failures == ["The projects of bob cannot be read: Permission denied; they were left out."]


def test_an_unreadable_project_is_named_and_the_others_are_collected(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.project("alice/closed")
    host.project("alice/open")
    real = os.open

    def refusing(path: object, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if str(path).endswith("alice/closed"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode, dir_fd=dir_fd)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refusing)
    assert list(host.collect()) == ["alice/open"]
    assert host.result.failures == ["The project alice/closed cannot be read: Permission denied; it was left out."]
    assert [problem.code for problem in host.result.head.problems] == ["project_unreadable"], "what the list lacks stands in its first line"


def test_sizes_kinds_and_links(host: Host, tmp_path: Path) -> None:
    path = host.project()
    (path / "data").mkdir()
    (path / "data/a.csv").write_text("1,2\n")
    (path / "data/b.npy").write_bytes(b"\x93NUMPY\0\0")
    (path / "utf16.txt").write_bytes("text".encode("utf-16"))
    with open(path / "sparse.bin", "wb") as stream:
        stream.truncate(150_000_000)
    for folder in (".git", "envs/default/lib", "services", "sub/.git"):
        (path / folder).mkdir(parents=True)
        (path / folder / "big").write_bytes(b"x" * 5000)
    os.mkfifo(path / "pipe")
    (tmp_path / "outside").write_text("x")
    for name, target in {
        "in": "data/a.csv",
        "out": "../../../outside",
        "none": "nowhere",
        "abs": str(path / "data/a.csv"),
        "env": "envs/default",
        "loop": "loop",
    }.items():
        (path / name).symlink_to(target)
    files = host.only().files
    assert (files.count, files.folders, files.links, files.others) == (4, 2, 6, 1)
    assert files.bytes == 150_000_000 + 4 + 8 + len("text".encode("utf-16"))
    assert [entry.path for entry in files.largest[:2]] == ["sparse.bin", "utf16.txt"]
    assert [entry.path for entry in files.large] == ["sparse.bin"]
    assert {entry.path for entry in files.binary} == {"sparse.bin", "data/b.npy"}
    assert {(entry.path, entry.link_ends) for entry in files.odd if entry.kind == "link"} == {
        ("abs", "inside"),
        ("env", "outside"),
        ("loop", "dangling"),
        ("none", "dangling"),
        ("out", "outside"),
    }
    assert [entry.path for entry in files.odd if entry.kind == "other"] == ["pipe"]


def test_code_of_cells_scripts_and_chunks_comes_with_its_place(host: Host) -> None:
    path = host.project()
    (path / "a.ipynb").write_text(notebook("x = 1\n", "", "!ls"))
    (path / ".ipynb_checkpoints").mkdir()
    (path / ".ipynb_checkpoints/a-checkpoint.ipynb").write_text(notebook("old"))
    (path / "run").write_text("#!/usr/bin/env python2.7\nprint 1\n")
    (path / "go").write_text("#!/bin/bash\nls\n")
    (path / "notes").write_text("no code\n")
    (path / "r.Rmd").write_text("# x\n\n```{r}\nlibrary(zoo)\n```\n")
    (path / "big.py").write_bytes(b"#" * (collect_files.MAX_SOURCE_BYTES + 1))
    project = host.only()
    assert [(s.path, s.language, s.cell, s.first_line, s.text) for s in host.sources] == [
        ("a.ipynb", "python", 1, 1, "x = 1\n"),
        ("a.ipynb", "python", 3, 1, "!ls"),
        ("go", "shell", None, 1, "#!/bin/bash\nls\n"),
        ("r.Rmd", "r", None, 4, "library(zoo)\n"),
        ("run", "python", None, 1, "#!/usr/bin/env python2.7\nprint 1\n"),
    ]
    assert [problem.detail for problem in project.problems] == ["The file big.py is larger than 5.0 MB and was not read."]
    assert [item.path for item in project.notebooks] == ["a.ipynb"]


def test_a_notebook_of_format_3_and_ones_that_are_none() -> None:
    old = '{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\\n", "b"], "language": "python"}]}]}'
    book, sources = read_notebook("o", "p", "a.ipynb", old.encode())
    assert (book.nbformat, book.kernel_language, [source.text for source in sources]) == (3, "python", ["a = 1\nb"])
    book, sources = read_notebook("o", "p", "a.ipynb", b'{"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}')
    assert (book.problems, book.nbformat, sources) == ((), 3, []), "Jupyter opens it as an empty one"
    for text, why in (("", "it is empty"), ("{", "it is not JSON"), ("[]", "it has no cells"), ("[" * 100_000, "it is not JSON")):
        book, sources = read_notebook("o", "p", "a.ipynb", text.encode())
        assert [problem.detail for problem in book.problems] == [f"The notebook a.ipynb cannot be read: {why}."]
        assert sources == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ipynb", '{"worksheets": [{"cells": 5}, 7]}'),
        (".metadata.json", "[" * 100_000),
        ("x.ipynb", '{"cells": [{"source": [1, {}]}, 3]}'),
    ],
)
def test_a_file_of_one_project_ends_nothing(host: Host, name: str, text: str) -> None:
    (host.project("mallory/p") / name).write_text(text)
    host.project("alice/q")
    assert set(host.collect()) == {"mallory/p", "alice/q"}


@pytest.mark.parametrize(
    ("name", "display", "env"),
    [
        ("conda-env-modelling-py", "Python [conda env:modelling]", "modelling"),
        ("conda-env-my-env-r", "R [conda env:my-env]", "my-env"),
        ("conda-root-py", "Python [conda root]", "root"),
        ("Python [Root]", "Python [Root]", "root"),
        ("Python [default]", "Python [default]", "default"),
        ("python3", "Python [conda env:py35] *", "py35"),
        ("python2", "Python 2", ""),
        ("ir", "R", ""),
        ("", "", ""),
    ],
)
def test_a_kernels_name_tells_its_environment(name: str, display: str, env: str) -> None:
    assert kernel_environment(name, display) == env


def test_a_kernel_named_after_project_and_environment_is_that_environment(host: Host) -> None:
    path = host.project("alice/sales")
    conda_package(path / "envs/py35", "python", "3.5.2")
    (path / "a.ipynb").write_text(notebook("1", kernel=("conda-env-sales-py35-py", "Python [conda env:sales-py35]", "python")))
    assert host.only().notebooks[0].kernel_env == "py35"


def test_an_environment_is_read_from_its_own_records(host: Host) -> None:
    prefix = host.project() / "envs/default"
    conda_package(prefix, "python", "3.5.2")
    conda_package(
        prefix,
        "numpy",
        "1.11.3",
        ["numpy"],
        build="py35_0",
        url="http://me:pw@repo.example.com:8080/conda/t/tk-secret/team/linux-64/numpy-1.11.3-py35_0.tar.bz2",
        md5="AB" * 16,
        sha256="cd" * 32,
    )
    conda_package(prefix, "r-zoo", r=["zoo"])
    (prefix / "conda-meta/torn-1-0.json").write_text("{")
    site = prefix / "lib/python3.5/site-packages"
    for name, metadata in {
        "tool-2.0.dist-info/METADATA": "Name: Tool\nVersion: 2.0\n",
        "old.egg-info": "Name: old\nVersion: 0.9\n",
    }.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(metadata)
    (site / "tool-2.0.dist-info/direct_url.json").write_text('{"url": "https://u:pw@git.example.com/tool", "vcs_info": {"vcs": "git"}}')
    (site / "tool-2.0.dist-info/RECORD").write_text("toolbox/__init__.py,,\ntool-2.0.dist-info/METADATA,,\n")
    for module in ("toolbox", "copied"):
        (site / module).mkdir()
    (site / "linked.egg-link").write_text("/projects/team/linked\n.\n")
    (host.root / "shared").mkdir()
    (host.root / "shared/teamlib.py").write_text("")
    (site / "team.pth").write_text(f"{host.root}/shared\nimport nothing\n")
    (prefix / "lib/R/library/mine").mkdir()
    (env,) = host.collect("alice/*")["alice/p"].environments
    assert (env.name, env.python, env.source, env.active) == ("default", "3.5.2", "conda-meta", False)
    by_name = {package.name: package for package in env.conda}
    numpy = by_name["numpy"]
    assert (numpy.version, numpy.build, numpy.subdir) == ("1.11.3", "py35_0", "linux-64")
    assert numpy.channel == "http://repo.example.com:8080/conda/team"
    assert numpy.url == "http://repo.example.com:8080/conda/team/linux-64/numpy-1.11.3-py35_0.tar.bz2"
    assert (numpy.md5, numpy.sha256) == ("ab" * 16, "cd" * 32)
    assert {(p.name, p.version, p.origin, p.location) for p in env.pip} == {
        ("Tool", "2.0", "vcs", "git+https://git.example.com/tool"),
        ("old", "0.9", "", ""),
        ("linked", "", "editable", "/projects/team/linked"),
    }
    assert env.modules == {"copied": "", "numpy": "conda:numpy", "toolbox": "pip:Tool", "teamlib": f"path:{host.root}/shared"}
    assert env.r_libraries == {"mine": "", "zoo": "conda:r-zoo"}
    assert [problem.code for problem in env.problems] == ["package_unreadable", "path_file"]
    written = (host.out / "projects.jsonl").read_text()
    assert "tk-secret" not in written
    assert ":pw@" not in written


def test_the_active_environment_and_those_that_are_elsewhere(host: Host, tmp_path: Path) -> None:
    path = host.project()
    for name in ("default", "py35"):
        conda_package(path / "envs" / name, "python", "3.5.2")
    (path / ".metadata.json").write_text('{"env": "/projects/alice/p/envs/py35"}')
    shared = tmp_path / "anaconda"
    conda_package(shared / "envs/team", "python", "3.6.1")
    conda_package(shared, "python", "2.7.13")
    (path / "run.sh").write_text(f"{shared}/envs/team/bin/python x.py\n{shared}/bin/python y.py\n{tmp_path}/gone/envs/x/bin/python\n")
    (path / "envs/linked").symlink_to(shared / "envs/team")
    project = host.only()
    assert project.active_environment == "py35"
    assert {env.name: env.python for env in project.environments} == {
        "default": "3.5.2",
        "linked": "3.6.1",
        "py35": "3.5.2",
        "root": "2.7.13",
        "team": "3.6.1",
    }
    linked = next(env for env in project.environments if env.name == "linked")
    assert [problem.code for problem in linked.problems] == ["env_link"]


def test_an_active_environment_that_is_gone_is_named(host: Host) -> None:
    path = host.project()
    (path / ".metadata.json").write_text('{"env": "/projects/alice/p/envs/deleted"}')
    conda_package(path / "envs/backup", "python", "3.5.2")
    project = host.only()
    assert project.active_environment == ""
    assert project.environment is not None
    assert [problem.detail for problem in project.problems] == [
        "Its active environment /projects/alice/p/envs/deleted is not there any more."
    ]


GUIDE_SAMPLE = """\
Using Anaconda Cloud api site https://api.anaconda.org
- wakari
- r
- https://conda.anaconda.org/t/tk-1/wakari
- defaults
- anaconda-adam
prefix: /projects/anaconda/MigrationExample/envs/default
- _license=1.1=py27_1
- accelerate=2.3.1=np111py27_0
Warning: something went wrong
- python=2.7.13=0
"""
TAGGED = """\
name: !!python/unicode 'team'
channels: !!python/tuple
- !!python/unicode 'defaults'
dependencies:
- !!python/unicode 'numpy=1.11.3=py27_0'
- r::r-base=3.3.2
- pandas>=0.19
- pip:
  - prettyplotlib==0.1.7
  - git+https://u:pw@git.example.com/tool.git#egg=tool
  - -e /projects/team/lib
# - no=1
"""


def test_exported_files_are_read_as_the_guide_shows_them() -> None:
    env = parse_environment(GUIDE_SAMPLE, "export", "_env.yml")
    assert (env.name, env.python) == ("default", "2.7.13")
    assert env.channels == ("wakari", "r", "https://conda.anaconda.org/wakari", "defaults", "anaconda-adam")
    assert [(p.name, p.version, p.build) for p in env.conda] == [
        ("_license", "1.1", "py27_1"),
        ("accelerate", "2.3.1", "np111py27_0"),
        ("python", "2.7.13", "0"),
    ]
    env = parse_environment(TAGGED, "file", "environment.yml")
    assert (env.name, env.channels) == ("team", ("defaults",))
    assert [(p.channel, p.name, p.version, p.build) for p in env.conda] == [
        ("", "numpy", "1.11.3", "py27_0"),
        ("r", "r-base", "3.3.2", ""),
        ("", "pandas", ">=0.19", ""),
    ]
    assert [(p.name, p.version, p.origin, p.location) for p in env.pip] == [
        ("prettyplotlib", "0.1.7", "", ""),
        ("tool", "", "vcs", "git+https://git.example.com/tool.git"),
        ("lib", "", "editable", "/projects/team/lib"),
    ]


def test_a_file_adds_its_channels_to_the_environment_of_its_name(host: Host) -> None:
    path = host.project()
    conda_package(path / "envs/default", "numpy", modules=["numpy"])
    (path / "_env.yml").write_text(GUIDE_SAMPLE)
    (env,) = host.only().environments
    assert (env.source, env.file) == ("conda-meta", "_env.yml")
    assert env.channels[0] == "http://repo.example.com:8080/conda/anaconda"
    assert "anaconda-adam" in env.channels


def test_names_that_ae5_does_not_take_get_a_proposal_of_their_own(host: Host) -> None:
    names = ["my project", "my-project", "my  project", "étude", "plan:b", "-rf", "東京", "ok_1.2", "n" * 250]
    proposals = proposed_names(names)
    assert len({proposal.lower() for proposal in proposals.values()}) == len(names)
    assert all(is_safe(proposal) for proposal in proposals.values())
    assert (proposals["my-project"], proposals["ok_1.2"]) == ("my-project", "ok_1.2")
    assert {proposals["my project"], proposals["my  project"]} == {"my-project-2", "my-project-3"}
    assert (proposals["étude"], proposals["plan:b"], proposals["-rf"], proposals["東京"]) == ("etude", "plan-b", "rf", "project")
    host.project("alice/my project")
    (problem,) = host.only().problems
    assert (problem.code, problem.detail) == (
        "name_blank",
        "The name 'my project' has blanks, which AE5 does not accept; 'my-project' would work.",
    )


def test_names_of_files_that_hurt_are_kept(host: Host) -> None:
    path = host.project()
    for name in (b"caf\xe9.py", b"two\nlines.py", b"{{ 1 }}.py", b"-rf.py"):
        (path / os.fsdecode(name)).write_text("import os\n")
    host.only()
    assert {source.path for source in host.sources} == {"caf\udce9.py", "two\nlines.py", "{{ 1 }}.py", "-rf.py"}
