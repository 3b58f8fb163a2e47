# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``migration_verify`` where others changed the cluster, or AE4 no longer has what was migrated."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Decision, Share
from tests.unit.report.conftest import Done, report_of, verdicts


def foreign_share(done: Done) -> None:
    done.lab.seed(channels=[{"name": "ann", "shares": [{"type": "user", "name": "eve", "access": "r"}]}])


def stale_share(done: Done) -> None:
    """AE4 had given it when the plan was verified for the first time."""
    done.verify()
    done.channels[1] = dataclasses.replace(done.channels[1], shares=(Share("group", "Devs", "r"),))
    done.save()


def foreign_package(done: Done) -> None:
    done.put(done.add("ann", "alien"))
    done.placements = [item for item in done.placements if item.package != "alien"]
    done.save()


def stale_package(done: Done) -> None:
    done.verify()
    done.placements = [item for item in done.placements if item.package != "beta"]
    done.save()


def stale_channel(done: Done) -> None:
    done.verify()
    done.placements = [item for item in done.placements if item.channel != "org/Devs"]
    done.channels.pop()
    done.save()


def stale_member(done: Done) -> None:
    done.decisions = (Decision("stale_member", "AE4 no longer has bob in it."),)
    done.save()


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize(
    ("change", "found", "detail", "command"),
    [
        pytest.param(
            foreign_share,
            ("foreign", "ann", "user eve"),
            "Channel ann is shared with user eve, but not by this migration.",
            "anaconda-enterprise-cli channels share --user eve --remove ann",
            id="foreign share",
        ),
        pytest.param(
            stale_share,
            ("stale", "org/Devs", "user ann"),
            "AE4 no longer gives user ann access to channel org/Devs; AE5 still does.",
            "anaconda-enterprise-cli channels share --user ann --remove org/Devs",
            id="stale share, planned in another case",
        ),
        pytest.param(
            foreign_package,
            ("foreign", "ann", "linux-64/alien-1.0-0.tar.bz2"),
            "Channel ann has linux-64/alien-1.0-0.tar.bz2, but not from this migration.",
            "",
            id="foreign package",
        ),
        pytest.param(
            stale_package,
            ("stale", "ann", "noarch/beta-1.0-0.tar.bz2"),
            "noarch/beta-1.0-0.tar.bz2 of channel ann is no longer in AE4; AE5 still has it.",
            "",
            id="stale package",
        ),
        pytest.param(
            stale_channel,
            ("stale", "org/Devs", "channel"),
            "Channel org/Devs is no longer in AE4; AE5 still has it.",
            "",
            id="stale channel",
        ),
        pytest.param(stale_member, ("stale", "", "member"), "AE4 no longer has bob in it.", "", id="stale member"),
    ],
)
def test_what_differs_by_others_hands_fails_only_when_strict(
    done: Done, change: t.Callable[[Done], None], found: tuple[str, str, str], detail: str, command: str, strict: bool
) -> None:
    change(done)
    result = done.verify(strict=strict)
    assert verdicts(done) == [found]
    assert report_of(done)["findings"][0]["command"] == command
    assert result["failed"] is strict
    assert (result["failures"], result["warnings"]) == (([detail], []) if strict else ([], [detail]))


def test_without_records_what_is_stale_is_told_as_foreign_and_nothing_stops(done: Done) -> None:
    stale_package(done)
    (done.records / "applied_placements.json").write_text('{"ann": ')
    result = done.verify()
    assert not result["failed"]
    assert verdicts(done) == [("foreign", "ann", "noarch/beta-1.0-0.tar.bz2")]
    assert result["warnings"][0].startswith(f"The record {done.records}/applied_placements.json is damaged")
    assert done.verify()["warnings"] == result["warnings"], "the file stays as it is, for the plan to find it"
    assert result["warnings"][1:] == ["Channel ann has noarch/beta-1.0-0.tar.bz2, but not from this migration."]
