# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage: made from listings and archives of the role's real scripts, and from hostile ones."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import staging
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

ROLES = Path(__file__).parents[3] / "roles"
ODD_NAMES = ["owner/0123456789abcdef01234567--p/new\nline.tar.bz2", "owner/back\\slash", "-owner/-x", "owner/sp ace\t", "owner/caf\udce9"]


def script(name: str, *arguments: str) -> str:
    text = "".join((ROLES / "stage" / "files" / one).read_text(encoding="utf-8") for one in ("listing.sh", name))
    ended = subprocess.run(["sh", "-c", text, "sh", *arguments], capture_output=True, check=False)
    return ended.stdout.decode("utf-8", "replace")


class Source:
    """An export folder, and the stage that is made from it as the role does."""

    def __init__(self, root: Path) -> None:
        self.folder, self.stage, self.archive = root / "export", root / "stage", root / "wanted.tar"
        self.dump = self.folder / "dump"
        self.dump.mkdir(parents=True)

    @property
    def listing(self) -> Path:
        return self.folder / "dump.listing"

    def put(self, path: str, content: bytes) -> None:
        file = os.path.join(os.fsencode(self.dump), path.encode("utf-8", "surrogateescape"))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as stream:
            stream.write(content)

    def list(self) -> None:
        (self.folder / "dump.listing.of").unlink(missing_ok=True)
        assert script("list.sh", str(self.folder)) == "ae-done same\n"

    def ask(self, batch_bytes: int = 1 << 30, write: bool = True) -> staging.StageResult:
        return staging.stage(str(self.stage), str(self.listing), None, batch_bytes, False, write)

    def take(self, archive: Path) -> staging.StageResult:
        return staging.stage(str(self.stage), str(self.listing), str(archive), 1 << 30, False, True)

    def bring(self, batch: str) -> staging.StageResult:
        (self.folder / "wanted.names").write_bytes(Path(batch).read_bytes())
        assert script("pack.sh", str(self.folder)) == "ae-done packed\n"
        return self.take(self.folder / "wanted.tar")

    def bring_all(self, batch_bytes: int = 1 << 30) -> staging.StageResult:
        asked = self.ask(batch_bytes)
        for batch in asked.batches:
            self.bring(batch)
        return asked

    def hostile(self, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
        with tarfile.open(self.archive, "w") as tar:
            for member, content in members:
                member.size = member.size or len(content)
                tar.addfile(member, io.BytesIO(content))
        return self.archive


@pytest.fixture
def source(tmp_path: Path) -> Source:
    found = Source(tmp_path)
    found.put("owner/meta.json", b"{}")
    found.put("owner/0123456789abcdef01234567--p/a.tar.bz2", b"a" * 3000)
    return found


def contents(folder: Path) -> dict[bytes, t.Optional[bytes]]:
    """Each path below a folder with its bytes, None for a folder."""
    root = os.fsencode(folder)
    found: dict[bytes, t.Optional[bytes]] = {}
    for parent, folders, files in os.walk(root):
        found.update({os.path.relpath(os.path.join(parent, name), root): None for name in folders})
        for name in files:
            with open(os.path.join(parent, name), "rb") as stream:
                found[os.path.relpath(os.path.join(parent, name), root)] = stream.read()
    return found


def test_every_name_comes_over_and_empty_folders_too(source: Source) -> None:
    for number, name in enumerate(ODD_NAMES):
        source.put(name, b"%d" % number)
    (source.dump / "nobody").mkdir()
    source.list()
    assert len(source.bring_all(batch_bytes=2500).batches) > 1
    assert contents(source.stage / "dump") == contents(source.dump)
    assert len(contents(source.dump)) == 11
    assert (source.ask().changed, source.ask().batches) == (False, [])


def test_only_bytes_that_are_not_there_are_brought(source: Source) -> None:
    source.list()
    source.bring_all()
    inode = (source.stage / "dump" / "owner" / "meta.json").stat().st_ino
    source.put("other/copy.json", b"{}")
    source.put("other/new.json", b"[]")
    (source.dump / "owner" / "0123456789abcdef01234567--p" / "a.tar.bz2").unlink()
    source.list()
    asked = source.bring_all()
    assert [Path(batch).name for batch in asked.batches] == ["000000.names"]
    assert asked.summary == {"files": 3, "bytes": 6, "missing": 1, "missing_bytes": 2}
    assert contents(source.stage / "dump") == contents(source.dump)
    assert (source.stage / "dump" / "owner" / "meta.json").stat().st_ino == inode
    assert len(list((source.stage / "objects").iterdir())) == 2, "what no dump holds any more is removed"


def test_equal_bytes_have_an_equal_time_stamp_and_other_bytes_another(source: Source) -> None:
    source.put("owner/same.json", b"{}")
    source.list()
    source.bring_all()
    owner = source.stage / "dump" / "owner"
    stamp = (owner / "meta.json").stat().st_mtime_ns
    assert (owner / "same.json").stat().st_mtime_ns == stamp
    assert (owner / "0123456789abcdef01234567--p" / "a.tar.bz2").stat().st_mtime_ns != stamp


def test_a_staged_file_that_was_written_to_is_brought_again(source: Source) -> None:
    source.list()
    source.bring_all()
    (source.stage / "dump" / "owner" / "meta.json").write_bytes(b"[]")
    asked = source.bring_all()
    assert asked.summary["missing"] == 1
    assert contents(source.stage / "dump") == contents(source.dump)


def test_an_interrupted_run_goes_on_where_it_ended(source: Source) -> None:
    source.list()
    batches = source.ask(batch_bytes=1).batches
    assert len(batches) == 2
    source.bring(batches[0])
    assert not (source.stage / "dump").exists()
    assert source.ask().summary["missing"] == 1


def test_check_mode_writes_nothing(source: Source) -> None:
    source.list()
    asked = source.ask(write=False)
    assert (asked.changed, asked.batches, asked.summary["missing"]) == (True, [], 2)
    assert not source.stage.exists()


def test_the_last_dump_stays_when_something_does_not_come(source: Source) -> None:
    source.list()
    source.bring_all()
    before = contents(source.stage / "dump")
    source.put("owner/more.json", b"[1]")
    source.list()
    source.ask()
    with pytest.raises(
        MigrationError,
        match=r"^The dump could not be staged completely, these files were not received: owner/more\.json; the last staged dump is kept",
    ):
        staging.stage(str(source.stage), str(source.listing), None, 1 << 30, True, True)
    assert contents(source.stage / "dump") == before


def test_links_of_a_dump_are_named_and_not_brought(source: Source) -> None:
    (source.dump / "owner" / "link").symlink_to("/etc/passwd")
    os.link(source.dump / "owner" / "meta.json", source.dump / "owner" / "hard.json")
    source.list()
    asked = source.bring_all()
    assert asked.warnings == ["owner/link of the dump is neither a file nor a folder and is not staged."]
    assert contents(source.stage / "dump") == {name: data for name, data in contents(source.dump).items() if name != b"owner/link"}
    assert not os.path.lexists(source.stage / "dump" / "owner" / "link")


def member(name: str, kind: bytes = tarfile.REGTYPE, **more: t.Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for key, value in more.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    ("name", "kind", "link", "sentence"),
    [
        ("owner/meta.json", tarfile.SYMTYPE, "/etc/passwd", "is not a regular file; it is refused"),
        ("owner/meta.json", tarfile.LNKTYPE, "owner/other", "is not a regular file; it is refused"),
        ("owner/meta.json", tarfile.CHRTYPE, "", "is not a regular file; it is refused"),
        ("owner/meta.json", tarfile.FIFOTYPE, "", "is not a regular file; it is refused"),
        ("owner", tarfile.DIRTYPE, "", "is not a regular file; it is refused"),
        ("../outside", tarfile.REGTYPE, "", "is not in the listing; it is refused"),
        ("/etc/outside", tarfile.REGTYPE, "", "is not in the listing; it is refused"),
        ("owner/./meta.json", tarfile.REGTYPE, "", "is not in the listing; it is refused"),
    ],
)
def test_hostile_members_are_refused(source: Source, name: str, kind: bytes, link: str, sentence: str) -> None:
    source.list()
    source.ask()
    before = contents(source.stage)
    archive = source.hostile((member(name, kind, linkname=link), b"{}" if kind == tarfile.REGTYPE else b""))
    with pytest.raises(MigrationError, match=sentence):
        source.take(archive)
    assert contents(source.stage) == before
    assert not (source.stage.parent / "outside").exists()


def test_other_bytes_than_listed_are_refused(source: Source) -> None:
    source.list()
    source.ask()
    with pytest.raises(
        MigrationError, match=r"^The file owner/meta\.json has other bytes than in the listing; run the export playbook again\.$"
    ):
        source.take(source.hostile((member("./owner/meta.json"), b"[]")))
    with pytest.raises(MigrationError, match="has 3 bytes, not 2 as in the listing"):
        source.take(source.hostile((member("./owner/meta.json"), b"[1]")))
    assert list((source.stage / "objects").iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
def test_an_absurd_header_is_refused_before_it_is_read(source: Source, kind: bytes) -> None:
    source.list()
    source.ask()
    source.archive.write_bytes(member("x", kind, size=1 << 33).tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(MigrationError, match="is damaged"):
        source.take(source.archive)


def test_a_truncated_archive_is_refused(source: Source) -> None:
    source.list()
    batch = source.ask().batches[0]
    (source.folder / "wanted.names").write_bytes(Path(batch).read_bytes())
    script("pack.sh", str(source.folder))
    whole = (source.folder / "wanted.tar").read_bytes()
    source.archive.write_bytes(whole[:1500])
    with pytest.raises(MigrationError):
        source.take(source.archive)
    assert not (source.stage / "dump").exists()


DIGEST = hashlib.sha256(b"").hexdigest().encode()


@pytest.mark.parametrize(
    "path",
    [b"../x", b"/x", b"a//x", b"a/../../x", b".", b"a/./x", b"/".join([b"a"] * 100)],
    ids=["up", "root", "empty", "over", "dot", "mid", "deep"],
)
def test_paths_that_are_not_beneath_the_dump_are_refused(path: bytes) -> None:
    for kind in (b"f", b"d"):
        with pytest.raises(MigrationError, match="which is not a plain path below it; nothing is staged"):
            staging.parse_listing(kind + b" 0 " + path + b"\0\0" + DIGEST + b"  ./" + path + b"\n")


@pytest.mark.parametrize(
    "data", [b"", b"f 1 a\0", b"f x a\0\0", b"f 1 a\0\0", b"f 0 a\0\0" + DIGEST + b"  a\n", b"f 1 a\0\0" + DIGEST[:30]]
)
def test_a_damaged_listing_is_refused(data: bytes) -> None:
    with pytest.raises(MigrationError):
        staging.parse_listing(data)


def test_a_second_run_at_the_same_time_is_refused(source: Source) -> None:
    source.list()
    source.ask()
    with staging.Stage(str(source.stage), str(source.listing)):
        with pytest.raises(MigrationError, match="Another run is staging"):
            source.ask()
