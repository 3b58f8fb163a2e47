# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files of the notebook projects lie on the cluster's host.  Private to the collection.

Below the cluster's work folder::

    notebooks/channels.jsonl                    what AE5's channels hold, for the conversion
    notebooks/needs/                            what the projects need and AE5 lacks
    notebooks/HOST/projects.jsonl               and sources.jsonl, findings.jsonl, uploads.jsonl
    notebooks/HOST/staged/dump/                 conversions.jsonl and the archives, as the notebook host made them
    notebooks/HOST/staged/dump/.libraries/      packages made of shared libraries
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import CONVERSIONS
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import FINDINGS, PROJECTS

UPLOADS = "uploads.jsonl"
LIBRARIES = ".libraries"
"""A folder beside the owners' ones; owners whose names begin with a full stop are not collected."""


@dataclasses.dataclass(frozen=True)
class HostFolder:
    """The files of one notebook host; any of them may be missing."""

    host: str
    path: str

    @property
    def projects(self) -> str:
        return os.path.join(self.path, PROJECTS)

    @property
    def findings(self) -> str:
        return os.path.join(self.path, FINDINGS)

    @property
    def uploads(self) -> str:
        return os.path.join(self.path, UPLOADS)

    @property
    def dump(self) -> str:
        return os.path.join(self.path, "staged", "dump")

    @property
    def conversions(self) -> str:
        return os.path.join(self.dump, CONVERSIONS)


def host_folders(path: str) -> t.List[HostFolder]:
    """The notebook hosts of which something lies below ``path``, by name; none if there is no such folder."""
    try:
        names = sorted(os.listdir(path))
    except FileNotFoundError:
        return []
    found = (HostFolder(name, os.path.join(path, name)) for name in names)
    return [folder for folder in found if is_there(folder.projects)]
