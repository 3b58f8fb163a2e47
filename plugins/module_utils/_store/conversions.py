# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What converting a project gave: the lines of ``conversions.jsonl``.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there, json_line, read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import GitChange
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any

CONVERSIONS = "conversions.jsonl"
ENDING = ".tar.gz"
CONVERTED, REFUSED, EXCLUDED = "converted", "refused", "excluded"


@dataclasses.dataclass(frozen=True)
class Conversion(JsonRecord):
    """One project: its archive, or why there is none."""

    TITLE = "conversion"
    BRIEF = ("git",)

    host: str
    site: str
    owner: str
    project: str
    """Its name on AE4."""
    name: str
    """Its name on AE5, which is the archive's top folder."""
    user: str
    """Its owner on AE5."""
    state: str
    """converted, refused, or excluded (the inventory leaves it out)."""
    reason: str = ""
    """Of one that was not converted, a sentence that says why and what to do."""
    archive: str = ""
    """Path below the folder that holds ``conversions.jsonl``."""
    bytes: int = 0
    sha256: str = ""
    tree: str = ""
    """Digest of the files in the archive, by path, see ``project_tree.tree_digest``."""
    files: int = 0
    unpacked: int = 0
    """Bytes of all files together."""
    stamp: str = ""
    """Digest of all that the archive was made from, without the files' content: paths, sizes, times, what was put in."""
    environment: str = ""
    """Name of the environment that ``environment.yml`` describes; empty where a project's file of its own stayed."""
    notes: t.Tuple[str, ...] = ()
    left_out: t.Tuple[t.Tuple[str, str], ...] = ()
    """Path and why, of what is neither in the archive nor named by a pattern."""
    git: t.Tuple[GitChange, ...] = ()
    """What AE5's git will not keep as it is, see ``project_tree``."""
    resolution: t.Optional[Resolution] = None

    @property
    def key(self) -> str:
        return f"{self.owner}/{self.project}"


def read_conversions(path: str) -> t.Iterator[Conversion]:
    """The conversions of one host.

    Raises:
        MigrationError: they cannot be read.
    """
    return read_records(path, "list of conversions", Conversion.from_json, "convert again")


def lines_of_others(target: str, only: t.Sequence[str]) -> t.Dict[str, str]:
    """The lines of the projects that a run over some of them does not look at."""
    if not only or not is_there(target):
        return {}
    return {item.key: json_line(item.to_json()) for item in read_conversions(target) if not matches(item.key, only)}


def matches(key: str, patterns: t.Sequence[str]) -> bool:
    """Whether a project is meant by patterns of ``OWNER/NAME``; without any all are."""
    return not patterns or matches_any(key, patterns)
