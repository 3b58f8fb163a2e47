# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds one member in a compressed tar stream, within limits, without unpacking.  Private to the collection.

The standard library's tarfile reads the headers of long names into memory at whatever length the archive claims, and
its bz2 file has no limit either; a package out of a dump is hostile input, so both are read here, block by block.
"""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

BLOCK = 512
CHUNK = 1 << 18
_LONG_NAME = b"L"
_PAX = b"x"
_REGULAR = (b"0", b"\0", b"7")
# links, devices, folders: their size field counts for nothing, no data follows
_NO_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")


class ArchiveError(Exception):
    """A package file is not what it should be.  The text is the end of a sentence."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What an archive may cost.  A real package of conda inflates to about 5 times its size, seldom 20 times."""

    inflated_floor: int = 256 << 20
    inflated_ratio: int = 200
    inflated_ceiling: int = 64 << 30
    members: int = 500_000
    member_bytes: int = 4 << 20
    """Of info/index.json, and of the headers that carry long names."""

    def inflated(self, compressed: int) -> int:
        return min(self.inflated_ceiling, max(self.inflated_floor, compressed * self.inflated_ratio))


class Decompressor(t.Protocol):
    """What ``bz2.BZ2Decompressor`` offers."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Inflater:
    """Reads decompressed bytes from ``source`` (a function: number of bytes -> bytes), never more than ``limit`` of them.

    A file may hold several compressed streams one after the other, as parallel compressors write them.
    """

    def __init__(self, source: t.Callable[[int], bytes], new: t.Callable[[], Decompressor], limit: int) -> None:
        self._source, self._new, self._left = source, new, limit
        self._stream = new()
        self._buffer = b""
        self._begun = False

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer at the end.  Raises ``ArchiveError``."""
        parts = []
        while size > 0:
            if not self._buffer:
                self._buffer = self._more()
            if not self._buffer:
                break
            part, self._buffer = self._buffer[:size], self._buffer[size:]
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        while size > 0:
            read = len(self.read(min(size, CHUNK)))
            if not read:
                raise ArchiveError("it is truncated")
            size -= read

    def drain(self) -> None:
        """Reads to the end, so that the checksums of the compressed stream have all been verified."""
        while self.read(CHUNK):
            pass

    def _more(self) -> bytes:
        while True:
            data = b""
            if self._stream.eof:
                data = self._stream.unused_data or self._source(CHUNK)
                if not data:
                    return b""
                self._stream, self._begun = self._new(), False
            elif self._stream.needs_input:
                data = self._source(CHUNK)
                if not data:
                    raise ArchiveError("it is truncated" if self._begun else "it is empty")
            self._begun = True
            try:
                out = self._stream.decompress(data, CHUNK)
            except (OSError, ValueError, EOFError) as exc:
                raise ArchiveError("its compressed data is damaged") from exc
            if out:
                self._left -= len(out)
                if self._left < 0:
                    raise ArchiveError("it unpacks to far more data than a package of its size can contain")
                return out


def find_members(stream: Inflater, wanted: str, limits: Limits, whole: bool) -> t.List[bytes]:
    """The contents of the regular files ``wanted``: who unpacks an archive gets the last one.

    Without ``whole`` only up to the first file that is in another folder than the one found: to decompress the rest takes far longer
    than to hash it.  Damage behind the first counts only with ``whole``.  Raises ``ArchiveError``.
    """
    found: t.List[bytes] = []
    try:
        for content in _members(stream, wanted, limits, whole):
            found.append(content)
        if whole:
            stream.drain()
    except ArchiveError:
        if whole or not found:
            raise
    if not found:
        raise ArchiveError(f"it contains no {wanted}")
    return found


def _members(stream: Inflater, wanted: str, limits: Limits, whole: bool) -> t.Iterator[bytes]:
    is_found = False
    long_name: t.Optional[str] = None
    pax_size: t.Optional[int] = None
    for _count in range(limits.members):
        header = stream.read(BLOCK)
        if not header or header == bytes(BLOCK):
            return
        name, size, kind = _parse_header(header)
        if kind in (_LONG_NAME, _PAX):
            if size > limits.member_bytes:
                raise ArchiveError("it has a header that is too long")
            data = _content(stream, size)
            if kind == _LONG_NAME:
                long_name = data.rstrip(b"\0").decode("utf-8", "replace")
            else:
                long_name, pax_size = _parse_pax(data, long_name)
            continue
        name, size = long_name or name, size if pax_size is None else pax_size
        long_name = pax_size = None
        if is_found and not whole and posixpath.dirname(posixpath.normpath(name)) != posixpath.dirname(wanted):
            return
        if kind in _REGULAR and posixpath.normpath(name) == wanted:
            if size > limits.member_bytes:
                raise ArchiveError(f"its {wanted} is larger than {limits.member_bytes} bytes")
            yield _content(stream, size)
            is_found = True
            continue
        if kind not in _NO_DATA:
            stream.skip(size + -size % BLOCK)
    raise ArchiveError(f"it holds more than {limits.members} members")


def _content(stream: Inflater, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise ArchiveError("it is truncated")
    stream.read(-size % BLOCK)
    return data


def _parse_header(header: bytes) -> t.Tuple[str, int, bytes]:
    if len(header) < BLOCK:
        raise ArchiveError("it is truncated")
    told = _number(header[148:156])
    if told != sum(header[:148]) + 256 + sum(header[156:]):
        raise ArchiveError("it has a damaged header")
    name = _text(header[:100])
    if header[257:263] == b"ustar\0" and header[345]:
        name = f"{_text(header[345:500])}/{name}"
    return name, _number(header[124:136]), header[156:157]


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")


def _number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip(b" ")
    if digits.strip(b"01234567"):
        raise ArchiveError("it has a damaged header")
    return int(digits, 8) if digits else 0


def _parse_pax(data: bytes, name: t.Optional[str]) -> t.Tuple[t.Optional[str], t.Optional[int]]:
    """Path and size out of the records ``LENGTH KEY=VALUE\\n`` of a pax header."""
    size = None
    while data:
        length_text, _blank, _rest = data[:24].partition(b" ")
        if not length_text.isdigit() or not 5 <= int(length_text) <= len(data):
            raise ArchiveError("it has a damaged header")
        key, _equals, value = data[len(length_text) + 1 : int(length_text) - 1].partition(b"=")
        if key == b"path":
            name = value.decode("utf-8", "replace")
        elif key == b"size":
            if not value.isdigit() or len(value) > 20:
                raise ArchiveError("it has a damaged header")
            size = int(value)
        data = data[int(length_text) :]
    return name, size
