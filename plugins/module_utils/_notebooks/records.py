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

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json, Problem, SchemaError

SCHEMA_VERSION = 1

FILE, LINK, DIR, OTHER = "file", "link", "dir", "other"
INSIDE, OUTSIDE, DANGLING = "inside", "outside", "dangling"

BLOCKER, WARNING, INFO = "blocker", "warning", "info"
SEVERITIES = (BLOCKER, WARNING, INFO)

NAME_BLANK = "name_blank"
NAME_SPECIAL = "name_special"
"""Codes of a project's problems with its name (AE5 takes neither blanks nor special characters)."""

Record = t.TypeVar("Record")


def _need(data: t.Any, record: str, *keys: str) -> None:
    if not isinstance(data, dict):
        raise SchemaError(f"a {record} must be a JSON object, not {type(data).__name__}")
    missing = [key for key in keys if key not in data]
    if missing:
        raise SchemaError(f"a {record} lacks {', '.join(missing)}")


def _many(data: Json, key: str, read: t.Callable[[t.Any], Record]) -> t.Tuple[Record, ...]:
    return tuple(read(item) for item in data.get(key, ()))


def _each(items: t.Iterable[t.Any]) -> t.List[Json]:
    return [item.to_json() for item in items]


def _flat(record: t.Any) -> Json:
    """The JSON object of a record that has only plain values."""
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _known(cls: t.Any, data: Json) -> t.Dict[str, t.Any]:
    """The values of ``data`` that the record class has, so that a newer file with more keys can be read."""
    names = {field.name for field in dataclasses.fields(cls)}
    return {key: value for key, value in data.items() if key in names}


@dataclasses.dataclass(frozen=True)
class FileEntry:
    """A file, folder or link of a project."""

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

    def to_json(self) -> Json:
        return _flat(self)

    @classmethod
    def from_json(cls, data: t.Any) -> FileEntry:
        _need(data, "file of a project", "path", "kind")
        return cls(**_known(cls, data))


@dataclasses.dataclass(frozen=True)
class CondaPackage:
    """A package that conda installed, as the environment's ``conda-meta`` (or an exported file) tells of it."""

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

    def to_json(self) -> Json:
        return _flat(self)

    @classmethod
    def from_json(cls, data: t.Any) -> CondaPackage:
        _need(data, "conda package", "name")
        return cls(**_known(cls, data))


@dataclasses.dataclass(frozen=True)
class PipPackage:
    """A Python package that conda did not install."""

    name: str
    version: str = ""
    origin: str = ""
    """url, vcs or editable; ``""`` for one that came from an index."""
    location: str = ""
    """Where it came from, if not from an index: URL without password, or path."""

    def to_json(self) -> Json:
        return _flat(self)

    @classmethod
    def from_json(cls, data: t.Any) -> PipPackage:
        _need(data, "pip package", "name")
        return cls(**_known(cls, data))


@dataclasses.dataclass(frozen=True)
class Environment:
    """A conda environment of a project: in its ``envs`` folder, or elsewhere and referred to by prefix, or only in a file."""

    name: str
    prefix: str = ""
    """Its folder on the host; ``""`` for one that is only written down in a file."""
    active: bool = False
    python: str = ""
    """Version of its Python, such as ``2.7.12``; ``""`` without Python."""
    source: str = ""
    """Where the packages were read: conda-meta, export (``_env.yml``), file (``environment.yml``), ``""`` if nowhere."""
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

    def to_json(self) -> Json:
        return {
            **_flat(self),
            "channels": list(self.channels),
            "conda": _each(self.conda),
            "pip": _each(self.pip),
            "modules": dict(self.modules),
            "r_libraries": dict(self.r_libraries),
            "problems": _each(self.problems),
        }

    @classmethod
    def from_json(cls, data: t.Any) -> Environment:
        _need(data, "environment", "name")
        values = _known(cls, data)
        values["channels"] = tuple(data.get("channels", ()))
        values["conda"] = _many(data, "conda", CondaPackage.from_json)
        values["pip"] = _many(data, "pip", PipPackage.from_json)
        values["problems"] = _many(data, "problems", Problem.from_json)
        return cls(**values)


@dataclasses.dataclass(frozen=True)
class Notebook:
    """A notebook of a project."""

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

    def to_json(self) -> Json:
        return {**_flat(self), "problems": _each(self.problems)}

    @classmethod
    def from_json(cls, data: t.Any) -> Notebook:
        _need(data, "notebook", "path")
        return cls(**{**_known(cls, data), "problems": _many(data, "problems", Problem.from_json)})


@dataclasses.dataclass(frozen=True)
class Files:
    """What lies in a project, without ``.git``, ``envs/`` and ``services/``, which no archive holds."""

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

    def to_json(self) -> Json:
        lists = {key: _each(getattr(self, key)) for key in ("largest", "large", "binary", "odd")}
        return {**_flat(self), **lists}

    @classmethod
    def from_json(cls, data: t.Any) -> Files:
        _need(data, "summary of files", "count", "bytes")
        lists = {key: _many(data, key, FileEntry.from_json) for key in ("largest", "large", "binary", "odd")}
        return cls(**{**_known(cls, data), **lists})


@dataclasses.dataclass(frozen=True)
class Git:
    """The git repository in a project, read from its files (no git is run)."""

    present: bool = False
    bytes: int = 0
    """Of the ``.git`` folder."""
    tracked: int = 0
    """Files in its index."""
    tracked_large: t.Tuple[FileEntry, ...] = ()
    """Files in its index that are over 100 MB."""
    lfs: bool = False
    """Some of them are kept by Git LFS."""

    def to_json(self) -> Json:
        return {**_flat(self), "tracked_large": _each(self.tracked_large)}

    @classmethod
    def from_json(cls, data: t.Any) -> Git:
        _need(data, "git of a project", "present")
        return cls(**{**_known(cls, data), "tracked_large": _many(data, "tracked_large", FileEntry.from_json)})


@dataclasses.dataclass(frozen=True)
class Member:
    """Somebody who can reach a project, as the host's file system says."""

    kind: str
    """user or group."""
    name: str
    access: str
    """r or rw."""

    def to_json(self) -> Json:
        return _flat(self)

    @classmethod
    def from_json(cls, data: t.Any) -> Member:
        _need(data, "member of a project", "kind", "name", "access")
        return cls(**_known(cls, data))


@dataclasses.dataclass(frozen=True)
class Project:
    """A notebook project of one host: ``/projects/OWNER/NAME``."""

    host: str
    site: str
    owner: str
    """The folder's name, which on AEN is the login of the user."""
    name: str
    path: str
    """Absolute, on the host."""
    proposed_name: str = ""
    """A name that AE5 takes, where ``name`` is not one; else the same as ``name``."""
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
    problems: t.Tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        """What a project is known by on one site."""
        return f"{self.owner}/{self.name}"

    @property
    def environment(self) -> t.Optional[Environment]:
        """The active environment; where nothing says which, the one named ``default``, else the only one, else None."""
        by_name = {item.name: item for item in self.environments}
        for name in (self.active_environment, "default"):
            if name in by_name:
                return by_name[name]
        return self.environments[0] if len(self.environments) == 1 else None

    def to_json(self) -> Json:
        return {
            **_flat(self),
            "record": "project",
            "environments": _each(self.environments),
            "notebooks": _each(self.notebooks),
            "files": self.files.to_json(),
            "git": self.git.to_json(),
            "team": _each(self.team),
            "acl_exceptions": list(self.acl_exceptions),
            "problems": _each(self.problems),
        }

    @classmethod
    def from_json(cls, data: t.Any) -> Project:
        _need(data, "project", "host", "site", "owner", "name", "path")
        values = _known(cls, data)
        values["environments"] = _many(data, "environments", Environment.from_json)
        values["notebooks"] = _many(data, "notebooks", Notebook.from_json)
        values["files"] = Files.from_json(data["files"]) if "files" in data else Files()
        values["git"] = Git.from_json(data["git"]) if "git" in data else Git()
        values["team"] = _many(data, "team", Member.from_json)
        values["acl_exceptions"] = tuple(data.get("acl_exceptions", ()))
        values["problems"] = _many(data, "problems", Problem.from_json)
        return cls(**values)


@dataclasses.dataclass(frozen=True)
class NotebookHost:
    """First line of ``projects.jsonl``: it binds that file to its ``sources.jsonl``."""

    host: str
    site: str
    root: str
    projects: int
    sources: int
    sources_sha256: str
    """Of the whole ``sources.jsonl``."""
    problems: t.Tuple[Problem, ...] = ()

    def to_json(self) -> Json:
        return {**_flat(self), "record": "host", "schema_version": SCHEMA_VERSION, "problems": _each(self.problems)}

    @classmethod
    def from_json(cls, data: t.Any) -> NotebookHost:
        _need(data, "notebook host", "schema_version", "host", "site", "root", "projects", "sources", "sources_sha256")
        if data["schema_version"] != SCHEMA_VERSION:
            raise SchemaError(f"schema_version {data['schema_version']} is not {SCHEMA_VERSION}")
        return cls(**{**_known(cls, data), "problems": _many(data, "problems", Problem.from_json)})


@dataclasses.dataclass(frozen=True)
class Source:
    """The code of one cell of a notebook, or of one script."""

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

    def to_json(self) -> Json:
        return _flat(self)

    @classmethod
    def from_json(cls, data: t.Any) -> Source:
        _need(data, "source", "owner", "project", "path", "language", "text")
        return cls(**_known(cls, data))


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something in a project that will not work, or not as before, on AE5."""

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

    def to_json(self) -> Json:
        return _flat(self)

    @classmethod
    def from_json(cls, data: t.Any) -> Finding:
        _need(data, "finding", "owner", "project", "rule", "severity", "what")
        if data["severity"] not in SEVERITIES:
            raise SchemaError(f"a finding's severity must be one of {', '.join(SEVERITIES)}, not {data['severity']!r}")
        return cls(**_known(cls, data))
