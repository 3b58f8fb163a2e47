# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notebook projects on the page: the texts around their tables.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import BLOCKER, INFO, WARNING
from ansible_collections.ae_ops.migration.plugins.module_utils._report.markup import Markup, element, joined, link, table, tag
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.ledger import ARRIVED, SETTLED
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.lists import BREAKING, MOODS, PROJECTS
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects.rows import BREAKS, UNSEEN
from ansible_collections.ae_ops.migration.plugins.module_utils._report.tables import in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import EXCLUDED
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted

Json = t.Mapping[str, t.Any]

DISPOSITIONS = {
    "uploaded": "sent by the last run; AE5 returns the same files as were sent",
    "present": "on AE5 before, with the same files",
    "conflict": "AE5 has another project of this name, or it was changed on AE4 since; AE5 accepts no second revision",
    "refused": "not sent: a person has to do something first",
    "failed": "not on AE5, or not as it was sent",
    "waiting": "collected, but not converted or sent yet",
    "excluded": "left out by the inventory",
}
"""What a disposition of a project means; one without words shows its own name."""

STYLE = "nav > div { gap: .95rem; font-size: .87rem; }\n"
"""So that the links to three more tables fit on one line with the others."""

SEVERITY_WORDS = {
    BLOCKER: ("blocker (AE5 refuses it)", "blockers (AE5 refuses them)"),
    WARNING: ("warning (may not run as before)", "warnings (may not run as before)"),
    INFO: ("hint", "hints"),
}


def verdict_words(projects: t.Optional[Json]) -> str:
    """Sentences for the verdict; empty without projects."""
    if projects is None:
        return ""
    total, arrived, failing = projects["total"], projects["on_cluster"], projects["failing"]
    excluded = projects["counts"].get(EXCLUDED, 0)
    words = f" {arrived:,} of {counted(total, 'notebook project')} {'is' if arrived == 1 else 'are'} on AE5."
    if failing:
        words += f" {counted(failing, 'project needs', 'projects need')} a person."
    if excluded:
        words += f" {counted(excluded, 'project was', 'projects were')} left out by the inventory."
    if projects["environments"][BREAKS]:
        words += f" {counted(projects['environments'][BREAKS], 'project')} will fail on AE5."
    if projects["missing_hosts"]:
        words += f" {counted(len(projects['missing_hosts']), 'notebook host has', 'notebook hosts have')} no list of projects."
    return words


def figures(projects: t.Optional[Json]) -> t.List[t.Tuple[str, str, str]]:
    """Number, words and mood of each figure."""
    if projects is None:
        return []
    total, failing, breaking = projects["total"], projects["failing"], projects["environments"][BREAKS]
    return [
        (f"{total:,}", "notebook project" if total == 1 else "notebook projects", ""),
        (f"{projects['on_cluster']:,}", "on AE5", ""),
        (f"{failing:,}", "project needs a person" if failing == 1 else "projects need a person", "bad" if failing else ""),
        (f"{breaking:,}", "will fail on AE5", "bad" if breaking else ""),
    ]


def intro(name: str, report: Json) -> Markup:
    """The text above the table ``name``."""
    projects = report["projects"]
    if name == PROJECTS:
        asked = element("p", asked_words(projects), class_="soft")
        return joined([asked, _dispositions(projects["counts"]), _hosts(projects)])
    if name == BREAKING:
        which = link("Show the projects", f"{PROJECTS}?environment={BREAKS.replace(' ', '+')}")
        return element("p", _breaking_words(projects), " ", which, class_="soft")
    return element("p", _audit_words(projects["audit"]), class_="soft")


def asked_words(projects: Json) -> str:
    """When the state of AE5 was read."""
    asked = projects["asked"]
    if asked is None:
        return "The projects on AE5 were not read yet."
    first, last = (f"{time[:10]} {time[11:16]}" for time in (asked["first"], asked["last"]))
    when = f"at {first} UTC" if first == last else f"between {first} and {last} UTC"
    return f"The projects on AE5 were read {when} by the notebooks playbook; the verification does not read them again."


def _dispositions(counts: Json) -> Markup:
    def order(name: str) -> t.Tuple[bool, bool, int, str]:
        return (name in SETTLED, name not in ARRIVED, -counts[name], name)

    rows = [
        [
            tag(in_words(name), MOODS.get(in_words(name), "")),
            DISPOSITIONS.get(name, ""),
            link(f"{counts[name]:,}", f"{PROJECTS}?disposition={in_words(name).replace(' ', '+')}"),
        ]
        for name in sorted(counts, key=order)
    ]
    return table(["Result", "Meaning", "Projects"], rows, ["short", "text", "number"])


def _hosts(projects: Json) -> Markup:
    """Only with several hosts."""
    if len(projects["hosts"]) + len(projects["missing_hosts"]) < 2:
        return Markup()
    rows: t.List[t.List[t.Any]] = [[host["host"], host["site"], f"{host['projects']:,}", _day(host["last"])] for host in projects["hosts"]]
    rows += [[host, "", "", tag("no list of projects", "bad")] for host in projects["missing_hosts"]]
    return table(["Notebook host", "Site", "Projects", "AE5 was read"], rows, ["name", "name", "number", "number"])


def _day(time: t.Optional[str]) -> str:
    return f"{time[:10]} {time[11:16]} UTC" if time else "never"


def _breaking_words(projects: Json) -> str:
    found = projects["environments"]
    looked = sum(found.values()) - found[UNSEEN]
    words = f"The environments of {counted(looked, 'project')} were compared with the channels that their owners may read on AE5;"
    words += f" {found[BREAKS]:,} cannot be created from them."
    if found[UNSEEN]:
        words += f" {counted(found[UNSEEN], 'project was', 'projects were')} not checked, because it was not converted or needs no package."
    return words


def _audit_words(audit: Json) -> str:
    parts = [counted(audit["severities"][name], *words) for name, words in SEVERITY_WORDS.items()]
    return f"{', '.join(parts)}. These findings do not fail the verification."
