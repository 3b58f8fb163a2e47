# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The build number of a shared library's package: what changes wins in its channel, what does not is not sent again."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import ChannelView
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library
from tests.unit.notebooks.library_world import ENTRY, RISK, Libraries

CHANNEL = "libraries/risk"
A, B = {**RISK, "risk/__init__.py": "x = 'a'\n"}, {**RISK, "risk/__init__.py": "x = 'b'\n"}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Libraries:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # check mode leaves its folder to the caller
    return Libraries(tmp_path)


def night(host: Libraries, files: dict[str, str]) -> tuple[Library, int]:
    """The library as it is now, built and uploaded, and its build number as its package has it."""
    host.library("/opt/risk", files)
    library = host.one(ENTRY)
    number = host.package(library).json("index")["build_number"]
    assert library.build.endswith(f"_{number}")
    host.uploaded(library, number)
    return library, number


def test_every_change_wins_also_the_one_back_and_no_change_is_none(host: Libraries) -> None:
    nights = [night(host, files) for files in (A, A, B, B, A, A)]
    assert [number for _library, number in nights] == [0, 0, 1, 1, 2, 2]
    assert len({library.sha256 for library, _number in nights}) == 3
    assert nights[0][0].build[:-2] == nights[4][0].build[:-2], "the digest of the content is that of the first night"
    assert not host.run(ENTRY)["changed"]
    assert len(host.views[0].packages) == 3


def test_what_the_last_run_made_is_not_needed(host: Libraries) -> None:
    for files, wanted in ((A, 0), (B, 1), (A, 2), (A, 2)):
        assert night(host, files)[1] == wanted
        for path in host.dest.rglob("*.*"):
            path.unlink()


def test_an_upload_that_failed_takes_no_number(host: Libraries) -> None:
    first, _number = night(host, A)
    host.library("/opt/risk", B)
    assert host.one(ENTRY).build.endswith("_1")
    assert host.one(ENTRY).build.endswith("_1")
    assert night(host, A) == (first, 0)


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ({("risk", "1.0", "py27_4"): 4}, 5),
        ({("risk", "1.0", "by_hand"): 7, ("risk", "1.0", "py36_2"): 2}, 8),
        ({("risk", "1.0.0", "0"): 3}, 4),
        ({("risk", "1.1", "3"): 3, ("risky", "1.0", "9"): 9}, 0),
        ({("risk", "no version", "3"): 3}, 0),
        ({}, 0),
    ],
)
def test_the_number_is_above_all_that_the_channel_holds_of_that_version(
    host: Libraries, there: dict[tuple[str, str, str], int], wanted: int
) -> None:
    host.views = [
        ChannelView(CHANNEL, None, dict.fromkeys(there, ("", "")), numbers=there),
        ChannelView("other", None, {("risk", "1.0", "8"): ("", "")}, numbers={("risk", "1.0", "8"): 8}),
    ]
    assert night(host, A)[1] == wanted


def test_a_build_of_that_name_with_other_bytes_is_not_ours(host: Libraries) -> None:
    first, _number = night(host, A)
    (view,) = host.views
    host.views = [dataclasses.replace(view, packages=dict.fromkeys(view.packages, ("0" * 64, "")))]
    assert night(host, A)[0].build == first.build[:-1] + "1"


def test_somebody_elses_build_is_named_and_not_outbid_each_night(host: Libraries) -> None:
    first, _number = night(host, A)
    (view,) = host.views
    key = ("risk", "1.0", "py_5")
    host.views = [dataclasses.replace(view, packages={**view.packages, key: ("", "")}, numbers={key: 5})]
    result = host.run(ENTRY)
    assert (result["changed"], host.read()) == (False, [first])
    assert result["warnings"] == [
        "The channel libraries/risk holds the build py_5 of risk 1.0, which was not made of /opt/risk and which clients prefer; remove it,"
        " or give one of them another name or channel."
    ]
    assert night(host, B)[1] == 6


def test_nothing_is_guessed_where_the_channel_cannot_be_read(host: Libraries) -> None:
    host.library("/opt/risk", A)
    host.project("ann/a", "/opt/risk")
    host.views = [ChannelView(CHANNEL, frozenset(), {}, unread=True)]
    result = host.run(ENTRY)
    (library,) = host.read()
    assert (library.state, library.file, library.used_by) == ("reported", "", ("ann/a",))
    assert library.why == (
        "AE5 does not show what is in its channel libraries/risk, so the next build number is not known; give the user of the migration"
        " read access."
    )
    assert any(library.why in text for text in result["warnings"])
    assert (host.dest / "placements.jsonl").read_text() == ""


@pytest.mark.parametrize("check", [False, True])
def test_the_package_of_the_last_run_stays_where_the_channel_cannot_be_read_any_more(host: Libraries, check: bool) -> None:
    first, _number = night(host, A)
    host.library("/opt/risk", B)
    (view,) = host.views
    host.views = [dataclasses.replace(view, packages={}, numbers={}, unread=True)]
    before = host.state()
    result = host.run(ENTRY, check=check)
    assert (result["changed"], host.state(), host.read()) == (False, before, [first])
    assert Path(result["dest"], first.package_path).read_bytes() == (host.dest / first.package_path).read_bytes()
    assert "keeps the package of the last run: AE5 does not show what is in its channel libraries/risk" in result["warnings"][0]
    (host.dest / first.package_path).write_bytes(b"cut")
    host.run(ENTRY)
    assert [library.state for library in host.read()] == ["reported"]


def test_a_list_of_channels_is_needed(host: Libraries) -> None:
    host.library("/opt/risk", A)
    assert "cannot be read" in host.run(ENTRY, channels=str(host.lists / "none.jsonl"))["msg"]
