# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a project is kept: a git repository for each, given out by ``git archive``; or, on a switch, verbatim.

Documented: an archive that AE5 gave out is a ``git archive`` whose one folder is ``NAME-<32 hex>`` (ae5-tools' own fixtures).
Seen in public repositories that AE5 pushed (AE5 facts 4.7): a first commit with AE5's own ``.gitattributes`` and ``.gitignore``, then
"Uploaded" (2018, 2019), or one commit named after the tag (2022 and later); what the two files say; that a project's own ``.gitignore``
took the place of AE5's (2019), or got AE5's lines at its end (2023).  Assumed: that an upload passes a plain ``git add``, that a
project's own ``.gitattributes`` stays, and that in 2018 AE5's two files stood whatever the project had.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import typing as t
from pathlib import Path

from .projects_archive import BLOCK, BrokenProject, Entry, Revision, Unpacked
from .switches import Switches

ATTRIBUTES, IGNORE = ".gitattributes", ".gitignore"
_OLD = "anaconda-project-local.yml\n\n*.pyc\n*.pyd\n*.pyo\n__pycache__/\n.cache/\n\n.ipynb_checkpoints/\n.Trash-*/\n\n/tmp/\n/envs/\n"
_LINKS = (
    "# AE5: its convenience links are no part of the project, folders of these names are\n/data\n!/data/\n/home\n!/home/\n/user\n!/user/\n"
)
_NEW = (
    "/anaconda-project-local.yml\n\n# Python\n*.pyc\n*.pyd\n*.pyo\n__pycache__/\n\n# nodejs\n.cache/\n\n# Jupyter and Spyder\n"
    ".ipynb_checkpoints/\n.Trash-*/\n/.spyderproject\n\n# anaconda-project\n/tmp/\n/envs/\n\n"
) + _LINKS
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tcompression = 0\n\tfsync = none\n[gc]\n\tauto = 0\n"
"""Stored, not compressed: the lab must not be what a test of speed measures."""


def kept(upload: Path, draft: Path, root: str, mtime: int, tag: str, repository: Path, switches: Switches) -> Revision:
    """Takes an upload into the repository and writes the new revision's ``.tar.gz`` at ``draft``.  Raises ``BrokenProject``."""
    unpacked = Unpacked(upload, draft.with_suffix(".tree"), switches)
    if switches.project_storage == "git":
        _Git(repository, unpacked.folder, mtime).take(tag, switches.project_extras, draft, root)
    else:
        _verbatim(unpacked, draft, root, mtime)
    made = Revision(commands=unpacked.commands())
    made.entries = list(_entries(draft))
    there = {entry.path for entry in made.entries}
    made.dropped = sorted({*unpacked.dropped, *(unpacked.modes.keys() - there)})
    return made


class _Git:
    def __init__(self, repository: Path, tree: Path, mtime: int) -> None:
        self.repository, self.tree, self.mtime = repository, tree, mtime
        self.is_new = not repository.exists()
        if self.is_new:
            for name in ("objects", "refs", "info"):
                (repository / name).mkdir(parents=True)
            (repository / "HEAD").write_text("ref: refs/heads/master\n")
            (repository / "config").write_text(_CONFIG)

    def _git(self, *arguments: str, bare: bool = False) -> None:
        who = ("anaconda-enterprise", "anaconda-enterprise@example.com", f"@{self.mtime} +0000")
        people = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in zip(("NAME", "EMAIL", "DATE"), who)}
        system = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C", "PATH": os.environ["PATH"]}
        work = {} if bare else {"GIT_WORK_TREE": str(self.tree)}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.tree,
            env={**system, **people, **work, "HOME": str(self.repository), "GIT_DIR": str(self.repository)},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise BrokenProject(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")

    def _commit(self, message: str) -> None:
        self._git("add", "--all", ".")
        self._git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)

    def take(self, tag: str, era: str, draft: Path, root: str) -> None:
        self._put(era)
        self._commit(tag if era in ("none", "2024") else "Uploaded")
        # From the repository alone: with a work tree, its .gitattributes would do.
        self._git("archive", "--format=tar.gz", "-0", f"--prefix={root}/", f"--output={draft}", "HEAD", bare=True)

    def _put(self, era: str) -> None:
        """AE5's own two files, as that era has them."""
        if era == "none":
            return
        own = {name: (self.tree / name).read_bytes() for name in (ATTRIBUTES, IGNORE) if _is_file(self.tree / name)}
        ours = {ATTRIBUTES: b"* merge=binary\n", IGNORE: (_NEW if era == "2024" else _OLD).encode()}
        if era in ("2018", "2019") and self.is_new:
            self._first(ours)
        if era == "2018":
            own = {}
        elif era == "2024" and IGNORE in own:
            own[IGNORE] = own[IGNORE] + (b"" if own[IGNORE].endswith(b"\n") or not own[IGNORE] else b"\n") + _LINKS.encode()
        for name, content in {**ours, **own}.items():
            path = self.tree / name
            if path.is_dir() and not path.is_symlink():
                continue
            path.unlink(missing_ok=True)
            path.write_bytes(content)

    def _first(self, ours: t.Mapping[str, bytes]) -> None:
        tree, self.tree = self.tree, self.tree.with_suffix(".first")
        self.tree.mkdir()
        for name, content in ours.items():
            (self.tree / name).write_bytes(content)
        self._commit("Initial commit")
        self.tree = tree


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _verbatim(unpacked: Unpacked, draft: Path, root: str, mtime: int) -> None:
    with tarfile.open(draft, "w:gz", format=tarfile.PAX_FORMAT, compresslevel=0) as tar:
        for path in ("", *sorted(unpacked.modes)):
            info = tar.gettarinfo(os.fsdecode(unpacked.path(path)), f"{root}/{path}" if path else root)
            info.mtime, info.uid, info.gid, info.uname, info.gname = mtime, 0, 0, "root", "root"
            info.mode = unpacked.modes.get(path, 0o755)
            if info.isreg():
                with open(unpacked.path(path), "rb") as stream:
                    tar.addfile(info, stream)
            else:
                tar.addfile(info)


def _entries(draft: Path) -> t.Iterator[Entry]:
    """What the archive holds, without the folders that hold something."""
    found: dict[str, Entry] = {}
    with tarfile.open(draft, "r:gz", encoding="utf-8", errors="surrogateescape") as tar:
        for info in tar:
            path = info.name.partition("/")[2]
            if info.issym():
                found[path] = Entry(path, "link", info.mode, target=info.linkname)
            elif info.isreg():
                told, stream = hashlib.sha256(), tar.extractfile(info)
                assert stream is not None
                while block := stream.read(BLOCK):
                    told.update(block)
                found[path] = Entry(path, "file", info.mode, info.size, told.hexdigest())
            elif path:
                found[path] = Entry(path, "dir", info.mode)
    full = {path.rpartition("/")[0] for path in found}
    return (entry for path, entry in found.items() if entry.kind != "dir" or path not in full)
