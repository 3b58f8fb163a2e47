# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upload decides, without a cluster."""

from __future__ import annotations

import itertools

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Member
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.rules import (
    Missing,
    People,
    differences,
    names_to_try,
    plan_shares,
)

FILES = {"a.py": "1" * 64, "b/c.py": "2" * 64}


def test_the_next_names():
    assert list(itertools.islice(names_to_try("x", frozenset()), 3)) == ["x", "x-2", "x-3"]
    assert list(itertools.islice(names_to_try("X", {"x", "x-2"}), 2)) == ["X", "X-3"]
    long = "y" * 200
    assert list(itertools.islice(names_to_try(long, frozenset()), 2)) == [long, "y" * 198 + "-2"]
    assert len(list(names_to_try("x", frozenset()))) == 99


def test_differences_in_words():
    theirs = {"a.py": "9" * 64, "new": "3" * 64, ".gitignore": "3" * 64}
    assert differences(FILES, theirs) == "1 file with another content (a.py), 1 file not there (b/c.py), 1 file only there (new)"
    many = {f"f{number}": "1" * 64 for number in range(9)}
    assert differences(many, {}) == "9 files not there (f0, f1, f2, f3, f4 and 4 more)"


def team(*members):
    return [Member(*member) for member in members]


def test_who_is_who():
    people = People(PrincipalMap({"old": "New", "gone": "-"}), {"devs": "Devs", "all": "-"})
    members = team(("user", "old", "rw"), ("user", "gone", "rw"), ("user", "Carol", "r"), ("group", "devs", "r"), ("group", "all", "r"))
    wanted = people.wanted(members, "ann")
    assert wanted.shares == (Share("group", "Devs", "r"), Share("user", "carol", "r"), Share("user", "new", "rw"))
    assert wanted.missing == ()


def test_the_owner_under_another_name_is_not_shared_with():
    assert People(PrincipalMap({"ann-old": "Ann"})).wanted(team(("user", "ann-old", "r"), ("user", "ANN", "rw")), "ann").shares == ()


def test_two_who_are_one_on_ae5_get_what_one_of_them_had():
    people = People(PrincipalMap({"a": "x", "b": "x"}))
    for members in ((("user", "a", "r"), ("user", "b", "rw")), (("user", "a", "rw"), ("user", "b", "r"))):
        assert people.wanted(team(*members), "ann").shares == (Share("user", "x", "rw"),)


def test_a_group_that_nobody_mapped_and_strangers():
    people = People(PrincipalMap({}), {"devs": "Devs"}, {("user", "bob"), ("group", "wheel")})
    members = team(("group", "wheel", "r"), ("group", "devs", "r"), ("user", "BOB", "r"), ("user", "ghost", "r"))
    wanted = people.wanted(members, "ann")
    assert wanted.shares == (Share("user", "bob", "r"),)
    assert set(wanted.missing) == {Missing("group", "wheel"), Missing("group", "devs", "Devs"), Missing("user", "ghost", "ghost")}
    assert "The group wheel of the notebook host is not mapped" in Missing("group", "wheel").sentence(["a/b"]).replace("'", "")
    text = Missing("user", "ghost", "ghost").sentence(["a/b", "a/c"])
    assert "2 projects (a/b, a/c) are not shared with them" in text
    assert text.endswith("in Keycloak.")


BOB_R, BOB_RW, DEVS, EVE = Share("user", "bob", "r"), Share("user", "bob", "rw"), Share("group", "Devs", "r"), Share("user", "eve", "rw")


def test_nothing_to_do():
    plan = plan_shares([BOB_R, DEVS], [DEVS, Share("user", "Bob", "r")])
    assert (plan.puts, plan.given, plan.notes) == ((), (), ())


def test_those_who_lack_it_are_added_in_one_list_and_the_others_kept():
    plan = plan_shares([EVE], [BOB_R, DEVS])
    assert plan.puts == ((EVE, BOB_R, DEVS),)
    assert plan.given == (BOB_R, DEVS)
    assert plan.notes == ("On AE5 user eve may read and write, on AE4 not; this was not changed.",)


def test_a_higher_right_takes_two_lists():
    plan = plan_shares([BOB_R, EVE], [BOB_RW, DEVS, EVE])
    assert plan.puts == ((EVE, DEVS), (EVE, DEVS, BOB_RW))
    assert plan.given == (DEVS, BOB_RW)


def test_a_right_beyond_ae4s_is_told_of_and_left():
    plan = plan_shares([BOB_RW], [BOB_R])
    assert plan.puts == ()
    assert plan.notes == ("On AE5 user bob may read and write, on AE4 only read; this was not changed.",)


def test_a_user_and_a_group_of_one_name_are_two():
    plan = plan_shares([Share("group", "bob", "r")], [BOB_R])
    assert plan.puts == ((Share("group", "bob", "r"), BOB_R),)
