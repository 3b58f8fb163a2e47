# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``cli_setup``: installs the command line client and checks that it runs.  Private to the collection."""

from __future__ import annotations

import json
import os
import shutil
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.unpack import swapped, unpack
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import file_sha256, read_object
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome

PROGRAM = "anaconda-enterprise-cli"
MARKER = ".ae_ops-package.json"

SETUP = ArgumentSpec(
    options={
        "program": {"type": "path", "default": PROGRAM},
        "package": {"type": "path"},
        "sha256": {"type": "str"},
        "prefix": {"type": "path"},
        "python": {"type": "path"},
        "must_answer": {"type": "bool", "default": True},
        "timeout": {"type": "int", "default": 60},
    },
    required_by={"package": ("prefix", "sha256")},
)


def setup_work(module: MigrationModule) -> Outcome:
    """The module ``cli_setup``."""
    params = module.params
    outcome = Outcome(values={"program": params["program"]})
    depends: t.List[str] = []
    if params["package"]:
        prefix = os.path.abspath(params["prefix"])
        program = os.path.join(prefix, "bin", PROGRAM)
        outcome.values["program"] = program
        wanted = {"sha256": params["sha256"].lower(), "python": params["python"] or _command.interpreter()}
        found = marker_of(prefix)
        if {key: found.get(key) for key in wanted} != wanted or not os.access(program, os.X_OK):
            outcome.changed = True
            before = f"{found.get('package')}\n" if found else ""
            outcome.diff = [{"before_header": prefix, "after_header": prefix, "before": before, "after": f"{_name(params)}\n"}]
            check_ours(prefix, found)
            if module.check_mode:
                return outcome
            outcome.warnings = install(params["package"], prefix, wanted)
        depends = [str(name) for name in marker_of(prefix).get("depends", ())]
    why = _command.why_not([outcome.values["program"], "--help"], params["timeout"])
    outcome.values["answers"] = not why
    if why and params["must_answer"]:
        raise MigrationError(_not_answering(outcome.values["program"], why, depends))
    return outcome


def _name(params: t.Mapping[str, t.Any]) -> str:
    return os.path.basename(str(params["package"]))


def marker_of(prefix: str) -> t.Dict[str, t.Any]:
    """What an earlier run unpacked into the prefix; empty if that is not known."""
    try:
        return read_object(os.path.join(prefix, MARKER), "marker of an installation")
    except MigrationError:
        return {}


def check_ours(prefix: str, found: t.Mapping[str, t.Any]) -> None:
    """Raises ``MigrationError`` for a prefix that this collection did not create."""
    if found or not os.path.lexists(prefix):
        return
    if os.path.isdir(prefix) and not os.path.islink(prefix) and not os.listdir(prefix):
        return
    raise MigrationError(f"The prefix {prefix} exists and was not created by this collection; set ae5_cli_prefix to another folder.")


def install(package: str, prefix: str, wanted: t.Mapping[str, str]) -> t.List[str]:
    """Unpacks the package into its prefix; returns warnings."""
    try:
        actual = file_sha256(package)
    except OSError as exc:
        raise MigrationError(f"The package {package} cannot be read: {exc.strerror}.") from exc
    if actual != wanted["sha256"]:
        raise MigrationError(
            f"The package {package} has the sha256 {actual}, not {wanted['sha256']}, so it is not unpacked; correct the package or its "
            "sha256."
        )
    os.umask(0o022)  # a program, which other users of the host may run
    try:
        with swapped(prefix) as folder:
            depends, warnings = unpack(package, folder, prefix, wanted["python"])
            if not os.access(os.path.join(folder, "bin", PROGRAM), os.X_OK):
                raise MigrationError(
                    f"The package {package} has no command {PROGRAM}, so it is not unpacked; set ae5_cli_package to the client's package."
                )
            with open(os.path.join(folder, MARKER), "w", encoding="utf-8") as stream:
                json.dump({**wanted, "package": os.path.basename(package), "depends": depends}, stream, sort_keys=True)
    except OSError as exc:
        raise MigrationError(f"The package {package} cannot be unpacked to {prefix}: {exc.strerror or exc}.") from exc
    return warnings


def _not_answering(program: str, why: str, depends: t.Sequence[str]) -> str:
    if depends:
        return (
            f"{program} does not answer --help ({why}); its package needs {', '.join(depends)};"
            " install them for the interpreter ae5_cli_python, or install the client with conda and set ae5_cli."
        )
    missing = "" if os.path.isabs(program) or shutil.which(program) else " and is not on the PATH"
    return (
        f"{program} does not answer --help{missing} ({why}); set ae5_cli to its path, ae5_cli_package to its conda package,"
        " or ae5_cli_install_command."
    )
