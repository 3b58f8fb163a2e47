# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces files of the target that have other bytes (``conflict: replace``).  Private to the collection.

A file is deleted only if delete support is verified on this cluster, only if it is the one that was there when the plan was
made, and only after every known obstacle to the upload was checked.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import DELETE_FILE, seconds_for
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import DIFFERENT, Key, compare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN, is_as_it_was, state_at_planning
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import Stop, run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.source import DumpSource
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.upload import SPENT, End, Uploader, pair_of, token_seconds
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

SIZE_LIMIT = "size_limit"
"""The answer of a probe that says which size a cluster refuses."""


class Replacer:
    """Replaces files.  ``deleted`` are the keys of the files deleted on the target, whether or not the upload succeeded."""

    def __init__(self, cluster: Cluster, dump_fd: int, uploader: Uploader) -> None:
        self._cluster = cluster
        self._dump_fd = dump_fd
        self._uploader = uploader
        self.deleted: t.Set[Key] = set()

    def bring(self, placements: t.Sequence[Placement]) -> t.Iterator[End]:
        """Each placement with how it ended, as ``Uploader.bring``."""
        return run_all(self._one, placements, self._cluster.workers)

    def _one(self, placement: Placement) -> str:
        """Deletes and uploads one file; the outcome of the upload.  Runs in a worker's thread.

        Raises:
            Stop: no other file can be replaced either.
            MigrationError: this file could not be replaced.
        """
        if token_seconds(self._cluster) < seconds_for(1, placement.size):
            raise Stop(SPENT)
        source = DumpSource(self._dump_fd, placement)
        if self._cluster.transport.name == "cli":
            source.checked_path()
        else:
            source.check_bytes()
        pair = pair_of(placement)
        try:
            package = self._cluster.repodata.read([pair])[pair].packages.get(placement.file)
            if package is not None and compare(placement, package) == DIFFERENT:
                if is_as_it_was(placement, package) is not True:
                    raise MigrationError(f"the file of this name in the channel has changed since the plan was made; {AGAIN}")
                self._cluster.delete_file(*placement.key)
                self.deleted.add(placement.key)
        except HttpError as exc:
            if exc.status == 401:
                raise Stop(SPENT) from exc
            raise MigrationError(f"the file of this name in the channel could not be deleted: {exc}") from exc
        return self._uploader.one(placement, sent_before=True)


def why_not(cluster: Cluster, placement: Placement, package: Package) -> t.Optional[str]:
    """Why a different file on the target is not replaced, the end of a sentence; ``None`` if it is."""
    if not can_delete(cluster):
        return "replacing needs delete support, which is not verified on this cluster; run the probe playbook"
    if state_at_planning(placement) != DIFFERENT or is_as_it_was(placement, package) is not True:
        return f"the plan does not record that file, so it is not replaced; {AGAIN}"
    limit = cluster.capabilities.value(SIZE_LIMIT)
    if isinstance(limit, int) and placement.size >= limit:
        return (
            f"it is not replaced, because the planned file has {size_in_words(placement.size)} and the cluster refuses "
            f"{size_in_words(limit)}"
        )
    return None


def can_delete(cluster: Cluster) -> bool:
    """Whether a single file can be deleted; False if the client cannot be run."""
    try:
        return cluster.can(DELETE_FILE)
    except MigrationError:
        # The first upload reports what is wrong with the client.
        return False
