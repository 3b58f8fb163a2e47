# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ``requirements.txt`` beside a project's file, which anaconda-project would like to import.  Private to the collection.

anaconda-project 0.6.0 to 0.11.1 calls a project broken whose ``requirements.txt`` says something else than the env spec ``default``,
unless there is an ``environment.yml``, or the key ``skip_imports`` holds the digest that it writes when its question is answered no.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirements import MAX_FILES, REQUIREMENTS, Read
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import document_of, dump

_OPTION = re.compile(r"-([-a-zA-Z0-9]+)\s(.*)")


def without_import(text: str, what: str, read: Read) -> str:
    """The project's file, with the answer that its ``requirements.txt`` is not to be imported; ``read`` gives the project's files.

    Raises:
        MigrationError: it cannot be understood.
    """
    lines = _lines(REQUIREMENTS, read, set())
    if lines is None:
        return text
    digest = hashlib.sha1("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()  # noqa: S324 - as the tool computes it
    document = document_of(text, what)
    skipped = document.get("skip_imports")
    if isinstance(skipped, dict):
        if skipped.get("environment") == digest:
            return text
        skipped["environment"] = digest
    else:
        document["skip_imports"] = {"environment": digest}
    return dump(document)


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
