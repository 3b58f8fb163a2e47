# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets nothing because AE5 does not have them or a person said so, and what is told of it."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._model import access
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, checks
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module
from tests.unit.plan.inventory_builder import draft_of, group_share, user_share
from tests.unit.plan.test_plan_checks import people, with_group


def test_principals_that_do_not_exist_get_nothing_and_nobody_gets_it_for_them(tmp_path: Path) -> None:
    site = with_group("east", "o").file("u/p/p-1-0.conda", "main", access="authenticated")
    plan, _placements, _left_out = build.finish(draft_of(tmp_path, site))
    channels = access.skip_unknown(plan.channels, people("BOSS"))
    assert {channel.name: (channel.shares, [(item.share, item.reason) for item in channel.skipped_shares]) for channel in channels} == {
        "o": ((user_share("boss"),), []),
        "o/Devs": ((), [(group_share("Devs"), "unknown_principal")]),
        "u": ((), [(user_share("u"), "unknown_principal"), (group_share("everyone"), "unknown_principal")]),
    }
    assert [(item.code, item.detail, item.variable) for item in checks.skipped_share_decisions(channels)] == [
        (
            "group_missing",
            "The AE5 group 'Devs' does not exist, so channel o/Devs is not shared with it; say in principals.csv who that is on AE5"
            " (- for nobody), or create it in Keycloak.",
            "ae_principals",
        ),
        (
            "group_missing",
            "The AE5 group 'everyone' does not exist, so channel u is not shared with it; create it in Keycloak, with all users in it.",
            "ae_principals",
        ),
        (
            "user_missing",
            "The AE5 user 'u' does not exist, so channel u is not shared with them; say in principals.csv who that is on AE5"
            " (- for nobody), or create it in Keycloak.",
            "ae_principals",
        ),
    ]
    assert access.skip_unknown(plan.channels, people("boss", "u", Devs=[], everyone=[])) == plan.channels


def test_who_is_declared_to_be_nobody_is_told_and_gets_nothing(tmp_path: Path) -> None:
    names = PrincipalMap({"boss": "-"}, {"east:o/Devs": "-"})
    plan, _placements, _left_out = build.finish(draft_of(tmp_path, with_group("east", "o"), principals=names))
    assert [(channel.name, channel.shares, [item.reason for item in channel.skipped_shares]) for channel in plan.channels] == [
        ("o", (), ["nobody"]),
        ("o/Devs", (), ["nobody"]),
    ]
    assert access.skip_unknown(plan.channels, people()) == plan.channels
    assert [item.detail for item in checks.skipped_share_decisions(plan.channels)] == [
        "The AE4 user 'boss' of site 'east' is declared as nobody on AE5. Without them: o.",
        "The AE4 group 'Devs' of site 'east' is declared as nobody on AE5. Without them: o/Devs.",
    ]
    assert plan.members == {}


def test_private_channels_that_everybody_reads_are_errors_unless_accepted(tmp_path: Path) -> None:
    site = with_group("east", "o").file("u/q/q-1-0.conda", "main", access="private").file("v/q/q-1-0.conda", "main", access="authenticated")
    draft = draft_of(tmp_path, site)
    assert [checks.private_errors(draft, means) for means in (None, "collaborators")] == [[], []]
    assert checks.private_errors(draft, "authenticated") == [
        "Channel 'u' from user 'u' of site 'east' holds packages that were private in AE4 (u/q), and on this cluster every logged-in "
        "user can read a private channel (private_means in its capabilities); leave them out with ae_exclude, or accept it with "
        "ae_accept_wider."
    ]
    assert checks.private_errors(draft_of(tmp_path, site, accept_wider=("u",)), "authenticated") == []


KEYCLOAK = {"keycloak_username": "kcadmin", "keycloak_password": "kc-secret", "offline": False}


def test_the_module_proposes_declares_and_withholds(tmp_path: Path) -> None:
    """By way of a real listing of Keycloak's users, with their addresses; the second plan knows who bob is."""
    site = with_group("east", "o", members=["ann", "bob"]).file("bob/q/q-1-0.conda", "main", access="private")
    with Ae5Lab(tmp_path / "ae5") as lab:
        people_there = ["migrator", "ann", "boss", {"username": "robert", "email": "bob@corp.example.com"}]
        lab.seed(users=people_there, groups={"Devs": ["ann"]}, admins=[{"username": "kcadmin", "password": "kc-secret"}])
        where = {"url": lab.url, "username": "migrator", "password": "migrator", "client_secret": lab.switches.client_secret}
        given = {"inventories": [site.write(tmp_path)], "dest": str(tmp_path / "plan"), **where, **KEYCLOAK, "transport": "api"}
        first = run_module("migration_plan", given)
        assert first["failed"] is False, first["msg"]
        channels = {channel.name: channel for channel in store.load_plan(given["dest"]).channels}
        assert (channels["bob"].shares, [item.reason for item in channels["bob"].skipped_shares]) == ((), ["unknown_principal"])
        text = (tmp_path / "plan" / "principals.csv").read_text(encoding="utf-8")
        assert "east,user,bob,,2,bob,robert,yes,robert is the same name before the @ of the e-mail address; is it the same?\n" in text
        declared = tmp_path / "principals-prod.csv"
        declared.write_text(text.replace(",user,boss,", ",user,nobody-like-that,"), encoding="utf-8")
        second = run_module("migration_plan", {**given, "principals": str(declared)})
        assert second["warnings"] == [
            "Line 5 of principals-prod.csv is not used: no inventory has the user 'nobody-like-that' of site 'east'."
        ]
        channels = {channel.name: channel for channel in store.load_plan(given["dest"]).channels}
        assert (channels["bob"].shares, channels["bob"].skipped_shares) == ((user_share("robert"),), ())
        assert lab.writes() == []
        means = {"schema_version": 1, "answers": {"private_means": {"value": "authenticated", "confidence": "known", "evidence": "seen"}}}
        assert "can read a private channel" in run_module("migration_plan", {**given, "capabilities": means})["msg"]


def test_members_whom_the_ae5_group_lacks_are_decisions(tmp_path: Path) -> None:
    """Not the owners of the organization, and not who is nobody on purpose."""
    site = with_group("east", "o", members=["ann", "ben", "boss", "cat", "dan"])
    draft = draft_of(tmp_path, site, principals=PrincipalMap({"ben": "b.smith", "cat": "-"}))
    assert [item.detail for item in checks.missing_members(draft, people(Devs=["ANN"]))] == [
        "The AE5 group 'Devs' is missing ben, dan of the organization 'o', group 'Devs' of site 'east', so they cannot use what is "
        "shared with it; add them, or say in principals.csv who they are on AE5."
    ]
    assert checks.missing_members(draft, people(Devs=["ann", "b.smith", "dan"])) == []
    assert checks.missing_members(draft, people()) == []


def test_errors_about_people_leave_the_proposal_to_name_them(tmp_path: Path) -> None:
    """The renamed ben is a stranger in the AE5 group; with the proposal filled in he is not."""
    site = with_group("east", "o", members=["ann", "ben"])
    with Ae5Lab(tmp_path / "ae5") as lab:
        lab.seed(users=["migrator", "ann", "boss", "b.smith"], groups={"Devs": ["ann", "b.smith"]})
        lab.seed(admins=[{"username": "kcadmin", "password": "kc-secret"}])
        where = {"url": lab.url, "username": "migrator", "password": "migrator", "client_secret": lab.switches.client_secret}
        given = {"inventories": [site.write(tmp_path)], "dest": str(tmp_path / "plan"), **where, **KEYCLOAK, "transport": "api"}
        predicted = run_module("migration_plan", given, check=True)
        assert not (tmp_path / "plan").exists()
        refused = run_module("migration_plan", given)
        assert refused["msg"] == (
            "The plan has an error, so nothing was written: The AE5 group 'Devs' has members who are not in the organization 'o', group "
            "'Devs' of site 'east': b.smith; remove them, say in principals.csv who they are in AE4, name another group in "
            "ae_group_map, or accept it with ae_accept_wider."
        )
        assert predicted == refused
        proposal = tmp_path / "plan" / "principals.csv"
        assert refused["principals"] == str(proposal)
        assert [path.name for path in (tmp_path / "plan").iterdir()] == ["principals.csv"]
        declared = tmp_path / "principals-prod.csv"
        declared.write_text(proposal.read_text().replace("o/Devs,,no,\n", "o/Devs,b.smith,,\n"))
        assert run_module("migration_plan", {**given, "principals": str(declared)})["failed"] is False
