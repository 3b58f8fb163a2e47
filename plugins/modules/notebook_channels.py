#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module notebook_channels: lists AE5's channels for the conversion of notebook projects."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notebook_channels
short_description: List the channels of AE5 for the conversion of notebook projects
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Writes, for M(ae_ops.migration.notebook_project_convert), which channels an AE5 cluster has, who may read each of them, and which packages of
    C(linux-64) and C(noarch) are in it with their digests. One line for each channel.
  - With O(plan), channels and packages that are still to be uploaded count as well, and the channels list the AE4 owners of their packages.
  - Who may read a channel is never guessed. It is its AE5 owner, the users and the members of the groups that it is shared with, or every user if it is
    public or shared with the group C(everyone). Members of groups are read from Keycloak.
  - Changes nothing on the cluster.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Names the channels whose line is new, gone or another one.
  idempotent:
    support: full
options:
  plan:
    description:
      - The folder of the plan by which the packages are, or were, migrated.
      - Without it only what the cluster shows counts.
    type: path
  dest:
    description: The file to write.
    type: path
    required: true
seealso:
  - module: ae_ops.migration.notebook_project_convert
  - module: ae_ops.migration.notebook_resolve
  - module: ae_ops.migration.channel_info
"""

EXAMPLES = r"""
- name: The channels that notebook projects can use
  ae_ops.migration.notebook_channels:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    transport: api
    keycloak_username: admin
    keycloak_password: "{{ keycloak_password }}"
    plan: /srv/migration/prod/plan
    dest: /srv/migration/prod/notebooks/channels.jsonl
"""

RETURN = r"""
summary:
  description:
    - Numbers of C(channels), of those that only the plan has as yet (C(not_there_yet)), of C(packages), of C(users) who have another name on AE5, and
      C(seconds).
  returned: success
  type: dict
  sample: {channels: 41, not_there_yet: 0, packages: 3120, seconds: 2.4, users: 2}
users:
  description:
    - For each site the AE4 logins who have another name on AE5, with that name, or V(-) for none.
    - They are what O(plan) was made with, for every user in it. Empty without a plan.
  returned: success
  type: dict
  sample: {east: {a.smith: alice, robot: "-"}}
failures:
  description: Always empty.
  returned: always
  type: list
  elements: str
  sample: []
dest:
  description: The file.
  returned: success
  type: str
  sample: /srv/migration/prod/notebooks/channels.jsonl
report_path:
  description: The same as RV(dest). In check mode the file that would be written.
  returned: success
  type: str
  sample: /srv/migration/prod/notebooks/channels.jsonl
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.channels.module import CHANNELS, channels_work


def main() -> None:
    MigrationModule(AE5, CHANNELS).run(channels_work)


if __name__ == "__main__":
    main()
