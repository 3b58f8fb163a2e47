# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of ``access.jsonl``: whom AE4 gave what of an owner's packages, and who they are on AE5.  Pure.

Private to the collection.  Packages are put together into classes, because hundreds of thousands of them are few classes.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord


@dataclasses.dataclass(frozen=True, order=True)
class Variant(JsonRecord):
    """What AE4 says of some files of a package, and the channels that these are planned in."""

    TITLE = "package's access"

    access: str
    groups: t.Tuple[str, ...]
    """The organization's groups that can access it, owners groups left out."""
    collaborators: t.Tuple[t.Tuple[str, str], ...]
    """(login, permission)."""
    channels: t.Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class PackageClass(JsonRecord):
    """Packages with the same variants: how many, and the names of the first ones."""

    TITLE = "class of packages"

    packages: int
    examples: t.Tuple[str, ...]
    variants: t.Tuple[Variant, ...]


@dataclasses.dataclass(frozen=True)
class GroupAccess(JsonRecord):
    """A group of an organization that can access a package; ``ae5`` is the AE5 group, None if it is nobody."""

    TITLE = "group with access"

    name: str
    permission: str
    members: t.Tuple[str, ...]
    ae5: t.Optional[str]


@dataclasses.dataclass(frozen=True)
class OwnerAccess(JsonRecord):
    """One line: an owner with a placed file."""

    TITLE = "line of an owner"
    HEAD: t.ClassVar[Json] = {"record": "owner"}

    site: str
    owner: str
    kind: str
    owners: t.Tuple[str, ...]
    """Logins of the organization's owners."""
    groups: t.Tuple[GroupAccess, ...]
    people: t.Mapping[str, t.Optional[str]]
    """AE4 login -> AE5 user name, None if it is nobody; everybody who is named in this line."""
    classes: t.Tuple[PackageClass, ...]

    def channels(self) -> t.Set[str]:
        """The channels that hold something of the owner."""
        return {name for each in self.classes for variant in each.variants for name in variant.channels}
