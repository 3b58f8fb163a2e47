# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notebook projects in a report: lines, environments, owners, findings of the audit.  Private to the collection."""

from __future__ import annotations

import collections
import dataclasses
import functools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT
from ansible_collections.ae_ops.migration.plugins.module_utils._csv import row_writer
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import BLOCKER, SEVERITIES, WARNING, Finding, Member
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects import ledger
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.ledger import PLAYBOOK, ProjectLine
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import PINS_SHOWN, OwnerVerdict, Resolution, by_owner
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

RESOLVES, BREAKS, UNSEEN = "resolves", "will fail", "not looked at"
PINS_FOUND = "pins found"
"""Its pinned packages are there; it could not be checked whether they work together."""
ENVIRONMENTS = (BREAKS, PINS_FOUND, RESOLVES, UNSEEN)

FINDINGS_HEAD = ("severity", "host", "owner", "project", "rule", "file", "cell", "line", "what", "advice", "why", "evidence")
FINDINGS_KEPT = 10_000
"""Of each severity, for the page; the table has all."""
TEXT_KEPT = 300
"""Characters of one text of a finding on the page."""

Numbers = t.Dict[str, t.Tuple[int, int]]
"""Blockers and warnings of each project, by key."""


@dataclasses.dataclass(frozen=True)
class Host:
    """A notebook host with a list of projects."""

    host: str
    site: str
    projects: int
    """As the first line of the list says."""
    first: str = ""
    last: str = ""
    """When the first and the last of them were read on AE5, such as 2026-11-22T18:00:00Z; empty if never."""

    def to_json(self) -> Json:
        return {**vars(self), "first": self.first or None, "last": self.last or None}


@dataclasses.dataclass(frozen=True)
class ProjectRow:
    """A project with its environment and audit counts."""

    line: ProjectLine
    team: str = ""
    """Who could reach it in AE4, in words."""
    resolution: t.Optional[Resolution] = None
    blockers: int = 0
    warnings: int = 0

    @property
    def environment(self) -> str:
        """Whether its environment can be created on AE5; not looked at if no pin was checked."""
        found = self.resolution
        if found is None or not (found.pins or found.unsolved):
            return UNSEEN
        return BREAKS if found.breaks else PINS_FOUND if found.unchecked else RESOLVES

    @property
    def breaks_by(self) -> str:
        """What its environment will fail because of; empty if it will not."""
        found = self.resolution
        if found is None or not found.breaks:
            return ""
        names = [state.pin.text(EXACT) for state in found.missing] or found.lacking or found.awaited or found.against
        return listed([shown(name) for name in names], PINS_SHOWN) or shown(found.unsolved)

    def to_json(self) -> Json:
        return {
            **{key: value for key, value in self.line.to_json().items() if key != "kind"},
            "team": self.team,
            "environment": self.environment,
            "breaks_by": self.breaks_by,
            "blockers": self.blockers,
            "warnings": self.warnings,
        }


@dataclasses.dataclass(frozen=True)
class Audited:
    """A finding as the page shows it."""

    severity: str
    host: str
    owner: str
    project: str
    rule: str
    where: str
    what: str
    advice: str


class AuditSummary:
    """Gets every finding once: counts it, writes the table, and keeps the gravest for the page."""

    def __init__(self, table: t.Optional[t.TextIO] = None) -> None:
        self.severities: t.Counter[str] = collections.Counter()
        self.rules: t.Counter[str] = collections.Counter()
        self._kept: t.Dict[str, t.List[Audited]] = {severity: [] for severity in SEVERITIES}
        self._host = ""
        self._numbers: Numbers = {}
        self._write = None if table is None else row_writer(table)
        if self._write is not None:
            self._write(FINDINGS_HEAD)

    def begin(self, host: str) -> Numbers:
        """The next findings belong to this host; returns the numbers that are counted up meanwhile."""
        self._host, self._numbers = host, {}
        return self._numbers

    def add(self, item: Finding) -> None:
        """Takes one finding."""
        self.severities[item.severity] += 1
        self.rules[item.rule] += 1
        blockers, warnings = self._numbers.get(item.key, (0, 0))
        self._numbers[item.key] = (blockers + (item.severity == BLOCKER), warnings + (item.severity == WARNING))
        cell, line = ("" if number is None else number for number in (item.cell, item.line))
        if self._write is not None:
            first = (item.severity, self._host, item.owner, item.project, item.rule, item.path, cell, line)
            self._write((*first, item.what, item.advice, item.why, item.evidence))
        kept = self._kept[item.severity]
        if len(kept) < FINDINGS_KEPT:
            place = (item.path, f"cell {cell}" if cell else "", f"line {line}" if line else "")
            where = ", ".join(part for part in place if part)
            texts = (cut(text) for text in (where, item.what, item.advice))
            kept.append(Audited(item.severity, self._host, item.owner, item.project, item.rule, *texts))

    @property
    def total(self) -> int:
        return sum(self.severities.values())

    def rows(self) -> t.List[Audited]:
        """The gravest ones."""
        return [item for severity in SEVERITIES for item in self._kept[severity]][:FINDINGS_KEPT]

    def to_json(self) -> Json:
        return {
            "total": self.total,
            "severities": {severity: self.severities[severity] for severity in SEVERITIES},
            "rules": dict(sorted(self.rules.items())),
        }


@dataclasses.dataclass(frozen=True)
class Projects:
    """The projects of all notebook hosts."""

    hosts: t.Tuple[Host, ...]
    missing: t.Tuple[str, ...]
    """Hosts of the inventory without a list."""
    rows: t.Tuple[ProjectRow, ...]
    audit: AuditSummary
    unreadable: t.Tuple[str, ...] = ()
    """Sentences about files that cannot be read completely."""
    warnings: t.Tuple[str, ...] = ()

    @functools.cached_property
    def lines(self) -> t.Tuple[ProjectLine, ...]:
        """For the ledger, ordered."""
        return tuple(sorted((row.line for row in self.rows), key=lambda line: (line.host, line.owner, line.project)))

    @functools.cached_property
    def counts(self) -> t.Dict[str, int]:
        """Number of projects by disposition."""
        return ledger.counts(self.lines)

    @property
    def arrived(self) -> int:
        return sum(line.disposition in ledger.ARRIVED for line in self.lines)

    @property
    def failing(self) -> int:
        return sum(line.fails for line in self.lines)

    @functools.cached_property
    def environments(self) -> t.Dict[str, int]:
        """Number of projects by the state of their environments."""
        found = collections.Counter(row.environment for row in self.rows)
        return {name: found[name] for name in ENVIRONMENTS}

    @functools.cached_property
    def owners(self) -> t.List[OwnerVerdict]:
        """Of each owner, the projects whose environments were checked; the owners with the most failing ones first."""
        return by_owner(row.resolution for row in self.rows if row.resolution is not None and row.environment != UNSEEN)

    def imbalances(self) -> t.List[str]:
        """See ``project_ledger.imbalances``."""
        return ledger.imbalances(self.lines, {host.host: host.projects for host in self.hosts})

    def failures(self) -> t.List[str]:
        """One sentence for each problem that must be solved, without those about the sums."""
        absent = [
            f"Notebook host {shown(host)} is in the inventory, but has no list of projects, so their state is not known; {PLAYBOOK}."
            for host in self.missing
        ]
        return [*absent, *self.unreadable, *ledger.sentences(self.lines)]

    def ordered(self) -> t.List[ProjectRow]:
        """Those that need a person first, then those that will fail on AE5, then by owner."""
        return sorted(self.rows, key=lambda row: (not row.line.fails, row.environment != BREAKS, row.line.owner, row.line.project))

    @property
    def asked(self) -> t.Tuple[str, str]:
        """When the first and the last project were read on AE5; empty if never."""
        times = sorted(time for host in self.hosts for time in (host.first, host.last) if time)
        return (times[0], times[-1]) if times else ("", "")

    def to_json(self, most: int) -> Json:
        """The section ``projects`` of ``report.json``, its lists cut after ``most``."""
        first, last = self.asked
        return {
            "total": len(self.rows),
            "on_cluster": self.arrived,
            "failing": self.failing,
            "counts": self.counts,
            "hosts": [host.to_json() for host in self.hosts],
            "missing_hosts": list(self.missing),
            "asked": {"first": first, "last": last} if first else None,
            "environments": self.environments,
            "owners": [
                {"owner": item.owner, "projects": item.projects, "breaking": len(item.breaking), "sentence": item.sentence}
                for item in self.owners[:most]
            ],
            "audit": self.audit.to_json(),
            "table": [row.to_json() for row in self.ordered()[:most]],
        }


def cut(text: str) -> str:
    """A text, cut for a cell."""
    return text if len(text) <= TEXT_KEPT else text[: TEXT_KEPT - 4] + " ..."


def team_in_words(team: t.Iterable[Member], public: bool) -> str:
    """Who could access a project in AE4 besides its owner."""
    members = [share_in_words(Share(member.kind, member.name, member.access)) for member in team]
    return ", ".join(members + (["everybody may read"] if public else []))
