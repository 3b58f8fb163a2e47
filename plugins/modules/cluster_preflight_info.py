#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module cluster_preflight_info: checks on the cluster's host what a migration will need of AE5."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_preflight_info
short_description: Check on the cluster's host what a migration will need of AE5
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Looks at the cluster's address, certificate and clock, the login and the roles of the account, the transport and the command line client,
    and whether Keycloak lets people be checked.
  - Each check is by itself. One that cannot be made is a row with the verdict V(unknown); the module does not fail for what it finds, nor
    for a Python library that is missing.
  - With O(notebooks) also whether their owners can be logged in for the upload of their projects and may have projects, and whether the
    projects API answers.
  - Changes nothing on the cluster. It logs in, and reads the list of channels, one page of users and groups, and the account's roles.
  - With O(notebooks) it reads all users and groups, who has role C(ae-creator), one user's record, the list of projects as a user who is
    not logged in, and the page of the login. It does not act as anybody.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
  - ae_ops.migration.attributes.info_module
options:
  host:
    description: Name of this host in the rows, usually C(inventory_hostname).
    type: str
    required: true
  work_dir:
    description: Folder whose free space is measured, where dumps will be staged on this host.
    type: path
  notebooks:
    description: The notebook hosts whose projects will be migrated to this cluster.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name of the notebook host.
        type: str
        required: true
      site:
        description: The site that it belongs to. By default O(notebooks[].host).
        type: str
      owners:
        description: The owners of its projects, see M(ae_ops.migration.notebook_preflight_info). Without them they are not looked for.
        type: list
        elements: str
      users:
        description: Who the owners are on AE5, see M(ae_ops.migration.project_upload).
        type: dict
        default: {}
      logins:
        description: Names of the AE5 users who will log in with a password of their own.
        type: list
        elements: str
        default: []
  plan:
    description: Folder of a plan of the packages, if there is one. What it says of who is who is stronger than O(notebooks[].users).
    type: path
seealso:
  - module: ae_ops.migration.notebook_preflight_info
  - module: ae_ops.migration.site_preflight_info
  - module: ae_ops.migration.preflight_report
"""

EXAMPLES = r"""
- name: Check what the migration will need of the cluster
  ae_ops.migration.cluster_preflight_info:
    host: "{{ inventory_hostname }}"
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
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
facts:
  description: What the checks of the sites need to know of the cluster, V(null) where it is not known.
  returned: success
  type: dict
  contains:
    transport:
      description: The transport that is used.
      type: str
      returned: when it could be chosen
    token_seconds:
      description: How long a token lives.
      type: float
      returned: success
    size_limit:
      description: The smallest size of a file that the capability probe saw refused, in bytes.
      type: int
      returned: success
    channel_names:
      description: What the capability probe found of unusual names (V(accepted), V(rejected), V(renamed), V(unknown)).
      type: dict
      returned: success
    work_dir:
      description: As given.
      type: str
      returned: success
    work_dir_free:
      description: Free bytes where O(work_dir) is or will be.
      type: int
      returned: success
    staged_bytes:
      description: Bytes that are staged below O(work_dir) already.
      type: int
      returned: success
    notebook_staged_bytes:
      description: Bytes of the archives of O(notebooks) that are staged already.
      type: int
      returned: success
  sample:
    channel_names: null
    notebook_staged_bytes: null
    size_limit: null
    staged_bytes: null
    token_seconds: 300.0
    transport: cli
    work_dir: null
    work_dir_free: null
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.cluster.module import CLUSTER, cluster_work


def main() -> None:
    MigrationModule(AE5, CLUSTER).run(cluster_work)


if __name__ == "__main__":
    main()
