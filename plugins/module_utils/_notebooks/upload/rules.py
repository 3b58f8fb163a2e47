# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upload of projects decides: which name, and with whom to share a project.

Private to the collection.  Pure, but for the reader of its rows.  No way to upload a second revision is documented (AE5 facts
4.2), so a project that is there with another content stays as it is.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap, principal_key, principal_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Member
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import NOBODY_MARK
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_names import MAX_LENGTH
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import ADDED_BY_AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import USER
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

COPIES = 99
"""A project has at most so many copies under further names."""
PATHS_SHOWN = 5
GROUP_MAP = "ae_notebook_group_map"


# -- names and content


def names_to_try(name: str, taken: t.AbstractSet[str]) -> t.Iterator[str]:
    """The name, then ``NAME-2``, ``NAME-3``, ...; without those that are in ``taken`` (case-folded): other projects have them."""
    yield name
    for number in range(2, COPIES + 1):
        ending = f"-{number}"
        other = name[: MAX_LENGTH - len(ending)] + ending
        if other.casefold() not in taken:
            yield other


def differences(ours: t.Mapping[str, str], theirs: t.Mapping[str, str]) -> str:
    """Which files two trees (path to sha256) differ in, for the end of a sentence."""
    changed = sorted(path for path in ours if path in theirs and theirs[path] != ours[path])
    lacking = sorted(path for path in ours if path not in theirs)
    more = sorted(path for path in theirs if path not in ours and path not in ADDED_BY_AE5)
    parts = [
        f"{counted(len(paths), 'file')} {word} ({listed([shown(path) for path in paths], PATHS_SHOWN)})"
        for paths, word in ((changed, "with another content"), (lacking, "not there"), (more, "only there"))
        if paths
    ]
    return ", ".join(parts) or "nothing that can be compared"


# -- people


@dataclasses.dataclass(frozen=True, order=True)
class Missing:
    """A member of a team who gets no share.  ``ae5_name`` is empty for a group without a declared AE5 name."""

    kind: str
    name: str
    ae5_name: str = ""

    def sentence(self, projects: t.Sequence[str]) -> str:
        """What it means for these projects, and what to do."""
        what = f"project {projects[0]} is" if len(projects) == 1 else f"{counted(len(projects), 'project')} ({listed(projects)}) are"
        who, them = shown(self.name), "them" if self.kind == USER else "it"
        variable = "ae_user_map" if self.kind == USER else GROUP_MAP
        if self.ae5_name:
            return (
                f"The AE5 {self.kind} {self.ae5_name!r} does not exist, so {what} not shared with {them}; map {who!r} to an AE5"
                f" {self.kind} in {variable} ({NOBODY_MARK} for none), or create the {self.kind} in Keycloak."
            )
        return (
            f"The group {who!r} of the notebook host is not mapped to an AE5 group, and the one of that name may have other members, so"
            f" {what} not shared with it; map it in {GROUP_MAP} ({NOBODY_MARK} for none)."
        )


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Whom a project is to be shared with."""

    shares: t.Tuple[Share, ...] = ()
    missing: t.Tuple[Missing, ...] = ()
    notes: t.Tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class People:
    """Who the notebook host's users and groups are on AE5, and, where Keycloak was asked, who there is."""

    users: PrincipalMap = dataclasses.field(default_factory=PrincipalMap)
    groups: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    known: t.Optional[t.AbstractSet[t.Tuple[str, str]]] = None
    """``(kind, name)``, names of users case-folded; None where it was not asked for."""

    def wanted(self, team: t.Iterable[Member], owner: str, site: str = "") -> Wanted:
        """The shares of a team.  A group needs a declared name: that of another one may hold more people."""
        shares: t.Dict[t.Tuple[str, str], Share] = {}
        missing = []
        for member in team:
            name = self._name(member, site)
            share = Share(member.kind, name.lower() if member.kind == USER else name, member.access)
            key = principal_of(share)
            if name == NOBODY_MARK or key == principal_key(USER, owner):
                continue
            if not name or (self.known is not None and key not in self.known):
                missing.append(Missing(member.kind, member.name, name))
            elif key not in shares or share.access == "rw":
                shares[key] = share
        return Wanted(tuple(shares[key] for key in sorted(shares)), tuple(missing))

    def _name(self, member: Member, site: str) -> str:
        """Its name on AE5: a mark for none, empty where it is not declared."""
        if member.kind == USER:
            return self.users.user(member.name, site) or NOBODY_MARK
        return self.groups.get(member.name, "")


@dataclasses.dataclass(frozen=True)
class SharePlan:
    """What is to be done about a project's collaborators."""

    puts: t.Tuple[t.Tuple[Share, ...], ...] = ()
    """The lists to send, one after the other."""
    given: t.Tuple[Share, ...] = ()
    """Those who get a right, or a higher one."""
    notes: t.Tuple[str, ...] = ()


def plan_shares(present: t.Sequence[Share], wanted: t.Sequence[Share]) -> SharePlan:
    """Adds who is missing and raises who has less; who has more, or is not wanted, stays and is reported.

    AE5 does not honour another permission of a collaborator who is there (AE5 facts 4.3): taken out by one list, put in by the next.
    """
    there = {principal_of(share): share for share in present}
    due = {principal_of(share): share for share in wanted}
    added = [share for key, share in due.items() if key not in there]
    raised = [share for key, share in due.items() if key in there and (there[key].access, share.access) == ("r", "rw")]
    notes = []
    for key, share in sorted(there.items()):
        if key not in due:
            notes.append(f"On AE5 {share_in_words(share)}, on AE4 not; this was not changed.")
        elif (share.access, due[key].access) == ("rw", "r"):
            notes.append(f"On AE5 {share_in_words(share)}, on AE4 only read; this was not changed.")
    if not added and not raised:
        return SharePlan(notes=tuple(notes))
    again = {principal_of(share) for share in raised}
    kept = [share for key, share in there.items() if key not in again]
    first = (*kept, *added)
    puts = (first, (*first, *raised)) if raised else (first,)
    return SharePlan(puts, (*added, *raised), tuple(notes))
