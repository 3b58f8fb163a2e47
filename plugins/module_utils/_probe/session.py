# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probes share: the cluster, the answers so far, and what was made on the cluster.  Private to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import cli_text
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Answer, Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import API_BASE, ROUTES
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import TransportError
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, fault_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.scratch_names import scratch_of
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import Seen, unknown


@dataclasses.dataclass
class Bench:
    """``params`` are the module's options.  ``sleep`` and ``clock`` (seconds) are there for tests.

    ``cluster`` is what the scratch channel is worked on with, once that is decided.
    """

    params: t.Mapping[str, t.Any]
    username: str
    earlier: Capabilities
    sleep: t.Callable[[float], None] = time.sleep
    clock: t.Callable[[], float] = time.monotonic
    answers: t.Dict[str, Answer] = dataclasses.field(default_factory=dict)
    operations: t.Dict[str, Seen] = dataclasses.field(default_factory=dict)
    """Operations of the assumed interface that were tried, by the name of their route."""
    made: t.Dict[str, Cluster] = dataclasses.field(default_factory=dict)
    """Channels that the probe has created or may have created, oldest first, and with what they are deleted."""
    unlisted: t.Set[str] = dataclasses.field(default_factory=set)
    """Of those, the ones that the list of channels does not show under their name."""
    files: t.List[str] = dataclasses.field(default_factory=list)
    """Files it has put into the scratch channel."""
    shared: t.List[Share] = dataclasses.field(default_factory=list)
    """Rights on the scratch channel that it has given and not taken back."""
    left: t.List[str] = dataclasses.field(default_factory=list)
    """What is left on the cluster after cleaning up, in words."""
    paths: t.List[str] = dataclasses.field(default_factory=list)
    """Folders of this run, which are not part of any evidence."""
    broken: t.List[str] = dataclasses.field(default_factory=list)
    has_api: bool = False
    """Whether the list of channels of the assumed interface was answered as assumed."""
    deletes: bool = False
    """Whether a channel was deleted in this run and was gone then."""
    is_new: bool = False
    """Whether the scratch channel was born in this run."""
    is_private: bool = False
    """Whether the scratch channel was seen to be private."""
    step: str = "the start"
    _clusters: t.Dict[t.Tuple[str, str], Cluster] = dataclasses.field(default_factory=dict)
    _cluster: t.Optional[Cluster] = None

    @property
    def scratch(self) -> str:
        """The one channel that the probe works in."""
        return scratch_of(self.username)

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            raise MigrationError("There is no transport to try it with.")
        return self._cluster

    @property
    def transport(self) -> t.Optional[str]:
        """The transport that the scratch channel was worked on with, if there was one."""
        return self._cluster.transport.name if self._cluster is not None else None

    def use(self, cluster: Cluster) -> None:
        """From now on the scratch channel is worked on with this one."""
        self._cluster = cluster

    def over(self, transport: str) -> Cluster:
        """The cluster over a transport, as the first account."""
        return self._connected(transport, self.params["username"] or "", {})

    def second(self) -> Cluster:
        """The cluster as the second account sees it, over the transport in use."""
        login = {
            "username": self.params["probe_username"],
            "password": self.params["probe_password"],
            "access_token": None,
            "conda_token": None,
        }
        return self._connected(self.cluster.transport.name, str(self.params["probe_username"]), login)

    def _connected(self, transport: str, username: str, login: t.Mapping[str, t.Any]) -> Cluster:
        key = (transport, username)
        if key not in self._clusters:
            given = {**self.params, **login, "transport": transport, "capabilities": None, "workers": 1}
            self._clusters[key] = connect(given, read_only=False)
            self._clusters[key].http.protect(self.params["probe_password"])
        return self._clusters[key]

    def close(self) -> None:
        """Closes all connections."""
        for cluster in self._clusters.values():
            cluster.close()

    @contextlib.contextmanager
    def trying(self, *names: str) -> t.Iterator[None]:
        """A probe for the named questions: whatever goes wrong in it leaves them unknown and the others alone."""
        self.step = names[0]
        reason = ""
        try:
            yield
        except MigrationError as exc:
            reason = str(exc)
        except Exception as exc:  # a mistake in one probe must not cost the other answers
            reason = f"the probe failed {fault_of(exc)}"
            self.broken.append(f"The probe for {', '.join(names)} failed {fault_of(exc)}.")
        for name in names:
            if name not in self.answers:
                self.answers[name] = unknown(reason or "no answer was found")

    def outcome(self) -> t.Dict[str, Answer]:
        """The answers, without what is different in each run."""
        found = dict(self.answers)
        for path in self.paths:
            found = {name: dataclasses.replace(answer, evidence=answer.evidence.replace(path, "")) for name, answer in found.items()}
        return found

    def leave_unknown(self, names: t.Iterable[str], reason: str) -> None:
        """Why questions were not asked."""
        for name in names:
            self.answers.setdefault(name, unknown(reason))

    def attempt(self, asked: str, work: t.Callable[[], t.Any], operation: t.Optional[str] = None) -> Seen:
        """Does something that may be refused; over the api it counts for ``operation`` of the assumed interface."""
        seen = attempted(asked, work)
        if operation is not None:
            self.record(operation, seen)
        return seen

    def record(self, operation: str, seen: Seen) -> None:
        """What came of an operation of the assumed interface; nothing, where the scratch channel is worked on over the client."""
        if self.transport == "api":
            self.operations[operation] = seen

    def give(self, share: Share, giver: t.Optional[Cluster] = None, asked: str = "") -> Seen:
        """Shares the scratch channel, by default as the first account."""
        self.shared.append(share)
        cluster = giver or self.cluster
        seen = attempted(asked or f"share with {share.kind} {share.name}", lambda: cluster.share(self.scratch, share))
        if seen.refused:
            self.shared.remove(share)
        return seen

    def take(self, share: Share) -> Seen:
        """Takes a right on the scratch channel back."""
        seen = attempted(f"take it from {share.kind} {share.name}", lambda: self.cluster.unshare(self.scratch, share))
        if seen.ok:
            self.shared.remove(share)
        return seen

    def api(self, route_name: str, asked: str, *, path: t.Optional[str] = None, **options: t.Any) -> t.Tuple[Seen, t.Any]:
        """One request to the assumed interface, as it is; ``path`` (below its base) instead of the contract's spelling."""
        route = ROUTES[route_name]
        cluster = self.over("api")
        where = API_BASE + path if path is not None else route.url_path(**options.pop("segments", {}))
        answers: t.List[t.Any] = []

        def work() -> None:
            answer = cluster.http.call(route.method, where, auth=cluster.transport.tokens, **{"ok": route.ok, "want_json": True, **options})
            answers.append(answer.data)

        return attempted(asked, work), answers[0] if answers else None


def attempted(asked: str, work: t.Callable[[], t.Any]) -> Seen:
    """Does something that may be refused, and says what came of it."""
    try:
        work()
    except HttpError as exc:
        if isinstance(exc, TransportError) and exc.status is None:
            # The client says no with words; a connection that broke and a command that hung are no answer.
            broke = exc.reason == "timeout" or cli_text.says_unreached(exc.reason)
            return Seen(asked, False, None, exc.reason, broke)
        not_json = exc.reason == "the answer is not JSON"
        return Seen(asked, False, exc.status, exc.reason, exc.status is None and not not_json)
    return Seen(asked, True)
