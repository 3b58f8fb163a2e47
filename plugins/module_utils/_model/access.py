# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use a channel: shares and privacy from AE4's permissions, pure.  Private to the collection.

Source: vendor guide, section "Granting access to channels and packages", and DESIGN section 6 where the guide is
silent (write and admin groups, owners, private and authenticated packages).  The migration never widens access.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import NOBODY_MARK, NameMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Share, SkippedShare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    AUTHENTICATED,
    GROUP,
    NOBODY,
    PUBLIC,
    UNKNOWN_PRINCIPAL,
    USER,
    GroupRecord,
    OwnerRecord,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

EVERYONE = "everyone"
"""AE5's default group of all users (AE5 facts 3.2)."""

ACCESS_OF_PERMISSION = {"read": "r", "write": "rw", "admin": "rw"}


Declared = t.Tuple[str, str, str, str]
"""A line of ``principals.csv``: site, kind (user or group), organization of a group (else empty), AE4 name."""


@dataclasses.dataclass(frozen=True)
class PrincipalMap:
    """AE4 logins and groups to AE5 user and group names; a name that is not mapped stays the same."""

    users: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Keys are ``LOGIN``, or ``SITE:LOGIN`` for one site only; patterns and templates as in ``patterns``."""
    groups: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Keys are ``ORGANIZATION/GROUP``, or ``SITE:ORGANIZATION/GROUP`` for one site only; patterns and templates as well."""
    declared: t.Mapping[Declared, str] = dataclasses.field(default_factory=dict)
    """The lines of ``principals.csv``; they take precedence over the two above."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_users", NameMap.of_keys(self.users))
        object.__setattr__(self, "_groups", NameMap.of_keys(self.groups))

    _users: NameMap = dataclasses.field(init=False, repr=False, compare=False)
    _groups: NameMap = dataclasses.field(init=False, repr=False, compare=False)

    def user(self, login: str, site: str = "") -> t.Optional[str]:
        """The AE5 user name of a login; ``None`` if it is declared as nobody."""
        return _somebody(self.declared.get((site, USER, "", login)) or self._users.rename(login, site, {}) or login)

    def group(self, site: str, organization: str, group: str) -> t.Optional[str]:
        """The AE5 group of a group; ``None`` if it is declared as nobody."""
        fields = {"name": group, "group": group, "organization": organization, "owner": organization}
        said = self.declared.get((site, GROUP, organization, group)) or self._groups.rename(f"{organization}/{group}", site, fields)
        return _somebody(said or group)

    def names_group(self, site: str, organization: str, group: str) -> bool:
        """Whether this group was mapped by its exact name; a pattern that matches it does not count."""
        return (site, GROUP, organization, group) in self.declared or self._groups.exact(f"{organization}/{group}", site) is not None


def _somebody(name: str) -> t.Optional[str]:
    return None if name == NOBODY_MARK else name


def group_of(owner: OwnerRecord, name: str) -> t.Optional[GroupRecord]:
    """The owner's group of that name."""
    return next((group for group in owner.groups if group.name == name), None)


Collaborators = t.Mapping[str, str]
"""AE4 login -> permission, of the slot's package."""


def due_on(slot: Slot, owner: OwnerRecord, collaborators: t.Optional[Collaborators] = None) -> t.Tuple[Share, ...]:
    """The shares of a slot's channel under their AE4 names.

    A user gets rw on his own channels; the owners of an organization, as users, rw on ``O`` (and ``O/L``); a group r
    if its permission is read, rw if it is write or admin; the collaborators of a package, on its own channel, as groups do.  An
    unknown permission becomes the smaller one, r.
    """
    if slot.package:
        found = sorted((collaborators or {}).items())
        return tuple(Share(USER, login, ACCESS_OF_PERMISSION.get(permission, "r")) for login, permission in found)
    if slot.owner_kind == USER:
        return (Share(USER, slot.owner, "rw"),)
    if not slot.group:
        return tuple(Share(USER, login, "rw") for login in sorted(set(owner.owners)))
    group = group_of(owner, slot.group)
    return (Share(GROUP, slot.group, ACCESS_OF_PERMISSION.get(group.permission if group else "", "r")),)


def named(slot: Slot, share: Share, names: PrincipalMap) -> t.Optional[Share]:
    """A share under its AE5 name; ``None`` if its principal is declared as nobody."""
    name = names.user(share.name, slot.site) if share.kind == USER else names.group(slot.site, slot.owner, share.name)
    return None if name is None else Share(share.kind, name, share.access)


def shares_of(slot: Slot, owner: OwnerRecord, names: PrincipalMap, collaborators: t.Optional[Collaborators] = None) -> t.Tuple[Share, ...]:
    """The shares of a slot's channel, see ``due_on``, under their AE5 names."""
    found = (named(slot, due, names) for due in due_on(slot, owner, collaborators))
    return tuple(sorted(merged(share for share in found if share is not None), key=lambda share: share.name))


def merged(shares: t.Iterable[Share]) -> t.Tuple[Share, ...]:
    """Each principal once, in the order of first mention, with the larger of its accesses."""
    found: t.Dict[t.Tuple[str, str], Share] = {}
    for share in shares:
        known = found.get(principal_of(share))
        if known is None or share.access == "rw" != known.access:
            found[principal_of(share)] = share if known is None else dataclasses.replace(known, access="rw")
    return tuple(found.values())


def nobodies(
    slot: Slot, owner: OwnerRecord, names: PrincipalMap, collaborators: t.Optional[Collaborators] = None
) -> t.Tuple[SkippedShare, ...]:
    """The shares of a slot's channel that are skipped, because their principal is declared as nobody."""
    return tuple(
        SkippedShare(due, NOBODY, f"The AE4 {due.kind} {due.name!r} of site {slot.site!r} is declared as nobody on AE5.")
        for due in due_on(slot, owner, collaborators)
        if named(slot, due, names) is None
    )


class PeopleOfTarget(t.Protocol):
    """Users and groups of Keycloak, see ``_ae5.identity.Identity``."""

    @property
    def users(self) -> t.AbstractSet[str]:
        """The user names."""

    @property
    def groups(self) -> t.Mapping[str, t.AbstractSet[str]]:
        """The groups by name, with the user names of their members."""


def skip_unknown(channels: t.Iterable[Channel], people: PeopleOfTarget) -> t.Tuple[Channel, ...]:
    """The channels without the shares whose user or group does not exist on AE5; these are skipped."""
    known = {principal_key(USER, login) for login in people.users} | {(GROUP, name) for name in people.groups}
    return tuple(_without(channel, [share for share in channel.shares if principal_of(share) not in known]) for channel in channels)


def _without(channel: Channel, unknown: t.Sequence[Share]) -> Channel:
    if not unknown:
        return channel
    kept = tuple(share for share in channel.shares if share not in unknown)
    skipped = tuple(SkippedShare(share, UNKNOWN_PRINCIPAL, f"The AE5 {share.kind} {share.name!r} does not exist.") for share in unknown)
    return dataclasses.replace(channel, shares=kept, skipped_shares=(*channel.skipped_shares, *skipped))


def unknown_principals(channels: t.Iterable[Channel]) -> t.List[t.Tuple[Share, t.List[str]]]:
    """Each user and group that does not exist on AE5, with the channels it should get; ordered."""
    found: t.Dict[t.Tuple[str, str], t.Tuple[Share, t.List[str]]] = {}
    for channel in channels:
        for item in channel.skipped_shares:
            if item.reason == UNKNOWN_PRINCIPAL:
                found.setdefault(principal_of(item.share), (item.share, []))[1].append(channel.name)
    return [found[key] for key in sorted(found)]


def principal_key(kind: str, name: str) -> t.Tuple[str, str]:
    """What a user or group of AE5 is compared by: Keycloak lower-cases user names, group names are as they are."""
    return (kind, user_key(name) if kind == USER else name)


def principal_of(share: Share) -> t.Tuple[str, str]:
    """What the user or group of a share is compared by."""
    return principal_key(share.kind, share.name)


def with_everyone(shares: t.Tuple[Share, ...]) -> t.Tuple[Share, ...]:
    """The shares, with read for all users added unless the group of all users is among them."""
    if any((share.kind, share.name) == (GROUP, EVERYONE) for share in shares):
        return shares
    return (*shares, Share(GROUP, EVERYONE, "r"))


@dataclasses.dataclass(frozen=True)
class Privacy:
    """Whether a channel is public, whether all users may read it, and which packages fewer people can read."""

    public: bool
    everyone: bool
    narrowed: t.Tuple[str, ...] = ()
    """Packages that were readable by more people than the channel will be."""
    because: t.Tuple[str, ...] = ()
    """The packages that are the reason."""


def privacy_of(access_of_package: t.Mapping[str, str]) -> Privacy:
    """Privacy of a channel from the access of its packages (name -> public, authenticated, private, unknown).

    A channel is public only if every package in it was; if every package was public or authenticated, the group
    ``everyone`` may read; otherwise only those it is shared with.
    """
    public = {name for name, access in access_of_package.items() if access == PUBLIC}
    authenticated = {name for name, access in access_of_package.items() if access == AUTHENTICATED}
    closed = set(access_of_package) - public - authenticated
    if closed:
        return Privacy(False, False, tuple(sorted(public | authenticated)), tuple(sorted(closed)))
    if authenticated:
        return Privacy(False, True, tuple(sorted(public)), tuple(sorted(authenticated)))
    return Privacy(bool(public), False)
