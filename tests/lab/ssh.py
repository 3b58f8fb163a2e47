# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts behind a real sshd on loopback.

On an old host whoever logs in finds an old Python wherever this machine has its own: the sshd lives in a mount namespace of
its own, in which a script that starts the old interpreter lies over every other one.  Needs root, an OpenSSH server and for
an old host an old Python of pyenv; ``why_not`` says what is missing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import importlib.util
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import sys
import tarfile
import typing as t
from pathlib import Path

SSHD = "/usr/sbin/sshd"
OLD_VERSIONS = ("3.6", "2.7")
"""Of Python, each of which the tests try where pyenv has it."""
MASKED = ("/usr/bin/python[0-9]*", "/usr/local/bin/python[0-9]*", "/opt/*/bin/python[0-9]*")
COMMENT = "tests of ae_ops.migration"
LEFT_OUT = ("test", "tests", "site-packages", "dist-packages", "idlelib", "tkinter", "ensurepip", "lib2to3", "config-*", "__pycache__")
YAML = ("ruamel.yaml",)
REQUESTS = ("requests", "urllib3", "idna", "certifi", "charset_normalizer")

CONFIG = """Port {port}
ListenAddress 127.0.0.1
HostKey {root}/host_key
PidFile {root}/sshd.pid
LogLevel VERBOSE
AllowUsers {user} root
PermitRootLogin yes
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile {root}/client_key.pub
StrictModes no
UsePAM no
MaxStartups 100:30:200
MaxSessions 100
PrintMotd no
Subsystem sftp internal-sftp
"""


def old_prefix(version: str) -> Path | None:
    """Folder of an old Python that pyenv has on this machine."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    return next((path for path in sorted(versions.glob(f"{version}.*")) if (path / "bin").is_dir()), None)


def why_not(old: str | None = None) -> str | None:
    """Why there can be no such host on this machine, with an old Python of that version if one is named."""
    if os.geteuid() != 0:
        return "a host over ssh needs an sshd and a user of its own, and this does not run as root"
    for command in (SSHD, "unshare", "useradd", "ssh-keygen", "ssh"):
        if shutil.which(command) is None:
            return f"this machine has no {command}"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        return "this machine gives root no mount namespace"
    if old is not None and old_prefix(old) is None:
        return f"pyenv has no Python {old} on this machine"
    return None


def copy_python(prefix: Path, dest: Path, libraries: t.Sequence[str] = ()) -> Path:
    """A Python that runs wherever the folder is put: a trimmed copy of ``prefix``; its ``bin/python3``.

    ``libraries`` are taken from the interpreter that runs this.
    """
    home = next(path for path in sorted((prefix / "lib").glob("python[0-9].*")) if (path / "os.py").is_file())
    (dest / "bin").mkdir(parents=True)
    shutil.copy2(prefix / "bin" / home.name, dest / "bin" / home.name)
    shutil.copytree(home, dest / "lib" / home.name, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    for library in (prefix / "lib").glob("libpython*.so*"):
        shutil.copy2(library, dest / "lib" / library.name, follow_symlinks=False)
    site = dest / "lib" / home.name / "site-packages"
    site.mkdir()
    for name in libraries:
        spec = importlib.util.find_spec(name)
        assert spec is not None, f"{name} is not installed here"
        assert spec.submodule_search_locations, f"{name} is no package"
        shutil.copytree(spec.submodule_search_locations[0], site / name.replace(".", "/"), ignore=shutil.ignore_patterns("__pycache__"))
    starter = dest / "bin" / "python3"
    starter.write_text(
        "#!/bin/sh\n"
        'here=$(dirname "$(readlink -f "$0")")\n'
        f'LD_LIBRARY_PATH=$here/../lib PYTHONDONTWRITEBYTECODE=1 exec "$here/{home.name}" "$@"\n',
        encoding="ascii",
    )
    starter.chmod(0o755)
    return starter


def python_tarball(folder: Path, archive: Path) -> Path:
    """Packs a relocatable Python below one folder, as they are published."""
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(folder, arcname="python")
    return archive


@dataclasses.dataclass
class SshHost:
    """The host; everything of it lies in ``root``, which any user can enter.  ``home`` is the service user's home.

    ``old`` is the version of the only Python of an old host; without it the host has the Pythons of this machine.
    """

    root: Path
    user: str
    home: Path
    old: str | None = None
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Makes the user and starts the server; returns when it answers."""
        (self.root / "cp").mkdir(parents=True)
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for name in ("host_key", "client_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.root / name)], check=True)
        (self.root / "client_key.pub").chmod(0o644)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = self.root / "sshd_config"
        config.write_text(CONFIG.format(port=self.port, root=self.root, user=self.user), encoding="utf-8")
        mounts = [] if self.old is None else self._masks(self.old)
        script = " && ".join([*mounts, f"exec {SSHD} -D -f {config} -E {self.root / 'sshd.log'}"])
        self.process = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c", script])
        key = (self.root / "host_key.pub").read_text(encoding="ascii")
        (self.root / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {key}", encoding="ascii")
        self._await()

    def _masks(self, version: str) -> list[str]:
        """The commands that put the old Python over every other one."""
        prefix = old_prefix(version)
        assert prefix is not None
        old = copy_python(prefix, self.root / "old")
        start_old = self.root / "python"
        start_old.write_text(f'#!/bin/sh\nexec {old} "$@"\n', encoding="ascii")
        start_old.chmod(0o755)
        masked = sorted({os.path.realpath(path) for pattern in MASKED for path in glob.glob(pattern) if "config" not in path})
        return [f"mount --bind {shlex.quote(str(start_old))} {shlex.quote(path)}" for path in masked]

    def _await(self) -> None:
        assert self.process is not None
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    if connection.recv(4) == b"SSH-":
                        return
            except ConnectionRefusedError:
                # It ends early or it will listen in a moment.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.05)
                    raise RuntimeError((self.root / "sshd.log").read_text(encoding="utf-8")) from None

    @property
    def _options(self) -> list[str]:
        return ["-o", f"UserKnownHostsFile={self.root / 'known_hosts'}", "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes"]

    def variables(self, login: str) -> dict[str, t.Any]:
        """Connection variables for the inventory; ``login`` is the service user or root."""
        return {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": self.port,
            "ansible_user": login,
            "ansible_ssh_private_key_file": str(self.root / "client_key"),
            "ansible_ssh_common_args": shlex.join(self._options),
            "ansible_ssh_args": "-o ControlMaster=auto -o ControlPersist=15s",
            "ansible_control_path_dir": str(self.root / "cp"),
            "ansible_control_path": "%(directory)s/%%r%%p",
            "ansible_python_interpreter": "auto_silent",
        }

    def run(self, command: str, login: str = "") -> str:
        """What a command on the host prints."""
        target = ["-i", str(self.root / "client_key"), "-p", str(self.port), f"{login or self.user}@127.0.0.1"]
        return subprocess.run(["ssh", *self._options, *target, command], check=True, capture_output=True, text=True).stdout

    def stop(self) -> None:
        """Ends the connections and the server."""
        for path in (self.root / "cp").iterdir():
            subprocess.run(["ssh", "-O", "exit", "-o", f"ControlPath={path}", "127.0.0.1"], capture_output=True, check=False)
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


def make_user(name: str, home: Path) -> None:
    """Makes a service user that nobody can log in as with a password.  Refuses to touch one that is not of these tests."""
    there = [account for account in pwd.getpwall() if account.pw_name == name]
    if there:
        assert there[0].pw_gecos == COMMENT, f"this machine has a user {name} that is not of these tests"
        remove_user(name)
    command = ["useradd", "--home-dir", str(home), "--no-create-home", "--shell", "/bin/sh", "--comment", COMMENT, "--password", "*", name]
    subprocess.run(command, check=True)


def remove_user(name: str) -> None:
    subprocess.run(["userdel", "--force", name], capture_output=True, check=True)


def this_prefix() -> Path:
    """Prefix of the Python that runs this."""
    return Path(sys.base_prefix)
