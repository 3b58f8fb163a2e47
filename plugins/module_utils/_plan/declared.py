# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations that name channels: their errors, the channels of ``ae_channels``, names that AE5 refuses.  Private to the collection."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import access, grammar, naming, patterns
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import MapRule
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Decision
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import Draft, ExtraChannel, PlanOptions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

NAMES_SHOWN = 5


def flaws(options: PlanOptions) -> t.List[str]:
    """What is wrong with the declarations themselves, before any inventory is read."""
    people = options.principals
    return [
        *options.flaws,
        *patterns.bad_templates("ae_channel_map", options.channel_rules, patterns.CHANNEL_FIELDS),
        *patterns.bad_templates("ae_user_map", [MapRule.of_key(*item) for item in people.users.items()], patterns.USER_FIELDS),
        *patterns.bad_templates("ae_group_map", [MapRule.of_key(*item) for item in people.groups.items()], patterns.GROUP_FIELDS),
        *_bad_extra(options.extra_channels),
    ]


def _bad_extra(channels: t.Sequence[ExtraChannel]) -> t.Iterator[str]:
    names = [channel.name for channel in channels]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"Channel {name!r} is in ae_channels twice; list it once, with all its shares."
    for channel in channels:
        if len(access.merged(channel.shares)) != len(channel.shares):
            yield f"Channel {channel.name!r} of ae_channels lists a user or group twice; list each user and group once."


def errors_of(draft: Draft) -> t.List[str]:
    """Errors of declarations that need the inventories: names AE5 refuses, extra and reference channels."""
    return [*refused_names(draft), *_extra_errors(draft), *_reference_errors(draft)]


def _reference_errors(draft: Draft) -> t.List[str]:
    """Reference channels that the plan itself fills: the next plan would leave out what this one puts there."""
    return [
        f"Channel {name!r} of ae_reference_channels is filled by this plan from {draft.would_be[name].describe()}; remove it from "
        "ae_reference_channels, or rename the migrated channel in ae_channel_map."
        for name in draft.options.reference_channels
        if name in draft.would_be
    ]


def _extra_errors(draft: Draft) -> t.List[str]:
    """Channels of ``ae_channels`` that are declared public and hold packages that were not."""
    errors = []
    for extra in draft.options.extra_channels:
        migrated = draft.channels.get(extra.name)
        if extra.public and migrated is not None and not access.privacy_of(migrated.access_of_package).public:
            source = min(migrated.slots).describe()
            errors.append(
                f"Channel {extra.name!r} is public in ae_channels, and gets packages from {source} that were not public in AE4; remove "
                "public there, or rename the migrated channel in ae_channel_map."
            )
    return errors


def extended(draft: Draft, plan: Plan) -> Plan:
    """The plan with the channels and shares of ``ae_channels``, and the decisions about declared shares and unproven names."""
    decisions: t.List[Decision] = []
    found = {channel.name: channel for channel in plan.channels}
    for extra in draft.options.extra_channels:
        known = found.get(extra.name)
        if known is None:
            found[extra.name] = Channel(extra.name, extra.name.partition("/")[0], extra.public, extra.shares)
            continue
        shares = access.merged([*known.shares, *extra.shares])
        added = [share for share in shares if share not in known.shares]
        if added:
            found[extra.name] = dataclasses.replace(known, shares=shares)
            words = ", ".join(share_in_words(share) for share in added)
            detail = f"Channel {extra.name} gets shares that AE4 did not have, as declared: {words}."
            decisions.append(Decision("declared_shares", detail, "ae_channels"))
    whole = dataclasses.replace(plan, channels=tuple(found[name] for name in sorted(found)))
    return whole.with_decisions([*decisions, *unsure_names(draft)])


def refused_names(draft: Draft) -> t.List[str]:
    """Names that AE5 refused in the probe, each with a proposed name and the rule that gives it that name."""
    probed = draft.options.name_grammar
    taken = {naming.folded(name) for name in (*draft.names.values(), *(extra.name for extra in draft.options.extra_channels))}
    owners: t.Dict[str, t.Set[str]] = {}
    for slot in draft.names:
        owners.setdefault(slot.name, set()).add(slot.site)
    errors = []
    for slot, name in sorted(draft.names.items()):
        traits = grammar.refused(name, probed)
        if traits:
            other = grammar.proposed(name, probed, taken)
            taken.add(naming.folded(other))
            line = _map_line(slot, other, len(owners[slot.name]) > 1)
            errors.append(
                f"AE5 refuses the channel name {name!r} from {slot.describe()}, because it has {grammar.in_words(traits)}; add {line} "
                "to ae_channel_map, or choose another name there."
            )
    for extra in draft.options.extra_channels:
        traits = grammar.refused(extra.name, probed)
        if traits and extra.name not in draft.channels:
            other = grammar.proposed(extra.name, probed, taken)
            errors.append(
                f"AE5 refuses the channel name {extra.name!r} from ae_channels, because it has {grammar.in_words(traits)}; use for "
                f"example {other!r}."
            )
    return errors


def _map_line(slot: Slot, name: str, with_site: bool) -> str:
    """The rule as YAML takes it (JSON is YAML)."""
    rule = {"match": patterns.literal(slot.name), "to": patterns.template(name), **({"site": slot.site} if with_site else {})}
    return f"'- {json.dumps(rule, ensure_ascii=False)}'"


def unsure_names(draft: Draft) -> t.List[Decision]:
    """Names that AE5 may refuse: one decision, if the probe has not tested them."""
    probed = draft.options.name_grammar
    names = sorted({*draft.names.values(), *(extra.name for extra in draft.options.extra_channels)})
    found = {name: traits for name, traits in ((name, grammar.unsure(name, probed)) for name in names) if traits}
    if not found:
        return []
    shown = listed(list(found), NAMES_SHOWN)
    words = grammar.in_words(trait for traits in found.values() for trait in traits)
    return [
        Decision(
            "name_unproven",
            f"AE5 may refuse {counted(len(found), 'channel name')} with {words} ({shown}); run the probe playbook to find out.",
            "ae_channel_map",
        )
    ]
