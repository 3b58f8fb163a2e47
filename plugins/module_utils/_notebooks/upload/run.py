# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the projects of one AE5 user, one after the other.  Private to the collection.

What is to be done is read from AE5 each time: a run that was broken off anywhere is completed by the next one, and a
project that is there with the same files is left alone.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import (
    REVISION_LOOKS,
    Action,
    NotUnique,
    Projects,
    ProjectState,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.retry import AGAIN, ASK, ATTEMPTS, decide
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import LoginRefused
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.archive import Archive, Unfit
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.rules import Missing, Wanted, added_by_ae5, names_to_try
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.shares import give
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import REFUSED, Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import CONFLICT, FAILED, PRESENT, UPLOADED, Row
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words

REPORT, NEW_NAME = "report", "new_name"
OLDER_READ = 20
"""Older revisions that are compared, where that one differs."""
OURS, PERHAPS_OURS, THEIRS = "ours", "perhaps ours", "theirs"
"""Who made a project that is there after an upload of ours: we, perhaps we (an answer was lost), or another client."""

Files = t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Options:
    """What the projects of every owner have in common."""

    folder: str
    """The folder with the archives."""
    conflict: str = REPORT
    max_bytes: int = MAX_BYTES
    wait: float = 600
    """Seconds that AE5 may take to make a project."""
    verify: bool = True
    predict: bool = False
    """Whether archives may be missing, because this is check mode and they were only predicted."""


@dataclasses.dataclass
class Done:
    """What became of one project."""

    row: Row
    failures: t.List[str] = dataclasses.field(default_factory=list)
    shut_out: str = ""
    """Why no more projects of this owner could be uploaded; reported once for all of them."""
    missing: t.Tuple[Missing, ...] = ()
    lines: t.List[str] = dataclasses.field(default_factory=list)
    """For the diff."""
    bytes: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.lines)


class Unmade(MigrationError):
    """A project that is on AE5 and has no content (yet)."""


class OwnerUpload:
    """The projects of one user.  ``wanted`` says with whom a project is to be shared; None where that is not known."""

    def __init__(
        self,
        projects: Projects,
        options: Options,
        wanted: t.Callable[[Conversion], t.Optional[Wanted]],
        names: t.AbstractSet[str] = frozenset(),
    ) -> None:
        self._projects, self._options, self._wanted = projects, options, wanted
        self._names = names
        """Case-folded names of all the user's projects, so that no copy takes one of them."""
        self._mine: t.Optional[t.Dict[str, ProjectState]] = None
        self._lines: t.List[str] = []
        """For the diff, what was sent of the project that is under way: it is kept also if the project fails afterwards."""

    def run(self, conversions: t.Iterable[Conversion]) -> t.List[Done]:
        """Each project with what became of it; once AE5 does not let the user in, or cannot be reached, the others are not tried."""
        waiting = list(conversions)
        done: t.List[Done] = []
        shut = ""
        try:
            self._listed()
            while waiting:
                done.append(self._one(waiting[0]))
                del waiting[0]
            return done
        except LoginRefused as exc:
            state, shut = REFUSED, str(exc)
        except MigrationError as exc:
            state, shut = FAILED, str(exc)
        return done + not_brought(waiting, state, shut)

    def _one(self, item: Conversion) -> Done:
        """One project.  Raises ``LoginRefused``, or ``HttpError`` if AE5 cannot be reached; everything else is the project's own."""
        archive = Archive(self._options.folder, item, self._options.predict)
        self._lines = []
        try:
            archive.check(self._options.max_bytes)
            done, state = self._brought(item, archive)
        except LoginRefused:
            raise
        except Unfit as exc:
            return self._ended(item, REFUSED, exc)
        except HttpError as exc:
            if not exc.reached:
                raise
            return self._ended(item, FAILED, exc)
        except MigrationError as exc:
            return self._ended(item, FAILED, exc)
        if done.row.state in (UPLOADED, PRESENT):
            self._share(item, done, state)
        return done

    def _ended(self, item: Conversion, state: str, exc: MigrationError) -> Done:
        return Done(row_of(item, state, str(exc)), failures=[str(exc)], lines=self._lines)

    def _listed(self, fresh: bool = False) -> t.Dict[str, ProjectState]:
        if self._mine is None or fresh:
            self._mine = self._projects.mine()
        return self._mine

    def _brought(self, item: Conversion, archive: Archive) -> t.Tuple[Done, t.Optional[ProjectState]]:
        title = f"{shown(item.user)}/{shown(item.name)}"
        for name in names_to_try(item.name, self._names):
            state = self._listed().get(name)
            if state is None:
                done, state = self._upload(item, name, archive)
                if done is not None:
                    return done, state
                state = self._listed()[name]
            there = self._files(state)
            extras = added_by_ae5(there, item.tree)
            notes = (f"AE5 added {' and '.join(extras)}.",) if extras else ()
            if extras is None and self._had(state, item.tree):
                extras, notes = (), ("It was edited on AE5 after the upload; this was not changed.",)
            if extras is not None:
                return Done(row_of(item, PRESENT, name=name, notes=notes)), state
            if self._options.conflict == REPORT:
                why = (
                    f"AE5 has a project {title} that differs from the one of AE4 in {archive.differences(there)}, and nothing"
                    " was sent: AE5 accepts no second revision; rename or delete one of them, or let it be uploaded under a new name"
                    " (ae_notebook_conflict)."
                )
                return Done(row_of(item, CONFLICT, why, name=name)), None
        raise Unfit(f"AE5 has the project {title} under every name that was tried, each with different content; delete some of them there.")

    # -- what is there

    def _files(self, state: ProjectState) -> Files:
        """What the newest revision of a project holds.  Raises ``Unmade``, ``MigrationError``."""
        revisions = self._projects.revisions(state.id)
        if not revisions:
            self._settled(state, None)
            revisions = self._projects.revisions(state.id, REVISION_LOOKS)
        if not revisions:
            raise Unmade(
                f"The project {state.owner}/{state.name} on AE5 has no revision, so it cannot be compared; delete it there, and run again."
            )
        return self._revision(state, revisions[0])

    def _revision(self, state: ProjectState, revision: str) -> Files:
        what = f"What AE5 returned as project {state.owner}/{state.name}"
        return self._projects.archive(state.id, revision, lambda stream: read_tree(stream, what)).files

    def _had(self, state: ProjectState, tree: str) -> bool:
        """Whether an older revision is what we have: then it was edited on AE5 and not on AE4.  The oldest first."""
        older = self._projects.revisions(state.id)[:0:-1]
        return any(added_by_ae5(self._revision(state, revision), tree) is not None for revision in older[:OLDER_READ])

    def _settled(self, state: ProjectState, action: t.Optional[Action]) -> None:
        """Waits until AE5 has made a project.  Raises ``Unmade`` if it could not, or takes too long."""
        title = f"{state.owner}/{state.name}"
        last: t.Optional[Action] = None
        try:
            last = self._projects.wait(state.id, action, self._options.wait)
        except HttpError as exc:
            if exc.status != 404:
                raise
            last = Action("", error=True, message="it removed the project")
        if last is None or last.done:
            return
        if not last.error:
            raise Unmade(f"AE5 has not made the project {title} after {self._options.wait:.0f} seconds; run again later to check it.")
        said = self._projects.session.http.mask(last.message).rstrip(".") or "it gave no reason"
        left = ""
        if self._projects.exists(state.id):
            left = f"; a project {title} without content is left on AE5, delete it there before the next run"
        raise Unmade(f"AE5 could not make the project {title} from the archive: {said}{left}.")

    # -- sending

    def _upload(self, item: Conversion, name: str, archive: Archive) -> t.Tuple[t.Optional[Done], t.Optional[ProjectState]]:
        """Uploads a project; without a ``Done``, the project that was there after all, to be compared."""
        line = f"+ project {shown(item.user)}/{shown(name)} ({counted(item.files, 'file')}, {size_in_words(item.bytes)})"
        why = "" if name == item.name else f"AE5 has another project {item.name}, so this one is a copy beside it."
        done = Done(row_of(item, UPLOADED, why, name=name), lines=[line], bytes=item.bytes)
        if self._projects.read_only:
            return done, None
        whose, state, action = self._sent(item, name, archive)
        self._listed()[name] = state
        if whose == THEIRS:
            return None, state
        self._lines = [line]
        self._settled(state, action)
        if whose == OURS and not self._options.verify:
            return done, state
        there = self._files(state)
        if added_by_ae5(there, item.tree) is not None:
            return done, state
        if whose == PERHAPS_OURS:
            self._lines = []
            return None, state
        raise MigrationError(
            f"The project {state.owner}/{name} was uploaded, but what AE5 returns differs in {archive.differences(there)}; check it on AE5."
        )

    def _sent(self, item: Conversion, name: str, archive: Archive) -> t.Tuple[str, ProjectState, t.Optional[Action]]:
        """The project of that name as it is then, and whose it is.

        An attempt with an unknown outcome is checked before another one is made.
        """
        attempt, whose = 0, THEIRS
        while True:
            attempt += 1
            try:
                state, action = self._projects.upload(name, archive.file, archive.size, archive.open)
                if state.name != name:
                    raise MigrationError(f"AE5 made a project {state.name} of the upload of {name}; check it there, and rename it.")
                return OURS, state, action
            except NotUnique:
                found = _alike(self._listed(fresh=True), name)
                if found is None:
                    raise Unfit(
                        f"AE5 says that {item.user} already has a project {shown(name)}, but does not list it; check AE5, or give"
                        " this one another name with ae_notebook_project_names."
                    ) from None
                return whose, found, None
            except HttpError as exc:
                verdict = decide(exc.status, exc.reached)
                if verdict.action not in (ASK, AGAIN):
                    raise self._refusal(item, exc) from exc
                if verdict.action == ASK:
                    whose = PERHAPS_OURS
                    found = self._listed(fresh=True).get(name)
                    if found is not None:
                        return whose, found, None
                if attempt >= ATTEMPTS or not exc.reached:
                    raise
                http = self._projects.session.http
                http.sleep(exc.retry_after if exc.retry_after is not None else http.backoff(attempt))

    @staticmethod
    def _refusal(item: Conversion, exc: HttpError) -> MigrationError:
        said = f" ({exc.reason.rstrip('.')})" if exc.reason else ""
        what = f"AE5 refused the project {shown(item.user)}/{shown(item.name)}{said}"
        if exc.status == 403:
            return Unfit(f"{what}; give {item.user} the role ae-creator, or what the platform asks for there, and run again.")
        if exc.status == 413:
            return Unfit(
                f"{what}: its archive of {size_in_words(item.bytes)} is too large; put large data elsewhere, and convert it again."
            )
        if exc.status == 507:
            return MigrationError(f"{what}: the cluster has no space left.")
        return Unfit(f"{what}, status {exc.status}; correct what it says, and run again.")

    # -- people

    def _share(self, item: Conversion, done: Done, state: t.Optional[ProjectState]) -> None:
        wanted = self._wanted(item)
        if wanted is None:
            return
        title = f"{shown(item.user)}/{shown(done.row.name)}"
        before = self._projects.written
        try:
            given = give(self._projects, None if state is None else state.id, wanted.shares, title)
        except LoginRefused:
            raise
        except MigrationError as exc:
            done.failures.append(f"The project {title} is on AE5, but its collaborators are not: {exc} Run again.")
            if self._projects.written > before:
                done.lines.append(f"~ project {title}: some collaborators")
            return
        lost = [missing.sentence([title]) for missing in wanted.missing]
        done.row = dataclasses.replace(done.row, shared=given.words, notes=(*done.row.notes, *given.notes, *wanted.notes, *lost))
        done.missing = wanted.missing
        done.failures += given.failures
        done.lines += [f"~ project {title}: {words}" for words in given.words]


def row_of(item: Conversion, state: str, why: str = "", *, name: str = "", notes: t.Tuple[str, ...] = ()) -> Row:
    """The row of a conversion."""
    return Row(item.user, name or item.name, item.key, item.host, state, why, (), notes, tree=item.tree)


def _alike(states: t.Mapping[str, ProjectState], name: str) -> t.Optional[ProjectState]:
    """The project of that name, else one whose name differs in case only: AE5 may take the two for one."""
    return states.get(name) or next((state for other, state in states.items() if other.casefold() == name.casefold()), None)


def not_brought(items: t.Sequence[Conversion], state: str, why: str) -> t.List[Done]:
    """Projects of one owner with the same reason, which is reported once."""
    return [Done(row_of(item, state, why), shut_out=why) for item in items]
