# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts and ends the lab's servers as background processes, each in a session of its own.

``DIR`` afterwards holds ``lab.json`` (what callers read), ``log/``, ``ae5/``, ``sites/NAME/``, ``client/`` and ``run/``
(port files and the list of processes).  A process is known by its pid and its start time, so that a pid that was used
again is never taken for ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import requests

from .ae4.host import current_user
from .aen.host import PEOPLE, UNKNOWN_TO_AE5, AenLab
from .seed import MIGRATOR, seed_project_owners, seed_world

Record = dict[str, t.Any]
REPOSITORY = Path(__file__).resolve().parents[2]
MARKER = ".ae-lab"
START_SECONDS = 60
STOP_SECONDS = 20
OURS = ("ae5", "sites", "aen", "client", "run", "log")


class LabError(Exception):
    """The lab could not do what was asked; the text says what and why."""


def started_at(pid: int) -> str | None:
    """Start time of a living process (clock ticks since boot), None if there is none or it is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def _runs(item: Record) -> bool:
    started = started_at(item["pid"])
    return started is not None and started == item["started"]


class Lab:
    """The lab in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.file = self.folder / "lab.json"
        self.processes_file = self.folder / "run" / "processes.json"

    # -- what there is

    def processes(self) -> dict[str, Record]:
        """``{name: {"pid", "started"}}`` of what was started last."""
        try:
            return t.cast("dict[str, Record]", json.loads(self.processes_file.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return {}

    def alive(self) -> list[str]:
        """Names of the processes that still run."""
        return [name for name, item in self.processes().items() if _runs(item)]

    def read(self) -> Record:
        """lab.json.  Raises LabError if there is none."""
        try:
            return t.cast(Record, json.loads(self.file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise LabError(f"no lab is up in {self.folder}") from None

    # -- up

    def up(
        self, sites: t.Sequence[str], seed: str, ae4_user: str | None = None, aen: t.Sequence[str] = (), projects: t.Sequence[str] = ()
    ) -> Record:
        """Starts all servers in a fresh world, seeds it and writes lab.json.  What was started is ended if a part fails.

        ``aen`` are sites that have a notebook server as well: host ``SITE-notebooks``, which is nothing but a folder.  It gets
        all projects there are, or those of ``projects``.
        """
        self._clear()
        for name in OURS:
            (self.folder / name).mkdir(parents=True)
        try:
            with contextlib.ExitStack() as undo:
                undo.callback(self.end)
                lab = self._start(sites, seed, ae4_user, aen, projects)
                undo.pop_all()
        except requests.RequestException as error:
            raise LabError(f"a server of the lab does not answer: {error}; see {self.folder / 'log'}") from error
        return lab

    def _clear(self) -> None:
        """Takes away the data of an earlier lab, and only that."""
        there = [name for name in OURS if (self.folder / name).exists()]
        if there and not (self.folder / MARKER).exists():
            raise LabError(f"{self.folder} holds {', '.join(there)} but is no folder of the lab; choose another --dir")
        self.end()
        for name in there:
            shutil.rmtree(self.folder / name)
        self.file.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARKER).touch()

    def _start(self, sites: t.Sequence[str], seed: str, ae4_user: str | None, aen: t.Sequence[str], projects: t.Sequence[str]) -> Record:
        ae5_root = self.folder / "ae5"
        secret = secrets.token_hex(16)
        self._spawn("ae5", "tests.lab.ae5", "--root", str(ae5_root), "--set", f"client_secret={secret}")
        for site in sites:
            self._spawn(
                site, "tests.lab.ae4", "--root", str(self.folder / "sites" / site), "--name", site, "--user", ae4_user or current_user()
            )
        urls = {name: f"http://127.0.0.1:{self._port(name)}" for name in ("ae5", *sites)}
        master = ("lab-master", secrets.token_hex(10))
        users = seed_world(seed, {site: urls[site] for site in sites}, urls["ae5"], self.folder / "client", master)
        if aen:
            users |= seed_project_owners(urls["ae5"], [name for name in PEOPLE if name not in UNKNOWN_TO_AE5], users)
        pids = {name: item["pid"] for name, item in self.processes().items()}
        lab: Record = {
            "ae5": {
                "url": urls["ae5"],
                "cli": str(ae5_root / "bin" / "anaconda-enterprise-cli"),
                "username": MIGRATOR,
                "password": users[MIGRATOR]["password"],
                "client_id": "anaconda-platform",
                "client_secret": secret,
                "keycloak_username": master[0],
                "keycloak_password": master[1],
                "root": str(ae5_root),
                "pid": pids["ae5"],
            },
            "sites": {site: {"url": urls[site], **self._site(site, ae4_user), "pid": pids[site]} for site in sites},
            "aen": {f"{site}-notebooks": self._notebooks(site, urls[site], projects) for site in aen},
            "users": users,
        }
        draft = self.file.with_suffix(".new")
        draft.touch(0o600)
        draft.write_text(json.dumps(lab, indent=2) + "\n", encoding="utf-8")
        draft.replace(self.file)
        return lab

    def _site(self, site: str, user: str | None) -> Record:
        root = self.folder / "sites" / site
        home = root / "home"
        return {
            "home": str(home),
            "bin_dir": str(home / "repo" / "bin"),
            "user": user or current_user(),
            "export_dir": str(home / "export" / site),
            "storage": str(root / "storage"),
            "root": str(root),
        }

    def _notebooks(self, site: str, repository: str, projects: t.Sequence[str]) -> Record:
        """Writes the projects of a notebook server, and describes it."""
        host = AenLab(self.folder / "aen" / f"{site}-notebooks", repository=repository)
        for name in projects or [spec.key for spec in host.specs]:
            host.make(name)
        return {"ae4_site": site, **host.describe()}

    def _spawn(self, name: str, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", module, *arguments, "--port", "0", "--port-file", str(self._port_file(name))]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
        with (self.folder / "log" / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module
                command, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        known = {**self.processes(), name: {"pid": process.pid, "started": started_at(process.pid)}}
        self.processes_file.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")

    def _port_file(self, name: str) -> Path:
        return self.folder / "run" / f"{name}.port"

    def _port(self, name: str) -> int:
        """The port of a server, once it listens.  Raises LabError if it ends or takes too long."""
        item = self.processes()[name]
        deadline = time.monotonic() + START_SECONDS
        while not self._port_file(name).exists():
            if not _runs(item) or time.monotonic() > deadline:
                raise LabError(f"the server {name} did not start; see {self.folder / 'log' / f'{name}.log'}")
            time.sleep(0.05)
        return int(self._port_file(name).read_text(encoding="utf-8"))

    # -- down

    def end(self) -> list[str]:
        """Ends the processes of this lab that still run, waits for them and returns their names."""
        known, names = self.processes(), self.alive()
        handles = {}
        for name in names:
            with contextlib.suppress(ProcessLookupError):
                handles[name] = os.pidfd_open(known[name]["pid"])
        for number in (signal.SIGTERM, signal.SIGKILL):
            for handle in handles.values():
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, number)
            deadline = time.monotonic() + STOP_SECONDS
            for handle in handles.values():
                select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        for handle in handles.values():
            os.close(handle)
        self.processes_file.unlink(missing_ok=True)
        return names

    def down(self) -> list[str]:
        """Ends the lab; data and logs stay until the next ``up``."""
        names = self.end()
        self.file.unlink(missing_ok=True)
        return names
