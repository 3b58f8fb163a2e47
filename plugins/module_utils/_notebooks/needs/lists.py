# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder ``needs`` of the notebook projects: what they find on AE5, and what AE5 must still get.  Private to the collection.

    resolutions.jsonl    a line for each converted project: ``resolve.Resolution`` with ``host`` and ``site``
    owners.csv           a line for each owner: how many of the projects will fail on AE5, and a sentence that says because of which package
    missing.csv          each conda package that projects lack, what to do about it, and who needs it
    mirror-*.yaml        a configuration of the vendor's mirror tool for each channel
    pip.txt              packages for Python's own installer, with who needs them
    system.csv           packages of apt and yum that code installs, and the conda packages that replace them

Facts for whoever reads ``resolutions.jsonl``: a project has a line if it was converted, so one that was refused or left out has
none.  The lines are ordered by host, then as the conversions are.  ``breaks`` is true if a pin is in no channel that the owner may
read (``missing``), or if conda could not solve the whole (``unsolved``, with the package to blame in ``lacking``, ``awaited`` or
``against``).
``unchecked`` says why nobody knows the latter.  The sentences of ``owners.csv`` are those of ``resolve.OwnerVerdict``, which
``resolve.by_owner`` computes from the resolutions.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._csv import write_table
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, file_sha256, holds, json_line, write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs.mirror import (
    Needs,
    mirror_files,
    missing,
    pip_text,
    system_replacements,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import RESOLUTIONS, OwnerVerdict, Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any

OWNERS, MISSING, PIP, SYSTEM = "owners.csv", "missing.csv", "pip.txt", "system.csv"
MIRRORS = "mirror-*.yaml"
OURS = (RESOLUTIONS, OWNERS, MISSING, PIP, SYSTEM, MIRRORS)

OWNERS_HEAD = ("owner", "projects", "will fail", "sentence")
MISSING_HEAD = ("package", "what to do", "projects")
SYSTEM_HEAD = ("system package", "conda packages", "projects")


def resolution_line(host: str, site: str, item: Resolution) -> str:
    """A line of ``resolutions.jsonl``."""
    return json_line({"host": host, "site": site, **item.to_json()})


def write_lists(folder: str, verdicts: t.Iterable[OwnerVerdict], needs: Needs, sources: t.Mapping[str, str], site: str) -> None:
    """Writes all files but ``resolutions.jsonl``.

    Raises:
        MissingLibrary: ruamel.yaml is not on this host.
    """
    owners = [(item.owner, item.projects, len(item.breaking), item.sentence) for item in verdicts]
    _table(folder, OWNERS, OWNERS_HEAD, owners)
    _table(folder, MISSING, MISSING_HEAD, [(*row[:2], ", ".join(row[2])) for row in missing(needs)])
    _table(folder, SYSTEM, SYSTEM_HEAD, [(*row[:2], ", ".join(row[2])) for row in system_replacements(needs)])
    for name, text in {**mirror_files(needs, sources, site), PIP: pip_text(needs)}.items():
        write_text(os.path.join(folder, name), text)


def _table(folder: str, name: str, head: t.Sequence[str], rows: t.Iterable[t.Sequence[t.Any]]) -> None:
    with atomic_writer(os.path.join(folder, name)) as stream:
        write_table(stream, head, rows)


def files_in(folder: str) -> t.List[str]:
    """The names of our files in a folder; none if there is no folder.  Nothing else in it is touched."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(name for name in names if matches_any(name, OURS))


def changes(made: str, dest: str) -> t.Dict[str, str]:
    """What would make the files in ``dest`` those in ``made``: name to ``+``, ``~`` or ``-``; ordered."""
    new, old = set(files_in(made)), set(files_in(dest))
    found = {**dict.fromkeys(new - old, "+"), **dict.fromkeys(old - new, "-")}
    for name in new & old:
        if not holds(os.path.join(dest, name), file_sha256(os.path.join(made, name))):
            found[name] = "~"
    return dict(sorted(found.items()))


def apply(made: str, dest: str, found: t.Mapping[str, str]) -> None:
    """Does what ``changes`` found, each file whole or not at all.  ``resolutions.jsonl`` comes last."""
    for name in sorted(found, key=lambda name: (name == RESOLUTIONS, name)):
        path = os.path.join(dest, name)
        if found[name] == "-":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            continue
        with open(os.path.join(made, name), encoding="utf-8", errors="surrogateescape", newline="") as source:
            with atomic_writer(path) as stream:
                shutil.copyfileobj(source, stream)
