# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the users of a notebook host are on AE5, declared like the users of the repository.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._masked import is_masked
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import USER_FIELDS, MapRule, bad_templates


def user_map(declared: t.Mapping[t.Any, t.Any]) -> PrincipalMap:
    """The map that an option declares: ``LOGIN`` or ``SITE:LOGIN``, patterns and templates as in ``ae_user_map``.

    Raises:
        MigrationError: a template in it cannot be filled in, or a name was masked on the way through a result of Ansible.
    """
    users = {str(login): str(user) for login, user in declared.items()}
    masked = [login for login, user in users.items() if is_masked(login) or is_masked(user)]
    if masked:
        raise MigrationError(
            f"Ansible has masked the AE5 name of {masked[0]}, because a password or token of the login occurs in it, so it is not known who"
            " that is and nothing is done; choose another password or token."
        )
    for flaw in bad_templates("ae_user_map", [MapRule.of_key(*item) for item in users.items()], USER_FIELDS):
        raise MigrationError(flaw)
    return PrincipalMap(users)
