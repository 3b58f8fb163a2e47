#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module project_upload: uploads converted notebook projects to AE5."""

from __future__ import annotations

DOCUMENTATION = r"""
module: project_upload
short_description: Bring converted notebook projects to AE5
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Uploads the archives that M(ae_ops.migration.notebook_project_convert) has made, each as its owner, and waits until AE5 has made the project.
  - An owner is logged in by an administrator who acts as that user (O(keycloak_username)), or with the owner's own password (O(logins)).
  - A project that AE5 has already is compared with the archive, file by file, by downloading its newest revision; nothing of it is kept. If they are
    equal, nothing is sent.
  - Nothing on AE5 is overwritten or deleted. There is no documented way to upload a second revision, see O(project_conflict).
  - Each owner's web session is logged out at the end, and no other one of that user. One that could not be is a warning, and no failure.
  - With O(projects), the project is shared with its team. Collaborators that AE5 has and AE4 does not are kept and reported; no one gets more
    than on AE4.
extends_documentation_fragment:
  - ae_ops.migration.ae5
  - ae_ops.migration.attributes
  - ae_ops.migration.attributes.actiongroup_ae5
attributes:
  check_mode:
    support: full
    details:
      - Logs in and compares for real. What AE5 would refuse only when it is sent (a role that the owner lacks, an action that fails) is not predicted,
        and without O(keycloak_username) neither are collaborators that AE5 does not know.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  conversions:
    description:
      - The file C(conversions.jsonl); the archives are in folders next to it.
      - In check mode archives may be missing, because a conversion in check mode keeps the list only.
    type: path
    required: true
  projects:
    description:
      - The file C(projects.jsonl) of the same notebook host, for the team of each project.
      - Without it nothing is shared.
    type: path
  only:
    description:
      - Patterns of the projects to upload, as V(OWNER/PROJECT) on AE4, where V(*) matches any characters.
      - By default all are.
    type: list
    elements: str
    default: []
  logins:
    description:
      - Owners who log in with their own password. O(username) with O(password) counts as one of them.
      - All other owners are logged in with O(keycloak_username).
    type: list
    elements: dict
    default: []
    suboptions:
      username:
        description: Name of the AE5 user.
        type: str
        required: true
      password:
        description: That user's password. It is typed into Keycloak's form and kept nowhere.
        type: str
        required: true
  users:
    description:
      - Users of the notebook host, and who they are on AE5, in the form of C(ae_user_map); V(-) for none.
      - A user who is not in it has the same name there.
    type: dict
    default: {}
  groups:
    description:
      - Groups of the notebook host, and which they are on AE5; V(-) for none.
      - A group that is not in it is given nothing and reported, because an AE5 group of that name may have other members.
    type: dict
    default: {}
  accept_wider:
    description:
      - Patterns of projects, as V(OWNER/PROJECT), to be shared although some of their files had other rights than the project.
      - By default such a project is not shared, because on AE5 users could get more access than on AE4.
    type: list
    elements: str
    default: []
  project_conflict:
    description:
      - What to do where AE5 has a project of that name with other files.
      - V(report) sends nothing and lists the files that differ. The module does not fail because of one.
      - V(new_name) uploads it as C(NAME-2), C(NAME-3), and so on. One of these that is equal is recognized, and nothing is sent.
    type: str
    choices: [report, new_name]
    default: report
  max_bytes:
    description: Archives of more bytes are refused before anything is sent. AE5's own limit is 1 GB.
    type: int
    default: 1000000000
  wait:
    description: Seconds that AE5 may take to make one project.
    type: int
    default: 600
  verify:
    description: Whether each project that was uploaded is downloaded again and compared.
    type: bool
    default: true
  deep:
    description:
      - Whether every project is downloaded and compared again.
      - Otherwise what an earlier run found of a revision stays true, where AE5 tells the revision's time and O(results) has it.
    type: bool
    default: false
  results:
    description:
      - File to write one line to for each project, as in RV(projects), with the time (C(seen)) and what was found of each revision
        (C(proofs)), for later runs. Not written in check mode.
      - Without it no run knows what an earlier one has sent, so where AE5 has changed a project V(project_conflict=new_name) sends it again.
      - The lines of projects that O(only) leaves out stay as they are.
    type: path
seealso:
  - module: ae_ops.migration.notebook_project_convert
  - module: ae_ops.migration.notebook_project_info
"""

EXAMPLES = r"""
- name: The projects of one notebook host, as their owners
  ae_ops.migration.project_upload:
    url: https://ae5.example.com
    keycloak_username: admin
    keycloak_password: "{{ vault_keycloak_password }}"
    conversions: /srv/migration/east-notebooks/converted/conversions.jsonl
    projects: /srv/migration/east-notebooks/projects.jsonl
    groups:
      devs: Devs
    results: /srv/migration/east-notebooks/uploads.jsonl

- name: One owner, with her own password
  ae_ops.migration.project_upload:
    url: https://ae5.example.com
    conversions: /srv/migration/east-notebooks/converted/conversions.jsonl
    only: [alice/*]
    logins:
      - username: alice
        password: "{{ vault_alice_password }}"
"""

RETURN = r"""
summary:
  description:
    - Number of C(projects), all and by state, of C(shares) that were given, C(bytes_uploaded) and C(seconds).
  returned: success
  type: dict
  sample:
    {projects: 30, uploaded: 26, present: 0, conflict: 1, refused: 2, excluded: 1, failed: 0, shares: 12, bytes_uploaded: 123456, seconds: 9.7}
projects:
  description:
    - One row for each project. C(owner) and C(name) are those on AE5, C(project) is C(OWNER/NAME) on the notebook host.
    - C(state) is C(uploaded), C(present) (equal, nothing was sent), C(conflict) (there with other files, nothing was sent), C(refused) (a person has to do
      something first), or C(failed).
    - C(why) is a sentence, empty if there is none. C(shared) lists the shares of this run, C(notes) further remarks.
  returned: success
  type: list
  elements: dict
  sample:
    - owner: alice
      name: forecast
      project: alice/forecast
      host: east-notebooks
      state: uploaded
      why: ""
      shared: [user bob may read]
      notes: []
report_path:
  description: The file O(results).
  returned: with O(results), not in check mode
  type: str
  sample: /srv/migration/east-notebooks/uploads.jsonl
failures:
  description:
    - One sentence for each thing that could not be done, at most 25 of them. If there is one, the module has done the rest and fails.
    - Projects that were not converted, and conflicts, are not among them.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.module import UPLOAD, upload_work


def main() -> None:
    MigrationModule(AE5, UPLOAD).run(upload_work)


if __name__ == "__main__":
    main()
