#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module preflight_report: one table of what the preflight measured on all hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_report
short_description: Put the checks of all hosts into one table
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Runs on the controller. Takes what was measured on the sites and on the cluster's host, adds what follows from the last inventories,
    and writes C(preflight.json) and C(preflight.txt).
  - Files of a run are not changes, so it never reports one. A blocking row is in RV(blocking); stopping for it is left to the playbook.
extends_documentation_fragment:
  - ae_ops.migration.attributes
options:
  cluster:
    description: Name of the cluster's host.
    type: str
    required: true
  sites:
    description: Names of the sites. A site of which nothing was measured gets a row that says so.
    type: list
    elements: str
    required: true
  notebooks:
    description: Names of the notebook hosts. One of which nothing was measured gets a row that says so.
    type: list
    elements: str
    default: []
  measured_notebooks:
    description: What was measured on the notebook hosts, as in O(measured). C(facts) are of M(ae_ops.migration.notebook_preflight_info).
    type: list
    elements: dict
    default: []
  measured:
    description:
      - What was measured, one entry for each host.
      - C(host) is its name, C(user) the service user that was to be become, C(staged) whether the site's packages are uploaded from the cluster's
        host, C(raw) whether it is exported through the shell, C(supplied) whether the role host_python is given an interpreter to unpack,
        C(space_factor) as M(ae_ops.migration.site_preflight_info) has it.
      - C(unreachable), C(failed), C(said) and C(stdout) are of the plain commands; C(stdout) has the lines C(user=NAME) and
        C(python=VERSION INTERPRETER). C(shell) is what the shell of a host without Python reported of the rest.
      - C(rows), C(facts) and C(error) are of the module that ran there.
    type: list
    elements: dict
    required: true
  records:
    description: Folder on the controller with the last inventories, placements and transfers of the cluster.
    type: path
    required: true
  dest:
    description: Folder to write to.
    type: path
    required: true
  core_version:
    description: Version of ansible-core, for the Python that it needs on the hosts.
    type: str
    required: true
  rate:
    description: Bytes a second to expect of the upload, to compare its length with the life of a token.
    type: float
    default: 10000000
  accept:
    description: Checks whose blocking rows are only a warning, as C(CHECK) or C(CHECK@HOST).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    details:
      - It writes its two files in check mode too. They are the answer, not a change.
  diff_mode:
    support: none
    details:
      - It changes nothing.
  idempotent:
    support: full
seealso:
  - module: ae_ops.migration.site_preflight_info
  - module: ae_ops.migration.notebook_preflight_info
  - module: ae_ops.migration.cluster_preflight_info
"""

EXAMPLES = r"""
- name: Put the table together
  ae_ops.migration.preflight_report:
    cluster: prod
    sites: [east, west]
    measured: "{{ measured }}"
    records: reports/prod
    dest: reports/prod
    core_version: "{{ ansible_version.full }}"
  delegate_to: localhost
"""

RETURN = r"""
rows:
  description: The checks.
  returned: success
  type: list
  elements: dict
  contains:
    check:
      description: Name of the check, for example V(space).
      type: str
      returned: success
    host:
      description: Host it was made on or is about.
      type: str
      returned: success
    verdict:
      description: V(ok), V(warning), V(blocking), or V(unknown) where the check could not be made.
      type: str
      returned: success
    evidence:
      description: What was measured, or why it could not be.
      type: str
      returned: success
    task:
      description: The later task that needs it.
      type: str
      returned: success
    advice:
      description: What to do, empty where nothing is to be done.
      type: str
      returned: success
  sample:
    - {check: user, host: east, verdict: ok, evidence: "Runs as anaconda-server, the service user.", task: Export the site, advice: ""}
summary:
  description: Number of rows for each verdict, and C(seconds).
  returned: success
  type: dict
  sample: {blocking: 0, ok: 5, seconds: 0.4, unknown: 1, warning: 0}
table:
  description: The table for people, one entry a line.
  returned: success
  type: list
  elements: str
  sample: ["0 blocking, 0 warning, 1 unknown, 14 ok"]
blocking:
  description: A sentence for each blocking row.
  returned: success
  type: list
  elements: str
  sample: []
report_path:
  description: The JSON file that was written.
  returned: success
  type: str
  sample: /srv/inventory/reports/prod/preflight.json
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.report.module import REPORT, report_work


def main() -> None:
    MigrationModule(REPORT).run(report_work)


if __name__ == "__main__":
    main()
