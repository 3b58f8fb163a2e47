# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the AE4 side's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ae4.ae4_samples import Site, sample
from tests.unit.ae4.export_world import Host


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    host = Host(tmp_path)
    monkeypatch.setenv("HOME", str(host.home))
    host.fill(sample())
    return host
