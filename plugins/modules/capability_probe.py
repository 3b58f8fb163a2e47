#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capability_probe
short_description: Find out what an AE5 cluster does where nothing is documented
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Tries the assumptions that the collection rests on in a scratch channel, C(USERNAME/ae-migration-probe), and writes the answers with their evidence.
  - The other modules take the answers in O(capabilities) and obey them, for example O(transport=auto) becomes V(api) only where the interface was confirmed.
  - What it makes on the cluster it deletes again, also when it is interrupted. Everything that it makes has C(ae-migration-probe) in its name.
  - Unknown is an answer. What was known from an earlier probe and was not found this time is kept and marked; declared answers are kept as they are.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
attributes:
  check_mode:
    support: partial
    details:
      - In check mode only what needs no write on the cluster is asked, and no file is written.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  dest:
    description:
      - File to write the answers to, on the host that the module runs on.
    type: path
    required: true
  leave_behind:
    description:
      - Whether something may stay on the cluster.
      - Where it is not proven that channels can be deleted, this must be V(true) for most questions to be asked. One channel may then stay behind, the
        same each time, and is named in the result.
      - Deleting is proven by an earlier probe (O(capabilities)), or by a command that C(anaconda-enterprise-cli) shows in its help.
    type: bool
    default: false
  probe_username:
    description:
      - A second account, without special roles, for the questions about what others see and may do.
      - Without it they stay unknown, among them who can read a private channel.
    type: str
  probe_password:
    description:
      - Password of O(probe_username).
    type: str
seealso:
  - module: ae_ops.migration.channel_info
"""

EXAMPLES = r"""
- name: Probe a cluster
  ae_ops.migration.capability_probe:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    probe_username: somebody
    probe_password: "{{ probe_password }}"
    leave_behind: true
    dest: /home/migrator/capabilities.yml
  register: probe

- name: Show what came out
  ansible.builtin.debug:
    var: probe.table
"""

RETURN = r"""
capabilities:
  description:
    - The content of the file. C(answers) has for each question C(assumption), C(question), C(value), C(confidence) (C(known), C(unknown) or C(declared)) and
      C(evidence).
  returned: success
  type: dict
  sample: {schema_version: 1, url: "https://ae5.example.com", transport: api, left_behind: [], answers: {}}
left_behind:
  description: What is still on the cluster, one line each.
  returned: always
  type: list
  elements: str
  sample: [channel migrator/ae-migration-probe]
table:
  description: The answers as lines of a table.
  returned: success
  type: list
  elements: str
report_path:
  description: The file.
  returned: success
  type: str
  sample: /home/migrator/capabilities.yml
summary:
  description: Number of answers that are C(known), C(unknown) and C(declared), and C(seconds).
  returned: success
  type: dict
  sample: {known: 28, unknown: 3, declared: 0, seconds: 4.2}
failures:
  description: What went wrong, one sentence each.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.module import PROBE, probe_work


def main() -> None:
    MigrationModule(AE5, PROBE).run(probe_work)


if __name__ == "__main__":
    main()
