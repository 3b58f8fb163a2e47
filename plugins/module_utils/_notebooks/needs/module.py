# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_resolve`` does: do the projects still resolve, and what must AE5 get.  Private to the collection."""

from __future__ import annotations

import collections
import dataclasses
import os
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import ABSENT, REFUSED, SEEN
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import is_there
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import COMMON_SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Catalog
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import iter_views
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs import lists as store
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs.mirror import needs_of
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs.resolve import (
    SOLVE_TIMEOUT,
    Solver,
    Unusable,
    can_solve,
    solved,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._store import resolutions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import read_conversions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.notebook_layout import HostFolder, host_folders
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import read_findings
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Owners, Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

RESOLVE = ArgumentSpec(
    {
        "notebooks": {"type": "path", "required": True},
        "channels": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "solve": {"type": "bool", "default": True},
        "solve_timeout": {"type": "int", "default": SOLVE_TIMEOUT},
        "mirror_sources": {"type": "dict", "default": {}},
        "mirror_site": {"type": "str", "default": ""},
    }
)

OWNERS_SHOWN = 25
DIFF_TEXT = 200_000
"""Characters of our files that a diff shows at most."""
NO_RATTLER = (
    "py-rattler is not installed on this host, so only the pins of the projects were compared with the channels; their dependencies"
    " were not checked."
)


@dataclasses.dataclass
class _Tally:
    """Adds up the projects."""

    owners: Owners = dataclasses.field(default_factory=Owners)
    counts: t.Dict[str, int] = dataclasses.field(default_factory=collections.Counter)
    unchecked: t.Dict[str, t.List[str]] = dataclasses.field(default_factory=lambda: collections.defaultdict(list))
    """Why a project was not looked through, to the projects."""

    def add(self, item: Resolution) -> None:
        self.owners.add(item)
        self.counts["projects"] += 1
        self.counts["will_fail"] += item.breaks
        self.counts["unsolved"] += bool(item.unsolved)
        self.counts["unchecked"] += bool(item.unchecked)
        self.counts["pins_missing"] += len(item.missing)
        if item.unchecked:
            self.unchecked[item.unchecked].append(shown(item.key))

    def warnings(self) -> t.List[str]:
        return [
            f"Of {counted(len(keys), 'project')} ({listed(keys)}) only the pins were checked, their environments were not solved: {why}."
            for why, keys in sorted(self.unchecked.items())
        ]


def _resolutions(folders: t.Iterable[HostFolder], left_out: t.Counter[str]) -> t.Iterator[resolutions.Found]:
    """What the conversions found, one at a time; ``left_out`` counts those without an answer, by state."""
    for folder in folders:
        for item in read_conversions(folder.conversions):
            if item.resolution is None:
                left_out[item.state] += 1
            else:
                yield item.host, item.site, item.resolution


def _findings(folders: t.Iterable[HostFolder]) -> t.Iterator[Finding]:
    for folder in folders:
        yield from read_findings(folder.findings)


def _with(folders: t.Sequence[HostFolder], path: t.Callable[[HostFolder], str], what: str, warnings: t.List[str]) -> t.List[HostFolder]:
    """Those of the hosts that have a file; says what the lack of it means for the others."""
    there = [folder for folder in folders if is_there(path(folder))]
    lacking = [shown(folder.host) for folder in folders if folder not in there]
    if lacking:
        warnings.append(f"Of {counted(len(lacking), 'notebook host')} ({listed(lacking)}) {what}.")
    return there


def _fetch(params: t.Mapping[str, t.Any], names: t.Sequence[str], folder: str) -> t.Tuple[t.Dict[str, t.Dict[str, str]], Unusable]:
    """Brings what the channels list into files in ``folder``: channel to subdir to file, and those that cannot be had."""
    pairs = [(name, subdir) for name in names for subdir in COMMON_SUBDIRS]
    files = {pair: os.path.join(folder, f"{number}.json") for number, pair in enumerate(pairs)}
    with connect(params, read_only=True, keep_cache=False) as cluster:
        states = in_parallel(lambda pair: cluster.repodata.save(*pair, files[pair]), pairs, cluster.workers)
    found: t.Dict[str, t.Dict[str, str]] = {}
    for name in names:
        found[name] = {subdir: files[name, subdir] for subdir in COMMON_SUBDIRS if states[name, subdir] == SEEN}
    absent = frozenset(name for name in names if all(states[name, subdir] == ABSENT for subdir in COMMON_SUBDIRS))
    unread = frozenset(name for name in names if any(states[name, subdir] == REFUSED for subdir in COMMON_SUBDIRS))
    return found, Unusable(absent, unread)


def _solver(params: t.Mapping[str, t.Any], folders: t.Sequence[HostFolder], folder: str) -> t.Callable[[Resolution], Resolution]:
    """What looks whether the environments can be made; None where that is not wanted or not possible."""
    if not params["solve"] or not can_solve():
        return lambda item: item
    asked = (item for _host, _site, item in _resolutions(folders, collections.Counter()) if not item.missing)
    names = sorted({name for item in asked for environment in item.environments for name in environment.channels})
    repodata, unusable = _fetch(params, names, folder) if names else ({}, Unusable())
    solver = Solver(repodata, params["solve_timeout"])
    return lambda item: solved(item, solver, unusable)


def _diff(made: str, dest: str, found: t.Mapping[str, str]) -> t.List[t.Dict[str, t.Any]]:
    entries = [prepared_diff(dest, [f"{mark} {name}" for name, mark in found.items()])] if found else []
    room = DIFF_TEXT
    for name in found:
        texts = ["" if name == resolutions.RESOLUTIONS else _text(os.path.join(folder, name)) for folder in (dest, made)]
        room -= sum(map(len, texts))
        if any(texts) and room >= 0:
            entries.append({"before_header": name, "after_header": name, "before": texts[0], "after": texts[1]})
    return entries


def _text(path: str) -> str:
    if not os.path.isfile(path):
        return ""
    with open(path, encoding="utf-8", errors="backslashreplace", newline="") as stream:
        return stream.read(DIFF_TEXT + 1)


def _make(
    params: t.Mapping[str, t.Any], made: str, folders: t.Sequence[HostFolder], warnings: t.List[str]
) -> t.Tuple[_Tally, t.Dict[str, int]]:
    """Writes what ``dest`` is to hold to the folder ``made``."""
    converted = _with(folders, lambda folder: folder.conversions, "the projects have not been converted, so they are not in it", warnings)
    audited = _with(folders, lambda folder: folder.findings, "there are no findings, so what their code installs is not in it", warnings)
    catalog = Catalog(dataclasses.replace(view, packages={}) for view in iter_views(params["channels"]))
    tally = _Tally()
    left_out: t.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="ae_ops.repodata.") as scratch:
        look = _solver(params, converted, scratch)
        with open(os.path.join(made, resolutions.RESOLUTIONS), "w", encoding="utf-8", errors="surrogateescape", newline="\n") as stream:

            def looked_at() -> t.Iterator[Resolution]:
                for host, site, found in _resolutions(converted, left_out):
                    item = look(found)
                    stream.write(store.resolution_line(host, site, item))
                    tally.add(item)
                    yield item

            needs = needs_of(looked_at(), _findings(audited), catalog)
    sources = {str(old): str(url) for old, url in params["mirror_sources"].items()}
    store.write_lists(made, tally.owners.verdicts(), needs, sources, params["mirror_site"])
    numbers = {
        **{key: tally.counts[key] for key in ("projects", "will_fail", "unsolved", "unchecked", "pins_missing")},
        "not_converted": sum(left_out.values()),
        "mirrors": len(needs.mirrors),
        "pip": len(needs.pip),
        "system": len(needs.system),
    }
    return tally, numbers


def resolve_work(module: MigrationModule) -> Outcome:
    """The module ``notebook_resolve``."""
    params = module.params
    dest = params["dest"]
    if params["solve_timeout"] < 1:
        raise MigrationError(f"The option solve_timeout must be at least 1, not {params['solve_timeout']}.")
    folders = host_folders(params["notebooks"])
    warnings = [NO_RATTLER] if params["solve"] and not can_solve() else []
    if not folders:
        warnings.append(f"There are no projects of a notebook host in {params['notebooks']}; collect them first.")
    with tempfile.TemporaryDirectory(prefix="ae_ops.needs.") as made:
        tally, numbers = _make(params, made, folders, warnings)
        files = sorted(store.files_in(made))
        found = store.changes(made, dest)
        diff = _diff(made, dest, found)
        if not module.check_mode:
            store.apply(made, dest, found)
    verdicts = tally.owners.verdicts()
    breaking = [verdict.sentence for verdict in verdicts if verdict.breaking]
    return Outcome(
        changed=bool(found),
        summary={**numbers, "owners": len(verdicts), "owners_breaking": len(breaking)},
        warnings=[*warnings, *tally.warnings()],
        report_path=os.path.join(dest, resolutions.RESOLUTIONS),
        diff=diff,
        values={"files": files, "owners": breaking[:OWNERS_SHOWN]},
    )
