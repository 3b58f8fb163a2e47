# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening files of a dump: nothing outside of it can be reached, names are shown safely."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import is_unsafe, shown
from tests.unit.conftest import examples


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "dump"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "file").write_text("inside")
    (root / "a" / "link").symlink_to(tmp_path / "secret")
    (root / "a" / "folder-link").symlink_to(root / "a" / "b")
    (root / "a" / "loop").symlink_to("loop")
    os.mkfifo(root / "a" / "fifo")
    return root


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_file_beneath(root: Path) -> None:
    root_fd = dump.open_dump(str(root))
    with os.fdopen(_safe_open.open_beneath(root_fd, "a/b/file")) as stream:
        assert stream.read() == "inside"
    os.close(root_fd)


REFUSED = (
    *("", "/", "a", "a/", "a//b/file", "/a/b/file", "./a/b/file", "a/../a/b/file", "../secret"),
    *("a/link", "a/folder-link/file", "a/loop", "a/fifo", "a/b", "a/b/file/x", "a/none", "none/file"),
    *("a/b/file\0", "a/" + "x" * 300, "a\nb"),
)


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_refused(root: Path, path: str) -> None:
    root_fd = dump.open_dump(str(root))
    before = descriptors()
    with pytest.raises(MigrationError) as caught:
        _safe_open.open_beneath(root_fd, path)
    assert "\n" not in str(caught.value)
    assert "\0" not in str(caught.value)
    assert descriptors() == before
    os.close(root_fd)


@given(st.text(alphabet="a./\0b\n\udc80", max_size=12))
@settings(max_examples=examples(200), deadline=None)
def test_any_path_is_opened_beneath_or_refused(path: str) -> None:
    root_fd = os.open("/proc/self/fdinfo", os.O_RDONLY)
    try:
        with pytest.raises(MigrationError):
            _safe_open.open_beneath(root_fd, path)
    finally:
        os.close(root_fd)


def test_dump_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="none"):
        dump.open_dump(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain name ü", "plain name ü"),
        ("a\nb", "a\\x0ab"),
        ("a\x7fb", "a\\x7fb"),
        ("a\u0085b", "a\\x85b"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2028b", "a\\u2028b"),
    ],
)
def test_names_are_shown_safely(name: str, text: str) -> None:
    assert shown(name) == text
    assert is_unsafe(name) == (name != text)
    assert not is_unsafe(shown(name))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("59921152446b5703f430383f--moto", ("59921152446b5703f430383f", "moto")),
        ("59921152446b5703f430383f--a--b", ("59921152446b5703f430383f", "a--b")),
        ("59921152446b5703f430383f----", ("59921152446b5703f430383f", "--")),
        ("59921152446b5703f430383f--", None),
        ("59921152446B5703f430383f--moto", None),
        ("59921152446b5703f430383--moto", None),
        ("moto", None),
    ],
)
def test_package_folders(name: str, parts: tuple[str, str] | None) -> None:
    assert dump.split_package_folder(name) == parts


def test_walk_gives_paths_in_their_order_and_stops_deep_down(tmp_path: Path) -> None:
    for path in ("a/x", "a-b/x", "a.b", "deep/" + "d/" * 8 + "x"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    root_fd = dump.open_dump(str(tmp_path))
    found = list(_safe_open.walk(root_fd))
    os.close(root_fd)
    paths = [item.path for item in found]
    assert paths == ["a-b/x", "a.b", "a/x", "deep/" + "d/" * 5 + "d"]
    assert paths == sorted(paths)
    assert [item.too_deep for item in found] == [False, False, False, True]


def test_meta_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meta.json").write_bytes(b"x" * 11)
    monkeypatch.setattr(dump, "MAX_META_BYTES", 10)
    root_fd = dump.open_dump(str(tmp_path))
    with pytest.raises(MigrationError, match="larger"):
        dump.read_meta(root_fd)
    os.close(root_fd)
