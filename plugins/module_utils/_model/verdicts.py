# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts on the access of one principal to one channel.  Private to the collection.

"same" is as in AE4.  "narrower" is less than in AE4.  "wider" is more, because of the migration.  "stale" is more, because it
was removed in AE4 since; "foreign" is more, because somebody added it on AE5; "accepted" is declared; "unknown" is not shown.
"""

from __future__ import annotations

SAME = "same"
NARROWER = "narrower"
WIDER = "wider"
STALE = "stale"
FOREIGN = "foreign"
ACCEPTED = "accepted"
UNKNOWN = "unknown"
