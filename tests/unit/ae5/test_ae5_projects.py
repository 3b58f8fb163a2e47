# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of ``/api/v2`` on the lab: uploads, actions, archives, collaborators."""

from __future__ import annotations

import io
import random
import re

import pytest
import requests

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import WriteInCheckMode
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Answer, Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import (
    FIRST_WAIT,
    LONGEST_WAIT,
    Action,
    NotUnique,
    Projects,
    ShareRefused,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import OwnLogin, WebSession
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import ADDED_BY_AE5, tree_digest
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from tests.lab.ae5.server import Ae5Lab
from tests.unit.http_script import NoSleep
from tests.unit.lab_ae5.ae5_tools_client import TREE, Platform, tarball

CONTENT = tarball(TREE)


@pytest.fixture
def lab(tmp_path):
    made = Ae5Lab(tmp_path / "ae5")
    users = [{"username": name, "password": f"{name}-pw", "roles": ["ae-creator"]} for name in ("ann", "bob")]
    made.seed(users=[*users, {"username": "boss", "password": "boss-pw", "roles": ["ae-admin"]}], groups={"Devs": ["bob"]})
    with made:
        yield made


@pytest.fixture
def client(lab):
    opened = []

    def make(user="ann", read_only=False):
        http = Http(lab.url, timeout=5, sleep=NoSleep())
        opened.append(http)
        return Projects(WebSession(http, user, OwnLogin(user, f"{user}-pw"), "anaconda-platform"), read_only=read_only)

    yield make
    for http in opened:
        http.close()


def send(projects, name="demo", content=CONTENT):
    return projects.upload(name, f"{name}.tar.gz", len(content), lambda: io.BytesIO(content))


def digest(projects, project, revision="latest"):
    """Of what AE5 gives out, without the two files that it puts into every project."""
    files = projects.archive(project, revision, lambda stream: read_tree(stream, "it")).files
    return tree_digest({path: told for path, told in files.items() if path not in ADDED_BY_AE5})


@pytest.mark.parametrize("shape", ["list", "data"])
def test_up_and_down_again(lab, client, shape):
    lab.set(project_list_shape=shape)
    ann = client()
    state, action = send(ann)
    assert (state.owner, state.name, action.ended) == ("ann", "demo", False)
    assert ann.wait(state.id, action, 60).done
    assert list(ann.mine()) == ["demo"]
    assert ann.mine()["demo"].status == "done"
    assert digest(ann, state.id, ann.revisions(state.id)[0].id) == read_tree(io.BytesIO(CONTENT), "it").digest
    upload = lab.state()["projects"]["ann/demo"]["revisions"][0]["upload"]
    assert (upload["file"], upload["size"]) == ("demo.tar.gz", len(CONTENT))


def test_only_the_users_own_projects(client):
    send(client())
    assert client("boss").mine() == {}
    assert client("bob").mine() == {}


@pytest.mark.parametrize("answer", ["reason", "body", "ok"])
@pytest.mark.parametrize("body", ["nested", "plain"])
def test_a_name_that_is_taken(lab, client, answer, body):
    lab.set(unique_answer=answer, error_body=body)
    send(client())
    with pytest.raises(NotUnique):
        send(client())


def test_a_name_that_is_taken_as_the_reason_phrase_alone(lab, client):
    lab.set(unique_answer="reason", error_body="html")
    send(client())
    with pytest.raises(NotUnique):
        send(client())


def test_a_name_that_is_taken_and_a_body_that_says_something_else(client, monkeypatch):
    def refused(*_args, **_options):
        raise HttpError("refused", status=400, reason="try again", phrase="Project name is not unique")

    monkeypatch.setattr(WebSession, "call", refused)
    with pytest.raises(NotUnique):
        send(client())


def test_the_reason_phrase_is_kept(lab, client):
    send(client())
    lab.faults([{"method": "POST", "path": "upload", "status": 409, "body": {"error": {"message": "another word"}}}])
    with pytest.raises(HttpError) as raised:
        send(client())
    assert (raised.value.reason, raised.value.phrase.lower()) == ("another word", "conflict")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "The archive is broken."}}, r"The archive is broken\."),
        ({"error": "no space"}, "no space"),
        ({"error": {}}, "project record"),
        ({"error": {"code": 7}}, "it gave no reason"),
    ],
)
def test_a_refusal_that_is_answered_with_200(lab, client, body, said):
    lab.faults([{"method": "POST", "path": "upload", "status": 200, "body": body}])
    ann = client()
    with pytest.raises(MigrationError, match=said):
        send(ann)
    assert ann.written == 0


def test_another_refusal_is_not_that(client):
    with pytest.raises(HttpError, match="400"):
        send(client(), "a b")


def test_waiting_doubles_and_ends(lab, client):
    lab.set(action_polls=6)
    ann = client()
    state, action = send(ann)
    assert ann.wait(state.id, action, 100).done
    slept = ann.session.http.sleep.slept
    assert slept == [FIRST_WAIT * 2**step for step in range(5)] + [LONGEST_WAIT]
    lab.set(action_result="never")
    state, action = send(ann, "slow")
    slept.clear()
    assert not ann.wait(state.id, action, 10).ended
    assert sum(slept) == 10
    assert not ann.wait(state.id, None, 0).ended


def test_an_action_that_fails(lab, client):
    lab.set(action_result="error", action_polls=0)
    ann = client()
    state, action = send(ann)
    assert "could not be made" in ann.wait(state.id, action, 10).message
    assert ann.exists(state.id)
    assert ann.revisions(state.id) == []
    assert not ann.exists("a0-nothing")


def test_an_action_of_another_kind_is_not_waited_for(client):
    ann = client()
    state, _action = send(ann)
    assert ann.wait(state.id, Action("nobody knows it"), 1) == Action("nobody knows it")


def test_a_revision_that_comes_late(lab, client):
    lab.set(revision_delay=3)
    ann = client()
    state, _action = send(ann)
    assert ann.revisions(state.id) == []
    (revision,) = ann.revisions(state.id, 5)
    assert revision.id == "0.0.1"
    assert re.fullmatch(r"20\d\d-\S+ 20\d\d-\S+", revision.time)


@pytest.mark.parametrize("answer", ["401", "redirect", "page"])
def test_a_session_that_ends_before_a_download_and_an_upload(lab, client, answer):
    lab.set(session_answer=answer)
    ann = client()
    state, _action = send(ann)
    lab.expire_tokens("session")
    lab.expire_tokens("sso")
    assert digest(ann, state.id)
    lab.expire_tokens("session")
    lab.expire_tokens("sso")
    send(ann, "second")
    assert sorted(lab.state()["projects"]) == ["ann/demo", "ann/second"]


@pytest.mark.parametrize("action", ["close_early", "reset_after_bytes", "reset"])
def test_a_download_that_breaks_off_is_begun_anew(lab, client, action):
    ann = client()
    state, _action = send(ann)
    lab.faults([{"path": "archive", "nth": 1, "action": action, "bytes": 100}])
    assert digest(ann, state.id) == read_tree(io.BytesIO(CONTENT), "it").digest
    assert [record["route"] for record in lab.log()].count("revision_archive") == 2


def test_a_large_download_that_breaks_off_in_the_middle_of_a_file(lab, client):
    content = tarball({"data.bin": random.Random(1).randbytes(4_000_000)})  # noqa: S311 - filler
    ann = client()
    state, _action = send(ann, content=content)
    lab.faults([{"path": "archive", "nth": 1, "action": "reset_after_bytes", "bytes": 2_500_000}])
    assert digest(ann, state.id) == read_tree(io.BytesIO(content), "it").digest
    assert [record["route"] for record in lab.log()].count("revision_archive") == 2


def test_a_broken_connection_is_not_taken_for_a_broken_archive(client, monkeypatch):
    def blocks():
        yield CONTENT[:50]
        raise requests.exceptions.ChunkedEncodingError("gone")  # there is no length to tell it by

    monkeypatch.setattr(WebSession, "call", lambda *_args, read, **_options: Answer(200, {}, read(blocks())))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        digest(client(), "a0-1")


def test_a_whole_archive_that_is_none(lab, client):
    ann = client()
    state, _action = send(ann)
    lab.faults([{"path": "archive", "status": 200, "body": "nothing"}])
    with pytest.raises(MigrationError, match="it is not an archive of a project"):
        digest(ann, state.id)
    assert [record["route"] for record in lab.log()].count("revision_archive") == 1


def test_collaborators(lab, client):
    ann = client()
    state, _action = send(ann)
    shares = [Share("group", "Devs", "r"), Share("user", "bob", "rw")]
    ann.set_collaborators(state.id, shares)
    assert sorted(ann.collaborators(state.id), key=lambda share: share.kind) == shares
    with pytest.raises(ShareRefused, match="there is no user ghost"):
        ann.set_collaborators(state.id, [*shares, Share("user", "ghost", "r")])
    assert len(ann.collaborators(state.id)) == 2
    lab.set(collaborator_answer="bare")
    ann.set_collaborators(state.id, shares[:1])
    assert ann.collaborators(state.id) == (shares[0],)
    lab.faults([{"method": "PUT", "path": "collaborators", "status": 200, "body": {"error": {"message": "No."}}}])
    with pytest.raises(ShareRefused, match="No"):
        ann.set_collaborators(state.id, [])
    lab.faults([{"method": "PUT", "path": "collaborators", "status": 200, "body": {"collaborators": []}}])
    with pytest.raises(ShareRefused, match="gave no reason"):
        ann.set_collaborators(state.id, [])


def test_check_mode_writes_nothing(lab, client):
    ann = client(read_only=True)
    with pytest.raises(WriteInCheckMode):
        send(ann)
    with pytest.raises(WriteInCheckMode):
        ann.set_collaborators("a0-1", [])
    assert lab.log() == []


@pytest.mark.parametrize("body", ["nothing", {"items": []}, [{"id": "a0-1"}], [1]])
def test_answers_that_make_no_sense(lab, client, body):
    ann = client()
    lab.faults([{"path": "/api/v2/projects$", "status": 200, "body": body}])
    with pytest.raises(MigrationError, match=r"did not answer .* with (JSON|a list)\.$"):
        ann.mine()


def test_what_somebody_else_uploads_as_ae5_tools_does_is_the_same(lab, client):
    tool = Platform(lab, "ann")
    tool.log_in("ann-pw")
    project = tool.make("demo", CONTENT)
    assert digest(client(), project) == read_tree(io.BytesIO(CONTENT), "it").digest
