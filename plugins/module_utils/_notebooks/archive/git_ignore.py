# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git ignores in a project, asked of git without trusting the project's repository.  Private to the collection.

anaconda-project leaves out what git ignores where a project has a ``.git``, and so does this.  A repository's own
configuration can name programs for git to run, and this may run as root in a folder that belongs to somebody else: git is
therefore given a repository of ours, empty but for copies of the project's index and of its ``info/exclude``, and only its
``.gitignore`` files are read in place.  What the user's or the host's own git configuration ignores besides is not asked.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import folder, open_file
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

SECONDS = 300
_COPIED = {"index": "index", "info/exclude": os.path.join("info", "exclude")}
_MAX_COPY = 500_000_000
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"


def git_ignored(root_fd: int, path: str) -> t.FrozenSet[str]:
    """The paths that git ignores in the project behind ``root_fd``, which is the folder ``path``; folders end with a slash.

    Nothing where the project has no ``.git``.

    Raises:
        MigrationError: there is a ``.git`` and git cannot say what it ignores; a secret that was meant to stay out could
            otherwise go in.
    """
    try:
        os.stat(".git", dir_fd=root_fd, follow_symlinks=False)
    except FileNotFoundError:
        return frozenset()
    with tempfile.TemporaryDirectory(prefix="ae-git-") as ours:
        try:
            _imitate(root_fd, ours)
        except OSError as exc:
            raise _untold(path, exc.strerror or str(exc)) from exc
        return _ask(path, ours)


def _untold(path: str, why: str) -> MigrationError:
    return MigrationError(
        f"What git ignores in {path} is not known ({why}), and the project may contain files that its owner meant to exclude;"
        " install git on this host, or set git_ignored to include."
    )


def _imitate(root_fd: int, ours: str) -> None:
    for name in ("objects", "refs", "info"):
        os.mkdir(os.path.join(ours, name))
    for name, text in (("HEAD", "ref: refs/heads/master\n"), ("config", _CONFIG)):
        with open(os.path.join(ours, name), "w", encoding="ascii") as stream:
            stream.write(text)
    with folder(root_fd, ".git") as git_fd:
        for name, target in _COPIED.items():
            with contextlib.suppress(FileNotFoundError):
                _copy(git_fd, name, os.path.join(ours, target))


def _copy(git_fd: int, name: str, target: str) -> None:
    above, _slash, base = name.rpartition("/")
    with folder(git_fd, above) if above else contextlib.nullcontext(git_fd) as parent_fd:
        fd = open_file(parent_fd, base)
    with os.fdopen(fd, "rb") as source, open(target, "wb") as sink:
        left = _MAX_COPY
        for block in iter(lambda: source.read(1 << 20), b""):
            left -= len(block)
            if left < 0:
                raise OSError(0, f"its .git/{name} is larger than {size_in_words(_MAX_COPY)}")
            sink.write(block)


def _ask(path: str, ours: str) -> t.FrozenSet[str]:
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "ls-files", "-z", "--others", "--ignored"]
    # What no archive holds is not walked through: an environment has 50,000 files.
    command += ["--exclude-standard", "--directory", "--exclude=/envs/", "--exclude=/services/"]
    env = _command.environment(ours, inherited=False, XDG_CONFIG_HOME=ours, LC_ALL="C", GIT_OPTIONAL_LOCKS="0", GIT_DIR=ours)
    env.update(GIT_WORK_TREE=path, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull)
    try:
        done = _command.run(command, SECONDS, env=env, cwd=path)
    except subprocess.TimeoutExpired as exc:
        raise _untold(path, f"git took more than {SECONDS} seconds") from exc
    except OSError as exc:
        raise _untold(path, f"git does not run: {exc.strerror}") from exc
    if done.code != 0:
        raise _untold(path, "git says " + (" ".join(_command.printed(done.err)) or _command.NO_OUTPUT))
    return frozenset(name.decode("utf-8", "surrogateescape") for name in done.out.split(b"\0") if name)
