# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canary secrets: a whole migration at -vvvv, then every artefact is searched for them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.world import PASSWORD, World


class Watch:
    """Collects the command lines of this machine's processes while it runs."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._end.wait(0.02):
            for process in Path("/proc").iterdir():
                if process.name.isdigit():
                    try:
                        self.seen.add((process / "cmdline").read_bytes())
                    except OSError:
                        continue  # it has ended in between

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._end.set()
        self._thread.join()


def tokens_of(world: World) -> set[str]:
    """All tokens that the cluster gave out."""
    with sqlite3.connect(world.cluster.root / "state.sqlite") as database:
        return {row[0] for row in database.execute("SELECT token FROM tokens")}


def artefacts(world: World) -> Iterator[Path]:
    """Every file that the migration may have written; the lab's own and the inventory, which declares the secrets, are left out."""
    for folder in ("work", "reports", "sites", "ansible"):
        yield from (path for path in (world.root / folder).rglob("*") if path.is_file())


@pytest.mark.parametrize("transport", ["api", "cli"])
def test_no_secret_is_in_output_files_or_command_lines(two_sites: World, transport: str) -> None:
    two_sites.variables["ae5_transport"] = transport
    two_sites.cluster.set(cli_abilities="rich")
    with Watch() as watch:
        run = two_sites.run("migrate", "-vvvv", "--diff")
    assert run.returncode == 0, run.output[-5000:]
    secrets = {PASSWORD, "lab-client-secret", *tokens_of(two_sites)}
    assert len(secrets) > 4, "the tokens are looked for too"
    texts = {"output": run.output.encode(), "command lines": b"\n".join(watch.seen)}
    assert b"ansible-playbook" in texts["command lines"], "the watch saw the run"
    texts.update({str(path): path.read_bytes() for path in artefacts(two_sites)})
    assert len(texts) > 20
    assert [(name, secret) for name, text in texts.items() for secret in secrets if secret.encode() in text] == []
