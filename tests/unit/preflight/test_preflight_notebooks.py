# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of notebook hosts inside this process: what is measured there, and what is asked of AE5."""

from __future__ import annotations

import os
import shutil
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_ignore import Ignore, merged, patterns_of
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import measure
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.notebooks import module
from tests.lab.ae5.server import Ae5Lab
from tests.lab.aen.host import AenLab
from tests.unit.module_runner import run_module

PASSWORD = "correct horse"
KEYCLOAK = {"keycloak_username": "kcadmin", "keycloak_password": PASSWORD}
HERE = ["projects", "work_dir", "space", "tools", "git", "libraries"]
Verdicts = dict[str, tuple[str, str]]


def verdicts(result: dict[str, t.Any]) -> Verdicts:
    assert not result["failed"], result.get("msg")
    assert not result["changed"]
    return {row["check"]: (row["verdict"], row["evidence"]) for row in result["rows"]}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> AenLab:
    """Every project of the emulated host."""
    lab = AenLab(tmp_path_factory.mktemp("aen"))
    lab.make_all()
    return lab


@pytest.fixture
def small(tmp_path: Path) -> AenLab:
    """A host to break."""
    lab = AenLab(tmp_path / "aen")
    for name in ("plain-analysis", "committed-100mb", "clean-many-notebooks"):
        lab.make(name)
    return lab


def host(lab: AenLab, **given: t.Any) -> dict[str, t.Any]:
    args = {"host": "nb", "root": str(lab.projects_dir), "work_dir": str(lab.root.parent / "work" / "notebooks"), **given}
    return run_module("notebook_preflight_info", args)


def bytes_of(folder: Path) -> int:
    """What an archive of the project can hold, counted another way."""
    rules = Ignore(patterns_of(merged(None)))
    total = 0
    for base, folders, files in os.walk(folder):
        here = os.path.relpath(base, folder)
        prefix = "" if here == "." else f"{here}/"
        folders[:] = [name for name in folders if not rules.reason(prefix + name, True)]
        for name in files:
            path = os.path.join(base, name)
            if not os.path.islink(path) and os.path.isfile(path) and not rules.reason(prefix + name, False):
                total += os.path.getsize(path)
    return total


# -- the notebook host


def test_a_host_in_order(full: AenLab) -> None:
    result = host(full)
    found = verdicts(result)
    assert list(found) == HERE
    assert {verdict for verdict, _evidence in found.values()} == {"ok"}
    expected = sum(min(bytes_of(full.path(f"{spec.owner}/{spec.folder}")), 10**9) for spec in full.specs)
    owners = {spec.owner for spec in full.specs}
    assert result["facts"] == {"projects": len(full.specs), "owners": mock.ANY, "archive_bytes": expected, "whole": True}
    assert set(result["facts"]["owners"]) == owners
    assert len(result["facts"]["owners"]) == len(owners)
    assert found["projects"][1].startswith(f"{len(full.specs)} projects of {len(owners)} owners in {full.projects_dir}, read as ")
    assert not (full.root.parent / "work").exists()


def test_a_project_counts_with_what_ae5_takes_at_most(full: AenLab) -> None:
    assert host(full, max_bytes=10)["facts"]["archive_bytes"] <= 10 * len(full.specs)


def test_no_folder_of_projects(small: AenLab) -> None:
    result = host(small, root="/nonexistent/projects")
    found = verdicts(result)
    assert found["projects"][0] == "blocking"
    assert "The folder of the projects /nonexistent/projects cannot be read: No such file or directory (as " in found["projects"][1]
    assert [found[check][0] for check in ("space", "git", "tools")] == ["unknown", "ok", "ok"]
    assert (result["facts"]["owners"], result["facts"]["archive_bytes"]) == (None, None)


def test_folders_that_cannot_be_listed_are_named_and_the_rest_is_counted(small: AenLab) -> None:
    """Who runs the tests may read everything, so the system call is the one that refuses."""
    closed_owner, closed_folder = small.projects_dir / "carol", small.path("plain-analysis") / "closed"
    for folder in (closed_owner, closed_folder):
        folder.mkdir()
    whole = host(small)["facts"]["archive_bytes"]
    really, refused = os.open, {str(closed_owner), os.fsencode("closed"), "closed"}

    def refusing(path: t.Any, *args: t.Any, **more: t.Any) -> int:
        if path in refused:
            raise PermissionError(13, "Permission denied")
        return really(path, *args, **more)

    with mock.patch.object(os, "open", refusing):
        result = host(small)
    assert verdicts(result)["projects"] == (
        "warning",
        f"3 projects of 2 owners in {small.projects_dir}, read as {_command.effective_user()};"
        " 2 folders cannot be listed: carol, alice/plain-analysis/closed.",
    )
    assert result["facts"]["archive_bytes"] == whole


def test_a_link_in_place_of_a_project_is_told_and_not_followed(small: AenLab, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "big").write_bytes(b"x" * 1000)
    before = host(small)["facts"]["archive_bytes"]
    (small.projects_dir / "bob" / "shortcut").symlink_to(tmp_path / "elsewhere")
    (small.path("plain-analysis") / "shortcut").symlink_to(tmp_path / "elsewhere")
    result = host(small)
    assert verdicts(result)["projects"][0] == "warning"
    assert "bob/shortcut is a link to a folder" in verdicts(result)["projects"][1]
    assert result["facts"]["archive_bytes"] == before


def test_counting_ends(small: AenLab) -> None:
    with mock.patch.object(module, "MAX_ENTRIES", 5):
        result = host(small)
    verdict, evidence = verdicts(result)["space"]
    assert verdict == "warning"
    assert "counting ended after 5 files and folders with 1 of 3 projects" in evidence
    assert not result["facts"]["whole"]
    assert verdicts(result)["git"][1] == "git answers; 1 project with a .git.", "that is seen of every project"


def test_counting_ends_in_time(small: AenLab) -> None:
    for number in range(600):
        (small.path("clean-many-notebooks") / f"file{number}").touch()
    later = iter(range(0, 10**6, 50))
    with mock.patch.object(module.time, "monotonic", side_effect=later):
        assert "counting ended after 60 s with " in verdicts(host(small))["space"][1]


def test_earlier_archives_are_room(small: AenLab, tmp_path: Path) -> None:
    made = tmp_path / "work" / "notebooks" / "dump" / "alice"
    made.mkdir(parents=True)
    (made / "x.tar.gz").write_bytes(b"x" * 700)
    assert verdicts(host(small))["space"][1].endswith("free in addition to 700 B of earlier archives.")
    free = {"free_space": lambda _path: 1}
    with mock.patch.multiple(measure, **free):
        assert verdicts(host(small))["space"][0] == "blocking"


def test_a_work_folder_that_cannot_be(small: AenLab, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert verdicts(host(small, work_dir=str(tmp_path / "file" / "x")))["work_dir"][0] == "blocking"


def test_commands_and_libraries_that_are_missing(small: AenLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("find", "sort", "tar", "sha256sum", "stat", "mktemp"):
        (programs / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(programs))
    with mock.patch.object(measure, "importable", dict.fromkeys):
        found = verdicts(host(small))
        included = verdicts(host(small, git_ignored="include"))
    assert found["tools"] == ("blocking", "Not on the PATH: flock.")
    assert found["libraries"][0] == "blocking"
    assert found["git"][0] == "warning"
    assert "No such file or directory): 1 project with a .git will not be converted" in found["git"][1]
    assert included["git"][0] == "ok"


def test_without_git_a_project_with_a_git_is_refused_and_another_is_converted(
    small: AenLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the row ``git`` says will happen."""
    lists = tmp_path / "lists"
    assert not run_module("notebook_project_info", {"root": str(small.projects_dir), "dest": str(lists), "host": "nb"})["failed"]
    monkeypatch.setenv("PATH", str(tmp_path))
    args = {"projects": str(lists / "projects.jsonl"), "dest": str(tmp_path / "dump")}
    left_out = run_module("notebook_project_convert", args)
    assert (left_out["summary"]["converted"], left_out["summary"]["refused"]) == (2, 1), left_out
    assert sorted(path.name for path in (tmp_path / "dump").rglob("*.tar.gz")) == ["clean-many-notebooks.tar.gz", "plain-analysis.tar.gz"]
    included = run_module("notebook_project_convert", {**args, "git_ignored": "include"})
    assert (included["summary"]["converted"], included["summary"]["refused"]) == (3, 0), included


def test_options_that_make_no_sense(small: AenLab) -> None:
    assert host(small, max_bytes=0)["msg"] == "The option max_bytes must be at least 1, not 0."


def test_names_that_hurt_are_shown_escaped(full: AenLab, tmp_path: Path) -> None:
    lab = AenLab(tmp_path / "other")
    (lab.projects_dir / os.fsdecode(b"caf\xe9\nx") / "p").mkdir(parents=True)
    assert host(lab)["facts"]["owners"] == ["caf\\xe9\\x0ax"]


# -- the cluster's host


@pytest.fixture
def lab(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        lab.seed(
            users=[
                {"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader"]},
                {"username": "alice", "password": PASSWORD, "roles": ["ae-creator"]},
                {"username": "bob", "password": PASSWORD, "groups": ["developers"]},
                {"username": "carol", "password": PASSWORD, "roles": ["ae-uploader"]},
                {"username": "erin", "password": PASSWORD, "roles": ["ae-creator"]},
            ],
            admins=[{"username": "kcadmin", "password": PASSWORD}],
        )
        lab.parts.identity.change_user("erin", enabled=False)
        yield lab


def cluster(lab: Ae5Lab, *notebooks: dict[str, t.Any], may: t.Any = True, **given: t.Any) -> Verdicts:
    """The rows of the cluster's host; ``may`` is what Keycloak says in a user's record, ``None`` for nothing."""
    record = {"id": "1", "username": "x", **({} if may is None else {"access": {"view": True, "impersonate": may}})}
    lab.faults([{"method": "GET", "path": "/users/[^/]+$", "status": 200, "body": record}])
    base = {"host": "prod", "url": lab.url, "username": "migrator", "password": PASSWORD, "transport": "api", "timeout": 10}
    args = {**base, "client_secret": "lab-client-secret", **KEYCLOAK, "notebooks": list(notebooks), **given}
    lab.clear_log()
    found = verdicts(run_module("cluster_preflight_info", {name: value for name, value in args.items() if value is not None}))
    assert lab.writes() == []
    assert not [request for request in lab.log() if "impersonation" in request["path"]]
    return found


def notebooks(*owners: str, **given: t.Any) -> dict[str, t.Any]:
    return {"host": "nb", "site": "east", "owners": list(owners), **given}


def test_without_notebook_hosts_nothing_more_is_asked(lab: Ae5Lab) -> None:
    found = cluster(lab)
    assert list(found) == ["libraries", "address", "certificate", "clock", "login", "transport", "identity", "roles"]
    assert not [request for request in lab.log() if request["path"].startswith("/api/v2") or "openid-connect/auth" in request["path"]]


def test_owners_in_order(lab: Ae5Lab) -> None:
    found = cluster(lab, notebooks("alice", "bob"))
    assert [found[check][0] for check in ("impersonation", "owners", "projects_api", "solver")] == ["ok"] * 4
    assert found["owners"][1] == "2 owners of projects: each is an enabled user with role ae-creator."
    assert found["impersonation"][1] == "kcadmin may act as 2 owners (alice, bob) (by Keycloak's record of alice); this was not tried."
    assert found["projects_api"][1] == (
        "/api/v2/projects answers with status 401 to a request without a login; Keycloak shows the login of client anaconda-platform."
    )


def test_owners_whom_ae5_cannot_give_a_project_to(lab: Ae5Lab) -> None:
    users = {"dave2": "dave", "mallory": "-", "east:quant": "carol"}
    found = cluster(lab, notebooks("alice", "dave2", "erin", "mallory", "quant", users=users))
    verdict, evidence = found["owners"]
    assert verdict == "warning"
    assert evidence == (
        "3 of 4 owners cannot have projects on AE5 (dave2: AE5 has no user 'dave', erin: the AE5 user 'erin' is disabled,"
        " quant: the AE5 user 'carol' lacks role ae-creator); 1 is without an AE5 user by ae_user_map."
    )


def test_one_name_on_two_hosts(lab: Ae5Lab) -> None:
    west = {"host": "nb2", "site": "west", "owners": ["alice"], "users": {"alice": "nemo"}}
    assert "(alice of nb2: AE5 has no user 'nemo')" in cluster(lab, notebooks("alice"), west)["owners"][1]


def test_a_host_whose_owners_are_not_known(lab: Ae5Lab) -> None:
    found = cluster(lab, {"host": "nb"})
    assert found["owners"] == ("unknown", "The owners of the projects of nb are not known.")
    assert found["impersonation"] == ("ok", "kcadmin may act as the owners (by Keycloak's record of alice); this was not tried.")


@pytest.mark.parametrize(("may", "verdict"), [(True, "ok"), (False, "blocking"), (None, "unknown")])
def test_whether_the_administrator_may_act_as_others(lab: Ae5Lab, may: bool | None, verdict: str) -> None:
    assert cluster(lab, notebooks("alice"), may=may)["impersonation"][0] == verdict


def test_owners_with_a_login_of_their_own_need_no_administrator(lab: Ae5Lab) -> None:
    none = {"keycloak_username": None, "keycloak_password": None}
    assert cluster(lab, notebooks("alice", "migrator", logins=["Alice"]), **none)["impersonation"][0] == "ok"
    found = cluster(lab, notebooks("alice", "bob", logins=["alice"]), **none)
    assert found["impersonation"] == ("blocking", "No account of realm master is given, so there is no way to log in as 1 owner (bob).")
    assert found["owners"][0] == "unknown"


def test_an_administrator_who_cannot_log_in(lab: Ae5Lab) -> None:
    found = cluster(lab, notebooks("alice"), keycloak_password="wrong secret")
    assert [found[check][0] for check in ("impersonation", "owners", "projects_api")] == ["blocking", "unknown", "ok"]
    assert "wrong secret" not in str(found)


def test_a_map_that_cannot_be_used(lab: Ae5Lab) -> None:
    found = cluster(lab, notebooks("alice", users={"*": "{nothing}"}))
    assert found["impersonation"][0] == found["owners"][0] == "blocking"
    assert "ae_user_map" in found["owners"][1]


@pytest.mark.parametrize(
    ("path", "status", "verdict", "said"),
    [
        ("^/api/v2/projects$", 503, "blocking", "503"),
        ("^/api/v2/projects$", 404, "warning", "404"),
        ("openid-connect/auth$", 400, "blocking", "instead of the login of client anaconda-platform"),
    ],
)
def test_a_platform_that_is_not_there(lab: Ae5Lab, path: str, status: int, verdict: str, said: str) -> None:
    args = {"host": "prod", "url": lab.url, "username": "migrator", "password": PASSWORD, "transport": "api", "timeout": 10, **KEYCLOAK}
    lab.faults([{"method": "GET", "path": path, "status": status, "headers": {"Retry-After": "0"}}])
    found = verdicts(
        run_module("cluster_preflight_info", {**args, "client_secret": "lab-client-secret", "notebooks": [notebooks("alice")]})
    )
    assert found["projects_api"][0] == verdict
    assert said in found["projects_api"][1]


def test_a_client_that_keycloak_does_not_know(lab: Ae5Lab) -> None:
    lab.set(client_id="another")
    assert "status 400 instead of the login of client anaconda-platform" in cluster(lab, notebooks("alice"))["projects_api"][1]


def test_without_a_way_to_the_cluster_nothing_is_asked(lab: Ae5Lab) -> None:
    with mock.patch.object(measure, "importable", lambda names: {name: None if name in ("requests", "rattler") else "1" for name in names}):
        found = cluster(lab, notebooks("alice"))
    assert {found[check] for check in ("impersonation", "owners", "projects_api")} == {("unknown", "Not checked: see libraries.")}
    assert found["solver"] == (
        "ok",
        "py-rattler is not installed: pins are compared with what the channels hold, environments are not solved.",
    )


def test_staged_archives_are_measured_once(lab: Ae5Lab, tmp_path: Path) -> None:
    folder = tmp_path / "work" / "notebooks" / "nb" / "staged"
    (folder / "objects" / "ab").mkdir(parents=True)
    (folder / "objects" / "ab" / "abc").write_bytes(b"x" * 700)
    (folder / "dump").mkdir()
    os.link(folder / "objects" / "ab" / "abc", folder / "dump" / "file")
    args = {"host": "prod", "url": lab.url, "username": "migrator", "password": PASSWORD, "work_dir": str(tmp_path / "work")}
    result = run_module("cluster_preflight_info", {**args, "notebooks": [notebooks("alice")], "transport": "api"})
    assert result["facts"]["notebook_staged_bytes"] == 700
