# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predicts what AE5's git will not keep of an archive, from the project's own files.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import GitChange
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_content import Blocks
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import DIR, FILE, LINK
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_storage import Storage, is_control
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import Folders, blocks
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.survey import Member, Survey

MAX_COMPARISONS = 50_000_000
"""Lines of all ``.gitignore`` and ``.gitattributes`` of a project, by its files: a minute's work or so."""


def predict(found: Survey, root_fd: int, files: t.Mapping[str, str], name: str) -> t.Tuple[GitChange, ...]:
    """What may become of an archive of the survey's members, whose files have these digests; ``name`` is for messages.

    Raises:
        Changed: a file is not the one that was archived.
        MigrationError: there are so many patterns that comparing them would take for ever, or a file cannot be read.
    """
    members = {member.path: member for member in found.members}
    with Folders(root_fd) as folders:

        def content(path: str) -> Blocks:
            member = members[path]
            return lambda: [member.data] if member.data is not None else blocks(member, folders, name)

        texts = {path: b"".join(content(path)()) for path, member in members.items() if member.kind == FILE and is_control(path)}
        if sum(text.count(b"\n") for text in texts.values()) * len(files) > MAX_COMPARISONS:
            raise MigrationError(
                f"Its .gitignore and .gitattributes have too many lines to compare each with {len(files):,} files; ask its owner to"
                " shorten them."
            )
        own = {path: told for path, told in files.items() if path in members}
        return Storage(own, _of(LINK, members), _of(DIR, members), texts).changes(content)


def _of(kind: str, members: t.Mapping[str, Member]) -> t.Dict[str, str]:
    return {path: member.target for path, member in members.items() if member.kind == kind}
