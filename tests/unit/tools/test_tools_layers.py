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
PLUGINS = "ansible_collections.ae_ops.migration.plugins"
BASE = f"{PLUGINS}.module_utils"


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
    "relative, up": ("module_utils._ae5.client", "from .._report.page import render", "a layer above"),
    "relative, feature to feature": ("module_utils._plan.target", "from .. import _transfer", "do not import each other"),
    "relative, from a package": ("module_utils._model.__init__", "from .._store import plan", "a layer above"),
    "relative, room to a room above": ("module_utils._notebooks.audit.code", "from ..convert.run import x", "a room above"),
    "relative, of another folder": ("module_utils._model.naming", "from ...plugin_utils import _host_files", "module_utils only"),
    "by name": ("module_utils._ae5.client", f"import importlib\nimportlib.import_module('{BASE}._report.page')", "a layer above"),
    "by name, another loader": ("module_utils._ae5.client", f"__import__('{BASE}._report.page')", "a layer above"),
    "by name, renamed": ("module_utils._ae5.client", f"from importlib import import_module as im\nim('{BASE}._report')", "a layer above"),
    "by relative name": (
        "module_utils._ae5.client",
        "import importlib\nimportlib.import_module('.._report.page', __package__)",
        "a layer above",
    ),
    "all of module_utils": ("module_utils._plan.target", f"from {PLUGINS} import module_utils", "as a whole"),
    "all of module_utils, renamed": ("module_utils._plan.target", f"import {BASE} as m", "as a whole"),
    "all of the collection": ("module_utils._plan.target", "import ansible_collections.ae_ops.migration as m", "as a whole"),
    "all of module_utils, relative": ("modules.channel", "from .. import module_utils", "as a whole"),
    "a star": ("module_utils._plan.target", f"from {BASE} import *", "not in LAYERS"),
    "a host's code to a module": ("module_utils._plan.target", f"from {PLUGINS}.modules import channel", "module_utils only"),
    "a host's code to an action": ("module_utils._plan.target", f"from {PLUGINS}.action.bring import SPEC", "module_utils only"),
    "a host's code to the controller's": ("module_utils._plan.target", f"from {PLUGINS}.plugin_utils import x", "module_utils only"),
    "module to module": ("modules.channel", f"from {PLUGINS}.modules.bring import main", "module_utils only"),
    "module to action": ("modules.channel", f"from {PLUGINS}.action import bring", "module_utils only"),
    "module to the controller's code": ("modules.channel", f"import {PLUGINS}.plugin_utils._host_files", "module_utils only"),
    "module to a package without a layer": ("modules.channel", f"from {BASE}._new import x", "not in LAYERS"),
    "the controller's code to an action": (
        "plugin_utils._host_files",
        f"from {PLUGINS}.action import bring",
        "plugin_utils and module_utils",
    ),
    "action to action": ("action.bring", "from . import check_variables", "plugin_utils and module_utils"),
    "documentation to code": ("doc_fragments.ae5", f"from {BASE}._text import x", "nothing only"),
    "a folder without a place": ("lookup.x", f"from {BASE}._text import x", "not in AREAS"),
    "beside the rooms to a room": ("module_utils._notebooks.shared", f"from {BASE}._notebooks.archive import pack", "a room above"),
    "beside the rooms to a room, relative": ("module_utils._notebooks.shared", "from .archive.run import pack", "a room above"),
    "of the rooms to a room": ("module_utils._notebooks.__init__", "from . import upload", "a room above"),
}
ALLOWED = {
    "module to feature": ("modules.migration_plan", f"from {BASE}._plan.module import work"),
    "feature to store": ("module_utils._plan.module", f"from {BASE}._store import plan"),
    "within a feature": ("module_utils._plan.module", f"from {BASE}._plan import build"),
    "room to a room below": ("module_utils._notebooks.convert.run", f"from {BASE}._notebooks.archive import pack"),
    "anything to a tool": ("module_utils._model.naming", f"from {BASE} import _text"),
    "tool to tool": ("module_utils._csv", f"from {BASE}._files import json_line"),
    "relative, within a feature": ("module_utils._plan.module", "from . import build\nfrom .target import x"),
    "relative, within a room": ("module_utils._notebooks.audit.code", "from .python import x\nfrom ..collect import y"),
    "relative, down": ("module_utils._plan.module", "from .._model.naming import x"),
    "action to the controller's code": ("action.bring", "from ..plugin_utils._host_files import HostFiles"),
    "the controller's code to its own": ("plugin_utils._variables.rules", f"from .catalogue import ALL\nfrom {BASE}._words import listed"),
    "a name in a sentence": ("module_utils._model.naming", f"'see {BASE}._report.page, which'"),
    "another library by name": ("module_utils._conda.unpack", "import importlib\nimportlib.import_module('zstandard')"),
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
