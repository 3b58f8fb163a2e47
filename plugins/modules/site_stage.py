#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module site_stage: keeps a copy of a site's dump on the cluster's host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: site_stage
short_description: Keep a copy of a site dump on another host
version_added: 1.0.0
description:
  - Makes the folder C(dump) in O(path) what a listing says, out of what it holds already and of tar archives that are brought to it.
  - Called without O(archive) it says in RV(batches) what has to be brought, if anything. Called with O(archive) it takes what that holds. Once
    nothing is missing the new tree replaces the old one, which is untouched until then.
  - A file is known by its SHA256. What is there under whatever path or from whatever earlier night is not brought again.
  - Archives and listing are treated as hostile. Only the bytes of regular files that the listing names are taken from an archive, and only
    with the listed digest. Links, devices and paths that leave the folder are refused.
options:
  path:
    description: Folder of this site's stage. Created if it is not there.
    type: path
    required: true
  listing:
    description: Listing of the dump, as the role P(ae_ops.migration.export#role) makes it on the AE4 host.
    type: path
    required: true
  archive:
    description: A tar archive, not compressed, with some of the files.
    type: path
  batch_bytes:
    description: Size that the files of one batch have together at most, if it is not a single file that is larger.
    type: int
    default: 1073741824
  complete:
    description: Whether it is a failure if anything is still missing.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change in check mode.
    support: none
  idempotent:
    description: When run twice with the same listing, the second run changes nothing.
    support: full
author:
  - ae_ops.migration contributors (@ae-ops)
seealso:
  - module: ae_ops.migration.site_export
  - module: ae_ops.migration.site_inventory
"""

EXAMPLES = r"""
- name: Ask what has to be brought
  ae_ops.migration.site_stage:
    path: /srv/staging/east
    listing: /srv/staging/east.listing
  register: stage

- name: Take an archive
  ae_ops.migration.site_stage:
    path: /srv/staging/east
    listing: /srv/staging/east.listing
    archive: /srv/staging/east.tar
"""

RETURN = r"""
path:
  description: The staged dump. It may not be there yet.
  returned: success
  type: str
  sample: /srv/staging/east/dump
batches:
  description: Files with the names of what has to be brought, each for C(tar --null -T). Empty in check mode and with O(archive).
  returned: success
  type: list
  elements: str
  sample: [/srv/staging/east/wanted/000000.names]
summary:
  description: Number and size of the files of the dump and of those that are missing, and C(seconds).
  returned: success
  type: dict
  sample: {files: 8, bytes: 123456, missing: 1, missing_bytes: 1234, seconds: 0.1}
failures:
  description: Always empty, since a dump is staged as a whole or fails as a whole.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.module_stage import STAGE, site_stage
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule


def main() -> None:
    MigrationModule(STAGE).run(site_stage)


if __name__ == "__main__":
    main()
