#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin check_variables, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_variables
short_description: Stop a run whose variables have unknown names or impossible values
version_added: 1.0.0
description:
  - Looks at the variables of the hosts of the play, of their clusters, and of all sites and notebook hosts of those clusters. Nothing is run on a host.
  - A variable whose name begins with C(ae_), C(ae4_), C(ae5_), C(aen_) or C(host_python_) and that this collection does not know is an error, with the
    nearest known name. Your own variables must not begin like that.
  - A value that a variable cannot have is an error that names the variable as the user wrote it, and what is allowed.
    What comes out of a template or is encrypted is not shown, only the text of the template.
  - Addresses and the rules on what is migrated are read as the later phases read them; files on the controller that are named must be there.
  - All problems are reported at once. Of secrets that are templates only lists are resolved, for their shape; no secret is shown.
  - Every role of the collection runs it first, through role C(ae_migration), whose variable C(ae_migration_cluster) it needs.
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change in check mode.
    support: none
  idempotent:
    description: When run twice, the second run changes nothing.
    support: full
author:
  - ae_ops.migration contributors (@ae-ops)
seealso:
  - module: ansible.builtin.validate_argument_spec
"""

EXAMPLES = r"""
- name: Check the variables
  ae_ops.migration.check_variables:
  run_once: true
"""

RETURN = r"""
hosts:
  description: The hosts whose variables were looked at.
  returned: success
  type: list
  elements: str
  sample: [east, prod]
"""
