# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of other programs: whether they run, with a clean environment, and how they are ended.  Private to the collection."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import typing as t


def interpreter() -> str:
    """This process's Python."""
    return sys.executable or "python"


def runs(command: t.Sequence[str], timeout: float) -> str:
    """Runs a command with a HOME of its own that is removed again; why it failed, or nothing."""
    home = tempfile.mkdtemp(prefix="ae5-preflight-")
    try:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        process = subprocess.Popen(
            list(command),
            env={**kept, "HOME": home},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            out, _err = process.communicate(timeout=timeout)
        finally:
            # With its children: one of them may hold the pipe open.
            end(process)
    except subprocess.TimeoutExpired:
        return f"it did not end within {timeout:.0f} s"
    except OSError as exc:
        return str(exc.strerror or exc)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if process.returncode == 0:
        return ""
    lines = out.decode("utf-8", "replace").strip().splitlines()
    return f"exit code {process.returncode}" + (f", {lines[-1].strip()}" if lines else "")


def end(process: subprocess.Popen) -> None:  # type: ignore[type-arg]
    """Ends a command and its children if they still run."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
