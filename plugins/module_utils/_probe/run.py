# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the probes: reading first, then the scratch channel over the first transport that has one.  Private to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import API
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import DELETE_CHANNEL
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._probe import reading, scratch, sharing, verdict
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.cleanup import clean, interruptible
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.questions import QUESTIONS
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.session import Bench
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.uploading import STRANGERS, Uploads
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import Seen, unknown

EFFECTS = {"channel_update": "privacy_later", "share_list": "list_shares"}
"""Operations of the assumed interface whose effect another question looks at."""


def run(bench: Bench, *, may_leave: bool, reads_only: bool) -> None:
    """Asks everything that may be asked, and cleans up; see ``bench.answers`` and ``bench.left``.

    Raises:
        MigrationError: the cluster cannot be worked with at all.
        Interrupted: a signal came; it was cleaned up.
    """
    with contextlib.closing(bench), interruptible():
        reading.token(bench)
        listed = _api_list(bench)
        runs = reading.client(bench)
        if not runs and not listed.ok:
            raise MigrationError(f"AE5 can be asked neither over the api nor over the client ({listed}; {bench.answers['cli'].evidence}).")
        candidates = _candidates(bench, listed, runs)
        cleaned = False
        try:
            try:
                _write(bench, candidates, may_leave=may_leave, reads_only=reads_only)
            finally:
                clean(bench)
                cleaned = True
        finally:
            # A signal may have cut the first one short; there is no second one.
            if not cleaned:
                clean(bench)
        if "paging" not in bench.answers:
            reading.paging(bench)
    if reads_only or bench.operations:
        bench.answers[API] = verdict.api(listed, _with_effects(bench))
    bench.leave_unknown(["other_kinds"], "not tried: only conda packages are brought to AE5")
    bench.leave_unknown(["rate_limit"], "not tried: it would need more load than a probe may cause")


def _api_list(bench: Bench) -> Seen:
    try:
        return reading.api_list(bench)
    except MigrationError as exc:
        # The login over HTTP was refused; the client may have another way in.
        seen = Seen("login for the api", False, 401, str(exc))
        bench.answers[API] = unknown(exc)
        bench.leave_unknown(["error_body"], str(exc))
        return seen


def _candidates(bench: Bench, listed: Seen, runs: bool) -> t.List[Cluster]:
    wanted = bench.params["transport"]
    usable = [name for name, usable in (("api", listed.ok), ("cli", runs)) if usable and wanted in ("auto", name)]
    return [bench.over(name) for name in usable]


def _write(bench: Bench, candidates: t.Sequence[Cluster], *, may_leave: bool, reads_only: bool) -> None:
    """The probes that leave something, if they may."""
    needed = [question.name for question in QUESTIONS if question.leaves]
    if reads_only:
        bench.leave_unknown(needed, "not tried in check mode")
        return
    reason = f"transport {bench.params['transport']} cannot be used here"
    for cluster in candidates:
        last = cluster is candidates[-1]
        if not may_leave and not _proven(bench, cluster):
            reason = (
                "not tried: what is made for it may stay behind, because deleting is not proven; leave_behind (probe_leave_behind) says yes"
            )
            continue
        try:
            scratch.open_scratch(bench, cluster)
        except MigrationError as exc:
            reason = str(exc)
            continue
        if cluster.transport.name == "api":
            scratch.spelling(bench)
            if not bench.operations["channel_get"].ok and not last:
                continue
        if not bench.deletes and not may_leave:
            reason = "not tried: deleting did not work, and leave_behind (probe_leave_behind) does not say that something may stay"
            break
        _in_scratch(bench)
        return
    bench.leave_unknown(needed, reason)


def _proven(bench: Bench, cluster: Cluster) -> bool:
    """Whether deleting channels was seen to work before, or is a command that the client shows."""
    name = cluster.transport.name
    return bench.earlier.allows(DELETE_CHANNEL, name) or (name == "cli" and cluster.transport.can(DELETE_CHANNEL))


def _in_scratch(bench: Bench) -> None:
    """Everything that there is a scratch channel for.  The second account comes before any right is given to a group."""
    if "slash_in_paths" not in bench.answers:
        scratch.spelling(bench)
    scratch.privacy_later(bench)
    reading.bearer_of_client(bench)
    sharing.conda_auth(bench)
    with contextlib.closing(Uploads(bench)) as uploads:
        sharing.second_account(bench, uploads.source(STRANGERS))
        sharing.unknown_principals(bench)
        sharing.shares(bench)
        uploads.all()
    sharing.names(bench)
    reading.paging(bench)


def _with_effects(bench: Bench) -> t.Dict[str, Seen]:
    """The operations; one whose effect was not seen counts as one that failed."""
    done = dict(bench.operations)
    for operation, question in EFFECTS.items():
        answer = bench.answers.get(question)
        if operation in done and answer is not None and answer.value == verdict.IGNORED:
            done[operation] = Seen(done[operation].asked, False, None, answer.evidence)
    return done
