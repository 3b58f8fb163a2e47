# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict HTTP server on loopback: it answers exactly the requests of a script and remembers everything else as a fault.

::

    with Script([Step("GET", "/a", reply=json_reply({"x": 1})), Step("POST", "/b", json={"y": 2}, status=201)]) as server:
        ...  # requests to server.url

Leaving the block fails the test if a request came that the script does not have at that point, or one of the script
did not come.  With ``ordered=False`` the steps may be asked for in any order.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json as json_module
import socket
import struct
import threading
import typing as t
from urllib.parse import parse_qsl, urlsplit

UNEXPECTED = 599
POLL = 0.02
"""Seconds.  A server looks so often whether it is to end, and ending takes as long."""


@dataclasses.dataclass
class Seen:
    """A request that came: ``body`` is what of it arrived, ``whole`` whether that is all its Content-Length says."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    whole: bool

    @property
    def length(self) -> int:
        return int(self.headers.get("content-length", 0))


@dataclasses.dataclass
class Step:
    """A request that must come, and what is answered.  What is ``None`` is not looked at."""

    method: str
    path: str
    query: t.Optional[dict[str, str]] = None
    headers: t.Optional[dict[str, t.Optional[str]]] = None
    """Headers it must have; with ``None`` as the value, must not have."""
    json: t.Any = None
    form: t.Optional[dict[str, str]] = None
    status: int = 200
    reply: t.Union[bytes, t.Any] = b""
    reply_headers: dict[str, str] = dataclasses.field(default_factory=dict)
    reset_after: t.Optional[int] = None
    """The connection is reset after so many bytes of the body, without an answer."""
    cut_reply: bool = False
    """Only half of the reply is sent, then the connection is closed."""
    unread: bool = False
    """The answer comes before the body is read, and the connection is closed."""
    discard: bool = False
    """The body is counted, not kept."""

    def content(self) -> bytes:
        return self.reply if isinstance(self.reply, bytes) else json_module.dumps(self.reply).encode()

    def objections(self, seen: Seen) -> list[str]:
        found = []
        if (self.method, self.path) != (seen.method, seen.path):
            return [f"wanted {self.method} {self.path}, got {seen.method} {seen.path}"]
        if self.query is not None and self.query != seen.query:
            found.append(f"{self.path}: wanted the query {self.query}, got {seen.query}")
        for name, value in (self.headers or {}).items():
            if seen.headers.get(name.lower()) != value:
                found.append(f"{self.path}: wanted {name}: {value}, got {seen.headers.get(name.lower())}")
        if self.json is not None and json_module.loads(seen.body or b"null") != self.json:
            found.append(f"{self.path}: wanted the body {self.json}, got {seen.body!r}")
        if self.form is not None and dict(parse_qsl(seen.body.decode())) != self.form:
            found.append(f"{self.path}: wanted the form {self.form}, got {seen.body!r}")
        return found


class Server(http.server.ThreadingHTTPServer):
    """Waits for its requests when it is closed, and not for clients that keep a connection for more of them."""

    daemon_threads = False

    def __init__(self, *args: t.Any) -> None:
        self._clients: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: t.Any, client_address: t.Any) -> None:
        self._clients.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: t.Any) -> None:
        self._clients.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """What was received is still read and answered; then a thread finds that its client says no more, and ends."""
        for client in list(self._clients):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RD)
        super().server_close()


class Script:
    """The running server.  ``seen`` are the requests in the order in which they came."""

    def __init__(self, steps: t.Iterable[Step], ordered: bool = True) -> None:
        self._left = list(steps)
        self._ordered = ordered
        self._lock = threading.Lock()
        self.seen: list[Seen] = []
        self.faults: list[str] = []
        self._server = Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": POLL})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Script:
        self._thread.start()
        return self

    def __exit__(self, kind: t.Any, *_exc: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if kind is None:
            self.verify()

    def verify(self) -> None:
        missing = [f"{step.method} {step.path} never came" for step in self._left]
        assert self.faults + missing == []

    def take(self, method: str, path: str) -> t.Optional[Step]:
        """The step that a request with this line is for."""
        with self._lock:
            candidates = self._left[:1] if self._ordered else self._left
            for step in candidates:
                if (step.method, step.path) == (method, path):
                    self._left.remove(step)
                    return step
            wanted = f"{self._left[0].method} {self._left[0].path}" if self._left else "nothing"
            self.faults.append(f"{method} {path} came, the script has {wanted} here")
            return None

    def note(self, seen: Seen, step: t.Optional[Step]) -> None:
        with self._lock:
            self.seen.append(seen)
            if step is not None and seen.whole:
                self.faults.extend(step.objections(seen))

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        script = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 5

            def answer(self) -> None:
                parts = urlsplit(self.path)
                step = script.take(self.command, parts.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                length = int(headers.get("content-length", 0))
                wanted = 0 if step is not None and step.unread else length
                if step is not None and step.reset_after is not None:
                    wanted = min(step.reset_after, length)
                body, count = self.receive(wanted, step is not None and step.discard)
                script.note(Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body, count == length), step)
                if step is not None and step.reset_after is not None:
                    # Zero linger makes the close a reset.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    self.close_connection = True
                elif count < wanted:
                    self.close_connection = True
                else:
                    self.respond(step)

            def receive(self, wanted: int, discard: bool) -> tuple[bytes, int]:
                pieces, count = [], 0
                while count < wanted:
                    try:
                        piece = self.rfile.read1(min(1 << 20, wanted - count))  # type: ignore[attr-defined]
                    except OSError:
                        break
                    if not piece:
                        break
                    count += len(piece)
                    if not discard:
                        pieces.append(piece)
                return b"".join(pieces), count

            def respond(self, step: t.Optional[Step]) -> None:
                content = step.content() if step is not None else b""
                self.send_response(step.status if step is not None else UNEXPECTED)
                for name, value in (step.reply_headers if step is not None else {}).items():
                    self.send_header(name, value)
                if step is None or step.status not in (204, 304):
                    self.send_header("Content-Length", str(len(content)))
                if step is not None and (step.unread or step.cut_reply):
                    self.close_connection = True
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if step is not None and step.cut_reply else content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        return Handler


class NoSleep:
    """Stands in for ``time.sleep`` and remembers how long it was asked to sleep."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
