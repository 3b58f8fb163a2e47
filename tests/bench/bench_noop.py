# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures ``migrate`` where nothing is to do: seconds, CPU seconds and module executions.

    python tests/bench/bench_noop.py [--runs 5] [--sites 2] [--against CHECKOUT]

The sites and the cluster are those of ``make demo``; each further site has one user with one package.  With ``--against``
the runs alternate with those of another checkout (which needs a ``.venv`` of its own or a link to one), so that both are measured
in one sitting.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PREPARE = """
import getpass, sys
from pathlib import Path
import requests
from tests.lab.ae4.host import Ae4Lab
from tests.lab.generate import OwnerSpec, PackageSpec, SiteSpec, conda, fill_store
from tests.lab.inventory import write_inventory
from tests.lab.up import Lab
folder, names = Path(sys.argv[1]), sys.argv[2].split(",")
lab = Lab(folder / "lab")
world = lab.up(names, "demo")
for name in names[2:]:
    package = PackageSpec(f"pkg-{name}", [conda(f"pkg-{name}", "1.0", "0")])
    site = Ae4Lab(folder / "lab" / "sites" / name, name, user=getpass.getuser())
    fill_store(site.store, SiteSpec([OwnerSpec(f"user-{name}", [package])]))
requests.post(world["ae5"]["url"] + "/_lab/seed", json={"users": [f"user-{name}" for name in names[2:]]}, timeout=30).raise_for_status()
write_inventory(folder / "inventory", world, ae5_transport="api")
"""
END = """
import sys
from pathlib import Path
from tests.lab.up import Lab
Lab(Path(sys.argv[1]) / "lab").down()
"""
COUNT = """
import os
from ansible.plugins.action import ActionBase
execute = ActionBase._execute_module
def counting(self, *args, **kwargs):
    with open(os.environ["AE_BENCH_MODULES"], "a") as stream:
        stream.write((kwargs.get("module_name") or self._task.action) + "\\n")
    return execute(self, *args, **kwargs)
ActionBase._execute_module = counting
"""
"""Of a ``sitecustomize``: a line for each module that is executed, whatever host it is on."""


class Checkout:
    """One checkout with its own lab, migrated once."""

    def __init__(self, root: Path, folder: Path, sites: t.Sequence[str]) -> None:
        self.root, self.folder = root, folder
        self.bin = root / ".venv" / "bin"
        self.modules = folder / "modules.log"
        (folder / "count").mkdir(parents=True)
        (folder / "count" / "sitecustomize.py").write_text(COUNT, encoding="utf-8")
        self._python(PREPARE, ",".join(sites))
        self.run()
        self.counted = self.count()

    def _python(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / "python"), "-c", program, str(self.folder), *arguments]
        subprocess.run(command, cwd=self.root, check=True, stdout=subprocess.DEVNULL)

    def count(self) -> int:
        """Module executions of a run of its own: to count them makes each of them slower."""
        self.modules.unlink(missing_ok=True)
        self.run(PYTHONPATH=str(self.folder / "count"), AE_BENCH_MODULES=str(self.modules))
        return len(self.modules.read_text(encoding="utf-8").splitlines())

    def run(self, **more: str) -> dict[str, float]:
        """Runs ``migrate``: seconds, CPU seconds of all processes that it started."""
        home = self.folder / "ansible"
        home.mkdir(exist_ok=True)
        (home / "ansible.cfg").touch()
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(self.root / "collections"),
            "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
            "ANSIBLE_HOME": str(home),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PIPELINING": "true",
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            **more,
        }
        command = ["ansible-playbook", "-i", str(self.folder / "inventory"), str(self.root / "playbooks" / "migrate.yml")]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(done.stdout.decode("utf-8", "replace"))
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"seconds": seconds, "cpu": cpu}

    def end(self) -> None:
        self._python(END)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sites", type=int, default=2)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--dir", type=Path, default=ROOT / ".cache" / "bench-noop")
    options = parser.parse_args()
    sites = ["east", "west", *(f"site{number:02}" for number in range(3, options.sites + 1))][: options.sites]
    roots = {"this": ROOT, **({"other": options.against.resolve()} if options.against else {})}
    subprocess.run(["rm", "-rf", str(options.dir)], check=True)
    checkouts = {name: Checkout(root, options.dir / name, sites) for name, root in roots.items()}
    try:
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in checkouts}
        for _number in range(options.runs):
            for name, checkout in checkouts.items():
                runs[name].append(checkout.run())
    finally:
        for checkout in checkouts.values():
            checkout.end()
    medians = {
        name: {**{key: round(statistics.median(run[key] for run in mine), 2) for key in mine[0]}, "modules": checkouts[name].counted}
        for name, mine in runs.items()
    }
    print(json.dumps({"sites": len(sites), "runs": options.runs, **medians}, indent=2))


if __name__ == "__main__":
    main()
