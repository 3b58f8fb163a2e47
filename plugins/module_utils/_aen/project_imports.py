# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ``environment.yml`` or ``requirements.txt`` beside a project's file, which anaconda-project would like to import.  Private.

anaconda-project 0.6.0 to 0.11.1 calls a project broken if the first of these files says something else than the env spec of its name,
unless the key ``skip_imports`` holds the digest that the tool writes there when its question is answered no.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_file import Asked, asked_by, asked_by_specs
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirements import MAX_FILES, REQUIREMENTS, Read
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import document_of, dump

_ENVIRONMENTS = ("environment.yml", "environment.yaml")
_FORGIVEN = frozenset(("notebook", "bokeh"))
"""Packages that an env spec may have besides, because the tool itself adds them for commands."""
_OPTION = re.compile(r"-([-a-zA-Z0-9]+)\s(.*)")


def without_import(text: str, what: str, read: Read) -> str:
    """The project's file, with the answer that what differs from it is not to be imported; ``read`` gives the files of the archive.

    Raises:
        MigrationError: it cannot be understood.
    """
    document = document_of(text, what)
    name, there = _importable(read)
    own = asked_by_specs(document).get(name)
    if there is None or (own is not None and _is_same(own, there)):
        return text
    told = "".join((*there.conda, *there.pip, *there.channels)).encode("utf-8", "surrogateescape")
    digest = hashlib.sha1(told).hexdigest()  # noqa: S324 - as the tool computes it
    skipped = document.get("skip_imports")
    if isinstance(skipped, dict):
        if skipped.get("environment") == digest:
            return text
        skipped["environment"] = digest
    else:
        document["skip_imports"] = {"environment": digest}
    return dump(document)


def _is_same(own: Asked, there: Asked) -> bool:
    forgiven = _FORGIVEN.difference(there.conda)
    return (tuple(item for item in own.conda if item not in forgiven), own.pip, own.channels) == (there.conda, there.pip, there.channels)


def _importable(read: Read) -> t.Tuple[str, t.Optional[Asked]]:
    """The first file that the tool can import: the name of its environment, and what it asks for."""
    for file in _ENVIRONMENTS:
        text = read(file)
        if text is None:
            continue
        try:
            document = document_of(text, file)
        except MigrationError:
            continue  # the tool ignores one that is not YAML
        prefix = document.get("prefix")
        name = document.get("name") or (posixpath.basename(str(prefix)) if prefix else "") or file
        return str(name), asked_by([document])
    lines = _lines(REQUIREMENTS, read, set())
    return "default", None if lines is None else Asked((), tuple(lines), ())


def _lines(path: str, read: Read, seen: t.Set[str]) -> t.Optional[t.List[str]]:
    """The packages in a list for pip as anaconda-project reads it: of options it knows ``-e`` and ``-r``."""
    text = read(path) if path not in seen and len(seen) < MAX_FILES else None
    if text is None:
        return None
    lines: t.List[str] = []
    for line in map(str.strip, text.splitlines()):
        option = _OPTION.match(line)
        if option is None:
            lines += [line] if line and not line.startswith("#") else []
        elif option.group(1) == "e":
            lines.append(option.group(2))
        elif option.group(1) == "r":
            included = posixpath.normpath(posixpath.join(posixpath.dirname(path), option.group(2)))
            lines += _lines(included, read, {*seen, path}) or []
    return lines
