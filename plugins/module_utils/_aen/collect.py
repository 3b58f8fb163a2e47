# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects the notebook projects of a host, read-only and with the standard library.  Private to the collection.

Layout (AEN): ``ROOT/OWNER/PROJECT``, environments in ``PROJECT/envs/NAME``, the active one named by the key ``env`` of
``.metadata.json``.  What cannot be read is a problem of its project; the other projects are collected all the same.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import stat
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._aen import access as collect_access
from ansible_collections.ae_ops.migration.plugins.module_utils._aen import files, project_file
from ansible_collections.ae_ops.migration.plugins.module_utils._aen import git as collect_git
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.notebook import UNREADABLE, chunks, read_notebook
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_lock import LOCK_FILES
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.secrets import Searcher
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import SPEC_FILES, parse_environment
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed import CONDA_META, read_environment
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirements import REQUIREMENTS
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    Environment,
    Notebook,
    Project,
    Source,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_names import name_problems, proposed_names
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, matches_any, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import MAX_BYTES

ENVS = "envs"
METADATA = ".metadata.json"
LEFT_OUT = "source_left_out"
"""Code of the problem of a script that was not looked into, because it is too large or cannot be read."""
ACTIVE_MISSING = "active_missing"
ENV_FILE = "env_file"
"""Code of the problem of a file that should describe an environment and does not."""
ENVS_UNREADABLE = "envs_unreadable"
"""Code of the problem of a folder of environments, or of the note on the active one, that is there and cannot be read."""
ENV_LINK = "env_link"
"""Problem code of an environment outside the project, which several projects may use."""

_ENVIRONMENT_FILES = frozenset({*SPEC_FILES, *project_file.FILES, *LOCK_FILES})
_ENV_IN_CODE = re.compile(r"(?P<prefix>/[\w./+-]*?/(?:envs/[\w.-]+|(?:ana|mini)conda[\w.-]*))/bin/[\w.-]+")


class Collector:
    """Reads the projects below ``root`` one by one.  Environments outside of projects are read once."""

    def __init__(self, root: str, site: str, host: str, accounts: Accounts) -> None:
        self._root, self._site, self._host, self._accounts = root, site, host, accounts
        self._outside: t.Dict[str, t.Optional[Environment]] = {}
        self.problems: t.List[Problem] = []

    def projects(self, patterns: t.Sequence[str]) -> t.Iterator[t.Tuple[str, str, str]]:
        """Owner, name and proposed name of the projects.  Hidden folders and ``lost+found`` are none; a link is named."""
        for owner in self._folders(self._root, ""):
            names = list(self._folders(os.path.join(self._root, owner), owner + "/"))
            for name, proposal in sorted(proposed_names(names).items()):
                if not patterns or matches_any(f"{owner}/{name}", patterns):
                    yield owner, name, proposal

    def _folders(self, path: str, prefix: str) -> t.Iterator[str]:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (os.O_NOFOLLOW if prefix else 0))
            try:
                entries = _safe_open.listing(fd)
            finally:
                os.close(fd)
        except OSError as exc:
            if not prefix:
                raise MigrationError(f"The folder of the projects {path} cannot be read: {exc.strerror}; correct the option root.") from exc
            detail = f"The projects of {shown(prefix[:-1])} cannot be read: {exc.strerror}; they were left out."
            self.problems.append(Problem("owner_unreadable", detail))
            return
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "lost+found":
                continue
            if entry.kind == _safe_open.FOLDER:
                yield entry.name
            elif os.path.isdir(os.path.join(path, entry.name)):
                detail = f"{shown(prefix + entry.name)} is a link to a folder, not a folder; what it leads to was not collected."
                self.problems.append(Problem("link", detail))

    def project(self, owner: str, name: str, proposal: str, add_source: t.Callable[[Source], None]) -> Project:
        """Reads one project; its code goes to ``add_source``.  Raises ``OSError`` if its folder cannot be read."""
        path = os.path.join(self._root, owner, name)
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            problems = name_problems(name, proposal)
            access, acl = collect_access.read_access(fd, owner, self._accounts)
            rights = collect_access.Exceptions(path, acl, self._accounts)
            tree = files.walk_project(fd, path, rights.look, _ENVIRONMENT_FILES)
            problems += tree.problems
            secrets = Searcher(fd)
            code = _Code(fd, owner, name, add_source, secrets)
            notebooks = [code.notebook(item) for item in tree.notebooks]
            for item, language in tree.scripts:
                code.script(item, language)
            for item, what in tree.secret_files:
                secrets.keeps(item, what)
            for item, style in tree.texts:
                secrets.file(item, style)
            environments, active = self._environments(fd, path, tree.top, code.prefixes, problems)
            git = collect_git.read_git(fd, problems)
        finally:
            os.close(fd)
        return Project(
            host=self._host,
            site=self._site,
            owner=owner,
            name=name,
            path=path,
            proposed_name=proposal,
            environments=tuple(environments),
            active_environment=active,
            notebooks=tuple(_with_known_environment(item, name, {env.name for env in environments}) for item in notebooks),
            scripts=len(tree.scripts),
            project_file=next((item for item in project_file.FILES if item in tree.top), ""),
            files=tree.files,
            git=git,
            team=access.team,
            acl=access.acl,
            acl_exceptions=tuple(rights.paths),
            public=access.public,
            secrets=secrets.result(),
            problems=tuple(problems + code.problems),
        )

    def _environments(
        self, fd: int, path: str, top: t.Set[str], prefixes: t.Iterable[str], problems: t.List[Problem]
    ) -> t.Tuple[t.List[Environment], str]:
        """The project's environments: its own, then those in its files, then the ones it names by prefix; and the active one."""
        found: t.Dict[str, Environment] = {}
        for name in self._own(fd, problems):
            prefix = os.path.join(path, ENVS, name)
            env = dataclasses.replace(_read(prefix), name=name)
            if os.path.islink(prefix):
                detail = f"Its folder is a link to {shown(os.path.realpath(prefix))}."
                env = dataclasses.replace(env, problems=(*env.problems, Problem(ENV_LINK, detail)))
            found[name] = env
        declared = _declared(fd, top, problems)
        written = [env for env in _written(fd, top, problems) if env.file != REQUIREMENTS or not (found or declared)]
        for env in (*declared, *written):
            found[env.name] = _with_file(found[env.name], env) if env.name in found else env
        told = _active_prefix(fd, top, problems)
        for prefix in [told, *(env.prefix for env in written), *sorted(prefixes)]:
            if prefix and self._is_elsewhere(prefix, path):
                other = self._elsewhere(prefix)
                if other is not None:
                    found.setdefault(other.name, other)
        active = self._active(told, path, found)
        if told and not active:
            detail = f"Its active environment {shown(told)} {_why_missing(told)}."
            problems.append(Problem(ACTIVE_MISSING, detail))
        return [dataclasses.replace(env, active=env.name == active) for env in found.values()], active

    @staticmethod
    def _own(fd: int, problems: t.List[Problem]) -> t.List[str]:
        try:
            with _safe_open.folder(fd, ENVS) as below:
                return [
                    entry.name
                    for entry in _safe_open.listing(below)
                    if not entry.name.startswith(".") and (entry.kind == _safe_open.FOLDER or _is_link(below, entry.name))
                ]
        except FileNotFoundError:
            return []  # the project has no environments of its own
        except OSError as exc:
            detail = f"The folder {ENVS} cannot be read: {exc.strerror}; the project's own environments were left out."
            problems.append(Problem(ENVS_UNREADABLE, detail))
            return []

    def _is_elsewhere(self, prefix: str, path: str) -> bool:
        return _own_name(prefix, path) == "" and os.path.isdir(prefix)

    def _elsewhere(self, prefix: str) -> t.Optional[Environment]:
        real = os.path.realpath(prefix)
        if real not in self._outside:
            self._outside[real] = _read(prefix) if os.path.isdir(os.path.join(prefix, CONDA_META)) else None
        return self._outside[real]

    @staticmethod
    def _active(told: str, path: str, found: t.Mapping[str, Environment]) -> str:
        own = _own_name(told, path)
        if own in found:
            return own
        return next((env.name for env in found.values() if told and env.prefix == told), "")


def _read(prefix: str) -> Environment:
    try:
        return read_environment(prefix)
    except OSError as exc:
        return Environment(os.path.basename(prefix), prefix, problems=(Problem("env_unreadable", f"It cannot be read: {exc.strerror}."),))


def _is_link(fd: int, name: str) -> bool:
    """Whether it is a link, perhaps to an environment elsewhere; a broken link is reported."""
    return stat.S_ISLNK(os.stat(encode(name), dir_fd=fd, follow_symlinks=False).st_mode)


def _own_name(prefix: str, path: str) -> str:
    """Name of the project's own environment that a prefix stands for, also where the project once lay elsewhere; else empty."""
    parts = prefix.rstrip("/").split("/")
    if len(parts) > 3 and parts[-2] == ENVS and parts[-4:-2] == path.split("/")[-2:]:
        return parts[-1]
    return ""


def _why_missing(prefix: str) -> str:
    try:
        os.stat(prefix)
    except FileNotFoundError:
        return "is not there any more"
    except OSError as exc:
        return f"cannot be read: {exc.strerror}"
    return "is not an environment"


def _active_prefix(fd: int, top: t.Set[str], problems: t.List[Problem]) -> str:
    """The environment that AEN's file names; AEN writes it when one is chosen, without it the default one is active."""
    if METADATA not in top:
        return ""
    try:
        data = json.loads(files.read_text(fd, METADATA), strict=False)
    except (MigrationError, ValueError, RecursionError) as exc:
        why = str(exc).rstrip(".") if isinstance(exc, MigrationError) else f"The file {METADATA} cannot be read: it is not JSON"
        problems.append(Problem(ENVS_UNREADABLE, f"{why}; which environment is active is not known."))
        return ""
    return str(data.get("env") or "").rstrip("/") if isinstance(data, dict) else ""


def _written(fd: int, top: t.Set[str], problems: t.List[Problem]) -> t.List[Environment]:
    """The environments that files of the project describe; a ``requirements.txt`` counts only where nothing else does."""
    read = files.reader(fd, MAX_BYTES)

    def parsed(name: str) -> t.List[Environment]:
        return [parse_environment(files.read_text(fd, name, MAX_BYTES), SPEC_FILES[name], name, read)]

    found: t.List[Environment] = []
    for name in SPEC_FILES:
        if name in top and not (name == REQUIREMENTS and found):
            _add(found, name, problems, parsed)
    return found


def _declared(fd: int, top: t.Set[str], problems: t.List[Problem]) -> t.List[Environment]:
    """The environments of the project's own ``anaconda-project.yml``, with the pins of its lock."""
    lock = next((name for name in LOCK_FILES if name in top), "")

    def parsed(name: str) -> t.List[Environment]:
        text = files.read_text(fd, name, MAX_BYTES)
        return project_file.records(text, name, files.read_text(fd, lock, MAX_BYTES) if lock else None)

    found: t.List[Environment] = []
    for name in [item for item in project_file.FILES if item in top][:1]:
        _add(found, name, problems, parsed)
    return found


def _add(found: t.List[Environment], name: str, problems: t.List[Problem], read: t.Callable[[str], t.List[Environment]]) -> None:
    try:
        found.extend(env for env in read(name) if env.conda or env.pip)
    except MissingLibrary:
        detail = f"The file {name} cannot be read without ruamel.yaml; install it for the interpreter that Ansible uses on the host."
        problems.append(Problem(ENV_FILE, detail))
    except MigrationError as exc:
        problems.append(Problem(ENV_FILE, str(exc)))


def _with_file(env: Environment, written: Environment) -> Environment:
    """An environment that is there, with the channels that its file names too."""
    more = tuple(channel for channel in written.channels if channel not in env.channels)
    return dataclasses.replace(env, channels=env.channels + more, file=env.file or written.file)


def _with_known_environment(notebook: Notebook, project: str, known: t.Container[str]) -> Notebook:
    """nb_conda_kernels writes ``PROJECT-NAME`` for an environment that is not below the installation's own ``envs``."""
    env = notebook.kernel_env
    if env not in known and env.startswith(project + "-") and env[len(project) + 1 :] in known:
        return dataclasses.replace(notebook, kernel_env=env[len(project) + 1 :])
    return notebook


class _Code:
    """Reads the notebooks and scripts of one project.  ``prefixes`` are the environments that its code names by path."""

    def __init__(self, fd: int, owner: str, name: str, add_source: t.Callable[[Source], None], secrets: Searcher) -> None:
        self._fd, self._owner, self._name, self._add, self._secrets = fd, owner, name, add_source, secrets
        self.prefixes: t.Set[str] = set()
        self.problems: t.List[Problem] = []

    def notebook(self, path: str) -> Notebook:
        try:
            data = files.read_bytes(self._fd, path, files.MAX_NOTEBOOK_BYTES)
        except MigrationError as exc:
            return Notebook(path, problems=(Problem(UNREADABLE, str(exc)),))
        notebook, sources = read_notebook(self._owner, self._name, path, data, lambda cells: self._secrets.cells(path, cells))
        size = 0
        for source in sources:
            size += len(source.text)
            if size > files.MAX_SOURCE_BYTES:
                detail = f"The notebook {shown(path)} has more code than the limit; the rest was not read."
                return dataclasses.replace(notebook, problems=(Problem(LEFT_OUT, detail),))
            self._take(source)
        return notebook

    def script(self, path: str, language: str) -> None:
        try:
            text = files.read_text(self._fd, path)
        except MigrationError as exc:
            self.problems.append(Problem(LEFT_OUT, str(exc)))
            return
        source = Source(self._owner, self._name, path, language, text)
        for part in chunks(source) if language == "rmd" else [source]:
            self._take(part)

    def _take(self, source: Source) -> None:
        self.prefixes.update(match.group("prefix") for match in _ENV_IN_CODE.finditer(source.text))
        self._add(source)
