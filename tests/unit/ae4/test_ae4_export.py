# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site_export with a stand-in for the vendor's command: what is swapped in, and what is refused."""

from __future__ import annotations

import fcntl
import getpass
import os
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import command, export
from tests.unit.ae4 import ae4_samples as samples
from tests.unit.ae4.ae4_samples import Account, Package, sample, write_dump
from tests.unit.ae4.export_world import Host, tree


def test_first_second_and_changed_export(host: Host) -> None:
    first = host.run(diff=True)
    assert (first["failed"], first["changed"], first["path"], first["present"]) == (False, True, str(host.dump), True)
    size = sum(len(file.data) for account in sample() for package in account.packages for file in package.files)
    summary = {key: first["summary"][key] for key in ("owners", "packages", "files", "bytes")}
    assert summary == {"owners": 4, "packages": 5, "files": 6, "bytes": size}
    assert tree(host.dump) == tree(host.world)
    assert host.names() == [".lock", "dump"]
    assert first["diff"][0]["before"] == ""
    inode = host.dump.stat().st_ino
    second = host.run(diff=True)
    assert (second["changed"], second["warnings"]) == (False, [])
    assert host.dump.stat().st_ino == inode  # the last good one stays, the copy is gone
    assert host.names() == [".lock", "dump"]
    accounts = sample()
    accounts[1].packages.pop()
    host.fill(accounts)
    third = host.run(diff=True)
    assert third["changed"] is True
    assert tree(host.dump) == tree(host.world)
    assert host.names() == [".lock", "dump"]
    before, after = (third["diff"][0][side].splitlines() for side in ("before", "after"))
    assert [line.partition(":")[0] for line in before] == ["acme", "alice", "bob", "carol"]
    assert [index for index, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]] == [1]


def test_bytes_of_same_size_without_md5_are_a_change(host: Host) -> None:
    old, new = samples.same_size_pair()
    host.fill([Account("alice", [Package("a", [old], 1)])])
    assert host.run()["changed"] is True
    assert host.run()["changed"] is False
    host.fill([Account("alice", [Package("a", [new], 1)])])
    result = host.run(diff=True)
    assert result["changed"] is True
    assert "alice: the bytes of some files" in result["diff"][0]["after"]
    assert tree(host.dump) == tree(host.world)


def test_damage_to_the_last_good_dump_is_put_right(host: Host) -> None:
    host.run()
    whole = tree(host.world)
    path = next(path for path in sorted(host.dump.rglob("*.tar.bz2")))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert tree(host.dump) != whole
    assert host.run()["changed"] is True
    assert tree(host.dump) == whole
    assert host.run()["changed"] is False


def test_labels_alone_are_a_change(host: Host) -> None:
    host.run()
    accounts = sample()
    accounts[1].packages[0].files[0].labels = ("moto",)
    host.fill(accounts)
    assert host.run()["changed"] is True
    assert tree(host.dump) == tree(host.world)


def test_command_is_found_only_where_it_should_be(host: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other"
    host.bin.rename(other)
    monkeypatch.setenv("PATH", f"{other}:{os.environ['PATH']}")
    result = host.run()
    assert result["failed"] is True
    for folder in ("repo/bin", "miniconda2/bin", "miniconda/bin"):
        assert str(host.home / folder) in result["msg"]
    assert not host.export_dir.exists()
    assert host.run(bin_dir=str(other))["changed"] is True
    missing = host.run(bin_dir=str(tmp_path / "nowhere"))
    assert (str(tmp_path / "nowhere") in missing["msg"], str(host.home) in missing["msg"]) == (True, False)
    (host.home / "miniconda").mkdir()
    (host.home / "miniconda" / "bin").symlink_to(other)
    assert host.run()["failed"] is False


def test_command_gets_its_folder_first_on_path(host: Host) -> None:
    host.script("helper", f'cp -rp "{host.world}" site-dump')
    host.admin("helper")
    assert host.run()["changed"] is True


def test_other_user_is_refused(host: Host) -> None:
    for check in (False, True):
        result = host.run(check=check, user="anaconda-server-of-the-test")
        assert result["failed"] is True
        assert result["msg"] == (
            f"The export runs as {getpass.getuser()} but must run as anaconda-server-of-the-test; "
            f"set become_user to anaconda-server-of-the-test, or the option user (ae4_user in the inventory) to {getpass.getuser()}."
        )
    assert not host.export_dir.exists()


def test_check_mode_runs_nothing(host: Host, tmp_path: Path) -> None:
    host.admin(f'touch "{tmp_path}/ran"')
    result = host.run(check=True)
    assert (result["failed"], result["changed"], result["present"]) == (False, False, False)
    assert "no last good dump" in result["warnings"][0]
    assert not host.export_dir.exists()
    write_dump(host.dump, sample())
    result = host.run(check=True)
    assert (result["changed"], result["present"], result["summary"]["files"]) == (False, True, 6)
    assert str(host.dump) in result["warnings"][0]
    assert host.names() == ["dump"]
    assert not (tmp_path / "ran").exists()


FAILING = {
    "exit code": (
        'mkdir site-dump; echo one >&2; echo "No space left on device" >&2; exit 3',
        ("exit code 3", "one / No space left on device"),
    ),
    "killed": ("kill -9 $$", ("SIGKILL", "it produced no output")),
    "stdout only": ("echo mongo is down; exit 1", ("mongo is down",)),
    "nothing left": ("exit 0", ("no folder",)),
    "empty": ("mkdir site-dump", ("has no owners",)),
    "owners without anything": ("mkdir -p site-dump/alice", ("neither a package",)),
    "package without meta": ('cp -rp "{world}" site-dump; rm site-dump/alice/0*--moto/meta.json', ("--moto", "incomplete")),
    "meta cut off": (
        'cp -rp "{world}" site-dump; for f in site-dump/alice/0*--moto/meta.json; do head -c 40 $f > x; mv x $f; done',
        ("--moto", "incomplete"),
    ),
    "meta is empty": ('cp -rp "{world}" site-dump; : > $(echo site-dump/alice/0*--moto/meta.json)', ("--moto", "incomplete")),
    "dump is a link": ('ln -s "{world}" site-dump', ("no folder",)),
}


@pytest.mark.parametrize("how", FAILING)
def test_export_that_is_not_whole_leaves_the_last_good_dump(host: Host, how: str) -> None:
    host.run()
    before, inode = tree(host.dump), host.dump.stat().st_ino
    body, words = FAILING[how]
    host.admin(body.replace("{world}", str(host.world)))
    result = host.run()
    assert result["failed"] is True
    assert all(word in result["msg"] for word in words), result["msg"]
    assert "\n" not in result["msg"]
    assert (tree(host.dump), host.dump.stat().st_ino) == (before, inode)
    assert host.names() == [".lock", "dump"]


def test_missing_owner_meta_is_no_reason_to_refuse(host: Host) -> None:
    host.run()
    (host.world / "alice" / "meta.json").unlink()
    assert host.run()["changed"] is True
    assert tree(host.dump) == tree(host.world)


def test_package_that_never_has_a_meta_does_not_hold_up_the_site(host: Host) -> None:
    for path in (host.world / "alice").glob("*--moto/meta.json"):
        path.unlink()
    result = host.run()
    assert (result["failed"], result["changed"]) == (False, True)
    assert "--moto" in result["warnings"][0]
    (host.world / "bob" / "new").write_text("x")
    again = host.run()
    assert (again["failed"], again["changed"], again["warnings"]) == (False, True, [])


def test_owner_that_is_gone_is_pointed_out(host: Host) -> None:
    host.run()
    shutil.rmtree(host.world / "bob")
    result = host.run()
    assert result["changed"] is True
    assert result["warnings"] == ["Owners of the last good dump that are not in the new one: bob."]


@pytest.mark.parametrize("body", ['cp -rp "{world}" export-2026', 'cp -rp "{world}"/. .', 'cp -rp "{world}" site-dump; mkdir logs'])
def test_dump_is_looked_for(host: Host, body: str) -> None:
    host.admin(body.replace("{world}", str(host.world)))
    assert host.run()["changed"] is True
    assert tree(host.dump) == tree(host.world)
    assert host.names() == [".lock", "dump"]


def test_dump_of_one_owner_is_not_taken_for_the_owner(host: Host) -> None:
    host.fill([sample()[1]])
    host.admin(f'cp -rp "{host.world}"/. .')
    assert host.run()["summary"]["owners"] == 1
    assert sorted(path.name for path in host.dump.iterdir()) == ["alice"]


def test_two_runs_do_not_collide(host: Host) -> None:
    host.run()
    with open(host.export_dir / ".lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = host.run()
    assert result["failed"] is True
    assert "Another export" in result["msg"]
    assert host.run()["failed"] is False


def test_command_keeps_the_lock_when_the_module_is_killed(host: Host, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    host.admin(f'cat "{tmp_path}/gate"')
    child = os.fork()
    if child == 0:
        try:
            export.export_site(str(host.export_dir), getpass.getuser(), None)
        finally:
            os._exit(0)
    with open(tmp_path / "gate", "wb"):  # returns once the command reads
        os.kill(child, 9)
        os.waitpid(child, 0)
        assert "Another export" in host.run()["msg"]


def test_free_space_is_warned_of(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    (host.storage / "sub").mkdir()
    with open(host.storage / "sub" / "big", "wb") as big:
        big.truncate(1 << 30)
    real = os.statvfs

    def statvfs(path: str) -> os.statvfs_result:
        found = list(real(path))
        found[4] = ((1 << 30) - 1) // found[1]  # blocks that are free to us
        return os.statvfs_result(found)

    with monkeypatch.context() as patch:
        patch.setattr(os, "statvfs", statvfs)
        result = host.run()
    assert result["changed"] is True
    assert "has only" in result["warnings"][0]
    assert "has only 1.1 GB free" in result["warnings"][0]
    host.script("anaconda-server-config", "exit 1")
    assert "cannot be read" in host.run()["warnings"][0]


def test_measure_stops_at_its_limit(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).write_bytes(b"12")
    assert command.measure(str(tmp_path)) == (10, True)
    assert command.measure(str(tmp_path), limit=3) == (6, False)


def test_measure_says_that_a_folder_could_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"12")
    for name in ("closed", "gone"):
        (tmp_path / name).mkdir()
    scandir = os.scandir

    def scan(path: str) -> t.Any:
        if os.path.basename(path) == "gone":
            raise FileNotFoundError(2, "No such file or directory", path)
        if os.path.basename(path) == "closed" and closed:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    closed = False
    assert command.measure(str(tmp_path)) == (2, True)
    closed = True
    assert command.measure(str(tmp_path)) == (2, False)


def test_dump_that_is_a_link_is_refused(host: Host, tmp_path: Path) -> None:
    host.export_dir.mkdir()
    write_dump(tmp_path / "elsewhere", sample())
    host.dump.symlink_to(tmp_path / "elsewhere")
    result = host.run()
    assert result["failed"] is True
    assert str(host.dump) in result["msg"]
    assert host.dump.is_symlink()
    assert tree(tmp_path / "elsewhere") == tree(host.world)


def test_environment_without_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")
    first = command.environment("/x/bin")["PATH"].split(":")[0]
    assert first == "/x/bin"
    assert subprocess.run(["/bin/sh", "-c", "ls /"], env=command.environment("/x/bin"), capture_output=True, check=False).returncode == 0
