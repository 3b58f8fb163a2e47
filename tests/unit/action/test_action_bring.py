# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bring in both directions: on this machine, through a shell as the login user, and as another user.

The shell is a real one; what the connection would carry as the login user is a copy on this machine.
"""

from __future__ import annotations

import os
import stat
import subprocess
import tracemalloc
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.plugin_utils import _host_files
from tests.unit.action.bring_world import Bring

WAYS = ("here", "login", "become")
SHELLS = ("login", "become")
DIRECTIONS = ("fetch", "send")
AWKWARD = ("a b/c 'd'", '"quoted" $HOME `id`', "-rf", "naïve/数据 ☃.csv", "back\\slash", "*", "~tilde", "sub/-x", "a;b&c|d<e>f")


@pytest.fixture(params=[0o022, 0o077], ids=["umask022", "umask077"])
def umask(request: pytest.FixtureRequest) -> t.Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def src(tmp_path: Path) -> Path:
    folder = tmp_path / "the source's"
    folder.mkdir()
    return folder


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "new" / "the dest"


@pytest.fixture
def make(tmp_path: Path) -> t.Callable[[str], Bring]:
    return lambda way: Bring(way, tmp_path)


Make = t.Callable[[str], Bring]


def fill(at: Path, /, **files: bytes) -> None:
    for name, content in files.items():
        write(at / name, content)


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def modes(folder: Path) -> tuple[set[int], set[int]]:
    """Of the folders, the top one too, and of the files."""
    paths = [folder, *folder.rglob("*")]
    return (
        {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()},
        {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()},
    )


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("limits", ["as they are", "tiny"])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_files_arrive_whole_and_private_and_only_once(
    make: Make, src: Path, dest: Path, monkeypatch: pytest.MonkeyPatch, way: str, direction: str, limits: str
) -> None:
    if limits == "tiny":
        monkeypatch.setattr(_host_files, "INLINE", 100)
        monkeypatch.setattr(_host_files, "PACK", 2000)
        monkeypatch.setattr(_host_files, "BLOCK", 1 << 20)
        monkeypatch.setattr(_host_files, "WORDS", 300)
    for number, name in enumerate(AWKWARD):
        write(src / name, bytes(range(256)) * number)
    write(src / "large", os.urandom(2_500_000))
    write(src / "empty", b"")
    names = [*AWKWARD, "large", "empty"]
    plugin = make(way)
    done = plugin(direction=direction, src=str(src), dest=str(dest), names=names)
    assert done["changed"] is True
    assert sorted(done["brought"]) == sorted(names)
    assert done["summary"] == {"brought": 11, "bytes": 2_500_000 + 256 * 36, "missing": 0, "present": 11, "removed": 0}
    assert tree(dest) == tree(src)
    assert modes(dest.parent) == ({0o700}, {0o600})
    inodes = {path: path.stat().st_ino for path in dest.rglob("*")}
    again = make(way)
    unchanged = again(direction=direction, src=str(src), dest=str(dest), names=names)
    assert (unchanged["changed"], unchanged["brought"], unchanged["summary"]["bytes"]) == (False, [], 0)
    assert {path: path.stat().st_ino for path in dest.rglob("*")} == inodes
    assert again._connection.carried == []
    assert way != "here" or plugin.scripts + plugin._connection.carried == []
    assert way == "here" or limits == "tiny" or len(again.scripts) == 1


@pytest.mark.parametrize("way", SHELLS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_small_files_cost_two_calls_of_the_shell(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    names = [f"{number:03}.jsonl" for number in range(60)]
    fill(src, **dict.fromkeys(names, b"a line\n"))
    plugin = make(way)
    plugin(direction=direction, src=str(src), dest=str(dest), names=names)
    assert (len(plugin.scripts), plugin._connection.carried) == (2, [])


@pytest.mark.parametrize("way", SHELLS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_more_names_than_one_script_takes(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    """Each is full of quotes, which grow five times with every shell."""
    names = [f"{number:03}{chr(39) * 100}" for number in range(60)]
    fill(src, **{name: name.encode() for name in names})
    make(way)(direction=direction, src=str(src), dest=str(dest), names=names)
    assert tree(dest) == tree(src)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_only_what_differs_is_brought(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    fill(src, same=b"same", other=b"new", mode=b"mode", new=b"1")
    fill(dest, same=b"same", other=b"old", mode=b"mode", kept=b"not ours")
    for name in ("same", "other"):
        (dest / name).chmod(0o600)
    (dest / "mode").chmod(0o644)
    done = make(way)(direction=direction, src=str(src), dest=str(dest), names=["same", "other", "mode", "new"])
    assert done["brought"] == ["new", "other"]
    assert tree(dest) == {**tree(src), "kept": b"not ours"}
    assert stat.S_IMODE((dest / "mode").stat().st_mode) == 0o600


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_if_one_is_missing_none_is_replaced(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    fill(src, first=b"new")
    fill(dest, first=b"old", second=b"old")
    with pytest.raises(MigrationError) as caught:
        make(way)(direction=direction, src=str(src), dest=str(dest), names=["first", "second"])
    where = "east" if direction == "fetch" else "the controller"
    sentence = f"The file {src}/second is not on {where}, or cannot be read there; run the step that makes it, or correct the path."
    assert str(caught.value) == sentence
    assert tree(dest) == {"first": b"old", "second": b"old"}


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_optional_files_may_be_missing(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    fill(src, first=b"1", third=b"3")
    done = make(way)(direction=direction, src=str(src), dest=str(dest), names=["first"], optional=["second", "third"])
    assert (done["missing"], done["summary"]["missing"], done["summary"]["present"]) == (["second"], 1, 2)
    assert tree(dest) == {"first": b"1", "third": b"3"}
    nothing = make(way)(direction=direction, src=str(src / "none"), dest=str(dest / "none"), optional=["second"])
    assert (nothing["changed"], nothing["missing"]) == (False, ["second"])
    assert not (dest / "none").exists()


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", SHELLS)
def test_damage_on_the_way_is_refused(make: Make, src: Path, dest: Path, monkeypatch: pytest.MonkeyPatch, way: str, direction: str) -> None:
    """Of two files one arrives with other bytes: neither takes its place and nothing of them is left."""
    monkeypatch.setattr(_host_files, "INLINE", 0)
    fill(src, first=b"new" * 1000, second=b"more" * 1000)
    fill(dest, first=b"old")
    plugin = make(way)
    if direction == "fetch":
        plugin.tamper = lambda text: text.replace("bmV3", "bmV4", 1)
    else:
        put = plugin._connection.put_file

        def damaged(source: str, to: str) -> None:
            put(source, to)
            Path(to).write_bytes(Path(to).read_bytes().replace(b"more", b"less", 1))

        monkeypatch.setattr(plugin._connection, "put_file", damaged)
    with pytest.raises(MigrationError, match=r"other bytes .* run it again\."):
        plugin(direction=direction, src=str(src), dest=str(dest), names=["first", "second"])
    assert tree(dest) == {"first": b"old"}
    assert [path.name for path in dest.iterdir()] == ["first"]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_check_mode_predicts_and_writes_nothing(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    fill(src, first=b"1", second=b"2")
    args = {"direction": direction, "src": str(src), "dest": str(dest), "names": ["first", "second"], "remove": True, "absent": [str(src)]}
    predicted = make(way)(dry=True, **args)
    assert tree(src) == {"first": b"1", "second": b"2"}
    assert not dest.parent.exists()
    assert predicted == make(way)(**args)
    assert tree(dest) == {"first": b"1", "second": b"2"}
    assert not src.exists()


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_sources_are_removed_once_they_arrived(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    fill(src, first=b"1", second=b"2", other=b"3")
    done = make(way)(direction=direction, src=str(src), dest=str(dest), names=["first"], optional=["second", "none"], remove=True)
    assert done["summary"]["removed"] == 2
    assert tree(src) == {"other": b"3"}
    with pytest.raises(MigrationError):
        make(way)(direction=direction, src=str(src), dest=str(dest), names=["other", "none"], remove=True)
    assert tree(src) == {"other": b"3"}


@pytest.mark.parametrize("way", WAYS)
def test_files_and_folders_that_are_to_be_absent(make: Make, src: Path, tmp_path: Path, way: str) -> None:
    for name in AWKWARD:
        write(src / name, b"")
    (src / "link").symlink_to(tmp_path / "target")
    fill(tmp_path / "target", file=b"stays")
    write(tmp_path / "home file", b"")
    paths = [*(str(src / name) for name in AWKWARD), str(src / "link"), str(src / "none"), "~/home file"] if way != "here" else [str(src)]
    done = make(way)(absent=paths)
    assert (done["changed"], done["summary"]["removed"]) == (True, len(AWKWARD) + 2 if way != "here" else 1)
    assert not src.exists() or not tree(src)
    assert tree(tmp_path / "target") == {"file": b"stays"}
    assert make(way)(absent=paths)["changed"] is False
    for path in ("/", "~", "~/", "..", "."):
        with pytest.raises(MigrationError, match="is not removed"):
            make(way)(absent=[path])


@pytest.mark.parametrize("way", SHELLS)
@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 4_500_000])
def test_a_file_of_the_home_folder_in_blocks(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, size: int) -> None:
    monkeypatch.setattr(_host_files, "BLOCK", 1 << 20)
    monkeypatch.setattr(_host_files, "RESTING", str(tmp_path / "resting"))
    (tmp_path / "resting").mkdir()
    content = os.urandom(size)
    write(tmp_path / "a b" / "file'", content)
    there = tmp_path / "there"
    make(way)(direction="fetch", src="~/a b/file'", dest=str(there / "file"))
    assert tree(there) == {"file": content}
    make(way)(direction="send", src=str(there / "file"), dest="~/c d/e'")
    assert tree(tmp_path / "c d") == {"e'": content}
    assert not list((tmp_path / "resting").iterdir()), "nothing of it is left elsewhere"


@pytest.mark.parametrize("way", WAYS)
def test_other_names_at_the_destination(make: Make, src: Path, dest: Path, way: str) -> None:
    fill(src, first=b"1", second=b"2")
    make(way)(direction="send", src=str(src), dest=str(dest), names=["first", "second"], rename={"first": "below/1st"})
    assert tree(dest) == {"below/1st": b"1", "second": b"2"}
    with pytest.raises(MigrationError, match="same name"):
        make(way)(direction="send", src=str(src), dest=str(dest), names=["first", "second"], rename={"first": "second"})


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a//b", ".", "new\nline"])
def test_a_name_that_leads_elsewhere_is_refused(make: Make, src: Path, dest: Path, name: str) -> None:
    with pytest.raises(MigrationError, match="is not a path of a file below a folder"):
        make("here")(direction="send", src=str(src), dest=str(dest), names=[name])


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_folders_and_links_in_the_way(make: Make, src: Path, dest: Path, tmp_path: Path, way: str, direction: str) -> None:
    fill(src, file=b"new")
    fill(tmp_path, outside=b"new")
    dest.mkdir(parents=True)
    (dest / "file").symlink_to(tmp_path / "outside")
    done = make(way)(direction=direction, src=str(src), dest=str(dest), names=["file"])
    assert done["brought"] == ["file"], "a link is replaced by the file, also where it leads to the same bytes"
    assert not (dest / "file").is_symlink()
    (dest / "folder").mkdir()
    fill(src, folder=b"")
    with pytest.raises(MigrationError, match="it is a folder; move that away"):
        make(way)(direction=direction, src=str(src), dest=str(dest), names=["folder"])
    with pytest.raises(MigrationError, match="is not on"):
        make(way)(direction=direction, src=str(dest), dest=str(src), names=["folder"])


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_no_names_bring_nothing(make: Make, src: Path, dest: Path, way: str, direction: str) -> None:
    done = make(way)(direction=direction, src=str(src), dest=str(dest), names=[])
    assert (done["changed"], done["summary"]["present"]) == (False, 0)
    assert not dest.exists()


def test_one_folder_on_one_machine_is_left_alone(make: Make, src: Path) -> None:
    fill(src, file=b"1")
    before = (src / "file").stat()
    done = make("here")(direction="send", src=str(src), dest=str(src), names=["file"], remove=True)
    assert done["changed"] is False
    assert (src / "file").stat() == before


@pytest.mark.parametrize("way", SHELLS)
def test_what_the_shell_says_is_told(make: Make, src: Path, tmp_path: Path, way: str) -> None:
    fill(src, file=b"1")
    write(tmp_path / "not a folder", b"")
    with pytest.raises(
        MigrationError,
        match=r"^Writing the files in .*/x on east failed for the user \w+: .*Not a directory; let that user do it, or set ae_work_dir",
    ):
        make(way)(direction="send", src=str(src), dest=str(tmp_path / "not a folder" / "x"), names=["file"])
    silent = make(way)
    silent.tamper = lambda _text: "This account is locked.\n"
    with pytest.raises(MigrationError, match=r"the shell there gave no answer: This account is locked\."):
        silent(direction="fetch", src=str(src), dest=str(tmp_path), names=["file"])


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_memory_does_not_grow_with_the_file(
    make: Make, src: Path, dest: Path, monkeypatch: pytest.MonkeyPatch, way: str, direction: str
) -> None:
    monkeypatch.setattr(_host_files, "BLOCK", 1 << 20)
    size = 48 << 20
    with (src / "large").open("wb") as stream:
        stream.truncate(size)
    plugin = make(way)
    plugin._connection.put_file = plugin._connection.fetch_file = lambda one, two: subprocess.run(["cp", one, two], check=True)
    tracemalloc.start()
    try:
        plugin(direction=direction, src=str(src), dest=str(dest), names=["large"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (dest / "large").stat().st_size == size
    assert peak < size // 4
