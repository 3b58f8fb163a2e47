# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``plan.yml``: the plan for people.  Private to the collection.  It is generated; change the inventory, not this file."""

from __future__ import annotations

import io
import itertools
import traceback
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_changes import channels_from
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, LeftOut
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import LEFT_OUT, Plan
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

RUAMEL_ERROR: t.Optional[str] = None
try:
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString
except ImportError:
    RUAMEL_ERROR = traceback.format_exc()

LEFT_OUT_SHOWN = 200

HEADER = """\
# The planned state of the cluster.  This file is generated and never read back: to change the plan, set the variable named
# with a decision in the inventory, and run the plan playbook again.
"""


def _channel(channel: Channel) -> t.Dict[str, t.Any]:
    return {
        "owner": channel.owner,
        "public": channel.public,
        "shared": [share_in_words(share) for share in channel.shares],
        **(
            {"not_shared": [f"{share_in_words(item.share)}: {item.detail}" for item in channel.skipped_shares]}
            if channel.skipped_shares
            else {}
        ),
        "files": channel.files,
        "size": size_in_words(channel.bytes),
    }


def _to_do(plan: Plan) -> t.Union[str, t.Dict[str, t.Any]]:
    """What is to be done, in words."""
    channels = {item.name: item.words for item in channels_from(plan.changes)}
    if not channels:
        return "nothing to do"
    totals = plan.changes["totals"]
    return {
        "together": {
            **{name: count for name, count in totals.items() if count and name != "bytes_to_send"},
            "size_to_send": size_in_words(totals["bytes_to_send"]),
        },
        "channels": channels,
    }


def _left_out(left_out: t.Sequence[LeftOut], total: t.Mapping[str, int]) -> t.Dict[str, t.List[str]]:
    shown: t.Dict[str, t.List[str]] = {}
    for reason, items in itertools.groupby(sorted(left_out, key=lambda item: item.reason), key=lambda item: item.reason):
        lines = [
            f"{item.owner}/{item.package}/{item.file} of site {item.site}: {item.detail}"
            for item in itertools.islice(items, LEFT_OUT_SHOWN)
        ]
        if total[reason] > LEFT_OUT_SHOWN:
            lines.append(f"and {total[reason] - LEFT_OUT_SHOWN} more, see {LEFT_OUT}")
        shown[reason] = lines
    return shown


def _exact(value: t.Any) -> t.Any:
    """The same value; strings with line breaks or control characters in double quotes, the only YAML style that keeps them."""
    if isinstance(value, str):
        return value if value.isprintable() else DoubleQuotedScalarString(value)
    if isinstance(value, dict):
        return {_exact(key): _exact(item) for key, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, list) else value


def render(plan: Plan, left_out: t.Sequence[LeftOut]) -> str:
    """The text of ``plan.yml``.

    Raises:
        MissingLibrary: ruamel.yaml is not on this host.
    """
    if RUAMEL_ERROR is not None:
        raise MissingLibrary("ruamel.yaml", RUAMEL_ERROR)
    document = {
        "cluster": plan.cluster,
        "layout": plan.layout,
        "sites": {site.site: {"files": site.files, "size": size_in_words(site.bytes), "inventory": site.sha256} for site in plan.sites},
        "sites_without_inventory": list(plan.missing_sites),
        **({"from_where_the_cluster_is_now": _to_do(plan)} if plan.target_read else {}),
        "channels": {channel.name: _channel(channel) for channel in plan.channels},
        "decisions": [
            {"what": decision.detail, "why": decision.code, **({"change_it_with": decision.variable} if decision.variable else {})}
            for decision in plan.decisions
        ],
        "left_out": _left_out(left_out, plan.left_out),
    }
    yaml = YAML()
    yaml.width = 160
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_exact(document), stream)
    return HEADER + stream.getvalue()
