# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of the run that the system does not let the user write: who tried, which variable names it, what to do."""

from __future__ import annotations

import getpass
import os
import typing as t
from pathlib import Path

import pytest

from tests.unit.ae4.ae4_samples import sample, write_dump
from tests.unit.ae4.export_world import Host
from tests.unit.module_runner import run_module
from tests.unit.plan.inventory_builder import demo_east

Call = t.Callable[[Path, Path], dict[str, t.Any]]


def export(folder: Path, refused: Path) -> dict[str, t.Any]:
    host = Host(folder)
    host.fill(sample())
    return run_module("site_export", {"export_dir": str(refused), "user": getpass.getuser(), "bin_dir": str(host.bin)})


def inventory(folder: Path, refused: Path) -> dict[str, t.Any]:
    write_dump(folder / "dump", sample())
    return run_module("site_inventory", {"path": str(folder / "dump"), "inventory": str(refused / "east.jsonl"), "site": "east"})


def plan(folder: Path, refused: Path) -> dict[str, t.Any]:
    return run_module("migration_plan", {"inventories": [demo_east().write(folder)], "dest": str(refused), "offline": True})


def preflight(folder: Path, refused: Path) -> dict[str, t.Any]:
    given: dict[str, t.Any] = {"cluster": "prod", "sites": [], "measured": [], "records": str(folder), "dest": str(refused)}
    return run_module("preflight_report", {**given, "core_version": "2.19.1"})


@pytest.mark.parametrize(
    ("call", "variable"), [(export, "ae4_export_dir"), (inventory, "ae_work_dir"), (plan, "ae_work_dir"), (preflight, "ae_work_dir")]
)
@pytest.mark.parametrize(("number", "why"), [(13, "Permission denied"), (30, "Read-only file system"), (28, "No space left on device")])
def test_the_sentence_names_user_variable_and_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call, variable: str, number: int, why: str
) -> None:
    refused, makedirs = tmp_path / "closed" / "run", os.makedirs

    def refuse(path: t.Any, *args: t.Any, **more: t.Any) -> None:
        if os.fspath(path).startswith(str(refused)):
            raise OSError(number, why, os.fspath(path))
        makedirs(path, *args, **more)

    monkeypatch.setattr(os, "makedirs", refuse)
    result = call(tmp_path, refused)
    assert result["failed"]
    assert f"The user {getpass.getuser()} cannot use {refused}" in result["msg"]
    assert f" on this host: {why}; " in result["msg"]
    assert f"or set {variable} of this host to a folder that it may write." in result["msg"]
    assert len(result["msg"].splitlines()) == 1
