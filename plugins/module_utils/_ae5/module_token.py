# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``access_token`` does.  Private to the collection."""

from __future__ import annotations

import contextlib

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import connection_of
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule, Outcome


def token_work(module: MigrationModule) -> Outcome:
    """The module ``access_token``."""
    if not module.params["password"]:
        raise MigrationError("A token is made from username and password; give both.")
    with contextlib.closing(connection_of(module.params)) as connection:
        return Outcome(values={"access_token": connection.transport.tokens.token()})
