#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module notebook_resolve: checks whether the environments of converted notebook projects can be created on AE5."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notebook_resolve
short_description: Tell whether converted notebook projects still resolve on AE5, and what AE5 must get for them
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Takes what M(ae_ops.migration.notebook_project_convert) found of each project's pins in the channels that its owner may read, and, where py-rattler
    is installed, solves each environment as conda would, from the channels and with the packages that its C(environment.yml) names.
  - A solve finds what pins do not show. Packages can need others that are not listed, and pins can contradict each other.
  - The C(repodata.json) of each channel in use is read once for C(linux-64) and once for C(noarch). Nothing is changed on the cluster, and no package is
    downloaded.
  - A project that will fail on AE5 is a finding and not a failure.
  - What is asked for is taken from C(conversions.jsonl). The package C(notebook), which the project's file asks for in addition if its environment lacks
    it, and the packages for pip are not part of it. Which of the latter AE5 can get depends on the cluster's own index, so they are only listed.
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
  notebooks:
    description:
      - The folder that holds a folder for each notebook host, with C(projects.jsonl), C(findings.jsonl) and C(staged/dump/conversions.jsonl) in it.
      - What is missing of a host is reported and left out.
    type: path
    required: true
  channels:
    description: The file that M(ae_ops.migration.notebook_channels) has written.
    type: path
    required: true
  dest:
    description:
      - The folder to write to. C(resolutions.jsonl) has a line for each project, C(owners.csv) one for each owner, C(missing.csv) one for each package
        that projects lack with what to do about it, C(system.csv) one for each system package that code installs with the conda packages that replace it.
      - C(mirror-CHANNEL.yaml) is a configuration of the vendor's mirror tool for a channel that AE5 lacks, C(pip.txt) lists the packages for pip.
      - Files of these names that an earlier run left and that are not needed any more are removed. Other files stay.
    type: path
    required: true
  solve:
    description: Whether to solve the environments as a whole. Without py-rattler on the host only the pins are compared, and a warning says so.
    type: bool
    default: true
  solve_timeout:
    description: Seconds that one solve may take. Of a project that takes longer, only the pins are reported.
    type: int
    default: 60
  mirror_sources:
    description: Short names of old channels, and the URL to mirror each from, where the environments name no URL or another one is meant.
    type: dict
    default: {}
  mirror_site:
    description: The name that the command line client has for the cluster, where it is not its default one.
    type: str
    default: ""
requirements:
  - ruamel.yaml (Python library)
  - py-rattler (Python library), for O(solve)
seealso:
  - module: ae_ops.migration.notebook_channels
  - module: ae_ops.migration.notebook_project_convert
"""

EXAMPLES = r"""
- name: List the projects that will fail on AE5
  ae_ops.migration.notebook_resolve:
    url: https://ae5.example.com
    username: migrator
    password: "{{ ae5_password }}"
    notebooks: /srv/migration/prod/notebooks
    channels: /srv/migration/prod/notebooks/channels.jsonl
    dest: /srv/migration/prod/notebooks/needs
    mirror_sources:
      defaults: https://mirror.example.com/pkgs/free
"""

RETURN = r"""
summary:
  description:
    - Numbers of C(projects) that were looked at, of those that C(will_fail), of these the ones whose pins are all there and that cannot be solved
      (C(unsolved)), of projects whose solve gave no answer (C(unchecked)), of C(pins_missing), of projects that were not converted
      (C(not_converted)), of C(owners) and C(owners_breaking), of C(mirrors), C(pip) and C(system) packages, and C(seconds).
  returned: success
  type: dict
  sample:
    mirrors: 1
    not_converted: 2
    owners: 9
    owners_breaking: 1
    pins_missing: 3
    pip: 4
    projects: 28
    seconds: 3.1
    system: 2
    unchecked: 0
    unsolved: 1
    will_fail: 2
owners:
  description: A sentence for each owner with a project that will fail on AE5, those with the most first, at most 25. C(owners.csv) has all.
  returned: success
  type: list
  elements: str
  sample: ["Of alice, 2 of 3 projects will fail on AE5: sales because of bokeh=0.12=py27_0; trend because of missing dependencies (libgfortran 1.0)."]
files:
  description: Names of the files in O(dest), or in check mode of those that would be there.
  returned: success
  type: list
  elements: str
  sample: [mirror.yml, owners.csv, resolutions.jsonl]
failures:
  description: Always empty.
  returned: always
  type: list
  elements: str
  sample: []
report_path:
  description: The file C(resolutions.jsonl). In check mode the file that would be written.
  returned: success
  type: str
  sample: /srv/migration/prod/notebooks/needs/resolutions.jsonl
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs.module import RESOLVE, resolve_work


def main() -> None:
    MigrationModule(AE5, RESOLVE).run(resolve_work)


if __name__ == "__main__":
    main()
