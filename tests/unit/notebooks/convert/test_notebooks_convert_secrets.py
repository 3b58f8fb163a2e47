# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that keep secrets: left out of the archive or noted, as the inventory says; code goes along as it is."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import pack
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion
from tests.lab.aen.spec import CANARY
from tests.unit.module_runner import run_module
from tests.unit.notebooks.convert_host import conversions, tree
from tests.unit.notebooks.notebooks_world import Host, notebook

KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n"
FILES = {
    "a.ipynb": notebook(f"password = '{CANARY}'"),
    ".netrc": f"machine x login y password {CANARY}\n",
    ".git-credentials": f"https://u:{CANARY}@git.example.com\n",
    "keys/deploy": KEY,
    "keys/deploy.pub": "ssh-rsa AAAA\n",
    ".ssh/known_hosts": "x ssh-rsa AAAA\n",
    ".env.example": "TOKEN=your-token\n",
    "only/id_rsa": KEY,
}
SECRET = {".netrc", ".git-credentials", "keys/deploy", "only/id_rsa"}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path)
    folder = host.project()
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "link").symlink_to(".netrc")
    host.collect()
    return host


def convert(host: Host, dest: Path, check: bool = False, **more: t.Any) -> tuple[Conversion, pack.Tree]:
    args = {"projects": str(host.out / "projects.jsonl"), "dest": str(dest), **more}
    result = run_module("notebook_project_convert", args, check=check)
    assert not result["failed"], result
    return conversions(dest)["alice/p"], tree(dest, "alice/p")


def test_they_are_left_out_and_named(host: Host, tmp_path: Path) -> None:
    item, found = convert(host, tmp_path / "dest")
    assert FILES.keys() - found.files.keys() == SECRET
    assert found.folders == {"only"}
    assert dict(item.left_out) == {
        ".git-credentials": "it keeps logins of git (ae_notebook_secrets)",
        ".netrc": "it keeps logins with passwords (ae_notebook_secrets)",
        "keys/deploy": "it keeps a private key (ae_notebook_secrets)",
        "link": "it links to .netrc, which is not in the archive",
        "only/id_rsa": "it keeps a private key (ae_notebook_secrets)",
    }
    (note,) = [note for note in item.notes if "secrets" in note]
    assert note == (
        "Files that keep secrets were left out (ae_notebook_secrets), so provide them on AE5: .git-credentials: logins of git, .netrc:"
        " logins with passwords, keys/deploy: a private key, only/id_rsa: a private key."
    )
    assert CANARY not in (tmp_path / "dest" / "conversions.jsonl").read_text()


def test_or_they_go_along_and_are_noted(host: Host, tmp_path: Path) -> None:
    item, found = convert(host, tmp_path / "dest", secrets="note")
    assert FILES.keys() <= found.files.keys()
    assert (item.left_out, found.links) == ((), {"link": ".netrc"})
    (note,) = [note for note in item.notes if "secrets" in note]
    assert note.startswith("Files that keep secrets go to AE5 with it: .git-credentials: logins of git, ")


def test_the_policy_that_changes_makes_another_archive_and_the_same_one_does_not(host: Host, tmp_path: Path) -> None:
    first, _found = convert(host, tmp_path / "dest")
    assert convert(host, tmp_path / "dest")[0] == first
    assert convert(host, tmp_path / "dest", secrets="note")[0].tree != first.tree
    assert convert(host, tmp_path / "dest")[0] == first


def test_one_that_came_since_the_projects_were_collected(host: Host, tmp_path: Path) -> None:
    (host.root / "alice/p/kaggle.json").write_text(f'{{"username": "a", "key": "{CANARY}"}}')
    (host.root / "alice/p/keys/deploy").write_text("nothing any more\n")
    item, found = convert(host, tmp_path / "dest")
    assert "kaggle.json" in dict(item.left_out)
    assert "keys/deploy" in found.files, "it is one no more"
