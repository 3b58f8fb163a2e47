# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit: findings about whole projects, sentences, secrets, order; and both modules as Ansible starts them."""

from __future__ import annotations

import dataclasses
import json
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    BLOCKER,
    INFO,
    WARNING,
    CondaPackage,
    Environment,
    FileEntry,
    Files,
    Finding,
    Git,
    Notebook,
    PipPackage,
    Project,
    Source,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.code import masked
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.installs import system_replacement
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.project import audit_project
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.run import audit, audit_all, local_modules
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import read_findings
from tests.unit.module_runner import run_module

sys.path.insert(0, str(Path(__file__).parent))
from tests.unit.notebooks.notebooks_world import conda_package, notebook  # noqa: E402

MB = 1000**2
Result = dict[str, t.Any]
DEFAULT = Environment(
    "default",
    "/projects/alice/p/envs/default",
    True,
    "3.5.2",
    "conda-meta",
    conda=(CondaPackage("numpy", "1.11"),),
    modules={"numpy": "conda:numpy"},
)


def project(**values: object) -> Project:
    given = {"environments": (DEFAULT,), "active_environment": "default", **values}
    return Project("aen", "east", "alice", "p", "/projects/alice/p", "p", **given)  # type: ignore[arg-type]


def about(item: Project, limit: int = 1000 * MB) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in audit_project(item, limit):
        found.setdefault(finding.rule, []).append(finding)
    return found


def code(text: str, path: str = "a.py", language: str = "python", **values: object) -> list[Finding]:
    return audit(project(**values), [Source("alice", "p", path, language, text)], "/projects")


def test_a_project_with_nothing_wrong_has_no_finding() -> None:
    clean = project(notebooks=(Notebook("a.ipynb", 4, "python3", "Python 3", "python", "", 1),), files=Files(1, 10))
    assert audit(clean, [Source("alice", "p", "a.ipynb", "python", "import numpy\n", 1)], "/projects") == []


def test_the_name_is_a_blocker_with_the_proposal() -> None:
    (finding,) = about(project(problems=(Problem("name_blank", "The name 'p q' has blanks; 'p-q' would work."),)))["project-name"]
    assert (finding.severity, finding.what) == (BLOCKER, "The name 'p q' has blanks; 'p-q' would work.")


def test_sizes() -> None:
    large = FileEntry("data/x.bin", "file", 1200 * MB, binary=True)
    files = Files(
        2,
        1200 * MB + 5,
        largest=(large, FileEntry("a", "file", 5)),
        large=(large,),
        binary_count=1,
        binary_bytes=1200 * MB,
        binary=(large,),
    )
    found = about(project(files=files, git=Git(True, 1, 3, (large, FileEntry("gone.bin", "file", 101 * MB)))))
    (finding,) = found["archive-too-large"]
    assert finding.severity == BLOCKER
    assert finding.what == "The project holds 1.2 GB without its environments, more than the 1.0 GB that AE5 accepts."
    assert finding.evidence == "data/x.bin 1.2 GB, a 5 B"
    assert [(item.path, item.what) for item in found["large-file"]] == [
        ("data/x.bin", "The file data/x.bin has 1.2 GB and git has committed it."),
        ("gone.bin", "The file gone.bin has 101 MB in git."),
    ]
    assert [(item.severity, item.what) for item in found["binary-data"]] == [
        (WARNING, "The project holds 1 binary file of 1.2 GB (data/x.bin).")
    ]
    assert found["git-history"][0].severity == INFO
    assert "archive-too-large" not in about(project(files=files), limit=2000 * MB)
    small = Files(1, 10, binary_count=1, binary_bytes=10, binary=(FileEntry("b", "file", 10),))
    assert about(project(files=small))["binary-data"][0].severity == INFO


def test_environments_and_channels_and_pip() -> None:
    env = dataclasses.replace(
        DEFAULT,
        channels=("wakari", "defaults", "https://conda.anaconda.org/team", "https://repo.continuum.io/pkgs/free"),
        conda=(CondaPackage("numpy", channel="wakari"), CondaPackage("x", channel="file:///tmp/builds")),
        pip=(PipPackage("tool", "1.0"), PipPackage("own", "", "editable", "/projects/team/own")),
        modules={"numpy": "conda:numpy", "loose": ""},
        problems=(
            Problem("path_file", "/opt/team"),
            Problem("env_link", "Its folder is a link to /opt/e."),
            Problem("package_unreadable", "Torn."),
        ),
    )
    other = dataclasses.replace(DEFAULT, name="py2", prefix="/projects/alice/p/envs/py2", active=False)
    found = about(project(environments=(env, other)))
    assert {(item.subject, item.severity) for item in found["environment-channel"]} == {
        ("wakari", INFO),
        ("https://conda.anaconda.org/team", WARNING),
        ("https://repo.continuum.io/pkgs/free", INFO),
        ("file:///tmp/builds", WARNING),
    }
    assert [item.what for item in found["environment-channel"] if item.subject == "wakari"] == [
        "In the environment, 1 package comes from the channel wakari."
    ]
    assert [(item.subject, item.evidence) for item in found["pip-package"]] == [("tool", "tool==1.0")]
    assert [item.what for item in found["pip-elsewhere"]] == ["The Python package own was installed from /projects/team/own."]
    assert [item.subject for item in found["module-by-hand"]] == ["loose"]
    assert [item.subject for item in found["path-file"]] == ["/opt/team"]
    assert [item.what for item in found["shared-environment"]] == [
        "The environment default is outside the project: its folder is a link to /opt/e."
    ]
    assert [item.what for item in found["environment-damaged"]] == ["The environment default could be read only partly: Torn."]
    assert [item.what for item in found["several-environments"]] == [
        "The project has several environments (default, py2); only default goes with it."
    ]


def test_no_environment_and_a_shared_one() -> None:
    book = (Notebook("a.ipynb", 4, cells=1),)
    missing = (Problem("active_missing", "Its active environment /x is not there any more."),)
    assert [item.what for item in about(project(environments=(), notebooks=book, problems=missing))["no-environment"]] == [
        "The project has no environment of its own that could be read: Its active environment /x is not there any more."
    ]
    assert about(project(environments=())) == {}
    team = dataclasses.replace(DEFAULT, name="team", prefix="/opt/anaconda/envs/team")
    assert [item.what for item in about(project(environments=(team,), active_environment="team"))["shared-environment"]] == [
        "The environment team is outside the project in /opt/anaconda/envs/team."
    ]


def test_notebooks_that_disagree_and_kernels_that_are_not_there() -> None:
    books = (
        Notebook("a.ipynb", 4, "python3", "", "python", "", 1),
        Notebook("none.ipynb", 4, "", "", "", "", 1),
        Notebook("same.ipynb", 4, "conda-env-default-py", "", "python", "default", 1),
    )
    assert about(project(notebooks=books)) == {}
    more = (
        Notebook("r.ipynb", 4, "ir", "R", "r", "", 1),
        Notebook("gone.ipynb", 4, "conda-env-gone-py", "Python [conda env:gone]", "python", "gone", 1),
        Notebook("root.ipynb", 4, "Python [Root]", "Python [Root]", "python", "root", 1),
        Notebook("py2.ipynb", 4, "python2", "Python 2", "python", "", 1),
        Notebook("bad.ipynb", problems=(Problem("notebook_unreadable", "The notebook bad.ipynb cannot be read: it is empty."),)),
    )
    found = about(project(notebooks=books + more))
    (finding,) = found["notebooks-disagree"]
    assert finding.subject == "python 2, python in default, python in gone, python in root, r in default"
    assert [(item.subject, item.path) for item in found["kernel-unknown"]] == [("gone", "gone.ipynb"), ("root", "root.ipynb")]
    assert found["kernel-unknown"][1].what == "The notebook runs in the environment root, which is the host's own installation."
    assert [item.path for item in found["unreadable-notebook"]] == ["bad.ipynb"]


def test_links_special_files_and_rights() -> None:
    odd = (
        FileEntry("a", "link", target="/data/x", link_ends="outside"),
        FileEntry("b", "link", target="gone", link_ends="dangling"),
        FileEntry("c", "link", target="/projects/alice/p/d", link_ends="inside"),
        FileEntry("pipe", "other"),
    )
    found = about(project(files=Files(1, 1, odd=odd), public=True, acl_exceptions=("closed",)))
    assert [item.what for item in found["link"]] == [
        "The link a points outside the project (/data/x).",
        "The link b leads nowhere (gone).",
        "The link c uses an absolute path to a file of the project (/projects/alice/p/d), which is different on AE5.",
    ]
    assert [item.subject for item in found["special-file"]] == ["pipe"]
    assert len(found["rights"]) == 2


def test_what_to_do_names_the_replacement() -> None:
    (odbc,) = code('import numpy\nc = connect("DRIVER={Cloudera ODBC Driver for Impala};PWD=hush")\n')
    assert odbc.advice.endswith(" Impala is reached through Thrift with the conda package impyla.")
    assert "hush" not in str(odbc.to_json())
    assert odbc.why.endswith("(Vendor guide: Connecting to external data sources.)")
    (package,) = code("yum install -y unixODBC-devel\n", "x.sh", "shell")
    assert (package.subject, package.what) == ("unixODBC-devel", "The code installs unixODBC-devel with yum.")
    assert package.advice.endswith(" The conda package unixodbc can replace it.")
    (unknown,) = code("apt-get install -y made-up-thing\n", "x.sh", "shell")
    assert unknown.advice.endswith(" Check whether a conda package provides it, or build one.")
    assert (system_replacement("build-essential"), system_replacement("gcc-7"), system_replacement("made-up")) == (
        "gcc_linux-64 gxx_linux-64 make",
        "gcc_linux-64",
        "",
    )


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("connect(password='hunter2')", "hunter2"),
        ("PWD=hunter2;UID=me", "hunter2"),
        ("https://me:hunter2@example.com/x", "hunter2"),
        ("http://repo/conda/t/hunter2/team", "hunter2"),
        ("sqlplus scott/hunter2@X", "hunter2"),
        ("mysql -u me -phunter2 x", "hunter2"),
        ("API_KEY = 'hunter2'", "hunter2"),
        ("export GITHUB_TOKEN=hunter2", "hunter2"),
    ],
)
def test_secrets_are_blotted_out(text: str, secret: str) -> None:
    assert secret not in masked(text)
    assert "***" in masked(text)


def test_modules_of_the_project_itself_are_known() -> None:
    sources = [
        Source("alice", "p", "lib/tools.py", "python", ""),
        Source("alice", "p", "a.ipynb", "python", "%%writefile made.py\nx = 1\n", 1),
        Source("alice", "p", "a.ipynb", "python", "import tools, lib, made, other", 2),
    ]
    assert local_modules(sources) == {"lib", "tools", "made"}
    assert [(item.rule, item.subject) for item in audit(project(), sources, "/projects")] == [("import-not-listed", "other")]


def test_imports_are_held_against_the_kernels_own_environment() -> None:
    torch = dataclasses.replace(DEFAULT, name="deep", modules={"torch": "conda:pytorch"}, conda=(CondaPackage("pytorch"),), active=False)
    books = (Notebook("a.ipynb", 4, kernel_env="deep", kernel_language="python", cells=1),)
    item = project(environments=(DEFAULT, torch), notebooks=books)
    found = audit(item, [Source("alice", "p", "a.ipynb", "python", "import torch\nimport numpy\n", 1)], "/projects")
    assert [finding.subject for finding in found if finding.rule == "import-not-listed"] == ["numpy"]


def test_an_environment_known_by_a_list_only_is_held_against_names() -> None:
    listed = Environment(
        "default", source="file", conda=(CondaPackage("scikit-learn"), CondaPackage("python", "2.7")), pip=(PipPackage("My_Tool"),)
    )
    found = code("import sklearn, my_tool, pandas\n", environments=(listed,))
    assert [finding.subject for finding in found if finding.rule == "import-not-listed"] == ["pandas"]
    everything = dataclasses.replace(listed, conda=(CondaPackage("anaconda"),))
    assert [finding.rule for finding in code("import pandas\n", environments=(everything,))] == ["pip-package"]


def test_sources_go_to_their_projects_whatever_project_has_none() -> None:
    projects = [dataclasses.replace(project(), owner=owner) for owner in ("a", "b", "c")]
    sources = [Source("a", "p", "x.py", "python", "import pyodbc"), Source("c", "p", "x.py", "python", "import jaydebeapi")]
    found = [(item.owner, item.rule) for item in audit_all(projects, sources, "/projects") if item.rule != "import-not-listed"]
    assert found == [("a", "odbc"), ("c", "jdbc")]


def host(tmp_path: Path) -> Path:
    path = tmp_path / "projects/alice/p"
    path.mkdir(parents=True)
    path.chmod(0o750)
    (path / "a.ipynb").write_text(notebook("!yum install -y graphviz"))
    conda_package(path / "envs/default", "numpy", modules=["numpy"])
    return tmp_path


def collect_and_audit(root: Path, **more: bool) -> tuple[Result, Result]:
    dest = root / "out"
    first = run_module("notebook_project_info", {"root": str(root / "projects"), "dest": str(dest), "host": "aen"})
    files = {name: str(dest / f"{name}.jsonl") for name in ("projects", "sources", "findings")}
    return first, run_module("notebook_audit", files, **more)


def test_both_modules_as_ansible_starts_them(tmp_path: Path) -> None:
    root = host(tmp_path)
    first, second = collect_and_audit(root, check=True, diff=True)
    assert not first["changed"]
    assert {key: first["summary"][key] for key in ("projects", "notebooks", "sources")} == {
        "projects": 1,
        "notebooks": 1,
        "sources": 1,
    }
    assert second["changed"]
    assert not (root / "out/findings.jsonl").exists()
    assert "+ warning alice/p a.ipynb cell 1 line 1: The code installs graphviz with yum." in json.dumps(second["diff"])
    _first, third = collect_and_audit(root)
    assert third["changed"]
    assert third["summary"]["rules"] == {"environment-channel": 1, "system-package": 1}
    assert [item.rule for item in read_findings(str(root / "out/findings.jsonl"))] == ["environment-channel", "system-package"]
    _first, fourth = collect_and_audit(root)
    assert not fourth["changed"]


def test_check_mode_of_collecting_writes_elsewhere(tmp_path: Path) -> None:
    root = host(tmp_path)
    run = run_module("notebook_project_info", {"root": str(root / "projects"), "dest": str(root / "out")}, check=True)
    assert not (root / "out").exists()
    assert Path(run["projects_path"]).parent == Path(run["dest"])
    assert len(Path(run["projects_path"]).read_text().splitlines()) == 2
