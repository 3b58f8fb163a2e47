# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of the preflight inside this process, against the lab: what they measure, and that they write nothing."""

from __future__ import annotations

import base64
import json
import os
import pwd
import socket
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import command
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import measure
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.cluster import module
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.site import module as site_work
from tests.lab.ae4.host import Ae4Lab
from tests.lab.ae5.server import Ae5Lab
from tests.unit.module_runner import run_module

PASSWORD = "correct horse"
Verdicts = dict[str, tuple[str, str]]


@pytest.fixture
def lab(tmp_path: Path) -> t.Iterator[Ae5Lab]:
    with Ae5Lab(tmp_path / "ae5") as lab:
        lab.seed(
            users=[
                {"username": "migrator", "password": PASSWORD, "roles": ["ae-admin", "ae-uploader"]},
                {"username": "plain", "password": PASSWORD, "roles": ["ae-creator"]},
            ],
            admins=[{"username": "kcadmin", "password": PASSWORD}],
            channels=[{"name": "there", "owner": "migrator"}],
        )
        yield lab


def options(lab: Ae5Lab, **given: t.Any) -> dict[str, t.Any]:
    common = {"host": "prod", "url": lab.url, "username": "migrator", "password": PASSWORD, "transport": "api", "timeout": 10}
    keycloak = {"client_secret": "lab-client-secret", "keycloak_username": "kcadmin", "keycloak_password": PASSWORD}
    return {name: value for name, value in {**common, **keycloak, **given}.items() if value is not None}


def verdicts(result: dict[str, t.Any]) -> Verdicts:
    assert not result["failed"], result.get("msg")
    assert not result["changed"]
    return {row["check"]: (row["verdict"], row["evidence"]) for row in result["rows"]}


def cluster(lab: Ae5Lab, **given: t.Any) -> Verdicts:
    found = verdicts(run_module("cluster_preflight_info", options(lab, **given)))
    assert lab.writes() == []
    return found


def test_a_cluster_in_order(lab: Ae5Lab, tmp_path: Path) -> None:
    result = run_module("cluster_preflight_info", options(lab, work_dir=str(tmp_path / "not" / "yet")))
    found = verdicts(result)
    assert {verdict for verdict, _evidence in found.values()} == {"ok"}
    assert list(found) == ["libraries", "address", "certificate", "clock", "work_dir", "login", "transport", "identity", "roles"]
    assert found["transport"][1] == "Over api the account sees 1 channels."
    facts = result["facts"]
    assert facts["transport"] == "api"
    assert 290 < facts["token_seconds"] <= 300
    assert facts["work_dir_free"] > 0
    assert (facts["size_limit"], facts["channel_names"]) == (None, None)
    assert lab.writes() == []
    assert PASSWORD not in json.dumps({key: value for key, value in result.items() if key != "invocation"})


@pytest.mark.parametrize(("abilities", "verdict"), [("minimal", "warning"), ("rich", "ok")])
def test_over_the_cli_its_abilities_are_told(lab: Ae5Lab, abilities: str, verdict: str) -> None:
    lab.set(cli_abilities=abilities)
    found = cluster(lab, transport="cli", cli=str(lab.cli))
    assert found["cli"][0] == verdict
    assert "create private channels" in found["cli"][1]
    assert {found[check][0] for check in found if check != "cli"} == {"ok"}
    assert found["transport"][1] == "Over cli the account sees 1 channels."


def test_without_a_client_the_cli_transport_is_blocked_and_the_rest_is_checked(lab: Ae5Lab) -> None:
    found = cluster(lab, transport="cli", cli="/nonexistent/anaconda-enterprise-cli")
    assert found["cli"][0] == "blocking"
    assert "No such file" in found["cli"][1]
    assert [found[check][0] for check in ("login", "transport", "roles", "identity")] == ["unknown", "unknown", "unknown", "ok"]


@pytest.mark.parametrize("transport", ["api", "cli"])
def test_a_wrong_password(lab: Ae5Lab, transport: str) -> None:
    found = cluster(lab, password="wrong secret", transport=transport, cli=str(lab.cli))
    assert found["login"][0] == "blocking"
    assert "wrong secret" not in str(found)
    assert [found[check][0] for check in ("transport", "identity", "roles")] == ["unknown", "ok", "unknown"]


def test_no_login_at_all(lab: Ae5Lab) -> None:
    found = cluster(lab, username=None, password=None)
    assert found["login"][0] == "blocking"
    assert "There is no login" in found["login"][1]


def test_the_api_is_not_served(lab: Ae5Lab) -> None:
    lab.set(api="absent")
    found = cluster(lab)
    assert found["transport"][0] == "blocking"
    assert "404" in found["transport"][1]
    assert found["login"][0] == "ok"


def test_an_account_that_may_not_upload(lab: Ae5Lab) -> None:
    assert cluster(lab, username="plain")["roles"] == ("blocking", "plain has ae-creator (by Keycloak). ae-uploader is missing.")


def test_roles_are_read_from_the_token_where_it_tells_them(lab: Ae5Lab) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"realm_access": {"roles": ["ae-uploader"]}, "preferred_username": "somebody"}).encode())
    token = f"e30.{claims.rstrip(b'=').decode()}.c2ln"
    found = cluster(lab, username=None, password=None, access_token=token)
    assert found["roles"][1].startswith("somebody has ae-uploader (in its token).")
    assert found["transport"][0] == "blocking", "the lab does not know that token"


def test_without_keycloak_roles_and_people_are_not_known(lab: Ae5Lab) -> None:
    found = cluster(lab, keycloak_username=None, keycloak_password=None)
    assert [found[check][0] for check in ("identity", "roles")] == ["warning", "unknown"]


def test_a_wrong_keycloak_password(lab: Ae5Lab) -> None:
    found = cluster(lab, keycloak_password="wrong secret")
    assert [found[check][0] for check in ("identity", "roles", "login")] == ["blocking", "unknown", "ok"]
    assert "wrong secret" not in str(found)


def test_a_cluster_that_does_not_answer(lab: Ae5Lab) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        found = cluster(lab, url=f"http://127.0.0.1:{reserved.getsockname()[1]}")
    assert found["address"][0] == "blocking"
    assert "Connection refused" in found["address"][1]
    assert "certificate" not in found
    assert {found[check] for check in ("login", "transport", "identity", "roles")} == {("unknown", "Not checked: see address.")}


def test_a_missing_library_is_a_row_and_the_address_is_checked_all_the_same(lab: Ae5Lab) -> None:
    with mock.patch.object(measure, "importable", lambda names: {name: None if name == "requests" else "1" for name in names}):
        found = cluster(lab)
    assert found["libraries"][0] == "blocking"
    assert "requests" in found["libraries"][1]
    assert found["address"][0] == "ok"
    assert found["login"] == ("unknown", "Not checked: the library requests is missing.")


def test_a_check_that_breaks_takes_no_other_with_it(lab: Ae5Lab) -> None:
    with mock.patch.object(module, "_roles", side_effect=RuntimeError("boom")):
        found = cluster(lab)
    assert found["roles"] == ("unknown", "The check failed because of a fault in this collection, please report it: RuntimeError('boom').")
    assert found["identity"][0] == "ok"


def test_what_the_probe_found_is_passed_on(lab: Ae5Lab) -> None:
    answers = {
        "size_limit": {"value": 1000, "confidence": "known", "evidence": ""},
        "channel_names": {"value": {"dot": "rejected"}, "confidence": "declared", "evidence": ""},
    }
    result = run_module("cluster_preflight_info", options(lab, capabilities={"schema_version": 1, "answers": answers}))
    assert (result["facts"]["size_limit"], result["facts"]["channel_names"]) == (1000, {"dot": "rejected"})


def test_what_is_staged_already_is_measured_once(lab: Ae5Lab, tmp_path: Path) -> None:
    for site, size in (("east", 700), ("west", 50)):
        folder = tmp_path / "work" / "staged" / site
        (folder / "objects" / "ab").mkdir(parents=True)
        (folder / "objects" / "ab" / "abc").write_bytes(b"x" * size)
        (folder / "dump").mkdir()
        os.link(folder / "objects" / "ab" / "abc", folder / "dump" / "file")
    assert run_module("cluster_preflight_info", options(lab, work_dir=str(tmp_path / "work")))["facts"]["staged_bytes"] == 750


@pytest.mark.parametrize(("header", "verdict"), [("Thu, 01 Jan 2026 00:00:00 GMT", "blocking"), ("yesterday", "unknown")])
def test_the_clock_is_compared_with_the_answer(lab: Ae5Lab, header: str, verdict: str) -> None:
    lab.faults([{"method": "GET", "path": "^/$", "status": 200, "headers": {"Date": header}}])
    found = cluster(lab)
    assert found["clock"][0] == verdict
    assert found["login"][0] == ("unknown" if verdict == "blocking" else "ok")


# -- the site


@pytest.fixture
def ae4(tmp_path: Path) -> t.Iterator[Ae4Lab]:
    lab = Ae4Lab(tmp_path / "ae4", "east")
    yield lab
    lab.store.close()


def site(ae4: Ae4Lab, **given: t.Any) -> Verdicts:
    before = sorted(str(path) for path in ae4.home.rglob("*"))
    args = {"host": "east", "user": ae4.user, "bin_dir": str(ae4.bin_dir), "export_dir": str(ae4.export_dir), "timeout": 10, **given}
    found = verdicts(run_module("site_preflight_info", {name: value for name, value in args.items() if value is not None}))
    assert sorted(str(path) for path in ae4.home.rglob("*")) == before
    return found


def test_a_site_in_order(ae4: Ae4Lab, lab: Ae5Lab) -> None:
    ae4.start()
    try:
        found = site(ae4, url=lab.url, cli=str(lab.cli), ae4_url=ae4.url)
    finally:
        ae4.stop()
    assert {verdict for verdict, _evidence in found.values()} == {"ok"}
    assert list(found) == [
        "user",
        "admin_command",
        "export_dir",
        "space",
        "ae4_state",
        "libraries",
        "address",
        "certificate",
        "clock",
        "cli",
    ]
    assert "accepts changes" in found["ae4_state"][1]
    assert lab.writes() == []


def test_a_frozen_site_says_so(ae4: Ae4Lab) -> None:
    ae4.set(read_only=True)
    ae4.start()
    try:
        assert "read-only" in site(ae4, ae4_url=ae4.url)["ae4_state"][1]
    finally:
        ae4.stop()


def test_a_site_that_does_not_upload_needs_less(ae4: Ae4Lab) -> None:
    assert list(site(ae4, mover=False, url="https://nowhere.invalid")) == ["user", "admin_command", "export_dir", "space", "ae4_state"]


def test_another_user(ae4: Ae4Lab) -> None:
    found = site(ae4, user="anaconda-server", mover=False)
    assert found["user"][0] == "blocking"
    assert pwd.getpwuid(os.geteuid()).pw_name in found["user"][1]
    assert found["admin_command"][0] == "ok"


def test_no_admin_command(ae4: Ae4Lab) -> None:
    (ae4.bin_dir / "anaconda-server-admin").unlink()
    found = site(ae4, mover=False)
    assert found["admin_command"] == ("blocking", f"The command anaconda-server-admin is not in {ae4.bin_dir}.")
    assert found["space"][0] == "unknown"


def test_the_storage_is_measured(ae4: Ae4Lab) -> None:
    (ae4.storage / "blob").write_bytes(b"x" * 5_000_000)
    used, whole = command.measure(str(ae4.storage))
    assert whole
    assert f"holds {used / 1e6:.1f} MB" in site(ae4, mover=False)["space"][1]
    assert site(ae4, mover=False, space_factor=1e12)["space"][0] == "blocking"


def test_a_storage_that_is_not_known(ae4: Ae4Lab) -> None:
    config = ae4.bin_dir / "anaconda-server-config"
    config.write_text("#!/bin/sh\nexit 3\n")
    found = site(ae4, mover=False)["space"]
    assert found[0] == "unknown"
    assert "fs_storage_root" in found[1]
    config.write_text("#!/bin/sh\necho /nonexistent/storage\n")
    assert site(ae4, mover=False)["space"] == ("unknown", "The storage /nonexistent/storage cannot be read: No such file or directory.")


def test_an_export_folder_that_cannot_be(ae4: Ae4Lab) -> None:
    file = ae4.home / "file"
    file.write_text("")
    assert site(ae4, mover=False, export_dir=str(file / "below"))["export_dir"][0] == "blocking"
    assert site(ae4, mover=False, export_dir=str(ae4.home / "a" / "b"))["export_dir"] == (
        "ok",
        f"{ae4.home}/a/b can be made in {ae4.home} by {ae4.user}.",
    )


def test_a_client_that_fails_or_hangs(ae4: Ae4Lab, tmp_path: Path) -> None:
    client = tmp_path / "client"
    client.write_text("#!/bin/sh\necho one\necho no module named click\nexit 3\n")
    client.chmod(0o755)
    assert site(ae4, cli=str(client))["cli"] == ("blocking", f"{client} does not answer --help: exit code 3, no module named click.")
    client.write_text("#!/bin/sh\nexec sleep 600\n")
    assert "did not end within 1 s" in site(ae4, cli=str(client), timeout=1)["cli"][1]


def test_the_client_gets_a_home_of_its_own(ae4: Ae4Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client, seen = tmp_path / "client", tmp_path / "seen"
    client.write_text(f'#!/bin/sh\necho "$HOME" > {seen}\ntouch "$HOME/x"\n')
    client.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert site(ae4, cli=str(client))["cli"][0] == "ok"
    assert seen.read_text().strip() != str(tmp_path)
    assert not Path(seen.read_text().strip()).exists()


def test_a_site_check_that_breaks_takes_no_other_with_it(ae4: Ae4Lab) -> None:
    with mock.patch.object(site_work, "_space", side_effect=MemoryError("boom")):
        found = site(ae4, mover=False)
    assert found["space"] == ("unknown", "The check failed because of a fault in this collection, please report it: MemoryError('boom').")
    assert found["export_dir"][0] == "ok"
