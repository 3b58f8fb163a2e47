# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a project's file lets be downloaded, which no archive of anaconda-project holds.  Pure.  Private to the collection.

Source: anaconda-project 0.6.0 to 0.11.1, the requirement for a download: its name, and the patterns that its archiver leaves out.
"""

from __future__ import annotations

import posixpath
import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import document_of

_PATTERN = re.compile(r"[*?\[]")


def downloaded(text: str, what: str) -> t.List[str]:
    """The files that the project's file ``text`` lets be downloaded, as paths in the project.

    Raises:
        MigrationError: it cannot be understood.
    """
    downloads = document_of(text, what).get("downloads")
    found = (_file_of(str(name), item) for name, item in downloads.items()) if isinstance(downloads, dict) else ()
    return sorted({file for file in found if file and not _PATTERN.search(file) and file.isprintable()})


def _file_of(variable: str, item: t.Any) -> str:
    """The name that the tool gives a download: the one that is said, else the last part of its address, else the variable's."""
    said = item if isinstance(item, dict) else {"url": item}
    url, file, unzip = said.get("url"), said.get("filename"), said.get("unzip")
    if not isinstance(url, str) or not url:
        return ""
    if isinstance(file, str):
        return file
    try:
        file = posixpath.basename(urlsplit(url).path)
    except ValueError:
        return ""
    if file.lower().endswith(".zip") and unzip in (None, True):
        file = file[: -len(".zip")]  # it is unpacked there
    return file or variable


def patterns_of(files: t.Iterable[str]) -> t.List[str]:
    """The lines of a ``.projectignore`` that leave out these files, and what is left of a download that was cut off."""
    return [f"/{file}{end}" for file in files for end in ("", ".part")]
