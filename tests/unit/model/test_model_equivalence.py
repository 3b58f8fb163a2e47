# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access table: who had what in AE4, who has it on AE5, and the verdict, each with its reason."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access_records import (
    GroupAccess,
    OwnerAccess,
    PackageClass,
    Variant,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.effective import Target
from ansible_collections.ae_ops.migration.plugins.module_utils._model.equivalence import Context, Row, rows
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Share, SkippedShare

EVERYONE = Share("group", "everyone", "r")


def packages(
    name: str, *channels: str, access: str = "private", groups: t.Sequence[str] = (), more: t.Any = (), count: int = 1
) -> PackageClass:
    """A class of packages that lie in these channels."""
    return PackageClass(count, (name,), (Variant(access, tuple(groups), tuple(more), channels),))


def organization(*classes: PackageClass, people: dict[str, str | None] | None = None, permission: str = "read") -> OwnerAccess:
    """Owner boss; Devs are ann and ben."""
    names: dict[str, str | None] = {login: login for login in ("o", "boss", "ann", "ben", "cat")}
    group = GroupAccess("Devs", permission, ("ann", "ben"), "Devs")
    return OwnerAccess("east", "o", "organization", ("boss",), (group,), {**names, **(people or {})}, classes)


O = Channel("o", "o", False, (Share("user", "boss", "rw"),))  # noqa: E741 - as the channel
DEVS = Channel("o/Devs", "o", False, (Share("group", "Devs", "r"),))
TWO = (packages("alpha", "o", "o/Devs", groups=["Devs"]), packages("beta", "o"))


def target(*channels: Channel, **more: t.Any) -> Target:
    """A cluster that is as these channels say."""
    given: dict[str, t.Any] = {
        "users": frozenset({"boss", "ann", "ben", "cat", "eve"}),
        "members": {"Devs": frozenset({"ann", "ben"}), "everyone": frozenset()},
        "shares": {channel.name: channel.shares for channel in channels},
        "public": {channel.name: channel.public for channel in channels},
        "private_means": "collaborators",
    }
    return Target(**{**given, **more})


def table(owner: OwnerAccess, channels: t.Sequence[Channel], seen: Target | None = None, **context: t.Any) -> dict[tuple[str, str], Row]:
    found = rows([owner], {channel.name: channel for channel in channels}, seen or target(*channels), Context(True, **context))
    return {(row.channel, row.principal): row for row in found}


def short(found: dict[tuple[str, str], Row]) -> dict[str, tuple[str, str, str, str, str]]:
    return {" ".join(key): (row.ae4, row.planned, row.seen, row.verdict, row.reason) for key, row in found.items()}


SAME = {
    "o ann": ("r on 1 of 2 packages", "none", "none", "same", ""),
    "o ben": ("r on 1 of 2 packages", "none", "none", "same", ""),
    "o boss": ("rw", "rw", "rw", "same", ""),
    "o/Devs ann": ("r", "r", "r", "same", ""),
    "o/Devs ben": ("r", "r", "r", "same", ""),
    "o/Devs boss": ("rw", "none", "none", "same", ""),
}


def test_what_is_as_in_ae4_is_the_same_for_everybody() -> None:
    """What ann cannot reach in channel o she reaches in o/Devs, with the same right."""
    assert short(table(organization(*TWO), [O, DEVS])) == SAME


def seen_as(**more: t.Any) -> t.Callable[[], Target]:
    return lambda: target(O, DEVS, **more)


def differing(found: dict[tuple[str, str], Row]) -> dict[str, tuple[str, str]]:
    return {" ".join(key): (row.verdict, row.reason) for key, row in found.items() if row.verdict != "same"}


def both(who: str, verdict: str, reason: str) -> dict[str, tuple[str, str]]:
    return {f"o {who}": (verdict, reason), f"o/Devs {who}": (verdict, reason)}


SEEN: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], dict[str, tuple[str, str]]]] = {
    # id: what AE5 shows, the context, what differs
    "somebody is not in the group": (
        {"members": {"Devs": frozenset({"ann"})}},
        {},
        both("ben", "narrower", "not in AE5 group Devs"),
    ),
    "somebody has no account": (
        {"users": frozenset({"boss", "ben"})},
        {},
        both("ann", "narrower", "does not exist in AE5"),
    ),
    "a share was never made": (
        {"shares": {"o": O.shares, "o/Devs": ()}},
        {},
        {**both("ann", "narrower", "not shared with group Devs on AE5"), **both("ben", "narrower", "not shared with group Devs on AE5")},
    ),
    "one more in the group": (
        {"members": {"Devs": frozenset({"ann", "ben", "eve"})}},
        {},
        {"o/Devs eve": ("foreign", "in the AE5 group Devs, and not in the AE4 group Devs")},
    ),
    "one more in the group, accepted": (
        {"members": {"Devs": frozenset({"ann", "ben", "eve"})}},
        {"accept_wider": ["o/*"]},
        {"o/Devs eve": ("accepted", "in the AE5 group Devs, and not in the AE4 group Devs")},
    ),
    "one more in the group, who left it in AE4": (
        {"members": {"Devs": frozenset({"ann", "ben", "eve"})}},
        {"members": {"east:o/Devs": ["Eve"]}},
        {"o/Devs eve": ("stale", "in the AE5 group Devs, and not in the AE4 group Devs")},
    ),
    "shared by an administrator": (
        {"shares": {"o": (*O.shares, Share("user", "eve", "r")), "o/Devs": DEVS.shares}},
        {},
        {"o eve": ("foreign", "shared with user eve on AE5")},
    ),
    "what was migrated before": (
        {"shares": {"o": (*O.shares, Share("user", "eve", "r")), "o/Devs": DEVS.shares}},
        {"applied": {"o": frozenset({("user", "eve")})}},
        {"o eve": ("stale", "AE4 no longer gives it to user eve")},
    ),
    "more than planned by our share": (
        {"shares": {"o": O.shares, "o/Devs": (Share("group", "Devs", "rw"),)}},
        {},
        {f"o/Devs {who}": ("wider", "group Devs has rw on AE5, planned is r") for who in ("ann", "ben")},
    ),
    "an administrator gave what AE4 gave": (
        {
            "members": {"Devs": frozenset({"ann"})},
            "shares": {"o": O.shares, "o/Devs": (*DEVS.shares, Share("user", "ben", "r"))},
        },
        {},
        {},
    ),
    "public": (
        {"public": {"o": False, "o/Devs": True}},
        {},
        {
            "o/Devs anyone": ("wider", "public, and package alpha was not in AE4"),
            "o/Devs everyone": ("wider", "public, and package alpha was not in AE4"),
        },
    ),
    "public, accepted": (
        {"public": {"o": False, "o/Devs": True}},
        {"accept_public": ["o/Devs"]},
        {
            "o/Devs anyone": ("accepted", "public, and package alpha was not in AE4"),
            "o/Devs everyone": ("accepted", "public, and package alpha was not in AE4"),
        },
    ),
    "public, accepted, where nobody shows the shares": (
        {"public": {"o": False, "o/Devs": True}, "shares": {"o": None, "o/Devs": None}},
        {"accept_public": ["o/Devs"]},
        {
            **both("ann", "unknown", "not shown by this transport"),
            **both("ben", "unknown", "not shown by this transport"),
            **both("boss", "unknown", "not shown by this transport"),
            "o everyone": ("unknown", "not shown by this transport"),
            "o/Devs anyone": ("accepted", "public, and package alpha was not in AE4"),
            "o/Devs everyone": ("accepted", "public, and package alpha was not in AE4"),
        },
    ),
    "private is for all": (
        {"private_means": "authenticated"},
        {},
        {f"{name} everyone": ("wider", "every logged-in user can read a private channel on this cluster") for name in ("o", "o/Devs")},
    ),
    "private is for all, accepted for one": (
        {"private_means": "authenticated"},
        {"accept_wider": ["o/Devs"]},
        {
            "o everyone": ("wider", "every logged-in user can read a private channel on this cluster"),
            "o/Devs everyone": ("accepted", "every logged-in user can read a private channel on this cluster"),
        },
    ),
    "nobody knows what private is": (
        {"private_means": None},
        {},
        {f"{name} everyone": ("unknown", "it is not known who can read a private channel on this cluster") for name in ("o", "o/Devs")},
    ),
    "shares are not shown": (
        {"shares": {}},
        {},
        dict.fromkeys((*SAME, "o everyone", "o/Devs everyone"), ("unknown", "not shown by this transport")),
    ),
    "nobody looked into the groups": (
        {"members": None, "users": None},
        {},
        {f"o/Devs {who}": ("unknown", "not shown by this transport") for who in ("ann", "ben")},
    ),
}


@pytest.mark.parametrize("case", SEEN.values(), ids=SEEN)
def test_what_ae5_shows(case: tuple[dict[str, t.Any], dict[str, t.Any], dict[str, tuple[str, str]]]) -> None:
    seen, context, expected = case
    assert differing(table(organization(*TWO), [O, DEVS], target(O, DEVS, **seen), **context)) == expected


def test_one_more_in_a_group_that_the_plan_did_not_look_at_is_wider() -> None:
    seen = target(O, DEVS, members={"Devs": frozenset({"ann", "ben", "eve"})})
    found = rows([organization(*TWO)], {"o": O, "o/Devs": DEVS}, seen, Context(people_checked=False))
    assert [(row.principal, row.verdict) for row in found if row.verdict != "same"] == [("eve", "wider")]


def test_an_unknown_group_is_withheld_and_its_people_lose() -> None:
    withheld = dataclasses.replace(DEVS, shares=(), skipped_shares=(SkippedShare(DEVS.shares[0], "unknown_principal"),))
    found = differing(table(organization(*TWO), [O, withheld], target(O, withheld, members={})))
    assert found == {**both("ann", "narrower", "AE5 has no group Devs"), **both("ben", "narrower", "AE5 has no group Devs")}


def test_what_was_taken_away_on_ae5_is_said_so() -> None:
    kept_away = dataclasses.replace(DEVS, shares=(), skipped_shares=(SkippedShare(DEVS.shares[0], "removed_on_ae5"),))
    boss = dataclasses.replace(O, shares=(), skipped_shares=(SkippedShare(O.shares[0], "removed_on_ae5"),))
    found = differing(table(organization(*TWO), [boss, kept_away]))
    reasons = dict.fromkeys(("ann", "ben"), "group Devs was removed on AE5") | {"boss": "removed on AE5"}
    assert found == {key: value for who, reason in reasons.items() for key, value in both(who, "narrower", reason).items()}


def test_a_collaborator_loses_unless_the_package_has_a_channel_of_its_own() -> None:
    alone = organization(packages("alpha", "o", more=[("cat", "write")]), packages("beta", "o"))
    assert differing(table(alone, [O])) == {
        "o cat": ("narrower", "collaborator of package alpha, and AE5 has no shares on single packages")
    }
    own = Channel("o/alpha", "o", False, (Share("user", "cat", "rw"),))
    assert differing(table(organization(packages("alpha", "o", "o/alpha", more=[("cat", "write")])), [O, own])) == {}


def test_a_write_right_that_became_read_is_narrower_everywhere() -> None:
    found = table(organization(*TWO, permission="write"), [O, DEVS])
    assert {key: row.verdict for key, row in found.items() if row.verdict != "same"} == {
        (channel, who): "narrower" for channel in ("o", "o/Devs") for who in ("ann", "ben")
    }
    assert found["o/Devs", "ann"].ae4 == "rw"


def test_names_of_ae5_stand_for_the_logins_of_ae4() -> None:
    """One whom AE5 does not have stands under the AE4 login; two logins of one person are one; nobody is accepted."""
    people: dict[str, str | None] = {"ann": "A.Smith", "ben": "gone", "boss": "a.smith", "cat": None}
    owner = organization(packages("alpha", "o", "o/Devs", groups=["Devs"], more=[("cat", "read")]), people=people)
    channels = [dataclasses.replace(O, shares=(Share("user", "a.smith", "rw"),)), DEVS]
    found = table(owner, channels, target(*channels, users=frozenset({"a.smith"}), members={"Devs": frozenset({"a.smith"})}))
    assert {key: (row.in_ae5, row.ae4, row.verdict, row.reason) for key, row in found.items()} == {
        ("o", "a.smith"): ("yes", "rw", "same", ""),
        ("o", "ben"): ("no", "r", "narrower", "does not exist in AE5"),
        ("o", "cat"): ("no", "r", "accepted", "declared as nobody on AE5"),
        ("o/Devs", "a.smith"): ("yes", "rw", "same", ""),
        ("o/Devs", "ben"): ("no", "r", "narrower", "does not exist in AE5"),
        ("o/Devs", "cat"): ("no", "r", "accepted", "declared as nobody on AE5"),
    }


def test_everybody_loses_where_one_package_makes_a_channel_private() -> None:
    classes = (
        packages("open", "o", access="public"),
        packages("shut", "o"),
        packages("both", "o", "o/Devs", access="public", groups=["Devs"]),
    )
    public = dataclasses.replace(DEVS, public=True)
    found = table(organization(*classes), [O, public])
    assert differing(found) == {
        "o anyone": ("narrower", "package shut made the channel private"),
        "o everyone": ("narrower", "package shut made the channel private"),
    }
    assert found["o", "anyone"].ae4 == "r on 2 of 3 packages"


def test_a_package_that_everybody_could_read_only_when_logged_in() -> None:
    channel = dataclasses.replace(O, shares=(*O.shares, EVERYONE))
    found = table(organization(packages("a", "o", access="authenticated"), packages("b", "o", access="public")), [channel])
    assert short(found) == {
        "o anyone": ("r on 1 of 2 packages", "none", "none", "narrower", "package a made the channel private"),
        "o everyone": ("r", "r", "r", "same", ""),
        "o boss": ("rw", "rw", "rw", "same", ""),
    }


def test_who_owns_the_channel_on_ae5_has_no_row_unless_ae4_gave_something() -> None:
    seen = target(
        O, DEVS, owners={"o": "Boss", "o/Devs": "migrator"}, shares={"o": (), "o/Devs": (*DEVS.shares, Share("user", "migrator", "rw"))}
    )
    assert differing(table(organization(*TWO), [O, DEVS], seen)) == {}


def test_channels_and_shares_that_are_declared_are_accepted() -> None:
    extra = Share("user", "eve", "r")
    team = Channel("team", "team", False, (extra, Share("group", "Ops", "rw")))
    more = dataclasses.replace(O, shares=(*O.shares, extra))
    found = table(organization(*TWO), [more, DEVS, team], declared={"o": frozenset({("user", "eve")})})
    assert differing(found) == {
        "o eve": ("accepted", "ae_channels shares it with user eve"),
        "team eve": ("accepted", "declared in ae_channels"),
        "team Ops": ("accepted", "declared in ae_channels"),
    }
    public = dataclasses.replace(team, public=True)
    assert differing(table(organization(*TWO), [O, DEVS, public]))["team anyone"] == ("accepted", "declared in ae_channels")
    lost = target(more, DEVS, team, shares={"o": more.shares, "o/Devs": DEVS.shares, "team": (extra, Share("user", "zoe", "r"))})
    seen = differing(table(organization(*TWO), [more, DEVS, team], lost, declared={"o": frozenset({("user", "eve")})}))
    assert (seen["team Ops"][0], seen["team zoe"]) == ("narrower", ("foreign", "shared with user zoe on AE5"))


def test_files_of_one_package_with_other_rights_count_for_the_least() -> None:
    mixed = PackageClass(1, ("p",), (Variant("private", ("Devs",), (), ("o", "o/Devs")), Variant("public", (), (), ("o",))))
    found = table(organization(mixed), [O, DEVS])
    assert (found["o", "ann"].ae4, found["o", "ann"].verdict) == ("on some files of a package", "same")
    assert found["o", "anyone"].verdict == "narrower"
