# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the projects of one notebook host for AE5.  Private to the collection.

For each project: its archive, and next to it the files that we put into the archive, so that they can be read without it.
Names below ``dest``::

    conversions.jsonl             a line for each project, by owner and name
    OWNER/NAME.tar.gz             the archive, NAME as on AE5
    OWNER/NAME/                   anaconda-project.yml, environment.yml, projectignore

What an earlier run made of a project that is gone, renamed or left out now is removed.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, is_there, json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Project
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.project import Converter, Made, Options
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import (
    CONVERSIONS,
    CONVERTED,
    Conversion,
    lines_of_others,
    matches,
    read_conversions,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import read_projects
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown, user_key

AHEAD = 4
"""Projects a worker that are handed out before the first of them is done."""


def _light(path: str) -> t.Dict[str, Conversion]:
    """What the last run gave, by key, without what the pins found: which is looked up again and is most of the data."""
    if not is_there(path):
        return {}
    try:
        return {item.key: dataclasses.replace(item, resolution=None) for item in read_conversions(path)}
    except MigrationError:
        return {}  # it only saves work; everything is made again, and the list is rewritten


def names_of(projects: t.Iterable[Project], options: Options) -> t.Dict[str, str]:
    """The name on AE5 of each project, by its key."""
    found: t.Dict[str, str] = {}
    for project in projects:
        default = project.proposed_name if options.accept_proposed and project.proposed_name else project.name
        found[project.key] = options.names.get(project.key, default)
    return found


def unknown_names(path: str, options: Options) -> t.List[str]:
    """A sentence for each project that ``options.names`` names and that is not on this host."""
    head, projects = read_projects(path)
    unknown = sorted(options.names.keys() - {project.key for project in projects})
    return [
        f"A name is given for the project {shown(key)}, which is not on {head.host}; correct ae_notebook_project_names, unless it is on"
        " another host."
        for key in unknown
    ]


def convert(path: str, options: Options, each: t.Callable[[Made], None]) -> bool:
    """Converts the projects that ``path`` (a ``projects.jsonl``) lists; whether anything was, or would be, written.

    ``each`` is called with what became of each project, in the order of the list, of the others that ``options.only`` leaves
    out not.  Nothing is kept of a project when that has been done.

    Raises:
        MigrationError: the list cannot be used; a project that cannot be converted is only refused.
        MissingLibrary: ruamel.yaml is not on this host.
    """
    target = os.path.join(options.dest, CONVERSIONS)
    last = _light(target)
    names, twice = _names(path, options, last)
    head, projects = read_projects(path)
    converter = Converter(head, options, last)
    others = lines_of_others(target, options.only)
    changed = False
    # Where it is only predicted, the list has a place of its own, or none.
    with atomic_writer(target, write=options.write or bool(options.predicted), dest=None if options.write else options.predicted) as lines:
        for project, made in _in_parallel(converter, projects, names, twice, options):
            if made is None:
                lines.write(others.get(project.key, ""))
                continue
            changed = changed or made.changed
            converter.made(made)
            lines.write(json_line(made.conversion.to_json()))
            each(made)
    converter.prune()
    return changed or lines.changed


def _names(path: str, options: Options, last: t.Mapping[str, Conversion]) -> t.Tuple[t.Dict[str, str], t.Set[str]]:
    """The projects' names on AE5, and the keys of those that share theirs with another one of the same user.

    A converted project that this run does not look at has the user and the name that it was converted with, as its line stays.
    """
    head, projects = read_projects(path)
    names = names_of(projects, options)
    converted = {key: last[key] for key in names if key in last and last[key].state == CONVERTED}
    stay = {key: item for key, item in converted.items() if not matches(key, options.only)}
    names.update((key, item.name) for key, item in stay.items())
    taken: t.Dict[t.Tuple[str, str], str] = {}
    twice: t.Set[str] = set()
    # Of the others one that keeps its name has the right to it.
    for key in sorted(names, key=lambda key: (key not in stay, names[key] != key.partition("/")[2], encode(key))):
        owner = key.partition("/")[0]
        user = (stay[key].user if key in stay else options.users.user(owner, head.site)) or owner
        if taken.setdefault((user_key(user), names[key].casefold()), key) != key:
            twice.add(key)
    return names, twice


def _in_parallel(
    converter: Converter, projects: t.Iterable[Project], names: t.Mapping[str, str], twice: t.AbstractSet[str], options: Options
) -> t.Iterator[t.Tuple[Project, t.Optional[Made]]]:
    """Each project with its result, in order, ``None`` if it was not wanted; only a few are in memory at a time."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=options.workers) as pool:
        running: t.Deque[t.Tuple[Project, t.Optional[concurrent.futures.Future[Made]]]] = collections.deque()

        def first() -> t.Tuple[Project, t.Optional[Made]]:
            project, future = running.popleft()
            return project, None if future is None else future.result()

        try:
            for project in projects:
                is_wanted = matches(project.key, options.only)
                name, is_taken = names[project.key], project.key in twice
                running.append((project, pool.submit(converter.convert, project, name, is_taken) if is_wanted else None))
                if len(running) >= options.workers * AHEAD:
                    yield first()
            while running:
                yield first()
        finally:
            for _project, future in running:
                if future is not None:
                    future.cancel()
