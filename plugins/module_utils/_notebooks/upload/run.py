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
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Action, NotUnique, Projects, ProjectState, UploadRefused
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.retry import AGAIN, ASK, ATTEMPTS, decide
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import LoginRefused
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import expected, in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.archive import Archive, Unfit
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.comparison import Comparison, Earlier
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.rules import Missing, Wanted, names_to_try
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.shares import give
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import REFUSED, Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import (
    ALTERED,
    CONFLICT,
    EDITED,
    FAILED,
    PRESENT,
    SAME,
    UPLOADED,
    Row,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words

REPORT, NEW_NAME = "report", "new_name"
OURS, PERHAPS_OURS, THEIRS = "ours", "perhaps ours", "theirs"
"""Who made a project that is there after an upload of ours: we, perhaps we (an answer was lost), or another client."""


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
    deep: bool = False
    """Whether what earlier runs found is found anew."""
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
    shares: int = 0
    """How many rights this run gave."""

    @property
    def changed(self) -> bool:
        return bool(self.lines)


class OwnerUpload:
    """The projects of one user.  ``wanted`` says with whom a project is to be shared; None where that is not known."""

    def __init__(
        self,
        projects: Projects,
        options: Options,
        wanted: t.Callable[[Conversion], t.Optional[Wanted]],
        names: t.AbstractSet[str] = frozenset(),
        earlier: t.Optional[Earlier] = None,
    ) -> None:
        self._projects, self._options, self._wanted = projects, options, wanted
        self._names = names
        """Case-folded names of all the user's projects, so that no copy takes one of them."""
        self._comparison = Comparison(projects, options.wait, earlier or {}, options.deep)
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
                done.append(self._proven(waiting[0], self._one(waiting[0])))
                del waiting[0]
            return done
        except LoginRefused as exc:
            state, shut = REFUSED, str(exc)
        except MigrationError as exc:
            state, shut = FAILED, str(exc)
        return done + not_brought(waiting, state, shut)

    def _proven(self, item: Conversion, done: Done) -> Done:
        ids = {state.id for state in self._listed().values()}
        done.row = dataclasses.replace(done.row, proofs=self._comparison.proofs(item, ids))
        return done

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
            proof = self._comparison.judge(item, state, archive)
            if proof.verdict in (SAME, EDITED):
                edited = "It was edited on AE5 after the upload; this was not changed."
                note = edited if proof.verdict == EDITED else proof.words
                return Done(row_of(item, PRESENT, name=name, notes=(note,) if note else ())), state
            if proof.verdict == ALTERED:
                return self._altered(item, name, proof.words), None
            if self._options.conflict == REPORT:
                why = (
                    f"AE5 has a project {title} that differs from the one of AE4 in {proof.words}, and nothing"
                    " was sent: AE5 accepts no second revision; rename or delete one of them, or let it be uploaded under a new name"
                    " (ae_notebook_conflict)."
                )
                return Done(row_of(item, CONFLICT, why, name=name)), None
        raise Unfit(f"AE5 has the project {title} under every name that was tried, each with different content; delete some of them there.")

    def _altered(self, item: Conversion, name: str, how: str) -> Done:
        """What we sent is there and is another one; another copy would not be better."""
        why = f"The project {shown(item.user)}/{shown(name)} was uploaded, but what AE5 returns differs in {how}; check it on AE5."
        return Done(row_of(item, FAILED, why, name=name), failures=[why], lines=self._lines)

    # -- sending

    def _upload(self, item: Conversion, name: str, archive: Archive) -> t.Tuple[t.Optional[Done], t.Optional[ProjectState]]:
        """Uploads a project; without a ``Done``, the project that was there after all, to be compared."""
        line = f"+ project {shown(item.user)}/{shown(name)} ({counted(item.files, 'file')}, {size_in_words(item.bytes)})"
        why = "" if name == item.name else f"AE5 has another project {item.name}, so this one is a copy beside it."
        done = Done(row_of(item, UPLOADED, why, name=name), lines=[line], bytes=item.bytes)
        if self._projects.read_only:
            return _noted(done, in_words(expected(item.git))), None
        whose, state, action = self._sent(item, name, archive)
        self._listed()[name] = state
        if whose == THEIRS:
            return None, state
        self._lines = [line]
        if whose == OURS:
            self._comparison.sent(item, state)
        self._comparison.settled(state, action)
        if whose == OURS and not self._options.verify:
            return _noted(done, in_words(expected(item.git))), state
        proof = self._comparison.judge(item, state, archive)
        if proof.verdict == SAME:
            return _noted(done, proof.words), state
        if whose == PERHAPS_OURS:
            self._lines = []
            return None, state
        return self._altered(item, name, proof.words), None

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
            except UploadRefused as exc:
                what = f"AE5 refused the project {shown(item.user)}/{shown(name)}"
                raise Unfit(f"{what} ({str(exc).rstrip('.')}); correct what it says, and run again.") from exc
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
        done.row = dataclasses.replace(done.row, shared=given.held, notes=(*done.row.notes, *given.notes, *wanted.notes, *lost))
        done.missing = wanted.missing
        done.failures += given.failures
        done.shares = len(given.words)
        done.lines += [f"~ project {title}: {words}" for words in given.words]


def row_of(item: Conversion, state: str, why: str = "", *, name: str = "", notes: t.Tuple[str, ...] = ()) -> Row:
    """The row of a conversion."""
    return Row(item.user, name or item.name, item.key, item.host, state, why, (), notes, tree=item.tree)


def _noted(done: Done, note: str) -> Done:
    done.row = dataclasses.replace(done.row, notes=(note,) if note else ())
    return done


def _alike(states: t.Mapping[str, ProjectState], name: str) -> t.Optional[ProjectState]:
    """The project of that name, else one whose name differs in case only: AE5 may take the two for one."""
    return states.get(name) or next((state for other, state in states.items() if other.casefold() == name.casefold()), None)


def not_brought(items: t.Sequence[Conversion], state: str, why: str) -> t.List[Done]:
    """Projects of one owner with the same reason, which is reported once."""
    return [Done(row_of(item, state, why), shut_out=why) for item in items]
