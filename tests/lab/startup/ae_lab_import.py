# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches a Python module as soon as somebody imports it.

Every Python process of a run reads this, so it imports next to nothing.
"""

from __future__ import annotations

import sys


class _Finder:
    """Finds a module as everybody else would, and patches it when it was executed."""

    def __init__(self, name, patch):
        self.name, self.patch = name, patch

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
        import importlib.util

        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                if module.__name__ == self.name:  # one loader serves all modules of an archive
                    self.patch(module)

            spec.loader.exec_module = exec_module
        return spec


def patch_when_imported(name, patch):
    """Calls ``patch`` with the module ``name`` when it was imported for the first time."""
    sys.meta_path.insert(0, _Finder(name, patch))
