#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: channel_info
short_description: Show channels of an AE5 cluster and their content
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Lists channels with owner, privacy and shares, and optionally their packages as conda sees them.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
  - ae_ops.migration.attributes.info_module
options:
  names:
    description: Names of the channels to show. By default all that the user can see.
    type: list
    elements: str
  packages:
    description: Whether to read the packages of the channels. One request for each channel and subdir.
    type: bool
    default: false
  subdirs:
    description: The subdirs to read with O(packages=true). By default all of conda's subdirs.
    type: list
    elements: str
seealso:
  - module: ae_ops.migration.channel
"""

EXAMPLES = r"""
- name: What is in a channel
  ae_ops.migration.channel_info:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    names: [anaconda-organization/Devs]
    packages: true
    subdirs: [noarch, linux-64]
"""

RETURN = r"""
channels:
  description: The channels, ordered by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the channel.
      type: str
      returned: success
    owner:
      description: User that owns the channel, V(null) if the transport does not show it.
      type: str
      returned: success
    privacy:
      description: V(public) or V(private), V(null) if it is not known.
      type: str
      returned: success
    shares:
      description: The shares of the channel (C(user) or C(group), and C(access)), V(null) if the transport cannot list them.
      type: list
      elements: dict
      returned: success
    packages:
      description: The files of the channel with C(subdir), C(file), C(name), C(version), C(build), C(size), C(md5) and C(sha256).
      type: list
      elements: dict
      returned: with O(packages=true)
  sample: [{name: anaconda-user-1, owner: migrator, privacy: private, shares: [{user: anaconda-user-1, access: rw}]}]
absent:
  description: Those of O(names) that do not exist.
  returned: success
  type: list
  elements: str
  sample: []
summary:
  description: Number of C(channels) and C(packages), and C(seconds).
  returned: success
  type: dict
  sample: {channels: 1, packages: 0, seconds: 0.2}
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.channels.info import INFO, info_work


def main() -> None:
    MigrationModule(AE5, INFO).run(info_work)


if __name__ == "__main__":
    main()
