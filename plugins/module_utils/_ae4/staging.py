# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a copy of a site's dump on another host, from a listing and tar archives.  Private to the collection.

Names in the stage's folder::

    dump        the copy, a tree of hard links to objects
    objects     the files by sha256, each verified when it was received
    listing     the listing that ``dump`` was built from
    wanted      lists of the files to transfer
    .lock       held by the run in progress
    .new, .old  the tree being built, the previous tree; what a killed run leaves of them is removed

An object's time stamp is computed from its digest: a later write is noticed and the file transferred again, and equal bytes
have an equal time stamp in every dump.  Losing ``objects`` costs only time.

Listing and archives come from a host whose users name files freely.  Only the bytes of an archive's regular files are used,
under the name of their digest; links, devices and unknown names are refused.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
import tarfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed, size_in_words

_DIGEST_LINE = re.compile(rb"(\\?)([0-9a-f]{64}) [ *]\./(.+)\Z", re.DOTALL)
_ESCAPES = {b"\\\\": b"\\", b"\\n": b"\n", b"\\r": b"\r"}
_CHUNK = 1 << 20
_HEADER_LIMIT = 1 << 20
"""Bytes that a header of an archive may claim; a long name is a few thousand."""
_DEPTH = 64
WANTED = "wanted"
MAX_LISTING_BYTES = 2_000_000_000


@dataclasses.dataclass(frozen=True)
class StagedFile:
    """A regular file of a listing."""

    path: str
    size: int
    sha256: str

    @property
    def mtime(self) -> int:
        """Seconds since the epoch; made from the digest."""
        return int(self.sha256[:7], 16)


@dataclasses.dataclass
class Listing:
    """The content of a dump: files by path, folders, and the paths of everything else (links, devices)."""

    files: t.Dict[str, StagedFile] = dataclasses.field(default_factory=dict)
    folders: t.List[str] = dataclasses.field(default_factory=list)
    others: t.List[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class StageResult:
    """The result of one call.  ``batches`` are files with names to transfer, each a list for ``tar --null -T``."""

    changed: bool = False
    batches: t.List[str] = dataclasses.field(default_factory=list)
    warnings: t.List[str] = dataclasses.field(default_factory=list)
    summary: t.Dict[str, t.Any] = dataclasses.field(default_factory=dict)


def parse_listing(data: bytes) -> Listing:
    """A listing as ``roles/export/files/listing.sh`` makes it.

    First records ``TYPE SIZE PATH`` ended by a NUL each, then an empty record, then the lines of ``sha256sum``.
    Raises ``MigrationError`` for anything else, and for paths that are not plain paths beneath the dump.
    """
    head, mark, tail = (b"\0" + data).partition(b"\0\0")
    if not mark:
        raise MigrationError("The listing of the dump is cut off; run the export playbook again.")
    digests = dict(_digest(line) for line in tail.split(b"\n") if line)
    listing = Listing()
    for record in filter(None, head.split(b"\0")):
        parts = record.split(b" ", 2)
        if len(parts) != 3 or not parts[1].isdigit() or len(parts[1]) > 18:
            raise MigrationError(f"The listing of the dump has a record that cannot be read: {_text(record)[:200]!r}.")
        path = _checked(_name(parts[2]))
        if parts[0] == b"d":
            listing.folders.append(path)
        elif parts[0] != b"f":
            listing.others.append(path)
        elif parts[2] not in digests:
            raise MigrationError(f"The listing of the dump has no digest of the file {shown(path)}; run the export playbook again.")
        else:
            listing.files[path] = StagedFile(path, int(parts[1]), digests[parts[2]])
    return listing


def _digest(line: bytes) -> t.Tuple[bytes, str]:
    match = _DIGEST_LINE.match(line)
    if match is None:
        raise MigrationError(f"The listing of the dump has a line that cannot be read: {_text(line)[:200]!r}.")
    escaped, digest, name = match.groups()
    if escaped:
        name = re.sub(rb"\\[\\nr]", lambda found: _ESCAPES[found.group()], name)
    return name, digest.decode("ascii")


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _text(raw: bytes) -> str:
    return shown(_name(raw))


def _checked(path: str) -> str:
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or len(parts) > _DEPTH:
        raise MigrationError(
            f"The listing of the dump has the path {shown(path)!r}, which is not a plain path below it; nothing is staged."
        )
    return path


class _Capped:
    """A file for ``tarfile`` that refuses oversized headers: tarfile reads them at whatever length they claim."""

    def __init__(self, stream: t.BinaryIO) -> None:
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _HEADER_LIMIT:
            raise tarfile.ReadError("it has a header that is too long")
        return self._stream.read(size)


class Stage:
    """The copy of one site's dump.  Use as a context manager: it locks the folder.  Raises ``MigrationError``."""

    def __init__(self, folder: str, listing: str, write: bool = True) -> None:
        self.folder, self.write = folder, write
        self.dump, self.objects, self.kept = (os.path.join(folder, name) for name in ("dump", "objects", "listing"))
        self._data = _read(listing)
        self.listing = parse_listing(self._data)
        self._lock = -1

    def __enter__(self) -> Stage:
        if self.write:
            os.makedirs(self.objects, mode=0o700, exist_ok=True)
            self._lock = os.open(os.path.join(self.folder, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._lock)
                raise MigrationError(f"Another run is staging into {self.folder}; wait until it ends.") from None
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._lock >= 0:
            os.close(self._lock)

    # -- objects

    def _object(self, file: StagedFile) -> str:
        return os.path.join(self.objects, file.sha256)

    def _has(self, file: StagedFile) -> bool:
        try:
            status = os.lstat(self._object(file))
        except FileNotFoundError:
            return False
        return stat.S_ISREG(status.st_mode) and status.st_size == file.size and int(status.st_mtime) == file.mtime

    def missing(self) -> t.List[StagedFile]:
        """Files whose bytes are missing, each digest once, by path."""
        found: t.Dict[str, StagedFile] = {}
        for _path, file in sorted(self.listing.files.items()):
            if file.sha256 not in found and not self._has(file):
                found[file.sha256] = file
        return list(found.values())

    def unpack(self, archive: str) -> None:
        """Unpacks the listed regular files of a tar archive, each only if it has the listed digest."""
        with open(archive, "rb") as headers, open(archive, "rb") as content:
            try:
                with tarfile.open(fileobj=t.cast(t.Any, _Capped(headers)), mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
                    for member in iter(tar.next, None):
                        tar.members = []  # type: ignore[attr-defined]  # it would keep them all
                        self._take(member, content, archive)
            except (tarfile.TarError, ValueError, OverflowError, EOFError, RecursionError) as exc:
                raise MigrationError(f"The archive {archive} is damaged ({exc}); run the export playbook again.") from exc

    def _take(self, member: tarfile.TarInfo, content: t.BinaryIO, archive: str) -> None:
        path = member.name[2:] if member.name.startswith("./") else member.name
        file = self.listing.files.get(path)
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.sparse is not None:
            raise MigrationError(f"The archive {archive} has {shown(path)!r}, which is not a regular file; it is refused.")
        if file is None:
            raise MigrationError(f"The archive {archive} has {shown(path)!r}, which is not in the listing; it is refused.")
        if member.size != file.size:
            raise MigrationError(
                f"The file {shown(path)} has {member.size} bytes, not {file.size} as in the listing; run the export playbook again."
            )
        if not self._has(file):
            content.seek(member.offset_data)
            self._keep(file, content)

    def _keep(self, file: StagedFile, content: t.BinaryIO) -> None:
        final = self._object(file)
        temporary = os.path.join(self.objects, ".incoming")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        digest, left = hashlib.sha256(), file.size
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as stream:
            while left:
                block = content.read(min(left, _CHUNK))
                if not block:
                    break
                digest.update(block)
                stream.write(block)
                left -= len(block)
        if left or digest.hexdigest() != file.sha256:
            os.unlink(temporary)
            raise MigrationError(f"The file {shown(file.path)} has other bytes than in the listing; run the export playbook again.")
        os.utime(temporary, (file.mtime, file.mtime))
        # One that is there and damaged has links in the tree, which would keep its bytes.
        if os.path.lexists(final):
            _forget(self.kept)
        os.replace(temporary, final)

    # -- the tree

    @property
    def is_current(self) -> bool:
        """Whether the tree was built from this listing."""
        return os.path.isdir(self.dump) and os.path.isfile(self.kept) and _read(self.kept) == self._data

    def build(self) -> None:
        """Builds the tree again and swaps it in.  All objects must be there."""
        fresh, aside = os.path.join(self.folder, ".new"), os.path.join(self.folder, ".old")
        for left_over in (fresh, aside):
            if os.path.lexists(left_over):
                shutil.rmtree(left_over)
        os.mkdir(fresh, 0o700)
        # A folder comes after its parent, whose path is its beginning.
        for path in sorted(self.listing.folders):
            os.mkdir(encode(f"{fresh}/{path}"), 0o700)
        for path, file in self.listing.files.items():
            _link(self._object(file), encode(f"{fresh}/{path}"))
        _forget(self.kept)
        if os.path.lexists(self.dump):
            os.rename(self.dump, aside)
        os.rename(fresh, self.dump)
        with open(self.kept + ".new", "wb") as stream:
            stream.write(self._data)
        os.replace(self.kept + ".new", self.kept)
        if os.path.lexists(aside):
            shutil.rmtree(aside)
        self._prune()
        shutil.rmtree(os.path.join(self.folder, WANTED), ignore_errors=True)

    def _prune(self) -> None:
        wanted = {file.sha256 for file in self.listing.files.values()}
        with os.scandir(self.objects) as entries:
            for entry in entries:
                if entry.name not in wanted:
                    os.unlink(entry.path)


def _link(source: str, target: bytes) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as exc:
        # Too many links to one file, or a file system without them.
        if exc.errno not in (errno.EMLINK, errno.EPERM, errno.EOPNOTSUPP):
            raise
        shutil.copy2(encode(source), target, follow_symlinks=False)


def _read(path: str) -> bytes:
    with open(path, "rb") as stream:
        data = stream.read(MAX_LISTING_BYTES + 1)
    if len(data) > MAX_LISTING_BYTES:
        raise MigrationError(f"The listing {path} is larger than {size_in_words(MAX_LISTING_BYTES)}, so it is not the listing of a dump.")
    return data


def _forget(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def write_batches(files: t.Sequence[StagedFile], folder: str, batch_bytes: int) -> t.List[str]:
    """Lists of names, ``./PATH`` ended by a NUL each, of at most ``batch_bytes`` together or one file; their paths."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder, mode=0o700)
    written: t.List[str] = []
    names: t.List[bytes] = []
    total = 0
    for number, file in enumerate(files):
        names.append(b"./" + encode(file.path) + b"\0")
        total += file.size + 1024
        if number + 1 == len(files) or total + files[number + 1].size > batch_bytes:
            path = os.path.join(folder, f"{len(written):06d}.names")
            with open(path, "wb") as stream:
                stream.writelines(names)
            written.append(path)
            names, total = [], 0
    return written


def stage(folder: str, listing: str, archive: t.Optional[str], batch_bytes: int, complete: bool, write: bool) -> StageResult:
    """Updates the stage in ``folder`` towards ``listing``: unpacks ``archive``, and swaps the tree when nothing is missing.

    With ``complete`` a file that is still missing is an error.  Without ``write`` it only says what is missing.
    Raises ``MigrationError``; the tree of the last time is untouched then.
    """
    try:
        with Stage(folder, listing, write) as work:
            if archive is not None and write:
                work.unpack(archive)
            missing = work.missing()
            result = StageResult(
                changed=bool(missing) or not work.is_current,
                warnings=[f"{shown(path)} of the dump is neither a file nor a folder and is not staged." for path in work.listing.others],
                summary={
                    "files": len(work.listing.files),
                    "bytes": sum(file.size for file in work.listing.files.values()),
                    "missing": len(missing),
                    "missing_bytes": sum(file.size for file in missing),
                },
            )
            if missing and complete:
                names = listed([shown(file.path) for file in missing], 3)
                raise MigrationError(
                    f"The dump could not be staged completely, these files were not received: {names}; the last staged dump is kept, run "
                    "it again."
                )
            if missing and write and archive is None:
                result.batches = write_batches(missing, os.path.join(folder, WANTED), batch_bytes)
            elif not missing and write and result.changed:
                work.build()
            return result
    except OSError as exc:
        where = f" ({exc.filename!r})" if exc.filename else ""
        raise MigrationError(f"The dump could not be staged in {folder}: {exc.strerror or exc}{where}.") from exc
