#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module site_export: runs the vendor's export and keeps the last good dump."""

from __future__ import annotations

DOCUMENTATION = r"""
module: site_export
short_description: Export an Anaconda Enterprise 4 repository into a site dump
version_added: 1.0.0
description:
  - Runs C(anaconda-server-admin export-site) in a new folder next to the last good dump, and replaces the old dump only when the new one is complete.
    If anything fails, the last good dump stays as it was.
  - A dump is complete when the command ended with exit code 0, the dump has at least one owner and one package or owner description, and every
    package folder has its C(meta.json). A package folder without it in the last good dump too does not count, and without a last good
    dump such folders are only a warning. M(ae_ops.migration.site_inventory) reports an owner without C(meta.json).
  - When the new dump is equal to the last good one, the new one is removed and nothing is changed. Names, sizes and all C(meta.json)
    are compared. The bytes of a file are compared too unless its C(meta.json), equal in both, has the file's MD5.
  - M(ae_ops.migration.site_inventory) finds later damage of the kept dump. Remove the folder C(dump) then, and the next export keeps the
    new one.
  - Must run as the service user, so set C(become_user).
options:
  export_dir:
    description:
      - The folder of the dump, which is its folder C(dump). Created if it does not exist.
      - Needs space for two dumps while an export runs. Do not keep other files in it whose names begin with a dot.
    type: path
    required: true
  user:
    description: The service user of Anaconda Repository. The module refuses to run as another user.
    type: str
    default: anaconda-server
  bin_dir:
    description:
      - The folder with C(anaconda-server-admin).
      - By default the service user's C(~/repo/bin), C(~/miniconda2/bin) and C(~/miniconda/bin) are tried in this order. C(PATH) is not used.
    type: path
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
    support: partial
    details:
      - The export is not run, so nothing is predicted. The result says whether there is a last good dump to continue with.
  diff_mode:
    description: Returns details on what has changed, or would change in check mode.
    support: full
  idempotent:
    description: When the repository has not changed, a second run changes nothing.
    support: full
author:
  - ae_ops.migration contributors (@ae-ops)
seealso:
  - module: ae_ops.migration.site_inventory
"""

EXAMPLES = r"""
- name: Export the site
  ae_ops.migration.site_export:
    export_dir: /srv/migration
  become: true
  become_user: anaconda-server

- name: Export a site whose commands are somewhere else
  ae_ops.migration.site_export:
    export_dir: /srv/migration
    user: binstar
    bin_dir: /opt/repository/bin
  become: true
  become_user: binstar
"""

RETURN = r"""
path:
  description: The last good dump. In check mode it may not be there yet.
  returned: success
  type: str
  sample: /srv/migration/dump
present:
  description: Whether there is a last good dump.
  returned: success
  type: bool
  sample: true
summary:
  description: Counts over the last good dump.
  returned: always
  type: dict
  contains:
    owners:
      description: Number of owner folders.
      type: int
      returned: success
    packages:
      description: Number of package folders.
      type: int
      returned: success
    files:
      description: Number of files, without any C(meta.json).
      type: int
      returned: success
    bytes:
      description: Size of these files in bytes.
      type: int
      returned: success
    seconds:
      description: Time the module took.
      type: float
      returned: success
  sample: {bytes: 123456, files: 8, owners: 3, packages: 8, seconds: 12.3}
failures:
  description: Always empty, since an export succeeds or fails as a whole.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.module import site_export
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule

SPEC = ArgumentSpec(
    {
        "export_dir": {"type": "path", "required": True},
        "user": {"type": "str", "default": "anaconda-server"},
        "bin_dir": {"type": "path"},
    }
)


def main() -> None:
    MigrationModule(SPEC).run(site_export)


if __name__ == "__main__":
    main()
