# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploading and reading back; what a broken or interrupted upload leaves: nothing."""

from __future__ import annotations

import hashlib
import socket

import pytest
import requests


def test_what_is_uploaded_is_read_back(ae5, owner, package, bytes_on_disk):
    file, content = package("six", depends=["python >=3"], subdir="linux-64")
    assert owner.create("owner/dev").status_code == 201

    answer = owner.upload("owner/dev", file, content)

    assert answer.status_code == 201
    record = owner.repodata("owner/dev", "linux-64").json()["packages"][file]
    digests = {"md5": hashlib.md5(content, usedforsecurity=False).hexdigest(), "sha256": hashlib.sha256(content).hexdigest()}
    wanted = {"name": "six", "version": "1.0", "build": "0", "build_number": 0, "depends": ["python >=3"], "subdir": "linux-64"}
    assert record == {**wanted, "size": len(content), **digests}
    assert requests.get(f"{ae5.url}/repository/conda/owner/dev/linux-64/{file}", timeout=10).content == content
    files = ae5.state()["channels"]["owner/dev"]["files"]
    assert files == [{"subdir": "linux-64", "file": file, "size": len(content), **digests}]
    assert bytes_on_disk() == [digests["sha256"]]


def test_repodata_of_an_unchanged_channel_is_not_sent_again(owner, package):
    owner.create("c")
    owner.upload("c", *package("one"))
    etag = owner.repodata("c").headers["ETag"]
    url = f"{owner.lab.url}/repository/conda/c/noarch/repodata.json"

    again = requests.get(url, headers={"If-None-Match": etag}, timeout=10)
    owner.upload("c", *package("two"))
    changed = requests.get(url, headers={"If-None-Match": etag}, timeout=10)

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert sorted(changed.json()["packages"]) == ["one-1.0-0.tar.bz2", "two-1.0-0.tar.bz2"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("c/linux-64/repodata.json", 200),
        ("c/noarch/repodata.json", 200),
        ("c/noarch/current_repodata.json", 404),
        ("c/noarch/repodata.json.zst", 404),
        ("c/plan9-64/repodata.json", 404),
        ("nobody/noarch/repodata.json", 404),
        ("c/noarch/none-1.0-0.tar.bz2", 404),
    ],
)
def test_conda_paths(ae5, owner, path, status):
    owner.create("c")
    assert requests.get(f"{ae5.url}/repository/conda/{path}", timeout=10).status_code == status


@pytest.mark.parametrize("missing", [10, 500_000])
def test_an_interrupted_upload_leaves_nothing(ae5, owner, package, bytes_on_disk, noise, missing):
    owner.create("c")
    file, content = package("big", payload=noise)
    form = requests.Request("POST", "http://lab/", files={"content": (file, content)}).prepare()
    head = (
        f"POST /repository/api/channels/c/artifacts HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer {owner.token}\r\n"
        f"Content-Type: {form.headers['Content-Type']}\r\nContent-Length: {len(form.body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", ae5.port)) as connection:
        connection.sendall(head.encode() + form.body[:-missing])

    assert ae5.wait_for(lambda records: records[-1]["route"] == "artifact_upload")
    record = ae5.log()[-1]
    assert (record["status"], record["write"]) == (499, True)
    assert bytes_on_disk() == []
    assert owner.repodata("c").json()["packages"] == {}
    assert ae5.state()["channels"]["c"]["files"] == []


@pytest.mark.parametrize("damage", ["cut", "noise", "other_name", "not_conda"])
def test_a_broken_archive_is_refused(owner, package, bytes_on_disk, damage):
    owner.create("c")
    file, content = package("six")
    sent = {
        "cut": (file, content[:-20]),
        "noise": (file, b"x" * 100),
        "other_name": ("seven-1.0-0.tar.bz2", content),
        "not_conda": ("six-1.0.whl", content),
    }[damage]

    answer = owner.upload("c", *sent)

    assert answer.status_code == 400
    assert sent[0] in answer.json()["error"]["message"]
    assert bytes_on_disk() == []


def test_a_body_that_is_no_form_is_refused(owner):
    owner.create("c")
    answer = owner.call("POST", "/channels/c/artifacts", data=b"raw")
    assert answer.status_code == 400


@pytest.mark.parametrize(("mode", "status", "kept"), [("reject", 409, "old"), ("overwrite", 201, "new"), ("keep", 200, "old")])
def test_a_file_name_that_is_taken(ae5, owner, package, bytes_on_disk, mode, status, kept):
    file, old = package("six", payload=b"old")
    _file, new = package("six", payload=b"new")
    owner.create("c")
    owner.upload("c", file, old)
    ae5.set(duplicate=mode)

    assert owner.upload("c", file, new).status_code == status

    wanted = hashlib.sha256({"old": old, "new": new}[kept]).hexdigest()
    assert owner.repodata("c").json()["packages"][file]["sha256"] == wanted
    assert bytes_on_disk() == [wanted]


def test_a_file_that_is_too_large(ae5, owner, package, bytes_on_disk):
    owner.create("c")
    file, content = package("six")
    ae5.set(max_bytes=len(content) - 1)
    assert owner.upload("c", file, content).status_code == 413
    ae5.set(max_bytes=len(content))
    assert bytes_on_disk() == []
    assert owner.upload("c", file, content).status_code == 201


def test_deleting_takes_the_bytes_only_with_the_last_channel(owner, package, bytes_on_disk):
    file, content = package("six")
    for channel in ("a", "b"):
        owner.create(channel)
        owner.upload(channel, file, content)
    assert len(bytes_on_disk()) == 1

    assert owner.call("DELETE", f"/channels/a/artifacts/noarch/{file}").status_code == 204
    assert len(bytes_on_disk()) == 1
    assert owner.call("DELETE", f"/channels/a/artifacts/noarch/{file}").status_code == 404
    assert owner.call("DELETE", "/channels/b").status_code == 204
    assert bytes_on_disk() == []


def test_a_package_can_show_late(ae5, owner, package):
    ae5.set(readonly_repodata_delay=2)
    owner.create("c")
    file, content = package("six")
    owner.upload("c", file, content)
    assert [file in owner.repodata("c").json()["packages"] for _attempt in range(4)] == [False, False, True, True]
