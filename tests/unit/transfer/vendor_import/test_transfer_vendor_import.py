# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``admin_import`` with the lab's client: which owners it imports with the vendor import, and what it does with the result."""

from __future__ import annotations

import hashlib
import json
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import import run
from tests.lab.ae5.server import Ae5Lab
from tests.lab.packages import conda_package
from tests.unit.module_runner import run_module
from tests.unit.transfer.import_world import ImportWorld
from tests.unit.transfer.transfer_world import PASSWORD, options

A, B, C = "a-1.0-0.tar.bz2", "b-1.0-0.tar.bz2", "c-1.0-0.tar.bz2"


@pytest.fixture
def site(tmp_path: Path, lab: Ae5Lab, monkeypatch: pytest.MonkeyPatch) -> ImportWorld:
    """User ``u`` with two labels and organization ``o`` with a group; nothing waits longer than it must."""
    monkeypatch.setattr(run, "POLLS", (0.0, 0.0))
    monkeypatch.setattr(run, "AFTER_FAILURE", (0.0,))
    world = ImportWorld(tmp_path, lab)
    world.user("u")
    world.organization("o", ["alice"], Devs={"permission": "read", "members": ["alice"], "packages": ["a"]})
    world.package("u", "a", "main")
    world.package("u", "b", "dev", subdir="noarch")
    world.package("o", "a", "main", "test")
    world.package("o", "c", "main")
    lab.seed(users=["u"])
    return world


USER = {"u": [A], "u/dev": [B]}
ORG = {"o": [A, C], "o/Devs": [A], "o/Devs/test": [A]}


def imports(lab: Ae5Lab) -> list[str]:
    """The channels that files were sent to, each once."""
    return list(
        dict.fromkeys(record["path"].split("/")[3].replace("%2F", "/") for record in lab.writes() if record["route"] == "artifact_upload")
    )


def lines(result: dict[str, t.Any]) -> list[str]:
    return [line for entry in result.get("diff", []) for line in entry["prepared"].splitlines()[1:]]


def test_owners_are_imported_and_the_next_run_leaves_them_alone(site: ImportWorld, lab: Ae5Lab) -> None:
    site.plan()
    predicted = site.bring(check=True)
    assert (lab.writes(), site.results.exists()) == ([], False)
    done = site.bring()
    assert (done["failed"], done["changed"], done["failures"]) == (False, True, [])
    assert site.files() == {**USER, **ORG}
    assert lines(predicted) == lines(done)
    assert len(lines(done)) == 6
    assert [(row["owner"], row["result"], row["files"]) for row in done["owners"]] == [("o", "imported", 4), ("u", "imported", 2)]
    assert predicted["owners"] == done["owners"]
    assert set(site.rows().values()) == {("uploaded", "")}
    assert done["summary"]["uploaded"] == predicted["summary"]["uploaded"] == 6

    lab.clear_log()
    again = site.bring()
    assert (again["failed"], again["changed"], lab.writes()) == (False, False, [])
    assert again["summary"]["owners"] == {"imported": 0, "present": 2, "refused": 0, "failed": 0}


def test_only_the_named_owners_are_brought(site: ImportWorld) -> None:
    site.plan()
    done = site.bring(owners=["u", "nobody"])
    assert site.files() == USER
    assert done["failures"] == [
        "Owner nobody has no placement in this list; check the spelling, and the plan's list of files that are left out."
    ]


def test_channels_that_were_created_before_are_filled_and_stay_private(site: ImportWorld, lab: Ae5Lab) -> None:
    """Birth first: what comes of the import is not public before it is proven."""
    lab.set(cli_abilities="rich")
    site.plan()
    birth = run_module("channel", {**options(lab, "cli"), "plan": str(site.root / "plan")})
    assert not birth["failed"]
    assert not site.bring()["failed"]
    assert site.files() == {**USER, **ORG}
    assert {channel["privacy"] for channel in lab.state()["channels"].values()} == {"private"}


@pytest.mark.parametrize(
    ("declarations", "owner", "reason"),
    [
        ({"layout": "by_label"}, "o", "ae_channel_layout is by_label, which the import does not support"),
        ({"channel_map": [{"match": "o/Devs", "to": "devs"}]}, "o", "ae_channel_map renames o/Devs to devs"),
        ({"user_map": {"u": "ursula"}}, "u", "ae_user_map gives user u another name, which the import does not support"),
        ({"user_map": {"alice": "alicia"}}, "o", "ae_user_map gives user alice another name, which the import does not support"),
        ({"group_map": {"o/Devs": "People"}}, "o", "ae_group_map gives group Devs another name, which the import does not support"),
    ],
)
def test_owner_whose_plan_the_import_does_not_heed_is_refused(
    site: ImportWorld, declarations: dict[str, t.Any], owner: str, reason: str
) -> None:
    """By the name of the variable; the other owner, on whom it has no effect, is imported."""
    site.declarations = declarations
    site.plan()
    done = site.bring()
    assert site.owner(done, owner) == ("refused", reason)
    lacking = "2" if owner == "u" else "5" if "layout" in declarations else "4"
    assert done["msg"] == (
        f"Owner {owner}, with {lacking} missing files, cannot be migrated with the vendor import: {reason};"
        " use ae_upload_method: files for it."
    )
    assert site.files() == (ORG if owner == "u" else USER)
    assert {outcome for (channel, _file), (outcome, _reason) in site.rows().items() if channel.split("/")[0] == owner} <= {"failed"}


def test_owner_of_something_private_is_refused_unless_that_is_accepted(site: ImportWorld) -> None:
    site.package("o", "b", "main", access="private")
    site.plan()
    done = site.bring()
    reason = "its channel o must be private, but the import creates public channels (see ae_accept_public)"
    assert site.owner(done, "o") == ("refused", reason)
    assert site.files() == USER
    accepted = site.bring(accept_public=["o"])
    assert not accepted["failed"], accepted["msg"]
    assert site.files() == {**USER, **ORG, "o": [A, B, C]}


def test_owner_with_a_channel_that_was_refused_at_birth_is_refused(site: ImportWorld) -> None:
    site.plan()
    done = site.bring(refused=["o/Devs"])
    assert site.owner(done, "o") == ("refused", "its channel o/Devs could not be created as planned")
    assert site.files() == USER


@pytest.mark.parametrize("what", ["corrupted", "unlisted", "unlabelled"])
def test_owner_of_a_file_that_the_plan_leaves_out_is_refused(site: ImportWorld, what: str) -> None:
    """The import would take it: by the file's name."""
    path = site.package("u", "c", *([] if what == "unlabelled" else ["main"]))
    if what == "corrupted":
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    elif what == "unlisted":
        path.rename(path.with_name("d-1.0-0.tar.bz2"))
    site.plan()
    done = site.bring()
    result, reason = site.owner(done, "u")
    relative = str(path.relative_to(site.dump)).replace("c-1.0", "d-1.0" if what == "unlisted" else "c-1.0")
    assert result == "refused"
    assert reason == (
        f"the plan leaves out files that the import may take: {relative} ({'unlabelled' if what == 'unlabelled' else 'quarantined'})"
    )
    assert site.files() == ORG


@pytest.mark.parametrize("what", ["file", "link", "bytes", "rights"])
def test_dump_that_is_not_the_planned_one_is_not_let_loose(site: ImportWorld, what: str) -> None:
    site.plan()
    first = next(site.dump.glob("u/*/linux-64/*.bz2"))
    if what == "file":
        site.package("u", "c", "main")
        reason = "its folder has u/000000000000000000000005--c/linux-64/c-1.0-0.tar.bz2, which is not in the plan"
    elif what == "link":
        (first.parent / "x.tar.bz2").symlink_to("/etc/passwd")
        reason = f"its folder has {first.parent.relative_to(site.dump)}/x.tar.bz2, which is not in the plan"
    elif what == "bytes":
        first.write_bytes(first.read_bytes()[:-1] + b"!")
        reason = f"File {first.relative_to(site.dump)} of site east is corrupted"
    else:
        (site.root / "east.jsonl").write_text("{}\n")
        reason = "the site's inventory has changed since the plan was made; run the plan playbook again"
    done = site.bring()
    result, said = site.owner(done, "u")
    assert (result, said[: len(reason)]) == ("refused", reason)
    assert "u" not in site.files()
    if what == "bytes":
        assert site.rows()["u", A][0] == "quarantined"


def test_other_bytes_in_a_channel_are_a_conflict_and_never_overwritten(site: ImportWorld, lab: Ae5Lab) -> None:
    """Even where AE5 would: nobody knows what the import does about them."""
    lab.set(duplicate="overwrite")
    site.plan()
    assert not site.bring(owners=["u"])["failed"]
    path = next(site.dump.glob("u/*--a/*/*.bz2"))
    path.write_bytes(conda_package("a", "1.0", "0", size=500)[1])
    meta = path.parents[1] / "meta.json"
    about = json.loads(meta.read_text())
    about["files"][0].update(size=path.stat().st_size, md5=hashlib.md5(path.read_bytes()).hexdigest())
    meta.write_text(json.dumps(about))
    before = lab.state()["channels"]["u"]["files"]
    site.plan()
    lab.clear_log()
    assert site.bring(owners=["u"], conflict="keep")["failed"] is False
    alone = site.bring(owners=["u"])
    assert (site.owner(alone, "u")[0], alone["msg"]) == (
        "present",
        f"linux-64/{A} was not uploaded to channel u: the file of this name in the channel has another digest;"
        " remove it there or set ae_conflict to keep.",
    )
    site.package("u", "c", "main")
    site.plan()
    both = site.bring(owners=["u"], conflict="keep")
    assert site.owner(both, "u") == ("refused", "its channels hold other bytes for 1 file, which the import may overwrite")
    assert site.rows()["u", A][0] == "conflict"
    assert (lab.state()["channels"]["u"]["files"], lab.writes()) == (before, [])


@pytest.mark.parametrize("again_says", ["skip", "report"])
def test_import_that_breaks_off_is_completed_by_the_next_run(site: ImportWorld, lab: Ae5Lab, again_says: str) -> None:
    """What it brought is kept and counted; the other owner is brought all the same."""
    lab.set(import_stops_after=3)
    site.plan()
    done = site.bring()
    assert site.files() == {"o": [A, C], "o/Devs": [A], "o/Devs/test": [], **USER}
    assert [(row["owner"], row["result"], row["files"]) for row in done["owners"]] == [("o", "failed", 1), ("u", "imported", 2)]
    assert done["msg"].startswith(
        f"The vendor import of owner o failed, and 1 file is missing (o/Devs/test/linux-64/{A}); run it again. The command"
    )
    assert done["msg"].endswith("was not imported to its end.")
    assert (done["changed"], done["summary"]["uploaded"], done["summary"]["failed"]) == (True, 5, 1)
    assert site.rows()["o/Devs/test", A][0] == "failed"
    # Where the import finds fault with what it brought before, that is no failure: everything is there.
    lab.set(import_stops_after=0, import_file=again_says)
    lab.clear_log()
    again = site.bring()
    assert (again["failed"], again["summary"]["uploaded"], again["summary"]["present"]) == (False, 1, 5)
    assert len(again["warnings"]) == (again_says == "report")
    assert site.files() == {**USER, **ORG}
    assert not [channel for channel in imports(lab) if channel.startswith("u")]


def test_what_the_import_skips_in_silence_is_reported_by_name(site: ImportWorld, lab: Ae5Lab) -> None:
    site.package("o", "b")
    lab.set(import_unlabelled="skip")
    site.plan()
    done = site.bring()
    assert done["msg"] == (
        f"linux-64/{B} is not in channel o: the vendor import ended without an error and did not import it;"
        " upload it with ae_upload_method: files."
    )
    assert site.rows()["o", B][0] == "failed"
    assert site.owner(done, "o")[0] == "failed"
    assert site.files() == {**USER, **ORG}


def test_import_that_refuses_channels_that_exist_is_a_failure_of_that_owner(site: ImportWorld, lab: Ae5Lab) -> None:
    lab.set(import_channel="refuse")
    site.plan()
    run_module("channel", {**options(lab, "cli"), "name": "o", "privacy": "public"})
    done = site.bring()
    assert site.files() == {**USER, "o": []}
    assert done["msg"].startswith("The vendor import of owner o failed, and 4 files are missing (o/linux-64/a-1.0-0.tar.bz2, ")
    assert "channel o exists" in done["msg"]


def test_import_that_reports_an_error_and_brought_everything_is_a_warning(site: ImportWorld, lab: Ae5Lab) -> None:
    """Here about a group that AE5 does not know; sharing is another phase's matter and accounts for it."""
    site.organization("p", ["alice"], Nobodies={"permission": "read", "members": [], "packages": ["d"]})
    site.package("p", "d", "main")
    site.plan()
    done = site.bring()
    assert done["failed"] is False
    assert site.files() == {**USER, **ORG, "p": ["d-1.0-0.tar.bz2"], "p/Nobodies": ["d-1.0-0.tar.bz2"]}
    assert len(done["warnings"]) == 1
    assert done["warnings"][0].startswith(
        "The vendor import of owner p ended with an error, but all its files are on the cluster. The command"
    )


HANGING = """#!/bin/sh
case "$*" in
"admin import "*/o) sleep 600 ;;
*) exec {cli} "$@" ;;
esac
"""


def test_command_that_hangs_is_ended_and_the_next_owner_is_brought(
    site: ImportWorld, lab: Ae5Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen.communicate

    def communicate(process: subprocess.Popen[bytes], data: bytes | None, timeout: float) -> tuple[bytes, bytes]:
        """The time of the command that hangs is over sooner; the others have all they need."""
        return real(process, data, timeout=0.2 if str(process.args[-1]).endswith("/o") else timeout)  # type: ignore[index]

    monkeypatch.setattr(subprocess.Popen, "communicate", communicate)
    client = tmp_path / "anaconda-enterprise-cli"
    client.write_text(HANGING.format(cli=lab.cli))
    client.chmod(0o755)
    site.plan()
    done = site.bring(cli=str(client), command_timeout=600)
    assert f"The command 'anaconda-enterprise-cli admin import {site.dump}/o' did not end within 600 s." in done["msg"]
    assert site.files() == USER


MEDDLING = """#!/bin/sh
{cli} "$@" || exit
case "$*" in
"admin import "*/u) {cli} channels create u/extra && {cli} upload {dump}/o/*--c/linux-64/*.bz2 --channel u ;;
esac
"""


def test_what_the_import_makes_beyond_the_plan_is_reported(site: ImportWorld, lab: Ae5Lab, tmp_path: Path) -> None:
    client = tmp_path / "anaconda-enterprise-cli"
    client.write_text(MEDDLING.format(cli=lab.cli, dump=site.dump))
    client.chmod(0o755)
    site.plan()
    done = site.bring(cli=str(client))
    assert done["failures"] == [
        f"linux-64/{C} of channel u was added, which is not planned, during the vendor import of owner u; check it.",
        "Channel u/extra is not in the plan; it appeared during the vendor import of owner u; check it.",
    ]


def test_client_without_the_command_and_the_other_transport_are_refused_before_anything(
    site: ImportWorld, lab: Ae5Lab, tmp_path: Path
) -> None:
    site.plan()
    client = tmp_path / "anaconda-enterprise-cli"
    client.write_text(f'#!/bin/sh\n[ "$1" = admin ] && exit 2\nexec {lab.cli} "$@"\n')
    client.chmod(0o755)
    lab.clear_log()
    done = site.bring(cli=str(client))
    assert done["msg"] == f"{client} has no command 'admin import' in its --help; upload the packages with ae_upload_method: files."
    done = site.bring(transport="api")
    assert done["msg"] == "The vendor import is a command of anaconda-enterprise-cli; use transport cli, or package_sync."
    assert lab.writes() == []


def test_token_that_ends_on_the_way_leaves_the_rest_for_a_new_one(site: ImportWorld, lab: Ae5Lab) -> None:
    site.plan()
    token = run_module("access_token", options(lab, "cli"))["access_token"]
    lab.faults([{"method": "POST", "path": "/_cli/channels/u/artifacts", "every": 1, "status": 401}])
    done = site.bring(access_token=token)
    assert (done["failed"], done["unfinished"], done["summary"]["uploaded"]) == (False, 1, 5)
    lab.faults([])
    again = site.bring(access_token=token)
    assert (again["failed"], again["unfinished"]) == (False, 0)
    assert site.files() == {**USER, **ORG}


def test_token_that_ends_before_anything_is_seen_leaves_all_for_a_new_one(site: ImportWorld, lab: Ae5Lab) -> None:
    """The import may have brought what this token cannot see any more, so that is no failure yet."""
    site.plan()
    token = run_module("access_token", options(lab, "cli"))["access_token"]
    lab.faults([{"method": "POST", "path": "/artifacts$", "every": 1, "status": 401}])
    done = site.bring(access_token=token)
    assert (done["failed"], done["unfinished"], done["summary"]["uploaded"]) == (False, 6, 0)
    assert imports(lab) == ["o", "o/Devs", "o/Devs/test"], "no other owner is begun"


def test_no_import_is_begun_with_a_token_that_is_about_to_end(site: ImportWorld, lab: Ae5Lab) -> None:
    lab.set(token_seconds=4)
    site.plan()
    done = site.bring(access_token=run_module("access_token", options(lab, "cli"))["access_token"])
    assert imports(lab) == []
    assert (done["failed"], done["unfinished"]) == (True, 0)
    assert done["msg"].startswith("6 files not sent, because the token was rejected or expires before one upload finishes")


def test_no_password_and_no_token_is_in_the_result(site: ImportWorld) -> None:
    site.plan()
    text = json.dumps(site.bring())
    assert PASSWORD not in text
    assert "eyJ" not in text
