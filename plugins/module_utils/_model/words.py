# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, sizes and shares as people say them.  Pure.  Private to the collection."""

from __future__ import annotations

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Share


def counted(number: int, one: str, many: str = "") -> str:
    """A number and its word: 1 file, 2,000 files."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size_in_words(size: int) -> str:
    """Bytes as people write them: 12.3 MB (powers of ten)."""
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def share_in_words(share: Share) -> str:
    """A share as one would say it: group Devs may read."""
    return f"{share.kind} {share.name} {'may read' if share.access == 'r' else 'may read and write'}"
