# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads of packages: only the digests are kept.  Private to the collection."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import new_md5


@dataclasses.dataclass(frozen=True)
class Digests:
    """The size in bytes and both digests of a download."""

    size: int
    md5: str
    sha256: str


def digests_of(blocks: t.Iterable[bytes]) -> Digests:
    """Both digests in one pass."""
    size, md5, sha256 = 0, new_md5(), hashlib.sha256()
    for block in blocks:
        size += len(block)
        md5.update(block)
        sha256.update(block)
    return Digests(size, md5.hexdigest(), sha256.hexdigest())
