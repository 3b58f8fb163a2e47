# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Building a plan: inventories and declarations in, desired state of the cluster out.  Private to the collection.

Nothing here calls the cluster or writes a file; the order of everything is fixed, so equal input gives equal bytes.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model import access, naming
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Decision, LeftOut, Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    ORGANIZATION,
    PUBLIC,
    UNKNOWN,
    USER,
    OwnerRecord,
    SourceFile,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import NO_REFERENCE, Reference, Selection
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.choices import Choices, Reason
from ansible_collections.ae_ops.migration.plugins.module_utils._store.access import AccessClasses
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import SiteInput
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan, SiteInventory
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

SUPPORTED_KINDS = frozenset({"conda"})
"""What an AE5 channel accepts (vendor guide: projects and environments are not imported; AE4 facts 3.1)."""


NARROW = "narrow"
OWN_CHANNEL = "channel"


@dataclasses.dataclass(frozen=True)
class ExtraChannel:
    """A channel of ``ae_channels`` that must exist; if it has the name of a migrated channel, its shares are added to that."""

    name: str
    public: bool = False
    shares: t.Tuple[Share, ...] = ()


@dataclasses.dataclass(frozen=True)
class PlanOptions:
    """The declarations a plan depends on."""

    cluster: str = "cluster"
    layout: str = naming.VENDOR
    owners: t.Tuple[str, ...] = ()
    """Patterns of the owners to migrate; none means all."""
    channel_rules: t.Tuple[naming.ChannelRule, ...] = ()
    principals: access.PrincipalMap = dataclasses.field(default_factory=access.PrincipalMap)
    accept_wider: t.Tuple[str, ...] = ()
    protected: t.Tuple[str, ...] = naming.PROTECTED_CHANNELS
    sites: t.Tuple[str, ...] = ()
    """The sites of the cluster, to notice one without an inventory."""
    old_inventories: t.Tuple[str, ...] = ()
    """Sites that could not be exported this time and are planned from their last good inventory."""
    selection: Selection = dataclasses.field(default_factory=Selection)
    mirror_owners: t.Tuple[str, ...] = naming.MIRROR_OWNERS
    """Patterns of the owners that mirror a public channel."""
    reference_channels: t.Tuple[str, ...] = ()
    """Channels of the cluster whose files need not be migrated."""
    extra_channels: t.Tuple[ExtraChannel, ...] = ()
    split_private: t.Tuple[str, ...] = ()
    """Patterns of channels with public and other packages, where those that are not public get a channel of their own."""
    collaborators: str = NARROW
    """``channel`` gives a package with collaborators a channel that is shared with them."""
    name_grammar: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What the probe found out about channel names, see ``_model.grammar``."""
    flaws: t.Tuple[str, ...] = ()
    """One sentence for each declaration that cannot be read."""


@dataclasses.dataclass
class ChannelDraft:
    """A channel while the files are read."""

    name: str
    slots: t.Dict[Slot, None] = dataclasses.field(default_factory=dict)
    access_of_package: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    made_visible: int = 0
    """Files that were not on main and appear in a channel without a label."""


@dataclasses.dataclass
class Draft:
    """A plan while the files are read: the input of the later rules and checks."""

    options: PlanOptions
    sites: t.Sequence[SiteInput]
    channels: t.Dict[str, ChannelDraft] = dataclasses.field(default_factory=dict)
    placements: t.Dict[t.Tuple[str, str, str], Placement] = dataclasses.field(default_factory=dict)
    left_out: t.List[LeftOut] = dataclasses.field(default_factory=list)
    clashes: t.List[t.Tuple[Placement, Placement]] = dataclasses.field(default_factory=list)
    collaborators: t.Dict[t.Tuple[str, str, str], t.Dict[str, str]] = dataclasses.field(default_factory=dict)
    """The permission of each collaborator of a package: (site, owner, package) -> login -> permission."""
    reference: Reference = NO_REFERENCE
    would_be: t.Dict[str, Slot] = dataclasses.field(default_factory=dict)
    """With reference channels: the names the migrated channels would have without them."""
    names: t.Dict[Slot, str] = dataclasses.field(default_factory=dict)
    classes: AccessClasses = dataclasses.field(default_factory=AccessClasses)
    _placed_files: t.Set[t.Tuple[str, ...]] = dataclasses.field(default_factory=set)

    def __post_init__(self) -> None:
        self.choices = self._choices()

    def _choices(self) -> Choices:
        options = self.options
        return Choices(options.selection, options.owners, options.mirror_owners, self.reference)

    def read(self) -> Draft:
        """Reads every file of every site once; twice with ``split_private``."""
        mixed = self._mixed() if self.options.split_private else frozenset()
        for site in self.sites:
            for file in site.files():
                self._read_file(site, file, mixed)
        return self

    def _mixed(self) -> t.FrozenSet[Slot]:
        """The slots whose packages that are not public get a channel of their own."""
        choices = self._choices()
        found: t.Dict[Slot, t.Set[bool]] = {}
        for site in self.sites:
            for file in site.files():
                for slot in self._slots_of(site, file, choices)[1]:
                    found.setdefault(slot, set()).add(file.access == PUBLIC)
        rules = self.options.channel_rules
        wanted = self.options.split_private
        return frozenset(slot for slot, kinds in found.items() if len(kinds) > 1 and matches_any(naming.channel_name(slot, rules), wanted))

    def _slots_of(self, site: SiteInput, file: SourceFile, choices: Choices) -> t.Tuple[t.Optional[Reason], t.Tuple[Slot, ...]]:
        """Why a file gets no placement, or its slots."""
        if file.owner not in site.owners:
            raise MigrationError(
                f"The inventory {site.path} has files of owner {file.owner!r}, who is not in the owner list; run the export again."
            )
        reason, kept = choices.look_at(site.site, file)
        reason = reason or left_out_reason(file, site.owners[file.owner])
        slots = () if reason is not None else naming.slots_of(site.site, kept, self.options.layout)
        if reason is None and not slots:
            reason = ("unlabelled", "It has no label, and the channels of this owner are named after labels.")
        if reason is None and self.options.reference_channels:
            for slot in slots:
                self.would_be.setdefault(naming.channel_name(slot, self.options.channel_rules), slot)
            reason = choices.held_already(file)
        return reason, slots if reason is None else ()

    def _read_file(self, site: SiteInput, file: SourceFile, mixed: t.FrozenSet[Slot]) -> None:
        reason, slots = self._slots_of(site, file, self.choices)
        if reason is None:
            if mixed and file.access != PUBLIC:
                slots = tuple(dataclasses.replace(slot, aspect=naming.PRIVATE_ASPECT) if slot in mixed else slot for slot in slots)
            if file.collaborators:
                known = self.collaborators.setdefault((site.site, file.owner, file.package), {})
                known.update({item.user: item.permission for item in file.collaborators})
                if self.options.collaborators == OWN_CHANNEL:
                    slots = (*slots, Slot(site.site, file.owner, file.owner_kind, aspect=f"{naming.PACKAGE_ASPECT}{file.package}"))
            placed = [self._place(slot, file) for slot in slots]
            self.classes.add(site.site, file, [self.names[slot] for slot in slots])
            before = [placement for placement in placed if placement is not None]
            if len(before) == len(placed):
                reason = ("duplicate", f"It is the same file as {before[0].path}, which is migrated instead.")
            elif self._listed_before(site, file):
                reason = ("duplicate", "The inventory lists it twice; see its first line.")
            else:
                return
        self.left_out.append(LeftOut(site.site, file.owner, file.package, file.file, file.path, file.size, *reason))

    def _listed_before(self, site: SiteInput, file: SourceFile) -> bool:
        """Whether a line of the same file was placed before, so that the ledger would count the two as one."""
        key = (site.site, file.owner, file.package, file.file, file.path)
        if key in self._placed_files:
            return True
        self._placed_files.add(key)
        return False

    def _place(self, slot: Slot, file: SourceFile) -> t.Optional[Placement]:
        """Adds the file's placement; returns the placement that has its place already, if there is one."""
        name = self.names.get(slot)
        if name is None:
            name = self.names[slot] = naming.channel_name(slot, self.options.channel_rules)
        channel = self.channels.setdefault(name, ChannelDraft(name))
        channel.slots[slot] = None
        package = f"{file.owner}/{file.package}"
        known = channel.access_of_package.get(package)
        channel.access_of_package[package] = file.access if known in (None, file.access) else UNKNOWN
        placement = Placement(
            name, slot.site, file.owner, file.package, file.file, file.subdir or "", file.size, file.md5, file.sha256, file.path
        )
        before = self.placements.get(placement.key)
        if before is not None:
            if not same_bytes(before, placement):
                self.clashes.append((before, placement))
            return before
        self.placements[placement.key] = placement
        channel.files += 1
        channel.bytes += file.size
        channel.made_visible += naming.becomes_visible(file, slot) and not slot.package
        return None

    def declare_principals(self, declared: t.Mapping[access.Declared, str]) -> None:
        """Gives the lines of ``principals.csv`` precedence over ``ae_user_map`` and ``ae_group_map``."""
        principals = dataclasses.replace(self.options.principals, declared=declared)
        self.options = dataclasses.replace(self.options, principals=principals)

    def owner(self, slot: Slot) -> OwnerRecord:
        """The owner record of a slot."""
        return next(site for site in self.sites if site.site == slot.site).owners[slot.owner]

    def collaborators_of(self, slot: Slot) -> t.Mapping[str, str]:
        """The collaborators of the package a slot's channel is for: login -> permission."""
        return self.collaborators.get((slot.site, slot.owner, slot.package), {}) if slot.package else {}


def same_bytes(first: Placement, second: Placement) -> bool:
    """Whether two files are proven to be the same: by sha256, or by md5 if one has no sha256.  A size alone proves nothing."""
    if first.sha256 and second.sha256:
        return first.sha256 == second.sha256
    return first.size == second.size and bool(first.md5) and first.md5 == second.md5


def left_out_reason(file: SourceFile, owner: OwnerRecord) -> t.Optional[Reason]:
    """Why a file that is not excluded gets no placement, whatever its labels; ``None`` if it can get one."""
    if file.problems:
        return ("quarantined", " ".join(problem.detail for problem in file.problems))
    if file.kind not in SUPPORTED_KINDS:
        return ("unsupported_kind", f"AE5 channels do not accept files of kind {file.kind!r}.")
    if not file.subdir or not (file.md5 or file.sha256):
        return ("quarantined", "Its subdir or its digest is missing.")
    if file.owner_kind not in (USER, ORGANIZATION) or file.owner_kind != owner.kind:
        return ("quarantined", f"The dump does not say whether its owner {file.owner!r} is a user or an organization.")
    return None


def groups_in_use(draft: Draft) -> t.Dict[str, t.List[Slot]]:
    """AE5 group name -> the AE4 groups (as slots without a label) that the plan maps to it."""
    used: t.Dict[str, t.Dict[Slot, None]] = collections.defaultdict(dict)
    for slot in sorted(draft.names):
        if slot.group:
            name = draft.options.principals.group(slot.site, slot.owner, slot.group)
            if name is not None:
                used[name][group_slot(slot)] = None
    return {name: list(slots) for name, slots in sorted(used.items())}


def group_slot(slot: Slot) -> Slot:
    """The AE4 group of a slot, without its label."""
    return dataclasses.replace(slot, label="", aspect="")


def group_key(slot: Slot) -> str:
    """The name of an AE4 group in records and maps: ``SITE:ORGANIZATION/GROUP``."""
    return f"{slot.site}:{slot.owner}/{slot.group}"


def members_in_ae4(draft: Draft) -> t.Dict[str, t.List[str]]:
    """The AE5 names of the members of each AE4 group the plan uses, owners of the organization included.

    With this record the next plan can tell who left in AE4 from who was added on AE5.
    """
    members: t.Dict[str, t.List[str]] = {}
    for slots in groups_in_use(draft).values():
        for slot in slots:
            owner = draft.owner(slot)
            group = access.group_of(owner, slot.group)
            logins = {*(group.members if group else ()), *owner.owners}
            names = {draft.options.principals.user(login, slot.site) for login in logins}
            members[group_key(slot)] = sorted(name for name in names if name is not None)
    return members


def finish(draft: Draft) -> t.Tuple[Plan, t.List[Placement], t.List[LeftOut]]:
    """The plan of a draft without errors."""
    decisions: t.List[Decision] = []
    channels = [_channel(draft, draft.channels[name], decisions) for name in sorted(draft.channels)]
    decisions.extend([*draft.choices.decisions(), *_decisions_on_people(draft)])
    decisions.extend(
        Decision("old_inventory", f"Site {site.site} could not be exported and is planned from its last good inventory.")
        for site in draft.sites
        if site.site in draft.options.old_inventories
    )
    missing = tuple(sorted(set(draft.options.sites) - {site.site for site in draft.sites}))
    plan = Plan(
        draft.options.cluster,
        draft.options.layout,
        tuple(
            SiteInventory(site.site, site.record.files, site.record.bytes, site.record.sha256, site.site in draft.options.old_inventories)
            for site in draft.sites
        ),
        tuple(channels),
        tuple(decisions),
        dict(collections.Counter(item.reason for item in draft.left_out)),
        members_in_ae4(draft),
        missing,
    )
    return plan, [draft.placements[key] for key in sorted(draft.placements)], draft.left_out


def _channel(draft: Draft, channel: ChannelDraft, decisions: t.List[Decision]) -> Channel:
    slot = min(channel.slots)
    shares = access.shares_of(slot, draft.owner(slot), draft.options.principals, draft.collaborators_of(slot))
    privacy = access.privacy_of(channel.access_of_package)
    if privacy.everyone:
        shares = access.with_everyone(shares)
    if privacy.narrowed:
        decisions.append(
            Decision(
                "narrower",
                f"Channel {channel.name} is not public because of {listed(privacy.because)}, so fewer people than in AE4 can read "
                f"{listed(privacy.narrowed)}.",
                "ae_split_private" if PUBLIC in channel.access_of_package.values() else None,
            )
        )
    if channel.made_visible:
        files = "file that was" if channel.made_visible == 1 else "files that were"
        decisions.append(
            Decision(
                "visible_without_label",
                f"Channel {channel.name} shows {channel.made_visible} {files} not on the label main in AE4.",
                "ae_channel_layout",
            )
        )
    skipped = access.nobodies(slot, draft.owner(slot), draft.options.principals, draft.collaborators_of(slot))
    if not shares and not skipped:
        decisions.append(
            Decision("shared_with_nobody", f"Channel {channel.name} is shared with nobody, because the dump names no owner for it.")
        )
    return Channel(channel.name, slot.owner, privacy.public, shares, channel.files, channel.bytes, skipped)


def _decisions_on_people(draft: Draft) -> t.Iterator[Decision]:
    own = draft.options.collaborators == OWN_CHANNEL
    for (_site, owner, package), users in sorted(draft.collaborators.items()):
        yield Decision(
            "collaborators",
            f"Package {owner}/{package} had collaborators of its own ({listed(sorted(users))}); AE5 has no shares on single "
            f"packages, so {'it gets a channel of its own that is shared with them' if own else 'they get no access'}.",
            "ae_collaborators",
        )
    for slot in sorted(slot for slot in draft.names if slot.group and not slot.label and not slot.aspect):
        group = access.group_of(draft.owner(slot), slot.group)
        permission = group.permission if group else UNKNOWN
        if permission != "read":
            level = access.ACCESS_OF_PERMISSION.get(permission, "r")
            yield Decision(
                "group_permission",
                f"The {slot.describe()} has permission {permission}, which becomes {level}; the vendor guide covers only read.",
            )
