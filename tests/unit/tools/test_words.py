# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes and lists of names as people say them."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed, size_in_words

SIZES = {
    0: "0 B",
    999: "999 B",
    1000: "1.0 kB",
    12_345_678: "12.3 MB",
    10**8: "100 MB",
    10**8 - 1: "100 MB",
    4_000_000_000: "4.0 GB",
    123 * 10**9: "123 GB",
    2 * 10**15: "2000 TB",
}


@pytest.mark.parametrize(("size", "words"), SIZES.items(), ids=SIZES.values())
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_a_list_is_cut_after_the_first_names() -> None:
    names = [f"n{number}" for number in range(12)]
    assert listed(names[:2]) == "n0, n1"
    assert listed(names) == "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more"
    assert listed(names, 1) == "n0 and 11 more"
    assert listed([]) == ""


def test_a_list_of_the_first_ones_says_how_many_there_are() -> None:
    assert listed(["a", "b"], total=2) == "a, b"
    assert listed(["a", "b"], total=1_502) == "a, b and 1,500 more"
    assert listed(["a", "b", "c"], 1, total=10) == "a and 9 more"


def test_clauses_are_joined_as_asked() -> None:
    assert listed(["a", "b", "c"], 2, between="; ") == "a; b; and 1 more"
    assert listed(["a", "b"], 2, between=" | ") == "a | b"
