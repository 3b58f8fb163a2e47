# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One notebook host for all tests of conversion, and what a run over all its projects gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.notebooks.convert_host import Host


@pytest.fixture(scope="package")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    return Host(tmp_path_factory.mktemp("aen"))


@pytest.fixture(scope="package")
def done(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dest = tmp_path_factory.mktemp("converted")
    host.convert(dest)
    return dest
