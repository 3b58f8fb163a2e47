# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see, fill and share a channel."""

from __future__ import annotations

import pytest
import requests


def anonymous(lab, path):
    return requests.get(f"{lab.url}/repository/conda/{path}", timeout=10)


def test_a_channel_is_public_unless_it_is_said_otherwise(ae5, owner):
    owner.create("open")
    owner.create("closed", privacy="private")
    assert anonymous(ae5, "open/noarch/repodata.json").status_code == 200
    assert anonymous(ae5, "closed/noarch/repodata.json").status_code == 403
    ae5.set(private_status=404)
    assert anonymous(ae5, "closed/noarch/repodata.json").status_code == 404


def test_a_private_package_needs_a_right(ae5, owner, login, package):
    file, content = package("six")
    owner.create("o/x", privacy="private")
    owner.upload("o/x", file, content)
    path = f"o/x/noarch/{file}"

    assert anonymous(ae5, path).status_code == 403
    assert anonymous(ae5, f"t/{ae5.conda_token('reader')}/{path}").status_code == 403
    assert anonymous(ae5, f"t/nonsense/{path}").status_code == 401
    assert anonymous(ae5, f"t/{ae5.conda_token('owner')}/{path}").content == content
    assert [login(name).repodata("o/x").status_code for name in ("owner", "boss", "reader")] == [200, 200, 403]


@pytest.mark.parametrize(("kind", "name"), [("user", "reader"), ("group", "Devs"), ("group", "everyone")])
def test_a_share_opens_a_private_channel(owner, login, kind, name):
    owner.create("c", privacy="private")
    reader = login("reader")
    assert reader.repodata("c").status_code == 403

    assert owner.share("c", kind, name, "r").status_code == 201

    assert reader.repodata("c").status_code == 200
    assert owner.call("GET", "/channels/c/shares").json() == {"items": [{"type": kind, "name": name, "access": "r"}], "total": 1}
    assert owner.share("c", kind, name, "rw").status_code == 200
    assert owner.call("DELETE", f"/channels/c/shares/{kind}/{name}").status_code == 204
    assert reader.repodata("c").status_code == 403


def test_private_may_mean_everyone_who_is_logged_in(ae5, owner, login):
    owner.create("c", privacy="private")
    ae5.set(private_means="authenticated")
    assert login("reader").repodata("c").status_code == 200
    assert anonymous(ae5, "c/noarch/repodata.json").status_code == 403


def test_uploading_needs_the_right_and_the_role(owner, login, package):
    file, content = package("six")
    owner.create("c")
    assert login("writer").upload("c", file, content).status_code == 403
    owner.share("c", "group", "everyone", "rw")
    refused = login("reader").upload("c", file, content)
    assert (refused.status_code, refused.json()["error"]["message"]) == (403, "reader lacks the role ae-uploader")
    assert login("writer").upload("c", file, content).status_code == 201
    assert login("writer").share("c", "user", "writer", "rw").status_code == 403


def test_a_share_with_nobody(ae5, owner):
    owner.create("c")
    assert owner.share("c", "group", "ghosts", "r").status_code == 404
    ae5.set(unknown_principal="accept")
    assert owner.share("c", "group", "ghosts", "r").status_code == 201


def test_names_with_a_slash_are_one_channel_however_they_are_spelt(owner):
    assert owner.create("o/G/L").json() == {"name": "o/G/L", "owner": "owner", "privacy": "public"}
    assert owner.create("o/G/L").status_code == 409
    for path in ("/channels/o%2FG%2FL", "/channels/o/G/L"):
        assert owner.call("GET", path).json()["name"] == "o/G/L"
    assert owner.call("PATCH", "/channels/o%2FG%2FL", json={"privacy": "private"}).json()["privacy"] == "private"
    assert owner.call("GET", "/channels/o%2FG%2FL/shares").json()["items"] == []


@pytest.mark.parametrize("name", ["", "a//b", "/a", "a/", " a", "a/../b"])
def test_names_that_are_none(owner, name):
    assert owner.create(name).status_code == 400


def test_a_list_comes_in_pages_and_shows_what_may_be_read(ae5, owner, login):
    for number in range(5):
        owner.create(f"c{number}", privacy="private" if number == 4 else "public")

    page = owner.call("GET", "/channels?offset=2&limit=2").json()
    assert ([item["name"] for item in page["items"]], page["total"]) == (["c2", "c3"], 5)
    assert login("reader").call("GET", "/channels").json()["total"] == 4
    ae5.set(channel_list="all")
    assert login("reader").call("GET", "/channels").json()["total"] == 5


def test_tokens_expire(ae5, owner):
    owner.create("c", privacy="private")
    assert owner.call("GET", "/channels/c").status_code == 200
    ae5.expire_tokens()
    assert owner.call("GET", "/channels/c").status_code == 401
    assert owner.repodata("c").status_code == 401
    assert owner.create("d").status_code == 401
    assert list(ae5.state()["channels"]) == ["c"]


def test_the_api_may_be_absent(ae5, owner):
    ae5.set(api="absent")
    assert owner.call("GET", "/channels").status_code == 404
