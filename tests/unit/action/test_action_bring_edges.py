# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plugin bring does at its edges: nothing is lost, and what cannot be seen is not taken for absent."""

from __future__ import annotations

import os
import stat
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.plugin_utils import _host_files
from tests.unit.action.bring_world import Bring

WAYS = ("here", "login", "become")
SHELLS = ("login", "become")


@pytest.mark.parametrize("direction", ["fetch", "send"])
@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_is_its_own_destination_is_not_removed(tmp_path: Path, way: str, direction: str) -> None:
    """A host may be the controller itself, by another way."""
    (tmp_path / "file").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path)
    done = Bring(way, tmp_path)(direction=direction, src=str(tmp_path), dest=str(tmp_path / "link"), names=["file"], remove=True)
    assert (done["changed"], done["summary"]["removed"]) == (False, 0)
    assert (tmp_path / "file").read_bytes() == b"1"


@pytest.mark.parametrize("way", SHELLS)
def test_a_relative_folder_of_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"1")
    Bring(way, tmp_path)(direction="send", src=str(tmp_path), dest="sub/folder", names=["file"])
    assert (tmp_path / "sub" / "folder" / "file").read_bytes() == b"1"
    Bring(way, tmp_path)(direction="fetch", src="sub/folder", dest=str(tmp_path / "back"), names=["file"])
    assert (tmp_path / "back" / "file").read_bytes() == b"1"


def test_a_large_file_is_private_before_it_is_beside_its_destination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_host_files, "INLINE", 0)
    (tmp_path / "file").write_bytes(b"1" * 100)
    (tmp_path / "open").mkdir(mode=0o755)
    plugin = Bring("login", tmp_path)
    seen: list[int] = []
    execute = plugin._low_level_execute_command

    def watched(cmd: str, **more: t.Any) -> t.Any:
        marked = cmd.replace(" && check ", ' && stat -c "mode %a" ./.ae-bring-*-0 && check ') if "mv -f" in cmd else cmd
        answer = execute(marked, **more)
        seen.extend(int(line.split()[1], 8) for line in answer["stdout"].splitlines() if line.startswith("mode "))
        return answer

    plugin._low_level_execute_command = watched  # type: ignore[method-assign]
    plugin(direction="send", src=str(tmp_path), dest=str(tmp_path / "open"), names=["file"])
    assert seen == [0o600]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a shell as another user")
def test_what_the_hosts_user_may_not_see_is_not_absent(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="ae-bring-test-") as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "locked").mkdir(mode=0o700)
        (root / "locked" / "file").write_bytes(b"1")
        plugin = Bring("login", tmp_path)
        plugin.user = 65534
        for src, names in ((root / "locked", ["file"]), (root, ["locked/file"])):
            with pytest.raises(MigrationError, match="cannot be"):
                plugin(direction="fetch", src=str(src), dest=str(tmp_path / "to"), names=[], optional=names)
        with pytest.raises(MigrationError, match="cannot be looked at"):
            plugin(absent=[str(root / "locked" / "file")])
        none = plugin(direction="fetch", src=str(root / "none"), dest=str(tmp_path / "to"), names=[], optional=["file"])
        assert none["missing"] == ["file"]
        assert plugin(absent=[str(root / "none" / "file")])["changed"] is False


def test_what_the_controllers_user_may_not_see_is_not_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: t.Any, *_args: t.Any, **_more: t.Any) -> t.Any:
        raise PermissionError(13, "Permission denied", path)

    plugin = Bring("here", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refused)
        patch.setattr(os, "lstat", refused)
        with pytest.raises(MigrationError, match="cannot be read there"):
            plugin(direction="fetch", src="/x", dest="/y", names=[], optional=["file"])
        with pytest.raises(PermissionError):
            plugin(absent=["/x/y"])


@pytest.mark.parametrize("way", WAYS)
def test_a_file_cannot_be_a_folder_of_another(tmp_path: Path, way: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode())
    with pytest.raises(MigrationError, match="would be a folder of another"):
        Bring(way, tmp_path)(
            direction="send", src=str(tmp_path), dest=str(tmp_path / "to"), names=["a", "b"], optional=[], rename={"b": "a/b"}
        )
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("way", WAYS)
def test_a_link_with_a_slash_is_removed_and_not_what_it_leads_to(tmp_path: Path, way: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    assert Bring(way, tmp_path)(absent=[f"{tmp_path}/link/"])["summary"]["removed"] == 1
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "file").read_bytes() == b"1"
    with pytest.raises(MigrationError, match="is not removed"):
        Bring(way, tmp_path)(absent=["/tmp/.."])


@pytest.mark.parametrize(("given", "mode"), [("0640", 0o640), ("640", 0o640), (0o640, 0o640), (-1, None), ("-1", None), ("0999", None)])
def test_a_mode_is_read_as_ansibles_file_modules_do(tmp_path: Path, given: t.Any, mode: int | None) -> None:
    (tmp_path / "file").write_bytes(b"1")
    args = {"direction": "send", "src": str(tmp_path), "dest": str(tmp_path / "to"), "names": ["file"], "mode": given}
    if mode is None:
        with pytest.raises(MigrationError, match="is not octal"):
            Bring("here", tmp_path)(**args)
        return
    Bring("here", tmp_path)(**args)
    assert stat.S_IMODE((tmp_path / "to" / "file").stat().st_mode) == mode


def test_a_task_that_names_nothing_is_refused(tmp_path: Path) -> None:
    plugin = Bring("here", tmp_path)
    with pytest.raises(AnsibleError, match="src, absent"):
        plugin()


@pytest.mark.parametrize("way", ["login", "become"])
@pytest.mark.parametrize("direction", ["fetch", "send"])
def test_noise_of_the_hosts_tools_is_in_no_file(tmp_path: Path, way: str, direction: str) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "sha256sum", "stat", "base64", "mkdir", "mv", "head", "chmod", "ls", "mktemp", "rm"):
        tool = tools / name
        tool.write_text(f'#!/bin/sh\necho "ERROR: ld.so: object agent.so cannot be preloaded" >&2\nexec /usr/bin/{name} "$@"\n')
        tool.chmod(0o755)
    (tmp_path / "file").write_bytes(b"1" * 100_000)
    plugin = Bring(way, tmp_path)
    run = plugin._low_level_execute_command
    plugin._low_level_execute_command = lambda cmd, **more: run(f"PATH={tools}:$PATH; {cmd}", **more)  # type: ignore[method-assign]
    plugin(direction=direction, src=str(tmp_path), dest=str(tmp_path / "to"), names=["file"])
    assert (tmp_path / "to" / "file").read_bytes() == b"1" * 100_000
    with pytest.raises(MigrationError, match="preloaded"):
        plugin(direction="send", src=str(tmp_path), dest=str(tmp_path / "file" / "x"), names=["file"])


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1")
    plugin = Bring("login", tmp_path)
    run = plugin._low_level_execute_command
    plugin._low_level_execute_command = lambda cmd, **more: run(  # type: ignore[method-assign]
        cmd.replace("cat -- ", "cat -- gone "), **more
    )
    with pytest.raises(MigrationError, match=r"Reading the files .* failed .*gone.*No such file"):
        plugin(direction="fetch", src=str(tmp_path), dest=str(tmp_path / "to"), names=["file"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("direction", ["fetch", "send"])
def test_what_a_lost_connection_left_is_removed_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, direction: str
) -> None:
    resting, dest = tmp_path / "resting", tmp_path / "to"
    monkeypatch.setattr(_host_files, "RESTING", str(resting))
    old = [dest / ".ae-bring-old", dest / "sub" / ".ae-bring-old"]
    new = [dest / ".ae-bring-new", dest / "old file"]
    if (way, direction) == ("become", "send"):
        old.append(resting / "ae-bring-old")
        new.append(resting / "another's")
    resting.mkdir()
    for path in [*old, *new]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        if path.name != ".ae-bring-new":
            os.utime(path, (0, 0))
    (tmp_path / "sub").mkdir()
    for name in ("file", "sub/file"):
        (tmp_path / name).write_bytes(os.urandom(100_000))
    Bring(way, tmp_path)(direction=direction, src=str(tmp_path), dest=str(dest), names=["file", "sub/file"])
    assert [path for path in old if path.exists()] == []
    assert [path for path in new if not path.exists()] == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("direction", ["fetch", "send"])
def test_a_folder_that_is_a_file_is_the_same_everywhere(tmp_path: Path, way: str, direction: str) -> None:
    (tmp_path / "file").write_bytes(b"1")
    plugin = Bring(way, tmp_path)
    below = str(tmp_path / "file")
    found = plugin(direction=direction, src=below, dest=str(tmp_path / "to"), names=[], optional=["x", "sub/x"])
    assert (found["changed"], sorted(found["missing"])) == (False, ["sub/x", "x"])
    for dest in (below, below + "/deep"):
        with pytest.raises(MigrationError, match=r"^The file .*/file is on .* where a folder has to be made"):
            plugin(dry=True, direction=direction, src=str(tmp_path), dest=dest, names=["file"])
        with pytest.raises((MigrationError, OSError)):
            plugin(direction=direction, src=str(tmp_path), dest=dest, names=["file"])
    assert plugin(dry=True, direction=direction, src=str(tmp_path), dest=str(tmp_path / "to"), names=["file"])["changed"] is True
