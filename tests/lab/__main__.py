# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.lab up|down|status|log --dir DIR``: the lab as background processes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import requests

from .seed import SeedError
from .up import Lab, LabError


def _up(lab: Lab, options: argparse.Namespace) -> int:
    sites, aen = ([name for name in text.split(",") if name] for text in (options.sites, options.aen))
    alive, known = lab.alive(), lab.processes()
    if alive and len(alive) == len(known) and lab.file.exists():
        there = lab.read()
        same = set(sites) == set(there["sites"]) and {f"{name}-notebooks" for name in aen} == set(there["aen"])
        print(f"the lab in {lab.folder} is already running" + ("" if same else " with other sites; run down first"))
        return 0 if same else 1
    if known:
        print(f"a lab that ended by itself was removed ({len(alive)} of {len(known)} servers were still running)")
    found = lab.up(sites, options.seed, options.ae4_user, aen)
    print(f"AE5 {found['ae5']['url']}")
    for name, site in found["sites"].items():
        print(f"AE4 {name} {site['url']}")
    for name, host in found["aen"].items():
        print(f"AEN {name} {host['projects_dir']}")
    print(f"credentials, paths and pids: {lab.file}")
    return 0


def _down(lab: Lab, options: argparse.Namespace) -> int:
    names = lab.down()
    print(f"ended: {', '.join(names)}" if names else f"nothing is running in {lab.folder}")
    return 0


def _status(lab: Lab, options: argparse.Namespace) -> int:
    alive, known = lab.alive(), lab.processes()
    for name, item in known.items():
        print(f"{name:<12} {'up' if name in alive else 'ended':<6} pid {item['pid']}")
    if not known:
        print(f"nothing is running in {lab.folder}")
    return 0 if known and len(alive) == len(known) else 3


def _log(lab: Lab, options: argparse.Namespace) -> int:
    url = lab.read()["ae5"]["url"]
    with requests.Session() as session:
        session.trust_env = False
        records = session.get(f"{url}/_lab/log", timeout=30).json()
        counters = session.get(f"{url}/_lab/counters", timeout=30).json()
    for record in records:
        if record["write"] or not options.writes:
            print(f"{record['n']:>6} {record['method']:<6} {record['status']} {record['user'] or '-':<16} {record['path']}")
    print(json.dumps(counters, indent=2))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, action in (("up", _up), ("down", _down), ("status", _status), ("log", _log)):
        command = commands.add_parser(name)
        command.add_argument("--dir", type=Path, required=True, help="folder of the lab")
        command.set_defaults(action=action)
        if name == "up":
            command.add_argument("--sites", default="east,west", help="names of the AE4 sites")
            command.add_argument("--seed", choices=("demo", "none"), default="demo")
            command.add_argument("--aen", default="", help="names of the sites that also have a notebook server (AEN)")
            command.add_argument("--ae4-user", help="service user of the AE4 hosts (default: you)")
        if name == "log":
            command.add_argument("--writes", action="store_true", help="only requests that change the cluster")
    options = parser.parse_args()
    try:
        return int(options.action(Lab(options.dir), options))
    except (LabError, SeedError, requests.RequestException) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
