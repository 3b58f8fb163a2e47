# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk: many channels and files in one run in which no task loops over them."""

from __future__ import annotations

import re

from tests.e2e.conftest import MakeWorld
from tests.lab.generate import fill_store
from tests.lab.sites import wide_site

CHANNELS, FILES, SIZE = 200, 2000, 20_000

READS = 20
"""Of one channel in a run that has nothing to do: verification looks into all 13 subdirs that conda knows; planning, upload and
the looks at privacy make the rest."""


def test_two_hundred_channels_and_two_thousand_files_in_one_run(make_world: MakeWorld) -> None:
    world = make_world("east")
    fill_store(world.sites["east"].store, wide_site(CHANNELS, FILES, SIZE))
    world.seed_people([f"user-{number:04}" for number in range(CHANNELS // 10)])

    first = world.run()
    assert first.returncode == 0, first.output
    channels = world.channels()
    assert len(channels) == CHANNELS
    assert sum(len(channel["files"]) for channel in channels.values()) == FILES
    assert {file["size"] > 19_000 for channel in channels.values() for file in channel["files"]} == {True}
    assert len(world.uploads()) == FILES, "one upload a file, none twice"
    assert looped_items(first.output) < 30, "a loop over files of a run is all there is"

    world.predict = False  # a prediction reads everything once more, and here the reads are counted
    second = world.run()
    assert (second.returncode, second.total("changed"), world.writes()) == (0, 0, []), second.output
    reads = [request for request in world.cluster.log() if request["route"] == "repodata"]
    assert len(reads) <= CHANNELS * READS, "so many for a channel, however many files it has"


def looped_items(output: str) -> int:
    """How many items tasks looped over."""
    return len(re.findall(r"=> \(item=", output))
