# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures planning: seconds and peak memory for a cluster of 5,000 channels and 200,000 placements.

    python tests/bench/bench_plan.py [--channels 5000] [--placements 200000] [--declared]

With ``--declared`` there are rules on packages, versions, labels and sizes, maps by pattern, and what is not public is split off.

Two sites of organizations with groups and labels, and of users with labels; the plan is made as the module does it,
by the module itself (offline), in a process of its own so that building the inventories does not count.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
for folder in (ROOT, ROOT / "collections"):
    sys.path.insert(0, str(folder))

from tests.unit.module_runner import run_module  # noqa: E402 - needs the path above
from tests.unit.plan.inventory_builder import Site, group, organization, user  # noqa: E402

GROUPS = 8
CHANNELS_OF_ORGANIZATION = 1 + 2 * GROUPS
"""The organization, each group, and each group's label."""
CHANNELS_OF_USER = 2


def inventories(dest: Path, channels: int, placements: int) -> list[str]:
    """Half of the channels are organizations', half are users'; so are the placements."""
    sites = [Site("east"), Site("west")]
    organizations = max(2, channels // 2 // CHANNELS_OF_ORGANIZATION)
    files = max(1, placements // 2 // (organizations * (1 + 2 * 2)))
    for number in range(organizations):
        name = f"org{number:05}"
        packages = [f"package{index:05}" for index in range(files)]
        # each package in two groups, each file with a label: one placement in the organization, two in each group
        groups = [
            group(
                f"{name}-group{index}", [f"user{index:05}"], [p for i, p in enumerate(packages) if index in (i % GROUPS, (i + 1) % GROUPS)]
            )
            for index in range(GROUPS)
        ]
        site = sites[number % 2].owner(organization(name, *groups, owners=[f"user{number:05}"]))
        for package in packages:
            site.file(f"{name}/{package}/{package}-1.0-py36_0.tar.bz2", "dev")
    users = max(2, (channels - organizations * CHANNELS_OF_ORGANIZATION) // CHANNELS_OF_USER)
    files = max(1, placements // 2 // (users * 2))
    for number in range(users):
        site = sites[number % 2].owner(user(f"user{number:05}"))
        for index in range(files):
            site.file(f"user{number:05}/package{index:05}/package{index:05}-1.0-py36_0.tar.bz2", "main", "test", access="private")
    return [site.write(dest) for site in sites]


DECLARED = {
    "exclude": [
        {"spec": "package0000* >=2,<3"},
        {"spec": "*[version='0.*', build='py26*']"},
        {"label": "nightly*"},
        {"owner": ["x*", "y*"], "larger_than": "5GB"},
        {"package": "package00001", "label": "test"},
    ],
    "channel_map": [{"match": "user*/test", "to": "testing/{1}"}, {"match": "org*", "to": "{name_lower}"}],
    "user_map": {"user0*": "u-{1}"},
    "group_map": {"*/*": "{organization}-{group}"},
    "split_private": True,
    "collaborators": "channel",
}


def measure(args: dict[str, t.Any]) -> None:
    """Runs the module twice: the first stores the plan, the second finds it stored."""
    for run in ("first run", "second run"):
        started = time.monotonic()
        result = run_module("migration_plan", args)
        seconds = time.monotonic() - started
        if result["failed"]:
            raise SystemExit(result["msg"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        counts = {name: result["summary"][name] for name in ("channels", "placements", "decisions")}
        print(f"{run}: {seconds:.1f} s, peak {peak:.0f} MiB, changed {result['changed']}, {json.dumps(counts)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", type=int, default=5000)
    parser.add_argument("--placements", type=int, default=200_000)
    parser.add_argument("--declared", action="store_true")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(json.loads(options.measure))
        return
    with tempfile.TemporaryDirectory() as scratch:
        paths = inventories(Path(scratch), options.channels, options.placements)
        declared = DECLARED if options.declared else {}
        args = {**declared, "inventories": paths, "dest": f"{scratch}/plan", "offline": True, "url": "https://ae5.example.com"}
        subprocess.run([sys.executable, __file__, "--measure", json.dumps(args)], check=True)


if __name__ == "__main__":
    main()
