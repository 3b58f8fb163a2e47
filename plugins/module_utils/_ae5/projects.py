# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects of one AE5 user over ``/api/v2``: the contract as data, and its client.  Private to the collection.

Source: AE5 facts section 4, the requests of the vendor's own client ae5-tools.  Assumed: 201 or 200 for an upload, and the
status and text of every other error.  No other file contains a route.

* Lists are ``[...]`` or ``{"data": [...]}``.
* An upload is multipart/form-data, field ``name`` and part ``project_file``; the answer is the project with its ``action``.
** A name that the user already has is a 400 with ``Project name is not unique``, as reason phrase or in the body.
** A refusal may also be a 200 with ``{"error": {"message"}}``.
* Collaborators are replaced as a whole: ``[{"id", "type", "permission"}]``; the answer's ``action.error`` reports a failure.  It
  may lack the list itself.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import WriteInCheckMode
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import Route
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import BLOCK
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.login_page import PAGE_BYTES, is_login_page
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.multipart import MultipartBody
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import Reader
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import SignedOut, WebSession
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

BASE = "/api/v2"
PART, NAME_FIELD = "project_file", "name"
NOT_UNIQUE = "not unique"
"""``project_create_status`` of a project that was created completely."""
ACTIONS_READ = 20
GZIP = b"\x1f\x8b"

FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
"""Seconds between two reads of an action: doubling from the first to the longest."""
REVISION_LOOKS = 20
"""How often the list of revisions is read before an empty one is accepted (ae5-tools does the same)."""

ROUTES: t.Dict[str, Route] = {
    "list": Route("GET", "/projects", (200,), write=False, base=BASE),
    "get": Route("GET", "/projects/{project}", (200,), write=False, base=BASE),
    "upload": Route("POST", "/projects/upload", (200, 201), base=BASE),
    "activity": Route("GET", "/projects/{project}/activity", (200,), write=False, base=BASE),
    "collaborators": Route("GET", "/projects/{project}/collaborators", (200,), write=False, base=BASE),
    "collaborators_put": Route("PUT", "/projects/{project}/collaborators", (200,), base=BASE),
    "revisions": Route("GET", "/projects/{project}/revisions", (200,), write=False, base=BASE),
    "archive": Route("GET", "/projects/{project}/revisions/{revision}/archive", (200,), write=False, base=BASE),
}

Json = t.Dict[str, t.Any]
Result = t.TypeVar("Result")


class NotUnique(MigrationError):
    """The user has a project of that name."""


class UploadRefused(MigrationError):
    """AE5 refused an upload.  The text is AE5's own."""


class ShareRefused(MigrationError):
    """AE5 refused a list of collaborators.  The text is AE5's own, which may name one of them."""


@dataclasses.dataclass(frozen=True)
class ProjectState:
    """A project as AE5 lists it.  ``owner`` and ``name`` are its natural key."""

    id: str
    owner: str
    name: str
    status: str = ""
    """``done``, or the progress of its creation; empty if AE5 does not say."""


@dataclasses.dataclass(frozen=True)
class Revision:
    """A revision of a project.  ``time`` is when it was made and changed, empty if AE5 does not say."""

    id: str
    time: str = ""


@dataclasses.dataclass(frozen=True)
class Action:
    """An action of AE5 that takes time: creating a project."""

    id: str
    type: str = ""
    done: bool = False
    error: bool = False
    message: str = ""

    @property
    def ended(self) -> bool:
        return self.done or self.error


class _Blocks:
    """A body as a stream.  A connection error is kept, to distinguish it from an error in the content."""

    def __init__(self, blocks: t.Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")
        self.broken: t.Optional[Exception] = None

    def read(self, size: int = -1) -> bytes:
        pieces: t.List[memoryview] = []
        while size:
            if not self._left:
                self._left = memoryview(self._next())
                if not self._left:
                    break
            piece = self._left[:size] if size > 0 else self._left
            self._left = self._left[len(piece) :]
            pieces.append(piece)
            size -= len(piece) if size > 0 else 0
        return b"".join(pieces)

    def _next(self) -> bytes:
        try:
            return next(self._blocks, b"")
        except Exception as exc:
            self.broken = exc
            raise

    def peek(self, size: int) -> bytes:
        self._left = memoryview(self.read(size) + bytes(self._left))
        return bytes(self._left[:size])


class Projects:
    """The projects of one user, logged in.  With ``read_only`` every change raises ``WriteInCheckMode``."""

    def __init__(self, session: WebSession, *, read_only: bool, sleep: t.Optional[t.Callable[[float], None]] = None) -> None:
        self.session = session
        self.read_only = read_only
        self.written = 0
        """The number of requests that changed something, according to AE5."""
        self._sleep = sleep or session.http.sleep

    def mine(self) -> t.Dict[str, ProjectState]:
        """The user's own projects by name, without those of others that the user can see."""
        user = user_key(self.session.user)
        found = (self._state(item) for item in self._items("list", "projects", "id", "name", "owner"))
        return {state.name: state for state in found if user_key(state.owner) == user}

    def exists(self, project: str) -> bool:
        """Whether the project (still) exists."""
        try:
            self._json("get", project=project)
        except HttpError as exc:
            if exc.status in (403, 404):
                return False
            raise
        return True

    def upload(self, name: str, file: str, size: int, open_file: t.Callable[[], Reader]) -> t.Tuple[ProjectState, t.Optional[Action]]:
        """Sends an archive as a new project, in blocks; returns the project and AE5's action.

        Raises:
            NotUnique: the user has a project of that name.
            UploadRefused: AE5 says why it did not take it.
            HttpError: it was refused, or its result is not known.
        """
        self._writing(f"upload project {name}")
        try:
            record = self._json("upload", data=lambda: MultipartBody(PART, file, size, open_file(), {NAME_FIELD: name}), replay=False)
        except HttpError as exc:
            if exc.status == 400 and NOT_UNIQUE in f"{exc.reason} {exc.phrase}".lower():
                raise NotUnique(str(exc)) from None
            raise
        said = _error(record)
        if said and NOT_UNIQUE in said.lower():
            raise NotUnique(said)
        if said:
            raise UploadRefused(self.session.http.mask(said))
        if not isinstance(record, dict) or "id" not in record:
            raise self._odd("the upload of a project", "a project record")
        self.written += 1
        return self._state({"name": name, "owner": self.session.user, **record}), _action(record.get("action"))

    def wait(self, project: str, action: t.Optional[Action], limit: float) -> t.Optional[Action]:
        """Waits until an action (``None``: the newest that creates the project) has ended, ``limit`` seconds at most.

        Returns the action as last seen; ``None`` if AE5 shows none.
        """
        waited, pause = 0.0, FIRST_WAIT
        while action is None or not action.ended:
            seen = self._seen(project, action)
            action = seen if seen is not None else action
            if action is None or action.ended or waited >= limit:
                break
            step = min(pause, limit - waited)
            self._sleep(step)
            waited, pause = waited + step, min(pause * 2, LONGEST_WAIT)
        return action

    def _seen(self, project: str, action: t.Optional[Action]) -> t.Optional[Action]:
        query = {"sort": "-updated", "page[size]": ACTIONS_READ}
        listed = [_action(item) for item in self._items("activity", "actions", "id", project=project, params=query)]
        wanted = (item for item in listed if item is not None)
        if action is not None:
            return next((item for item in wanted if item.id == action.id), None)
        return next((item for item in wanted if item.type in ("", "create_action")), None)

    def revisions(self, project: str, looks: int = 1) -> t.List[Revision]:
        """The revisions, newest first; none if the list stays empty in ``looks`` reads (it may be empty for a while)."""
        for look in range(looks):
            if look:
                self._sleep(FIRST_WAIT)
            listed = self._items("revisions", "revisions", "id", project=project)
            if listed:
                return [Revision(str(item["id"]), _time(item)) for item in listed]
        return []

    def archive(self, project: str, revision: str, read: t.Callable[[t.BinaryIO], Result]) -> Result:
        """The result of ``read`` for a revision's archive; nothing is kept.  Raises what ``read`` raises, if the archive is complete."""

        def taken(blocks: t.Iterator[bytes]) -> t.Tuple[t.Optional[Result], t.Optional[MigrationError]]:
            stream = _Blocks(blocks)
            if stream.peek(len(GZIP)) != GZIP and is_login_page(stream.peek(PAGE_BYTES)):
                raise SignedOut("The archive was answered with the login page.")
            result: t.Optional[Result] = None
            wrong: t.Optional[MigrationError] = None
            try:
                result = read(t.cast(t.BinaryIO, stream))
            except MigrationError as exc:
                if stream.broken is not None:
                    raise stream.broken from None
                wrong = exc
            while stream.read(BLOCK):
                pass  # to the end, so that an archive that is cut off is noticed
            return result, wrong

        route = ROUTES["archive"]
        path = route.url_path(project=project, revision=revision)
        headers = {"Accept-Encoding": "identity"}
        result, wrong = self.session.call(route.method, path, ok=route.ok, read=taken, headers=headers).data
        if wrong is not None:
            raise wrong
        return t.cast(Result, result)

    def collaborators(self, project: str) -> t.Tuple[Share, ...]:
        """The collaborators of the project."""
        listed = self._items("collaborators", "collaborators", "id", "permission", project=project)
        return tuple(Share(_kind(item), str(item["id"]), str(item["permission"])) for item in listed)

    def set_collaborators(self, project: str, shares: t.Iterable[Share]) -> None:
        """Replaces all collaborators.

        Raises:
            ShareRefused: AE5 refused the list.
        """
        self._writing(f"share project {project}")
        body = [{"id": share.name, "type": share.kind, "permission": share.access} for share in shares]
        # Sending the list twice is harmless.
        answer = self._json("collaborators_put", project=project, body=body, replay=True)
        action = answer.get("action") if isinstance(answer, dict) else None
        if not isinstance(action, dict) or action.get("error") is not False:
            said = _error(answer) or (str(action.get("message") or "") if isinstance(action, dict) else "")
            raise ShareRefused(self.session.http.mask(said).rstrip(".") or "it gave no reason")
        self.written += 1

    def _json(self, name: str, **options: t.Any) -> t.Any:
        route = ROUTES[name]
        path = route.url_path(**({"project": options.pop("project")} if "project" in options else {}))
        body = self.session.call(route.method, path, ok=route.ok, **options).data
        try:
            return json.loads(body)
        except ValueError:
            raise self._odd(f"{route.method} {path}", "JSON") from None

    def _items(self, name: str, what: str, *keys: str, **options: t.Any) -> t.List[Json]:
        data = self._json(name, **options)
        listed = data.get("data") if isinstance(data, dict) else data
        if _error(data):
            raise MigrationError(f"AE5 at {self.session.http.host} refused the request for {what}: {self.session.http.mask(_error(data))}")
        if not isinstance(listed, list) or not all(isinstance(item, dict) and all(key in item for key in keys) for item in listed):
            raise self._odd(f"the request for {what}", "a list")
        return listed

    def _odd(self, asked: str, wanted: str) -> MigrationError:
        return MigrationError(f"AE5 at {self.session.http.host} did not answer {asked} with {wanted}.")

    @staticmethod
    def _state(record: Json) -> ProjectState:
        return ProjectState(str(record["id"]), str(record["owner"]), str(record["name"]), str(record.get("project_create_status") or ""))

    def _writing(self, what: str) -> None:
        if self.read_only:
            raise WriteInCheckMode(f"check mode must not {what}")


def _error(answer: t.Any) -> str:
    """What AE5 says in an answer that is a failure in spite of its status; empty if it is none."""
    error = answer.get("error") if isinstance(answer, dict) and "id" not in answer else None
    if not error:
        return ""
    return str(error.get("message") or "it gave no reason") if isinstance(error, dict) else str(error)


def _time(record: Json) -> str:
    return " ".join(str(record[key]) for key in ("created", "updated") if record.get(key))


def _kind(record: Json) -> str:
    return GROUP if record.get("type") == GROUP else USER


def _action(record: t.Any) -> t.Optional[Action]:
    if not isinstance(record, dict) or "id" not in record:
        return None
    words = {key: str(record.get(key) or "") for key in ("id", "type", "message")}
    return Action(**words, done=bool(record.get("done")), error=bool(record.get("error")))
