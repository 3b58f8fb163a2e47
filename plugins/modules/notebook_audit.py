#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module notebook_audit: reports what in collected notebook projects will not work on AE5 as before."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notebook_audit
short_description: Tell what of notebook projects will not work as before on AE5
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Looks through the projects that M(ae_ops.migration.notebook_project_info) has collected and writes a file of findings, each with a
    severity, the file, cell and line, the reason with the section of the vendor's guide, and what to do.
  - It reads Python 3 and 2, R and shell code, IPython magics among them, as code. What is in comments, docstrings, markdown cells and
    outputs is not a finding.
  - Lines of code are shown without what looks like a password or token in them.
  - Works on the collected files only, so it can run on the controller, the cluster host or the notebook host. Needs no Python library.
extends_documentation_fragment:
  - ae_ops.migration.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  projects:
    description: The file C(projects.jsonl) of the collection.
    type: path
    required: true
  sources:
    description: The file C(sources.jsonl) that belongs to it.
    type: path
    required: true
  findings:
    description: The file to write, one finding a line.
    type: path
    required: true
  limit:
    description: Bytes that AE5 accepts for a project.
    type: int
    default: 1000000000
seealso:
  - module: ae_ops.migration.notebook_project_info
"""

EXAMPLES = r"""
- name: Audit the notebook projects
  ae_ops.migration.notebook_audit:
    projects: /srv/migration/notebooks/projects.jsonl
    sources: /srv/migration/notebooks/sources.jsonl
    findings: /srv/migration/notebooks/findings.jsonl
"""

RETURN = r"""
summary:
  description: Numbers of projects and findings, of findings of each severity and of each rule (C(rules)), and C(seconds).
  returned: success
  type: dict
  sample: {blocker: 1, findings: 14, info: 2, projects: 30, rules: {odbc: 3, system-package: 11}, seconds: 0.8, warning: 11}
failures:
  description: Always empty; a finding is not a failure.
  returned: always
  type: list
  elements: str
  sample: []
report_path:
  description: The file with the findings. In check mode the file that would be written.
  returned: always
  type: str
  sample: /srv/migration/notebooks/findings.jsonl
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.module import AUDIT, audit_work


def main() -> None:
    MigrationModule(AUDIT).run(audit_work)


if __name__ == "__main__":
    main()
