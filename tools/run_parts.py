# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the parts of ``make test``, two at a time, each part's output going to a file.

A part is the name of a make target.  Where one ends the next one begins; every part is run, whatever became of the others.
When a part has ended its result is shown, and its whole output if it failed.  The last line counts the tests of pytest's
own JUnit files.  Ends with 1 if a part failed.

A part that ends with ``SKIPPED`` cannot run on this machine and has said why; where ``CI`` is set that is a failure.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shlex
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

BESIDE = 2
"""Parts that run side by side."""
SKIPPED = 77
PYTEST_SUMMARY = " short test summary info "
TAIL = 3


@dataclasses.dataclass
class Part:
    name: str
    log: Path
    status: int
    seconds: float
    processor_seconds: float

    @property
    def verdict(self) -> str:
        if self.status == SKIPPED and not os.environ.get("CI"):
            return "skipped"
        return "failed" if self.status else "ok"

    def closing_lines(self) -> list[str]:
        """What a person wants to see of a part that went well: pytest's summary, or the last lines."""
        text = self.log.read_text(errors="replace")
        lines = [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("make: ***")]
        for number, line in enumerate(lines):
            if PYTEST_SUMMARY in line:
                return lines[number + 1 :]
        return lines[-1:] if self.name.startswith("test-") else lines[-TAIL:]


class Runner:
    """Runs parts and keeps their results; what it prints of one part stays together."""

    def __init__(self, make: str, log_dir: Path) -> None:
        self.make = shlex.split(make)
        self.log_dir = log_dir
        self.parts: list[Part] = []
        self._printing = threading.Lock()

    def take(self, name: str) -> None:
        """Runs a part and shows what became of it."""
        self.say(f"[{name}] started, output in {self.log_dir / name}.log")
        part = self.run(name)
        self.parts.append(part)
        self.show(part)

    def run(self, name: str) -> Part:
        log = self.log_dir / f"{name}.log"
        # Without the outer make's flags: its job server is not ours to hand on.
        environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        started = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*self.make, name], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
            )
            _pid, ended, used = os.wait4(process.pid, 0)  # with all that it waited for
        process.returncode = os.waitstatus_to_exitcode(ended)
        # make reports its own 2 for whatever a recipe ended with
        status = SKIPPED if process.returncode and f"Error {SKIPPED}" in log.read_text(errors="replace") else process.returncode
        return Part(name, log, status, time.monotonic() - started, used.ru_utime + used.ru_stime)

    def show(self, part: Part) -> None:
        text = [f"[{part.name}] {part.verdict} in {part.seconds:.0f} s"]
        if part.verdict == "ok":
            text += [f"    {line}" for line in part.closing_lines()]
        else:
            text += [f"----- {part.log}", part.log.read_text(errors="replace").rstrip(), f"----- end of {part.log}"]
        self.say("\n".join(text))

    def say(self, text: str) -> None:
        with self._printing:
            print(text, flush=True)


def count_tests(log_dir: Path) -> tuple[int, int, int]:
    """Tests that passed, failed (errors too) and were skipped, over all JUnit files of the folder."""
    passed = failed = skipped = 0
    for path in sorted(log_dir.glob("*.xml")):
        for suite in ElementTree.parse(path).getroot().iter("testsuite"):
            wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            left = int(suite.get("skipped", 0))
            passed += int(suite.get("tests", 0)) - wrong - left
            failed += wrong
            skipped += left
    return passed, failed, skipped


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--make", default="make")
    parser.add_argument("--log-dir", type=Path, required=True)
    parser.add_argument("parts", nargs="+", metavar="PART")
    options = parser.parse_args()
    options.log_dir.mkdir(parents=True, exist_ok=True)
    for old in options.log_dir.glob("*.xml"):
        old.unlink()

    runner = Runner(options.make, options.log_dir)
    with ThreadPoolExecutor(BESIDE) as pool:
        for done in [pool.submit(runner.take, name) for name in options.parts]:
            done.result()

    print("\nSummary")
    for part in sorted(runner.parts, key=lambda item: options.parts.index(item.name)):
        last = (part.closing_lines() or [""])[-1].strip("= ")
        print(f"  {part.name:<13} {part.verdict:<8} {part.seconds:5.0f} s, processor {part.processor_seconds:5.0f} s  {last}")
    bad = [part.name for part in runner.parts if part.verdict == "failed"]
    passed, failed, skipped = count_tests(options.log_dir)
    line = f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
    line += f"; failed parts: {', '.join(bad)}" if bad else ""
    (options.log_dir / "summary.txt").write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
