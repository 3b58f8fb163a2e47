# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that are there and cannot be read are problems by name, and never counted as not there."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from tests.unit.notebooks.notebooks_world import Host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def refuse(monkeypatch: pytest.MonkeyPatch, *paths: str) -> None:
    """Nobody may open what ends like this; the user of the tests could."""
    real_open, real_stat = os.open, os.stat

    def end_of(path: object, dir_fd: int | None) -> str:
        folder = os.readlink(f"/proc/self/fd/{dir_fd}") + "/" if dir_fd is not None else ""
        return folder + os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""

    def opening(path: t.Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if end_of(path, dir_fd).endswith(paths):
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags, mode, dir_fd=dir_fd)

    def looking(path: t.Any, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> os.stat_result:
        if "/closed/" in end_of(path, dir_fd):
            raise PermissionError(13, "Permission denied")
        return real_stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "open", opening)
    monkeypatch.setattr(os, "stat", looking)


def test_a_folder_of_environments_that_cannot_be_read_is_not_none(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    (host.project() / "envs/default/conda-meta").mkdir(parents=True)
    refuse(monkeypatch, "/envs")
    problems = [(problem.code, problem.detail) for problem in host.only().problems]
    assert problems == [
        ("envs_unreadable", "The folder envs cannot be read: Permission denied; the project's own environments were left out.")
    ]


@pytest.mark.parametrize(
    ("folder", "what"),
    [
        ("conda-meta", "its conda packages"),
        ("lib", "packages that pip installed there"),
        ("lib/python3.6/site-packages", "packages that pip installed there"),
        ("lib/R/library", "its libraries of R"),
    ],
)
def test_a_folder_of_an_environment_that_cannot_be_read_is_named(
    host: Host, monkeypatch: pytest.MonkeyPatch, folder: str, what: str
) -> None:
    prefix = host.project() / "envs/default"
    for name in ("conda-meta", "lib/python3.6/site-packages", "lib/R/library"):
        (prefix / name).mkdir(parents=True)
    (prefix / "conda-meta/python-3.6.1-0.json").write_text('{"name": "python", "version": "3.6.1", "build": "0"}')
    refuse(monkeypatch, f"/default/{folder}")
    (environment,) = host.only().environments
    assert Problem("folder_unreadable", f"Its folder {folder} cannot be read: Permission denied; {what} were left out.") in (
        environment.problems
    )
    assert [package.name for package in environment.conda] == ([] if folder == "conda-meta" else ["python"])


def test_an_active_environment_that_cannot_be_seen_is_not_gone(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    path = host.project()
    (path / ".metadata.json").write_text('{"env": "/opt/closed/env"}')
    refuse(monkeypatch)
    assert [problem.detail for problem in host.only().problems] == [
        "Its active environment /opt/closed/env cannot be read: Permission denied."
    ]
    (path / ".metadata.json").write_text("{")
    assert [problem.detail for problem in host.only().problems] == [
        "The file .metadata.json cannot be read: it is not JSON; which environment is active is not known."
    ]
