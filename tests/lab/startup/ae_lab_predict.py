# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes every module of the collection predict before it acts, and writes both down side by side.

``sitecustomize`` imports this where ``AE_LAB_PREDICTIONS`` is set.  The collection knows nothing of it: when its ``_module``
is imported, ``MigrationModule.run`` is replaced by one that calls the module's work in check mode first, then for real, and
appends a line of JSON to the file named in ``AE_LAB_PREDICTIONS``.  On the controller each execution of a module, on whatever
host, adds its name to the file of the same name that ends in ``.modules``.
"""

from __future__ import annotations

import json
import os

from ae_lab_import import patch_when_imported

TARGET = "ansible_collections.ae_ops.migration.plugins.module_utils._module"
ACTION = "ansible.plugins.action"


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


patch_when_imported(TARGET, _patch)
patch_when_imported(ACTION, _count)
