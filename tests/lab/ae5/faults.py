# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on order: which request is to go wrong, and how."""

from __future__ import annotations

import dataclasses
import re
import threading
import typing as t
from urllib.parse import unquote

ACTIONS = ("reset", "close_early", "reset_after_bytes")


@dataclasses.dataclass
class Fault:
    """One order.  It fires on the ``nth`` matching request (and the ``times - 1`` after it), or on ``every`` k-th, or on all.

    Either ``status`` (with ``body``, ``headers``) is answered in place of the request, which has no effect; with ``effect``
    it takes effect first and the answer is lost.  Or ``action``: ``reset`` (TCP reset, no effect), ``close_early`` (full
    effect, the answer is cut in the middle), ``reset_after_bytes`` (reset after ``bytes`` of the request's body, or of the
    answer's where the request has none).  ``delay`` are seconds before that; alone, it only delays.
    """

    method: str = ".*"
    path: str = ".*"
    nth: t.Optional[int] = None
    every: t.Optional[int] = None
    times: t.Optional[int] = None
    status: t.Optional[int] = None
    body: t.Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    action: t.Optional[str] = None
    bytes: int = 0
    effect: bool = False
    delay: float = 0.0
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        re.compile(self.path)
        if self.action is not None and self.action not in ACTIONS:
            raise ValueError(f"a fault's action is one of {', '.join(ACTIONS)}, not {self.action!r}")
        if self.action is None and self.status is None and not self.delay:
            raise ValueError("a fault needs a status, an action or a delay")
        if self.nth is not None and self.every is not None:
            raise ValueError("a fault takes nth or every, not both")

    def matches(self, method: str, path: str) -> bool:
        if not re.fullmatch(self.method, method, re.IGNORECASE):
            return False
        return bool(re.search(self.path, path) or re.search(self.path, unquote(path)))

    def due(self) -> bool:
        """Counts one more matching request and says whether it is to go wrong."""
        self.seen += 1
        times = self.times
        if self.nth is not None:
            times = 1 if times is None else times
            fires = self.seen >= self.nth
        else:
            fires = self.every is None or self.seen % self.every == 0
        if not fires or (times is not None and self.fired >= times):
            return False
        self.fired += 1
        return True


class Faults:
    """The orders in force; the first that is due wins, but each counts the requests that match it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []

    def replace(self, orders: t.Iterable[t.Mapping[str, t.Any]]) -> None:
        """Raises ``ValueError`` or ``TypeError`` for an order that makes no sense, and then changes nothing."""
        made = [Fault(**order) for order in orders]
        with self._lock:
            self._orders = made

    def pick(self, method: str, path: str) -> t.Optional[Fault]:
        with self._lock:
            due = [order for order in self._orders if order.matches(method, path) and order.due()]
        return due[0] if due else None

    def to_json(self) -> list[dict[str, t.Any]]:
        with self._lock:
            return [dataclasses.asdict(order) for order in self._orders]
