# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site_export killed at any of its renames, and where one of them fails: a whole dump is left."""

from __future__ import annotations

import getpass
import os

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import export
from tests.unit.ae4.ae4_samples import sample, write_dump
from tests.unit.ae4.export_world import Host, tree


def export_and_die(host: Host, at: int, after: bool) -> bool:
    """Exports in a child that dies at its rename number ``at``; whether it came that far."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    try:
        real, count = os.rename, 0

        def rename(source: str, target: str) -> None:
            nonlocal count
            count += 1
            if count == at and not after:
                os._exit(9)
            real(source, target)
            if count == at:
                os._exit(9)

        os.rename = rename  # type: ignore[assignment]
        export.export_site(str(host.export_dir), getpass.getuser(), None)
    finally:
        os._exit(0)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_kill_at_any_rename_leaves_a_whole_dump(host: Host, at: int, after: bool) -> None:
    host.run()
    old = tree(host.dump)
    accounts = sample()
    accounts[1].packages.pop()
    host.fill(accounts)
    new = tree(host.world)
    assert export_and_die(host, at, after), "a changed export renames four times"
    whole = [tree(path) for path in host.export_dir.iterdir() if path.name == "dump" or path.name.startswith(".old-")]
    assert whole
    assert all(found in (old, new) for found in whole)
    # the next run finds AE4 down: what is left is the dump
    host.admin("exit 1")
    assert host.run()["failed"] is True
    assert tree(host.dump) in (old, new)
    assert host.names() == [".lock", "dump"]
    # and the one after it works
    host.admin(f'cp -rp "{host.world}" site-dump')
    assert host.run()["failed"] is False
    assert tree(host.dump) == new


def test_kill_while_the_repair_renames(host: Host) -> None:
    host.run()
    old = tree(host.dump)
    host.dump.rename(host.export_dir / ".old-1")
    assert export_and_die(host, 1, after=False)
    assert export_and_die(host, 1, after=True)
    host.admin("exit 1")
    assert host.run()["failed"] is True
    assert tree(host.dump) == old


def test_leftovers_of_killed_runs_are_removed(host: Host) -> None:
    host.run()
    for name in (".new-1", ".trash-1", ".old-1"):
        write_dump(host.export_dir / name, sample())
    assert host.run()["changed"] is False
    assert host.names() == [".lock", "dump"]
    assert tree(host.dump) == tree(host.world)


def test_second_rename_that_fails_is_undone(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.run()
    old = tree(host.dump)
    (host.world / "bob" / "new").write_text("x")
    real = os.rename

    def rename(source: str, target: str) -> None:
        if source.endswith("site-dump"):
            raise OSError(18, "Invalid cross-device link", source)
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    result = host.run()
    assert result["failed"] is True
    assert "cross-device" in result["msg"]
    assert tree(host.dump) == old
    assert host.names() == [".lock", "dump"]
