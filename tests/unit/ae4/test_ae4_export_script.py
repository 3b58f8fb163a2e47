# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The export through the shell, for hosts without Python, with a stand-in for the vendor's command."""

from __future__ import annotations

import fcntl
import getpass
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.ae4.ae4_samples import sample, write_dump

ROLES = Path(__file__).parents[3] / "roles"
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


class Host:
    """A service user's home with a command that copies the folder ``world`` to ``./site-dump``."""

    def __init__(self, root: Path, shell: str) -> None:
        self.home, self.world, self.folder = root / "home", root / "wor ld", root / "ex port"
        self.dump = self.folder / "dump"
        self.shell = [shell, "sh", "-c"] if shell == "busybox" else [shell, "-c"]
        self.bin = self.home / "repo" / "bin"
        self.bin.mkdir(parents=True)
        self.admin(f'cp -rp "{self.world}" site-dump')
        write_dump(self.world, sample())

    def admin(self, body: str) -> None:
        path = self.bin / "anaconda-server-admin"
        path.write_text(f'#!/bin/sh\ntest "$*" = export-site || exit 64\n{body}\n', encoding="utf-8")
        path.chmod(0o755)

    def run(self, user: str = "", bin_dir: str = "") -> tuple[int, list[str]]:
        """Exit code and lines of what was printed."""
        text = "".join((ROLES / name).read_text(encoding="utf-8") for name in ("stage/files/listing.sh", "export/files/export.sh"))
        command = [*self.shell, text, "sh", str(self.folder), user or getpass.getuser(), bin_dir]
        ended = subprocess.run(command, env={**os.environ, "HOME": str(self.home)}, capture_output=True, text=True, check=False)
        assert ended.stderr == ""
        return ended.returncode, ended.stdout.splitlines()

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture(params=SHELLS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Host:
    return Host(tmp_path, request.param)


def test_first_second_and_changed_export(host: Host) -> None:
    assert host.run() == (0, ["ae-done new"])
    assert tree(host.dump) == tree(host.world)
    assert host.names() == [".lock", "dump", "dump.listing", "dump.listing.of"]
    assert host.run() == (0, ["ae-done same"])
    next(host.world.rglob("*.tar.bz2")).unlink()
    assert host.run() == (0, ["ae-done new"])
    assert tree(host.dump) == tree(host.world)
    assert host.names() == [".lock", "dump", "dump.listing", "dump.listing.of"]


def test_damage_to_the_last_good_dump_is_put_right(host: Host) -> None:
    host.run()
    next(host.dump.rglob("*.tar.bz2")).write_bytes(b"damaged")
    assert host.run() == (0, ["ae-done same"])
    assert tree(host.dump) == tree(host.world)


def test_listing_of_another_dump_is_not_believed(host: Host) -> None:
    """The dump was exchanged since it was listed, as site_export would do it."""
    host.run()
    shutil.rmtree(host.dump)
    host.dump.mkdir()
    (host.dump / "other").write_bytes(b"")
    assert host.run() == (0, ["ae-done new"])
    assert tree(host.dump) == tree(host.world)


FAILING = {
    "exit code": ("mkdir site-dump; echo one >&2; echo No space left >&2; exit 3", "ended with exit code 3: one No space left; "),
    "nothing left": ("exit 0", "left no folder site-dump"),
    "two folders": ("mkdir one two", "left no folder site-dump"),
    "empty": ("mkdir site-dump", "neither a package nor an owner's meta.json"),
    "package without meta": ('cp -rp "{world}" site-dump; rm site-dump/alice/0*--moto/meta.json', "--moto; "),
    "meta cut off": (
        'cp -rp "{world}" site-dump; for f in site-dump/alice/0*--moto/meta.json; do head -c 40 $f > x; mv x $f; done',
        "--moto; ",
    ),
    "dump is a link": ('ln -s "{world}" site-dump', "left no folder site-dump"),
}


@pytest.mark.parametrize("how", FAILING)
def test_export_that_is_not_whole_leaves_the_last_good_dump(host: Host, how: str) -> None:
    host.run()
    before = (tree(host.dump), host.names())
    body, sentence = FAILING[how]
    host.admin(body.format(world=host.world))
    code, [line] = host.run()
    assert (code, line.startswith("ae-failed "), sentence in line) == (1, True, True), line
    assert line.endswith("; the last good dump, if any, is untouched")
    assert (tree(host.dump), host.names()) == before


@pytest.mark.parametrize("body", ['cp -rp "{world}"/* .', 'cp -rp "{world}" elsewhere'], ids=["owners where it was run", "another name"])
def test_dump_is_found_where_the_command_left_it(host: Host, body: str) -> None:
    host.admin(body.format(world=host.world))
    assert host.run() == (0, ["ae-done new"])
    assert tree(host.dump) == tree(host.world)


def test_package_that_was_never_whole_does_not_hold_up_the_site(host: Host) -> None:
    next(host.world.glob("alice/0*--moto/meta.json")).unlink()
    code, [warning, done] = host.run()
    assert (code, done) == (0, "ae-done new")
    assert warning.startswith("ae-warning in the dump, meta.json is missing or cut off in alice/")
    assert host.run() == (0, ["ae-done same"])


def test_what_a_killed_run_left_is_put_right(host: Host) -> None:
    host.run()
    good = tree(host.dump)
    host.dump.rename(host.folder / ".old-x")
    (host.folder / ".new-y").mkdir()
    (host.folder / ".trash-z").mkdir()
    host.admin("exit 1")
    assert host.run()[0] == 1
    assert tree(host.dump) == good
    assert host.names() == [".lock", "dump", "dump.listing", "dump.listing.of"]


def test_second_export_at_the_same_time_is_refused(host: Host) -> None:
    host.run()
    with (host.folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert host.run() == (1, [f"ae-failed another export into {host.folder} is running; wait for its end"])


def test_what_is_wrong_is_named(host: Host) -> None:
    me = getpass.getuser()
    assert host.run(user="nobody-else") == (
        1,
        [f"ae-failed the export runs as {me} but must run as nobody-else; set ae4_become to true, or ae4_user to {me}"],
    )
    assert host.run(bin_dir="~/nowhere") == (
        1,
        [f"ae-failed the command anaconda-server-admin is not in {host.home}/nowhere; set ae4_bin_dir to the folder that holds it"],
    )
    assert not host.folder.exists()
