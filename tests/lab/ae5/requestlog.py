# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests: in memory, and appended to ``requests.jsonl``."""

from __future__ import annotations

import collections
import json
import threading
import time
import typing as t
from pathlib import Path

Record = t.Dict[str, t.Any]


class RequestLog:
    """Records ``{n, time, method, path, route, status, user, write, bytes, sent, agent}``.

    ``bytes`` are of the request's body, ``sent`` of the answer's; ``time`` is seconds since the epoch.  A request is in the
    log before the last byte of its answer leaves, so whoever has the answer finds the record.  A request that its client
    broke off has status 499, one that the lab reset has 0.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._changed = threading.Condition()
        self._records: list[Record] = []
        self._busy = 0
        if path.exists():
            self._records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        self._next = self._records[-1]["n"] + 1 if self._records else 1
        self._file = path.open("a", encoding="utf-8")

    def begin(self) -> None:
        with self._changed:
            self._busy += 1

    def end(self) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    def add(self, **values: t.Any) -> None:
        with self._changed:
            record = {"n": self._next, "time": round(time.time(), 3), **values}
            self._next += 1
            self._records.append(record)
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()
            self._changed.notify_all()

    def records(self) -> list[Record]:
        with self._changed:
            return list(self._records)

    def clear(self) -> None:
        with self._changed:
            self._records.clear()
            self._file.seek(0)
            self._file.truncate()

    def wait_for(self, wanted: t.Callable[[list[Record]], bool], timeout: float = 10.0) -> bool:
        """Waits until ``wanted(records)`` is true and no request is under way; false if that does not come about in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and wanted(self._records), timeout)

    def counters(self) -> Record:
        records = self.records()
        return {
            "requests": len(records),
            "writes": sum(1 for record in records if record["write"]),
            "bytes": sum(record["bytes"] for record in records),
            "sent": sum(record["sent"] for record in records),
            "by_route": dict(collections.Counter(record["route"] for record in records)),
            "by_status": dict(collections.Counter(str(record["status"]) for record in records)),
        }

    def close(self) -> None:
        self._file.close()
