#!/usr/bin/python
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module cli_setup: the command line client of AE5 in place, and answering."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cli_setup
short_description: Install anaconda-enterprise-cli and check that it runs
version_added: 1.0.0
author:
  - ae_ops.migration contributors (@ae-ops)
description:
  - Unpacks the client from a conda package into a prefix of its own, without conda, and runs it once with C(--help).
  - In the unpacked files only the first line of Python scripts and the build's prefix in text files are changed. Dependencies of the package
    are not installed; where the client does not answer for want of them, the module fails and names them.
  - It configures nothing in any home folder. The modules of this collection give the client a home for each run.
extends_documentation_fragment:
  - ae_ops.migration.attributes
options:
  program:
    description: Path or name of the client, without O(package).
    type: path
    default: anaconda-enterprise-cli
  package:
    description: A conda package (C(.tar.bz2) or C(.conda)) on this host. A C(.conda) needs the command C(zstd) or the Python library zstandard.
    type: path
  sha256:
    description: SHA256 of O(package). A prefix that was created from it is left alone, without reading O(package).
    type: str
  prefix:
    description: Folder to unpack O(package) into. It is replaced as a whole; one that this module did not create is refused.
    type: path
  python:
    description: Interpreter that runs the client, by default the one that runs this module.
    type: path
  must_answer:
    description: Whether to fail if the client cannot be run.
    type: bool
    default: true
  timeout:
    description: Seconds to wait for the client.
    type: int
    default: 60
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: See that the client is there
  ae_ops.migration.cli_setup:
    program: /opt/ae5/bin/anaconda-enterprise-cli

- name: Unpack the client from its package
  ae_ops.migration.cli_setup:
    package: /srv/anaconda-enterprise-cli-5.7.1-py_0.tar.bz2
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    prefix: /srv/ae5-cli
"""

RETURN = r"""
program:
  description: The client to use.
  returned: success
  type: str
  sample: /srv/ae5-cli/bin/anaconda-enterprise-cli
answers:
  description: Whether it runs. Not checked in check mode if it would have to be unpacked first.
  returned: success, unless check mode would unpack
  type: bool
  sample: true
"""

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.cli_install import SETUP, setup_work
from ansible_collections.ae_ops.migration.plugins.module_utils._module import MigrationModule


def main() -> None:
    MigrationModule(SETUP).run(setup_work)


if __name__ == "__main__":
    main()
