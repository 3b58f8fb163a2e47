#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_plan
short_description: Plan what an AE5 cluster must become
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Makes the plan of one cluster from the inventories of all its sites and from what is declared in the Ansible inventory.
  - The plan is the desired state (channels, what they hold, who may use them), not a list of actions. What is to be done is
    worked out against the cluster when the plan is applied.
  - Naming, sharing and privacy follow the vendor's migration guide. Where the guide is silent, access never widens.
  - Errors (names that fall together, one owner name on two sites, an AE5 group with people the AE4 group does not have, protected
    channels) are found before anything is written, and name both sources.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  inventories:
    description:
      - Inventories as M(ae_ops.migration.site_inventory) writes them, one for each site.
      - The list of owners is expected beside each one.
    type: list
    elements: path
    required: true
  dest:
    description:
      - Folder the plan is written to. V(plan.json), V(placements.jsonl), V(placements/SITE.jsonl) and V(left_out.jsonl) are for machines,
        V(plan.yml) is for people.
    type: path
    required: true
  cluster:
    description: Name of the cluster, for the plan and the report.
    type: str
    default: cluster
  sites:
    description: Names of the sites the cluster is to hold. One without an inventory is warned about.
    type: list
    elements: str
    default: []
  layout:
    description:
      - V(vendor) names channels as the vendor's import does.
      - V(by_label) lets labels isolate for organizations as they do for users.
    type: str
    choices: [vendor, by_label]
    default: vendor
  offline:
    description: Plan without asking the cluster anything.
    type: bool
    default: false
  owners:
    description: Patterns of the owners to migrate. Everything else is left out and listed. An empty list means all.
    type: list
    elements: str
    default: []
  channel_map:
    description: Rules that rename channels. The first one that applies decides.
    type: list
    elements: dict
    default: []
    suboptions:
      match:
        description: Pattern (fnmatch) of the channel name.
        type: str
        required: true
      to:
        description: New name. May use C({name}), C({owner}), C({group}), C({label}) and C({site}).
        type: str
        required: true
      site:
        description: Apply the rule to this site only.
        type: str
  user_map:
    description: AE4 logins and the AE5 user names they become. A login that is not named keeps its name.
    type: dict
    default: {}
  group_map:
    description:
      - AE4 groups and the AE5 groups they become. Keys are C(ORGANIZATION/GROUP) or C(SITE:ORGANIZATION/GROUP).
      - A group that is not named keeps the name of the group, without the organization.
    type: dict
    default: {}
  accept_wider:
    description: Patterns of channels for which it is accepted that an AE5 group holds more people than the AE4 group.
    type: list
    elements: str
    default: []
  protected_channels:
    description: Channel names that a plan must not use. By default those of AE5 and its mirrors.
    type: list
    elements: str
  records:
    description: Folder of the records of earlier runs. It tells people who left a group in AE4 from people who were added on AE5.
    type: path
"""

EXAMPLES = r"""
- name: Plan the cluster from two sites
  ae_ops.migration.migration_plan:
    inventories:
      - /var/lib/ae_migration/prod/inventories/east.jsonl
      - /var/lib/ae_migration/prod/inventories/west.jsonl
    dest: /var/lib/ae_migration/prod/runs/20260101T020000Z
    cluster: prod
    url: https://ae5.example.com
    username: migrator
    password: "{{ vault_ae5_password }}"

- name: See the plan of one site without a cluster
  ae_ops.migration.migration_plan:
    inventories: [/tmp/east.jsonl]
    dest: /tmp/plan
    offline: true
    url: https://ae5.example.com
"""

RETURN = r"""
summary:
  description: Counts of the plan.
  returned: success
  type: dict
  sample: {"bytes": 123456, "channels": 5, "channels_to_create": 5, "decisions": 2, "left_out": {"unlabelled": 1}, "placements": 12, "sites": 2}
dest:
  description: Folder of the plan.
  returned: success
  type: str
report_path:
  description: The plan for people.
  returned: success
  type: str
failures:
  description: Empty. A plan is whole or it fails.
  returned: success
  type: list
  elements: str
errors:
  description: One sentence for each error of the plan.
  returned: when the plan has errors
  type: list
  elements: str
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.make import make_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.options import PLAN_SPEC


def main() -> None:
    MigrationModule(AE5, PLAN_SPEC).run(make_plan)


if __name__ == "__main__":
    main()
