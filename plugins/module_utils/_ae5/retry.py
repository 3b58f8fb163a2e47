# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a failed upload, pure.  Private to the collection.

An upload that failed without a clear refusal (broken connection, 5xx, 409) may have been carried out.  Then it is wrong to
send the file again or to report a failure: the target's repodata is read first.
"""

from __future__ import annotations

import dataclasses
import typing as t

ASK = "ask"
"""Read the target; if the file is not there, send it again."""
AGAIN = "again"
"""It cannot have been carried out and may work the next time."""
FAILED = "failed"
"""This file cannot be sent; others may."""
FATAL = "fatal"
"""No file can be sent."""

ATTEMPTS = 4


@dataclasses.dataclass(frozen=True)
class Verdict:
    """``action`` is one of the four words above; ``why`` is the end of a sentence if it adds to the server's message."""

    action: str
    why: str = ""


def decide(status: t.Optional[int], reached: bool) -> Verdict:
    """What a failed upload means.  ``status`` is ``None`` without an answer, ``reached`` false if it cannot have arrived."""
    if status is None:
        return Verdict(ASK if reached else AGAIN)
    if status == 401:
        return Verdict(FATAL, "the token was rejected (it may have expired); get a new one and run it again")
    if status == 507:
        return Verdict(FATAL, "the cluster has no space left")
    if status == 413:
        return Verdict(FAILED, "the file is larger than the cluster accepts")
    if status == 429:
        return Verdict(AGAIN)
    if status == 409 or status >= 500:
        return Verdict(ASK)
    return Verdict(FAILED)
