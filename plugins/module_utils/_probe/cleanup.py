# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe leaves on a cluster: cleaned up also when it is interrupted, and else named.  Private to the collection."""

from __future__ import annotations

import contextlib
import signal
import types
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import PRIVACY_LATER
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.session import Bench, attempted

SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")


class Interrupted(BaseException):
    """A signal asked the probe to end.  No ``Exception``, so that no probe takes it for its own failure."""


@contextlib.contextmanager
def interruptible() -> t.Iterator[None]:
    """Inside, the first of ``SIGNALS`` raises ``Interrupted``; further ones are ignored, because cleaning up is under way."""
    raised: t.List[int] = []

    def handle(number: int, frame: t.Optional[types.FrameType]) -> None:
        if not raised:
            raised.append(number)
            raise Interrupted(signal.Signals(number).name)

    before = {number: signal.signal(number, handle) for number in (getattr(signal, name) for name in SIGNALS)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def clean(bench: Bench) -> None:
    """Deletes the channels that the probe made; ``bench.left`` are those that are, or may be, still there.

    May be called again: what is gone is not asked for twice.
    """
    bench.left = []
    listings: t.Dict[int, t.Optional[t.Container[str]]] = {}
    for name, cluster in list(reversed(list(bench.made.items()))):
        if _deleted(bench, cluster, name):
            del bench.made[name]
            continue
        if id(cluster) not in listings:
            try:
                listings[id(cluster)] = cluster.channels()
            except MigrationError:
                listings[id(cluster)] = None
        listed = listings[id(cluster)]
        if listed is None:
            bench.left.append(f"perhaps {_described(bench, name)}")
        elif name in listed or name in bench.unlisted:
            bench.left.append(_described(bench, name))
        else:
            del bench.made[name]


def _deleted(bench: Bench, cluster: Cluster, name: str) -> bool:
    """Whether the cluster says that the channel is gone.  It is not asked again for what it was seen to refuse."""
    if not bench.deletes and "delete_channel" in bench.answers:
        return False
    try:
        return attempted(f"delete channel {name}", lambda: cluster.delete_channel(name)).ok
    except MigrationError:
        return False


def _described(bench: Bench, name: str) -> str:
    if name != bench.scratch:
        return f"channel {name}"
    if not bench.is_private and bench.cluster.transport.can(PRIVACY_LATER):
        bench.is_private = attempted("make it private", lambda: bench.cluster.set_privacy(name, PRIVATE)).ok
    for share in list(bench.shared):
        bench.take(share)
    holds = f" with {', '.join(sorted(bench.files))}" if bench.files else ""
    rights = f", shared with {', '.join(f'{share.kind} {share.name}' for share in bench.shared)}" if bench.shared else ""
    return f"channel {name}{holds}{rights}"
