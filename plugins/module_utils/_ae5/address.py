# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses of a cluster can be used.  Pure.  Private to the collection."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

NAMED = re.compile(r"[^@/?#\s]+")
"""A host without a scheme, as people type it; what has more may hold a login."""


def origin_of(url: str) -> str:
    """``https://HOST[:PORT]`` of a cluster's address.

    Raises:
        MigrationError: no token may be sent to this address.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise MigrationError("The address of the AE5 cluster is not an address; set it as https://HOST.") from None
    shown = f"{parts.scheme}://{host or ''}"
    if parts.scheme not in ("http", "https") or not host:
        raise MigrationError(
            f"The address {(url if NAMED.fullmatch(url) else shown)!r} of the AE5 cluster cannot be used; set it as https://HOST."
        )
    if parts.username or parts.password:
        raise MigrationError(f"The address of the AE5 cluster {shown} contains a login; set username and password instead.")
    if parts.path.rstrip("/") or parts.query or parts.fragment:
        raise MigrationError(f"The address of the AE5 cluster {shown} must end with the host; remove its path.")
    if parts.scheme == "http" and not is_loopback(host):
        raise MigrationError(f"The address of the AE5 cluster {shown} is plain http, which would send tokens unencrypted; use https.")
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
