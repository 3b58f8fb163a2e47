# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's ``anaconda-enterprise-cli`` behind a script that writes down what everybody on the host could see of each call."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

SCRIPT = """#!{python} -SE
import json, os, sys
def seen(pid):
    with open(f"/proc/{{pid}}/cmdline", "rb") as stream:
        argv = stream.read().decode("utf-8", "replace").split("\\0")[:-1]
    with open(f"/proc/{{pid}}/stat", encoding="utf-8", errors="replace") as stream:
        return argv, int(stream.read().rpartition(")")[2].split()[1])
parent, lines = os.getpid(), []
while parent > 1 and parent != {top}:
    line, parent = seen(parent)
    lines.append(line)
record = {{"argv": sys.argv[1:], "lines": lines, "environment": dict(os.environ)}}
fd = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.write(fd, json.dumps(record).encode() + b"\\n")
os.close(fd)
os.execv({real!r}, [{real!r}, *sys.argv[1:]])
"""


class Call(t.NamedTuple):
    """One call: its arguments, the command lines of its process and of those above it up to ansible-playbook, its environment."""

    argv: list[str]
    lines: list[list[str]]
    environment: dict[str, str]


class WatchedCli:
    """``path`` is to be called instead of ``real``.  ``top`` is the process at which to stop looking."""

    def __init__(self, folder: Path, real: Path, top: int) -> None:
        folder.mkdir(parents=True)
        self.path = folder / real.name
        self.log = folder / "calls.jsonl"
        self.path.write_text(SCRIPT.format(python=sys.executable, log=str(self.log), real=str(real), top=top), encoding="utf-8")
        self.path.chmod(0o755)

    def calls(self) -> list[Call]:
        return [Call(**json.loads(line)) for line in self.log.read_text(encoding="utf-8").splitlines()]
