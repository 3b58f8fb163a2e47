# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large and how deep a project may be.  Private to the collection."""

from __future__ import annotations

MAX_BYTES = 1_000_000_000
"""The vendor guide's limit of 1 GB, in the smaller of the two meanings of the word."""


DEPTH = 200
"""Folders in folders; a deeper one is left out and reported."""
