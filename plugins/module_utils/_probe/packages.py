# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that the probe uploads, made in memory: some hundred bytes each.  Private to the collection.

Pure; equal arguments give equal bytes, so that a later probe knows its own files again.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import struct
import tarfile
import typing as t
import zipfile

from ansible_collections.ae_ops.migration.plugins.module_utils._probe.scratch_names import NAME

VERSION = "1.0"
SUBDIR = "noarch"
MADE = (2020, 1, 1, 0, 0, 0)
ZSTD_MAGIC = 0xFD2FB528


class Package(t.NamedTuple):
    """A file name and its bytes."""

    file: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Lower-case hex."""
        return hashlib.sha256(self.content).hexdigest()


def tar_bz2(build: str, text: str) -> Package:
    """A package in the old format with one file that holds ``text``."""
    return Package(f"{NAME}-{VERSION}-{build}.tar.bz2", bz2.compress(_tar({**_info(build, text), **_payload(text)})))


def conda(build: str, text: str) -> Package:
    """A package in the newer format: a zip with two archives, each one a frame of Zstandard with raw blocks."""
    stem = f"{NAME}-{VERSION}-{build}"
    members = {
        "metadata.json": b'{"conda_pkg_format_version": 2}',
        f"pkg-{stem}.tar.zst": zstd(_tar(_payload(text))),
        f"info-{stem}.tar.zst": zstd(_tar(_info(build, text))),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, MADE), content)
    return Package(f"{stem}.conda", buffer.getvalue())


def zstd(data: bytes) -> bytes:
    """``data`` as one frame of Zstandard without compression (RFC 8878): no library is needed for that."""
    # Single segment, so no window; content size in 4 bytes.
    frame = struct.pack("<IBI", ZSTD_MAGIC, 0b10100000, len(data))
    limit = 1 << 16
    blocks = [data[start : start + limit] for start in range(0, len(data), limit)] or [b""]
    for number, block in enumerate(blocks):
        last = number == len(blocks) - 1
        frame += struct.pack("<I", (len(block) << 3) | last)[:3] + block
    return frame


def _payload(text: str) -> t.Dict[str, bytes]:
    return {f"share/{NAME}.txt": text.encode()}


def _info(build: str, text: str) -> t.Dict[str, bytes]:
    index = {
        "name": NAME,
        "version": VERSION,
        "build": build,
        "build_number": 0,
        "depends": [],
        "subdir": SUBDIR,
        "noarch": "generic",
        "arch": None,
        "platform": None,
    }
    content = _payload(text)
    paths = [
        {"_path": path, "path_type": "hardlink", "sha256": hashlib.sha256(data).hexdigest(), "size_in_bytes": len(data)}
        for path, data in content.items()
    ]
    return {
        "info/index.json": json.dumps(index, sort_keys=True).encode(),
        "info/about.json": b'{"summary": "made by a probe, may be deleted"}',
        "info/files": "".join(f"{path}\n" for path in content).encode(),
        "info/paths.json": json.dumps({"paths": paths, "paths_version": 1}, sort_keys=True).encode(),
    }


def _tar(files: t.Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), 1577836800, 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
