# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site's database (SQLite) and package storage.

The schema is invented; that a package and a file have ObjectIds, that a stored file has an ``fs_id`` and lies below
``fs_storage_root`` are facts.  Safe to use from several threads; other processes read it (``tools.site_reader``).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import threading
import time
import typing as t
from pathlib import Path

from .tools import site_reader

Record = dict[str, t.Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, login TEXT UNIQUE, name TEXT, kind TEXT, email TEXT, password TEXT,
    superuser INTEGER DEFAULT 0, created REAL);
CREATE TABLE IF NOT EXISTS groups (id TEXT PRIMARY KEY, org TEXT, name TEXT, permission TEXT, automatic INTEGER, UNIQUE (org, name));
CREATE TABLE IF NOT EXISTS group_members (group_id TEXT, login TEXT, PRIMARY KEY (group_id, login));
CREATE TABLE IF NOT EXISTS group_packages (group_id TEXT, package TEXT, PRIMARY KEY (group_id, package));
CREATE TABLE IF NOT EXISTS packages (id TEXT PRIMARY KEY, owner TEXT, name TEXT, access TEXT, kinds TEXT, summary TEXT,
    attrs TEXT, created REAL, modified REAL, UNIQUE (owner, name));
CREATE TABLE IF NOT EXISTS releases (package_id TEXT, version TEXT, attrs TEXT, PRIMARY KEY (package_id, version));
CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, package_id TEXT, version TEXT, basename TEXT, kind TEXT, attrs TEXT,
    dependencies TEXT, md5 TEXT, sha256 TEXT, size INTEGER, fs_id TEXT, uploaded REAL, committed INTEGER,
    UNIQUE (package_id, version, basename));
CREATE TABLE IF NOT EXISTS labels (file_id TEXT, label TEXT, PRIMARY KEY (file_id, label));
CREATE TABLE IF NOT EXISTS locked_labels (owner TEXT, label TEXT, PRIMARY KEY (owner, label));
CREATE TABLE IF NOT EXISTS collaborators (package_id TEXT, login TEXT, permission TEXT, PRIMARY KEY (package_id, login));
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, login TEXT, note TEXT, created REAL);
CREATE INDEX IF NOT EXISTS files_of_package ON files (package_id);
"""

ACCESS = ("public", "authenticated", "private")
PERMISSIONS = ("read", "write", "admin")


class StoreError(Exception):
    """A request the store refuses; ``status`` is the HTTP status that fits."""

    def __init__(self, message: str, status: int = 404) -> None:
        super().__init__(message)
        self.status = status


def object_id(seconds: float, machine: str, process: int, counter: int) -> str:
    """A MongoDB ObjectId: 4 bytes time, 3 machine, 2 process, 3 counter; 24 hex digits."""
    return f"{int(seconds) & 0xFFFFFFFF:08x}{machine}{process & 0xFFFF:04x}{counter & 0xFFFFFF:06x}"


class Store:
    """One site's data below ``root``: ``site.sqlite`` and ``storage/``.

    ``owners_group`` is how this site spells the automatic owners group of a new organization (``owners``, ``Owner``).
    """

    def __init__(self, root: Path, owners_group: str = "owners") -> None:
        self.root, self.owners_group = Path(root), owners_group
        self.database, self.storage = self.root / "site.sqlite", self.root / "storage"
        self.storage.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.db = sqlite3.connect(self.database, check_same_thread=False, timeout=60)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(SCHEMA)
        self._counter = secrets.randbelow(1 << 20)
        self._machine = secrets.token_hex(3)

    def close(self) -> None:
        """Closes the database."""
        with self.lock:
            self.db.close()

    @contextlib.contextmanager
    def write(self) -> t.Iterator[sqlite3.Connection]:
        """A transaction: all of it or nothing."""
        with self.lock, self.db:
            yield self.db

    def new_id(self) -> str:
        """A new ObjectId, greater than those before."""
        with self.lock:
            self._counter += 1
            return object_id(time.time(), self._machine, os.getpid(), self._counter)

    def _one(self, query: str, *values: t.Any) -> sqlite3.Row | None:
        with self.lock:
            return t.cast("sqlite3.Row | None", self.db.execute(query, values).fetchone())

    def _need(self, what: str, query: str, *values: t.Any) -> sqlite3.Row:
        row = self._one(query, *values)
        if row is None:
            raise StoreError(f"{what} does not exist")
        return row

    # -- owners

    def add_user(self, login: str, password: str = "", email: str = "", superuser: bool = False, **fixed: t.Any) -> None:
        """A user.  ``fixed`` may give ``id``, ``name`` and ``created``."""
        self._add_owner(login, "user", password, email, superuser, fixed)

    def _add_owner(self, login: str, kind: str, password: str, email: str, superuser: bool, fixed: Record) -> None:
        if self._one("SELECT 1 FROM users WHERE login = ?", login):
            raise StoreError(f"{login} exists already", 409)
        digest = hashlib.sha256(password.encode()).hexdigest() if password else ""
        values = (fixed.get("id") or self.new_id(), login, fixed.get("name") or login, kind, email, digest, superuser)
        with self.write() as db:
            db.execute("INSERT INTO users VALUES (?,?,?,?,?,?,?,?)", (*values, fixed.get("created") or time.time()))

    def add_organization(self, login: str, owners: t.Sequence[str], owners_group: str | None = None, **fixed: t.Any) -> None:
        """An organization with its automatic owners group (permission admin)."""
        for name in owners:
            self.user(name)
        self._add_owner(login, "org", "", "", False, fixed)
        group = owners_group or self.owners_group
        self.add_group(login, group, "admin", automatic=True)
        for name in owners:
            self.add_member(login, group, name)

    def user(self, login: str) -> sqlite3.Row:
        """The row of a user or organization; StoreError if there is none."""
        return self._need(login, "SELECT * FROM users WHERE login = ?", login)

    def owner_record(self, login: str) -> Record:
        """An owner as a neutral record."""
        with self.lock:
            return site_reader.owner(self.db, self.user(login))

    def owner_records(self) -> list[Record]:
        """All owners as neutral records, by login."""
        with self.lock:
            return site_reader.owners(self.db)

    # -- tokens

    def check_password(self, login: str, password: str) -> bool:
        """Whether this user has this password."""
        row = self._one("SELECT password FROM users WHERE login = ?", login)
        return row is not None and row["password"] == hashlib.sha256(password.encode()).hexdigest()

    def add_token(self, login: str, note: str = "") -> str:
        """A new token of a user."""
        self.user(login)
        token = "lab-" + secrets.token_hex(20)
        with self.write() as db:
            db.execute("INSERT INTO tokens VALUES (?,?,?,?)", (token, login, note, time.time()))
        return token

    def token_user(self, token: str) -> str | None:
        """Whose token this is."""
        row = self._one("SELECT login FROM tokens WHERE token = ?", token)
        return row["login"] if row else None

    # -- groups

    def add_group(self, org: str, name: str, permission: str = "read", automatic: bool = False, id: str | None = None) -> None:
        """A group of an organization."""
        if self.user(org)["kind"] != "org":
            raise StoreError(f"{org} is not an organization", 400)
        if permission not in PERMISSIONS:
            raise StoreError(f"{permission} is not a permission", 400)
        if self._one("SELECT 1 FROM groups WHERE org = ? AND name = ?", org, name):
            raise StoreError(f"the group {org}/{name} exists already", 409)
        with self.write() as db:
            db.execute("INSERT INTO groups VALUES (?,?,?,?,?)", (id or self.new_id(), org, name, permission, automatic))

    def group_id(self, org: str, name: str) -> str:
        """The id of a group; StoreError if there is none."""
        row = self._need(f"the group {org}/{name}", "SELECT id FROM groups WHERE org = ? AND name = ?", org, name)
        return t.cast(str, row["id"])

    def group_records(self, org: str) -> list[Record]:
        """The groups of an organization as neutral records."""
        self.user(org)
        with self.lock:
            return site_reader.groups(self.db, org)

    def add_member(self, org: str, name: str, login: str) -> None:
        """Adds a user to a group (again is not an error)."""
        group = self.group_id(org, name)
        if self.user(login)["kind"] != "user":
            raise StoreError(f"{login} is not a user", 400)
        with self.write() as db:
            db.execute("INSERT OR IGNORE INTO group_members VALUES (?,?)", (group, login))

    def remove_member(self, org: str, name: str, login: str) -> None:
        """Takes a user out of a group."""
        with self.write() as db:
            db.execute("DELETE FROM group_members WHERE group_id = ? AND login = ?", (self.group_id(org, name), login))

    def add_group_package(self, org: str, name: str, package: str) -> None:
        """Gives a group access to a package (again is not an error)."""
        group = self.group_id(org, name)
        self.package_row(org, package)
        with self.write() as db:
            db.execute("INSERT OR IGNORE INTO group_packages VALUES (?,?)", (group, package))

    def remove_group_package(self, org: str, name: str, package: str) -> None:
        """Takes a package away from a group."""
        with self.write() as db:
            db.execute("DELETE FROM group_packages WHERE group_id = ? AND package = ?", (self.group_id(org, name), package))

    # -- packages

    def add_package(
        self, owner: str, name: str, access: str = "public", kinds: t.Sequence[str] = (), attrs: Record | None = None, **fixed: t.Any
    ) -> str:
        """A package; its id.  ``fixed`` may give ``id`` and ``created``.  409 if it exists."""
        self.user(owner)
        if access not in ACCESS:
            raise StoreError(f"{access} is not an access level", 400)
        if self._one("SELECT 1 FROM packages WHERE owner = ? AND name = ?", owner, name):
            raise StoreError(f"the package {owner}/{name} exists already", 409)
        attrs = attrs or {}
        created = fixed.get("created") or time.time()
        id = fixed.get("id") or self.new_id()
        values = (id, owner, name, access, json.dumps(list(kinds)), attrs.get("summary"), json.dumps(attrs), created, created)
        with self.write() as db:
            db.execute("INSERT INTO packages VALUES (?,?,?,?,?,?,?,?,?)", values)
        return t.cast(str, id)

    def package_row(self, owner: str, name: str) -> sqlite3.Row:
        """The row of a package; StoreError if there is none."""
        return self._need(f"the package {owner}/{name}", "SELECT * FROM packages WHERE owner = ? AND name = ?", owner, name)

    def package_record(self, owner: str, name: str) -> Record:
        """A package with its files as a neutral record."""
        with self.lock:
            return site_reader.package(self.db, self.package_row(owner, name))

    def package_records(self, owner: str) -> list[Record]:
        """All packages of an owner as neutral records."""
        self.user(owner)
        with self.lock:
            return site_reader.packages(self.db, owner)

    def set_access(self, owner: str, name: str, access: str) -> None:
        """Changes the access level of a package."""
        if access not in ACCESS:
            raise StoreError(f"{access} is not an access level", 400)
        id = self.package_row(owner, name)["id"]
        with self.write() as db:
            db.execute("UPDATE packages SET access = ?, modified = ? WHERE id = ?", (access, time.time(), id))

    def add_collaborator(self, owner: str, name: str, login: str, permission: str = "read") -> None:
        """Adds a permission of a user on one package."""
        id = self.package_row(owner, name)["id"]
        self.user(login)
        with self.write() as db:
            db.execute("INSERT OR REPLACE INTO collaborators VALUES (?,?,?)", (id, login, permission))

    def remove_collaborator(self, owner: str, name: str, login: str) -> None:
        """Removes a user's permission on one package."""
        id = self.package_row(owner, name)["id"]
        with self.write() as db:
            db.execute("DELETE FROM collaborators WHERE package_id = ? AND login = ?", (id, login))

    def remove_package(self, owner: str, name: str) -> None:
        """Removes a package and its files."""
        package = self.package_record(owner, name)
        for file in package["files"]:
            self.remove_file(file["id"])
        with self.write() as db:
            for table in ("releases", "collaborators", "files"):
                db.execute(f"DELETE FROM {table} WHERE package_id = ?", (package["id"],))  # noqa: S608 - a constant
            db.execute("DELETE FROM packages WHERE id = ?", (package["id"],))
            query = "DELETE FROM group_packages WHERE package = ? AND group_id IN (SELECT id FROM groups WHERE org = ?)"
            db.execute(query, (name, owner))

    # -- releases and files

    def release(self, owner: str, name: str, version: str) -> Record | None:
        """Attributes of a release, None if there is none."""
        id = self.package_row(owner, name)["id"]
        row = self._one("SELECT attrs FROM releases WHERE package_id = ? AND version = ?", id, version)
        return json.loads(row["attrs"]) if row else None

    def add_release(self, owner: str, name: str, version: str, attrs: Record) -> None:
        """A release, or new attributes for one."""
        id = self.package_row(owner, name)["id"]
        with self.write() as db:
            db.execute("INSERT OR REPLACE INTO releases VALUES (?,?,?)", (id, version, json.dumps(attrs)))

    def remove_release(self, owner: str, name: str, version: str) -> None:
        """Removes a release and its files."""
        package = self.package_record(owner, name)
        for file in package["files"]:
            if file["version"] == version:
                self.remove_file(file["id"])
        with self.write() as db:
            db.execute("DELETE FROM releases WHERE package_id = ? AND version = ?", (package["id"], version))

    def stage_file(self, owner: str, name: str, version: str, basename: str, kind: str, labels: t.Sequence[str], **more: t.Any) -> str:
        """A file that is announced but has no content yet; its id.  ``more``: attrs, dependencies, id, uploaded."""
        package = self.package_row(owner, name)
        query = "SELECT id, committed FROM files WHERE package_id = ? AND version = ? AND basename = ?"
        there = self._one(query, package["id"], version, basename)
        if there is not None and there["committed"]:
            raise StoreError(f"the file {basename} exists already", 409)
        if there is not None:
            self.remove_file(there["id"])
        id = more.get("id") or self.new_id()
        attrs, dependencies = json.dumps(more.get("attrs") or {}), json.dumps(more.get("dependencies") or {"depends": []})
        uploaded = more.get("uploaded") or time.time()
        values = (id, package["id"], version, basename, kind, attrs, dependencies, None, None, 0, None, uploaded, 0)
        with self.write() as db:
            db.execute("INSERT INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", values)
            db.executemany("INSERT OR IGNORE INTO labels VALUES (?,?)", [(id, label) for label in labels])
            kinds = json.loads(package["kinds"])
            if kind not in kinds:
                db.execute("UPDATE packages SET kinds = ? WHERE id = ?", (json.dumps([*kinds, kind]), package["id"]))
        return t.cast(str, id)

    def incoming(self) -> Path:
        """A new path in the storage for content that is still arriving."""
        folder = self.storage / "incoming"
        folder.mkdir(exist_ok=True)
        return folder / secrets.token_hex(12)

    def put_content(self, file_id: str, arrived: Path, md5: str | None, sha256: str | None, size: int) -> None:
        """Moves arrived content to its place in the storage, under a random ``fs_id``."""
        self._need(f"the file {file_id}", "SELECT 1 FROM files WHERE id = ?", file_id)
        fs_id = secrets.token_hex(16)
        target = self.path_of(fs_id)
        target.parent.mkdir(exist_ok=True)
        shutil.move(arrived, target)
        with self.write() as db:
            db.execute("UPDATE files SET md5 = ?, sha256 = ?, size = ?, fs_id = ? WHERE id = ?", (md5, sha256, size, fs_id, file_id))

    def commit_file(self, file_id: str) -> None:
        """Makes a staged file visible; 400 if its content never arrived."""
        row = self._need(f"the file {file_id}", "SELECT * FROM files WHERE id = ?", file_id)
        if row["fs_id"] is None:
            raise StoreError("the content of the file has not arrived", 400)
        with self.write() as db:
            db.execute("UPDATE files SET committed = 1 WHERE id = ?", (file_id,))
            db.execute("UPDATE packages SET modified = ? WHERE id = ?", (row["uploaded"], row["package_id"]))

    def add_file(
        self, owner: str, name: str, version: str, basename: str, kind: str, labels: t.Sequence[str], content: bytes, **more: t.Any
    ) -> str:
        """A file with its content, in one go; its id.  ``more`` as of ``stage_file``, and ``md5`` that the database claims
        (a wrong one makes a corrupted file), and ``sha256`` (default: none, as old files have)."""
        id = self.stage_file(owner, name, version, basename, kind, labels, **more)
        arrived = self.incoming()
        arrived.write_bytes(content)
        md5 = more.get("md5") or hashlib.md5(content).hexdigest()  # noqa: S324 - AE4 speaks md5
        self.put_content(id, arrived, md5, more.get("sha256"), len(content))
        self.commit_file(id)
        return id

    def path_of(self, fs_id: str) -> Path:
        """The path of a stored file."""
        return self.storage / fs_id[:2] / fs_id

    def remove_file(self, file_id: str) -> None:
        """Removes a file and its content."""
        row = self._need(f"the file {file_id}", "SELECT fs_id FROM files WHERE id = ?", file_id)
        with self.write() as db:
            db.execute("DELETE FROM labels WHERE file_id = ?", (file_id,))
            db.execute("DELETE FROM files WHERE id = ?", (file_id,))
        if row["fs_id"]:
            self.path_of(row["fs_id"]).unlink(missing_ok=True)

    def set_labels(self, file_id: str, labels: t.Iterable[str]) -> None:
        """Replaces the labels of a file (none is allowed)."""
        with self.write() as db:
            db.execute("DELETE FROM labels WHERE file_id = ?", (file_id,))
            db.executemany("INSERT OR IGNORE INTO labels VALUES (?,?)", [(file_id, label) for label in labels])

    def lock_label(self, owner: str, label: str, locked: bool) -> None:
        with self.write() as db:
            db.execute("DELETE FROM locked_labels WHERE owner = ? AND label = ?", (owner, label))
            if locked:
                db.execute("INSERT INTO locked_labels VALUES (?,?)", (owner, label))

    def is_locked(self, owner: str, label: str) -> bool:
        return bool(self._one("SELECT 1 FROM locked_labels WHERE owner = ? AND label = ?", owner, label))

    def file_of(self, owner: str, name: str, version: str, basename: str) -> Record:
        """A committed file as a neutral record; StoreError if there is none."""
        for file in self.package_record(owner, name)["files"]:
            if file["version"] == version and file["basename"] == basename:
                return t.cast(Record, file)
        raise StoreError(f"the file {owner}/{name}/{version}/{basename} does not exist")
