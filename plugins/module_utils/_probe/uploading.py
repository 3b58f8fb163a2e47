# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages in the scratch channel: latency, duplicates, formats, size, deleting.  Private to the collection."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import ROUTES
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import DELETE_FILE, UploadSource
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.write import Built
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import NOARCH
from ansible_collections.ae_ops.migration.plugins.module_utils._probe import verdict
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.announce import announced_status
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.packages import conda, tar_bz2
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.session import Bench
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import Seen, known

FIRST = tar_bz2("0", "the first bytes\n")
OTHER = tar_bz2("0", "other bytes\n")
STRANGERS = tar_bz2("2", "from the second account\n")
V2 = conda("1", "the newer format\n")

PAUSES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each read of repodata."""

SIZES = (2**30 + 2**20, 1_010_000_000, 900_000_000, 100_000_000, 10_000_000, 1_000_000)
"""Bytes; around the 1 GB that the vendor names for uploads in the browser, then down."""


class Made(UploadSource):
    """A package that was made in memory; for the command line client it becomes a file below ``folder``."""

    def __init__(self, package: Built, folder: str) -> None:
        self.file = package.file
        self.size = len(package.data)
        self._content = package.data
        self._folder = folder

    def open(self) -> t.BinaryIO:
        return io.BytesIO(self._content)

    def checked_path(self) -> str:
        path = os.path.join(self._folder, self.file)
        with open(path, "wb") as stream:
            stream.write(self._content)
        return path


class Uploads:
    """The probes in their order; each rests on what those before it have left in the channel."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._folder = tempfile.mkdtemp(prefix="ae5-probe-")
        bench.paths.append(self._folder + os.sep)
        self._reads = 1

    def source(self, package: Built) -> UploadSource:
        """A package as it is uploaded."""
        return Made(package, self._folder)

    def close(self) -> None:
        """Removes the files that were made for the client."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def all(self) -> None:
        """Every probe."""
        bench = self._bench
        with bench.trying("repodata_latency", "duplicate_same", "duplicate_other"):
            there = None if bench.is_new else self._digest(FIRST.file)
            if there is None:
                self._first()
            else:
                bench.leave_unknown(["repodata_latency"], f"{FIRST.file} was there from an earlier probe")
            held, other = (OTHER, FIRST) if there == OTHER.sha256 else (FIRST, OTHER)
            self._duplicates(held, other)
        with bench.trying("conda_v2"):
            if not bench.is_new and self._digest(V2.file) is not None:
                bench.answers["conda_v2"] = known(verdict.ACCEPTED, f"{V2.file} is there from an earlier probe")
            else:
                bench.answers["conda_v2"] = verdict.taken(self._upload(V2, "upload a package in the format .conda"))
        self._size()
        self._delete()

    def _upload(self, package: Built, asked: str) -> Seen:
        bench = self._bench
        new = package.file not in bench.files
        if new:
            bench.files.append(package.file)
        seen = bench.attempt(asked, lambda: bench.cluster.upload(bench.scratch, self.source(package)))
        if new and seen.refused:
            bench.files.remove(package.file)
        return seen

    def _digest(self, file: str) -> t.Optional[str]:
        """The sha256 that repodata has of a file now."""
        key = (self._bench.scratch, NOARCH)
        package = self._bench.cluster.repodata.read([key])[key].packages.get(file)
        return None if package is None else (package.sha256 or package.md5 or "")

    def _until(self, reached: t.Callable[[], bool], reads: int = len(PAUSES)) -> t.Tuple[bool, int, float]:
        """Reads until it is so: whether it came to be, in which read, after how many seconds."""
        started = self._bench.clock()
        for number, pause in enumerate(PAUSES[:reads], start=1):
            if pause:
                self._bench.sleep(pause)
            if reached():
                return True, number, self._bench.clock() - started
        return False, reads, self._bench.clock() - started

    def _first(self) -> None:
        bench = self._bench
        seen = self._upload(FIRST, "upload a package")
        if not seen.ok:
            bench.record("artifact_upload", seen)
            raise MigrationError(f"the first package was not accepted ({seen})")
        visible, reads, seconds = self._until(lambda: self._digest(FIRST.file) == FIRST.sha256)
        self._reads = reads
        bench.answers["repodata_latency"] = verdict.latency(visible, reads, seconds)
        unseen = Seen("repodata after an upload", False, None, "does not show the package")
        bench.record("artifact_upload", seen if visible else unseen)

    def _duplicates(self, held: Built, other: Built) -> None:
        bench = self._bench
        bench.answers["duplicate_same"] = verdict.taken(self._upload(held, "upload the same file with the same bytes again"))
        seen = self._upload(other, "upload other bytes under the same name")
        after: t.Optional[str] = None
        if seen.ok:
            # As many reads as the first package took, and one more.
            self._until(lambda: self._digest(held.file) == other.sha256, min(self._reads + 1, len(PAUSES)))
            after = self._digest(held.file)
        bench.answers["duplicate_other"] = verdict.duplicate_other(seen, held.sha256, other.sha256, after)

    def _size(self) -> None:
        """Announces bodies and sends only their heads; a smaller one each time, until one is not refused."""
        bench = self._bench
        with bench.trying("size_limit"):
            if bench.cluster.transport.name != "api":
                raise MigrationError("the command line client cannot announce a file without sending it")
            asked: t.List[t.Tuple[int, t.Optional[int]]] = []
            for size in SIZES:
                path = ROUTES["artifact_upload"].url_path(channel=bench.scratch)
                asked.append((size, announced_status(bench.cluster.http, path, bench.cluster.transport.tokens.token(), size)))
                if asked[-1][1] != 413:
                    break
            bench.answers["size_limit"] = verdict.size_limit(asked)

    def _delete(self) -> None:
        bench = self._bench
        with bench.trying("delete_file"):
            if not bench.cluster.transport.can(DELETE_FILE):
                bench.answers["delete_file"] = known(verdict.NOT_OFFERED, f"transport {bench.cluster.transport.name} shows no way to do it")
                return
            file = FIRST.file
            if file not in bench.files:
                raise MigrationError("there is no file to delete")
            seen = bench.attempt("delete a file", lambda: bench.cluster.delete_file(bench.scratch, NOARCH, file))
            gone = self._until(lambda: self._digest(file) is None, min(self._reads + 1, len(PAUSES)))[0] if seen.ok else False
            bench.answers["delete_file"] = verdict.deleting(seen, not gone if seen.ok else None)
            if gone:
                bench.files.remove(file)
