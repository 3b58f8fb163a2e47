# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owners of a dump: users, organizations, their groups and members.  Private to the collection.

Membership is the union of the groups in the organization's meta.json and those in the users' own: the guide has the groups in
the user's file in one place, in the organization's in another.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _json, _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump, meta
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model import records
from ansible_collections.ae_ops.migration.plugins.module_utils._text import is_unsafe, shown


@dataclasses.dataclass
class Owner:
    """One owner folder.  ``name`` is from the listing, ``title`` is for messages; ``problem`` quarantines its files."""

    name: str
    title: str
    kind: str = records.UNKNOWN
    problem: t.Optional[records.Problem] = None
    meta: t.Optional[meta.OwnerMeta] = None
    problems: t.List[records.Problem] = dataclasses.field(default_factory=list)
    groups_of: t.Dict[str, t.Set[str]] = dataclasses.field(default_factory=dict)
    """Package name -> groups of the organization that can access it."""
    members: t.Dict[str, t.Set[str]] = dataclasses.field(default_factory=dict)
    """Group name -> logins."""
    package_names: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    """Database id -> package name, from the folder names."""


def read_owner(root_fd: int, name: str) -> Owner:
    """Reads one owner's meta.json; problems are in the result.  Raises ``OSError`` if the folder cannot be read."""
    owner = Owner(name, shown(name))
    if is_unsafe(name):
        owner.problem = records.Problem(_json.UNSAFE, f"The owner folder {owner.title} has a name with control or undecodable characters.")
    with _safe_open.folder(root_fd, name) as fd:
        for entry in _safe_open.listing(fd):
            split = dump.split_package_folder(entry.name) if entry.kind == _safe_open.FOLDER else None
            if split:
                owner.package_names[split[0]] = split[1]
        if owner.problem is None:
            _read_meta(owner, fd)
    if owner.problem is not None:
        owner.problems.append(owner.problem)
    return owner


def _read_meta(owner: Owner, fd: int) -> None:
    try:
        data = dump.read_meta(fd)
        if data is None:
            detail = (
                f"The owner {owner.title} has no meta.json in the dump, so its kind and the access to its files are not known;"
                " its files are not migrated until an export has it."
            )
            owner.problem = records.Problem("owner_meta_missing", detail)
            return
        owner.meta = meta.parse_owner(meta.load(data))
    except MigrationError as exc:
        code = exc.code if isinstance(exc, _json.MetaError) else _json.UNREADABLE
        detail = f"The meta.json of the owner {owner.title} cannot be read: {exc}; its files are not migrated."
        owner.problem = records.Problem(code, detail)
        return
    owner.kind = owner.meta.kind
    login = owner.meta.login
    if login is not None and login != owner.name:
        owner.problem = records.Problem(
            "identity_mismatch",
            f"The owner folder {owner.title} has the meta.json of another owner, {login}.",
        )


def connect(owners: t.Sequence[Owner]) -> None:
    """Computes members and packages of the groups of all organizations, after every owner's meta.json was read."""
    logins = {owner.meta.id: owner.name for owner in owners if owner.meta is not None and owner.meta.id}
    by_name = {owner.name: owner for owner in owners}
    users_tell = any(owner.meta is not None and owner.meta.memberships for owner in owners)
    for owner in owners:
        for group in owner.meta.groups if owner.meta is not None else ():
            members = owner.members.setdefault(group.name, set())
            members.update(logins.get(member, member) for member in group.members or ())
            if group.members is None and not users_tell:
                detail = f"The dump does not list the members of group {group.name} of the organization {owner.title}."
                owner.problems.append(records.Problem(_json.SHAPE, detail))
            for package in () if group.is_owners else group.packages:
                owner.groups_of.setdefault(_package_name(owner, package), set()).add(group.name)
    for owner in owners:
        for org, group_name in owner.meta.memberships if owner.meta is not None else ():
            target = by_name.get(org)
            if target is not None and target.kind == records.ORGANIZATION:
                target.members.setdefault(_same_group(target, group_name), set()).add(owner.name)


def _same_group(owner: Owner, name: str) -> str:
    """The organization's own spelling of a group: the owners group has several spellings."""
    if name.lower() not in meta.OWNERS_GROUPS:
        return name
    return next((known for known in owner.members if known.lower() in meta.OWNERS_GROUPS), name)


def _package_name(owner: Owner, listed: str) -> str:
    """The name of a package that a group lists by name, as ``owner/name`` or by database id."""
    if listed in owner.package_names:
        return owner.package_names[listed]
    prefix = owner.name + "/"
    return listed[len(prefix) :] if listed.startswith(prefix) else listed


def owner_record(owner: Owner) -> records.OwnerRecord:
    """The owner's line of the inventory.  Call it after all its packages were read: these may name groups too."""
    permissions = {group.name: group.permission for group in (owner.meta.groups if owner.meta is not None else ())}
    names = set(permissions) | set(owner.members) | {name for groups in owner.groups_of.values() for name in groups}
    plain = sorted(name for name in names if name.lower() not in meta.OWNERS_GROUPS)
    heads = {login for name in names - set(plain) for login in owner.members.get(name, ())}
    return records.OwnerRecord(
        name=owner.title,
        kind=owner.kind,
        groups=tuple(
            records.GroupRecord(
                name=name,
                permission=permissions.get(name, records.UNKNOWN),
                members=tuple(sorted(owner.members.get(name, ()))),
                packages=tuple(sorted(package for package, groups in owner.groups_of.items() if name in groups)),
            )
            for name in plain
        ),
        owners=tuple(sorted(heads)),
        problems=tuple(owner.problems),
    )
