# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects over ``/api/v2``, as ae5-tools asks for them."""

from __future__ import annotations

import io
import re
import tarfile
import typing as t

import pytest
import requests

from tests.lab.ae5.server import Ae5Lab
from tests.unit.lab_ae5.ae5_tools_client import TREE, Platform, files_of, own_files_of, tarball, zipped


@pytest.mark.parametrize(
    ("content", "file"),
    [
        (tarball(TREE), "p.tar.gz"),
        (tarball(TREE, mode="w:bz2"), "p.tar.bz2"),
        (tarball(TREE, mode="w:xz"), "p.txz"),
        (zipped(TREE), "p.zip"),
    ],
    ids=["gz", "bz2", "xz", "zip"],
)
def test_what_was_uploaded_is_given_out_again(ann, content, file):
    record = ann.upload(content=content, file=f"/somewhere/{file}").json()
    assert record["name"] == "demo"
    assert re.fullmatch(r"a0-[0-9a-f]{32}", record["id"])
    archive = ann.download(record["id"])
    assert own_files_of(archive) == TREE
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        assert {name.split("/")[0] for name in tar.getnames()} == {f"demo-{record['id'][3:]}"}
        modes = {item.name.split("/", 1)[-1]: item.mode for item in tar if item.isfile()}
    assert modes["a.ipynb"] == 0o664
    state = ann.lab.state()["projects"]["owner/demo"]
    assert state["revisions"][0]["upload"]["file"] == file
    assert state["revisions"][0]["files"]["a.ipynb"]["size"] == 2


def test_the_action_is_polled(ann):
    ann.lab.set(action_polls=2)
    record = ann.upload().json()
    assert (record["action"]["type"], record["action"]["done"], record["action"]["error"]) == ("create_action", False, False)
    path = f"projects/{record['id']}/activity"
    seen = [ann.call("GET", path, params={"sort": "-updated", "page[size]": 1}).json()["data"][0] for _attempt in range(3)]
    assert [item["done"] for item in seen] == [False, False, True]
    assert {item["id"] for item in seen} == {record["action"]["id"]}
    assert ann.call("GET", f"projects/{record['id']}").json()["project_create_status"] == "done"


@pytest.mark.parametrize("left", ["stays", "gone"])
def test_an_action_that_fails(ann, left):
    ann.lab.set(action_polls=0, action_result="error", failed_project=left)
    record = ann.upload().json()
    action = ann.call("GET", f"projects/{record['id']}/activity").json()["data"][0]
    assert (action["done"], action["error"]) == (False, True)
    assert action["message"]
    assert list(ann.lab.state()["projects"]) == (["owner/demo"] if left == "stays" else [])


def test_an_action_that_never_ends(ann):
    ann.lab.set(action_polls=0, action_result="never")
    record = ann.upload().json()
    assert [ann.call("GET", f"projects/{record['id']}/activity").json()["data"][0]["done"] for _attempt in range(3)] == [False] * 3


def test_a_name_that_is_taken(ann, platform):
    ann.lab.seed(users=[{"username": "writer", "roles": ["ae-creator"]}])
    ann.make()
    answer = ann.upload()
    assert (answer.status_code, answer.reason) == (400, "Project name is not unique")
    ann.lab.set(unique_answer="body")
    answer = ann.upload()
    assert (answer.status_code, answer.reason) == (400, "BAD REQUEST")
    assert answer.json()["error"]["message"] == "Project name is not unique"
    ann.lab.set(unique_answer="ok")
    answer = ann.upload()
    assert (answer.status_code, answer.json()) == (200, {"error": {"message": "Project name is not unique"}})
    assert platform("writer").upload().status_code == 201
    assert [(r["route"], r["status"]) for r in ann.lab.writes()] == [("project_upload", status) for status in (201, 400, 400, 200, 201)]


@pytest.mark.parametrize("name", ["Quarterly Report", "a/b", "", "-x", "naïve", "x" * 256])
def test_a_name_that_cannot_be(ann, name):
    assert ann.upload(name).status_code == 400
    assert ann.lab.state()["projects"] == {}


def test_blanks_in_names_where_the_switch_lets_them(ann):
    ann.lab.set(project_names="lenient")
    assert ann.upload("Quarterly Report").status_code == 201


def test_a_revision_has_the_tag_and_the_commands(ann):
    project = ann.make(tag="1.2.3")
    (revision,) = ann.call("GET", f"projects/{project}/revisions").json()
    assert (revision["name"], revision["commands"]) == ("1.2.3", [{"id": "nb", "notebook": "a.ipynb"}])
    assert "a0-" + revision["url"].rsplit("/", 3)[1] == project
    assert own_files_of(ann.download(project, "1.2.3")) == TREE
    assert ann.call("GET", f"projects/{project}/revisions/9/archive").status_code == 404
    ann.lab.set(project_tag="ignored", revision_delay=2)
    project = ann.make("second", tag="1.2.3")
    listed = [ann.call("GET", f"projects/{project}/revisions").json() for _attempt in range(3)]
    assert [[item["name"] for item in items] for items in listed] == [[], [], ["0.0.1"]]


def test_a_second_revision_only_where_the_switch_lets_it(ann):
    project = ann.make()
    ann.lab.set(project_again="revision")
    assert ann.make(content=tarball({"b": b"new"})) == project
    assert [item["name"] for item in ann.call("GET", f"projects/{project}/revisions").json()] == ["0.0.2", "0.0.1"]
    assert own_files_of(ann.download(project)) == {"b": b"new"}


def test_the_size_limit(ann, bytes_on_disk):
    ann.lab.set(project_max_bytes=1000)
    assert ann.upload(content=b"x" * 1001).status_code == 413
    assert ann.lab.state()["projects"] == {}
    assert bytes_on_disk() == []
    ann.lab.set(project_max_bytes=0)
    assert ann.upload().status_code == 201


@pytest.mark.parametrize(
    "content",
    [
        b"no archive",
        tarball(TREE)[:-30],
        tarball({"../../etc/passwd": b"x"}),
        tarball({"/../x": b""}, root=""),
        tarball({"one/x": b"", "../two/x": b""}),
        tarball({}),
        tarball({}, extra=[tarfile.TarInfo("loose")]),
    ],
    ids=["garbage", "cut", "climbing", "absolute", "two-roots", "empty", "no-folder"],
)
def test_a_broken_archive(ann, content, bytes_on_disk):
    ann.lab.set(bad_archive="refuse")
    assert ann.upload(content=content).status_code == 400
    assert ann.lab.state()["projects"] == {}
    ann.lab.set(bad_archive="action", action_polls=0)
    record = ann.upload(content=content).json()
    action = ann.call("GET", f"projects/{record['id']}/activity").json()["data"][0]
    assert action["error"]
    assert ann.call("GET", f"projects/{record['id']}/revisions").json() == []
    assert bytes_on_disk() == []


def special() -> bytes:
    """An archive with a link, an empty folder, a pipe, and files of git."""
    link, folder, pipe = tarfile.TarInfo("top/link"), tarfile.TarInfo("top/empty"), tarfile.TarInfo("top/pipe")
    link.type, link.linkname = tarfile.SYMTYPE, "a.ipynb"
    folder.type, pipe.type = tarfile.DIRTYPE, tarfile.FIFOTYPE
    return tarball({"a.ipynb": b"{}", ".git/HEAD": b"ref"}, extra=[link, folder, pipe])


AE5_FILES = [".gitattributes", ".gitignore"]


def newest(lab: Ae5Lab, name: str = "demo") -> dict[str, t.Any]:
    return lab.state()["projects"][f"owner/{name}"]["revisions"][0]


def test_what_git_does_not_keep(ann):
    ann.make(content=special())
    revision = newest(ann.lab)
    assert list(revision["files"]) == [*AE5_FILES, "a.ipynb"]
    assert revision["dropped"] == [".git/HEAD", "empty", "link", "pipe"]
    ann.lab.set(project_links="kept")
    ann.make("linked", special())
    assert newest(ann.lab, "linked")["files"]["link"]["target"] == "a.ipynb"
    ann.lab.set(project_storage="verbatim")
    ann.make("whole", special())
    revision = newest(ann.lab, "whole")
    assert sorted(revision["files"]) == [".git/HEAD", "a.ipynb", "empty", "link"]
    assert revision["files"]["link"]["target"] == "a.ipynb"
    assert revision["files"]["a.ipynb"]["mode"] == 0o600


CACHES = {"m.pyc": b"", "tmp/x": b"", "sub/tmp/x": b"", ".cache/x": b"", "data/x.csv": b"", "home": b"", ".spyderproject": b""}


@pytest.mark.parametrize(
    ("era", "own", "lost"),
    [
        ("none", None, []),
        ("2018", None, [".cache/x", "m.pyc", "tmp/x"]),
        ("2019", None, [".cache/x", "m.pyc", "tmp/x"]),
        ("2024", None, [".cache/x", ".spyderproject", "home", "m.pyc", "tmp/x"]),
        ("none", b"x.csv", ["data/x.csv"]),
        ("2018", b"x.csv", [".cache/x", "m.pyc", "tmp/x"]),
        ("2019", b"x.csv", ["data/x.csv"]),
        ("2024", b"x.csv", ["data/x.csv", "home"]),
    ],
)
def test_what_ae5_ignores_is_lost(ann, era, own, lost):
    """The forms that were seen (AE5 facts 4.7); 2018 over a project's own file is an assumption."""
    ann.lab.set(project_extras=era)
    tree = {**CACHES, **({} if own is None else {".gitignore": own})}
    ann.make(content=tarball(tree))
    revision = newest(ann.lab)
    assert revision["dropped"] == [] if not lost else set(lost) <= set(revision["dropped"])
    expected = (CACHES.keys() - set(lost)) | (set(AE5_FILES) if era != "none" else {".gitignore"} if own else set())
    assert set(revision["files"]) == expected
    content = files_of(ann.download(ann.lab.state()["projects"]["owner/demo"]["id"]))
    if era != "none":
        assert content[".gitattributes"] == b"* merge=binary\n"
    if own is not None:
        assert content[".gitignore"].startswith(own) == (era != "2018")


def test_a_projects_own_gitattributes_act(ann):
    tree = {
        ".gitattributes": b"*.csv text=auto\nprivate export-ignore\nversion.py export-subst ident\n",
        "a.csv": b"a\r\nb\r\n",
        "private/x": b"",
        "version.py": b"$Format:%s$ $Id$\n",
    }
    content = files_of(ann.download(ann.make(content=tarball(tree))))
    assert content["a.csv"] == b"a\nb\n"
    assert "private/x" not in content
    assert re.fullmatch(rb"0\.0\.1 \$Id: [0-9a-f]{40} \$\n", content["version.py"])


@pytest.mark.parametrize("name", ["наука/данные.csv", "日本語", "back\\slash", "\udcff.csv", "a b ", "-x", "x" * 200, "new\nline"])
def test_odd_names_come_back(ann, name):
    content = own_files_of(ann.download(ann.make(content=tarball({name: b"x"}))))
    assert list(content) == [name]


@pytest.mark.parametrize("name", [".GIT/x", "git~1", ".git./x"])
def test_names_that_git_refuses(ann, name):
    ann.lab.set(action_polls=0)
    record = ann.upload(content=tarball({name: b"x"})).json()
    action = ann.call("GET", f"projects/{record['id']}/activity").json()["data"][0]
    assert action["error"]
    assert "invalid path" in action["message"]


def test_an_upload_needs_the_role(ann, platform):
    reader = platform("reader")
    assert reader.upload().status_code == 403
    ann.lab.set(project_role="none")
    assert reader.upload().status_code == 201
    ann.lab.set(project_role="ae-uploader")
    assert platform("writer").upload().status_code == 201


@pytest.mark.parametrize(("action", "made"), [("reset", 0), ("reset_after_bytes", 0), ("close_early", 1)])
def test_an_upload_that_breaks_off(ann, noise, bytes_on_disk, action, made):
    content = tarball({"data.bin": noise})
    ann.lab.faults([{"method": "POST", "path": "upload", "action": action, "bytes": 5000, "times": 1}])
    with pytest.raises(requests.exceptions.RequestException):
        ann.upload(content=content)
    assert ann.lab.wait_for(lambda records: records[-1]["route"] == "project_upload")
    assert len(ann.lab.state()["projects"]) == made
    assert bytes_on_disk() == []
    assert ann.upload(content=content).status_code == (400 if made else 201)


# -- collaborators and the rest


def test_collaborators(ann, platform):
    project, writer, reader = ann.make(), platform("writer"), platform("reader")
    assert reader.call("GET", f"projects/{project}").status_code == 404
    result = ann.share(project, ("writer", "user", "rw"), ("everyone", "group", "r"))
    assert result["action"]["error"] is False
    shown = [(item["id"], item["type"], item["permission"]) for item in result["collaborators"]]
    assert shown == [("everyone", "group", "r"), ("writer", "user", "rw")]
    assert ann.call("GET", f"projects/{project}/collaborators").json() == result["collaborators"]
    assert result["collaborators"][1]["email"] == "writer@example.com"
    assert [item["id"] for item in reader.call("GET", "projects").json()] == [project]
    assert [p.call("PATCH", f"projects/{project}", json={"editor": "x"}).status_code for p in (reader, writer)] == [403, 200]
    assert reader.call("PUT", f"projects/{project}/collaborators", json=[]).status_code == 403
    assert ann.share(project)["collaborators"] == []
    ann.lab.set(project_hidden_status=403)
    assert reader.call("GET", f"projects/{project}").status_code == 403


def test_a_permission_is_changed_in_two_puts(ann):
    project = ann.make()
    ann.share(project, ("reader", "user", "rw"))
    assert ann.share(project, ("reader", "user", "r"))["collaborators"][0]["permission"] == "rw"
    ann.share(project)
    assert ann.share(project, ("reader", "user", "r"))["collaborators"][0]["permission"] == "r"
    ann.lab.set(collaborator_change="honoured")
    assert ann.share(project, ("reader", "user", "rw"))["collaborators"][0]["permission"] == "rw"


def test_a_collaborator_whom_nobody_knows(ann):
    project = ann.make()
    ann.share(project, ("reader", "user", "r"))
    result = ann.share(project, ("reader", "user", "r"), ("ghost", "user", "r"))
    assert result["action"]["error"] is True
    assert "ghost" in result["action"]["message"]
    assert "collaborators" not in result
    assert [item["id"] for item in ann.lab.state()["projects"]["owner/demo"]["collaborators"]] == ["reader"]
    ann.lab.set(unknown_principal="accept")
    assert len(ann.share(project, ("ghost", "user", "r"))["collaborators"]) == 1


def test_who_sees_and_deletes(ann, platform):
    project, boss, writer = ann.make(), platform("boss"), platform("writer")
    ann.share(project, ("writer", "user", "rw"))
    assert [item["owner"] for item in boss.call("GET", "projects").json()] == ["owner"]
    ann.lab.set(project_list="own_and_shared", project_list_shape="data")
    assert boss.call("GET", "projects").json() == {"data": []}
    assert writer.call("DELETE", f"projects/{project}").status_code == 403
    assert boss.call("DELETE", f"projects/{project}").status_code == 204
    assert boss.call("DELETE", f"projects/{project}").status_code == 404
    assert list((ann.lab.root / "projects").iterdir()) == []


def test_refused_writes_and_faults(ann):
    ann.lab.set(writes="fail")
    assert ann.upload().status_code == 500
    ann.lab.set(writes="ok")
    ann.lab.faults([{"path": "/api/v2/projects/upload", "nth": 1, "status": 504, "effect": True}])
    assert ann.upload().status_code == 504
    assert list(ann.lab.state()["projects"]) == ["owner/demo"]


def test_the_rest_of_what_ae5_tools_asks_for(ann):
    project = ann.make()
    for path in (f"projects/{project}/sessions", f"projects/{project}/runs", "sample_projects", "sessions"):
        assert ann.call("GET", path).json() == []
    assert ann.call("GET", "projects/actions", params={"q": "create_action"}).json()[0]["resource_profiles"]
    assert ann.call("POST", f"projects/{project}/sessions").status_code == 404
    assert ann.lab.log()[-1]["write"]


def test_lists_that_ae5_tools_puts_together(ann):
    """What ``user list``, ``user info``, ``secret list`` and ``endpoint list`` ask for; the real tool was seen to take the answers."""
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": ann.lab.switches.keycloak_admin_password}
    token = requests.post(f"{ann.lab.url}/auth/realms/master/protocol/openid-connect/token", data=form, timeout=10).json()["access_token"]

    def admin(path: str, **params: t.Any) -> list[dict[str, t.Any]]:
        url = f"{ann.lab.url}/auth/admin/realms/AnacondaPlatform/{path}"
        answer = requests.get(url, params={"first": 0, "max": 1000, **params}, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert {"owner", "boss"} <= {item["username"] for item in admin("users")}
    roles = {item["name"]: [user["username"] for user in admin(f"roles/{item['name']}/users")] for item in admin("roles")}
    assert roles["ae-admin"] == ["boss"]
    assert all(isinstance(admin(f"groups/{item['id']}/members"), list) for item in admin("groups"))
    assert admin("events", client="anaconda-platform", type="LOGIN") == []
    assert ann.call("GET", "credentials/user").json() == {"data": []}
    endpoints = ann.session.get(f"{ann.lab.url}/platform/deploy/api/v1/apps/static-endpoints", timeout=10)
    assert endpoints.json() == {"data": []}
    assert [ann.call("GET", path).json() for path in ("deployments", "projects")] == [[], []]
    assert requests.get(endpoints.url, timeout=10).status_code == 401
    assert {"secret_list", "endpoint_list"} <= {record["route"] for record in ann.lab.log()}


def test_an_answer_without_collaborators(ann):
    project = ann.make()
    ann.lab.set(collaborator_answer="bare")
    assert ann.share(project, ("reader", "user", "r")).keys() == {"action"}
    assert [item["id"] for item in ann.lab.state()["projects"]["owner/demo"]["collaborators"]] == ["reader"]


def test_projects_outlive_the_process(tmp_path):
    with Ae5Lab(tmp_path / "lab") as first:
        first.seed(users=[{"username": "ann", "password": "ann-pw", "roles": ["ae-creator"]}])
        ann = Platform(first, "ann")
        ann.log_in()
        project = ann.make()
        state = first.state()
    with Ae5Lab(tmp_path / "lab") as second:
        assert second.state() == state
        ann.lab = second
        assert own_files_of(ann.download(project)) == TREE


def test_no_secret_is_in_the_log(ann):
    ann.make()
    text = (ann.lab.root / "requests.jsonl").read_text()
    secrets = [cookie.value for cookie in ann.session.cookies]
    assert len(secrets) == 4
    for secret in ("owner-pw", *secrets):
        assert secret not in text
