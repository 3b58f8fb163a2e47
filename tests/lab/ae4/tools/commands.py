# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the emulated AE4 host.  Standard library only; started by the three scripts in ``repo/bin``."""

from __future__ import annotations

import argparse
import json
import os
import pwd
import sys
import typing as t
from pathlib import Path

from . import dump_format, export_site

CONFIG = Path("etc") / "anaconda-server" / "config.yaml"
"""Below the prefix, as documented.  It holds JSON, which is YAML too and takes only the standard library to read."""

_PROGRAMS = ["binstar-scheduler", "binstar-server", "binstar-worker", *(f"binstar-worker-low:binstar-worker-low_{n:02}" for n in range(8))]


def _config(prefix: Path) -> t.Dict[str, t.Any]:
    return t.cast(t.Dict[str, t.Any], json.loads((prefix / CONFIG).read_text(encoding="utf-8")))


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def server_admin(prefix: Path, arguments: t.Sequence[str]) -> int:
    """``anaconda-server-admin export-site`` (documented without options)."""
    parser = argparse.ArgumentParser(prog="anaconda-server-admin")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("export-site", help="dump all packages, owners and permissions into ./site-dump")
    parser.parse_args(arguments)
    config = _config(prefix)
    lab = config["lab"]
    user = pwd.getpwuid(os.geteuid()).pw_name
    if user != lab["user"]:
        return _fail(f"anaconda-server-admin must be run by the user {lab['user']}, not by {user}")
    root = Path(lab["root"])
    try:
        switches = json.loads((root / "switches.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        switches = {}
    target = Path(dump_format.DUMP)
    exporter = export_site.Exporter(root / "site.sqlite", Path(config["fs_storage_root"]), target, switches)
    try:
        exporter.run(lambda line: print(line, flush=True))
    except export_site.ExportError as error:
        return _fail(str(error))
    print(f"Exported to {target.resolve()}")
    return 0


def server_config(prefix: Path, arguments: t.Sequence[str]) -> int:
    """``anaconda-server-config --get KEY`` and ``--set KEY VALUE`` (documented)."""
    parser = argparse.ArgumentParser(prog="anaconda-server-config")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--get", metavar="KEY")
    action.add_argument("--set", nargs=2, metavar=("KEY", "VALUE"))
    options = parser.parse_args(arguments)
    config = _config(prefix)
    if options.get is not None:
        if options.get not in config or options.get == "lab":
            return _fail(f"{options.get} is not set")
        print(config[options.get])
        return 0
    config[options.set[0]] = options.set[1]
    (prefix / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return 0


def supervisorctl(prefix: Path, arguments: t.Sequence[str]) -> int:
    """``supervisorctl status`` (the vendor's runbook prints this table); other actions answer and change nothing."""
    pid = 1400
    if list(arguments[:1]) != ["status"]:
        return _fail("supervisorctl of the lab knows only: status")
    for number, program in enumerate(_PROGRAMS):
        print(f"{program:<43} RUNNING   pid {pid + number}, uptime 3 days, 2:12:07")
    return 0


COMMANDS: t.Dict[str, t.Callable[[Path, t.Sequence[str]], int]] = {
    "anaconda-server-admin": server_admin,
    "anaconda-server-config": server_config,
    "supervisorctl": supervisorctl,
}


def main(script: str, arguments: t.Sequence[str]) -> int:
    """Runs the command whose name the script has; the prefix is the folder above the script's."""
    path = Path(script)
    return COMMANDS[path.name](path.resolve().parent.parent, arguments)
