# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of a site's inventory and of what a channel shows, as frozen dataclasses.  Private to the collection.

Each class is one kind of line in one of the files of a run and converts to and from plain JSON:

=====================  =============================================================
file                   records
=====================  =============================================================
inventory.jsonl        ``SourceFile``, one line per file of the dump
inventory.owners.jsonl ``SiteRecord`` first, then ``OwnerRecord``, one per owner
=====================  =============================================================

What a plan is made of is in ``plan_records``.  Sizes are bytes, digests lower-case hex.  Nothing here does I/O.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord

SCHEMA_VERSION = 1

USER = "user"
ORGANIZATION = "organization"
GROUP = "group"

REMOVED_ON_AE5 = "removed_on_ae5"
"""Why something is held back that somebody has taken away on AE5 since our last run."""
UNKNOWN_PRINCIPAL = "unknown_principal"
"""Why a share is withheld whose user or group AE5 does not have; nobody else gets the right for them."""
NOBODY = "nobody"
"""Why a share is withheld whose AE4 user or group is declared to be nobody on AE5; it names the AE4 one."""

PUBLIC = "public"
AUTHENTICATED = "authenticated"
PRIVATE = "private"
UNKNOWN = "unknown"

SOURCE_FILE_ORDER = (
    *("owner", "owner_kind", "package", "package_id", "file", "subdir", "path", "labels", "access", "groups", "collaborators"),
    *("size", "md5", "sha256", "kind", "uploaded", "problems"),
)
"""Of the keys of a line of ``inventory.jsonl``, whose bytes have a digest."""


@dataclasses.dataclass(frozen=True)
class Problem(JsonRecord):
    """What is wrong with a file, a package folder or an owner of a dump.

    ``code`` is stable and for machines, ``detail`` is one sentence for people that names the thing.
    """

    TITLE = "problem"

    code: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Collaborator(JsonRecord):
    """A user who was given a right on one package (AE4 has such a right, AE5 has not)."""

    TITLE = "collaborator"

    user: str
    permission: str


@dataclasses.dataclass(frozen=True)
class SourceFile(JsonRecord):
    """One file of a dump: where it lies, what it is, and what AE4 says of it."""

    TITLE = "file of an inventory"
    ORDER = SOURCE_FILE_ORDER

    owner: str
    owner_kind: str
    package: str
    package_id: str
    file: str
    subdir: t.Optional[str]
    path: str
    """Relative to the dump, made of names that a directory listing gave, parts joined by a slash."""
    labels: t.Tuple[str, ...]
    access: str
    groups: t.Tuple[str, ...]
    """Names of the organization's groups that can access the package, owners groups left out."""
    size: int
    md5: t.Optional[str]
    sha256: t.Optional[str]
    kind: str
    collaborators: t.Tuple[Collaborator, ...] = ()
    problems: t.Tuple[Problem, ...] = ()
    uploaded: t.Optional[str] = None
    """When it came to AE4 (``2017-08-14T21:08:34Z``); None where the dump does not say."""


@dataclasses.dataclass(frozen=True)
class GroupRecord(JsonRecord):
    """A group of an organization.  Known by (site, organization, name)."""

    TITLE = "group"

    name: str
    permission: str
    """read, write or admin; ``unknown`` where the dump does not say."""
    members: t.Tuple[str, ...]
    packages: t.Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class OwnerRecord(JsonRecord):
    """A user or an organization of a site, with or without files."""

    TITLE = "line of an owner"
    HEAD: t.ClassVar[Json] = {"record": "owner"}

    name: str
    kind: str
    """user, organization, or unknown where the owner's meta.json is missing or unreadable."""
    groups: t.Tuple[GroupRecord, ...] = ()
    """Of an organization, owners groups left out."""
    owners: t.Tuple[str, ...] = ()
    """Members of the organization's owners group."""
    problems: t.Tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True)
class SiteRecord(JsonRecord):
    """First line of ``inventory.owners.jsonl``: it binds that file to its ``inventory.jsonl``."""

    TITLE = "site record"
    HEAD: t.ClassVar[Json] = {"record": "site", "schema_version": SCHEMA_VERSION}
    NEEDED = ("owners",)

    site: str
    files: int
    bytes: int
    sha256: str
    """Of the whole ``inventory.jsonl``, so that a truncated or exchanged file is noticed."""
    owners: int = 0
    """Number of owner lines that follow."""
    problems: t.Tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True)
class Package(JsonRecord):
    """A package as a channel's repodata shows it."""

    TITLE = "package of a channel"

    subdir: str
    file: str
    name: str
    version: str
    build: str
    size: t.Optional[int]
    md5: t.Optional[str]
    sha256: t.Optional[str]
    build_number: int = 0
    """By which conda prefers one build of a version to another; one that is not told is 0."""
