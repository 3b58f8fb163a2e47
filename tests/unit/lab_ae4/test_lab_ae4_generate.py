# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package builder and the dump generator."""

from __future__ import annotations

import bz2
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.lab.generate import write_dump
from tests.lab.packages import conda_package, wheel_file
from tests.lab.sites import guide_site, traps_site, wide_site


def _members(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:bz2") as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def test_a_conda_package_says_what_it_is() -> None:
    name, data = conda_package("six", "1.10.0", "py35_0", depends=["python 3.5*"], files={"lib/six.py": b"x = 1\n"})
    members = _members(data)
    index = json.loads(members["info/index.json"])
    assert name == "six-1.10.0-py35_0.tar.bz2"
    assert {key: index[key] for key in ("name", "version", "build", "build_number", "subdir", "arch", "platform", "depends")} == {
        "name": "six",
        "version": "1.10.0",
        "build": "py35_0",
        "build_number": 0,
        "subdir": "linux-64",
        "arch": "x86_64",
        "platform": "linux",
        "depends": ["python 3.5*"],
    }
    assert (members["lib/six.py"], members["info/files"]) == (b"x = 1\n", b"lib/six.py\n")
    (path,) = json.loads(members["info/paths.json"])["paths"]
    assert (path["_path"], path["size_in_bytes"]) == ("lib/six.py", 6)


def test_packages_are_deterministic_and_differ() -> None:
    assert conda_package("a", "1", "0", size=5000) == conda_package("a", "1", "0", size=5000)
    assert conda_package("a", "1", "0", size=5000)[1] != conda_package("a", "2", "0", size=5000)[1]
    assert wheel_file("a", "1") == wheel_file("a", "1")


@pytest.mark.parametrize("trailing", [False, True])
@pytest.mark.parametrize("size", [5_000, 200_000])
def test_padding_gives_about_the_size(size: int, trailing: bool) -> None:
    data = conda_package("big", "1.0", "0", size=size, trailing=trailing)[1]
    assert abs(len(data) - size) < max(700, size * 0.1)
    assert "info/index.json" in _members(data)
    assert bz2.decompress(data)


def test_old_noarch_packages_have_no_subdir() -> None:
    index = json.loads(_members(conda_package("n", "1", "0", subdir="noarch", old_index=True)[1])["info/index.json"])
    assert "subdir" not in index
    assert (index["arch"], index["noarch"]) == (None, "generic")


def test_a_wheel_is_a_wheel() -> None:
    name, data = wheel_file("lab-notes", "1.0")
    assert name == "lab_notes-1.0-py3-none-any.whl"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert b"Name: lab-notes" in archive.read("lab_notes-1.0.dist-info/METADATA")


@pytest.mark.parametrize("dialect", ["api", "mongo"])
def test_the_same_description_gives_the_same_dump(tmp_path: Path, dialect: str) -> None:
    trees = []
    for name in ("one", "two"):
        dump = write_dump(tmp_path / name, guide_site(), dialect)
        trees.append({str(path.relative_to(dump)): path.read_bytes() for path in dump.rglob("*") if path.is_file()})
    assert trees[0] == trees[1]


def test_the_traps_are_laid(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump", traps_site(oversize=True))

    def folder(owner: str, name: str) -> Path:
        (found,) = [path for path in (dump / owner).iterdir() if path.name.partition("--")[2] == name]
        return found

    def meta(owner: str, name: str) -> dict:  # type: ignore[type-arg]
        return json.loads((folder(owner, name) / "meta.json").read_bytes())

    assert meta("damaged", "corrupted")["files"][0]["md5"] == "0" * 32
    assert meta("damaged", "unlisted")["files"] == []
    assert len(list(folder("damaged", "absent").iterdir())) == 1
    assert (folder("damaged", "linked") / "linked-1.0-0.tar.bz2").is_symlink()
    assert (
        json.loads(_members((folder("damaged", "impostor") / "impostor-1.0-0.tar.bz2").read_bytes())["info/index.json"])["name"]
        == "somebody-else"
    )
    assert not (folder("damaged", "no-meta") / "meta.json").exists()
    with pytest.raises(json.JSONDecodeError):
        meta("damaged", "half-meta")
    assert meta("labels", "none")["files"][0]["labels"] == []
    assert folder("kinds", "two--dashes").name[24:] == "--two--dashes"
    assert {meta("kinds", name)["package_types"][0] for name in ("wheel", "r-thing", "book", "env", "data")} == {
        "pypi",
        "r",
        "ipynb",
        "env",
        "file",
    }
    assert not (dump / "org-deaf" / "meta.json").exists()
    large = folder("large", "large") / "large-1.0-0.tar.bz2"
    assert large.stat().st_size == meta("large", "large")["files"][0]["size"] == (1 << 30) + 1
    assert large.stat().st_blocks * 512 < 1 << 20


def test_a_wide_site_has_its_channels_and_files(tmp_path: Path) -> None:
    site = wide_site(23, 100, 2_000)
    channels = {(owner.login, label) for owner, _package, file in site.files() for label in file.labels}
    assert len(channels) == 23
    dump = write_dump(tmp_path / "dump", site)
    files = list(dump.rglob("*.tar.bz2"))
    assert len(files) == 100
    assert len({path.read_bytes() for path in files}) == 100
    assert all(abs(path.stat().st_size - 2_000) < 500 for path in files)


def test_a_wide_site_of_two_thousand_files_is_written(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump", wide_site(200, 2_000, 20_000))
    assert sum(1 for _path in dump.rglob("*.tar.bz2")) == 2_000


def test_a_wide_site_needs_a_file_for_each_channel() -> None:
    with pytest.raises(ValueError, match="3 files cannot fill 4 channels"):
        wide_site(4, 3, 100)
