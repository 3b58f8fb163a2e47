# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the files of one window, one per request or several per command.  Private to the collection.

Several files go into one command only if the client's help text says that it accepts them.  The output of such a command is
not trusted: if it fails, repodata shows which of its files arrived, and the others are sent one by one, so that one bad file
does not delay the others.
"""

from __future__ import annotations

import math
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import Pair
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.retry import ASK, ATTEMPTS, FAILED, FATAL, decide
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import UPLOAD_MANY, seconds_for
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import SAME, Key, compare
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import NotTried, Stop, run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.source import DumpSource, SourceError

UPLOADED = "uploaded"
PRESENT = "present"
CONFLICT = "conflict"

TOKEN_RESERVE = 5.0
"""Seconds before a token expires in which no upload is started, so that sent files can still be verified."""

SPENT = "the token has expired"

BATCH_FILES = 50
BATCH_BYTES = 128 << 20
"""The most that one command gets; a larger file goes alone."""

Outcome = t.Union[str, Exception]
End = t.Tuple[Placement, Outcome]


class Uploader:
    """Uploads placements whose files are not on the target.  ``batched`` are the keys of those sent several per command."""

    def __init__(self, cluster: Cluster, dump_fd: int, sleep: t.Callable[[float], None]) -> None:
        self._cluster = cluster
        self._dump_fd = dump_fd
        self._sleep = sleep
        self._halt: t.Optional[str] = None
        self.batched: t.Set[Key] = set()

    def bring(self, placements: t.Sequence[Placement]) -> t.Iterator[End]:
        """Each placement with how its upload ended: ``UPLOADED`` (to be proven), ``PRESENT``, ``CONFLICT:VERDICT``, or an exception."""
        if len(placements) < 2 or not self._takes_many():
            yield from self.bring_singly(placements)
            return
        groups = batches(placements, self._cluster.workers, lambda: token_seconds(self._cluster))
        for group, ends in run_all(self._batch, groups, self._cluster.workers):
            yield from [(placement, ends) for placement in group] if isinstance(ends, Exception) else ends

    def bring_singly(self, placements: t.Iterable[Placement]) -> t.Iterator[End]:
        """As ``bring``, one file per request or command."""
        return run_all(self.one, placements, self._cluster.workers)

    def _takes_many(self) -> bool:
        try:
            return self._cluster.can(UPLOAD_MANY)
        except MigrationError:
            # The client cannot even show its help; the first upload reports what is wrong with it.
            return False

    def _batch(self, group: t.Sequence[Placement]) -> t.List[End]:
        """Runs in a worker's thread; raises nothing, because each placement has an end of its own."""
        if len(group) < 2 or self._halt is not None or token_seconds(self._cluster) < seconds_for(len(group), total(group)):
            return self._singly(group)
        ends: t.List[End] = []
        paths: t.Dict[str, Placement] = {}
        for placement in group:
            try:
                paths[DumpSource(self._dump_fd, placement).checked_path()] = placement
            except SourceError as exc:
                ends.append((placement, exc))
        sent = list(paths.values())
        if not sent:
            return ends
        self.batched.update(placement.key for placement in sent)
        try:
            self._cluster.upload_files(sent[0].channel, list(paths), total(sent))
        except MigrationError as exc:
            if isinstance(exc, HttpError) and exc.status == 401:
                self._halt = SPENT
                return ends + [(placement, Stop(SPENT)) for placement in sent]
            there = self._there(sent)
            ends += [(placement, UPLOADED) for placement in there]
            return ends + self._singly([placement for placement in sent if placement not in there], sent_before=True)
        return ends + [(placement, UPLOADED) for placement in sent]

    def _there(self, sent: t.Sequence[Placement]) -> t.List[Placement]:
        """Those that the target shows already."""
        try:
            listings = self._cluster.repodata.read(pair_of(placement) for placement in sent)
        except HttpError:
            # The files are sent one by one and looked up again.
            return []
        seen = ((placement, listings[pair_of(placement)].packages.get(placement.file)) for placement in sent)
        return [placement for placement, package in seen if package is not None and compare(placement, package) == SAME]

    def _singly(self, group: t.Sequence[Placement], sent_before: bool = False) -> t.List[End]:
        ends: t.List[End] = []
        for placement in group:
            if self._halt is not None:
                ends.append((placement, NotTried(self._halt)))
                continue
            try:
                ends.append((placement, self.one(placement, sent_before)))
            except Stop as exc:
                self._halt = str(exc)
                ends.append((placement, exc))
            except MigrationError as exc:
                ends.append((placement, exc))
        return ends

    def one(self, placement: Placement, sent_before: bool = False) -> str:
        """Uploads one file; the outcome.  Runs in a worker's thread.

        Raises:
            Stop: no other file can be uploaded either.
            MigrationError: this file could not be uploaded.
        """
        attempt = 0
        while True:
            attempt += 1
            if token_seconds(self._cluster) < 0:
                raise Stop(SPENT)
            try:
                self._cluster.upload(placement.channel, DumpSource(self._dump_fd, placement))
                return UPLOADED
            except SourceError:
                raise
            except HttpError as exc:
                verdict = decide(exc.status, exc.reached)
                why = f"{str(exc).rstrip('.')}; {verdict.why}." if verdict.why else str(exc)
                if verdict.action == FATAL:
                    raise Stop(SPENT if exc.status == 401 else why) from exc
                if verdict.action == FAILED:
                    raise MigrationError(why) from exc
                if verdict.action == ASK:
                    there = self._look(placement)
                    if there == SAME:
                        return PRESENT if exc.status == 409 and attempt == 1 and not sent_before else UPLOADED
                    if there is not None:
                        return f"{CONFLICT}:{there}"
                if attempt >= ATTEMPTS:
                    if not exc.reached:
                        raise Stop(why) from exc
                    raise MigrationError(why) from exc
                self._sleep(exc.retry_after if exc.retry_after is not None else self._cluster.http.backoff(attempt))
            except MigrationError as exc:
                raise Stop(str(exc)) from exc

    def _look(self, placement: Placement) -> t.Optional[str]:
        """How the file on the target compares; ``None`` if there is none."""
        pair = pair_of(placement)
        try:
            package = self._cluster.repodata.read([pair])[pair].packages.get(placement.file)
        except HttpError as exc:
            if exc.status is None:
                raise Stop(str(exc)) from exc
            raise
        return None if package is None else compare(placement, package)


def token_seconds(cluster: Cluster) -> float:
    """How many seconds an upload may still be started with this login, so that it can be verified afterwards."""
    left = cluster.transport.seconds_left()
    return math.inf if left is None else left - TOKEN_RESERVE


def batches(placements: t.Iterable[Placement], workers: int, seconds_left: t.Callable[[], float]) -> t.Iterator[t.List[Placement]]:
    """The placements in lists of one channel, each for one command.

    A list is bounded in files and bytes, by the token's lifetime, and so that every worker gets one.
    """
    by_channel: t.Dict[str, t.List[Placement]] = {}
    for placement in placements:
        by_channel.setdefault(placement.channel, []).append(placement)
    most = min(BATCH_FILES, math.ceil(sum(map(len, by_channel.values())) / workers))
    for mine in by_channel.values():
        batch: t.List[Placement] = []
        size = 0
        for placement in mine:
            more = size + placement.size
            if batch and (len(batch) >= most or more > BATCH_BYTES or seconds_for(len(batch) + 1, more) > seconds_left()):
                yield batch
                batch, more = [], placement.size
            batch.append(placement)
            size = more
        yield batch


def total(placements: t.Iterable[Placement]) -> int:
    """Bytes of the files."""
    return sum(placement.size for placement in placements)


def pair_of(placement: Placement) -> Pair:
    """The (channel, subdir) that shows a placement."""
    return (placement.channel, placement.subdir)
