# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared libraries of a notebook host: what is asked for, and the lines of ``libraries.jsonl``.  Private to the collection.

A library's natural key is its path, as the notebook host calls it.  Nothing here but ``read_libraries`` does I/O.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import read_records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import NOARCH
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement

LIBRARIES_FILE = "libraries.jsonl"
PLACEMENTS_FILE = "placements.jsonl"

BUILT, REPORTED = "built", "reported"
PYTHON, R, COMPILED = "python", "r", "compiled"
LANGUAGES = (PYTHON, R, COMPILED)

Pairs = t.Tuple[t.Tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A library that somebody asked for; what is None is told by the library itself."""

    path: str
    channel: str = ""
    name: str = ""
    version: str = ""
    packages: t.Optional[t.Tuple[str, ...]] = None
    """Packages and modules (with dots) to take."""
    requires: t.Optional[t.Tuple[str, ...]] = None
    """conda's MatchSpecs, instead of what its metadata asks for."""
    users: t.Optional[t.Tuple[str, ...]] = None
    """AE5 users that may read it, instead of the people of the projects that use it."""
    groups: t.Optional[t.Tuple[str, ...]] = None
    also: t.Tuple[str, ...] = ()
    """Other paths by which projects use it."""
    include: t.Tuple[str, ...] = ()
    """Patterns of files to take although they look as if they held a secret."""

    @property
    def paths(self) -> t.Tuple[str, ...]:
        return (self.path, *self.also)


@dataclasses.dataclass(frozen=True)
class Library(JsonRecord):
    """A shared library: the package that was built of it, or why there is none."""

    TITLE = "shared library"

    path: str
    state: str
    """built or reported."""
    why: str = ""
    """Of a reported one, a sentence that says what to do."""
    language: str = PYTHON
    """python, r or compiled."""
    name: str = ""
    version: str = ""
    build: str = ""
    file: str = ""
    size: int = 0
    sha256: str = ""
    md5: str = ""
    channel: str = ""
    imports: t.Tuple[str, ...] = ()
    """Top-level names that Python imports it by."""
    depends: t.Tuple[str, ...] = ()
    used_by: t.Tuple[str, ...] = ()
    """``OWNER/PROJECT`` of AE4, sorted."""
    users: t.Tuple[str, ...] = ()
    """AE5 users that may read its channel."""
    groups: t.Tuple[str, ...] = ()
    withheld: Pairs = ()
    """AE5 users who use it and get no right on its channel, each with the reason."""
    left_out: Pairs = ()
    """Files that the package does not hold, by path in the library, each with the reason."""
    notes: t.Tuple[str, ...] = ()
    recipe: t.Optional[Json] = None
    """Of an R or compiled library, what a recipe needs: name, version, source, depends, sources, compilers."""

    @property
    def spec(self) -> str:
        """How an environment asks for it; empty for one that was not built."""
        return f"{self.name}={self.version}" if self.state == BUILT else ""

    @property
    def package_path(self) -> str:
        """Where the package lies below the folder of ``libraries.jsonl``."""
        return f"{NOARCH}/{self.file}" if self.file else ""

    def placement(self, site: str) -> Placement:
        """The package for the module ``package_sync``."""
        owner = self.channel.split("/", 1)[0]
        return Placement(self.channel, site, owner, self.name, self.file, NOARCH, self.size, self.md5, self.sha256, self.package_path)


def read_libraries(path: str) -> t.List[Library]:
    """The libraries of a ``libraries.jsonl``.

    Raises:
        MigrationError: it cannot be read.
    """
    return list(read_records(path, "list of libraries", Library.from_json, "build them again"))
