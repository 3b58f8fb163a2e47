# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits what is known of a whole project: name, sizes, environments, kernels, links, rights.  Pure.  Private to the collection."""

from __future__ import annotations

import collections
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.collect import ACTIVE_MISSING, ENV_LINK
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.notebook import UNREADABLE
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed import CONDA_META, ROOT_NAME
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed_python import PATH_FILE
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    DANGLING,
    DECLARED,
    LINK,
    NAME_BLANK,
    NAME_SPECIAL,
    OUTSIDE,
    WARNING,
    Environment,
    Finding,
    Notebook,
    Project,
    Secret,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.code import why
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.rules import RULES
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import masked
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed, size_in_words

BINARY_WARNING = 10 * 1000**2
"""Binary data of more bytes than this is a warning, less an information."""

# Nobody exports these from AE4; what AE4 itself has, the migration brings and the conversion rewrites.
_FOREIGN = re.compile(r"(?:https?://(?:[\w.-]+\.)?(?:anaconda\.(?:org|com)|continuum\.io)/(?!pkgs/)|file:|/)")


def audit_project(project: Project, limit: int = MAX_BYTES) -> t.List[Finding]:
    """The findings about a project as a whole; the check of each rule in turn."""
    found = _Findings(project)
    _names_and_problems(found, project)
    _sizes(found, project, limit)
    _environments(found, project)
    for environment in project.environments:
        _packages(found, environment)
    _kernels(found, project)
    _links(found, project)
    _git_and_rights(found, project)
    _secrets(found, project)
    return found.items


class _Findings:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.items: t.List[Finding] = []

    def add(
        self, rule_id: str, subject: str, detail: str = "", path: str = "", severity: str = "", evidence: str = "", **place: t.Optional[int]
    ) -> None:
        """``place`` are ``cell`` and ``line``."""
        rule = RULES[rule_id]
        subject = masked(shown(subject))
        finding = Finding(
            owner=self._project.owner,
            project=self._project.name,
            rule=rule_id,
            severity=severity or rule.severity,
            what=rule.what.format(subject=subject, detail=detail),
            subject=subject,
            why=why(rule),
            advice=rule.advice,
            path=path,
            evidence=masked(shown(evidence)),
            **place,
        )
        self.items.append(finding)


def _names_and_problems(found: _Findings, project: Project) -> None:
    for problem in project.problems:
        if problem.code in (NAME_BLANK, NAME_SPECIAL):
            found.add("project-name", problem.detail, evidence=project.proposed_name)
        elif problem.code != ACTIVE_MISSING:
            found.add("not-collected", problem.detail)
    for notebook in project.notebooks:
        for problem in notebook.problems:
            found.add("unreadable-notebook" if problem.code == UNREADABLE else "not-collected", problem.detail, path=notebook.path)


def _sizes(found: _Findings, project: Project, limit: int) -> None:
    files = project.files
    if files.bytes > limit:
        largest = listed([f"{shown(entry.path)} {size_in_words(entry.size)}" for entry in files.largest], 3)
        found.add("archive-too-large", size_in_words(limit), size_in_words(files.bytes), evidence=largest)
    tracked = {entry.path for entry in project.git.tracked_large}
    for entry in files.large:
        detail = size_in_words(entry.size) + (" and git has committed it" if entry.path in tracked else "")
        found.add("large-file", entry.path, detail, path=entry.path)
    for entry in project.git.tracked_large:
        if entry.path not in {large.path for large in files.large}:
            found.add("large-file", entry.path, f"{size_in_words(entry.size)} in git", path=entry.path)
    if files.binary_count:
        names = listed([shown(entry.path) for entry in files.binary], 5)
        detail = f"{counted(files.binary_count, 'binary file')} of {size_in_words(files.binary_bytes)} ({names})"
        found.add("binary-data", "binary files", detail, severity=WARNING if files.binary_bytes > BINARY_WARNING else "")


def _environments(found: _Findings, project: Project) -> None:
    own = [item for item in project.environments if _is_own(item, project)]
    made = [item for item in own if item.source != DECLARED]  # AE5 takes several env specs in a project's file
    chosen = project.environment
    missing = next((problem.detail for problem in project.problems if problem.code == ACTIVE_MISSING), "")
    if chosen is None or not (chosen.conda or chosen.pip):
        if project.notebooks or project.scripts or project.environments:
            found.add("no-environment", project.name, f": {missing.rstrip('.')}" if missing else "")
    elif missing:
        found.add("active-missing", chosen.name, missing)
    elif not _is_own(chosen, project):
        found.add("shared-environment", chosen.name, f" in {chosen.prefix}" if chosen.prefix else "")
    if len(made) > 1:
        found.add("several-environments", chosen.name if chosen else "none of them", listed([item.name for item in made]))
    for environment in own:
        damaged = [problem.detail for problem in environment.problems if problem.code not in (ENV_LINK, PATH_FILE)]
        if damaged:
            found.add("environment-damaged", environment.name, listed(damaged, 3))
        for problem in environment.problems:
            if problem.code == ENV_LINK:
                found.add("shared-environment", environment.name, f": {problem.detail[0].lower()}{problem.detail[1:].rstrip('.')}")


def _is_own(environment: Environment, project: Project) -> bool:
    return not environment.prefix or environment.prefix.startswith(project.path + "/") or environment.source != CONDA_META


def _packages(found: _Findings, environment: Environment) -> None:
    channels = collections.Counter(package.channel for package in environment.conda if package.channel)
    for channel in sorted({*channels, *environment.channels}):
        if channel == "defaults":
            continue
        number = channels[channel]
        detail = f"{counted(number, 'package')} {'comes' if number == 1 else 'come'}" if number else "packages may come"
        found.add("environment-channel", channel, detail, severity=WARNING if _FOREIGN.match(channel) else "", evidence=environment.name)
    for package in environment.pip:
        if package.origin:
            found.add("pip-elsewhere", package.name, package.location or "elsewhere", evidence=environment.name)
        else:
            found.add("pip-package", package.name, evidence=f"{package.name}=={package.version}" if package.version else package.name)
    for problem in environment.problems:
        if problem.code == PATH_FILE:
            found.add("path-file", problem.detail, environment.name)
    for name, brought in sorted({**environment.modules, **environment.r_libraries}.items()):
        if not brought:
            found.add("module-by-hand", name, environment.name)


def _kernels(found: _Findings, project: Project) -> None:
    names = {item.name for item in project.environments}
    chosen = project.environment
    kernels: t.Dict[str, t.List[str]] = {}
    for notebook in project.notebooks:
        if notebook.problems and not notebook.cells:
            continue
        kernels.setdefault(_kernel(notebook, chosen), []).append(notebook.path)
        env = notebook.kernel_env
        if env and env not in names:
            what = "is the host's own installation" if env == ROOT_NAME else "the project does not have"
            found.add("kernel-unknown", env, what, path=notebook.path, evidence=notebook.kernel_display or notebook.kernel_name)
    if len(kernels) > 1:
        parts = [f"{kernel}: {listed([shown(path) for path in paths], 3)}" for kernel, paths in sorted(kernels.items())]
        found.add("notebooks-disagree", ", ".join(sorted(kernels)), "; ".join(parts))


def _kernel(notebook: Notebook, chosen: t.Optional[Environment]) -> str:
    """The kernel as people distinguish it: its environment, else its language and series.

    One that does not name an environment runs in the project's, and one that says nothing at all is like that.
    """
    language = notebook.kernel_language or "python"
    default = chosen.name if chosen else "default"
    if notebook.kernel_env:
        return f"{language} in {notebook.kernel_env}"
    series = notebook.kernel_name[len("python") :] if notebook.kernel_name.startswith("python") else ""
    if language == "python" and series and chosen and chosen.python and not chosen.python.startswith(series):
        return f"python {series}"
    return f"{language} in {default}"


def _links(found: _Findings, project: Project) -> None:
    for entry in project.files.odd:
        if entry.kind != LINK:
            found.add("special-file", entry.path, path=entry.path)
        elif entry.link_ends == DANGLING:
            found.add("link", entry.path, f"leads nowhere ({shown(entry.target)})", path=entry.path)
        elif entry.link_ends == OUTSIDE:
            found.add("link", entry.path, f"points outside the project ({shown(entry.target)})", path=entry.path)
        else:
            detail = f"uses an absolute path to a file of the project ({shown(entry.target)}), which is different on AE5"
            found.add("link", entry.path, detail, path=entry.path)


def _git_and_rights(found: _Findings, project: Project) -> None:
    if project.git.present:
        found.add("git-history", ".git", counted(project.git.tracked, "file"))
    if project.acl_exceptions:
        names = listed([shown(path) for path in project.acl_exceptions], 5)
        number = counted(len(project.acl_exceptions), "file or folder", "files or folders")
        found.add("rights", "access control lists", f"The permissions of {number} differ from those of the project ({names}).")
    if project.public:
        found.add("rights", "public", "Every user of the host can read the project; on AE5 only those it is shared with can.")


_RULE_OF_SECRET = {Secret.FILE: "secret-file", Secret.TEXT: "secret-in-text", Secret.OUTPUT: "secret-in-output"}


def _secrets(found: _Findings, project: Project) -> None:
    search = project.secrets
    for item in search.found:
        what = shown(item.what)
        evidence = "" if item.kind == Secret.FILE else what
        found.add(_RULE_OF_SECRET[item.kind], item.path, what, path=item.path, evidence=evidence, cell=item.cell, line=item.line)
    if search.more:
        found.add("secrets-not-searched", "secrets", f"There are {search.more:,} more passwords, tokens or keys than these.")
    if search.cut:
        names = listed([shown(path) for path in search.not_searched], 5)
        files = f"{counted(search.cut, 'file')} ({names}) {'was' if search.cut == 1 else 'were'}"
        found.add("secrets-not-searched", "files", f"{files} searched for passwords, tokens and keys only in part.")
