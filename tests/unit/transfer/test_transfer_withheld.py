# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares that a plan withholds: nobody sends them, each is a row, and a principal that AE5 lacks is one sentence."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share, SkippedShare
from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module
from tests.unit.transfer.transfer_world import PASSWORD, World, options

ANN, BOB, DEVS = Share("user", "ann", "rw"), Share("user", "bob", "r"), Share("group", "Devs", "r")


@pytest.fixture
def lab(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        lab.seed(users=[{"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader", "ae-creator"]}, "ann", "bob"])
        lab.seed(channels=[{"name": name, "owner": "migrator", "privacy": "private"} for name in ("a", "b")])
        yield lab


def saved(root: Path, reason: str) -> str:
    """A plan with two channels for ann; something is withheld from bob in both, from Devs in one."""
    world = World(root)
    for name in ("a", "b"):
        world.channel(name, ANN)
    for number, shares in enumerate([(BOB, DEVS), (BOB,)]):
        skipped = tuple(SkippedShare(share, reason, f"The AE5 {share.kind} {share.name!r} does not exist.") for share in shares)
        world.channels[number] = dataclasses.replace(world.channels[number], skipped_shares=skipped)
    return world.save()


@pytest.mark.parametrize("transport", ["api", "cli"])
@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_what_is_withheld_is_never_sent_and_told_by_principal(tmp_path: Path, lab: Ae5Lab, transport: str, check: bool) -> None:
    result = run_module("channel_share", {**options(lab, transport), "plan": saved(tmp_path, "unknown_principal")}, check=check)
    assert [(row["channel"], row.get("user", row.get("group")), row["result"]) for row in result["shares"]] == [
        ("a", "ann", "added"),
        ("b", "ann", "added"),
        ("a", "bob", "skipped"),
        ("a", "Devs", "skipped"),
        ("b", "bob", "skipped"),
    ]
    advice = "; say in principals.csv who that is on AE5 (- for nobody), or create it in Keycloak."
    assert result["failures"] == [
        f"The AE5 group 'Devs' does not exist, so channel a is not shared with it{advice}",
        f"The AE5 user 'bob' does not exist, so 2 channels (a, b) are not shared with them{advice}",
    ]
    assert (result["failed"], result["summary"]["added"], result["summary"]["skipped"]) == (True, 2, 3)
    shares = {name: channel["shares"] for name, channel in lab.state()["channels"].items()}
    mine = [] if check else [{"type": "user", "name": "ann", "access": "rw"}]
    assert shares == {"a": mine, "b": mine}


@pytest.mark.parametrize("reason", ["nobody", "removed_on_ae5"])
def test_what_a_person_decided_is_no_failure(tmp_path: Path, lab: Ae5Lab, reason: str) -> None:
    result = run_module("channel_share", {**options(lab, "api"), "plan": saved(tmp_path, reason)})
    assert (result["failed"], result["failures"], result["summary"]["skipped"]) == (False, [], 3)
    assert {row["reason"] for row in result["shares"] if row["result"] == "skipped"} == {reason}
