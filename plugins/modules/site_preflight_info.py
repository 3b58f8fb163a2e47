#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module site_preflight_info: checks on an AE4 host what a migration will need there."""

from __future__ import annotations

DOCUMENTATION = r"""
module: site_preflight_info
short_description: Check on an AE4 host what a migration will need there
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Looks at the user it runs as, the commands of Anaconda Repository, the space for a second copy of its storage, and what the host needs
    to upload packages by itself.
  - Each check is by itself. One that cannot be made is a row with the verdict V(unknown); the module does not fail for what it finds.
  - Must run as the service user, as the export will, so set C(become_user).
  - Needs no Python library.
extends_documentation_fragment:
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.info_module
options:
  host:
    description: Name of this host in the rows, usually C(inventory_hostname).
    type: str
    required: true
  user:
    description: The service user of Anaconda Repository.
    type: str
    default: anaconda-server
  bin_dir:
    description:
      - The folder that holds C(anaconda-server-admin).
      - By default it is looked for as M(ae_ops.migration.site_export) does.
    type: path
  export_dir:
    description: The folder of the dump, see M(ae_ops.migration.site_export).
    type: path
    required: true
  work_dir:
    description: The folder for what the export and the upload write beside the dump; not checked if it is omitted.
    type: path
  space_factor:
    description:
      - How much of the storage a dump needs. V(1) asks for room for a whole copy, because it is not documented whether an export copies or links.
      - V(0) asks for none.
    type: float
    default: 1.0
  ae4_url:
    description: Web address of AE4. With it, the headers show whether it is read-only or in lockdown.
    type: str
  mover:
    description: Whether this host will upload its packages to AE5 itself.
    type: bool
    default: true
  url:
    description: Address of the AE5 cluster, for O(mover=true). Without it, the way to the cluster is not checked.
    type: str
  ca_path:
    description: File on this host with the certificates of the authorities to trust, in PEM form.
    type: path
  validate_certs:
    description: Whether TLS certificates will be verified.
    type: bool
    default: true
  cli:
    description: Path or name of C(anaconda-enterprise-cli) on this host, where the packages will be uploaded with it.
    type: path
  timeout:
    description: Seconds to wait for an answer or for a command.
    type: int
    default: 60
seealso:
  - module: ae_ops.migration.cluster_preflight_info
  - module: ae_ops.migration.notebook_preflight_info
  - module: ae_ops.migration.preflight_report
"""

EXAMPLES = r"""
- name: Check what the export and the upload will need
  ae_ops.migration.site_preflight_info:
    host: "{{ inventory_hostname }}"
    export_dir: /srv/migration
    url: https://ae5.example.com
  become: true
  become_user: anaconda-server
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
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.site.module import SITE, site_work


def main() -> None:
    MigrationModule(SITE).run(site_work)


if __name__ == "__main__":
    main()
