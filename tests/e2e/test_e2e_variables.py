# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable with a wrong name or value stops the migration before anything is done."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.e2e.world import PEOPLE, World, fill_guide_site


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[World]:
    world = World(tmp_path_factory.mktemp("variables"), ["east"])
    fill_guide_site(world.sites["east"])
    world.seed_people(PEOPLE["users"], PEOPLE["groups"])
    yield world
    world.close()


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (
            json.dumps({"ae_onwers": ["alice"]}),
            "east, prod: ae_onwers is no variable of this collection; the nearest known name is ae_owners.",
        ),
        ("ae_channel_layout=vendr", "east, prod: ae_channel_layout is 'vendr'; it must be one of vendor, by_label."),
        ("ae_import=admin_import", "east, prod: ae_import was renamed to ae_upload_method."),
    ],
)
def test_it_is_named_and_nothing_is_done(world: World, extra: str, sentence: str) -> None:
    run = world.run("migrate", "--extra-vars", extra)
    assert run.returncode != 0
    assert sentence in " ".join(run.output.split()), run.output
    assert world.writes() == []
    assert run.total("ok") == 0
    assert not Path(world.sites["east"].lab.export_dir, "dump").exists()


def test_a_wrong_variable_of_one_host_stops_the_others_too(world: World) -> None:
    world.sites["east"].variables = {"ae4_raw": "maybe"}
    run = world.run("apply")
    world.sites["east"].variables = {}
    assert run.returncode != 0
    assert "east: ae4_raw is 'maybe'; it must be true or false." in " ".join(run.output.split())
    assert world.writes() == []
