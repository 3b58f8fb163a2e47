# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a plan leaves out because the inventory declares it, and the decisions that report it.  Private to the collection."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Decision
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import SourceFile
from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import Reference, Rule, Selection
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words

EXCLUDED = "excluded"
MIRROR = "mirror"
IN_REFERENCE = "in_reference"

Reason = t.Tuple[str, str]
"""Of a left-out file: the word for machines and the sentence for people."""


@dataclasses.dataclass
class _Count:
    files: int = 0
    bytes: int = 0

    def add(self, file: SourceFile) -> None:
        self.files += 1
        self.bytes += file.size

    def __str__(self) -> str:
        return f"{counted(self.files, 'file')} ({size_in_words(self.bytes)})"


class Choices:
    """Checks the files one by one and remembers what it left out."""

    def __init__(self, selection: Selection, owners: t.Sequence[str], mirror_owners: t.Sequence[str], reference: Reference) -> None:
        self._selection = selection
        self._owners = owners
        self._mirror_owners = mirror_owners
        self._reference = reference
        self._rules = [
            *((f"Rule {number} of ae_include ({rule.words})", "ae_include", rule) for number, rule in enumerate(selection.include, 1)),
            *((f"Rule {number} of ae_exclude ({rule.words})", "ae_exclude", rule) for number, rule in enumerate(selection.exclude, 1)),
        ]
        self._idle: t.Dict[str, t.Tuple[str, Rule]] = {title: (variable, rule) for title, variable, rule in self._rules}
        self._passed_by: t.Dict[t.Tuple[str, str, str], int] = collections.Counter()
        self._mirrors: t.Dict[t.Tuple[str, str], _Count] = collections.defaultdict(_Count)
        self._excluded = _Count()
        self._held: t.Dict[str, _Count] = collections.defaultdict(_Count)
        self.shortened: t.Dict[t.Tuple[str, str], int] = collections.Counter()
        """Number of files by (site, owner) of which a rule left out some labels and kept others."""

    def look_at(self, site: str, file: SourceFile) -> t.Tuple[t.Optional[Reason], SourceFile]:
        """Why a file is left out, or the file with the labels that it keeps."""
        if self._owners and not matches_any(file.owner, self._owners):
            return (EXCLUDED, f"The owner {file.owner!r} is not among ae_owners."), file
        if matches_any(file.owner, self._mirror_owners) and file.owner not in self._owners:
            self._mirrors[site, file.owner].add(file)
            return (MIRROR, f"The owner {file.owner!r} is treated as a mirror of a public channel (ae_mirror_owners)."), file
        if not self._selection:
            return None, file
        self._watch(site, file)
        verdict = self._selection.of(site, file)
        if not verdict.is_kept:
            self._excluded.add(file)
            return (EXCLUDED, self._selection.reason(verdict)), file
        if verdict.lost:
            self.shortened[site, file.owner] += 1
            file = dataclasses.replace(file, labels=verdict.kept)
        return None, file

    def held_already(self, file: SourceFile) -> t.Optional[Reason]:
        """Why a file that could be migrated need not be: a reference channel has it."""
        channel = self._reference.holder(file)
        if channel is None:
            return None
        self._held[channel].add(file)
        return (IN_REFERENCE, f"The AE5 channel {channel} already holds the same file (ae_reference_channels).")

    def _watch(self, site: str, file: SourceFile) -> None:
        """Notes which rules match a file, and which do not because its size or date is not known."""
        for title in [title for title, (_variable, rule) in self._idle.items() if any_label(rule, site, file)]:
            del self._idle[title]
        for title, variable, rule in self._rules:
            lacking = rule.passes_by(site, file) if rule.unknown(file) else None
            if lacking is not None:
                self._passed_by[title, variable, lacking] += 1

    def decisions(self) -> t.Iterator[Decision]:
        """The decisions about what was left out."""
        for (site, owner), count in sorted(self._mirrors.items()):
            yield Decision(
                MIRROR,
                f"Owner {owner} of site {site} is treated as a mirror of a public channel, so its {count} are left out; mirror "
                "that channel in AE5, or name the owner in ae_owners.",
                "ae_mirror_owners",
            )
        if self._excluded.files:
            yield Decision(EXCLUDED, f"The rules of ae_include and ae_exclude leave out {self._excluded}.", "ae_exclude")
        shortened = sum(self.shortened.values())
        if shortened:
            yield Decision(
                "labels_left_out",
                f"ae_include and ae_exclude leave out some labels of {counted(shortened, 'file')}; the other labels are migrated.",
                "ae_exclude",
            )
        for title, (variable, _rule) in self._idle.items():
            yield Decision("rule_without_effect", f"{title} matches no file.", variable)
        for (title, variable, lacking), number in sorted(self._passed_by.items()):
            files = counted(number, "file")
            yield Decision("not_known", f"{title} does not match {files}, because the dump does not give the {lacking}.", variable)
        for channel, count in sorted(self._held.items()):
            yield Decision(
                IN_REFERENCE,
                f"The AE5 channel {channel} already holds {count} of the dumps; these are not sent.",
                "ae_reference_channels",
            )


def any_label(rule: Rule, site: str, file: SourceFile) -> bool:
    """Whether the rule matches the file under one of its labels."""
    return any(rule.matches(site, file, label) for label in file.labels or ("",))
