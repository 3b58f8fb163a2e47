# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who bring is on which machine: where the host is this machine and this user, no shell is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.action import bring
from tests.unit.action.bring_world import Bring


class TestWhoItIs:
    """Where the host is this machine and this user, no shell is called."""

    @pytest.mark.parametrize(
        ("transport", "become_user", "here"),
        [("local", None, True), ("local", "me", True), ("local", "another", False), ("ssh", None, False), ("ssh", "me", False)],
    )
    def test_of_the_task(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, transport: str, become_user: str | None, here: bool
    ) -> None:
        me = bring.pwd.getpwuid(os.geteuid()).pw_name
        plugin = Bring("login", tmp_path)
        monkeypatch.setattr(Bring, "_becoming", bring.ActionModule._becoming)
        monkeypatch.setattr(Bring, "_get_remote_user", lambda _self: me, raising=False)
        monkeypatch.setattr(Bring, "get_become_option", lambda _self, _option: me if become_user == "me" else become_user, raising=False)
        plugin._connection.transport = transport
        plugin._connection.become = None if become_user is None else object()
        assert isinstance(plugin._host_files("east"), bring.ControllerFiles) is here
        assert plugin._becoming() is (become_user == "another")
