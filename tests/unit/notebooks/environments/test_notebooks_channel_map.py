# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels of AE4 to channels of AE5: by content, by reader, by declaration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import EnvironmentSpec
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import parse_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import (
    ChannelView,
    Rewriting,
    old_name,
    rewrite,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import (
    by_channel,
    identity_of,
    joined,
    planned_view,
    read_views,
    readers,
    seen_view,
    write_views,
)
from tests.unit.notebooks.convert_world import catalog, view


def spec(*pins: str, channels: str = "", source: str = "") -> EnvironmentSpec:
    """An environment with pins given as ``name=version=build`` or ``name=version=build@sha256``, all from ``source``."""
    made = []
    for text in pins:
        plain, _at, digest = text.partition("@")
        pin = parse_pin(plain)
        made.append(Pin(pin.name, pin.version, pin.build, source, digest, spec=pin.spec))
    return EnvironmentSpec("default", tuple(channels.split()), tuple(made))


def states(found: Rewriting) -> dict[str, tuple[str, str]]:
    return {state.pin.name: (state.state, state.channel) for state in found.pins}


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("alice", "alice"),
        ("defaults", "defaults"),
        ("alice/label/dev", "alice/dev"),
        ("alice/label/main", "alice"),
        ("http://repo:8080/conda/alice", "alice"),
        ("http://repo:8080/conda/alice/linux-64", "alice"),
        ("http://repo:8080/conda/alice/label/dev/noarch", "alice/dev"),
        ("https://user:pw@repo/t/ab-12/conda/alice/label/dev", "alice/dev"),
        ("https://conda.example.com/wakari", "wakari"),
        ("https://conda.example.com/t/ab-12/wakari/label/x", "wakari/x"),
        ("https://repo.example.com/pkgs/free/linux-64", "free"),
        ("https://repo.example.com/pkgs/free/linux-64/", "free"),
        ("http://repo:8080/conda/conda", "conda"),
        ("file:///opt/channel", ""),
        ("/opt/channel", ""),
        ("./channel", ""),
    ],
)
def test_the_short_name_of_an_old_channel(channel: str, name: str) -> None:
    assert old_name(channel) == name


def test_an_old_channel_becomes_the_channel_that_the_user_may_read_and_that_holds_what_is_pinned() -> None:
    found = rewrite(
        spec("x=1=0", "y=2=0", channels="http://repo:8080/t/tok/conda/alice http://repo:8080/conda/alice/label/dev"),
        catalog(
            view("alice", "x=1=0"),
            view("alice/dev", "y=2=0", readers="alice", origins="alice"),
            view("alice/old", "z=1=0", origins="alice"),
        ),
        "Alice",
    )
    assert found.channels == ("alice", "alice/dev")
    assert states(found) == {"x": ("found", "alice"), "y": ("found", "alice/dev")}
    assert found.dropped == ()


def test_what_the_user_may_not_read_is_no_channel_of_hers_and_is_named() -> None:
    found = rewrite(spec("x=1=0", channels="bob"), catalog(view("bob", "x=1=0", readers="bob carol")), "alice")
    assert found.channels == ()
    (state,) = found.pins
    assert (state.state, state.hidden) == ("missing", ("bob",))
    assert found.dropped == ("bob",)


def test_the_same_digest_comes_before_the_right_name() -> None:
    held = catalog(view("alice", "x=1=0@aa"), view("mirror", "x=1=0@bb"))
    found = rewrite(spec("x=1=0@bb", channels="alice"), held, "alice")
    assert states(found) == {"x": ("same", "mirror")}
    assert found.channels == ("mirror",)


def test_another_package_of_that_build_is_told_of() -> None:
    found = rewrite(spec("x=1=0@cc", channels="alice"), catalog(view("alice", "x=1=0@aa")), "alice")
    assert states(found) == {"x": ("other", "alice")}
    assert found.channels == ("alice",)


def test_md5_decides_where_the_environment_has_no_sha256() -> None:
    held = catalog(ChannelView("a", None, {("x", "1", "0"): ("s" * 64, "m" * 32)}))
    for md5, state in (("m" * 32, "same"), ("n" * 32, "other"), ("", "found")):
        found = rewrite(EnvironmentSpec("e", ("a",), (Pin("x", "1", "0", md5=md5),)), held, "alice")
        assert states(found)["x"][0] == state


def test_the_order_of_the_old_channels_is_kept_and_what_is_needed_besides_comes_after() -> None:
    held = catalog(
        view("b", "x=1=0"), view("a", "y=1=0"), view("z-extra", "v=1=0", "w=1=0"), view("k-extra", "u=1=0"), view("unused", "x=9=0")
    )
    found = rewrite(spec("y=1=0", "x=1=0", "u=1=0", "v=1=0", "w=1=0", channels="b a unused"), held, "alice")
    assert found.channels == ("b", "a", "z-extra", "k-extra")


def test_a_pin_goes_to_the_channel_that_it_came_from() -> None:
    held = catalog(view("a", "x=1=0"), view("b", "x=1=0"))
    pins = EnvironmentSpec("e", ("a", "b"), (Pin("x", "1", "0", "http://repo/conda/b"),))
    assert rewrite(pins, held, "alice").channels == ("b",)


def test_a_channel_that_has_been_renamed_is_found_by_whose_packages_it_holds() -> None:
    found = rewrite(spec("x=1=0", channels="alice"), catalog(view("people/alice", "x=1=0", origins="alice"), view("aaa", "x=1=0")), "alice")
    assert found.channels == ("people/alice",)


def test_what_a_person_declares_decides() -> None:
    held = catalog(view("main", "x=1=0"), view("free", "y=1=0"), view("secret", "z=1=0", readers="bob"))
    declared = {"defaults": ["main", "free"], "wakari": [], "r": ["secret"], "anaconda-adam": ["elsewhere"]}
    found = rewrite(spec("x=1=0", channels="defaults https://c/wakari r anaconda-adam"), held, "alice", declared=declared)
    assert found.channels == ("main", "free", "elsewhere")
    assert found.dropped == ()
    assert found.notes == ("The channel secret, declared for r, cannot be read by alice and was left out.",)


def test_an_old_channel_with_nothing_behind_it_is_dropped_and_named_only_if_something_is_missed() -> None:
    held = catalog(view("main", "x=1=0"))
    missed = rewrite(spec("x=1=0", "y=1=0", channels="defaults wakari"), held, "alice")
    assert (missed.channels, missed.dropped) == (("main",), ("defaults", "wakari"))
    whole = rewrite(spec("x=1=0", channels="defaults wakari"), held, "alice")
    assert (whole.channels, whole.dropped) == (("main",), ())


def test_a_missing_pin_says_what_could_be_had_instead() -> None:
    held = catalog(view("a", "x=1=0", "x=2=0", "x=3=1", "x=4=0"), view("b", "x=9=0", readers="bob"))
    (state,) = rewrite(spec("x=8=0"), held, "alice").pins
    assert state.offers == ("2=0", "3=1", "4=0")


@pytest.mark.parametrize(
    ("pin", "how", "state"),
    [
        ("x=1.2.3=py27_0", "exact", "found"),
        ("x=1.2.3=py27_9", "exact", "missing"),
        ("x=1.2.3=py27_9", "version", "found"),
        ("x=1.2.9=py27_0", "version", "missing"),
        ("x=1.2.9=py27_0", "name", "found"),
        ("q=1=0", "name", "missing"),
        ("x=1.2", "exact", "found"),
        ("x=1.20", "exact", "missing"),
        ("x >=1,<2", "exact", "found"),
    ],
)
def test_as_much_of_a_pin_is_looked_for_as_will_be_kept(pin: str, how: str, state: str) -> None:
    assert states(rewrite(spec(pin), catalog(view("a", "x=1.2.3=py27_0")), "alice", how))[pin[0]][0] == state


def test_where_nothing_is_known_the_short_names_stay_and_nothing_is_said_to_be_missing() -> None:
    found = rewrite(spec("x=1=0", channels="http://repo/t/tok/conda/alice/label/dev defaults file:///x"), catalog(), "alice")
    assert found == Rewriting(("alice/dev", "defaults"), (), ())


def test_no_token_is_in_a_result() -> None:
    found = rewrite(spec("x=1=0", channels="http://repo/t/s3cr3t/conda/alice"), catalog(view("main")), "alice")
    assert "s3cr3t" not in repr(EnvironmentSpec("e", found.channels)) + repr(found.channels)


# -- where the channels come from


@pytest.mark.parametrize(
    ("file", "identity"),
    [
        ("numpy-1.11.1-py27_0.tar.bz2", ("numpy", "1.11.1", "py27_0")),
        ("r-base64enc-0.1_3-r3.3.1_0.conda", ("r-base64enc", "0.1_3", "r3.3.1_0")),
        ("numpy-1.11.1.tar.gz", None),
        ("odd.tar.bz2", None),
    ],
)
def test_the_identity_in_a_file_name(file: str, identity: tuple[str, str, str] | None) -> None:
    assert identity_of(file) == identity


def test_who_may_read() -> None:
    shares = (Share("user", "Carol", "r"), Share("group", "devs", "rw"), Share("group", "unknown", "r"))
    groups = {"devs": {"Dave"}}
    assert readers(False, "Alice", shares, groups) == {"alice", "carol", "dave"}
    assert readers(True, "alice", (), {}) is None
    assert readers(False, "alice", (Share("group", "everyone", "r"),), {}) is None
    assert readers(False, None, (), {}) == frozenset()


def placement(channel: str, file: str, subdir: str = "linux-64", owner: str = "alice") -> Placement:
    return Placement(channel, "east", owner, "x", file, subdir, 1, "m" * 32, "s" * 64, f"alice/{file}")


def package(file: str, subdir: str = "linux-64", sha256: str = "t" * 64) -> Package:
    name, version, build = identity_of(file) or ("", "", "")
    return Package(subdir, file, name, version, build, 1, None, sha256)


def test_a_channel_of_a_plan() -> None:
    channel = Channel("org/devs", "org", False, (Share("group", "devs", "r"), Share("user", "Carol", "rw")))
    placements = [placement("org/devs", "y-1-0.tar.bz2", "noarch", "org"), placement("org/devs", "w-1-0.tar.bz2", "win-64", "other")]
    found = planned_view(channel, placements, {"devs": {"bob"}})
    assert found == ChannelView("org/devs", frozenset({"bob", "carol"}), {("y", "1", "0"): ("s" * 64, "m" * 32)}, frozenset({"org"}))
    assert planned_view(Channel("alice", "alice", True), (), {}).readable_by is None


def test_a_channel_of_the_cluster() -> None:
    both = [package("x-1-0.tar.bz2", sha256="a" * 64), package("x-1-0.conda", sha256="b" * 64)]
    for files in (both, both[::-1]):
        found = seen_view("org/devs", "admin", "private", (Share("user", "Carol", "r"),), files, {})
        assert found.packages == {("x", "1", "0"): ("a" * 64, "")}, "AE4 had the older format, so that is what an environment recorded"
        assert (found.readable_by, found.origins) == ({"admin", "carol"}, {"org"})
    assert seen_view("main", "admin", "private", None, (), {}).readable_by == {"admin"}, "who else may read is not known"
    assert seen_view("main", None, "public", None, (), {}).readable_by is None
    assert seen_view("main", None, None, None, (), {}).readable_by == frozenset()


def test_a_plan_and_a_cluster_together() -> None:
    planned = planned_view(Channel("a", "a", False, (Share("user", "ann", "rw"),)), [placement("a", "x-1-0.tar.bz2")], {})
    seen = seen_view("a", "migrator", "private", (Share("user", "bob", "r"),), [package("x-1-0.tar.bz2"), package("z-1-0.tar.bz2")], {})
    both = joined(planned, seen)
    assert both.readable_by == {"ann", "bob", "migrator"}
    assert both.packages["x", "1", "0"][0] == "t" * 64, "what lies there already is what one gets"
    assert both.packages.keys() == {("x", "1", "0"), ("z", "1", "0")}
    assert both.origins == {"alice"}
    closing = joined(planned, seen_view("a", "migrator", "public", (), (), {}))
    assert closing.readable_by == {"ann"}, "the plan closes it"


def test_placements_are_taken_channel_by_channel() -> None:
    placements = [placement(name, f"{name}{number}-1-0.tar.bz2") for name in "acd" for number in range(2)]
    of = by_channel(iter(placements))
    found = {name: [item.file for item in of(name)] for name in ("0", "a", "b", "d", "e")}
    assert found == {"0": [], "a": ["a0-1-0.tar.bz2", "a1-1-0.tar.bz2"], "b": [], "d": ["d0-1-0.tar.bz2", "d1-1-0.tar.bz2"], "e": []}


def test_the_list_of_channels_is_written_if_it_differs(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "channels.jsonl")
    views = [view("a", "x=1=0", readers="ann", origins="o"), view("b", "y=1=0@aa")]
    assert write_views(path, views, write=False)
    assert not os.path.exists(path)
    assert write_views(path, views)
    assert read_views(path) == views
    assert not write_views(path, views)
    assert write_views(path, views[:1])


def test_a_damaged_list_of_channels_is_named(tmp_path: Path) -> None:
    path = tmp_path / "channels.jsonl"
    path.write_text('{"name": "a", "readable_by": null, "packages": []}\n{"name": "b"}\n')
    with pytest.raises(MigrationError, match=r"Line 2 of the list of channels .* needs name, readable_by and packages"):
        read_views(str(path))
