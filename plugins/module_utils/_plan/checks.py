# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a plan, found before any write; each names both sources.  Private to the collection.  Pure."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import access, naming
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Decision
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import AUTHENTICATED, NOBODY
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import unknown_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import (
    Draft,
    group_key,
    group_slot,
    groups_in_use,
    members_in_ae4,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any, user_key
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed


class _Source(t.NamedTuple):
    """Where the name of a channel comes from."""

    name: str
    words: str
    variable: str = "ae_channel_map"


def _sources(draft: Draft) -> t.Dict[str, t.List[_Source]]:
    """The sources of each folded name; a declaration for a migrated channel does not count as a second source."""
    found: t.Dict[str, t.List[_Source]] = collections.defaultdict(list)
    for slot, name in sorted(draft.names.items()):
        found[naming.folded(name)].append(_Source(name, slot.describe()))
    for extra in draft.options.extra_channels:
        if extra.name not in draft.channels:
            found[naming.folded(extra.name)].append(_Source(extra.name, "ae_channels", "ae_channels"))
    return found


def name_errors(draft: Draft) -> t.List[str]:
    """Names that collide, are reserved by AE5, or are invalid."""
    errors: t.List[str] = []
    protected = {naming.folded(name) for name in draft.options.protected}
    for key, sources in sorted(_sources(draft).items()):
        first = sources[0]
        if len(sources) > 1:
            both = " and ".join(f"{source.name!r} from {source.words}" for source in sources)
            errors.append(f"Channel names collide: {both}; give one of them another name in {sources[-1].variable}.")
        if key in protected:
            rest = " or leave the owner out with ae_owners" if first.variable == "ae_channel_map" else ""
            errors.append(f"Channel name {first.name!r} from {first.words} is reserved by AE5; rename it in {first.variable}{rest}.")
        if not _is_name(first.name):
            errors.append(f"Channel name {first.name!r} from {first.words} has an empty part; rename it in {first.variable}.")
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
                f"The owner name {spelling[owner]!r} is used on {both}, and their channels would be mixed; rename one with a rule of "
                "ae_channel_map that names its site."
            )
    return errors


def clash_errors(draft: Draft) -> t.List[str]:
    """Two files with the same name and different bytes for one place."""
    return [
        f"Two different files would be {first.subdir}/{first.file} in channel {first.channel}: {first.path} of site "
        f"{first.site!r} and {second.path} of site {second.site!r}; rename the channel of one in ae_channel_map."
        for first, second in draft.clashes
    ]


def _unaccepted(draft: Draft) -> t.Set[Slot]:
    """The AE4 groups (as slots without a label) with a channel for which wider access is not accepted."""
    return {group_slot(slot) for slot, name in draft.names.items() if slot.group and not matches_any(name, draft.options.accept_wider)}


def shared_group_errors(draft: Draft) -> t.List[str]:
    """One AE5 group for two AE4 groups, or the group of all users for one.

    No error if each was mapped to it, or if all its channels are accepted.
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
                f"The AE5 group {name!r} has all users as members and would be used for {both}; map it in ae_group_map, or accept it "
                "with ae_accept_wider."
            )
        elif len(slots) > 1:
            both = " and ".join(slot.describe() for slot in slots)
            errors.append(
                f"The AE5 group {name!r} would be used for {both}, so members of one could read the channels of the other; map each "
                "in ae_group_map, or accept it with ae_accept_wider."
            )
    return errors


def people_findings(
    draft: Draft, people: access.PeopleOfTarget, last_members: t.Mapping[str, t.Sequence[str]]
) -> t.Tuple[t.List[str], t.List[Decision]]:
    """AE5 groups with members that the AE4 group does not have: an error, unless accepted or AE4 has removed them since.

    ``last_members`` is the record of ``members_in_ae4`` of the plan applied last.
    """
    errors: t.List[str] = []
    decisions: t.List[Decision] = []
    now = members_in_ae4(draft)
    closed = _unaccepted(draft)
    for name, slots in groups_in_use(draft).items():
        held = people.groups.get(name)
        if held is None:
            continue  # its shares are skipped, see skipped_share_decisions
        for slot in slots:
            entitled = {user_key(login) for login in now[group_key(slot)]}
            before = {user_key(login) for login in last_members.get(group_key(slot), ())}
            more = {login for login in held if user_key(login) not in entitled}
            stale = sorted(login for login in more if user_key(login) in before)
            foreign = sorted(more - set(stale))
            if stale:
                decisions.append(
                    Decision(
                        "stale_member",
                        f"In AE4, {', '.join(stale)} left the {slot.describe()}; the AE5 group {name!r} still has them.",
                    )
                )
            if foreign and slot in closed:
                errors.append(
                    f"The AE5 group {name!r} has members who are not in the {slot.describe()}: {', '.join(foreign)}; remove them, say in "
                    "principals.csv who they are in AE4, name another group in ae_group_map, or accept it with ae_accept_wider."
                )
    return errors, decisions


def missing_members(draft: Draft, people: access.PeopleOfTarget) -> t.List[Decision]:
    """AE5 groups without some members of the AE4 group; the owners of the organization need no group."""
    decisions = []
    names = draft.options.principals
    for name, slots in groups_in_use(draft).items():
        held = {user_key(login) for login in people.groups.get(name, ())}
        for slot in slots if name in people.groups else ():
            owner = draft.owner(slot)
            group = access.group_of(owner, slot.group)
            logins = sorted(set(group.members if group else ()) - set(owner.owners))
            known = {login: names.user(login, slot.site) for login in logins}
            absent = [login for login, user in known.items() if user is not None and user_key(user) not in held]
            if absent:
                decisions.append(
                    Decision(
                        "member_missing",
                        f"The AE5 group {name!r} is missing {listed(absent)} of the {slot.describe()}, so they cannot use what is shared "
                        "with it; add them, or say in principals.csv who they are on AE5.",
                        "ae_principals",
                    )
                )
    return decisions


def skipped_share_decisions(channels: t.Iterable[Channel]) -> t.List[Decision]:
    """One decision for each user and group whose shares are skipped."""
    channels = list(channels)
    found = [
        Decision(f"{share.kind}_missing", unknown_in_words(share, names), "ae_principals")
        for share, names in access.unknown_principals(channels)
    ]
    nobody: t.Dict[str, t.List[str]] = {}
    for channel in channels:
        for item in channel.skipped_shares:
            if item.reason == NOBODY:
                nobody.setdefault(item.detail, []).append(channel.name)
    found.extend(Decision(NOBODY, f"{detail} Without them: {listed(names)}.", "ae_principals") for detail, names in nobody.items())
    return found


def private_errors(draft: Draft, private_means: t.Optional[str]) -> t.List[str]:
    """Channels with packages that were private in AE4, on a cluster where every user can read every private channel (A16)."""
    if private_means != AUTHENTICATED:
        return []
    errors = []
    for name, channel in sorted(draft.channels.items()):
        privacy = access.privacy_of(channel.access_of_package)
        if privacy.public or privacy.everyone or matches_any(name, draft.options.accept_wider):
            continue
        errors.append(
            f"Channel {name!r} from {min(channel.slots).describe()} holds packages that were private in AE4 ({listed(privacy.because)}), "
            "and on this cluster every logged-in user can read a private channel (private_means in its capabilities); leave them out "
            "with ae_exclude, or accept it with ae_accept_wider."
        )
    return errors


def plan_errors(draft: Draft) -> t.List[str]:
    """All errors that can be found without the cluster."""
    return [*name_errors(draft), *owner_errors(draft), *clash_errors(draft), *shared_group_errors(draft)]
