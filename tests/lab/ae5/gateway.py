# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between cheroot and Flask: the raw path, the log, faults, latency, refused writes, bodies read to their end."""

from __future__ import annotations

import errno
import http
import json
import socket
import struct
import time
import typing as t

from cheroot import wsgi

from .faults import Fault
from .parts import Parts
from .routes import LAB_BASE, Environ, Request, classify, masked
from .upload import BLOCK, ClientGone

Headers = t.List[t.Tuple[str, str]]
StartResponse = t.Callable[..., t.Any]
Application = t.Callable[[Environ, StartResponse], t.Iterable[bytes]]

GONE = 499


class LabGateway(wsgi.Gateway_10):  # type: ignore[misc, unused-ignore]
    """Hands the connection to the application, which may have to reset it."""

    def get_environ(self) -> Environ:  # type: ignore[override, unused-ignore]
        environ: Environ = super().get_environ()  # type: ignore[no-untyped-call, unused-ignore]
        environ["lab.connection"] = self.req.conn
        environ["lab.http"] = self.req
        return environ


def reset(environ: Environ) -> t.NoReturn:
    """Ends the connection with a TCP reset.

    Without lingering, closing sends RST; cheroot would shut the connection down in order first, so that step is left out.
    The error is one that cheroot takes as a client's going away.
    """
    connection = environ["lab.connection"]
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection._close_kernel_socket = lambda: None
    raise ConnectionResetError(errno.ECONNRESET, "reset by the lab")


class Body:
    """The request's body, counted; ``limit`` makes it break off after so many bytes."""

    def __init__(self, stream: t.Any, limit: t.Optional[int]) -> None:
        self._stream = stream
        self._limit = limit
        self.count = 0
        self.broken = False

    def read(self, size: int = -1) -> bytes:
        if self._limit is not None and self.count >= self._limit:
            self.broken = True
            raise ClientGone("the lab broke the upload off")
        if self._limit is not None:
            left = self._limit - self.count
            size = left if size < 0 else min(size, left)
        data: bytes = self._stream.read(None if size < 0 else size)
        self.count += len(data)
        return data

    def drain(self) -> None:
        """Reads what the application left unread, in blocks: cheroot would read it at once, into memory."""
        try:
            while not self.broken and self.read(BLOCK):
                continue
        except (OSError, ValueError):
            self.broken = True


class Gate:
    """The outermost application."""

    def __init__(self, application: Application, parts: Parts) -> None:
        self._application = application
        self._parts = parts

    def __call__(self, environ: Environ, start_response: StartResponse) -> t.Iterable[bytes]:
        path = str(environ.get("REQUEST_URI") or environ["PATH_INFO"]).split("?", 1)[0]
        environ["PATH_INFO"] = environ["lab.path"] = path
        if path.startswith(LAB_BASE + "/"):
            return self._application(environ, start_response)
        environ["lab.request"] = classify(environ["REQUEST_METHOD"], path)
        self._parts.log.begin()
        try:
            return self._serve(environ, start_response)
        finally:
            self._parts.log.end()

    def _serve(self, environ: Environ, start_response: StartResponse) -> t.Iterable[bytes]:
        fault = self._parts.faults.pick(environ["REQUEST_METHOD"], environ["lab.path"])
        wait = self._parts.switches.latency + (fault.delay if fault else 0)
        if wait:
            time.sleep(wait)
        cuts_body = fault is not None and fault.action == "reset_after_bytes" and _has_body(environ)
        body = Body(environ["wsgi.input"], fault.bytes if fault and cuts_body else None)
        environ["wsgi.input"] = body
        if fault and fault.action == "reset":
            self._record(environ, 0, body, [])
            reset(environ)
        status, headers, answer = self._answer(environ, fault)
        if status.startswith("413") and self._parts.switches.size_refusal == "early":
            # The answer goes out at once, and what the client still sends is not read.
            environ["lab.http"].close_connection = True
        elif not environ.get("lab.gone"):
            body.drain()
        if cuts_body and body.broken:
            self._record(environ, 0, body, [])
            reset(environ)
        if environ.get("lab.gone") or body.broken:
            self._record(environ, GONE, body, [])
            raise ConnectionResetError(errno.ECONNRESET, "the client has gone")
        self._record(environ, int(status.split(" ", 1)[0]), body, headers)
        if fault and not cuts_body and fault.action in ("close_early", "reset_after_bytes"):
            answer = _cut(environ, fault, headers, answer)
        start_response(status, headers)
        return answer

    def _answer(self, environ: Environ, fault: t.Optional[Fault]) -> tuple[str, Headers, t.Iterable[bytes]]:
        asked: Request = environ["lab.request"]
        if fault and fault.status is not None and not fault.effect:
            return _made(fault.status, fault.body, fault.headers)
        if asked.write and self._parts.switches.writes == "fail":
            return _made(500, {"error": {"message": "this cluster refuses every write"}}, {})
        captured: list[t.Any] = []
        answer = self._application(environ, lambda *arguments: captured.append(arguments))
        status, headers = captured[-1][:2]
        if fault and fault.status is not None:
            _close(answer)
            return _made(fault.status, fault.body, fault.headers)
        return status, list(headers), answer

    def _record(self, environ: Environ, status: int, body: Body, headers: Headers) -> None:
        asked: Request = environ["lab.request"]
        length = _length(headers)
        self._parts.log.add(
            method=environ["REQUEST_METHOD"],
            path=masked(environ["lab.path"]),
            route=asked.route,
            status=status,
            user=environ.get("lab.user"),
            write=asked.write,
            bytes=body.count,
            sent=0 if environ["REQUEST_METHOD"] == "HEAD" else length,
            agent=environ.get("HTTP_USER_AGENT", ""),
        )


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in ("", "0") or bool(environ.get("wsgi.input_terminated"))


def _made(status: int, body: t.Any, headers: t.Mapping[str, str]) -> tuple[str, Headers, t.Iterable[bytes]]:
    text = json.dumps(body if body is not None else {"error": {"message": "a fault of the lab"}})
    content = body.encode() if isinstance(body, str) else text.encode()
    phrase = http.HTTPStatus(status).phrase if status in http.HTTPStatus._value2member_map_ else "Fault"
    kind = "text/plain" if isinstance(body, str) else "application/json"
    made = {"Content-Type": kind, **headers, "Content-Length": str(len(content))}
    return f"{status} {phrase}", list(made.items()), [content]


def _cut(environ: Environ, fault: Fault, headers: Headers, answer: t.Iterable[bytes]) -> t.Iterator[bytes]:
    """The first part of the answer, and then the end of the connection."""
    left = fault.bytes if fault.action == "reset_after_bytes" else _length(headers) // 2
    try:
        for block in answer:
            if left <= 0:
                break
            yield block[:left]
            left -= len(block[:left])
    finally:
        _close(answer)
    if fault.action == "reset_after_bytes":
        reset(environ)
    raise ConnectionAbortedError(errno.ECONNABORTED, "closed early by the lab")


def _length(headers: Headers) -> int:
    return int({name.lower(): value for name, value in headers}.get("content-length", "0"))


def _close(answer: t.Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()
