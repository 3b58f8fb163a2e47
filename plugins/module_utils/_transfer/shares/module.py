# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``channel_share``: adds and changes shares of channels, and publishes planned ones.  Private to the collection.

Over a transport that can list shares the cluster is the truth.  Over one that cannot, shares that the record says were applied
are skipped, the others are sent, and nothing is verified.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import LIST_SHARES, ChannelState, UnknownPrincipal
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_key, principal_of, unknown_principals
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._model.saved_plan import AGAIN, share_moved
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import unknown_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._module import (
    FAILURES_SHOWN,
    ArgumentSpec,
    MigrationModule,
    Outcome,
    prepared_diff,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import NotTried, Stop, in_parallel, run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import load_plan
from ansible_collections.ae_ops.migration.plugins.module_utils._store.records import LastShares
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.channels import steps as channel_steps
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.channels.publish import Publication
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.completeness import Readiness, read_readiness
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.refused import OPTION, refused_channels

ADDED = "added"
CHANGED = "changed"
REMOVED = "removed"
PRESENT = "present"
RECORDED = "recorded"
WAITING = "waiting"
MOVED = "moved"
SKIPPED = "skipped"
REFUSED = "refused"
FAILED = "failed"

_ONE: t.Dict[str, t.Dict[str, t.Any]] = {
    "user": {"type": "str"},
    "group": {"type": "str"},
    "access": {"type": "str", "choices": ["r", "rw"], "default": "r"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

SHARE = ArgumentSpec(
    options={
        "channel": {"type": "str"},
        **_ONE,
        "shares": {
            "type": "list",
            "elements": "dict",
            "options": {"channel": {"type": "str", "required": True}, **_ONE},
            "mutually_exclusive": [("user", "group")],
            "required_one_of": [("user", "group")],
        },
        "plan": {"type": "path"},
        "records": {"type": "path"},
        "publish": {"type": "bool", "default": False},
        "refused": OPTION,
        "assume_transferred": {"type": "bool", "default": False},
    },
    mutually_exclusive=(("channel", "shares", "plan"), ("user", "group")),
    required_one_of=(("channel", "shares", "plan"),),
    required_if=(("publish", True, ("plan",)),),
    required_by={"user": ("channel",), "group": ("channel",)},
)


@dataclasses.dataclass(frozen=True)
class Wish:
    """One share that a channel must have, or must not have."""

    channel: str
    share: Share
    present: bool = True

    @property
    def principal(self) -> t.Tuple[str, str]:
        return principal_of(self.share)


@dataclasses.dataclass(frozen=True)
class Step:
    """What is to be done for a wish; ``was`` is the access that the principal has now."""

    wish: Wish
    result: str
    was: t.Optional[str] = None
    why: str = ""

    @property
    def line(self) -> t.Optional[str]:
        """Its line in the diff."""
        share = self.wish.share
        who = f"{share.kind} {share.name}"
        if self.result == ADDED:
            return f"+ {who} {share.access} on {self.wish.channel}"
        if self.result == CHANGED:
            return f"~ {who} {self.was} -> {share.access} on {self.wish.channel}"
        if self.result == REMOVED:
            return f"- {who} {self.was or ''} on {self.wish.channel}".replace("  ", " ")
        return None


def work(module: MigrationModule) -> Outcome:
    """The module ``channel_share``."""
    params = module.params
    assume = module.check_mode and params["assume_transferred"]
    refused = refused_channels(params["refused"])
    warnings: t.List[str] = []
    with connect(params, read_only=module.check_mode) as cluster:
        records = LastShares(params["records"], warnings)
        if params["plan"] is None:
            sharing = Sharing(cluster, cluster.channels(), records, Readiness(), assume, {}, refused)
            outcome = sharing.run(declared(params), extra=False)
        else:
            outcome = planned(cluster, params, records, assume, refused)
    outcome.warnings.extend(warnings)
    return outcome


def planned(cluster: Cluster, params: t.Mapping[str, t.Any], records: LastShares, assume: bool, refused: t.AbstractSet[str]) -> Outcome:
    """The shares of a plan, and then, if asked for, its public channels.  What is complete is read once for both."""
    plan = load_plan(params["plan"])
    listed = cluster.channels()
    wishes = [Wish(channel.name, share) for channel in plan.channels for share in channel.shares]
    shared = {wish.channel for wish in wishes if wish.channel in listed} - refused
    now = Readiness() if assume else read_readiness(cluster, params["plan"], plan, shared)
    basis = {channel.name: channel for channel in plan.channels} if plan.target_read else {}
    outcome = with_skipped(Sharing(cluster, listed, records, now, assume, basis, refused).run(wishes, extra=True), plan.channels)
    if params["publish"]:
        try:
            publication = Publication(cluster, plan, listed, assume, refused)
            rest = Readiness() if assume else read_readiness(cluster, params["plan"], plan, publication.hidden - shared)
            published = channel_steps.apply(
                cluster, publication.steps(Readiness({**now.missing, **rest.missing}, {**now.gained, **rest.gained}))
            )
        except MigrationError as exc:
            published = Outcome(
                summary={channel_steps.FAILED: sum(channel.public for channel in plan.channels)},
                failures=[f"The channels that may be public were not made public: {exc}"],
                values={"channels": []},
            )
        add_published(outcome, published)
    return outcome


def add_published(outcome: Outcome, published: Outcome) -> None:
    """Adds what became of the public channels to the outcome of the shares; the first failures of both are among those shown."""
    outcome.changed = outcome.changed or published.changed
    outcome.summary["published"] = published.summary.get(channel_steps.CHANGED, 0)
    outcome.summary["not_published"] = published.summary.get(channel_steps.WAITING, 0) + published.summary.get(channel_steps.FAILED, 0)
    half = FAILURES_SHOWN // 2
    outcome.failures = [*outcome.failures[:half], *published.failures[:half], *outcome.failures[half:], *published.failures[half:]]
    outcome.diff.extend(published.diff)
    outcome.values["published"] = published.values["channels"]


def with_skipped(outcome: Outcome, channels: t.Sequence[Channel]) -> Outcome:
    """The outcome with a row for each share that the plan skips, and a failure for each principal that does not exist on AE5.

    A share that is declared as nobody's, or was removed on AE5, is not a failure.
    """
    rows = [
        {"channel": channel.name, **item.share.to_json(), "result": SKIPPED, "verified": False, "reason": item.reason}
        for channel in channels
        for item in channel.skipped_shares
    ]
    if rows:
        outcome.values["shares"] = [*outcome.values["shares"], *rows]
        outcome.summary[SKIPPED] = len(rows)
    outcome.failures.extend(unknown_in_words(share, names) for share, names in unknown_principals(channels))
    return outcome


def declared(params: t.Mapping[str, t.Any]) -> t.List[Wish]:
    """The wishes of the options; a principal may be listed once for a channel."""
    items = params["shares"] if params["shares"] is not None else [params]
    wishes: t.Dict[t.Tuple[str, t.Tuple[str, str]], Wish] = {}
    for item in items:
        kind = USER if item["user"] else GROUP
        if not item[kind]:
            raise MigrationError(f"No user or group given for channel {item['channel']}; set user or group.")
        wish = Wish(item["channel"], Share(kind, item[kind], item["access"]), item["state"] == "present")
        if (wish.channel, wish.principal) in wishes:
            raise MigrationError(f"The {kind} {item[kind]!r} is listed twice for channel {wish.channel}; list it once.")
        wishes[wish.channel, wish.principal] = wish
    return list(wishes.values())


class Sharing:
    """One run over wishes.  ``readiness_now`` has the channels that must not be shared yet, or with nobody else.

    ``basis`` are the channels of a plan that records what the target held of them.  ``refused`` channels are counted; the cause
    is told where they were refused.
    """

    def __init__(
        self,
        cluster: Cluster,
        listed: t.Mapping[str, ChannelState],
        records: LastShares,
        readiness_now: Readiness,
        assume: bool,
        basis: t.Mapping[str, Channel],
        refused: t.AbstractSet[str] = frozenset(),
    ) -> None:
        self._cluster = cluster
        self._listed = listed
        self._records = records
        self._missing = readiness_now.missing
        self._gained = readiness_now.gained
        self._basis = basis
        self._assume = assume
        self._refused = refused
        self._can_list = cluster.can(LIST_SHARES)
        self._now: t.Dict[str, t.Dict[t.Tuple[str, str], Share]] = {}

    def run(self, wishes: t.Sequence[Wish], extra: bool) -> Outcome:
        """Carries the wishes out, unless in check mode.  ``extra`` asks for the shares that no wish names."""
        self._now = self._read({wish.channel for wish in wishes})
        steps = [self._decide(wish) for wish in wishes]
        due = [step for step in steps if step.line is not None]
        ends: t.Dict[Wish, t.Any] = {}
        if not self._cluster.read_only:
            ends = {step.wish: end for step, end in run_all(self._perform, due, self._cluster.workers)}
            unproven = self._prove([step.wish for step in due if ends[step.wish] is None])
            ends.update(unproven)
            self._note(steps, ends)
        outcome = report(steps, ends, self._can_list)
        if extra:
            outcome.values["extra"] = self._extra(wishes)
            outcome.summary["extra"] = len(outcome.values["extra"])
        return outcome

    def _read(self, channels: t.Iterable[str]) -> t.Dict[str, t.Dict[t.Tuple[str, str], Share]]:
        """The shares of each existing channel, as the cluster lists them, or as the record does."""
        there = sorted(channel for channel in channels if channel in self._listed)
        if not self._can_list:
            return {channel: self._records.given.get(channel, {}) for channel in there}
        found = in_parallel(self._cluster.shares, there, self._cluster.workers)
        return {channel: {principal_of(share): share for share in shares or ()} for channel, shares in found.items()}

    def _decide(self, wish: Wish) -> Step:
        planned = self._basis.get(wish.channel)
        if wish.channel in self._refused:
            return Step(wish, REFUSED)
        if wish.channel not in self._listed and not (self._assume and (planned is None or planned.before is None)):
            if not wish.present:
                return Step(wish, PRESENT)
            return Step(
                wish, WAITING, why=f"Channel {wish.channel} does not exist, so it is not shared with {wish.share.kind} {wish.share.name!r}."
            )
        if wish.channel in self._missing:
            return Step(wish, WAITING, why=f"Channel {wish.channel} is not shared: {self._missing[wish.channel]}.")
        state = self._listed.get(wish.channel)
        if state is not None and state.owner is not None and wish.principal == principal_key(USER, state.owner):
            return Step(wish, PRESENT)
        now = self._now.get(wish.channel, {}).get(wish.principal)
        same = PRESENT if self._can_list else RECORDED
        if not wish.present:
            # A share that cannot be listed and is not recorded is removed again only if the channel has no record.
            known = self._can_list or wish.channel in self._records.given
            return Step(wish, same) if now is None and known else Step(wish, REMOVED, was=now.access if now else None)
        if now is not None and now.access == wish.share.access:
            return Step(wish, same)
        if wish.channel in self._gained:
            return Step(wish, WAITING, why=f"Channel {wish.channel} gets no more shares: {self._gained[wish.channel]}.")
        moved = self._moved(wish, now)
        if moved is not None:
            who = f"{wish.share.kind} {wish.share.name!r}"
            return Step(wish, MOVED, why=f"The {who} {moved} on channel {wish.channel}, so the share stays as it is; {AGAIN}.")
        return Step(wish, ADDED) if now is None else Step(wish, CHANGED, was=now.access)

    def _moved(self, wish: Wish, now: t.Optional[Share]) -> t.Optional[str]:
        """Why a share is neither as it was when the plan was made nor as planned, if that can be seen."""
        if not self._can_list or wish.channel not in self._basis:
            return None
        was = self._basis[wish.channel].before
        if was is not None and was.shares is None:
            return None
        held = {principal_of(share): share for share in was.shares or ()} if was is not None else {}
        return share_moved(wish.share, held.get(wish.principal), now)

    def _perform(self, step: Step) -> None:
        try:
            if step.wish.present:
                self._cluster.share(step.wish.channel, step.wish.share)
            else:
                self._cluster.unshare(step.wish.channel, step.wish.share)
        except HttpError as exc:
            if exc.status == 401:
                raise Stop(str(exc)) from exc
            raise

    def _prove(self, done: t.Sequence[Wish]) -> t.Dict[Wish, Exception]:
        """Reads the changed channels again; the wishes that AE5 accepted and that are not fulfilled."""
        if not self._can_list or not done:
            return {}
        self._now.update(self._read({wish.channel for wish in done}))
        unproven: t.Dict[Wish, Exception] = {}
        for wish in done:
            now = self._now[wish.channel].get(wish.principal)
            if (now is not None) != wish.present or (now is not None and now.access != wish.share.access):
                shows = f"has {now.access}" if now is not None else "has no access"
                unproven[wish] = MigrationError(f"AE5 accepted the change, but it still {shows}.")
        return unproven

    def _note(self, steps: t.Iterable[Step], ends: t.Mapping[Wish, t.Any]) -> None:
        for step in steps:
            if step.result not in (WAITING, MOVED, REFUSED) and ends.get(step.wish) is None:
                self._records.note(step.wish.channel, step.wish.share, step.wish.present)
        self._records.save()

    def _extra(self, wishes: t.Iterable[Wish]) -> t.List[t.Dict[str, str]]:
        """Shares of the channels without a wish; only if the cluster lists shares."""
        named = {(wish.channel, wish.principal) for wish in wishes}
        return [
            {"channel": channel, **share.to_json()}
            for channel, mine in sorted(self._now.items())
            for principal, share in sorted(mine.items())
            if self._can_list and (channel, principal) not in named
        ]


def report(steps: t.Sequence[Step], ends: t.Mapping[Wish, t.Any], can_list: bool) -> Outcome:
    """One row for each wish, one sentence for each that was not fulfilled, the diff by channel."""
    rows = []
    failures: t.Dict[str, None] = {}
    lines: t.Dict[str, t.List[str]] = {}
    summary = dict.fromkeys((ADDED, CHANGED, REMOVED, PRESENT, RECORDED, WAITING, MOVED, REFUSED, FAILED), 0)
    for step in steps:
        wish, end = step.wish, ends.get(step.wish)
        result = FAILED if isinstance(end, Exception) else step.result
        summary[result] += 1
        rows.append(
            {
                "channel": wish.channel,
                **wish.share.to_json(),
                "result": result,
                "verified": can_list and result not in (FAILED, WAITING, MOVED, REFUSED),
            }
        )
        who = f"{wish.share.kind} {wish.share.name!r}"
        if isinstance(end, NotTried):
            failures[f"The share of {who} on channel {wish.channel} was not tried, because of another failure."] = None
        elif isinstance(end, UnknownPrincipal):
            failures[str(end)] = None  # the message is complete
        elif isinstance(end, Exception):
            failures[f"The share of {who} on channel {wish.channel} could not be set: {end}"] = None
        elif step.why:
            failures[step.why] = None
        elif step.line is not None:
            lines.setdefault(wish.channel, []).append(step.line)
    return Outcome(
        changed=bool(lines),
        summary=summary,
        failures=list(failures),
        diff=[prepared_diff(f"shares of channel {channel}", mine) for channel, mine in sorted(lines.items())],
        values={"shares": rows},
    )
