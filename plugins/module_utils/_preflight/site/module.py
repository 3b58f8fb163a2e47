# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``site_preflight_info`` does: the checks on an AE4 host.  Private to the collection.

Standard library only, as everything on that host before the upload.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import command
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import measure, rules_ae5, rules_host
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Row

SITE = ArgumentSpec(
    options={
        "host": {"type": "str", "required": True},
        "user": {"type": "str", "default": "anaconda-server"},
        "bin_dir": {"type": "path"},
        "export_dir": {"type": "path", "required": True},
        "work_dir": {"type": "path"},
        "space_factor": {"type": "float", "default": 1.0},
        "ae4_url": {"type": "str"},
        "mover": {"type": "bool", "default": True},
        "url": {"type": "str"},
        "ca_path": {"type": "path"},
        "validate_certs": {"type": "bool", "default": True},
        "cli": {"type": "path"},
        "timeout": {"type": "int", "default": 60},
    }
)


def site_work(module: MigrationModule) -> Outcome:
    """The module ``site_preflight_info``."""
    rows = site_rows(module.params)
    return Outcome(summary=r.counts(rows), values={"rows": [row.to_json() for row in rows]})


def site_rows(params: t.Mapping[str, t.Any]) -> t.List[Row]:
    """All checks on an AE4 host, each by itself."""
    host = params["host"]
    rows = [
        *measure.attempt(r.USER, host, rules_host.EXPORT, lambda: rules_host.user(host, params["user"], _command.effective_user())),
        *measure.attempt(r.ADMIN_COMMAND, host, rules_host.EXPORT, lambda: _admin_command(host, params["bin_dir"])),
        *measure.attempt(
            r.EXPORT_DIR,
            host,
            rules_host.EXPORT,
            lambda: folder_row(r.EXPORT_DIR, host, params["export_dir"], rules_host.EXPORT, "ae4_export_dir"),
        ),
        *measure.attempt(r.SPACE, host, rules_host.EXPORT, lambda: _space(host, params)),
        *measure.attempt(r.AE4_STATE, host, rules_host.EXPORT, lambda: _ae4_state(host, params)),
    ]
    if params["work_dir"]:
        rows += measure.attempt(
            r.WORK_DIR, host, rules_host.EXPORT, lambda: folder_row(r.WORK_DIR, host, params["work_dir"], rules_host.EXPORT)
        )
    if params["mover"]:
        rows += mover_rows(params)
    return rows


def mover_rows(params: t.Mapping[str, t.Any]) -> t.List[Row]:
    """What the host needs to upload: requests, a way to the cluster, and the client where the transport is cli."""
    host, url = params["host"], params["url"]
    rows = measure.attempt(r.LIBRARIES, host, rules_host.UPLOAD, lambda: _libraries(host))
    if url:
        rows += measure.attempt(r.ADDRESS, host, rules_host.UPLOAD, lambda: reach_rows(host, params, rules_host.UPLOAD))
    if params["cli"]:
        rows += measure.attempt(r.CLI, host, rules_host.UPLOAD, lambda: _cli(host, params["cli"], params["timeout"]))
    return rows


def reach_rows(host: str, params: t.Mapping[str, t.Any], task: str) -> t.List[Row]:
    """Address, certificate and clock of the cluster, as this host sees them."""
    reach, _headers = measure.request(params["url"], params["validate_certs"], params["ca_path"], params["timeout"])
    rows = [rules_ae5.address(host, reach, task)]
    if reach.status is None and not reach.certificate_error:
        if reach.tls and not reach.verified:
            rows.append(rules_ae5.certificate(host, reach, task))
        return rows
    rows.append(rules_ae5.certificate(host, reach, task))
    if reach.status is not None:
        rows.append(rules_ae5.clock(host, reach, task))
    return rows


def folder_row(check: str, host: str, folder: str, task: str, variable: str = "ae_work_dir") -> Row:
    """Whether the user that this process runs as can write a folder; ``variable`` names it in the inventory."""
    parent = measure.existing(folder)
    path = os.path.abspath(os.path.expanduser(folder))
    return rules_host.folder(
        check, host, rules_host.Folder(path, parent, measure.writable(parent), _command.effective_user(), variable), task
    )


def _admin_command(host: str, bin_dir: t.Optional[str]) -> Row:
    try:
        return rules_host.admin_command(host, command.find_bin_dir(bin_dir))
    except MigrationError as exc:
        return rules_host.admin_command(host, None, str(exc).partition(";")[0] + ".")


def _space(host: str, params: t.Mapping[str, t.Any]) -> Row:
    try:
        bin_dir = command.find_bin_dir(params["bin_dir"])
    except MigrationError:
        return r.unknown(r.SPACE, host, "Without the AE4 commands the storage folder is not known.", rules_host.EXPORT)
    root = command.storage_root(bin_dir)
    try:
        used, whole = command.measure(root)
    except OSError as exc:
        why = f"The storage {root} cannot be read: {exc.strerror}."
        return r.unknown(r.SPACE, host, why, rules_host.EXPORT, "Run the export as the service user, who owns the storage.")
    free = measure.free_space(params["export_dir"])
    return rules_host.space(host, rules_host.Space(root, used, whole, params["export_dir"], free, params["space_factor"]))


def _ae4_state(host: str, params: t.Mapping[str, t.Any]) -> Row:
    address = params["ae4_url"]
    if not address:
        return r.unknown(r.AE4_STATE, host, "Its web address is not given.", rules_host.EXPORT, "Set ae4_url to see whether AE4 is frozen.")
    reach, headers = measure.request(address, params["validate_certs"], params["ca_path"], params["timeout"])
    if reach.status is None:
        why = f"AE4 at {reach.address} was not reached: {reach.error or reach.certificate_error}."
        return r.unknown(r.AE4_STATE, host, why, rules_host.EXPORT, "Check ae4_url.")
    return rules_host.ae4_state(host, reach.address, headers)


def _libraries(host: str) -> Row:
    return rules_host.libraries(host, measure.importable(["requests"]), _command.interpreter(), rules_host.UPLOAD)


def _cli(host: str, program: str, timeout: float) -> Row:
    return rules_ae5.cli_answers(host, program, _command.why_not([program, "--help"], timeout))
