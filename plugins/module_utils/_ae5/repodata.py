# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels as a conda client sees them: the only public protocol of AE5.  Private to the collection.

Source: DESIGN section 7; AE5 facts 2.1 (the slash of a channel name is literal here) and 2.4 (token form of the URL).
"""

from __future__ import annotations

import dataclasses
import threading
import typing as t
from urllib.parse import quote

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import CONDA_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.download import Digests, digests_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata_cache import RepodataCache
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import NOARCH
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC, Package
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel

SEEN = "seen"
ABSENT = "absent"
REFUSED = "refused"

SUBDIRS = (
    NOARCH,
    "linux-64",
    "linux-32",
    "linux-aarch64",
    "linux-armv6l",
    "linux-armv7l",
    "linux-ppc64",
    "linux-ppc64le",
    "linux-s390x",
    "osx-64",
    "osx-arm64",
    "win-32",
    "win-64",
    "win-arm64",
)
"""All of conda's subdirs, for a channel whose subdirs are not known."""

Pair = t.Tuple[str, str]
Result = t.TypeVar("Result")
Item = t.TypeVar("Item")


@dataclasses.dataclass(frozen=True)
class Listing:
    """A subdir of a channel.  ``state``: seen, absent (404) or refused (401, 403); only a seen one has packages."""

    state: str
    packages: t.Dict[str, Package]
    """By file name."""
    etag: t.Optional[str] = None
    unauthorized: bool = False
    """Refused with a 401: the token itself is not valid, or has expired."""


class Repodata:
    """Reads repodata with the first available token of: the conda token, the transport's bearer token, none.

    ``conda_token`` is called when the first repodata is read, because a transport may have to log in for it.
    ``cache`` has the listings of earlier runs; ``close`` adds those of this run, if it is ``writable``.
    """

    def __init__(
        self,
        http: Http,
        *,
        conda_token: t.Callable[[], t.Optional[str]],
        tokens: t.Optional[TokenSource],
        workers: int = 8,
        cache: t.Optional[RepodataCache] = None,
        writable: bool = False,
    ) -> None:
        self._http = http
        self._conda_token = conda_token
        self._tokens = tokens
        self._access: t.Optional[t.Tuple[str, t.Optional[TokenSource]]] = None
        self._workers = workers
        self._lock = threading.Lock()
        self._kept: t.Dict[Pair, Listing] = {}
        self._new: t.Set[Pair] = set()
        self._cache = cache
        self._writable = writable

    def read(self, pairs: t.Iterable[Pair]) -> t.Dict[Pair, Listing]:
        """The listing of each (channel, subdir).

        Raises:
            HttpError: the cluster cannot be read; absent or refused channels are no error.
        """
        return in_parallel(self._read, list(dict.fromkeys(pairs)), self._workers)

    def packages(self, pairs: t.Iterable[Pair]) -> t.Dict[Pair, t.Dict[str, Package]]:
        """As ``read``; only the packages, by file name."""
        return {pair: listing.packages for pair, listing in self.read(pairs).items()}

    def save(self, channel: str, subdir: str, path: str) -> str:
        """Writes the whole ``repodata.json`` to the file ``path`` as a stream; nothing else of it is kept.

        Returns seen, absent or refused (see ``Listing``); the file exists only if it is seen.

        Raises:
            HttpError: the cluster cannot be read.
        """
        base, tokens = self._with_token()
        address = f"{base}/{channel_path(channel)}/{quote(subdir, safe='')}/repodata.json"

        def write(blocks: t.Iterable[bytes]) -> None:
            with open(path, "wb") as stream:
                for block in blocks:
                    stream.write(block)

        try:
            self._http.call("GET", address, auth=tokens, read=write)
        except HttpError as exc:
            state = _state_of(exc.status)
            if state is None:
                raise
            return state
        return SEEN

    def digests(self, channel: str, subdir: str, file: str) -> Digests:
        """Downloads a package as a conda client would; returns its digests.  Nothing is kept.

        Raises:
            HttpError: the download failed.
        """
        base, tokens = self._with_token()
        path = f"{base}/{channel_path(channel)}/{quote(subdir, safe='')}/{quote(file, safe='')}"
        # Without compression, so that the answer's length is that of the file.
        answer = self._http.call("GET", path, auth=tokens, headers={"Accept-Encoding": "identity"}, read=digests_of)
        return t.cast(Digests, answer.data)

    def forget(self) -> None:
        """Drops the listings kept for conditional requests, and those of earlier runs."""
        with self._lock:
            self._kept.clear()
            self._cache = None

    def close(self) -> None:
        """Stores the listings that this run has read, for later runs."""
        if self._cache is not None and self._writable:
            for pair in sorted(self._new & self._kept.keys()):
                listing = self._kept[pair]
                self._cache.save(*pair, t.cast(str, listing.etag), listing.packages)
        self._new.clear()

    def release(self) -> None:
        """As ``close``, and frees the memory; later reads are conditional only on the stored listings."""
        self.close()
        with self._lock:
            self._kept.clear()

    def anonymous_status(self, channel: str) -> int:
        """The status that someone without a token gets for the channel's repodata; the body is not read."""
        return self._status(CONDA_BASE, None, channel)

    def privacy(self, channels: t.Iterable[str]) -> t.Dict[str, t.Optional[str]]:
        """public or private, from an anonymous request and our own; ``None`` if the two answers do not say."""
        return in_parallel(self._privacy, list(dict.fromkeys(channels)), self._workers)

    def _privacy(self, channel: str) -> t.Optional[str]:
        status = self.anonymous_status(channel)
        if status == 200:
            return PUBLIC
        if status in (401, 403):
            return PRIVATE
        # A server may hide a private channel behind a 404; then our own request succeeds.
        return PRIVATE if self._status(*self._with_token(), channel) == 200 else None

    def _with_token(self) -> t.Tuple[str, t.Optional[TokenSource]]:
        """The base of the URLs that show us private channels, and the bearer token to send there."""
        with self._lock:
            if self._access is None:
                token = self._conda_token()
                self._http.protect(token)
                self._access = (f"{CONDA_BASE}/t/{quote(token, safe='')}", None) if token else (CONDA_BASE, self._tokens)
            return self._access

    def _status(self, base: str, tokens: t.Optional[TokenSource], channel: str) -> int:
        path = f"{base}/{channel_path(channel)}/{NOARCH}/repodata.json"
        return self._http.call("GET", path, ok=(200, 401, 403, 404), auth=tokens, status_only=True).status

    def _read(self, pair: Pair) -> Listing:
        channel, subdir = pair
        kept = self._remembered(pair)
        headers = {"If-None-Match": kept.etag} if kept is not None and kept.etag else {}
        base, tokens = self._with_token()
        path = f"{base}/{channel_path(channel)}/{quote(subdir, safe='')}/repodata.json"
        try:
            answer = self._http.call("GET", path, ok=(200, 304), auth=tokens, headers=headers, want_json=True)
        except HttpError as exc:
            state = _state_of(exc.status)
            if state is None:
                raise
            return Listing(state, {}, unauthorized=exc.status == 401)
        if answer.status == 304 and kept is not None:
            return kept
        listing = Listing(SEEN, parse_repodata(answer.data, subdir, f"{channel}/{subdir}"), answer.headers.get("ETag"))
        if listing.etag:
            with self._lock:
                self._kept[pair] = listing
                self._new.add(pair)
        return listing

    def _remembered(self, pair: Pair) -> t.Optional[Listing]:
        """The listing that this run, else an earlier one, has read."""
        with self._lock:
            kept, cache = self._kept.get(pair), self._cache
        if kept is not None or cache is None:
            return kept
        found = cache.load(*pair)
        if found is None:
            return None
        with self._lock:
            return self._kept.setdefault(pair, Listing(SEEN, found[1], found[0]))


def parse_repodata(data: t.Any, subdir: str, where: str) -> t.Dict[str, Package]:
    """The packages of a repodata.json, both ``packages`` and ``packages.conda``, by file name.

    Raises:
        MigrationError: it does not have the shape of repodata.
    """
    found: t.Dict[str, Package] = {}
    for key in ("packages", "packages.conda"):
        section = data.get(key, {}) if isinstance(data, dict) else None
        if not isinstance(section, dict) or not all(isinstance(record, dict) for record in section.values()):
            raise MigrationError(f"The repodata of {where} does not have the format of repodata; check which server answers there.")
        for file, record in section.items():
            found[file] = Package(
                subdir,
                file,
                str(record.get("name", "")),
                str(record.get("version", "")),
                str(record.get("build", "")),
                record.get("size"),
                _digest(record.get("md5")),
                _digest(record.get("sha256")),
                _number(record.get("build_number")),
            )
    return found


def channel_path(channel: str) -> str:
    """A channel name in a conda URL: slashes stay.  Dots that a URL would remove are refused."""
    if any(part in ("", ".", "..") for part in channel.split("/")):
        raise MigrationError(f"The channel name {channel!r} cannot be part of a URL; rename it with ae_channel_map.")
    return quote(channel, safe="/")


def _state_of(status: t.Optional[int]) -> t.Optional[str]:
    """The state of a channel from the status of a refusal; ``None`` for other statuses."""
    if status == 404:
        return ABSENT
    return REFUSED if status in (401, 403) else None


def _number(value: t.Any) -> int:
    """A build number; conda takes one that is missing for 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _digest(value: t.Any) -> t.Optional[str]:
    return value.lower() if isinstance(value, str) and value else None
