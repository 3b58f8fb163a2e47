# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The channels that module ``channel`` refused, as the modules after it get them.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._masked import is_masked

OPTION = {"type": "list", "elements": "str", "default": []}


def refused_channels(names: t.Sequence[str]) -> t.FrozenSet[str]:
    """The names, which have come through a result of Ansible.

    Raises:
        MigrationError: one of them was masked, so it is not known which channel must stay empty.
    """
    masked = [name for name in names if is_masked(name)]
    if masked:
        raise MigrationError(
            f"Ansible has masked the name of a refused channel ({masked[0]}), because a password or token of the login occurs in it, so it"
            " is not known which channel must stay empty and nothing is done; choose another password or token."
        )
    return frozenset(names)
