# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a transfer: the source that checks itself, the decisions, the pool, the windows, completeness."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.multipart import MultipartBody
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.retry import decide
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import KEPT, compare, excused, missing
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import NotTried, Stop, run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.source import CorruptFile, DumpSource, SourceError
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.sync import windows

CONTENT = bytes(range(256)) * 20


@pytest.fixture
def dump(tmp_path: Path) -> t.Iterator[int]:
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "x.conda").write_bytes(CONTENT)
    fd = os.open(tmp_path, os.O_RDONLY)
    yield fd
    os.close(fd)


def placement(**given: t.Any) -> Placement:
    md5, sha256 = hashlib.md5(CONTENT).hexdigest(), hashlib.sha256(CONTENT).hexdigest()
    return dataclasses.replace(Placement("c", "s", "o", "x", "x.conda", "noarch", len(CONTENT), md5, sha256, "o/x.conda"), **given)


def read_all(source: DumpSource, size: int = 1000) -> bytes:
    reader = source.open()
    got = b""
    try:
        while piece := reader.read(size):
            got += piece
    except CorruptFile as exc:
        exc.values["got"] = got
        raise
    finally:
        reader.close()
    return got


@pytest.mark.parametrize("size", [1, 999, 5120, 1 << 20])
def test_a_right_file_is_given_out_whole(dump: int, size: int) -> None:
    assert read_all(DumpSource(dump, placement()), size) == CONTENT
    assert read_all(DumpSource(dump, placement(md5=None)), size) == CONTENT
    assert read_all(DumpSource(dump, placement(md5=None, sha256=None)), size) == CONTENT


@pytest.mark.parametrize("field", ["md5", "sha256"])
def test_of_a_corrupted_file_the_last_block_is_withheld(dump: int, field: str) -> None:
    with pytest.raises(
        CorruptFile, match=f"File o/x.conda of site s is corrupted, its {field} is [0-9a-f]+ and not 00, so it was not sent"
    ) as caught:
        read_all(DumpSource(dump, placement(**{field: "00"})))
    assert len(caught.value.values["got"]) == 5000 < len(CONTENT)


@pytest.mark.parametrize("size", [len(CONTENT) - 1, len(CONTENT) + 1])
def test_a_file_of_another_size_is_not_even_begun(dump: int, size: int) -> None:
    with pytest.raises(CorruptFile, match=f"its size is {len(CONTENT)} and not {size}"):
        DumpSource(dump, placement(size=size)).open()


@pytest.mark.parametrize("change", ["grow", "shrink"])
def test_a_file_that_changes_while_it_is_sent_is_not_sent_whole(dump: int, tmp_path: Path, change: str) -> None:
    reader = DumpSource(dump, placement(md5=None, sha256=None)).open()
    reader.read(5000)
    os.truncate(tmp_path / "o" / "x.conda", len(CONTENT) + (10 if change == "grow" else -120))
    with pytest.raises(CorruptFile, match="its size is"):
        reader.read(5000)
    reader.close()


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "o/../../x", "link/x.conda", "o/gone"])
def test_nothing_outside_the_dump_is_opened(dump: int, tmp_path: Path, path: str) -> None:
    (tmp_path / "link").symlink_to("o")
    with pytest.raises(SourceError, match=r"x.conda for channel c cannot be sent"):
        DumpSource(dump, placement(path=path)).open()


def test_a_path_for_the_client_is_given_after_all_bytes_were_checked(dump: int, tmp_path: Path) -> None:
    assert DumpSource(dump, placement()).checked_path() == str(tmp_path / "o" / "x.conda")
    with pytest.raises(CorruptFile):
        DumpSource(dump, placement(md5="0")).checked_path()
    with pytest.raises(SourceError, match="under another name"):
        DumpSource(dump, placement(file="y.conda")).checked_path()


def test_a_body_has_exactly_its_length_whatever_the_block(dump: int) -> None:
    for size in (7, 100, 1 << 20):
        body = MultipartBody("content", "x.conda", len(CONTENT), DumpSource(dump, placement()).open())
        got = b"".join(iter(lambda body=body, size=size: body.read(size), b""))
        assert len(got) == len(body)
        assert CONTENT in got
        body.close()


@pytest.mark.parametrize(
    ("status", "reached", "action"),
    [
        (None, True, "ask"),
        (None, False, "again"),
        (409, True, "ask"),
        (500, True, "ask"),
        (502, True, "ask"),
        (503, True, "ask"),
        (504, True, "ask"),
        (429, True, "again"),
        (401, True, "fatal"),
        (507, True, "fatal"),
        (413, True, "failed"),
        (400, True, "failed"),
        (403, True, "failed"),
        (404, True, "failed"),
        (302, True, "failed"),
    ],
)
def test_what_a_failed_upload_means(status: t.Optional[int], reached: bool, action: str) -> None:
    assert decide(status, reached).action == action


def test_the_pool_reports_each_item_and_takes_few_ahead() -> None:
    taken: list[int] = []

    def items() -> t.Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    def work(number: int) -> int:
        if number % 7 == 3:
            raise MigrationError(str(number))
        return number * 2

    for done, (item, result) in enumerate(run_all(work, items(), 2)):
        assert len(taken) - done <= 6
        assert str(result) == (str(item) if item % 7 == 3 else str(item * 2))
    assert taken == list(range(50))


def test_after_a_stop_nothing_is_begun_and_everything_is_reported() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 3:
            raise Stop("the disk is full")
        return number

    results = dict(run_all(work, range(100), 1))
    assert sorted(results) == list(range(100))
    assert results[2] == 2
    assert isinstance(results[3], Stop)
    assert begun == [0, 1, 2, 3]
    assert all(isinstance(results[number], NotTried) for number in range(4, 100))


def test_a_bug_in_the_work_is_not_an_outcome() -> None:
    with pytest.raises(KeyError):
        list(run_all(lambda number: {}[number], range(3), 2))


def test_no_more_threads_than_workers_run() -> None:
    lock, inside, most = threading.Lock(), [0], [0]
    gate = threading.Barrier(3)

    def work(_number: int) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        gate.wait(10)
        with lock:
            inside[0] -= 1

    list(run_all(work, range(9), 3))
    assert most[0] == 3


def test_windows_are_bounded_in_placements_and_in_pairs() -> None:
    many = [placement(channel=f"c{number // 4}", file=str(number)) for number in range(20)]
    assert [len(window) for window in windows(many, most_placements=6)] == [6, 6, 6, 2]
    assert [len(window) for window in windows(many, most_pairs=2)] == [8, 8, 4]
    assert list(windows([])) == []


def seen(**given: t.Any) -> Package:
    return dataclasses.replace(Package("noarch", "x.conda", "x", "1", "0", 1, "AA", "bb"), **given)


@pytest.mark.parametrize(
    ("mine", "theirs", "verdict"),
    [
        ({"sha256": "BB", "md5": "zz"}, {}, "same"),
        ({"sha256": "cc", "md5": "aa"}, {}, "different"),
        ({"sha256": None, "md5": "aa"}, {}, "same"),
        ({"sha256": "bb", "md5": "aa"}, {"sha256": None}, "same"),
        ({"sha256": "bb", "md5": None}, {"sha256": None}, "unproven"),
        ({"sha256": None, "md5": None, "size": 1}, {}, "unproven"),
    ],
)
def test_two_files_are_compared_by_sha256_else_md5_and_never_by_size(mine: t.Any, theirs: t.Any, verdict: str) -> None:
    assert compare(placement(**mine), seen(**theirs)) == verdict


def test_what_a_channel_lacks() -> None:
    here = placement(sha256="bb")
    other = placement(file="y", sha256="bb")
    gone = placement(file="z")
    bad = placement(file="bad")
    shown = {("noarch", "x.conda"): seen(), ("noarch", "y"): seen(sha256="00")}
    lacking = missing([here, other, gone, bad], shown, {bad.key})
    assert [(item.placement.file, item.why) for item in lacking] == [("y", "different"), ("z", "absent")]
    assert missing([], {}, ()) == []


def test_what_holds_nothing_up() -> None:
    rows = [
        TransferRow("c", "noarch", outcome, outcome.partition(":")[0], reason)
        for outcome, reason in (
            ("quarantined", ""),
            ("conflict:kept", KEPT + "x"),
            ("conflict:fail", "x"),
            ("failed", KEPT),
            ("uploaded", ""),
        )
    ]
    assert {key[2] for key in excused(rows)} == {"quarantined", "conflict:kept"}
