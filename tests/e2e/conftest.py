# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worlds for the end-to-end tests."""

from __future__ import annotations

import inspect
import typing as t
from pathlib import Path

import pytest

from tests.e2e.world import PEOPLE, World, fill_guide_site, fill_lab_site

MakeWorld = t.Callable[..., World]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares a world first, then the tests with the most runs, so that no long one is left when the other worker has nothing to do."""
    mine = [item for item in items if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent]
    sharing = {item.module for item in mine if 'scope="module"' in inspect.getsource(item.module)}
    runs = {item: inspect.getsource(item.function).count(".run(") for item in mine}
    mine.sort(key=lambda item: (item.module not in sharing, 0 if item.module in sharing else -runs[item]))
    rest = [item for item in items if item not in runs]
    items[:] = [*mine, *rest]


@pytest.fixture
def make_world(tmp_path: Path) -> t.Iterator[MakeWorld]:
    """Makes worlds that end with the test."""
    made: list[World] = []

    def make(*sites: str, transport: str = "api", **switches: t.Any) -> World:
        world = World(tmp_path / f"world{len(made)}", sites or ("east",), transport, **switches)
        made.append(world)
        return world

    yield make
    for world in made:
        world.close()


@pytest.fixture
def guide_site(make_world: MakeWorld) -> World:
    """The guide's site alone, over the assumed api; the cluster knows its people."""
    world = make_world("east")
    fill_guide_site(world.sites["east"])
    world.seed_people(**PEOPLE)
    return world


@pytest.fixture
def two_sites(make_world: MakeWorld) -> World:
    """The guide's site and a second one, over the assumed api; the cluster knows the same people."""
    world = make_world("east", "west")
    fill_guide_site(world.sites["east"])
    fill_lab_site(world.sites["west"])
    world.seed_people(**PEOPLE)
    return world
