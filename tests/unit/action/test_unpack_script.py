# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that unpacks a Python on a host: two sites may be one machine."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "roles" / "host_python" / "files" / "unpack.sh"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    filler = tmp_path / "filler"
    filler.write_bytes(b"x" * 5_000_000)
    path = tmp_path / "home" / "ae_python.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w") as tar:
        tar.add(python, "python/bin/python3")
        for number in range(10):
            tar.add(filler, f"python/lib/{number}")
    return path


def start(archive: Path) -> subprocess.Popen[str]:
    dest = archive.with_suffix("")
    return subprocess.Popen(["/bin/sh", str(SCRIPT), str(archive), str(dest)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_at_once_both_find_it_unpacked_and_leave_nothing_else(archive: Path) -> None:
    dest = archive.with_suffix("")
    runs = [start(archive) for _number in range(4)]
    told = [run.communicate(timeout=60) for run in runs]
    assert told == [(f"ae-unpacked {dest}\n", "")] * 4
    assert [path.name for path in archive.parent.iterdir()] == ["ae_python"]
    assert len(list((dest / "python" / "lib").iterdir())) == 10


def test_the_same_archive_sent_again_moves_nothing_that_runs(archive: Path) -> None:
    content, dest = archive.read_bytes(), archive.with_suffix("")
    start(archive).communicate(timeout=60)
    inode = dest.stat().st_ino
    archive.write_bytes(content)
    assert start(archive).communicate(timeout=60)[0] == f"ae-unpacked {dest}\n"
    assert dest.stat().st_ino == inode
    (dest / "python" / "bin" / "python3").unlink()
    archive.write_bytes(content)
    assert start(archive).communicate(timeout=60)[0] == f"ae-unpacked {dest}\n"
    assert dest.stat().st_ino != inode
    assert sorted(path.name for path in archive.parent.iterdir()) == ["ae_python", "ae_python.old"]


def test_an_archive_that_is_none_is_refused_and_leaves_nothing(archive: Path) -> None:
    archive.write_bytes(b"no archive")
    assert start(archive).communicate(timeout=60)[0].startswith("ae-failed tar said: ")
    assert list(archive.parent.iterdir()) == []
