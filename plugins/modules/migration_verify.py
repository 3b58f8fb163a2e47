#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_verify
short_description: Prove that an AE5 cluster is what its plan says
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Reads the cluster anew (the repodata of every subdir of every planned channel, shares, privacy) and compares it with the plan.
  - Writes the ledger, in which every file of every inventory has exactly one line, and a report for people.
  - What an administrator changed on AE5 and what AE4 took away since is reported with the command that would revoke it. It is never undone.
  - Fails at the end when something planned is not there, holds other bytes, or can be used by more people than planned.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: Nothing is changed.
  idempotent:
    support: full
options:
  plan:
    description: Folder of the plan, see M(ae_ops.migration.migration_plan).
    type: path
    required: true
  dest:
    description: Folder for V(ledger.jsonl), V(report.json) and V(report.html).
    type: path
    required: true
  records:
    description:
      - Folder of the records of what earlier runs found applied.
      - Without them, what AE4 took away since is reported as if somebody had added it on AE5.
    type: path
  strict:
    description: Fail also on what AE4 has taken away since and on what was granted on AE5.
    type: bool
    default: false
  accept_public:
    description:
      - Patterns (shell style) of channels that may be public although they should be private, as given to M(ae_ops.migration.channel).
      - They are reported with the verdict V(accepted) and do not fail the run.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Verify the last plan of the cluster
  ae_ops.migration.migration_verify:
    plan: /var/lib/ae_migration/prod/current
    dest: /var/lib/ae_migration/prod/current
    records: /var/lib/ae_migration/prod/records
    url: https://ae5.example.com
    username: migrator
    password: "{{ vault_ae5_password }}"
"""

RETURN = r"""
summary:
  description: Counts, with the files by what became of them and the findings by verdict; V(verified) says if everything could be seen.
  returned: always
  type: dict
  sample: {"bytes": 123456, "channels": 5, "files": {"migrated": 10, "unlabelled": 1}, "findings": {"stale": 1}, "placements": 12, "sites": 2, "verified": true}
failures:
  description: One sentence for each thing that must be put right, the first 25 of them.
  returned: always
  type: list
  elements: str
ledger_digest:
  description: The sha256 over the ledger, as it stands in the report.
  returned: always
  type: str
report_path:
  description: The report for people.
  returned: when not in check mode
  type: str
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._report.verify import VERIFY_SPEC, verify


def main() -> None:
    MigrationModule(AE5, VERIFY_SPEC).run(verify)


if __name__ == "__main__":
    main()
