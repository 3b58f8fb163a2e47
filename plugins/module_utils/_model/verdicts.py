# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts on a right, of DESIGN section 6.  Private to the collection.

"same" is as in AE4.  "narrower" is less than in AE4.  "wider" is more, by our hand.  "stale" is more, because AE4 has taken
it away since; "foreign" is more, because somebody gave it on AE5; "accepted" is declared; "unknown" is not shown.
"""

from __future__ import annotations

SAME = "same"
NARROWER = "narrower"
WIDER = "wider"
STALE = "stale"
FOREIGN = "foreign"
ACCEPTED = "accepted"
UNKNOWN = "unknown"
