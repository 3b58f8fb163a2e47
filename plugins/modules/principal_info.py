#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: principal_info
short_description: Show users and groups of an AE5 cluster and missing roles of users
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Reads users, groups, members and roles of Keycloak's realm C(AnacondaPlatform), in pages and in parallel.
  - Returns for each user which of the needed roles are missing.
    A role counts if a user has it directly, through another role, through a group or through a parent group.
  - Needs O(keycloak_username) and O(keycloak_password), an account of realm C(master) with C(view-users), C(query-groups) and C(view-realm)
    of client C(AnacondaPlatform-realm), or with role C(admin).
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
  - ae_ops.migration.attributes.info_module
options:
  users:
    description: Names of the users to show, in any case. By default all.
    type: list
    elements: str
  groups:
    description: Names of the groups to show. By default all. A subgroup is named by its path without the first slash.
    type: list
    elements: str
  roles:
    description: The roles of the realm to look for.
    type: list
    elements: str
    default: [ae-uploader, ae-creator]
seealso:
  - module: ae_ops.migration.principal
"""

EXAMPLES = r"""
- name: The members of a group, and the missing roles of two users
  ae_ops.migration.principal_info:
    url: https://ae5.example.com
    keycloak_username: kcadmin
    keycloak_password: "{{ ae5_keycloak_password }}"
    users: [anaconda-user-1, anaconda-user-2]
    groups: [Devs]
"""

RETURN = r"""
users:
  description: The users, ordered by name, or as O(users) names them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the user as Keycloak has it, in lower case.
      type: str
      returned: success
    enabled:
      description: Whether the user may log in.
      type: bool
      returned: success
    federated:
      description: Whether the user comes from a directory that Keycloak is connected to.
      type: bool
      returned: success
    roles:
      description: Those of O(roles) that the user has.
      type: list
      elements: str
      returned: success
    lacks:
      description: Those of O(roles) that the user does not have.
      type: list
      elements: str
      returned: success
  sample: [{name: anaconda-user-1, enabled: true, federated: false, roles: [ae-creator], lacks: [ae-uploader]}]
groups:
  description: The groups, ordered by name, or as O(groups) names them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the group.
      type: str
      returned: success
    members:
      description: Names of the users that are members of this group itself.
      type: list
      elements: str
      returned: success
  sample: [{name: Devs, members: [anaconda-user-2, carol]}]
absent_users:
  description: Those of O(users) that do not exist.
  returned: success
  type: list
  elements: str
  sample: []
absent_groups:
  description: Those of O(groups) that do not exist.
  returned: success
  type: list
  elements: str
  sample: []
summary:
  description: Number of C(users) and C(groups) shown, of C(federated) users, of users that lack a role (C(lacking)), and C(seconds).
  returned: success
  type: dict
  sample: {users: 1, groups: 1, federated: 0, lacking: 1, seconds: 0.2}
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.principals import INFO, info_work
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule


def main() -> None:
    MigrationModule(AE5, INFO).run(info_work)


if __name__ == "__main__":
    main()
