# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One AE5 cluster: its operations over either transport, and its channels as conda sees them.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import Capabilities
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import WriteInCheckMode, connection_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import Repodata
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata_cache import RepodataCache, viewer_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import (
    LIST_PRIVACY,
    PRIVACY_AT_CREATION,
    PRIVACY_LATER,
    ChannelState,
    Transport,
    UploadSource,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import USER
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key


class Cluster:
    """A connected cluster.  With ``read_only`` every operation that changes something raises ``WriteInCheckMode``."""

    def __init__(
        self,
        http: Http,
        transport: Transport,
        repodata: Repodata,
        *,
        read_only: bool,
        workers: int = 8,
        capabilities: t.Optional[Capabilities] = None,
    ) -> None:
        self.http = http
        self.transport = transport
        self.repodata = repodata
        self.read_only = read_only
        self.workers = workers
        self.capabilities = capabilities or Capabilities()
        """The results of the probe; empty without one."""

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes connections and removes the transport's files on this host; the cache stays."""
        self.repodata.close()
        self.transport.close()
        self.http.close()

    def can(self, ability: str) -> bool:
        """Whether the transport has an ability (``transport.ABILITIES``) and the probe has not seen it fail.

        Deleting must be verified by the probe.
        """
        return self.capabilities.allows(ability, self.transport.name) and self.transport.can(ability)

    @property
    def can_make_private(self) -> bool:
        """Whether a channel that is to be private can become so, when it is made or later."""
        return self.can(PRIVACY_AT_CREATION) or self.can(PRIVACY_LATER)

    def channels(self) -> t.Dict[str, ChannelState]:
        """The channels that the user can see, by name."""
        return self.transport.channels()

    def privacy(self, states: t.Iterable[ChannelState]) -> t.Dict[str, t.Optional[str]]:
        """public, private or ``None`` (not known) for each channel.

        If the transport does not list it, an anonymous request for the channel's repodata decides.
        """
        known: t.Dict[str, t.Optional[str]] = {}
        asked = []
        for state in states:
            known[state.name] = state.privacy
            if state.privacy is None or not self.transport.can(LIST_PRIVACY):
                asked.append(state.name)
        known.update(self.repodata.privacy(asked))
        return known

    def create_channel(self, name: str, private: bool) -> None:
        """Creates a channel that does not exist."""
        self._writing(f"create channel {name}")
        self.transport.create_channel(name, private)

    def set_privacy(self, name: str, privacy: str) -> None:
        """Makes a channel public or private."""
        self._writing(f"make channel {name} {privacy}")
        self.transport.set_privacy(name, privacy)

    def shares(self, name: str) -> t.Optional[t.Tuple[Share, ...]]:
        """The shares of a channel; ``None`` if this transport cannot list them."""
        return self.transport.shares(name)

    def share(self, name: str, share: Share) -> None:
        """Adds or changes a share of a channel."""
        self._writing(f"share channel {name}")
        self.transport.share(name, as_keycloak(share))

    def unshare(self, name: str, share: Share) -> None:
        """Removes a share of a channel."""
        self._writing(f"unshare channel {name}")
        self.transport.unshare(name, as_keycloak(share))

    def upload(self, channel: str, source: UploadSource) -> None:
        """Puts one file into a channel."""
        self._writing(f"upload {source.file} to {channel}")
        self.transport.upload(channel, source)

    def upload_files(self, channel: str, paths: t.Sequence[str], size: int) -> None:
        """Puts checked files of this host, ``size`` bytes together, into a channel.  Callers check ``can(UPLOAD_MANY)`` first."""
        self._writing(f"upload {len(paths)} files to {channel}")
        self.transport.upload_files(channel, paths, size)

    def import_folder(self, folder: str, timeout: float) -> None:
        """Runs the vendor import of one owner's folder of a dump; it is ended after ``timeout`` seconds."""
        self._writing(f"import {folder}")
        self.transport.import_folder(folder, timeout)

    def delete_channel(self, name: str) -> None:
        """Deletes a channel with its content.  Callers other than the probe check ``can(DELETE_CHANNEL)`` first."""
        self._writing(f"delete channel {name}")
        self.transport.delete_channel(name)

    def delete_file(self, channel: str, subdir: str, file: str) -> None:
        """Deletes one file of a channel.  Callers other than the probe check ``can(DELETE_FILE)`` first."""
        self._writing(f"delete {subdir}/{file} from channel {channel}")
        self.transport.delete_file(channel, subdir, file)

    def _writing(self, what: str) -> None:
        if self.read_only:
            raise WriteInCheckMode(f"check mode must not {what}")


def as_keycloak(share: Share) -> Share:
    """The share with the user's name as in Keycloak, which lower-cases user names; group names stay as they are."""
    return dataclasses.replace(share, name=user_key(share.name)) if share.kind == USER else share


def connect(params: t.Mapping[str, t.Any], read_only: bool, keep_cache: t.Optional[bool] = None) -> Cluster:
    """The cluster of a module's connection options (``argspec.AE5``).  No request is sent yet.

    Repodata is stored for later runs with ``keep_cache``, by default unless ``read_only``: check mode writes nothing.

    Raises:
        MigrationError: an option is missing, the address is refused, or the capabilities are of another cluster.
    """
    http, transport, capabilities = connection_of(params)
    viewer = viewer_of(params)
    repodata = Repodata(
        http,
        conda_token=lambda: params["conda_token"] or transport.conda_token(),
        tokens=transport.tokens,
        workers=params["workers"],
        cache=RepodataCache(params["cache"], http.api_url, viewer) if params.get("cache") and viewer is not None else None,
        writable=not read_only if keep_cache is None else keep_cache,
    )
    return Cluster(http, transport, repodata, read_only=read_only, workers=params["workers"], capabilities=capabilities)
