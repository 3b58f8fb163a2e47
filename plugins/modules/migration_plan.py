#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_plan
short_description: Plan what an AE5 cluster must become
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Makes the plan of one cluster from the inventories of all its sites and from what is declared in the Ansible inventory.
  - The plan is the desired state (channels, their content, who may use them), not a list of actions. The actions are computed from the
    cluster when the plan is applied.
  - The cluster is read, so that the plan shows what changes, and records the state of each planned channel, share and file.
    When the plan is applied, an object that is neither as it was nor as planned is refused by name. So the same plan can be applied again,
    also after a kill.
  - What was removed on AE5 after an earlier run (a file, a channel, a share, or that a channel is public) is skipped and reported, unless
    O(restore) names the channel. Without O(records) earlier runs are not known and everything is planned.
  - Naming, sharing and privacy follow the vendor's migration guide. If the guide says nothing, access never widens.
  - Errors (names that collide, one owner name on two sites, an AE5 group with members the AE4 group does not have, reserved
    channel names) are found before anything is written, and name both sources.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  inventories:
    description:
      - Inventories as M(ae_ops.migration.site_inventory) writes them, one for each site.
      - The owners file must be next to each one.
    type: list
    elements: path
    required: true
  dest:
    description:
      - Folder the plan is written to. V(plan.json), V(placements.jsonl), V(placements/SITE.jsonl), V(left_out.jsonl) and V(skipped.jsonl) are for machines,
        V(plan.yml) is for people.
      - V(principals.csv) proposes who the AE4 users and groups are on AE5, to be completed by a person; V(access.jsonl) has the access in AE4.
    type: path
    required: true
  current:
    description: A symbolic link that is made to point to O(dest), replacing one that is there.
    type: path
  cluster:
    description: Name of the cluster, for the plan and the report.
    type: str
    default: cluster
  sites:
    description: Names of the sites of the cluster. A site without an inventory is a warning.
    type: list
    elements: str
    default: []
  old_inventories:
    description: Sites that could not be exported this time and are planned from their last good inventory; plan and report say so.
    type: list
    elements: str
    default: []
  layout:
    description:
      - V(vendor) names channels as the vendor import does.
      - V(by_label) separates labels for organizations as for users.
    type: str
    choices: [vendor, by_label]
    default: vendor
  url:
    description:
      - Address of the AE5 cluster, for example C(https://ae5.example.com).
      - Required unless O(offline) is set.
    type: str
    required: false
  offline:
    description:
      - Plan without the cluster. Such a plan does not record what the cluster holds, so changes on the cluster are not refused.
    type: bool
    default: false
  owners:
    description: Patterns of the owners to migrate. Everything else is left out and listed. An empty list means all.
    type: list
    elements: str
    default: []
  include:
    description:
      - Rules for what is migrated. A file is included under a label if one of them matches; without rules, everything is.
      - A rule matches if all its fields match. A field is one string, or a list of which one must match; patterns are those of fnmatch.
      - A file keeps the labels under which it is included and is left out without one. An unlabelled file has an empty label.
      - A rule with a size or a date does not match a file whose size or date is not in the dump; the plan says how many.
    type: list
    elements: dict
    default: []
    suboptions: &rule
      owner:
        description: Patterns of the owner.
        type: raw
      package:
        description: Patterns of the package, in any case.
        type: raw
      spec:
        description: Package files as a MatchSpec names them, for instance C(numpy >=1.10,<2), C(six=1.10=py27_0), C(linux-32/*) or C(scipy[build='*py26*']).
        type: raw
      label:
        description: Patterns of the label. C(*) matches an unlabelled file as well, C(?*) does not.
        type: raw
      kind:
        description: "Patterns of the kind: V(conda), V(pypi), V(ipynb) and so on."
        type: raw
      site:
        description: Patterns of the site.
        type: raw
      access:
        description: "Patterns of the package's access in AE4: V(public), V(authenticated), V(private), V(unknown)."
        type: raw
      larger_than:
        description: "A size: a number of bytes, or a string like V(500MB) or V(1.5GiB)."
        type: raw
      smaller_than:
        description: A size, as C(larger_than).
        type: raw
      uploaded_before:
        description: A date like V(2015-01-01), the beginning of that day in UTC, or a time like V(2015-01-01T12:00:00Z).
        type: raw
      uploaded_after:
        description: A date or a time; a file of exactly that time is matched.
        type: raw
      older_than_days:
        description: A number of days before today.
        type: raw
      newer_than_days:
        description: A number of days before today.
        type: raw
  exclude:
    description: Rules for what is left out, with the fields of O(include). They take precedence over O(include).
    type: list
    elements: dict
    default: []
    suboptions: *rule
  mirror_owners:
    description:
      - Patterns of the owners that mirror a public channel. They are left out, with one decision each; mirror those channels in AE5.
      - By default the conventional names of AE4's mirrors (C(anaconda), C(r-channel), C(wakari), C(anaconda-adam),
        C(anaconda-cluster), C(~pypi)) and those of public channels (C(main), C(free), C(pro), C(r), C(msys2)).
      - An owner that is in O(owners) literally, not by a pattern, is never left out as a mirror.
    type: list
    elements: str
  reference_channels:
    description:
      - Channels of the cluster. A file that one of them already has, with the same digest, is left out.
      - They must be readable with the login, cannot be used with O(offline), and must not be channels that the plan fills.
    type: list
    elements: str
    default: []
  channels:
    description:
      - Additional channels that must exist, and who may use them.
      - One with the name of a migrated channel adds its shares to that. What is declared here is accepted, also beyond AE4's access.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the channel.
        type: str
        required: true
      public:
        description: Whether everybody may read it. An error for a migrated channel with packages that were not public.
        type: bool
        default: false
      shares:
        description: Who may use it, each user and group once.
        type: list
        elements: dict
        default: []
        suboptions:
          user:
            description: User of AE5. Either this or O(channels[].shares[].group).
            type: str
          group:
            description: Group of AE5. Either this or O(channels[].shares[].user).
            type: str
          access:
            description: V(r) to read, V(rw) to read and write.
            type: str
            choices: [r, rw]
            default: r
  split_private:
    description:
      - Whether, in a channel that would hold public packages and others, the others go to C(CHANNEL/private) with the same shares, so
        that the public ones stay public. Or a list of patterns of the channels for which that is wanted.
    type: raw
    default: false
  collaborators:
    description:
      - What to do for the collaborators of a single package, which AE5 does not support. V(narrow) gives them no access.
      - V(channel) also puts such a package into a channel C(OWNER/PACKAGE), shared with exactly them, V(rw) if they could write.
    type: str
    choices: [narrow, channel]
    default: narrow
  channel_map:
    description:
      - Rules that rename channels. A rule with the exact name applies, else the first pattern that matches.
      - The channel of O(split_private) is named after the renamed channel, unless a rule has its exact name.
    type: list
    elements: dict
    default: []
    suboptions:
      match:
        description: Pattern (fnmatch) of the channel name.
        type: str
        required: true
      to:
        description: New name. May use C({name}), C({name_lower}), C({owner}), C({organization}), C({group}), C({label}) and C({site}),
          and C({1}), C({2}) for what each C(*) of the pattern matched; of several the first matches as little as possible.
        type: str
        required: true
      site:
        description: Apply the rule to this site only.
        type: str
  user_map:
    description:
      - AE4 logins and their AE5 user names. A login that is not mapped keeps its name. Keys may begin with C(SITE:).
      - Keys may be patterns and values templates, as in O(channel_map), with C({name}), C({name_lower}) and C({site}). An exact key
        takes precedence over a pattern.
      - The value V(-) declares the user as nobody on AE5.
    type: dict
    default: {}
  group_map:
    description:
      - AE4 groups and their AE5 groups. Keys are C(ORGANIZATION/GROUP) or C(SITE:ORGANIZATION/GROUP).
      - A group that is not mapped keeps its name, without the organization.
      - Patterns, templates (with C({group}), C({organization}), C({name}), C({name_lower}), C({site})) and V(-) as in O(user_map).
        Only an exact key declares that two groups become one.
    type: dict
    default: {}
  principals:
    description:
      - A V(principals.csv) that a person has completed. It maps AE4 users and groups to AE5, and takes precedence over O(user_map) and O(group_map).
      - Its column C(ae5_name) is a name, C(-) for nobody, or empty. Ambiguous lines are warnings and are not used.
    type: path
  accept_public:
    description:
      - Patterns of channels that may be public where the transport cannot make a channel private, see M(ae_ops.migration.channel).
      - All others that the transport cannot make private are listed in C(channels-to-create.csv), for a person to create in AE5's web interface.
    type: list
    elements: str
    default: []
  accept_wider:
    description: Patterns of channels for which an AE5 group may have more members than the AE4 group.
    type: list
    elements: str
    default: []
  protected_channels:
    description: Channel names that a plan must not use. By default those of AE5 and its mirrors.
    type: list
    elements: str
  records:
    description:
      - Folder of the records of earlier runs. They distinguish people who left a group in AE4 from people who were added on AE5, and what was
        removed on AE5 from what was never migrated.
    type: path
  restore:
    description:
      - Patterns of channels in which everything is planned again, also what was removed on AE5.
      - V(['*']) is for a cluster that was rebuilt.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Plan the cluster from two sites
  ae_ops.migration.migration_plan:
    inventories:
      - /var/lib/ae_migration/prod/inventories/east.jsonl
      - /var/lib/ae_migration/prod/inventories/west.jsonl
    dest: /var/lib/ae_migration/prod/runs/20260101T020000Z
    cluster: prod
    url: https://ae5.example.com
    username: migrator
    password: "{{ vault_ae5_password }}"

- name: Leave out what is old, large or a nightly build, and map people by pattern
  ae_ops.migration.migration_plan:
    inventories: [/var/lib/ae_migration/prod/inventories/east.jsonl]
    dest: /var/lib/ae_migration/prod/runs/20260101T020000Z
    exclude:
      - label: nightly*
      - spec: "*[build='*py26*']"
      - owner: [research, lab-*]
        uploaded_before: 2015-01-01
      - larger_than: 5GB
    user_map:
      "*": "{name_lower}"
      buildbot: "-"
    group_map:
      "*/*": "{1}-{2}"
    channels:
      - name: shared/tools
        shares:
          - group: developers
            access: rw
    url: https://ae5.example.com
    username: migrator
    password: "{{ vault_ae5_password }}"

- name: See the plan of one site without a cluster
  ae_ops.migration.migration_plan:
    inventories: [/tmp/east.jsonl]
    dest: /tmp/plan
    offline: true
"""

RETURN = r"""
summary:
  description: Counts of the plan.
  returned: success
  type: dict
  sample: {"bytes": 123456, "channels": 5, "channels_to_create": 5, "decisions": 2, "left_out": {"unlabelled": 1}, "placements": 12, "sites": 2}
dest:
  description: Folder of the plan.
  returned: success
  type: str
report_path:
  description: The plan for people.
  returned: success
  type: str
failures:
  description: Empty. A plan is complete or it fails.
  returned: success
  type: list
  elements: str
principals:
  description: The proposed V(principals.csv), written because people have to be mapped before a plan can be made.
  returned: when the plan has errors about people
  type: str
errors:
  description: One sentence for each error of the plan.
  returned: when the plan has errors
  type: list
  elements: str
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.module import make_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.options import PLAN_CONNECTION, PLAN_SPEC


def main() -> None:
    MigrationModule(PLAN_CONNECTION, PLAN_SPEC).run(make_plan)


if __name__ == "__main__":
    main()
