# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule of a saved plan: refused is only what is neither as it was when the plan was made nor as planned."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model import saved_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package

CONTENTS = {name: (name * 32, name * 64) for name in "abc"}
"""md5 and sha256 of three files."""


def placement(content: str = "a", was: str | None = "unknown", md5: bool = True, sha256: bool = True) -> Placement:
    ours = CONTENTS[content]
    digests = (ours[0] if md5 else None, ours[1] if sha256 else None)
    return Placement("c", "east", "o", "p", "p.conda", "noarch", 1, *digests, "o/p/p.conda", was)


def package(content: str | None, md5: bool = True, sha256: bool = True, size: int | None = 1) -> Package | None:
    if content is None:
        return None
    theirs = CONTENTS[content]
    return Package("noarch", "p.conda", "p", "1", "0", size, theirs[0] if md5 else None, theirs[1] if sha256 else None)


def planned(before: Package | None, **ours: bool) -> Placement:
    found = placement(**ours)
    return dataclasses.replace(found, before=saved_plan.before_of(found, before))


states = st.sampled_from([None, "a", "b", "c"])


@given(states, states)
def test_a_file_is_refused_only_if_it_is_neither_as_it_was_nor_as_planned(was: str | None, now: str | None) -> None:
    moved = saved_plan.file_moved(planned(package(was)), package(now))
    assert (moved is not None) == (now not in (was, "a"))


@given(states, states)
def test_one_who_replaces_goes_on_where_a_deletion_was_not_followed_by_the_upload(was: str | None, now: str | None) -> None:
    moved = saved_plan.file_moved(planned(package(was)), package(now), replacing=True)
    assert (moved is not None) == (now not in (was, "a") and not (was in ("b", "c") and now is None))


@given(states, states, st.tuples(*[st.booleans()] * 6))
def test_what_cannot_be_compared_is_never_refused_for_its_bytes(was: str | None, now: str | None, shown: tuple[bool, ...]) -> None:
    before, after = package(was, shown[0], shown[1]), package(now, shown[2], shown[3])
    moved = saved_plan.file_moved(planned(before, md5=shown[4], sha256=shown[5]), after)
    if now in (was, "a"):
        assert moved is None
    if (was is None) == (now is None) and not (shown[2] or shown[3]):
        assert moved is None


@given(states)
def test_nobody_is_refused_anything_by_a_plan_that_has_not_looked(now: str | None) -> None:
    assert saved_plan.file_moved(placement(), package(now)) is None


@pytest.mark.parametrize(
    ("before", "was", "state"),
    [
        (None, None, "absent"),
        (package("a"), "sha256:" + "a" * 64, "same"),
        (package("b"), "sha256:" + "b" * 64, "different"),
        (package("a", sha256=False), "md5:" + "a" * 32, "same"),
        (package("a", md5=False, sha256=False), "size:1", "unproven"),
    ],
)
def test_what_was_there_is_written_with_a_digest_that_can_be_compared(before: Package | None, was: str | None, state: str) -> None:
    found = planned(before)
    assert (found.before, saved_plan.state_at_planning(found)) == (was, state)
    if before is not None:
        expected = None if state == "unproven" else True
        assert saved_plan.is_as_it_was(found, before) is expected


def test_a_digest_that_the_placement_has_too_is_preferred() -> None:
    assert planned(package("b"), sha256=False).before == "md5:" + "b" * 32
    assert planned(package("b", md5=False), sha256=False).before == "sha256:" + "b" * 64
    assert saved_plan.state_at_planning(planned(package("b", md5=False), sha256=False)) == "unproven"


def test_another_size_is_another_file_and_the_same_size_says_nothing() -> None:
    found = planned(package("a", md5=False, sha256=False))
    assert saved_plan.is_as_it_was(found, package("a", size=2)) is False  # type: ignore[arg-type]
    assert saved_plan.is_as_it_was(found, package("a", size=1)) is None  # type: ignore[arg-type]


rights = st.sampled_from([None, "r", "rw"])


@given(st.sampled_from(["r", "rw"]), rights, rights)
def test_a_right_is_refused_only_if_it_is_neither_as_it_was_nor_as_planned(wanted: str, was: str | None, now: str | None) -> None:
    shares = [None if access is None else Share("user", "ann", access) for access in (was, now)]
    moved = saved_plan.share_moved(Share("user", "ann", wanted), *shares)
    assert (moved is not None) == (now not in (was, wanted))
    if moved is not None:
        assert moved == f"had {was or 'no access'} when the plan was made and has {now or 'no access'} now"


@given(st.sampled_from(["public", "private"]), st.sampled_from([None, "public", "private"]), st.sampled_from([None, "public", "private"]))
def test_a_privacy_is_refused_only_if_both_states_were_seen(wanted: str, was: str | None, now: str | None) -> None:
    moved = saved_plan.privacy_moved(wanted, was, now)
    assert (moved is not None) == (was is not None and now is not None and now not in (was, wanted))
