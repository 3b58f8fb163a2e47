#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module notebook_project_info: collects what the projects of a notebook host consist of."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notebook_project_info
short_description: Collect what the projects of an AE4 notebook host consist of
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Reads every project below O(root), V(OWNER/PROJECT), and writes what it found to two files in O(dest).
  - Of each project come the environments with their packages, the active environment, the notebooks with their kernels, sizes, large and
    binary files, links, the git repository, the team and the ACL. The code of its notebooks and scripts goes to a file of its own.
  - Nothing of a project is changed or run, no link is followed, and no token or password in a URL of a package is kept.
  - The code is kept as it was written and can hold what its authors left in it, so both files can be read by their owner and group only.
  - Looks for passwords, tokens and keys, also in outputs of notebooks. C(projects.jsonl) tells their places and not themselves.
  - Folders whose name begins with a full stop are no projects. A link in place of a project is named and not followed.
  - Needs no Python library. Must be able to read the projects, so it usually runs as root.
extends_documentation_fragment:
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.info_module
options:
  root:
    description: The folder that holds a folder for each owner, with a folder for each project.
    type: path
    default: /projects
  projects:
    description:
      - Patterns of the projects to collect, as V(OWNER/PROJECT), where V(*) matches any characters.
      - By default all are.
    type: list
    elements: str
    default: []
  dest:
    description:
      - The folder on the notebook host for C(projects.jsonl) and C(sources.jsonl). It is made if it is missing.
      - In check mode they are written to a new temporary folder instead, see RV(dest).
    type: path
    required: true
  site:
    description: The name of the site that the host belongs to. By default O(host).
    type: str
  host:
    description: The name of the host in the records, usually C(inventory_hostname). By default the name that the host has for itself.
    type: str
  accounts:
    description:
      - File in the form of C(/etc/passwd) that names the users of the ACLs, where the host does not know them.
      - A user unknown to both is called by their number.
    type: path
seealso:
  - module: ae_ops.migration.notebook_audit
"""

EXAMPLES = r"""
- name: Collect the notebook projects
  ae_ops.migration.notebook_project_info:
    dest: /srv/migration/notebooks
    host: "{{ inventory_hostname }}"
  become: true

- name: Collect the projects of two people
  ae_ops.migration.notebook_project_info:
    dest: /srv/migration/notebooks
    projects:
      - alice/*
      - bob/*
  become: true
"""

RETURN = r"""
summary:
  description: Numbers of projects, notebooks, pieces of code (C(sources)) and problems, C(bytes) of all files, and C(seconds).
  returned: success
  type: dict
  sample: {bytes: 123456, notebooks: 41, problems: 3, projects: 30, seconds: 1.2, sources: 388}
failures:
  description: One sentence for each project or owner that could not be read. The others are collected.
  returned: always
  type: list
  elements: str
  sample: ["The project alice/sales on aen cannot be read: Permission denied; it was left out."]
dest:
  description: The folder with the files. In check mode a temporary one, which the caller removes.
  returned: always
  type: str
  sample: /srv/migration/notebooks
projects_path:
  description: The file with one line for each project, after a first line for the host.
  returned: always
  type: str
  sample: /srv/migration/notebooks/projects.jsonl
sources_path:
  description: The file with one line for each code cell and script.
  returned: always
  type: str
  sample: /srv/migration/notebooks/sources.jsonl
report_path:
  description: The same as RV(projects_path).
  returned: always
  type: str
  sample: /srv/migration/notebooks/projects.jsonl
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.collect.module import COLLECT, collect_work


def main() -> None:
    MigrationModule(COLLECT).run(collect_work)


if __name__ == "__main__":
    main()
