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
  - Writes the ledger, in which every file of every inventory has exactly one line and every placement one end. Fails when the sums, in
    number or in bytes, are not those of the inventories.
  - Writes a report for people, V(report.html). It asks no network, works from a mail attachment, and shows first what needs a person.
    What its tables show stands in its address, for example V(report.html#files?disposition=failed&sort=-size).
  - What an administrator changed on AE5 and what AE4 took away since is reported with the command that would revoke it. It is never undone.
  - Accounts for the notebook projects, too, where O(notebooks) says what was made of them. Each project of AE4 has one line in the ledger.
    AE5 is not asked about them again; the report says when it was.
  - Fails at the end when something planned is not there, holds other bytes, or can be used by more people than planned, and when a
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
      - Where there are notebook projects also for V(projects.csv), one row a project, and V(notebook-findings.csv), all findings of the audit.
      - A text of a table that a spreadsheet could take for a formula has an apostrophe before it.
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
  deep:
    description:
      - What is downloaded from the cluster, as a conda client would, and compared with the digests of the inventory.
      - With V(none) the digests in the channels' listings are compared, which tells everything but damage on the cluster itself.
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
      - Folder of what was made of the notebook projects, with a folder for each notebook host. In it are its V(projects.jsonl) and, where
        a run came so far, V(findings.jsonl), V(uploads.jsonl) and V(staged/dump/conversions.jsonl). Beside them is V(needs/resolutions.jsonl).
      - Without it, or if it is empty or missing, nothing is said of notebook projects.
    type: path
  notebook_hosts:
    description:
      - Notebook hosts that must have a folder in O(notebooks).
      - The verification fails for each that has none, because nobody knows what became of its projects.
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
    - Counts, with the files by what became of them and the findings by verdict.
    - V(on_cluster) is the number of files that are in every channel they belong to, proven by digest.
    - V(verified) says if everything could be seen.
    - V(projects) are the notebook projects by what became of them, where there are any.
  returned: always
  type: dict
  sample: {"bytes": 123456, "channels": 5, "downloaded": {"bytes": 0, "files": 0}, "files": {"unlabelled": 1, "uploaded": 10},
    "findings": {"stale": 1}, "on_cluster": 10, "placements": 12, "sites": 2, "verified": true}
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
from ansible_collections.ae_ops.migration.plugins.module_utils._report.module import VERIFY_SPEC, verify


def main() -> None:
    MigrationModule(AE5, VERIFY_SPEC).run(verify)


if __name__ == "__main__":
    main()
