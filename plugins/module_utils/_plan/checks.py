# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a plan, found before any write; each names both sources.  Private to the collection.  Pure."""

from __future__ import annotations

import collections
import dataclasses
import string
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import access, naming
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER, Channel, Decision
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import Draft, group_key, groups_in_use, members_in_ae4

TEMPLATE_FIELDS = frozenset({"name", "owner", "group", "label", "site"})


class PeopleOfTarget(t.Protocol):
    """What Keycloak knows, see ``_ae5.identity.Identity``."""

    @property
    def users(self) -> t.AbstractSet[str]:
        """The user names."""

    @property
    def groups(self) -> t.Mapping[str, t.AbstractSet[str]]:
        """The groups by name, with the user names of their members."""


def bad_rules(draft_rules: t.Sequence[naming.ChannelRule]) -> t.List[str]:
    """Templates of ``ae_channel_map`` that are not templates."""
    sample = Slot("site", "owner", "organization", "group", "label")
    errors = []
    for rule in draft_rules:
        try:
            fields = {field for _text, field, _spec, _conversion in string.Formatter().parse(rule.to) if field is not None}
            if fields <= TEMPLATE_FIELDS:
                rule.rename(sample)
                continue
            why = f"it asks for {', '.join(sorted(repr(field) for field in fields - TEMPLATE_FIELDS))}"
        except (KeyError, IndexError, ValueError) as exc:
            why = str(exc)
        errors.append(
            f"The rule of ae_channel_map for {rule.match!r} has the template {rule.to!r}, which cannot be filled in ({why}); "
            "use {name}, {owner}, {group}, {label} and {site}."
        )
    return errors


def name_errors(draft: Draft) -> t.List[str]:
    """Names that fall together, are protected, or are not names."""
    errors: t.List[str] = []
    by_folded: t.Dict[str, t.Dict[Slot, str]] = collections.defaultdict(dict)
    for slot, name in draft.names.items():
        by_folded[naming.folded(name)][slot] = name
    protected = {naming.folded(name) for name in draft.options.protected}
    for key, slots in sorted(by_folded.items()):
        first = min(slots)
        if len(slots) > 1:
            both = " and ".join(f"{slots[slot]!r} from {slot.describe()}" for slot in sorted(slots))
            errors.append(f"Channel names fall together: {both}; give one of them another name in ae_channel_map.")
        if key in protected:
            errors.append(
                f"Channel {slots[first]!r} from {first.describe()} is one that AE5 keeps for itself; rename it in ae_channel_map "
                "or leave the owner out with ae_owners."
            )
        if not _is_name(slots[first]):
            errors.append(f"Channel name {slots[first]!r} from {first.describe()} has an empty part; rename it in ae_channel_map.")
    return errors


def _is_name(name: str) -> bool:
    return all(part.strip() and part not in (".", "..") for part in name.split("/"))


def _root(slot: Slot, name: str) -> str:
    """What all channels of one owner have in common: the name without the group and the label, if they end it."""
    tail = slot.name[len(slot.owner) :]
    return name[: -len(tail)] if tail and name.endswith(tail) else name


def owner_errors(draft: Draft) -> t.List[str]:
    """One owner name on two sites, unless every channel of one of them was renamed."""
    places: t.Dict[str, t.Dict[str, t.Set[str]]] = collections.defaultdict(lambda: collections.defaultdict(set))
    for slot, name in draft.names.items():
        places[naming.folded(slot.owner)][slot.site].add(naming.folded(_root(slot, name)))
    spelling = {naming.folded(slot.owner): slot.owner for slot in sorted(draft.names)}
    errors = []
    for owner, sites in sorted(places.items()):
        roots = [root for found in sites.values() for root in found]
        if len(roots) != len(set(roots)):
            both = " and ".join(f"site {site!r}" for site in sorted(sites))
            errors.append(
                f"The owner name {spelling[owner]!r} stands on {both}, and their channels would be mixed; rename one with a rule of "
                "ae_channel_map that names its site."
            )
    return errors


def clash_errors(draft: Draft) -> t.List[str]:
    """Two files with one name and other bytes for one place."""
    return [
        f"Two files with other bytes want to be {first.subdir}/{first.file} in channel {first.channel}: {first.path} of site "
        f"{first.site!r} and {second.path} of site {second.site!r}; rename the channel of one in ae_channel_map."
        for first, second in draft.clashes
    ]


def _unaccepted(draft: Draft) -> t.Set[Slot]:
    """The AE4 groups (as slots without a label) with a channel for which wider access is not accepted."""
    return {
        dataclasses.replace(slot, label="")
        for slot, name in draft.names.items()
        if slot.group and not access.matches(name, draft.options.accept_wider)
    }


def shared_group_errors(draft: Draft) -> t.List[str]:
    """One AE5 group standing for two AE4 groups, or the group of all users for one.

    No error where each was mapped to it, or where all its channels are accepted.
    """
    errors = []
    closed = _unaccepted(draft)
    for name, slots in groups_in_use(draft).items():
        open_ones = [slot for slot in slots if not draft.options.principals.names_group(slot.site, slot.owner, slot.group)]
        if not open_ones or closed.isdisjoint(slots):
            continue
        if name == access.EVERYONE:
            both = " and ".join(slot.describe() for slot in open_ones)
            errors.append(
                f"The AE5 group {name!r} holds all users and would stand for {both}; say what it is on AE5 in ae_group_map, or accept "
                "it with ae_accept_wider."
            )
        elif len(slots) > 1:
            both = " and ".join(slot.describe() for slot in slots)
            errors.append(
                f"The AE5 group {name!r} would stand for {both}, so members of one would read what is the other's; say what each is "
                "on AE5 in ae_group_map, or accept it with ae_accept_wider."
            )
    return errors


def people_findings(
    draft: Draft, people: PeopleOfTarget, last_members: t.Mapping[str, t.Sequence[str]]
) -> t.Tuple[t.List[str], t.List[Decision]]:
    """AE5 groups that hold people the AE4 group does not: an error, unless accepted or AE4 has taken the right away since.

    ``last_members`` is the record of ``members_in_ae4`` of the plan applied last.
    """
    errors: t.List[str] = []
    decisions: t.List[Decision] = []
    now = members_in_ae4(draft)
    closed = _unaccepted(draft)
    for name, slots in groups_in_use(draft).items():
        held = people.groups.get(name)
        if held is None:
            decisions.append(
                Decision("group_missing", f"The AE5 group {name!r} does not exist, so nothing can be shared with it.", "ae_group_map")
            )
            continue
        for slot in slots:
            entitled = {login.casefold() for login in now[group_key(slot)]}
            before = {login.casefold() for login in last_members.get(group_key(slot), ())}
            more = {login for login in held if login.casefold() not in entitled}
            stale = sorted(login for login in more if login.casefold() in before)
            foreign = sorted(more - set(stale))
            if stale:
                decisions.append(
                    Decision(
                        "stale_member", f"AE4 no longer has {', '.join(stale)} in the {slot.describe()}; the AE5 group {name!r} still has."
                    )
                )
            if foreign and slot in closed:
                errors.append(
                    f"The AE5 group {name!r} holds {', '.join(foreign)}, whom the {slot.describe()} does not; take them out, name "
                    "another group in ae_group_map, or accept it with ae_accept_wider."
                )
    return errors, decisions


def missing_users(channels: t.Iterable[Channel], people: PeopleOfTarget) -> t.List[Decision]:
    """Users the plan shares with whom AE5 does not know."""
    known = {login.casefold() for login in people.users}
    wanted = sorted({share.name for channel in channels for share in channel.shares if share.kind == USER})
    return [
        Decision("user_missing", f"The AE5 user {name!r} does not exist, so nothing can be shared with them.", "ae_user_map")
        for name in wanted
        if name.casefold() not in known
    ]


def everyone_missing(channels: t.Iterable[Channel], people: PeopleOfTarget) -> t.List[Decision]:
    """The group of all users, where it is needed and does not exist."""
    needed = any(share.kind == GROUP and share.name == access.EVERYONE for channel in channels for share in channel.shares)
    if not needed or access.EVERYONE in people.groups:
        return []
    return [
        Decision("group_missing", f"The AE5 group {access.EVERYONE!r} does not exist, so authenticated packages are shared with nobody.")
    ]


def plan_errors(draft: Draft) -> t.List[str]:
    """All errors that can be found without asking the cluster."""
    return [*name_errors(draft), *owner_errors(draft), *clash_errors(draft), *shared_group_errors(draft)]
