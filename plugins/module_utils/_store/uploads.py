# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the projects: the lines of ``uploads.jsonl``.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import EXCLUDED, REFUSED

UPLOADED, PRESENT, CONFLICT, FAILED = "uploaded", "present", "conflict", "failed"

STATES = (UPLOADED, PRESENT, CONFLICT, REFUSED, EXCLUDED, FAILED)


SAME, EDITED, ALTERED, DIFFERS = "same", "edited", "altered", "differs"


@dataclasses.dataclass(frozen=True)
class Proof(JsonRecord):
    """What is known of one project on AE5: whether an upload of ours made it, and how its newest revision compared."""

    TITLE = "proof of an upload"
    BRIEF = ("sent", "revision", "time", "verdict", "words")

    id: str
    """AE5's, of the project."""
    tree: str
    """Digest of the files that were sent, or compared with."""
    sent: bool = False
    """Whether we made the project of them."""
    revision: str = ""
    time: str = ""
    """Of the revision that was compared, as AE5 tells it; empty if it tells none."""
    verdict: str = ""
    """same (but for what git does), edited (it was the same, and was edited on AE5 since), altered (it is other than what we sent,
    and nobody edited it), or differs (it is something else); empty if it was not compared."""
    words: str = ""
    """What git did, or what differs."""


@dataclasses.dataclass(frozen=True)
class Row(JsonRecord):
    """What became of one project."""

    TITLE = "row of an upload"
    BRIEF = ("proofs",)

    owner: str
    """On AE5, as ``name`` is."""
    name: str
    project: str
    """``OWNER/NAME`` on AE4."""
    host: str
    state: str
    """uploaded, present, conflict, refused (somebody has to do something), excluded (by the inventory), or failed."""
    why: str = ""
    shared: t.Tuple[str, ...] = ()
    """Who of its team has it on AE5, each as one says it."""
    notes: t.Tuple[str, ...] = ()
    seen: str = ""
    """When AE5 was asked (UTC)."""
    tree: str = ""
    """Digest of the files that were compared or sent, see ``Conversion.tree``."""
    proofs: t.Tuple[Proof, ...] = ()

    def to_result(self) -> Json:
        """As the module returns it: without what only later runs ask for."""
        return {key: value for key, value in self.to_json().items() if key not in ("seen", "tree", "proofs")}


def read_rows(path: str) -> t.Iterator[Row]:
    """The rows of the uploads of one host.

    Raises:
        MigrationError: they cannot be read.
    """
    return read_records(path, "list of uploads", Row.from_json, "upload again")
