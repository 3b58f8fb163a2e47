# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a site, done to a site of the lab and undone again; and what a run said about it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
import sys
import typing as t
from pathlib import Path

from ruamel.yaml import YAML

from tests.e2e.world import Site
from tests.lab.ae4.tools.dump_format import DUMP
from tests.lab.playbook import Run

ADMIN = "anaconda-server-admin"

NOT_EXPORTED = "Site {site} was not exported in this run; it is planned from its last good inventory, without newer packages."

TAMPERING = """#!{python}
import json, pathlib, subprocess, sys
ended = subprocess.run([{command!r}, *sys.argv[1:]])
for pattern, text in json.loads({changes!r}).items():
    for path in pathlib.Path({dump!r}).glob(pattern):
        path.write_text(text, encoding="utf-8")
sys.exit(ended.returncode)
"""


def take_command_away(site: Site) -> None:
    """The site has no ``anaconda-server-admin``."""
    _real_command(site).parent.mkdir(exist_ok=True)
    (site.lab.bin_dir / ADMIN).rename(_real_command(site))


def give_command_back(site: Site) -> None:
    """Undoes ``take_command_away`` and ``tamper_with_exports``."""
    _real_command(site).replace(site.lab.bin_dir / ADMIN)


def tamper_with_exports(site: Site, changes: t.Mapping[str, str]) -> None:
    """From now on every export ends with files (patterns below the dump) that hold another text."""
    take_command_away(site)
    command = site.lab.bin_dir / ADMIN
    real = str(_real_command(site))
    text = TAMPERING.format(python=sys.executable, command=real, changes=json.dumps(dict(changes)), dump=DUMP)
    command.write_text(text, encoding="utf-8")
    command.chmod(0o755)


def _real_command(site: Site) -> Path:
    """Beside ``bin``: the lab's command finds its prefix as the folder above the one it lies in."""
    return site.lab.prefix / "libexec" / ADMIN


@contextlib.contextmanager
def closed_port() -> t.Iterator[int]:
    """A port of this machine that refuses connections and that nobody else gets meanwhile."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def unreachable(port: int) -> dict[str, t.Any]:
    """Host variables of a host that does not answer."""
    options = "-o ConnectTimeout=5"
    return {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": port, "ansible_ssh_common_args": options}


def digests(folder: Path) -> dict[str, str]:
    """Each file below a folder with its sha256."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def damage(path: Path) -> bytes:
    """Changes one bit of a file; its bytes then."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    return bytes(content)


def dump_of(site: Site) -> Path:
    """The last good dump."""
    return site.lab.export_dir / "dump"


def left_overs(site: Site) -> list[str]:
    """What lies in the export folder beside the dump and the lock."""
    return sorted(name for name in os.listdir(site.lab.export_dir) if name not in ("dump", ".lock"))


def failures(run: Run, host: str) -> list[dict[str, t.Any]]:
    """The results of the host's tasks that failed, in their order, rescued ones too, as the run printed them."""
    printed = re.findall(rf"^(?:fatal|failed): \[{re.escape(host)}\].*=>[ ]*\n((?:[ ]+.*\n)+)", run.output, re.MULTILINE)
    yaml = YAML(typ="safe")
    return [yaml.load(text) for text in printed]


def printed(run: Run) -> str:
    """The output with every run of blanks as one: Ansible breaks long lines."""
    return " ".join(run.output.split())


def said(run: Run, host: str) -> list[str]:
    """The sentences that the host's failed tasks ended with."""
    return [result["msg"] for result in failures(run, host)]


COLUMNS = 79
"""Where ansible-core breaks a warning that does not go to a terminal."""


def _was_broken(line: str, following: str) -> bool:
    """Whether the first word of the following line had no place on this one."""
    return len(line) <= COLUMNS < len(f"{line} {following.split(maxsplit=1)[0]}")


def warnings(run: Run) -> list[str]:
    """The sentences that the run warned of, in their order; ansible-core before 2.19 breaks their lines."""
    found: list[str] = []
    last = ""
    for line in run.output.splitlines():
        begins = re.match(r"\s*\[WARNING\]: (.*)", line)
        if begins:
            found.append(begins[1])
            last = line
        elif last and line.strip() and _was_broken(last, line):
            found[-1] += line if found[-1].endswith("-") else f" {line}"
            last = line
        else:
            last = ""
    return found
