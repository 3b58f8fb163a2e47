# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a shared library by its path, and who may read its package on AE5."""

from __future__ import annotations

import grp
import os
import struct
import tempfile
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Environment, PipPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library import readers
from tests.unit.notebooks.library_world import ENTRY, RISK, Libraries


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Libraries:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # check mode leaves its folder to the caller
    return Libraries(tmp_path)


# -- who uses it


def test_the_projects_that_use_a_library(host: Libraries) -> None:
    host.library("/opt/libs/risk", {"__init__.py": "", "setup.py": RISK["setup.py"], "risk/__init__.py": ""})
    host.project("ann/folder", "/opt/libs/risk")
    host.project("ann/below", "/opt/libs/risk/risk/cli.py")
    host.project("ann/parent", "/opt/libs", imports=["risk"])
    host.project("ann/parent-of-another", "/opt/libs", imports=["other"])
    host.project("ann/alike", "/opt/libs/risk2")
    host.project("ann/linked", "/srv/old/risk")
    pth = Environment("default", modules={"risk": "path:/opt/libs/risk"})
    host.project("ann/pth", environments=(pth,))
    editable = PipPackage("risk", "1", "editable", "file:///opt/libs/risk")
    host.project("ann/editable", environments=(Environment("default", pip=(editable,)),))
    host.project("ann/nothing")
    host.finding("nobody/gone", "shared-library", "/opt/libs/risk")
    library = host.one({"path": "/opt/libs/risk", "also": ["/srv/old/risk"]})
    assert library.used_by == tuple(f"ann/{name}" for name in ("below", "editable", "folder", "linked", "parent", "pth"))


def test_paths_are_compared_as_the_host_means_them(host: Libraries) -> None:
    host.library("/projects/quant/risk", RISK)
    host.project("quant/risk", "/projects/quant/risk/risk")
    host.project("quant/other")
    host.finding("quant/other", "shared-library", "../../risk", "sub/book.ipynb")
    host.project("ann/p", f"{host.root}/projects/quant/risk")
    host.project("ann/q", "~/risk")
    assert host.one({"path": "/projects/quant/risk"}).used_by == ("ann/p", "quant/other")


def test_accepted_libraries_are_those_that_the_audit_found(host: Libraries) -> None:
    host.library("/opt/libs/risk", RISK)
    host.library("/opt/flat/tool", {"__init__.py": "__version__ = '1'\n"})
    host.project("ann/a", "/opt/libs/risk/risk/__init__.py")
    host.project("ann/b", "/opt/flat", imports=["tool"])
    host.project("ann/c", "/gone/lib", "/etc")
    host.run(accept=["/opt/libs/*", "/opt/flat"])
    assert [(library.path, library.used_by) for library in host.read()] == [
        ("/opt/flat/tool", ("ann/b",)),
        ("/opt/libs/risk", ("ann/a",)),
    ]
    result = host.run(ENTRY, {"path": "/opt/libs"}, accept=["/opt/flat/*"])
    assert [library.path for library in host.read()] == ["/opt/flat/tool", "/opt/libs", "/opt/risk"]
    assert result["unnamed"] == [{"path": path, "used_by": ["ann/c"]} for path in ("/etc", "/gone/lib")]


# -- who reads it


def test_readers_are_the_people_of_the_projects_by_their_names_on_ae5(host: Libraries) -> None:
    host.library("/opt/risk", RISK)
    host.project("ann/a", "/opt/risk", team=[("user", "bob"), ("group", "staff"), ("user", "left")])
    host.project("carl/b")
    library = host.one(ENTRY, users={"an[n]": "Ann.Lee", "*:left": "wrong", "left": "-"})
    assert (library.users, library.groups, library.withheld) == (("Ann.Lee", "bob"), (), ())
    assert (
        "Groups of the notebook host use it (staff); to give them access, list the AE5 groups in groups and all users in users."
        in library.notes
    )


def acl(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_rights_are_those_of_ae4(host: Libraries, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = host.library("/opt/risk", RISK)
    accounts = host.lists / "passwd"
    accounts.write_text("ann:x:70001:70001::/:\nbob:x:70002:70002::/:\ncarl:x:70003:70003::/:\n")
    people = ("ann", "bob", "carl", "dora")
    host.project("ann/a", "/opt/risk", team=[("user", name) for name in people[1:]])
    monkeypatch.setattr(readers.grp, "getgrall", lambda: [grp.struct_group(("quants", "x", 70009, ["carl"]))])
    monkeypatch.setattr(readers.grp, "getgrgid", lambda gid: grp.struct_group(("quants" if gid == 70009 else f"g{gid}", "x", gid, [])))
    options = {"accounts": str(accounts)}
    assert host.one(ENTRY, **options).users == people
    module = folder / "risk/__init__.py"
    module.chmod(0o640)
    os.chown(module, 70001, 70009)
    library = host.one(ENTRY, **options)
    assert library.users == ("ann", "carl")
    assert library.withheld == tuple(
        (name, f"on AE4 {name} could not read /opt/risk/risk/__init__.py; to add readers, list all of them in users")
        for name in ("bob", "dora")
    )
    try:
        os.setxattr(module, "system.posix_acl_access", acl((1, 6, 0), (2, 4, 70002), (4, 4, 0), (16, 4, 0), (32, 0, 0)))
    except OSError as exc:
        pytest.skip(f"the file system keeps no ACL: {exc}")
    assert host.one(ENTRY, **options).users == ("ann", "bob", "carl")
    os.chmod(host.root / "opt", 0o700)
    assert host.one(ENTRY, **options).users == ()


def test_the_way_to_the_projects_is_open_to_who_has_one(host: Libraries) -> None:
    host.library("/projects/quant/risk", RISK)
    host.project("ann/a", "/projects/quant/risk")
    entry = {"path": "/projects/quant/risk"}
    os.chmod(host.root / "projects", 0o700)
    assert host.one(entry).users == ("ann",)
    os.chmod(host.root / "projects/quant", 0o700)
    assert host.one(entry).withheld[0][1].startswith("on AE4 ann could not read /projects/quant;")


def test_a_host_whose_paths_are_those_of_this_machine(host: Libraries) -> None:
    folder = host.library("/projects/quant/risk", RISK)
    host.project("ann/a", str(folder))
    library = host.one({"path": str(folder)}, root="/")
    assert (library.state, library.used_by, library.users) == ("built", ("ann/a",), ("ann",))


def test_a_file_that_is_not_in_the_package_holds_nobody_back(host: Libraries) -> None:
    folder = host.library("/opt/risk", {**RISK, "risk/x.pyc": b"", "notes.txt": "mine", "risk/secret.key": "x"})
    for name in ("risk/x.pyc", "notes.txt", "risk/secret.key"):
        (folder / name).chmod(0o600)
    host.project("ann/a", "/opt/risk")
    assert host.one(ENTRY).users == ("ann",)


def test_a_channel_of_two_libraries_is_read_by_those_who_may_read_both(host: Libraries) -> None:
    host.library("/opt/risk", RISK)
    host.library("/opt/plain", {"plain.py": ""})
    host.project("ann/a", "/opt/risk", "/opt/plain")
    host.project("bob/b", "/opt/plain")
    plain = {"path": "/opt/plain", "name": "plain", "version": "1"}
    result = host.run(ENTRY, plain, channel="libraries")
    assert result["channels"] == [{"name": "libraries", "privacy": "private"}]
    assert result["shares"] == [{"channel": "libraries", "user": "ann", "access": "r"}]
    found = {library.name: library for library in host.read()}
    assert found["plain"].withheld == (("bob", "the channel also holds risk, which they may not read; give it its own channel"),)
    apart = host.run(ENTRY, plain)
    assert [(share["channel"], share["user"]) for share in apart["shares"]] == [
        *(("libraries/plain", "ann"), ("libraries/plain", "bob"), ("libraries/risk", "ann")),
    ]
    assert "+ libraries/plain: user bob may read" in apart["diff"][1]["prepared"]
