# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_project_convert`` does with its parameters.  Private to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.words import size_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive_survey import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.channel_map import STATES, Catalog
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.channel_map_load import read_views
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert import INCLUDE, Options, Result, convert
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert_files import Rules
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert_records import CONVERSIONS, CONVERTED, Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environment import EXACT, PINS

NO_CHANNELS = (
    "Nothing is known of AE5's channels without the option channels: the environments keep the old ones' names, no pin is looked up."
)
OWN, REAL = "own", "anaconda-project"

CONVERT = ArgumentSpec(
    {
        "projects": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "only": {"type": "list", "elements": "str", "default": []},
        "channels": {"type": "path"},
        "channel_map": {"type": "dict", "default": {}},
        "pin": {"type": "str", "choices": list(PINS), "default": EXACT},
        "drop_packages": {"type": "list", "elements": "str", "default": []},
        "users": {"type": "dict", "default": {}},
        "names": {"type": "dict", "default": {}},
        "accept_proposed_names": {"type": "bool", "default": False},
        "git_ignored": {"type": "str", "choices": ["leave_out", INCLUDE], "default": "leave_out"},
        "max_bytes": {"type": "int", "default": MAX_BYTES},
        "tool": {"type": "str", "choices": [OWN, REAL], "default": OWN},
        "executable": {"type": "path", "default": REAL},
        "fresh": {"type": "bool", "default": False},
        "workers": {"type": "int", "default": 4},
    }
)


def options_of(params: t.Dict[str, t.Any], write: bool) -> Options:
    """The options of a run from the module's parameters.  Raises ``MigrationError``."""
    for name in ("workers", "max_bytes"):
        if params[name] < 1:
            raise MigrationError(f"The option {name} must be at least 1, not {params[name]}.")
    declared = {str(old): [new] if isinstance(new, str) else list(new or ()) for old, new in params["channel_map"].items()}
    views = read_views(params["channels"]) if params["channels"] else []
    return Options(
        dest=params["dest"],
        rules=Rules(Catalog(views), params["pin"], declared, tuple(params["drop_packages"])),
        only=tuple(params["only"]),
        users={str(owner): str(user) for owner, user in params["users"].items()},
        names={str(key): str(name) for key, name in params["names"].items()},
        accept_proposed=params["accept_proposed_names"],
        git_ignored=params["git_ignored"],
        max_bytes=params["max_bytes"],
        tool=params["executable"] if params["tool"] == REAL else "",
        fresh=params["fresh"],
        workers=params["workers"],
        write=write,
    )


def convert_work(module: MigrationModule) -> Outcome:
    """The module ``notebook_project_convert``."""
    result = convert(module.params["projects"], options_of(module.params, not module.check_mode))
    done = [item for item in result.conversions if item.state == CONVERTED]
    refused = [item for item in result.conversions if item.state != CONVERTED]
    return Outcome(
        changed=result.changed,
        summary=_summary(done, refused, result),
        report_path=os.path.join(module.params["dest"], CONVERSIONS),
        warnings=[] if module.params["channels"] else [NO_CHANNELS],
        diff=list(_diff(result)),
        values={"refused": [{"owner": item.owner, "project": item.project, "reason": item.reason} for item in refused]},
    )


def _summary(done: t.Sequence[Conversion], refused: t.Sequence[Conversion], result: Result) -> t.Dict[str, t.Any]:
    found = [item.resolution for item in done if item.resolution is not None]
    return {
        "projects": len(result.conversions),
        "converted": len(done),
        "refused": len(refused),
        "changed": len(result.made),
        "bytes": sum(item.bytes for item in done),
        "would_break": sum(item.breaks for item in found),
        "pins": {state: sum(item.counts[state] for item in found) for state in STATES},
    }


def _diff(result: Result) -> t.Iterator[t.Dict[str, t.Any]]:
    archives = [f"~ {made.conversion.archive} ({size_in_words(made.conversion.bytes)})" for made in result.made]
    if archives:
        yield prepared_diff("archives of projects", archives)
    for made in result.made:
        for name, after in made.after.items():
            yield {"before_header": name, "after_header": name, "before": made.before[name], "after": after}
