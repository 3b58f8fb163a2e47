# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project holds, what AE5's git makes of it, and whether that is all that became of it.  Private to the collection.  Pure.

AE5 keeps projects in git (AE5 facts 4.7).  What git will drop or change of a project is predicted when its archive is made
(``project_storage``) and kept as ``GitChange`` records.  A tree that AE5 gives out is compared with the one that was sent by
undoing those changes in it, as far as they happened: then the two have the same digest, or something else has changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import (
    COMPLETED,
    DROPPED,
    FOLDER,
    LINK,
    REFUSED,
    GitChange,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_content import UNKNOWN
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_patterns import IGNORE, Ignored
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode

ADDED_BY_AE5 = (".gitattributes", ".gitignore")
"""AE5's own two files, which every project gets."""

AE5_IGNORES_OLD = (
    *("anaconda-project-local.yml", "*.pyc", "*.pyd", "*.pyo", "__pycache__/", ".cache/"),
    *(".ipynb_checkpoints/", ".Trash-*/", "/tmp/", "/envs/"),  # noqa: S108 - a pattern
)
"""The ``.gitignore`` that AE5 began projects with in 2018 and 2019."""
AE5_LINKS = ("/data", "!/data/", "/home", "!/home/", "/user", "!/user/")
"""For the links that AE5 puts into a session."""
AE5_IGNORES = ("/anaconda-project-local.yml", *AE5_IGNORES_OLD[1:], "/.spyderproject", *AE5_LINKS)
"""The same of 2022 and later."""
_AE5_LINES = frozenset((*AE5_IGNORES_OLD, *AE5_IGNORES, "* merge=binary"))

_END = b"\n"
"""AE5 puts it after a last line that has none."""


@dataclasses.dataclass(frozen=True)
class Tree:
    """What an archive holds below its top folder."""

    top: str
    files: t.Mapping[str, str]
    """Path to sha256."""
    links: t.Mapping[str, str]
    """Path to target."""
    folders: t.FrozenSet[str]
    texts: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    """Content of the ``.gitignore`` and ``.gitattributes`` at the top."""

    @property
    def digest(self) -> str:
        return tree_digest(self.files)


def tree_digest(files: t.Mapping[str, str]) -> str:
    """One digest for files by path and sha256; links and empty folders do not count, AE5's git keeps neither surely."""
    digest = hashlib.sha256()
    for path in sorted(files, key=encode):
        digest.update(encode(path) + b"\0" + files[path].encode("ascii") + b"\0")
    return digest.hexdigest()


@dataclasses.dataclass(frozen=True)
class Kept:
    """What became of a tree that was sent."""

    files: t.Mapping[str, str]
    """AE5's files, with git's changes undone."""
    is_same: bool
    """Whether nothing but git's changes became of it."""
    seen: t.Tuple[GitChange, ...] = ()
    """The changes that happened."""


def compare(theirs: Tree, digest: str, changes: t.Iterable[GitChange]) -> Kept:
    """AE5's tree, beside the one of that digest that was sent, of which git was expected to make ``changes``."""
    files, seen, same_links = dict(theirs.files), [], True
    own = set()
    for change in changes:
        there = files.get(change.path)
        if change.kind == LINK:
            same_links = same_links and theirs.links.get(change.path, change.before) == change.before
            happened = change.path not in theirs.links
        elif change.kind == FOLDER:
            happened = change.path not in theirs.folders
        elif change.kind == REFUSED:
            happened = False
        elif change.kind == DROPPED:
            happened = there is None
        else:
            own.add(change.path)
            happened = there not in (None, change.before) and _is_expected(change, str(there), theirs.texts)
        if happened:
            seen.append(change)
            if change.kind not in (LINK, FOLDER):
                files[change.path] = change.before
    extras = [name for name in ADDED_BY_AE5 if name in files and name not in own]
    for count in range(len(extras), -1, -1):
        for left_out in itertools.combinations(extras, count):
            without = {path: told for path, told in files.items() if path not in left_out}
            if tree_digest(without) == digest:
                return Kept(files, same_links, tuple(seen))
    return Kept(files, False, tuple(seen))


def _is_expected(change: GitChange, there: str, texts: t.Mapping[str, bytes]) -> bool:
    if change.after in (UNKNOWN, there):
        return True
    return change.kind == COMPLETED and _is_completed(texts.get(change.path, b""), (change.before, change.after))


def _is_completed(text: bytes, digests: t.Sequence[str]) -> bool:
    """Whether a file consists of AE5's lines, alone or around those of a file of such a digest."""
    lines = text.splitlines(keepends=True)
    ours = [not _is_ae5s(line) for line in lines]
    if not any(ours):
        return bool(text)
    first, last = ours.index(True), len(ours) - ours[::-1].index(True)
    for start in range(first + 1):
        for end in range(last, len(lines) + 1):
            rest = b"".join(lines[start:end])
            # A last line that ended with a lone CR has got a line end that git normalizes.
            if {hashlib.sha256(whole).hexdigest() for whole in (rest, rest[: -len(_END)], rest[: -len(_END)] + b"\r")} & {*digests}:
                return True
    return False


def _is_ae5s(line: bytes) -> bool:
    words = line.strip()
    return not words or words.startswith(b"#") or words.decode("utf-8", "replace") in _AE5_LINES


def explained(theirs: Tree, ours: Tree) -> t.List[GitChange]:
    """What the ``.gitignore`` that AE5 gives out explains, where it is one that nobody here knows: an AE5 of another version."""
    found = []
    for name in ADDED_BY_AE5:
        own, text = ours.texts.get(name), theirs.texts.get(name, b"")
        if own is not None and own.strip() in text:
            found.append(GitChange(name, COMPLETED, "AE5 adds its lines", ours.files[name], theirs.files[name]))
    ignored = Ignored({IGNORE: theirs.texts.get(IGNORE, b"")})
    for path in sorted(ours.files.keys() - theirs.files.keys(), key=encode):
        file, pattern = ignored.reason(path)
        if file:
            found.append(GitChange(path, DROPPED, f"AE5's {IGNORE}: {pattern}", ours.files[path]))
    return found
