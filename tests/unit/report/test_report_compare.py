# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verdict on packages, rights and privacy, by tables."""

from __future__ import annotations

import shlex
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Observed
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._report import compare
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.shares import module
from tests.unit.report.report_samples import applied, package, placement, seen

PLACED = placement(md5="a" * 32)
PAIR = ("u", "noarch")


@pytest.mark.parametrize(
    ("observed", "state"),
    [
        pytest.param(seen(PLACED), "present", id="same sha256"),
        pytest.param(
            seen(packages={PAIR: {PLACED.file: package(PLACED, sha256=PLACED.sha256.upper())}}), "present", id="digests in upper case"
        ),
        pytest.param(seen(packages={PAIR: {PLACED.file: package(PLACED, sha256=None)}}), "present", id="same md5, no sha256"),
        pytest.param(seen(packages={PAIR: {PLACED.file: package(PLACED, sha256="0" * 64)}}), "other_bytes", id="other sha256, same md5"),
        pytest.param(seen(packages={PAIR: {PLACED.file: package(PLACED, sha256=None, md5="0" * 32)}}), "other_bytes", id="other md5"),
        pytest.param(seen(packages={PAIR: {PLACED.file: package(PLACED, sha256=None, md5=None)}}), "unproven", id="same size is no proof"),
        pytest.param(seen(packages={PAIR: {}}), "missing", id="not in the subdir"),
        pytest.param(seen(), "missing", id="no such subdir"),
        pytest.param(seen(placement(subdir="linux-64")), "missing", id="in another subdir"),
        pytest.param(seen(placement("v")), "missing", id="in another channel"),
        pytest.param(seen(refused=frozenset({PAIR})), "unreadable", id="the token may not read it"),
    ],
)
def test_the_state_of_a_placement(observed: Observed, state: str) -> None:
    assert compare.placement_state(PLACED, observed) == state


ANN = Share(USER, "ann", "rw")
DEVS = Share(GROUP, "Devs", "r")
REVOKE_ANN = "anaconda-enterprise-cli channels share --user ann --remove u"


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize(
    ("planned", "held", "known", "expected"),
    [
        pytest.param([ANN, DEVS], [DEVS, ANN], [], [], id="as planned"),
        pytest.param([Share(USER, "Ann", "rw")], [ANN], [], [], id="user names in another case are the same"),
        pytest.param(
            [DEVS],
            [Share(GROUP, "devs", "r")],
            [],
            [
                ("narrower", "Channel u is not shared with group Devs.", True, ""),
                (
                    "foreign",
                    "Channel u is shared with group devs, but not by this migration.",
                    None,
                    "anaconda-enterprise-cli channels share --group devs --remove u",
                ),
            ],
            id="group names in another case are others",
        ),
        pytest.param([ANN], [], [], [("narrower", "Channel u is not shared with user ann.", True, "")], id="not shared"),
        pytest.param(
            [ANN],
            [Share(USER, "ann", "r")],
            [],
            [("narrower", "The user ann has r on channel u; planned is rw.", True, "")],
            id="less than planned",
        ),
        pytest.param(
            [DEVS],
            [Share(GROUP, "Devs", "rw")],
            [],
            [("wider", "The group Devs has rw on channel u; planned is r.", True, "")],
            id="more than planned",
        ),
        pytest.param(
            [],
            [ANN],
            [],
            [("foreign", "Channel u is shared with user ann, but not by this migration.", None, REVOKE_ANN)],
            id="nobody's",
        ),
        pytest.param(
            [],
            [ANN],
            [("user", "ann")],
            [("stale", "AE4 no longer gives user ann access to channel u; AE5 still does.", None, REVOKE_ANN)],
            id="recorded as ours",
        ),
        pytest.param(
            [],
            [Share(GROUP, "Devs", "r")],
            [("group", "devs")],
            [
                (
                    "foreign",
                    "Channel u is shared with group Devs, but not by this migration.",
                    None,
                    "anaconda-enterprise-cli channels share --group Devs --remove u",
                )
            ],
            id="a record of another group",
        ),
        pytest.param(
            [ANN],
            None,
            [],
            [("unknown", "This transport cannot list the shares of channel u.", False, "")],
            id="not shown",
        ),
    ],
)
def test_rights_beside_the_plan(
    planned: list[Share], held: list[Share] | None, known: list[tuple[str, str]], expected: list[tuple[t.Any, ...]], strict: bool
) -> None:
    observed = seen(shares={"u": None if held is None else tuple(held)})
    found = list(compare.share_findings(Channel("u", "u", False, tuple(planned)), observed, applied(u=known), strict))
    wanted = [(verdict, detail, strict if fails is None else fails, command) for verdict, detail, fails, command in expected]
    assert [(item.verdict, item.detail, item.fails, item.command) for item in found] == wanted


def test_the_owner_of_a_channel_needs_no_share_and_is_not_foreign() -> None:
    channel = Channel("u", "u", False, (Share(USER, "Ann", "rw"),))
    for held in [(), (ANN,)]:
        observed = seen(shares={"u": held}, owners={"u": "ann"})
        assert list(compare.share_findings(channel, observed, applied(), True)) == []
        assert list(compare.share_findings(Channel("u", "u", False), observed, applied(), True)) == []


def test_the_access_table_has_every_principal_of_plan_and_cluster() -> None:
    channel = Channel("u", "u", False, (DEVS, ANN, Share(USER, "bob", "rw")))
    observed = seen(shares={"u": (ANN, Share(GROUP, "Devs", "rw"), Share(USER, "eve", "r"))})
    rows = [(item.kind, item.name, item.planned, item.seen, item.verdict) for item in compare.accesses(channel, observed, applied())]
    assert rows == [
        ("group", "Devs", "r", "rw", "wider"),
        ("user", "ann", "rw", "rw", "same"),
        ("user", "bob", "rw", "", "narrower"),
        ("user", "eve", "", "r", "foreign"),
    ]
    unseen = [(item.name, item.seen, item.verdict) for item in compare.accesses(channel, seen(shares={"u": None}), applied())]
    assert unseen == [("Devs", None, "unknown"), ("ann", None, "unknown"), ("bob", None, "unknown")]


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
def test_packages_that_the_plan_does_not_name(strict: bool) -> None:
    old, alien = placement(file="old-1-0.conda"), placement(file="alien-1-0.conda", subdir="win-64")
    found = list(compare.extra_packages({PLACED.key}, seen(PLACED, old, alien), applied(old, PLACED), strict))
    assert [(item.verdict, item.what, item.detail, item.fails) for item in found] == [
        ("stale", "noarch/old-1-0.conda", "noarch/old-1-0.conda of channel u is no longer in AE4; AE5 still has it.", strict),
        ("foreign", "win-64/alien-1-0.conda", "Channel u has win-64/alien-1-0.conda, but not from this migration.", strict),
    ]


@pytest.mark.parametrize(
    ("planned", "observed", "accept", "expected"),
    [
        pytest.param(True, True, [], None, id="public as planned"),
        pytest.param(False, False, [], None, id="private as planned"),
        pytest.param(False, True, [], ("wider", True), id="public and must not be"),
        pytest.param(False, True, ["u*"], ("accepted", False), id="public and accepted"),
        pytest.param(False, True, ["U"], ("wider", True), id="another channel is accepted"),
        pytest.param(True, False, ["u"], ("narrower", True), id="private and should be public"),
        pytest.param(False, None, [], ("unknown", False), id="not seen"),
    ],
)
def test_privacy_beside_the_plan(planned: bool, observed: bool | None, accept: list[str], expected: tuple[str, bool] | None) -> None:
    found = compare.privacy_finding(Channel("u", "u", planned), seen(public={"u": observed}), accept)
    assert (found and (found.verdict, found.fails)) == expected


def test_a_command_can_be_pasted_whatever_the_names_are() -> None:
    channel = Channel("a/b c", "a", False)
    observed = seen(shares={"a/b c": (Share(GROUP, "x; rm -rf $HOME 'y'", "r"),)})
    (found,) = compare.share_findings(channel, observed, applied(), False)
    words = ["anaconda-enterprise-cli", "channels", "share", "--group", "x; rm -rf $HOME 'y'", "--remove", "a/b c"]
    assert shlex.split(found.command) == words


def test_sharing_and_verifying_know_a_principal_by_the_same_function() -> None:
    assert module.principal_of is principal_of is compare.principal_of
    assert principal_of(Share(USER, "Ann", "r")) == ("user", "ann")
    assert principal_of(Share(GROUP, "Devs", "r")) == ("group", "Devs")
