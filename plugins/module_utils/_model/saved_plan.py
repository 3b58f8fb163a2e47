# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule of a saved plan, pure.  Private to the collection.

A plan carries what the target held of each object when it was made.  When it is applied, an object is refused only if it
is now neither as it was then nor as planned: so the same plan can be applied again, and after a kill, and what somebody
else has changed in between is never overwritten.  Where either side could not be seen, nothing is refused.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import ABSENT, DIFFERENT, SAME, UNPROVEN, compare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import UNKNOWN, Package

AGAIN = "plan again"


def before_of(placement: Placement, package: t.Optional[Package]) -> t.Optional[str]:
    """``Placement.before`` from what the channel shows of that name; a digest that the placement has too, if there is one."""
    if package is None:
        return None
    shown = (("sha256", package.sha256, placement.sha256), ("md5", package.md5, placement.md5))
    for kind, theirs, ours in shown:
        if theirs and ours:
            return f"{kind}:{theirs.lower()}"
    for kind, theirs, _ours in shown:
        if theirs:
            return f"{kind}:{theirs.lower()}"
    return f"size:{package.size}"


def state_at_planning(placement: Placement) -> str:
    """How the file on the target compared when the plan was made: absent, same, different, unproven, or unknown."""
    if placement.before is None:
        return ABSENT
    kind, _colon, digest = placement.before.partition(":")
    ours = {"sha256": placement.sha256, "md5": placement.md5}.get(kind)
    if placement.before == UNKNOWN:
        return UNKNOWN
    if not ours:
        return UNPROVEN
    return SAME if digest == ours.lower() else DIFFERENT


def is_as_it_was(placement: Placement, package: Package) -> t.Optional[bool]:
    """Whether the file on the target is the one that was there at planning; ``None`` where that cannot be told."""
    if placement.before is None:
        return False
    kind, _colon, digest = placement.before.partition(":")
    shown = {"sha256": package.sha256, "md5": package.md5, "size": None if package.size is None else str(package.size)}.get(kind)
    if not shown:
        return None
    if kind == "size":
        # Equal sizes prove nothing; unequal ones do.
        return None if shown == digest else False
    return shown.lower() == digest


def file_moved(placement: Placement, package: t.Optional[Package], replacing: bool = False) -> t.Optional[str]:
    """The end of a sentence, if the file on the target is neither as at planning nor as planned.

    ``replacing``: our own run may have deleted a file of other bytes and not got to the upload.
    """
    then = state_at_planning(placement)
    if then == UNKNOWN:
        return None
    if package is None:
        if then == ABSENT or (replacing and then != SAME):
            return None
        what = "the planned file" if then == SAME else "another file of this name"
        return f"{what} was in the channel when the plan was made and has been taken away since"
    if compare(placement, package) != DIFFERENT or is_as_it_was(placement, package) is not False:
        return None
    if then == ABSENT:
        return "a file of this name with other bytes has come into the channel since the plan was made"
    return "the file of this name in the channel has got other bytes since the plan was made"


def word_of(access: t.Optional[str]) -> str:
    """A right as one says it in a sentence."""
    return access or "no right"


def share_moved(wanted: Share, was: t.Optional[Share], now: t.Optional[Share]) -> t.Optional[str]:
    """The end of a sentence, if a principal's right is now neither as at planning nor as planned; both states were seen."""
    then, today = (None if share is None else share.access for share in (was, now))
    if today in (wanted.access, then):
        return None
    return f"had {word_of(then)} when the plan was made and has {word_of(today)} now"


def privacy_moved(wanted: str, was: t.Optional[str], now: t.Optional[str]) -> t.Optional[str]:
    """The end of a sentence, if a channel that was there is now neither as at planning nor as planned."""
    if was is None or now is None or now in (wanted, was):
        return None
    return f"was {was} when the plan was made and is {now} now"
