# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's TLS against a real TLS socket: a private authority with and without its file, a wrong host name."""

from __future__ import annotations

import http.server
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from tests.unit.authority import Authority

NAME = "/auth/realms/AnacondaPlatform"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every GET with an empty object and remembers it."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: t.Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def serve(authority: Authority) -> t.Iterator[t.Callable[[str], tuple[str, list[str]]]]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(host: str) -> tuple[str, list[str]]:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.asked = []  # type: ignore[attr-defined]
        server.socket = authority.context(host, 30).wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return f"https://127.0.0.1:{server.server_address[1]}", server.asked  # type: ignore[attr-defined]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def ask(url: str, ca: Path | None, verify: bool = True) -> t.Any:
    http_side = Http(url, validate_certs=verify, ca_path=None if ca is None else str(ca), timeout=10)
    http_side.sleep = lambda seconds: None
    try:
        return http_side.json("GET", NAME)
    finally:
        http_side.close()


def test_a_private_authority_is_accepted_with_ca_path(serve: t.Any, authority: Authority) -> None:
    url, asked = serve("127.0.0.1")
    assert ask(url, authority.ca) == {}
    assert asked == [NAME]


def test_a_private_authority_is_refused_without_ca_path(serve: t.Any) -> None:
    url, asked = serve("127.0.0.1")
    with pytest.raises(MigrationError, match=r"unable to get local issuer certificate.*; set the authority's file as ca_path"):
        ask(url, None)
    assert asked == []


def test_a_wrong_host_name_is_refused(serve: t.Any, authority: Authority) -> None:
    url, asked = serve("other.example.com")
    with pytest.raises(MigrationError, match=r"certificate is not valid for '127[.]0[.]0[.]1'"):
        ask(url, authority.ca)
    assert asked == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_verification_is_switched_off_only_by_declaration(serve: t.Any) -> None:
    url, asked = serve("other.example.com")
    assert ask(url, None, verify=False) == {}
    assert asked == [NAME]
