# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of other programs: their environment, how they run and end, and what they said.  Private to the collection."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import typing as t

LINE_LENGTH = 300
"""Characters of a command's line that a message repeats."""
NO_OUTPUT = "it produced no output"


def effective_user() -> str:
    """Name of the user that this process runs as."""
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


class Done(t.NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: bytes
    err: bytes


def interpreter() -> str:
    """This process's Python."""
    return sys.executable or "python"


def environment(home: t.Optional[str] = None, *, inherited: bool = True, **more: str) -> t.Dict[str, str]:
    """The environment for a command: ours with ``more``.

    With a ``home`` of its own the command finds no settings of this user there, nor below the ``XDG_`` folders.  Without
    ``inherited`` only PATH is passed on.
    """
    kept = dict(os.environ) if inherited else {"PATH": os.environ.get("PATH", os.defpath)}
    if home is not None:
        kept = {**{name: value for name, value in kept.items() if not name.startswith("XDG_")}, "HOME": home}
    return {**kept, **more}


def run(
    command: t.Sequence[str],
    timeout: float,
    *,
    env: t.Optional[t.Mapping[str, str]] = None,
    cwd: t.Optional[str] = None,
    data: t.Optional[bytes] = None,
) -> Done:
    """Runs a command in a session of its own, with ``data`` or nothing as its input.  It has ended, with its children, on the way out.

    Raises:
        OSError: it cannot be run.
        subprocess.TimeoutExpired: it did not end in time.
    """
    process = subprocess.Popen(
        list(command),
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(data, timeout=timeout)
    finally:
        # With its children: one of them may hold the pipe open.
        end(process)
    return Done(process.returncode, out, err)


def why_not(command: t.Sequence[str], timeout: float) -> str:
    """Runs a command with a HOME of its own that is removed again; why it failed, or nothing."""
    home = tempfile.mkdtemp(prefix="ae5-preflight-")
    try:
        done = run(command, timeout, env=environment(home), cwd=home)
    except subprocess.TimeoutExpired:
        return f"it did not end within {timeout:.0f} s"
    except OSError as exc:
        return str(exc.strerror or exc)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if done.code == 0:
        return ""
    said = (printed(done.err) or printed(done.out))[-1:]
    return f"exit code {done.code}" + "".join(f", {line}" for line in said)


def printed(output: bytes) -> t.List[str]:
    """The lines of a command's output that are not blank, each as a message can repeat it."""
    text = "".join(char if char.isprintable() or char == "\n" else " " for char in output.decode("utf-8", "replace"))
    return [line.strip()[:LINE_LENGTH] for line in text.split("\n") if line.strip()]


def end(process: subprocess.Popen) -> None:  # type: ignore[type-arg]
    """Ends a command and its children if they still run."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
