#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_sync
short_description: Upload the packages of a site dump to the channels of an AE5 cluster
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Compares a list of placements with the channels' repodata, by SHA256, else MD5, and uploads what is missing, in parallel.
  - A file is checked while it is sent. The request of a corrupted file stays incomplete, so it never becomes a package; the file is
    reported as quarantined and the others are uploaded.
  - A file counts as uploaded only when the repodata shows its digest.
  - A file is refused when the channel is now neither as it was when the plan was made nor as planned, and when the dump no longer has the planned file.
  - Nothing is overwritten and nothing is deleted, except with O(conflict=replace).
  - Runs on the host with the dump, with a short-lived O(access_token). If the token expires during the upload, RV(unfinished) says how many
    placements are left for a new one.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
attributes:
  check_mode:
    support: full
    details:
      - Predicts from repodata and the sizes of the files. A damaged file of the same size is found only when it is sent.
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
    description: Only placements of this site are uploaded. By default all in the list.
    type: str
  dump:
    description: Folder of the site's dump, which the paths of the placements are relative to.
    type: path
    required: true
  results:
    description:
      - File to write one line to for each placement, with its outcome. Not written in check mode.
      - While the transfer runs, C(RESULTS.journal) has the lines so far.
    type: path
    required: true
  inventory:
    description:
      - The current inventory of the dump, the file M(ae_ops.migration.site_inventory) wrote last.
      - If it has changed since the plan was made, files that are no longer in it, or have other bytes, are refused by name. Without it they are
        found when they are sent.
    type: path
  conflict:
    description:
      - What to do if a channel has another file of the same name.
      - V(fail) reports it as a failure.
      - V(keep) keeps the file of the channel and reports it in O(results) only.
      - V(replace) deletes the file of the channel and uploads the planned one. Only if O(capabilities) say that deleting works, only if the file is
        the one that was there when the plan was made, and only after the planned file was read completely. If the upload then fails, a failure says
        that the file is missing.
    type: str
    choices: [fail, keep, replace]
    default: fail
  refused:
    description:
      - Channels that must stay empty, see RV(ae_ops.migration.channel#module:refused).
    type: list
    elements: str
    default: []
seealso:
  - module: ae_ops.migration.site_inventory
  - module: ae_ops.migration.access_token
"""

EXAMPLES = r"""
- name: The packages of one site
  ae_ops.migration.package_sync:
    url: https://ae5.example.com
    access_token: "{{ token.access_token }}"
    transport: api
    placements: /srv/migration/east/placements.jsonl
    site: east
    dump: /srv/migration/east/dump
    results: /srv/migration/east/transfer.jsonl
"""

RETURN = r"""
summary:
  description: Number of placements, all and by outcome, C(bytes_uploaded) and C(seconds).
  returned: when the transfer began
  type: dict
  sample: {placements: 8, uploaded: 7, replaced: 0, present: 1, conflict: 0, moved: 0, quarantined: 0, failed: 0, bytes_uploaded: 123456, seconds: 1.2}
report_path:
  description: The file O(results).
  returned: when the transfer began, not in check mode
  type: str
  sample: /srv/migration/east/transfer.jsonl
unfinished:
  description: Number of placements that wait for a new token. The module did not fail because of them; run it again with one.
  returned: when the transfer began
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
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.module import SYNC, sync_work


def main() -> None:
    MigrationModule(AE5, SYNC).run(sync_work)


if __name__ == "__main__":
    main()
