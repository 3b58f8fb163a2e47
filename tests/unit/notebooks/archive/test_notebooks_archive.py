# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of projects as they are written: equal bytes, links, sizes, memory, files that change."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import os
import shutil
import socket
import tarfile
import tracemalloc
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import Tree, tree_digest
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import pack
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree, write_archive
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.survey import TooLarge, check_size, overlaid, resolve
from tests.unit.notebooks.convert_world import EMPTY, LINKS, archived, looked_at, make_tree, names_in


def tree_of(path: Path) -> Tree:
    with path.open("rb") as stream:
        return read_tree(stream, "The archive")


def test_one_folder_at_the_top_and_members_in_order(tmp_path: Path) -> None:
    names = names_in(archived(make_tree(tmp_path / "p"), tmp_path / "a.tar.gz"))
    assert {name.partition("/")[0] for name in names} == {"proj"}
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    assert not [name for name in names if "/envs/default" in name or "/services/redis" in name or name.endswith(".indexer.pid")]


def test_equal_content_gives_equal_bytes_whatever_owner_time_mode_and_order(tmp_path: Path) -> None:
    one = make_tree(tmp_path / "one")
    shutil.copytree(one, tmp_path / "two", symlinks=True)
    for path in sorted((tmp_path / "two").rglob("*"), reverse=True):
        if not path.is_symlink():
            os.utime(path, (1, 1))
            path.chmod(0o700 if path.is_dir() else 0o600)
    first, second = (archived(tmp_path / name, tmp_path / f"{name}.tar.gz").read_bytes() for name in ("one", "two"))
    assert first == second


def test_nothing_of_the_host_is_in_a_header(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "p")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o750)
    with tarfile.open(archived(folder, tmp_path / "a.tar.gz")) as tar:
        for info in tar:
            assert (info.mtime, info.uid, info.gid, info.uname, info.gname) == (0, 0, 0, "", "")
            wanted = 0o777 if info.issym() else 0o755 if info.isdir() or info.name.endswith("run.sh") else 0o644
            assert info.mode == wanted, info.name
    assert (tmp_path / "a.tar.gz").read_bytes()[3:10] == b"\0\0\0\0\0\x04\xff", "no name and no time in gzip's header"


def test_the_bytes_are_the_same_in_every_python(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    (folder / "empty").mkdir(parents=True)
    (folder / "a.txt").write_text("content")
    (folder / "run").write_text("x")
    (folder / "run").chmod(0o755)
    (folder / ("n" * 150)).write_text("long")
    (folder / "link").symlink_to("a.txt")
    raw = gzip.decompress(archived(folder, tmp_path / "a.tar.gz").read_bytes())
    assert hashlib.sha256(raw).hexdigest() == "e37542e00ad426376340f261615646e49533a07b3475277c722a8f9372322c11"


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "p")
    tree = tree_of(archived(folder, tmp_path / "a.tar.gz"))
    assert tree.top == "proj"
    assert tree.links == LINKS
    assert set(EMPTY) - tree.folders == {"emptied-by-patterns"}, "without a pattern it is not empty"
    for path, digest in tree.files.items():
        assert digest == hashlib.sha256((folder / path).read_bytes()).hexdigest()


def test_the_digest_of_the_tree_is_told_while_writing(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "p")
    found = looked_at(folder)
    fd = os.open(folder, os.O_RDONLY)
    target = io.BytesIO()
    written = write_archive(found, fd, "x", target.write)
    counted = write_archive(found, fd, "x")
    os.close(fd)
    assert written == counted, "without a file to write to the same is told"
    assert written.sha256 == hashlib.sha256(target.getvalue()).hexdigest()
    assert written.bytes == len(target.getvalue())
    target.seek(0)
    tree = read_tree(target, "It")
    assert written.files == tree.files


def test_the_trees_digest_knows_a_path_and_a_byte() -> None:
    same = tree_digest({"a": "0" * 64, "b": "1" * 64})
    assert same == tree_digest({"b": "1" * 64, "a": "0" * 64})
    assert same != tree_digest({"a": "1" * 64, "b": "0" * 64})
    assert same != tree_digest({"a": "0" * 64})


def test_names_that_no_archive_of_ustar_takes(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    long = "/".join(["d" * 80] * 4) + "/" + "f" * 200
    for name in (long, "line\nbreak", "caf\udce9", "-rf", "größe", "tab\t"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.fsencode(path), "wb") as stream:
            stream.write(name.encode("utf-8", "surrogateescape"))
    tree = tree_of(archived(folder, tmp_path / "a.tar.gz"))
    assert set(tree.files) == {long, "line\nbreak", "caf\udce9", "-rf", "größe", "tab\t"}


def test_our_files_stand_in_place_of_the_projects(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "p")
    found = overlaid(looked_at(folder, replaced={"README.md"}), {"README.md": b"ours", "anaconda-project.yml": b"name: x\n"})
    tree = tree_of(archived(folder, tmp_path / "a.tar.gz", found))
    assert tree.files["README.md"] == hashlib.sha256(b"ours").hexdigest()
    assert "anaconda-project.yml" in tree.files
    assert tree.links["sub/up.md"] == "../README.md", "a link to a file of ours is kept"


def test_a_survey_can_be_narrowed_and_is_plain_data(tmp_path: Path) -> None:
    found = looked_at(make_tree(tmp_path / "p"))
    fewer = dataclasses.replace(found, members=found.members[:2])
    assert len(names_in(archived(tmp_path / "p", tmp_path / "a.tar.gz", fewer))) == 2


# -- links and special files


def test_links_that_end_inside_are_kept_and_the_others_are_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "data" / "real.csv").write_text("1")
    (folder / "private").write_text("secret")
    links = {
        "data/deep/up.csv": "../real.csv",
        "again": "data/deep/up.csv",
        "absolute": f"{folder}/data/real.csv",
        "data/deep/aen": "/projects/alice/p/data/real.csv",
        "folder": "data",
        "through": "folder/real.csv",
        "here": ".",
        "passwd": "/etc/passwd",
        "out": "../elsewhere",
        "sly": "data/../../p/data/real.csv",
        "gone": "data/nothing",
        "circle-a": "circle-b",
        "circle-b": "circle-a",
        "ignored": "private",
        "env": "envs/default/lib",
        "by-outside": "out/x",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    found = looked_at(folder, "/private", also_known_as=("/projects/alice/p",))
    kept = {member.path: member.target for member in found.members if member.kind == "link"}
    assert kept == {
        "data/deep/up.csv": "../real.csv",
        "again": "data/deep/up.csv",
        "absolute": "data/real.csv",
        "data/deep/aen": "../real.csv",
        "folder": "data",
        "through": "folder/real.csv",
        "here": ".",
    }
    told = {item.path: item.why for item in found.left_out}
    assert told.keys() == links.keys() - kept.keys()
    assert told["passwd"] == "it links to /etc/passwd, which is outside the project"
    assert told["sly"].endswith("outside the project"), "by way of the folder above it would be another place on AE5"
    assert told["ignored"] == "it links to private, which is not in the archive"
    assert told["env"] == "it links to envs/default/lib, which is not in the archive"


@pytest.mark.parametrize("name", ["a", "a/b", "a/b/c"])
def test_a_chain_of_links_ends(name: str) -> None:
    links = {name: "x0", **{f"{name.rpartition('/')[0]}/x{i}".lstrip("/"): f"x{i + 1}" for i in range(100)}}
    assert resolve(name, "x0", ["/p"], links) == name, "it is taken for a circle, and told of"


def test_a_link_to_a_folder_is_not_entered(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("k")
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "in").symlink_to(secret)
    assert [member.path for member in looked_at(folder).members] == []


def test_what_is_neither_file_nor_folder_nor_link_is_told_of(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener, contextlib_chdir(tmp_path):
        listener.bind("sock")
    found = looked_at(tmp_path)
    assert [(item.path, item.why) for item in found.left_out] == [
        ("pipe", "it is not a file, folder or link"),
        ("sock", "it is not a file, folder or link"),
    ]


def contextlib_chdir(path: Path) -> t.ContextManager[None]:
    import contextlib

    return contextlib.chdir(path)


def test_two_names_of_one_file_are_two_files(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "one").write_text("x")
    os.link(folder / "one", folder / "two")
    assert tree_of(archived(folder, tmp_path / "a.tar.gz")).files.keys() == {"one", "two"}


# -- sizes


def sparse(folder: Path, name: str, size: int) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / name).open("wb") as stream:
        stream.truncate(size)


def test_a_sparse_project_over_the_limit_is_refused_by_its_size(tmp_path: Path) -> None:
    sparse(tmp_path / "p", "data.bin", 1_200_000_000)
    sparse(tmp_path / "p", "small.bin", 10)
    with pytest.raises(TooLarge) as caught:
        check_size(looked_at(tmp_path / "p"), "alice/p")
    assert str(caught.value) == (
        "The project alice/p has 1.2 GB in 2 files, and AE5 accepts at most 1.0 GB; put large data elsewhere, or name it in"
        " .projectignore (the largest: data.bin (1.2 GB), small.bin (10 B))."
    )


def test_what_is_ignored_does_not_count(tmp_path: Path) -> None:
    sparse(tmp_path / "p", "data.bin", 1_200_000_000)
    check_size(looked_at(tmp_path / "p", "*.bin"), "alice/p")


def test_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    sparse(tmp_path / "p", "x", 1000)
    found = looked_at(tmp_path / "p")
    check_size(found, "p", 1000)
    with pytest.raises(TooLarge):
        check_size(found, "p", 999)


def test_an_archive_over_the_limit_ends_while_it_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "noise").write_bytes(os.urandom(300_000))
    with pytest.raises(TooLarge, match="archive of the project alice/p is over the"):
        archived(folder, tmp_path / "a.tar.gz", limit=100_000, name="alice/p")
    assert (tmp_path / "a.tar.gz").stat().st_size <= 100_000


def test_memory_stays_flat(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    for number in range(2):
        sparse(folder, f"{number}.bin", 30_000_000)
    found = looked_at(folder)
    tracemalloc.start()
    target = archived(folder, tmp_path / "a.tar.gz", found)
    tree = tree_of(target)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(tree.files) == 2
    assert peak < 12 * pack.CHUNK, f"{peak:,} bytes at the peak for 60,000,000"


def test_a_file_of_more_than_eight_gigabytes_has_its_size(tmp_path: Path) -> None:
    info = tarfile.TarInfo.frombuf(pack._header(pack.Member("big", "file", 9 * 2**30), "p"), "utf-8", "strict")
    assert (info.name, info.size) == ("p/big", 9 * 2**30)


# -- files that change


class Changes(t.NamedTuple):
    name: str
    change: t.Callable[[Path], t.Any]


@pytest.mark.parametrize(
    "change",
    [
        Changes("grows", lambda path: path.write_text("longer than it was")),
        Changes("same size", lambda path: path.write_text("ytnetnoc")),
        Changes("goes", lambda path: path.unlink()),
        Changes("replaced", lambda path: (path.unlink(), path.write_text("contenty"))),
        Changes("becomes a link", lambda path: (path.unlink(), path.symlink_to("/etc/passwd"))),
    ],
    ids=lambda change: change.name,
)
def test_a_file_that_changed_after_the_look_is_noticed(tmp_path: Path, change: Changes) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "a").write_text("contenty")
    found = looked_at(folder)
    os.utime(folder / "a", (5, 5))
    found = looked_at(folder)
    change.change(folder / "a")
    with pytest.raises(MigrationError, match=r"The file a of the project p (changed while|cannot be read)"):
        archived(folder, tmp_path / "a.tar.gz", found, name="p")


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "a").write_bytes(os.urandom(3 * pack.CHUNK))
    os.utime(folder / "a", (5, 5))
    found = looked_at(folder)
    fd = os.open(folder, os.O_RDONLY)
    calls = []

    def write(data: bytes) -> None:
        if not calls:
            (folder / "a").write_bytes(b"x" * 3 * pack.CHUNK)
        calls.append(len(data))

    with pytest.raises(pack.Changed, match="ask its owner to end the session"):
        write_archive(found, fd, "p", write)
    os.close(fd)


def test_a_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "passwd").write_text("mine")
    found = looked_at(folder)
    shutil.rmtree(folder / "sub")
    (folder / "sub").symlink_to("/etc")
    with pytest.raises(MigrationError, match="cannot be read"):
        archived(folder, tmp_path / "a.tar.gz", found)
