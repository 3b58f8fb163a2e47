# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_project_convert`` does with its parameters.  Private to the collection."""

from __future__ import annotations

import collections
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT, PINS
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import expected, in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._model.user_map import user_map
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.files import Rules
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.project import INCLUDE, Made, Options
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.run import convert, unknown_names
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Catalog
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import read_views
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.views import with_libraries
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import POLICIES, STRIP
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import CONVERSIONS, CONVERTED, EXCLUDED
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import BUILT, Library, read_libraries
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import STATES
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed, size_in_words

NO_CHANNELS = (
    "Without the option channels the AE5 channels are not known: environments keep the old channel names, and pins are not checked."
)
DIFF_TEXT = 2_000_000
"""Characters of our files that a diff shows at most."""
OWN, REAL = "own", "anaconda-project"

CONVERT = ArgumentSpec(
    {
        "projects": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "only": {"type": "list", "elements": "str", "default": []},
        "include": {"type": "list", "elements": "str", "default": []},
        "exclude": {"type": "list", "elements": "str", "default": []},
        "predicted": {"type": "path"},
        "channels": {"type": "path"},
        "channel_map": {"type": "dict", "default": {}},
        "libraries": {"type": "path"},
        "pin": {"type": "str", "choices": list(PINS), "default": EXACT},
        "drop_packages": {"type": "list", "elements": "str", "default": []},
        "users": {"type": "dict", "default": {}},
        "names": {"type": "dict", "default": {}},
        "accept_proposed_names": {"type": "bool", "default": False},
        "secrets": {"type": "str", "choices": list(POLICIES), "default": STRIP, "no_log": False},
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
    if params["libraries"] and not params["channels"]:
        raise MigrationError("The option libraries needs the option channels, to know which other packages AE5 has; give both.")
    declared = {str(old): [new] if isinstance(new, str) else list(new or ()) for old, new in params["channel_map"].items()}
    views = read_views(params["channels"]) if params["channels"] else []
    libraries = [item for item in read_libraries(params["libraries"]) if item.state == BUILT] if params["libraries"] else []
    used: t.Dict[str, t.List[Library]] = collections.defaultdict(list)
    for library in libraries:
        for key in library.used_by:
            used[key].append(library)
    return Options(
        dest=params["dest"],
        rules=Rules(
            Catalog(with_libraries(views, libraries)),
            params["pin"],
            declared,
            tuple(params["drop_packages"]),
            used,
            params["secrets"],
        ),
        only=tuple(params["only"]),
        include=tuple(params["include"]),
        exclude=tuple(params["exclude"]),
        predicted=params["predicted"] or "",
        users=user_map(params["users"]),
        names={str(key): str(name) for key, name in params["names"].items()},
        accept_proposed=params["accept_proposed_names"],
        git_ignored=params["git_ignored"],
        max_bytes=params["max_bytes"],
        tool=params["executable"] if params["tool"] == REAL else "",
        fresh=params["fresh"],
        workers=params["workers"],
        write=write,
    )


class _Tally:
    """Adds up what became of the projects; of the texts for the diff only the first ones are kept."""

    def __init__(self) -> None:
        self.counts: t.Dict[str, int] = collections.Counter()
        self.pins: t.Dict[str, int] = dict.fromkeys(STATES, 0)
        self.refused: t.List[t.Dict[str, str]] = []
        self.archives: t.List[str] = []
        self.texts: t.List[t.Dict[str, t.Any]] = []
        self.not_kept: t.List[str] = []
        """Of what was converted now, the projects that AE5's git will not keep as they are."""
        self._shown = 0

    def add(self, made: Made) -> None:
        item = made.conversion
        self.counts["projects"] += 1
        if item.state == EXCLUDED:
            self.counts["excluded"] += 1
            return
        if item.state != CONVERTED:
            self.refused.append({"owner": item.owner, "project": item.project, "reason": item.reason})
            return
        self.counts["converted"] += 1
        self.counts["bytes"] += item.bytes
        if item.resolution is not None:
            self.counts["will_fail"] += item.resolution.breaks
            for state, number in item.resolution.counts.items():
                self.pins[state] += number
        not_kept = in_words(expected(item.git))
        self.counts["not_kept"] += bool(not_kept)
        if made.changed:
            self.not_kept += [shown(item.key)] if not_kept else []
            self.counts["changed"] += 1
            self.archives.append(f"~ {item.archive} ({size_in_words(item.bytes)})")
            self._show(made)

    def _show(self, made: Made) -> None:
        for name, after in made.after.items():
            before = made.before[name]
            self._shown += len(before) + len(after)
            if self._shown <= DIFF_TEXT:
                self.texts.append({"before_header": name, "after_header": name, "before": before, "after": after})
            else:
                self.counts["unshown"] += 1

    @property
    def summary(self) -> t.Dict[str, t.Any]:
        numbers = {key: self.counts[key] for key in ("projects", "converted", "excluded", "changed", "bytes", "will_fail", "not_kept")}
        return {**numbers, "refused": len(self.refused), "pins": self.pins}

    @property
    def warnings(self) -> t.List[str]:
        what = f"{counted(len(self.not_kept), 'project')} ({listed(self.not_kept)})"
        warning = (
            f"AE5 keeps projects in git and will drop or change something of {what}; {CONVERSIONS} and the findings of the report name each"
            " file and the rule."
        )
        return [warning] if self.not_kept else []

    @property
    def diff(self) -> t.List[t.Dict[str, t.Any]]:
        first = [prepared_diff("archives of projects", self.archives)] if self.archives else []
        more = self.counts["unshown"]
        last = [{"prepared": f"... and {counted(more, 'file')} more\n"}] if more else []
        return [*first, *self.texts, *last]


def convert_work(module: MigrationModule) -> Outcome:
    """The module ``notebook_project_convert``."""
    tally, params = _Tally(), module.params
    options = options_of(params, not module.check_mode)
    changed = convert(params["projects"], options, tally.add)
    return Outcome(
        changed=changed,
        summary=tally.summary,
        report_path=os.path.join(params["dest"], CONVERSIONS),
        warnings=[*([] if params["channels"] else [NO_CHANNELS]), *tally.warnings, *unknown_names(params["projects"], options)],
        diff=tally.diff,
        values={"refused": tally.refused},
    )
