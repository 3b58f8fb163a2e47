# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that did not succeed: the error, the server's own words, and when to try again.  Private to the collection."""

from __future__ import annotations

import datetime
import email.utils
import json
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, reason_of

try:
    import requests
except ImportError:
    requests = None  # type: ignore[assignment]

if t.TYPE_CHECKING:
    from requests import Response

LONGEST_WAIT = 60.0
"""Seconds; a longer Retry-After is cut to this."""


class HttpError(MigrationError):
    """A request that did not succeed.  ``status`` is ``None`` where no answer came.

    ``reached`` is false if the server cannot have seen the request: then nothing can have happened there.
    """

    def __init__(
        self,
        message: str,
        *,
        status: t.Optional[int] = None,
        reached: bool = True,
        reason: str = "",
        retry_after: t.Optional[float] = None,
        phrase: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reached = reached
        self.reason = reason
        """The server's own words, or what broke the connection."""
        self.retry_after = retry_after
        self.phrase = phrase
        """The reason phrase of the status line, which the body need not repeat."""


def retry_after_seconds(value: t.Optional[str], now: t.Optional[datetime.datetime] = None) -> t.Optional[float]:
    """What a Retry-After header asks for, in seconds; both of its forms."""
    if not value:
        return None
    if value.strip().isdigit():
        return min(float(value), LONGEST_WAIT)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.timezone.utc)
    now = now or datetime.datetime.now(datetime.timezone.utc)
    return min(max((when - now).total_seconds(), 0.0), LONGEST_WAIT)


def server_message(response: Response) -> str:
    """The server's own words in an error, from the shapes that AE5, its siblings and Keycloak use."""
    try:
        data = json.loads(response.content[: 1 << 16])
    except (ValueError, requests.exceptions.RequestException):
        return str(response.reason or "")
    if not isinstance(data, dict):
        return str(response.reason or "")
    error = data.get("error")
    if isinstance(error, dict):
        return str(error.get("message", ""))
    for key in ("error_description", "errorMessage", "message", "detail", "error"):
        if isinstance(data.get(key), str):
            return str(data[key])
    return str(response.reason or "")


def innermost(exc: BaseException) -> str:
    """What really broke a connection, without the layers of libraries around it (they repeat the URL)."""
    seen: t.Set[int] = set()
    while id(exc) not in seen:
        seen.add(id(exc))
        inner = getattr(exc, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in exc.args if isinstance(arg, BaseException)), None)
        inner = inner or exc.__cause__ or exc.__context__
        if not isinstance(inner, BaseException):
            break
        exc = inner
    return re.sub(r"^<[^>]*>: ", "", reason_of(exc))


def is_unconnected(exc: BaseException) -> bool:
    """Whether no connection came about, so that the server cannot have seen the request."""
    text = repr(exc)
    return "NewConnectionError" in text or "NameResolutionError" in text or "ConnectTimeoutError" in text
