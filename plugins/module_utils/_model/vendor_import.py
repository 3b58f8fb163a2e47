# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which owners the vendor import migrates exactly as planned, pure.  Private to the collection.

``anaconda-enterprise-cli admin import`` takes an owner's whole folder, names and shares the channels itself, and ignores the
declarations.  So it is used for an owner only if plan and vendor guide agree in everything.

Source: vendor guide, sections "How channels of imported packages are named" and "Granting access to channels and
packages"; AE5 facts, assumption A4: nothing is known of the import beyond the guide.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import (
    ACCESS_OF_PERMISSION,
    PrincipalMap,
    group_of,
    shares_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import is_package
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import VENDOR, Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import PLAN_VERSION, LeftOut
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    ORGANIZATION,
    USER,
    OwnerRecord,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

DUPLICATE = "duplicate"
NAMES_SHOWN = 3


@dataclasses.dataclass(frozen=True)
class OwnersHead(JsonRecord):
    """First line of one site's list of owners: the inventory that it was made from."""

    TITLE = "head of a list of a plan's owners"
    HEAD: t.ClassVar[Json] = {"record": "site", "schema_version": PLAN_VERSION}

    site: str
    inventory_sha256: str


@dataclasses.dataclass(frozen=True)
class OwnerFacts(JsonRecord):
    """The facts of the plan about an owner that decide whether the vendor import may be used."""

    TITLE = "line of an owner"
    HEAD: t.ClassVar[Json] = {"record": "owner"}
    NEEDED = ("reasons", "private", "known")

    owner: str
    reasons: t.Tuple[str, ...] = ()
    """What the import would do differently than planned, each the end of a sentence that names a variable or a file."""
    private: t.Tuple[str, ...] = ()
    """Channels of the owner that must not be public, although the import creates public ones."""
    known: t.Tuple[str, ...] = ()
    """Paths of package files in the owner's folder that have no placement and are harmless."""


def facts_of(
    owner: OwnerRecord,
    names: t.Mapping[Slot, str],
    public: t.Container[str],
    left_out: t.Iterable[LeftOut],
    layout: str,
    principals: PrincipalMap,
    shortened: int = 0,
) -> OwnerFacts:
    """The facts of one owner.

    ``names`` are its slots and their channels, ``public`` the channels that may be public, ``left_out`` the owner's files
    without a placement, ``shortened`` the number of files of which a rule left out some labels.
    """
    left = [item for item in left_out if item.path and (is_package(item.file) or is_package(item.path))]
    return OwnerFacts(
        owner.name,
        (*_naming(owner, names, layout), *_sharing(owner, names, principals), *_leaving_out(left, shortened)),
        tuple(sorted({name for name in names.values() if name not in public})),
        tuple(sorted({item.path for item in left if item.reason == DUPLICATE})),
    )


def _naming(owner: OwnerRecord, names: t.Mapping[Slot, str], layout: str) -> t.Iterator[str]:
    # A user's channels are the same in every layout.
    if layout != VENDOR and owner.kind == ORGANIZATION:
        yield f"ae_channel_layout is {layout}, which the import does not support"
    own = {
        "ae_collaborators": sorted(name for slot, name in names.items() if slot.package),
        "ae_split_private": sorted(name for slot, name in names.items() if slot.aspect and not slot.package),
    }
    for variable, channels in own.items():
        if channels:
            yield f"{variable} requests {listed(channels, NAMES_SHOWN)}, which the import does not support"
    renamed = sorted(f"{slot.name} to {name}" for slot, name in names.items() if slot.name != name and not slot.aspect)
    if renamed:
        yield f"ae_channel_map renames {listed(renamed, NAMES_SHOWN)}"


def _sharing(owner: OwnerRecord, names: t.Mapping[Slot, str], principals: PrincipalMap) -> t.Iterator[str]:
    found: t.Dict[str, None] = {}
    for slot in sorted(names):
        planned, plain = shares_of(slot, owner, principals), shares_of(slot, owner, PrincipalMap())
        group = group_of(owner, slot.group) if slot.group else None
        if slot.group and (group is None or group.permission not in ACCESS_OF_PERMISSION):
            found[f"the dump does not give the permission of its group {slot.group}"] = None
        for share in plain:
            if share not in planned:
                key = (slot.site, share.kind, "" if share.kind == USER else slot.owner, share.name)
                variable = "principals.csv" if key in principals.declared else f"ae_{share.kind}_map"
                found[f"{variable} gives {share.kind} {share.name} another name, which the import does not support"] = None
    return iter(found)


def _leaving_out(left: t.Sequence[LeftOut], shortened: int) -> t.Iterator[str]:
    if shortened:
        yield f"ae_include and ae_exclude leave out labels of {counted(shortened, 'file')}, which the import does not support"
    taken = [f"{item.path} ({item.reason})" for item in left if item.reason != DUPLICATE]
    if taken:
        yield f"the plan leaves out files that the import may take: {listed(taken, NAMES_SHOWN)}"


def refusal(facts: t.Optional[OwnerFacts], accept_public: t.Sequence[str], refused: t.Container[str], channels: t.Iterable[str]) -> str:
    """Why the import must not be used for an owner, the end of a sentence; empty if it may.

    ``accept_public`` are patterns of channels that may be public although not everything in them was, ``refused`` the
    channels that must stay empty, ``channels`` those that the owner has files in.
    """
    if facts is None:
        return "the plan has no facts about this owner; run the plan playbook again"
    reasons = list(facts.reasons)
    private = [name for name in facts.private if not matches_any(name, accept_public)]
    if private:
        reasons.append(
            f"its {_channels(len(private))} {listed(private, NAMES_SHOWN)} must be private, but the import creates public channels"
            " (see ae_accept_public)"
        )
    held = sorted(name for name in set(channels) if name in refused and name not in private)
    if held:
        reasons.append(f"its {_channels(len(held))} {listed(held, NAMES_SHOWN)} could not be created as planned")
    return "; ".join(reasons)


def _channels(number: int) -> str:
    return "channel" if number == 1 else "channels"
