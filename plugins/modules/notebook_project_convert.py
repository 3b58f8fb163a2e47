#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module notebook_project_convert: makes archives of notebook projects that AE5 accepts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notebook_project_convert
short_description: Make archives of notebook projects that AE5 accepts
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - For each project makes C(OWNER/NAME.tar.gz) in O(dest), and, in C(OWNER/NAME), copies of the files that were added to the archive.
    These are C(anaconda-project.yml), C(environment.yml) and C(.projectignore), the last one without its full stop in front.
  - The project and its environments are only read. Nothing in them is run, and no link is followed.
  - The environment comes from what is installed in it, else from C(_env.yml) or C(environment.yml), whatever conda has printed into them.
    It asks for the platform linux-64. Passwords, tokens and queries in URLs of channels and packages are left out.
  - Channels become those AE5 channels that the project's owner may read there and that hold what the environment pins.
  - A project's own C(anaconda-project.yml) or C(kapsel.yml) is kept and completed. It gets the channels, the platform and commands that it lacks.
  - C(.git), C(envs), C(services) and C(.indexer.pid) are never in an archive, nor what C(.projectignore) names or git ignores.
  - Equal projects give archives of equal bytes. An archive is made again only if a file has changed by name, size or time.
  - A project that AE5 would not take is refused, see RV(refused). The module does not fail because of one.
  - What an earlier run made in O(dest) of a project that is gone since, or excluded, is removed from there.
extends_documentation_fragment:
  - ae_ops.migration.attributes
attributes:
  check_mode:
    support: full
    details:
      - The archives are made and not kept, so that the prediction is exact. With O(tool=anaconda-project) only those of our own way are.
  diff_mode:
    support: full
    details:
      - Shows the C(anaconda-project.yml) to come, and the other files.
  idempotent:
    support: full
requirements:
  - ruamel.yaml
options:
  projects:
    description: The file C(projects.jsonl) that M(ae_ops.migration.notebook_project_info) has made on this host.
    type: path
    required: true
  dest:
    description: Folder for the archives and for C(conversions.jsonl), which says of each project what became of it.
    type: path
    required: true
  only:
    description:
      - Patterns of the projects to convert, as V(OWNER/PROJECT), where V(*) matches any characters.
      - By default all are. What is in O(dest) of the others stays as it is.
    type: list
    elements: str
    default: []
  include:
    description:
      - Patterns of the projects that are to be on AE5, as in O(only). By default all are.
      - The others become C(excluded) in the list of conversions, and nothing is made of them.
    type: list
    elements: str
    default: []
  exclude:
    description: Patterns of the projects that are not to be on AE5, as in O(only), whatever O(include) says.
    type: list
    elements: str
    default: []
  predicted:
    description:
      - In check mode, file for the C(conversions.jsonl) that would be written, for M(ae_ops.migration.project_upload) in check mode.
      - Otherwise it is not used.
    type: path
  channels:
    description:
      - File that lists AE5's channels with their readers and packages, one JSON object a line.
      - Without it the environments keep the short names of their channels, and no pin is looked up.
    type: path
  channel_map:
    description:
      - What channels of AE4 are on AE5, where their content does not say so.
      - A key is a channel as environments name it, or C(OWNER) or C(OWNER/LABEL). A value is an AE5 channel or a list of them. An empty list means none.
    type: dict
    default: {}
  libraries:
    description:
      - The file C(libraries.jsonl) of M(ae_ops.migration.notebook_library_package).
      - A project that used one of these libraries by path asks for its package, in all of its environments. Needs O(channels).
    type: path
  pin:
    description:
      - How much of the environments' pins is kept.
      - V(exact) keeps version and build, V(version) the version, V(name) neither.
      - A project's own C(anaconda-project.yml) keeps the packages as it names them.
    type: str
    choices: [exact, version, name]
    default: exact
  drop_packages:
    description: Patterns of conda packages that no environment is to ask for on AE5.
    type: list
    elements: str
    default: []
  users:
    description:
      - AE5 users of owners whose names differ there, in the form of C(ae_user_map), patterns and V(SITE:LOGIN) among them.
      - The projects of an owner without a user there (V(-)) are left out as with O(exclude).
    type: dict
    default: {}
  names:
    description:
      - Names for AE5 of projects, by V(OWNER/PROJECT). AE5 takes no blanks and no special characters.
      - One for a project that is not on this host is a warning, as it may be on another.
    type: dict
    default: {}
  accept_proposed_names:
    description: Whether a project whose name AE5 does not take gets the proposed one. If not, it is refused.
    type: bool
    default: false
  secrets:
    description:
      - What becomes of secrets in the project's own files, which are URLs with a password, token or signature, and values of variables that
        are named like secrets in C(anaconda-project.yml), and of files that are there to keep a secret, such as C(.netrc) or a private key.
      - With V(strip) they are taken out, and such files left out; with V(note) they go along. Both are noted. Lists of channels and packages never
        have any. Code and notebooks are not changed.
    type: str
    choices: [strip, note]
    default: strip
  git_ignored:
    description:
      - Whether the files that git ignores in a project with a C(.git) are left out, as anaconda-project does.
      - V(leave_out) needs git on the host. Only the project's C(.gitignore) files and its C(.git/info/exclude) count.
    type: str
    choices: [leave_out, include]
    default: leave_out
  max_bytes:
    description: A project is refused whose files, or whose archive, are larger than this, before anything of it is read.
    type: int
    default: 1000000000
  tool:
    description:
      - Whether the archives are made by this module or by the real anaconda-project, version 0.6 or later, on a copy of the project.
      - The latter's archives hold the same files, but their bytes differ from run to run.
    type: str
    choices: [own, anaconda-project]
    default: own
  executable:
    description: Path of anaconda-project, for O(tool=anaconda-project).
    type: path
    default: anaconda-project
  fresh:
    description: Whether every archive is made again, even if nothing seems to have changed.
    type: bool
    default: false
  workers:
    description: How many projects are converted at the same time.
    type: int
    default: 4
seealso:
  - module: ae_ops.migration.notebook_project_info
"""

EXAMPLES = r"""
- name: Convert all projects of this host
  ae_ops.migration.notebook_project_convert:
    projects: /srv/migration/notebooks/projects.jsonl
    channels: /srv/migration/notebooks/channels.jsonl
    dest: /srv/migration/notebooks/converted
  become: true

- name: See what the project file of one project would be
  ae_ops.migration.notebook_project_convert:
    projects: /srv/migration/notebooks/projects.jsonl
    channels: /srv/migration/notebooks/channels.jsonl
    dest: /srv/migration/notebooks/converted
    only:
      - alice/sales
    channel_map:
      defaults: [main, free]
      wakari: []
    pin: version
  become: true
  check_mode: true
  diff: true
"""

RETURN = r"""
summary:
  description:
    - Number of projects, all, C(converted), C(excluded), C(refused) and C(changed), C(bytes) of their archives and C(seconds).
    - C(will_fail) counts the projects whose environment cannot be made on AE5, C(pins) the pins by what was found of them.
    - C(not_kept) counts those of which AE5's git will drop or change something.
  returned: success
  type: dict
  sample:
    projects: 30
    converted: 27
    excluded: 1
    refused: 2
    changed: 1
    not_kept: 3
    bytes: 123456
    will_fail: 3
    pins: {same: 800, found: 12, other: 1, missing: 5}
    seconds: 4.2
refused:
  description: The projects that were not converted, each with its C(owner), its C(project) and the C(reason), which says what to do.
  returned: success
  type: list
  elements: dict
  sample:
    - owner: alice
      project: Quarterly Report
      reason: The project alice/Quarterly Report is not converted, AE5 takes no blanks in a name.
failures:
  description: Always empty, see RV(refused).
  returned: always
  type: list
  elements: str
  sample: []
report_path:
  description: The file with one line for each project.
  returned: success
  type: str
  sample: /srv/migration/notebooks/converted/conversions.jsonl
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.module import CONVERT, convert_work


def main() -> None:
    MigrationModule(CONVERT).run(convert_work)


if __name__ == "__main__":
    main()
