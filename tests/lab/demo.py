# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: two emulated AE4 sites and the notebook host of one of them move to one emulated AE5 cluster, twice.

Exit code 0 only if both runs ended well, the second changed nothing and sent no write, and a real conda client could
install what AE4 had.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.lab.ae5.client import LabClient
from tests.lab.conda_client import install
from tests.lab.inventory import CLUSTER, write_inventory
from tests.lab.playbook import ROOT, Run, run_playbook
from tests.lab.up import Lab, LabError

DEMO = ROOT / ".cache" / "demo"
REPORTS = ROOT / "reports"
PROJECTS = (
    "plain-analysis",
    "clean-many-notebooks",
    "clean-env-yml",
    "ready-project",
    "two-environments",
    "private-channels",
    "pins-that-hold",
    "pins-that-break",
    "r-notebooks",
    "odbc-oracle",
    "system-packages",
    "committed-100mb",
)
"""Of the notebook host; the tests bring all there are."""
INSTALLS = (("anaconda-user-1/test", "pysocks"), ("anaconda-organization/Devs/Test", "xz"))


def say(text: str) -> None:
    """A line of the demo's own between Ansible's."""
    print(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def installed(url: str) -> list[str]:
    """Installs from two channels as a stranger; what came, in words."""
    lines = []
    for channel, spec in INSTALLS:
        with tempfile.TemporaryDirectory() as folder:
            found = install(f"{url}/repository/conda/{channel}", spec, Path(folder))
        lines.append(f"a conda client installed {spec} from {channel}, sha256 {found[spec]}")
    return lines


def migrate_twice(lab: dict[str, object], url: str) -> list[str]:
    """Runs the migration two times; what was wrong, in words."""
    shutil.rmtree(REPORTS, ignore_errors=True)
    inventory = write_inventory(DEMO / "inventory", lab, ae5_transport="api", ae_report_dir=str(REPORTS))
    cluster = LabClient(url)
    say("First run. ae5_transport is api, an assumed contract that the lab serves; the default is the documented CLI.")
    first = Round(inventory)
    writes_first = len(cluster.writes())
    cluster.clear_log()
    say("Second run.")
    second = Round(inventory)
    writes = cluster.writes()
    say("A real conda client installs packages from the cluster.")
    print("\n".join(installed(url)))
    say("First run")
    print(f"{first.recap_text}\n{writes_first} writes to the cluster")
    say("Second run")
    print(f"{second.recap_text}\n{len(writes)} writes to the cluster")
    return wrong(first, second, len(writes))


class Round:
    """The packages, then the projects."""

    def __init__(self, inventory: Path) -> None:
        self.runs: dict[str, Run] = {name: run_playbook(name, inventory, show=True) for name in ("migrate", "notebooks")}

    @property
    def changed(self) -> int:
        return sum(run.total("changed") for run in self.runs.values())

    @property
    def recap_text(self) -> str:
        return "\n".join(f"{name}: {run.recap_text}" for name, run in self.runs.items())


def wrong(first: Round, second: Round, writes: int) -> list[str]:
    """What the demo promises and did not keep."""
    found = []
    for words, done in (("first", first), ("second", second)):
        found += [
            f"playbook {name} ended with exit code {run.returncode} in the {words} run" for name, run in done.runs.items() if run.returncode
        ]
    if second.changed or writes:
        found.append(f"the second run changed {second.changed} things and sent {writes} writes")
    return found


def main() -> int:
    """The demo; its exit code."""
    lab = Lab(DEMO / "lab")
    shutil.rmtree(DEMO / "work", ignore_errors=True)
    say("Starting two AE4 sites, a notebook host and an AE5 cluster on this machine; the real anaconda-client fills the sites.")
    try:
        world = lab.up(["east", "west"], "demo", aen=["east"], projects=PROJECTS)
        try:
            found = migrate_twice(world, world["ae5"]["url"])
        finally:
            lab.down()
    except LabError as exc:
        print(f"The demo could not run: {exc}", file=sys.stderr)
        return 1
    say("Done" if not found else "The demo failed: " + "; ".join(found))
    print(f"The report is {REPORTS / CLUSTER / 'report.html'}, the plan {REPORTS / CLUSTER / 'plan.yml'}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
