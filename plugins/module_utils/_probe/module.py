# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``capability_probe`` does.  Private to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import claims_of
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._probe import document
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.cleanup import Interrupted
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.run import run
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.session import Bench

PROBE = ArgumentSpec(
    options={
        "dest": {"type": "path", "required": True},
        "leave_behind": {"type": "bool", "default": False},
        "probe_username": {"type": "str"},
        "probe_password": {"type": "str", "no_log": True},
    },
    required_by={"probe_username": ("probe_password",), "probe_password": ("probe_username",)},
)


def probe_work(module: MigrationModule) -> Outcome:
    """The module ``capability_probe``."""
    document.need_ruamel()
    params = module.params
    earlier = Capabilities.from_json(params["capabilities"])
    if not earlier.is_of(params["url"]):
        earlier = Capabilities()
    bench = Bench(params, own_name(params), earlier)
    try:
        run(bench, may_leave=params["leave_behind"], reads_only=module.check_mode)
    except Interrupted as exc:
        left = bench.left
        said = f"left behind: {', '.join(left)}" if left else "nothing is left behind"
        raise MigrationError(
            f"The probe was interrupted by {exc} at {bench.step}, no answers were written; {said}.", left_behind=left
        ) from None
    left = bench.left
    answers = document.merged(bench.outcome(), bench.transport, earlier)
    data = document.document(answers, params["url"], bench.transport or earlier.transport, left)
    text = document.render(data)
    failures = list(bench.broken)
    if left and not params["leave_behind"]:
        failures.append(f"The probe could not remove what it made, delete by hand: {', '.join(left)}.")
    before = read_text(params["dest"])
    if not module.check_mode:
        write_text(params["dest"], text)
    confidences = [answer.confidence for answer in answers.values()]
    return Outcome(
        changed=before != text,
        summary={kind: confidences.count(kind) for kind in ("known", "unknown", "declared")},
        failures=failures,
        report_path=os.path.abspath(params["dest"]),
        diff=[{"before": before, "after": text, "before_header": params["dest"], "after_header": params["dest"]}],
        values={"capabilities": data, "left_behind": left, "table": document.table(answers)},
        final=True,
    )


def own_name(params: t.Mapping[str, t.Any]) -> str:
    """The user name of the first account, below whose name the scratch channel is.

    Raises:
        MigrationError: a token was given without a user name, and does not say whose it is.
    """
    if params["username"]:
        return str(params["username"]).lower()
    name = claims_of(str(params["access_token"])).get("preferred_username")
    if not isinstance(name, str) or not name:
        raise MigrationError("The token does not contain a user name; also set username.")
    return name


def read_text(path: str) -> str:
    """The text of a file; empty where there is none."""
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as exc:
        raise MigrationError(f"The file {path} cannot be read: {exc}.") from exc
