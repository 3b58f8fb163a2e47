# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the matchers of the audit work with: a project's context, and a hit.  Pure.  Private to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Environment, Project
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.tables import HOST_PATH, PROJECTS_ROOT

_PUBLIC_HOSTS = re.compile(r"(?:.*\.)?(?:anaconda\.(?:org|com|cloud)|continuum\.io|(?:pypi|r-project)\.[a-z]+|localhost)\Z")
_HOST = re.compile(r"://(?P<host>[^/:@\s]+)")


@dataclasses.dataclass(frozen=True)
class Hit:
    """That a fact is what a rule is about.  ``more`` is added to what to do."""

    rule: str
    subject: str
    detail: str = ""
    more: str = ""
    line: int = 1


@dataclasses.dataclass(frozen=True)
class Where:
    """The file of a fact, the language of the code there, and whether that runs in another kernel than the notebook's."""

    path: str
    language: str
    foreign: bool = False


class Context:
    """What the matchers need to know of a project.  ``local`` are the names of its own Python modules."""

    def __init__(self, project: Project, root: str, local: t.AbstractSet[str]) -> None:
        self.project, self.root, self.local = project, root.rstrip("/"), local
        self.paths = [HOST_PATH]
        if self.root != PROJECTS_ROOT:
            part = r"[^/\s\"'`,;:()<>]+"
            self.paths.append(
                re.compile(rf"(?:(?<=[\s\"'`=:,;(\[@])|^)(?P<path>{re.escape(self.root)}/{part}/{part}(?:/[^\s\"'`,;:()]*)*)")
            )
        self.hosts = sorted(_hosts(project))
        self._own = (project.path, *(f"{base}/{project.owner}/{project.name}" for base in (PROJECTS_ROOT, self.root)))
        self._notebooks = {notebook.path: notebook for notebook in project.notebooks}

    def is_own(self, path: str) -> bool:
        """Whether an absolute path leads into the project itself."""
        return any(path == own or path.startswith(own + "/") for own in self._own)

    def environment(self, where: Where) -> t.Optional[Environment]:
        """The environment that a file runs in: its kernel's, if the project has that, else the project's own.

        Code of a language that the environment does not have runs in the one environment that has it, if there is one.
        """
        notebook = self._notebooks.get(where.path)
        if notebook and notebook.kernel_env:
            return next((item for item in self.project.environments if item.name == notebook.kernel_env), None)
        chosen = self.project.environment
        if chosen is None or _has(chosen, where.language):
            return chosen
        others = [item for item in self.project.environments if _has(item, where.language)]
        return others[0] if len(others) == 1 else None


def _has(environment: Environment, language: str) -> bool:
    has_r = bool(environment.r_libraries) or any(package.name == "r-base" for package in environment.conda)
    if language == "r":
        return has_r
    return bool(environment.python) or not has_r


def _hosts(project: Project) -> t.Set[str]:
    """Names of the old servers: the notebook host, and those of channels that are not on the internet."""
    names = {project.host}
    for environment in project.environments:
        for channel in environment.channels:
            match = _HOST.search(channel)
            if match:
                names.add(match.group("host"))
    return {name for name in names if name and not _PUBLIC_HOSTS.match(name)}
