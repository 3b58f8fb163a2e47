# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive of a converted project, checked before and while it is sent.  Private to the collection."""

from __future__ import annotations

import hashlib
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_names import name_problems, proposed_name
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import Tree
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.rules import differences
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words


class Unfit(MigrationError):
    """A project that is not sent until a person does something."""


class Archive:
    """One archive below ``folder``.  Nothing of it is kept in memory but the block that is under way.

    With ``predict`` (check mode) it need not be there: a conversion in check mode keeps the list and no archive.
    """

    def __init__(self, folder: str, conversion: Conversion, predict: bool = False) -> None:
        self._conversion = conversion
        self._path = os.path.join(folder, conversion.archive)
        self._is_predicted = predict and not os.path.lexists(self._path)
        self.file = os.path.basename(conversion.archive)
        self.size = conversion.bytes

    def check(self, limit: int) -> None:
        """What can be known before the first byte is sent.  Raises ``Unfit``."""
        item = self._conversion
        what = f"The project {shown(item.key)} is not uploaded"
        for problem in name_problems(item.name, proposed_name(item.name)):
            raise Unfit(f"{what}: {problem.detail} Give it another name with ae_notebook_project_names, and convert it again.")
        try:
            size = self.size if self._is_predicted else os.stat(self._path).st_size
        except OSError as exc:
            raise Unfit(f"{what}: its archive {shown(self._path)} cannot be read ({exc.strerror}); convert it again.") from exc
        if size > limit:
            raise Unfit(
                f"{what}: its archive has {size_in_words(size)}, over the {size_in_words(limit)} that AE5 accepts; put large data"
                " elsewhere, or name it in .projectignore, and convert it again."
            )
        if size != self.size:
            raise self._changed(f"has {size:,} bytes instead of {self.size:,}")

    def open(self) -> ArchiveReader:
        """A reader that gives the last byte only if the archive is the one that was converted.  Raises ``Unfit``."""
        try:
            return ArchiveReader(self, os.open(self._path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError as exc:
            raise self._unreadable(exc) from exc

    def tree(self) -> Tree:
        """What it holds.  Raises ``MigrationError``."""
        try:
            with open(self._path, "rb") as stream:
                return read_tree(stream, f"The file {shown(self._path)}")
        except OSError as exc:
            raise self._unreadable(exc) from exc

    @property
    def known_tree(self) -> t.Optional[Tree]:
        """What it holds, ``None`` if it is only predicted.  Raises ``MigrationError``."""
        return None if self._is_predicted else self.tree()

    def differences(self, theirs: t.Mapping[str, str]) -> str:
        """Which files differ from those of AE5's project (path to sha256), for the end of a sentence.  Raises ``MigrationError``."""
        return "some file" if self._is_predicted else differences(self.tree().files, theirs)

    def check_digest(self, digest: str) -> None:
        """Raises ``Unfit`` if this is not the digest of the archive that was converted."""
        if digest != self._conversion.sha256:
            raise self._changed("has a digest other than in conversions.jsonl")

    def _unreadable(self, exc: OSError) -> Unfit:
        return Unfit(f"The archive {shown(self._path)} cannot be read ({exc.strerror}); convert the project again.")

    def _changed(self, how: str) -> Unfit:
        return Unfit(f"The archive {shown(self._path)} {how}, so {shown(self._conversion.key)} is not uploaded; convert the project again.")


class ArchiveReader:
    """Reads an archive once, from its start to its end."""

    def __init__(self, archive: Archive, fd: int) -> None:
        self._archive, self._fd = archive, fd
        self._left = archive.size
        self._told = hashlib.sha256()

    def read(self, size: int = 1 << 20) -> bytes:
        """The next bytes, at most ``size``.  Raises ``Unfit`` in place of the last ones if the digest is wrong."""
        try:
            block = os.read(self._fd, min(size, self._left))
        except OSError as exc:
            # An OSError would be taken for a broken connection further up.
            raise Unfit(f"The archive {self._archive.file} cannot be read: {exc.strerror}; look at the disk.") from exc
        self._told.update(block)
        self._left -= len(block)
        if not self._left or not block:
            self._archive.check_digest(self._told.hexdigest())
        return block

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
