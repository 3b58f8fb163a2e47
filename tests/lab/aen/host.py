# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated AEN host: the disk of a notebook server below a folder that is used as ``/``.

Documented: the folders, owner and project in the path, environments below ``envs``, ``.metadata.json``, ACLs.
Assumed: the programs ``conda`` and ``getfacl`` (the real ones are no part of the lab), ids of people, the key ``projectRoot``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import sys
import typing as t
from pathlib import Path

from . import acl
from .environments import nodes_of
from .gitrepo import write_repository
from .libraries import LIBRARIES
from .notebooks import nb4
from .projects import ALL, by_name
from .projects_environments import SHARED_ENV
from .projects_plain import PLOT
from .spec import Env, Link, Member, Node, ProjectSpec
from .writing import write_nodes

PEOPLE = ("alice", "anaconda", "anaconda-user-1", "anaconda-user-2", "bob", "bob2", "bulk", "carol", "dave", "mallory", "quant")
UNKNOWN_TO_AE5 = ("dave", "erin")
"""An owner and a member who do not exist on AE5; ``erin`` has no account on the host either."""

NO_ACCOUNT = acl.FIRST_UID + 99
WHEN = 1488362400
"""Every file was last changed then, so that two labs are alike."""

SCRIPT = """#!{python}
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, {library!r})
from aentools.{module} import main
sys.exit(main({root!r}, {host_root!r}, sys.argv[1:]))
"""


class AenLab:
    """A host below ``root``.

    ``projects`` is where the projects lie below the root; ``host_root`` what text in the projects (links, prefixes, ``sys.path``)
    takes for ``/``: the default is a real host's, ``str(root)`` makes every absolute path work on this machine.  ``repository``
    is the address of the AE4 repository, ``cloud`` stands for the vendor's public one.  ``chown`` gives files to their owners' ids,
    if we are root.
    """

    def __init__(
        self,
        root: Path,
        *,
        projects: str = "projects",
        host_root: str = "/",
        repository: str = "http://repo:8080",
        cloud: str = "https://cloud.example.com",
        chown: bool = False,
        python: str | None = None,
    ) -> None:
        self.root = Path(root).resolve()
        self.projects_dir = self.root / projects
        self.host_root = host_root.rstrip("/")
        self.host_projects = f"{self.host_root}/{projects}"
        self.repository = repository.rstrip("/")
        self.cloud = cloud.rstrip("/")
        self.chown = chown and os.geteuid() == 0
        self.python = python or sys.executable
        self.specs: tuple[ProjectSpec, ...] = ALL
        self.acls = True
        """False once the file system has refused an ACL."""
        self.conda = self.root / "opt/wakari/anaconda/bin/conda"
        self.getfacl = self.root / "usr/bin/getfacl"
        self._ids = {name: acl.FIRST_UID + number for number, name in enumerate(PEOPLE)}
        self._lay_out()

    # -- what callers use

    def make_all(self) -> list[Path]:
        """Writes every project of ``specs``, and returns their folders in that order."""
        return [self.make(spec.key) for spec in self.specs]

    def make(self, name: str) -> Path:
        """Writes one project (its key, ``OWNER/FOLDER``, or its folder where that is unique) in place of what was there."""
        spec = by_name(name)
        folder = self.path(name)
        if os.path.lexists(folder):
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        self._write(folder, spec.files, spec)
        for env in spec.envs:
            self._write_env(folder, env, spec)
        if spec.active:
            self._write(folder, {".metadata.json": json.dumps({"env": f"{self.host_path(name)}/envs/{spec.active}"}) + "\n"}, spec)
        if spec.git is not None:
            write_repository(folder, spec.git, f"ssh://git@git.aen.example.com/{spec.owner}/{spec.key}.git")
        self._finish(folder, spec)
        return folder

    def path(self, name: str) -> Path:
        """The path of a project on this machine."""
        spec = by_name(name)
        return self.projects_dir / spec.owner / spec.folder

    def host_path(self, name: str) -> str:
        """What the host itself calls the project's folder."""
        spec = by_name(name)
        return f"{self.host_projects}/{spec.owner}/{spec.folder}"

    def edit(self, name: str, text: str = "x = 'changed on AE4'\n") -> Path:
        """Changes a project as its owner would: a line more in a file of code.  Returns the file."""
        file = self.path(name) / "changed_on_ae4.py"
        with file.open("a", encoding="utf-8") as stream:
            stream.write(text)
        return file

    def switch_conda(self, tags: bool = False, warnings: bool = False) -> None:
        """What ``conda env export`` writes from now on: tags of Python 2, a warning before the first line."""
        self._write(self.root, {"etc/aen-lab.json": json.dumps({"tags": tags, "warnings": warnings}) + "\n"})

    def make_many(self, count: int, size: int, owner: str = "bulk") -> list[Path]:
        """``count`` projects of ``size`` bytes each, no two alike and not to be compressed: one notebook, three data files.

        ``size`` must be larger than the notebook (2 kB).
        """
        book = nb4(PLOT).encode()
        filler = random.Random("aen").randbytes(size // 3 + 3)  # noqa: S311 - filler, not a secret
        shares = [(size - len(book)) // 3] * 2
        shares.append(size - len(book) - sum(shares))
        made = []
        for number in range(1, count + 1):
            folder = self.projects_dir / owner / f"bulk-{number:04}"
            (folder / "data").mkdir(parents=True, exist_ok=True)
            (folder / "book.ipynb").write_bytes(book)
            for part, share in enumerate(shares):
                head = f"{owner} {number} {part}\n".encode()[:share]
                (folder / "data" / f"part{part}.dat").write_bytes(head + filler[: share - len(head)])
            made.append(folder)
        return made

    def describe(self) -> dict[str, str]:
        """What a caller needs to know of the host: its entry of lab.json."""
        return {
            "root": str(self.root),
            "projects_dir": str(self.projects_dir),
            "host_root": self.host_root or "/",
            "host_projects": self.host_projects,
            "conda": str(self.conda),
            "getfacl": str(self.getfacl),
        }

    # -- writing

    def _lay_out(self) -> None:
        """The host's own files, its programs and the libraries that projects use by path."""
        source, library = Path(__file__).parent / "tools", self.root / "usr/lib/aentools"
        shutil.copytree(source, library / "aentools", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        for program in (self.conda, self.getfacl):
            values = {"python": self.python, "library": str(library), "module": program.name}
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(SCRIPT.format(**values, root=str(self.root), host_root=self.host_root), encoding="utf-8")
            program.chmod(0o755)
        passwd = "".join(f"{name}:x:{uid}:{uid}::/home/{name}:/bin/bash\n" for name, uid in self._ids.items())
        self._write(self.root, {"etc/passwd": "root:x:0:0:root:/root:/bin/bash\n" + passwd, **LIBRARIES})
        self.projects_dir.mkdir(parents=True, exist_ok=True)
        for prefix in ("opt/wakari/anaconda", "opt/envs/shared27"):
            self._write(self.root / prefix, nodes_of(SHARED_ENV, f"{self.host_root}/{prefix}"))

    def _write_env(self, folder: Path, env: Env, spec: ProjectSpec) -> None:
        if env.link:
            self._write(folder, {f"envs/{env.name}": Link(env.link)}, spec)
        else:
            self._write(folder / "envs" / env.name, nodes_of(env, f"{self.host_path(spec.key)}/envs/{env.name}"), spec)

    def _write(self, folder: Path, nodes: t.Mapping[str, Node], spec: ProjectSpec | None = None) -> None:
        marks = {"@PROJECTS@": self.host_projects, "@ROOT@": self.host_root, "@REPO@": self.repository, "@CLOUD@": self.cloud}
        if spec is not None:
            marks["@PROJECT@"] = self.host_path(spec.key)

        def text(value: str) -> str:
            for mark, meant in marks.items():
                value = value.replace(mark, meant)
            return value

        write_nodes(folder, nodes, text)

    def _finish(self, folder: Path, spec: ProjectSpec) -> None:
        """Modes of folders, the team's ACLs, owners and times, from the inside to the outside."""
        team = {self._ids.get(member.name, NO_ACCOUNT): member for member in spec.team}
        for base, folders, files in os.walk(folder, topdown=False):
            links = [name for name in folders if os.path.islink(os.path.join(base, name))]
            for path in [*(os.path.join(base, name) for name in [*files, *links]), base]:
                mode = os.lstat(path).st_mode
                if stat.S_ISDIR(mode):
                    os.chmod(path, 0o775 if spec.public else 0o770)
                if team and not stat.S_ISLNK(mode):
                    self._share(path, os.path.relpath(path, folder), team)
                if self.chown:
                    os.lchown(path, self._ids[spec.owner], self._ids[spec.owner])
                os.utime(path, (WHEN, WHEN), follow_symlinks=False)

    def _share(self, path: str, relative: str, team: t.Mapping[int, Member]) -> None:
        people = {}
        for uid, member in team.items():
            # A change of one path is for that path alone: AEN does not carry it further down.
            people[uid] = acl.bits("rwx" if member.only and relative not in member.only else member.access)
        self.acls = acl.give(path, people) and self.acls
