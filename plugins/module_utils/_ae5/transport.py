# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of a transport to AE5, and its upload sources.  Private to the collection."""

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
"""Several files in one command: only the cli has it, so it is not in ``ABILITIES``."""

SLOWEST_UPLOAD = 100_000
"""Bytes per second; a slower upload is stopped."""
SECONDS_A_FILE = 1.0
"""Additional seconds per file."""


@dataclasses.dataclass(frozen=True)
class ChannelState:
    """A channel as the cluster lists it; fields that a transport does not show are ``None``."""

    name: str
    owner: t.Optional[str] = None
    privacy: t.Optional[str] = None
    """public or private."""


class Reader(t.Protocol):
    """The bytes of a source."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end."""

    def close(self) -> None:
        """Closes the file."""


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
    """The request was refused; ``status`` is the HTTP status if it is known."""


class Transport(abc.ABC):
    """The operations of AE5 that differ between the transports.  ``name`` is cli or api."""

    name: str

    @property
    @abc.abstractmethod
    def tokens(self) -> TokenSource:
        """Where the bearer tokens of this transport come from."""

    def seconds_left(self) -> t.Optional[float]:
        """Seconds until the login expires, if it cannot be renewed; ``None`` if it can, or does not say."""
        return self.tokens.seconds_left() if isinstance(self.tokens, FixedToken) else None

    def conda_token(self) -> t.Optional[str]:
        """A token for conda URLs, if the transport has one."""
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
        """The shares of a channel; ``None`` if the transport cannot list them."""

    @abc.abstractmethod
    def share(self, name: str, share: Share) -> None:
        """Adds or changes a share of a channel.  Raises ``UnknownPrincipal``."""

    @abc.abstractmethod
    def unshare(self, name: str, share: Share) -> None:
        """Removes a share of a channel."""

    @abc.abstractmethod
    def upload(self, channel: str, source: UploadSource) -> None:
        """Puts one file into a channel.  Raises ``HttpError``, or what the source raises."""

    def upload_files(self, channel: str, paths: t.Sequence[str], size: int) -> None:
        """Puts files of this host, checked before and ``size`` bytes together, into a channel, if it can ``UPLOAD_MANY``.

        Raises ``HttpError`` if one of them could not be uploaded; then the state of the others is not known.
        """
        raise MigrationError(f"This transport cannot upload {len(paths)} files to channel {channel} at once.")

    @abc.abstractmethod
    def delete_channel(self, name: str) -> None:
        """Deletes a channel with its content; a channel that does not exist is not an error."""

    @abc.abstractmethod
    def delete_file(self, channel: str, subdir: str, file: str) -> None:
        """Deletes one file of a channel."""

    def import_folder(self, folder: str, timeout: float) -> None:
        """Runs the vendor import of one owner's folder of a dump; ended after ``timeout`` seconds."""
        raise MigrationError(f"Only anaconda-enterprise-cli can import {folder}; use transport cli.")

    def close(self) -> None:  # noqa: B027 - nothing to release by default
        """Releases the transport's resources."""


class UnknownPrincipal(TransportError):
    """The user or group that a channel should be shared with does not exist on AE5."""


def seconds_for(files: int, size: int) -> float:
    """The time limit for sending ``files`` files with ``size`` bytes together."""
    return files * SECONDS_A_FILE + size / SLOWEST_UPLOAD


def privacy_of(private: bool) -> str:
    """The word for it."""
    return PRIVATE if private else PUBLIC
