# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes every module of the collection predict before it acts, and writes both down side by side.

Python imports this file when it starts, because the tests put its folder on ``PYTHONPATH``.  The collection knows nothing
of it: when its ``_module`` is imported, ``MigrationModule.run`` is replaced by one that calls the module's work in check
mode first, then for real, and appends a line of JSON to the file named in ``AE_LAB_PREDICTIONS``.  On the controller each
execution of a module, on whatever host, adds its name to the file of the same name that ends in ``.modules``.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys

TARGET = "ansible_collections.ae_ops.migration.plugins.module_utils._module"
ACTION = "ansible.plugins.action"


class _Finder(importlib.abc.MetaPathFinder):
    """Finds a module as everybody else would, and patches it when it was executed."""

    def __init__(self, name, patch):
        self.name, self.patch = name, patch

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
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


def _count(module):
    execute = module.ActionBase._execute_module

    def counting(self, *args, **kwargs):
        with open(os.environ["AE_LAB_PREDICTIONS"] + ".modules", "a") as stream:
            stream.write(f"{kwargs.get('module_name') or self._task.action}\n")
        return execute(self, *args, **kwargs)

    module.ActionBase._execute_module = counting


def _patch(module):
    run = module.MigrationModule.run

    def predicting(self, work):
        def both(migration):
            if migration.check_mode:
                return work(migration)
            predicted = _predict(module, migration, work)
            try:
                real = work(migration)
            except module.MigrationError as exc:
                _note(work, predicted, {"error": str(exc)})
                raise
            _note(work, predicted, _plain(real))
            return real

        return run(self, both)

    module.MigrationModule.run = predicting


def _predict(module, migration, work):
    migration.ansible.check_mode = True
    try:
        return _plain(work(migration))
    except module.MigrationError as exc:
        return {"error": str(exc)}
    finally:
        migration.ansible.check_mode = False


def _plain(outcome):
    return {
        "changed": outcome.changed,
        "summary": outcome.summary,
        "failures": outcome.failures,
        "diff": outcome.diff,
        "values": outcome.values,
    }


def _note(work, predicted, real):
    line = (
        json.dumps({"work": f"{work.__module__.rpartition('.module_utils.')[2]}.{work.__qualname__}", "predicted": predicted, "real": real})
        + "\n"
    )
    fd = os.open(os.environ["AE_LAB_PREDICTIONS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(fd, line.encode("utf-8", "surrogateescape"))
    finally:
        os.close(fd)


if os.environ.get("AE_LAB_PREDICTIONS"):
    sys.meta_path[:0] = [_Finder(TARGET, _patch), _Finder(ACTION, _count)]
