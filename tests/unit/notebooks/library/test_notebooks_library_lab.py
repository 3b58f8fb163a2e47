# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries of the emulated AEN host: built or reported, brought to the emulated AE5, and installed there by a real client."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.run import audit_all
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.collect.run import collect
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library, read_libraries
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import findings_text, read_projects, read_sources
from tests.lab.ae5.server import Ae5Lab
from tests.lab.aen.host import AenLab
from tests.lab.conda_client import install
from tests.lab.packages import conda_package
from tests.unit.module_runner import run_module
from tests.unit.notebooks.library_world import Package
from tests.unit.transfer.transfer_world import PASSWORD, options

RISKUTILS, PLOTKIT = "/projects/quant/riskutils", "/opt/shared/R/src/plotkit"
FASTGRID, FASTGRID_INSTALLED = "/opt/shared/python/fastgrid", "/usr/local/lib/python2.7/site-packages"
OLDTOOLS = "/opt/shared/python/oldtools"
ENTRIES = [
    {"path": RISKUTILS},
    {"path": PLOTKIT, "also": ["/opt/shared/R/library/plotkit"]},
    {"path": FASTGRID, "also": [f"{FASTGRID_INSTALLED}/fastgrid"]},
    {"path": OLDTOOLS},
]
Result = t.Dict[str, t.Any]


class Aen:
    """The lab's host, collected and audited."""

    def __init__(self, base: Path) -> None:
        self.lab = AenLab(base / "root")
        keys = ("uses-riskutils-append", "uses-riskutils-insert", "uses-riskutils-site", "riskutils", "r-notebooks", "hooks-in-environment")
        for key in keys:
            self.lab.make(key)
        self.library = self.lab.path("riskutils")
        self.lists, self.dest = base / "lists", base / "dump" / ".libraries"
        collect(str(self.lab.projects_dir), [], "east", "aen", str(self.lists), str(self.lab.root / "etc/passwd"))
        head, projects = read_projects(str(self.lists / "projects.jsonl"))
        sources = read_sources(str(self.lists / "sources.jsonl"), head)
        (self.lists / "findings.jsonl").write_text("".join(findings_text(audit_all(projects, sources, head.root))))

    def close(self) -> None:
        """Takes from everybody but its owner the right to read the library's folders."""
        for base, _folders, _files in os.walk(self.library):
            os.chmod(base, 0o700)

    @property
    def channels(self) -> str:
        """The list of what AE5's channels hold: of none, until one is made."""
        path = self.lists / "channels.jsonl"
        path.touch()
        return str(path)

    def build(self, check: bool = False, **more: t.Any) -> Result:
        given = {
            "channels": self.channels,
            "projects": str(self.lists / "projects.jsonl"),
            "findings": str(self.lists / "findings.jsonl"),
            "dest": str(self.dest),
            "root": str(self.lab.root),
            "accounts": str(self.lab.root / "etc/passwd"),
            "libraries": ENTRIES,
            **more,
        }
        result = run_module("notebook_library_package", given, check=check, diff=True)
        assert not result["failed"], result["msg"]
        return result

    def rows(self) -> dict[str, Library]:
        return {library.path: library for library in read_libraries(str(self.dest / "libraries.jsonl"))}


@pytest.fixture
def aen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aen:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # check mode leaves its folder to the caller
    return Aen(tmp_path / "aen")


def test_each_library_of_the_host_is_built_or_reported_with_what_a_recipe_needs(aen: Aen) -> None:
    result = aen.build()
    rows = aen.rows()
    assert {path: row.state for path, row in rows.items()} == {
        RISKUTILS: "built",
        PLOTKIT: "reported",
        FASTGRID: "reported",
        OLDTOOLS: "reported",
    }
    assert rows[RISKUTILS].used_by == (
        "alice/uses-riskutils-append",
        "bob/uses-riskutils-insert",
        "bob2/hooks-in-environment",
        "carol/uses-riskutils-site",
    )
    assert (rows[RISKUTILS].name, rows[RISKUTILS].version, rows[RISKUTILS].spec) == ("riskutils", "1.4.2", "riskutils=1.4.2")
    assert rows[RISKUTILS].depends == ("numpy >=1.10", "pandas", "python")
    assert rows[RISKUTILS].imports == ("riskutils",)
    assert rows[PLOTKIT].recipe == {
        "name": "r-plotkit",
        "version": "0.8.1",
        "source": PLOTKIT,
        "depends": ["r-base >=3.2", "r-ggplot2 >=2.0"],
        "sources": [],
        "compilers": [],
        "license": "GPL-3",
        "installed": False,
    }
    assert rows[PLOTKIT].used_by == ("carol/r-notebooks",)
    assert "build a conda package of /opt/shared/R/src/plotkit that needs r-base >=3.2, r-ggplot2 >=2.0" in rows[PLOTKIT].why
    assert rows[FASTGRID].recipe == {
        "name": "fastgrid",
        "version": "2.1",
        "source": FASTGRID,
        "depends": ["python"],
        "sources": ["src/core.c"],
        "compilers": ["c"],
        "built": [],
    }
    assert rows[FASTGRID].used_by == ("carol/uses-riskutils-site",)
    assert f'{{"path": "{OLDTOOLS}", "name": "oldtools", "version": "1.0"}}' in rows[OLDTOOLS].why
    assert result["channels"] == [{"name": "libraries/riskutils", "privacy": "private"}]
    assert result["shares"] == [
        {"channel": "libraries/riskutils", "user": name, "access": "r"} for name in ("alice", "bob", "bob2", "carol")
    ]
    assert result["summary"] | {"seconds": 0, "bytes": 0} == {
        "libraries": 4,
        "built": 1,
        "reported": 3,
        "packages_changed": 1,
        "bytes": 0,
        "projects": 5,
        "unnamed": 2,
        "seconds": 0,
    }


def test_the_package_holds_the_library_and_nothing_else(aen: Aen) -> None:
    aen.build()
    row = aen.rows()[RISKUTILS]
    content = (aen.dest / row.package_path).read_bytes()
    assert (row.size, row.sha256, row.md5) == (len(content), hashlib.sha256(content).hexdigest(), hashlib.md5(content).hexdigest())
    package = Package(content)
    names = ("__init__.py", "cli.py", "core.py", "tables/levels.csv")
    assert package.payload == {f"site-packages/riskutils/{name}": (aen.library / "riskutils" / name).read_bytes() for name in names}
    assert package.json("index") == {
        "arch": None,
        "build": row.build,
        "build_number": 0,
        "depends": ["numpy >=1.10", "pandas", "python"],
        "name": "riskutils",
        "noarch": "python",
        "platform": None,
        "subdir": "noarch",
        "version": "1.4.2",
    }
    assert package.json("link") == {
        "noarch": {"type": "python", "entry_points": ["riskrun = riskutils.cli:main"]},
        "package_metadata_version": 1,
    }
    installed = {name: data for name, data in package.files.items() if not name.startswith("info/")}
    assert package.files["info/files"].decode().split("\n")[:-1] == sorted(installed)
    assert package.json("paths") == {
        "paths": [
            {"_path": name, "path_type": "hardlink", "sha256": hashlib.sha256(data).hexdigest(), "size_in_bytes": len(data)}
            for name, data in sorted(installed.items())
        ],
        "paths_version": 1,
    }
    assert package.json("about") == {"summary": "Value at risk, shared by three projects"}
    assert {(member.uid, member.uname) for member in package.members} == {(0, "")}
    assert len({member.mtime for member in package.members}) == 1


def test_nobody_reads_a_library_who_could_not_on_ae4(aen: Aen) -> None:
    aen.close()
    result = aen.build()
    row = aen.rows()[RISKUTILS]
    assert (row.users, result["shares"]) == ((), [])
    assert [name for name, _why in row.withheld] == ["alice", "bob", "bob2", "carol"]
    assert row.withheld[0][1] == f"on AE4 alice could not read {RISKUTILS}; to add readers, list all of them in users"
    assert any("is used by people who get no access to the channel libraries/riskutils" in text for text in result["warnings"])
    named = aen.build(libraries=[{"path": RISKUTILS, "users": ["alice"], "groups": ["Quants"]}])
    assert named["shares"] == [
        {"channel": "libraries/riskutils", "group": "Quants", "access": "r"},
        {"channel": "libraries/riskutils", "user": "alice", "access": "r"},
    ]


def test_a_second_run_writes_nothing_and_an_edited_library_gives_a_newer_file(aen: Aen) -> None:
    assert aen.build()["changed"]
    first = aen.rows()[RISKUTILS]
    before = {path: path.stat().st_mtime_ns for path in aen.dest.rglob("*")}
    again = aen.build()
    assert (again["changed"], again.get("diff", [])) == (False, [])
    assert {path: path.stat().st_mtime_ns for path in aen.dest.rglob("*")} == before
    (aen.library / "riskutils/core.py").write_text("def var(values):\n    return 2\n")
    checked = aen.build(check=True)
    assert checked["changed"]
    assert {path: path.stat().st_mtime_ns for path in aen.dest.rglob("*")} == before
    predicted = read_libraries(checked["report_path"])
    assert Path(checked["dest"], predicted[-1].package_path).is_file()
    shutil.rmtree(checked["dest"])
    done = aen.build()
    second = aen.rows()[RISKUTILS]
    assert (second, done["diff"]) == (predicted[-1], checked["diff"])
    assert second.file != first.file
    assert [path.name for path in (aen.dest / "noarch").iterdir()] == [second.file]
    assert f"- noarch/{first.file}" in done["diff"][0]["prepared"]


def test_what_the_audit_found_is_built_once_it_is_accepted(aen: Aen) -> None:
    result = aen.build(libraries=[])
    assert (result["libraries"], list(aen.dest.glob("noarch/*"))) == ([], [])
    assert [item["path"] for item in result["unnamed"]] == [
        "/opt/shared/R/library/plotkit",
        "/projects/carol/other",
        RISKUTILS,
        "/usr/local/lib",
        f"{FASTGRID_INSTALLED}/fastgrid",
    ]
    result = aen.build(libraries=[], accept=["/projects/quant/*", f"{FASTGRID_INSTALLED}*", "/opt/shared/R/*"])
    rows = aen.rows()
    assert sorted(rows) == ["/opt/shared/R/library/plotkit", RISKUTILS, f"{FASTGRID_INSTALLED}/fastgrid"]
    assert rows[RISKUTILS].state == "built"
    fastgrid = rows[f"{FASTGRID_INSTALLED}/fastgrid"]
    assert (fastgrid.state, fastgrid.language, fastgrid.version, fastgrid.recipe and fastgrid.recipe["built"]) == (
        *("reported", "compiled", "2.1", ["_core.so"]),
    )
    assert "find its sources" in fastgrid.why
    assert "holds an installed copy" in rows["/opt/shared/R/library/plotkit"].why


def test_the_library_without_metadata_is_built_from_its_entry(aen: Aen) -> None:
    entry = {"path": OLDTOOLS, "name": "oldtools", "version": "1.0", "requires": ["numpy=1.11"], "users": ["alice"]}
    aen.build(libraries=[entry])
    row = aen.rows()[OLDTOOLS]
    package = Package((aen.dest / row.package_path).read_bytes())
    assert package.payload == {"site-packages/oldtools.py": b"def old():\n    return 1\n"}
    assert package.json("index")["depends"] == ["numpy 1.11.*", "python"]
    assert (row.users, row.used_by) == (("alice",), ())


@pytest.fixture
def cluster(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        people = ["alice", "bob", "bob2", "carol", "dave"]
        lab.seed(users=[{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}, *people])
        yield lab


def bring(aen: Aen, cluster: Ae5Lab, result: Result, transport: str, check: bool = False) -> Result:
    """What the role does with the module's result: channels, packages, rights."""
    connection = options(cluster, transport)
    channel = run_module("channel", {**connection, "channels": result["channels"]}, check=check)
    sync = {"placements": result["placements_path"], "dump": result["dest"], "results": str(aen.lists / "transfer.jsonl")}
    synced = run_module("package_sync", {**connection, **sync}, check=check)
    share = run_module("channel_share", {**connection, "shares": result["shares"]}, check=check)
    for name, done in (("channel", channel), ("package_sync", synced), ("channel_share", share)):
        assert not done["failed"], (name, done.get("msg"))
    return synced


@pytest.mark.parametrize("transport", ["api", "cli"])
def test_package_sync_brings_the_files_as_they_are(aen: Aen, cluster: Ae5Lab, transport: str) -> None:
    if transport == "cli":
        cluster.set(cli_abilities="rich")
    result = aen.build()
    assert bring(aen, cluster, result, transport)["summary"]["uploaded"] == 1
    row = aen.rows()[RISKUTILS]
    state = cluster.state()["channels"]["libraries/riskutils"]
    assert state["privacy"] == "private"
    (file,) = state["files"]
    assert (file["file"], file["sha256"], file["subdir"]) == (row.file, row.sha256, "noarch")
    assert bring(aen, cluster, aen.build(), transport)["summary"]["present"] == 1


def test_a_predicted_transfer_needs_only_what_check_mode_wrote(aen: Aen, cluster: Ae5Lab) -> None:
    result = aen.build(check=True)
    sync = {"placements": result["placements_path"], "dump": result["dest"], "results": str(aen.lists / "transfer.jsonl")}
    predicted = run_module("package_sync", {**options(cluster, "api"), **sync}, check=True)
    assert (predicted["failed"], predicted["summary"]["uploaded"], cluster.writes()) == (False, 1, [])
    assert not aen.dest.exists()
    shutil.rmtree(result["dest"])


def python_of_lab(cluster: Ae5Lab, aen: Aen) -> None:
    """The packages that riskutils needs, as small as can be, in its own channel: a conda client solves with them."""
    for name, version in (("python", "3.11.7"), ("numpy", "1.26.0"), ("pandas", "2.1.0")):
        file, content = conda_package(name, version, "0")
        path = aen.dest / "linux-64" / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        digests = {"md5": hashlib.md5(content).hexdigest(), "sha256": hashlib.sha256(content).hexdigest()}
        placement = {"channel": "libraries/riskutils", "site": "east", "owner": "libraries", "package": name, "file": file}
        more = {"subdir": "linux-64", "size": len(content), "path": f"linux-64/{file}", **digests}
        with (aen.dest / "placements.jsonl").open("a") as stream:
            stream.write(json.dumps({**placement, **more}) + "\n")


def test_a_conda_client_installs_it_and_python_imports_it(aen: Aen, cluster: Ae5Lab, tmp_path: Path) -> None:
    result = aen.build()
    python_of_lab(cluster, aen)
    bring(aen, cluster, result, "api")
    row = aen.rows()[RISKUTILS]
    url = f"{cluster.url}/repository/conda/t/{cluster.conda_token('alice')}/libraries/riskutils"
    installed = install(url, row.spec, tmp_path / "client")
    assert installed["riskutils"] == row.sha256
    site = tmp_path / "client/prefix/lib/python3.11/site-packages"
    (site / "numpy").mkdir()  # the lab's numpy is an empty one
    (site / "numpy/__init__.py").write_text("def percentile(values, level):\n    return sorted(values)[0]\n")
    code = (
        "import importlib.metadata as m, os, riskutils;"
        "print(riskutils.__version__, riskutils.var([3, 1, 2]), m.version('riskutils'), m.distribution('riskutils').requires);"
        "print(open(os.path.join(os.path.dirname(riskutils.__file__), 'tables', 'levels.csv')).read().split())"
    )
    env = {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-S", "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1.4.2 1 1.4.2 ['numpy>=1.10', 'pandas']\n['level', '0.05']\n", "")
    program = tmp_path / "client/prefix/bin/riskrun"
    assert "from riskutils.cli import main" in program.read_text()
    with pytest.raises(Exception, match=r"403|401|404|fetch"):
        install(f"{cluster.url}/repository/conda/t/{cluster.conda_token('dave')}/libraries/riskutils", row.spec, tmp_path / "other")


def night(aen: Aen, cluster: Ae5Lab, transport: str) -> list[str]:
    """What the role does in a night; the requests that wrote."""
    before = len(cluster.writes())
    listed = run_module("notebook_channels", {**options(cluster, transport), "dest": aen.channels})
    assert not listed["failed"], listed["msg"]
    bring(aen, cluster, aen.build(), transport)
    return [request["route"] for request in cluster.writes()[before:]]


@pytest.mark.parametrize("transport", ["api", "cli"])
def test_each_state_of_a_library_wins_also_an_older_one_that_is_back(aen: Aen, cluster: Ae5Lab, tmp_path: Path, transport: str) -> None:
    """The time of the file goes back with its content, and the files get fewer: only the number tells clients what is newer."""
    if transport == "cli":
        cluster.set(cli_abilities="rich")
    core = aen.library / "riskutils/core.py"
    first, uploads = core.read_bytes(), "artifact_upload"
    url = f"{cluster.url}/repository/conda/t/{cluster.conda_token('alice')}/libraries/riskutils"
    rows = []
    for number, (content, when) in enumerate([(first, 1500000000), (b"def var(values):\n    return 2\n", 1400000000), (first, 1300000000)]):
        core.write_bytes(content)
        os.utime(core, (when, when))
        assert night(aen, cluster, transport).count(uploads) == 1
        assert night(aen, cluster, transport) == []
        os.utime(core, (when - 1, when - 1))
        assert night(aen, cluster, transport) == [], "a time is no change"
        row = aen.rows()[RISKUTILS]
        rows.append(row)
        assert row.build.endswith(f"_{number}")
        if number == 0:
            python_of_lab(cluster, aen)
            sync = {"placements": str(aen.dest / "placements.jsonl"), "dump": str(aen.dest), "results": str(aen.lists / "transfer.jsonl")}
            assert not run_module("package_sync", {**options(cluster, transport), **sync})["failed"]
        assert install(url, "riskutils", tmp_path / f"client{number}")["riskutils"] == row.sha256
    assert len({row.file for row in rows}) == 3
    assert rows[0].build[:-1] == rows[2].build[:-1]
    assert len(cluster.state()["channels"]["libraries/riskutils"]["files"]) == 3 + 3


def test_a_channel_that_cannot_be_read_gets_nothing(aen: Aen, cluster: Ae5Lab) -> None:
    night(aen, cluster, "api")
    before = aen.rows()[RISKUTILS]
    cluster.faults([{"method": "GET", "path": "/libraries/riskutils/noarch/repodata.json", "status": 403}])
    (aen.library / "riskutils/core.py").write_text("def var(values):\n    return 2\n")
    listed = run_module("notebook_channels", {**options(cluster, "api"), "dest": aen.channels})
    assert any("AE5 does not show what is in 1 channel (libraries/riskutils)" in text for text in listed["warnings"])
    result = aen.build()
    assert any("keeps the package of the last run: AE5 does not show what is in its channel" in text for text in result["warnings"])
    assert aen.rows()[RISKUTILS] == before


def test_nothing_of_the_library_is_run(aen: Aen) -> None:
    canary = aen.lab.root / "was-run"
    setup = aen.library / "setup.py"
    setup.write_text(f"open({str(canary)!r}, 'w').close()\n" + setup.read_text())
    aen.build()
    assert (aen.rows()[RISKUTILS].state, canary.exists()) == ("built", False)
