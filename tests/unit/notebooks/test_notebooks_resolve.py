# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does it still resolve: by pins, and by a whole solve with py-rattler."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks import resolve
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.channel_map import rewrite
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environment import EnvironmentSpec, Pin, parse_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.resolve import Resolution, by_owner, resolution, solve, solved
from tests.unit.notebooks.convert_world import catalog, view

HELD = catalog(view("main", "x=1=0", "y=1=0", "z=1=0@aa"), view("bobs", "w=1=0", readers="bob"))


def looked(owner: str, project: str, *pins: str, channels: str = "defaults", pip: str = "") -> Resolution:
    spec = EnvironmentSpec("default", tuple(channels.split()), tuple(parse_pin(pin) for pin in pins), tuple(pip.split()))
    return resolution(owner, project, owner, [(spec, rewrite(spec, HELD, owner))])


def test_how_many_projects_of_each_owner_would_break_and_by_which_package() -> None:
    verdicts = by_owner(
        [
            looked("alice", "fine", "x=1=0"),
            looked("alice", "broken", "x=1=0", "w=1=0", "gone=1=0"),
            looked("alice", "many", *(f"p{number}=1=0" for number in range(5))),
            looked("bob", "fine", "w=1=0"),
            looked("carol", "a", "x=1=0"),
            looked("carol", "b", "y=1=0"),
        ]
    )
    assert [verdict.sentence for verdict in verdicts] == [
        "Of alice, 2 of 3 projects would break: broken by gone=1=0, w=1=0; many by p0=1=0, p1=1=0, p2=1=0 and 2 more.",
        "Of bob, the environment of the one project can be made on AE5.",
        "Of carol, the environments of all 2 projects can be made on AE5.",
    ]


def test_a_package_with_other_bytes_breaks_nothing_and_is_told_of() -> None:
    spec = EnvironmentSpec("e", (), (Pin("z", "1", "0", sha256="bb"),))
    found = resolution("alice", "p", "alice", [(spec, rewrite(spec, HELD, "alice"))])
    assert not found.breaks
    assert [state.pin.name for state in found.others] == ["z"]
    assert found.counts == {"same": 0, "found": 0, "other": 1, "missing": 0}


def test_several_environments_of_one_project_count_a_pin_once() -> None:
    specs = [EnvironmentSpec(name, (), (parse_pin("x=1=0"), parse_pin(f"{name}=1=0")), (f"pip-{name}",)) for name in ("y", "q")]
    found = resolution("alice", "p", "alice", [(spec, rewrite(spec, HELD, "alice")) for spec in specs])
    assert [state.pin.name for state in found.pins] == ["q", "x", "y"]
    assert [state.pin.name for state in found.missing] == ["q"]
    assert found.pip == ("pip-y", "pip-q")


def test_a_resolution_goes_through_json() -> None:
    found = looked("alice", "broken", "x=1=0", "w=1=0", "gone=1=0", pip="flask==1.0")
    assert Resolution.from_json(json.loads(json.dumps(found.to_json()))) == found
    with pytest.raises(SchemaError):
        Resolution.from_json({"owner": "alice"})


# -- whole solves


def repodata(folder: Path, channel: str, *packages: str) -> dict[str, dict[str, str]]:
    """Packages given as ``name=version=build: need, need``."""
    records = {}
    for text in packages:
        spec, _colon, needs = text.partition(": ")
        name, version, build = spec.split("=")
        record = {"name": name, "version": version, "build": build, "build_number": 0, "subdir": "linux-64", "size": 1}
        depends = [need for need in needs.split(", ") if need]
        records[f"{name}-{version}-{build}.tar.bz2"] = {**record, "depends": depends, "md5": "0" * 32, "sha256": "0" * 64}
    path = folder / f"{channel.replace('/', '-')}.json"
    path.write_text(json.dumps({"info": {"subdir": "linux-64"}, "packages": records}))
    return {channel: {"linux-64": str(path)}}


@pytest.mark.skipif(not resolve.can_solve(), reason="py-rattler is not installed")
def test_a_whole_solve_finds_what_pins_do_not_show(tmp_path: Path) -> None:
    data = {
        **repodata(tmp_path, "alice/dev", "x=1=0: y >=2, __glibc >=2.5", "needy=1=0: nowhere"),
        **repodata(tmp_path, "main", "y=1=0", "y=2.5=0"),
    }
    channels = ["alice/dev", "main"]
    assert solve(["x=1=0"], channels, data) == ""
    assert solve(["x=1=0", "y=2.5=0"], channels, data) == ""
    assert "nowhere" in solve(["needy=1=0"], channels, data)
    assert "y" in solve(["x=1=0", "y=1=0"], channels, data), "the pins contradict what they need"
    assert "gone" in solve(["gone=1=0"], channels, data)
    assert "x" in solve(["x=1=0"], ["main"], data), "only the given channels count"


@pytest.mark.skipif(not resolve.can_solve(), reason="py-rattler is not installed")
def test_what_cannot_be_solved_breaks_the_project(tmp_path: Path) -> None:
    data = repodata(tmp_path, "main", "x=1=0: nowhere", "y=1=0")
    found = solved(looked("alice", "p", "x=1=0"), ["x=1=0"], data)
    assert found.breaks
    (verdict,) = by_owner([found, solved(looked("alice", "q", "y=1=0"), ["y=1=0"], data)])
    assert verdict.sentence.startswith("Of alice, 1 of 2 projects would break: p by what its packages need (")
    assert "nowhere" in verdict.sentence


@pytest.mark.skipif(not resolve.can_solve(), reason="py-rattler is not installed")
def test_the_same_version_in_two_channels_is_no_obstacle(tmp_path: Path) -> None:
    data = {**repodata(tmp_path, "a", "x=1=0"), **repodata(tmp_path, "b", "x=1=1")}
    assert solve(["x=1=1"], ["a", "b"], data) == "", "a channel in front does not hide one behind"


def test_a_project_that_misses_pins_is_not_solved_in_vain() -> None:
    found = looked("alice", "p", "gone=1=0")
    assert solved(found, ["gone=1=0"], {}) is found


def test_without_rattler_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "RATTLER_ERROR", "no such module")
    assert not resolve.can_solve()
    with pytest.raises(MissingLibrary) as caught:
        solve(["x"], ["main"], {})
    assert caught.value.library == "py-rattler"
