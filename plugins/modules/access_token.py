#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_token
short_description: Get a short-lived token of an AE5 user
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Logs in and returns a bearer token, so that a host that uploads packages needs no password.
  - The result is a secret. Use C(no_log) on the task.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
  - ae_ops.migration.attributes.info_module
seealso:
  - module: ae_ops.migration.package_sync
"""

EXAMPLES = r"""
- name: A token for the hosts that move packages
  ae_ops.migration.access_token:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
  register: token
  no_log: true
"""

RETURN = r"""
access_token:
  description: The token. Its lifetime is a setting of Keycloak, usually some minutes.
  returned: success
  type: str
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.module_token import token_work
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule


def main() -> None:
    MigrationModule(AE5).run(token_work)


if __name__ == "__main__":
    main()
