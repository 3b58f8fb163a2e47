#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: principal
short_description: Create missing groups and memberships of an AE5 cluster
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Creates groups and adds members in Keycloak's realm C(AnacondaPlatform), and creates users with O(create_users).
  - It only adds. It deletes nothing, removes no member from a group, grants no role and reads no credential, also of federated users.
  - Returns for each user which of the needed roles are missing.
  - Needs O(keycloak_username) and O(keycloak_password), an account of realm C(master) with C(manage-users), C(query-groups) and C(view-realm)
    of client C(AnacondaPlatform-realm), or with role C(admin).
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  users:
    description: Names of users that must exist, in any case, in addition to the members of O(groups).
    type: list
    elements: str
    default: []
  groups:
    description: Groups that must exist.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the group. An existing subgroup is named by its path without the first slash; a missing one is not created.
        type: str
        required: true
      members:
        description: Names of users that must be members, in any case. Other members stay.
        type: list
        elements: str
        default: []
  create_users:
    description:
      - Whether a user that does not exist is created, enabled, without a password or any other credential and without required actions.
      - Leave this off where users come from a directory or another identity provider, which creates them when they first log in.
    type: bool
    default: false
  roles:
    description: The roles of the realm to look for.
    type: list
    elements: str
    default: [ae-uploader, ae-creator]
seealso:
  - module: ae_ops.migration.principal_info
  - module: ae_ops.migration.channel_share
"""

EXAMPLES = r"""
- name: The groups for those of AE4
  ae_ops.migration.principal:
    url: https://ae5.example.com
    keycloak_username: kcadmin
    keycloak_password: "{{ ae5_keycloak_password }}"
    groups:
      - name: Devs
        members: [anaconda-user-2, carol]
      - name: Wetlab
        members: [alice]
"""

RETURN = r"""
users:
  description: One row for each listed user.
  returned: when Keycloak could be asked
  type: list
  elements: dict
  contains:
    name:
      description: Name of the user as Keycloak has it, in lower case.
      type: str
      returned: success
    enabled:
      description: Whether the user may log in, V(null) if there was no such user before.
      type: bool
      returned: success
    federated:
      description: Whether the user comes from a directory that Keycloak is connected to, V(null) if there was no such user before.
      type: bool
      returned: success
    roles:
      description: Those of O(roles) that the user has, V(null) if there was no such user before.
      type: list
      elements: str
      returned: success
    lacks:
      description: Those of O(roles) that the user does not have, V(null) if there was no such user before.
      type: list
      elements: str
      returned: success
    result:
      description: V(present), V(created) or V(failed).
      type: str
      returned: success
  sample: [{name: carol, enabled: true, federated: false, roles: [], lacks: [ae-uploader, ae-creator], result: present}]
groups:
  description: One row for each group.
  returned: when Keycloak could be asked
  type: list
  elements: dict
  contains:
    name:
      description: Name of the group.
      type: str
      returned: success
    result:
      description: V(present), V(created) or V(failed).
      type: str
      returned: success
  sample: [{name: Devs, result: created}]
members:
  description: One row for each membership.
  returned: when Keycloak could be asked
  type: list
  elements: dict
  contains:
    group:
      description: Name of the group.
      type: str
      returned: success
    user:
      description: Name of the user.
      type: str
      returned: success
    result:
      description: V(present), V(added) or V(failed).
      type: str
      returned: success
  sample: [{group: Devs, user: carol, result: added}]
summary:
  description: Number of rows by kind and result, of users that lack a role (C(lacking)), and C(seconds).
  returned: when Keycloak could be asked
  type: dict
  sample:
    users_present: 1
    users_created: 0
    users_failed: 0
    groups_present: 0
    groups_created: 1
    groups_failed: 0
    members_present: 0
    members_added: 1
    members_failed: 0
    lacking: 1
    seconds: 0.3
failures:
  description: One sentence for each thing that could not be done, at most 25 of them. If there is one, the module has done the rest and fails.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.principals import PRINCIPAL, work
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule


def main() -> None:
    MigrationModule(AE5, PRINCIPAL).run(work)


if __name__ == "__main__":
    main()
