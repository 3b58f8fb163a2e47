# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels as conda sees them, and users and groups as Keycloak has them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import identity
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package
from tests.unit.ae5.ae5_params import params
from tests.unit.http_script import NoSleep, Script, Step

CONDA = "/repository/conda"
ADMIN = "/auth/admin/realms/AnacondaPlatform"
MASTER = "/auth/realms/master/protocol/openid-connect/token"
RECORD = {"name": "x", "version": "1.0", "build": "0", "size": 7, "md5": "AB", "sha256": "CD"}
BODY = {"packages": {"x-1.0-0.tar.bz2": RECORD}, "packages.conda": {"x-1.0-0.conda": {"name": "x"}}}


def run(steps: list[Step], work: t.Callable[[Cluster], t.Any], ordered: bool = True, **given: t.Any) -> t.Any:
    with Script(steps, ordered) as server, connect(params(server.url, **given), True) as cluster:
        cluster.http.sleep = NoSleep()
        return work(cluster)


def test_both_kinds_of_packages_are_read_with_the_bearer_token_and_a_literal_slash() -> None:
    steps = [Step("GET", CONDA + "/a/b%20c/noarch/repodata.json", {}, {"Authorization": "Bearer tok"}, reply=BODY)]
    found = run(steps, lambda cluster: cluster.repodata.read([("a/b c", "noarch"), ("a/b c", "noarch")]))
    listing = found["a/b c", "noarch"]
    assert listing.state == "seen"
    assert listing.packages == {
        "x-1.0-0.tar.bz2": Package("noarch", "x-1.0-0.tar.bz2", "x", "1.0", "0", 7, "ab", "cd"),
        "x-1.0-0.conda": Package("noarch", "x-1.0-0.conda", "x", "", "", None, None, None),
    }


def test_a_conda_token_goes_into_the_path_instead_of_a_header() -> None:
    steps = [Step("GET", CONDA + "/t/ct-1/a/noarch/repodata.json", {}, {"Authorization": None}, reply=BODY)]
    run(steps, lambda cluster: cluster.repodata.read([("a", "noarch")]), conda_token="ct-1")


def test_what_is_not_there_is_told_apart_from_what_is_refused_and_what_is_empty() -> None:
    steps = [
        Step("GET", CONDA + "/a/noarch/repodata.json", status=404),
        Step("GET", CONDA + "/b/noarch/repodata.json", status=403),
        Step("GET", CONDA + "/c/noarch/repodata.json", reply={"packages": {}}),
        Step("GET", CONDA + "/d/noarch/repodata.json", status=401),
    ]
    found = run(steps, lambda c: c.repodata.read([(name, "noarch") for name in "abcd"]), ordered=False, workers=3)
    assert [found[name, "noarch"].state for name in "abcd"] == ["absent", "refused", "seen", "refused"]
    assert all(not listing.packages for listing in found.values())


def test_a_cluster_that_does_not_answer_is_not_an_empty_channel() -> None:
    with pytest.raises(HttpError):
        run([Step("GET", CONDA + "/a/noarch/repodata.json", status=503)] * 5, lambda c: c.repodata.read([("a", "noarch")]))


@pytest.mark.parametrize("body", [[], {"packages": []}, {"packages": {"x": 1}}])
def test_something_else_than_repodata_is_named(body: t.Any) -> None:
    with pytest.raises(MigrationError, match="The repodata of a/noarch does not have the format"):
        run([Step("GET", CONDA + "/a/noarch/repodata.json", reply=body)], lambda c: c.repodata.read([("a", "noarch")]))


def test_the_second_look_is_conditional() -> None:
    path = CONDA + "/a/noarch/repodata.json"
    steps = [
        Step("GET", path, headers={"If-None-Match": None}, reply=BODY, reply_headers={"ETag": '"1"'}),
        Step("GET", path, headers={"If-None-Match": '"1"'}, status=304),
        Step("GET", path, headers={"If-None-Match": '"1"'}, reply={"packages": {}}, reply_headers={"ETag": '"2"'}),
    ]

    def work(cluster: Cluster) -> list[int]:
        return [len(cluster.repodata.read([("a", "noarch")])["a", "noarch"].packages) for _look in range(3)]

    assert run(steps, work) == [2, 2, 0]


def test_privacy_is_what_a_stranger_sees() -> None:
    def step(name: str, status: int, authorization: t.Optional[str] = None) -> Step:
        return Step("GET", f"{CONDA}/{name}/noarch/repodata.json", headers={"Authorization": authorization}, status=status)

    steps = [step("a", 200), step("b", 403), step("c", 401), step("d", 404), step("d", 200, "Bearer tok"), step("e", 404)]
    steps.append(step("e", 404, "Bearer tok"))
    found = run(steps, lambda cluster: cluster.repodata.privacy("abcde"))
    assert found == {"a": "public", "b": "private", "c": "private", "d": "private", "e": None}


@pytest.mark.parametrize("name", ["../a", "a//b", "a/.", ""])
def test_a_channel_name_that_a_url_would_swallow_is_refused(name: str) -> None:
    with pytest.raises(MigrationError, match="cannot be part of a URL"):
        run([], lambda cluster: cluster.repodata.read([(name, "noarch")]))


def test_users_and_groups_are_read_in_pages_as_the_master_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "PAGE", 2)
    admin = {"Authorization": "Bearer adm"}
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "root", "password": "rp"}
    group = {"id": "g/1", "name": "Devs", "subGroups": [{"id": "g2", "name": "Inner"}]}
    brief = {"max": "2", "briefRepresentation": "true"}
    page = {"first": "0", **brief}
    users = [{"id": f"u-{name}", "username": name} for name in "abc"]
    steps = [
        Step("POST", MASTER, form=form, reply={"access_token": "adm", "expires_in": 60}),
        Step("GET", ADMIN + "/users", page, admin, reply=users[:2]),
        Step("GET", ADMIN + "/users", {"first": "2", **brief}, admin, reply=users[2:]),
        Step("GET", ADMIN + "/users", {"first": "4", **brief}, admin, reply=[]),
        Step("GET", ADMIN + "/groups", page, admin, reply=[group]),
        Step("GET", ADMIN + "/groups/g%2F1/members", page, admin, reply=[{"username": "a"}]),
        Step("GET", ADMIN + "/groups/g2/members", page, admin, reply=[]),
    ]
    with Script(steps) as server:
        found = identity.read_identity(params(server.url, keycloak_username="root", keycloak_password="rp"))
    assert found == identity.Identity(frozenset("abc"), {"Devs": frozenset("a"), "Devs/Inner": frozenset()})


def test_without_keycloak_credentials_nothing_is_asked() -> None:
    assert identity.read_identity(params("https://ae5.example.com")) is None
