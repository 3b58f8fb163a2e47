# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages that are written are what conda reads, with equal bytes on every Python."""

from __future__ import annotations

import io
import tarfile
import typing as t
from pathlib import Path

import pytest
import zstandard

from ansible_collections.ae_ops.migration.plugins.module_utils._conda import write
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.read import Identity, read_package
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.unpack import read_package as unpacked

LONG = "share/" + "x" * 120
PAYLOAD = {"bin/tool": (b"#!/bin/sh\n", True), LONG: (b"long\n" * 1000, False)}
INDEX = {"name": "tool", "version": "1.0", "build": "0", "build_number": 0, "depends": ["six"], "subdir": "noarch"}


def test_a_frame_of_zstandard_without_compression_is_read_by_the_real_library() -> None:
    for data in (b"", b"x", bytes(range(256)) * 1000):
        assert zstandard.ZstdDecompressor().decompress(write.zstd(data)) == data


@pytest.mark.parametrize("make", [write.tar_bz2, write.conda], ids=["tar.bz2", "conda"])
def test_a_package_is_read_by_both_readers(make: t.Callable[..., write.Built], tmp_path: Path) -> None:
    built = make("tool-1.0-0", write.info_files(INDEX, {"summary": "a tool"}, PAYLOAD), PAYLOAD, 1577836800)
    path = tmp_path / built.file
    path.write_bytes(built.data)
    with path.open("rb") as stream:
        reading = read_package(stream.fileno(), built.file, whole=True)
    assert (reading.error, reading.identity, built.build) == (None, Identity("tool", "1.0", "0", "noarch", True), "0")
    assert (reading.md5, reading.sha256) == (built.md5, built.sha256)
    package = unpacked(str(path))
    assert {name: (data, bool(mode & 0o100)) for name, (data, mode) in package.files.items()} == PAYLOAD
    assert package.depends == ["six"]


def test_the_archive_is_what_tarfile_writes() -> None:
    built = write.tar_bz2("tool-1.0-0", {}, PAYLOAD, 1577836800)
    with tarfile.open(fileobj=io.BytesIO(built.data)) as archive:
        found = {member.name: (member.size, oct(member.mode), member.mtime, member.uid) for member in archive}
    assert found == {"bin/tool": (10, "0o755", 1577836800, 0), LONG: (5000, "0o644", 1577836800, 0)}
