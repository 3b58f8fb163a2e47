# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``migration_verify`` against the lab's cluster: each thing that can be wrong, one at a time."""

from __future__ import annotations

import csv
import hashlib
import json
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import LeftOut, SkippedPlacement, TransferRow
from tests.unit.report.conftest import Done, report_of, verdicts
from tests.unit.report.report_samples import wrong


def test_a_plan_that_was_carried_out_is_proven(done: Done) -> None:
    result = done.verify()
    assert (result["failed"], result["changed"], result["failures"], result["warnings"]) == (False, False, [], [])
    summary = {key: value for key, value in result["summary"].items() if key not in ("bytes", "seconds")}
    assert summary == {
        "sites": 1,
        "channels": 2,
        "channels_absent": 0,
        "placements": 3,
        "files": {"present": 2},
        "on_cluster": 2,
        "findings": {},
        "downloaded": {"files": 0, "bytes": 0},
        "verified": True,
    }
    assert result["report_path"] == str(done.dest / "report.html")
    assert "Everything that was planned is on the cluster." in (done.dest / "report.html").read_text()


def test_the_files_of_a_report_agree(done: Done) -> None:
    done.left.append(LeftOut("east", "ann", "notes", "notes.whl", "ann/notes.whl", 7, "unsupported_kind", "It is a wheel."))
    done.save()
    result = done.verify()
    ledger = (done.dest / "ledger.jsonl").read_bytes()
    report = report_of(done)
    assert hashlib.sha256(ledger).hexdigest() == report["ledger"]["digest"] == result["ledger_digest"]
    lines = [json.loads(line) for line in ledger.splitlines()]
    assert [(line["file"], line["disposition"], [end["channel"] for end in line["placements"]]) for line in lines] == [
        ("notes.whl", "unsupported_kind", []),
        ("alpha-1.0-0.tar.bz2", "present", ["ann", "org/Devs"]),
        ("beta-1.0-0.tar.bz2", "present", ["ann"]),
    ]
    assert report["not_on_cluster"] == [lines[0]]
    assert report["ledger"]["counts"] == {"present": 2, "unsupported_kind": 1}
    assert report["access"]["counts"] == {"same": report["access"]["rows"]}
    found = {(row["channel"], row["principal"], row["planned"], row["seen"], row["verdict"]) for row in report["access"]["table"]}
    assert found == {
        (row[1], row[3], row[6], row[7], row[8]) for row in csv.reader((done.dest / "access.csv").read_text().splitlines()[1:])
    }
    assert ("org/Devs", "Ann", "rw", "rw", "same") in found
    assert wrong(report) == []
    assert report["plan"]["channels"][0]["shared"] == ["user Ann may read and write"]
    assert "notes.whl" in (done.dest / "report.html").read_text()


def test_the_same_again_writes_the_same_bytes(done: Done) -> None:
    def files() -> dict[str, bytes]:
        done.verify()
        return {path.name: path.read_bytes() for folder in (done.dest, done.records) for path in folder.iterdir()}

    assert files() == files()


def test_check_mode_finds_the_same_and_writes_nothing(done: Done) -> None:
    done.drop(done.placed("ann", "beta"))
    checked = done.verify(check=True)
    assert not done.dest.exists()
    assert not done.records.exists()
    assert "report_path" not in checked
    assert checked["failures"] == done.verify()["failures"] != []


def test_requests_are_as_many_as_the_listings(done: Done) -> None:
    done.verify()
    few = len(done.lab.log())
    for number in range(30):
        item = done.add("ann", f"more{number}")
        done.put(item)
    done.save()
    done.lab.clear_log()
    assert not done.verify()["failed"]
    log = done.lab.log()
    assert len(log) == few
    assert {record["method"] for record in log if "/auth/" not in record["path"]} == {"GET"}
    repodata = [record["path"] for record in log if record["path"].endswith("/repodata.json")]
    assert len([path for path in repodata if "/noarch/" not in path]) == (len(SUBDIRS) - 1) * len(done.channels)


def missing_package(done: Done) -> None:
    done.drop(done.placed("ann", "beta"))


def other_bytes(done: Done) -> None:
    item = done.placed("org/Devs", "alpha")
    done.drop(item)
    done.put(item, content=done.dump / item.path)


def public_though_private(done: Done) -> None:
    done.lab.parts.state.set_privacy("org/Devs", "public")


def private_though_public(done: Done) -> None:
    done.lab.parts.state.set_privacy("ann", "private")


def share_missing(done: Done) -> None:
    done.lab.parts.state.unshare("org/Devs", "group", "Devs")


def share_wider(done: Done) -> None:
    done.lab.seed(channels=[{"name": "org/Devs", "shares": [{"type": "group", "name": "Devs", "access": "rw"}]}])


def share_narrower(done: Done) -> None:
    done.lab.seed(channels=[{"name": "ann", "shares": [{"type": "user", "name": "ann", "access": "r"}]}])


def channel_missing(done: Done) -> None:
    done.lab.parts.state.delete("org/Devs")


def site_missing(done: Done) -> None:
    done.missing_sites = ("west",)
    done.save()


def quarantined(done: Done) -> None:
    done.left.append(LeftOut("east", "ann", "x", "x-1-0.conda", "ann/x", 7, "quarantined", "Its md5 is another."))
    done.save()


ALPHA = "owner/alpha/alpha-1.0-0.tar.bz2 of site east"


@pytest.mark.parametrize(
    ("spoil", "failures", "found", "files"),
    [
        pytest.param(
            missing_package,
            ["owner/beta/beta-1.0-0.tar.bz2 of site east: It is not in channel ann."],
            [("missing", "ann", "noarch/beta-1.0-0.tar.bz2")],
            {"failed": 1, "present": 1},
            id="missing package",
        ),
        pytest.param(
            other_bytes,
            [f"{ALPHA}: Channel org/Devs has linux-64/alpha-1.0-0.tar.bz2 with other bytes."],
            [("other_bytes", "org/Devs", "linux-64/alpha-1.0-0.tar.bz2")],
            {"conflict": 1, "present": 1},
            id="other bytes",
        ),
        pytest.param(
            public_though_private,
            ["Channel org/Devs is public, but not everything in it was public in AE4."],
            [("wider", "org/Devs", "privacy")],
            {"present": 2},
            id="public though private",
        ),
        pytest.param(
            private_though_public,
            ["Channel ann is not public yet, but everything in it was public in AE4."],
            [("narrower", "ann", "privacy")],
            {"present": 2},
            id="private though public",
        ),
        pytest.param(
            share_missing,
            ["Channel org/Devs is not shared with group Devs."],
            [("narrower", "org/Devs", "group Devs")],
            {"present": 2},
            id="share missing",
        ),
        pytest.param(
            share_wider,
            ["The group Devs has rw on channel org/Devs; planned is r."],
            [("wider", "org/Devs", "group Devs")],
            {"present": 2},
            id="share wider",
        ),
        pytest.param(
            share_narrower,
            ["The user Ann has r on channel ann; planned is rw."],
            [("narrower", "ann", "user Ann")],
            {"present": 2},
            id="share narrower",
        ),
        pytest.param(
            channel_missing,
            ["Channel org/Devs does not exist.", "1 file is not on the cluster, because a channel of it does not exist."],
            [("missing", "org/Devs", "channel"), ("missing", "org/Devs", "linux-64/alpha-1.0-0.tar.bz2")],
            {"failed": 1, "present": 1},
            id="channel missing",
        ),
        pytest.param(
            site_missing,
            ["Site west has no inventory, so nothing was migrated from it; run the export playbook for it."],
            [],
            {"present": 2},
            id="site missing",
        ),
        pytest.param(
            quarantined,
            ["ann/x/x-1-0.conda of site east: Its md5 is another."],
            [],
            {"present": 2, "quarantined": 1},
            id="quarantined in the dump",
        ),
    ],
)
def test_what_must_be_put_right_fails_in_words(
    done: Done, spoil: t.Callable[[Done], None], failures: list[str], found: list[tuple[str, str, str]], files: dict[str, int]
) -> None:
    spoil(done)
    result = done.verify()
    assert result["failed"]
    assert result["failures"] == report_of(done)["failures"] == failures
    if len(failures) == 1:
        assert result["msg"] == failures[0]
    assert verdicts(done) == found
    assert result["summary"]["files"] == files
    assert ("1 problem needs" if len(failures) == 1 else "2 problems need") + " a person." in (done.dest / "report.html").read_text()


def test_a_public_channel_that_was_accepted_does_not_fail(done: Done) -> None:
    public_though_private(done)
    result = done.verify(accept_public=["org/*"])
    assert not result["failed"]
    assert verdicts(done) == [("accepted", "org/Devs", "privacy")]


def test_a_conflict_that_is_kept_on_purpose_does_not_fail(done: Done) -> None:
    other_bytes(done)
    done.transferred(TransferRow("org/Devs", "linux-64", "alpha-1.0-0.tar.bz2", "conflict", "kept: the file has another digest"))
    result = done.verify()
    assert not result["failed"]
    assert result["summary"]["files"] == {"kept": 1, "present": 1}


def test_the_reason_of_a_transfer_is_the_ledgers(done: Done) -> None:
    missing_package(done)
    done.transferred(TransferRow("ann", "noarch", "beta-1.0-0.tar.bz2", "failed", "AE5 answered 413"))
    assert done.verify()["failures"] == ["owner/beta/beta-1.0-0.tar.bz2 of site east: AE5 answered 413"]


def test_a_subdir_that_conda_does_not_know_is_read_too(done: Done) -> None:
    done.put(done.add("ann", "gamma", subdir="zos-z"))
    done.save()
    assert done.verify()["failures"] == []


def test_a_channel_that_the_token_may_not_read_is_unproven(done: Done) -> None:
    result = done.verify(conda_token=done.lab.conda_token("eve"))
    why = "Channel org/Devs cannot be read with this token, so the file cannot be verified."
    assert result["failures"] == [f"{ALPHA}: {why}"]
    assert result["summary"]["files"] == {"present": 1, "unproven": 1}


def test_what_a_transport_does_not_show_is_said(done: Done) -> None:
    result = done.verify("cli")
    assert not result["failed"], result["msg"]
    assert verdicts(done) == [("unknown", "ann", "shares"), ("unknown", "org/Devs", "shares")]
    assert result["summary"]["verified"] is False
    assert result["warnings"] == ["This transport cannot list the shares of channel ann.", "1 more could not be seen."]
    assert "2 checks were not possible over this transport." in (done.dest / "report.html").read_text()


def test_a_report_that_cannot_be_written_is_a_failure_in_words(done: Done) -> None:
    done.dest.write_text("")
    result = done.verify()
    assert result["failures"] == [f"The report cannot be written to {done.dest}: File exists."]


def test_without_a_plan_it_says_what_to_do(done: Done) -> None:
    (done.plan / "plan.json").unlink()
    assert done.verify()["msg"] == f"There is no plan in {done.plan}; run the plan playbook first."


def test_a_sum_that_is_wrong_fails_with_both_numbers(done: Done) -> None:
    plan = json.loads((done.plan / "plan.json").read_text())
    site = plan["sites"][0]
    site["files"] += 1
    (done.plan / "plan.json").write_text(json.dumps(plan))
    (sentence,) = done.verify()["failures"]
    numbers = f"2 files of {site['bytes']} bytes of site east, and its inventory has 3 files of {site['bytes']} bytes"
    assert sentence.startswith(f"The ledger accounts for {numbers}, so something was lost or counted twice;")


def test_what_is_held_back_needs_a_person(done: Done) -> None:
    item = done.placed("ann", "beta")
    done.drop(item)
    done.placements.remove(item)
    done.held.append(SkippedPlacement.of(item, "removed_on_ae5", "It was removed from channel ann since it was migrated."))
    done.save()
    result = done.verify()
    assert result["failures"] == ["owner/beta/beta-1.0-0.tar.bz2 of site east: It was removed from channel ann since it was migrated."]
    assert verdicts(done) == [("missing", "ann", "noarch/beta-1.0-0.tar.bz2")]
    assert result["summary"]["placements"] == 3
    assert report_of(done)["ledger"]["placements"] == {"present": 2, "removed_on_ae5": 1}


def test_the_reports_run_is_the_plans(done: Done) -> None:
    done.verify()
    assert report_of(done)["run"] is None
    run = done.root / "20261122T144000Z"
    done.plan.rename(run)
    done.plan.symlink_to(run)
    done.verify()
    assert report_of(done)["run"] == "20261122T144000Z"
