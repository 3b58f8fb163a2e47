# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A multipart/form-data body that is read while it is sent.  Private to the collection.

``requests`` with ``files=`` holds the whole body in memory; this one holds one block.
"""

from __future__ import annotations

import secrets
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import Reader

ESCAPES = {'"': "%22", "\r": "%0D", "\n": "%0A"}


class MultipartBody:
    """Fields, then one part with one file of ``size`` bytes.  ``len()`` is exact, so the request has a Content-Length."""

    def __init__(self, part: str, filename: str, size: int, reader: Reader, fields: t.Optional[t.Mapping[str, str]] = None) -> None:
        boundary = secrets.token_hex(16)
        quoted = "".join(ESCAPES.get(char, char) for char in filename)
        front = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in (fields or {}).items()
        )
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = (
            f'{front}--{boundary}\r\nContent-Disposition: form-data; name="{part}"; filename="{quoted}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._length = len(self._head) + size + len(self._tail)
        self._left = size
        self._reader = reader

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = 1 << 20) -> bytes:
        """The next bytes, at most ``size``; none at the end.  Raises what the file's reader raises."""
        if self._head:
            piece, self._head = self._head[:size], self._head[size:]
            return piece
        if self._left:
            piece = self._reader.read(min(size, self._left))
            if not piece:
                raise EOFError("the file ended before its size")
            self._left -= len(piece)
            return piece
        piece, self._tail = self._tail[:size], self._tail[size:]
        return piece

    def close(self) -> None:
        """Closes the file."""
        self._reader.close()
