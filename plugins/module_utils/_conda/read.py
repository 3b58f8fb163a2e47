# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a conda package file says of itself, and its digests, in one reading.  Private to the collection.

The identity (name, version, build, subdir) is in ``info/index.json`` inside the archive.  It is looked for in the
stream and never unpacked to disk; what an archive may cost is limited (``stream.Limits``).

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
import json
import os
import struct
import typing as t
import zipfile
import zlib

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.stream import ArchiveError, Inflater, Limits, find_members
from ansible_collections.ae_ops.migration.plugins.module_utils._files import new_md5
from ansible_collections.ae_ops.migration.plugins.module_utils._json import MetaError, text, text_or_none
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import CONDA, TAR_BZ2, subdir_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

try:
    import zstandard
except ImportError:
    zstandard = None  # type: ignore[assignment,unused-ignore]

INDEX = "info/index.json"
_IDENTITY = frozenset({"name", "version", "build", "subdir"})
_OTHER_FORMATS = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive"),
)
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
            identity = _only_identity(find_members(stream, INDEX, limits, whole))
        elif name.endswith(CONDA) and zstandard is not None:
            identity = _conda_identity(fd, size, limits)
            os.lseek(fd, 0, os.SEEK_SET)
    except ArchiveError as exc:
        error = (_other_format(fd) if name.endswith(TAR_BZ2) else None) or str(exc)
        if name.endswith(CONDA):
            os.lseek(fd, 0, os.SEEK_SET)
    reader.drain()
    return Reading(reader.size, reader.md5.hexdigest(), reader.sha256.hexdigest(), identity, error)


def could_tell_more(reading: Reading, name: str) -> bool:
    """Whether an older reading lacks an identity only because zstandard was missing then."""
    return name.endswith(CONDA) and zstandard is not None and reading.identity is None and reading.error is None


def _other_format(fd: int) -> t.Optional[str]:
    """What a file that should be .tar.bz2 is instead, by its first bytes."""
    head = os.pread(fd, 512, 0)
    found = "a plain tar archive" if head[257:262] == b"ustar" else None
    found = next((words for magic, words in _OTHER_FORMATS if head.startswith(magic)), found)
    return f"it is {found}, not compressed with bzip2 as its name says" if found else None


def _only_identity(indexes: t.Iterable[bytes]) -> Identity:
    """The identity that all of ``indexes`` give.  Raises ``ArchiveError``."""
    found = list(dict.fromkeys(parse_index(data) for data in indexes))
    if len(found) > 1:
        names = " and ".join(f"{item.name}-{item.version}-{item.build} for {item.subdir}" for item in found[:2])
        raise ArchiveError(f"it contains {INDEX} more than once, and they differ ({names}), so it is ambiguous which package it is")
    return found[0]


class _Number(str):
    """A number as it is written: 1.10 is another version than 1.1."""


class _Pairs(t.List[t.Tuple[str, t.Any]]):
    """A JSON object with its duplicate keys."""


def parse_index(data: bytes) -> Identity:
    """The identity in the bytes of an ``info/index.json``.  Raises ``ArchiveError``.

    Only what identifies the package is read strictly.  Of everything else any form will do, as it is not used: duplicate keys,
    NaN, bytes that are not UTF-8.
    """
    try:
        decoded = data.decode("utf-8-sig", "surrogateescape")
        pairs = json.loads(decoded, object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=lambda _name: None)
    except RecursionError as exc:
        raise ArchiveError(f"its {INDEX} is not understood: it is nested too deep") from exc
    except ValueError as exc:
        raise ArchiveError(f"its {INDEX} is not understood: it is not valid JSON ({shown(str(exc))[:200]})") from exc
    if not isinstance(pairs, _Pairs):
        raise ArchiveError(f"its {INDEX} is not understood: it is not a JSON object")
    index: t.Dict[str, t.Any] = {}
    for key, value in pairs:
        if key in _IDENTITY and key in index and index[key] != value:
            raise ArchiveError(f"its {INDEX} has the key {key} twice, with different values")
        index[key] = value
    for key in ("name", "version", "build"):
        if key not in index:
            raise ArchiveError(f"its {INDEX} lacks {key}")
    try:
        for key in ("name", "subdir"):
            if isinstance(index.get(key), _Number):
                raise ArchiveError(f"its {INDEX} is not understood: the {key} must be a name, not the number {index[key][:80]}")
        subdir = text_or_none(index.get("subdir"), "the subdir")
        derived = subdir is None and "arch" in index
        if derived:
            subdir = _derived_subdir(index)
        name, version, build = (str(text(index[key], f"the {key}")) for key in ("name", "version", "build"))
        return Identity(name, version, build, subdir, not derived)
    except MetaError as exc:
        raise ArchiveError(f"its {INDEX} is not understood: {exc}") from exc


def _derived_subdir(index: t.Mapping[str, t.Any]) -> t.Optional[str]:
    """The subdir of platform and arch; unknown if they are not names, because AE4 says it too."""
    try:
        return subdir_of(text_or_none(index.get("platform"), "the platform"), text_or_none(index["arch"], "the arch"))
    except MetaError:
        return None


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
                    return _only_identity(find_members(inflater, INDEX, limits, whole=False))
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
