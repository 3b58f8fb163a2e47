#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module notebook_library_package: makes conda packages of the libraries that notebook projects share by path."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notebook_library_package
short_description: Make conda packages of the libraries that notebook projects share by path
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - On AE5 a session runs in a container, so projects cannot share a library by its folder on the host. They can share a package in a channel.
  - Makes a package of C(noarch=python) of each Python library in O(libraries) and of those that the audit found and O(accept) names.
    It is written to O(dest) as C(noarch/FILE), with C(placements.jsonl) for M(ae_ops.migration.package_sync), which uploads it to AE5.
  - The libraries are only read. Nothing of them is run, not even C(setup.py), and no link is followed.
  - Name, version, packages, requirements and commands come from C(pyproject.toml), C(setup.cfg) or C(setup.py), or from the entry in O(libraries).
    Reading C(pyproject.toml) needs Python 3.11 or the Python library tomli on that host.
    A package is taken whole, with its data. Hidden files, compiled Python, C(egg-info) and the tests at the library's top are not.
  - Equal libraries give packages of equal bytes. A library that has changed, also back to what it once was, gives a package with a higher
    build number than the channel holds, so every client prefers it; see O(channels).
  - Libraries of R and compiled ones are not built. They are reported with what a recipe needs.
  - A library's readers on AE5 are the owners and the users in the teams of the projects that use it, as far as they could read all of it on AE4.
    Its channel is private.
extends_documentation_fragment:
  - ae_ops.migration.attributes
attributes:
  check_mode:
    support: full
    details:
      - The files are written to a temporary folder instead, see RV(dest), which the caller removes.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  projects:
    description: The file C(projects.jsonl) that M(ae_ops.migration.notebook_project_info) has made on this host.
    type: path
    required: true
  findings:
    description:
      - The file C(findings.jsonl) of M(ae_ops.migration.notebook_audit).
      - Without it only the paths in environments show which projects use a library.
    type: path
  dest:
    description: Folder for the packages, C(libraries.jsonl) and C(placements.jsonl).
    type: path
    required: true
  channels:
    description:
      - The list that M(ae_ops.migration.notebook_channels) has made, which says what builds the channels hold.
      - A library that is what the channel's highest build was made of keeps that build. Any other one gets the next build number.
      - Where AE5 does not show what is in a channel, the package of the last run stays, or the library is reported.
    type: path
    required: true
  libraries:
    description: The libraries to make packages of.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - The folder of the library, as the host calls it. It is the one with the C(setup.py), the one that is the package itself, or the one
            that holds modules.
          - No part of it may be a link.
        type: str
        required: true
      channel:
        description: The AE5 channel for it, instead of O(channel).
        type: str
      name:
        description: The package's name, where the library does not say it or another one is wanted.
        type: str
      version:
        description: The package's version, where the library does not say it.
        type: str
      packages:
        description: The Python packages and modules to take, instead of those that its metadata names.
        type: list
        elements: str
      requires:
        description: The conda packages that it needs, each as a MatchSpec, instead of those that its metadata names.
        type: list
        elements: str
      users:
        description: AE5 users that may read its channel, instead of the people of the projects that use it.
        type: list
        elements: str
      groups:
        description: AE5 groups that may read its channel. With this, only they and O(libraries[].users) may.
        type: list
        elements: str
      also:
        description: Other paths by which projects use it, such as the one where it is installed.
        type: list
        elements: str
        default: []
      include:
        description: Patterns of files, by their path in the library, to take although they look as if they held a password or a key.
        type: list
        elements: str
        default: []
  accept:
    description:
      - Patterns of the paths of libraries that the audit found, where V(*) matches any characters. A package is made of each, as if
        it was in O(libraries) with its path alone.
      - Libraries that the audit found and no option names are in RV(unnamed).
    type: list
    elements: str
    default: []
  channel:
    description:
      - The channel of a library that names none. C({name}) in it is replaced by the package's name.
      - Who may read a channel may read all of it, so a channel of several libraries is read by those who may read each of them.
    type: str
    default: libraries/{name}
  users:
    description: AE5 users of people whose names differ there, in the form of C(ae_user_map). V(-) is none.
    type: dict
    default: {}
  root:
    description: The folder used as the root of the host's file system.
    type: path
    default: /
  accounts:
    description:
      - File in the form of C(/etc/passwd) that names the users of the host, where the host does not know them.
    type: path
  site:
    description: The name of the site in C(placements.jsonl). By default the one in O(projects).
    type: str
  max_bytes:
    description:
      - A library whose files are larger than this together is reported, and none of them is packed. At most V(2000000000).
      - The files of one library are in memory at a time.
    type: int
    default: 100000000
seealso:
  - module: ae_ops.migration.notebook_audit
  - module: ae_ops.migration.package_sync
"""

EXAMPLES = r"""
- name: Make packages of two libraries, and of all that the audit found below a folder
  ae_ops.migration.notebook_library_package:
    projects: /srv/migration/notebooks/projects.jsonl
    findings: /srv/migration/notebooks/findings.jsonl
    dest: /srv/migration/notebooks/converted/.libraries
    channels: /srv/migration/notebooks/channels.jsonl
    libraries:
      - path: /projects/quant/riskutils
      - path: /opt/shared/python/oldtools
        name: oldtools
        version: "1.0"
        requires: [numpy >=1.10]
        groups: [Quants]
    accept:
      - /opt/shared/python/*
  become: true
  register: libraries

- name: Create their channels
  ae_ops.migration.channel:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    channels: "{{ libraries.channels }}"
  delegate_to: cluster.example.com
"""

RETURN = r"""
summary:
  description:
    - Number of C(libraries), of those C(built) and C(reported), of packages that changed, of C(projects) that use them, and of libraries
      that the audit found and no option names (C(unnamed)), C(bytes) of the packages, and C(seconds).
  returned: success
  type: dict
  sample: {libraries: 4, built: 2, reported: 2, packages_changed: 1, bytes: 4321, projects: 4, unnamed: 1, seconds: 0.4}
libraries:
  description:
    - The libraries, each with its C(path), C(state) (V(built) or V(reported)), C(language), C(name), C(version), C(file), C(channel) and the
      projects that use it. C(why) says why one is only reported, and what to do. C(notes) are sentences on what to look at.
  returned: success
  type: list
  elements: dict
  sample:
    - path: /projects/quant/riskutils
      state: built
      why: ""
      language: python
      name: riskutils
      version: 1.4.2
      file: riskutils-1.4.2-pyh0123abc_0.tar.bz2
      channel: libraries/riskutils
      used_by: [alice/sales]
      notes: [That it needs python >=3.5 is from its classifiers.]
channels:
  description: The channels of the packages, for the option O(ae_ops.migration.channel#module:channels).
  returned: success
  type: list
  elements: dict
  sample: [{name: libraries/riskutils, privacy: private}]
shares:
  description: Their readers, for the option O(ae_ops.migration.channel_share#module:shares).
  returned: success
  type: list
  elements: dict
  sample: [{channel: libraries/riskutils, user: alice, access: r}]
unnamed:
  description: Paths that the audit found and that are in none of O(libraries) and match nothing in O(accept), with the projects that use them.
  returned: success
  type: list
  elements: dict
  sample: [{path: /opt/team/lib, used_by: [bob/stocks]}]
failures:
  description: Always empty, see RV(libraries).
  returned: always
  type: list
  elements: str
  sample: []
dest:
  description: The folder with the files. In check mode a temporary one, which the caller removes.
  returned: success
  type: str
  sample: /srv/migration/notebooks/converted/.libraries
placements_path:
  description: The list of the packages, for M(ae_ops.migration.package_sync), whose option C(dump) is RV(dest).
  returned: success
  type: str
  sample: /srv/migration/notebooks/converted/.libraries/placements.jsonl
report_path:
  description: The file with one line for each library.
  returned: success
  type: str
  sample: /srv/migration/notebooks/converted/.libraries/libraries.jsonl
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.module import LIBRARY, library_work


def main() -> None:
    MigrationModule(LIBRARY).run(library_work)


if __name__ == "__main__":
    main()
