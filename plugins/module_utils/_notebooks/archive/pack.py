# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes and reads a project's archive: ``tar.gz``, equal bytes for equal content, in constant memory.  Private to the collection.

One folder at the top, members ordered by path, no times, no owners, two modes; names are bytes as the project has them.
The limit is kept twice: by the sizes of the files before anything is read (``archive_survey.check_size``), and by the bytes
of the archive while it is written.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os
import tarfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import DIR, FILE, LINK
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import ADDED_BY_AE5, Tree
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.gzip_stream import GzipWriter, is_dense
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.survey import Member, Stamp, Survey, TooLarge
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import open_file
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

CHUNK = 1 << 20
_RECORD = 10240
_MEMBERS = 2_000_000
_TYPES = {FILE: tarfile.REGTYPE, LINK: tarfile.SYMTYPE, DIR: tarfile.DIRTYPE}

Write = t.Callable[[bytes], t.Any]


class Changed(MigrationError):
    """A file was changed or removed while the project was read."""


@dataclasses.dataclass(frozen=True)
class Written:
    """An archive that was written."""

    bytes: int
    sha256: str
    files: t.Mapping[str, str]
    """Path to sha256."""


def over_limit(name: str, limit: int) -> TooLarge:
    """What to say of a project whose archive has more than ``limit`` bytes."""
    return TooLarge(
        f"The archive of the project {name} is over the {size_in_words(limit)} that AE5 accepts, so it was not kept; put large"
        " data elsewhere, or name it in .projectignore."
    )


class _Sink:
    """Counts and hashes what the compressor gives, and hands it on."""

    def __init__(self, write: t.Optional[Write], name: str, limit: int) -> None:
        self._write, self._name, self._limit = write, name, limit
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.bytes += len(data)
        if self.bytes > self._limit:
            raise over_limit(self._name, self._limit)
        self.sha256.update(data)
        if self._write is not None:
            self._write(data)


def write_archive(
    found: Survey, root_fd: int, top: str, write: t.Optional[Write] = None, *, name: str = "", limit: int = MAX_BYTES
) -> Written:
    """Writes the members of a survey of the project behind ``root_fd`` below the folder ``top``.

    ``write`` takes the archive's bytes; without it they are only counted and hashed.  ``name`` is for messages.

    Raises:
        Changed: a file is not the one that was looked at, or became another while it was read.
        TooLarge: the archive is over ``limit``.
        MigrationError: a file cannot be read.
    """
    name = name or top
    sink = _Sink(write, name, limit)
    digests: t.Dict[str, str] = {}
    written = 0
    box = GzipWriter(sink.write)
    with Folders(root_fd) as folders:
        for member in found.members:
            header = _header(member, top)
            box.compress(header)
            written += len(header)
            if member.kind == FILE:
                digests[member.path] = _add(box, member, folders, name)
                written += member.size + -member.size % tarfile.BLOCKSIZE
    ending = 2 * tarfile.BLOCKSIZE
    box.compress(bytes(ending + -(written + ending) % _RECORD))
    box.close()
    return Written(sink.bytes, sink.sha256.hexdigest(), digests)


def _header(member: Member, top: str) -> bytes:
    """The header of a member.  Made here: the standard library's differs between versions of Python."""
    name = encode(f"{top}/{member.path}") + (b"/" if member.kind == DIR else b"")
    mode = 0o777 if member.kind == LINK else 0o755 if member.executable or member.kind == DIR else 0o644
    target = encode(member.target)
    parts = [_long(tarfile.GNUTYPE_LONGLINK, target), _long(tarfile.GNUTYPE_LONGNAME, name)]
    return b"".join(parts) + _block(name, mode, member.size, _TYPES[member.kind], target)


def _long(kind: bytes, name: bytes) -> bytes:
    """GNU tar's extra member for a name or a target that a header has no room for."""
    if len(name) <= tarfile.LENGTH_NAME:
        return b""
    data = name + b"\0"
    return _block(b"././@LongLink", 0, len(data), kind, b"") + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def _block(name: bytes, mode: int, size: int, kind: bytes, target: bytes) -> bytes:
    sized = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    room = tarfile.LENGTH_NAME
    front = name[:room].ljust(room, b"\0") + b"%07o\0" % mode + b"%07o\0" % 0 * 2 + sized + b"%011o\0" % 0
    back = kind + target[:room].ljust(room, b"\0") + tarfile.GNU_MAGIC
    back = back.ljust(tarfile.BLOCKSIZE - len(front) - 8, b"\0")
    return front + b"%06o\0 " % (sum(front) + 8 * ord(" ") + sum(back)) + back


def _add(box: GzipWriter, member: Member, folders: Folders, name: str) -> str:
    told = hashlib.sha256()
    left = member.size
    put: t.Optional[Write] = None
    for block in [member.data] if member.data is not None else blocks(member, folders, name):
        put = put or (box.store if is_dense(block) else box.compress)
        told.update(block)
        put(block)
        left -= len(block)
    box.compress(bytes(-member.size % tarfile.BLOCKSIZE))
    if left:
        raise _changed(member, name)
    return told.hexdigest()


def blocks(member: Member, folders: Folders, name: str) -> t.Iterator[bytes]:
    """The bytes of a file, exactly as many as its header says."""
    try:
        fd = folders.open(member.path)
    except FileNotFoundError as exc:
        raise _changed(member, name) from exc
    except OSError as exc:
        raise MigrationError(f"The file {shown(member.path)} of the project {name} cannot be read: {exc.strerror}.") from exc
    # Buffered, so that a block is short at the end of the file only.
    with os.fdopen(fd, "rb") as stream:
        if Stamp.of(os.fstat(fd)) != member.stamp:
            raise _changed(member, name)
        left = member.size
        while left:
            block = stream.read(min(left, CHUNK))
            if not block:
                break
            left -= len(block)
            yield block
        if Stamp.of(os.fstat(fd)) != member.stamp:
            raise _changed(member, name)


def _changed(member: Member, name: str) -> Changed:
    return Changed(
        f"The file {shown(member.path)} of the project {name} changed while it was archived; ask its owner to end the session,"
        " and run again."
    )


class Folders:
    """Opens files beneath a folder part by part, links not followed; the folder of the last file stays open."""

    def __init__(self, root_fd: int) -> None:
        self._root_fd = root_fd
        self._open: t.List[t.Tuple[str, int]] = []

    def __enter__(self) -> Folders:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._close(0)

    def _close(self, keep: int) -> None:
        while len(self._open) > keep:
            os.close(self._open.pop()[1])

    def open(self, path: str) -> int:
        """Read-only descriptor of a regular file.  Raises ``OSError``."""
        *above, name = path.split("/")
        same = 0
        while same < min(len(above), len(self._open)) and self._open[same][0] == above[same]:
            same += 1
        self._close(same)
        for part in above[same:]:
            fd = os.open(encode(part), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._fd)
            self._open.append((part, fd))
        return open_file(self._fd, name)

    @property
    def _fd(self) -> int:
        return self._open[-1][1] if self._open else self._root_fd


def copy_tree(found: Survey, root_fd: int, target: str, name: str) -> None:
    """Writes the members of a survey into the new folder ``target``, modes as in an archive.

    Raises:
        Changed: as ``write_archive``.
        MigrationError: a file cannot be read.
    """
    os.makedirs(target, mode=0o700)
    with Folders(root_fd) as folders:
        for member in found.members:
            path = encode(f"{target}/{member.path}")
            os.makedirs(path if member.kind == DIR else os.path.dirname(path), exist_ok=True)
            if member.kind == LINK:
                os.symlink(encode(member.target), path)
            elif member.kind == FILE:
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o755 if member.executable else 0o644)
                with os.fdopen(fd, "wb") as stream:
                    stream.writelines([member.data] if member.data is not None else blocks(member, folders, name))


class _Reader:
    """A stream for ``tarfile`` that refuses oversized headers and more bytes than the limit."""

    def __init__(self, stream: t.BinaryIO, limit: int) -> None:
        self._stream, self._left = stream, limit

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= 4 * CHUNK:
            raise tarfile.ReadError("it has a header that is too long")
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise tarfile.ReadError("it unpacks to far more data than a project may contain")
        return data


def read_tree(stream: t.BinaryIO, what: str, limit: int = 20 * MAX_BYTES) -> Tree:
    """What a project's ``tar.gz`` holds, file by file digested and nothing kept; ``what`` names it in messages.

    Raises:
        MigrationError: it is no such archive, is damaged, or holds something that a project's archive does not.
    """
    files: t.Dict[str, str] = {}
    links: t.Dict[str, str] = {}
    folders: t.Set[str] = set()
    texts: t.Dict[str, bytes] = {}
    tops: t.Set[str] = set()
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as box:
            source = t.cast(t.BinaryIO, _Reader(t.cast(t.BinaryIO, box), limit))
            with tarfile.open(fileobj=source, mode="r|", encoding="utf-8", errors="surrogateescape") as tar:
                for count, info in enumerate(iter(tar.next, None)):
                    tar.members = []  # type: ignore[attr-defined]  # it would keep them all
                    path = _inner(info.name, tops, count)
                    if info.isreg():
                        kept = bytearray() if path in ADDED_BY_AE5 and info.size <= CHUNK else None
                        files[path] = _digest(t.cast(t.BinaryIO, tar.extractfile(info)), info.size, kept)
                        if kept is not None:
                            texts[path] = bytes(kept)
                    elif info.issym():
                        links[path] = info.linkname
                    elif info.isdir():
                        folders.add(path)
                    elif info.type != tarfile.XGLTYPE:
                        raise tarfile.ReadError(f"{shown(path)!r} in it is not a file, folder or link")
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as exc:
        raise MigrationError(f"{what} is not an archive of a project: {exc}.") from exc
    return Tree(next(iter(tops), ""), files, links, frozenset(folders - {""}), texts)


def _inner(name: str, tops: t.Set[str], count: int) -> str:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or name.startswith("/"):
        raise tarfile.ReadError(f"its member {shown(name)!r} has a path outside the archive")
    tops.add(parts[0] if parts else "")
    if len(tops) > 1:
        raise tarfile.ReadError(f"it has more than one folder at the top ({', '.join(sorted(shown(top) for top in tops))})")
    if count > _MEMBERS:
        raise tarfile.ReadError(f"it has more than {_MEMBERS:,} members")
    return "/".join(parts[1:])


def _digest(stream: t.BinaryIO, size: int, kept: t.Optional[bytearray]) -> str:
    told = hashlib.sha256()
    for block in iter(lambda: stream.read(CHUNK), b""):
        told.update(block)
        if kept is not None:
            kept += block
        size -= len(block)
    if size:
        raise tarfile.ReadError("it is truncated")
    return told.hexdigest()
