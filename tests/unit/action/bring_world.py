# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin bring with a host that is a folder of this machine."""

from __future__ import annotations

import os
import subprocess
import types
import typing as t
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.action import bring


class Connection:
    """Carries files as the login user, who may not be the one that the task runs as."""

    transport = "ssh"
    become = None

    def __init__(self) -> None:
        self.carried: list[str] = []

    def put_file(self, src: str, dest: str) -> None:
        self.carried.append(dest)
        Path(dest).write_bytes(Path(src).read_bytes())

    def fetch_file(self, src: str, dest: str) -> None:
        self.carried.append(src)
        Path(dest).write_bytes(Path(src).read_bytes())


class Bring(bring.ActionModule):
    """The plugin with a host that has ``home``; a greeting is printed around everything."""

    def __init__(self, way: str, home: Path) -> None:
        self.way, self.home = way, home
        self.scripts: list[str] = []
        self.user: int | None = None
        """Whom the scripts run as, if root starts the tests."""
        self.tamper: t.Callable[[str], str] = str
        self._connection = t.cast(t.Any, Connection())
        if way == "here":
            self._connection.transport = "local"
        self._loader = t.cast(t.Any, types.SimpleNamespace(get_basedir=lambda: str(home)))

    def _becoming(self) -> bool:
        return self.way == "become"

    def _low_level_execute_command(self, cmd: str, sudoable: bool = True, **_more: t.Any) -> t.Any:
        assert max(map(len, cmd.split("\0"))) < 100_000
        assert not (sudoable and self.way == "login")
        self.scripts.append(cmd)
        env = {"HOME": str(self.home), "PATH": os.environ["PATH"]}
        done = subprocess.run(
            ["/bin/sh", "-c", f"printf 'Authorized use only.'\n{cmd}"], check=False, env=env, capture_output=True, user=self.user
        )
        return {
            "rc": done.returncode,
            "stdout": self.tamper(done.stdout.decode("utf-8", "surrogateescape")),
            "stderr": done.stderr.decode(),
        }

    def __call__(self, dry: bool = False, **args: t.Any) -> dict[str, t.Any]:
        self._task = t.cast(t.Any, types.SimpleNamespace(args=args))
        return self._bring(self._arguments(), self._host_files("east"), dry)
