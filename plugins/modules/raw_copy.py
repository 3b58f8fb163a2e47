#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin raw_copy, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: raw_copy
short_description: Copy one file to or from a host that has no usable Python
version_added: 1.0.0
description:
  - Copies one file with nothing but the connection's own file transfer and a POSIX shell on the host.
  - With C(become) to another user than the login user, a file is fetched in blocks of 8 MiB through the shell (C(dd), C(base64)), and a file that is
    sent is first put into a folder below C(/tmp) that belongs to the login user and cannot be listed by others.
  - The destination appears when it is whole. Its size is compared, its bytes are not; whoever needs that compares a digest.
  - For hosts with Python use M(ansible.builtin.copy) and M(ansible.builtin.fetch).
options:
  src:
    description:
      - The file to copy. With O(fetch=true) a path on the host, a leading C(~/) is the home of the user that the task runs as.
      - Otherwise a path on the controller.
    type: str
    required: true
  dest:
    description:
      - Where to copy it to, the name of the file included.
      - The folder must exist on a host, on the controller it is made.
    type: str
    required: true
  fetch:
    description: Whether the file goes from the host to the controller.
    type: bool
    default: false
  remove:
    description: With O(fetch=true), whether the file is removed from the host once it has arrived.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
    support: none
    details:
      - The task is skipped in check mode.
  diff_mode:
    description: Returns details on what has changed, or would change in check mode.
    support: none
  idempotent:
    description: When run twice, the second run changes nothing.
    support: none
    details:
      - The file is copied each time.
author:
  - ae_ops.migration contributors (@ae-ops)
seealso:
  - module: ansible.builtin.raw
"""

EXAMPLES = r"""
- name: Bring an archive from an old host
  ae_ops.migration.raw_copy:
    src: ~/export.tar
    dest: /srv/staging/export.tar
    fetch: true
    remove: true
  become: true
  become_user: anaconda-server

- name: Put an archive onto an old host
  ae_ops.migration.raw_copy:
    src: files/python.tar.gz
    dest: ~/python.tar.gz
"""

RETURN = r"""
bytes:
  description: Size of the file.
  returned: success
  type: int
  sample: 123456
dest:
  description: As O(dest).
  returned: success
  type: str
  sample: /srv/staging/export.tar
"""
