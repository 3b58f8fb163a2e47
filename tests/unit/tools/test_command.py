# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of other programs: what they get, how they end, and what of their output a message repeats."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils import _command


def test_a_command_with_a_home_of_its_own_finds_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/x")
    monkeypatch.setenv("SEEN", "1")
    found = _command.environment("/home/of/its/own", LC_ALL="C")
    assert (found["HOME"], found["LC_ALL"], found["SEEN"], "XDG_CONFIG_HOME" in found) == ("/home/of/its/own", "C", "1", False)
    assert _command.environment()["XDG_CONFIG_HOME"] == "/x"


def test_a_command_can_be_given_nothing_but_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert _command.environment("/h", inherited=False, A="b") == {"PATH": os.environ["PATH"], "HOME": "/h", "A": "b"}
    monkeypatch.delenv("PATH")
    assert _command.environment(inherited=False) == {"PATH": os.defpath}


def test_input_output_and_exit_code(tmp_path: Path) -> None:
    done = _command.run(["sh", "-c", 'cat; pwd >&2; echo "$A" >&2; exit 3'], 60, env={"A": "b"}, cwd=str(tmp_path), data=b"given")
    assert done == (3, b"given", f"{tmp_path}\nb\n".encode())
    assert _command.run(["cat"], 60).out == b""


def test_a_command_that_does_not_end_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        # The child holds the pipes open.
        _command.run(["sh", "-c", "sleep 600 & wait"], 0.1)


WHY_NOT = {
    "true": (["true"], ""),
    "last line": (["sh", "-c", "echo first; echo last; exit 4"], "exit code 4, last"),
    "errors first": (["sh", "-c", "echo bad >&2; echo usage; exit 2"], "exit code 2, bad"),
    "silent": (["false"], "exit code 1"),
    "not there": (["/nowhere/tool"], "No such file or directory"),
}


@pytest.mark.parametrize(("command", "why"), WHY_NOT.values(), ids=WHY_NOT)
def test_why_a_command_does_not_run(command: list[str], why: str) -> None:
    assert _command.why_not(command, 60) == why


def test_what_a_message_repeats() -> None:
    assert _command.printed(b"  a\x1b[1mb \n\n \n\xff" + b"x" * 400) == ["a [1mb", "\ufffd" + "x" * 299]
    assert _command.printed(b"") == []
