# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated AE4 repository host: its files, its commands and its web service.

Facts: the service user, the prefix ``~/repo``, that only ``~/.bashrc`` puts its ``bin`` on PATH, the names of commands and
config keys.  The host's root is a folder of the test instead of ``/``, so several hosts fit on one machine.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sys
import threading
from pathlib import Path

from cheroot import wsgi

from .api import create_app
from .store import Record, Store
from .tools import commands, export_site

SCRIPT = """#!{python}
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, {library!r})
from ae4tools.commands import main
sys.exit(main(__file__, sys.argv[1:]))
"""

DEFAULT_SWITCHES: Record = {**export_site.DEFAULTS, "read_only": False, "store_sha256": True}


def current_user() -> str:
    """Name of the user that runs this."""
    return pwd.getpwuid(os.geteuid()).pw_name


class Ae4Lab:
    """One AE4 host below ``root``.

    ``user`` is the service user that export-site insists on (default: the current one), ``owners_group`` how the site
    spells the automatic group of organizations, ``python`` the interpreter of the commands (default: this one; a service
    user that may not enter its folder needs another),
    ``exports`` the folder of the dumps, which sites may share.  All other keywords are switches, see ``DEFAULT_SWITCHES``; they live in
    ``root/switches.json``, where the commands read them at run time.
    """

    def __init__(
        self,
        root: Path,
        name: str = "ae4",
        user: str | None = None,
        owners_group: str = "owners",
        python: str | None = None,
        exports: Path | None = None,
        **switches: object,
    ) -> None:
        self.root, self.name, self.user = Path(root).resolve(), name, user or current_user()
        self.python = python or sys.executable
        self.home = self.root / "home"
        self.prefix = self.home / "repo"
        self.bin_dir = self.prefix / "bin"
        self.storage = self.root / "storage"
        self.export_dir = (exports or self.home / "export") / name
        self.switches_file = self.root / "switches.json"
        self.store = Store(self.root, owners_group)
        self._server: wsgi.Server | None = None
        self._thread: threading.Thread | None = None
        self._lay_out()
        self.set(**switches)

    # -- the host's files

    def _lay_out(self) -> None:
        library = self.prefix / "lib"
        config = self.prefix / commands.CONFIG
        for folder in (self.bin_dir, library, config.parent, self.export_dir):
            folder.mkdir(parents=True, exist_ok=True)
        source = Path(__file__).parent / "tools"
        shutil.copytree(source, library / "ae4tools", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        for script in commands.COMMANDS:
            path = self.bin_dir / script
            path.write_text(SCRIPT.format(python=self.python, library=str(library)), encoding="utf-8")
            path.chmod(0o755)
        (self.home / ".bashrc").write_text(f'export PATH="{self.bin_dir}:$PATH"\n', encoding="utf-8")
        values = {"fs_storage_root": str(self.storage), "port": 8080, "lab": {"root": str(self.root), "user": self.user, "name": self.name}}
        config.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
        if self.user != current_user():
            self._give_to_user()

    def _give_to_user(self) -> None:
        """Lets the service user own its home, where there is such a user and we may."""
        try:
            account = pwd.getpwnam(self.user)
        except KeyError:
            return
        if os.geteuid() != 0:
            return
        for folder, _folders, files in os.walk(self.home):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                os.lchown(path, account.pw_uid, account.pw_gid)

    # -- switches

    def switches(self) -> Record:
        """The switches of this moment, with defaults filled in."""
        try:
            return {**DEFAULT_SWITCHES, **json.loads(self.switches_file.read_text(encoding="utf-8"))}
        except FileNotFoundError:
            return dict(DEFAULT_SWITCHES)

    def set(self, **switches: object) -> None:
        """Changes switches.  Raises ValueError for an unknown one."""
        unknown = sorted(set(switches) - set(DEFAULT_SWITCHES))
        if unknown:
            raise ValueError(f"the AE4 lab has no switch {', '.join(unknown)}")
        scratch = self.switches_file.with_suffix(".new")
        scratch.write_text(json.dumps({**self.switches(), **switches}, indent=2) + "\n", encoding="utf-8")
        scratch.replace(self.switches_file)

    # -- the web service

    def start(self, port: int = 0) -> None:
        """Serves the binstar API on 127.0.0.1 in threads of this process.  Returns when it accepts connections."""
        self._server = wsgi.Server(("127.0.0.1", port), create_app(self.store, self.switches), numthreads=8, shutdown_timeout=2)
        self._server.max_request_body_size = 0
        self._server.expiration_interval = 0.02  # also how long stopping takes
        self._server.prepare()
        self._thread = threading.Thread(target=self._server.serve, name=f"ae4-{self.name}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Base URL of the API (also served below ``/api``)."""
        if self._server is None:
            raise RuntimeError(f"the AE4 lab {self.name} is not started")
        return f"http://127.0.0.1:{self._server.bind_addr[1]}"

    def stop(self) -> None:
        """Stops the web service; the host's files and commands stay."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def describe(self) -> Record:
        """What a caller needs to know of the host: the site's entry of lab.json."""
        return {
            "home": str(self.home),
            "bin_dir": str(self.bin_dir),
            "user": self.user,
            "export_dir": str(self.export_dir),
            "storage": str(self.storage),
            "root": str(self.root),
        }
