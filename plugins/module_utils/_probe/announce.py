# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks whether an upload would be too large by announcing its size and sending only its head.  Private to the collection.

``requests`` reads an answer only when a body was sent as a whole, so this is made of the standard library.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import typing as t
from urllib.parse import urlsplit

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import UPLOAD_PART
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, reason_of
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.scratch_names import NAME

try:
    import requests.utils
except ImportError:
    requests = None  # type: ignore[assignment]  # connecting has said so before

PATIENCE = 3.0
"""Seconds to wait for an answer to the head of an upload."""

BOUNDARY = "ae-migration-probe-boundary"


def announced_status(to: Http, path: str, token: str, size: int) -> t.Optional[int]:
    """The status that an upload of ``size`` bytes is answered with before its body is sent; ``None`` if none comes.

    Raises:
        MigrationError: the cluster is behind a proxy, which would answer in its place.
    """
    if requests.utils.get_environ_proxies(to.origin):
        raise MigrationError("the cluster is reached through a proxy, whose limit would be measured instead")
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{UPLOAD_PART}"; filename="{NAME}-1.0-2.tar.bz2"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    connection = _connection(to)
    try:
        connection.putrequest("POST", path)
        connection.putheader("Authorization", f"Bearer {token}")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(size))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(head)
        # An answer 100 (go on) is passed over; what comes after it is the answer.
        return int(connection.getresponse().status)
    except socket.timeout:
        return None
    except (OSError, http.client.HTTPException) as exc:
        raise MigrationError(f"an upload of {size} bytes was announced and the connection broke ({reason_of(exc)})") from None
    finally:
        connection.close()


def _connection(to: Http) -> http.client.HTTPConnection:
    parts = urlsplit(to.origin)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=PATIENCE)
    context = ssl.create_default_context(cafile=to.verify if isinstance(to.verify, str) else requests.utils.DEFAULT_CA_BUNDLE_PATH)
    if to.verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, parts.port, timeout=PATIENCE, context=context)
