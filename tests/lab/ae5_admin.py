# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody on the lab's AE5 who may do anything, while a test looks the other way."""

from __future__ import annotations

import io

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import UploadSource
from tests.lab.ae5.server import Ae5Lab


class BytesSource(UploadSource):
    """A file to upload that is nowhere on a disk."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file, self.size, self._content = file, len(content), content

    def open(self) -> io.BytesIO:
        return io.BytesIO(self._content)

    def checked_path(self) -> str:
        raise AssertionError("an admin of a test uses the api")


def admin(lab: Ae5Lab, username: str, password: str) -> Cluster:
    """The cluster as this user sees it, over the api; use it as a context."""
    defaults = {name: option.get("default") for name, option in AE5.options.items()}
    login = {"username": username, "password": password, "client_secret": lab.switches.client_secret}
    return connect({**defaults, **login, "url": lab.url, "transport": "api", "timeout": 30, "workers": 1}, read_only=False)


def put(cluster: Cluster, channel: str, file: str, content: bytes) -> None:
    """Uploads a package."""
    cluster.upload(channel, BytesSource(file, content))
