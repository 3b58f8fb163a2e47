# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects use a shared library by its path, and which libraries the audit found.  Private to the collection.

A project uses a library if its code (rule shared-library), a ``.pth`` file of its environment (rule path-file) or an editable
installation names the library's folder or something in it; or the folder that the library lies in, while its code imports the library's
name and no package brings that (rule import-not-listed).
"""

from __future__ import annotations

import collections
import dataclasses
import posixpath
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed_python import PATH_FILE
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirement_grammar import EDITABLE
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding, Project
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import USER
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.tables import PROJECTS_ROOT
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.tree import METADATA_FILES, R_METADATA, listing_of
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Wanted
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, matches_any

_NAMING_A_PATH = ("shared-library", "path-file")
_NOT_LISTED = "import-not-listed"
_BY_PATH = "path:"


@dataclasses.dataclass(frozen=True)
class Users:
    """The people of a project, by their names on the notebook host, and the groups in its team."""

    people: t.Tuple[str, ...]
    groups: t.Tuple[str, ...] = ()


class Uses:
    """What projects take from elsewhere, by paths as the host calls them.

    ``root`` is the folder used as the host's ``/`` and ``projects_root`` where the collection found the projects.
    """

    def __init__(self, root: str, projects_root: str) -> None:
        self._root = root.rstrip("/")
        self._projects_root = self._on_host(projects_root)
        self._paths: t.Dict[str, t.Set[str]] = collections.defaultdict(set)
        self._imports: t.Dict[str, t.Set[str]] = collections.defaultdict(set)
        self._folders: t.Dict[str, str] = {}
        self.users: t.Dict[str, Users] = {}

    def add_project(self, project: Project) -> None:
        """Its people, and what its environments take by path."""
        people = sorted({project.owner, *(member.name for member in project.team if member.kind == USER)})
        groups = sorted({member.name for member in project.team if member.kind != USER})
        self.users[project.key] = Users(tuple(people), tuple(groups))
        self._folders[project.key] = self.canonical(project.path)
        for environment in project.environments:
            for package in environment.pip:
                if package.origin == EDITABLE:
                    location = package.location
                    self._add(project.key, location[len("file://") :] if location.startswith("file://") else location)
            for problem in environment.problems:
                if problem.code == PATH_FILE:
                    self._add(project.key, problem.detail)
            for brought in (*environment.modules.values(), *environment.r_libraries.values()):
                if brought.startswith(_BY_PATH):
                    self._add(project.key, brought[len(_BY_PATH) :])

    def add_finding(self, finding: Finding) -> None:
        """What the audit found; call it after ``add_project`` of all projects."""
        if finding.key not in self.users:
            return
        if finding.rule == _NOT_LISTED:
            self._imports[finding.key].add(finding.subject)
        elif finding.rule in _NAMING_A_PATH:
            subject = finding.subject
            if not subject.startswith(("/", "~", "$")):
                subject = posixpath.join(self._folders[finding.key], posixpath.dirname(finding.path), subject)
            self._add(finding.key, subject)

    def _add(self, key: str, path: str) -> None:
        if not path.startswith("/"):
            return  # below somebody's home, which only a session would tell
        path = self.canonical(path)
        own = self._folders[key]
        if path != own and not path.startswith(own + "/"):
            self._paths[path].add(key)

    def _on_host(self, path: str) -> str:
        return path[len(self._root) :] or "/" if self._root and path.startswith(self._root + "/") else path

    def canonical(self, path: str) -> str:
        """A path with AEN's own name for the folder of the projects, where the collection knows it by another one."""
        path = self._on_host(posixpath.normpath("/" + path.lstrip("/")))
        if path.startswith(self._projects_root + "/"):
            return PROJECTS_ROOT + path[len(self._projects_root) :]
        return path

    def leads_to_projects(self, path: str) -> bool:
        """Whether a folder is that of the projects or one above it: whoever has a project gets through those."""
        return (self._projects_root + "/").startswith(path.rstrip("/") + "/")

    def of(self, wanted: Wanted, imports: t.Iterable[str]) -> t.Tuple[str, ...]:
        """The projects that use a library that Python or R imports by ``imports``."""
        names = set(imports)
        found: t.Set[str] = set()
        for library in map(self.canonical, wanted.paths):
            parent, name = library.rsplit("/", 1)
            for path, keys in self._paths.items():
                if path == library or path.startswith(library + "/"):
                    found |= keys
                elif path == parent:
                    found |= {key for key in keys if self._imports[key] & (names | {name})}
        return tuple(sorted(found, key=encode))

    def candidates(self, patterns: t.Sequence[str], known: t.Iterable[Wanted]) -> t.Tuple[t.List[str], t.Dict[str, t.Tuple[str, ...]]]:
        """The libraries that the audit found and a pattern accepts, and those that none does with the projects that use them.

        A library is not found twice: what lies in one of ``known`` is that one.
        """
        taken = [self.canonical(path) for wanted in known for path in wanted.paths]
        accepted: t.Set[str] = set()
        others: t.Dict[str, t.Set[str]] = collections.defaultdict(set)
        for path, keys in sorted(self._paths.items()):
            for found, users in self._libraries_at(path, keys):
                if any(found == other or found.startswith(other + "/") for other in taken):
                    continue
                if any(matches_any(name, [pattern.rstrip("/") for pattern in patterns]) for name in (found, path)):
                    accepted.add(found)
                else:
                    others[found] |= users
        left = {path: tuple(sorted(keys, key=encode)) for path, keys in sorted(others.items()) if path not in accepted}
        return sorted(accepted), left

    def _libraries_at(self, path: str, keys: t.Set[str]) -> t.Iterator[t.Tuple[str, t.Set[str]]]:
        """The folders of the libraries that a path leads to, each with its users."""
        root = self._library_of(path)
        if root:
            yield root, keys
            return
        try:
            there = listing_of(self._root, path)
        except MigrationError:
            return
        if not there:  # a file, or nothing any more
            yield (posixpath.dirname(path) if posixpath.dirname(path).count("/") > 1 else path), keys
            return
        inside: t.Dict[str, t.Set[str]] = collections.defaultdict(set)
        for key in keys:
            for name in self._imports[key]:
                if there.get(name) == _safe_open.FOLDER:
                    inside[name].add(key)
        for name, users in sorted(inside.items()):
            yield f"{path}/{name}", users
        if not inside:
            yield path, keys

    def _library_of(self, path: str) -> str:
        """The nearest folder, the path itself or one above it, that has the metadata of a library; empty if none has.

        Folders right below the root are none, nor is the folder of a user's projects.
        """
        while path.count("/") > 1 and posixpath.dirname(path) != PROJECTS_ROOT:
            try:
                names = listing_of(self._root, path)
            except MigrationError:
                return ""
            if any(names.get(name) == _safe_open.FILE for name in (*METADATA_FILES, R_METADATA)):
                return path
            path = posixpath.dirname(path)
        return ""
