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
  - Builds the folder C(dump) in O(path) according to a listing, from files that are already there and from tar archives.
  - Without O(archive), RV(batches) lists the files that have to be transferred, if any. With O(archive), its files are unpacked. When
    nothing is missing the new tree replaces the old one, which is untouched until then.
  - Files are identified by SHA256. A file that is already there, under any path, is not transferred again.
  - Archives and listing are treated as hostile. Only listed regular files are unpacked from an archive, and only with the listed
    digest. Links, devices and paths outside the folder are refused.
options:
  path:
    description: Folder of this site's stage. Created if it does not exist.
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
    description: Largest total size of the files of one batch, unless it is a single larger file.
    type: int
    default: 1073741824
  complete:
    description: Whether missing files are a failure.
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
- name: List the files to transfer
  ae_ops.migration.site_stage:
    path: /srv/staging/east
    listing: /srv/staging/east.listing
  register: stage

- name: Unpack an archive
  ae_ops.migration.site_stage:
    path: /srv/staging/east
    listing: /srv/staging/east.listing
    archive: /srv/staging/east.tar
"""

RETURN = r"""
path:
  description: The staged dump. It may not exist yet.
  returned: success
  type: str
  sample: /srv/staging/east/dump
batches:
  description: Files with the names of the files to transfer, each for C(tar --null -T). Empty in check mode and with O(archive).
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
  description: Always empty, because a dump is staged as a whole or not at all.
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
