# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python packages as pip leaves them: where they came from (PEP 610), broken removals, odd metadata."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
from packaging.requirements import Requirement as Oracle

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import from_record
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed_python import python_packages
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Environment, PipPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem


def read(tmp_path: Path, files: dict[str, str | bytes]) -> tuple[list[PipPackage], list[Problem]]:
    site = tmp_path / "lib/python3.6/site-packages"
    for name, content in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    problems: list[Problem] = []
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        return list(python_packages(fd, "3.6.1", {}, problems).packages), problems
    finally:
        os.close(fd)


DIRECT: list[tuple[dict[str, t.Any], str, str]] = [
    (
        {"url": "https://u:hunter2@git.example.com/tool.git", "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "abc"}},
        "vcs",
        "tool @ git+https://git.example.com/tool.git@abc",
    ),
    (
        {"url": "ssh://git@git.example.com/tool.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "py"},
        "vcs",
        "tool @ git+ssh://git@git.example.com/tool.git@abc#subdirectory=py",
    ),
    ({"url": "https://x.example.com/tool-1.0.tar.gz", "archive_info": {"hash": "sha256=00aa"}}, "url", "sha256=00aa"),
    ({"url": "https://x.example.com/tool-1.0.tar.gz", "archive_info": {"hashes": {"md5": "0", "sha256": "00aa"}}}, "url", "sha256=00aa"),
    ({"url": "https://x.example.com/tool-1.0.tar.gz", "archive_info": {}}, "url", "tool @ https://x.example.com/tool-1.0.tar.gz"),
    ({"url": "file:///home/u1/tool", "dir_info": {"editable": True}}, "editable", ""),
    ({"url": "file:///home/u1/tool", "dir_info": {}}, "url", ""),
    ({"url": ["x"], "vcs_info": [], "archive_info": "x", "dir_info": 1}, "url", ""),
]


@pytest.mark.parametrize(("direct", "origin", "line"), DIRECT)
def test_where_a_package_was_installed_from(tmp_path: Path, direct: dict[str, t.Any], origin: str, line: str) -> None:
    files: dict[str, str | bytes] = {
        "tool-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n",
        "tool-1.0.dist-info/direct_url.json": json.dumps(direct),
    }
    (package,), problems = read(tmp_path, files)
    assert (package.name, package.version, package.origin, problems) == ("tool", "1.0", origin, [])
    spec = from_record(Environment("x", pip=(package,)))
    assert "hunter2" not in repr((package, spec))
    if line:
        assert spec.pip[0].endswith(line)
        assert Oracle(spec.pip[0]).name == "tool"
    else:
        assert spec.pip == ()
        assert spec.notes[0].startswith("The Python package tool is installed from ")


def test_what_a_broken_removal_left_is_no_package(tmp_path: Path) -> None:
    header = "Name: pandas\nVersion: 1.0\n"
    files: dict[str, str | bytes] = {
        f"{name}/METADATA": header for name in ("~andas-1.0.dist-info", "-andas-1.0.dist-info", "-ip-19.0.dist-info")
    }
    packages, problems = read(tmp_path, {**files, "pandas-1.1.dist-info/METADATA": "Name: pandas\nVersion: 1.1\n"})
    assert packages == [PipPackage("pandas", "1.1")]
    assert [problem.code for problem in problems] == ["leftover"] * 3
    assert "lib/python3.6/site-packages/~andas-1.0.dist-info is left from a removal that failed" in problems[2].detail


def test_of_several_versions_the_newest_is_one_line_and_the_others_are_named(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{name}-{version}.dist-info/METADATA": f"Name: {name}\nVersion: {version}\n"
        for name, version in (("My_Tool", "1.9"), ("my.tool", "1.10"), ("My_Tool", "1.2"))
    }
    packages, (problem,) = read(tmp_path, files)
    assert packages == [PipPackage("my.tool", "1.10")]
    assert problem.detail == "It has several versions of my.tool (1.2, 1.9, 1.10); 1.10 is used, check which it needs."


@pytest.mark.parametrize(
    "metadata",
    [
        b"Metadata-Version: 2.1\r\nName: tool\r\nVersion: 1.0\r\n\r\nHow to\r\nName: other\r\nVersion: 9\r\n",
        b"Metadata-Version: 2.1\nName: tool\nVersion: 1.0\nName: other\n\nName: other\n",
        b"\xef\xbb\xbfMetadata-Version: 2.1\nName:tool\nVersion:\t1.0\n\nIt\x92s",
    ],
)
def test_only_the_header_of_the_metadata_names_the_package(tmp_path: Path, metadata: bytes) -> None:
    assert read(tmp_path, {"tool-1.0.dist-info/METADATA": metadata}) == ([PipPackage("tool", "1.0")], [])
