# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for users, groups and memberships that are to be made."""

from __future__ import annotations

from ansible_collections.ae_ops.migration.plugins.module_utils._model.principals import Grant, Step, Wish, decide, merged, roles_of


def test_wishes_for_one_group_are_one() -> None:
    wishes = merged([("Devs", ["Ann", "bob"]), ("Ops", []), ("Devs", ["ann", "cid"])])
    assert wishes == [Wish("Devs", ("Ann", "bob", "cid")), Wish("Ops", ())]


def test_users_come_first_and_are_spelt_as_keycloak_has_them() -> None:
    steps = decide({"ann": "ann"}, {"Devs": {"ann"}}, ["Bob"], [Wish("Devs", ("ANN",)), Wish("Ops", ("bob", "ann"))], True)
    assert steps == [
        Step("created", "bob"),
        Step("present", "ann"),
        Step("present", group="Devs"),
        Step("present", "ann", "Devs"),
        Step("created", group="Ops"),
        Step("added", "bob", "Ops"),
        Step("added", "ann", "Ops"),
    ]


def test_group_names_are_taken_literally() -> None:
    assert decide({}, {"Devs": set()}, [], [Wish("devs", ())], False) == [Step("created", group="devs")]


def test_what_cannot_be_made_takes_its_memberships_along() -> None:
    steps = decide({"ann": "ann"}, {}, [], [Wish("a/b", ("ann", "ghost")), Wish(" ", ())], False)
    assert [(step.user, step.group, step.result) for step in steps] == [
        ("ann", "", "present"),
        ("ghost", "", "failed"),
        ("", "a/b", "failed"),
        ("ann", "a/b", "failed"),
        ("ghost", "a/b", "failed"),
        ("", " ", "failed"),
    ]
    assert [step.why for step in steps if step.why] == [
        "User 'ghost' does not exist in Keycloak and was neither created nor added to group a/b; create the user there, or set "
        "create_users.",
        "Group 'a/b' does not exist and was not created, because its name is a subgroup path; create it in Keycloak.",
        "A group name is empty; name the group.",
    ]


def test_an_empty_user_name_is_never_created() -> None:
    steps = decide({}, {}, [""], [], True)
    assert [(step.result, step.why) for step in steps] == [("failed", "A user name is empty; name the user.")]


def test_roles_come_from_the_user_and_from_groups() -> None:
    grants = {
        "ae-uploader": Grant(frozenset({"ann"}), frozenset({"Devs"})),
        "ae-creator": Grant(frozenset(), frozenset({"Devs", "Ops"})),
        "ae-wizard": None,
    }
    assert roles_of("Ann", grants, {}) == ["ae-uploader"]
    assert roles_of("BOB", grants, {"Devs": {"bob"}}) == ["ae-uploader", "ae-creator"]
    assert roles_of("cid", grants, {"Ops": {"cid"}, "Devs": {"bob"}}) == ["ae-creator"]
