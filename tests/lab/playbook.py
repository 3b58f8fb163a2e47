# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a playbook of the collection with the real ansible-playbook, and reads its recap."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTUP = Path(__file__).parent / "startup"
"""Of a ``sitecustomize``: what the tests change of Ansible from outside, each where a variable asks for it."""
RECAP_LINE = re.compile(r"^(?P<host>\S+)\s+:\s+(?P<counts>(?:\w+=\d+\s*)+)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Run:
    """A playbook run: exit code, what it printed, and the counts of its recap by host."""

    returncode: int
    output: str
    recap: dict[str, dict[str, int]]

    @property
    def recap_text(self) -> str:
        """The recap as Ansible printed it."""
        return self.output[self.output.rfind("PLAY RECAP") :].strip()

    def total(self, count: str) -> int:
        """One count of the recap over all hosts: changed, failed, ..."""
        return sum(counts.get(count, 0) for counts in self.recap.values())


def environment(home: Path) -> dict[str, str]:
    """Environment for Ansible that leaves the user's own configuration alone; ``home`` is a folder for its files."""
    home.mkdir(parents=True, exist_ok=True)
    # Ansible looks 1,000 times a second whether a task has ended; the tests run side by side and have other work for the processor.
    (home / "ansible.cfg").write_text("[defaults]\ninternal_poll_interval = 0.005\n", encoding="utf-8")
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "PYTHONPATH": os.pathsep.join([str(STARTUP), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def run_playbook(
    name: str,
    inventory: Path,
    *arguments: str,
    show: bool = False,
    timeout: float = 600,
    more_environment: t.Mapping[str, str] | None = None,
) -> Run:
    """Runs ``playbooks/NAME.yml``; with ``show`` its output appears while it runs."""
    command = ["ansible-playbook", "-i", str(inventory), str(ROOT / "playbooks" / f"{name}.yml"), *arguments]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**environment(inventory.parent / "ansible"), **(more_environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        lines = []
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if show:
                print(line, end="", flush=True)
        process.wait(timeout)
    output = "".join(lines)
    recap = {
        match["host"]: {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", match["counts"])}
        for match in RECAP_LINE.finditer(output[output.rfind("PLAY RECAP") :])
    }
    return Run(process.returncode, output, recap)
