# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of the collection inside the test's process, as Ansible would: arguments in, JSON result out.

The arguments go the way they take on a host (``basic._ANSIBLE_ARGS``), so that argument specs, check mode and the
result's serialisation are the real ones.  Works with ansible-core 2.16 (no profiles) to 2.19 and later.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import typing as t
from unittest import mock

from ansible.module_utils import basic

PACKAGE = "ansible_collections.ae_ops.migration.plugins.modules."


class ModuleCrashError(AssertionError):
    """A module ended without a result: an uncaught exception or output that is no JSON."""


def run_module(name: str, args: dict[str, t.Any], check: bool = False, diff: bool = False) -> dict[str, t.Any]:
    """The result of module ``name`` (without the collection's name), with ``failed`` and ``warnings`` always set.

    A module that fails does not raise: look at ``result["failed"]`` and ``result["msg"]``.
    """
    module = importlib.import_module(PACKAGE + name)
    given = {**args, "_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_no_log": False, "_ansible_socket": None}
    warnings: list[str] = []
    output = io.StringIO()
    code: t.Any = None
    with contextlib.ExitStack() as stack:
        stack.callback(os.umask, os.umask(0))  # nothing of a module may depend on it
        stack.enter_context(mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()))
        if hasattr(basic, "_ANSIBLE_PROFILE"):
            stack.enter_context(mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy"))
        # the list of warnings is global in ansible, and on a controller they are displayed instead of returned
        stack.enter_context(mock.patch.object(basic.AnsibleModule, "warn", lambda _self, text, **_more: warnings.append(text)))
        stack.enter_context(mock.patch.object(sys, "argv", [name]))
        stack.enter_context(contextlib.redirect_stdout(output))
        try:
            module.main()
        except SystemExit as exc:
            code = exc.code
        else:
            raise ModuleCrashError(f"{name} returned without exit_json or fail_json")
    return _result(name, code, output.getvalue(), warnings)


def _result(name: str, code: t.Any, text: str, warnings: list[str]) -> dict[str, t.Any]:
    try:
        result = json.loads(text)
    except ValueError as exc:
        raise ModuleCrashError(f"{name} printed no JSON: {text!r}") from exc
    result.setdefault("failed", False)
    result["warnings"] = warnings
    if bool(code) != bool(result["failed"]):
        raise ModuleCrashError(f"{name} exited with {code} but says failed={result['failed']}")
    return result
