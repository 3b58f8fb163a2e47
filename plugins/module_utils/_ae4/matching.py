# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file on disk is which entry of a package's meta.json.  Private to the collection.

It is not documented how export-site names the files inside a package's folder, so these forms are accepted: ``<file>``,
``<subdir>/<file>``, and either with the 24 hex digits of a database id and one or two dashes before the file's name.
Several files often have the same name (one per subdir): then the id, the subdir's folder, the size and finally the md5 decide,
and each entry is used once.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.meta import FileMeta
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import Found

_ID = re.compile(r"[0-9a-f]{24}\Z")
_PREFIXED = re.compile(r"([0-9a-f]{24})--?(.+)\Z", re.DOTALL)
SUBDIR = re.compile(r"(noarch|[a-z]+-[a-z0-9_]+)\Z")


@dataclasses.dataclass(frozen=True)
class Match:
    """A file with its entry; one of the two may be missing.  ``name`` is the file's name without a prefix."""

    found: t.Optional[Found]
    meta: t.Optional[FileMeta]
    name: str
    folder_subdir: t.Optional[str] = None


def match(found: t.Sequence[Found], metas: t.Sequence[FileMeta], depth: int, md5_of: t.Callable[[Found], t.Optional[str]]) -> t.List[Match]:
    """Pairs the files in a package's folder with the entries of its meta.json: files in their order, then the entries left over.

    ``depth`` is the number of parts of the package folder's own path; ``md5_of`` reads a file if nothing cheaper decides.
    """
    free: t.Dict[str, t.List[FileMeta]] = {}
    for meta in dict.fromkeys(metas):
        free.setdefault(meta.name, []).append(meta)
    pairs: t.Dict[Found, Match] = {}
    # the file with the most information chooses first: in a flat layout only the second file of one name is in a folder
    for item in sorted(found, key=lambda item: -_telling(item, depth)):
        pairs[item] = _choose(item, free, depth, md5_of)
    left = [meta for metas_left in free.values() for meta in metas_left]
    return [pairs[item] for item in found] + [Match(None, meta, meta.name) for meta in left]


def _telling(item: Found, depth: int) -> int:
    return (2 if _PREFIXED.match(item.parts[-1]) else 0) + (1 if len(item.parts) > depth + 1 else 0)


def _choose(item: Found, free: t.Dict[str, t.List[FileMeta]], depth: int, md5_of: t.Callable[[Found], t.Optional[str]]) -> Match:
    folders, name = item.parts[depth:-1], item.parts[-1]
    subdir = next((part for part in reversed(folders) if SUBDIR.match(part)), None)
    ids = [part for part in folders if _ID.match(part)]
    prefixed = _PREFIXED.match(name)
    if prefixed and not free.get(name):
        ids.append(prefixed.group(1))
        name = prefixed.group(2)
    candidates = list(free.get(name, ()))
    tests: t.List[t.Callable[[FileMeta], bool]] = [lambda meta: meta.id in ids]
    if subdir is not None:
        candidates = [meta for meta in candidates if meta.subdir in (None, subdir)]
    tests.append(lambda meta: meta.size == item.entry.size)
    for test in tests:
        if len(candidates) > 1:
            candidates = [meta for meta in candidates if test(meta)] or candidates
    if len(candidates) > 1:
        md5 = md5_of(item)
        candidates = [meta for meta in candidates if meta.md5 is not None and meta.md5 == md5] or candidates
    if not candidates:
        return Match(item, None, name, subdir)
    free[name].remove(candidates[0])
    return Match(item, candidates[0], name, subdir)
