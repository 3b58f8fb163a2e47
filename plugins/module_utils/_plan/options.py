# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module ``migration_plan``, and the declarations among them.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import LAYOUTS, VENDOR, ChannelRule
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build

PLAN_SPEC = ArgumentSpec(
    {
        "inventories": {"type": "list", "elements": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "cluster": {"type": "str", "default": "cluster"},
        "sites": {"type": "list", "elements": "str", "default": []},
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
        "user_map": {"type": "dict", "default": {}},
        "group_map": {"type": "dict", "default": {}},
        "accept_wider": {"type": "list", "elements": "str", "default": []},
        "protected_channels": {"type": "list", "elements": "str"},
        "records": {"type": "path"},
    }
)


def options_from(params: t.Mapping[str, t.Any]) -> build.PlanOptions:
    """The declarations among a module's parameters."""
    defaults = build.PlanOptions()
    protected = params["protected_channels"]
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
    )
