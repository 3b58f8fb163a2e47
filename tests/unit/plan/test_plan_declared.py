# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels that are declared, names that AE5 refuses, private packages and collaborators with channels of their own."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import ChannelRule
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Collaborator
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, checks, declared
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import ExtraChannel
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.vendor import owner_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan
from tests.unit.plan.inventory_builder import Site, draft_of, group, group_share, organization, user_share

STRICT = dict.fromkeys(["upper_case", "dot", "colon", "blank", "two_slashes", "not_ascii", "length_120"], "rejected")


def planned(folder: Path, *sites: Site, **options: t.Any) -> tuple[Plan, dict[str, list[str]], dict[str, Channel]]:
    """The plan, the files of each channel, and the channels by name."""
    draft = draft_of(folder, *sites, **options)
    assert [*declared.flaws(draft.options), *checks.plan_errors(draft), *declared.errors_of(draft)] == []
    plan, placements, _left_out = build.finish(draft)
    plan = declared.extended(draft, plan)
    files: dict[str, list[str]] = {}
    for placement in placements:
        files.setdefault(placement.channel, []).append(placement.file)
    return plan, files, {channel.name: channel for channel in plan.channels}


def errors(folder: Path, *sites: Site, **options: t.Any) -> list[str]:
    draft = draft_of(folder, *sites, **options)
    return declared.flaws(draft.options) or [*checks.plan_errors(draft), *declared.errors_of(draft)]


def a_user(access: str = "public") -> Site:
    return Site("east").file("u/p/p-1-0.conda", "main", access=access)


# ae_channels


def test_a_declared_channel_is_there_with_its_shares(tmp_path: Path) -> None:
    extra = ExtraChannel("shared/tools", False, (group_share("devs", "rw"), user_share("zoe", "r")))
    plan, files, channels = planned(tmp_path, a_user(), extra_channels=(extra, ExtraChannel("open", True)))
    assert sorted(files) == ["u"]
    assert channels["shared/tools"] == Channel("shared/tools", "shared", False, (group_share("devs", "rw"), user_share("zoe", "r")))
    assert channels["open"].public is True
    assert [channel.name for channel in plan.channels] == ["open", "shared/tools", "u"]
    assert plan.decisions == ()


def test_a_declaration_adds_shares_to_a_migrated_channel(tmp_path: Path) -> None:
    shares = (group_share("devs", "r"), user_share("U", "r"))
    plan, _files, channels = planned(tmp_path, a_user("private"), extra_channels=(ExtraChannel("u", False, shares),))
    assert channels["u"] == Channel("u", "u", False, (user_share("u", "rw"), group_share("devs", "r")), 1, 15)
    assert [(decision.code, decision.detail, decision.variable) for decision in plan.decisions] == [
        ("declared_shares", "Channel u gets shares that AE4 did not have, as declared: group devs may read.", "ae_channels")
    ]


def test_a_larger_right_is_declared_for_somebody_who_has_one(tmp_path: Path) -> None:
    site = Site("east").owner(organization("o", group("G", ["ann"], ["p"]), owners=["boss"])).file("o/p/p-1-0.conda", "main")
    plan, _files, channels = planned(tmp_path, site, extra_channels=(ExtraChannel("o/G", False, (group_share("G", "rw"),)),))
    assert channels["o/G"].shares == (group_share("G", "rw"),)
    assert [decision.code for decision in plan.decisions] == ["declared_shares"]


def test_declaring_what_is_there_anyway_says_nothing(tmp_path: Path) -> None:
    plan, _files, channels = planned(tmp_path, a_user(), extra_channels=(ExtraChannel("u", True, (user_share("u", "rw"),)),))
    assert (channels["u"].public, plan.decisions) == (True, ())


EXTRA_ERRORS: dict[str, tuple[tuple[ExtraChannel, ...], list[str]]] = {
    "twice": (
        (ExtraChannel("x"), ExtraChannel("x", True)),
        ["Channel 'x' is in ae_channels twice; list it once, with all its shares."],
    ),
    "shared twice": (
        (ExtraChannel("x", False, (user_share("Ann", "r"), user_share("ann", "rw"))),),
        ["Channel 'x' of ae_channels lists a user or group twice; list each user and group once."],
    ),
    "another case": (
        (ExtraChannel("U"),),
        ["Channel names collide: 'u' from user 'u' of site 'east' and 'U' from ae_channels; give one of them another name in ae_channels."],
    ),
    "protected": ((ExtraChannel("Main"),), ["Channel name 'Main' from ae_channels is reserved by AE5; rename it in ae_channels."]),
    "no name": ((ExtraChannel("a//b"),), ["Channel name 'a//b' from ae_channels has an empty part; rename it in ae_channels."]),
    "public, of private packages": (
        (ExtraChannel("u", True),),
        [
            "Channel 'u' is public in ae_channels, and gets packages from user 'u' of site 'east' that were not public in AE4; remove "
            "public there, or rename the migrated channel in ae_channel_map."
        ],
    ),
}


@pytest.mark.parametrize("case", EXTRA_ERRORS.values(), ids=EXTRA_ERRORS)
def test_errors_of_declared_channels(tmp_path: Path, case: tuple[tuple[ExtraChannel, ...], list[str]]) -> None:
    assert errors(tmp_path, a_user("private"), extra_channels=case[0]) == case[1]


# names


def test_a_name_that_ae5_refuses_is_an_error_with_the_line_that_helps(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", "release:1.0", "ok")
    found = errors(tmp_path, site, name_grammar=STRICT)
    assert len(found) == 1
    line = '{"match": "u/release:1.0", "to": "u/release-1-0"}'
    assert found[0] == (
        "AE5 refuses the channel name 'u/release:1.0' from user 'u', label 'release:1.0' of site 'east', because it has a dot and a "
        f"colon; add '- {line}' to ae_channel_map, or choose another name there."
    )
    rule = json.loads(line)
    _plan, files, _channels = planned(tmp_path, site, name_grammar=STRICT, channel_rules=(ChannelRule(rule["match"], rule["to"]),))
    assert sorted(files) == ["u/ok", "u/release-1-0"]


def lines_of(found: list[str]) -> list[dict[str, str]]:
    return [json.loads(sentence.split("add '- ", 1)[1].split("' to ae_channel_map", 1)[0]) for sentence in found]


def test_the_lines_of_all_errors_together_make_a_plan(tmp_path: Path) -> None:
    sites = []
    for name in ("east", "west"):
        owner = organization(f"Org{name}", group("Devs", ["ann"], ["p"]), owners=["boss"])
        site = Site(name).owner(owner).file(f"Org{name}/p/p-1-0.conda", "x.y", "x-y", "*[{1}]*", "with space", "caf\u00e9")
        sites.append(
            site.file(f"u{name}/p/p-1-0.conda", "A", "a.b", "a:b", access="public").file(f"u{name}/q/q-1-0.conda", "A", access="private")
        )
    options: dict[str, t.Any] = {
        "name_grammar": {**STRICT, "other": "rejected"},
        "principals": PrincipalMap(groups={"*/*": "{1}-{2}"}),
        "channel_rules": (ChannelRule("u*", "Users/{name}"),),
        "split_private": ("*",),
    }
    found = errors(tmp_path, *sites, **options)
    assert len(found) == 2 * (1 + 1 + 5 + 4)
    added = tuple(ChannelRule(**line) for line in lines_of(found))
    _plan, files, _channels = planned(tmp_path, *sites, **{**options, "channel_rules": (*options["channel_rules"], *added)})
    assert len(files) == len(found)


def test_a_rule_is_for_one_site_where_two_have_the_name(tmp_path: Path) -> None:
    sites = [Site(name).file("u/p/p-1-0.conda", "a.b") for name in ("east", "west")]
    found = [sentence for sentence in errors(tmp_path, *sites, name_grammar=STRICT) if sentence.startswith("AE5 refuses")]
    lines = lines_of(found)
    assert [(line["match"], line["site"]) for line in lines] == [("u/a.b", "east"), ("u/a.b", "west")]
    assert lines[0]["to"] != lines[1]["to"]


def test_a_declared_name_that_ae5_refuses_is_renamed_where_it_stands(tmp_path: Path) -> None:
    found = errors(tmp_path, a_user(), name_grammar=STRICT, extra_channels=(ExtraChannel("Shared.Tools"),))
    assert found == [
        "AE5 refuses the channel name 'Shared.Tools' from ae_channels, because it has upper case and a dot; use for example 'shared-tools'."
    ]


def test_names_of_which_nobody_knows_are_one_decision(tmp_path: Path) -> None:
    labels = [f"v{number}.0" for number in range(9)]
    plan, _files, _channels = planned(tmp_path, Site("east").file("u/p/p-1-0.conda", *labels), extra_channels=(ExtraChannel("x y"),))
    assert [(decision.code, decision.detail, decision.variable) for decision in plan.decisions] == [
        (
            "name_unproven",
            "AE5 may refuse 10 channel names with a dot and a blank (u/v0.0, u/v1.0, u/v2.0, u/v3.0, u/v4.0 and 5 more); run the "
            "probe playbook to find out.",
            "ae_channel_map",
        )
    ]
    lenient = dict.fromkeys(STRICT, "accepted")
    assert planned(tmp_path, Site("east").file("u/p/p-1-0.conda", *labels), name_grammar=lenient)[0].decisions == ()


# ae_split_private


def mixed(*labels: str) -> Site:
    """A user with a public, an authenticated and a private package."""
    site = Site("east").file("u/open/open-1-0.conda", *labels or ["main"])
    site.file("u/known/known-1-0.conda", *labels or ["main"], access="authenticated")
    return site.file("u/closed/closed-1-0.conda", *labels or ["main"], access="private")


def test_what_is_not_public_gets_a_channel_of_its_own(tmp_path: Path) -> None:
    plan, files, channels = planned(tmp_path, mixed(), split_private=("*",))
    assert files == {"u": ["open-1-0.conda"], "u/private": ["closed-1-0.conda", "known-1-0.conda"]}
    assert (channels["u"].public, channels["u/private"].public) == (True, False)
    assert channels["u"].shares == channels["u/private"].shares == (user_share("u", "rw"),)
    assert [decision.code for decision in plan.decisions] == ["narrower"]
    assert "u/known" in plan.decisions[0].detail


def test_without_it_the_channel_is_private_and_the_decision_names_the_variable(tmp_path: Path) -> None:
    plan, files, channels = planned(tmp_path, mixed())
    assert (sorted(files), channels["u"].public) == (["u"], False)
    assert [(decision.code, decision.variable) for decision in plan.decisions] == [("narrower", "ae_split_private")]


SPLIT: dict[str, tuple[Site, dict[str, t.Any], list[str]]] = {
    "nothing public": (Site("east").file("u/p/p-1-0.conda", "main", access="private"), {"split_private": ("*",)}, ["u"]),
    "nothing private": (a_user(), {"split_private": ("*",)}, ["u"]),
    "other channels": (mixed("main", "dev"), {"split_private": ("u/dev",)}, ["u", "u/dev", "u/dev/private"]),
    "a renamed channel": (mixed(), {"split_private": ("t*",), "channel_rules": (ChannelRule("u", "tools"),)}, ["tools", "tools/private"]),
    "by the name it had": (mixed(), {"split_private": ("u",), "channel_rules": (ChannelRule("u", "tools"),)}, ["tools"]),
    "with a name of its own": (
        mixed(),
        {"split_private": ("*",), "channel_rules": (ChannelRule("u", "tools"), ChannelRule("u/private", "secret"))},
        ["secret", "tools"],
    ),
    "with a pattern": (mixed(), {"split_private": ("*",), "channel_rules": (ChannelRule("*", "x-{name}"),)}, ["x-u", "x-u/private"]),
}


@pytest.mark.parametrize("case", SPLIT.values(), ids=SPLIT)
def test_where_it_is_split(tmp_path: Path, case: tuple[Site, dict[str, t.Any], list[str]]) -> None:
    site, options, expected = case
    assert sorted(planned(tmp_path, site, **options)[1]) == expected


def test_groups_are_split_as_well_and_keep_their_group(tmp_path: Path) -> None:
    owner = organization("o", group("G", ["ann"], ["p", "q"], "write"), owners=["boss"])
    site = Site("east").owner(owner).file("o/p/p-1-0.conda", "dev").file("o/q/q-1-0.conda", "dev", access="private")
    plan, files, channels = planned(tmp_path, site, split_private=("*",))
    assert sorted(files) == ["o", "o/G", "o/G/dev", "o/G/dev/private", "o/G/private", "o/private"]
    assert channels["o/G/dev/private"].shares == (group_share("G", "rw"),)
    assert plan.members == {"east:o/G": ["ann", "boss"]}
    assert [decision.code for decision in plan.decisions].count("group_permission") == 1


def test_a_label_named_private_falls_together_with_what_is_split_off(tmp_path: Path) -> None:
    found = errors(tmp_path, mixed("main", "private"), split_private=("u",))
    assert found == [
        "Channel names collide: 'u/private' from user 'u', packages that are not public of site 'east' and 'u/private' from user "
        "'u', label 'private' of site 'east'; give one of them another name in ae_channel_map."
    ]


# ae_collaborators


def with_collaborators(**permissions: str) -> Site:
    site = Site("east").owner(organization("o", owners=["boss"])).file("o/p/p-1-0.conda", "main", "dev", access="private")
    site.file("o/q/q-1-0.conda", "main")
    site.files[0] = dataclasses.replace(site.files[0], collaborators=tuple(Collaborator(*item) for item in permissions.items()))
    return site


def test_collaborators_get_nothing_unless_it_is_declared(tmp_path: Path) -> None:
    plan, files, _channels = planned(tmp_path, with_collaborators(zoe="read"))
    assert sorted(files) == ["o"]
    assert [(decision.detail, decision.variable) for decision in plan.decisions if decision.code == "collaborators"] == [
        (
            "Package o/p had collaborators of its own (zoe); AE5 has no shares on single packages, so they get no access.",
            "ae_collaborators",
        )
    ]


def test_a_package_with_collaborators_has_a_channel_for_exactly_them(tmp_path: Path) -> None:
    site = with_collaborators(zoe="read", amy="write", bob="admin", odd="unknown", old="read")
    people = PrincipalMap(users={"amy": "amy.w", "old": "-"})
    plan, files, channels = planned(tmp_path, site, collaborators="channel", principals=people)
    assert files == {"o": ["p-1-0.conda", "q-1-0.conda"], "o/p": ["p-1-0.conda"]}
    assert channels["o/p"].shares == (user_share("amy.w", "rw"), user_share("bob", "rw"), user_share("odd", "r"), user_share("zoe", "r"))
    assert channels["o/p"].public is False
    assert [item.share for item in channels["o/p"].skipped_shares] == [user_share("old", "r")]
    assert "so it gets a channel of its own that is shared with them." in "".join(decision.detail for decision in plan.decisions)


def test_two_collaborators_who_are_one_on_ae5_have_the_larger_right(tmp_path: Path) -> None:
    people = PrincipalMap(users={"zoe": "z", "amy": "Z"})
    _plan, _files, channels = planned(tmp_path, with_collaborators(amy="read", zoe="write"), collaborators="channel", principals=people)
    assert [(share.name.lower(), share.access) for share in channels["o/p"].shares] == [("z", "rw")]


def test_a_file_without_any_other_place_gets_none_for_its_collaborators(tmp_path: Path) -> None:
    site = Site("east").file("u/p/p-1-0.conda", collaborators=["zoe"])
    assert planned(tmp_path, site, collaborators="channel")[1] == {}


def test_a_group_named_as_the_package_falls_together(tmp_path: Path) -> None:
    site = Site("east").owner(organization("o", group("p", ["ann"], ["q"]), owners=["boss"]))
    site.file("o/p/p-1-0.conda", "main", collaborators=["zoe"]).file("o/q/q-1-0.conda", "main")
    found = errors(tmp_path, site, collaborators="channel")
    assert len(found) == 1
    assert "'o/p' from organization 'o', package 'p' for its collaborators of site 'east'" in found[0]
    assert "'o/p' from organization 'o', group 'p' of site 'east'" in found[0]


# the vendor's own import


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, None),
        ({"split_private": ("*",)}, "ae_split_private requests o/private, which the import does not support"),
        ({"collaborators": "channel"}, "ae_collaborators requests o/p, which the import does not support"),
    ],
)
def test_the_vendors_import_is_refused_for_channels_it_does_not_make(
    tmp_path: Path, options: dict[str, t.Any], sentence: str | None
) -> None:
    draft = draft_of(tmp_path, with_collaborators(zoe="read"), **options)
    facts = json.loads(owner_lines(draft, build.finish(draft)[0])["east"][1])
    assert facts["reasons"] == ([sentence] if sentence else [])
