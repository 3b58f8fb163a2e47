# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of a dump as an upload source, never sent completely unless it is the planned file.  Private to the collection."""

from __future__ import annotations

import contextlib
import hashlib
import os

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import UploadSource
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import open_beneath
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

BLOCK = 1 << 20


class SourceError(MigrationError):
    """The file of a placement cannot be read from the dump.  Says nothing about other files."""


class CorruptFile(SourceError):
    """The bytes in the dump are not those that the inventory describes."""


class CheckedReader:
    """Reads a file and checks it: the last block is returned only if size and digests are right.

    A request that sends these bytes with their Content-Length therefore stays incomplete if the file is corrupted, and the
    server stores nothing.
    """

    def __init__(self, fd: int, placement: Placement) -> None:
        self._fd = fd
        self._placement = placement
        self._position = 0
        self._digests = {
            name: (hashlib.new(name), expected.lower())
            for name, expected in (("sha256", placement.sha256), ("md5", placement.md5))
            if expected
        }

    def read(self, size: int = BLOCK) -> bytes:
        """The next bytes.

        Raises:
            CorruptFile: the last block is reached, and the file is not the expected one.
        """
        left = self._placement.size - self._position
        piece = self._read(min(size, left)) if left > 0 else b""
        self._position += len(piece)
        for digest, _expected in self._digests.values():
            digest.update(piece)
        if not piece and left > 0:
            raise self._corrupt("size", str(self._placement.size), str(self._position))
        if len(piece) == left:
            self._finish()
        return piece

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _read(self, size: int) -> bytes:
        try:
            return os.read(self._fd, size)
        except OSError as exc:
            # The callers treat an OSError as a broken connection.
            raise SourceError(
                f"File {shown(self._placement.path)} of site {self._placement.site} cannot be read: {exc.strerror}; check the disk."
            ) from exc

    def _finish(self) -> None:
        if self._read(1):
            raise self._corrupt("size", str(self._placement.size), "more")
        for name, (digest, expected) in self._digests.items():
            if digest.hexdigest() != expected:
                raise self._corrupt(name, expected, digest.hexdigest())

    def _corrupt(self, what: str, expected: str, found: str) -> CorruptFile:
        return corrupt(self._placement, what, expected, found)


class DumpSource(UploadSource):
    """The file of one placement.  ``dump_fd`` is an open dump folder (``_ae4.dump.open_dump``) and stays the caller's."""

    def __init__(self, dump_fd: int, placement: Placement) -> None:
        self.file = placement.file
        self.size = placement.size
        self._dump_fd = dump_fd
        self._placement = placement

    def open(self) -> CheckedReader:
        """Raises ``SourceError`` if the file cannot be opened, ``CorruptFile`` if its size is wrong already."""
        try:
            fd = open_beneath(self._dump_fd, self._placement.path)
        except MigrationError as exc:
            raise SourceError(f"File {shown(self._placement.file)} for channel {self._placement.channel} cannot be sent: {exc}") from exc
        size = os.fstat(fd).st_size
        if size != self._placement.size:
            os.close(fd)
            raise corrupt(self._placement, "size", str(self._placement.size), str(size))
        return CheckedReader(fd, self._placement)

    def check_size(self) -> None:
        """Checks the file without reading it.  Raises as ``open``."""
        self.open().close()

    def check_bytes(self) -> None:
        """Reads all of the file; raises as ``open`` and ``CheckedReader.read``."""
        with contextlib.closing(self.open()) as reader:
            while reader.read():
                pass

    def checked_path(self) -> str:
        """Reads all of the file first; raises as ``open`` and ``CheckedReader.read``."""
        if self._placement.path.rsplit("/", 1)[-1] != self._placement.file:
            raise SourceError(
                f"File {shown(self._placement.path)} of the dump would be uploaded under another name than {shown(self._placement.file)},"
                " which anaconda-enterprise-cli cannot do; upload it in AE5's web interface."
            )
        self.check_bytes()
        return os.path.join(os.readlink(f"/proc/self/fd/{self._dump_fd}"), self._placement.path)


def corrupt(placement: Placement, what: str, expected: str, found: str) -> CorruptFile:
    """The sentence for a file that is not what the inventory says."""
    return CorruptFile(
        f"File {shown(placement.path)} of site {placement.site} is corrupted, its {what} is {found} and not {expected}, so it was not sent"
        f" to channel {placement.channel}; run the export playbook again for the site."
    )
