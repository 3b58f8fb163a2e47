# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an inventory: written next to the old ones, compared, replaced as a whole.  Private to the collection."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import typing as t


def owners_path(inventory: str) -> str:
    """Name of the owners file that belongs to an inventory: ``inventory.jsonl`` -> ``inventory.owners.jsonl``."""
    stem = inventory[: -len(".jsonl")] if inventory.endswith(".jsonl") else inventory
    return stem + ".owners.jsonl"


class Output:
    """A JSON-lines file being written.  With ``write`` false only its digest is computed.  Without ``commit`` nothing remains."""

    def __init__(self, path: str, write: bool) -> None:
        self.path = os.path.abspath(path)
        self._hash = hashlib.sha256()
        self._stream: t.Optional[t.BinaryIO] = None
        self._temporary: t.Optional[str] = None
        if write:
            folder, name = os.path.split(self.path)
            os.makedirs(folder, exist_ok=True)
            fd, self._temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            self._stream = os.fdopen(fd, "wb")

    def __enter__(self) -> Output:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._stream is not None:
            self._stream.close()
        if self._temporary is not None:
            os.unlink(self._temporary)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, record: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
        """Adds a line; gives the record back."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
        self._hash.update(line)
        if self._stream is not None:
            self._stream.write(line)
        return record

    def differs(self) -> bool:
        """Whether the file at ``path`` has other content or does not exist."""
        digest = hashlib.sha256()
        try:
            with open(self.path, "rb") as stream:
                for chunk in iter(lambda: stream.read(1 << 20), b""):
                    digest.update(chunk)
        except FileNotFoundError:
            return True
        return digest.digest() != self._hash.digest()

    def commit(self) -> None:
        """Replaces the old file by the new one if it differs, atomically."""
        if self._stream is None or self._temporary is None or not self.differs():
            return
        self._stream.flush()
        os.fsync(self._stream.fileno())
        os.replace(self._temporary, self.path)
        self._temporary = None
        folder = os.open(os.path.dirname(self.path), os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class LinesDiff:
    """The differences in one of the files, by record.  Keeps the old file in memory, so only if ``wanted``."""

    def __init__(self, path: str, wanted: bool) -> None:
        self._wanted = wanted
        self._old = _old_records(path) if wanted else {}
        self._lines: t.List[str] = []

    def add(self, record: t.Dict[str, t.Any]) -> None:
        if not self._wanted:
            return
        key = _key(record)
        old = self._old.pop(key, None)
        if old is None:
            self._lines.append(f"+ {key}")
        elif old != record:
            names = ", ".join(name for name in record if record[name] != old.get(name))
            self._lines.append(f"~ {key} ({names})")

    def lines(self) -> t.List[str]:
        """Call it after all records were added: what is left of the old file was removed."""
        return [*self._lines, *(f"- {key}" for key in self._old)]


def _key(record: t.Dict[str, t.Any]) -> str:
    if record.get("record") == "owner":
        return f"owner {record.get('name')}"
    return str(record.get("path") or f"{record.get('owner')}/{record.get('package')}/{record.get('subdir')}/{record.get('file')} (missing)")


def _old_records(path: str) -> t.Dict[str, t.Dict[str, t.Any]]:
    found: t.Dict[str, t.Dict[str, t.Any]] = {}
    try:
        stream = open(path, encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by the with below
    except FileNotFoundError:
        return found
    with stream:
        for line in stream:
            try:
                record = json.loads(line)
            except ValueError:
                continue  # what cannot be read counts as not there: the diff shows it as added
            if isinstance(record, dict) and record.get("record") != "site":
                found[_key(record)] = record
    return found
