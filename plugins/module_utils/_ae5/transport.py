# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a transport to AE5 can do, and what it is given to upload.  Private to the collection."""

from __future__ import annotations

import abc
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC

PRIVACY_AT_CREATION = "privacy_at_creation"
PRIVACY_LATER = "privacy_later"
LIST_SHARES = "list_shares"
LIST_PRIVACY = "list_privacy"
UNSHARE = "unshare"
DELETE_CHANNEL = "delete_channel"
DELETE_FILE = "delete_file"
ADMIN_IMPORT = "admin_import"

ABILITIES = frozenset([PRIVACY_AT_CREATION, PRIVACY_LATER, LIST_SHARES, LIST_PRIVACY, UNSHARE, DELETE_CHANNEL, DELETE_FILE, ADMIN_IMPORT])

UPLOAD_MANY = "several_files"
"""Several files in one command: of the cli alone, so that it is none of what the transports are compared by."""

SLOWEST_UPLOAD = 100_000
"""Bytes a second; an upload that is slower than this is given up."""
SECONDS_A_FILE = 1.0
"""What a file may take besides its bytes."""


@dataclasses.dataclass(frozen=True)
class ChannelState:
    """A channel as the cluster lists it; what a transport does not show is ``None``."""

    name: str
    owner: t.Optional[str] = None
    privacy: t.Optional[str] = None
    """public or private."""


class Reader(t.Protocol):
    """The bytes of a source."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end."""

    def close(self) -> None:
        """Gives the file back."""


class UploadSource(abc.ABC):
    """A file to upload: its name on the target, its size in bytes, and its bytes."""

    file: str
    size: int

    @abc.abstractmethod
    def open(self) -> Reader:
        """A reader that raises before the last byte if the bytes are not the expected ones."""

    @abc.abstractmethod
    def checked_path(self) -> str:
        """The absolute path of the file, for a transport that opens files itself, after all bytes were checked."""


class TransportError(HttpError):
    """The transport was told no; ``status`` is the HTTP status where it is known."""


class Transport(abc.ABC):
    """The operations of AE5 that differ between the transports.  ``name`` is cli or api."""

    name: str

    @property
    @abc.abstractmethod
    def tokens(self) -> t.Optional[TokenSource]:
        """The bearer token that this transport works with; ``None`` if it has none to lend."""

    def seconds_left(self) -> t.Optional[float]:
        """How long the login is good for, where it cannot be renewed; ``None`` where it can, or does not say."""
        return self.tokens.seconds_left() if isinstance(self.tokens, FixedToken) else None

    def conda_token(self) -> t.Optional[str]:
        """A token for conda URLs, where the transport comes by one."""
        return None

    @abc.abstractmethod
    def can(self, ability: str) -> bool:
        """Whether the transport has one of ``ABILITIES``, or ``UPLOAD_MANY``, on this cluster."""

    @abc.abstractmethod
    def channels(self) -> t.Dict[str, ChannelState]:
        """The channels that the user can see, by name."""

    @abc.abstractmethod
    def create_channel(self, name: str, private: bool) -> None:
        """Creates a channel that does not exist."""

    @abc.abstractmethod
    def set_privacy(self, name: str, privacy: str) -> None:
        """Makes a channel public or private."""

    @abc.abstractmethod
    def shares(self, name: str) -> t.Optional[t.Tuple[Share, ...]]:
        """Whom a channel is shared with; ``None`` where the transport cannot show it."""

    @abc.abstractmethod
    def share(self, name: str, share: Share) -> None:
        """Gives a right on a channel, or changes it.  Raises ``UnknownPrincipal``."""

    @abc.abstractmethod
    def unshare(self, name: str, share: Share) -> None:
        """Takes a right on a channel away."""

    @abc.abstractmethod
    def upload(self, channel: str, source: UploadSource) -> None:
        """Puts one file into a channel.  Raises ``HttpError``, or what the source raises."""

    def upload_files(self, channel: str, paths: t.Sequence[str], size: int) -> None:
        """Puts files of this host, checked before and ``size`` bytes together, into a channel, where it can ``UPLOAD_MANY``.

        Raises ``HttpError`` if one of them could not be uploaded; then nothing is known of the others.
        """
        raise MigrationError(f"{len(paths)} files are to be uploaded to channel {channel} at once, which this transport cannot do.")

    @abc.abstractmethod
    def delete_channel(self, name: str) -> None:
        """Deletes a channel with all that it holds; one that is not there is no error."""

    @abc.abstractmethod
    def delete_file(self, channel: str, subdir: str, file: str) -> None:
        """Deletes one file of a channel."""

    def import_folder(self, folder: str, timeout: float) -> None:
        """Runs the vendor's own import of one owner's folder of a dump; ended after so many seconds."""
        raise MigrationError(f"{folder} is to be imported and only anaconda-enterprise-cli can do that; use transport cli.")

    def close(self) -> None:  # noqa: B027 - nothing to give back unless a transport says so
        """Gives back what the transport holds."""


class UnknownPrincipal(TransportError):
    """AE5 does not know the user or group that a channel was to be shared with."""


def seconds_for(files: int, size: int) -> float:
    """The longest that sending so many files with so many bytes may take."""
    return files * SECONDS_A_FILE + size / SLOWEST_UPLOAD


def privacy_of(private: bool) -> str:
    """The word for it."""
    return PRIVATE if private else PUBLIC
