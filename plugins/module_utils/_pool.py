# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bounded pool of threads over a lazy sequence.  Private to the collection."""

from __future__ import annotations

import concurrent.futures
import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

Item = t.TypeVar("Item")
Result = t.TypeVar("Result")


class Stop(Exception):
    """Raised by the work on one item: no other item can succeed either.  Its text ends a sentence."""


class NotTried(Exception):
    """The outcome of an item that was not begun because another raised ``Stop``."""


def run_all(
    work: t.Callable[[Item], Result], items: t.Iterable[Item], workers: int
) -> t.Iterator[t.Tuple[Item, t.Union[Result, Exception]]]:
    """Each item with its result or the ``MigrationError`` or ``Stop`` it ended with, in the order in which they end.

    At most twice as many items as workers are taken from ``items`` ahead.  After a ``Stop`` those that run are waited
    for and the others come with ``NotTried``.
    """
    source = iter(items)
    stopped: t.Optional[str] = None
    stops: t.List[str] = []

    def guarded(item: Item) -> t.Union[Result, NotTried]:
        # A thread may take its next item before the caller has heard of the stop.
        if stops:
            return NotTried(stops[0])
        try:
            return work(item)
        except Stop as exc:
            stops.append(str(exc))
            raise

    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        running = {pool.submit(guarded, item): item for item in itertools.islice(source, workers * 2)}
        try:
            while running:
                done, _pending = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    item = running.pop(future)
                    result = _outcome(future, stopped)
                    if isinstance(result, Stop) and stopped is None:
                        stopped = str(result)
                        for waiting in running:
                            waiting.cancel()
                    yield item, result
                if stopped is None:
                    for item in itertools.islice(source, len(done)):
                        running[pool.submit(guarded, item)] = item
        finally:
            # The caller has given up (an interrupt): what has not begun shall not begin.
            for future in running:
                future.cancel()
    for item in source:
        yield item, NotTried(stopped or "")


def _outcome(future: concurrent.futures.Future, stopped: t.Optional[str]) -> t.Any:  # type: ignore[type-arg]
    if future.cancelled():
        return NotTried(stopped or "")
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, (MigrationError, Stop)):
        return error
    # A bug of ours or an interrupt is not an outcome.
    raise error


def in_parallel(work: t.Callable[[Item], Result], items: t.Sequence[Item], workers: int) -> t.Dict[Item, Result]:
    """``work`` of each item by a bounded number of threads; the first exception ends it."""
    if len(items) <= 1 or workers == 1:
        return {item: work(item) for item in items}
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(workers, len(items))) as pool:
        futures = {item: pool.submit(work, item) for item in items}
        try:
            return {item: future.result() for item, future in futures.items()}
        except BaseException:
            for future in futures.values():
                future.cancel()
            raise
