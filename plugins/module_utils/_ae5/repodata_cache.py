# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repodata of earlier runs, with ETags.  Private to the collection.

A cache: losing it costs only time.  It is used only for conditional requests: a listing counts only after the cluster has
answered 304 to the request that would have returned it.

One file for each (cluster, viewer, channel, subdir), readable only by its owner.  Its name is a digest of all four, so that the
listing of one user or token is never used for another.  A damaged or renamed file is ignored.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import claims_of
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package

VERSION = 2
"""Of the file format, and of what is read from repodata."""

Packages = t.Dict[str, Package]
Kept = t.Tuple[str, Packages]
"""An ETag and the packages by file name."""


def viewer_of(params: t.Mapping[str, t.Any]) -> t.Optional[str]:
    """Whose view of private channels the connection options give; ``None`` if that is not known, then nothing is stored.

    A conda token is its own viewer.  A bearer token is valid for minutes, so its user is the viewer; with each 304 the cluster
    decides again whether that user may see a channel.
    """
    if params["conda_token"]:
        return f"conda token {params['conda_token']}"
    if params["password"]:
        return f"user {params['username']}"
    claims = claims_of(params["access_token"] or "")
    if isinstance(claims.get("iss"), str) and isinstance(claims.get("sub"), str):
        return f"subject {claims['iss']} {claims['sub']}"
    return None


class RepodataCache:
    """Listings in ``folder``, for one viewer of the cluster at ``url``."""

    def __init__(self, folder: str, url: str, viewer: str) -> None:
        self._folder = folder
        self._whose = (url, viewer)

    def load(self, channel: str, subdir: str) -> t.Optional[Kept]:
        """The stored listing; ``None`` if there is none, or it is damaged."""
        key = self._key(channel, subdir)
        try:
            with open(self._path(key), encoding="utf-8") as stream:
                head, body = json.loads(stream.readline()), stream.readline()
            if head["key"] != key or head["sha256"] != _digest(head["etag"], body):
                return None
            return head["etag"], {row[1]: Package(*row) for row in json.loads(body)}
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            # Missing or damaged: an unconditional request is always right.
            return None

    def save(self, channel: str, subdir: str, etag: str, packages: Packages) -> None:
        """Stores a listing atomically; nothing if the folder cannot be written to."""
        key = self._key(channel, subdir)
        body = json.dumps([dataclasses.astuple(package) for _file, package in sorted(packages.items())], separators=(",", ":")) + "\n"
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            with atomic_writer(self._path(key), 0o600) as stream:
                stream.write(json_line({"key": key, "etag": etag, "sha256": _digest(etag, body)}))
                stream.write(body)

    def _key(self, channel: str, subdir: str) -> str:
        return hashlib.sha256(json.dumps([VERSION, *self._whose, channel, subdir]).encode()).hexdigest()

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, f"repodata-{key}.json")


def _digest(etag: str, body: str) -> str:
    return hashlib.sha256(f"{etag}\n{body}".encode()).hexdigest()
