# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploaded project archives: read once as a stream, and written again as the archive of a revision.

Documented: ae5-tools takes tar.gz, tar.bz2, tar.xz and zip, and an archive that AE5 gave out is a ``git archive`` whose one
folder is ``NAME-<32 hex>`` (ae5-tools' own fixtures).  Assumed: which archives are refused, and in which words.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
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
EXTRAS = {".gitattributes": b"* merge=binary\n", ".gitignore": b"/envs/\n__pycache__/\n.ipynb_checkpoints/\n"}


class BrokenProject(ValueError):
    """The bytes are no project archive.  The text is a sentence."""


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


class _Reader:
    """Walks through an upload, checks every name and writes what is kept."""

    def __init__(self, tar: tarfile.TarFile, root: str, mtime: int, switches: Switches) -> None:
        self.tar, self.root, self.mtime = tar, root, mtime
        self.git = switches.project_storage == "git"
        self.links = switches.project_links == "kept"
        self.revision = Revision()
        self.top = ""
        self.seen: set[str] = set()
        self.folders: set[str] = set()

    def relative(self, name: str) -> str:
        """The path below the one folder, empty for the folder itself."""
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts:
            raise BrokenProject(f"the member {name!r} leads out of the project's folder")
        if not parts:
            return ""
        self.top = self.top or parts[0]
        if parts[0] != self.top:
            raise BrokenProject(f"the archive holds more than one folder at its top: {self.top!r} and {parts[0]!r}")
        path = "/".join(parts[1:])
        if path and path in self.seen:
            raise BrokenProject(f"the archive holds {path!r} twice")
        self.seen.add(path)
        return path

    def take(self, member: _Member) -> None:
        name, kind, mode, size, target, opener = member
        path = self.relative(name)
        if not path:
            if kind != "dir":
                raise BrokenProject(f"{name!r} is a file at the top of the archive, not a folder")
            return
        if kind == "special" or (kind == "link" and not self.links) or (self.git and path.split("/", 1)[0] == ".git"):
            self.revision.dropped.append(path)
        elif kind == "dir":
            if not self.git:
                self._folder(path, mode)
        elif kind == "link":
            self._link(path, target)
        else:
            stream = opener() if opener else None
            if stream is None:
                raise BrokenProject(f"the member {name!r} has no content")
            with stream:
                self._file(path, mode, size, stream)

    def _member(self, path: str, mode: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(f"{self.root}/{path}" if path else self.root)
        info.mode, info.mtime, info.uname, info.gname = mode, self.mtime, "root", "root"
        return info

    def _folder(self, path: str, mode: int) -> None:
        if path in self.folders:
            return
        self.folders.add(path)
        info = self._member(path, mode)
        info.type = tarfile.DIRTYPE
        self.tar.addfile(info)
        if path and not self.git:
            self.revision.entries.append(Entry(path, "dir", mode & 0o777))

    def _parents(self, path: str) -> None:
        """As git archive: every folder that holds something."""
        parts = path.split("/")[:-1]
        if self.git:
            for count in range(len(parts) + 1):
                self._folder("/".join(parts[:count]), 0o775)

    def _link(self, path: str, target: str) -> None:
        self._parents(path)
        info = self._member(path, 0o777)
        info.type, info.linkname = tarfile.SYMTYPE, target
        self.tar.addfile(info)
        self.revision.entries.append(Entry(path, "link", 0o777, target=target))

    def _file(self, path: str, mode: int, size: int, stream: t.IO[bytes]) -> None:
        self._parents(path)
        kept = (0o775 if mode & 0o100 else 0o664) if self.git else mode & 0o777
        info = self._member(path, kept)
        info.size = size
        reader = _Hashing(stream, keep=path in PROJECT_FILES and size <= LARGEST_PROJECT_FILE)
        self.tar.addfile(info, reader)
        if reader.count != size:
            raise BrokenProject(f"{path!r} is cut short")
        self.revision.entries.append(Entry(path, "file", kept, size, reader.sha256.hexdigest()))
        if reader.kept is not None and not self.revision.commands:
            self.revision.commands = commands(bytes(reader.kept))


class _Hashing:
    def __init__(self, stream: t.IO[bytes], keep: bool) -> None:
        self.stream = stream
        self.sha256 = hashlib.sha256()
        self.count = 0
        self.kept: t.Optional[bytearray] = bytearray() if keep else None

    def read(self, size: int = BLOCK) -> bytes:
        block = self.stream.read(size)
        self.sha256.update(block)
        self.count += len(block)
        if self.kept is not None:
            self.kept += block
        return block


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


def convert(upload: Path, target: Path, root: str, mtime: int, switches: Switches) -> Revision:
    """Writes the revision's ``.tar.gz`` at ``target``; one block is in memory at a time.  Raises ``BrokenProject``."""
    comment = {"comment": hashlib.sha1(root.encode(), usedforsecurity=False).hexdigest()}
    # Stored, not compressed: the lab must not be what a test of speed measures.
    with tarfile.open(target, "w:gz", format=tarfile.PAX_FORMAT, pax_headers=comment, compresslevel=0) as tar:
        reader = _Reader(tar, root, mtime, switches)
        with _opened(upload) as members:
            for member in members:
                reader.take(member)
        if not reader.top:
            raise BrokenProject("the archive is empty")
        if switches.project_extras == "added":
            for name, content in EXTRAS.items():
                if name not in reader.seen:
                    reader._file(name, 0o644, len(content), io.BytesIO(content))
        if not reader.folders:
            reader._folder("", 0o775)
    return reader.revision
