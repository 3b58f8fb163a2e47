#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module notebook_preflight_info: checks on a notebook host what bringing its projects will need there."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notebook_preflight_info
short_description: Check on a notebook host what bringing its projects will need there
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Looks at the folder of the projects, at the space for their archives, and at the libraries and commands that converting and bringing them
    will need.
  - Each check is by itself. One that cannot be made is a row with the verdict V(unknown); the module does not fail for what it finds.
  - It lists folders, and reads no file of a project. Nothing of a project is run, and no link is followed.
  - It counts the bytes that archives can hold at most, before they are packed, for O(timeout) seconds and 500,000 files and folders at most. A
    project counts with O(max_bytes) at most, and without what no archive holds (environments, F(.git), caches).
  - Must run as the user that will read the projects, so set C(become).
  - Needs no Python library.
extends_documentation_fragment:
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.info_module
options:
  host:
    description: Name of this host in the rows, usually C(inventory_hostname).
    type: str
    required: true
  root:
    description: The folder that holds a folder for each owner, with a folder for each project.
    type: path
    default: /projects
  work_dir:
    description: The folder that the archives will be made below. It need not be there.
    type: path
    required: true
  max_bytes:
    description: Bytes that AE5 accepts for a project.
    type: int
    default: 1000000000
  git_ignored:
    description: Whether files that git ignores will be left out, see M(ae_ops.migration.notebook_project_convert).
    type: str
    choices: [leave_out, include]
    default: leave_out
  timeout:
    description: Seconds that counting may take, and a command.
    type: int
    default: 60
seealso:
  - module: ae_ops.migration.cluster_preflight_info
  - module: ae_ops.migration.notebook_project_info
  - module: ae_ops.migration.preflight_report
"""

EXAMPLES = r"""
- name: Check what bringing the projects will need
  ae_ops.migration.notebook_preflight_info:
    host: "{{ inventory_hostname }}"
    work_dir: /srv/migration/notebooks
  become: true
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
    - check: tools
      host: east-notebooks
      verdict: ok
      evidence: find, sort, tar, flock, sha256sum, stat, mktemp are there.
      task: Bring the archives to the cluster's host
      advice: ""
summary:
  description: Number of rows for each verdict, and C(seconds).
  returned: success
  type: dict
  sample: {blocking: 0, ok: 5, seconds: 0.4, unknown: 0, warning: 1}
facts:
  description: What the checks of the cluster need to know of this host.
  returned: success
  type: dict
  contains:
    projects:
      description: Number of projects.
      type: int
      returned: success
    owners:
      description: Names of the owners of projects; V(null) if they cannot be listed. What cannot be shown of a name is escaped.
      type: list
      elements: str
      returned: success
    archive_bytes:
      description: Bytes that the archives can hold at most, before they are packed; V(null) if the projects cannot be listed.
      type: int
      returned: success
    whole:
      description: Whether all projects were counted.
      type: bool
      returned: success
  sample: {archive_bytes: 1234567, owners: [alice, bob], projects: 41, whole: true}
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.notebooks.module import HOST, host_work


def main() -> None:
    MigrationModule(HOST).run(host_work)


if __name__ == "__main__":
    main()
