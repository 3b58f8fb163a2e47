# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that an owner's folder is the planned one, before the vendor import runs on it.  Private to the collection.

``package_sync`` sends what the plan names and checks each byte.  The vendor import takes every file it finds, so the folder is
compared with the plan first: no other files, no damaged files, no links that lead out of the folder.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import dump
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import is_package
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.source import DumpSource, SourceError
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

NEWER = "the dump has changed since; run the playbooks export and plan again"


def folder_of(owner: str, placements: t.Iterable[Placement]) -> str:
    """The name of the owner's folder, after which the import names the channels.

    Raises:
        MigrationError: its name differs from the owner's, or is not a folder name; the message is the end of a sentence.
    """
    found = {placement.path.split("/", 1)[0] for placement in placements}
    if found != {owner} or owner in ("", ".", "..") or "\0" in owner:
        raise MigrationError(f"its files are in {', '.join(map(repr, sorted(found)))}, and the import names channels after the folder")
    return owner


def check_folder(dump_fd: int, owner: str, known: t.Container[str]) -> None:
    """Compares the package files of the owner's folder with ``known``, the paths that the plan knows of.

    Raises:
        MigrationError: there are other files, or something that is not a regular file; the message is the end of a sentence.
    """
    strange: t.List[str] = []
    try:
        with _safe_open.folder(dump_fd, owner) as owner_fd:
            for entry in _safe_open.listing(owner_fd):
                if dump.split_package_folder(entry.name) is None:
                    continue
                if entry.kind != _safe_open.FOLDER:
                    strange.append(f"{owner}/{entry.name}")
                    continue
                with _safe_open.folder(owner_fd, entry.name) as package_fd:
                    for found in _safe_open.walk(package_fd, (owner, entry.name)):
                        taken = found.entry.kind == _safe_open.FILE and not is_package(found.entry.name)
                        if not taken and found.path not in known:
                            strange.append(found.path)
    except OSError as exc:
        raise MigrationError(f"its folder in the dump cannot be read ({exc.strerror})") from exc
    if strange:
        raise MigrationError(f"its folder has {listed([shown(path) for path in strange], 1)}, which is not in the plan; {NEWER}")


def check_files(dump_fd: int, placements: t.Iterable[Placement], whole: bool) -> t.Iterator[t.Tuple[Placement, SourceError]]:
    """The placements whose file is not the one that was planned.  ``whole`` reads all bytes, otherwise only sizes are compared.

    A file that has several placements is read once.
    """
    seen: t.Dict[str, t.Optional[SourceError]] = {}
    for placement in placements:
        if placement.path not in seen:
            source = DumpSource(dump_fd, placement)
            try:
                if whole:
                    source.checked_path()
                else:
                    source.check_size()
                seen[placement.path] = None
            except SourceError as exc:
                seen[placement.path] = exc
        error = seen[placement.path]
        if error is not None:
            yield placement, error


def absolute(dump_fd: int, owner: str) -> str:
    """The path of the owner's folder, for a program that opens files itself."""
    return os.path.join(os.readlink(f"/proc/self/fd/{dump_fd}"), owner)
