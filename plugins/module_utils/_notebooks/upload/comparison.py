# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a project on AE5 is what was converted, and what earlier runs found.  Private to the collection.

A revision of a known time never changes, so what was found of it is not asked for again, unless everything is to be read
(``deep``).  What git does to a project is no difference.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import REVISION_LOOKS, Action, Projects, ProjectState, Revision
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import Tree, compare, explained
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.archive import Archive
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import ALTERED, DIFFERS, EDITED, SAME, Proof

OLDER_READ = 20
"""Older revisions that are compared, where the newest differs."""

Earlier = t.Mapping[str, t.Sequence[Proof]]
"""What earlier runs found, by the project's key on AE4."""


class Unmade(MigrationError):
    """A project that is on AE5 and has no content (yet)."""


class Comparison:
    """The projects of one user.  ``wait`` are the seconds that AE5 may take to make a project."""

    def __init__(self, projects: Projects, wait: float, earlier: Earlier, deep: bool) -> None:
        self._projects, self._wait, self._deep = projects, wait, deep
        self._proofs = {key: {proof.id: proof for proof in proofs} for key, proofs in earlier.items()}

    def proofs(self, item: Conversion, ids: t.AbstractSet[str]) -> t.Tuple[Proof, ...]:
        """What is known now of a project, for later runs; ``ids`` are those of the projects that there are."""
        return tuple(proof for id_, proof in self._proofs.get(item.key, {}).items() if id_ in ids)

    def sent(self, item: Conversion, state: ProjectState) -> None:
        """Takes note that an upload of ours made a project."""
        self._keep(item, Proof(state.id, item.tree, True))

    def _keep(self, item: Conversion, proof: Proof) -> Proof:
        self._proofs.setdefault(item.key, {})[proof.id] = proof
        return proof

    def judge(self, item: Conversion, state: ProjectState, archive: Archive) -> Proof:
        """How a project compares with what was converted.  Raises ``Unmade``, ``MigrationError``."""
        revisions = self._revisions(state)
        newest = revisions[0]
        last = self._proofs.get(item.key, {}).get(state.id)
        if last is not None and last.tree != item.tree:
            last = None
        is_known = last is not None and bool(last.verdict and newest.time) and (last.revision, last.time) == (newest.id, newest.time)
        if last is not None and is_known and not self._deep:
            return last
        theirs = self._tree(state, newest)
        kept = compare(theirs, item.tree, item.git)
        ours = None if kept.is_same else archive.known_tree
        if ours is not None:
            kept = compare(theirs, item.tree, (*item.git, *explained(theirs, ours)))
        if kept.is_same:
            verdict, words = SAME, in_words(kept.seen)
        elif (last is not None and last.verdict in (SAME, EDITED, ALTERED) and not is_known) or self._had(state, revisions, item):
            verdict, words = EDITED, ""
        else:
            verdict = ALTERED if last is not None and last.sent else DIFFERS
            words = archive.differences(kept.files)
        return self._keep(item, Proof(state.id, item.tree, last is not None and last.sent, newest.id, newest.time, verdict, words))

    def _revisions(self, state: ProjectState) -> t.List[Revision]:
        """The newest first."""
        revisions = self._projects.revisions(state.id)
        if not revisions:
            self.settled(state, None)
            revisions = self._projects.revisions(state.id, REVISION_LOOKS)
        if not revisions:
            raise Unmade(
                f"The project {state.owner}/{state.name} on AE5 has no revision, so it cannot be compared; delete it there, and run again."
            )
        return revisions

    def _tree(self, state: ProjectState, revision: Revision) -> Tree:
        what = f"What AE5 returned as project {state.owner}/{state.name}"
        return self._projects.archive(state.id, revision.id, lambda stream: read_tree(stream, what))

    def _had(self, state: ProjectState, revisions: t.Sequence[Revision], item: Conversion) -> bool:
        """Whether an older revision is what we have: then it was edited on AE5 and not on AE4.  The oldest first."""
        return any(compare(self._tree(state, revision), item.tree, item.git).is_same for revision in list(revisions)[:0:-1][:OLDER_READ])

    def settled(self, state: ProjectState, action: t.Optional[Action]) -> None:
        """Waits until AE5 has made a project.  Raises ``Unmade`` if it could not, or takes too long."""
        title = f"{state.owner}/{state.name}"
        last: t.Optional[Action] = None
        try:
            last = self._projects.wait(state.id, action, self._wait)
        except HttpError as exc:
            if exc.status != 404:
                raise
            last = Action("", error=True, message="it removed the project")
        if last is None or last.done:
            return
        if not last.error:
            raise Unmade(f"AE5 has not made the project {title} after {self._wait:.0f} seconds; run again later to check it.")
        said = self._projects.session.http.mask(last.message).rstrip(".") or "it gave no reason"
        left = ""
        if self._projects.exists(state.id):
            left = f"; a project {title} without content is left on AE5, delete it there before the next run"
        raise Unmade(f"AE5 could not make the project {title} from the archive: {said}{left}.")
