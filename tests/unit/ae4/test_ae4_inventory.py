# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site_inventory over small dumps: both dialects, three layouts, every problem, the cache."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._model import records
from tests.unit.ae4 import ae4_samples as samples
from tests.unit.ae4.ae4_samples import Account, File, Package, Site, codes, read_lines, sample, write_dump


@pytest.mark.parametrize("dialect", samples.DIALECTS)
@pytest.mark.parametrize("layout", samples.LAYOUTS)
def test_whole_dump(site: Site, dialect: str, layout: str) -> None:
    accounts = sample()
    write_dump(site.dump, accounts, dialect, layout)
    result = site.run()
    assert result["failed"] is False, result
    assert result["changed"] is True
    assert {key: result["summary"][key] for key in ("owners", "packages", "files", "problems", "quarantined", "kinds")} == {
        "owners": 4,
        "packages": 5,
        "files": 6,
        "problems": 0,
        "quarantined": 0,
        "kinds": {"conda": 5, "ipynb": 1},
    }
    rows = [records.SourceFile.from_json(row) for row in read_lines(site.inventory)]
    assert [row.path for row in rows] == sorted(row.path for row in rows)
    for row in rows:
        assert (site.dump / row.path).stat().st_size == row.size
    told = {(row.owner, row.package, row.subdir): (row.file, row.labels, row.access, row.groups, row.owner_kind) for row in rows}
    assert told == {
        ("acme", "six", "linux-64"): ("six-1.0-0.tar.bz2", ("Test", "main"), "private", ("Devs",), "organization"),
        ("acme", "six", "osx-64"): ("six-1.0-0.tar.bz2", ("main",), "private", ("Devs",), "organization"),
        ("acme", "x--y", "linux-64"): ("x--y-1.0-0.tar.bz2", (), "authenticated", (), "organization"),
        ("acme", "notes", None): ("notes.ipynb", ("main",), "public", (), "organization"),
        ("alice", "moto", "linux-64"): ("moto-1.0-0.tar.bz2", ("main",), "public", (), "user"),
        ("alice", "pysocks", "linux-64"): ("pysocks-1.0-0.tar.bz2", ("main",), "public", (), "user"),
    }
    by_digest = {
        hashlib.sha256(file.data).hexdigest(): file for account in accounts for package in account.packages for file in package.files
    }
    for row in rows:
        assert row.uploaded == samples.UPLOADED
        if row.kind == "conda":
            assert row.sha256 is not None
            assert by_digest[row.sha256].subdir == row.subdir
            assert row.md5 == hashlib.md5((site.dump / row.path).read_bytes()).hexdigest()
    first, *owners = read_lines(site.owners)
    record = records.SiteRecord.from_json(first)
    assert (record.site, record.files, record.owners) == ("east", 6, 4)
    assert record.sha256 == hashlib.sha256(site.inventory.read_bytes()).hexdigest()
    acme = records.OwnerRecord.from_json(owners[0])
    assert acme.groups == (records.GroupRecord("Devs", "write", ("bob", "carol"), ("six",)),)
    assert acme.owners == ("alice",)
    assert [(owner["name"], owner["kind"]) for owner in owners] == [
        ("acme", "organization"),
        ("alice", "user"),
        ("bob", "user"),
        ("carol", "user"),
    ]


def test_second_run_reads_no_package_and_changes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dump(site.dump, sample())
    site.run()
    before = site.inventory.stat().st_mtime_ns, site.owners.stat().st_mtime_ns
    opened: list[str] = []
    real = _safe_open.open_beneath
    monkeypatch.setattr(_safe_open, "open_beneath", lambda fd, path: opened.append(path) or real(fd, path))
    result = site.run(diff=True)
    assert opened == []
    assert result["changed"] is False
    assert "diff" not in result
    assert (site.inventory.stat().st_mtime_ns, site.owners.stat().st_mtime_ns) == before
    deep = site.run(deep=True)
    assert len(opened) == 6  # the notebook too
    assert deep["changed"] is True  # and so it has a sha256 now
    assert site.row("notes.ipynb")["sha256"] == hashlib.sha256(b"{}").hexdigest()
    opened.clear()
    assert site.run()["changed"] is False
    assert opened == []


def test_file_that_was_damaged_and_exported_anew_is_read_again(site: Site) -> None:
    accounts = sample()
    write_dump(site.dump, accounts)
    path = site.dump / "alice" / accounts[1].packages[0].folder / "moto-1.0-0.tar.bz2"
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert site.run()["failed"] is True
    assert site.run()["failed"] is True
    path.write_bytes(good)
    assert site.run()["failed"] is False


def test_cache_notices_new_bytes_where_no_md5_is_told(site: Site) -> None:
    old, new = samples.same_size_pair()
    write_dump(site.dump, [Account("alice", [Package("a", [old], 1)])])
    site.run()
    path = site.dump / "alice" / f"{samples.hex_id(1)}--a" / old.name
    path.write_bytes(new.data)
    assert site.run()["changed"] is True
    assert site.row(old.name)["sha256"] == hashlib.sha256(new.data).hexdigest()


def test_cache_that_is_damaged_costs_time_only(site: Site, tmp_path: Path) -> None:
    write_dump(site.dump, sample())
    site.run()
    cache = tmp_path / "inventory.cache.jsonl"
    cache.write_bytes(b'\xff\n["x"]\n[1,2]\n["k",{"identity":{"no":1}}]\n' + cache.read_bytes()[:-30])
    content = site.inventory.read_bytes()
    assert site.run()["changed"] is False
    assert site.inventory.read_bytes() == content
    assert b"\xff" not in cache.read_bytes()
    assert len(cache.read_text().splitlines()) == 5


def test_check_mode_writes_nothing_and_predicts(site: Site, tmp_path: Path) -> None:
    write_dump(site.dump, sample())
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    result = site.run(check=True, diff=True)
    assert result["changed"] is True
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before
    prepared = result["diff"][0]["prepared"].splitlines()
    assert "+ owner acme" in prepared
    assert f"+ alice/{samples.hex_id(0x10)}--moto/moto-1.0-0.tar.bz2" in prepared
    site.run()
    assert site.run(check=True)["changed"] is False


def test_diff_names_what_changed(site: Site) -> None:
    accounts = sample()
    write_dump(site.dump, accounts)
    site.run()
    folder = site.dump / "alice" / accounts[1].packages[0].folder
    meta = json.loads((folder / "meta.json").read_text())
    meta["files"][0]["labels"] = ["test"]
    (folder / "meta.json").write_text(json.dumps(meta))
    gone = site.dump / "alice" / accounts[1].packages[1].folder
    for path in gone.iterdir():
        path.unlink()
    gone.rmdir()
    result = site.run(diff=True)
    assert result["diff"][0]["prepared"].splitlines()[1:] == [
        f"~ alice/{folder.name}/moto-1.0-0.tar.bz2 (labels)",
        f"- alice/{gone.name}/pysocks-1.0-0.tar.bz2",
    ]


def break_package(folder: Path, how: str) -> None:
    """Damages the package ``moto`` of the sample in one way."""
    meta, file = folder / "meta.json", folder / "moto-1.0-0.tar.bz2"
    told = json.loads(meta.read_text())
    data = bytearray(file.read_bytes())
    if how == "no meta":
        meta.unlink()
    elif how == "meta is a link":
        meta.rename(folder.parent.parent.parent / "elsewhere.json")
        meta.symlink_to(folder.parent.parent.parent / "elsewhere.json")
    elif how == "bad json":
        meta.write_bytes(b'{"files": [')
    elif how == "twice":
        meta.write_bytes(b'{"files": [], "files": []}')
    elif how == "no labels":
        told["files"][0]["tags"] = told["files"][0].pop("labels")
        meta.write_text(json.dumps(told))
    elif how == "no files":
        told["artefacts"] = told.pop("files")
        meta.write_text(json.dumps(told))
    elif how == "label with escape":
        told["files"][0]["labels"] = ["main\x1b[2J"]
        meta.write_text(json.dumps(told))
    elif how == "md5":
        data[-1] ^= 1
        file.write_bytes(data)
    elif how == "shorter":
        file.write_bytes(data[:-7])
    elif how == "sha256":
        told["files"][0]["sha256"] = "0" * 64
        meta.write_text(json.dumps(told))
    elif how == "other package":
        told["name"] = "other"
        meta.write_text(json.dumps(told))
    elif how == "unlisted":
        told["files"] = []
        meta.write_text(json.dumps(told))
    elif how == "missing":
        file.unlink()
    elif how == "link":
        file.rename(folder.parent.parent.parent / "elsewhere")
        file.symlink_to(folder.parent.parent.parent / "elsewhere")
    elif how == "fifo":
        file.unlink()
        os.mkfifo(file)
    else:
        raise AssertionError(how)


BROKEN = {
    "no meta": ["package_meta_missing"],
    "meta is a link": ["meta_unreadable"],
    "bad json": ["meta_unreadable"],
    "twice": ["meta_unreadable"],
    "no labels": ["meta_shape_unknown"],
    "no files": ["meta_shape_unknown"],
    "label with escape": ["name_unsafe"],
    "md5": ["md5_mismatch"],
    "shorter": ["size_mismatch", "md5_mismatch"],
    "sha256": ["sha256_mismatch"],
    "other package": ["identity_mismatch"],
    "unlisted": ["not_in_meta"],
    "missing": ["file_missing"],
    "link": ["not_regular"],
    "fifo": ["not_regular"],
}


@pytest.mark.parametrize("how", BROKEN)
def test_problem_is_named_and_holds_up_nothing_else(site: Site, how: str) -> None:
    accounts = sample()
    write_dump(site.dump, accounts)
    break_package(site.dump / "alice" / accounts[1].packages[0].folder, how)
    result = site.run()
    assert result["failed"] is True
    rows = read_lines(site.inventory)
    assert {row["file"]: codes(row) for row in rows if row["problems"]} == {"moto-1.0-0.tar.bz2": BROKEN[how]}
    assert len(rows) == 6
    assert result["summary"]["quarantined"] == 1
    assert all("moto" in sentence and "alice" in sentence for sentence in result["failures"])
    if how == "no labels":
        assert "tags" in result["msg"]
    if how == "no files":
        assert "artefacts" in result["msg"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (samples.conda_bytes("moto", "2.0", "0"), "identity_mismatch"),
        (samples.conda_bytes("moto", "1.0", "0", "osx-64"), "identity_mismatch"),
        (samples.bz2.compress(samples.tar_bytes({"lib/x": b""})), "bad_archive"),
        (samples.bz2.compress(samples.tar_bytes({"info/index.json": b"[" * 5000})), "bad_archive"),
        (b"no archive", "bad_archive"),
        (b"", "bad_archive"),
    ],
)
def test_archive_that_is_not_what_it_says(site: Site, data: bytes, code: str) -> None:
    write_dump(site.dump, [Account("alice", [Package("moto", [File("moto-1.0-0.tar.bz2", data)], 1)])])
    assert site.run()["failed"] is True
    assert codes(site.row("moto-1.0-0.tar.bz2")) == [code]


def test_old_package_without_subdir_inside(site: Site) -> None:
    data = samples.conda_bytes("moto", "1.0", "0", None, platform="linux", arch="x86_64")
    write_dump(site.dump, [Account("alice", [Package("moto", [File("moto-1.0-0.tar.bz2", data)], 1)])])
    folder = site.dump / "alice" / f"{samples.hex_id(1)}--moto"
    meta = json.loads((folder / "meta.json").read_text())
    meta["files"][0]["basename"] = "moto-1.0-0.tar.bz2"
    (folder / "meta.json").write_text(json.dumps(meta))
    assert site.run()["failed"] is False
    assert site.row("moto-1.0-0.tar.bz2")["subdir"] == "linux-64"


def test_links_and_strange_names_are_reported_never_followed(site: Site, tmp_path: Path) -> None:
    write_dump(site.dump, sample())
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "meta.json").write_text(json.dumps({"login": "mallory", "user_type": "user"}))
    (site.dump / "mallory").symlink_to(secret)
    folder = site.dump / "alice" / f"{samples.hex_id(0x10)}--moto"
    (folder / "linux-64").symlink_to(secret)
    os.mkfifo(folder / "pipe")
    (folder / "line\nbreak").write_bytes(b"")
    with open(os.fsencode(folder) + b"/bad\xff", "wb"):
        pass
    result = site.run()
    assert result["failed"] is True
    rows = site.rows()
    base = f"alice/{folder.name}/"
    assert codes(rows[base + "linux-64"]) == ["not_regular", "not_in_meta"]
    assert codes(rows[base + "pipe"]) == ["not_regular", "not_in_meta"]
    assert codes(rows[base + "line\\x0abreak"]) == ["name_unsafe", "not_in_meta"]
    assert codes(rows[base + "bad\\xff"]) == ["name_unsafe", "not_in_meta"]
    assert codes(read_lines(site.owners)[0]) == ["not_regular"]
    assert "mallory" not in site.inventory.read_text()
    assert any("mallory" in sentence for sentence in result["failures"])


def test_what_lies_outside_of_packages(site: Site) -> None:
    write_dump(site.dump, sample())
    projects = site.dump / "alice" / "projects"
    projects.mkdir()
    (projects / "p.tar").write_bytes(b"p")
    (projects / "six-1.0-0.tar.bz2").write_bytes(b"p")
    (site.dump / "README").write_text("hello")
    deep = projects / "envs/default/lib/python2.7/site-packages/x/y"
    deep.mkdir(parents=True)
    (deep / "cached-1.0-0.tar.bz2").write_bytes(b"")
    (deep / "link").symlink_to("/etc/passwd")
    result = site.run()
    row = site.rows()["alice/projects/p.tar"]
    assert (row["kind"], row["package"], row["problems"]) == ("other", "projects", [])
    assert codes(site.rows()["alice/projects/six-1.0-0.tar.bz2"]) == ["not_in_meta"]
    assert [path for path, row in site.rows().items() if row["problems"]] == ["alice/projects/six-1.0-0.tar.bz2"]
    assert len(site.rows()) == 10
    assert result["failures"], "each is a warning too: the role goes on"
    assert result["warnings"] == ["The entry README of the dump is not an owner's folder and was not read.", *result["failures"]]


def test_dump_that_is_not_there(site: Site) -> None:
    result = site.run()
    assert result["failed"] is True
    assert str(site.dump) in result["msg"]
    assert not site.inventory.exists()


def test_failure_while_writing_leaves_the_old_inventory(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_dump(site.dump, sample())
    site.run()
    content = site.inventory.read_bytes(), site.owners.read_bytes()
    (site.dump / "zoe").mkdir()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device", "inventory.jsonl")

    monkeypatch.setattr(os, "fsync", full)
    result = site.run()
    assert result["failed"] is True
    assert "No space left on device" in result["msg"]
    assert (site.inventory.read_bytes(), site.owners.read_bytes()) == content
    assert not list(tmp_path.glob(".inventory*"))
