# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels, shares and packages, and who may do what with them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
import typing as t
from pathlib import Path

from .archive import BrokenArchive, read_index
from .database import Database, Row
from .identity import ADMIN, EVERYONE, UPLOADER, Identity
from .switches import Switches

PUBLIC, PRIVATE = "public", "private"


class Refused(Exception):
    """A request that is answered with ``status`` and one sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def check_name(name: str, rule: str) -> None:
    """Raises ``Refused`` (400) for a channel name that the rule (switch ``channel_names``) does not take."""
    parts = name.split("/")
    if rule == "strict":
        good = len(parts) <= 2 and all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", part) for part in parts)
    else:
        good = all(part not in ("", ".", "..", "t") and part == part.strip() and part.isprintable() for part in parts)
    if not good:
        raise Refused(400, f"{name!r} is not a channel name")


class State:
    """The repository service's own data.  Bytes of packages lie in ``files/<sha256>``, once for all channels."""

    def __init__(self, root: Path, database: Database, identity: Identity, switches: Switches) -> None:
        self.files = root / "files"
        self.incoming = root / "incoming"
        for folder in (self.files, self.incoming):
            folder.mkdir(parents=True, exist_ok=True)
        for leftover in self.incoming.iterdir():
            leftover.unlink()
        self._db = database
        self._identity = identity
        self._switches = switches
        self._lock = threading.RLock()
        self._repodata: dict[tuple[str, str], tuple[bytes, str]] = {}

    # -- rights

    def is_admin(self, user: t.Optional[str]) -> bool:
        return user is not None and ADMIN in self._identity.effective_roles(user)

    def access(self, user: t.Optional[str], channel: Row) -> str:
        """What the user may do: ``own``, ``rw``, ``r`` or nothing (an empty string).  None is an anonymous user."""
        if user is not None and (channel["owner"] == user or self.is_admin(user)):
            return "own"
        levels = {"r"} if channel["privacy"] == PUBLIC else set()
        if user is not None:
            groups = {EVERYONE, *self._identity.groups_of(user)}
            for share in self.shares(channel["name"]):
                if (share["kind"] == "user" and share["principal"] == user) or (share["kind"] == "group" and share["principal"] in groups):
                    levels.add(share["access"])
            if self._switches.private_means == "authenticated":
                levels.add("r")
        return "rw" if "rw" in levels else "r" if levels else ""

    def readable(self, name: str, user: t.Optional[str]) -> Row:
        """The channel; raises ``Refused``: 404 if there is none, switch ``private_status`` if the user may not see it."""
        channel = self.channel(name)
        if channel is None:
            raise Refused(404, f"there is no channel {name}")
        if not self.access(user, channel):
            if self._switches.private_status == 404:
                raise Refused(404, f"there is no channel {name}")
            raise Refused(403, f"channel {name} is private")
        return channel

    def owned(self, name: str, user: str) -> Row:
        channel = self.readable(name, user)
        if self.access(user, channel) != "own":
            raise Refused(403, f"only the owner of channel {name} or an administrator may do that")
        return channel

    def writable(self, name: str, user: str) -> Row:
        """The channel, if the user may put packages into it: role ae-uploader, and read-write or owner; or an administrator."""
        channel = self.readable(name, user)
        if self.access(user, channel) not in ("own", "rw"):
            raise Refused(403, f"{user} has no write access to channel {name}")
        if not {UPLOADER, ADMIN} & self._identity.effective_roles(user):
            raise Refused(403, f"{user} lacks the role {UPLOADER}")
        return channel

    # -- channels

    def channel(self, name: str) -> t.Optional[Row]:
        return self._db.row("SELECT * FROM channels WHERE name=?", name)

    def channels(self, user: t.Optional[str]) -> list[Row]:
        """What a list shows the user (A15)."""
        rows = self._db.rows("SELECT * FROM channels ORDER BY name")
        return rows if self._switches.channel_list == "all" else [row for row in rows if self.access(user, row)]

    def create(self, name: str, owner: str, privacy: t.Optional[str]) -> Row:
        check_name(name, self._switches.channel_names)
        privacy = self._privacy(privacy or self._switches.default_privacy)
        if self._switches.privacy_at_creation == "ignored":
            privacy = self._switches.default_privacy
        with self._db.change():
            if self.channel(name) is not None:
                raise Refused(409, f"channel {name} already exists")
            self._db.execute("INSERT INTO channels VALUES (?,?,?,?)", name, owner, privacy, time.time())
        row = self.channel(name)
        assert row is not None
        return row

    def set_privacy(self, name: str, privacy: t.Any) -> None:
        self._db.execute("UPDATE channels SET privacy=?, updated=? WHERE name=?", self._privacy(privacy), time.time(), name)

    @staticmethod
    def _privacy(value: t.Any) -> str:
        if value not in (PUBLIC, PRIVATE):
            raise Refused(400, f"privacy is public or private, not {value!r}")
        return str(value)

    def delete(self, name: str) -> None:
        with self._lock:
            digests = self._db.names("SELECT DISTINCT sha256 FROM packages WHERE channel=?", name)
            with self._db.change():
                for statement in ("packages WHERE channel", "shares WHERE channel", "channels WHERE name"):
                    self._db.execute(f"DELETE FROM {statement}=?", name)  # noqa: S608
            self._forget(name, digests)

    # -- shares

    def shares(self, channel: str) -> list[Row]:
        return self._db.rows("SELECT * FROM shares WHERE channel=? ORDER BY kind, principal", channel)

    def share(self, channel: str, kind: str, principal: str, access: t.Any) -> bool:
        """True if the share is new."""
        if access not in ("r", "rw"):
            raise Refused(400, f"access is r or rw, not {access!r}")
        if self._switches.unknown_principal == "reject" and not self._identity.known(kind, principal):
            raise Refused(404, f"there is no {kind} {principal}")
        with self._db.change():
            there = self._db.execute("DELETE FROM shares WHERE channel=? AND kind=? AND principal=?", channel, kind, principal)
            self._db.execute("INSERT INTO shares VALUES (?,?,?,?)", channel, kind, principal, access)
        return not there

    def unshare(self, channel: str, kind: str, principal: str) -> None:
        if not self._db.execute("DELETE FROM shares WHERE channel=? AND kind=? AND principal=?", channel, kind, principal):
            raise Refused(404, f"channel {channel} is not shared with {kind} {principal}")

    # -- packages

    def packages(self, channel: str) -> list[Row]:
        return self._db.rows("SELECT * FROM packages WHERE channel=? ORDER BY subdir, file", channel)

    def add_package(self, channel: str, file: str, index: t.Mapping[str, t.Any], received: Path, size: int, md5: str, sha256: str) -> bool:
        """Takes the received file over, as a whole or not at all.  True if it is stored, false if the old one was kept (A5)."""
        subdir = str(index["subdir"])
        record = {**index, "size": size, "md5": md5, "sha256": sha256}
        with self._lock:
            old = self._db.row("SELECT sha256 FROM packages WHERE channel=? AND subdir=? AND file=?", channel, subdir, file)
            if old is not None and self._switches.duplicate == "reject":
                raise Refused(409, f"channel {channel} already holds {subdir}/{file}")
            if old is not None and self._switches.duplicate == "keep":
                return False
            with self._db.change():
                if self.channel(channel) is None:
                    raise Refused(404, f"there is no channel {channel}")
                self._db.execute(
                    "INSERT OR REPLACE INTO packages VALUES (?,?,?,?,?,?,?,?)",
                    *(channel, subdir, file, json.dumps(record), size, md5, sha256, self._switches.readonly_repodata_delay),
                )
                self._db.execute("UPDATE channels SET updated=? WHERE name=?", time.time(), channel)
                os.replace(received, self.files / sha256)
            self._forget(channel, [old["sha256"]] if old is not None else [])
        return True

    def take(self, channel: str, file: str, received: Path, size: int, md5: str, sha256: str) -> tuple[dict[str, t.Any], bool]:
        """Checks the received file and stores it: its index, and whether it is stored.  A broken archive is ``Refused`` (400)."""
        if file.endswith(".conda") and self._switches.conda_v2 == "refused":
            raise Refused(400, f"{file} is not a package: its name must end in .tar.bz2")
        try:
            index = read_index(received, file)
        except BrokenArchive as exc:
            raise Refused(400, str(exc)) from exc
        return index, self.add_package(channel, file, index, received, size, md5, sha256)

    def delete_package(self, channel: str, subdir: str, file: str) -> None:
        with self._lock:
            row = self._db.row("SELECT sha256 FROM packages WHERE channel=? AND subdir=? AND file=?", channel, subdir, file)
            if row is None:
                raise Refused(404, f"channel {channel} does not hold {subdir}/{file}")
            self._db.execute("DELETE FROM packages WHERE channel=? AND subdir=? AND file=?", channel, subdir, file)
            self._forget(channel, [row["sha256"]])

    def package_file(self, channel: str, subdir: str, file: str) -> t.Optional[Path]:
        row = self._db.row("SELECT sha256 FROM packages WHERE channel=? AND subdir=? AND file=?", channel, subdir, file)
        return None if row is None else self.files / row["sha256"]

    def repodata(self, channel: str, subdir: str) -> tuple[bytes, str]:
        """The channel's repodata for one subdir, and its ETag; counts as one read (switch ``readonly_repodata_delay``)."""
        key = (channel, subdir)
        with self._lock:
            if key not in self._repodata:
                body = self._make_repodata(channel, subdir)
                self._repodata[key] = (body, hashlib.md5(body, usedforsecurity=False).hexdigest())
            answer = self._repodata[key]
            waiting = "UPDATE packages SET hidden=hidden-1 WHERE channel=? AND subdir=? AND hidden>0"
            if self._db.execute(waiting, channel, subdir):
                del self._repodata[key]
        return answer

    def _make_repodata(self, channel: str, subdir: str) -> bytes:
        rows = self._db.rows("SELECT file, record FROM packages WHERE channel=? AND subdir=? AND hidden<=0 ORDER BY file", channel, subdir)
        packages: dict[str, dict[str, t.Any]] = {"packages": {}, "packages.conda": {}}
        for row in rows:
            kind = "packages.conda" if row["file"].endswith(".conda") else "packages"
            packages[kind][row["file"]] = json.loads(row["record"])
        return json.dumps({"info": {"subdir": subdir}, **packages, "removed": [], "repodata_version": 1}).encode()

    def _forget(self, channel: str, digests: t.Iterable[str]) -> None:
        """Drops what was kept of the channel, and the bytes that no channel holds any more."""
        for key in [key for key in self._repodata if key[0] == channel]:
            del self._repodata[key]
        for digest in digests:
            if self._db.row("SELECT 1 FROM packages WHERE sha256=? LIMIT 1", digest) is None:
                (self.files / digest).unlink(missing_ok=True)
