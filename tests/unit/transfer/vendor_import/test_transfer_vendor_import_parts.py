# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists that ``admin_import`` reads, and its look into the dump."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.dump import open_dump
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._store.vendor_owners import read_owners
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import.folder import check_folder, folder_of
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import.slice import Slice

FOLDER = "0123456789abcdef01234567--x"


def placement(owner: str, channel: str, file: str = "x-1-0.conda", site: str = "east", path: str | None = None) -> Placement:
    return Placement(channel, site, owner, "x", file, "noarch", 1, "0", None, path or f"{owner}/{FOLDER}/{file}")


def write(path: Path, *placements: Placement) -> str:
    path.write_text("".join(json_line(item.to_json()) for item in placements), encoding="utf-8", errors="surrogateescape")
    return str(path)


def test_owners_are_found_wherever_their_lines_are(tmp_path: Path) -> None:
    """In the order of channels the lines of ``a`` and ``a-b`` are mixed; names may hold anything."""
    lines = [placement("a", "a"), placement("a-b", "a-b"), placement("a", "a/x", "\u00fc\udcff.conda"), placement("w", "w", site="west")]
    found = Slice(write(tmp_path / "list", *lines), "east")
    assert found.owners == ["a", "a-b"]
    assert (found.of("a"), found.of("a-b")) == ([lines[0], lines[2]], [lines[1]])
    assert found.channels == {"a", "a-b", "a/x", "w"}
    assert Slice(write(tmp_path / "list", *lines), None).owners == ["a", "a-b", "w"]


def test_damaged_or_exchanged_list_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "list", placement("a", "a"), placement("b", "b"))
    found = Slice(path, None)
    write(tmp_path / "list", placement("b", "b"), placement("a", "a"))
    with pytest.raises(MigrationError, match="has changed while it was read"):
        found.of("a")
    Path(path).write_text(json_line(placement("a", "a").to_json()) + "{\n")
    damaged = r"^Line 2 of the list of placements .* is not JSON, so the file is damaged; run the plan playbook again\.$"
    with pytest.raises(MigrationError, match=damaged):
        Slice(path, None)
    with pytest.raises(MigrationError, match="cannot be read: No such file"):
        Slice(path + "x", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"record":"owner","owner":"a","reasons":[],"private":[],"known":[]}\n',
        '{"record":"site","schema_version":2,"site":"east","inventory_sha256":"0"}\n{"record":"owner","owner":"a"}\n',
        '{"record":"site","schema_version":99,"site":"east","inventory_sha256":"0"}\n',
    ],
)
def test_damaged_list_of_owners_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "owners.jsonl"
    path.write_text(text)
    with pytest.raises(MigrationError, match=r"cannot be used: .*; run the plan playbook again\.$"):
        read_owners(str(path))


@pytest.mark.parametrize(
    ("owner", "path"),
    [("a", "b/x/y.conda"), ("..", "../x/y.conda"), (".", "./x/y.conda"), ("", "/x/y.conda")],
)
def test_folder_with_another_name_than_the_owner_is_refused(owner: str, path: str) -> None:
    with pytest.raises(MigrationError, match="the import names channels after the folder"):
        folder_of(owner, [placement(owner, "c", path=path)])


@pytest.fixture
def dump(tmp_path: Path) -> t.Iterator[int]:
    package = tmp_path / "dump" / "a" / FOLDER / "noarch"
    package.mkdir(parents=True)
    (package / "x-1-0.conda").write_text("x")
    (package.parent / "meta.json").write_text("{}")
    (tmp_path / "dump" / "a" / "environments").mkdir()
    (tmp_path / "dump" / "a" / "environments" / "link").symlink_to("/")
    fd = open_dump(str(tmp_path / "dump"))
    yield fd
    os.close(fd)


def test_folder_with_the_planned_files_is_good_and_what_is_no_package_does_not_count(dump: int) -> None:
    check_folder(dump, "a", {f"a/{FOLDER}/noarch/x-1-0.conda"})
    with pytest.raises(MigrationError, match=rf"its folder has a/{FOLDER}/noarch/x-1-0.conda, which is not in the plan"):
        check_folder(dump, "a", set())


def test_folder_that_is_a_link_or_has_one_is_refused(dump: int, tmp_path: Path) -> None:
    known = {f"a/{FOLDER}/noarch/x-1-0.conda"}
    (tmp_path / "dump" / "a" / "ffffffffffffffffffffffff--y").symlink_to(tmp_path / "dump" / "a" / FOLDER)
    with pytest.raises(MigrationError, match="its folder has a/ffffffffffffffffffffffff--y, which is not in the plan"):
        check_folder(dump, "a", known)
    (tmp_path / "dump" / "b").symlink_to("a")
    with pytest.raises(MigrationError, match="its folder in the dump cannot be read"):
        check_folder(dump, "b", known)
