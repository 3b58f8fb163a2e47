# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same steps by the real ``anaconda-project``, where a host has it (0.6 or later).  Private to the collection.

It works on a copy, never in the user's project: ``init`` may ask git, and others of its commands prepare environments.
``remove-platforms`` is one of those (AE4 facts 4.4), so the platforms come from our own file.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._aen import project_file
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import file_sha256
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import DIR, LINK
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import pack
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.survey import Survey
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.files import Files
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode

SECONDS = 1800


def archive_with_tool(
    tool: str, whole: Survey, root_fd: int, top: str, files: Files, stream: t.BinaryIO, *, name: str, limit: int
) -> pack.Written:
    """Copies what the survey names, lets the tool at ``tool`` make project and archive of it, and hands on the archive's bytes.

    Raises:
        MigrationError: the tool does not run, refuses the project, or leaves something out of the archive.
        TooLarge: the archive is over ``limit``.
    """
    with tempfile.TemporaryDirectory(prefix="ae-project-") as scratch:
        copy, packed = os.path.join(scratch, top), os.path.join(scratch, "archive.tar.gz")
        pack.copy_tree(whole, root_fd, copy, name)
        if files.made_new:
            # Only init shows whether the tool takes the environment; the file that it writes has three platforms.
            os.unlink(os.path.join(copy, project_file.FILE))
            _run(tool, name, "init", "-y", "--directory", copy)
            _write(copy, files.overlay)
        _run(tool, name, "archive", packed, "--directory", copy)
        if not os.path.isfile(packed):
            raise MigrationError(f"{tool} archive did not make an archive of the project {name}; convert it with tool own.")
        written = os.path.getsize(packed)
        if written > limit:
            raise pack.over_limit(name, limit)
        with open(packed, "rb") as source:
            tree = pack.read_tree(source, f"What anaconda-project made of {name}")
            source.seek(0)
            for block in iter(lambda: source.read(pack.CHUNK), b""):
                stream.write(block)
        missing = sorted({member.path for member in whole.members if member.kind not in (DIR, LINK)} - tree.files.keys(), key=encode)
        if missing:
            raise MigrationError(f"anaconda-project left {missing[0]!r} out of the archive of {name}; convert it with tool own.")
        return pack.Written(written, file_sha256(packed), tree.files)


def _write(copy: str, overlay: t.Mapping[str, str]) -> None:
    for name, text in overlay.items():
        with open(os.path.join(copy, name), "wb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))


def _run(tool: str, name: str, *arguments: str) -> None:
    try:
        done = _command.run([tool, *arguments], SECONDS, env=_command.environment(LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1"))
    except subprocess.TimeoutExpired as exc:
        raise MigrationError(f"{tool} {arguments[0]} took more than {SECONDS} seconds with {name}; convert it with tool own.") from exc
    except OSError as exc:
        raise MigrationError(f"{tool} does not run: {exc.strerror}; give the path of anaconda-project, or convert with tool own.") from exc
    if done.code != 0:
        said = " ".join(_command.printed(done.out + done.err))[-_command.LINE_LENGTH :] or _command.NO_OUTPUT
        raise MigrationError(f"{tool} {arguments[0]} refused the project {name}: {said}")
