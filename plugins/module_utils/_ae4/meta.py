# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the ``meta.json`` files of a dump, in all known dialects.  Private to the collection.

No sample of these files is public.  What is known is the object model of the same server's API and its style of
database documents, so both are accepted, with these aliases:

===========  =======================================================================
what         keys and values
===========  =======================================================================
id           ``id``, ``_id``: a string or ``{"$oid": ...}``
labels       ``labels``, ``channels``: strings, objects with a name, or an object keyed by label
kind         ``type``, ``distribution_type``; of a package ``package_types``
access       ``access``: public, authenticated, private; or ``public``: true, false
permission   ``permission``, ``perms``, ``access``: a string or a list of strings
upload time  ``upload_time``, ``uploaded_at``, ``uploaded``: a text, or ``{"$date": ...}``
groups       a list of objects, or an object keyed by group
===========  =======================================================================

An unknown shape is an error that names the keys that were found, never a guess: an overlooked label or group would put a file
into a wrong channel.  Pure functions, no I/O.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.values import (
    access,
    digest_or_none,
    first,
    keys_of,
    name_list,
    named,
    permission,
    size_or_none,
    time_or_none,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._json import (
    MISSING,
    SHAPE,
    UNREADABLE,
    UNSAFE,
    Json,
    MetaError,
    load,
    plain,
    text,
    text_or_none,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model import records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import subdir_of
from ansible_collections.ae_ops.migration.plugins.module_utils._words import kind_of

__all__ = ("SHAPE", "UNREADABLE", "UNSAFE", "MetaError", "load", "parse_owner", "parse_package")

OWNERS_GROUPS = frozenset(("owner", "owners"))


@dataclasses.dataclass(frozen=True)
class FileMeta:
    """One file in a package's ``meta.json``.  ``error`` is set if a part of it cannot be read."""

    id: str
    name: str
    """Last part of the basename; never used as a path."""
    subdir: t.Optional[str]
    kind: t.Optional[str]
    labels: t.Tuple[str, ...]
    size: t.Optional[int]
    md5: t.Optional[str]
    sha256: t.Optional[str]
    error: t.Optional[MetaError] = None
    uploaded: t.Optional[str] = None


@dataclasses.dataclass(frozen=True)
class PackageMeta:
    """A package.  ``groups`` are the groups that the package itself names, usually none."""

    id: str
    name: t.Optional[str]
    access: str
    kinds: t.Tuple[str, ...]
    files: t.Tuple[FileMeta, ...]
    groups: t.Tuple[str, ...]
    collaborators: t.Tuple[records.Collaborator, ...]


@dataclasses.dataclass(frozen=True)
class GroupMeta:
    """A group as its organization shows it; members and packages may be names or database ids."""

    name: str
    permission: str
    members: t.Optional[t.Tuple[str, ...]]
    """None if the dump does not list them here (then the users' own entries are the source)."""
    packages: t.Tuple[str, ...]

    @property
    def is_owners(self) -> bool:
        return self.name.lower() in OWNERS_GROUPS


@dataclasses.dataclass(frozen=True)
class OwnerMeta:
    """A user (then ``memberships`` are (organization, group) pairs) or an organization (then ``groups``)."""

    id: str
    login: t.Optional[str]
    kind: str
    groups: t.Tuple[GroupMeta, ...] = ()
    memberships: t.Tuple[t.Tuple[str, str], ...] = ()


# -- packages -----------------------------------------------------------------------------------------------------------


def parse_package(data: Json) -> PackageMeta:
    """A package's ``meta.json``.  Raises ``MetaError`` if the files cannot be found in it.

    A single file entry that cannot be read does not affect the others: its ``error`` is set.
    """
    kinds = first(data, "package_types", "package_type", "types", "type")
    kinds = plain(kinds)
    found = _file_entries(data)
    return PackageMeta(
        id=text_or_none(first(data, "id", "_id"), "the id") or "",
        name=text_or_none(first(data, "name", "package_name"), "the name"),
        access=access(data),
        kinds=() if kinds in (MISSING, None) else (text(kinds, "the kind"),) if isinstance(kinds, str) else name_list(kinds, "kind"),
        files=tuple(_parse_file(entry, name) for entry, name in found),
        groups=_package_groups(data),
        collaborators=_collaborators(first(data, "collaborators", "collabs")),
    )


def _file_entries(data: Json) -> t.List[t.Tuple[Json, t.Optional[str]]]:
    box = first(data, "files", "dists", "distributions")
    if box is MISSING and isinstance(data.get("releases"), (list, dict)):
        releases = data["releases"]
        box = []
        for release in releases.values() if isinstance(releases, dict) else releases:
            if not isinstance(release, dict):
                raise MetaError(SHAPE, "a release is not an object")
            box.extend(_file_entries(release))
        return box
    if box is MISSING:
        raise MetaError(SHAPE, f"it has no list of files, {keys_of(data)}")
    if isinstance(box, dict):
        entries: t.List[t.Tuple[t.Any, t.Optional[str]]] = [(entry, name) for name, entry in box.items()]
    else:
        entries = [(entry, None) for entry in (box or [])] if isinstance(box, list) or box is None else [(box, None)]
    for entry, _name in entries:
        if not isinstance(entry, dict):
            raise MetaError(SHAPE, f"an entry of the list of files is not an object but {kind_of(entry)}")
    return entries


def _parse_file(entry: Json, key: t.Optional[str]) -> FileMeta:
    name, folder = "", None
    try:
        raw = first(entry, "basename", "filename", "file_name", "name")
        basename = text(key if raw is MISSING else raw, "a file's basename")
        head, _slash, name = basename.rpartition("/")
        folder = head or None
        return _parse_known_file(entry, name, folder)
    except MetaError as exc:
        return FileMeta("", name, folder, None, (), None, None, None, error=MetaError(exc.code, f"{exc}"))


def _parse_known_file(entry: Json, name: str, folder: t.Optional[str]) -> FileMeta:
    attrs = plain(first(entry, "attrs", "attributes"))
    attrs = attrs if isinstance(attrs, dict) else {}
    labels = first(entry, "labels", "channels")
    if labels is MISSING:
        raise MetaError(SHAPE, f"it has neither labels nor channels, {keys_of(entry)}")

    def either(names: t.Tuple[str, ...]) -> t.Any:
        value = first(entry, *names)
        return first(attrs, *names) if value in (MISSING, None) else value

    return FileMeta(
        id=text_or_none(first(entry, "_id", "id", "dist_id"), "the id") or "",
        name=name,
        subdir=folder or text_or_none(either(("subdir",)), "the subdir") or _derived_subdir(attrs),
        kind=text_or_none(first(entry, "type", "distribution_type"), "the kind"),
        labels=name_list(labels, "label", "name", "label", "channel"),
        size=size_or_none(either(("size",))),
        md5=digest_or_none(either(("md5",)), 32),
        sha256=digest_or_none(either(("sha256",)), 64),
        uploaded=time_or_none(first(entry, "upload_time", "uploaded_at", "uploaded")),
    )


def _derived_subdir(attrs: Json) -> t.Optional[str]:
    if "platform" not in attrs or "arch" not in attrs:
        return None
    return subdir_of(text_or_none(attrs["platform"], "the platform"), text_or_none(attrs["arch"], "the arch"))


def _package_groups(data: Json) -> t.Tuple[str, ...]:
    groups = first(data, "groups", "group_access")
    if groups is MISSING:
        return ()
    return tuple(name for name in name_list(groups, "group", "name", "group") if name.lower() not in OWNERS_GROUPS)


def _collaborators(box: t.Any) -> t.Tuple[records.Collaborator, ...]:
    if box is MISSING or box is None:
        return ()
    if isinstance(box, dict):
        found = {(text(name, "a collaborator"), permission(_permission_of(value))) for name, value in box.items()}
    elif isinstance(box, list):
        found = {(named(item, "a collaborator", "login", "user", "name"), permission(_permission_of(item))) for item in box}
    else:
        raise MetaError(SHAPE, "the collaborators are not a list")
    return tuple(records.Collaborator(user, granted) for user, granted in sorted(found))


def _permission_of(value: t.Any) -> t.Any:
    return first(value, "permission", "perms", "access") if isinstance(value, dict) else value


# -- owners -------------------------------------------------------------------------------------------------------------


def parse_owner(data: Json) -> OwnerMeta:
    """An owner's ``meta.json``.  Raises ``MetaError`` if its kind, groups or memberships cannot be read."""
    groups = plain(first(data, "groups", "teams"))
    kind = _owner_kind(data, groups)
    owner_id = text_or_none(first(data, "id", "_id"), "the id") or ""
    login = text_or_none(first(data, "login", "username"), "the login")
    if kind == records.USER:
        orgs = plain(first(data, "orgs", "organizations"))
        return OwnerMeta(owner_id, login, kind, memberships=_memberships(groups, orgs))
    if groups is MISSING:
        raise MetaError(SHAPE, f"it has no groups of the organization, {keys_of(data)}")
    return OwnerMeta(owner_id, login, kind, groups=_groups(groups, plain(first(data, "owners", "co_owners"))))


def _owner_kind(data: Json, groups: t.Any) -> str:
    word = plain(first(data, "user_type", "type", "kind"))
    if isinstance(word, str) and word.lower() in ("user", "person"):
        return records.USER
    if isinstance(word, str) and word.lower() in ("org", "organization"):
        return records.ORGANIZATION
    flag = first(data, "is_org", "is_organization", "org")
    if isinstance(flag, bool):
        return records.ORGANIZATION if flag else records.USER
    if first(data, "orgs", "organizations") is not MISSING:
        return records.USER
    items = list(groups.values()) if isinstance(groups, dict) else groups if isinstance(groups, list) else []
    if any(isinstance(item, dict) and {"members", "packages", "users", "permission", "perms"} & set(item) for item in items):
        if not any(isinstance(item, dict) and {"org", "organization", "owner"} & set(item) for item in items):
            return records.ORGANIZATION
        return records.USER
    raise MetaError(SHAPE, f"it does not say whether the owner is a user or an organization, {keys_of(data)}")


def _groups(box: t.Any, owners: t.Any) -> t.Tuple[GroupMeta, ...]:
    if isinstance(box, dict):
        items = [(text(name, "a group"), value) for name, value in box.items()]
    elif isinstance(box, list):
        items = [(named(value, "a group", "name", "group"), value) for value in box]
    else:
        raise MetaError(SHAPE, f"the groups are not a list but {kind_of(box)}")
    groups = [_group(name, value) for name, value in items]
    names = [group.name for group in groups]
    if len(set(names)) != len(names):
        raise MetaError(SHAPE, f"the group {next(name for name in names if names.count(name) > 1)!r} is in it twice")
    if owners is not MISSING and owners is not None and not any(group.is_owners for group in groups):
        groups.append(GroupMeta("owners", "admin", name_list(owners, "owner", "login", "name"), ()))
    return tuple(sorted(groups, key=lambda group: group.name))


def _group(name: str, value: t.Any) -> GroupMeta:
    if not isinstance(value, dict):
        raise MetaError(SHAPE, f"the group {name!r} is not an object but {kind_of(value)}")
    members = first(value, "members", "users")
    packages = first(value, "packages", "repos")
    return GroupMeta(
        name,
        permission(_permission_of(value)),
        None if members is MISSING or members is None else name_list(members, "member", "login", "user", "name", "_id", "id"),
        () if packages is MISSING else name_list(packages, "package", "name", "full_name", "package", "_id", "id"),
    )


def _memberships(groups: t.Any, orgs: t.Any) -> t.Tuple[t.Tuple[str, str], ...]:
    """(organization, group) pairs from a user's ``groups`` and ``orgs``, in the forms of all dialects."""
    known = _org_names(orgs)
    found: t.Set[t.Tuple[str, str]] = set()
    for box in (groups, orgs):
        if isinstance(box, dict):
            for org, names in box.items():
                inner = names.get("groups") if isinstance(names, dict) else names
                if isinstance(inner, (list, dict)):
                    found.update((text(org, "an organization"), name) for name in name_list(inner, "group", "name", "group"))
        elif isinstance(box, list):
            for item in box:
                found.update(_membership(item, known, box is orgs))
        elif box is not MISSING and box is not None:
            raise MetaError(SHAPE, f"the groups of the user are not a list but {kind_of(box)}")
    return tuple(sorted(found))


def _org_names(orgs: t.Any) -> t.Tuple[str, ...]:
    return name_list(orgs, "organization", "login", "name", "org") if isinstance(orgs, (list, dict)) else ()


def _membership(item: t.Any, known: t.Tuple[str, ...], is_org: bool) -> t.Iterator[t.Tuple[str, str]]:
    if is_org:
        if isinstance(item, dict) and isinstance(item.get("groups"), (list, dict)):
            org = named(item, "an organization", "login", "name", "org")
            for name in name_list(item["groups"], "group", "name", "group"):
                yield (org, name)
        return
    org_value = first(item, "org", "organization", "owner", "org_login", "owner_login") if isinstance(item, dict) else MISSING
    name = named(item, "a group", "name", "group", "group_name")
    if org_value is not MISSING:
        yield (named(org_value, "an organization", "login", "name"), name)
    elif "/" in name:
        org, _slash, group = name.partition("/")
        yield (org, group)
    elif len(known) == 1:
        yield (known[0], name)
    else:
        raise MetaError(SHAPE, f"the organization of the user's group {name!r} is missing")
