# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real anaconda-client against the emulated binstar API, and the API's own rules."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import requests

from tests.lab.ae4.host import Ae4Lab
from tests.lab.packages import conda_package, wheel_file
from tests.lab.seed import Binstar, Client, SeedError


def _write(folder: Path, named: tuple[str, bytes]) -> Path:
    path = folder / named[0]
    path.write_bytes(named[1])
    return path


def test_the_real_client_uploads_with_labels(host: Ae4Lab, tmp_path: Path) -> None:
    host.store.add_user("alice")
    token = host.store.add_token("alice")
    xz = conda_package("xz", "5.2.2", "1", build_number=1)
    wheel = wheel_file("lab-notes", "1.0")
    client = Client(tmp_path / "client", host.url)
    client.upload(token, "alice", [_write(tmp_path, xz), _write(tmp_path, wheel)], ["Test", "release:1.0"])

    notes, package = sorted(host.store.package_records("alice"), key=lambda item: item["name"])
    assert (package["name"], package["access"], package["kinds"]) == ("xz", "public", ["conda"])
    (file,) = package["files"]
    assert file["basename"] == "linux-64/xz-5.2.2-1.tar.bz2"
    assert file["labels"] == ["Test", "release:1.0"]
    assert file["attrs"]["build_number"] == 1
    assert (file["md5"], file["size"]) == (hashlib.md5(xz[1]).hexdigest(), len(xz[1]))
    assert host.store.path_of(file["fs_id"]).read_bytes() == xz[1]
    assert (notes["kinds"], notes["files"][0]["basename"]) == (["pypi"], "lab_notes-1.0-py3-none-any.whl")


def test_the_real_client_makes_private_packages_and_defaults_to_main(host: Ae4Lab, tmp_path: Path) -> None:
    host.store.add_user("alice")
    token = host.store.add_token("alice")
    Client(tmp_path / "client", host.url).upload(token, "alice", [_write(tmp_path, conda_package("six", "1.10.0", "0"))], private=True)
    package = host.store.package_record("alice", "six")
    assert package["access"] == "private"
    assert package["files"][0]["labels"] == ["main"]


def test_the_real_client_may_not_upload_twice_nor_to_others(host: Ae4Lab, tmp_path: Path) -> None:
    host.store.add_user("alice")
    host.store.add_user("mallory")
    client, path = Client(tmp_path / "client", host.url), _write(tmp_path, conda_package("xz", "5.2.2", "1"))
    client.upload(host.store.add_token("alice"), "alice", [path])
    with pytest.raises(SeedError, match="already exists"):
        client.upload(host.store.add_token("alice"), "alice", [path])
    with pytest.raises(SeedError, match="mallory may not write to alice"):
        client.upload(host.store.add_token("mallory"), "alice", [_write(tmp_path, conda_package("xy", "1.0", "0"))])
    assert [package["name"] for package in host.store.package_records("alice")] == ["xz"]


@pytest.fixture
def org(host: Ae4Lab) -> Binstar:
    """The API with the token of an organization's owner."""
    for login in ("boss", "worker"):
        host.store.add_user(login, password=f"{login}-password")
    host.store.add_organization("org", ["boss"])
    host.store.add_package("org", "six", "private")
    return Binstar(host.url).login("boss", "boss-password")


def test_groups_members_and_packages_over_the_api(host: Ae4Lab, org: Binstar) -> None:
    org.call("POST", "group", "org", "Devs", perms="write")
    org.call("PUT", "group", "org", "Devs", "members", "worker")
    org.call("PUT", "group", "org", "Devs", "packages", "six")
    assert org.call("GET", "groups", "org") == {
        "groups": [{"name": "owners", "permission": "admin"}, {"name": "Devs", "permission": "write"}]
    }
    assert org.call("GET", "group", "org", "Devs") == {"name": "Devs", "permission": "write", "members_count": 1, "repos_count": 1}
    assert [item["login"] for item in org.call("GET", "group", "org", "Devs", "members")] == ["worker"]
    assert [item["full_name"] for item in org.call("GET", "group", "org", "Devs", "packages")] == ["org/six"]
    with pytest.raises(SeedError, match="409"):
        org.call("POST", "group", "org", "Devs")


def test_the_owners_group_is_spelled_as_the_site_does(tmp_path: Path) -> None:
    lab = Ae4Lab(tmp_path, owners_group="Owner")
    lab.store.add_user("boss")
    lab.store.add_organization("org", ["boss"])
    assert [(group["name"], group["members"]) for group in lab.store.group_records("org")] == [("Owner", ["boss"])]
    lab.store.close()


def test_private_packages_are_hidden_from_others(host: Ae4Lab, org: Binstar) -> None:
    worker = Binstar(host.url).login("worker", "worker-password")
    for api in (Binstar(host.url), worker):
        assert api.call("GET", "packages", "org") == []
        with pytest.raises(SeedError, match="404"):
            api.call("GET", "package", "org", "six")
    org.call("PUT", "packages", "org", "six", "collaborators", "worker")
    assert worker.call("GET", "package", "org", "six")["public"] is False
    org.call("PATCH", "package", "org", "six", access="authenticated")
    assert Binstar(host.url).call("GET", "packages", "org") == []


def test_an_ordinary_user_may_not_change_groups(host: Ae4Lab, org: Binstar) -> None:
    worker = Binstar(host.url).login("worker", "worker-password")
    with pytest.raises(SeedError, match="403"):
        worker.call("POST", "group", "org", "Mine", perms="admin")
    assert [group["name"] for group in host.store.group_records("org")] == ["owners"]


def test_labels_can_hold_slashes_and_be_taken_away(host: Ae4Lab, org: Binstar) -> None:
    host.store.add_file("org", "six", "1.0", "linux-64/six-1.0-0.tar.bz2", "conda", ["a/b", "main"], b"content")
    assert set(org.call("GET", "channels", "org")) == {"a/b", "main"}
    org.call("DELETE", "channels", "org", "main", package="six")
    assert [item["labels"] for item in org.call("GET", "channels", "org", "a/b")["files"]] == [["a/b"]]


def test_a_read_only_site_says_so_and_refuses_writes(host: Ae4Lab, org: Binstar) -> None:
    host.set(read_only=True)
    assert requests.get(f"{host.url}/api/user/boss", timeout=10).headers["X-Anaconda-Read-Only"] == "1"
    with pytest.raises(SeedError, match="503"):
        org.call("POST", "group", "org", "Late")
    assert [group["name"] for group in host.store.group_records("org")] == ["owners"]


def test_an_unknown_switch_is_refused(host: Ae4Lab) -> None:
    with pytest.raises(ValueError, match="export_falt"):
        host.set(export_falt="crash")


def test_labels_are_locked_and_copied_and_no_file_gets_another_label_by_it(host: Ae4Lab, org: Binstar) -> None:
    for number, labels in enumerate((["main"], ["a/b"])):
        host.store.add_file("org", "six", "1.0", f"linux-64/six-1.0-{number}.tar.bz2", "conda", labels, b"content")
    before = [file["labels"] for item in host.store.package_records("org") for file in item["files"]]
    org.call("POST", "channels", "org", "main", "lock")
    assert org.call("GET", "channels", "org", "main")["is_locked"]
    assert [file["labels"] for item in host.store.package_records("org") for file in item["files"]] == before
    org.call("DELETE", "channels", "org", "main", "lock")
    assert not org.call("GET", "channels", "org", "main")["is_locked"]
    org.call("POST", "channels", "org", "main", "copy", "dev")
    after = [file["labels"] for item in host.store.package_records("org") for file in item["files"]]
    assert after == [[*labels, "dev"] if "main" in labels else labels for labels in before]
