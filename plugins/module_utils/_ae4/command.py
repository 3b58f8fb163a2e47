# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds and runs the commands of Anaconda Repository.  Private to the collection.

They are in the installation's ``bin`` folder, which is on the PATH only in a shell that reads the service user's ``.bashrc``,
so PATH is not used.
"""

from __future__ import annotations

import collections
import os
import pwd
import signal
import subprocess
import threading
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

ADMIN = "anaconda-server-admin"
CONFIG = "anaconda-server-config"
PROBED = ("~/repo/bin", "~/miniconda2/bin", "~/miniconda/bin")
LINES_SHOWN = 3
MEASURED_ENTRIES = 500_000
CONFIG_SECONDS = 60


def check_user(user: str) -> None:
    """Raises ``MigrationError`` unless the process runs as ``user``: only that user may read the repository's storage."""
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid {uid}"
    if name != user:
        raise MigrationError(
            f"The export runs as {name} but must run as {user}; set become_user to {user}, or the option user (ae4_user in the inventory)"
            f" to {name}."
        )


def find_bin_dir(bin_dir: t.Optional[str]) -> str:
    """The folder that holds ``anaconda-server-admin``.  Raises ``MigrationError`` that names the folders searched."""
    folders = [bin_dir] if bin_dir else [os.path.expanduser(folder) for folder in PROBED]
    for folder in folders:
        path = os.path.join(folder, ADMIN)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return os.path.abspath(folder)
    hint = "correct" if bin_dir else "set"
    raise MigrationError(
        f"The command {ADMIN} is not in {', '.join(folders)}; {hint} the option bin_dir (ae4_bin_dir in the inventory)"
        " to the folder that has it."
    )


def environment(bin_dir: str) -> t.Dict[str, str]:
    return _command.environment(PATH=os.pathsep.join(filter(None, (bin_dir, os.environ.get("PATH", os.defpath)))))


class _Tail(threading.Thread):
    """Reads a pipe to its end and keeps the last lines."""

    def __init__(self, stream: t.IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self.lines: t.Deque[str] = collections.deque(maxlen=LINES_SHOWN)
        self.start()

    def run(self) -> None:
        with self._stream:
            for line in iter(lambda: self._stream.readline(1 << 16), b""):
                self.lines.extend(_command.printed(line))


def run_export(bin_dir: str, folder: str, lock_fd: int) -> None:
    """Runs ``anaconda-server-admin export-site`` in ``folder``.

    The command inherits the lock: if this process is killed, no other run starts while the command still writes.
    Raises ``MigrationError`` with the last lines the command wrote.
    """
    try:
        process = subprocess.Popen(
            [os.path.join(bin_dir, ADMIN), "export-site"],
            cwd=folder,
            env=environment(bin_dir),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(lock_fd,),
        )
    except OSError as exc:
        raise MigrationError(f"The command {ADMIN} in {bin_dir} cannot be run: {exc.strerror}.") from exc
    tails = [_Tail(stream) for stream in (process.stderr, process.stdout) if stream is not None]
    code = process.wait()
    for tail in tails:
        tail.join(10)  # a process that the command left running may keep the pipe open
    if code != 0:
        said = next((" / ".join(tail.lines) for tail in tails if tail.lines), _command.NO_OUTPUT)
        raise MigrationError(f"The command {ADMIN} export-site {_ending(code)}: {said}; the last good dump, if any, is untouched.")


def _ending(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def space_warning(bin_dir: str, export_dir: str) -> t.Optional[str]:
    """A sentence if the free space is smaller than the repository's storage, if that can be measured.

    It is not an error: it is not known whether an export copies or links.
    """
    try:
        root = storage_root(bin_dir)
        status = os.statvfs(export_dir)
        used, whole = measure(root)
    except (OSError, ValueError, MigrationError) as exc:
        return f"The size of the repository's storage cannot be read ({exc}), so the free space in {export_dir} was not checked."
    free = status.f_bavail * status.f_frsize
    if used <= free:
        return None
    size = size_in_words(used) if whole else f"more than {size_in_words(used)}"
    return f"The storage {root} has {size}, but {export_dir} has only {size_in_words(free)} free; the export may run out of space."


def storage_root(bin_dir: str) -> str:
    """What ``anaconda-server-config --get fs_storage_root`` says.  Raises ``MigrationError``, whose text ends a sentence."""
    asked = f"{CONFIG} --get fs_storage_root"
    try:
        done = _command.run([os.path.join(bin_dir, CONFIG), "--get", "fs_storage_root"], CONFIG_SECONDS, env=environment(bin_dir))
    except OSError as exc:
        raise MigrationError(f"{asked} cannot be run: {exc.strerror}") from exc
    except subprocess.TimeoutExpired as exc:
        raise MigrationError(f"{asked} did not end within {CONFIG_SECONDS} s") from exc
    lines = done.out.decode("utf-8", "surrogateescape").strip().splitlines()
    if done.code != 0 or not lines:
        why = next(reversed(_command.printed(done.err)), _command.NO_OUTPUT)
        raise MigrationError(f"{asked} {_ending(done.code)}: {why}")
    return lines[-1].strip()


def measure(root: str, limit: int = MEASURED_ENTRIES) -> t.Tuple[int, bool]:
    """Size of all files below a folder and whether all were counted; stops after ``limit`` entries.

    What was removed meanwhile does not count; what cannot be read does, so then not all were counted.  Raises ``OSError`` for
    the root.
    """
    total, count, folders, whole = 0, 0, [root], True
    with os.scandir(root):
        pass
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    count += 1
                    if count > limit:
                        return total, False
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        else:
                            total += entry.stat(follow_symlinks=False).st_size
                    except FileNotFoundError:
                        continue  # removed meanwhile
                    except OSError:
                        whole = False
        except FileNotFoundError:
            continue
        except OSError:
            whole = False
    return total, whole
