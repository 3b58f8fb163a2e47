# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``access.csv``: the access table with the current state of AE5, and its findings.  Private to the collection.

The table may have millions of rows, so each is computed, written, counted and forgotten.  Rows that differ come first.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import Identity, read_identity
from ansible_collections.ae_ops.migration.plugins.module_utils._csv import row_writer, write_table
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer
from ansible_collections.ae_ops.migration.plugins.module_utils._model import equivalence as eq
from ansible_collections.ae_ops.migration.plugins.module_utils._model import verdicts
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_key, principal_of, unknown_principals
from ansible_collections.ae_ops.migration.plugins.module_utils._model.effective import Target
from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Observed
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import USER
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import unknown_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._report.access_summary import AccessSummary
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._store import access
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan
from ansible_collections.ae_ops.migration.plugins.module_utils._store.records import Records
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

ACCESS_TABLE = "access.csv"
HEAD = ("site", "channel", "kind", "principal", "in_ae5", "ae4", "planned", "ae5", "verdict", "reason")

GRAVEST_FIRST = (verdicts.WIDER, verdicts.NARROWER, verdicts.FOREIGN, verdicts.STALE, verdicts.ACCEPTED, verdicts.UNKNOWN, verdicts.SAME)
SPOOLED = 1 << 20
"""Bytes of the rows of one verdict that are kept in memory before they go to a temporary file."""

TOLD = " on AE5"
"""The end of reasons that a finding on the channel, or a decision of the plan, already reports."""


@dataclasses.dataclass(frozen=True)
class AccessFound:
    """The result of the access table."""

    summary: AccessSummary
    findings: t.Tuple[Finding, ...]
    warnings: t.Tuple[str, ...]


class _Sorted:
    """Writes the rows into one table, grouped by verdict, the gravest first."""

    def __init__(self, stack: contextlib.ExitStack, folder: str) -> None:
        def spool() -> t.IO[str]:
            return tempfile.SpooledTemporaryFile(max_size=SPOOLED, mode="w+", encoding="utf-8", newline="", dir=folder)

        self._spools = {verdict: stack.enter_context(spool()) for verdict in GRAVEST_FIRST}
        self._write = {verdict: row_writer(t.cast(t.TextIO, file)) for verdict, file in self._spools.items()}

    def add(self, row: eq.Row) -> None:
        cells = (row.site, row.channel, row.kind, row.principal, row.in_ae5)
        self._write[row.verdict]((*cells, row.ae4, row.planned, row.seen, row.verdict, row.reason))

    def write(self, path: str) -> None:
        """Puts everything together.

        Raises:
            OSError: the table cannot be written.
        """
        with atomic_writer(path) as stream:
            write_table(stream, HEAD, ())
            for spool in self._spools.values():
                spool.seek(0)
                for line in spool:
                    stream.write(line)


class _Gathered:
    """Rows with more, or less, access than in AE4, grouped by reason."""

    def __init__(self, skipped: t.AbstractSet[t.Tuple[str, str]]) -> None:
        self._skipped = skipped
        self._found: t.Dict[t.Tuple[str, str], t.Tuple[t.Dict[str, None], t.Dict[str, None]]] = {}
        self.private_unknown = 0

    def add(self, row: eq.Row) -> None:
        if row.reason == eq.PRIVATE_UNKNOWN:
            self.private_unknown += 1
        reported = row.reason.endswith(TOLD) or row.reason.startswith(eq.NO_GROUP) or principal_key(USER, row.principal) in self._skipped
        lost = row.verdict == verdicts.NARROWER and row.kind == USER and not reported
        # Differences of shares and privacy are found channel by channel (``compare``).
        gained = row.reason == eq.PRIVATE_FOR_ALL or row.reason.startswith((eq.MEMBER, eq.PLANNED))
        if lost or gained:
            people, channels = self._found.setdefault((row.verdict, row.reason), ({}, {}))
            people[row.principal] = channels[row.channel] = None

    def findings(self, strict: bool, people_checked: bool) -> t.Iterator[Finding]:
        for (verdict, reason), (people, channels) in sorted(self._found.items()):
            if verdict == verdicts.STALE and people_checked:
                continue  # the plan has a decision about it
            who, where = listed(sorted(people)), f"{counted(len(channels), 'channel')} ({listed(sorted(channels))})"
            one = "".join(channels) if len(channels) == 1 else ""
            if verdict == verdicts.NARROWER:
                detail = f"Less access than in AE4 for {who} on {where}: {reason}."
                yield Finding(verdict, one, "people", detail, False)
            else:
                fails = verdict == verdicts.WIDER or (strict and verdict in (verdicts.STALE, verdicts.FOREIGN))
                yield Finding(verdict, one, "people", f"More access than in AE4 for {who} on {where}: {reason}.", fails)


def target_of(plan: Plan, observed: Observed, identity: t.Optional[Identity], private_means: t.Optional[str]) -> Target:
    """What was read of the cluster, as input of the table; nobody has access to a channel that does not exist."""
    gone = [channel.name for channel in plan.channels if channel.name not in observed.channels]
    users: t.Optional[t.FrozenSet[str]] = None
    members: t.Optional[t.Dict[str, t.FrozenSet[str]]] = None
    if identity is not None:
        users = frozenset(user_key(name) for name in identity.users)
        members = {group: frozenset(user_key(name) for name in people) for group, people in identity.groups.items()}
    return Target(
        users,
        members,
        {**observed.shares, **dict.fromkeys(gone, ())},
        {**observed.public, **dict.fromkeys(gone, False)},
        observed.owners,
        private_means,
    )


def context_of(head: access.Head, known: Records, accept_public: t.Sequence[str]) -> eq.Context:
    """What was declared and what earlier runs applied."""
    declared = {name: frozenset(map(principal_of, shares)) for name, shares in head.declared.items()}
    return eq.Context(head.people_checked, head.accept_wider, tuple(accept_public), declared, known.applied.shares, known.members)


def verify_access(params: t.Mapping[str, t.Any], plan: Plan, observed: Observed, known: Records, dest: t.Optional[str]) -> AccessFound:
    """Compares everybody's access in AE4 with the current one on AE5.  ``dest`` is the folder for the table, None for no table.

    A table that cannot be written is a warning.

    Raises:
        MigrationError: the plan's access list is missing or damaged.
    """
    warnings: t.List[str] = []
    try:
        identity = read_identity(params)
    except MigrationError as exc:
        identity = None
        warnings.append(f"{exc} The members of AE5 groups were not read.")
    target = target_of(plan, observed, identity, Capabilities.of(params).private_means)
    try:
        head, summary, gathered = _table(params, plan, target, known, dest)
    except OSError as exc:
        warnings.append(f"The access table cannot be written to {dest}: {exc.strerror}.")
        head, summary, gathered = _table(params, plan, target, known, None)
    if gathered.private_unknown:
        warnings.append(
            "It is not known who can read a private channel on this cluster, which matters for "
            f"{counted(gathered.private_unknown, 'channel')}; run the probe playbook with a second account to find out."
        )
    findings = [
        Finding(verdicts.NARROWER, names[0] if len(names) == 1 else "", f"{share.kind} {share.name}", unknown_in_words(share, names), True)
        for share, names in unknown_principals(plan.channels)
    ]
    findings.extend(gathered.findings(params["strict"], head.people_checked))
    return AccessFound(summary, tuple(findings), tuple(warnings))


def _table(
    params: t.Mapping[str, t.Any], plan: Plan, target: Target, known: Records, dest: t.Optional[str]
) -> t.Tuple[access.Head, AccessSummary, _Gathered]:
    """Goes through the table once, and writes it."""
    head, owners = access.read(params["plan"])
    rows = eq.rows(owners, {channel.name: channel for channel in plan.channels}, target, context_of(head, known, params["accept_public"]))
    summary, gathered = AccessSummary(), _Gathered({principal_of(share) for share, _names in unknown_principals(plan.channels)})
    with contextlib.ExitStack() as stack:
        table = None
        if dest is not None:
            os.makedirs(dest, exist_ok=True)
            table = _Sorted(stack, dest)
        for row in rows:
            summary.add(row)
            gathered.add(row)
            if table is not None:
                table.add(row)
        if table is not None and dest is not None:
            table.write(os.path.join(dest, ACCESS_TABLE))
    return head, summary, gathered
