# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_preflight_info`` does: the checks on a notebook host.  Private to the collection.

Standard library only.  It lists folders and reads no file of a project.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _command, _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.command import measure as folder_size
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.collect import Collector
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.files import GIT
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model import project_ignore
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import DEPTH, MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import measure, rules_aen, rules_host
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Json, Row
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.site.module import folder_row
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

HOST = ArgumentSpec(
    options={
        "host": {"type": "str", "required": True},
        "root": {"type": "path", "default": "/projects"},
        "work_dir": {"type": "path", "required": True},
        "max_bytes": {"type": "int", "default": MAX_BYTES},
        "git_ignored": {"type": "str", "choices": ["leave_out", rules_aen.INCLUDE], "default": "leave_out"},
        "timeout": {"type": "int", "default": 60},
    }
)
LIBRARIES = ("ruamel.yaml",)
UNREADABLE = "owner_unreadable"
"""The collection's code of an owner whose folder cannot be listed."""
_UNREAD = re.compile(r"\AThe projects of (.*) cannot be read: .*\Z", re.DOTALL)
MAX_ENTRIES = 500_000
"""Files and folders that are counted at most; an environment's and a repository's own are not."""


def host_work(module: MigrationModule) -> Outcome:
    """The module ``notebook_preflight_info``."""
    params = module.params
    for name in ("max_bytes", "timeout"):
        if params[name] < 1:
            raise MigrationError(f"The option {name} must be at least 1, not {params[name]}.")
    rows, facts = check_host(params)
    return Outcome(summary=r.counts(rows), values={"rows": [row.to_json() for row in rows], "facts": facts})


def check_host(params: t.Mapping[str, t.Any]) -> t.Tuple[t.List[Row], Json]:
    """All checks on a notebook host, each by itself, and what the checks of the cluster need to know of it."""
    host, work = params["host"], params["work_dir"]
    found = look(params["root"], params["max_bytes"], params["timeout"])
    rows = [
        rules_aen.projects(host, found),
        *measure.attempt(r.WORK_DIR, host, rules_aen.CONVERT, lambda: folder_row(r.WORK_DIR, host, work, rules_aen.CONVERT)),
        *measure.attempt(r.SPACE, host, rules_aen.CONVERT, lambda: rules_aen.space(host, found, _room(work))),
        *measure.attempt(r.TOOLS, host, rules_aen.STAGE, lambda: rules_aen.tools(host, _missing(rules_aen.TOOLS))),
        *measure.attempt(r.GIT, host, rules_aen.CONVERT, lambda: _git(host, found, params)),
        *measure.attempt(r.LIBRARIES, host, rules_aen.CONVERT, lambda: _libraries(host)),
    ]
    facts: Json = {
        "projects": found.projects,
        "owners": None if found.error else list(found.owners),
        "archive_bytes": None if found.error else found.archive_bytes,
        "whole": not found.stopped,
    }
    return rows, facts


def _room(folder: str) -> rules_aen.Room:
    made = os.path.join(folder, "dump")
    there = folder_size(made)[0] if os.path.isdir(made) else 0
    return rules_aen.Room(folder, measure.free_space(folder), there)


def _missing(names: t.Sequence[str]) -> t.List[str]:
    return [name for name in names if shutil.which(name) is None]


def _git(host: str, found: rules_aen.Found, params: t.Mapping[str, t.Any]) -> Row:
    error = _command.why_not(["git", "--version"], params["timeout"])
    return rules_aen.git(host, found, params["git_ignored"], error)


def _libraries(host: str) -> Row:
    return rules_host.libraries(host, measure.importable(LIBRARIES), _command.interpreter(), rules_aen.CONVERT)


def look(root: str, max_bytes: int, seconds: float) -> rules_aen.Found:
    """Counts the files below the folder of the projects, for ``seconds`` at most."""
    nothing = rules_aen.Found(root, _command.effective_user())
    collector = Collector(root, "", "", Accounts())
    try:
        projects = [(owner, name) for owner, name, _proposal in collector.projects(())]
    except MigrationError as exc:
        return dataclasses.replace(nothing, error=str(exc).partition(";")[0])
    except OSError as exc:
        return dataclasses.replace(nothing, error=f"What is below {root} cannot be read: {exc.strerror}")
    count = _Count(max_bytes, time.monotonic() + seconds, f"after {seconds:g} s")
    total = sum(count.projects(root, projects))
    unread = [problem for problem in collector.problems if problem.code == UNREADABLE]
    return dataclasses.replace(
        nothing,
        owners=tuple(dict.fromkeys(shown(owner) for owner, _name in projects)),
        projects=len(projects),
        with_git=count.with_git,
        closed=(*(_UNREAD.sub(r"\1", problem.detail) for problem in unread), *count.closed),
        links=tuple(problem.detail for problem in collector.problems if problem not in unread),
        archive_bytes=total,
        measured=count.measured,
        stopped=count.stopped,
    )


class _Count:
    """Adds up the files that the archives of projects can hold, until it has done enough.

    Left out is what no archive holds whatever its owner says (``ignore``).  A project with more than ``max_bytes`` counts as
    that: with more it is refused, and with less only where a ``.projectignore`` or git leaves the rest out.
    """

    def __init__(self, max_bytes: int, until: float, in_words: str) -> None:
        self._max, self._until, self._in_words = max_bytes, until, in_words
        self._ignore = project_ignore.Ignore(project_ignore.patterns_of(project_ignore.merged(None)))
        self._entries = self._bytes = 0
        self.with_git = self.measured = 0
        self.stopped = ""
        self.closed: t.List[str] = []

    def projects(self, root: str, projects: t.Iterable[t.Tuple[str, str]]) -> t.Iterator[int]:
        """Bytes of each project, given as owner and name; links are not followed."""
        root_fd = dump.open_dump(root)
        try:
            for owner, name in projects:
                self._bytes = 0
                self._enter(root_fd, (owner, name))
                self.measured += not self.stopped
                yield min(self._bytes, self._max)
        finally:
            os.close(root_fd)

    def _enter(self, root_fd: int, project: t.Tuple[str, str]) -> None:
        owner, name = project
        try:
            with _safe_open.folder(root_fd, owner) as owner_fd, _safe_open.folder(owner_fd, name) as fd:
                self.with_git += os.access(GIT, os.F_OK, dir_fd=fd, follow_symlinks=False)
                if not self.stopped:
                    self._folder(fd, project, 0)
        except FileNotFoundError:
            return  # somebody has taken it away since it was listed
        except OSError:
            self.closed.append(shown("/".join(project)))

    def _folder(self, fd: int, above: t.Tuple[str, ...], depth: int) -> None:
        folders = []
        with os.scandir(fd) as entries:
            for entry in entries:
                if self._is_enough():
                    return
                name = os.fsencode(entry.name).decode("utf-8", "surrogateescape")
                is_folder = entry.is_dir(follow_symlinks=False)
                if self._ignore.reason("/".join((*above[2:], name)), is_folder):
                    continue
                if is_folder:
                    folders.append(name)
                elif entry.is_file(follow_symlinks=False):
                    self._bytes += entry.stat(follow_symlinks=False).st_size
        for name in folders if depth < DEPTH else ():
            if self.stopped or self._bytes >= self._max:
                return
            here = (*above, name)
            try:
                with _safe_open.folder(fd, name) as below:
                    self._folder(below, here, depth + 1)
            except FileNotFoundError:
                continue  # as above
            except OSError:
                self.closed.append(shown("/".join(here)))

    def _is_enough(self) -> bool:
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            self.stopped = f"after {MAX_ENTRIES:,} files and folders"
        elif self._entries % 256 == 0 and time.monotonic() > self._until:
            self.stopped = self._in_words
        return bool(self.stopped)
