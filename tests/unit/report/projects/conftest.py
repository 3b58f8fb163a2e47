# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A notebook host for the tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.report.project_samples import NotebookHost, ordinary


@pytest.fixture
def host(tmp_path: Path) -> NotebookHost:
    return ordinary(tmp_path / "notebooks")
