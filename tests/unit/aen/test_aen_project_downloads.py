# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a project's file lets be downloaded: the names that anaconda-project gives them."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_downloads import downloaded, patterns_of


@pytest.mark.parametrize(
    ("item", "files"),
    [
        ("https://x.example.com/data/a.csv?v=1", ["a.csv"]),
        ("{url: 'https://x.example.com/a.csv', filename: data/b.csv}", ["data/b.csv"]),
        ("https://x.example.com/a.ZIP", ["a"]),
        ("{url: 'https://x.example.com/a.zip', unzip: false}", ["a.zip"]),
        ("{url: 'https://x.example.com/a.zip', filename: all.zip}", ["all.zip"]),
        ("https://x.example.com/", ["DATA"]),
        ("'http://[x/a.csv'", []),
        ("{filename: a.csv}", []),
        ("{url: 5}", []),
        ("", []),
        ("{url: 'https://x.example.com/a', filename: '*'}", []),
    ],
)
def test_the_name_of_a_download(item: str, files: list[str]) -> None:
    assert downloaded(f"name: p\ndownloads:\n  DATA: {item}\n", "It") == files


def test_without_downloads_there_are_none() -> None:
    assert downloaded("name: p\n", "It") == downloaded("downloads: [x]\n", "It") == []
    assert patterns_of(["a.csv"]) == ["/a.csv", "/a.csv.part"]
