# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of notebook projects, as frozen dataclasses.  Private to the collection.

==============  ==========================================================================
file            records
==============  ==========================================================================
projects.jsonl  ``NotebookHost`` first, then ``Project``, one line each, by owner and name
sources.jsonl   ``Source``, one line per code cell of a notebook and per script
findings.jsonl  ``Finding``, one line each
==============  ==========================================================================

Paths inside a project are relative to it and joined by a slash; names that are not UTF-8 are kept by surrogateescape.
Sizes are bytes, digests lower-case hex.  No URL in a record holds a token or a password.  Nothing here does I/O.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Choices, Json, JsonRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem

SCHEMA_VERSION = 1

FILE, LINK, DIR, OTHER = "file", "link", "dir", "other"
INSIDE, OUTSIDE, DANGLING = "inside", "outside", "dangling"

BLOCKER, WARNING, INFO = "blocker", "warning", "info"
SEVERITIES = (BLOCKER, WARNING, INFO)

DECLARED = "project"
"""``Environment.source`` of an env spec of the project's own ``anaconda-project.yml``."""

NAME_BLANK = "name_blank"
NAME_SPECIAL = "name_special"
"""Codes of a project's problems with its name (AE5 takes neither blanks nor special characters)."""


@dataclasses.dataclass(frozen=True)
class FileEntry(JsonRecord):
    """A file, folder or link of a project."""

    TITLE = "file of a project"

    path: str
    kind: str
    """file, link, dir, or other (socket, device, pipe)."""
    size: int = 0
    """Bytes of the file as it would be archived (a sparse file counts whole); 0 for what is not a file."""
    mode: int = 0
    """The permission bits."""
    target: str = ""
    """Of a link, as it is written in the link."""
    link_ends: str = ""
    """Of a link: inside the project, outside of what an archive holds of it, or dangling."""
    binary: bool = False
    """A file that is not text: its first block holds a NUL byte."""


@dataclasses.dataclass(frozen=True)
class CondaPackage(JsonRecord):
    """A package that conda installed, as the environment's ``conda-meta`` (or an exported file) tells of it."""

    TITLE = "conda package"

    name: str
    version: str = ""
    build: str = ""
    channel: str = ""
    """The channel's URL or short name, without a token; ``""`` where nobody wrote it down."""
    url: str = ""
    md5: str = ""
    sha256: str = ""
    subdir: str = ""
    noarch: str = ""
    """python, generic, or ``""`` for a package of one platform."""


@dataclasses.dataclass(frozen=True)
class PipPackage(JsonRecord):
    """A Python package that conda did not install."""

    TITLE = "pip package"

    name: str
    version: str = ""
    origin: str = ""
    """url, vcs or editable; ``""`` for one that came from an index."""
    location: str = ""
    """Where it came from, if not from an index: path, or URL without password as pip takes it after ``NAME @``."""


@dataclasses.dataclass(frozen=True)
class Environment(JsonRecord):
    """A conda environment of a project: in its ``envs`` folder, or elsewhere and referred to by prefix, or only in a file."""

    TITLE = "conda environment"

    name: str
    prefix: str = ""
    """Its folder on the host; ``""`` for one that is only written down in a file."""
    active: bool = False
    python: str = ""
    """Version of its Python, such as ``2.7.12``; ``""`` without Python."""
    source: str = ""
    """Where the packages were read: conda-meta, export (``_env.yml``), file (``environment.yml``, ``requirements.txt``), project
    (``anaconda-project.yml``), ``""`` if nowhere."""
    file: str = ""
    """The file in the project, where the source is one."""
    channels: t.Tuple[str, ...] = ()
    """As the file lists them; of conda-meta the ones the packages came from, the one with most packages first."""
    conda: t.Tuple[CondaPackage, ...] = ()
    pip: t.Tuple[PipPackage, ...] = ()
    modules: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Top-level names that Python can import there, to who brought them: ``conda:NAME``, ``pip:NAME``, ``path:FOLDER`` (a
    ``.pth`` file adds that folder, outside of the environment) or ``""`` (put there by hand).  The standard library is left
    out.  Empty where the source is not conda-meta."""
    r_libraries: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The same for R's library."""
    problems: t.Tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True)
class Notebook(JsonRecord):
    """A notebook of a project."""

    TITLE = "notebook"

    path: str
    nbformat: int = 0
    kernel_name: str = ""
    kernel_display: str = ""
    kernel_language: str = ""
    """python, r, ... in lower case; ``""`` where the notebook does not say."""
    kernel_env: str = ""
    """Name of the environment its kernel stands for (AEN: ``conda-env-NAME-py``, ``Python [NAME]``); ``""`` unknown."""
    cells: int = 0
    """Number of code cells."""
    problems: t.Tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True)
class Files(JsonRecord):
    """What lies in a project, without ``.git``, ``envs/`` and ``services/``, which no archive holds."""

    TITLE = "summary of files"
    NEEDED = ("count", "bytes")

    count: int = 0
    bytes: int = 0
    folders: int = 0
    links: int = 0
    others: int = 0
    largest: t.Tuple[FileEntry, ...] = ()
    """The largest files first, at most 20."""
    large: t.Tuple[FileEntry, ...] = ()
    """All files over 100 MB."""
    binary_count: int = 0
    binary_bytes: int = 0
    binary: t.Tuple[FileEntry, ...] = ()
    """The largest binary files first, at most 20."""
    odd: t.Tuple[FileEntry, ...] = ()
    """Links that end outside or nowhere or are absolute, and what is neither file nor folder nor link; at most 200."""


@dataclasses.dataclass(frozen=True)
class Git(JsonRecord):
    """The git repository in a project, read from its files (no git is run)."""

    TITLE = "git of a project"
    NEEDED = ("present",)

    present: bool = False
    bytes: int = 0
    """Of the ``.git`` folder."""
    tracked: int = 0
    """Files in its index."""
    tracked_large: t.Tuple[FileEntry, ...] = ()
    """Files in its index that are over 100 MB."""
    lfs: bool = False
    """Some of them are kept by Git LFS."""


@dataclasses.dataclass(frozen=True)
class Member(JsonRecord):
    """Somebody who can reach a project, as the host's file system says."""

    TITLE = "member of a project"

    kind: str
    """user or group."""
    name: str
    access: str
    """r or rw."""


@dataclasses.dataclass(frozen=True)
class Secret(JsonRecord):
    """A password, token or key in a project, without itself."""

    FILE: t.ClassVar[str] = "file"
    """A file that is there to keep it."""
    TEXT: t.ClassVar[str] = "text"
    """It is written down in code, settings or a text."""
    OUTPUT: t.ClassVar[str] = "output"
    """An output of a notebook shows it."""
    TITLE = "secret of a project"
    CHOICES: t.ClassVar[Choices] = {"kind": (FILE, TEXT, OUTPUT)}
    BRIEF = ("cell", "line")

    path: str
    kind: str
    what: str
    """What it is, such as ``password = ***``, or ``a private key``."""
    cell: t.Optional[int] = None
    line: t.Optional[int] = None
    """Counted from 1, in the file, the cell or the output."""


@dataclasses.dataclass(frozen=True)
class SecretSearch(JsonRecord):
    """What a look for secrets in a project's files found."""

    TITLE = "search for secrets"

    found: t.Tuple[Secret, ...] = ()
    """At most 500."""
    more: int = 0
    not_searched: t.Tuple[str, ...] = ()
    """Files that were searched in part or not at all; at most 50."""
    cut: int = 0
    """Number of those."""

    def __bool__(self) -> bool:
        return bool(self.found or self.more or self.cut)


@dataclasses.dataclass(frozen=True)
class Project(JsonRecord):
    """A notebook project of one host: ``/projects/OWNER/NAME``."""

    TITLE = "project"
    BRIEF = ("secrets",)
    HEAD: t.ClassVar[Json] = {"record": "project"}

    host: str
    site: str
    owner: str
    """The folder's name, which on AEN is the login of the user."""
    name: str
    path: str
    """Absolute, on the host."""
    proposed_name: str = ""
    """A name that AE5 accepts, where ``name`` is not one; else the same as ``name``."""
    environments: t.Tuple[Environment, ...] = ()
    active_environment: str = ""
    """Name of the active environment; ``""`` where nothing says which it is."""
    notebooks: t.Tuple[Notebook, ...] = ()
    scripts: int = 0
    project_file: str = ""
    """An ``anaconda-project.yml`` (or ``kapsel.yml``) that is there already."""
    files: Files = Files()
    git: Git = Git()
    team: t.Tuple[Member, ...] = ()
    """Who can reach the project besides its owner, sorted."""
    acl: t.Optional[str] = None
    """The project folder's POSIX ACL as getfacl writes it; None where it has none or the file system keeps none."""
    acl_exceptions: t.Tuple[str, ...] = ()
    """Files and folders whose ACL names others, or gives them other rights; at most 50."""
    public: bool = False
    """Everybody on the host may read it."""
    secrets: SecretSearch = SecretSearch()
    problems: t.Tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        """What a project is known by on one site."""
        return f"{self.owner}/{self.name}"

    @property
    def environment(self) -> t.Optional[Environment]:
        """The active environment; where nothing says which, ``default``, else the first of its project file, else the only one."""
        by_name = {item.name: item for item in self.environments}
        for name in (self.active_environment, "default"):
            if name in by_name:
                return by_name[name]
        declared = [item for item in self.environments if item.source == DECLARED] or self.environments
        return declared[0] if len(declared) == 1 or declared is not self.environments else None


@dataclasses.dataclass(frozen=True)
class NotebookHost(JsonRecord):
    """First line of ``projects.jsonl``: it binds that file to its ``sources.jsonl``."""

    TITLE = "notebook host"
    HEAD: t.ClassVar[Json] = {"record": "host", "schema_version": SCHEMA_VERSION}

    host: str
    site: str
    root: str
    projects: int
    sources: int
    sources_sha256: str
    """Of the whole ``sources.jsonl``."""
    problems: t.Tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True)
class Source(JsonRecord):
    """The code of one cell of a notebook, or of one script."""

    TITLE = "source"

    owner: str
    project: str
    path: str
    language: str
    """python, r, shell, sql, yaml, or the kernel's own word."""
    text: str
    cell: t.Optional[int] = None
    """Number of the code cell, counted from 1 over all cells of the notebook; None for a script."""
    first_line: int = 1
    """Number of the text's first line in the cell or script."""

    @property
    def key(self) -> str:
        """See ``Project.key``."""
        return f"{self.owner}/{self.project}"


@dataclasses.dataclass(frozen=True)
class Finding(JsonRecord):
    """Something in a project that will not work, or not as before, on AE5."""

    TITLE = "finding"
    CHOICES: t.ClassVar[Choices] = {"severity": SEVERITIES}

    owner: str
    project: str
    rule: str
    severity: str
    """blocker (AE5 refuses it), warning (something will not run as before), info."""
    what: str
    """One sentence that names the thing."""
    subject: str = ""
    """The thing by itself, for machines: a package, module, channel, file, notebook or path."""
    why: str = ""
    advice: str = ""
    path: str = ""
    """File in the project; ``""`` for a finding about the whole project."""
    cell: t.Optional[int] = None
    line: t.Optional[int] = None
    """Counted from 1, in the cell or script."""
    evidence: str = ""
    """The line itself or the value, shortened, passwords and tokens blotted out."""

    @property
    def key(self) -> str:
        """See ``Project.key``."""
        return f"{self.owner}/{self.project}"
