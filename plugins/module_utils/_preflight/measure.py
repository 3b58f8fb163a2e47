# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measuring with the standard library alone, so that a missing library is a row and no crash.  Private to the collection."""

from __future__ import annotations

import email.utils
import http.client
import importlib
import os
import ssl
import time
import typing as t
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, fault_of, reason_of
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rules_ae5 import Reach

AGENT = "ae_ops.migration"


def attempt(check: str, host: str, task: str, work: t.Callable[[], t.Union[Row, t.List[Row]]]) -> t.List[Row]:
    """The rows of one check; whatever goes wrong in it becomes a row of its own."""
    try:
        made = work()
    except MigrationError as exc:
        return [r.unknown(check, host, str(exc), task)]
    except OSError as exc:
        return [r.unknown(check, host, f"The check failed: {exc.filename or 'the system'}: {exc.strerror or exc}.", task)]
    except Exception as exc:  # a check must never take the others with it
        return [r.unknown(check, host, f"The check failed {fault_of(exc)}.", task)]
    return made if isinstance(made, list) else [made]


def importable(names: t.Iterable[str]) -> t.Dict[str, t.Optional[str]]:
    """The version of each library (empty if it has none), or ``None`` where it cannot be imported."""
    found: t.Dict[str, t.Optional[str]] = {}
    for name in names:
        try:
            found[name] = str(getattr(importlib.import_module(name), "__version__", ""))
        except Exception:  # a broken library may raise anything, and cannot be used either way
            found[name] = None
    return found


def existing(path: str) -> str:
    """The path, or the nearest folder above it that is there."""
    path = os.path.abspath(os.path.expanduser(path))
    while not os.path.exists(path) and os.path.dirname(path) != path:  # noqa: TID251 - what may not be seen is not writable either
        path = os.path.dirname(path)
    return path


def writable(folder: str) -> bool:
    """Whether it is a folder that files can be made in."""
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def free_space(path: str) -> int:
    """Bytes that may still be written where the path is, or will be."""
    status = os.statvfs(existing(path))
    return status.f_bavail * status.f_frsize


class _Handler(urllib.request.HTTPSHandler):
    """Remembers the certificate of the connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._settings = context
        self.certificate: t.Dict[str, t.Any] = {}

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        outer = self

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                outer.certificate = dict(self.sock.getpeercert() or {})

        return self.do_open(Connection, req, context=self._settings)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Nothing is followed: where an address leads to is an answer too."""

    def redirect_request(self, *_args: t.Any, **_more: t.Any) -> None:
        return None


def tls_settings(validate_certs: bool, ca_path: t.Optional[str]) -> ssl.SSLContext:
    """The trust that requests would have: the file given, else the environment's, else certifi's, else the system's."""
    if not validate_certs:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    trusted = ca_path or os.environ.get("REQUESTS_CA_BUNDLE")
    if not trusted:
        try:
            trusted = importlib.import_module("certifi").where()
        except Exception:  # without it the system's own authorities are asked
            trusted = None
    if trusted and os.path.isdir(trusted):
        return ssl.create_default_context(capath=trusted)
    return ssl.create_default_context(cafile=trusted)


def request(url: str, validate_certs: bool, ca_path: t.Optional[str], timeout: float) -> t.Tuple[Reach, t.Mapping[str, str]]:
    """One GET without a login and without following redirects; what came back, and the headers of the answer."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Reach(address=repr(url), tls=False, verified=validate_certs, error="it is not an address like https://HOST"), {}
    tls = parts.scheme == "https"
    base = Reach(address=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", tls=tls, verified=validate_certs, now=time.time())
    if validate_certs and tls and ca_path and not os.access(ca_path, os.R_OK):
        return _with(base, certificate_error=f"the file {ca_path} (ca_path) does not exist or cannot be read"), {}
    handler = _Handler(tls_settings(validate_certs, ca_path))
    opener = urllib.request.build_opener(handler, _NoRedirect())
    base = _with(base, route=_proxy_of(parts.scheme, parts.hostname or ""))
    started = time.time()
    try:
        try:
            asked = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310 - the scheme was looked at
            with opener.open(asked, timeout=timeout) as answer:
                status, headers = answer.status, dict(answer.headers.items())
        except urllib.error.HTTPError as exc:
            with exc:
                status, headers = exc.code, dict(exc.headers.items())
    except (OSError, http.client.HTTPException) as exc:
        reason = exc.reason if isinstance(exc, urllib.error.URLError) else exc
        if isinstance(reason, ssl.SSLCertVerificationError):
            return _with(base, certificate_error=reason.verify_message or str(reason)), {}
        return _with(base, error=_said(reason)), {}
    middle = (started + time.time()) / 2
    return _with(base, status=status, expires=_expiry(handler.certificate), now=middle, skew=_skew(headers, middle)), headers


def _with(reach: Reach, **values: t.Any) -> Reach:
    return Reach(**{**reach.__dict__, **values})


def _said(reason: t.Any) -> str:
    return reason_of(reason) if isinstance(reason, BaseException) else str(reason)


def _proxy_of(scheme: str, host: str) -> str:
    if urllib.request.proxy_bypass(host):
        return ""
    return (urllib.request.getproxies().get(scheme) or "").rpartition("@")[2]


def _expiry(certificate: t.Mapping[str, t.Any]) -> t.Optional[float]:
    ends = certificate.get("notAfter")
    return float(ssl.cert_time_to_seconds(ends)) if isinstance(ends, str) else None


def _skew(headers: t.Mapping[str, str], now: float) -> t.Optional[float]:
    """The server's clock minus ours; its Date has whole seconds, so half of one is added."""
    date = {name.lower(): value for name, value in headers.items()}.get("date")
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp() + 0.5 - now
    except (TypeError, ValueError, IndexError):
        return None
