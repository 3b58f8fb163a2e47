# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of channels: pure rules of the vendor guide and the ``by_label`` layout.  Private to the collection.

Source: vendor guide, section "How channels of imported packages are named".  The default label ``main`` and the
owners group add nothing to a name.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t
import unicodedata

from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import MapRule, NameMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import ORGANIZATION, USER, SourceFile

VENDOR = "vendor"
BY_LABEL = "by_label"
LAYOUTS = (VENDOR, BY_LABEL)

MAIN_LABEL = "main"
OWNERS_GROUPS = frozenset({"owner", "owners"})

PRIVATE_ASPECT = "private"
PACKAGE_ASPECT = "package "

MIRROR_OWNERS = (
    *("anaconda", "r-channel", "wakari", "anaconda-adam", "anaconda-cluster", "~pypi"),
    *("main", "free", "pro", "r", "msys2"),
)
"""Accounts that mirror public channels by convention (AE4 facts 1.5), or have the name of such a channel (AE4 facts 3.5)."""

PROTECTED_CHANNELS = ("anaconda-enterprise", "anaconda", "main", "free", "pro", "r", "r-channel", "msys2")
"""Names AE5 or its mirrors use themselves (AE5 facts 2.3, AE4 facts 3.5)."""


@dataclasses.dataclass(frozen=True, order=True)
class Slot:
    """The place in AE4 that becomes a channel: an owner, perhaps a group of the organization, perhaps a label.

    ``aspect`` is a part of it that was requested (``ae_split_private``, ``ae_collaborators``): ``private`` for the packages that
    are not public, ``package NAME`` for one package.  Two slots are always different places, even if their names are equal.
    """

    site: str
    owner: str
    owner_kind: str
    group: str = ""
    label: str = ""
    aspect: str = ""

    @property
    def name(self) -> str:
        """The channel's name before ``ae_channel_map``."""
        return "/".join(part for part in (self.owner, self.group, self.label, self.aspect_name) if part)

    @property
    def package(self) -> str:
        """The package of the slot; empty if the slot is not for a single package."""
        return self.aspect[len(PACKAGE_ASPECT) :] if self.aspect.startswith(PACKAGE_ASPECT) else ""

    @property
    def aspect_name(self) -> str:
        """What the aspect adds to the name."""
        return self.package or self.aspect

    @property
    def whole(self) -> Slot:
        """The slot without its aspect."""
        return dataclasses.replace(self, aspect="") if self.aspect else self

    def describe(self) -> str:
        """For messages: the slot in words, with its site."""
        words = [f"{self.owner_kind} {self.owner!r}"]
        if self.group:
            words.append(f"group {self.group!r}")
        if self.label:
            words.append(f"label {self.label!r}")
        if self.aspect:
            words.append(f"package {self.package!r} for its collaborators" if self.package else "packages that are not public")
        return f"{', '.join(words)} of site {self.site!r}"


ChannelRule = MapRule
"""A rule of ``ae_channel_map``, for the name that a channel would have without it."""


def is_owners_group(name: str) -> bool:
    """Whether a group is the default one of an organization, in any of its known spellings."""
    return name.casefold() in OWNERS_GROUPS


def channel_name(slot: Slot, rules: t.Sequence[ChannelRule] = ()) -> str:
    """The name of a slot's channel, by the rule with its exact name, else by the first pattern that matches.

    The channel of packages that are not public is named after the channel of the place, as renamed by the rules.
    """
    fields = {"owner": slot.owner, "group": slot.group, "label": slot.label}
    fields["organization"] = slot.owner if slot.owner_kind == ORGANIZATION else ""
    table = _table(tuple(rules))
    if slot.aspect == PRIVATE_ASPECT and table.exact(slot.name, slot.site) is None:
        return f"{channel_name(slot.whole, rules)}/{PRIVATE_ASPECT}"
    renamed = table.rename(slot.name, slot.site, fields)
    return slot.name if renamed is None else renamed


@functools.lru_cache(maxsize=8)
def _table(rules: t.Tuple[ChannelRule, ...]) -> NameMap:
    return NameMap(rules)


def folded(name: str) -> str:
    """The key by which two names collide, because a file system or a product may treat them as one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def without_accents(text: str) -> str:
    """The text without the accents of its letters."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def slots_of(site: str, file: SourceFile, layout: str) -> t.Tuple[Slot, ...]:
    """The slots a file belongs to, in the order of their names; none if it is unlabelled and labels decide.

    Layout ``vendor`` is literal to the guide: of a user, the label decides; of an organization, ``O`` holds every
    file, ``O/G`` every file of the packages that ``G`` can access, ``O/G/L`` those of them with label ``L``.
    Layout ``by_label``: labels isolate for organizations too.
    """
    labels = sorted({"" if label == MAIN_LABEL else label for label in file.labels if label})
    if file.owner_kind == USER:
        return tuple(Slot(site, file.owner, USER, "", label) for label in labels)
    if file.owner_kind != ORGANIZATION:
        return ()
    groups = ["", *sorted(group for group in set(file.groups) if not is_owners_group(group))]
    slots = set()
    for group in groups:
        if layout == VENDOR:
            slots.add(Slot(site, file.owner, ORGANIZATION, group, ""))
            if group:
                slots.update(Slot(site, file.owner, ORGANIZATION, group, label) for label in labels)
        else:
            slots.update(Slot(site, file.owner, ORGANIZATION, group, label) for label in labels)
    return tuple(sorted(slots))


def becomes_visible(file: SourceFile, slot: Slot) -> bool:
    """Whether a file that was not on ``main`` appears in a channel without a label (vendor layout, organizations)."""
    return not slot.label and slot.owner_kind == ORGANIZATION and MAIN_LABEL not in file.labels
