# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to one AE5 cluster: time-outs, retries, tokens, and errors as one sentence.  Private to the collection.

* One ``requests`` session per thread, blocks of 1 MiB, TLS verified, no redirect followed.
* Plain http only to the loopback interface.
** ``~/.netrc`` is not read (it would replace our bearer token); the environment's proxies are used.
* No message contains a secret: known secrets and ``/t/TOKEN/`` are masked.
"""

from __future__ import annotations

import dataclasses
import os
import random
import re
import threading
import time
import traceback
import typing as t
from urllib.parse import urlsplit

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.address import origin_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import API_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import (
    LONGEST_WAIT,
    HttpError,
    innermost,
    is_unconnected,
    retry_after_seconds,
    server_message,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary

try:
    import requests
    import requests.adapters
    import requests.utils
    import urllib3.poolmanager
except ImportError:
    requests = None  # type: ignore[assignment]
    REQUESTS_ERROR: t.Optional[str] = traceback.format_exc()
else:
    REQUESTS_ERROR = None

if t.TYPE_CHECKING:
    from requests import Response

BLOCK = 1 << 20
ATTEMPTS = 5
BACKOFF = 0.5
MESSAGE_LENGTH = 300
BUSY = (429, 502, 503, 504)


class TokenSource(t.Protocol):
    """Something that has a bearer token: a login, or a fixed token."""

    def token(self) -> str:
        """A token for the next request."""

    def renew(self, stale: str) -> t.Optional[str]:
        """A token other than ``stale``, which was refused; ``None`` if there is no other."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """The answer: the status, the headers (any case), and the JSON of the body if requested."""

    status: int
    headers: t.Mapping[str, str]
    data: t.Any = None


class Http:
    """Requests to one cluster.  Safe to use from several threads.

    ``sleep`` and ``jitter`` are for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        validate_certs: bool = True,
        ca_path: t.Optional[str] = None,
        timeout: float = 60,
        sleep: t.Callable[[float], None] = time.sleep,
        jitter: t.Callable[[], float] = random.random,
    ) -> None:
        if REQUESTS_ERROR is not None:
            raise MissingLibrary("requests", REQUESTS_ERROR)
        self.origin = origin_of(url)
        self.host = urlsplit(self.origin).hostname or ""
        if ca_path is not None and not os.access(ca_path, os.R_OK):
            raise MigrationError(
                f"The file {ca_path} with the trusted certificates (ca_path) does not exist or cannot be read; correct path or mode."
            )
        self.verify: t.Union[bool, str] = (ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or True) if validate_certs else False
        self.timeout = timeout
        self.sleep = sleep
        self._jitter = jitter
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: t.List[requests.Session] = []
        self._secrets: t.Set[str] = set()

    @property
    def api_url(self) -> str:
        """The URL of a site in the command line client."""
        return self.origin + API_BASE

    def protect(self, secret: t.Optional[str]) -> None:
        """From now on ``secret`` is masked in every message."""
        if secret:
            self._secrets.add(secret)

    def mask(self, text: str) -> str:
        """``text`` without known secrets, on one line, and cut if it is long."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        text = re.sub(r"/t/[^/\s?\"']+", "/t/***", text)
        text = " ".join(text.split())
        return text if len(text) <= MESSAGE_LENGTH else text[:MESSAGE_LENGTH] + "..."

    def backoff(self, attempt: int) -> float:
        """Seconds to wait after the given attempt (1 is the first): doubling, with half of it at random."""
        return float(min(BACKOFF * 2 ** (attempt - 1), LONGEST_WAIT) * (0.5 + self._jitter() / 2))

    def session(self) -> requests.Session:
        """This thread's session."""
        session = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.proxies = dict(requests.utils.get_environ_proxies(self.origin))
            session.verify = self.verify
            session.headers["User-Agent"] = "ae_ops.migration"
            for scheme in ("http://", "https://"):
                session.mount(scheme, _adapter())
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        return session

    def close(self) -> None:
        """Closes the sessions of all threads."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()
        self._local = threading.local()

    def call(
        self,
        method: str,
        path: str,
        *,
        ok: t.Container[int] = (200,),
        auth: t.Optional[TokenSource] = None,
        headers: t.Optional[t.Mapping[str, str]] = None,
        params: t.Optional[t.Mapping[str, t.Any]] = None,
        body: t.Optional[t.Mapping[str, t.Any]] = None,
        form: t.Optional[t.Mapping[str, str]] = None,
        data: t.Optional[t.Callable[[], t.Any]] = None,
        replay: t.Optional[bool] = None,
        want_json: bool = False,
        status_only: bool = False,
        read: t.Optional[t.Callable[[t.Iterator[bytes]], t.Any]] = None,
    ) -> Answer:
        """One request, repeated if that is safe; ``data`` makes a new body for each attempt.

        ``replay`` says whether the request may be sent again although it may have been carried out: GETs may.
        After a 401 it is repeated once with a new token.  With ``want_json`` an answer that is cut off counts as a broken
        connection (a 304 has no body).  With ``status_only`` the body is not read.  ``read`` gets the body in blocks, and its
        result is the answer's data; it is called again for each attempt.

        Raises:
            HttpError: the answer's status is not in ``ok``, or there was none.
        """
        replay = method == "GET" if replay is None else replay
        attempt = 0
        renewed = False
        while True:
            attempt += 1
            token = auth.token() if auth is not None else None
            self.protect(token)
            try:
                response = self._send(method, path, token, headers, params, body, form, data, status_only or read is not None)
                return self._judge(method, path, response, ok, want_json, status_only, read)
            except HttpError as exc:
                error = exc
            if error.status == 401 and auth is not None and token is not None and not renewed:
                renewed = True
                if auth.renew(token) is not None:
                    attempt -= 1
                    continue
            again = error.status == 429 or (replay and (error.status is None or error.status in BUSY))
            if not again or attempt >= ATTEMPTS:
                raise error
            self.sleep(error.retry_after if error.retry_after is not None else self.backoff(attempt))

    def _judge(
        self,
        method: str,
        path: str,
        response: Response,
        ok: t.Container[int],
        want_json: bool,
        status_only: bool,
        read: t.Optional[t.Callable[[t.Iterator[bytes]], t.Any]],
    ) -> Answer:
        try:
            if response.status_code not in ok:
                raise self._refusal(method, path, response)
            parsed = self._json_of(response, method, path) if want_json and response.status_code != 304 else None
            if read is not None:
                parsed = self._streamed(response, method, path, read)
            return Answer(response.status_code, response.headers, parsed)
        finally:
            if status_only or read is not None:
                response.close()

    def _streamed(self, response: Response, method: str, path: str, read: t.Callable[[t.Iterator[bytes]], t.Any]) -> t.Any:
        """The result of ``read`` for the whole body; a body that ends too early is a broken connection."""
        try:
            result = read(response.iter_content(BLOCK))
            announced, got = response.headers.get("Content-Length"), response.raw.tell()
        except requests.exceptions.RequestException as exc:
            reason = self.mask(innermost(exc))
            raise HttpError(f"{method} {self.mask(path)} at {self.host} failed: {reason}.", reason=reason) from None
        if announced is not None and announced.isdigit() and int(announced) != got:
            reason = f"the answer was cut off after {got} of {announced} bytes"
            raise HttpError(f"{method} {self.mask(path)} at {self.host} failed: {reason}.", reason=reason)
        return result

    def json(self, method: str, path: str, **options: t.Any) -> t.Any:
        """As ``call``; only the JSON of the answer."""
        return self.call(method, path, want_json=True, **options).data

    def _json_of(self, response: Response, method: str, path: str) -> t.Any:
        try:
            return response.json()
        except ValueError:
            reason = "the answer is not JSON"
            raise HttpError(f"{method} {self.mask(path)} at {self.host} failed: {reason}.", reason=reason) from None

    def _send(
        self,
        method: str,
        path: str,
        token: t.Optional[str],
        headers: t.Optional[t.Mapping[str, str]],
        params: t.Optional[t.Mapping[str, t.Any]],
        body: t.Optional[t.Mapping[str, t.Any]],
        form: t.Optional[t.Mapping[str, str]],
        data: t.Optional[t.Callable[[], t.Any]],
        stream: bool,
    ) -> Response:
        sent = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token is not None else {})}
        payload: t.Any = form
        if data is not None:
            payload = data()
            sent["Content-Type"] = payload.content_type
        try:
            return self.session().request(
                method,
                self.origin + path,
                headers=sent,
                params=params,
                json=body,
                data=payload,
                stream=stream,
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as exc:
            raise MigrationError(
                f"The TLS certificate of {self.host} is not accepted: {self.mask(innermost(exc))}; set the authority's file as ca_path"
                " (ae5_ca_path in the inventory), or correct the name in url."
            ) from None
        except requests.exceptions.RequestException as exc:
            reason = self.mask(innermost(exc))
            reached = not isinstance(exc, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)) and not is_unconnected(exc)
            text = f"{method} {self.mask(path)} at {self.host} failed: {reason}."
            if not reached:
                text = (
                    f"AE5 at {self.origin} cannot be reached: {reason}; check its address (url, ae5_url in the inventory), and that it "
                    "is running."
                )
            raise HttpError(text, reached=reached, reason=reason) from None
        finally:
            if data is not None:
                payload.close()

    def _refusal(self, method: str, path: str, response: Response) -> HttpError:
        status = response.status_code
        what = f"{method} {self.mask(path)} at {self.host}"
        if 300 <= status < 400:
            where = urlsplit(response.headers.get("Location", "")).hostname or "nowhere"
            text = (
                f"{what} was answered with a redirect to {where} ({status}), which is not followed; set the cluster's own address as url."
            )
            return HttpError(text, status=status, reason=f"redirect to {where}")
        said = self.mask(server_message(response))
        return HttpError(
            f"{what} failed with status {status}" + (f": {said.rstrip('.')}." if said else "."),
            status=status,
            reason=said,
            retry_after=retry_after_seconds(response.headers.get("Retry-After")),
            phrase=self.mask(str(response.reason or "")),
        )


def _adapter() -> requests.adapters.HTTPAdapter:
    class Adapter(requests.adapters.HTTPAdapter):
        """Sends in blocks of 1 MiB instead of 16 KiB: three times as fast for large files."""

        def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
            # urllib3 1.26 and earlier, as on Debian 12 and EL 9, do not know the option.
            if "key_blocksize" in urllib3.poolmanager.PoolKey._fields:
                kwargs["blocksize"] = BLOCK
            super().init_poolmanager(*args, **kwargs)

        def close(self) -> None:
            # urllib3 2 leaves the connections of a dropped pool to the garbage collector.
            pools = self.poolmanager.pools
            for key in list(pools.keys()):
                pools[key].close()
            super().close()

    return Adapter(pool_connections=1, pool_maxsize=1)
