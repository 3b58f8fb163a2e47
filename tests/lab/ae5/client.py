# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controls of a lab that runs in another process, over HTTP, with the standard library alone."""

from __future__ import annotations

import json
import typing as t
import urllib.error
import urllib.request

Json = t.Dict[str, t.Any]


class LabClient:
    """The same methods as ``Ae5Lab``; raises ``RuntimeError`` with the lab's sentence where it refuses."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def _call(self, method: str, path: str, body: t.Any = None) -> t.Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_lab{path}", data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
                text = answer.read()
        except urllib.error.HTTPError as exc:
            raise RuntimeError(exc.read().decode()) from exc
        return json.loads(text) if text else None

    def log(self) -> list[Json]:
        return t.cast("list[Json]", self._call("GET", "/log"))

    def writes(self) -> list[Json]:
        return [record for record in self.log() if record["write"]]

    def clear_log(self) -> None:
        self._call("POST", "/log/clear")

    def counters(self) -> Json:
        return t.cast(Json, self._call("GET", "/counters"))

    def switches(self) -> Json:
        return t.cast(Json, self._call("GET", "/switches"))

    def set(self, **switches: t.Any) -> None:
        self._call("PUT", "/switches", switches)

    def faults(self, orders: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        self._call("PUT", "/faults", list(orders))

    def seed(self, **data: t.Any) -> None:
        self._call("POST", "/seed", data)

    def conda_token(self, user: str) -> str:
        return str(self._call("POST", "/conda-token", {"user": user})["token"])

    def expire_tokens(self, kind: str = "access") -> None:
        self._call("POST", f"/expire-tokens?kind={kind}")

    def state(self) -> Json:
        return t.cast(Json, self._call("GET", "/state"))
