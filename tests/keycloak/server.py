# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Keycloak as a process on loopback, with realm AnacondaPlatform and nothing kept on disk."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import typing as t
from pathlib import Path

import requests

from tests.keycloak.realm import write_import
from tests.lab.ae5.identity import MASTER_PASSWORD, MASTER_USER, REALM

HOST = "127.0.0.1"
READY_WITHIN = 300.0
"""Seconds.  Usually it is a sixth of this; a machine that is busy with other tests takes longer."""
JVM = "-Xms64m -Xmx512m -XX:MaxMetaspaceSize=256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8"
OPTIONS = ("start", "--optimized", "--http-enabled=true", "--hostname-strict=false", "--hostname-strict-https=false")


class RealKeycloak:
    """``home`` is what ``tools/keycloak_dist.py`` made; the log and the realm's files go to ``folder``."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder = home, folder
        self.log = folder / "keycloak.log"
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RealKeycloak:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listens, with all people, when it returns.  Raises ``RuntimeError`` with the end of its log."""
        write_import(self.folder / "import")
        port = _free_port()
        self.url = f"http://{HOST}:{port}"
        imported = {"action": "import", "provider": "dir", "dir": str(self.folder / "import"), "strategy": "IGNORE_EXISTING"}
        environment = {
            **os.environ,
            "JAVA_OPTS": JVM,
            "JAVA_OPTS_APPEND": " ".join(f"-Dkeycloak.migration.{key}={value}" for key, value in imported.items()),
            "KEYCLOAK_ADMIN": MASTER_USER,
            "KEYCLOAK_ADMIN_PASSWORD": MASTER_PASSWORD,
        }
        # The script ends in exec, so this is the process of Java itself; it ends with us even if we are killed.
        leash = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        command = [*leash, str(self.home / "bin" / "kc.sh"), *OPTIONS, f"--http-host={HOST}", f"--http-port={port}"]
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _wait(self) -> None:
        assert self._process is not None
        end = time.monotonic() + READY_WITHIN
        # Its administrator is made last, so a login of that account means that all the rest is there.
        while not self._admin_can_log_in():
            status = self._process.poll()
            if status is not None or time.monotonic() > end:
                what = f"ended with {status}" if status is not None else f"was not ready within {READY_WITHIN:.0f} s"
                raise RuntimeError(f"Keycloak {what}: {self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.3)

    def _admin_can_log_in(self) -> bool:
        form = {"grant_type": "password", "client_id": "admin-cli", "username": MASTER_USER, "password": MASTER_PASSWORD}
        try:
            token = requests.post(f"{self.url}/auth/realms/master/protocol/openid-connect/token", data=form, timeout=30)
            return token.ok and requests.get(f"{self.url}/auth/realms/{REALM}", timeout=30).ok
        except requests.RequestException:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return t.cast(int, probe.getsockname()[1])
