# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable that a user may set, declared once.  Private to the collection.

From here come the options in the roles' ``meta/argument_specs.yml``, the tables in the roles' README files, the files of
``inventory.example/group_vars`` (all three are written by ``python -m tools.variables``), and the check at the start of
every playbook (action plugin ``check_variables``).

It is Python, not YAML, because that check runs in every play: a compiled module is read in a millisecond, a YAML file of
this size in thirty, and mypy sees a misspelled field.  It is in ``plugin_utils`` because only the controller reads it, and
the installed collection has this folder.
"""
