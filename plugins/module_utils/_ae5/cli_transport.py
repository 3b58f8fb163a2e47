# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations over ``anaconda-enterprise-cli``, documented commands only.  Private to the collection.

Source: AE5 facts 1.1.  Further abilities of the client are read from its help texts, once.
"""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import cli_text
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.cli_process import Cli
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import (
    ADMIN_IMPORT,
    DELETE_CHANNEL,
    LIST_SHARES,
    PRIVACY_AT_CREATION,
    PRIVACY_LATER,
    UNSHARE,
    UPLOAD_MANY,
    ChannelState,
    Transport,
    TransportError,
    UnknownPrincipal,
    UploadSource,
    seconds_for,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE

MODIFY_COMMANDS = ("modify", "update", "edit")
DELETE_COMMANDS = ("delete", "remove")


class CliTransport(Transport):
    """AE5 through its command line client."""

    name = "cli"

    def __init__(
        self, http: Http, program: str, *, username: t.Optional[str], password: t.Optional[str], access_token: t.Optional[str]
    ) -> None:
        self._timeout = http.timeout
        self._cli = Cli(http, program, username=username, password=password, access_token=access_token)
        self._fixed = FixedToken(access_token) if access_token is not None else None
        self._lock = threading.Lock()
        self._helps: t.Dict[t.Tuple[str, ...], str] = {}

    @property
    def tokens(self) -> TokenSource:
        return self._cli

    def seconds_left(self) -> t.Optional[float]:
        return None if self._fixed is None else self._fixed.seconds_left()

    def close(self) -> None:
        self._cli.close()

    def can(self, ability: str) -> bool:
        if ability == PRIVACY_AT_CREATION:
            return cli_text.has_option(self.help("channels", "create"), "--private")
        if ability == PRIVACY_LATER:
            return self._modify_command() is not None
        if ability == LIST_SHARES:
            return cli_text.has_option(self.help("channels", "share"), "--list")
        if ability == DELETE_CHANNEL:
            return self._channels_command(DELETE_COMMANDS) is not None
        if ability == ADMIN_IMPORT:
            return "import" in cli_text.commands_of(self.help("admin"))
        if ability == UPLOAD_MANY:
            return cli_text.takes_several(self.help("upload"))
        # Only the names in the list of channels are documented, so privacy is read from conda's URLs (LIST_PRIVACY).
        return ability == UNSHARE

    def channels(self) -> t.Dict[str, ChannelState]:
        return cli_text.parse_channels(self._cli.run(["channels", "list"]))

    def create_channel(self, name: str, private: bool) -> None:
        args = ["channels", "create", plain(name)]
        if private:
            if not self.can(PRIVACY_AT_CREATION):
                raise MigrationError(
                    f"Channel {name} must be private, but anaconda-enterprise-cli cannot create a private channel; create it in AE5's web"
                    " interface."
                )
            args.append("--private")
        self._cli.run(args)

    def set_privacy(self, name: str, privacy: str) -> None:
        command = self._modify_command()
        if command is None:
            raise MigrationError(
                f"Channel {name} must be made {privacy}, but anaconda-enterprise-cli cannot change a channel's privacy; switch it in"
                " AE5's web interface."
            )
        self._cli.run(["channels", command, "--private" if privacy == PRIVATE else "--public", plain(name)])

    def shares(self, name: str) -> t.Optional[t.Tuple[Share, ...]]:
        if not self.can(LIST_SHARES):
            return None
        return cli_text.parse_shares(self._cli.run(["channels", "share", "--list", plain(name)]), name)

    def conda_token(self) -> t.Optional[str]:
        """The token that the client's login stored for conda, if there is one."""
        return self._cli.conda_token()

    def share(self, name: str, share: Share) -> None:
        try:
            self._cli.run(["channels", "share", f"--{share.kind}", plain(share.name), "--level", share.access, plain(name)])
        except TransportError as exc:
            if exc.status != 404 and "not found" not in exc.reason.lower() and "unknown" not in exc.reason.lower():
                raise
            raise UnknownPrincipal(
                f"The {share.kind} {share.name!r} does not exist on AE5, so channel {name} is not shared with it "
                f"({exc.reason.rstrip('.')});"
                f" create it in Keycloak, or map its name in ae_{share.kind}_map.",
                status=404,
                reason=exc.reason,
            ) from None

    def unshare(self, name: str, share: Share) -> None:
        self._cli.run(["channels", "share", f"--{share.kind}", plain(share.name), "--remove", plain(name)])

    def upload(self, channel: str, source: UploadSource) -> None:
        self.upload_files(channel, [source.checked_path()], source.size)

    def upload_files(self, channel: str, paths: t.Sequence[str], size: int) -> None:
        timeout = self._timeout + seconds_for(len(paths), size)
        self._cli.run(["upload", *paths, "--channel", plain(channel)], timeout=timeout)

    def import_folder(self, folder: str, timeout: float) -> None:
        self._cli.run(["admin", "import", plain(folder)], timeout=timeout)

    def delete_channel(self, name: str) -> None:
        command = self._channels_command(DELETE_COMMANDS)
        if command is None:
            raise MigrationError(
                f"Channel {name} cannot be deleted, because anaconda-enterprise-cli has no command for that; delete it in"
                " AE5's web interface."
            )
        try:
            self._cli.run(["channels", command, plain(name)])
        except TransportError as exc:
            # A channel that does not exist is deleted.
            if exc.status != 404 or name in self.channels():
                raise

    def delete_file(self, channel: str, subdir: str, file: str) -> None:
        raise MigrationError(
            f"{subdir}/{file} of channel {channel} cannot be deleted, because anaconda-enterprise-cli has no documented command for"
            " that; delete it in AE5's web interface."
        )

    def _channels_command(self, names: t.Sequence[str]) -> t.Optional[str]:
        """The first of the names that is a command below ``channels`` by its help text."""
        known = cli_text.commands_of(self.help("channels"))
        return next((name for name in names if name in known), None)

    def _modify_command(self) -> t.Optional[str]:
        """The command that changes a channel's privacy both ways, if there is one."""
        known = cli_text.commands_of(self.help("channels"))
        for command in MODIFY_COMMANDS:
            if command in known:
                text = self.help("channels", command)
                if cli_text.has_option(text, "--private") and cli_text.has_option(text, "--public"):
                    return command
        return None

    def help(self, *command: str) -> str:
        """The help text of a command, read once; empty if the command does not exist."""
        with self._lock:
            if command not in self._helps:
                self._helps[command] = self._cli.help(*command)
            return self._helps[command]


def plain(name: str) -> str:
    """The name, which must not look like an option."""
    if name.startswith("-"):
        raise MigrationError(
            f"The name {name!r} begins with a dash, so anaconda-enterprise-cli would treat it as an option; rename it with ae_channel_map."
        )
    return name
