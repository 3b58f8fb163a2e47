# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects, their revisions, collaborators and actions, and who may do what with them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import json
import re
import shutil
import threading
import time
import typing as t
import uuid
from pathlib import Path

from .database import Database, Row
from .identity import ADMIN, EVERYONE, UPLOADER, Identity
from .projects_archive import BrokenProject, Revision
from .projects_git import kept
from .state import Refused
from .switches import Switches
from .upload import Received

SCHEMA = """
CREATE TABLE IF NOT EXISTS projects (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, editor TEXT NOT NULL, profile TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, status TEXT NOT NULL, UNIQUE (owner, name));
CREATE TABLE IF NOT EXISTS project_revisions (
    project TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, created REAL NOT NULL, commands TEXT NOT NULL,
    file TEXT NOT NULL, upload TEXT NOT NULL, tree TEXT NOT NULL, hidden INTEGER NOT NULL, PRIMARY KEY (project, name));
CREATE TABLE IF NOT EXISTS project_shares (
    project TEXT NOT NULL, principal TEXT NOT NULL, kind TEXT NOT NULL, permission TEXT NOT NULL, PRIMARY KEY (project, principal));
CREATE TABLE IF NOT EXISTS project_actions (
    id TEXT PRIMARY KEY, project TEXT NOT NULL, type TEXT NOT NULL, owner TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
    status TEXT NOT NULL, message TEXT NOT NULL, done INTEGER NOT NULL, error INTEGER NOT NULL, polls INTEGER NOT NULL, fate TEXT NOT NULL);
"""
NAMES = {"strict": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*"), "lenient": re.compile(r"[^/\x00-\x1f]+")}
LONGEST_NAME = 255
CREATOR = "ae-creator"
ROLES = {CREATOR: (CREATOR,), UPLOADER: (UPLOADER,), "either": (CREATOR, UPLOADER), "none": ()}
FATES = {"ok": "", "error": "the project could not be made from the archive", "never": "never"}
Json = t.Dict[str, t.Any]


class NotUnique(Refused):
    """The owner has a project of that name: 400, and the text is the reason phrase (documented)."""

    def __init__(self) -> None:
        super().__init__(400, "Project name is not unique")


def when(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()


class Projects:
    """In ``projects/<hex of the id>/`` lie the repository, ``git``, and the archives, ``<sha256 of the revision's name>.tar.gz``."""

    def __init__(self, root: Path, database: Database, identity: Identity, switches: Switches) -> None:
        self.folder = root / "projects"
        self.incoming = root / "incoming"
        for folder in (self.folder, self.incoming):
            folder.mkdir(parents=True, exist_ok=True)
        self._db = database
        self._identity = identity
        self._switches = switches
        self._lock = threading.RLock()
        database.script(SCHEMA)

    # -- rights

    def access(self, user: str, project: Row) -> str:
        """What the user may do: ``own``, ``rw``, ``r`` or nothing (an empty string)."""
        if project["owner"] == user or ADMIN in self._identity.effective_roles(user):
            return "own"
        groups = {EVERYONE, *self._identity.groups_of(user)}
        levels = {
            row["permission"]
            for row in self.shares(project["id"])
            if row["principal"] == user or (row["kind"] == "group" and row["principal"] in groups)
        }
        return "rw" if "rw" in levels else "r" if levels else ""

    def get(self, id_: str, user: str, *enough: str) -> Row:
        """The project; raises ``Refused``: 404 if there is none, 403 if the user has none of the levels ``enough``."""
        row = self._db.row("SELECT * FROM projects WHERE id=?", id_)
        if row is None:
            raise Refused(404, f"there is no project {id_}")
        access = self.access(user, row)
        if not access:
            raise Refused(self._switches.project_hidden_status, f"there is no project {id_}")
        if enough and access not in enough:
            raise Refused(403, f"{user} may not do that with project {row['name']} of {row['owner']}")
        return row

    def visible(self, user: str) -> list[Row]:
        """What a list shows the user: switch ``project_list``."""
        rows = self._db.rows("SELECT * FROM projects ORDER BY owner, name")
        if self._switches.project_list == "admin_all":
            return [row for row in rows if self.access(user, row)]
        mine = {row["project"] for row in self._db.rows("SELECT * FROM project_shares") if self._is(row, user)}
        return [row for row in rows if row["owner"] == user or row["id"] in mine]

    def _is(self, share: Row, user: str) -> bool:
        return bool(share["principal"] == user or share["principal"] in {EVERYONE, *self._identity.groups_of(user)})

    def check_role(self, user: str) -> None:
        """Raises ``Refused`` (403): switch ``project_role``."""
        wanted = ROLES[self._switches.project_role]
        if wanted and not {*wanted, ADMIN} & self._identity.effective_roles(user):
            raise Refused(403, f"{user} lacks the role {' or '.join(wanted)}")

    def check_name(self, owner: str, name: str) -> t.Optional[Row]:
        """Raises ``Refused`` (400) for a name that cannot be or, as ``NotUnique``, that is taken; the project if that is no matter."""
        if not NAMES[self._switches.project_names].fullmatch(name) or len(name) > LONGEST_NAME:
            raise Refused(400, f"{name!r} is not a project name: it must not contain spaces or special characters")
        row = self._db.row("SELECT * FROM projects WHERE owner=? AND name=?", owner, name)
        if row is not None and self._switches.project_again == "refused":
            raise NotUnique
        return row

    # -- uploading

    def upload(self, owner: str, name: str, tag: str, received: Received) -> tuple[Row, Row]:
        """The project and its action.  Raises ``Refused``; then nothing is left of it."""
        self.check_role(owner)
        old = self.check_name(owner, name)
        upload = {"file": received.file, "size": received.size, "sha256": received.sha256}
        draft, new = received.path.with_suffix(".tar.gz"), received.path.with_suffix(".git")
        id_ = f"a0-{uuid.uuid4().hex}" if old is None else str(old["id"])
        repository = new if old is None else self.folder / id_[3:] / "git"
        made, broken = Revision(), ""
        try:
            with self._lock if old is not None else contextlib.nullcontext():
                try:
                    made = kept(
                        received.path, draft, f"{name}-{id_[3:]}", int(time.time()), self._tag(id_, tag), repository, self._switches
                    )
                except BrokenProject as exc:
                    if self._switches.bad_archive == "refuse":
                        raise Refused(400, str(exc)) from exc
                    broken = str(exc)
            with self._lock:
                if old is None and self.check_name(owner, name) is not None:  # another upload came first
                    raise NotUnique
                project, action = self._keep(owner, name, tag, id_, upload, made, draft, broken)
                if new.exists() and (self.folder / id_[3:]).exists():
                    new.rename(self.folder / id_[3:] / "git")
                return project, action
        finally:
            draft.unlink(missing_ok=True)
            for left in self.incoming.glob(f"{received.path.stem}.*"):
                if left.is_dir():
                    shutil.rmtree(left)

    def _keep(self, owner: str, name: str, tag: str, id_: str, upload: Json, made: Revision, draft: Path, broken: str) -> tuple[Row, Row]:
        now = time.time()
        fate = broken or FATES[self._switches.action_result]
        with self._db.change():
            self._db.execute(
                "INSERT OR IGNORE INTO projects VALUES (?,?,?,?,?,?,?,?)", id_, owner, name, "notebook", "default", now, now, "initial"
            )
            if not fate or fate == "never":
                self._add_revision(id_, tag, upload, made, draft, now)
            action = self._add_action(id_, "create_action", owner, now, fate)
        project = self._db.row("SELECT * FROM projects WHERE id=?", id_)
        assert project is not None
        return project, action

    def _number(self, id_: str) -> int:
        return len(self._db.rows("SELECT 1 FROM project_revisions WHERE project=?", id_)) + 1

    def _tag(self, id_: str, tag: str) -> str:
        """The name of the next revision."""
        return tag if tag and self._switches.project_tag == "honoured" else f"0.0.{self._number(id_)}"

    def _add_revision(self, id_: str, tag: str, upload: Json, made: Revision, draft: Path, now: float) -> None:
        number, name = self._number(id_), self._tag(id_, tag)
        if self._db.row("SELECT 1 FROM project_revisions WHERE project=? AND name=?", id_, name):
            raise Refused(400, f"the project has a revision {name}")
        file = self.folder / id_[3:] / f"{hashlib.sha256(name.encode()).hexdigest()}.tar.gz"
        file.parent.mkdir(exist_ok=True)
        draft.replace(file)
        tree = {"entries": [dataclasses.asdict(entry) for entry in made.entries], "dropped": made.dropped}
        values = (id_, name, number, now, json.dumps(made.commands), file.name, json.dumps(upload), json.dumps(tree))
        self._db.execute("INSERT INTO project_revisions VALUES (?,?,?,?,?,?,?,?,?)", *values, self._switches.revision_delay)
        self._db.execute("UPDATE projects SET updated=? WHERE id=?", now, id_)

    # -- actions

    def _add_action(self, project: str, kind: str, owner: str, now: float, fate: str) -> Row:
        values = (uuid.uuid4().hex, project, kind, owner, now, now, "initial", "", 0, 0, self._switches.action_polls, fate)
        self._db.execute("INSERT INTO project_actions VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", *values)
        row = self._db.row("SELECT * FROM project_actions WHERE id=?", values[0])
        assert row is not None
        return row

    def activity(self, project: str) -> list[Row]:
        """The actions, newest first; each reading brings those under way nearer to their end (switch ``action_polls``)."""
        with self._lock:
            for row in self._db.rows("SELECT * FROM project_actions WHERE project=? AND done=0 AND error=0", project):
                if row["fate"] == "never":
                    continue
                if row["polls"] > 0:
                    self._db.execute("UPDATE project_actions SET polls=polls-1, status='processing' WHERE id=?", row["id"])
                else:
                    self._finish(row)
            found = self._db.rows("SELECT * FROM project_actions WHERE project=? ORDER BY updated DESC, created DESC", project)
            if self._switches.failed_project == "gone" and any(row["error"] for row in found):
                self.delete(project)
            return found

    def _finish(self, row: Row) -> None:
        status = "failed" if row["fate"] else "done"
        with self._db.change():
            self._db.execute(
                "UPDATE project_actions SET status=?, message=?, done=?, error=?, updated=? WHERE id=?",
                *(status, row["fate"], not row["fate"], bool(row["fate"]), time.time(), row["id"]),
            )
            self._db.execute("UPDATE projects SET status=?, updated=? WHERE id=?", status, time.time(), row["project"])

    # -- collaborators

    def shares(self, project: str) -> list[Row]:
        return self._db.rows("SELECT * FROM project_shares WHERE project=? ORDER BY principal", project)

    def share(self, project: Row, wanted: t.Sequence[Json]) -> str:
        """Replaces all collaborators, as a whole or not at all; what is wrong with the list, or an empty string (documented: the
        answer says so in ``action.error``)."""
        for item in wanted:
            if item.get("type") not in ("user", "group") or item.get("permission") not in ("r", "rw") or not item.get("id"):
                raise Refused(400, f"a collaborator needs id, type (user, group) and permission (r, rw), not {item!r}")
            if self._switches.unknown_principal == "reject" and not self._identity.known(item["type"], str(item["id"])):
                return f"there is no {item['type']} {item['id']}"
        old = {row["principal"]: row for row in self.shares(project["id"])}
        with self._db.change():
            self._db.execute("DELETE FROM project_shares WHERE project=?", project["id"])
            for item in wanted:
                before = old.get(item["id"])
                kept = before if before is not None and self._switches.collaborator_change == "ignored" else None
                kind, permission = (kept["kind"], kept["permission"]) if kept is not None else (item["type"], item["permission"])
                self._db.execute("INSERT OR REPLACE INTO project_shares VALUES (?,?,?,?)", project["id"], item["id"], kind, permission)
        return ""

    # -- revisions and the rest

    def revisions(self, project: str) -> list[Row]:
        """Newest first; counts as one reading (switch ``revision_delay``)."""
        with self._lock:
            found = self._db.rows("SELECT * FROM project_revisions WHERE project=? AND hidden<=0 ORDER BY number DESC", project)
            self._db.execute("UPDATE project_revisions SET hidden=hidden-1 WHERE project=? AND hidden>0", project)
        return found

    def archive(self, project: str, revision: str) -> Path:
        rows = self._db.rows("SELECT * FROM project_revisions WHERE project=? ORDER BY number DESC", project)
        for row in rows:
            if revision in ("latest", row["name"]):
                return self.folder / project[3:] / str(row["file"])
        raise Refused(404, f"the project has no revision {revision}")

    def update(self, project: Row, body: Json) -> None:
        """Editor, resource profile and name; raises ``Refused`` for a name that cannot be."""
        if body.get("name") not in (None, project["name"]):
            self.check_name(project["owner"], str(body["name"]))
        for column, key in (("editor", "editor"), ("profile", "resource_profile"), ("name", "name")):
            if body.get(key) is not None:
                statement = f"UPDATE projects SET {column}=?, updated=? WHERE id=?"  # noqa: S608 - a fixed word
                self._db.execute(statement, str(body[key]), time.time(), project["id"])

    def delete(self, project: str) -> None:
        with self._lock, self._db.change():
            for table in ("project_revisions", "project_shares", "project_actions"):
                self._db.execute(f"DELETE FROM {table} WHERE project=?", project)  # noqa: S608 - a fixed word
            self._db.execute("DELETE FROM projects WHERE id=?", project)
        shutil.rmtree(self.folder / project[3:], ignore_errors=True)

    def to_json(self) -> Json:
        """For ``/_lab/state``: ``{OWNER/NAME: {id, owner, name, status, collaborators, revisions}}``, revisions newest first.

        A revision is ``{name, upload: {file, size, sha256}, files: {PATH: {kind, mode, size, sha256, target}}, dropped: [PATH]}``.
        """
        found: Json = {}
        for row in self._db.rows("SELECT * FROM projects ORDER BY owner, name"):
            revisions = []
            for item in self._db.rows("SELECT * FROM project_revisions WHERE project=? ORDER BY number DESC", row["id"]):
                tree = json.loads(item["tree"])
                files = {entry.pop("path"): entry for entry in tree["entries"]}
                revisions.append({"name": item["name"], "upload": json.loads(item["upload"]), "files": files, "dropped": tree["dropped"]})
            people = [{"id": s["principal"], "type": s["kind"], "permission": s["permission"]} for s in self.shares(row["id"])]
            known = {key: row[key] for key in ("id", "owner", "name", "status")}
            found[f"{row['owner']}/{row['name']}"] = {**known, "collaborators": people, "revisions": revisions}
        return found
