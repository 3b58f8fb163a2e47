# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who an AE4 user or group is on AE5: the lines of ``principals.csv``, and the proposals.  Pure.

Private to the collection.  Only unambiguous declarations are used: of two lines for one principal, or of two principals for
one AE5 name, the first one counts, and the other is reported with its line.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import (
    EVERYONE,
    Declared,
    PeopleOfTarget,
    PrincipalMap,
    principal_key,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import NOBODY_MARK
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed


@dataclasses.dataclass(frozen=True, order=True)
class Known:
    """An AE4 user or group that needs access to a channel."""

    site: str
    kind: str
    organization: str
    """Of a group; empty for a user."""
    name: str

    @property
    def key(self) -> Declared:
        return (self.site, self.kind, self.organization, self.name)

    @property
    def person(self) -> t.Tuple[str, str, str]:
        """The same on two sites: a login is one person on both, a group belongs to its organization."""
        return (self.kind, self.organization, self.name)

    def describe(self) -> str:
        """For messages: kind and name, with its site."""
        what = f"user {self.name!r}" if self.kind == USER else f"group {self.name!r} of organization {self.organization!r}"
        return f"{what} of site {self.site!r}"


@dataclasses.dataclass(frozen=True)
class Line:
    """One line that a person filled in; an empty ``site`` means every site."""

    number: int
    site: str
    kind: str
    organization: str
    name: str
    ae5_name: str

    def describe(self) -> str:
        organization = f" of organization {self.organization!r}" if self.organization else ""
        return f"{self.kind} {self.name!r}{organization}{f' of site {self.site!r}' if self.site else ''}"


def written(name: str) -> str:
    """A name as a text file can hold it: bytes that are not text are escaped."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def settle(lines: t.Sequence[Line], known: t.Iterable[Known], where: str) -> t.Tuple[t.Dict[Declared, str], t.List[str]]:
    """What the filled-in lines declare, and one sentence for each line that is not used.  ``where`` names the file."""
    by_text: t.Dict[t.Tuple[str, str, str], t.List[Known]] = collections.defaultdict(list)
    for principal in sorted(known):
        by_text[principal.kind, written(principal.organization), written(principal.name)].append(principal)
    declared: t.Dict[Declared, str] = {}
    line_of: t.Dict[Declared, int] = {}
    claims: t.Dict[t.Tuple[str, str], t.Tuple[Known, int]] = {}
    warnings: t.List[str] = []
    for line in lines:
        if not line.ae5_name:
            continue
        meant = [item for item in by_text.get((line.kind, line.organization, line.name), ()) if line.site in ("", item.site)]
        if not meant:
            warnings.append(f"Line {line.number} of {where} is not used: no inventory has the {line.describe()}.")
            continue
        fresh = [item for item in meant if item.key not in declared]
        if not fresh:
            warnings.append(f"Line {line.number} of {where} is not used: line {line_of[meant[0].key]} already maps the {line.describe()}.")
            continue
        claim = principal_key(line.kind, line.ae5_name)
        holder, number = claims.get(claim, (fresh[0], 0))
        if line.ae5_name != NOBODY_MARK and holder.person != fresh[0].person:
            variable = "ae_user_map" if line.kind == USER else "ae_group_map"
            warnings.append(
                f"Line {line.number} of {where} is not used: line {number} already maps the {holder.describe()} to the AE5 "
                f"{line.kind} {line.ae5_name!r}; if both are the same, map them in {variable}."
            )
            continue
        claims.setdefault(claim, (fresh[0], line.number))
        for item in fresh:
            declared[item.key] = line.ae5_name
            line_of[item.key] = line.number
    return declared, warnings


@dataclasses.dataclass(frozen=True)
class Proposal:
    """What is proposed for one principal: ``ae5_name`` is empty if a person has to decide; ``found`` is yes, no or unknown."""

    known: Known
    ae5_name: str
    found: str
    note: str = ""


class _Directory:
    """The AE5 names, searchable by similar spellings."""

    def __init__(self, people: PeopleOfTarget, emails: t.Mapping[str, str]) -> None:
        self._exact = {principal_key(USER, name): name for name in people.users}
        self._exact.update({(GROUP, name): name for name in people.groups})
        self._folded: t.Dict[str, t.List[str]] = collections.defaultdict(list)
        for name in sorted(people.groups):
            self._folded[name.casefold()].append(name)
        self._local: t.Dict[str, t.Set[str]] = collections.defaultdict(set)
        for name in people.users:
            for address in (name, emails.get(name, "")):
                local, at, _host = address.casefold().partition("@")
                if at and local:
                    self._local[local].add(name)

    def exact(self, kind: str, name: str) -> t.Optional[str]:
        """The AE5 name equal to this one; the case of user names is ignored."""
        return self._exact.get(principal_key(kind, name))

    def alike(self, kind: str, name: str) -> t.Tuple[t.List[str], str]:
        """The AE5 names that are similar, and why."""
        if kind == GROUP:
            return self._folded.get(name.casefold(), []), "the same name in another case"
        local = name.casefold().partition("@")[0]
        found = set(self._local.get(local, ()))
        if local != name.casefold() and self.exact(USER, local):
            found.add(self._exact[USER, local])
        return sorted(found), "the same name before the @ of the e-mail address"


def propose(
    known: t.Iterable[Known], names: PrincipalMap, people: t.Optional[PeopleOfTarget], emails: t.Mapping[str, str]
) -> t.List[Proposal]:
    """A proposal for each principal, ordered.  ``people`` is None if AE5 was not read; then nothing is proposed."""
    ordered = sorted(known)
    if people is None:
        return [Proposal(item, _said(item, names) or "", "unknown", _why_said(item, names)) for item in ordered]
    directory = _Directory(people, emails)
    first = [_propose(item, names, directory) for item in ordered]
    takers: t.Dict[t.Tuple[str, str], t.Dict[t.Tuple[str, str, str], Known]] = collections.defaultdict(dict)
    for proposal in first:
        if proposal.ae5_name not in ("", NOBODY_MARK):
            key = principal_key(proposal.known.kind, proposal.ae5_name)
            takers[key].setdefault(proposal.known.person, proposal.known)
    return [_undoubted(proposal, names, takers) for proposal in first]


def _said(item: Known, names: PrincipalMap) -> t.Optional[str]:
    """The declared AE5 name, or None."""
    if item.kind == GROUP:
        name = names.group(item.site, item.organization, item.name)
        said = name != item.name or names.names_group(item.site, item.organization, item.name)
    else:
        name = names.user(item.name, item.site)
        said = name != item.name or item.key in names.declared
    return (name or NOBODY_MARK) if said else None


def _why_said(item: Known, names: PrincipalMap) -> str:
    if item.key in names.declared:
        return "declared here"
    return f"declared in ae_{item.kind}_map" if _said(item, names) is not None else ""


def _propose(item: Known, names: PrincipalMap, directory: _Directory) -> Proposal:
    said = _said(item, names)
    if said is not None:
        return Proposal(item, said, "yes" if directory.exact(item.kind, said) else "no", _why_said(item, names))
    if item.kind == GROUP and item.name == EVERYONE:
        return Proposal(item, "", "yes", "the AE5 group of this name has all users as members")
    exact = directory.exact(item.kind, item.name)
    if exact is not None:
        return Proposal(item, exact, "yes")
    alike, why = directory.alike(item.kind, item.name)
    if len(alike) == 1 and alike[0] != EVERYONE:
        return Proposal(item, alike[0], "yes", f"{alike[0]} is {why}; is it the same?")
    if alike:
        return Proposal(item, "", "no", f"{why}: {listed(alike)}")
    return Proposal(item, "", "no")


def _undoubted(
    proposal: Proposal, names: PrincipalMap, takers: t.Mapping[t.Tuple[str, str], t.Mapping[t.Tuple[str, str, str], Known]]
) -> Proposal:
    """The proposal, left empty if another principal would get the same AE5 name, unless a person declared it."""
    item = proposal.known
    others = takers.get(principal_key(item.kind, proposal.ae5_name), {})
    rivals = [other.describe() for person, other in sorted(others.items()) if person != item.person]
    if not rivals or _said(item, names) is not None:
        return proposal
    return Proposal(item, "", proposal.found, f"{proposal.ae5_name} would also be proposed for {listed(rivals)}")
