#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: admin_import
short_description: Migrate owners of a site dump to an AE5 cluster with the vendor import
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Runs C(anaconda-enterprise-cli admin import) for the folder of each owner with missing files, one owner after the other, and then
    checks in the channels' repodata what it imported. An owner without missing files is left alone.
  - The vendor import takes an owner's whole folder, names and shares the channels itself and ignores the plan. So an owner is
    refused, with the reason, if the plan differs from what the import does. This is so with another layout, with a map that renames
    a channel, a user or a group, with package files that the plan leaves out, and with channels that must not be public.
  - An owner is also refused if the folder is not the planned one (other files, other bytes), and if a channel has another file
    of the same name, because it is not known whether the import overwrites.
  - Files that the import did not import are reported by name, and so are files and channels that it created beyond the plan.
  - Runs on the host with the dump, with a short-lived O(access_token). It always uses the command line client, so O(transport=auto)
    is O(transport=cli) here and O(transport=api) is refused.
  - Create the channels first with M(ae_ops.migration.channel), which returns the channels that must stay empty
    (O(refused)). The import creates channels that do not exist, public.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
attributes:
  check_mode:
    support: full
    details:
      - Predicts which owners are imported, with which files; runs no command that changes anything.
      - A damaged file of the same size is found only when its owner is imported.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  placements:
    description: The list of placements, a plan's C(placements/SITE.jsonl) or C(placements.jsonl).
    type: path
    required: true
  site:
    description: Only placements of this site are imported. By default all in the list.
    type: str
  plan_owners:
    description: The plan's C(owners/SITE.jsonl), which says where the plan of an owner differs from what the import does.
    type: path
    required: true
  dump:
    description: Folder of the site's dump, which has the owners' folders; the paths of the placements are relative to it.
    type: path
    required: true
  inventory:
    description:
      - The inventory of the dump. If it has changed since the plan was made, nothing is imported, because permissions may
        have changed too.
    type: path
  results:
    description:
      - File to write one line to for each placement, with its outcome, as M(ae_ops.migration.package_sync) does. Not written in check mode.
      - While the import runs, C(RESULTS.journal) has the lines so far.
    type: path
    required: true
  owners:
    description: Names of the owners to import. By default all in O(placements).
    type: list
    elements: str
  conflict:
    description:
      - What to do if a channel has another file of the same name.
      - V(fail) reports it as a failure.
      - V(keep) keeps the file that is there. An owner with other missing files is still refused.
    type: str
    choices: [fail, keep]
    default: fail
  accept_public:
    description: Patterns of channels that may be public although not everything in them was public in AE4.
    type: list
    elements: str
    default: []
  refused:
    description:
      - Channels that must stay empty, see RV(ae_ops.migration.channel#module:refused). Their owners are refused.
    type: list
    elements: str
    default: []
  command_timeout:
    description:
      - Seconds after which the import of one owner is ended. Files imported until then count, the rest is a failure.
      - By default O(timeout), a second for each placement of the owner, and a second for each 100 kB.
    type: int
seealso:
  - module: ae_ops.migration.package_sync
  - module: ae_ops.migration.migration_plan
  - module: ae_ops.migration.channel
"""

EXAMPLES = r"""
- name: All owners of one site
  ae_ops.migration.admin_import:
    url: https://ae5.example.com
    access_token: "{{ token.access_token }}"
    placements: /srv/migration/east/placements.jsonl
    plan_owners: /srv/migration/east/owners.jsonl
    site: east
    dump: /srv/migration/east/dump
    inventory: /srv/migration/east/east.jsonl
    results: /srv/migration/east/transfer.jsonl

- name: One user and one organization
  ae_ops.migration.admin_import:
    url: https://ae5.example.com
    access_token: "{{ token.access_token }}"
    owners: [anaconda-user-1, anaconda-organization]
    placements: /srv/migration/east/placements.jsonl
    plan_owners: /srv/migration/east/owners.jsonl
    dump: /srv/migration/east/dump
    results: /srv/migration/east/transfer.jsonl
"""

RETURN = r"""
summary:
  description: Number of placements, all and by outcome, C(owners) by result, C(bytes_uploaded) and C(seconds).
  returned: when the import began
  type: dict
  sample:
    placements: 8
    uploaded: 7
    present: 1
    conflict: 0
    quarantined: 0
    failed: 0
    bytes_uploaded: 123456
    owners: {imported: 2, present: 1, refused: 0, failed: 0}
    seconds: 12.3
owners:
  description: One row for each owner.
  returned: when the import began
  type: list
  elements: dict
  contains:
    owner:
      description: The name of the owner.
      type: str
      returned: always
    result:
      description:
        - V(imported) if the command imported everything, V(present) if nothing was missing, V(refused) if the plan or the dump
          does not allow it, V(failed) if files are still missing.
      type: str
      returned: always
    files:
      description: Number of placements that were missing before, or still are.
      type: int
      returned: always
    reason:
      description: Why it was refused or what the command said.
      type: str
      returned: always
  sample:
    - {owner: anaconda-user-1, result: imported, files: 2, reason: ""}
report_path:
  description: The file O(results).
  returned: when the import began, not in check mode
  type: str
  sample: /srv/migration/east/transfer.jsonl
unfinished:
  description: Number of placements that wait for a new token. The module did not fail because of them; run it again with one.
  returned: when the import began
  type: int
  sample: 0
failures:
  description: One sentence for each thing that could not be done, at most 25 of them. If there is one, the module has done the rest and fails.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import.module import IMPORT, import_work


def main() -> None:
    MigrationModule(AE5, IMPORT).run(import_work)


if __name__ == "__main__":
    main()
