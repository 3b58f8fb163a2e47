# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project's git repository and its access control lists tell, read from their bytes."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts, parse_acl
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

sys.path.insert(0, str(Path(__file__).parent))
from tests.unit.notebooks.notebooks_world import Host  # noqa: E402


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git to make a repository")
@pytest.mark.parametrize("version", [2, 3, 4])
def test_a_git_index_of_every_version_is_read(host: Host, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.ae_ops.migration.plugins.module_utils._aen.git.LARGE_BYTES", 1000)
    path = host.project()
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    (path / "folder").mkdir()
    for name in ("a.txt", "folder/a-longer-name.txt", "folder/a-longer-name-2.txt", "z"):
        (path / name).write_text("x" * (2000 if name == "z" else 10))
    (path / ".gitattributes").write_text("*.bin filter=lfs\n")
    subprocess.run(["git", "-C", str(path), "add", "--all"], check=True)
    if version == 3:  # an entry with the flag intent-to-add is what makes git write version 3
        (path / "later").write_text("")
        subprocess.run(["git", "-C", str(path), "add", "-N", "later"], check=True)
    subprocess.run(["git", "-C", str(path), "update-index", f"--index-version={version}", "--force-write-index"], check=True)
    assert struct.unpack(">I", (path / ".git/index").read_bytes()[4:8]) == (version,)
    git = host.only().git
    assert git.present
    assert git.lfs
    assert git.bytes > 0
    assert git.tracked == (6 if version == 3 else 5)
    assert [(entry.path, entry.size) for entry in git.tracked_large] == [("z", 2000)]


def test_a_damaged_git_index_is_a_problem_and_no_more(host: Host) -> None:
    path = host.project()
    (path / ".git").mkdir()
    (path / ".git/index").write_bytes(b"DIRC\0\0\0\2\0\0\0\7cut")
    project = host.only()
    assert project.git.present
    assert [problem.code for problem in project.problems] == ["git_unreadable"]


def acl(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY = 0xFFFFFFFF
TEAM = acl((1, 7, NOBODY), (2, 7, 60001), (2, 5, 60002), (4, 5, NOBODY), (16, 7, NOBODY), (32, 0, NOBODY))


def test_an_acl_is_read_as_getfacl_writes_it(tmp_path: Path) -> None:
    passwd = tmp_path / "passwd"
    passwd.write_text("alice:x:60001:60001::/home/alice:/bin/bash\n")
    parsed = parse_acl(TEAM, Accounts(str(passwd)))
    assert parsed is not None
    assert parsed.text() == "user::rwx\nuser:alice:rwx\nuser:60002:r-x\ngroup::r-x\nmask::rwx\nother::---\n"
    assert parse_acl(b"\3\0\0\0", Accounts()) is None
    with pytest.raises(MigrationError, match="The file of accounts /nowhere cannot be read"):
        Accounts("/nowhere")


def test_the_team_is_who_the_acl_lets_in(host: Host, tmp_path: Path) -> None:
    path = host.project()
    (path / "closed.txt").write_text("x")
    (path / "usual.txt").write_text("x")
    passwd = tmp_path / "passwd"
    passwd.write_text("bob:x:60001:1::/:\ncarol:x:60002:1::/:\ndave:x:60003:1::/:\n")
    closed = acl((1, 6, NOBODY), (2, 0, 60001), (4, 4, NOBODY), (16, 4, NOBODY), (32, 0, NOBODY))
    with_search_only = TEAM[:-8] + struct.pack("<HHI", 32, 0, NOBODY)
    try:
        os.setxattr(path, "system.posix_acl_access", with_search_only)
        os.setxattr(path / "closed.txt", "system.posix_acl_access", closed)
    except OSError:
        pytest.skip("the file system keeps no ACLs")
    (project,) = host.collect(accounts=str(passwd)).values()
    assert [(member.kind, member.name, member.access) for member in project.team if member.name in ("bob", "carol", "dave")] == [
        ("user", "bob", "rw"),
        ("user", "carol", "r"),
    ]
    assert project.acl is not None
    assert "user:bob:rwx\n" in project.acl
    assert project.acl_exceptions == ("closed.txt",)
    assert not project.public


def test_public_is_what_everybody_may_read(host: Host) -> None:
    host.project("alice/open").chmod(0o755)
    host.project("alice/shut").chmod(0o750)
    assert {key: project.public for key, project in host.collect().items()} == {"alice/open": True, "alice/shut": False}
