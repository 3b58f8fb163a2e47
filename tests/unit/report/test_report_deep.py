# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof by download: what the cluster gives out is what the dump has, whatever its listing says."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.download import Digests, digests_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._report.deep import chosen, proves
from tests.unit.report.conftest import Done
from tests.unit.report.report_samples import placement

BETA = "owner/beta/beta-1.0-0.tar.bz2 of site east"


def downloads(done: Done) -> list[str]:
    """What was downloaded, in order of name."""
    return sorted(record["path"].split("/conda/")[1].split("/", 2)[2] for record in done.lab.log() if record["path"].endswith(".tar.bz2"))


def stored(done: Done, item: Placement) -> t.Any:
    """Where the lab keeps the bytes of a placement."""
    return done.lab.parts.state.package_file(*item.key)


@pytest.mark.parametrize(
    ("given", "number"),
    [({}, 0), ({"deep": "none"}, 0), ({"deep": "sample", "deep_sample": 1}, 2), ({"deep": "sample"}, 3), ({"deep": "all"}, 3)],
    ids=str,
)
def test_as_much_is_downloaded_as_was_asked_for(done: Done, given: dict[str, t.Any], number: int) -> None:
    result = done.verify(**given)
    assert not result["failed"], result["msg"]
    assert len(downloads(done)) == result["summary"]["downloaded"]["files"] == number
    assert (result["summary"]["downloaded"]["bytes"] > 0) is (number > 0)


def test_check_mode_downloads_too(done: Done) -> None:
    assert done.verify(check=True, deep="all")["summary"]["downloaded"]["files"] == 3


def test_bytes_that_changed_on_the_cluster_are_found(done: Done) -> None:
    """The listing goes on to show the right digest."""
    item = done.placed("ann", "beta")
    content = bytearray(stored(done, item).read_bytes())
    content[len(content) // 2] ^= 1
    stored(done, item).write_bytes(content)
    assert not done.verify()["failed"]
    result = done.verify(deep="all")
    came = f"received {item.size} bytes with sha256 {hashlib.sha256(content).hexdigest()}"
    detail = f"Channel ann serves other bytes for noarch/beta-1.0-0.tar.bz2 than its repodata says: {came}."
    assert result["failures"] == [f"{BETA}: {detail}"]
    report = json.loads((done.dest / "report.json").read_text())
    assert [(item["verdict"], item["channel"], item["detail"]) for item in report["findings"]] == [("other_bytes", "ann", detail)]


def test_a_file_that_is_listed_and_not_given_out_is_not_proven(done: Done) -> None:
    done.lab.faults([{"path": "beta-1.0-0.tar.bz2", "status": 403}])
    result = done.verify(deep="all")
    assert len(result["failures"]) == 1
    assert result["failures"][0].startswith(f"{BETA}: Channel ann lists noarch/beta-1.0-0.tar.bz2, but it cannot be downloaded: ")
    assert result["summary"]["files"] == {"present": 1, "unproven": 1}


@pytest.mark.parametrize("action", ["reset_after_bytes", "close_early"])
def test_a_download_that_breaks_off_is_made_again(done: Done, action: str) -> None:
    done.lab.faults([{"path": "beta-1.0-0.tar.bz2", "action": action, "bytes": 100, "times": 1}])
    result = done.verify(deep="all")
    assert not result["failed"], result["msg"]
    assert len(downloads(done)) == 4


def test_a_sample_of_nothing_is_refused(done: Done) -> None:
    assert done.verify(deep="sample", deep_sample=0)["msg"] == "deep_sample must be at least 1; to download nothing, set deep to none."


def test_a_sample_is_of_every_channel_and_always_the_same() -> None:
    states = [(placement(channel, f"p-{n}-0.conda"), "present") for channel in ("a", "b") for n in range(40)]
    found = chosen(states, "sample", 3)
    assert [item.channel for item in found] == ["a"] * 3 + ["b"] * 3
    shuffled = sorted(states, key=lambda item: item[0].file[::-1])
    assert chosen(shuffled, "sample", 3) == found
    assert len(chosen(states, "all", 3)) == 80
    assert chosen(states, "none", 3) == []


def test_only_what_the_listing_shows_and_does_not_contradict_is_downloaded() -> None:
    states = ("present", "missing", "other_bytes", "unproven", "unreadable")
    found = chosen(((placement("a", f"{state}-1-0.conda"), state) for state in states), "all", 1)
    assert [item.file for item in found] == ["present-1-0.conda", "unproven-1-0.conda"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, False),
        ({"sha256": "right"}, True),
        ({"md5": "right"}, True),
        ({"md5": "right", "sha256": "RIGHT"}, True),
        ({"md5": "other", "sha256": "right"}, False),
        ({"md5": "right", "sha256": "other"}, False),
        ({"sha256": "right", "size": 4}, False),
    ],
    ids=str,
)
def test_every_digest_that_is_known_must_be_right(known: dict[str, t.Any], expected: bool) -> None:
    came = digests_of([b"ab", b"", b"cde"])
    assert came == Digests(5, hashlib.md5(b"abcde").hexdigest(), hashlib.sha256(b"abcde").hexdigest())
    values = {"right": lambda name: getattr(came, name), "RIGHT": lambda name: getattr(came, name).upper(), "other": lambda name: "0"}
    more = {name: values[value](name) if isinstance(value, str) else value for name, value in known.items()}
    assert proves(came, placement(**{"sha256": None, **more})) is expected
