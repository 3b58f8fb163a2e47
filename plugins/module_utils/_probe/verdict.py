# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was seen to an answer: the rules of the probe.  Private to the collection.

Pure: no I/O, no clock.  Whatever does not decide a question leaves it unknown.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import (
    AUTHENTICATED,
    COLLABORATORS,
    CONFIRMED,
    KNOWN,
    WORKS,
    Answer,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import claims_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC, UNKNOWN

UNDECIDED = frozenset([401, 408, 425, 429])
"""Statuses below 500 that say nothing of what was asked for."""

ACCEPTED = "accepted"
REJECTED = "rejected"
IGNORED = "ignored"
REFUSED = "refused"
NOT_OFFERED = "not_offered"
RENAMED = "renamed"

CORE = ("channel_list", "channel_create", "channel_get", "channel_update", "share_put", "share_list", "artifact_upload")
"""The operations of the assumed interface without which nothing can be migrated over it."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """One thing that was asked of the cluster, and what came of it.

    ``status`` is the HTTP status of a refusal, where it is known; ``broke`` is true if there was no answer at all.
    """

    asked: str
    ok: bool
    status: t.Optional[int] = None
    said: str = ""
    broke: bool = False

    @property
    def refused(self) -> bool:
        """Whether the cluster has looked at the request and said no."""
        if self.ok or self.broke:
            return False
        return self.status is None or (400 <= self.status < 500 and self.status not in UNDECIDED)

    def __str__(self) -> str:
        if self.ok:
            return f"{self.asked}: done"
        reason = " ".join(str(part) for part in (self.status, self.said.rstrip(".")) if part)
        return f"{self.asked}: {'no answer' if self.broke else 'refused'}" + (f" ({reason})" if reason else "")


def known(value: t.Any, *evidence: t.Any) -> Answer:
    """An answer that was seen."""
    return Answer(value, "; ".join(str(item) for item in evidence), KNOWN)


def unknown(*evidence: t.Any) -> Answer:
    """The question stays open, and why."""
    return Answer(UNKNOWN, "; ".join(str(item) for item in evidence), UNKNOWN)


def taken(seen: Seen, yes: str = ACCEPTED, no: str = REJECTED) -> Answer:
    """Whether something is accepted, from the one request for it."""
    if seen.ok:
        return known(yes, seen)
    return known(no, seen) if seen.refused else unknown(seen)


def api(listed: Seen, done: t.Mapping[str, Seen]) -> Answer:
    """A1, from the list of channels and from the other operations, by the name of their route, as far as they were tried."""
    if not listed.ok:
        if listed.status == 404:
            return known("absent", listed)
        return unknown(listed) if listed.broke or listed.status in UNDECIDED or (listed.status or 0) >= 500 else known("differs", listed)
    failed = [str(seen) for name, seen in done.items() if name in CORE and not seen.ok]
    if failed:
        return known("differs", *failed)
    missing = [name for name in CORE if name != "channel_list" and name not in done]
    if missing:
        return unknown(listed, f"not tried: {', '.join(missing)}")
    return known(CONFIRMED, f"{', '.join(CORE)} were answered as assumed, and the effects were seen")


def slash_in_paths(encoded: Seen, literal: Seen) -> Answer:
    """A2, from one channel asked for in both spellings."""
    values = {(True, True): "both", (True, False): "encoded", (False, True): "literal"}
    if any(seen.broke or seen.status in UNDECIDED for seen in (encoded, literal)):
        return unknown(encoded, literal)
    if not encoded.ok and not literal.ok:
        return unknown(encoded, literal)
    return known(values[encoded.ok, literal.ok], encoded, literal)


def duplicate_other(seen: Seen, before: str, sent: str, after: t.Optional[str]) -> Answer:
    """A5: a taken name with other bytes.  The three digests are what was there, what was sent and what repodata shows then."""
    if not seen.ok:
        return taken(seen)
    if after == sent:
        return known("overwritten", seen, "repodata shows the new digest")
    if after == before:
        return known("kept", seen, "repodata still shows the old digest")
    return unknown(seen, "repodata shows neither digest" if after else "repodata does not show the file")


def privacy_at_creation(created: Seen, seen: t.Optional[str]) -> Answer:
    """Whether a channel that was created private is private to a stranger."""
    if not created.ok:
        return taken(created, no=REFUSED)
    return _effect(created, seen, PRIVATE)


def privacy_later(to_public: Seen, as_public: t.Optional[str], to_private: Seen, as_private: t.Optional[str]) -> Answer:
    """Whether both changes had their effect."""
    first = _effect(to_public, as_public, PUBLIC) if to_public.ok else taken(to_public, no=REFUSED)
    second = _effect(to_private, as_private, PRIVATE) if to_private.ok else taken(to_private, no=REFUSED)
    for answer in (first, second):
        if answer.value != WORKS:
            return answer
    return known(WORKS, first.evidence, second.evidence)


def _effect(asked: Seen, seen: t.Optional[str], wanted: str) -> Answer:
    if seen is None:
        return unknown(asked, "what an anonymous request sees does not show it")
    return known(WORKS if seen == wanted else IGNORED, asked, f"to an anonymous request it is {seen}")


def default_privacy(created: Seen, seen: t.Optional[str]) -> Answer:
    """What a channel is when nothing was said."""
    if not created.ok or seen is None:
        return unknown(created, "what an anonymous request sees does not show it" if created.ok else "nothing to look at")
    return known(seen, created, f"to an anonymous request it is {seen}")


def latency(visible: bool, reads: int, seconds: float) -> Answer:
    """When repodata showed what was uploaded: ``seconds`` after the upload, in the read of that number."""
    if not visible:
        return known("not_seen", f"not shown after {reads} reads in {seconds:.0f} s")
    if reads == 1:
        return known("immediate", "shown in the first read after the upload")
    return known("delayed", f"shown in read {reads}, some {max(seconds, 1):.0f} s after the upload")


def lifetime(token: str, now: float) -> Answer:
    """How many seconds a fresh token lives: by its beginning and end, else by its end and ``now``, to five seconds."""
    claims = claims_of(token)
    end, begin = claims.get("exp"), claims.get("iat")
    if not isinstance(end, (int, float)):
        return unknown("the token has no end time")
    if isinstance(begin, (int, float)):
        return known(int(end - begin), "exp and iat of the token")
    return known(int(round((end - now) / 5) * 5), "exp of a fresh token")


def size_limit(asked: t.Sequence[t.Tuple[int, t.Optional[int]]]) -> Answer:
    """A10, from announced sizes in bytes, largest first, and the status that came before the body was sent (``None``: none)."""
    refused = [size for size, status in asked if status == 413]
    evidence = "; ".join(f"announced {size} bytes: {'no answer before the body' if status is None else status}" for size, status in asked)
    if not refused:
        return unknown(evidence or "nothing was announced", "a refusal may still come at the end of an upload")
    return known(min(refused), evidence)


def paging(got: int, total: t.Any) -> Answer:
    """A8, from how many channels came when one was asked for, and how many the answer says that there are.

    The numbers themselves change from day to day, so they are not evidence.
    """
    if got > 1:
        return known("none", "asked for one channel, got more")
    if got == 1 and isinstance(total, int) and total > 1:
        return known("offset", "asked for one channel, got one of several")
    return unknown("there are too few channels to find out")


def error_body(data: t.Any, seen: Seen) -> Answer:
    """A11, from the body of a 404 (``None`` if it is not JSON)."""
    if seen.broke:
        return unknown(seen)
    if isinstance(data, dict) and isinstance(data.get("error"), dict) and isinstance(data["error"].get("message"), str):
        return known("nested", seen, "error.message")
    if isinstance(data, dict) and isinstance(data.get("message"), str):
        return known("plain", seen, "message")
    return known("other", seen, "no JSON with a message" if data is None else f"keys {', '.join(sorted(map(str, data)))}"[:100])


def channel_names(tried: t.Mapping[str, t.Tuple[str, Seen]], listed: t.Container[str]) -> Answer:
    """A13: what a name has in it -> accepted, rejected, renamed (created, and listed under another name) or unknown."""
    values: t.Dict[str, str] = {}
    said = []
    for what, (name, seen) in tried.items():
        answer = taken(seen)
        values[what] = RENAMED if seen.ok and name not in listed else answer.value
        if not seen.ok:
            said.append(str(seen))
    if all(value == UNKNOWN for value in values.values()):
        return unknown(*said)
    return known(values, *(said or ["each was created and then listed under its name"]))


def channel_list(shown: bool, privileged: t.Optional[bool]) -> Answer:
    """A15, from whether another account's list has a private channel of the first one."""
    evidence = f"the second account's list {'shows' if shown else 'does not show'} a private channel of the first account"
    if shown and privileged is not False:
        return unknown(evidence, "the second account may be an administrator")
    return known("all" if shown else "accessible", evidence)


def private_means(before: bool, after: bool, privileged: t.Optional[bool]) -> Answer:
    """A16, from whether a second account reads a private channel before, and after it was shared with it."""
    if before:
        evidence = "the second account reads a private channel that was not shared with it"
        return known(AUTHENTICATED, evidence) if privileged is False else unknown(evidence, "but it may be an administrator")
    if after:
        return known(COLLABORATORS, "the second account reads a private channel only after it was shared with it")
    return unknown("the second account cannot read a private channel even after it was shared with it")


def conda_auth(bearer: t.Optional[bool], token: t.Optional[bool]) -> Answer:
    """A7: what opens a private channel; ``None`` is what could not be tried."""
    said = {True: "opens it", False: "does not open it", None: "was not tried, there is none"}
    evidence = f"of a private channel: a bearer token {said[bearer]}, a token in the URL {said[token]}"
    if bearer is None or token is None:
        # One way is enough to read; that there is no other is not known.
        only = "bearer" if bearer else "token" if token else None
        return known(only, evidence) if only else unknown(evidence)
    return known({(True, True): "both", (True, False): "bearer", (False, True): "token", (False, False): "none"}[bearer, token], evidence)


def deleting(deleted: Seen, still_there: t.Optional[bool]) -> Answer:
    """Whether something that was deleted is gone."""
    if not deleted.ok:
        return taken(deleted, no=REFUSED)
    if still_there is None:
        return unknown(deleted, "whether it is gone cannot be seen")
    return known(IGNORED if still_there else WORKS, deleted, "it is still there" if still_there else "it is gone")
