#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: channel
short_description: Create channels on an AE5 cluster and keep them as private as they must be
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Creates channels and sets their privacy, one channel, a list of channels, or all channels of a plan, in parallel.
  - With O(plan), missing channels are created, always private, and those that are public and must not be are made private. M(ae_ops.migration.channel_share)
    publishes them when they are complete.
  - A channel is never deleted.
  - With O(plan), a channel that is neither as it was when the plan was made nor as planned is refused by name.
  - A channel that the transport cannot make private is refused by name unless O(accept_public) accepts it. The rest is done and the module
    fails at the end.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description: Name of one channel. A slash is allowed.
    type: str
  privacy:
    description:
      - Privacy of the channel O(name). AE5's own default is public, so this is always set.
    type: str
    choices: [private, public]
    default: private
  channels:
    description: Several channels, instead of O(name) and O(privacy).
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the channel.
        type: str
        required: true
      privacy:
        description: Privacy of the channel.
        type: str
        choices: [private, public]
        default: private
  plan:
    description: Folder of a plan, see M(ae_ops.migration.migration_plan).
    type: path
  accept_public:
    description:
      - Patterns (shell style) of channels that may be public although they should be private, for a transport that cannot make them private.
    type: list
    elements: str
    default: []
seealso:
  - module: ae_ops.migration.channel_info
  - module: ae_ops.migration.channel_share
"""

EXAMPLES = r"""
- name: One private channel
  ae_ops.migration.channel:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    transport: api
    name: bio-lab/Wetlab

- name: The channels of a plan, before the upload
  ae_ops.migration.channel:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    plan: /srv/migration/prod/plan
"""

RETURN = r"""
channels:
  description: One row for each channel.
  returned: when the cluster was read
  type: list
  elements: dict
  contains:
    name:
      description: Name of the channel.
      type: str
      returned: success
    result:
      description: V(created), V(changed), V(present), V(refused) or V(failed).
      type: str
      returned: success
    privacy:
      description: Current privacy of the channel, V(null) if it is not known.
      type: str
      returned: success
  sample: [{name: bio-lab/Wetlab, result: created, privacy: private}]
refused:
  description: Channels that are not as private as they must be or could not be created. Nothing should be put into them.
  returned: when the cluster was read
  type: list
  elements: str
  sample: []
summary:
  description: Number of channels by result, and C(seconds).
  returned: when the cluster was read
  type: dict
  sample: {created: 1, changed: 0, present: 0, refused: 0, failed: 0, seconds: 0.3}
failures:
  description: One sentence for each thing that could not be done, at most 25 of them. If there is one, the module has done the rest and fails.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.channels.module import CHANNEL, work


def main() -> None:
    MigrationModule(AE5, CHANNEL).run(work)


if __name__ == "__main__":
    main()
