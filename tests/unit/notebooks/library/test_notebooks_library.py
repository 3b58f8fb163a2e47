# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared libraries become packages: what is in them, what is left out, and what is refused."""

from __future__ import annotations

import hashlib
import os
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.read import Identity, read_package
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Environment
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.package import Content, build_package
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library, read_libraries
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import read_placements
from tests.lab.aen.spec import CANARY
from tests.unit.notebooks.library_world import ENTRY, RISK, WHEN, Libraries, Package


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Libraries:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # check mode leaves its folder to the caller
    return Libraries(tmp_path)


def payload(host: Libraries, entry: t.Mapping[str, t.Any], **options: t.Any) -> set[str]:
    library = host.one(entry, **options)
    assert library.state == "built", library.why
    return set(host.package(library).payload)


# -- what goes into a package


def test_a_package_is_taken_whole_without_what_no_package_holds(host: Libraries) -> None:
    more = {
        "risk/data/a.csv": "1\n",
        "risk/deep/tests/test_a.py": "",
        "risk/a.pyc": b"\x03\xf3",
        "risk/__pycache__/a.cpython-38.pyc": b"",
        "risk/.hidden": "",
        "risk/.ipynb_checkpoints/a.py": "",
        "risk.egg-info/PKG-INFO": "Name: wrong\nVersion: 0\n",
        ".git/config": "",
        "tests/test_risk.py": "",
        "build/lib/risk/__init__.py": "",
        "docs/conf.py": "",
        "README": "",
    }
    host.library("/opt/risk", {**RISK, **more})
    assert payload(host, ENTRY) == {
        "site-packages/risk/__init__.py",
        "site-packages/risk/data/a.csv",
        "site-packages/risk/deep/tests/test_a.py",
    }


@pytest.mark.parametrize(
    ("setup", "files", "inside"),
    [
        (
            "packages=find_packages('src')",
            {"src/a/__init__.py": "", "src/a/b/__init__.py": "", "src/c.py": ""},
            {"a/__init__.py", "a/b/__init__.py"},
        ),
        ("packages=find_packages(exclude=['x*'])", {"a/__init__.py": "", "x/__init__.py": "", "tests/__init__.py": ""}, {"a/__init__.py"}),
        ("packages=['a'], package_dir={'a': 'lib'}", {"lib/__init__.py": "", "lib/d.txt": ""}, {"a/__init__.py", "a/d.txt"}),
        ("packages=['n.a']", {"n/a/__init__.py": "", "n/other/__init__.py": ""}, {"n/a/__init__.py"}),
        ("packages=['a'], package_dir={'': 'src'}", {"src/a/__init__.py": "", "a/__init__.py": "old"}, {"a/__init__.py"}),
        ("py_modules=['m']", {"m.py": "", "other.py": ""}, {"m.py"}),
        ("py_modules=['m', 'gone']", {"m.py": ""}, {"m.py"}),
        ("packages=read()", {"a/__init__.py": "", "prog.py": ""}, {"a/__init__.py"}),
        ("description='x'", {"src/a/__init__.py": "", "tool.py": ""}, {"a/__init__.py"}),
        ("description='x'", {"m.py": "", "conftest.py": "", "test_m.py": ""}, {"m.py"}),
    ],
)
def test_the_packages_are_those_that_setup_py_names(host: Libraries, setup: str, files: dict[str, str], inside: set[str]) -> None:
    host.library("/opt/lib", {"setup.py": f"setup(name='a', version='1', {setup})\n", **files})
    assert payload(host, {"path": "/opt/lib"}) == {f"site-packages/{name}" for name in inside}


def test_a_folder_that_is_the_package_itself(host: Libraries) -> None:
    host.library("/opt/site/MyRisk", {"__init__.py": "__version__ = '2.1'\n", "a.py": "", "data/x.csv": ""})
    library = host.one({"path": "/opt/site/MyRisk"})
    assert (library.name, library.version, library.imports) == ("myrisk", "2.1", ("MyRisk",))
    assert set(host.package(library).payload) == {f"site-packages/MyRisk/{name}" for name in ("__init__.py", "a.py", "data/x.csv")}


def test_a_name_other_than_the_one_to_import_stays(host: Libraries) -> None:
    host.library("/opt/risk", {"setup.py": "setup(name='Corp.Risk Tools', version='1.0-2', packages=['risk'])", "risk/__init__.py": ""})
    library = host.one(ENTRY)
    assert (library.name, library.version, library.imports) == ("corp.risk-tools", "1.0_2", ("risk",))
    assert library.file == f"corp.risk-tools-1.0_2-{library.build}.tar.bz2"


def test_the_entry_comes_before_the_metadata(host: Libraries) -> None:
    host.library("/opt/risk", {**RISK, "other/__init__.py": "", "mod.py": ""})
    entry = {**ENTRY, "name": "Mine", "version": "3", "packages": ["other", "mod"], "requires": ["python=2.7", "scipy >=1"]}
    library = host.one(entry)
    assert (library.name, library.version, library.depends) == ("mine", "3", ("python 2.7.*", "scipy >=1"))
    assert set(host.package(library).payload) == {"site-packages/other/__init__.py", "site-packages/mod.py"}
    gone = host.one({**ENTRY, "packages": ["gone"]})
    assert gone.why == "There is no package and no module gone in the library /opt/risk; correct packages."


def test_a_program_runs_with_the_python_of_its_environment(host: Libraries) -> None:
    setup = "setup(name='risk', version='1', packages=['risk'], scripts=['bin/run', 'bin/sh'])"
    files = {"setup.py": setup, "risk/__init__.py": "", "bin/run": "#!/opt/wakari/anaconda/bin/python2.7 -u\nx\n", "bin/sh": "#!/bin/sh\n"}
    host.library("/opt/risk", files)
    package = host.package(host.one(ENTRY))
    assert package.payload["python-scripts/run"] == b"#!/usr/bin/env python\nx\n"
    assert package.payload["python-scripts/sh"] == b"#!/bin/sh\n"
    assert {member.mode for member in package.members if member.name.startswith("python-scripts")} == {0o755}


def test_code_of_python_2_asks_for_python_2(host: Libraries) -> None:
    host.library("/opt/risk", {**RISK, "risk/old.py": "print 'x'\n"})
    library = host.one(ENTRY)
    assert library.depends == ("python <3",)
    assert "That it needs python <3 is from its code, which Python 3 does not parse." in library.notes


# -- bytes


def test_equal_libraries_give_equal_bytes_wherever_and_whenever_they_are_built(tmp_path: Path) -> None:
    digests = set()
    for number, mode in enumerate((0o755, 0o770)):
        (tmp_path / str(number)).mkdir()
        host = Libraries(tmp_path / str(number))
        host.library("/opt/risk", RISK, mode)
        host.project(f"user{number}/p", "/opt/risk")
        library = host.one(ENTRY)
        digests.add((library.file, hashlib.sha256((host.dest / library.package_path).read_bytes()).hexdigest()))
    assert len(digests) == 1


@pytest.mark.parametrize("what", ["content", "executable", "requires", "name of a file"])
def test_no_file_name_ever_has_two_contents(host: Libraries, what: str) -> None:
    folder = host.library("/opt/risk", RISK)
    first = host.one(ENTRY)
    entry = dict(ENTRY)
    code = folder / "risk/__init__.py"
    if what == "content":
        code.write_text("x = 2\n")
        os.utime(code, (WHEN, WHEN))
    elif what == "executable":
        code.chmod(0o755)
    elif what == "requires":
        entry["requires"] = ["numpy"]
    else:
        code.rename(folder / "risk/core.py")
    second = host.one(entry)
    assert (second.file != first.file, second.sha256 != first.sha256) == (True, True)
    assert [path.name for path in (host.dest / "noarch").iterdir()] == [second.file]


def test_a_time_is_no_content(host: Libraries) -> None:
    folder = host.library("/opt/risk", RISK)
    first = host.one(ENTRY)
    os.utime(folder / "risk/__init__.py", (WHEN + 60, WHEN + 60))
    assert not host.run(ENTRY)["changed"]
    assert host.read() == [first]


def test_the_bytes_are_known(host: Libraries) -> None:
    """Another Python or another tar would give others: that must not happen unseen."""
    content = Content("risk", "1.0", ("python",), {"site-packages/risk.py": (b"x = 1\n", False), f"site-packages/{'n' * 120}": (b"", True)})
    package = build_package(content, 3)
    assert package.sha256 == "d174bc1d456d9e671eefd99590590110bee335b8b0ad649741456acc03063e70"
    members = {member.name: (member.mode, member.size) for member in Package(package.data).members}
    assert members["site-packages/risk.py"] == (0o644, 6)
    assert members["site-packages/" + "n" * 120] == (0o755, 0)


# -- what is left out or refused


def test_what_looks_like_a_secret_is_left_out_and_named(host: Libraries) -> None:
    secrets = {
        "risk/credentials.json": "{}",
        "risk/server.key": "x",
        "risk/db.ini": f"[db]\nuser = risk\npassword = {CANARY}\n",
        "risk/.netrc": f"machine x login y password {CANARY}\n",
        "risk/plain.ini": "[a]\nb = c\n",
        "risk/connect.py": f"def connect(password=None):\n    token = '{CANARY}'\n",
    }
    host.library("/opt/risk", {**RISK, **secrets})
    result = host.run(ENTRY)
    (library,) = host.read()
    assert [path for path, _why in library.left_out] == ["risk/.netrc", "risk/credentials.json", "risk/db.ini", "risk/server.key"]
    assert dict(library.left_out)["risk/db.ini"] == "its line 3 may contain a password or a token; name it in include if it does not"
    assert "Line 2 of risk/connect.py may contain a password or a token and is in the package." in library.notes
    assert any("is built without 4 files (risk/.netrc: its name is typical of files with" in text for text in result["warnings"])
    package = host.package(library)
    assert set(package.payload) == {f"site-packages/risk/{name}" for name in ("__init__.py", "connect.py", "plain.ini")}
    kept = host.package(host.one({**ENTRY, "include": ["risk/db.ini", "risk/*.key"]}))
    assert {"site-packages/risk/db.ini", "site-packages/risk/server.key"} <= set(kept.payload)
    assert CANARY not in str({**result, "diff": ""}) + str(library)


def test_what_is_too_large_to_be_searched_is_named(host: Libraries) -> None:
    host.library("/opt/risk", {**RISK, "risk/table.py": "#" * (1 << 20) + f"\ntoken = '{CANARY}'\n", "risk/table.csv": "1" * (2 << 20)})
    notes = [note for note in host.one(ENTRY).notes if "searched" in note]
    assert notes == ["Only the first 1.0 MB of risk/table.py were searched for passwords and tokens."]


def test_no_link_is_followed(host: Libraries, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.py").write_text(f"x = '{CANARY}'\n")
    folder = host.library("/opt/risk", RISK)
    (folder / "risk/out").symlink_to(tmp_path / "outside")
    (folder / "risk/out.py").symlink_to(tmp_path / "outside/secret.py")
    os.mkfifo(folder / "risk/pipe")
    library = host.one(ENTRY)
    assert dict(library.left_out) == dict.fromkeys(("risk/out", "risk/out.py", "risk/pipe"), "it is a link or a special file")
    assert set(host.package(library).payload) == {"site-packages/risk/__init__.py"}
    (folder / "setup.py").unlink()
    (folder / "setup.py").symlink_to(tmp_path / "outside/secret.py")
    assert host.one(ENTRY).state == "reported"
    (host.root / "opt/link").symlink_to(folder)
    (host.root / "srv").symlink_to(host.root / "opt")
    for path, part in (("/opt/link", "/opt/link"), ("/srv/risk", "/srv")):
        assert host.one({"path": path}).why == (
            f"The library {path} cannot be read: {part} is a link or not a folder, and links are not followed;"
            " name the folder itself, and this path in also."
        )


def test_hostile_names_are_left_out(host: Libraries) -> None:
    folder = host.library("/opt/risk", RISK)
    for name in (b"caf\xe9.csv", b"two\nlines.py", b"a\\b.py", b"{{ x }}.csv", b'q"u,o.csv', b"n" * 200):
        with open(os.path.join(os.fsencode(folder), b"risk", name), "wb"):
            pass
    library = host.one(ENTRY)
    assert sorted(path for path, _why in library.left_out) == ["risk/a\\b.py", "risk/caf\udce9.csv", "risk/two\nlines.py"]
    package = host.package(library)
    record = next(data for name, data in package.files.items() if name.endswith("/RECORD")).decode()
    assert '"risk/q""u,o.csv",sha256=' in record
    assert {f"site-packages/risk/{name}" for name in ("{{ x }}.csv", "n" * 200)} <= set(package.payload)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({**RISK, "risk/fast.pyx": ""}, "(risk/fast.pyx) that needs python, a compiler for cython"),
        ({**RISK, "risk/_a.cpython-36m.so": b"\x7fELF"}, "holds only compiled files (risk/_a.cpython-36m.so)"),
        ({**RISK, "ext/a.f90": "", "ext/b.cpp": ""}, "that needs python, a compiler for cxx, a compiler for fortran"),
        ({"setup.py": "setup(name='risk', version='1', ext_modules=cythonize('x'))", "risk/__init__.py": ""}, "It is compiled (risk 1)"),
        ({"README": ""}, "There is nothing to import in /opt/risk"),
        (
            {"risk.py": ""},
            'It says no name and no version; put both into its entry of ae_notebook_libraries, such as {"path": "/opt/risk"',
        ),
        ({"setup.py": "setup(name='risk', version=get())", "risk.py": ""}, '"name": "risk", "version": "1.0"}'),
        ({"setup.py": "setup(name='risk', version='1 beta')", "risk.py": ""}, "is called risk 1 beta, which conda does not accept"),
        (
            {"DESCRIPTION": "Package: Plot\nVersion: 1.0-3\nLinkingTo: Rcpp\n", "src/a.cpp": ""},
            "(r-plot 1.0_3), which cannot be built here",
        ),
    ],
)
def test_what_is_not_built_is_reported_with_what_to_do(host: Libraries, files: dict[str, str | bytes], why: str) -> None:
    host.library("/opt/risk", files)
    result = host.run(ENTRY)
    (library,) = host.read()
    assert (library.state, result["failed"], library.channel) == ("reported", False, "")
    assert why in library.why
    assert any(library.why in text for text in result["warnings"])
    assert (host.dest / "placements.jsonl").read_text() == ""


def test_a_library_that_is_too_large_is_not_read(host: Libraries) -> None:
    folder = host.library("/opt/risk", RISK)
    with open(folder / "risk/data.bin", "wb") as stream:
        stream.truncate(1 << 40)
    assert host.one(ENTRY).why == (
        "The library /opt/risk has 1.1 TB in 2 files, more than 100 MB; keep its data elsewhere, or raise max_bytes."
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"libraries": [ENTRY, {"path": "/opt/risk/"}]}, "The library /opt/risk is listed twice in libraries; remove one entry."),
        ({"libraries": [{**ENTRY, "requires": ["numpy >>1"]}]}, "The option requires cannot be used"),
        ({"channel": "main"}, "The channel main is reserved by AE5"),
        ({"channel": "a//b"}, "'a//b' is not a valid channel name; correct channel."),
        ({"max_bytes": 0}, "The option max_bytes must be from 1 to 2,000,000,000, not 0."),
        ({"max_bytes": 1 << 40}, "The option max_bytes must be from 1 to 2,000,000,000, not 1,099,511,627,776."),
    ],
)
def test_options_that_cannot_be_meant_are_refused(host: Libraries, options: dict[str, t.Any], message: str) -> None:
    host.library("/opt/risk", RISK)
    result = host.run(**{"libraries": [ENTRY], **options})
    assert result["failed"]
    assert message in result["msg"]
    assert not host.dest.exists()


@pytest.mark.parametrize("path", ["opt/risk", "/", "/opt/../etc", "/gone/risk"])
def test_a_path_that_leads_nowhere_is_reported(host: Libraries, path: str) -> None:
    assert host.one({"path": path}).state == "reported"


def test_two_libraries_of_one_name_need_two_channels(host: Libraries) -> None:
    host.library("/opt/risk", RISK)
    host.library("/srv/risk", {**RISK, "risk/__init__.py": "x = 2\n"})
    host.run(ENTRY, {"path": "/srv/risk"})
    assert [library.state for library in host.read()] == ["built", "reported"]
    assert "The library /opt/risk has the same name risk in the channel libraries/risk" in host.read()[1].why
    host.run(ENTRY, {"path": "/srv/risk", "channel": "other"})
    assert [library.channel for library in host.read()] == ["libraries/risk", "other"]


def test_no_password_of_an_address_is_in_the_package(host: Libraries) -> None:
    requires = f"install_requires=['lib @ git+https://u:{CANARY}@git.example.com/lib']"
    setup = f"setup(name='risk', version='1', packages=['risk'], url='https://u:{CANARY}@x.example.com', {requires})"
    host.library("/opt/risk", {**RISK, "setup.py": setup})
    library = host.one(ENTRY)
    assert library.depends == ("lib", "python")
    assert CANARY not in str(host.package(library).files) + str(library)


# -- files


def test_the_lists_can_be_read_back(host: Libraries) -> None:
    host.library("/opt/risk", RISK)
    host.project("ann/caf\udce9", "/opt/risk")
    library = host.one(ENTRY)
    assert Library.from_json(library.to_json()) == library
    assert library.used_by == ("ann/caf\udce9",)
    assert not host.run(ENTRY)["changed"]
    with open(host.dest / library.package_path, "rb") as stream:
        reading = read_package(stream.fileno(), library.file, whole=True)
    assert (reading.sha256, reading.md5, reading.error) == (library.sha256, library.md5, None)
    assert reading.identity == Identity("risk", "1.0", library.build, "noarch", True)
    head, placements = read_placements(str(host.dest / "placements.jsonl"))
    (placement,) = placements
    assert (head, placement.key, placement.path) == (None, ("libraries/risk", "noarch", library.file), f"noarch/{library.file}")
    assert (placement.site, placement.size, placement.sha256, placement.md5) == ("east", library.size, library.sha256, library.md5)
    with open(host.dest / "libraries.jsonl", "a") as stream:
        stream.write('{"state": "built"}\n')
    with pytest.raises(MigrationError, match=r"Line 2 of the list of libraries .* cannot be used: a shared library lacks path"):
        read_libraries(str(host.dest / "libraries.jsonl"))


def test_without_findings_the_environments_tell(host: Libraries) -> None:
    host.library("/opt/risk", RISK)
    host.project("ann/a", "/opt/risk")
    host.project("bob/b", environments=(Environment("default", modules={"risk": "path:/opt/risk"}),))
    host.project("carl/c", environments=(Environment("default", problems=(Problem("path_file", "/opt/risk"),)),))
    assert host.one(ENTRY, findings=None).used_by == ("bob/b", "carl/c")


def test_a_damaged_package_is_written_again(host: Libraries) -> None:
    host.library("/opt/risk", RISK)
    library = host.one(ENTRY)
    (host.dest / library.package_path).write_bytes(b"cut")
    assert host.run(ENTRY)["changed"]
    assert hashlib.sha256((host.dest / library.package_path).read_bytes()).hexdigest() == library.sha256


def test_a_library_that_is_named_no_more_is_taken_away(host: Libraries) -> None:
    host.library("/opt/risk", RISK)
    host.one(ENTRY)
    before = host.state()
    assert host.run(check=True)["changed"]
    assert host.state() == before
    assert host.run()["changed"]
    assert {name: data for name, (data, _time) in host.state().items()} == {"libraries.jsonl": b"", "placements.jsonl": b""}
