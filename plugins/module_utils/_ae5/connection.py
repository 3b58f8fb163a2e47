# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to AE5 by a module's connection options: its HTTP side, its tokens, its transport.  Private to the collection.

The transport that is not chosen is not imported: a run starts a module for each of its steps, and most of their time is imports.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken, PasswordGrant
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import Transport
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError


class WriteInCheckMode(AssertionError):
    """A bug of the collection: an attempt to change the cluster in check mode."""


def http_of(params: t.Mapping[str, t.Any]) -> Http:
    """The HTTP side of the connection options."""
    http = Http(params["url"], validate_certs=params["validate_certs"], ca_path=params["ca_path"], timeout=params["timeout"])
    for name in ("password", "access_token", "client_secret", "keycloak_password", "conda_token"):
        http.protect(params[name])
    return http


class Connection(t.NamedTuple):
    """What the connection options lead to; no request has been sent."""

    http: Http
    transport: Transport
    capabilities: Capabilities
    """The results of the probe; empty without one."""

    def close(self) -> None:
        """Closes connections and removes the transport's files on this host."""
        self.transport.close()
        self.http.close()


def connection_of(params: t.Mapping[str, t.Any]) -> Connection:
    """The connection of a module's options (``argspec.AE5``).

    Raises:
        MigrationError: an option is missing, the address is refused, or the capabilities are of another cluster.
    """
    if not params["access_token"] and not params["password"]:
        raise MigrationError(f"There is no login for the AE5 cluster {params['url']}; set username and password, or access_token.")
    if params["workers"] < 1 or params["timeout"] < 1:
        raise MigrationError("workers and timeout must be at least 1.")
    capabilities = Capabilities.of(params)
    http = http_of(params)
    return Connection(http, _transport(params, http, capabilities), capabilities)


def _transport(params: t.Mapping[str, t.Any], http: Http, capabilities: Capabilities) -> Transport:
    if params["transport"] == "api" or (params["transport"] == "auto" and capabilities.api_confirmed):
        from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.api_transport import ApiTransport  # noqa: PLC0415

        return ApiTransport(http, token_source(params, http))
    from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.cli_transport import CliTransport  # noqa: PLC0415

    return CliTransport(http, params["cli"], username=params["username"], password=params["password"], access_token=params["access_token"])


def token_source(params: t.Mapping[str, t.Any], http: Http) -> TokenSource:
    """Where the bearer tokens come from: the given token, or Keycloak."""
    if params["access_token"]:
        return FixedToken(params["access_token"])
    return PasswordGrant(http, params["username"], params["password"], client_id=params["client_id"], client_secret=params["client_secret"])
