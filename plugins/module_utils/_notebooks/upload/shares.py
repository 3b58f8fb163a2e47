# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a project's team its rights on AE5: read, compare, write, read again.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects, ShareRefused
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.rules import plan_shares


@dataclasses.dataclass
class Given:
    """What this run gave, and what there is now."""

    words: t.Tuple[str, ...] = ()
    """What this run gave."""
    held: t.Tuple[str, ...] = ()
    """All of those wanted that have the project now."""
    notes: t.Tuple[str, ...] = ()
    failures: t.List[str] = dataclasses.field(default_factory=list)


def give(projects: Projects, project: t.Optional[str], wanted: t.Sequence[Share], title: str) -> Given:
    """Shares a project (its id; None: it would have been uploaded) with those who do not have it; ``title`` is for messages.

    Raises:
        HttpError: a request to AE5 failed.
    """
    present = projects.collaborators(project) if project is not None else ()
    plan = plan_shares(present, wanted)
    if projects.read_only or project is None or not plan.puts:
        return Given(_words(plan.given), _words(wanted), plan.notes)
    refused: t.Dict[t.Tuple[str, str], str] = {}
    try:
        for shares in plan.puts:
            projects.set_collaborators(project, shares)
    except ShareRefused as exc:
        # The list was not taken as a whole; one by one shows whom AE5 does not take.
        refused = _singly(projects, project, plan.given) if len(plan.given) > 1 else {principal_of(plan.given[0]): str(exc)}
    left = {principal_of(share): share for share in plan_shares(projects.collaborators(project), wanted).given}
    failures = [
        f"The project {title} is on AE5, but AE5 does not share it with {share.kind} {share.name}:"
        f" {refused.get(key, 'it accepted the list but does not show the share')}; check that name in Keycloak."
        for key, share in left.items()
    ]
    given, held = ([share for share in shares if principal_of(share) not in left] for shares in (plan.given, wanted))
    return Given(_words(given), _words(held), plan.notes, failures)


def _singly(projects: Projects, project: str, wanted: t.Iterable[Share]) -> t.Dict[t.Tuple[str, str], str]:
    """Gives one right after the other; what AE5 said of those that it refused."""
    refused = {}
    for share in wanted:
        try:
            for shares in plan_shares(projects.collaborators(project), [share]).puts:
                projects.set_collaborators(project, shares)
        except ShareRefused as exc:
            refused[principal_of(share)] = str(exc)
    return refused


def _words(shares: t.Iterable[Share]) -> t.Tuple[str, ...]:
    return tuple(share_in_words(share) for share in shares)
