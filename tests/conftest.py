# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable by its full name, and the tests by ``tests``."""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINK = ROOT / "collections" / "ansible_collections" / "ae_ops" / "migration"

if not LINK.exists():
    LINK.parent.mkdir(parents=True, exist_ok=True)
    LINK.symlink_to("../../..")
for folder in (ROOT, ROOT / "collections"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


@pytest.fixture(scope="session", autouse=True)
def _lab_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The runs of a session, those of all its workers, share what Ansible prepares of the modules; see ``tests/lab/startup``."""
    base = tmp_path_factory.getbasetemp()
    cache = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "ansible-start"
    cache.mkdir(exist_ok=True)
    os.environ["AE_LAB_CACHE"] = str(cache)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> t.Any:
    """For ``--dist loadscope``: a module that shares a world goes to one worker, the tests of the others to whoever is free.

    So no world is made twice.  The shared ones, many tests each, come first, and all workers are busy to the end.
    """
    if config.getvalue("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc, unused-ignore]
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return module if 'scope="module"' in (config.rootpath / module).read_text(encoding="utf-8") else nodeid

    return Scheduling(config, log)
