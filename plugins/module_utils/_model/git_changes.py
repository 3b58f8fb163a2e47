# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AE5's git does not keep of a project: the record, and its words.  Private to the collection.  Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Choices, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import INFO, WARNING, Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

DROPPED, CHANGED, COMPLETED, LINK, FOLDER, REFUSED = "dropped", "changed", "completed", "link", "folder", "refused"

RULE = "git-storage"
"""Of the findings."""
PATHS_SHOWN = 5


@dataclasses.dataclass(frozen=True)
class GitChange(JsonRecord):
    """One thing in a project that AE5's git does not keep as it is."""

    TITLE = "change by git"
    CHOICES: t.ClassVar[Choices] = {"kind": (DROPPED, CHANGED, COMPLETED, LINK, FOLDER, REFUSED)}
    BRIEF = ("after", "only_perhaps")

    path: str
    kind: str
    """dropped or changed (files); completed (AE5 adds its lines); link or folder (an empty one), which may be dropped; refused, for
    its name, and with it the whole project."""
    why: str
    """The rule, for the inside of brackets."""
    before: str = ""
    """sha256 of a file, target of a link."""
    after: str = ""
    """sha256 of a changed file, ``?`` if it cannot be known."""
    only_perhaps: bool = False
    """Some versions of AE5 do it, the newest known one does not."""


def expected(changes: t.Iterable[GitChange]) -> t.List[GitChange]:
    """What the newest known version of AE5 does."""
    return [change for change in changes if not change.only_perhaps]


_DROPS = ((DROPPED, "file", "files"), (LINK, "link", "links"), (FOLDER, "empty folder", "empty folders"))


def in_words(changes: t.Sequence[GitChange]) -> str:
    """A sentence that names what git does to a project; empty if it is nothing to speak of."""
    drops = [_named(changes, *words) for words in _DROPS]
    drop, change = ", ".join(text for text in drops if text), _named(changes, CHANGED, "file", "files")
    refused = _named(changes, REFUSED, "name", "names")
    parts = [f"{verb} {text}" for verb, text in (("refuses", refused), ("drops", drop), ("changes", change)) if text]
    return f"AE5 keeps projects in git, which {' and '.join(parts)}." if parts else ""


def _named(changes: t.Iterable[GitChange], kind: str, one: str, many: str) -> str:
    mine = [f"{shown(change.path)}: {change.why}" for change in changes if change.kind == kind]
    return f"{counted(len(mine), one, many)} ({listed(mine, PATHS_SHOWN)})" if mine else ""


_FINDINGS = {
    DROPPED: (WARNING, "AE5 will not keep the file {}.", "Change the rule if the file is needed, or keep it elsewhere."),
    LINK: (WARNING, "AE5 will not keep the link {}.", "Use the path it leads to, or make the link in a session."),
    FOLDER: (INFO, "AE5 will not keep the empty folder {}.", "Put a file into it, or let the code create it."),
    REFUSED: (WARNING, "AE5 will probably not take the project, because of the name of {}.", "Rename it."),
    CHANGED: (INFO, "AE5 will change the content of {}.", "Change the attribute if the content must stay as it is."),
}


def findings(owner: str, project: str, changes: t.Iterable[GitChange]) -> t.Iterator[Finding]:
    """What the newest known AE5 will not keep of a project, one by one."""
    for change in expected(changes):
        if change.kind in _FINDINGS:
            severity, what, advice = _FINDINGS[change.kind]
            name = shown(change.path)
            why = f"AE5 keeps projects in git ({change.why})."
            yield Finding(owner, project, RULE, severity, what.format(name), name, why, advice, name)
