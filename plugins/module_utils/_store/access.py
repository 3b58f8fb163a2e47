# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of a plan, put together by who may use them and where they are placed.  Private to the collection.  Pure.

Hundreds of thousands of files are few classes; ``access.jsonl`` has one line for each owner with his.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line, read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access_records import GroupAccess, OwnerAccess, PackageClass, Variant
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import is_owners_group
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import NOBODY_MARK
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import PLAN_VERSION, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import OwnerRecord, SourceFile
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import whole

Users = t.Dict[str, t.Dict[str, str]]
"""Site to AE4 login to AE5 user, ``-`` for nobody; only those who have another name on AE5."""

ACCESS = "access.jsonl"
WHAT = "list of rights"
EXAMPLES = 3

Variants = t.FrozenSet[Variant]


class AccessClasses:
    """Collects while the files are read.  Equal variants, and equal sets of them, are kept once."""

    def __init__(self) -> None:
        self._packages: t.Dict[t.Tuple[str, str], t.Dict[str, Variants]] = collections.defaultdict(dict)
        self._known: t.Dict[Variants, Variants] = {}

    def add(self, site: str, file: SourceFile, channels: t.Iterable[str]) -> None:
        """A file that is placed in these channels."""
        groups = tuple(group for group in file.groups if not is_owners_group(group))
        collaborators = tuple(sorted({(item.user, item.permission) for item in file.collaborators}))
        variant = Variant(file.access, groups, collaborators, tuple(sorted(set(channels))))
        mine = self._packages[site, file.owner]
        before = mine.get(file.package, frozenset())
        if variant not in before:
            after = before | {variant}
            mine[file.package] = self._known.setdefault(after, after)

    def collaborators(self) -> t.Iterator[t.Tuple[str, str, str]]:
        """(site, login, channel) wherever a package with collaborators is placed."""
        for (site, _owner), packages in self._packages.items():
            for variants in set(packages.values()):
                for variant in variants:
                    for login, _permission in variant.collaborators:
                        for channel in variant.channels:
                            yield site, login, channel

    def of_owner(self, site: str, record: OwnerRecord, names: PrincipalMap) -> OwnerAccess:
        """What AE4 gave of one owner's packages, and to whom under which AE5 name."""
        found: t.Dict[Variants, t.List[str]] = collections.defaultdict(list)
        for package, variants in sorted(self._packages[site, record.name].items()):
            found[variants].append(package)
        classes = [PackageClass(len(packages), tuple(packages[:EXAMPLES]), tuple(sorted(variants))) for variants, packages in found.items()]
        used = {group for variants in found for variant in variants for group in variant.groups}
        groups = [group for group in record.groups if group.name in used]
        logins = {login for group in groups for login in group.members} | set(record.owners)
        logins.update(login for variants in found for variant in variants for login, _permission in variant.collaborators)
        return OwnerAccess(
            site,
            record.name,
            record.kind,
            tuple(record.owners),
            tuple(
                GroupAccess(group.name, group.permission, group.members, names.group(site, record.name, group.name))
                for group in sorted(groups, key=lambda group: group.name)
            ),
            {login: names.user(login, site) for login in sorted({*logins, record.name})},
            tuple(sorted(classes, key=lambda item: item.examples)),
        )

    def owners(self) -> t.List[t.Tuple[str, str]]:
        """(site, owner) of all owners with a placed file, ordered."""
        return sorted(self._packages)


@dataclasses.dataclass(frozen=True)
class Head(JsonRecord):
    """The first line of ``access.jsonl``: what else the verdicts depend on."""

    TITLE = "list of rights"
    HEAD: t.ClassVar[Json] = {"record": "access", "schema_version": PLAN_VERSION}
    NEEDED = ("accept_wider", "declared")

    people_checked: bool
    """Whether the groups of AE5 were looked at."""
    accept_wider: t.Tuple[str, ...] = ()
    declared: t.Mapping[str, t.Tuple[Share, ...]] = dataclasses.field(default_factory=dict)
    """Channel -> the shares that ``ae_channels`` gives it."""


def lines(classes: AccessClasses, head: Head, owner: t.Callable[[str, str], OwnerRecord], names: PrincipalMap) -> t.Iterator[str]:
    """The lines of ``access.jsonl``: the head, then one for each owner."""
    yield json_line(head.to_json())
    for site, name in classes.owners():
        yield json_line(classes.of_owner(site, owner(site, name), names).to_json())


def read(folder: str) -> t.Tuple[Head, t.Iterator[OwnerAccess]]:
    """The head, and the owners one at a time.

    Raises:
        MigrationError: there is no plan, or the list is not the one it was stored with.
    """
    records = read_records(whole(folder, ACCESS, WHAT), WHAT, _line)
    head = next(records, None)
    if not isinstance(head, Head):
        raise MigrationError(f"The {WHAT} {ACCESS} in {folder} has no head; run the plan playbook again.")
    return head, t.cast("t.Iterator[OwnerAccess]", records)


def _line(data: Json) -> t.Union[Head, OwnerAccess]:
    return Head.from_json(data) if data.get("record") == "access" else OwnerAccess.from_json(data)


def users_of(plan: str) -> Users:
    """Who the AE4 logins that a plan names are on AE5, by site: lines of ``principals.csv`` first, then ``ae_user_map``.

    Raises:
        MigrationError: the plan cannot be used.
    """
    found: Users = {}
    for owner in read(plan)[1]:
        for login, name in owner.people.items():
            if name != login:
                found.setdefault(owner.site, {})[login] = NOBODY_MARK if name is None else name
    return {site: dict(sorted(found[site].items())) for site in sorted(found)}
