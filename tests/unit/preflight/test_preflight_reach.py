"""One request to an address: certificate, clock, proxy, redirects; over a real TLS socket."""

from __future__ import annotations

import http.server
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import measure
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.site.module import reach_rows
from tests.unit.authority import Authority


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_args: t.Any) -> None:
        pass


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def serve(authority: Authority) -> t.Iterator[t.Callable[..., tuple[str, list[t.Any]]]]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(host: str = "127.0.0.1", days: int = 30) -> tuple[str, list[t.Any]]:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.asked = []  # type: ignore[attr-defined]
        server.socket = authority.context(host, days).wrap_socket(server.socket, server_side=True)
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


def rows(url: str, ca: Path | None, verify: bool = True) -> dict[str, tuple[str, str]]:
    params = {"url": url, "validate_certs": verify, "ca_path": None if ca is None else str(ca), "timeout": 10}
    return {row.check: (row.verdict, row.evidence) for row in reach_rows("prod", params, "Login")}


def test_a_private_authority_is_accepted_with_its_file(serve: t.Any, authority: Authority) -> None:
    url, asked = serve()
    found = rows(url, authority.ca)
    assert found["address"][0] == "ok"
    assert found["certificate"] == ("ok", "Verified; good for 30 more days.")
    assert found["clock"][0] == "ok"
    assert [path for path, _headers in asked] == ["/"], "a redirect is an answer and not followed"
    assert "Authorization" not in asked[0][1]


def test_the_file_of_the_environment_counts_too(serve: t.Any, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    url, _asked = serve()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.ca))
    assert rows(url, None)["certificate"][0] == "ok"


def test_a_private_authority_is_refused_without_its_file(serve: t.Any) -> None:
    url, asked = serve()
    found = rows(url, None)
    assert found["certificate"][0] == "blocking"
    assert "unable to get local issuer certificate" in found["certificate"][1]
    assert "clock" not in found
    assert asked == []


def test_a_certificate_for_another_host(serve: t.Any, authority: Authority) -> None:
    url, _asked = serve("ae5.example.com")
    found = rows(url, authority.ca)
    assert found["certificate"][0] == "blocking"
    assert "127.0.0.1" in found["certificate"][1]


def test_a_certificate_that_has_ended_and_one_that_ends_soon(serve: t.Any, authority: Authority) -> None:
    ended, _asked = serve(days=-1)
    assert "expired" in rows(ended, authority.ca)["certificate"][1]
    soon, _asked = serve(days=5)
    assert rows(soon, authority.ca)["certificate"] == ("warning", "Verified; good for 5 more days.")


def test_a_file_of_authorities_that_is_not_there(serve: t.Any, tmp_path: Path) -> None:
    url, _asked = serve()
    found = rows(url, tmp_path / "none.pem")["certificate"]
    assert found[0] == "blocking"
    assert "none.pem" in found[1]


def test_verification_switched_off_is_a_warning(serve: t.Any) -> None:
    url, asked = serve()
    found = rows(url, None, verify=False)
    assert [found[check][0] for check in ("address", "certificate", "clock")] == ["ok", "warning", "ok"]
    assert len(asked) == 1
    assert rows("https://127.0.0.1:1", None, verify=False)["certificate"][0] == "warning", "said of an address that is down as well"


@pytest.mark.parametrize("url", ["ftp://ae5.example.com", "ae5.example.com", "file:///etc/passwd"])
def test_an_address_that_is_none(url: str) -> None:
    found = rows(url, None)
    assert list(found) == ["address"]
    assert found["address"][0] == "blocking"


def test_a_proxy_is_named(serve: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://user:secret@127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    found = rows("https://ae5.invalid", None)["address"]
    assert found[0] == "blocking"
    assert "through the proxy 127.0.0.1:1" in found[1]
    assert "secret" not in found[1]


def test_libraries_that_break_when_imported_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "preflight_broken.py").write_text("raise RuntimeError('built for another Python')\n")
    (tmp_path / "preflight_plain.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = measure.importable(["preflight_broken", "preflight_absent", "preflight_plain", "json"])
    assert (found["preflight_broken"], found["preflight_absent"], found["preflight_plain"]) == (None, None, "")
    assert found["json"]


def test_the_nearest_folder_that_is_there(tmp_path: Path) -> None:
    assert measure.existing(str(tmp_path / "a" / "b")) == str(tmp_path)
    assert measure.free_space(str(tmp_path / "a" / "b")) > 0
