# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own files: written whole or not at all and only if they differ, and read with a sentence for what is damaged."""

from __future__ import annotations

import hashlib
import os
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils import _files
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

TEXT = "a\udcff\n\u2028b\r\n"
BYTES = TEXT.encode("utf-8", "surrogateescape")


def state(path: Path) -> tuple[int, bytes]:
    return path.stat().st_ino, path.read_bytes()


def test_a_file_is_written_only_if_it_differs(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    assert _files.write_text(str(path), TEXT)
    assert path.read_bytes() == BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = state(path)
    assert not _files.write_text(str(path), TEXT)
    assert state(path) == before
    assert _files.write_text(str(path), TEXT + "x")
    assert path.read_bytes() == BYTES + b"x"
    assert os.listdir(path.parent) == ["file"]


def test_text_and_bytes_go_into_one_file_with_one_digest(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with _files.atomic_writer(str(path), 0o600) as new:
        new.write("a")
        new.write_bytes(b"\xff\0")
        new.writelines(["b", "c"])
        assert new.sha256 == hashlib.sha256(b"a\xff\0bc").hexdigest()
        assert not path.exists()
    assert path.read_bytes() == b"a\xff\0bc"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_content_with_other_rights_gets_its_rights_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    _files.write_text(str(path), "secret")
    path.chmod(0o666)
    assert not _files.write_text(str(path), "secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("there", "changed"), [(None, True), ("a", False), ("b", True)])
def test_what_would_be_written_is_told_and_not_written(tmp_path: Path, there: t.Optional[str], changed: bool) -> None:
    path = tmp_path / "folder" / "file"
    if there is not None:
        path.parent.mkdir()
        path.write_text(there)
    assert _files.write_text(str(path), "a", write=False) is changed
    assert path.parent.exists() is (there is not None)
    assert there is None or path.read_text() == there


@pytest.mark.parametrize("there", [None, "a", "b"])
def test_a_file_for_a_check_is_put_elsewhere_and_compared_with_the_real_one(tmp_path: Path, there: t.Optional[str]) -> None:
    path, dest = tmp_path / "file", tmp_path / "check" / "file"
    if there is not None:
        path.write_text(there)
    assert _files.write_text(str(path), "a", dest=str(dest)) is (there != "a")
    assert dest.read_text() == "a"
    assert path.exists() is (there is not None)
    assert there is None or path.read_text() == there


def interrupted(path: str) -> None:
    with _files.atomic_writer(path) as new:
        new.write("half")
        raise KeyboardInterrupt


@pytest.mark.parametrize("there", [None, "before"])
def test_nothing_of_a_file_remains_if_its_block_fails(tmp_path: Path, there: t.Optional[str]) -> None:
    path = tmp_path / "file"
    if there is not None:
        path.write_text(there)
    with pytest.raises(KeyboardInterrupt):
        interrupted(str(path))
    assert [item.read_text() for item in tmp_path.iterdir()] == ([] if there is None else [there])


READERS: dict[str, t.Callable[[str], object]] = {
    "lines": lambda path: list(_files.read_lines(path, "list")),
    "records": lambda path: list(_files.read_records(path, "list", dict)),
    "object": lambda path: _files.read_object(path, "list"),
}
DAMAGED = {"cut": (b'{"a":', "is not JSON"), "a list": (b"[]", "is not a JSON object"), "deep": (b"[" * 200_000, "is not JSON")}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("case", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_named(tmp_path: Path, read: t.Callable[[str], object], case: tuple[bytes, str]) -> None:
    content, words = case
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(MigrationError, match=rf"he list {path} {words}, so (it|the file) is damaged; create it again\.$"):
        read(str(path))


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_file_that_is_not_there_is_named(tmp_path: Path, read: t.Callable[[str], object]) -> None:
    with pytest.raises(MigrationError, match=rf"^The list {tmp_path}/no cannot be read: No such file or directory\.$"):
        read(f"{tmp_path}/no")


def test_sound_lines_of_a_cache_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_bytes(b'\xff\n["x"]\n{"a":1}\n\n' + b"[" * 200_000 + b'\n["cut')
    assert list(_files.sound_lines(str(path))) == [["x"], {"a": 1}]
    assert list(_files.sound_lines(str(path) + "no")) == []
