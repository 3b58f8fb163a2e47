# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON lines and whole files, written atomically.  Private to the collection."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

Json = t.Dict[str, t.Any]
Record = t.TypeVar("Record")


def json_line(record: Json) -> str:
    """One line of a JSON-lines file: sorted keys, so that equal content is equal bytes."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def atomic_writer(path: str, mode: int = 0o640) -> t.ContextManager[t.TextIO]:
    """A text file that appears at ``path`` only when the block ends without an exception."""
    return _appearing(path, mode, "w", encoding="utf-8", errors="surrogateescape", newline="\n")


def write_bytes(path: str, data: bytes, mode: int = 0o640) -> None:
    """Writes a file that appears at ``path`` only when it is complete."""
    with _appearing(path, mode, "wb") as stream:
        stream.write(data)


@contextlib.contextmanager
def _appearing(path: str, mode: int, how: str, **encoded: str) -> t.Iterator[t.Any]:
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix="." + os.path.basename(path) + ".", dir=folder)
    try:
        with os.fdopen(handle, how, **encoded) as stream:  # type: ignore[call-overload]
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def holds_text(path: str, text: str) -> bool:
    """Whether a file exists and has exactly this text."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
            return stream.read() == text
    except FileNotFoundError:
        return False


def write_text(path: str, text: str) -> bool:
    """Writes ``text`` to ``path`` unless the file already has it; returns whether it was written."""
    if holds_text(path, text):
        return False
    with atomic_writer(path) as stream:
        stream.write(text)
    return True


def read_lines(path: str, what: str) -> t.Iterator[Json]:
    """The objects of a JSON-lines file; an error names ``what`` it is, the file and the line."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    data = json.loads(line)
                except ValueError:
                    raise MigrationError(
                        f"Line {number} of the {what} {path} is not JSON, so the file is damaged; create it again."
                    ) from None
                if not isinstance(data, dict):
                    raise MigrationError(
                        f"Line {number} of the {what} {path} is not a JSON object, so the file is damaged; create it again."
                    )
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


def why(exc: Exception) -> str:
    """The message of an exception; a KeyError has only the key."""
    return f"{exc.args[0]} is missing" if isinstance(exc, KeyError) else str(exc)


def read_object(path: str, what: str) -> Json:
    """The JSON object that a file holds; an error names ``what`` it is and the file."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            data = json.load(stream)
    except OSError as exc:
        raise MigrationError(f"The {what} {path} cannot be read: {exc.strerror}.") from exc
    except ValueError:
        raise MigrationError(f"The {what} {path} is not JSON, so it is damaged; create it again.") from None
    if not isinstance(data, dict):
        raise MigrationError(f"The {what} {path} is not a JSON object, so it is damaged; create it again.")
    return data


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
