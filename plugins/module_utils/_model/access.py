# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use a channel: shares and privacy from AE4's rights, pure.  Private to the collection.

Source: vendor guide, section "Granting access to channels and packages", and DESIGN section 6 where the guide is
silent (write and admin groups, owners, private and authenticated packages).  Access never widens by our hand.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    AUTHENTICATED,
    GROUP,
    PUBLIC,
    USER,
    GroupRecord,
    OwnerRecord,
    Share,
)

EVERYONE = "everyone"
"""AE5's default group of all users (AE5 facts 3.2)."""

ACCESS_OF_PERMISSION = {"read": "r", "write": "rw", "admin": "rw"}


@dataclasses.dataclass(frozen=True)
class PrincipalMap:
    """AE4 logins and groups to AE5 user and group names; what is not named keeps its name."""

    users: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    groups: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Keys are ``ORGANIZATION/GROUP``, or ``SITE:ORGANIZATION/GROUP`` for one site only."""

    def user(self, login: str) -> str:
        return self.users.get(login, login)

    def group(self, site: str, organization: str, group: str) -> str:
        for key in (f"{site}:{organization}/{group}", f"{organization}/{group}"):
            if key in self.groups:
                return self.groups[key]
        return group

    def names_group(self, site: str, organization: str, group: str) -> bool:
        """Whether a person declared what this group is on AE5."""
        return f"{site}:{organization}/{group}" in self.groups or f"{organization}/{group}" in self.groups


def group_of(owner: OwnerRecord, name: str) -> t.Optional[GroupRecord]:
    """The owner's group of that name."""
    return next((group for group in owner.groups if group.name == name), None)


def shares_of(slot: Slot, owner: OwnerRecord, names: PrincipalMap) -> t.Tuple[Share, ...]:
    """The shares of a slot's channel.

    A user gets rw on his own channels; the owners of an organization, as users, rw on ``O`` (and ``O/L``); a group r
    if its permission is read, rw if it is write or admin.  An unknown permission is the smaller one, r.
    """
    if slot.owner_kind == USER:
        return (Share(USER, names.user(slot.owner), "rw"),)
    if not slot.group:
        return tuple(sorted({Share(USER, names.user(login), "rw") for login in owner.owners}, key=lambda share: share.name))
    group = group_of(owner, slot.group)
    access = ACCESS_OF_PERMISSION.get(group.permission if group else "", "r")
    return (Share(GROUP, names.group(slot.site, slot.owner, slot.group), access),)


def principal_of(share: Share) -> t.Tuple[str, str]:
    """What a principal is known by: Keycloak lower-cases user names, group names are as they are."""
    return (share.kind, share.name.casefold() if share.kind == USER else share.name)


def with_everyone(shares: t.Tuple[Share, ...]) -> t.Tuple[Share, ...]:
    """The shares and read for all users, unless the group of all users is among them already."""
    if any((share.kind, share.name) == (GROUP, EVERYONE) for share in shares):
        return shares
    return (*shares, Share(GROUP, EVERYONE, "r"))


@dataclasses.dataclass(frozen=True)
class Privacy:
    """Whether a channel is public, whether all users may read it, and who loses by that."""

    public: bool
    everyone: bool
    narrowed: t.Tuple[str, ...] = ()
    """Packages that were readable by more people than the channel will be."""
    because: t.Tuple[str, ...] = ()
    """The packages that force it."""


def privacy_of(access_of_package: t.Mapping[str, str]) -> Privacy:
    """Privacy of a channel from the access of its packages (name -> public, authenticated, private, unknown).

    A channel is public only if every package in it was; if every one was public or authenticated, the group
    ``everyone`` may read; else only those it is shared with.
    """
    public = {name for name, access in access_of_package.items() if access == PUBLIC}
    authenticated = {name for name, access in access_of_package.items() if access == AUTHENTICATED}
    closed = set(access_of_package) - public - authenticated
    if closed:
        return Privacy(False, False, tuple(sorted(public | authenticated)), tuple(sorted(closed)))
    if authenticated:
        return Privacy(False, True, tuple(sorted(public)), tuple(sorted(authenticated)))
    return Privacy(bool(public), False)


def matches(name: str, patterns: t.Iterable[str]) -> bool:
    """Whether a channel's name matches one of the patterns (fnmatch, case matters)."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
