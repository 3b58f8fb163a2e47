# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes conda packages in memory; the same content gives the same bytes on every Python.  Pure.  Private to the collection.

Formats: conda's package specification, ``.tar.bz2`` and ``.conda``; POSIX ustar with GNU's long names; RFC 8878 (Zstandard).
"""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import struct
import typing as t
import zipfile

from ansible_collections.ae_ops.migration.plugins.module_utils._files import new_md5
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import CONDA, TAR_BZ2, stem_of

Files = t.Mapping[str, t.Tuple[bytes, bool]]
"""By path in the package: the bytes, and whether the file is executable."""

_BLOCK = 512
_ZSTD_MAGIC = 0xFD2FB528
_ZSTD_BLOCK = 1 << 16
_ZIP_TIME = (2020, 1, 1, 0, 0, 0)


class Built(t.NamedTuple):
    """A package's file name and its bytes, with their digests in lower-case hex."""

    file: str
    data: bytes
    sha256: str
    md5: str

    @property
    def build(self) -> str:
        return stem_of(self.file).rsplit("-", 1)[1]


def json_bytes(value: t.Any) -> bytes:
    """JSON as it is written into a package."""
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def info_files(
    index: t.Mapping[str, t.Any], about: t.Mapping[str, t.Any], payload: Files, link: t.Optional[t.Mapping[str, t.Any]] = None
) -> t.Dict[str, t.Tuple[bytes, bool]]:
    """The ``info/`` folder of a package that holds ``payload``; ``index`` is its ``index.json``."""
    paths = [
        {"_path": path, "path_type": "hardlink", "sha256": hashlib.sha256(data).hexdigest(), "size_in_bytes": len(data)}
        for path, (data, _executable) in payload.items()
    ]
    documents = {"index.json": json_bytes(index), "about.json": json_bytes(about)}
    documents["files"] = "".join(f"{path}\n" for path in payload).encode()
    if link is not None:
        documents["link.json"] = json_bytes(link)
    documents["paths.json"] = json_bytes({"paths": paths, "paths_version": 1})
    return {f"info/{name}": (data, False) for name, data in documents.items()}


def tar_bz2(stem: str, info: Files, payload: Files, when: int) -> Built:
    """The package ``STEM.tar.bz2``; ``when`` is the time of its files in seconds since 1970."""
    return _built(f"{stem}{TAR_BZ2}", bz2.compress(_tar({**info, **payload}, when)))


def conda(stem: str, info: Files, payload: Files, when: int) -> Built:
    """The package ``STEM.conda``: a zip with two archives, each one a frame of Zstandard with raw blocks."""
    members = {
        "metadata.json": b'{"conda_pkg_format_version": 2}',
        f"pkg-{stem}.tar.zst": zstd(_tar(payload, when)),
        f"info-{stem}.tar.zst": zstd(_tar(info, when)),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content)
    return _built(f"{stem}{CONDA}", buffer.getvalue())


def zstd(data: bytes) -> bytes:
    """``data`` as one frame of Zstandard without compression: no library is needed for that."""
    # Single segment, so no window; content size in 4 bytes.
    frame = struct.pack("<IBI", _ZSTD_MAGIC, 0b10100000, len(data))
    blocks = [data[start : start + _ZSTD_BLOCK] for start in range(0, len(data), _ZSTD_BLOCK)] or [b""]
    for number, block in enumerate(blocks):
        last = number == len(blocks) - 1
        frame += struct.pack("<I", (len(block) << 3) | last)[:3] + block
    return frame


def _built(file: str, data: bytes) -> Built:
    md5 = new_md5()
    md5.update(data)
    return Built(file, data, hashlib.sha256(data).hexdigest(), md5.hexdigest())


def _tar(files: Files, when: int) -> bytes:
    """Not by tarfile, whose headers differ from one Python to the next."""
    parts: t.List[bytes] = []
    for path, (data, executable) in files.items():
        name = path.encode()
        if len(name) > 100:
            parts += (_header(b"././@LongLink", len(name) + 1, 0o644, 0, b"L"), _padded(name + b"\0"))
        parts += (_header(name[:100], len(data), 0o755 if executable else 0o644, when, b"0"), _padded(data))
    parts.append(bytes(2 * _BLOCK))
    return b"".join(parts)


def _header(name: bytes, size: int, mode: int, when: int, kind: bytes) -> bytes:
    numbers = b"%07o\0%07o\0%07o\0%011o\0%011o\0" % (mode, 0, 0, size, when)
    head = name.ljust(100, b"\0") + numbers + b" " * 8 + kind + bytes(100) + b"ustar  \0" + bytes(64) + b"%07o\0%07o\0" % (0, 0)
    head = head.ljust(_BLOCK, b"\0")
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _BLOCK)
