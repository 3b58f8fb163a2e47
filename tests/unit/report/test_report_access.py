# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""access.csv of a verification: what AE5 shows now, what differs first, and who lost access as findings."""

from __future__ import annotations

import csv
import dataclasses
import json
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share, SkippedShare
from tests.lab.ae5.server import Ae5Lab
from tests.unit.report.conftest import KNOWN, Done

KEYCLOAK = {"keycloak_username": "kcadmin", "keycloak_password": "kc-secret"}


@pytest.fixture(autouse=True)
def keycloak(lab: Ae5Lab) -> None:
    lab.seed(admins=[{"username": "kcadmin", "password": "kc-secret"}])


def table(done: Done) -> list[dict[str, str]]:
    with (done.dest / "access.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def findings(done: Done) -> list[tuple[str, str, str, bool]]:
    found = json.loads((done.dest / "report.json").read_text())["findings"]
    return [(item["verdict"], item["channel"], item["detail"], item["fails"]) for item in found]


def private_means(value: str | None) -> dict[str, t.Any]:
    answers = {"private_means": {"value": value, "confidence": "known", "evidence": "seen"}} if value else {}
    return {**KNOWN, "answers": answers}


def test_a_cluster_as_planned_is_the_same_for_everybody(done: Done) -> None:
    result = done.verify(**KEYCLOAK)
    assert (result["failed"], result["warnings"]) == (False, [])
    assert [tuple(row.values()) for row in table(done)] == [
        ("east", "ann", "anyone", "anyone", "yes", "r", "r", "r", "same", ""),
        ("east", "ann", "user", "ann", "yes", "rw", "rw", "rw", "same", ""),
        ("east", "org/Devs", "user", "Ann", "yes", "rw", "rw", "rw", "same", ""),
    ]


def test_somebody_who_came_into_a_group_is_told_once_and_fails_only_when_strict(done: Done, lab: Ae5Lab) -> None:
    lab.seed(groups={"Devs": ["eve"]})
    result = done.verify(**KEYCLOAK)
    detail = "More access than in AE4 for eve on 1 channel (org/Devs): in the AE5 group Devs, and not in the AE4 group Devs."
    assert (result["failed"], result["warnings"]) == (False, [detail])
    assert findings(done) == [("foreign", "org/Devs", detail, False)]
    assert next((row["principal"], row["verdict"]) for row in table(done)) == ("eve", "foreign")
    assert done.verify(strict=True, **KEYCLOAK)["failures"] == [detail]


def test_without_a_look_at_the_groups_nothing_is_said_of_their_people(done: Done) -> None:
    done.channels[1] = dataclasses.replace(done.channels[1], shares=(Share("group", "Devs", "r"),))
    done.save()
    assert done.verify()["failed"] is False
    assert [row["in_ae5"] for row in table(done) if row["kind"] == "user"] == ["unknown", "unknown"]


def test_keycloak_that_refuses_is_a_warning_and_verification_goes_on(done: Done) -> None:
    result = done.verify(**{**KEYCLOAK, "keycloak_password": "wrong"})
    assert result["failed"] is False
    assert len(result["warnings"]) == 1
    assert result["warnings"][0].endswith("The members of AE5 groups were not read.")
    assert table(done)


def test_private_channels_that_everybody_reads_fail_by_name(done: Done) -> None:
    result = done.verify(capabilities=private_means("authenticated"), **KEYCLOAK)
    detail = (
        "More access than in AE4 for everyone on 1 channel (org/Devs): every logged-in user can read a private channel on this cluster."
    )
    assert result["failures"] == [detail]
    assert next((row["channel"], row["principal"], row["verdict"]) for row in table(done)) == ("org/Devs", "everyone", "wider")


def test_what_private_means_and_nobody_knows_is_one_warning(done: Done) -> None:
    result = done.verify(capabilities=private_means(None), **KEYCLOAK)
    assert result["failed"] is False
    assert result["warnings"] == [
        "It is not known who can read a private channel on this cluster, which matters for 1 channel; run the probe playbook with a "
        "second account to find out."
    ]
    assert [row["verdict"] for row in table(done)] == ["unknown", "same", "same", "same"]


def test_a_withheld_share_fails_with_one_sentence_for_the_principal(done: Done, lab: Ae5Lab) -> None:
    zoe = SkippedShare(Share("user", "zoe", "r"), "unknown_principal", "The AE5 user 'zoe' does not exist.")
    done.channels = [dataclasses.replace(channel, skipped_shares=(zoe,)) for channel in done.channels]
    done.save()
    sentence = (
        "The AE5 user 'zoe' does not exist, so 2 channels (ann, org/Devs) are not shared with them; say in principals.csv who that is on "
        "AE5 (- for nobody), or create it in Keycloak."
    )
    assert done.verify(**KEYCLOAK)["failures"] == [sentence]
    nobody = SkippedShare(Share("user", "zoe", "r"), "nobody", "The AE4 user 'zoe' of site 'east' is declared as nobody on AE5.")
    done.channels = [dataclasses.replace(channel, skipped_shares=(nobody,)) for channel in done.channels]
    done.save()
    assert done.verify(**KEYCLOAK)["failures"] == []


def test_check_mode_writes_no_table(done: Done) -> None:
    assert done.verify(check=True, **KEYCLOAK)["failed"] is False
    assert not (done.dest / "access.csv").exists()


def test_a_table_that_cannot_be_written_is_said_and_the_rest_is_verified(done: Done) -> None:
    done.dest.write_text("a file where a folder should be")
    result = done.verify(**KEYCLOAK)
    assert [sentence for sentence in result["warnings"] if "access table" in sentence] == [
        f"The access table cannot be written to {done.dest}: File exists."
    ]
    assert result["failed"]
