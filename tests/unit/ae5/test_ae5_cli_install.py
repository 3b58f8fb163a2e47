"""The command line client out of made-up conda packages."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import typing as t
import zipfile
from pathlib import Path
from unittest import mock

import pytest
import zstandard

from ansible_collections.ae_ops.migration.plugins.module_utils._conda import unpack
from tests.lab.ae5 import scripts
from tests.unit.module_runner import run_module

NAME = "anaconda-enterprise-cli"
PLACEHOLDER = unpack.PLACEHOLDER
INDEX = {"name": NAME, "version": "5.7.1", "build": "py_0", "depends": ["python >=3.8"]}
SCRIPT = f"#!{PLACEHOLDER}/bin/python\nimport sys\nfrom ae5cli import main\nsys.exit(main())\n"
MODULE = "import sys\ndef main():\n    print('usage', sys.argv[1:], sys.executable)\n    return 0\n"
HAS_PREFIX = f'"{PLACEHOLDER}" "text" "bin/{NAME}"\n'

Members = dict[str, t.Any]


def tar(members: Members) -> bytes:
    """Names to text or bytes, or to a ready TarInfo."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o775 if name.startswith("bin/") else 0o664
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def package(folder: Path, members: Members, kind: str = ".tar.bz2", index: dict[str, t.Any] | None = None, version: str = "1") -> Path:
    """A conda package file with these members and an index."""
    info = {"info/index.json": json.dumps({**INDEX, **(index or {})}), "info/version": version}
    info.update({name: content for name, content in members.items() if name.startswith("info/")})
    rest = {name: content for name, content in members.items() if not name.startswith("info/")}
    path = folder / f"{NAME}-5.7.1-{version}{kind}"
    if kind == ".tar.bz2":
        import bz2

        path.write_bytes(bz2.compress(tar({**info, **rest})))
        return path
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", '{"conda_pkg_format_version": 2}')
        for part, content in (("info", info), ("pkg", rest)):
            archive.writestr(f"{part}-{path.stem}.tar.zst", zstandard.ZstdCompressor().compress(tar(content)))
    return path


PLAIN: Members = {f"bin/{NAME}": SCRIPT, "lib/python3.11/site-packages/ae5cli.py": MODULE, "info/has_prefix": HAS_PREFIX}
NOARCH: Members = {
    "site-packages/ae5cli.py": MODULE,
    "info/link.json": json.dumps({"noarch": {"type": "python", "entry_points": [f"{NAME} = ae5cli:main"]}}),
}


def setup(tmp_path: Path, path: Path, *, check: bool = False, diff: bool = False, **given: t.Any) -> dict[str, t.Any]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "0" * 64
    args = {"package": str(path), "sha256": digest, "prefix": str(tmp_path / "prefix"), **given}
    return run_module("cli_setup", args, check=check, diff=diff)


def said(program: str, *arguments: str) -> str:
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True, text=True, env={"PATH": os.environ["PATH"]}).stdout


@pytest.mark.parametrize("kind", [".tar.bz2", ".conda"])
@pytest.mark.parametrize(("members", "index"), [(PLAIN, {}), (NOARCH, {"noarch": "python"})])
def test_a_package_becomes_a_client_that_answers(tmp_path: Path, members: Members, index: dict[str, t.Any], kind: str) -> None:
    result = setup(tmp_path, package(tmp_path, members, kind, index), diff=True)
    assert (result["failed"], result["changed"], result["answers"], result["warnings"]) == (False, True, True, [])
    program = tmp_path / "prefix" / "bin" / NAME
    assert result["program"] == str(program)
    assert said(str(program), "a b", "c") == f"usage ['a b', 'c'] {sys.executable}\n"
    assert result["diff"][0]["after"] == f"{NAME}-5.7.1-1{kind}\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("prefix")) == ["prefix"]


def test_the_second_run_changes_nothing_and_needs_no_package(tmp_path: Path) -> None:
    path = package(tmp_path, PLAIN)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert setup(tmp_path, path)["changed"]
    path.unlink()
    before = stamps(tmp_path / "prefix")
    result = setup(tmp_path, path, sha256=digest.upper())
    assert (result["changed"], result["answers"]) == (False, True)
    assert stamps(tmp_path / "prefix") == before


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file's inode and time; what Python compiles for itself is left out."""
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def test_another_package_replaces_the_first(tmp_path: Path) -> None:
    setup(tmp_path, package(tmp_path, {**PLAIN, "lib/old": "x"}))
    result = setup(tmp_path, package(tmp_path, PLAIN, version="2"), diff=True)
    assert result["changed"]
    assert result["diff"][0]["before"] == f"{NAME}-5.7.1-1.tar.bz2\n"
    assert not (tmp_path / "prefix" / "lib" / "old").exists()


def test_check_mode_predicts_and_writes_nothing(tmp_path: Path) -> None:
    path = package(tmp_path, PLAIN)
    assert setup(tmp_path, path, check=True)["changed"]
    assert not (tmp_path / "prefix").exists()
    absent = setup(tmp_path, tmp_path / "not-copied-yet.tar.bz2", check=True)
    assert (absent["failed"], absent["changed"]) == (False, True)
    setup(tmp_path, path)
    result = setup(tmp_path, path, check=True)
    assert (result["changed"], result["answers"]) == (False, True)


def test_the_labs_client_with_a_file_beside_it(tmp_path: Path) -> None:
    cli = scripts.write_cli(tmp_path / "lab", "minimal")
    text = cli.read_text().split("\n", 1)[1]
    beside = (cli.parent / scripts.IMPORT_NAME).read_text()
    members = {f"bin/{NAME}": f"#!{PLACEHOLDER}/bin/python\n{text}", f"bin/{scripts.IMPORT_NAME}": beside, "info/has_prefix": HAS_PREFIX}
    result = setup(tmp_path, package(tmp_path, members))
    assert not result["failed"], result.get("msg")
    assert "upload a package" in said(result["program"], "--help")


def test_the_builds_prefix_is_replaced_in_text_and_left_alone_in_binaries(tmp_path: Path) -> None:
    placed = [
        {"_path": "etc/settings", "prefix_placeholder": PLACEHOLDER, "file_mode": "text"},
        {"_path": "lib/thing.so", "prefix_placeholder": PLACEHOLDER, "file_mode": "binary"},
    ]
    binary = b"\x7fELF" + PLACEHOLDER.encode() + b"/lib\x00"
    members = {**PLAIN, "etc/settings": f"root={PLACEHOLDER}/etc", "lib/thing.so": binary, "info/paths.json": json.dumps({"paths": placed})}
    result = setup(tmp_path, package(tmp_path, members))
    assert (tmp_path / "prefix" / "etc" / "settings").read_text() == f"root={tmp_path}/prefix/etc"
    assert (tmp_path / "prefix" / "lib" / "thing.so").read_bytes() == binary
    assert result["warnings"] == ["The file lib/thing.so is binary and contains the path where it was built; it was not changed."]


def test_an_interpreter_of_choice(tmp_path: Path) -> None:
    python = tmp_path / "a folder" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    result = setup(tmp_path, package(tmp_path, PLAIN), python=str(python))
    assert not result["failed"], result.get("msg")
    assert said(result["program"]).endswith(f"{python}\n")
    assert setup(tmp_path, package(tmp_path, PLAIN))["changed"], "another interpreter is another launcher"


def test_dependencies_that_are_not_there_are_named(tmp_path: Path) -> None:
    members = {**PLAIN, "lib/python3.11/site-packages/ae5cli.py": "import preflight_absent_library\n"}
    index = {"depends": ["python >=3.8", "click >=7", "python_abi 3.11.*"]}
    result = setup(tmp_path, package(tmp_path, members, index=index))
    assert result["failed"]
    assert "its package needs click >=7; install them" in result["msg"]
    assert "preflight_absent_library" in result["msg"]
    assert setup(tmp_path, package(tmp_path, members, index=index), must_answer=False)["answers"] is False


def link(name: str, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


def special(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = tarfile.FIFOTYPE
    return member


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({**PLAIN, "../outside": "x"}, "outside the prefix"),
        ({**PLAIN, "/etc/outside": "x"}, "outside the prefix"),
        ({**PLAIN, "lib/a": link("lib/a", "../../outside")}, "to a target outside the prefix"),
        ({**PLAIN, "lib/a": link("lib/a", "/etc/passwd")}, "to a target outside the prefix"),
        ({**PLAIN, "lib/a": special("lib/a")}, "not a file, folder or link"),
        ({"lib/a": "x"}, f"no command {NAME}"),
    ],
)
def test_a_package_that_is_not_unpacked(tmp_path: Path, members: Members, words: str) -> None:
    result = setup(tmp_path, package(tmp_path, members))
    assert result["failed"]
    assert words in result["msg"]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".bz2"]


def test_a_file_below_a_link_is_not_unpacked(tmp_path: Path) -> None:
    members = {**PLAIN, "lib/here": link("lib/here", "python3.11"), "lib/here/more": "x"}
    result = setup(tmp_path, package(tmp_path, members))
    assert result["failed"]
    assert not (tmp_path / "prefix").exists()


def test_a_link_inside_stays_one(tmp_path: Path) -> None:
    setup(tmp_path, package(tmp_path, {**PLAIN, "lib/short": link("lib/short", "python3.11/site-packages")}))
    assert os.readlink(tmp_path / "prefix" / "lib" / "short") == "python3.11/site-packages"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.tar.bz2", b"no archive", "cannot be read"),
        ("a.conda", b"no archive", "cannot be read"),
        ("a.rpm", b"x", "neither .tar.bz2 nor .conda"),
    ],
)
def test_a_file_that_is_no_package(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    result = setup(tmp_path, tmp_path / name)
    assert result["failed"]
    assert words in result["msg"]


def test_the_wrong_digest_and_a_foreign_prefix(tmp_path: Path) -> None:
    path = package(tmp_path, PLAIN)
    result = setup(tmp_path, path, sha256="0" * 64)
    assert result["failed"]
    assert "not 000" in result["msg"]
    (tmp_path / "prefix").mkdir()
    (tmp_path / "prefix" / "precious").write_text("x")
    for check in (False, True):
        result = setup(tmp_path, path, check=check)
        assert result["failed"]
        assert "ae5_cli_prefix" in result["msg"]
    assert (tmp_path / "prefix" / "precious").read_text() == "x"


def test_without_zstd_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = package(tmp_path, PLAIN, ".conda")
    for name in ("zstandard", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(unpack.shutil, "which", lambda _name: None)
    result = setup(tmp_path, path)
    assert result["failed"]
    assert "zstd" in result["msg"]
    assert ".tar.bz2" in result["msg"]


@pytest.mark.skipif(shutil.which("zstd") is None, reason="this machine has no command zstd")
def test_the_command_zstd_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = package(tmp_path, PLAIN, ".conda")
    for name in ("zstandard", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    assert setup(tmp_path, path)["answers"]


def test_a_program_that_is_given(tmp_path: Path) -> None:
    cli = scripts.write_cli(tmp_path / "lab", "minimal")
    assert run_module("cli_setup", {"program": str(cli)}) == {
        "failed": False,
        "changed": False,
        "answers": True,
        "program": str(cli),
        "failures": [],
        "warnings": [],
        "summary": mock.ANY,
        "invocation": mock.ANY,
    }
    result = run_module("cli_setup", {"program": "preflight-no-such-command"})
    assert result["failed"]
    assert "is not on the PATH" in result["msg"]
    assert run_module("cli_setup", {"program": "preflight-no-such-command", "must_answer": False})["answers"] is False
