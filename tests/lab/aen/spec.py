# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a project of an AEN host is described.  The descriptions are in ``projects_*.py``; ``host.AenLab`` writes them to disk.

Text may hold ``@PROJECT@`` (the project's folder as the host calls it), ``@PROJECTS@`` (``/projects``), ``@ROOT@`` (empty, or
what stands for ``/``), ``@REPO@`` (the AE4 repository's address) and ``@CLOUD@`` (in place of the vendor's public one); bytes are
written as they are.
"""

from __future__ import annotations

import dataclasses
import typing as t

MIB = 1024**2
GIB = 1024**3
DOCUMENTED, ASSUMED = "documented", "assumed"
CANARY = "aen-canary-7c1f0d9e5b"
"""Part of every secret that lies in a project; it must never show in a log, a report or an archive of what is not sent."""


@dataclasses.dataclass(frozen=True)
class File:
    """A regular file.  ``sparse`` extends it with a hole to so many bytes."""

    content: str | bytes = b""
    mode: int = 0o644
    sparse: int | None = None


@dataclasses.dataclass(frozen=True)
class Link:
    """A symbolic link; the target may hold the same marks as text."""

    target: str


@dataclasses.dataclass(frozen=True)
class Folder:
    """An empty folder."""


@dataclasses.dataclass(frozen=True)
class Special:
    """What is no file: ``fifo`` or ``socket``; ``hardlink`` is a second name of ``target`` (a path in the project)."""

    kind: str
    target: str = ""


Node = t.Union[str, bytes, File, Link, Folder, Special]


@dataclasses.dataclass(frozen=True)
class Conda:
    """A conda package of an environment.  ``python`` packages leave their metadata in site-packages as well.

    ``channel`` is ``anaconda`` (short name), or an address.  Digests are made up unless given; ``modern`` records have a sha256.
    """

    name: str
    version: str
    build: str
    channel: str = "@REPO@/conda/anaconda"
    subdir: str = "linux-64"
    depends: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    md5: str | None = None
    sha256: str | None = None
    size: int = 1000
    modern: bool = False

    @property
    def dist(self) -> str:
        return f"{self.name}-{self.version}-{self.build}"


@dataclasses.dataclass(frozen=True)
class Pip:
    """A package that pip installed.  ``style``: dist-info, egg-info (a folder), egg-info-file, egg-link (develop)."""

    name: str
    version: str
    style: str = "dist-info"
    modules: tuple[str, ...] = ()
    source: str = ""


@dataclasses.dataclass(frozen=True)
class Env:
    """An environment below ``envs/``.  ``link`` makes it a link to elsewhere; ``python`` is major.minor, empty for an R one."""

    name: str
    packages: tuple[Conda, ...]
    pip: tuple[Pip, ...] = ()
    python: str = "2.7"
    specs: tuple[str, ...] = ()
    kernel: str = ""
    link: str = ""
    extra: t.Mapping[str, Node] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Trap:
    """``code`` is a short name, ``where`` the file or environment, ``source`` documented or assumed, ``fact`` where it stands."""

    code: str
    where: str
    source: str
    fact: str


def documented(code: str, where: str, fact: str) -> Trap:
    """``fact``: ``guide``, or a section of the project's notes on AE4 (4.1 to 4.4)."""
    return Trap(code, where, DOCUMENTED, fact)


def assumed(code: str, where: str, fact: str = "-") -> Trap:
    return Trap(code, where, ASSUMED, fact)


@dataclasses.dataclass(frozen=True)
class Member:
    """Somebody in the team.  ``only`` are paths whose permission (``access``, as rwx letters) differs from the default rwx."""

    name: str
    access: str = "rwx"
    only: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class ProjectSpec:
    """One project.  ``refused`` is ``size``, ``name`` or empty: why no byte of it may be sent."""

    key: str
    owner: str
    purpose: str
    files: t.Mapping[str, Node]
    envs: tuple[Env, ...] = ()
    traps: tuple[Trap, ...] = ()
    name: str = ""
    active: str = "default"
    team: tuple[Member, ...] = ()
    public: bool = False
    git: tuple[str, ...] | None = None
    refused: str = ""

    @property
    def folder(self) -> str:
        """The name of its directory; the key unless another name is given."""
        return self.name or self.key
