# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON lines and whole files, written atomically.  Private to the collection."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import stat
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import HALF

Json = t.Dict[str, t.Any]
Record = t.TypeVar("Record")


def json_line(record: Json) -> str:
    """One line of a JSON-lines file: sorted keys, so that equal content is equal bytes.

    It is UTF-8 whatever is in it: a byte of a name that is not, kept by surrogateescape, is written as the JSON escape of that.
    """
    line = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
    return line if line.isascii() else HALF.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


class NewFile(io.TextIOWrapper):
    """A file in the making: text by ``write``, bytes by ``write_bytes``.  See ``atomic_writer``."""

    changed = False
    """After the block: whether there was no file at ``path``, or one of other content."""

    def __init__(self, stream: t.Optional[t.BinaryIO]) -> None:
        self._told = _Told(stream)
        super().__init__(self._told, encoding="utf-8", errors="surrogateescape", newline="\n")

    def write_bytes(self, data: bytes) -> None:
        """Adds bytes."""
        self.flush()
        self._told.write(data)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        self.flush()
        return self._told.digest.hexdigest()


class _Told(io.BufferedIOBase):
    """Passes bytes on, and digests them."""

    name = ""

    def __init__(self, stream: t.Optional[t.BinaryIO]) -> None:
        self._stream, self.digest = stream, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: t.Any) -> int:
        self.digest.update(data)
        return len(data) if self._stream is None else self._stream.write(data)


@contextlib.contextmanager
def atomic_writer(path: str, mode: int = 0o600, write: bool = True, dest: t.Optional[str] = None) -> t.Iterator[NewFile]:
    """A file that takes its place at ``path`` when the block ends without an exception, and only if it differs from the one there.

    With ``write`` false nothing is written, and ``changed`` says what would be.  ``dest``: it is put there, whatever is there,
    and compared with the file at ``path``; so a later phase of a run in check mode finds it.
    """
    if not write:
        new = NewFile(None)
        yield new
        new.changed = not holds(path, new.sha256)
        return
    folder, name = os.path.split(dest or path)
    os.makedirs(folder or ".", exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder or ".")
    try:
        with os.fdopen(handle, "wb") as stream:
            new = NewFile(stream)
            try:
                yield new
                new.changed = not holds(path, new.sha256)
                if new.changed or dest not in (None, path) or stat.S_IMODE(os.stat(path).st_mode) != mode:
                    stream.flush()
                    os.fsync(handle)
                    os.chmod(temporary, mode)
                    os.replace(temporary, dest or path)
            finally:
                with contextlib.suppress(OSError):
                    new.close()
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def is_there(path: str) -> bool:
    """Whether there is something at a path; also true where that cannot be seen, so that whoever reads it learns why.

    ``os.path.exists`` says no in both cases, and an unreadable file would count as none.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def holds(path: str, sha256: str) -> bool:
    """Whether there is a file with this digest."""
    try:
        return file_sha256(path) == sha256
    except (FileNotFoundError, IsADirectoryError):
        return False


def write_text(path: str, text: str, write: bool = True, dest: t.Optional[str] = None) -> bool:
    """Whether the file at ``path`` is not, or was not, this text.  See ``write_bytes``."""
    return write_bytes(path, text.encode("utf-8", "surrogateescape"), write, dest)


def write_bytes(path: str, data: bytes, write: bool = True, dest: t.Optional[str] = None, mode: int = 0o600) -> bool:
    """Whether the file at ``path`` does not, or did not, have this content.

    As ``atomic_writer``, but what is there already is not touched, and neither is its folder.
    """
    changed = not holds(path, hashlib.sha256(data).hexdigest())
    if write and (changed or dest not in (None, path) or stat.S_IMODE(os.stat(path).st_mode) != mode):
        with atomic_writer(path, mode, dest=dest) as new:
            new.write_bytes(data)
    return changed


def read_lines(path: str, what: str) -> t.Iterator[Json]:
    """The objects of a JSON-lines file; an error names ``what`` it is, the file and the line."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    data = json_object(line)
                except ValueError as exc:
                    raise MigrationError(f"Line {number} of the {what} {path} {exc}, so the file is damaged; create it again.") from None
                yield data
    except OSError as exc:
        raise MigrationError(f"The {what} {path} cannot be read: {exc.strerror}.") from exc


def read_records(path: str, what: str, make: t.Callable[[Json], Record], remedy: str = "create it again") -> t.Iterator[Record]:
    """The records of a JSON-lines file, one at a time; ``remedy`` ends the sentence about a line that ``make`` refuses."""
    for number, data in enumerate(read_lines(path, what), start=1):
        try:
            record = make(data)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise MigrationError(f"Line {number} of the {what} {path} cannot be used: {why(exc)}; {remedy}.") from exc
        yield record


def json_object(text: str) -> Json:
    """The JSON object of one of our own lines.

    Raises:
        ValueError: it is not one; the text is the end of a sentence.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(data, dict):
        raise ValueError("is not a JSON object")
    return data


def sound_lines(path: str) -> t.Iterator[t.Any]:
    """The JSON values in a cache, or in the old file of a diff: a line that is not JSON is left out; a missing file has none."""
    try:
        stream = open(path, encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by the with below
    except FileNotFoundError:
        return
    with stream:
        for line in stream:
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                continue


def why(exc: Exception) -> str:
    """The message of an exception; a KeyError has only the key."""
    return f"{exc.args[0]} is missing" if isinstance(exc, KeyError) else str(exc)


def read_object(path: str, what: str) -> Json:
    """The JSON object that a file holds; an error names ``what`` it is and the file."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return json_object(stream.read())
    except OSError as exc:
        raise MigrationError(f"The {what} {path} cannot be read: {exc.strerror}.") from exc
    except ValueError as exc:
        raise MigrationError(f"The {what} {path} {exc}, so it is damaged; create it again.") from None


def new_md5() -> t.Any:
    """An md5 object.  It is AE4's and conda's own digest and protects against damage, not against people."""
    try:
        return hashlib.md5(usedforsecurity=False)  # type: ignore[call-arg,unused-ignore]
    except TypeError:
        return hashlib.md5()  # noqa: S324 - FIPS hosts refuse it without the flag, and Python 3.8 has no flag


def file_sha256(path: str) -> str:
    """The sha256 of a whole file, read in blocks."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
