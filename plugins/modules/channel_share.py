#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: channel_share
short_description: Share AE5 channels with users and groups
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Shares channels with users and groups, one share, a list of shares, or all shares of a plan, in parallel.
  - With O(plan) only complete channels are shared; shares are added and changed, and none is removed.
    Shares that are not in the plan are returned in RV(extra).
  - With O(publish), channels that may be public are then made public under the same condition.
  - A share that is neither as it was when the plan was made nor as planned stays as it is and is reported. A channel that got unplanned packages
    since gets no more shares and is not made public.
  - Over a transport that cannot list shares, everything is sent except what the file in O(records) says was applied.
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
    support: partial
    details:
      - Over a transport that cannot list shares, and without O(records), every share is sent again and counts as a change.
options:
  channel:
    description: Name of one channel.
    type: str
  user:
    description: User to share the channel with.
    type: str
  group:
    description: Group to share the channel with.
    type: str
  access:
    description: V(r) is read-only, V(rw) is read and write.
    type: str
    choices: [r, rw]
    default: r
  state:
    description: Whether the share is set or removed.
    type: str
    choices: [present, absent]
    default: present
  shares:
    description: Several shares, instead of the options above.
    type: list
    elements: dict
    suboptions:
      channel:
        description: Name of the channel.
        type: str
        required: true
      user:
        description: User to share the channel with.
        type: str
      group:
        description: Group to share the channel with.
        type: str
      access:
        description: V(r) is read-only, V(rw) is read and write.
        type: str
        choices: [r, rw]
        default: r
      state:
        description: Whether the share is set or removed.
        type: str
        choices: [present, absent]
        default: present
  plan:
    description: Folder of a plan, see M(ae_ops.migration.migration_plan).
    type: path
  records:
    description:
      - Folder of the records. The rights that were applied last are kept there in C(last_shares.json).
      - Without it nothing is lost but certainty.
    type: path
  publish:
    description:
      - Only with O(plan). Also makes the channels public that may be public, as soon as every placement that is not quarantined is seen in their
        repodata with its digest.
    type: bool
    default: false
  refused:
    description:
      - Channels that were refused, see RV(ae_ops.migration.channel#module:refused). They are neither shared nor published, and counted.
    type: list
    elements: str
    default: []
  assume_transferred:
    description:
      - Only in check mode. Predicts as if the earlier phases were done, so that a whole run can be predicted.
      - A channel that does not exist counts as created.
    type: bool
    default: false
seealso:
  - module: ae_ops.migration.channel
"""

EXAMPLES = r"""
- name: A group may read a channel
  ae_ops.migration.channel_share:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    transport: api
    channel: anaconda-organization/Devs
    group: Devs
    access: r

- name: The shares of a plan, then its public channels
  ae_ops.migration.channel_share:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    plan: /srv/migration/prod/plan
    records: /srv/migration/prod/records
    publish: true
"""

RETURN = r"""
shares:
  description: One row for each share.
  returned: when the cluster was read
  type: list
  elements: dict
  contains:
    channel:
      description: Name of the channel.
      type: str
      returned: success
    user:
      description: The user.
      type: str
      returned: for a user
    group:
      description: The group.
      type: str
      returned: for a group
    access:
      description: V(r) or V(rw).
      type: str
      returned: success
    result:
      description:
        - V(added), V(changed), V(removed), V(present), V(recorded) (a record says that it was applied), V(waiting) (the channel is not
          complete, or got unplanned packages since the plan), V(moved) (neither as it was when the plan was made nor as planned), V(skipped) (skipped by
          the plan) or V(failed).
      type: str
      returned: success
    verified:
      description: Whether the cluster itself shows it.
      type: bool
      returned: success
  sample: [{channel: anaconda-organization/Devs, group: Devs, access: r, result: added, verified: true}]
published:
  description: One row for each channel that may be public.
  returned: with O(publish)
  type: list
  elements: dict
  contains:
    name:
      description: Name of the channel.
      type: str
      returned: success
    result:
      description: V(changed) (it was made public), V(present), V(waiting) (not complete, or not as it was when the plan was made) or V(failed).
      type: str
      returned: success
    privacy:
      description: Current privacy of the channel, V(null) if it is not known.
      type: str
      returned: success
  sample: [{name: owner, result: changed, privacy: public}]
extra:
  description: Shares of the plan's channels that are not in the plan.
  returned: with O(plan)
  type: list
  elements: dict
  sample: []
summary:
  description: Number of shares by result, with O(plan) also C(extra), with O(publish) also C(published) and C(not_published), and C(seconds).
  returned: when the cluster was read
  type: dict
  sample: {added: 1, changed: 0, removed: 0, present: 0, recorded: 0, waiting: 0, moved: 0, refused: 0, failed: 0, seconds: 0.3}
failures:
  description: One sentence for each thing that could not be done, at most 25 of them. If there is one, the module has done the rest and fails.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.shares.module import SHARE, work


def main() -> None:
    MigrationModule(AE5, SHARE).run(work)


if __name__ == "__main__":
    main()
