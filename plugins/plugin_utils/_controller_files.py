# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the controller, as the action plugin ``bring`` reads and replaces them.  Private to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import tempfile
import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import file_sha256

FILE = "file"
FOLDER = "folder"
OTHER = "other"

DAY = 24 * 60 * 60


@dataclasses.dataclass(eq=False)
class Found:
    """What there is under a name.  ``OTHER`` is what cannot be read, or is neither file nor folder.

    The digest of a file on the controller is computed when it is asked for, because a different size says enough.
    """

    kind: str
    size: int = 0
    mode: int = 0
    link: bool = False
    path: str = ""
    inode: t.Tuple[int, ...] = ()
    digest: str = ""

    @property
    def sha256(self) -> str:
        if not self.digest:
            self.digest = file_sha256(self.path)
        return self.digest

    def same_content(self, other: Found) -> bool:
        """Whether both are files with the same bytes."""
        same_size = self.kind == other.kind == FILE and self.size == other.size
        here = bool(self.path and other.path)  # the numbers of files on two machines may be equal, of clones for example
        return same_size and ((here and self.same_file(other)) or self.sha256 == other.sha256)

    def same_file(self, other: t.Optional[Found]) -> bool:
        """Whether both have the numbers of one file, which is then the source and the destination."""
        return other is not None and bool(self.inode) and self.inode == other.inode


class ControllerFiles:
    """Files below folders of this machine; a folder that is not absolute is below ``base``."""

    def __init__(self, base: str, where: str) -> None:
        self._base, self.where = base, where

    def path(self, path: str) -> str:
        """A path without a tilde and absolute."""
        return os.path.join(self._base, os.path.expanduser(path))

    def look(self, folder: str, names: t.Iterable[str]) -> t.Dict[str, Found]:
        """What is there of ``names``."""
        seen = {name: self._look(os.path.join(self.path(folder), name)) for name in names}
        return {name: found for name, found in seen.items() if found is not None}

    def in_the_way(self, folders: t.Sequence[str]) -> t.List[str]:
        """The files where one of these folders would have to be made."""
        found = []
        for folder in folders:
            place = self.path(folder)
            while not os.path.lexists(place) and os.path.dirname(place) != place:
                place = os.path.dirname(place)
            if os.path.isfile(place):
                found.append(place)
        return found

    @staticmethod
    def _look(path: str) -> t.Optional[Found]:
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return Found(OTHER, link=True) if os.path.islink(path) else None
        except OSError:
            return Found(OTHER)
        if os.path.isdir(path):
            return Found(FOLDER)
        if not os.path.isfile(path) or not os.access(path, os.R_OK):
            return Found(OTHER)
        return Found(FILE, status.st_size, status.st_mode & 0o7777, os.path.islink(path), path, (status.st_dev, status.st_ino))

    def set_mode(self, folder: str, names: t.Iterable[str], mode: int) -> None:
        for name in names:
            os.chmod(os.path.join(self.path(folder), name), mode)

    def remove(self, paths: t.Iterable[str], dry: bool) -> int:
        """Removes files and folders; how many there were."""
        there = [path for path in map(self.path, paths) if _is_there(path)]
        for path in there if not dry else ():
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        return len(there)


def _is_there(path: str) -> bool:
    """Whether there is something, be it a link that leads nowhere.  Raises OSError if that cannot be seen."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


class Incoming:
    """Files on their way into a folder of this machine: they get their names together, when all of them are whole, or none does."""

    def __init__(self, folder: str, mode: int) -> None:
        self._folder, self._mode = folder, mode
        self._parts: t.Dict[str, str] = {}
        self._swept: t.Set[str] = set()

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_exc: object) -> None:
        for part in self._parts.values():
            if os.path.lexists(part):
                os.unlink(part)

    def part(self, name: str) -> str:
        """An empty file beside what will be ``name``, which only its owner can read."""
        folder = os.path.dirname(os.path.join(self._folder, name))
        make_folders(folder)
        if folder not in self._swept:
            self._swept.add(folder)
            _sweep(folder)
        handle, self._parts[name] = tempfile.mkstemp(prefix=".ae-bring-", dir=folder)
        os.close(handle)
        return self._parts[name]

    def check(self, name: str, found: Found) -> None:
        """That a file has come as it was seen at its source."""
        part = self._parts[name]
        if os.path.getsize(part) != found.size or file_sha256(part) != found.sha256:
            raise MigrationError(
                f"The file {name} came with other bytes than it has at its source, or was changed meanwhile; run it again."
            )

    def commit(self) -> None:
        for name, part in self._parts.items():
            os.chmod(part, self._mode)
            os.replace(part, os.path.join(self._folder, name))


def _sweep(folder: str) -> None:
    """Removes what transfers that were killed left in a folder more than a day ago."""
    for entry in list(os.scandir(folder)):
        with contextlib.suppress(OSError):
            if entry.name.startswith(".ae-bring-") and entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < time.time() - DAY:
                os.unlink(entry.path)


def make_folders(path: str) -> None:
    """Makes a folder and those above it; what is made can be entered by nobody else, whatever the umask."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for folder in reversed(missing):
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            continue  # made by the task of another host meanwhile
        os.chmod(folder, 0o700)
