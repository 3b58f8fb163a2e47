# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated AEN host: what lies on its disk, and the programs it has."""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import typing as t
import zlib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.lab.aen.host import UNKNOWN_TO_AE5, AenLab
from tests.lab.aen.projects import ALL, by_name, table
from tests.lab.aen.spec import CANARY, GIB, MIB
from tests.lab.sites import east_site

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> AenLab:
    """A host with all its projects; nobody changes it."""
    lab = AenLab(tmp_path_factory.mktemp("aen") / "host")
    lab.make_all()
    return lab


@pytest.fixture
def lab(tmp_path: Path) -> AenLab:
    return AenLab(tmp_path / "host")


def tree(folder: Path) -> dict[str, t.Any]:
    """All that is below a folder: digests of files, targets of links, kinds of the rest, with modes and times."""
    found: dict[str, t.Any] = {}
    for base, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = os.path.join(base, name)
            info = os.lstat(path)
            content: t.Any = stat.S_IFMT(info.st_mode)
            if stat.S_ISLNK(info.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(info.st_mode) and info.st_size < 10 * MIB:
                content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            found[os.path.relpath(path, folder)] = (content, info.st_mode, info.st_size, info.st_mtime)
    return found


def run(program: Path, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", check=False, cwd=cwd, timeout=60)


# -- the projects


def test_every_project_is_there_and_no_other(whole):
    there = {f"{owner.name}/{folder.name}" for owner in whole.projects_dir.iterdir() for folder in owner.iterdir()}
    assert there == {f"{spec.owner}/{spec.folder}" for spec in ALL}
    assert len({spec.key for spec in ALL}) == len(ALL) >= 30
    assert all(spec.purpose for spec in ALL)


def test_the_readme_has_the_table():
    assert table() in (ROOT / "tests" / "lab" / "aen" / "README.md").read_text(encoding="utf-8")


def test_the_disk_stays_small(whole):
    used = sum(os.lstat(os.path.join(base, name)).st_blocks * 512 for base, _folders, files in os.walk(whole.root) for name in files)
    assert used < 60 * MIB


@pytest.mark.parametrize("key", ["plain-analysis", "links", "special-files", "ignore-files", "public-team", "pins-that-hold"])
def test_two_hosts_are_alike_and_making_again_replaces(lab, tmp_path, key):
    folder = lab.make(key)
    before = tree(folder)
    (folder / "left-over").touch()
    lab.edit(key)
    assert tree(folder) != before
    assert tree(lab.make(key)) == before
    assert tree(AenLab(tmp_path / "other").make(key)) == before


def test_a_project_is_found_by_key_path_or_folder():
    assert by_name("name-blank") is by_name("alice/Quarterly Report 2016") is by_name("Quarterly Report 2016")
    with pytest.raises(KeyError, match="several"):
        by_name("same-name")
    with pytest.raises(KeyError, match="no project"):
        by_name("nothing")


@pytest.mark.parametrize("spec", [spec for spec in ALL if spec.key not in ("half-written", "hostile-files")], ids=lambda spec: spec.key)
def test_notebooks_are_valid(whole, spec):
    nbformat = pytest.importorskip("nbformat")
    for path in whole.path(spec.key).rglob("*.ipynb"):
        nbformat.validate(nbformat.reader.reads(path.read_text(encoding="utf-8")))


def test_notebooks_that_are_not(whole):
    folder = whole.path("half-written")
    for name in ("cut", "empty"):
        with pytest.raises(json.JSONDecodeError):
            json.loads((folder / f"{name}.ipynb").read_text())
    with pytest.raises(RecursionError):
        json.loads((folder / "deep.ipynb").read_text())
    assert (folder / "folder.ipynb").is_dir()


# -- environments


def environments(lab: AenLab) -> t.Iterator[tuple[str, Path]]:
    for spec in ALL:
        for env in spec.envs:
            yield spec.key, lab.path(spec.key) / "envs" / env.name


def test_environments_look_real(whole):
    for key, prefix in environments(whole):
        if key in ("environment-elsewhere", "broken-environment"):
            continue
        records = [json.loads(path.read_text()) for path in (prefix / "conda-meta").glob("*.json")]
        assert len(records) >= 4, key
        assert (prefix / "conda-meta" / "history").read_bytes().startswith(b"==> 20")
        for record in records:
            assert record["fn"] == f"{record['name']}-{record['version']}-{record['build']}.tar.bz2"
            assert record["url"].endswith(f"{record['channel']}/{record['fn']}")
            assert all((prefix / file).is_file() for file in record["files"])
        kernels = list(prefix.glob("share/jupyter/kernels/*/kernel.json"))
        assert json.loads(kernels[0].read_text())["argv"][0].startswith(f"{whole.host_path(key)}/envs/")


def test_what_conda_put_into_site_packages_is_in_its_records(whole):
    """So pip's own packages are those whose metadata no record lists."""
    prefix = whole.path("pip-packages") / "envs" / "default"
    listed = {file for path in (prefix / "conda-meta").glob("*.json") for file in json.loads(path.read_text())["files"]}
    site = prefix / "lib" / "python2.7" / "site-packages"
    entries = {entry.name: entry for entry in site.iterdir() if entry.name.endswith(("-info", ".egg-link"))}
    own = {name for name, entry in entries.items() if not any(file.startswith(f"lib/python2.7/site-packages/{name}/") for file in listed)}
    assert own == {
        "prettyplotlib-0.1.7-py2.7.egg-info",
        "geocoder-1.22.1.dist-info",
        "oldstyle-0.9-py2.7.egg-info",
        "acme_internal-4.2.dist-info",
        "tracker-2.0.dist-info",
        "linked-lib.egg-link",
    }
    assert entries["oldstyle-0.9-py2.7.egg-info"].is_file()


def test_pins_of_the_demo_world_have_its_digests(whole):
    prefix = whole.path("pins-that-hold") / "envs" / "default"
    record = json.loads((prefix / "conda-meta" / "simplejson-3.10.0-py35_0.json").read_text())
    data = next(file.data() for _owner, package, file in east_site().files() if package.name == "simplejson")
    assert (record["md5"], record["sha256"]) == (hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest())
    broken = whole.path("pins-that-break") / "envs" / "default" / "conda-meta" / "iso8601-0.1.11-py35_0.json"
    data = next(file.data() for _owner, package, file in east_site().files() if package.name == "iso8601")
    assert json.loads(broken.read_text())["sha256"] != hashlib.sha256(data).hexdigest()


def test_the_active_environment(whole):
    def active(key: str) -> str:
        return str(json.loads((whole.path(key) / ".metadata.json").read_text())["env"])

    assert active("plain-analysis") == "/projects/alice/plain-analysis/envs/default"
    assert active("other-active").endswith("/envs/modelling")
    assert not (whole.path("active-is-gone") / "envs" / "default").exists()
    assert not (whole.path("no-environment") / ".metadata.json").exists()


def test_the_environment_files_that_are_there_already(whole):
    guide = (whole.path("MigrationExample") / "_env.yml").read_text()
    assert "\nprefix: /projects/anaconda/MigrationExample/envs/default\n" in guide
    assert guide.splitlines()[0].startswith("Using Anaconda API")
    assert "!!python/unicode" in (whole.path("tagged-environment-yml") / "environment.yml").read_text()
    assert not (whole.path("clean-env-yml") / "environment.yml").exists()
    ready = YAML().load((whole.path("ready-project") / "anaconda-project.yml").read_text())
    assert ready["platforms"] == ["linux-64", "osx-64", "win-64"]


# -- files


def test_sparse_files(whole):
    sizes = {name: whole.path(name).joinpath(file).stat() for name, file in BIG.items()}
    assert sizes["big-1200mb"].st_size == 1200 * MIB > GIB
    assert sizes["committed-100mb"].st_size > 100 * MIB
    assert all(info.st_blocks * 512 < MIB for info in sizes.values())


BIG = {"big-1200mb": "data/measurements.bin", "committed-100mb": "model.pkl"}


def test_links_and_special_files(whole):
    folder = whole.path("links")
    assert os.readlink(folder / "absolute.csv") == "/projects/alice/plain-analysis/README.md"
    assert (folder / "outside.csv").resolve() == whole.path("plain-analysis") / "README.md"
    assert (folder / "inside.csv").read_text() == "a\n1\n"
    with pytest.raises(OSError, match="symbolic links"):
        (folder / "circle-a").stat()
    special = whole.path("special-files")
    assert stat.S_ISFIFO((special / "pipe").stat().st_mode)
    assert stat.S_ISSOCK((special / "sock").stat().st_mode)
    assert (special / "twin.ipynb").samefile(special / "book.ipynb")
    assert os.readlink(whole.path("environment-elsewhere") / "envs" / "default") == "/opt/envs/shared27"


def test_absolute_paths_can_be_made_to_work(tmp_path):
    lab = AenLab(tmp_path / "host", host_root=str(tmp_path / "host"), projects="nfs/projects")
    lab.make("plain-analysis")
    folder = lab.make("links")
    assert folder == tmp_path / "host/nfs/projects/carol/links"
    assert (folder / "absolute.csv").read_text() == "# Plain\n"
    assert (folder / "absolute-inside.csv").read_text() == "a\n1\n"
    assert (lab.make("environment-elsewhere") / "envs/default/conda-meta").is_dir()
    book = (lab.make("uses-riskutils-append") / "book.ipynb").read_text()
    assert f"{lab.root}/nfs/projects/quant/riskutils" in book


def test_hostile_names(whole):
    names = set(os.listdir(os.fsencode(whole.path("hostile-files"))))
    assert {b"caf\xe9.txt", b"new\nline.txt", b"--help.py", b"README", b"readme"} <= names
    assert len([name for name in names if name.endswith("sumé.txt".encode()) or name.startswith("re\u0301".encode())]) == 2
    assert b"caf\xe9" in os.listdir(os.fsencode(whole.projects_dir / "mallory"))


def test_secrets_are_canaries_and_only_where_they_are_said_to_be(whole):
    said = {spec.key for spec in ALL for trap in spec.traps if trap.code in ("secret_file", "secret_in_code", "token_in_address")}
    found = set()
    for spec in ALL:
        for base, _folders, files in os.walk(whole.path(spec.key)):
            paths = [Path(base, name) for name in files]
            if any(path.is_file() and path.stat().st_size < MIB and CANARY.encode() in path.read_bytes() for path in paths):
                found.add(spec.key)
    assert found == said != set()


def test_no_text_keeps_a_mark(whole):
    for base, _folders, files in os.walk(whole.root):
        for path in (Path(base, name) for name in files):
            if path.is_symlink() or not path.is_file() or path.stat().st_size > MIB or "aentools" in base:
                continue
            for mark in (b"@PROJECT@", b"@PROJECTS@", b"@ROOT@", b"@REPO@", b"@CLOUD@"):
                assert mark not in path.read_bytes(), path


# -- git, ACLs, programs


def test_git_repositories(whole):
    folder = whole.path("committed-100mb") / ".git"
    config = configparser.ConfigParser()
    config.read(folder / "config")
    assert config['remote "origin"']["url"].startswith("ssh://git@git.aen.example.com/")
    head = (folder / "refs/heads/master").read_text().strip()
    commit = zlib.decompress((folder / "objects" / head[:2] / head[2:]).read_bytes())
    assert commit.startswith(b"commit ")
    if shutil.which("git"):
        git = ["git", "-c", "safe.directory=*", "-C", str(folder.parent)]
        assert subprocess.run([*git, "fsck", "--strict"], capture_output=True, check=False).returncode == 0
        listed = subprocess.run([*git, "ls-files"], capture_output=True, text=True, check=True).stdout.split()
        assert listed == ["book.ipynb", "model.pkl"]


def entries(text: str) -> dict[str, set[str]]:
    """Named users of ``getfacl -R`` by file."""
    found = {}
    for block in text.split("\n\n"):
        lines = block.splitlines()
        if lines:
            found[lines[0].removeprefix("# file: ")] = {
                line for line in lines if line.startswith("user:") and not line.startswith("user::")
            }
    return found


def test_team_rights_are_acls(whole):
    if not whole.acls:
        pytest.skip("this file system has no ACLs")
    folder = whole.path("public-team")
    found = entries(run(whole.getfacl, "-R", "-p", folder).stdout)
    everywhere = {"user:bob:rwx", "user:carol:r-x"}
    assert found[str(folder)] == {*everywhere, "user:bob2:rwx", "user:anaconda-user-2:rwx"}
    assert found[f"{folder}/closed"] == {*everywhere, "user:bob2:---", "user:anaconda-user-2:rwx"}
    assert found[f"{folder}/closed/sub"] == {*everywhere, "user:bob2:rwx", "user:anaconda-user-2:rwx"}
    assert found[f"{folder}/run.sh"] == {*everywhere, "user:bob2:rwx", "user:anaconda-user-2:r--"}
    assert stat.S_IMODE(folder.stat().st_mode) & 0o007 == 0o005
    private = whole.path("plain-analysis")
    assert stat.S_IMODE(private.stat().st_mode) & 0o007 == 0
    assert entries(run(whole.getfacl, private).stdout)[str(private)] == {"user:bob:rwx"}
    unknown = entries(run(whole.getfacl, whole.path("unknown-people")).stdout)
    assert unknown == {str(whole.path("unknown-people")): {"user:60100:rwx", "user:alice:r-x"}}
    assert "dave" in UNKNOWN_TO_AE5


def test_conda_exports(lab, tmp_path):
    folder = lab.make("pip-packages")
    shown = run(lab.conda, "env", "export", "-n", "default", cwd=folder)
    found = YAML(typ="safe").load(shown.stdout)
    assert found["prefix"] == "/projects/alice/pip-packages/envs/default"
    assert "numpy=1.11.3=py27_0" in found["dependencies"]
    assert {"pip": ["acme-internal==4.2", "geocoder==1.22.1", "oldstyle==0.9", "prettyplotlib==0.1.7", "tracker==2.0"]} in found[
        "dependencies"
    ]
    lab.switch_conda(tags=True, warnings=True)
    assert run(lab.conda, "env", "export", "-p", folder / "envs" / "default", "-f", tmp_path / "_env.yml").returncode == 0
    text = (tmp_path / "_env.yml").read_text()
    assert text.startswith("Using Anaconda API")
    assert "- !!python/unicode 'numpy=1.11.3=py27_0'" in text
    assert run(lab.conda, "env", "export", "-n", "nothing", cwd=folder).returncode == 1
    assert run(lab.conda, "env", "export", "-p", lab.make("broken-environment") / "envs/default").returncode == 1
    assert run(lab.conda, "--version").stdout == "conda 4.3.14\n"


# -- scale, and the lab as a whole


def test_many_projects(lab):
    made = lab.make_many(4, 100_000)
    assert [folder.name for folder in made] == ["bulk-0001", "bulk-0002", "bulk-0003", "bulk-0004"]
    contents = set()
    for folder in made:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        assert sum(path.stat().st_size for path in files) == 100_000
        data = [path.read_bytes() for path in files if path.suffix == ".dat"]
        contents.update(data)
        assert len(zlib.compress(data[0])) > 0.99 * len(data[0])
    assert len(contents) == 12


def test_the_command(tmp_path):
    command = [sys.executable, "-m", "tests.lab.aen", "--root", str(tmp_path / "host"), "--project", "links", "--project", "two-kernels"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    described = json.loads(done.stdout)
    assert described["host_projects"] == "/projects"
    assert sorted(os.listdir(described["projects_dir"])) == ["alice", "carol"]
