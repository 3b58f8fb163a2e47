# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token that lives much shorter than the migration."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import MakeWorld
from tests.lab.generate import fill_store
from tests.lab.sites import wide_site


def test_a_migration_goes_on_with_new_tokens_when_the_old_ones_end(make_world: MakeWorld) -> None:
    """The third and the sixth upload are refused with 401, as when the token's 20 seconds are over; one run brings everything."""
    world = make_world("east", token_seconds=20)
    fill_store(world.sites["east"].store, wide_site(2, 12, 2000))
    world.seed_people(["user-0000"])
    world.variables["ae_workers"] = 1
    refused = {"method": "POST", "path": "/artifacts$", "status": 401, "body": {"error": {"message": "token expired"}}}
    world.cluster.faults([{**refused, "nth": 3}, {**refused, "nth": 6}])
    run = world.run()
    assert run.returncode == 0, run.output
    assert sum(len(channel["files"]) for channel in world.channels().values()) == 12
    assert [upload["status"] for upload in world.uploads()].count(401) == 2
    assert [upload["status"] for upload in world.uploads()].count(201) == 12
    assert world.failures() == []


@pytest.mark.parametrize("spent_at", [3, 1])
def test_the_vendors_import_goes_on_with_new_tokens_too(make_world: MakeWorld, spent_at: int) -> None:
    """The token ends within an owner's import, at its first file even: the import is run again with a new one, and brings the rest."""
    world = make_world("east", transport="cli", token_seconds=20, api="absent", cli_abilities="rich")
    fill_store(world.sites["east"].store, wide_site(2, 12, 2000))
    world.seed_people(["user-0000"])
    refused = {"method": "POST", "path": "/artifacts$", "status": 401, "body": {"error": {"message": "token expired"}}}
    world.cluster.faults([{**refused, "nth": spent_at, "times": 13 - spent_at}])
    run = world.run(ae_upload_method="vendor_import")
    assert run.returncode == 0, run.output
    assert sum(len(channel["files"]) for channel in world.channels().values()) == 12
    assert world.failures() == []


def test_tokens_that_bring_nothing_are_given_up(make_world: MakeWorld) -> None:
    """Each import is refused, whatever the token: two are enough to see that, and the files that lack are named at the end."""
    world = make_world("east", transport="cli", api="absent", cli_abilities="rich")
    fill_store(world.sites["east"].store, wide_site(1, 3, 2000))
    world.seed_people(["user-0000"])
    world.cluster.faults([{"method": "POST", "path": "/artifacts$", "every": 1, "status": 401}])
    run = world.run(ae_upload_method="vendor_import")
    assert run.returncode != 0
    assert "3 files are left, and the last new token did not reduce them" in run.output
    tried = [request for request in world.writes() if request["path"].endswith("/artifacts")]
    assert [request["status"] for request in tried] == [401] * 6
    assert len(world.failures()) >= 1
