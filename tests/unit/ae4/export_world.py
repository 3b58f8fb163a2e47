# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of AE4 with a stand-in for the vendor's command."""

from __future__ import annotations

import getpass
import shutil
import stat
import typing as t
from pathlib import Path

from tests.unit.ae4.ae4_samples import Account, write_dump
from tests.unit.module_runner import run_module


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


class Host:
    """A service user's home with a command that copies the folder ``world`` to ``./site-dump``."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.bin = self.home / "repo" / "bin"
        self.bin.mkdir(parents=True)
        self.world = root / "world"
        self.export_dir = root / "export"
        self.dump = self.export_dir / "dump"
        self.storage = root / "storage"
        self.storage.mkdir()
        self.admin(f'cp -rp "{self.world}" site-dump')
        self.script("anaconda-server-config", f'echo "{self.storage}"')

    def script(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def admin(self, body: str) -> None:
        self.script("anaconda-server-admin", f'test "$*" = export-site || exit 64\n{body}')

    def fill(self, accounts: list[Account]) -> None:
        shutil.rmtree(self.world, ignore_errors=True)
        write_dump(self.world, accounts)

    def run(self, check: bool = False, diff: bool = False, **more: t.Any) -> dict[str, t.Any]:
        return run_module("site_export", {"export_dir": str(self.export_dir), "user": getpass.getuser(), **more}, check=check, diff=diff)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.export_dir.iterdir())
