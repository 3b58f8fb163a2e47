# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module ``migration_plan``, and the declarations among them.  Private to the collection."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import LAYOUTS, VENDOR, ChannelRule
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import FIELDS, BadRule, Rule, Selection, rule_of
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build

# The type of a field is checked where it is read, so that a list or a number is not silently turned into a string.
RULES: t.Dict[str, t.Any] = {"type": "list", "elements": "dict", "default": [], "options": {field: {"type": "raw"} for field in FIELDS}}

PLAN_CONNECTION = dataclasses.replace(AE5, options={**AE5.options, "url": {"type": "str"}}, required_if=(("offline", False, ("url",)),))
"""A plan that does not ask the cluster needs no address of it."""

PLAN_SPEC = ArgumentSpec(
    {
        "inventories": {"type": "list", "elements": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "current": {"type": "path"},
        "cluster": {"type": "str", "default": "cluster"},
        "sites": {"type": "list", "elements": "str", "default": []},
        "old_inventories": {"type": "list", "elements": "str", "default": []},
        "layout": {"type": "str", "choices": list(LAYOUTS), "default": VENDOR},
        "offline": {"type": "bool", "default": False},
        "owners": {"type": "list", "elements": "str", "default": []},
        "channel_map": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "match": {"type": "str", "required": True},
                "to": {"type": "str", "required": True},
                "site": {"type": "str"},
            },
        },
        "include": RULES,
        "exclude": RULES,
        "mirror_owners": {"type": "list", "elements": "str"},
        "reference_channels": {"type": "list", "elements": "str", "default": []},
        "channels": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "name": {"type": "str", "required": True},
                "public": {"type": "bool", "default": False},
                "shares": {
                    "type": "list",
                    "elements": "dict",
                    "default": [],
                    "options": {
                        "user": {"type": "str"},
                        "group": {"type": "str"},
                        "access": {"type": "str", "choices": ["r", "rw"], "default": "r"},
                    },
                    "mutually_exclusive": [("user", "group")],
                    "required_one_of": [("user", "group")],
                },
            },
        },
        "split_private": {"type": "raw", "default": False},
        "collaborators": {"type": "str", "choices": [build.NARROW, build.OWN_CHANNEL], "default": build.NARROW},
        "user_map": {"type": "dict", "default": {}},
        "group_map": {"type": "dict", "default": {}},
        "accept_wider": {"type": "list", "elements": "str", "default": []},
        "accept_public": {"type": "list", "elements": "str", "default": []},
        "protected_channels": {"type": "list", "elements": "str"},
        "principals": {"type": "path"},
        "records": {"type": "path"},
        "restore": {"type": "list", "elements": "str", "default": []},
    }
)


def options_from(params: t.Mapping[str, t.Any]) -> build.PlanOptions:
    """The declarations among a module's parameters."""
    defaults = build.PlanOptions()
    protected, mirrors = params["protected_channels"], params["mirror_owners"]
    flaws: t.List[str] = []
    selection = Selection(_rules("ae_include", params["include"], flaws), _rules("ae_exclude", params["exclude"], flaws))
    names = Capabilities.of(params).value("channel_names")
    return build.PlanOptions(
        cluster=params["cluster"],
        layout=params["layout"],
        owners=tuple(params["owners"]),
        channel_rules=tuple(ChannelRule(rule["match"], rule["to"], rule.get("site")) for rule in params["channel_map"]),
        principals=PrincipalMap(
            {str(key): str(value) for key, value in params["user_map"].items()},
            {str(key): str(value) for key, value in params["group_map"].items()},
        ),
        accept_wider=tuple(params["accept_wider"]),
        protected=defaults.protected if protected is None else tuple(protected),
        sites=tuple(params["sites"]),
        old_inventories=tuple(params["old_inventories"]),
        selection=selection,
        mirror_owners=defaults.mirror_owners if mirrors is None else tuple(mirrors),
        reference_channels=tuple(dict.fromkeys(params["reference_channels"])),
        extra_channels=tuple(_extra(channel) for channel in params["channels"]),
        split_private=_split(params["split_private"], flaws),
        collaborators=params["collaborators"],
        name_grammar={str(key): str(value) for key, value in names.items()} if isinstance(names, dict) else {},
        flaws=tuple(flaws),
    )


def _rules(variable: str, written: t.Sequence[t.Mapping[str, t.Any]], flaws: t.List[str]) -> t.Tuple[Rule, ...]:
    """The rules that can be used; a sentence in ``flaws`` for each that cannot."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    rules = []
    for number, mapping in enumerate(written, start=1):
        try:
            rules.append(rule_of(mapping, today))
        except BadRule as exc:
            flaws.append(f"Rule {number} of {variable} cannot be used: {exc}.")
    return tuple(rules)


def _extra(channel: t.Mapping[str, t.Any]) -> build.ExtraChannel:
    shares = (Share(USER if share["user"] else GROUP, share["user"] or share["group"], share["access"]) for share in channel["shares"])
    return build.ExtraChannel(channel["name"], channel["public"], tuple(shares))


def _split(value: t.Any, flaws: t.List[str]) -> t.Tuple[str, ...]:
    """The patterns of ``ae_split_private``, which is a boolean or a list of patterns."""
    if isinstance(value, bool) or value is None or str(value).lower() in ("true", "yes", "on", "1", "false", "no", "off", "0", ""):
        return ("*",) if str(value).lower() in ("true", "yes", "on", "1") else ()
    patterns = [value] if isinstance(value, str) else value
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        flaws.append(f"ae_split_private is {value!r} and must be true, false, or a list of channel patterns.")
        return ()
    return tuple(patterns)
