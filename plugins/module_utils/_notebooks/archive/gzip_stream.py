# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gzip stream in which what cannot be compressed is stored, so that the disk is the limit.  Private to the collection.

Deflating data that does not get smaller (pictures, archives, pickles) takes ten times as long as reading it.  The format has
blocks of stored bytes for that; the standard library's writer cannot be told when to use them.  Equal bytes in, equal bytes
out, however they are cut into pieces.
"""

from __future__ import annotations

import struct
import typing as t
import zlib

LEVEL = 1
"""Of compression: a higher one makes the processor the limit, for a tenth of the size."""
SAMPLE = 1 << 16
_DENSE = 0.95
_STORED = 0xFFFF
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x04\xff"
"""Deflated, no name, no time, fastest, of no operating system."""


def is_dense(sample: bytes) -> bool:
    """Whether data that begins like this is not worth compressing; what is small always is."""
    return len(sample) >= SAMPLE and len(zlib.compress(sample[:SAMPLE], LEVEL)) > SAMPLE * _DENSE


def _deflater() -> t.Any:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)


class GzipWriter:
    """Compresses or stores what it is given, and hands the stream on to ``write``.  ``close`` ends it."""

    def __init__(self, write: t.Callable[[bytes], t.Any]) -> None:
        self._write, self._deflate = write, _deflater()
        self._dirty = False
        self._crc = self._size = 0
        write(_HEADER)

    def _count(self, data: bytes) -> None:
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)

    def compress(self, data: bytes) -> None:
        self._count(data)
        self._dirty = self._dirty or bool(data)
        self._out(self._deflate.compress(data))

    def store(self, data: bytes) -> None:
        """Takes ``data`` as it is."""
        self._count(data)
        if self._dirty:
            # Ends a block at a byte's border; what comes after it does not look back.
            self._out(self._deflate.flush(zlib.Z_FULL_FLUSH))
            self._deflate, self._dirty = _deflater(), False
        for start in range(0, len(data), _STORED):
            piece = data[start : start + _STORED]
            self._write(struct.pack("<BHH", 0, len(piece), len(piece) ^ _STORED) + piece)

    def _out(self, data: bytes) -> None:
        if data:
            self._write(data)

    def close(self) -> None:
        self._out(self._deflate.flush())
        self._write(struct.pack("<LL", self._crc, self._size & 0xFFFFFFFF))
