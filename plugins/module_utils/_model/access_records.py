# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of ``access.jsonl``: whom AE4 gave what of an owner's packages, and who they are on AE5.  Pure.

Private to the collection.  Packages are put together into classes, because hundreds of thousands of them are few classes.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json, SchemaError


@dataclasses.dataclass(frozen=True, order=True)
class Variant:
    """What AE4 says of some files of a package, and the channels that these are planned in."""

    access: str
    groups: t.Tuple[str, ...]
    """The organization's groups that can access it, owners groups left out."""
    collaborators: t.Tuple[t.Tuple[str, str], ...]
    """(login, permission)."""
    channels: t.Tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "access": self.access,
            "groups": list(self.groups),
            "collaborators": [list(item) for item in self.collaborators],
            "channels": list(self.channels),
        }

    @classmethod
    def from_json(cls, data: Json) -> Variant:
        collaborators = tuple((str(login), str(permission)) for login, permission in data["collaborators"])
        return cls(data["access"], tuple(data["groups"]), collaborators, tuple(data["channels"]))


@dataclasses.dataclass(frozen=True)
class PackageClass:
    """Packages with the same variants: how many, and the names of the first ones."""

    packages: int
    examples: t.Tuple[str, ...]
    variants: t.Tuple[Variant, ...]

    def to_json(self) -> Json:
        return {"packages": self.packages, "examples": list(self.examples), "variants": [item.to_json() for item in self.variants]}

    @classmethod
    def from_json(cls, data: Json) -> PackageClass:
        return cls(int(data["packages"]), tuple(data["examples"]), tuple(Variant.from_json(item) for item in data["variants"]))


@dataclasses.dataclass(frozen=True)
class GroupAccess:
    """A group of an organization that can access a package; ``ae5`` is the AE5 group, None if it is nobody."""

    name: str
    permission: str
    members: t.Tuple[str, ...]
    ae5: t.Optional[str]

    def to_json(self) -> Json:
        return {"name": self.name, "permission": self.permission, "members": list(self.members), "ae5": self.ae5}

    @classmethod
    def from_json(cls, data: Json) -> GroupAccess:
        return cls(data["name"], data["permission"], tuple(data["members"]), data["ae5"])


@dataclasses.dataclass(frozen=True)
class OwnerAccess:
    """One line: an owner with a placed file."""

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

    def to_json(self) -> Json:
        return {
            "record": "owner",
            "site": self.site,
            "owner": self.owner,
            "kind": self.kind,
            "owners": list(self.owners),
            "groups": [group.to_json() for group in self.groups],
            "people": dict(self.people),
            "classes": [item.to_json() for item in self.classes],
        }

    @classmethod
    def from_json(cls, data: Json) -> OwnerAccess:
        if data.get("record") != "owner":
            raise SchemaError("it is not the line of an owner")
        return cls(
            data["site"],
            data["owner"],
            data["kind"],
            tuple(data["owners"]),
            tuple(GroupAccess.from_json(item) for item in data["groups"]),
            dict(data["people"]),
            tuple(PackageClass.from_json(item) for item in data["classes"]),
        )
