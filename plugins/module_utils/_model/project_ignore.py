# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of a project no archive holds: ``.projectignore`` as anaconda-project reads it.  Private to the collection.

The rules (AE4 facts 4.4, and measured on anaconda-project 0.6.0): blank lines and lines that begin with ``#`` say nothing,
``\\#`` begins a pattern with a hash.  A pattern is a shell pattern that takes ``/`` for an ordinary character.  One that
begins with ``/`` counts from the project's folder, any other from every folder.  One that ends with ``/`` is for folders
only.  What lies in a folder that matches is left out too.  There is no negation.

Pure.  Paths are relative to the project, joined by slashes.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

FILE = ".projectignore"
_STARS = re.compile(r"\*{2,}")

NEVER = ("/envs/", "/services/", ".git", "/.indexer.pid")
"""What no archive holds, whatever the file says: anaconda-project's own two, and the two of the vendor guide."""

GUIDE = ("/.indexer.pid", ".git")
"""Vendor guide, section "Converting your project", step 4."""

DEFAULTS = (
    "/anaconda-project-local.yml",
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    "*.pyd",
    ".ipynb_checkpoints/",
    "/.spyderproject",
    ".Trash-*/",
)
"""What anaconda-project writes into a new file; of the versions that differ, the one that leaves out more."""

MAX_PATTERNS = 2000
MAX_STARS = 8
"""In one pattern: what a star can match is tried for each of them, one within the other."""

ADDED = "# Left out when the project goes to AE5"


class Pattern:
    """One line of a ``.projectignore``."""

    def __init__(self, line: str) -> None:
        self.line = line
        self._folders_only = line.endswith("/")
        pattern = line[:-1] if self._folders_only else line
        self._matches = re.compile(fnmatch.translate(pattern if pattern.startswith("/") else "*/" + pattern)).match

    def matches(self, path: str, is_folder: bool) -> bool:
        """Whether the pattern names this very path; that it names a folder above was asked before."""
        return (is_folder or not self._folders_only) and self._matches("/" + path) is not None


class Ignore:
    """The patterns of a project, and the paths that git ignores (a folder's path ends with a slash there)."""

    def __init__(self, lines: t.Iterable[str], git_ignored: t.AbstractSet[str] = frozenset()) -> None:
        self._patterns = [Pattern(line) for line in dict.fromkeys((*lines, *NEVER))]
        self._git_ignored = git_ignored

    def reason(self, path: str, is_folder: bool) -> str:
        """The pattern that leaves the path out, or ``git`` where git ignores it; ``""`` if nothing does.

        Asked on the way down: of a folder that is left out nothing below is asked.
        """
        for pattern in self._patterns:
            if pattern.matches(path, is_folder):
                return pattern.line
        if path in self._git_ignored or (is_folder and path + "/" in self._git_ignored):
            return "git"
        return ""


def patterns_of(text: str) -> t.List[str]:
    """The patterns in the text of a ``.projectignore``, in their order.

    Raises:
        MigrationError: there are so many, or one is such, that looking at files would take for ever; it begins with ``Its``.
    """
    found: t.List[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found.append(_STARS.sub("*", line[1:] if line.startswith("\\#") else line))
        if len(found) > MAX_PATTERNS or found[-1].count("*") > MAX_STARS:
            raise MigrationError(
                f"Its {FILE} has more than {MAX_PATTERNS} patterns, or one with more than {MAX_STARS} stars, and is not used;"
                " ask its owner to shorten it."
            )
    return found


def merged(text: t.Optional[str]) -> str:
    """The text of the ``.projectignore`` to come: what is there stays as it is, what is missing is added at the end."""
    there = set(patterns_of(text or ""))
    missing = [line for line in (*DEFAULTS, *GUIDE) if not there & {line, line.strip("/"), line.lstrip("/"), line.rstrip("/")}]
    if not missing:
        return text or ""
    head = "" if not text else text if text.endswith("\n") else text + "\n"
    mark = f"\n{ADDED}\n" if head else ""
    return head + mark + "".join(line + "\n" for line in missing)
