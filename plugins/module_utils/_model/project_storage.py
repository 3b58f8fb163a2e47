# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predicts what AE5's git will drop or change of a project.  Private to the collection.  Pure.

What is known (AE5 facts 4.7): each project lies in a git repository that begins with AE5's own ``.gitattributes`` and ``.gitignore``; the
project's own ``.gitignore`` takes the place of AE5's or gets AE5's lines at its end.  What follows, and is assumed: an upload passes a
plain ``git add``, so that ignored files are lost, and an archive is given out by ``git archive``, which obeys the project's attributes.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import git_content
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_attributes import ATTRIBUTES, Attributes
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import (
    CHANGED,
    COMPLETED,
    DROPPED,
    FOLDER,
    LINK,
    REFUSED,
    GitChange,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_patterns import IGNORE, Ignored
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import (
    ADDED_BY_AE5,
    AE5_IGNORES,
    AE5_IGNORES_OLD,
    AE5_LINKS,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode

AE5 = "AE5's"
_REFUSED = re.compile(r"(\.git|git~1)[. ]*(:.*)?", re.IGNORECASE | re.DOTALL)
"""Names that git takes for its own folder on some file system."""
CONTROLS = (IGNORE, ATTRIBUTES)
"""Names of the files that decide; a link of such a name does not."""


def is_control(path: str) -> bool:
    return path.rpartition("/")[2] in CONTROLS


class Storage:
    """Predicts for one project: ``files`` (path to sha256), ``links`` (path to target), empty ``folders``, and the text of each of its
    ``CONTROLS``."""

    def __init__(
        self,
        files: t.Mapping[str, str],
        links: t.Mapping[str, str],
        folders: t.Iterable[str],
        texts: t.Mapping[str, bytes],
    ) -> None:
        self._files, self._links, self._folders = files, links, folders
        ignores = {path: text for path, text in texts.items() if path.endswith(IGNORE)}
        own = ignores.get(IGNORE)
        tops = [_lines(AE5_IGNORES)] if own is None else [own + b"\n" + _lines(AE5_LINKS), own, _lines(AE5_IGNORES)]
        self._ignored = [Ignored({**ignores, IGNORE: top}) for top in (*tops, _lines(AE5_IGNORES_OLD))]
        self._own_top = own
        kept = {path: text for path, text in texts.items() if path.endswith(ATTRIBUTES) and not self._ignored[0].reason(path)[0]}
        self._at_entry = Attributes({path: text for path, text in texts.items() if path.endswith(ATTRIBUTES)})
        self._on_exit = Attributes(kept)
        self._left_out: t.Dict[str, bool] = {"": False}
        """Folders that no archive gets."""

    def changes(self, content: t.Callable[[str], git_content.Blocks]) -> t.Tuple[GitChange, ...]:
        """All that may happen, ordered by path; ``content`` gives the blocks of a file."""
        found: t.List[GitChange] = []
        for path in sorted(self._files, key=encode):
            found += self._file(path, content)
        for path, target in sorted(self._links.items()):
            why, only_perhaps = self._dropped(path)
            found.append(GitChange(path, LINK, "AE5 unpacks no links" if only_perhaps or not why else why, target))
        found += [GitChange(path, FOLDER, "git keeps no empty folder") for path in sorted(self._folders)]
        return tuple(found)

    def _file(self, path: str, content: t.Callable[[str], git_content.Blocks]) -> t.Iterator[GitChange]:
        before, (dropped, only_perhaps) = self._files[path], self._dropped(path)
        if any(_REFUSED.fullmatch(name) for name in re.split(r"[/\\]", path)) and not self._ignored[0].reason(path)[0]:
            yield GitChange(path, REFUSED, "git takes no such name", before)
        after, why = self._content(path, content)
        if path in ADDED_BY_AE5:
            yield GitChange(path, COMPLETED, "AE5 adds its lines", before, after)
        elif why and after != before:
            # Where it is dropped, this happens only with a version that does not.
            yield GitChange(path, CHANGED, f"{ATTRIBUTES}: {why}", before, after, only_perhaps=bool(dropped) and not only_perhaps)
        if dropped:
            yield GitChange(path, DROPPED, dropped, before, only_perhaps=only_perhaps)

    def _content(self, path: str, content: t.Callable[[str], git_content.Blocks]) -> t.Tuple[str, str]:
        entry, leaving = self._at_entry.of(path), self._on_exit.of(path)
        if entry != leaving:
            return git_content.UNKNOWN, "git drops the file itself"
        return git_content.kept(content(path), entry)

    def _dropped(self, path: str) -> t.Tuple[str, bool]:
        """Why a file or link is dropped, empty if it is not; and whether only by some versions."""
        for number, ignored in enumerate(self._ignored):
            file, pattern = ignored.reason(path)
            if file:
                is_own = file != IGNORE or self._is_own(number, pattern)
                return f"{file if is_own else f'{AE5} {IGNORE}'}: {pattern}", number > 0 and not self._is_left_out(path)
        return (f"{ATTRIBUTES}: export-ignore" if self._is_left_out(path) else ""), False

    def _is_own(self, number: int, pattern: str) -> bool:
        """Whether a pattern of the file at the top is the project's."""
        return self._own_top is not None and number < 2 and pattern not in AE5_LINKS

    def _is_left_out(self, path: str) -> bool:
        return self._is_folder_left_out(path.rpartition("/")[0]) or self._on_exit.of(path).get("export-ignore") is True

    def _is_folder_left_out(self, path: str) -> bool:
        if path not in self._left_out:
            above = self._is_folder_left_out(path.rpartition("/")[0])
            self._left_out[path] = above or self._on_exit.of(path, True).get("export-ignore") is True
        return self._left_out[path]


def _lines(patterns: t.Iterable[str]) -> bytes:
    return "".join(f"{pattern}\n" for pattern in patterns).encode("ascii")
