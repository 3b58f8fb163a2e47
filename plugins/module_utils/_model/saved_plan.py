# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule of a saved plan, pure.  Private to the collection.

A plan records what the target held of each object when it was made.  When it is applied, an object is refused only if it is
now neither as it was then nor as planned: so the same plan can be applied again, also after a kill, and changes of others in
between are never overwritten.  If either state could not be seen, nothing is refused.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.readiness import ABSENT, DIFFERENT, SAME, UNPROVEN, compare
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import UNKNOWN, Package

AGAIN = "run the plan playbook again"


def before_of(placement: Placement, package: t.Optional[Package]) -> t.Optional[str]:
    """``Placement.before`` from the package in the channel; a digest that the placement also has, if there is one."""
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
    """Whether the file on the target is the one that was there when the plan was made; ``None`` if that is not known."""
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
    """The end of a sentence, if the file on the target is neither as when the plan was made nor as planned.

    ``replacing``: an earlier run may have deleted the file and stopped before the upload.
    """
    then = state_at_planning(placement)
    if then == UNKNOWN:
        return None
    if package is None:
        if then == ABSENT or (replacing and then != SAME):
            return None
        what = "the planned file" if then == SAME else "another file of this name"
        return f"{what} was in the channel when the plan was made and has been deleted since"
    if compare(placement, package) != DIFFERENT or is_as_it_was(placement, package) is not False:
        return None
    if then == ABSENT:
        return "a different file of this name was added to the channel since the plan was made"
    return "the file of this name in the channel has changed since the plan was made"


def word_of(access: t.Optional[str]) -> str:
    """The access of a share, in a sentence."""
    return access or "no access"


def share_moved(wanted: Share, was: t.Optional[Share], now: t.Optional[Share]) -> t.Optional[str]:
    """The end of a sentence, if a principal's share is now neither as when the plan was made nor as planned; both were seen."""
    then, today = (None if share is None else share.access for share in (was, now))
    if today in (wanted.access, then):
        return None
    return f"had {word_of(then)} when the plan was made and has {word_of(today)} now"


def privacy_moved(wanted: str, was: t.Optional[str], now: t.Optional[str]) -> t.Optional[str]:
    """The end of a sentence, if a channel's privacy is now neither as when the plan was made nor as planned."""
    if was is None or now is None or now in (wanted, was):
        return None
    return f"was {was} when the plan was made and is {now} now"
