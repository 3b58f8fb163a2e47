# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules from what was seen to an answer."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Answer, Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._probe import packages, verdict
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.document import document, merged, table
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.questions import QUESTIONS
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import CORE, Seen

OK = Seen("it", True)
NO = Seen("it", False, 403, "no")
LOST = Seen("it", False, None, "reset", broke=True)
WORDS = Seen("it", False, None, "not today")


def seen(status: int) -> Seen:
    return Seen("it", False, status)


@pytest.mark.parametrize(
    ("what", "value"),
    [(OK, "accepted"), (NO, "rejected"), (WORDS, "rejected"), (seen(409), "rejected")]
    + [(item, "unknown") for item in (LOST, seen(401), seen(408), seen(429), seen(500), seen(503))],
)
def test_only_an_answer_to_the_question_decides_it(what: Seen, value: str) -> None:
    answer = verdict.taken(what)
    assert (answer.value, answer.known) == (value, value != "unknown")


@pytest.mark.parametrize(
    ("listed", "done", "value"),
    [
        (OK, dict.fromkeys(CORE, OK), "confirmed"),
        (OK, {**dict.fromkeys(CORE, OK), "share_list": NO}, "differs"),
        (OK, {**dict.fromkeys(CORE, OK), "artifact_delete": NO}, "confirmed"),
        (OK, {name: OK for name in CORE if name != "artifact_upload"}, "unknown"),
        (OK, {}, "unknown"),
        (seen(404), {}, "absent"),
        (seen(200), {}, "differs"),
        (seen(405), {}, "differs"),
        (seen(401), {}, "unknown"),
        (seen(502), {}, "unknown"),
        (LOST, {}, "unknown"),
    ],
)
def test_the_api_is_confirmed_only_if_all_of_it_was_seen(listed: Seen, done: dict[str, Seen], value: str) -> None:
    assert verdict.api(listed, done).value == value


@pytest.mark.parametrize(
    ("asked", "after", "value"),
    [(OK, "new", "overwritten"), (OK, "old", "kept"), (OK, "else", "unknown"), (OK, None, "unknown"), (NO, None, "rejected")],
)
def test_a_taken_name(asked: Seen, after: t.Optional[str], value: str) -> None:
    assert verdict.duplicate_other(asked, "old", "new", after).value == value


@pytest.mark.parametrize(
    ("before", "after", "privileged", "value"),
    [
        (True, True, False, "authenticated"),
        (True, True, True, "unknown"),
        (True, True, None, "unknown"),
        (False, True, False, "collaborators"),
        (False, True, True, "collaborators"),
        # Without the proof that it can read at all, that it does not read means nothing.
        (False, False, False, "unknown"),
    ],
)
def test_what_private_means(before: bool, after: bool, privileged: t.Optional[bool], value: str) -> None:
    assert verdict.private_means(before, after, privileged).value == value


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ([(1000, 413), (100, 413), (10, None)], 100),
        ([(1000, None)], "unknown"),
        ([(1000, 403)], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_size_limit_is_known_only_from_a_refusal(asked: list[tuple[int, t.Optional[int]]], value: t.Any) -> None:
    assert verdict.size_limit(asked).value == value


@pytest.mark.parametrize(
    ("bearer", "token", "value"),
    [
        (True, True, "both"),
        (True, False, "bearer"),
        (False, True, "token"),
        (False, False, "none"),
        (True, None, "bearer"),
        (None, True, "token"),
        (None, None, "unknown"),
        (False, None, "unknown"),
    ],
)
def test_what_opens_a_private_channel(bearer: t.Optional[bool], token: t.Optional[bool], value: str) -> None:
    assert verdict.conda_auth(bearer, token).value == value


def test_privacy_needs_the_effect_and_not_only_the_answer() -> None:
    assert verdict.privacy_at_creation(OK, "private").value == "works"
    assert verdict.privacy_at_creation(OK, "public").value == "ignored"
    assert verdict.privacy_at_creation(OK, None).value == "unknown"
    assert verdict.privacy_at_creation(NO, None).value == "refused"
    assert verdict.privacy_later(OK, "public", OK, "private").value == "works"
    assert verdict.privacy_later(OK, "public", OK, "public").value == "ignored"
    assert verdict.privacy_later(OK, "public", NO, None).value == "refused"
    assert verdict.deleting(OK, True).value == "ignored"
    assert verdict.deleting(OK, None).value == "unknown"


def test_names_are_told_apart() -> None:
    tried = {"dot": ("a.b", OK), "blank": ("a b", OK), "colon": ("a:b", NO), "upper": ("A", LOST)}
    answer = verdict.channel_names(tried, {"a.b"})
    assert answer.value == {"dot": "accepted", "blank": "renamed", "colon": "rejected", "upper": "unknown"}


def test_equal_arguments_give_equal_packages() -> None:
    assert packages.conda("1", "a") == packages.conda("1", "a")
    assert packages.conda("1", "a").sha256 != packages.conda("1", "b").sha256


def test_every_assumption_has_a_question_and_names_are_unique() -> None:
    assert {question.assumption for question in QUESTIONS} >= {f"A{number}" for number in range(1, 17)}
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)


def answers(**given: Answer) -> dict[str, Answer]:
    return given


def test_what_was_known_stays_marked_unless_it_is_known_anew() -> None:
    earlier = Capabilities(
        answers(
            default_privacy=Answer("public", "seen"),
            paging=Answer("none", "seen"),
            list_shares=Answer("works", "seen"),
            api=Answer("x", "y", "declared"),
        ),
        "http://x",
        "cli",
    )
    found = merged(answers(paging=Answer("offset", "now"), api=Answer("confirmed", "now")), "api", earlier)
    assert found["default_privacy"] == Answer("public", "by an earlier probe: seen")
    assert found["paging"] == Answer("offset", "now")
    assert found["api"] == Answer("x", "y", "declared")
    # Found with the other transport, of which it says nothing.
    assert found["list_shares"].value == "unknown"
    again = merged({}, "cli", Capabilities(found, "http://x", "cli"))
    assert again["default_privacy"] == found["default_privacy"]
    assert list(found) == [question.name for question in QUESTIONS]


def test_the_table_is_narrow_and_complete() -> None:
    found = merged(answers(channel_names=Answer({"a": "accepted", "b": "rejected"}, "e"), api=Answer("z" * 90, "e")), None, Capabilities())
    lines = table(found)
    assert len(lines) == len(QUESTIONS) + 1
    assert max(map(len, lines)) < 78
    assert any("1 of 2 accepted" in line for line in lines)
    assert Capabilities.from_json(document(found, "http://x", None, [])).answers == found
