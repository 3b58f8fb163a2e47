#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module site_inventory: lists the files of a site dump with digests and permissions."""

from __future__ import annotations

DOCUMENTATION = r"""
module: site_inventory
short_description: Make the inventory of an Anaconda Enterprise 4 site dump
version_added: 1.0.0
description:
  - Walks a site dump and writes one line per package file, with size, digests, labels, access level and groups, and next to it the owners with
    their groups, members and permissions.
  - Every package file of kind C(conda) is read once to compute its SHA256, to verify the MD5 of Anaconda Enterprise 4 and to compare
    the file's name with what C(info/index.json) inside says. Files of other kinds are not read unless O(deep=true).
  - A file with a problem is quarantined. It is in the inventory with its problems and is not planned; all other files are.
    The module writes the inventory and fails at the end.
  - The dump is treated as hostile. Links are not followed, names from it are never used as paths, and no archive is unpacked.
options:
  path:
    description:
      - The dump, a folder that holds one folder per owner.
      - With M(ae_ops.migration.site_export) it is the folder C(dump) in O(ae_ops.migration.site_export#module:export_dir).
    type: path
    required: true
  inventory:
    description:
      - The file to write. The owners are written next to it, into C(NAME.owners.jsonl) for C(NAME.jsonl).
      - Files of equal content are left untouched. Its folder must exist.
    type: path
    required: true
  site:
    description:
      - The name of this site in plans. Sites of one cluster must have different names.
      - The host's own name by default.
    type: str
  cache:
    description:
      - A file in which the results of reading package files are kept from one run to the next. Losing it costs only time.
      - By default C(NAME.cache.jsonl) next to O(inventory).
    type: path
  workers:
    description: How many files are read at the same time.
    type: int
    default: 8
  deep:
    description:
      - Whether to read every file again, of any kind, and trust neither the cache nor the digests of the dump.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change in check mode.
    support: full
  idempotent:
    description: When run twice with the same dump, the second run changes nothing.
    support: full
author:
  - ae_ops.migration contributors (@ae-ops)
seealso:
  - module: ae_ops.migration.site_export
"""

EXAMPLES = r"""
- name: List what the dump holds
  ae_ops.migration.site_inventory:
    path: /srv/migration/dump
    inventory: /srv/migration/inventory.jsonl
    site: east

- name: Read every byte again, after a disk was repaired
  ae_ops.migration.site_inventory:
    path: /srv/migration/dump
    inventory: /srv/migration/inventory.jsonl
    site: east
    deep: true
"""

RETURN = r"""
summary:
  description: Counts over the whole dump.
  returned: always
  type: dict
  contains:
    owners:
      description: Number of users and organizations.
      type: int
      returned: success
    packages:
      description: Number of packages that have files.
      type: int
      returned: success
    files:
      description: Number of lines of the inventory, files that are missing included.
      type: int
      returned: success
    bytes:
      description: Size of all files in bytes.
      type: int
      returned: success
    problems:
      description: Number of different problems. A problem of an owner counts once, however many files it quarantines.
      type: int
      returned: success
    quarantined:
      description: Number of files with a problem.
      type: int
      returned: success
    kinds:
      description: Number of files by kind.
      type: dict
      returned: success
    seconds:
      description: Time the module took.
      type: float
      returned: success
  sample: {bytes: 123456, files: 8, kinds: {conda: 8}, owners: 3, packages: 8, problems: 0, quarantined: 0, seconds: 0.4}
failures:
  description: One sentence for each problem, the first ones only. All of them are in the files.
  returned: always
  type: list
  elements: str
  sample: ["The package six of anaconda-organization has no meta.json in the dump, so the access to its files is not known."]
report_path:
  description: The inventory. In check mode the file that would be written.
  returned: always
  type: str
  sample: /srv/migration/inventory.jsonl
owners_path:
  description: The file with the owners.
  returned: always
  type: str
  sample: /srv/migration/inventory.owners.jsonl
site:
  description: The name of the site.
  returned: always
  type: str
  sample: east
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.module import site_inventory
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule

SPEC = ArgumentSpec(
    {
        "path": {"type": "path", "required": True},
        "inventory": {"type": "path", "required": True},
        "site": {"type": "str"},
        "cache": {"type": "path"},
        "workers": {"type": "int", "default": 8},
        "deep": {"type": "bool", "default": False},
    }
)


def main() -> None:
    MigrationModule(SPEC).run(site_inventory)


if __name__ == "__main__":
    main()
