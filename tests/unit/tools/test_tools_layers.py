# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the direction of imports complains about what is planted, and about nothing else."""

from __future__ import annotations

import importlib.util
import sys
import types
import typing as t
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[3] / "tools" / "check_layers.py"
BASE = "ansible_collections.ae_ops.migration.plugins.module_utils"


@pytest.fixture(scope="module")
def layers() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("check_layers", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PLANTED = {
    "up to a feature": ("module_utils._ae5.client", f"from {BASE}._report.page import render", "a layer above"),
    "store to a feature": ("module_utils._store.plan", f"from {BASE}._plan import build", "a layer above"),
    "model to the store": ("module_utils._model.naming", f"import {BASE}._store.plan", "a layer above"),
    "feature to feature": ("module_utils._plan.target", f"from {BASE}._transfer.completeness import Readiness", "do not import each other"),
    "product to product": ("module_utils._ae4.export", f"from {BASE}._ae5.client import connect", "do not import each other"),
    "late, in a function": ("module_utils._conda.read", f"def work():\n    from {BASE}._ae4 import dump\n", "a layer above"),
    "room to a room above": ("module_utils._notebooks.audit.code", f"from {BASE}._notebooks.convert import run", "a room above"),
    "a package without a layer": ("module_utils._plan.target", f"from {BASE}._new.thing import x", "not in LAYERS"),
    "a room without a place": ("module_utils._notebooks.upload.run", f"from {BASE}._notebooks.attic.x import y", "not in ROOMS"),
}
ALLOWED = {
    "module to feature": ("modules.migration_plan", f"from {BASE}._plan.module import work"),
    "feature to store": ("module_utils._plan.module", f"from {BASE}._store import plan"),
    "within a feature": ("module_utils._plan.module", f"from {BASE}._plan import build"),
    "room to a room below": ("module_utils._notebooks.convert.run", f"from {BASE}._notebooks.archive import pack"),
    "anything to a tool": ("module_utils._model.naming", f"from {BASE} import _text"),
    "tool to tool": ("module_utils._csv", f"from {BASE}._files import json_line"),
    "another library": ("module_utils._model.naming", "import json\nfrom ansible.module_utils import basic"),
}


@pytest.mark.parametrize(("name", "source", "complaint"), PLANTED.values(), ids=PLANTED)
def test_an_import_against_the_direction_is_named(layers: t.Any, name: str, source: str, complaint: str) -> None:
    (found,) = layers.complaints({name: source})
    assert complaint in found
    assert name.removeprefix("module_utils.") in found


@pytest.mark.parametrize(("name", "source"), ALLOWED.values(), ids=ALLOWED)
def test_an_import_that_goes_down_is_none(layers: t.Any, name: str, source: str) -> None:
    assert layers.complaints({name: source}) == []


def test_the_collection_itself_has_none(layers: t.Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert layers.main() == 0, capsys.readouterr().out
