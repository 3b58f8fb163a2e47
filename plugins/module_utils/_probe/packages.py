# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that the probe uploads, made in memory: some hundred bytes each.  Private to the collection.

Pure; equal arguments give equal bytes, so that a later probe knows its own files again.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda import write
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.write import Built
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import NOARCH
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.scratch_names import NAME

VERSION = "1.0"
_WHEN = 1577836800


def tar_bz2(build: str, text: str) -> Built:
    """A package in the old format with one file that holds ``text``."""
    return write.tar_bz2(*_parts(build, text), _WHEN)


def conda(build: str, text: str) -> Built:
    """A package in the newer format."""
    return write.conda(*_parts(build, text), _WHEN)


def _parts(build: str, text: str) -> t.Tuple[str, write.Files, write.Files]:
    """The stem, the ``info/`` folder and the payload."""
    index = {
        "name": NAME,
        "version": VERSION,
        "build": build,
        "build_number": 0,
        "depends": [],
        "subdir": NOARCH,
        "noarch": "generic",
        "arch": None,
        "platform": None,
    }
    payload = {f"share/{NAME}.txt": (text.encode(), False)}
    return f"{NAME}-{VERSION}-{build}", write.info_files(index, {"summary": "made by a probe, may be deleted"}, payload), payload
