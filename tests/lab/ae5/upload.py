# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receiving one multipart file: streamed to disk, hashed on the way, never in memory."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import tempfile
import typing as t
from pathlib import Path

from streaming_form_data import StreamingFormDataParser
from streaming_form_data.parser import ParseFailedException
from streaming_form_data.targets import BaseTarget

from .routes import Environ
from .state import Refused

BLOCK = 256 * 1024
FORM_OVERHEAD = 64 * 1024


class ClientGone(OSError):
    """The client went away before its request was complete."""


@dataclasses.dataclass(frozen=True)
class Received:
    path: Path
    file: str
    size: int
    md5: str
    sha256: str
    fields: dict[str, t.Optional[str]] = dataclasses.field(default_factory=dict)


class _FilePart(BaseTarget):
    def __init__(self, stream: t.IO[bytes], limit: int) -> None:
        super().__init__()
        self.stream = stream
        self.limit = limit
        self.size = 0
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha256 = hashlib.sha256()
        self.complete = False

    def on_data_received(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size <= self.limit:
            self.stream.write(chunk)
            self.md5.update(chunk)
            self.sha256.update(chunk)

    def on_finish(self) -> None:
        self.complete = True


def _blocks(environ: Environ) -> t.Iterator[bytes]:
    """The body of the request; raises ``ClientGone`` if less came than was announced."""
    stream, left = environ["wsgi.input"], environ.get("CONTENT_LENGTH")
    missing = int(left) if left else None
    while missing is None or missing > 0:
        try:
            block = stream.read(BLOCK if missing is None else min(BLOCK, missing))
        except (OSError, ValueError) as exc:
            raise ClientGone(f"the upload broke off: {exc}") from exc
        if not block:
            break
        yield block
        if missing is not None:
            missing -= len(block)
    if missing:
        raise ClientGone(f"the upload broke off {missing} bytes before its end")


class _Field(BaseTarget):
    def __init__(self) -> None:
        super().__init__()
        self.content = b""
        self.complete = False

    def on_data_received(self, chunk: bytes) -> None:
        self.content += chunk
        if len(self.content) > FORM_OVERHEAD:
            raise Refused(400, "a field of the form is too long")

    def on_finish(self) -> None:
        self.complete = True

    def text(self) -> t.Optional[str]:
        return self.content.decode("utf-8", "replace") if self.complete else None


@contextlib.contextmanager
def receive(environ: Environ, folder: Path, part: str, limit: int, fields: t.Sequence[str] = ()) -> t.Iterator[Received]:
    """Reads the form; the file part is at ``Received.path`` inside the block and gone after it, unless it was moved.

    ``fields`` are read as well, None where the form has no such field.  Raises ``Refused`` (400, 413) or ``ClientGone``.
    """
    if int(environ.get("CONTENT_LENGTH") or 0) > limit + FORM_OVERHEAD:
        raise Refused(413, f"the file is larger than {limit} bytes")
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-", delete=False) as stream:
        path = Path(stream.name)
        try:
            target = _FilePart(stream, limit)
            texts = {name: _Field() for name in fields}
            try:
                parser = StreamingFormDataParser(headers={"Content-Type": environ.get("CONTENT_TYPE", "")})
                parser.register(part, target)
                for field, value in texts.items():
                    parser.register(field, value)
                for block in _blocks(environ):
                    parser.data_received(block)
            except ParseFailedException as exc:
                raise Refused(400, f"the body is not a form with a part {part}: {exc}") from exc
            if target.size > limit:
                raise Refused(413, f"the file is larger than {limit} bytes")
            if not target.complete or not target.multipart_filename:
                raise Refused(400, f"the form has no complete part {part} with a file name")
            stream.flush()
            name = target.multipart_filename.replace("\\", "/").rsplit("/", 1)[-1]
            values = {field: value.text() for field, value in texts.items()}
            yield Received(path, name, target.size, target.md5.hexdigest(), target.sha256.hexdigest(), values)
        finally:
            path.unlink(missing_ok=True)
