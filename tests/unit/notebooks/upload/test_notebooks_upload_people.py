# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module project_upload and the teams of projects."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import Platform
from tests.unit.notebooks.upload_world import Notebooks, rows

TEAM = [("user", "bob", "rw"), ("user", "carol", "r"), ("group", "devs", "r")]
GIVEN = [("group", "Devs", "r"), ("user", "bob", "rw"), ("user", "carol", "r")]
GROUPS = {"devs": "Devs"}
PUT = ("collaborator_put", 200)


@pytest.fixture
def world(tmp_path):
    with Ae5Lab(tmp_path / "ae5") as lab:
        yield Notebooks(tmp_path / "converted", lab)


@pytest.fixture
def share(world):
    """Sets the collaborators of ann's project demo, as somebody does on AE5."""

    def set_to(*people):
        tool = Platform(world.lab, "ann")
        tool.log_in("ann-pw")
        project = world.state()["ann/demo"]["id"]
        assert tool.share(project)["action"]["error"] is False
        assert tool.share(project, *[(name, kind, access) for kind, name, access in people])["action"]["error"] is False
        world.lab.clear_log()

    return set_to


def again(world, **options):
    world.lab.clear_log()
    return world.run(groups=GROUPS, **options)


def test_a_team_is_set_in_one_list(world):
    world.add(team=TEAM)
    result = world.run(groups=GROUPS)
    assert world.people() == GIVEN
    assert world.writes() == [("project_upload", 201), PUT]
    assert result["projects"][0]["shared"] == ["group Devs may read", "user bob may read and write", "user carol may read"]
    assert result["summary"]["shares"] == 3
    assert "~ project ann/demo: user carol may read\n" in result["diff"][0]["prepared"]
    second = again(world)
    assert (second["changed"], second["summary"]["shares"]) == (False, 0)
    assert second["projects"][0]["shared"] == result["projects"][0]["shared"], "who has it is not only who got it tonight"
    assert world.writes() == []


def test_without_the_list_of_projects_nobody_is_asked(world):
    world.add(team=TEAM)
    world.run(projects=None)
    assert world.people() == []
    assert "collaborator_list" not in {record["route"] for record in world.lab.log()}


def test_a_kill_between_upload_and_collaborators(world, monkeypatch):
    world.add(team=TEAM)

    def killed(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Projects, "set_collaborators", killed)
        with pytest.raises(KeyboardInterrupt):
            world.run(groups=GROUPS)
    assert (list(world.state()), world.people()) == (["ann/demo"], [])
    predicted = again(world, check=True)
    assert world.writes() == []
    result = again(world)
    assert rows(result) == rows(predicted) == [("ann/demo", "present")]
    assert predicted["changed"]
    assert result["changed"]
    assert predicted["diff"] == result["diff"]
    assert world.people() == GIVEN
    assert world.writes() == [PUT]


def test_a_kill_between_upload_and_its_action(world, monkeypatch):
    world.add(team=TEAM)
    world.lab.set(action_polls=3, revision_delay=2)

    def killed(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Projects, "wait", killed)
        with pytest.raises(KeyboardInterrupt):
            world.run(groups=GROUPS)
    result = again(world)
    assert rows(result) == [("ann/demo", "present")]
    assert world.people() == GIVEN
    assert world.writes() == [PUT]


@pytest.mark.parametrize("change", ["ignored", "honoured"])
def test_a_right_that_is_lower_on_ae5_is_raised_in_two_lists(world, share, change):
    world.lab.set(collaborator_change=change)
    world.add(team=TEAM)
    world.run(groups=GROUPS)
    share(("user", "bob", "r"), ("user", "dave", "rw"))
    result = world.run(groups=GROUPS)
    assert world.people() == [*GIVEN[:3], ("user", "dave", "rw")]
    assert world.writes() == [PUT, PUT]
    assert result["projects"][0]["shared"] == ["group Devs may read", "user bob may read and write", "user carol may read"]
    assert result["projects"][0]["notes"] == ["On AE5 user dave may read and write, on AE4 not; this was not changed."]


def test_nothing_is_taken_away(world, share):
    world.add(team=[("user", "bob", "r")])
    world.run()
    share(("user", "bob", "rw"), ("group", "everyone", "r"))
    result = world.run()
    assert world.writes() == []
    assert not result["changed"]
    assert world.people() == [("user", "bob", "rw"), ("group", "everyone", "r")]
    assert result["projects"][0]["notes"] == [
        "On AE5 group everyone may read, on AE4 not; this was not changed.",
        "On AE5 user bob may read and write, on AE4 only read; this was not changed.",
    ]


def test_strangers_are_named_once_and_the_others_get_their_rights(world):
    for name in ("one", "two"):
        world.add(f"ann/{name}", team=[*TEAM, ("user", "ghost", "rw"), ("group", "wheel", "r")])
    result = world.run(groups=GROUPS)
    assert [state for _name, state in rows(result)] == ["uploaded", "uploaded"]
    assert world.people("ann/one") == world.people("ann/two") == GIVEN
    assert len(result["failures"]) == 2
    assert "The group 'wheel' of the notebook host is not mapped to an AE5 group" in result["failures"][0]
    assert "The AE5 user 'ghost' does not exist, so 2 projects (ann/one, ann/two) are not shared with them" in result["failures"][1]
    silent = again(world, users={"ghost": "-"}, only=["ann/one"])
    assert "ghost" not in silent["msg"]


@pytest.mark.parametrize("unknown", ["reject", "accept"])
def test_strangers_where_nobody_may_ask_keycloak(world, unknown):
    world.lab.set(unknown_principal=unknown)
    world.add(team=[*TEAM, ("user", "ghost", "r")])
    own = {"keycloak_username": None, "keycloak_password": None, "logins": [{"username": "ann", "password": "ann-pw"}]}
    result = world.run(groups=GROUPS, **own)
    assert [item for item in world.people() if item[1] != "ghost"] == GIVEN
    if unknown == "reject":
        assert result["failures"] == [
            "The project ann/demo is on AE5, but AE5 does not share it with user ghost: there is no user ghost;"
            " check that name in Keycloak."
        ]
        assert "user ghost may read" not in result["projects"][0]["shared"]
        assert result["summary"]["shares"] == 3
        assert len(again(world, **own)["failures"]) == 1
    else:
        assert not result["failed"]


def test_one_stranger_alone(world):
    world.add(team=[("user", "ghost", "r")])
    own = {"keycloak_username": None, "keycloak_password": None, "logins": [{"username": "ann", "password": "ann-pw"}]}
    result = world.run(**own)
    assert rows(result) == [("ann/demo", "uploaded")]
    assert "there is no user ghost" in result["msg"]
    assert world.writes() == [("project_upload", 201), PUT]


def test_a_list_that_cannot_be_set_is_set_by_the_next_run(world):
    world.add(team=TEAM)
    world.lab.faults([{"method": "PUT", "path": "collaborators", "status": 500}])
    result = world.run(groups=GROUPS)
    assert rows(result) == [("ann/demo", "uploaded")]
    assert "The project ann/demo is on AE5, but its collaborators are not" in result["msg"]
    world.lab.faults([])
    assert not again(world)["failed"]
    assert world.people() == GIVEN


def test_owners_and_members_under_other_names(world):
    world.add(team=[("user", "robert", "rw"), ("user", "ann", "rw")])
    world.run(users={"robert": "Bob"})
    assert world.people() == [("user", "bob", "rw")]


def test_files_with_other_rights_are_not_opened_to_the_team(world):
    world.add(team=TEAM, acl_exceptions=("secret.csv",))
    result = world.run(groups=GROUPS)
    assert world.people() == []
    assert "It is not shared: 1 file or folder (secret.csv) had other permissions on AE4" in result["projects"][0]["notes"][0]
    again(world, accept_wider=["ann/*"])
    assert world.people() == GIVEN


def test_a_public_project_is_not_opened_to_everybody(world):
    world.add(public=True)
    result = world.run()
    assert world.people() == []
    assert "every user of the notebook host could read it" in result["projects"][0]["notes"][0]


def test_the_second_of_two_lists_is_lost_and_the_next_run_sends_it(world, share):
    world.add(team=[("user", "bob", "rw")])
    world.run()
    share(("user", "bob", "r"))
    world.lab.faults([{"method": "PUT", "path": "collaborators", "nth": 2, "status": 500}])
    result = world.run()
    assert result["changed"]
    assert "its collaborators are not" in result["msg"]
    assert "~ project ann/demo: some collaborators\n" in result["diff"][0]["prepared"]
    world.lab.faults([])
    assert not again(world)["failed"]
    assert world.people() == [("user", "bob", "rw")]
