# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the readings of package files from one inventory to the next.  Private to the collection.

A cache: losing it costs only time.  JSON lines ``[key, reading]``, appended while an inventory is made, so that nothing is lost
when it is killed, and rewritten at its end with the keys that were used.  A line that cannot be read is skipped.

A key has package id, file, size and AE4's md5.  Without AE4's md5 it has the file's time stamp instead, because otherwise
nothing in it would change with the bytes.
"""

from __future__ import annotations

import json
import os
import threading
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.read import Reading
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, sound_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError

_VERSION = 2


def cache_key(package_id: str, path: str, size: int, md5: t.Optional[str], mtime_ns: int, whole_conda: bool) -> str:
    """The key of one file.  ``whole_conda`` separates readings with an identity from those that need none."""
    return json.dumps([_VERSION, package_id, path, size, md5 or f"mtime {mtime_ns}", whole_conda], separators=(",", ":"))


class ReadingCache:
    """Readings by key.  With ``path`` None, or ``writable`` false, nothing is written.  Safe for threads."""

    def __init__(self, path: t.Optional[str], writable: bool, ignore_old: bool = False) -> None:
        self._path, self._lock = path, threading.Lock()
        self._old: t.Dict[str, t.Any] = {} if ignore_old or path is None else _load(path)
        self._used: t.Dict[str, t.Any] = {}
        self._journal: t.Optional[t.TextIO] = None
        if path is not None and writable:
            os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
            self._journal = open(path, "a", encoding="utf-8")  # noqa: SIM115 - closed by finish() or close()
            os.chmod(path, 0o600)

    def get(self, key: str) -> t.Optional[Reading]:
        with self._lock:
            value = self._old.get(key)
            reading = None if value is None else _from_json(value)
            if reading is not None:
                self._used[key] = value
            return reading

    def put(self, key: str, reading: Reading) -> None:
        value = reading.to_json()
        with self._lock:
            self._used[key] = value
            if self._journal is not None:
                self._journal.write(_line(key, value))

    def finish(self) -> None:
        """Replaces the cache's file by one with only the readings used this time."""
        if self._journal is None or self._path is None:
            return
        self.close()
        with atomic_writer(self._path, 0o600) as stream:
            stream.writelines(_line(key, value) for key, value in sorted(self._used.items()))

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()


def _line(key: str, value: t.Any) -> str:
    return json.dumps([key, value], separators=(",", ":")) + "\n"


def _load(path: str) -> t.Dict[str, t.Any]:
    pairs = (pair for pair in sound_lines(path) if isinstance(pair, list) and len(pair) == 2)
    return {key: value for key, value in pairs if isinstance(key, str)}


def _from_json(value: t.Any) -> t.Optional[Reading]:
    try:
        return Reading.from_json(value)
    except SchemaError:
        return None
