# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does it still resolve: by pins, and by a whole solve with py-rattler."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import EnvironmentSpec, render
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import parse_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import rewrite
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.resolution import resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs import resolve
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs.resolve import (
    Solver,
    Undecided,
    Unusable,
    against,
    lacking,
    solved,
    unanswered,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Asked, Resolution, by_owner
from tests.unit.notebooks.convert_world import catalog, view

HELD = catalog(view("main", "x=1=0", "y=1=0", "z=1=0@aa"), view("bobs", "w=1=0", readers="bob"))


def looked(owner: str, project: str, *pins: str, channels: str = "defaults", pip: str = "") -> Resolution:
    spec = EnvironmentSpec("default", tuple(channels.split()), tuple(parse_pin(pin) for pin in pins), tuple(pip.split()))
    return resolution(owner, project, owner, [(spec, rewrite(spec, HELD, owner))])


def test_how_many_projects_of_each_owner_will_fail_and_by_which_package() -> None:
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
        "Of alice, 2 of 3 projects will fail on AE5: broken because of gone=1=0, w=1=0; many because of p0=1=0, p1=1=0, p2=1=0 and 2 more.",
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


needs_rattler = pytest.mark.skipif(not resolve.can_solve(), reason="py-rattler is not installed")


@needs_rattler
def test_a_whole_solve_finds_what_pins_do_not_show(tmp_path: Path) -> None:
    data = {
        **repodata(tmp_path, "alice/dev", "x=1=0: y >=2, __glibc >=2.5", "needy=1=0: nowhere >=1,<2", "deep=1=0: needy"),
        **repodata(tmp_path, "main", "y=1=0", "y=2.5=0"),
    }
    channels = ["alice/dev", "main"]
    solver = Solver(data)
    assert solver.why_not(["x=1=0"], channels) == ""
    assert solver.why_not(["x=1=0", "y=2.5=0"], channels) == ""
    assert lacking(solver.why_not(["needy=1=0"], channels)) == ("nowhere >=1,<2",)
    assert lacking(solver.why_not(["deep", "x"], channels)) == ("nowhere >=1,<2",)
    assert unanswered(solver.why_not(["gone=1=0"], channels)) == ("gone ==1 0",)
    assert unanswered(solver.why_not(["x=1=0"], ["main"])) == ("x ==1 0",), "only the given channels count"
    why = solver.why_not(["x=1=0", "y=1=0"], channels)
    assert (lacking(why), against(why)) == ((), ("x ==1 0",)), "the pins contradict what they need"


@needs_rattler
def test_equal_questions_are_solved_once(tmp_path: Path) -> None:
    solver = Solver(repodata(tmp_path, "main", "x=1=0", "y=1=0"))
    for specs in (["x=1=0", "y=1=0"], ["y=1=0", "x=1=0"], ["x=1=0", "y=1=0"]):
        assert solver.why_not(specs, ["main"]) == ""
    assert len(solver.answers) == 1


@needs_rattler
def test_what_cannot_be_solved_breaks_the_project(tmp_path: Path) -> None:
    solver = Solver(repodata(tmp_path, "main", "x=1=0: nowhere", "y=1=0"))
    found = solved(looked("alice", "p", "x=1=0"), solver)
    assert found.breaks
    assert found.lacking == ("nowhere",)
    assert "nowhere" in found.unsolved
    (verdict,) = by_owner([found, solved(looked("alice", "q", "y=1=0"), solver)])
    assert verdict.sentence == "Of alice, 1 of 2 projects will fail on AE5: p because of missing dependencies (nowhere)."
    assert Resolution.from_json(json.loads(json.dumps(found.to_json()))) == found


@needs_rattler
def test_what_was_counted_on_and_is_not_there_yet_is_told_apart(tmp_path: Path) -> None:
    solver = Solver(repodata(tmp_path, "main", "y=1=0", "z=1=0: y >=2"))
    found = solved(looked("alice", "p", "x=1=0"), solver)
    assert (found.awaited, found.lacking) == (("x ==1 0",), ())
    (verdict,) = by_owner([found])
    assert verdict.sentence == "Of alice, 1 of 1 project will fail on AE5: p because of x ==1 0, to be brought and not there yet."
    needy = solved(looked("alice", "p", "y=1=0", "z=1=0"), solver)
    assert (needy.awaited, needy.lacking) == ((), ("y >=2",)), "another version of what is pinned is no pin"
    unknown = Resolution("alice", "p", "alice", ("main",), (), environments=(Asked("e", ("main",), ("x=1=0",)),))
    assert solved(unknown, solver).lacking == ("x ==1 0",), "nobody looked its pins up"


@pytest.mark.parametrize("how", ["exact", "version", "name"])
def test_what_is_solved_is_what_the_environments_file_asks_for(how: str) -> None:
    spec = EnvironmentSpec("e", (), tuple(map(parse_pin, ("x=1=0", "y >=1,<3", "z=1", "w", "main::v=2=py27_0"))), ("flask==1",))
    found = rewrite(spec, HELD, "alice", how)
    (asked,) = resolution("alice", "p", "alice", [(spec, found)]).environments
    document = YAML(typ="safe").load(render(spec, found.channels, how))
    assert list(asked.specs) == [item for item in document["dependencies"] if isinstance(item, str)]
    assert list(asked.channels) == document["channels"]


@needs_rattler
def test_the_environments_of_a_project_are_solved_each_by_itself(tmp_path: Path) -> None:
    solver = Solver(repodata(tmp_path, "main", "y=1=0", "y=2=0"))
    specs = [EnvironmentSpec(f"py{version}", (), (parse_pin(f"y={version}=0"),)) for version in (1, 2)]
    held = catalog(view("main", "y=1=0", "y=2=0"))
    found = resolution("alice", "p", "alice", [(spec, rewrite(spec, held, "alice")) for spec in specs])
    assert [asked.specs for asked in found.environments] == [("y=1=0",), ("y=2=0",)]
    assert not solved(found, solver).breaks, "together they would contradict each other"


@pytest.mark.parametrize(("how", "spec"), [("exact", "x=1=0"), ("version", "x=1"), ("name", "x")])
def test_what_is_asked_for_is_what_the_environment_will_ask_for(how: str, spec: str) -> None:
    asked = EnvironmentSpec("e", (), (parse_pin("x=1=0"), parse_pin("y >=1")))
    found = resolution("alice", "p", "alice", [(asked, rewrite(asked, HELD, "alice", how))])
    assert found.environments[0].specs == (spec, "y" if how == "name" else "y>=1")
    again = Resolution.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found, "a spec that is no pin comes back, too"


@needs_rattler
def test_the_same_version_in_two_channels_is_no_obstacle(tmp_path: Path) -> None:
    data = {**repodata(tmp_path, "a", "x=1=0"), **repodata(tmp_path, "b", "x=1=1")}
    assert Solver(data).why_not(["x=1=1"], ["a", "b"]) == "", "a channel in front does not hide one behind"


@needs_rattler
def test_a_project_that_misses_pins_is_not_solved_in_vain() -> None:
    found = looked("alice", "p", "gone=1=0")
    solver = Solver({})
    assert solved(found, solver) is found
    assert solver.answers == {}


@needs_rattler
def test_what_nobody_can_tell_breaks_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"packages": {"x-1-0.tar.bz2": ')
    fine = repodata(tmp_path, "main", "x=1=0")
    for solver, why in (
        (Solver({"main": {"linux-64": str(tmp_path / "broken.json")}}), "could not be solved"),
        (Solver(fine, 1e-6), "within"),
    ):
        with pytest.raises(Undecided, match=why):
            solver.why_not(["x=1=0"], ["main"])
        found = solved(looked("alice", "p", "x=1=0"), solver)
        assert not found.breaks
        assert why in found.unchecked
    with pytest.raises(Undecided, match="could not be solved"):
        Solver(fine).why_not(["x[y"], ["main"])
    (verdict,) = by_owner([found, looked("alice", "q", "y=1=0")])
    assert (
        verdict.sentence
        == "Of alice, the environments of all 2 projects can be made on AE5, as far as is known: 1 of them was not looked through."
    )


@needs_rattler
def test_a_channel_that_there_is_not_breaks_and_one_that_is_hidden_is_unknown() -> None:
    item = looked("alice", "p", "x=1=0")
    absent = solved(item, Solver({}), Unusable(absent=frozenset({"main"})))
    assert (absent.breaks, absent.unsolved) == (True, "AE5 has no channel main.")
    hidden = solved(item, Solver({}), Unusable(unread=frozenset({"main"})))
    assert (hidden.breaks, hidden.unchecked) == (False, "AE5 does not show what is in channel main")


def test_a_long_list_of_broken_projects_is_cut() -> None:
    (verdict,) = by_owner(looked("alice", f"p{number:02}", "gone=1=0") for number in range(12))
    assert verdict.sentence.endswith("; p09 because of gone=1=0; and 2 more.")


def test_names_with_line_breaks_stay_on_the_line() -> None:
    (verdict,) = by_owner([looked("al\nice", "p\ud800\n", "gone=1=0")])
    assert verdict.sentence == "Of al\\x0aice, 1 of 1 project will fail on AE5: p\\ud800\\x0a because of gone=1=0."


def test_without_rattler_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "RATTLER_ERROR", "no such module")
    assert not resolve.can_solve()
    with pytest.raises(MissingLibrary) as caught:
        Solver({})
    assert caught.value.library == "py-rattler"
