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
  - Reads the cluster again (the repodata of every subdir of every planned channel, shares, privacy) and compares it with the plan.
  - Writes the ledger, in which every file of every inventory has exactly one line and every placement one result. Fails when the sums, in
    number or in bytes, differ from those of the inventories.
  - Writes a report for people, V(report.html). It uses no network, works as a mail attachment, and shows first what needs a person.
    The state of its tables is in its address, for example V(report.html#files?disposition=failed&sort=-size).
  - Changes that were made on AE5, and what was removed in AE4 since, are reported with the command that would revert it. They are never undone.
  - Includes the notebook projects with O(notebooks). Each project of AE4 has one line in the ledger.
    They are not read on AE5 again; the report says when they were.
  - Fails at the end when something planned is missing, has other bytes, or can be used by more people than planned, and when a
    notebook project was refused, is in conflict, failed, or waits.
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
    description:
      - Folder for V(report.html), V(report.json), V(ledger.jsonl), and tables for spreadsheets, V(ledger.csv), V(access.csv), V(findings.csv).
      - With notebook projects also for V(projects.csv), one row per project, and V(notebook-findings.csv), all findings of the audit.
      - A cell that a spreadsheet could treat as a formula begins with an apostrophe.
    type: path
    required: true
  records:
    description:
      - Folder of the records of earlier runs.
      - Without them, access removed in AE4 since is reported as added on AE5.
    type: path
  strict:
    description: Fail also if something was removed in AE4 since or added on AE5.
    type: bool
    default: false
  deep:
    description:
      - What is downloaded from the cluster, as a conda client would, and compared with the digests of the inventory.
      - With V(none) the digests in the channels' repodata are compared, which shows everything except damage on the cluster itself.
      - V(sample) are O(deep_sample) files of each channel, always the same ones as long as its files are the same; V(all) are all of them.
    type: str
    choices: [none, sample, all]
    default: none
  deep_sample:
    description: Number of files of each channel that V(sample) of O(deep) downloads.
    type: int
    default: 5
  accept_public:
    description:
      - Patterns (shell style) of channels that may be public although they should be private, as given to M(ae_ops.migration.channel).
      - They are reported with the verdict V(accepted) and do not fail the run.
    type: list
    elements: str
    default: []
  notebooks:
    description:
      - Folder of the notebook projects, with a folder for each notebook host. It has V(projects.jsonl) and, after the later
        steps, V(findings.jsonl), V(uploads.jsonl) and V(staged/dump/conversions.jsonl). Next to these folders is V(needs/resolutions.jsonl).
      - Without it, or if it is empty or missing, the report has no notebook projects.
    type: path
  notebook_hosts:
    description:
      - Notebook hosts that must have a folder in O(notebooks).
      - The verification fails for each without one, because the state of its projects is not known.
    type: list
    elements: str
    default: []
  notebooks_expected:
    description: Whether O(notebook_hosts) counts also where the folder O(notebooks) does not exist.
    type: bool
    default: true
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

- name: Verify it for the sign-off, every package by its bytes
  ae_ops.migration.migration_verify:
    plan: /var/lib/ae_migration/prod/current
    dest: /var/lib/ae_migration/prod/current
    records: /var/lib/ae_migration/prod/records
    deep: all
    strict: true
    url: https://ae5.example.com
    username: migrator
    password: "{{ vault_ae5_password }}"

- name: Verify it with the notebook projects
  ae_ops.migration.migration_verify:
    plan: /var/lib/ae_migration/prod/current
    dest: /var/lib/ae_migration/prod/current
    records: /var/lib/ae_migration/prod/records
    notebooks: /var/lib/ae_migration/prod/notebooks
    notebook_hosts: "{{ groups['aen'] }}"
    url: https://ae5.example.com
    username: migrator
    password: "{{ vault_ae5_password }}"
"""

RETURN = r"""
summary:
  description:
    - Counts, with the files by disposition and the findings by verdict.
    - V(on_cluster) is the number of files that are in every channel they belong to, verified by digest.
    - V(verified) is whether everything could be seen.
    - V(projects) are the notebook projects by disposition, if there are any.
  returned: always
  type: dict
  sample: {"bytes": 123456, "channels": 5, "channels_absent": 0, "downloaded": {"bytes": 0, "files": 0}, "files": {"unlabelled": 1, "uploaded": 10},
    "findings": {"stale": 1}, "on_cluster": 10, "placements": 12, "sites": 2, "verified": true}
failures:
  description: One sentence for each problem, the first 25 of them.
  returned: always
  type: list
  elements: str
ledger_digest:
  description: The sha256 of the ledger, as in the report.
  returned: always
  type: str
report_path:
  description: The report for people.
  returned: when not in check mode
  type: str
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._report.module import VERIFY_SPEC, verify


def main() -> None:
    MigrationModule(AE5, VERIFY_SPEC).run(verify)


if __name__ == "__main__":
    main()
