# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map of users that an option declares."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._masked import WHOLE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.user_map import user_map


@pytest.mark.parametrize("name", ["a********", WHOLE])
def test_a_name_that_ansible_masked_is_nobodys(name: str) -> None:
    """A project must not go to whoever has what is left of the name."""
    with pytest.raises(MigrationError, match="Ansible has masked the AE5 name of bob, because a password or token"):
        user_map({"ann": "ann", "bob": name})


def test_names_are_texts() -> None:
    assert user_map({7: 8}).user("7", "") == "8"
