# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a conda package file says of itself, and its digests, in one reading.  Private to the collection.

The identity (name, version, build, subdir) is in ``info/index.json`` inside the archive.  It is looked for in the
stream and never unpacked to disk; what an archive may cost is limited (``tarstream.Limits``).

* ``.tar.bz2``: one pass, the bytes that the archive reader takes are hashed on the way, the rest after it.
* ``.conda``: a zip file with ``info-*.tar.zst``; read only where the library zstandard can be imported, else the
  identity stays unknown, which is no problem of the file.
"""

from __future__ import annotations

import bz2
import dataclasses
import errno
import hashlib
import io
import os
import struct
import typing as t
import zipfile
import zlib

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.stream import ArchiveError, Inflater, Limits, find_member
from ansible_collections.ae_ops.migration.plugins.module_utils._files import new_md5
from ansible_collections.ae_ops.migration.plugins.module_utils._json import MetaError, load, text, text_or_none
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import CONDA, TAR_BZ2, subdir_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import JsonRecord

try:
    import zstandard
except ImportError:
    zstandard = None  # type: ignore[assignment,unused-ignore]

INDEX = "info/index.json"
_END_OF_ZIP = b"PK\x05\x06"
_ZIP_MEMBERS = 64
# what zipfile lets through where a directory or a header is damaged
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, LookupError, RuntimeError, OverflowError)


@dataclasses.dataclass(frozen=True)
class Identity(JsonRecord):
    """What ``info/index.json`` says.  ``subdir_told`` is false where the subdir was derived from platform and arch."""

    name: str
    version: str
    build: str
    subdir: t.Optional[str]
    subdir_told: bool


@dataclasses.dataclass(frozen=True)
class Reading(JsonRecord):
    """What one reading of a file gave.  ``error`` says why the archive could not be understood."""

    size: int
    md5: str
    sha256: str
    identity: t.Optional[Identity] = None
    error: t.Optional[str] = None


class _HashingReader:
    """Reads a descriptor from its start to its end and hashes every byte once."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.size = 0
        self.md5 = new_md5()
        self.sha256 = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = os.read(self._fd, size)
        self.size += len(data)
        self.md5.update(data)
        self.sha256.update(data)
        return data

    def drain(self) -> None:
        while self.read(1 << 20):
            pass


def read_package(fd: int, name: str, whole: bool = False, limits: t.Optional[Limits] = None) -> Reading:
    """Digests and identity of the file behind ``fd`` (read from its start; the caller closes it).

    ``name`` decides by its ending how the identity is read; a name with another ending gives digests only.  ``whole``
    reads the archive to its end, so that damage behind the identity is noticed without a digest to compare with.
    Raises ``OSError`` if the disk cannot be read.
    """
    limits = limits or Limits()
    size = os.fstat(fd).st_size
    reader = _HashingReader(fd)
    identity, error = None, None
    try:
        if name.endswith(TAR_BZ2):
            stream = Inflater(reader.read, bz2.BZ2Decompressor, limits.inflated(size))
            index = find_member(stream, INDEX, limits)
            if whole:
                stream.drain()
            identity = parse_index(index)
        elif name.endswith(CONDA) and zstandard is not None:
            identity = _conda_identity(fd, size, limits)
            os.lseek(fd, 0, os.SEEK_SET)
    except ArchiveError as exc:
        error = str(exc)
        if name.endswith(CONDA):
            os.lseek(fd, 0, os.SEEK_SET)
    reader.drain()
    return Reading(reader.size, reader.md5.hexdigest(), reader.sha256.hexdigest(), identity, error)


def could_tell_more(reading: Reading, name: str) -> bool:
    """Whether an older reading lacks an identity only because zstandard was missing then."""
    return name.endswith(CONDA) and zstandard is not None and reading.identity is None and reading.error is None


def parse_index(data: bytes) -> Identity:
    """The identity in the bytes of an ``info/index.json``.  Raises ``ArchiveError``."""
    try:
        index = load(data)
        for key in ("name", "version", "build"):
            if key not in index:
                raise ArchiveError(f"its {INDEX} lacks {key}")
        subdir = text_or_none(index.get("subdir"), "the subdir")
        derived = subdir is None and "arch" in index
        if derived:
            subdir = subdir_of(text_or_none(index.get("platform"), "the platform"), text_or_none(index["arch"], "the arch"))
        return Identity(
            text(index["name"], "the name"), text(index["version"], "the version"), text(index["build"], "the build"), subdir, not derived
        )
    except MetaError as exc:
        raise ArchiveError(f"its {INDEX} is not understood: {exc}") from exc


def _conda_identity(fd: int, size: int, limits: Limits) -> Identity:
    with os.fdopen(os.dup(fd), "rb") as stream:
        _check_zip(stream, size)
        try:
            with zipfile.ZipFile(stream) as box:
                infos = [item for item in box.infolist() if item.filename.startswith("info-") and item.filename.endswith(".tar.zst")]
                if len(infos) != 1 or infos[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ArchiveError("it contains no info-*.tar.zst")
                with box.open(infos[0]) as packed:
                    source = _limited(packed.read, size)
                    inflater = Inflater(source, _Zstd, limits.inflated(size))
                    return parse_index(find_member(inflater, INDEX, limits))
        except OSError as exc:
            if exc.errno != errno.EINVAL:  # zipfile seeks wherever a damaged directory sends it
                raise
            raise ArchiveError("it is not a sound zip file") from exc
        except _BROKEN_ZIP as exc:
            raise ArchiveError("it is not a sound zip file") from exc


def _limited(read: t.Callable[[int], bytes], limit: int) -> t.Callable[[int], bytes]:
    left = [limit]

    def limited(size: int) -> bytes:
        data = read(size)
        left[0] -= len(data)
        if left[0] < 0:
            raise ArchiveError("it unpacks to far more data than a package of its size can contain")
        return data

    return limited


def _check_zip(stream: t.BinaryIO, size: int) -> None:
    """Looks at the end record before zipfile reads as large a directory as the archive claims to have."""
    tail_size = min(size, (1 << 16) + 22)
    stream.seek(size - tail_size, io.SEEK_SET)
    tail = stream.read(tail_size)
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or len(tail) - at < 22:
        raise ArchiveError("it is not a sound zip file")
    members, directory = struct.unpack_from("<HI", tail, at + 10)
    if members > _ZIP_MEMBERS or directory > 1 << 20:
        raise ArchiveError(f"it is a zip file of {members} members, more than a package has")
    stream.seek(0, io.SEEK_SET)


class _Zstd:
    """A zstandard stream with the interface of ``bz2.BZ2Decompressor``; output comes in pieces, the window is limited."""

    def __init__(self) -> None:
        self._object = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        self._ready = b""
        self._input = b""
        self.eof = False
        self.unused_data = b""

    @property
    def needs_input(self) -> bool:
        return not self._ready and not self._input

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        self._input += data
        while not self._ready and self._input and not self._object.eof:
            # small bites: one byte of input can stand for a great deal of output
            bite, self._input = self._input[:64], self._input[64:]
            try:
                self._ready = self._object.decompress(bite)
            except zstandard.ZstdError as exc:
                raise ValueError(str(exc)) from exc
        out, self._ready = (self._ready, b"") if max_length < 0 else (self._ready[:max_length], self._ready[max_length:])
        if self._object.eof and not self._ready:
            self.eof = True
            self.unused_data = self._object.unused_data + self._input
        return out
