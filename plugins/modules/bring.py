#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin bring, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bring
short_description: Bring files between the controller and a host, many in one task
version_added: 1.0.0
description:
  - Compares the files of both ends by SHA-256, transfers only those that differ, and checks the digest of each where it arrives.
  - All files of a task get their names when every one of them is there and whole. If one is missing or was damaged on its way, none is replaced.
  - Needs a POSIX shell with the tools of EL6 (C(sha256sum), C(stat), C(head), C(base64)) on the host and no Python.
    On a host that is this machine (C(ansible_connection=local)), without C(become) to another user, it is a local copy and no shell is called.
  - Small files travel inside the scripts, others by the connection's own file transfer. With C(become) to another user than the login user, large files are
    fetched in blocks through the shell, and what is sent is first put into a folder below C(/tmp) that the login user owns and nobody can list.
    Memory does not grow with the size of a file.
  - Without O(names) and O(optional), O(src) and O(dest) are each the path of one file.
options:
  direction:
    description: V(fetch) brings files from the host to the controller, V(send) from the controller to the host.
    type: str
    choices: [fetch, send]
  src:
    description:
      - Folder that the files are taken from, or one file.
      - A leading C(~/) is the home folder of the user that the task runs as on the host, or of whoever runs Ansible on the controller.
    type: str
  dest:
    description:
      - Folder that the files are put into, or the path of one file.
      - A folder that is missing is created with mode V(0700).
    type: str
  names:
    description: Paths of files below O(src), which must be there. With an empty list nothing is brought.
    type: list
    elements: str
  optional:
    description: Paths of further files below O(src), which are brought if they are there.
    type: list
    elements: str
  rename:
    description: The path below O(dest) of a file that does not keep its own.
    type: dict
    default: {}
  mode:
    description: Mode of the files at the destination, octal, in quotes as the text V('0600').
    type: raw
    default: '0600'
  remove:
    description: Whether to remove the files from O(src) when all have arrived.
    type: bool
    default: false
  absent:
    description: Files and folders to remove from the host after that.
    type: list
    elements: str
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change in check mode.
    support: none
  idempotent:
    description: When run twice, the second run changes nothing.
    support: full
author:
  - ae_ops.migration contributors (@ae-ops)
"""

EXAMPLES = r"""
- name: Bring two lists to the controller
  ae_ops.migration.bring:
    direction: fetch
    src: ~/ae_migration/prod
    dest: /srv/reports/prod/inventories
    names: [east.jsonl, east.owners.jsonl]
  become: true
  become_user: anaconda-server

- name: Put an archive onto an old host
  ae_ops.migration.bring:
    direction: send
    src: files/python.tar.gz
    dest: ~/python.tar.gz

- name: Remove what is left of a transfer
  ae_ops.migration.bring:
    absent: [~/ae_migration/prod/staging]
"""

RETURN = r"""
brought:
  description: Paths below O(dest) of the files that were transferred, the first 50 of them.
  returned: success
  type: list
  elements: str
  sample: [east.jsonl]
missing:
  description: Paths of O(optional) that are not there, the first 50 of them.
  returned: success
  type: list
  elements: str
  sample: []
summary:
  description: How many files were transferred (C(brought)) and their C(bytes), how many are C(present) and C(missing) at the source, and how many
    files and folders were C(removed).
  returned: success
  type: dict
  sample: {brought: 1, bytes: 123456, missing: 0, present: 2, removed: 0}
"""
