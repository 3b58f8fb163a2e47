# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the way of notebook projects: seconds, bytes a second and peak memory of each module, twice.

    python tests/bench/bench_notebooks.py [--projects 500] [--size 5000000]

The content is not to be compressed.  Each module runs in a process of its own; the emulated cluster runs in this one.  To
compare with, the same bytes are written to a file once as they are, and once through gzip as the archives are.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
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

from tests.lab.ae5.server import Ae5Lab  # noqa: E402 - needs the path above
from tests.lab.aen.host import AenLab  # noqa: E402
from tests.unit.module_runner import run_module  # noqa: E402

OWNER = "bulk"
CHUNK = 1 << 20


def measure(name: str, args: dict[str, t.Any]) -> None:
    """Runs one module in this process."""
    started = time.monotonic()
    result = run_module(name, args)
    seconds = time.monotonic() - started
    if result["failed"]:
        raise SystemExit(result["msg"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {key: value for key, value in result["summary"].items() if isinstance(value, int) and value}
    print(f"{name}: {seconds:.1f} s, peak {peak:.0f} MiB, changed {result['changed']}, {json.dumps(counts)}", flush=True)


def reference(files: list[Path], dest: Path) -> None:
    """How fast this machine writes the same bytes, as they are and compressed by one thread."""
    total = sum(path.stat().st_size for path in files)
    for words, opener in (("as they are", open), ("through gzip", gzip.open)):
        started = time.monotonic()
        with t.cast(t.Any, opener)(dest, "wb") as stream:
            for path in files:
                with path.open("rb") as source:
                    while block := source.read(CHUNK):
                        stream.write(block)
            stream.flush()
        with dest.open("rb") as written:
            os.fsync(written.fileno())
        seconds = time.monotonic() - started
        print(f"the same {total / 1e6:.0f} MB written {words}: {seconds:.1f} s, {total / 1e6 / seconds:.0f} MB/s", flush=True)
        dest.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, default=500)
    parser.add_argument("--size", type=int, default=5_000_000)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure[0], json.loads(options.measure[1]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        bench(Path(scratch), options.projects, options.size)


def bench(root: Path, projects: int, size: int) -> None:
    host = AenLab(root / "host")
    made = host.make_many(projects, size, OWNER)
    reference([path for folder in made for path in sorted(folder.rglob("*")) if path.is_file()], root / "reference")
    cluster = Ae5Lab(root / "ae5")
    cluster.start()
    try:
        cluster.seed(users=[{"username": OWNER, "password": OWNER, "roles": ["ae-creator"]}], groups={})
        lists = {name: str(root / "notebooks" / f"{name}.jsonl") for name in ("projects", "sources", "findings")}
        dump = str(root / "notebooks" / "dump")
        login = {"logins": [{"username": OWNER, "password": OWNER}]}
        calls: list[tuple[str, dict[str, t.Any]]] = [
            ("notebook_project_info", {"root": str(host.projects_dir), "dest": str(root / "notebooks")}),
            ("notebook_audit", lists),
            ("notebook_project_convert", {"projects": lists["projects"], "dest": dump}),
            ("project_upload", {"url": cluster.url, "conversions": f"{dump}/conversions.jsonl", "projects": lists["projects"], **login}),
        ]
        for run in ("first run", "second run"):
            print(f"-- {run}", flush=True)
            for name, args in calls:
                subprocess.run([sys.executable, __file__, "--measure", name, json.dumps(args)], check=True)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
