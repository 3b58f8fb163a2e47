# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``anaconda-server-admin export-site`` of the emulated host.

Documented: the command's name and the tree it draws.  Invented, hence switches (``switches.json``): the target
``./site-dump``, what happens when that exists, the form of the files, and all ways to fail.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import typing as t
from pathlib import Path

from . import dump_format, site_reader

DEFAULTS: t.Dict[str, t.Any] = {
    "meta_dialect": "api",
    "file_layout": "flat",
    "existing_dump": "refuse",
    "export_fault": None,
    "sha256_in_meta": False,
    "links": "copy",
}


class ExportError(Exception):
    """Ends the command with exit status 1; the text goes to stderr."""


class Exporter:
    """One run of export-site into ``target``."""

    def __init__(self, database: Path, storage: Path, target: Path, switches: t.Dict[str, t.Any]) -> None:
        self.database, self.storage, self.target = database, storage, target
        self.switches = {**DEFAULTS, **switches}
        self.fault = self.switches["export_fault"] or ""
        self.left = -1
        """Files still to be written before the fault strikes; -1 is never."""

    def run(self, say: t.Callable[[str], None]) -> None:
        """Writes the dump.  Raises ExportError; a switch may kill the process half way."""
        if self.fault == "mongo_down":
            raise ExportError("pymongo.errors.ConnectionFailure: [Errno 111] Connection refused")
        try:
            connection = site_reader.connect(str(self.database))
        except sqlite3.Error as error:
            raise ExportError(f"cannot open the database {self.database}: {error}") from error
        try:
            self._prepare()
            if self.fault in ("disk_full", "crash"):
                self.left = connection.execute("SELECT count(*) FROM files WHERE committed = 1").fetchone()[0] // 2
            for owner in site_reader.owners(connection):
                say(f"Exporting {owner['login']}")
                self._owner(owner, site_reader.packages(connection, owner["login"]))
            if self.left >= 0:
                self._strike(self.target / "incomplete", b"")
        except OSError as error:
            raise ExportError(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()

    def _prepare(self) -> None:
        if os.path.lexists(self.target):
            if self.switches["existing_dump"] != "overwrite":
                raise ExportError(f"{self.target} exists already")
            shutil.rmtree(self.target)
        self.target.mkdir()

    def _owner(self, owner: t.Dict[str, t.Any], packages: t.List[t.Dict[str, t.Any]]) -> None:
        folder = self.target / owner["login"]
        folder.mkdir()
        for package in packages:
            self._package(folder / dump_format.package_folder(package), package)
        if self.fault != f"skip_owner_meta:{owner['login']}":
            meta = dump_format.owner_meta(owner, self.switches["meta_dialect"])
            (folder / dump_format.META).write_bytes(dump_format.to_bytes(meta))

    def _package(self, folder: Path, package: t.Dict[str, t.Any]) -> None:
        folder.mkdir()
        taken: t.Set[str] = set()
        for file in package["files"]:
            relative = dump_format.file_path(file, self.switches["file_layout"], taken)
            taken.add(relative)
            source, target = self.storage / file["fs_id"][:2] / file["fs_id"], folder / relative
            target.parent.mkdir(exist_ok=True)
            if self.left == 0:
                self._strike(target, source.read_bytes()[: file["size"] // 2])
            self.left -= self.left > 0
            if self.switches["links"] == "hardlink":
                os.link(source, target)
            else:
                shutil.copyfile(source, target)
        meta = dump_format.package_meta(package, self.switches["meta_dialect"], self.switches["sha256_in_meta"])
        (folder / dump_format.META).write_bytes(dump_format.to_bytes(meta))

    def _strike(self, target: Path, half: bytes) -> None:
        target.write_bytes(half)
        if self.fault == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        raise ExportError(f"OSError: [Errno 28] No space left on device: '{target}'")
