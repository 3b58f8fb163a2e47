# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploaded project archives, read once as a stream into a folder.

Documented: ae5-tools takes tar.gz, tar.bz2, tar.xz and zip.  Assumed: which archives are refused, and in which words.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import stat
import tarfile
import typing as t
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from .switches import Switches

BLOCK = 1024**2
PROJECT_FILES = ("anaconda-project.yml", "anaconda-project.yaml", "kapsel.yml")
LARGEST_PROJECT_FILE = 1024**2


class BrokenProject(ValueError):
    """The bytes are no project archive, or cannot be kept.  The text is a sentence."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A member below the one folder: ``kind`` is file, link or dir, ``path`` is relative to the folder."""

    path: str
    kind: str
    mode: int
    size: int = 0
    sha256: str = ""
    target: str = ""


@dataclasses.dataclass
class Revision:
    """What became of an upload: the tree that is kept, what of it was not, and the commands of its project file."""

    entries: list[Entry] = dataclasses.field(default_factory=list)
    dropped: list[str] = dataclasses.field(default_factory=list)
    commands: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)


_Member = t.Tuple[str, str, int, int, str, t.Optional[t.Callable[[], t.Optional[t.IO[bytes]]]]]


def _tar_members(tar: tarfile.TarFile) -> t.Iterator[_Member]:
    for item in tar:
        if item.issym():
            yield item.name, "link", item.mode, 0, item.linkname, None
        elif item.isdir():
            yield item.name, "dir", item.mode, 0, "", None
        elif item.isfile() or item.islnk():
            whole = tar.getmember(item.linkname) if item.islnk() else item
            yield item.name, "file", item.mode, whole.size, "", lambda item=item: tar.extractfile(item)  # type: ignore[misc]
        else:
            yield item.name, "special", item.mode, 0, "", None


def _zip_members(archive: zipfile.ZipFile) -> t.Iterator[_Member]:
    for item in archive.infolist():
        mode = item.external_attr >> 16
        if item.is_dir():
            yield item.filename.rstrip("/"), "dir", mode or 0o755, 0, "", None
        elif stat.S_ISLNK(mode):
            yield item.filename, "link", mode, 0, archive.read(item).decode("utf-8", "surrogateescape"), None
        else:
            yield item.filename, "file", mode or 0o644, item.file_size, "", lambda item=item: archive.open(item)  # type: ignore[misc]


@contextlib.contextmanager
def _opened(path: Path) -> t.Iterator[t.Iterator[_Member]]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield _zip_members(archive)
        else:
            with tarfile.open(path, "r:*") as tar:
                yield _tar_members(tar)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, zlib.error) as exc:
        raise BrokenProject(f"the upload is not a readable .tar.gz, .tar.bz2 or .zip: {exc}") from exc


class Unpacked:
    """An upload in a folder: every name was checked, ``modes`` are those of the archive by path, ``dropped`` did not come along."""

    def __init__(self, upload: Path, folder: Path, switches: Switches) -> None:
        """Raises ``BrokenProject``."""
        self.folder = folder
        self.modes: dict[str, int] = {}
        self.dropped: list[str] = []
        self._links = switches.project_links == "kept"
        self._git = switches.project_storage == "git"
        self._top = ""
        folder.mkdir()
        with _opened(upload) as members:
            for member in members:
                self._take(*member)
        if not self._top:
            raise BrokenProject("the archive is empty")

    def path(self, name: str) -> bytes:
        return os.fsencode(self.folder) + b"/" + name.encode("utf-8", "surrogateescape")

    def _relative(self, name: str) -> str:
        """The path below the one folder, empty for the folder itself."""
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts:
            raise BrokenProject(f"the member {name!r} leads out of the project's folder")
        if not parts:
            return ""
        self._top = self._top or parts[0]
        if parts[0] != self._top:
            raise BrokenProject(f"the archive holds more than one folder at its top: {self._top!r} and {parts[0]!r}")
        path = "/".join(parts[1:])
        if path and path in self.modes:
            raise BrokenProject(f"the archive holds {path!r} twice")
        return path

    def _take(self, name: str, kind: str, mode: int, size: int, target: str, opener: t.Any) -> None:
        path = self._relative(name)
        if not path:
            if kind != "dir":
                raise BrokenProject(f"{name!r} is a file at the top of the archive, not a folder")
            return
        if kind == "special" or (kind == "link" and not self._links) or (self._git and path.split("/", 1)[0] == ".git"):
            self.dropped.append(path)
            return
        self.modes[path] = mode & 0o777
        try:
            self._make(path, kind, mode, size, target, opener)
        except OSError as exc:
            raise BrokenProject(f"{path!r} cannot be unpacked: {exc.strerror}") from exc

    def _make(self, path: str, kind: str, mode: int, size: int, target: str, opener: t.Any) -> None:
        there, above = self.path(path), path
        while "/" in above:
            above = above.rpartition("/")[0]
            if os.path.islink(self.path(above)):
                raise BrokenProject(f"the member {path!r} lies behind a link")
        os.makedirs(there if kind == "dir" else os.path.dirname(there), exist_ok=True)
        if kind == "link":
            os.symlink(target.encode("utf-8", "surrogateescape"), there)
        elif kind == "file":
            with opener() as source, open(there, "xb") as sink:
                shutil.copyfileobj(source, sink, BLOCK)
                if sink.tell() != size:
                    raise BrokenProject(f"{path!r} is cut short")
            os.chmod(there, 0o755 if mode & 0o100 else 0o644)

    def commands(self) -> list[dict[str, t.Any]]:
        """The commands of the project's file as a revision shows them; none if it cannot be read."""
        for name in PROJECT_FILES:
            with contextlib.suppress(OSError):
                if stat.S_ISREG((status := os.lstat(self.path(name))).st_mode) and status.st_size <= LARGEST_PROJECT_FILE:
                    return commands((self.folder / name).read_bytes())
        return []


def commands(text: bytes) -> list[dict[str, t.Any]]:
    """The commands of an ``anaconda-project.yml`` as a revision shows them; none if it cannot be read."""
    try:
        found = YAML(typ="safe").load(text)
    except (YAMLError, ValueError):
        return []
    listed = found.get("commands") if isinstance(found, dict) else None
    if not isinstance(listed, dict):
        return []
    return [{"id": str(name), **(value if isinstance(value, dict) else {})} for name, value in listed.items()]
