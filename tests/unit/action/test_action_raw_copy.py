# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""raw_copy as another user: files go through the shell, of which a real one runs here."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.ae_ops.migration.plugins.action import raw_copy


class Connection:
    """Puts files where the login user can: on this machine."""

    become = True

    def put_file(self, src: str, dest: str) -> None:
        Path(dest).write_bytes(Path(src).read_bytes())


class Copy(raw_copy.ActionModule):
    """The plugin on a host whose other user has ``home``; a greeting is printed around everything."""

    _becoming = True

    def __init__(self, home: Path) -> None:
        self.home, self.scripts = home, 0
        self._connection = t.cast(t.Any, Connection())

    def _low_level_execute_command(self, cmd: str, **_more: t.Any) -> t.Any:
        self.scripts += 1
        greeting = "echo 'Authorized use only.'\n"
        done = subprocess.run(
            ["/bin/sh", "-c", greeting + cmd], check=False, env={"HOME": str(self.home), "PATH": "/usr/bin:/bin"}, capture_output=True
        )
        return {"rc": done.returncode, "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "the home"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("size", [0, 1, 999, 2048, 2049])
@pytest.mark.parametrize("where", ["~/a b/file'", "{home}/a b/file'"])
def test_a_file_is_fetched_in_blocks(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, size: int) -> None:
    monkeypatch.setattr(raw_copy, "BLOCK", 1 << 20)
    content = bytes(range(256)) * 4 * size  # up to two blocks and a bit
    (home / "a b").mkdir()
    (home / "a b" / "file'").write_bytes(content)
    dest = tmp_path / "got" / "file"
    assert Copy(home)._fetch(where.format(home=home), str(dest)) == len(content)
    assert dest.read_bytes() == content
    assert list(dest.parent.iterdir()) == [dest]


@pytest.mark.parametrize("where", ["~/file", "{home}/file"])
def test_a_file_is_sent_and_nothing_of_it_is_left_elsewhere(home: Path, tmp_path: Path, where: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"\0\xff" * 5000)
    copy = Copy(home)
    before = set(Path("/tmp").glob("ae-copy-*"))  # noqa: S108 - where the plugin lets it rest
    assert copy._send(str(source), where.format(home=home)) == 10000
    assert (home / "file").read_bytes() == source.read_bytes()
    assert list(home.iterdir()) == [home / "file"]
    assert set(Path("/tmp").glob("ae-copy-*")) == before  # noqa: S108


def test_a_file_that_is_not_there_is_named(home: Path, tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match=r"The file ~/none could not be copied: .*[Nn]o such file"):
        Copy(home)._fetch("~/none", str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()
